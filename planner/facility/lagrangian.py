"""The Lagrangian dual of the demand rows, by a deflected subgradient method."""

from __future__ import annotations

import numpy as np

from planner.facility.allocation import Allocation
from planner.facility.instance import Bools, Floats, InfeasibleError
from planner.facility.plans import round_to_plans
from planner.facility.relaxed import Relaxed, relax
from planner.facility.scaled import BIG
from planner.facility.search import Search


def lagrangian(search: Search, steps: int, start: Bools | None) -> None:
    """Deflected subgradient method on the prices of the demand rows; good prices are kept as cuts."""
    u, way = _first_prices(search), np.zeros(search.data.regions)
    step, stall, mean = 1.0, 0, np.zeros(search.data.sites)
    pool: list[Relaxed] = []
    for turn in range(steps):
        lower, upper = search.must.astype(np.float64), search.active.astype(np.float64)
        now = relax(search.data, search.knapsacks, u, lower, upper)
        pool.append(now)
        mean = now.chosen if turn == 0 else 0.9 * mean + 0.1 * now.chosen
        stall = 0 if now.level > search.bound + 1e-4 * abs(search.bound) else stall + 1
        search.raise_bound(now.level)
        if turn == 0:
            _start_allocation(search, start)
        _plan_and_fix(search, turn, now, mean)
        guess = search.best if np.isfinite(search.best) else search.bound + 0.05 * abs(search.bound) + 1.0
        if stall >= 7:
            step, stall = 0.5 * step, 0
        way = 1.0 - now.served + 0.6 * way
        norm = float(way @ way)
        if norm < 1e-18 or search.bound >= search.target() or step < 0.01 or search.late():
            break
        u = u + step * max(guess - now.level, 1e-6 * abs(guess)) / norm * way
    search.mean = mean
    search.brought["lagrangian steps"] = len(pool)
    pool.sort(key=lambda point: -point.level)
    for point in pool[:: max(1, len(pool) // 120)][:80]:
        search.cuts.add(point.cut)


def _first_prices(search: Search) -> Floats:
    """Return prices that are feasible in the dual of the weak relaxation: cheapest cost with the opening spread on it."""
    data = search.data
    u = np.where(data.cost < BIG / 2, data.cost, np.inf)
    rate = np.where(data.capacity > 0, np.maximum(data.fixed, 0.0) / np.maximum(data.capacity, 1e-300), 0.0)
    return np.asarray((u + rate[:, None] * data.demand[None, :]).min(axis=0))


def _plan_and_fix(search: Search, turn: int, now: Relaxed, mean: Floats) -> None:
    """Round to plans now and then, and settle the sites whose reduced cost allows it."""
    rounds = turn == 0 or ((turn == 10 or turn % 25 == 24) and not search.late())
    if rounds:
        round_to_plans(search, now.chosen, mean)
    if rounds or np.isfinite(search.best):
        search.fix(now.level, now.reduced, now.sites)


def _start_allocation(search: Search, start: Bools | None) -> None:
    """Make the allocation programme with the ten cheapest sites of each region; see that all sites can serve all regions."""
    data = search.data
    score = data.cost
    m = min(data.sites, 10)
    near = (
        np.argpartition(score, m - 1, axis=0)[:m]
        if m < data.sites
        else np.tile(np.arange(data.sites)[:, None], (1, data.regions))
    )
    region = np.tile(np.arange(data.regions), (m, 1))
    fine = data.cost[near, region] < BIG / 2
    search.allocation = Allocation(data, (near[fine], region[fine]))
    if (data.cost >= BIG / 2).any() and not search.can_serve(np.ones(data.sites, dtype=bool)):
        raise InfeasibleError("even all sites together cannot serve all regions")
    if start is not None:
        search.try_plan(start | data.given)
