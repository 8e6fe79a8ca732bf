"""Cuts at the root of a small problem: in-out separation, where an allocation costs less than steps on the prices."""

from __future__ import annotations

import numpy as np

from planner.facility.search import Search

SMALL = 20_000
"""Pairs of a site and a region up to which an allocation is cheaper than subgradient steps that say as much."""


def in_out(search: Search, rounds: int) -> None:
    """Cuts by allocations between the master's solution and a centre, until they bring nothing, with sites fixed."""
    assert search.master is not None
    assert search.allocation is not None
    centre, mix, stall = search.mean.copy(), 0.5, 0
    for _ in range(rounds):
        lower, upper = search.must.astype(np.float64), search.active.astype(np.float64)
        before = search.bound
        solved = search.at_root()
        if solved is None:
            return
        level, y, eta = solved
        gain = level - before
        point = mix * y + (1.0 - mix) * centre
        point = np.clip(point, lower, upper)
        served = search.allocation.serve(point)
        cut = search.cut(served.prices)
        violation = cut.constant + float(cut.slope @ y) - eta
        centre = 0.5 * (centre + y)
        if violation <= 1e-6 * abs(level):
            if mix == 1.0:
                return
            mix = 1.0
        stall = stall + 1 if gain < 0.003 * max(search.best - search.bound, 0.0) else 0
        if stall >= 4:
            if mix == 1.0:
                return
            mix, stall = 1.0, 0
