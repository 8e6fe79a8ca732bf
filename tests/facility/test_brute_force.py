"""The facility location algorithm against every subset of sites, and against itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.facility.instance import InfeasibleError, Instance
from planner.facility.solve import Result, solve_cflp


def allocate(inst: Instance, sites: list[int]) -> float:
    """Return the cost of the cheapest allocation to `sites` (scipy), or infinity."""
    s, r = len(sites), len(inst.demand)
    cost = inst.cost[sites]
    equal, upper = np.zeros((r, s * r)), np.zeros((s, s * r))
    for i in range(s):
        upper[i, i * r : (i + 1) * r] = inst.demand
        equal[np.arange(r), i * r + np.arange(r)] = 1.0
    allowed = np.isfinite(cost).ravel()
    out = linprog(
        np.where(allowed, cost.ravel(), 0.0), A_ub=upper, b_ub=inst.capacity[sites], A_eq=equal, b_eq=np.ones(r),
        bounds=[(0.0, 1.0 if ok else 0.0) for ok in allowed],
    )  # fmt: skip
    return float(out.fun) if out.status == 0 else np.inf


def brute(inst: Instance) -> float:
    """Return the optimum over all subsets of sites."""
    n, best = len(inst.fixed), np.inf
    for k in range(1, (n if inst.max_open is None else inst.max_open) + 1):
        for chosen in itertools.combinations(range(n), k):
            sites = list(chosen)
            if inst.capacity[sites].sum() >= inst.demand.sum() * (1 - 1e-9):
                best = min(best, inst.fixed[sites].sum() + allocate(inst, sites))
    return float(best)


def feasible(inst: Instance, got: Result, size: float) -> None:
    """Hold that the plan keeps every rule and costs what it says."""
    x = got.assign
    assert np.allclose(x.sum(axis=0), 1.0, atol=1e-6)
    assert (x >= 0).all()
    assert (x <= got.open[:, None] + 1e-6).all()
    assert (x @ inst.demand <= inst.capacity * got.open * (1 + 1e-6) + 1e-6 * inst.demand.sum()).all()
    assert (x[~np.isfinite(inst.cost)] <= 1e-6).all()
    cost = np.where(np.isfinite(inst.cost), inst.cost, 0.0)
    assert inst.fixed[got.open].sum() + (cost * x).sum() == pytest.approx(got.objective, rel=1e-6, abs=1e-6 * size)
    assert inst.max_open is None or got.open.sum() <= inst.max_open


def tiny(seed: int) -> Instance:
    """Return a random instance; the seed mixes in what is at the edge."""
    rng = np.random.default_rng(seed)
    s, r = int(rng.integers(1, 8)), int(rng.integers(1, 9))
    demand = rng.integers(1, 20, r).astype(float) if seed % 2 else rng.uniform(1, 20, r)
    capacity = rng.uniform(0.1, 2.5 if seed % 3 else 6.0, s) * demand.sum() / max(s / 2, 1)
    if seed % 5 == 0:
        capacity[:] = np.round(demand.sum() * rng.uniform(0.3, 0.7))
    cost = rng.uniform(0, 100, (s, r)) * demand
    fixed = rng.uniform(0, 600, s) * rng.choice([0.0, 0.1, 1.0])
    if seed % 4 == 1:  # ties
        cost, fixed = np.round(cost / 300) * 300, np.round(fixed / 300) * 300
    if seed % 4 == 2:
        demand[rng.random(r) < 0.3] = 0.0
        capacity[rng.random(s) < 0.3] = 0.0
    if seed % 4 == 3:
        cost[rng.random((s, r)) < 0.3] = np.inf
    if seed % 11 == 0:
        fixed -= 150.0
    if seed % 13 == 0:
        cost = cost - 200.0
    scale = 10.0 ** rng.integers(-6, 7) if seed % 7 == 0 else 1.0
    size = 10.0 ** rng.integers(-4, 7) if seed % 6 == 0 else 1.0
    most = int(rng.integers(1, s + 1)) if seed % 3 == 0 else None
    return Instance(fixed * scale, capacity * size, demand * size, cost * scale, most)


def uniform(sites: int, regions: int, ratio: float, seed: int, *, fixed: float = 1.0) -> Instance:
    """Return an instance in the unit square whose capacity is `ratio` times the demand."""
    rng = np.random.default_rng(seed)
    demand, capacity = rng.uniform(5, 35, regions), rng.uniform(10, 160, sites)
    opening = fixed * (rng.uniform(0, 90, sites) + rng.uniform(100, 110, sites) * np.sqrt(capacity))
    places, points = rng.random((sites, 2)), rng.random((regions, 2))
    far = np.sqrt(((places[:, None] - points[None]) ** 2).sum(axis=2))
    return Instance(opening, capacity * ratio * demand.sum() / capacity.sum(), demand, 10 * far * demand)


@pytest.mark.parametrize("seed", range(120))
def test_equals_every_subset_tried(seed: int) -> None:
    """The plan is feasible, costs what it says, is the optimum, and the bound is at most that."""
    inst = tiny(seed)
    optimum = brute(inst)
    if not np.isfinite(optimum):
        with pytest.raises(InfeasibleError):
            solve_cflp(inst)
        return
    got = solve_cflp(inst)
    size = max(abs(optimum), 1e-9 * np.abs(np.where(np.isfinite(inst.cost), inst.cost, 0)).max(), 1e-300)
    assert got.objective == pytest.approx(optimum, rel=2e-6, abs=2e-6 * size)
    assert got.bound <= optimum + 1e-6 * size
    assert got.closed
    feasible(inst, got, size)


@pytest.mark.parametrize("gap", [0.0, 0.01, 0.1])
@pytest.mark.parametrize("seed", range(1, 16))
def test_the_bound_holds_at_any_gap(seed: int, gap: float) -> None:
    """What is proven at a coarse gap is not above the optimum, and the gap is kept."""
    inst = tiny(seed)
    optimum = brute(inst)
    if np.isfinite(optimum):
        got = solve_cflp(inst, gap=gap)
        assert got.bound <= optimum + 1e-6 * abs(optimum)
        assert got.gap <= gap + 1e-6
        assert optimum <= got.objective + 1e-6 * abs(optimum)


def test_the_same_twice() -> None:
    """Two runs give the same plan, allocation and bound, digit for digit."""
    inst = uniform(20, 60, 5, 3)
    a, b = solve_cflp(inst), solve_cflp(inst)
    assert (a.open == b.open).all()
    assert (a.assign == b.assign).all()
    assert a.bound == b.bound


def test_a_plan_to_begin_with_is_used() -> None:
    """Without time, the plan that was given comes back, with a bound that holds."""
    inst = uniform(20, 60, 5, 3)
    best = solve_cflp(inst)
    again = solve_cflp(inst, start=best.open, time_limit=0.0)
    assert again.objective == pytest.approx(best.objective)
    assert again.bound <= best.objective * (1 + 1e-9)


def test_whoever_watches_can_stop_it() -> None:
    """A watcher that says stop ends the search with the best plan so far and an open gap."""
    inst = uniform(30, 90, 2, 5)
    got = solve_cflp(inst, gap=0.0, watch=lambda best, bound: np.isfinite(best))
    assert not got.closed
    assert got.bound < got.objective
    feasible(inst, got, got.objective)


def test_every_part_says_what_it_brought() -> None:
    """The log has a line for each part, and bounds never fall from one to the next."""
    lines: list[str] = []
    got = solve_cflp(uniform(30, 60, 3, 9), log=lines.append)
    names = [line.split(":")[0] for line in lines]
    assert names[:2] == ["lagrangian", "root"]
    bounds = [value for key, value in got.brought.items() if key.endswith(" bound")]
    assert bounds == sorted(bounds)
