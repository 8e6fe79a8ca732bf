"""Single sources in the first plan: assignments against every assignment tried, and whole plans against the optimum."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

import planner
from planner.facility.assigning import by_hand
from planner.facility.assignment import Assignment
from planner.facility.first_plan import FirstPlan
from planner.facility.instance import Instance
from planner.facility.linking import implied, in_rounds, only
from planner.facility.sources import Allocation, sources_of
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.solver.fixed import fix_integers
from planner.solver.highs import ArrayHighs
from planner.solver.options import SolveOptions
from planner.solver.solution import max_violation
from tests.facility.test_first_plan import scattered, siting_of
from tests.facility.test_through_scenarios import located, random


def single(scenario):
    """Return a scenario in which each region has one source."""
    return scenario | {"workloads": {"w": scenario["workloads"]["w"] | {"single_source": True}}}


def posed(scenario):
    """Return a scenario's programme and its arrays for least cost."""
    built = build(inputs_of(planner.load(scenario)))
    objective = built.objective("cost")
    return built, built.finished.arrays(objective.coefficients, objective.constant)[0]


def searched(built, arrays, sources=None, lines=None):
    """Return the search for a first plan, and what it found."""
    at = built.model.open.at
    sites = [at[:, j] for j in range(at.shape[1])]
    log = None if lines is None else lines.append
    search = FirstPlan(arrays, sites, time.monotonic() + 60, log=log, sources=sources or sources_of(built))
    return search, search.search()


@pytest.mark.parametrize("seed", range(12))
def test_an_assignment_is_near_the_best_of_all(seed):
    """Eight regions, three sites, two slices: within the room as the best of the 6,561 assignments is, and near it."""
    draw = np.random.default_rng(seed)
    cost, demand = draw.uniform(1, 9, (8, 3)), draw.uniform(1, 5, (2, 8))
    room = 1.15 * demand.sum(axis=1)[:, None] * np.array([0.5, 0.3, 0.2])
    best = np.inf
    for chosen in itertools.product(range(3), repeat=8):
        load = np.stack([np.bincount(chosen, weights=d, minlength=3) for d in demand])
        if (load <= room).all():
            best = min(best, cost[np.arange(8), chosen].sum())
    at = Assignment(cost, demand, room).solved(np.full((8, 3), 1 / 3))
    load = np.stack([np.bincount(at, weights=d, minlength=3) for d in demand])
    assert np.isfinite(best)
    assert (load <= room * (1 + 1e-9)).all()
    assert best - 1e-9 <= cost[np.arange(8), at].sum() <= 1.2 * best


@pytest.mark.parametrize("seed", [151, 357])
def test_regions_that_are_alike_do_not_change_places_for_ever(seed, monkeypatch):
    """Too little room for regions of few sizes at no cost: what swaps gain in rounding alone is not taken."""
    draw, loads, true = np.random.default_rng(seed), [], Assignment._load

    def counted(self, at):
        loads.append(at)
        assert len(loads) < 10_000
        return true(self, at)

    monkeypatch.setattr(Assignment, "_load", counted)
    for _ in range(20):
        sizes = draw.uniform(50, 200, 3)
        demand = sizes[draw.integers(0, 3, (1, 11))]
        room = demand.sum() * draw.dirichlet(np.ones(4), 1) * draw.uniform(0.7, 1.1)
        at = Assignment(np.zeros((11, 4)), demand, room).solved(np.full((11, 4), 0.25))
        assert ((at >= 0) & (at < 4)).all()
        loads.clear()


@pytest.mark.parametrize("seed", range(4))
def test_the_costs_of_pairs_are_those_of_the_programme(seed):
    """Between any two whole assignments to sites in use, they differ by as much as the programme's costs do."""
    built, arrays = posed(single(located(replace(random(seed), capacity=np.full(6, 1e3)))))
    limited, tight = posed(single(located(random(seed))))
    sources = sources_of(built)
    opened = np.zeros(arrays.columns)
    opened[built.model.open.span] = 1.0
    rows = np.setdiff1d(np.arange(tight.rows), sources.rows)
    divisible = only(replace(tight, lower=np.maximum(tight.lower, opened)).relaxed, tight.matrix(), rows)
    row_dual = np.zeros(tight.rows)
    answer = ArrayHighs().answer(divisible)
    row_dual[rows] = answer.row_dual
    used = np.bincount(sources.site, weights=sources.share(answer.x)) > 0
    pairs = sources_of(limited).cost(tight, row_dual)
    draw, totals = np.random.default_rng(seed), []
    for _ in range(3):
        x = opened.copy()
        chosen = [
            int(draw.choice(np.flatnonzero((sources.region == r) & used[sources.site])))
            for r in np.unique(sources.region)
        ]
        x[sources.assign[chosen]] = 1.0
        value = ArrayHighs().answer(fix_integers(arrays, x)).objective
        totals.append(value - pairs[chosen].sum())
    assert totals == pytest.approx([totals[0]] * 3)


@pytest.mark.parametrize("seed", range(5))
def test_the_first_plan_is_whole(seed):
    """SSCFLP of ten sites and 24 regions: keeps every rule, costs no less than the optimum, and no more than 2 % above it."""
    built, arrays = posed(single(located(random(seed, sites=10, regions=24))))
    lines = []
    search, x = searched(built, arrays, lines=lines)
    assert [line.partition(":")[0] for line in lines] == [
        "relaxation", "rounding", "add, drop and swap", "single sources",
    ]  # fmt: skip
    assert max_violation(arrays, x) <= 1e-7
    assert arrays.cost @ x + arrays.constant == pytest.approx(search.best)
    best = ArrayHighs().answer(arrays).objective
    assert best * (1 - 1e-6) <= search.best <= best * 1.02


@pytest.mark.parametrize("site", [{}, {"modules": {"m": {"mw": 0.02, "cost": 1e5, "max_count": 3}}}])
@pytest.mark.parametrize("seed", [0, 3])
def test_beside_devices_periods_and_modules(seed, site):
    """The first plan is a plan of the general programme, too, and the optimum from it is the optimum."""
    built, arrays = posed(single(scattered(seed, **site)))
    search, x = searched(built, arrays)
    assert max_violation(arrays, x) <= 1e-6
    alone, helped = ArrayHighs(SolveOptions(gap=1e-7)).answer(arrays), siting_of(built).answer(arrays)
    assert helped.objective == pytest.approx(alone.objective, rel=1e-6)
    assert alone.objective * (1 - 1e-6) <= search.best <= alone.objective * 1.05


def test_one_workload_of_two():
    """The workload with many sources is allocated beside the one with single sources."""
    scenario = located(random(2))
    work = scenario["workloads"]["w"]
    offer = scenario["offers"]["o"]["work"]["w"]
    two = scenario | {
        "workloads": {"v": work, "w": work | {"single_source": True}},
        "offers": {"o": {"kind": "serverless", "work": {"v": offer, "w": offer}}},
    }
    built, arrays = posed(two)
    search, x = searched(built, arrays)
    assert {key[0] for key in built.model.assign.keys} == {"w"}
    assert max_violation(arrays, x) <= 1e-7
    assert ArrayHighs().answer(arrays).objective * (1 - 1e-6) <= search.best


def test_the_same_pairs_without_some_of_the_rows():
    """Where linking rows come in rounds, costs and assignment are read off the rows that are left."""
    built, arrays = posed(single(located(random(1, sites=10, regions=24))))
    rounds = in_rounds(arrays, implied(built), time.monotonic() + 60)
    assert rounds.arrays.rows < arrays.rows
    sources = sources_of(built).among(rounds.rows)
    search, x = searched(built, rounds.arrays, sources)
    assert max_violation(arrays, x) <= 1e-7
    whole, _ = searched(built, arrays)
    assert search.best == pytest.approx(whole.best, rel=0.01)


def test_an_objective_after_the_first_has_its_row_among_those_that_are_left(monkeypatch):
    """Least cost, then most served within 5 % of it, with linking rows in rounds: all is served, for no more than that."""
    monkeypatch.setattr("planner.facility.siting.LEAST_OPEN", 1)
    monkeypatch.setattr("planner.facility.siting.LEAST_LINKS", 1)
    scenario = single(located(random(1, sites=8, regions=16)))
    least = planner.solve(planner.load(scenario)).objective
    ranks = [{"of": "cost", "tolerance": 0.05}, {"of": "served"}]
    plan = planner.solve(planner.load(scenario | {"objective": ranks}))
    assert (plan.status, plan.served_fraction) == ("optimal", pytest.approx(1.0))
    assert least * (1 - 1e-6) <= plan.objective <= 1.05 * least * (1 + 1e-6)


def test_without_room_enough_for_whole_regions_there_is_no_assignment():
    """Three regions of 6 at two sites of 10: 18 of 20 are asked for, but only one region fits each site."""
    instance = Instance(np.ones(2), np.full(2, 10.0), np.full(3, 6.0), np.ones((2, 3)))
    built, arrays = posed(single(located(instance)))
    search, x = searched(built, arrays)
    assert search.best == np.inf
    assert np.isinf(x).any()
    assert siting_of(built).answer(arrays).status == "infeasible"


def test_by_hand_gives_each_region_one_site():
    """One pair for each region, whatever the allocation."""
    built, arrays = posed(single(located(random(5))))
    sources = sources_of(built)
    chosen = by_hand(
        arrays, sources, Allocation(np.ones(arrays.columns), np.zeros(arrays.columns), np.zeros(arrays.rows))
    )
    assert np.bincount(sources.region[chosen]).tolist() == [1] * 5


def test_p_median_where_the_relaxation_is_half_and_half():
    """Three places in a triangle at equal distance, one site: the relaxation opens halves, rounding one of them."""
    instance = Instance(np.zeros(3), np.full(3, 9.0), np.array([1.0, 1.0, 1.0]), 5.0 * (1 - np.eye(3)), 1)
    for scenario in (located(instance), single(located(instance))):
        built, arrays = posed(scenario)
        search, x = searched(built, arrays)
        assert x[built.model.open.span].sum() == 1
        assert search.best == pytest.approx(ArrayHighs().answer(arrays).objective)


def test_a_constant_in_the_objective_changes_no_plan():
    """The bound at which a set of sites is given up has it in it, too."""
    built, arrays = posed(single(located(random(4, sites=10, regions=24))))
    search, _ = searched(built, arrays)
    moved, _ = searched(built, replace(arrays, constant=arrays.constant + 1e4))
    assert moved.best == pytest.approx(search.best + 1e4)
