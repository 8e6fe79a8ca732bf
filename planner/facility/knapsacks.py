"""The continuous knapsacks that the Lagrangian relaxation of the demand rows leaves, one a site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.facility.instance import Bools, Floats, Ints
from planner.facility.scaled import Scaled


@dataclass(frozen=True)
class Packed:
    """What the knapsacks hold: `value` a site, and the pairs with the share of the region's demand that is in.

    `site` is the position among the sites of the knapsacks, `region` the region; `free` holds what regions without
    demand are in, sites by such regions.
    """

    value: Floats
    site: Ints
    region: Ints
    share: Floats
    free: Bools


class Knapsacks:
    """The continuous knapsacks of some sites, all solved at once by one sort of the pairs that pay."""

    def __init__(self, data: Scaled, sites: Ints) -> None:
        """Take the rows of `sites` out of `data`."""
        self.sites = sites
        self.some, self.none = np.flatnonzero(data.demand > 0), np.flatnonzero(data.demand <= 0)
        self.weight = data.demand[self.some]
        self.unit = np.ascontiguousarray((data.cost[sites][:, self.some]) / self.weight)
        self.free = data.cost[sites][:, self.none]
        self.capacity = data.capacity[sites]
        self.calls = 0

    def keep(self, mask: Bools) -> None:
        """Drop the sites outside `mask`."""
        if mask.all():
            return
        self.sites, self.capacity = self.sites[mask], self.capacity[mask]
        self.unit, self.free = np.ascontiguousarray(self.unit[mask]), self.free[mask]

    def solve(self, u: Floats) -> Packed:
        """Fill the knapsacks at the prices `u`, greedily by the reduced cost per unit of demand.

        The values are those of the dual at the price of the item that no longer fits, so they are lower bounds
        whatever the rounding.
        """
        self.calls += 1
        sites = len(self.sites)
        key = (self.unit - (u[self.some] / self.weight)[None, :]).ravel()
        at = np.flatnonzero(key < 0.0)
        site, item = np.divmod(at, max(len(self.some), 1))
        rate, weight = key[at], self.weight[item]
        share, price = np.ones(len(at)), np.zeros(sites)
        load = np.bincount(site, weight, sites)
        over = load > self.capacity
        if over.any():
            self._fill(site, rate, weight, over, share, price)
        value = np.bincount(site, np.minimum(rate + price[site], 0.0) * weight, sites) - price * self.capacity
        free = self.free < u[self.none]
        if len(self.none):
            value = value + np.where(free, self.free - u[self.none], 0.0).sum(axis=1)
        return Packed(value, site, self.some[item], share, free)

    def _fill(self, site: Ints, rate: Floats, weight: Floats, over: Bools, share: Floats, price: Floats) -> None:
        """Set the shares and the capacity prices of the sites that cannot hold all that pays."""
        pick = np.flatnonzero(over[site])
        least = float(rate[pick].min())
        order = pick[np.argsort(site[pick] + 0.999 * (1.0 - rate[pick] / least), kind="stable")]
        held = np.concatenate([[0.0], np.cumsum(weight[order])])
        full = np.flatnonzero(over)
        first = np.searchsorted(site[order], full)
        last = np.searchsorted(site[order], full, side="right") - 1
        room = held[first] + self.capacity[full]
        split = np.clip(np.searchsorted(held[1:], room, side="right"), first, last)
        price[full] = -rate[order[split]]
        edge = np.full(len(over), -1)
        edge[full] = split
        share[order] = np.arange(len(order)) < edge[site[order]]
        share[order[split]] = np.clip((room - held[split]) / weight[order[split]], 0.0, 1.0)
