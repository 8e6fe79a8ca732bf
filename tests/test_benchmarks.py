"""The benchmark's contenders solve one programme: same size, same optimum. Nothing here looks at time."""

from __future__ import annotations

import importlib.util

import pytest

from benchmarks.build import compare, show
from benchmarks.figures import SIZES, figures, write


def test_the_planner_agrees_with_arrays_written_by_hand(tmp_path, capsys):
    """Each contender builds the programme apart from the others; `compare` refuses another size or optimum."""
    medians = compare("tiny", tmp_path, repeats=1)
    assert {"raw", "planner"} <= set(medians)
    assert ("linopy" in medians) == (importlib.util.find_spec("linopy") is not None)
    show("tiny", medians)
    assert "planner" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["tiny", "10k"])
def test_the_same_seed_makes_the_same_files(tmp_path, name):
    """A benchmark that is run again measures the same plan."""
    for folder in ("one", "two"):
        write(tmp_path / folder, SIZES[name])
    for file in ("scenario.yaml", "demand.csv", "freight.csv", "supply.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert figures(SIZES[name])["demand"].shape[0] == SIZES[name].periods
