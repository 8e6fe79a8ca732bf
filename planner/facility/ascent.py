"""Prices climbed from the master's own mix of prices: cuts by subgradient steps, without an allocation to be solved."""

from __future__ import annotations

import numpy as np

from planner.facility.instance import Floats
from planner.facility.relaxed import Relaxed, relax
from planner.facility.search import Search

MOMENTUM = 0.8
"""Share of the last direction that is kept."""

STEP = 0.3
"""Step length in units of Polyak's, `(target - level) / |direction|^2`."""


def mixed_prices(search: Search) -> Floats:
    """The mix of the prices of the binding cuts that the master's duals stand for.

    `v_s(u)` is concave in `u`, so the cut at the mix is at least as strong as the mix of the cuts, whose bound is the
    master's: `L(sum w u) >= sum w L(u)`.
    """
    assert search.master is not None
    return search.cuts.mixed(*search.master.weights())


def climb(search: Search, lower: Floats, upper: Floats, reach: float, steps: int, keep: int) -> Relaxed:
    """Step up from the master's mix of prices, add the `keep` best cuts of it, and return the best.

    `reach` is how far above the bound at the mix the steps aim.
    """
    u = mixed_prices(search)
    now = relax(search.data, search.knapsacks, u, lower, upper)
    found, way, target = [now], np.zeros(search.data.regions), now.level + reach
    for _ in range(steps):
        way = 1.0 - now.served + MOMENTUM * way
        norm = float(way @ way)
        if norm < 1e-18 or not np.isfinite(now.level):
            break
        u = u + STEP * max(target - now.level, 1e-6 * abs(target)) / norm * way
        now = relax(search.data, search.knapsacks, u, lower, upper)
        found.append(now)
    found.sort(key=lambda point: -point.level)
    for point in found[:keep]:
        search.take(point.cut)
    return found[0]
