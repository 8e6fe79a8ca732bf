"""The parts of the facility location search: knapsacks, relaxation, cuts at mixed prices, and sites given open."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from planner.facility import branch, plans, root
from planner.facility import search as search_module
from planner.facility.ascent import is_dear, mixed_prices
from planner.facility.instance import Instance
from planner.facility.knapsacks import Knapsacks
from planner.facility.lagrangian import lagrangian
from planner.facility.master import Master
from planner.facility.relaxed import relax
from planner.facility.scaled import scaled
from planner.facility.search import Search
from planner.facility.solve import solve_cflp
from tests.facility.test_brute_force import allocate, feasible, tiny, uniform


def optimum(inst: Instance) -> float:
    """Return the optimum of the strong model by scipy's branch and bound."""
    s, r = inst.cost.shape
    once = np.hstack([np.kron(np.ones(s), np.eye(r)), np.zeros((r, s))])
    linked = np.hstack([np.eye(s * r), -np.kron(np.eye(s), np.ones((r, 1)))])
    room = np.hstack([np.kron(np.eye(s), inst.demand), -np.diag(inst.capacity)])
    rules = [LinearConstraint(once, 1, 1), LinearConstraint(np.vstack([linked, room]), -np.inf, 0)]
    whole = np.concatenate([np.zeros(s * r), np.ones(s)])
    low = np.zeros(s * r + s)
    if inst.given is not None:
        low[s * r :] = inst.given
    cost = np.concatenate([inst.cost.ravel(), inst.fixed])
    found = milp(cost, integrality=whole, bounds=Bounds(low, 1), constraints=rules, options={"mip_rel_gap": 1e-9})
    return float(found.fun)


@pytest.mark.parametrize("seed", range(20))
def test_knapsacks_are_linear_programmes(seed: int) -> None:
    """Each value is the optimum of the site's continuous knapsack (scipy), and what is packed costs that."""
    data = scaled(uniform(6, 12, 2.0 + seed % 4, seed))
    u = np.random.default_rng(seed).uniform(0.2, 1.5, 12) * data.cost.max(axis=0)
    packed = Knapsacks(data, np.arange(6)).solve(u)
    share = np.zeros((6, 12))
    share[packed.site, packed.region] = packed.share
    for s in range(6):
        gain = data.cost[s] - u
        found = linprog(gain, data.demand[None, :], data.capacity[s : s + 1], bounds=[(0, 1)] * 12)
        assert packed.value[s] == pytest.approx(found.fun, rel=1e-9, abs=1e-6)
        assert gain @ share[s] == pytest.approx(found.fun, rel=1e-9, abs=1e-6)
        assert share[s] @ data.demand <= data.capacity[s] * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_knapsacks_asked_again_are_as_from_scratch(seed: int) -> None:
    """Whatever prices came before, small moves or leaps, and with sites dropped, values are those of scipy's programmes."""
    data = scaled(uniform(6, 12, 2.0 + seed % 4, seed))
    rng = np.random.default_rng(seed)
    knapsacks = Knapsacks(data, np.arange(6))
    u = rng.uniform(0.2, 1.5, 12) * data.cost.max(axis=0)
    for turn in range(12):
        if turn == 6:
            knapsacks.keep(rng.random(6) < 0.6)
        leap = rng.choice([0.0, 0.001, 0.03, 1.0])
        u = u + leap * rng.standard_normal(12) * data.cost.max(axis=0)
        packed = knapsacks.solve(u)
        load = np.bincount(packed.site, packed.share * data.demand[packed.region], len(knapsacks.sites))
        worth = (data.cost[knapsacks.sites] - u)[packed.site, packed.region] * packed.share
        assert np.bincount(packed.site, worth, len(load)) == pytest.approx(packed.value, rel=1e-9, abs=1e-6)
        for at, s in enumerate(knapsacks.sites):
            found = linprog(data.cost[s] - u, data.demand[None, :], data.capacity[s : s + 1], bounds=[(0, 1)] * 12)
            assert packed.value[at] == pytest.approx(found.fun, rel=1e-9, abs=1e-6)
            assert load[at] <= data.capacity[s] * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_only_plans_no_better_are_dear(seed: int) -> None:
    """Of all plans, none below the best known is called dear, and every cut found on the way holds for all of them."""
    inst = uniform(6, 9, 2.5, seed)
    data = scaled(inst)
    search = Search(data, 1e-6, time.perf_counter() + 60.0)
    search.cut(data.cost.min(axis=0))
    costs = {}
    for bits in itertools.product((False, True), repeat=6):
        y = np.array(bits)
        if inst.capacity[y].sum() >= inst.demand.sum():
            costs[bits] = data.scale * (inst.fixed[y].sum() + allocate(inst, np.flatnonzero(y).tolist()))
    search.best = float(np.median(list(costs.values())))
    called = [is_dear(search, np.array(bits)) for bits in costs]
    assert any(called)
    assert all(cost >= search.worth() for cost, dear in zip(costs.values(), called, strict=True) if dear)
    for cut in search.cuts.latest():
        for bits, cost in costs.items():
            assert cut.constant + (cut.slope + data.fixed) @ np.array(bits) <= cost * (1 + 1e-9)


def test_no_cut_of_a_waiting_node_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool emptied at every node still has the cuts that the node at hand asks for again."""
    monkeypatch.setattr(branch, "MOST", 6)
    monkeypatch.setattr(branch, "FORGET", 1)
    monkeypatch.setattr(search_module, "RECENT", 1)
    monkeypatch.setattr(branch, "SMALL", 0)
    monkeypatch.setattr(root, "SMALL", 0)
    monkeypatch.setattr(plans, "SMALL", 0)
    inst = uniform(14, 30, 2.5, 1)
    assert solve_cflp(inst, gap=1e-7).objective == pytest.approx(optimum(inst), rel=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_relaxation_is_a_bound_whatever_the_prices(seed: int) -> None:
    """At random prices, with random sites settled, the bound is at most the best plan among those left."""
    inst = replace(tiny(3 * seed + 1), max_open=None)
    rng = np.random.default_rng(seed)
    n = len(inst.fixed)
    upper = (rng.random(n) < 0.8).astype(float)
    lower = upper * (rng.random(n) < 0.3)
    best = np.inf
    for bits in itertools.product((0.0, 1.0), repeat=n):
        y = np.array(bits)
        if y.any() and (y >= lower).all() and (y <= upper).all():
            sites = np.flatnonzero(y).tolist()
            best = min(best, inst.fixed[sites].sum() + allocate(inst, sites))
    try:
        data = scaled(inst)
    except ValueError:
        assert not np.isfinite(best)
        return
    cost = np.where(np.isfinite(inst.cost), inst.cost * data.scale, 0.0)
    u = rng.uniform(-0.2, 1.5, len(inst.demand)) * np.abs(cost).max(axis=0)
    got = relax(data, Knapsacks(data, np.arange(n)), u, lower, upper)
    assert got.level <= best * data.scale + 1e-6 * abs(got.level) + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_mixed_prices_are_as_strong_as_the_mix(seed: int) -> None:
    """The relaxation at the master's mix of prices bounds at least as high as the master: L is concave."""
    data = scaled(uniform(15, 40, 3, seed))
    search = Search(data, 1e-6, time.perf_counter() + 60.0)
    lagrangian(search, 30, None)
    search.master = Master(data, search.cuts)
    low, high = search.must.astype(float), search.active.astype(float)
    solved = search.master.solve(low, high)
    assert solved is not None
    knapsacks = Knapsacks(data, np.arange(data.sites))
    u = mixed_prices(search)
    floor = search.data.fixed @ solved[1] + float(u.sum()) + knapsacks.solve(u).value @ solved[1]
    assert floor >= solved[0] - 1e-6 * abs(solved[0])


@pytest.mark.parametrize("seed", range(4))
def test_forgotten_cuts_lose_no_plan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a master of a few cuts and a pool emptied at every other node, the optimum is that of scipy."""
    monkeypatch.setattr(branch, "MOST", 12)
    monkeypatch.setattr(branch, "FORGET", 2)
    monkeypatch.setattr(branch, "STEPS", 2)
    monkeypatch.setattr(branch, "SMALL", 0)  # by steps on the prices, as large problems are
    monkeypatch.setattr(root, "SMALL", 0)
    monkeypatch.setattr(plans, "SMALL", 0)
    inst = uniform(14, 30, 2.5, seed)
    got = solve_cflp(inst, gap=1e-7)
    assert got.closed
    assert got.objective == pytest.approx(optimum(inst), rel=1e-6)
    feasible(inst, got, got.objective)


@pytest.mark.parametrize("seed", range(40))
def test_given_sites_stay_open(seed: int) -> None:
    """With sites given open and a limit on all, the plan is the best of all subsets that hold the given ones."""
    rng = np.random.default_rng(seed)
    inst = uniform(6, 9, 3, seed)
    given = rng.random(6) < 0.4
    most = int(given.sum() + rng.integers(0, 4)) or 1
    inst = replace(inst, given=given, max_open=most, fixed=inst.fixed * (rng.random(6) < 0.7))
    best = np.inf
    for bits in itertools.product((False, True), repeat=6):
        y = np.array(bits)
        if y.any() and y.sum() <= most and (y | ~given).all():
            best = min(best, inst.fixed[y].sum() + allocate(inst, np.flatnonzero(y).tolist()))
    if not np.isfinite(best):
        with pytest.raises(ValueError, match=r"no set|capacity|cannot"):
            solve_cflp(inst)
        return
    got = solve_cflp(inst)
    assert got.closed
    assert got.objective == pytest.approx(best, rel=2e-6)
    assert got.open[given].all()
