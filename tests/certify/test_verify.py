"""Plans proven without a solver, and every way to forge one that the proof must see through."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import highspy
import numpy as np
import pytest

import planner
from planner.certify.packing import packed, unpacked
from planner.certify.verdict import NEAR
from planner.errors import InputError
from planner.model import decisions
from planner.model.arrays import Arrays
from planner.planning import Request
from planner.solver import highs
from planner.solver.solution import Solution
from tests.certify.plans import ROOT, changed, saved_with, shipped
from tests.facility.test_through_scenarios import located, random
from tests.model.cases import bought, case, rented, sold

FORGED = {
    "objective": lambda data: data.update(objective=data["objective"] * (1 - 1e-6)),
    "bound": lambda data: data.update(bound=data["bound"] * (1 + 1e-6)),
    "gap": lambda data: data.update(gap=0.25),
    "served_fraction": lambda data: data.update(served_fraction=0.5),
    "unmet_fraction": lambda data: data.update(unmet_fraction=0.5),
    "size, columns": lambda data: data["size"].update(columns=9),
    "objective_name": lambda data: data.update(objective_name="carbon"),
    "currency": lambda data: data.update(currency="XYZ"),
    "hash of the scenario": lambda data: data.update(scenario_hash="0" * 64),
    "hash of the programme": lambda data: data["certificate"].update(programme="0" * 64),
    "weights, cases": lambda data: data["weights"].update(cases=0.5),
}


@pytest.fixture(scope="module")
def transport():
    """Dantzig's transport problem, solved."""
    return shipped("transport")


@pytest.fixture(scope="module")
def siting():
    """A siting problem with whole numbers, solved."""
    return shipped("siting")


@pytest.fixture
def no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every use of HiGHS fail."""

    def refuse(*_: Any) -> None:
        raise AssertionError("a solver was called")

    monkeypatch.setattr(highspy, "Highs", refuse)


def vector(data: dict[str, Any], change: Any) -> None:
    """Change a packed vector."""
    values = unpacked(data)
    change(values)
    data.update(packed(values))


@pytest.mark.usefixtures("no_solver")
def test_the_published_optimum_is_in_the_interval(transport):
    """Dantzig's 153.675 (GAMS trnsport) lies in an interval no wider than doubles can tell; nothing is left to a word."""
    verdict = planner.verify(transport)
    assert (verdict.holds, verdict.exit_code, verdict.proves) == (True, 0, "optimal")
    (found,) = verdict.intervals
    assert found.lower is not None
    assert Fraction(found.lower) <= Fraction("153.675") <= Fraction(found.upper)
    assert found.upper - found.lower < 1e-9
    assert found.width < 1e-12
    assert verdict.words_of_solver == ()
    assert "the least cost is 153.675 kUSD" in verdict.sentence


@pytest.mark.parametrize("where", FORGED)
def test_a_changed_figure_is_named(transport, where):
    """Each changed figure is found and named, even where the hash of the file was made again."""
    verdict = planner.verify(changed(transport, FORGED[where]))
    assert where in [mismatch.where for mismatch in verdict.mismatches]
    assert verdict.exit_code == 1


def test_any_changed_cell_is_named(transport):
    """Every number in every table, changed by a millionth, is found, with its table, row and column."""
    tables = transport.to_dict()["tables"]
    places = [
        (name, i, j)
        for name, table in tables.items()
        for i, row in enumerate(table["rows"])
        for j, cell in enumerate(row)
        if isinstance(cell, float) and cell
    ]
    assert len(places) > 20
    for name, i, j in places:

        def change(data: dict[str, Any], name: str = name, i: int = i, j: int = j) -> None:
            data["tables"][name]["rows"][i][j] *= 1 + 1e-6

        verdict = planner.verify(changed(transport, change))
        (found,) = verdict.mismatches
        column = tables[name]["columns"][j]
        assert found.where.startswith(f"table {name}, row {i + 1} ")
        assert found.where.endswith(f"column {column}")


def test_a_lost_row_or_table_is_named(transport):
    """A table with a row less, and one that is gone."""
    verdict = planner.verify(changed(transport, lambda data: data["tables"]["served"]["rows"].pop()))
    assert [m.where for m in verdict.mismatches] == ["table served"]
    verdict = planner.verify(changed(transport, lambda data: data["tables"].pop("cost")))
    assert [m.where for m in verdict.mismatches] == ["table cost"]


def test_a_shifted_dual_is_seen(transport):
    """A dual that is a hundredth off proves a hundredth less, and the prices no longer follow."""

    def shift(values: Any) -> None:
        values[np.argmax(np.abs(values))] *= 1.01

    verdict = planner.verify(changed(transport, lambda data: vector(data["certificate"]["prices"], shift)))
    assert not verdict.holds
    assert verdict.intervals[0].width > NEAR
    assert any(m.where.startswith("table prices") for m in verdict.mismatches)
    assert verdict.intervals[0].lower <= 153.675 <= verdict.intervals[0].upper


def test_another_point_is_seen(transport):
    """A plan that is not the cheapest: its cost is exact, the best is still bounded, and the tables do not follow."""

    def shift(values: Any) -> None:
        values[np.argmax(np.abs(values))] *= 0.9

    verdict = planner.verify(changed(transport, lambda data: vector(data["certificate"]["point"], shift)))
    assert not verdict.holds
    assert verdict.mismatches
    assert verdict.intervals[0].lower <= 153.675 <= verdict.intervals[0].upper + 1e-9


def test_a_scenario_changed_after_solving_is_seen(transport):
    """A dearer freight, its hash made again: the programme is another, and so is its hash."""

    def change(data: dict[str, Any]) -> None:
        costs = data["scenario"]["workloads"]
        name = next(iter(costs))
        by_site = costs[name]["serving_cost"]
        site = next(iter(by_site))
        region = next(iter(by_site[site]))
        by_site[site][region] *= 2
        data["scenario_hash"] = planner.load(data["scenario"]).hash

    verdict = planner.verify(changed(transport, change))
    assert "hash of the programme" in [m.where for m in verdict.mismatches]
    assert verdict.exit_code == 1


def test_a_scenario_of_another_size_is_seen(transport):
    """A region less: nothing can be proven, and it is said why."""

    def change(data: dict[str, Any]) -> None:
        demand = next(iter(data["scenario"]["workloads"].values()))["demand"]["by_region"]
        demand.pop(next(iter(demand)))

    verdict = planner.verify(changed(transport, change))
    assert verdict.proves == "nothing"
    assert any("another size" in gap for gap in verdict.gaps)


def test_a_file_whose_hash_no_longer_fits(transport, tmp_path):
    """`planner.read` refuses it; verification says so, and which cell it is."""

    def change(data: dict[str, Any]) -> None:
        data["tables"]["cost"]["rows"][0][-1] += 1.0

    path = saved_with(transport, tmp_path / "plan.json", change)
    with pytest.raises(InputError, match="changed after it was made"):
        planner.read(path)
    where = [m.where for m in planner.verify(path).mismatches]
    assert where[0] == "hash of the plan"
    assert where[1].startswith("table cost, row 1")


def lying(monkeypatch: pytest.MonkeyPatch, lie: Any) -> None:
    """Make HiGHS say what it did not find."""
    answer = highs.ArrayHighs.answer

    def told(self: Any, arrays: Arrays) -> Solution:
        return lie(arrays, answer(self, arrays))

    monkeypatch.setattr(highs.ArrayHighs, "answer", told)


def test_a_solver_that_calls_a_dear_plan_best(monkeypatch):
    """It buys from the dearer offer and calls that optimal: 10 against 20 is not proven."""
    scenario = case(offers={"dear": sold(2), "cheap": sold(1)}, workloads={"w": {"demand": {"by_region": {"r": 10}}}})

    def lie(arrays: Arrays, solution: Solution) -> Solution:
        assert solution.x is not None
        turned = replace(arrays, cost=-arrays.cost, upper=np.where(np.isfinite(arrays.upper), arrays.upper, 1e6))
        worse = honest(highs.ArrayHighs(), turned).x
        return replace(solution, x=worse, objective=float(arrays.cost @ worse) + arrays.constant)

    honest = highs.ArrayHighs.answer
    lying(monkeypatch, lie)
    plan = planner.solve(planner.load(scenario), Request(break_ties=False))
    verdict = planner.verify(plan)
    assert plan.objective == pytest.approx(20)
    assert verdict.exit_code == 1
    assert verdict.intervals[0].lower == pytest.approx(10)
    assert any("best for the objective cost" in gap for gap in verdict.gaps)


def test_a_solver_that_says_a_bound_beyond_the_best(monkeypatch, siting):
    """A bound above a plan that exists cannot be one."""
    verdict = planner.verify(changed(siting, lambda data: data.update(bound=data["objective"] * 1.01, gap=0.01)))
    assert "bound" in [m.where for m in verdict.mismatches]


def test_whole_numbers_are_proven_to_the_relaxation(siting):
    """The plan is feasible exactly and its bound is the relaxation's; that nothing lies between is the solver's word."""
    verdict = planner.verify(siting)
    assert (verdict.proves, verdict.exit_code) == ("feasible", 0)
    (found,) = verdict.intervals
    assert found.relaxed
    assert found.lower < siting.objective == found.upper
    assert any("no plan is better" in word for word in verdict.words_of_solver)
    assert verdict.prices_width < 1e-12


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_holds_the_best_of_all_subsets(seed):
    """Which of four sites to open, every subset tried by hand: the best cost lies in the interval, the plan at its end."""
    rng = np.random.default_rng(seed)
    opening, price = rng.uniform(5, 20, 4), rng.uniform(1, 4, 4)
    capacity, demand = rng.uniform(6, 9, 4), 10.0
    sites = {f"s{i}": {"siting": "candidate", "opening_cost": float(opening[i])} for i in range(4)}
    offers = {
        f"o{i}": {"kind": "serverless", "sites": [f"s{i}"], "work": {"w": {"price_per_unit": float(price[i]), "capacity_by_site": {f"s{i}": float(capacity[i])}}}}
        for i in range(4)
    }  # fmt: skip
    plan = planner.solve(
        planner.load(case(sites=sites, offers=offers, workloads={"w": {"demand": {"by_region": {"r": demand}}}}))
    )
    best = np.inf
    for chosen in itertools.product([False, True], repeat=4):
        left, cost = demand, float(opening[list(chosen)].sum())
        for i in sorted(np.flatnonzero(chosen), key=lambda i: price[i]):
            sent = min(left, capacity[i])
            left, cost = left - sent, cost + sent * price[i]
        best = min(best, cost if left <= 0 else np.inf)
    verdict = planner.verify(plan)
    assert verdict.exit_code == 0
    assert verdict.intervals[0].lower <= best <= verdict.intervals[0].upper * (1 + 1e-12)
    assert verdict.intervals[0].upper == pytest.approx(best, rel=1e-9)


def test_infeasible_by_a_combination_of_rules():
    """4 kW cannot run the ten devices that the second hour needs: proven exactly, and no longer once tampered with."""
    scenario = case(
        workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": [10, 10]}}, "must_serve": True}},
        offers={"o": bought(2, supply=[12, 0])}, periods=2, sites={"s": {"power_mw": [1.0, 0.004]}},
        devices={"d": {"power_kw": 1}},
    )  # fmt: skip
    plan = planner.solve(planner.load(scenario))
    assert plan.status == "infeasible"
    verdict = planner.verify(plan)
    assert (verdict.proves, verdict.exit_code) == ("infeasible", 0)
    assert "no plan keeps every rule" in verdict.sentence
    none = planner.verify(changed(plan, lambda data: vector(data["certificate"]["ray"], lambda ray: ray.fill(0.0))))
    assert (none.proves, none.exit_code) == ("nothing", 1)
    freed = planner.verify(changed(plan, lambda data: data["scenario"]["sites"]["s"].pop("power_mw")))
    assert (freed.proves, freed.exit_code) == ("nothing", 1)
    claimed = planner.verify(changed(plan, lambda data: data.update(status="optimal")))
    assert claimed.exit_code == 1


def test_a_plan_called_infeasible_is_not(transport):
    """A certificate that holds a point shows that there is a plan."""
    verdict = planner.verify(changed(transport, lambda data: data.update(status="infeasible")))
    assert any("holds a point" in gap for gap in verdict.gaps)


def test_every_objective_of_a_rank_order():
    """Serve the most that 5 devices can, then cheapest: 5 units of 10, of which 3 at 1 and 2 at 4 make 11."""
    scenario = case(
        10, objective=["served", "cost"], offers={"a": rented(1, supply=3), "b": rented(4, supply=2)},
    )  # fmt: skip
    plan = planner.solve(planner.load(scenario))
    verdict = planner.verify(plan)
    assert verdict.exit_code == 0
    served, cost = verdict.intervals
    assert served.lower == pytest.approx(5, rel=1e-9) == served.upper
    assert cost.lower == pytest.approx(11, abs=4 * 5e-6)  # a millionth of the 5 may be given up, at 4 each
    assert cost.width < 1e-9
    other = changed(plan, lambda data: data["certificate"]["objectives"][1]["held"].__setitem__(0, -1.0))
    assert "hash of the programme" in [m.where for m in planner.verify(other).mismatches]


def test_losses_are_in_the_programme():
    """The losses that the rounds put in are put in again, with the same hash; one that is not the scenario's is refused."""
    plan = shipped("siting-europe")
    verdict = planner.verify(plan)
    assert verdict.exit_code == 0
    assert plan.certificate["losses"]
    assert any("loss" in word for word in verdict.words_of_solver)
    fewer = planner.verify(changed(plan, lambda data: data["certificate"]["losses"].pop()))
    assert fewer.exit_code == 1
    strange = planner.verify(changed(plan, lambda data: data["certificate"]["losses"].append(["x", "site", "y"])))
    assert any("not the scenario's" in gap for gap in strange.gaps)


def test_a_plan_from_before_certificates(transport):
    """A plan without one says so, and is not proven; its hash is what it was."""
    old = changed(transport, lambda data: data.pop("certificate"))
    assert "certificate" not in old.to_dict()
    verdict = planner.verify(old)
    assert (verdict.certified, verdict.exit_code) == (False, 1)
    assert "has no certificate" in verdict.sentence


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"holds": "magic"},
        {"objectives": []},
        {"objectives": [{"name": "beauty"}]},
        {"point": {"length": 8, "values": "AAAA"}},
        {"losses": 5},
    ],
)
def test_a_certificate_that_cannot_be_read(transport, change):
    """It is an error of the input, in one sentence."""
    with pytest.raises(InputError, match="certificate"):
        planner.verify(changed(transport, lambda data: data["certificate"].update(change)))


def test_the_same_scenario_has_the_same_certificate(siting):
    """Made twice, bit for bit."""
    assert shipped("siting").certificate == siting.certificate
    assert shipped("siting").hash == siting.hash


def test_a_flagship_is_proven_within_a_billionth():
    """Ten thousand rules of doubles: the interval is narrower than 1e-9 of the cost, and the plan exactly feasible."""
    path = ROOT / "scenarios" / "sora-mainstream-press.yaml"
    plan = planner.solve(planner.load(path))
    verdict = planner.verify(plan)
    (found,) = verdict.intervals
    assert (verdict.proves, found.violation) == ("optimal", 0.0)
    assert found.width < 1e-9
    assert len(str(plan.certificate)) < 0.1 * len(str(plan.to_dict()))


def test_lagrangian_multipliers_bound_a_siting_problem():
    """Where the facility location search is used: the bound is below the search's, and within a twentieth of it."""
    instance = random(3, sites=20, regions=30)
    plan = planner.solve(planner.load(located(instance)))
    assert "facility location search" in plan.solver["name"]
    assert plan.certificate["objectives"][0]["duals_of"] == "multipliers"
    verdict = planner.verify(plan)
    (found,) = verdict.intervals
    assert verdict.exit_code == 0
    assert 0.95 * plan.bound < found.lower <= plan.bound * (1 + 1e-9)


def test_duals_without_bounds_to_pay_with(monkeypatch):
    """With derived bounds so tight that they bind, the programme is solved without: 10 at 1 is proven all the same."""
    monkeypatch.setattr(decisions, "SLACK", 0.5)
    plan = planner.solve(planner.load(case(offers={"o": rented(1 / 3)})))
    assert plan.certificate["objectives"][0]["free"]
    verdict = planner.verify(plan)
    assert (verdict.proves, verdict.exit_code) == ("optimal", 0)
    assert verdict.intervals[0].upper == pytest.approx(10 / 3)
