"""The first plan of general siting: never better than the optimum, a plan that keeps every rule, and no change to the optimum."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

import planner
from planner.facility.first_plan import FirstPlan
from planner.facility.linking import implied, in_rounds
from planner.facility.siting import siting
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.solver.highs import ArrayHighs
from planner.solver.options import SolveOptions
from planner.solver.solution import max_violation
from tests.model.cases import case, sold


def scattered(seed, periods=2, count=5, **site):
    """Return candidate sites of limited power, devices to buy in two kinds, and growing demand in six regions."""
    draw = np.random.default_rng(seed)
    sites, regions = [f"s{i}" for i in range(count)], [f"r{i}" for i in range(6)]
    distance = draw.uniform(1, 10, (count, 6))
    return {
        "horizon": {"start": 2024, "period": "year", "count": periods},
        "regions": {r: {} for r in regions},
        "sites": {
            s: {
                "siting": "candidate", "power_mw": float(draw.uniform(0.03, 0.08)),
                "opening_cost": float(draw.uniform(2e5, 9e5)), "fixed_cost_per_year": float(draw.uniform(1e4, 9e4)),
            }
            | site
            for s in sites
        },
        "devices": {"h": {"power_kw": 1.0}, "m": {"power_kw": 1.5}},
        "offers": {
            "buy-h": {"kind": "buy", "device": "h", "price_per_unit": 20000, "supply": 60},
            "buy-m": {"kind": "buy", "device": "m", "price_per_unit": 15000},
        },
        "workloads": {
            "w": {
                "rate": {"h": 1, "m": 0.9},
                "demand": {"by_region": {r: [float(draw.integers(4, 12) + 3 * t) for t in range(periods)] for r in regions}},
                "serving_cost": {s: {r: float(distance[i, j]) for j, r in enumerate(regions)} for i, s in enumerate(sites)},
            }
        },
    }  # fmt: skip


def first_plan(scenario):
    """Return the arrays of least cost, and the first plan for them with its value."""
    built = build(inputs_of(planner.load(scenario)))
    objective = built.objective("cost")
    arrays, _ = built.finished.arrays(objective.coefficients, objective.constant)
    at = built.model.open.at
    search = FirstPlan(arrays, [at[:, j] for j in range(at.shape[1])], time.monotonic() + 60)
    return built, arrays, search, search.search()


@pytest.mark.parametrize("seed", range(6))
def test_the_first_plan_is_a_plan(seed):
    """It keeps every row and bound, its sites are open or not, and it costs no less than the optimum."""
    _, arrays, search, x = first_plan(scattered(seed))
    assert max_violation(arrays, x) <= 1e-7
    assert arrays.cost @ x + arrays.constant == pytest.approx(search.best)
    best = ArrayHighs().answer(arrays)
    assert search.best >= best.objective - 1e-6 * abs(best.objective)
    assert search.best <= best.objective * 1.05


@pytest.mark.parametrize("seed", range(3))
def test_of_one_period_it_is_the_best_of_all_sets_of_sites(seed):
    """One more, one less and one for another find the best of the 15 sets of four sites, each solved alone."""
    scenario = scattered(seed, periods=1, count=4)
    values = []
    for chosen in itertools.product([False, True], repeat=4):
        sites = {
            name: site | ({} if is_open else {"power_mw": 0})
            for (name, site), is_open in zip(scenario["sites"].items(), chosen, strict=True)
        }
        plan = planner.solve(planner.load(scenario | {"sites": sites}))
        values.append(plan.objective if plan.has_plan else np.inf)
    built, _, search, _ = first_plan(scenario)
    objective = built.objective("cost")
    _, unit = built.finished.arrays(objective.coefficients, objective.constant)
    assert search.best * unit == pytest.approx(min(values))


@pytest.mark.parametrize(
    "site", [{}, {"modules": {"m": {"mw": 0.02, "cost": 1e5, "max_count": 3}}}, {"can_close": True}]
)
def test_the_optimum_stays_the_optimum(site):
    """HiGHS from the first plan and HiGHS alone; with modules, whose number the first plan leaves to HiGHS."""
    built, arrays, _, x = first_plan(scattered(3, **site))
    assert np.isinf(x).any() == ("modules" in site)
    alone = ArrayHighs(SolveOptions(gap=1e-7)).answer(arrays)
    helped = siting_of(built).answer(arrays)
    assert helped.status == alone.status == "optimal"
    assert helped.objective == pytest.approx(alone.objective, rel=1e-6)


def siting_of(built):
    """Return the solver with a first plan, of however few sites."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.facility.siting.LEAST_OPEN", 1)
        return siting(built, SolveOptions(gap=1e-7))


def test_what_cannot_be_served_at_all_is_left_to_highs():
    """No set of sites has the power: no first plan, and an infeasible scenario."""
    scenario = scattered(1)
    for site in scenario["sites"].values():
        site["power_mw"] = 0.001
    built, arrays, _, x = first_plan(scenario)
    assert x is None
    assert siting_of(built).answer(arrays).status == "infeasible"


def test_the_log_says_what_each_part_brought():
    """Relaxation, rounding, and the moves, each with the best so far."""
    built = build(inputs_of(planner.load(scattered(2))))
    objective = built.objective("cost")
    arrays, _ = built.finished.arrays(objective.coefficients, objective.constant)
    at, lines = built.model.open.at, []
    FirstPlan(arrays, [at[:, j] for j in range(at.shape[1])], time.monotonic() + 60, log=lines.append).search()
    assert [line.partition(":")[0] for line in lines] == ["relaxation", "rounding", "add, drop and swap"]


@pytest.mark.parametrize("seed", range(4))
def test_linking_in_rounds_keeps_the_bound_and_the_optimum(seed, monkeypatch):
    """The relaxation of the rows that are left is that of all rows, and so is the optimum, with a dual for every row."""
    built, arrays, _, _ = first_plan(scattered(seed, count=6))
    left_out = implied(built)
    assert len(left_out) == built.model.programme.rows["linking"].count
    rounds = in_rounds(arrays, left_out, time.monotonic() + 60)
    assert len(rounds.rows) < arrays.rows
    relaxed = [
        ArrayHighs().answer(replace(a, integer=np.zeros_like(a.integer))).objective for a in (arrays, rounds.arrays)
    ]
    assert relaxed[1] == pytest.approx(relaxed[0], rel=1e-6)
    monkeypatch.setattr("planner.facility.siting.LEAST_LINKS", 1)
    alone, found = ArrayHighs(SolveOptions(gap=1e-7)).answer(arrays), siting_of(built).answer(arrays)
    assert found.objective == pytest.approx(alone.objective, rel=1e-6)
    assert len(found.row_dual) == arrays.rows


def test_links_that_nothing_implies_are_never_left_out():
    """Work that is sold without a limit is tied to its site by the linking rows alone."""
    scenario = case(sites={"s": {"siting": "candidate", "opening_cost": 5}}, offers={"o": sold(1)})
    built = build(inputs_of(planner.load(scenario)))
    assert built.model.programme.rows["linking"].count == 1
    assert len(implied(built)) == 0
