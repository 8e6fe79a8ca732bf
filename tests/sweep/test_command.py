"""`planner sweep`: what it prints, writes and refuses."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from planner.sweeps.summary import bar
from tests.sweep.conftest import CHICAGO, FREIGHT, OPTIMUM, TOPEKA, TRANSPORT, by_hand

GRID = ("--vary", f"{CHICAGO}=*0.5,*2", "--vary", f"{TOPEKA}=100:275:2", "-j", "1")


def test_a_grid_is_printed_as_a_table(planner):
    """Long paths have a letter each; figures have three digits; infeasible points are told with their reason."""
    result = planner("sweep", TRANSPORT, *GRID, "--vary", "workloads.cases.demand.by_region.chicago=300,400")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    # 73.125 + 22.95 + 12.6 and 73.125 + 48.6 + 34.65; 400 in Chicago and 275 in Topeka are 50 more than the plants make.
    summary = "8 points of a grid over 3 inputs: 6 optimal and 2 infeasible; the cost is 109 kUSD to 156 kUSD."
    assert lines[0] == f"transport: {summary}"
    assert f"  A: {CHICAGO}" in lines
    assert [line.split() for line in lines if line.lstrip().startswith("0 ")] == [
        ["0", "*0.5", "100", "300", "optimal", "109", "100", "%"]
    ]
    assert any("2 points, first 3: infeasible: " in line and "chicago" in line for line in lines)
    assert lines[-1].startswith("next: planner sweep ")


def test_a_tornado_is_printed_with_bars_the_largest_first(planner):
    """All freight moves more than Topeka's demand."""
    result = planner(
        "sweep", TRANSPORT, "--tornado", f"{TOPEKA}=200,275", "--tornado", f"{FREIGHT}=*0.9,*1.1", "-j", "1"
    )
    assert result.code == 0
    lines = result.out.splitlines()
    assert "  As the scenario is: 154 kUSD." in lines
    assert lines.index(f"  A: {FREIGHT}") + 1 == lines.index(f"  B: {TOPEKA}")
    first, second = [line for line in lines if line.strip().startswith(("A ", "B "))]
    assert first.split()[:6] == ["A", "*0.9", "*1.1", "138", "169", "30.7"]
    assert second.split()[:6] == ["B", "200", "275", "144", "154", "9.45"]
    assert first.endswith("▒▒▒▒▒▒▒▒▒▒▒▒│███████████")


@pytest.mark.parametrize(
    ("at_low", "at_high", "base", "expected"),
    [
        (0.0, 23.0, 12.0, "▒" * 12 + "│" + "█" * 11),
        (23.0, 0.0, 12.0, "█" * 12 + "│" + "▒" * 11),
        (5.0, 10.0, 20.0, " " * 5 + "▒" * 5 + "█" * 10 + "│"),
        (20.0, 20.0, 20.0, " " * 20 + "│"),
        (5.0, float("nan"), 10.0, " " * 5 + "▒" * 5 + "│"),
        (1.0, 2.0, float("nan"), ""),
    ],
)
def test_a_bar_reaches_from_the_low_end_to_the_high_end(at_low, at_high, base, expected):
    """24 cells from 0 to 23: a cell a unit; the shorter bar is over the longer; an end without a plan has none."""
    assert bar(at_low, at_high, base, 0.0, 23.0) == expected


def test_samples_are_printed_as_their_spread(planner):
    """A uniform factor of 0.5 to 1.5, stratified: the mean is near the scenario's 154."""
    options = (
        "--sample",
        f"{FREIGHT}=uniform(*0.5,*1.5)",
        "--samples",
        "32",
        "--sobol",
        "--sample-seed",
        "4",
        "-j",
        "1",
    )
    result = planner("sweep", TRANSPORT, *options, "--output", "served[cases]")
    assert result.code == 0
    assert result.out.startswith("transport: 32 samples (Sobol) of 1 input, seed 4: 32 optimal; the cost is ")
    assert "served[cases]" in result.out
    assert "--sobol --sample-seed 4" in result.out.splitlines()[-1]
    mean = next(line.split()[2] for line in result.out.splitlines() if line.strip().startswith("cost, kUSD"))
    assert float(mean) == pytest.approx(OPTIMUM, rel=0.01)


def test_json_is_one_document_with_everything(planner):
    """Points with inputs as numbers, the tornado as data."""
    result = planner("sweep", TRANSPORT, "--tornado", f"{FREIGHT}=*0.9,*1.1", "--json", "-j", "1")
    assert (result.code, result.err) == (0, "")
    data = result.json
    assert (data["status"], data["kind"], data["counts"]) == ("complete", "tornado", {"optimal": 3})
    assert [point[f"times {FREIGHT}"] for point in data["points"]] == [None, 0.9, 1.1]
    assert data["tornado"][0]["swing"] == pytest.approx(0.2 * OPTIMUM, rel=1e-9)
    assert data["inputs"] == [{"column": f"times {FREIGHT}", "operator": "*", "path": FREIGHT}]


def test_tables_are_saved_as_csv_and_parquet(planner, tmp_path):
    """The same table in each, and in the folder of the sweep."""
    result = planner(
        "sweep", TRANSPORT, *GRID, "-o", tmp_path / "s", "--csv", tmp_path / "c", "--parquet", tmp_path / "p", "-q"
    )
    assert (result.code, result.out, result.err) == (0, "", "")
    frames = [
        pd.read_csv(tmp_path / "s" / "points.csv"),
        pd.read_csv(tmp_path / "c" / "points.csv"),
        pd.read_parquet(tmp_path / "p" / "points.parquet"),
    ]
    for frame in frames:
        expected = [by_hand(factor, demand) for factor in (0.5, 2) for demand in (100, 275)]
        assert list(frame["objective"]) == pytest.approx(expected, rel=1e-9)
        assert list(frame[f"times {CHICAGO}"]) == [0.5, 0.5, 2, 2]
    manifest = json.loads((tmp_path / "s" / "sweep.json").read_text())
    assert manifest["points"][1] == {CHICAGO: "*0.5", TOPEKA: 275}
    assert set(manifest["versions"]) == {"planner", "highspy", "pulp", "numpy", "scipy"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "name what is varied"),
        (("--vary", "a=1", "--sample", "b=1"), "two kinds of sweep"),
        (("--vary", "topeka"), "write --vary path.to.key=..."),
        (("--vary", "workloads.cases.demnd=1"), "did you mean 'demand'"),
        (("--vary", f"{TOPEKA}=-1000"), "at least 0"),
        (("--vary", f"{TOPEKA}=1:*2:3"), "relative in the same way"),
        (("--sample", f"{TOPEKA}=normal(1,0)"), "standard deviation above 0"),
        (("--sample", f"{TOPEKA}=1", "--samples", "0"), "0 is not in the range"),
        (("--vary", f"{TOPEKA}=1", "--plans"), "name one with -o"),
        (("--vary", f"{TOPEKA}=1", "-o", "-"), "--json"),
        (("--vary", f"{TOPEKA}=1", "--of", "served"), "only a tornado"),
        (("--tornado", f"{TOPEKA}=1,2", "--of", "earliest"), "no number"),
        (("--vary", f"{TOPEKA}=1", "--output", "flet.x"), "did you mean 'fleet'"),
        (("--vary", f"{TOPEKA}=1", "--solver", "nix"), "nix"),
    ],
)
def test_wrong_options_are_refused_in_one_line_each(planner, options, words):
    """Exit code 2, nothing on standard output, no traceback."""
    result = planner("sweep", TRANSPORT, *options, "-j", "1")
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert "Traceback" not in result.err


def test_errors_are_json_where_json_is_asked_for(planner):
    """One document, with the exit code."""
    result = planner("sweep", TRANSPORT, "--vary", "workloads.cases.demnd=1", "--json")
    assert (result.code, result.err) == (2, "")
    assert (result.json["status"], result.json["exit_code"]) == ("error", 2)


def test_a_scenario_may_come_from_standard_input(planner):
    """As everywhere."""
    result = planner("sweep", "-", *GRID, stdin=TRANSPORT.read_text())
    assert result.code == 0
    assert "next:" not in result.out


def test_the_command_imports_no_solver_before_it_is_needed():
    """Help is quick: neither pandas nor PuLP nor loky."""
    import subprocess
    import sys

    program = (
        "import sys; from planner.cli.sweep import sweep_command; "
        "print([m for m in ('pandas', 'pulp', 'highspy', 'loky', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--csv", "README.md"], "cannot be a folder"),
        (["--output", "cost[penalties]"], "did you mean 'penalty'"),
        (["--samples", "7"], "goes with --sample"),
        (["--sobol"], "goes with --sample"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_solved(planner, options, told, monkeypatch):
    """A place that is no folder, a cost that nothing has, options of another kind of sweep."""
    monkeypatch.setattr("planner.sweeps.sweep.run", lambda *_: pytest.fail("it was solved"))
    result = planner("sweep", TRANSPORT, "--vary", f"{TOPEKA}=100,200", *options)
    assert (result.code, result.out) == (2, "")
    assert told in result.err
