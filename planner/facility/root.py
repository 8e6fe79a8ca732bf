"""The root of the tree: cuts to the strong relaxation, sites fixed by reduced cost, and dives for plans."""

from __future__ import annotations

import numpy as np

from planner.facility.ascent import climb
from planner.facility.in_out import SMALL, in_out
from planner.facility.instance import Floats
from planner.facility.master import Master
from planner.facility.plans import complete, improve, try_unless_dear
from planner.facility.search import Search

REACH = 0.01
"""Share of the bound that the first steps aim above it."""


def root(search: Search, rounds: int) -> None:
    """Cuts at the root until the strong relaxation is reached, with sites fixed by reduced cost."""
    data = search.data
    search.master = Master(data, search.cuts)
    if data.cost.size <= SMALL:
        in_out(search, rounds)
        return
    reach, before = REACH, -np.inf
    for turn in range(rounds):
        lower, upper = search.must.astype(np.float64), search.active.astype(np.float64)
        solved = search.at_root()
        if solved is None:
            return
        level, y, _ = solved
        if turn % 10 == 9:
            _try_near(search, y)
        if level - before < 1e-6 * abs(level):
            reach *= 0.6
        before = level
        if reach < 1e-6:
            return
        climb(search, lower, upper, reach * abs(level), 20, 4)


def _try_near(search: Search, y: Floats) -> None:
    """Try the plan near a master solution, and better it where it is the best."""
    before = search.best
    try_unless_dear(search, complete(search, y))
    if search.best < before:
        improve(search, 10)


def dive(search: Search, lower: Floats, upper: Floats) -> None:
    """A plan by rounding the master's solution one site after the other, with cuts at each step."""
    assert search.master is not None
    before, lower, upper = search.best, lower.copy(), upper.copy()
    for _ in range(2 * search.data.sites):
        solved = search.master.solve(lower, upper)
        if solved is None or solved[0] >= search.worth() or search.late():
            break
        level, y = solved[:2]
        free = (lower < upper) & (y > 1e-6) & (y < 1.0 - 1e-6)
        if not free.any():
            tried = len(search.seen)
            search.try_plan(y > 0.5)
            if len(search.seen) == tried:
                break
            continue
        climb(
            search, lower, upper, 0.1 * (search.best - level) if np.isfinite(search.best) else 0.01 * abs(level), 10, 2
        )
        lower[(lower < upper) & (y > 1.0 - 1e-6)] = 1.0
        lower[np.flatnonzero(free)[int(np.argmax(y[free]))]] = 1.0
    if search.best < before:
        improve(search, 10)


def refix(search: Search) -> None:
    """Fix sites by the master's reduced costs at the root again, with the best plan as it is now."""
    assert search.master is not None
    assert search.allocation is not None
    search.master.restore(search.cuts, search.binding)
    solved = search.master.solve(search.must.astype(float), search.active.astype(float))
    if solved is None:
        search.raise_bound(np.inf)
        return
    search.raise_bound(solved[0])
    search.fix(solved[0], solved[3] * (search.active & ~search.must), np.arange(search.data.sites))
    search.allocation.compact(search.active)
