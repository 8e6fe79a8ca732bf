"""The examples of docs/explain.md run as they stand."""

from __future__ import annotations

import re
import shlex

from planner.explain.topics import TOPICS
from tests.cli.conftest import ROOT, planner

__all__ = ["planner"]

PAGE = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")


def test_the_commands_run(planner, tmp_path, monkeypatch):
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    assert planner("solve", "scenarios/siting.yaml", "-o", "plan.json", "-q").code == 0
    commands = re.findall(r"^\$ planner (.*)$", PAGE, flags=re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        assert planner(*shlex.split(command)).code == 0, command


def test_every_topic_is_there():
    for topic in TOPICS:
        assert f"| `{topic}" in PAGE, topic


def test_python(tmp_path):
    """The call that the page names."""
    import planner as package

    plan = package.solve(package.load(ROOT / "scenarios" / "siting.yaml"))
    told = plan.explain("why-not", "site-3", solve=True)
    assert told.sentences[0].startswith("site-3 is not used")
    assert told.tables
