"""Words in messages."""

import pytest

from planner.scenario.suggest import did_you_mean, quoted


@pytest.mark.parametrize(
    ("word", "options", "hint"),
    [
        ("pwer_mw", ["power_mw", "name"], "; did you mean 'power_mw'?"),
        ("IAD", ["iad", "fra"], "; did you mean 'iad'?"),
        ("zzz", ["iad"], ""),
        ("iad", ["iad"], ""),
        ("iad", [], ""),
        ("x" * 10_000, ["x" * 9_999], ""),
    ],
)
def test_did_you_mean(word, options, hint):
    assert did_you_mean(word, options) == hint


def test_quoted_is_one_short_line():
    """A key may hold a terminal's escape codes and be as long as the file."""
    assert quoted("a\n\x1b[31m") == r"'a\n\x1b[31m'"
    assert len(quoted("x" * 1_000_000)) < 70
