"""Prices climbed from the master's own mix of prices: cuts by subgradient steps, without an allocation to be solved."""

from __future__ import annotations

import numpy as np

from planner.facility.instance import Bools, Floats
from planner.facility.knapsacks import Knapsacks
from planner.facility.relaxed import Relaxed, relax
from planner.facility.scaled import Scaled
from planner.facility.search import Search

MOMENTUM = 0.8
"""Share of the last direction that is kept."""

STEP = 0.3
"""Step length in units of Polyak's, `(target - level) / |direction|^2`."""

STEPS = 30
"""Steps by which a plan is judged before it is priced."""

OVER = 0.5
"""Share of what a plan must cost more by which these steps aim higher."""


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
    found = _steps(search.data, search.knapsacks, mixed_prices(search), lower, upper, reach, steps)
    found.sort(key=lambda point: -point.level)
    for point in found[:keep]:
        search.take(point.cut)
    return found[0]


def is_dear(search: Search, plan: Bools) -> bool:
    """Whether some steps on the prices prove, for less than an allocation takes, that a plan is no better than the best.

    The best cut on the way is kept. A plan with a site that is closed for good is no better either.
    """
    knapsacks = search.knapsacks.part(plan)
    if len(knapsacks.sites) < plan.sum():
        return True
    cut = max(search.cuts.latest(), key=lambda cut: cut.constant + float(cut.slope @ plan))
    level = cut.constant + float((cut.slope + search.data.fixed) @ plan)
    y, reach = plan.astype(np.float64), (1.0 + OVER) * (search.worth() - level)
    best = max(_steps(search.data, knapsacks, cut.prices, y, y, reach, STEPS), key=lambda point: point.level)
    search.cut(best.cut.prices)
    return best.level >= search.worth()


def _steps(
    data: Scaled, knapsacks: Knapsacks, u: Floats, lower: Floats, upper: Floats, reach: float, steps: int
) -> list[Relaxed]:
    """The relaxations at `u` and at the prices of so many steps up from there, aimed `reach` above the first."""
    now = relax(data, knapsacks, u, lower, upper)
    found, way, target = [now], np.zeros(data.regions), now.level + reach
    for _ in range(steps):
        way = 1.0 - now.served + MOMENTUM * way
        norm = float(way @ way)
        if norm < 1e-18 or not np.isfinite(now.level):
            break
        u = u + STEP * max(target - now.level, 1e-6 * abs(target)) / norm * way
        now = relax(data, knapsacks, u, lower, upper)
        found.append(now)
    return found
