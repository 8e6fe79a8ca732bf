"""Best-first branch and bound on the master programme, with cuts at the nodes."""

from __future__ import annotations

import heapq
import itertools

import numpy as np

from planner.facility.ascent import climb
from planner.facility.in_out import SMALL
from planner.facility.instance import Floats, Ints
from planner.facility.root import dive, refix
from planner.facility.search import Search

Origin = tuple[int, int, float, float, Ints]
"""Side, site, bound of the parent, and distance that branching moved the site; the cuts that bind."""

Child = tuple[float, Floats, Floats, Origin]
"""Bound, bounds of the sites, and where it comes from."""

PLUNGE = 0.5
"""Share of the open gap up to which a child is solved at once, while the programmes are near it."""

ROUNDS = 2
"""Rounds of cuts at a node."""

STEPS = 25
"""Steps of a round."""

AIM = 2e-4
"""Share of its bound by which the cuts at a node aim above what would close it."""

MOST = 200
"""Cuts in the master from which on those that have not been binding for long are dropped."""

FORGET = 500
"""Nodes after which cuts that no open node needs are forgotten."""


def branch(search: Search) -> None:
    """Best-first branch and bound on the master, with cuts at the nodes."""
    data = search.data
    assert search.master is not None
    assert search.allocation is not None
    ticket = itertools.count()
    heap: list[tuple[float, int, Floats, Floats, Origin | None]] = []
    dive(search, search.must.astype(float), search.active.astype(float))
    refix(search)
    heapq.heappush(heap, (search.bound, next(ticket), search.must.astype(float), search.active.astype(float), None))
    nodes, dive_at = 0, 8
    pseudo = np.zeros((2, data.sites)), np.zeros((2, data.sites))
    fixed_at = search.best
    at_once: tuple[float, int, Floats, Floats, Origin | None] | None = None
    while (heap or at_once) and not search.late():
        if search.best < fixed_at:
            fixed_at = search.best
            refix(search)
        level, _, lower, upper, origin = at_once or heapq.heappop(heap)
        least, at_once = min([level, *(entry[0] for entry in heap[:1])]), None
        search.bound = max(search.bound, min(least, search.target()))
        if level >= search.target():
            continue
        lower, upper = np.maximum(lower, search.must), np.minimum(upper, search.active)
        if (lower > upper).any():
            continue
        nodes += 1
        if nodes == dive_at:
            dive_at *= 2
            dive(search, lower, upper)
        if nodes % FORGET == 0:
            waiting = (origin, *(entry[4] for entry in heap))
            search.forget([found[4] for found in waiting if found is not None])
        search.master.thin(MOST)
        if origin is not None:
            search.master.restore(search.cuts, origin[4])
        children = sorted(_node(search, origin, lower, upper, pseudo), key=lambda child: child[0])
        least = min([level, *(entry[0] for entry in heap[:1])])
        if children and children[0][0] <= least + PLUNGE * (search.target() - least):
            at_once = (children[0][0], next(ticket), *children[0][1:])
            children = children[1:]
        for child in children:
            heapq.heappush(heap, (child[0], next(ticket), *child[1:]))
        _tell(search, nodes, len(heap))
    left = [entry[0] for entry in heap[:1]] + ([at_once[0]] if at_once else [])
    search.bound = max(search.bound, min([search.target(), *left]))
    search.brought["branch nodes"] = nodes


def _tell(search: Search, nodes: int, waiting: int) -> None:
    """Tell the log how the tree stands, every hundred nodes."""
    if search.log is not None and nodes % 100 == 0:
        scale = search.data.scale
        search.log(
            f"branch: {nodes} nodes, {waiting} open, bound {search.bound / scale:.10g}, "
            f"best {search.best / scale:.10g}, cuts {search.cuts.count}"
        )


def _node(
    search: Search, origin: Origin | None, lower: Floats, upper: Floats, pseudo: tuple[Floats, Floats]
) -> list[Child]:
    """Bound a node with cuts, then split it; the children."""
    assert search.master is not None
    assert search.allocation is not None
    last, turn, is_small = -np.inf, 0, search.data.cost.size <= SMALL
    while True:
        solved = search.master.solve(lower, upper)
        if solved is None or solved[0] >= search.target():
            _learn(origin, search.target(), pseudo)
            return []
        value, y, eta, reduced = solved
        free = lower < upper
        closed, opened = free & (value + reduced > search.target()), free & (value - reduced > search.target())
        upper, lower = np.where(closed, 0.0, upper), np.where(opened, 1.0, lower)
        if np.all(np.minimum(y, 1.0 - y) < 1e-6):
            if _is_settled(search, value, y, eta):
                return []
            continue
        if turn == (1 if is_small else ROUNDS) or value - last < 0.01 * (search.target() - value):
            break
        last, turn = value, turn + 1
        if is_small:
            search.cut(search.allocation.serve(y).prices)
            continue
        reach = min(search.target() - value, 0.01 * abs(value)) + AIM * abs(value)
        climb(search, lower, upper, reach, STEPS, 3)
    _learn(origin, value, pseudo)
    return _split(search, value, y, lower, upper, pseudo)


def _is_settled(search: Search, value: float, y: Floats, eta: float) -> bool:
    """Price a whole solution of the master; whether its cut leaves the bound as it is, which is then the plan's cost."""
    assert search.master is not None
    assert search.allocation is not None
    plan = y > 0.5
    before = len(search.seen)
    if not np.isfinite(search.try_plan(plan)):
        search.master.forbid(plan)
        return False
    if len(search.seen) > before:
        return False
    cut = search.cut(search.allocation.serve(plan.astype(np.float64)).prices)  # the first one may have been dropped
    return cut.constant + float(cut.slope @ y) - eta <= max(1e-9 * abs(value), 1e-6)


def _split(
    search: Search, value: float, y: Floats, lower: Floats, upper: Floats, pseudo: tuple[Floats, Floats]
) -> list[Child]:
    """Strong branching on the master over the most fractional sites."""
    assert search.master is not None
    fraction = np.minimum(y, 1.0 - y)
    candidates = [int(s) for s in np.argsort(-fraction, kind="stable")[:8] if fraction[s] > 1e-6]
    best = -1.0
    children: list[Child] = []
    for s in candidates:
        pair: list[Child] = []
        gains: list[float] = []
        for side in (0.0, 1.0):
            low, high = lower.copy(), upper.copy()
            low[s] = high[s] = side
            solved = search.master.solve(low, high)
            level = np.inf if solved is None else solved[0]
            gains.append(min(level, search.target()) - value)
            if level < search.target():
                away = y[s] if side == 0.0 else 1.0 - y[s]
                pair.append((level, low, high, (int(side), s, value, float(away), search.master.weights()[0])))
        for side, away in ((0, y[s]), (1, 1.0 - y[s])):
            if pseudo[1][side, s] > 0:
                guess = pseudo[0][side, s] / pseudo[1][side, s] * away
                gains[side] = max(gains[side], min(guess, search.target() - value))
        score = max(gains[0], 1e-9) * max(gains[1], 1e-9)
        if score > best:
            best, children = score, pair
        if len(pair) < 2:
            break
    return children


def _learn(origin: Origin | None, value: float, pseudo: tuple[Floats, Floats]) -> None:
    """Note by how much a branch raised the bound (pseudocost)."""
    if origin is not None:
        side, site, parent, away, _ = origin
        pseudo[0][side, site] += min(max(value - parent, 0.0), 1e12) / max(away, 1e-6)
        pseudo[1][side, site] += 1.0
