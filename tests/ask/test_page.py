"""What docs/questions.md shows runs."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.cli.conftest import ROOT, planner

__all__ = ["planner"]

PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ planner (.*)$", PAGE, flags=re.MULTILINE)


def test_the_python_of_the_page_runs(monkeypatch):
    """Every Python block, as it stands."""
    monkeypatch.chdir(ROOT)
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(compile(block, "questions.md", "exec"), {})


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_answer(planner, monkeypatch, command):
    """Each ends with 0 and a sentence."""
    monkeypatch.chdir(ROOT)
    result = planner(*shlex.split(command))
    assert result.code == 0, result.err
    assert result.out.strip()
