"""Plans by hand: rounding, then add, drop and swap where the cuts say that it may pay."""

from __future__ import annotations

import itertools

import numpy as np

from planner.facility.ascent import is_dear
from planner.facility.in_out import SMALL
from planner.facility.instance import Bools, Floats
from planner.facility.scaled import HELD
from planner.facility.search import Search


def round_to_plans(search: Search, full: Floats, mean: Floats) -> None:
    """Plans near the relaxation's solution."""
    for score in (full, mean):
        try_unless_dear(search, complete(search, score))


def try_unless_dear(search: Search, plan: Bools) -> bool:
    """Price a plan, unless steps on the prices, where they cost less than an allocation, show that it is dear; whether priced."""
    if search.data.cost.size > SMALL and np.isfinite(search.best) and is_dear(search, plan):
        return False
    search.try_plan(plan)
    return True


def complete(search: Search, score: Floats) -> Bools:
    """Open the sites of highest score until the capacity is there, then those above one half."""
    data = search.data
    size = data.capacity / max(float(data.capacity.max()), 1e-300)
    order = np.argsort(-(score + 2.0 * search.must) - 1e-6 * size, kind="stable")
    order = order[search.active[order]][: data.most]
    total = np.cumsum(data.capacity[order])
    k = int(np.searchsorted(total, data.need * (1.0 - HELD))) + 1
    plan = np.zeros(data.sites, dtype=bool)
    plan[order[:k]] = True
    plan[order[score[order] > 0.5]] = True
    plan[search.must] = True
    return plan


def improve(search: Search, budget: int) -> None:
    """Add, drop and swap from the best plan; the cuts say which moves cannot pay."""
    tries = 0
    while tries < budget and np.isfinite(search.best) and not search.late():
        best = search.best
        for estimate, plan in _moves(search):
            if estimate >= search.worth() or tries >= budget or search.late():
                break
            constant, slope = search.cuts.recent()
            if (constant + slope @ plan).max() + search.data.fixed[plan].sum() >= search.worth():
                continue
            tries += try_unless_dear(search, plan)
            if search.best < best - 1e-9 * abs(best):
                break
        if search.best >= best:
            break
    search.brought["improve tries"] = search.brought.get("improve tries", 0) + tries


def _moves(search: Search) -> list[tuple[float, Bools]]:
    """Neighbours of the best plan with the cost that the cuts prove, cheapest first."""
    data, plan = search.data, search.plan
    inside = np.flatnonzero(plan & ~search.must)
    outside = np.flatnonzero(search.active & ~plan)
    constant, slope = search.cuts.recent()
    base = constant + slope @ plan
    fixed, capacity = float(data.fixed[plan].sum()), float(data.capacity[plan].sum())
    moves: list[tuple[float, int, int]] = []
    for i in itertools.chain([-1], inside.tolist()):
        left = base - slope[:, i] if i >= 0 else base
        cost = fixed - (data.fixed[i] if i >= 0 else 0.0)
        room = capacity - (data.capacity[i] if i >= 0 else 0.0)
        if i >= 0 and room >= data.need * (1.0 - HELD):
            moves.append((cost + float(left.max()), i, -1))
        if len(outside) and (i >= 0 or plan.sum() < data.most):
            floor = cost + data.fixed[outside] + (left[:, None] + slope[:, outside]).max(axis=0)
            fits = (room + data.capacity[outside] >= data.need * (1.0 - HELD)) & (floor < search.worth())
            moves.extend((float(floor[k]), i, int(outside[k])) for k in np.flatnonzero(fits))
    moves.sort()
    out: list[tuple[float, Bools]] = []
    for value, i, j in moves[:60]:
        new = plan.copy()
        if i >= 0:
            new[i] = False
        if j >= 0:
            new[j] = True
        out.append((value, new))
    return out
