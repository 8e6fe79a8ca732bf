"""Sweeps against sums by hand, against solving each point alone, and against themselves."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

import planner
from planner.errors import InputError, SolverError
from planner.planning import Request
from tests.sweep.conftest import CHICAGO, FREIGHT, OPTIMUM, TOPEKA, by_hand, transport

SCENARIOS = Path(__file__).parents[2] / "scenarios"
VARY = {CHICAGO: ["*0.5", "*1", "*2"], TOPEKA: [100, 275, 400]}


def test_a_grid_has_the_optima_worked_out_by_hand():
    """Above 325 in Topeka the plants cannot serve all 900 and more: infeasible, a row like any other."""
    frame = planner.sweep(transport(), VARY, outputs=["served[cases]"], jobs=1).frame
    assert list(frame["point"]) == list(range(9))
    for row in frame.to_dict("records"):
        factor, topeka = row[f"times {CHICAGO}"], row[TOPEKA]
        if topeka > 275:
            assert (row["status"], row["objective"] != row["objective"]) == ("infeasible", True)
            assert "topeka" in row["message"]
        else:
            assert row["objective"] == pytest.approx(by_hand(factor, topeka), rel=1e-9)
            assert (row["status"], row["unit"], row["served"], row["served[cases]"]) == ("optimal", "kUSD", 1, 1)


@pytest.mark.parametrize(
    ("file", "path", "values"),
    [
        ("training-campaign.yaml", "money.discount_rate", [0.0, 0.1]),
        ("siting.yaml", "sites.*.opening_cost", ["*0.5", "*1", "*3"]),
        ("retail-only.yaml", "offers.*.price_per_hour", ["*0.5", "*2"]),
    ],
)
def test_each_point_is_what_solving_it_alone_gives(file, path, values):
    """Cold solves of changed scenarios: whole training runs, sites to open, and fleets."""
    scenario = planner.load(SCENARIOS / file)
    frame = planner.sweep(scenario, {path: values}, jobs=1).frame
    session = planner.what_if(scenario)
    for value, objective, served in zip(values, frame["objective"], frame["served"], strict=True):
        alone = planner.solve(session.scenario({path: value}))
        assert objective == pytest.approx(alone.objective, rel=1e-9)
        assert served == pytest.approx(alone.served_fraction, rel=1e-9)


def test_scaling_every_freight_scales_the_optimum():
    """Dantzig's 153.675 times the factor, absolute and relative changes alike."""
    factors = [0.5, 0.9, 1.1, 4]
    frame = planner.sweep(transport(), {FREIGHT: [f"*{factor}" for factor in factors]}, jobs=1).frame
    assert list(frame["objective"]) == pytest.approx([OPTIMUM * factor for factor in factors], rel=1e-9)
    assert list(frame[f"times {FREIGHT}"]) == factors


def test_any_number_of_processes_gives_the_same_table():
    """Processes have other neighbours as their starts; only the time may differ."""
    frames = [planner.sweep(transport(), VARY, jobs=count).frame.drop(columns="seconds") for count in (1, 2)]
    assert frames[0].drop(columns="objective").equals(frames[1].drop(columns="objective"))
    assert list(frames[1]["objective"]) == pytest.approx(list(frames[0]["objective"]), rel=1e-9, nan_ok=True)


def test_an_executor_of_the_caller_s_gives_the_same_table():
    """Threads are the simplest executor that there is."""
    with ThreadPoolExecutor(2) as executor:
        threads = planner.sweep(transport(), VARY, executor=executor, jobs=2).frame
    here = planner.sweep(transport(), VARY, jobs=1).frame
    assert threads.drop(columns="seconds").equals(here.drop(columns="seconds"))


class Gone(Executor):
    """An executor whose worker dies at its second point."""

    def __init__(self):
        self.count = 0

    def submit(self, function, /, *args, **kwargs):
        """Call the function, or die."""
        self.count += 1
        future: Future = Future()
        if self.count == 2:
            future.set_exception(BrokenProcessPool("a child process terminated abruptly. More words."))
        else:
            future.set_result(function(*args, **kwargs))
        return future


def test_a_worker_that_dies_ends_the_sweep_and_keeps_what_is_done(tmp_path):
    """One sentence says so, and the same sweep goes on with the other points."""
    given = {"scenario": transport(), "vary": {TOPEKA: [100, 200, 275]}, "folder": tmp_path / "s"}
    with pytest.raises(SolverError, match="terminated abruptly; run the sweep again"):
        planner.sweep(**given, executor=Gone(), jobs=1)
    assert len((tmp_path / "s" / "points.jsonl").read_text().splitlines()) == 1
    assert list(planner.sweep(**given, jobs=1).frame["objective"]) == pytest.approx(
        [by_hand(topeka=demand) for demand in (100, 200, 275)], rel=1e-9
    )


def test_a_tornado_ranks_by_the_swing():
    """All freight +-10 % swings by a fifth of 153.675; Topeka 100 to 275 by 175 x 0.126; Chicago +-1 % by 0.918."""
    ends = {CHICAGO: ["*0.99", "*1.01"], TOPEKA: [100, 275], FREIGHT: ["*0.9", "*1.1"]}
    found = planner.sweep(transport(), tornado=ends, jobs=1)
    swings = found.swings()
    assert list(swings["input"]) == [f"times {FREIGHT}", TOPEKA, f"times {CHICAGO}"]
    assert list(swings["swing"]) == pytest.approx([0.2 * OPTIMUM, 175 * 0.126, 300 * 0.153 * 0.02], rel=1e-9)
    assert list(swings["base"]) == pytest.approx([OPTIMUM] * 3, rel=1e-9)
    assert found.to_dict()["tornado"][0]["at_low"] == pytest.approx(0.9 * OPTIMUM, rel=1e-9)


def test_a_tornado_with_both_ends_on_one_side_counts_from_the_scenario():
    """Topeka 100 and 200 both cost less than 275: the swing reaches from 100 to what is now."""
    swings = planner.sweep(transport(), tornado={TOPEKA: [100, 200]}, jobs=1).swings()
    assert swings["swing"].iloc[0] == pytest.approx(OPTIMUM - by_hand(topeka=100), rel=1e-9)


def test_an_end_without_a_plan_comes_first():
    """No swing can be said where one end is infeasible, and nothing matters more."""
    swings = planner.sweep(transport(), tornado={FREIGHT: ["*0.5", "*2"], TOPEKA: [275, 400]}, jobs=1).swings()
    assert list(swings["input"]) == [TOPEKA, f"times {FREIGHT}"]
    assert swings["swing"].isna().tolist() == [True, False]
    assert swings["status_high"].iloc[0] == "infeasible"


def test_a_point_that_cannot_be_planned_for_is_a_row():
    """No capacity at all is found wrong only when the inputs are worked out; other points go on."""
    scenario = planner.load(SCENARIOS / "transport.yaml")
    work = "offers.plant.work.cases.capacity_by_site.*"
    frame = planner.sweep(scenario, {work: ["*0", "*1"]}, jobs=1).frame
    assert frame["status"].iloc[0] in ("error", "infeasible")
    assert frame["objective"].iloc[1] == pytest.approx(OPTIMUM, rel=1e-9)


def test_samples_are_told_as_they_were_drawn():
    """A cost that is linear in a factor: each sample's optimum follows from its column."""
    found = planner.sweep(transport(), sample={FREIGHT: {"uniform": ["*0.5", "*1.5"]}}, samples=12, seed=7, jobs=1)
    factors = found.frame[f"times {FREIGHT}"]
    assert list(found.frame["objective"]) == pytest.approx([OPTIMUM * factor for factor in factors], rel=1e-9)
    again = planner.sweep(transport(), sample={FREIGHT: {"uniform": ["*0.5", "*1.5"]}}, samples=12, seed=7, jobs=1)
    assert again.frame[f"times {FREIGHT}"].equals(factors)


def test_each_point_starts_from_the_one_before_in_a_linear_programme():
    """One cold solve, then hot ones: what makes a sweep fast."""
    from planner.sweeps.work import Setup, Worker

    scenario = transport()
    worker = Worker(Setup(scenario.plain, Request(), (), plans=False), scenario)
    for number, factor in enumerate((1, 1.1, 1.2, 1.3)):
        worker.solve(number, {CHICAGO: f"*{factor}"})
    statistics = worker._session.statistics
    assert (statistics.cold, statistics.hot) == (1, 3)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"vary": {"workloads.cases.demand.by_region.topek": [1]}}, "did you mean 'topeka'"),
        ({"vary": {"workload.cases.demand": [1]}}, "did you mean 'workloads'"),
        ({"vary": {TOPEKA: [100, -1]}}, "at least 0"),
        ({"vary": {TOPEKA: [float("nan")]}}, "finite"),
        ({"vary": {TOPEKA: ["many"]}}, "must be a number"),
        ({"vary": {"name": ["*2"], TOPEKA: ["*2x"]}}, "must be a number"),
        ({"tornado": {TOPEKA: ["*-1", "*1"]}}, "at least 0"),
        ({"sample": {TOPEKA: {"normal": [0, 100]}}}, "at least 0"),
        ({"vary": {TOPEKA: [1]}, "tornado": {TOPEKA: [1, 2]}}, "only one of them"),
        ({}, "at least one path"),
        ({"vary": {TOPEKA: [1]}, "jobs": 0}, "at least one process"),
        ({"vary": {TOPEKA: [1]}, "plans": True}, "name one"),
        ({"vary": {TOPEKA: [1]}, "outputs": ["costs"]}, "did you mean 'cost'"),
        ({"vary": {TOPEKA: [1]}, "request": Request(solver="hihgs")}, "hihgs"),
        ({"vary": {TOPEKA: [1]}, "executor": 5}, "executor"),
    ],
)
def test_wrong_input_is_refused_before_the_first_solve(monkeypatch, given, words):
    """Nothing is solved: the solver would say so."""
    monkeypatch.setattr("planner.sweeps.work.Worker.solve", lambda *_: pytest.fail("solved"))
    with pytest.raises(InputError, match=words):
        planner.sweep(transport(), **given)


def test_values_that_are_wrong_alone_and_right_together_are_solved():
    """The low end of a share alone above its high end is wrong; with a higher high end it is right."""
    scenario = planner.load(
        {
            "name": "two",
            "horizon": {"start": 2024, "period": "year", "count": 1},
            "regions": {"r": {}},
            "sites": {"s": {}},
            "workloads": {"w": {"demand": {"by_region": {"r": 8760}, "per": "period"}, "unmet_penalty": 5}},
            "offers": {"o": {"kind": "serverless", "work": {"w": {"price_per_unit": 1}}}},
        }
    )
    frame = planner.sweep(scenario, {"horizon.count": [1, 2], "workloads.w.unmet_penalty": [[5], [5, 6]]}, jobs=1).frame
    assert list(frame["status"]) == ["optimal", "error", "error", "optimal"]
