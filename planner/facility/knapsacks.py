"""The continuous knapsacks that the Lagrangian relaxation of the demand rows leaves, one a site."""

from __future__ import annotations

import numpy as np

from planner.facility.instance import Bools, Floats, Ints
from planner.facility.scaled import Scaled


class Knapsacks:
    """The continuous knapsacks of some sites, solved by tangents from the price before (all sites at once)."""

    def __init__(self, data: Scaled, sites: Ints) -> None:
        """Take the rows of `sites` out of `data`."""
        self.sites = sites
        self.some, self.none = np.flatnonzero(data.demand > 0), np.flatnonzero(data.demand <= 0)
        self.weight = data.demand[self.some]
        self.unit = np.ascontiguousarray((data.cost[sites][:, self.some]) / self.weight)
        self.free = data.cost[sites][:, self.none]
        self.capacity = data.capacity[sites]
        self.price = np.zeros(len(sites))
        self.calls = 0

    def keep(self, mask: Bools) -> None:
        """Drop the sites outside `mask`."""
        self.sites, self.capacity, self.price = self.sites[mask], self.capacity[mask], self.price[mask]
        self.unit, self.free = np.ascontiguousarray(self.unit[mask]), self.free[mask]

    def solve(self, u: Floats, rounds: int = 40) -> tuple[Floats, Floats]:
        """Values of the knapsacks at the prices `u`, and the reduced costs per unit of demand.

        The value at any capacity price is a valid lower bound, so a site that has not converged does no harm.
        """
        self.calls += 1
        key = self.unit - (u[self.some] / self.weight)[None, :]
        load, value = _knapsack_dual(key, self.weight, self.capacity, np.zeros(len(self.sites)))
        price = np.zeros(len(self.sites))
        todo = np.flatnonzero(load > self.capacity)
        if len(todo):
            price[todo], value[todo] = self._tangents(key, todo, value[todo], load[todo], rounds)
        self.price = price
        if len(self.none):
            value = value + np.minimum(self.free - u[self.none], 0.0).sum(axis=1)
        return value, key

    def _tangents(self, key: Floats, todo: Ints, value0: Floats, load0: Floats, rounds: int) -> tuple[Floats, Floats]:
        """Maximise the dual of each knapsack of `todo` over its capacity price, from both sides."""
        part, q = key[todo], self.capacity[todo]
        low, low_value, low_slope = np.zeros(len(todo)), value0, load0 - q
        high = np.maximum(-part.min(axis=1), 0.0)
        high_value, high_slope = -high * q, -np.maximum(q, 1e-300)
        best, best_value = np.where(high_value > low_value, high, low), np.maximum(high_value, low_value)
        live = np.arange(len(todo))
        at = np.clip(self.price[todo], 0.0, high)
        meet = np.full(len(todo), np.inf)
        for turn in range(rounds):
            if turn:
                meet = (low_value - low_slope * low - high_value + high_slope * high) / (high_slope - low_slope)
                at = np.clip(meet, low, high)
                ceiling = low_value + low_slope * (at - low)
                open_ = ceiling - best_value[live] > 1e-11 * (1.0 + np.abs(ceiling))
                if not open_.all():
                    live, part, q, at = live[open_], part[open_], q[open_], at[open_]
                    low, low_value, low_slope = low[open_], low_value[open_], low_slope[open_]
                    high, high_value, high_slope = high[open_], high_value[open_], high_slope[open_]
                if not len(live):
                    break
            load, value = _knapsack_dual(part, self.weight, q, at)
            better = value > best_value[live]
            best[live[better]], best_value[live[better]] = at[better], value[better]
            over = load > q
            low, low_value = np.where(over, at, low), np.where(over, value, low_value)
            low_slope = np.where(over, load - q, low_slope)
            high, high_value = np.where(over, high, at), np.where(over, high_value, value)
            high_slope = np.where(over, high_slope, load - q - 1e-300)
        return best, best_value


def _knapsack_dual(key: Floats, weight: Floats, capacity: Floats, price: Floats) -> tuple[Floats, Floats]:
    """Load and dual value of each knapsack at a capacity price."""
    shifted = key + price[:, None]
    load = (shifted < 0.0).astype(np.float64) @ weight
    value = np.minimum(shifted, 0.0, out=shifted) @ weight - price * capacity
    return load, value
