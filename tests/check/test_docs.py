"""The examples of docs/check.md are as it says."""

import re

import pytest
import yaml

from planner.check.one import check_file
from planner.cli.app import run
from tests.cli.conftest import ROOT, TRANSPORT

PAGE = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
SCENARIOS = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL) if "expect:" in block]


@pytest.mark.parametrize("text", SCENARIOS)
def test_scenarios(file, text):
    """Each holds what it states."""
    file("transport.yaml", TRANSPORT.read_text(encoding="utf-8"))
    outcome = check_file(file("example.yaml", text))
    assert (outcome.verdict, outcome.failures) == ("held", [])


def test_the_workflow():
    """It is YAML, and its command is one: an option that it has not would end with 2 before the file is looked for."""
    (block,) = [b for b in re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL) if "runs-on" in b]
    steps = yaml.safe_load(block)["jobs"]["check"]["steps"]
    (command,) = [step["run"] for step in steps if step.get("run", "").startswith("planner ")]
    assert command == "planner check scenarios --also scip --junit results.xml"


@pytest.mark.parametrize("line", re.findall(r"\$ planner (check .*)", PAGE))
def test_options(line, capsys):
    """Every option that is named is one."""
    assert run(["check", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(option in shown for option in re.findall(r"--\w+", line))
