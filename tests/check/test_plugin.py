"""The pytest plug-in: scenario files are tests, in any folder, and other files are none of its business."""

import tomllib

import pytest

from tests.check.conftest import DANTZIG
from tests.cli.conftest import ROOT

pytest_plugins = ["pytester"]


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest in this process, in a folder with three scenarios: one held, one missed, one that is wrong."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    folder = pytester.mkdir("scenarios")
    for name, expect in {"good": "{objective: 153.675}", "bad": "{objective: 150}", "wrong": "{objektive: 1}"}.items():
        text = DANTZIG.replace("name: transport", f"name: {name}") + f"expect: {expect}\n"
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "silent.yaml").write_text(DANTZIG, encoding="utf-8")
    (folder / "workflow.yaml").write_text("on: [push]\njobs: !broken {expect: 1\n", encoding="utf-8")
    return lambda *args: pytester.inline_run("-p", "no:cacheprovider", "-p", "planner.pytest_plugin", *args)


@pytest.fixture(autouse=True)
def registered_once(monkeypatch):
    """Load the plug-in by its module alone, whether or not this planner was installed with it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_scenarios_are_tests(run):
    """One passes, two fail; the rest is not collected."""
    passed, skipped, failed = run("scenarios").listoutcomes()
    assert [report.nodeid for report in passed] == ["scenarios/good.yaml::good"]
    assert skipped == []
    assert sorted(report.nodeid for report in failed) == ["scenarios/bad.yaml::bad", "scenarios/wrong.yaml::wrong"]
    words = {report.nodeid: str(report.longrepr) for report in failed}
    assert words["scenarios/bad.yaml::bad"].startswith("bad: missed\n")
    assert "the objective is 153.675, not 150 within 1e-06 (recorded)" in words["scenarios/bad.yaml::bad"]
    assert "expect.objektive: unknown key; did you mean 'objective'?" in words["scenarios/wrong.yaml::wrong"]


def test_a_second_opinion(run):
    """By an option, which a solver that is not there makes fail."""
    run("scenarios/good.yaml", "--planner-also", "glop").assertoutcome(passed=1)
    run("scenarios/good.yaml", "--planner-also", "oracle").assertoutcome(failed=1)


def test_warnings_of_the_planner_fail_no_run(run):
    """Those who use it may turn warnings into errors."""
    run("scenarios/good.yaml", "-W", "error").assertoutcome(passed=1)


def test_other_tests_run_as_ever(run, pytester):
    """A test beside YAML that is no scenario is collected alone, and loads nothing of the planner but the plug-in."""
    pytester.makepyfile("def test_one():\n    pass\n")
    (pytester.path / "data.yaml").write_text("expect: 3\n", encoding="utf-8")
    script = "import sys; import planner.pytest_plugin; print(*[m for m in ('pandas', 'pulp', 'pydantic') if m in sys.modules])"
    assert pytester.runpython_c(script).stdout.str().strip() == ""
    run("--ignore=scenarios").assertoutcome(passed=1)


def test_it_can_be_left_out(pytester, run):
    """By its name."""
    result = pytester.inline_run("-p", "no:cacheprovider", "-p", "no:planner", "scenarios/good.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_it_is_registered_under_its_name():
    """As the package says to pytest."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"planner": "planner.pytest_plugin"}
