"""What is written after --vary, --tornado and --sample."""

from __future__ import annotations

import pytest

from planner.errors import InputError, Place
from planner.sweeps.reading import assignments, distribution_from, values_of

HERE = Place("test")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2,3", [1, 2, 3]),
        ("*0.8,*1.2", ["*0.8", "*1.2"]),
        ("0:10:5", [0.0, 2.5, 5.0, 7.5, 10.0]),
        ("*0.5:*2:4", ["*0.5", "*1.0", "*1.5", "*2.0"]),
        ("0:0.3:4", [0.0, 0.1, 0.2, 0.3]),
        ("+1:-1:3", None),
        ("=-5:=5:3", [-5.0, 0.0, 5.0]),
        ("cost,served", ["cost", "served"]),
        ("true,false", [True, False]),
        ("[1, 2],[3, 4]", [[1, 2], [3, 4]]),
        ("{2024: 1, 2025: 2}", [{"2024": 1, "2025": 2}]),
        ("=-5", [-5]),
        ("1:2:1", None),
        ("1,,2", None),
    ],
)
def test_values_are_lists_ranges_and_relative_changes(text, values):
    """Ranges have both ends and short numbers; commas in brackets part nothing; None stands for a refusal."""
    if values is None:
        with pytest.raises(InputError):
            values_of(text, HERE)
    else:
        assert values_of(text, HERE) == values


def test_a_path_ends_at_the_first_equals_sign_outside_brackets():
    """A path may have wildcards and periods, a value may begin with =."""
    read = assignments(["offers.*.price[2025Q1:2025Q4]==-1", "a.b = 2"], "--vary")
    assert {path: text for path, (text, _) in read.items()} == {"offers.*.price[2025Q1:2025Q4]": "=-1", "a.b": " 2"}


@pytest.mark.parametrize("texts", [["a.b"], ["=1"], ["a.b="], ["a.b=1", "a.b=2"]])
def test_an_assignment_without_path_or_value_or_twice_is_refused(texts):
    """Each is named with the option it was given to."""
    with pytest.raises(InputError, match="--vary"):
        assignments(texts, "--vary")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("uniform(0.8, 1.2)", {"uniform": [0.8, 1.2]}),
        ("normal(*1,*0.1)", {"normal": ["*1", "*0.1"]}),
        ("{uniform: [1, 2]}", {"uniform": [1, 2]}),
        ("1,2,4", [1, 2, 4]),
    ],
)
def test_distributions_are_written_as_calls_as_yaml_or_as_lists(text, given):
    """All give what the Python function takes."""
    assert distribution_from(text, HERE) == given


def test_an_unknown_distribution_is_refused_with_the_nearest():
    """Unifrm is uniform misspelt."""
    with pytest.raises(InputError, match="did you mean 'uniform'"):
        distribution_from("unifrm(1,2)", HERE)
