"""The root of the tree: cuts to the strong relaxation, sites fixed by reduced cost, and dives for plans."""

from __future__ import annotations

import numpy as np

from planner.facility.instance import Floats
from planner.facility.master import Master
from planner.facility.plans import complete, improve
from planner.facility.search import Search


def root(search: Search, rounds: int) -> None:
    """Cuts at the root until the strong relaxation is reached, with sites fixed by reduced cost."""
    data = search.data
    search.master = Master(data, search.cuts)
    assert search.allocation is not None
    centre, mix, stall = search.mean.copy(), 0.5, 0
    for turn in range(rounds):
        lower, upper = search.must.astype(np.float64), search.active.astype(np.float64)
        solved = search.master.solve(lower, upper)
        if solved is None:
            search.raise_bound(np.inf)
            return
        level, y, eta, reduced = solved
        gain = level - search.bound
        search.raise_bound(level)
        search.fix(level, reduced * (search.active & ~search.must), np.arange(data.sites))
        if search.bound >= search.target() or search.late():
            return
        point = mix * y + (1.0 - mix) * centre
        point = np.clip(point, lower, upper)
        served = search.allocation.serve(point)
        constant, slope = search.cut(served.prices)
        violation = constant + float(slope @ y) - eta
        centre = 0.5 * (centre + y)
        if turn % 10 == 9:
            _try_near(search, y)
        if violation <= 1e-6 * abs(level):
            if mix == 1.0:
                return
            mix = 1.0
        stall = stall + 1 if gain < 0.003 * max(search.best - search.bound, 0.0) else 0
        if stall >= 4:
            if mix == 1.0:
                return
            mix, stall = 1.0, 0


def _try_near(search: Search, y: Floats) -> None:
    """Try the plan near a master solution, and better it where it is the best."""
    before = search.best
    search.try_plan(complete(search, y))
    if search.best < before:
        improve(search, 10)


def dive(search: Search, lower: Floats, upper: Floats) -> None:
    """A plan by rounding the master's solution one site after the other, with a cut at each step."""
    assert search.master is not None
    assert search.allocation is not None
    before = search.best
    lower, upper = lower.copy(), upper.copy()
    for _ in range(2 * search.data.sites):
        solved = search.master.solve(lower, upper)
        if solved is None or solved[0] >= search.worth() or search.late():
            break
        y = solved[1]
        free = (lower < upper) & (y > 1e-6) & (y < 1.0 - 1e-6)
        if not free.any():
            tried = len(search.seen)
            search.try_plan(y > 0.5)
            if len(search.seen) == tried:
                break
            continue
        lower[(lower < upper) & (y > 1.0 - 1e-6)] = 1.0
        lower[np.flatnonzero(free)[int(np.argmax(y[free]))]] = 1.0
        search.cut(search.allocation.serve(y).prices)
    if search.best < before:
        improve(search, 10)


def refix(search: Search) -> None:
    """Fix sites by the master's reduced costs at the root again, with the best plan as it is now."""
    assert search.master is not None
    assert search.allocation is not None
    solved = search.master.solve(search.must.astype(float), search.active.astype(float))
    if solved is None:
        search.raise_bound(np.inf)
        return
    search.raise_bound(solved[0])
    search.fix(solved[0], solved[3] * (search.active & ~search.must), np.arange(search.data.sites))
    search.allocation.compact(search.active)
