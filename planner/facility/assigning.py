"""Single sources for a set of open sites: an assignment by hand, then HiGHS on the few best sites of each region.

With the sites fixed, what is left is a generalised assignment problem with all other rules of the programme beside it.
`assignment` solves it for the room that each site sells, with costs that are the reduced costs of the linear allocation
less what the room itself is worth. From there HiGHS solves the programme with the sites fixed, where each region keeps its
site and a few more of least reduced cost (a kernel, as Guastaroba and Speranza 2014 take for this problem).

Source: G. Guastaroba and M. G. Speranza, "A heuristic for BILP problems: the single source capacitated facility location
problem", European Journal of Operational Research 238 (2014).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.facility.assignment import Assignment
from planner.facility.hot import kept_alive
from planner.facility.sources import Allocation, Sources
from planner.model.arrays import Arrays, Floats
from planner.solver.handle import run_here
from planner.solver.highs import load
from planner.solver.in_place import FEASIBLE_POINT

KEPT = 4
"""Sites kept for each region."""

GAP = 3e-4
"""Relative gap within which an assignment is good enough: the sites matter more."""

NODES = 30
"""Nodes of HiGHS's search after which it stops: where room is so tight that it needs more, other sites are better."""

SHARE, LEAST_SECONDS = 0.25, 1.0
"""It takes no more of the time left than this share, or as much as HiGHS needs to take in a start."""


def assigned(
    arrays: Arrays, sources: Sources, sites: NDArray[np.int32], allocation: Allocation, worth: float, until: float
) -> Floats | None:
    """Return a plan with one source for each region at the open sites, None where none is found.

    Parameters
    ----------
    arrays
        The programme.
    sources
        Its pairs.
    sites
        Columns `open`.
    allocation
        The linear programme's answer for these sites.
    worth
        What the plan is to cost less than.
    until
        When to stop, on the monotonic clock.
    """
    chosen = by_hand(arrays, sources, allocation)
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[sites] = upper[sites] = np.rint(allocation.x[sites])
    upper[sources.assign[~_kernel(sources, allocation, chosen)]] = 0.0
    handle = kept_alive()
    handle.setOptionValue("presolve", "choose")
    handle.setOptionValue("mip_rel_gap", GAP)
    handle.setOptionValue("mip_max_nodes", NODES)
    left = max(0.0, until - time.monotonic())
    handle.setOptionValue("time_limit", max(SHARE * left, min(left, LEAST_SECONDS)))
    handle.setOptionValue("objective_bound", worth)
    load(handle, replace(arrays, lower=lower, upper=upper))
    handle.setSolution(len(chosen), sources.assign.astype(np.int32), chosen.astype(float))
    run_here(handle)
    if handle.getInfo().primal_solution_status != FEASIBLE_POINT:
        return None
    found = np.asarray(handle.getSolution().col_value)
    return np.where(arrays.integer, np.rint(found), found)


def by_hand(arrays: Arrays, sources: Sources, allocation: Allocation) -> NDArray[np.bool_]:
    """Return the pairs that are chosen by hand, one for each region."""
    usable, share = sources.is_open(allocation.x), sources.share(allocation.x)
    cost = sources.cost(arrays, allocation.row_dual)
    chosen = np.zeros(len(usable), bool)
    for group in range(sources.group.max() + 1):
        pairs = np.flatnonzero(usable & (sources.group == group))
        _, region = np.unique(sources.region[pairs], return_inverse=True)
        _, site = np.unique(sources.site[pairs], return_inverse=True)
        if not len(pairs):
            continue
        shape = (int(region.max()) + 1, int(site.max()) + 1)
        costs, shares, slices = np.full(shape, np.inf), np.zeros(shape), len(sources.demand)
        costs[region, site], shares[region, site] = cost[pairs], share[pairs]
        demand, room = np.zeros((slices, shape[0])), np.zeros((slices, shape[1]))
        demand[:, region], room[:, site] = sources.demand[:, pairs], sources.room[:, pairs]
        at = Assignment(costs, demand, room).solved(shares)
        chosen[pairs[at[region] == site]] = True
    return chosen


def _kernel(sources: Sources, allocation: Allocation, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pairs to keep: of each region the one chosen, those that serve it in part, and those of least reduced cost."""
    usable, share = sources.is_open(allocation.x), sources.share(allocation.x)
    order = np.lexsort((sources.dearer(allocation.reduced), -share, ~chosen, ~usable, sources.region))
    place = np.arange(len(order)) - np.searchsorted(sources.region[order], sources.region[order])
    kept = usable.copy()
    kept[order] &= place < KEPT
    return kept
