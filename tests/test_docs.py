"""The documents say what is so: their examples run, their tables name what exists."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import planner
from planner.model.rules import RULES
from planner.plan.plan import TABLES
from planner.scenario.schema import Document

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    """Every Python block, as it stands."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})


def test_the_guide_runs(monkeypatch):
    """Every line of docs/guide.md, on the flagship, gives what the page says."""
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(ROOT / "docs/guide.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert done.attempted > 15
    assert done.failed == 0


def test_the_readme_has_two_commands():
    """The two that .ci/run takes from it."""
    assert len(re.findall(r"^python3 -m venv", README, flags=re.MULTILINE)) == 2


def test_every_shipped_scenario_is_in_the_readme():
    for path in (ROOT / "scenarios").glob("*.yaml"):
        assert f"`{path.name}`" in README, path.name


def test_links_between_documents_lead_somewhere():
    for page in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        ROOT / "benchmarks/README.md",
    ]:
        for target in re.findall(r"\]\(([\w./-]+\.\w+|LICENSE)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


@pytest.mark.parametrize(
    "name", [m.name for m in pkgutil.walk_packages(planner.__path__, "planner.") if "__main__" not in m.name]
)
def test_examples_in_docstrings(name):
    """Doctests; few modules have any."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_the_public_names_are_complete():
    for name in planner.__all__:
        assert getattr(planner, name) is not None
    assert sorted(planner.__all__) == dir(planner)


def test_every_rule_is_in_the_documents():
    """Each rule's rows are named for it, in the singular where there are several kinds of them."""
    text = "".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("model.md", "placement.md"))
    for rule in RULES:
        assert f"`{rule.__name__.removesuffix('s')}" in text, rule.__name__


def test_every_table_is_in_the_documents():
    text = (ROOT / "docs/plan.md").read_text(encoding="utf-8")
    for name in TABLES:
        assert f"`{name}`" in text, name


def test_every_part_of_a_scenario_is_in_the_reference():
    text = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
    for name in Document.model_fields:
        assert f"`{name}" in text, name
