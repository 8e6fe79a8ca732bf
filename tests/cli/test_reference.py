"""The scenario reference is made from the schema, and is up to date."""

from __future__ import annotations

from planner.cli.reference import reference
from planner.scenario.schema import Document
from tests.cli.conftest import ROOT


def test_the_reference_is_up_to_date():
    """If this fails: python -m planner.cli.reference."""
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == reference()


def test_every_key_has_a_row_with_words():
    """No key without a kind and a meaning."""
    text = reference()
    for name in Document.model_fields:
        assert f"| `{name}` |" in text
    rows = [line for line in text.splitlines() if line.startswith("| `") and line.count(" | ") >= 4]
    assert all(cells[1].strip() and cells[3].strip() for cells in (row.strip("| ").split(" | ") for row in rows))


def test_every_link_leads_somewhere():
    """Each part that a row names has its heading."""
    import re

    text = reference()
    anchors = set(re.findall(r"^### (\w+)$", text, re.MULTILINE)) | {"Document"}
    assert {name for name, _ in re.findall(r"\[(\w+)\]\(#(\w+)\)", text)} <= anchors
