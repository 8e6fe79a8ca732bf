"""The Lagrangian relaxation of the demand rows at some prices: bound, cut, chosen sites and what is served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.facility.choice import choose
from planner.facility.cuts import Cut
from planner.facility.instance import Floats, Ints
from planner.facility.knapsacks import Knapsacks
from planner.facility.scaled import HELD, Scaled


@dataclass(frozen=True)
class Relaxed:
    """The relaxation's solution at some prices: value, cut, chosen sites with reduced costs, what is served.

    `reduced` are the reduced costs of `sites`, zero where the bounds settle the site; `chosen` is of all sites.
    """

    level: float
    cut: Cut
    sites: Ints
    reduced: Floats
    chosen: Floats
    served: Floats


def relax(data: Scaled, knapsacks: Knapsacks, u: Floats, lower: Floats, upper: Floats) -> Relaxed:
    """Solve the relaxation at the prices `u` over `lower <= y <= upper` (each 0 or 1)."""
    sites = knapsacks.sites
    packed = knapsacks.solve(u)
    low, high = lower[sites], upper[sites]
    y, reduced = low.copy(), np.zeros(len(sites))
    w, q = data.fixed[sites] + packed.value, data.capacity[sites]
    free, forced = low < high, low > 0.5
    left = data.need - float(q[forced].sum())
    left = left if left > data.need * HELD else 0.0
    constant = float(u.sum())
    level = constant + float(w[forced].sum())
    if free.any():
        base, y[free], reduced[free] = choose(w[free], q[free], left, data.most - int(forced.sum()))
        level += base
    elif left > 0.0:
        level = np.inf
    slope, chosen = np.zeros(data.sites), np.zeros(data.sites)
    slope[sites], chosen[sites] = packed.value, y
    served = np.bincount(packed.region, packed.share * y[packed.site], data.regions)
    if len(knapsacks.none):
        served[knapsacks.none] = y @ packed.free
    return Relaxed(level, Cut(constant, slope, u), sites, reduced, chosen, served)
