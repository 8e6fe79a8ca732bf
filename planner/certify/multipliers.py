"""Lagrangian multipliers of a facility location problem, completed to duals of its programme.

Prices `u` of the demand rows leave a continuous knapsack for each site, whose price `k` of capacity makes

    k q + sum_r d[r] max(0, (u[r] - c[s,r]) / d[r] - k)

least (docs/placement.md). With `k` as the dual of the site's capacity, and what each region then still gains as that of its
linking row, no reduced cost of serving is negative, and that of opening the site is what the knapsack leaves. Good
prices are sought from those of the plan on, by a subgradient method.
"""

from __future__ import annotations

import numpy as np

from planner.facility import locating
from planner.facility.instance import Bools, Instance
from planner.facility.structure import instance_of
from planner.model.arrays import Floats
from planner.model.build import Built

MOST_STEPS = 300
"""Steps of the subgradient method."""

MOST_WORK = 20_000_000
"""Pairs of a site and a region that all the steps together look at, at most."""

PATIENCE = 10
"""After so many steps without a better bound, steps are halved."""


def multipliers(built: Built, row_dual: Floats, unit: float, value: float) -> Floats | None:
    """Return duals (in the arrays' units) of a problem that the facility location search solves; None of any other.

    `row_dual` are the duals of its plan, `unit` is what 1 of the arrays' objective stands for, and `value` the plan's
    cost in the user's units.
    """
    instance = instance_of(built) if built.model.open.count and not built.borne else None
    if instance is None or instance.cost.size < locating.LEAST_PAIRS or len(row_dual) != len(built.finished.row_scale):
        return None
    model, rows = built.model, built.model.programme.rows
    user = row_dual * unit / built.finished.row_scale
    demand = np.maximum(instance.demand, 1e-300)
    each = _raised(instance, demand, user[rows["demand"].span], value)
    gain = each[None, :] - instance.cost / demand[None, :]
    price = _knapsack_prices(gain, demand, instance.capacity)
    left = np.maximum(gain - price[:, None], 0.0)
    found = np.zeros(len(user))
    found[rows["demand"].span] = each
    sites = model.inputs.sites
    capacity, linking = rows["capacity"], rows["linking"]
    found[capacity.span] = -price[[sites.index(capacity.keys[j][1]) for j in capacity.members()[-1]]]
    region = {key[1]: i for i, key in enumerate(rows["demand"].keys[j] for j in rows["demand"].members()[-1])}
    pairs = [linking.keys[j] for j in linking.members()[-1]]
    found[linking.span] = [-left[sites.index(key[2]), region[key[1]]] for key in pairs]
    _balance(built, found, "throughput", model.work.span)
    _balance(built, found, "opening", model.opened.span)
    return found * built.finished.row_scale / unit


def _raised(instance: Instance, demand: Floats, prices: Floats, value: float) -> Floats:
    """Return the prices of a unit of demand with the best bound on the way of a subgradient method (Polyak's steps)."""
    unit_cost = instance.cost / demand[None, :]
    best, level, step, stall = prices, -np.inf, 1.0, 0
    for _ in range(min(MOST_STEPS, MOST_WORK // max(1, unit_cost.size))):
        gain = prices[None, :] - unit_cost
        price = _knapsack_prices(gain, demand, instance.capacity)
        left = np.maximum(gain - price[:, None], 0.0)
        finite = np.where(price > 0, instance.capacity, 0.0)
        worth = instance.fixed - price * finite - left @ demand
        bound = float(prices @ demand + np.minimum(worth, 0.0).sum())
        stall = 0 if bound > level + 1e-5 * abs(level) or not np.isfinite(level) else stall + 1
        if bound > level:
            best, level = prices, bound
        if stall >= PATIENCE:
            step, stall = 0.5 * step, 0
        over = _unserved(gain, price, demand, finite, worth < 0)
        norm = float(over @ over)
        if norm <= 0 or level >= value:
            break
        prices = prices + step * max(value - bound, 1e-6 * abs(value)) / norm * over
    return best


def _unserved(gain: Floats, price: Floats, demand: Floats, capacity: Floats, opened: Bools) -> Floats:
    """Return how much of each region the relaxation's solution does not serve; less than nothing where it does twice."""
    near = 1e-9 * (1.0 + price)[:, None]
    full = (gain > price[:, None] + near) & opened[:, None]
    tie = (np.abs(gain - price[:, None]) <= near) & opened[:, None] & (price > 0)[:, None]
    room = np.maximum(capacity - full @ demand, 0.0)
    share = np.minimum(room / np.maximum(tie @ demand, 1e-300), 1.0)
    return np.asarray(demand * (1.0 - full.sum(axis=0) - share @ tie))


def _knapsack_prices(gain: Floats, demand: Floats, capacity: Floats) -> Floats:
    """Return the price of each site's capacity: the gain of the region at which it is full, 0 where it never is."""
    order = np.argsort(-gain, axis=1)
    ranked = np.maximum(np.take_along_axis(gain, order, axis=1), 0.0)
    full = np.cumsum(demand[order], axis=1) >= capacity[:, None]
    at = np.argmax(full, axis=1)
    return np.where(full.any(axis=1), ranked[np.arange(len(at)), at], 0.0)


def _balance(built: Built, found: Floats, rule: str, columns: slice) -> None:
    """Give a rule's rows the duals at which the columns, of which each has one such row, cost nothing."""
    finished = built.finished
    block = built.model.programme.rows[rule]
    cost = built.objective("cost").coefficients[columns]
    matrix = finished.matrix[:, columns].tocsc()
    for j in range(matrix.shape[1]):
        part = slice(matrix.indptr[j], matrix.indptr[j + 1])
        rows = matrix.indices[part]
        values = matrix.data[part] * finished.row_scale[rows] / finished.scale[columns][j]
        own = (rows >= block.first) & (rows < block.first + block.count)
        if own.sum() == 1:
            found[rows[own]] = (cost[j] - float(values[~own] @ found[rows[~own]])) / values[own]
