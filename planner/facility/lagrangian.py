"""The Lagrangian dual of the demand rows, by a deflected subgradient method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.facility.allocation import Allocation
from planner.facility.choice import choose
from planner.facility.instance import Bools, Floats, InfeasibleError, Ints
from planner.facility.plans import round_to_plans
from planner.facility.scaled import BIG
from planner.facility.search import Search


@dataclass(frozen=True)
class _Relaxed:
    """The relaxation's solution at some prices: value, cut, chosen sites with reduced costs, what is served."""

    level: float
    constant: float
    slope: Floats
    sites: Ints
    reduced: Floats
    chosen: Floats
    served: Floats


def lagrangian(search: Search, steps: int, start: Bools | None) -> None:
    """Deflected subgradient method on the prices of the demand rows; good prices are kept as cuts."""
    u, way = _first_prices(search), np.zeros(search.data.regions)
    step, stall, mean = 1.0, 0, np.zeros(search.data.sites)
    pool: list[_Relaxed] = []
    for turn in range(steps):
        now = _relax(search, u)
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
        search.cuts.add(point.constant, point.slope)


def _first_prices(search: Search) -> Floats:
    """Return prices that are feasible in the dual of the weak relaxation: cheapest cost with the opening spread on it."""
    data = search.data
    u = np.where(data.cost < BIG / 2, data.cost, np.inf)
    rate = np.where(data.capacity > 0, np.maximum(data.fixed, 0.0) / np.maximum(data.capacity, 1e-300), 0.0)
    return np.asarray((u + rate[:, None] * data.demand[None, :]).min(axis=0))


def _relax(search: Search, u: Floats) -> _Relaxed:
    """Solve the relaxation at the prices `u`."""
    sites = search.knapsacks.sites
    value, key = search.knapsacks.solve(u)
    base, y, reduced = _choose_with_must(search, search.data.fixed[sites] + value, sites, search.must[sites])
    slope, chosen = np.zeros(search.data.sites), np.zeros(search.data.sites)
    slope[sites], chosen[sites] = value, y
    used = np.flatnonzero(y > 0)
    constant = float(u.sum())
    return _Relaxed(constant + base, constant, slope, sites, reduced, chosen, _served(search, key, used, y[used], u))


def _plan_and_fix(search: Search, turn: int, now: _Relaxed, mean: Floats) -> None:
    """Round to plans now and then, and settle the sites whose reduced cost allows it."""
    rounds = turn == 0 or ((turn == 10 or turn % 25 == 24) and not search.late())
    if rounds:
        round_to_plans(search, now.chosen, mean)
    if rounds or np.isfinite(search.best):
        search.fix(now.level, now.reduced, now.sites)


def _choose_with_must(search: Search, w: Floats, sites: Ints, must: Bools) -> tuple[float, Floats, Floats]:
    """The choice of sites in the relaxation, with those open that must be."""
    q = search.data.capacity[sites]
    if not must.any():
        return choose(w, q, search.data.need, search.data.most)
    free = ~must
    y, reduced = np.ones(len(sites)), np.zeros(len(sites))
    left = max(search.data.need - float(q[must].sum()), 0.0)
    base, y[free], reduced[free] = choose(w[free], q[free], left, search.data.most - int(must.sum()))
    return base + float(w[must].sum()), y, reduced


def _served(search: Search, key: Floats, used: Ints, y: Floats, u: Floats) -> Floats:
    """How much of each region the relaxation's solution serves."""
    shifted = key[used] + search.knapsacks.price[used][:, None]
    full = shifted < 0.0
    tie = np.abs(shifted) <= 1e-9 * (1.0 + np.abs(search.knapsacks.price[used][:, None]))
    full &= ~tie
    weight = search.knapsacks.weight
    room = search.knapsacks.capacity[used] - full @ weight
    ties = tie @ weight
    share = np.where(search.knapsacks.price[used] > 0, np.clip(room / np.maximum(ties, 1e-300), 0.0, 1.0), 0.0)
    out = np.zeros(search.data.regions)
    out[search.knapsacks.some] = y @ full + (y * share) @ tie
    if len(search.knapsacks.none):
        out[search.knapsacks.none] = y @ (search.knapsacks.free[used] < u[search.knapsacks.none])
    return out


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
        search.try_plan(start)
