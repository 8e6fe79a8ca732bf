"""The continuous knapsacks that the Lagrangian relaxation of the demand rows leaves, one a site."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np

from planner.facility.instance import Bools, Floats, Ints
from planner.facility.scaled import Scaled

SLACK = 0.1
"""Share by which prices may rise before the pairs that may pay are listed again."""

NEAR = 4.0
"""How near the last capacity price the next one is looked for, in mean moves of the prices per unit of demand."""


@dataclass(frozen=True)
class Packed:
    """What the knapsacks hold: `value` a site, and the pairs with the share of the region's demand that is in.

    `site` is the position among the sites of the knapsacks, `region` the region; some pairs have share zero. `free` holds
    what regions without demand are in, sites by such regions.
    """

    value: Floats
    site: Ints
    region: Ints
    share: Floats
    free: Bools


class Knapsacks:
    """The continuous knapsacks of some sites, solved together, again and again at prices that change little.

    What is kept between calls only saves time: the pairs that may pay (all that do at unit prices up to `top`), and the
    prices of the capacities, near which the next ones are looked for.
    """

    def __init__(self, data: Scaled, sites: Ints) -> None:
        """Take the rows of `sites` out of `data`."""
        self.sites = sites
        self.some, self.none = np.flatnonzero(data.demand > 0), np.flatnonzero(data.demand <= 0)
        self.weight = data.demand[self.some]
        self.unit = np.ascontiguousarray((data.cost[sites][:, self.some]) / self.weight)
        self.free = data.cost[sites][:, self.none]
        self.capacity = data.capacity[sites]
        self.price = np.zeros(len(sites))
        self.last = np.zeros(len(self.some))
        self._list(self.last)

    def keep(self, mask: Bools) -> None:
        """Drop the sites outside `mask`."""
        if mask.all():
            return
        self.sites, self.capacity, self.price = self.sites[mask], self.capacity[mask], self.price[mask]
        self.unit, self.free = np.ascontiguousarray(self.unit[mask]), self.free[mask]
        self._list(self.last)

    def part(self, mask: Bools) -> Knapsacks:
        """The knapsacks of those sites that `mask`, over all sites, holds."""
        some = copy(self)
        some.keep(mask[self.sites])
        return some

    def solve(self, u: Floats) -> Packed:
        """Fill the knapsacks at the prices `u`, greedily by the reduced cost per unit of demand.

        The values are those of the dual at the price of the item that no longer fits, so they are lower bounds
        whatever the rounding.
        """
        unit_price = u[self.some] / self.weight
        if (unit_price > self.top).any():
            self._list(unit_price)
        rate = self.rate - unit_price[self.item]
        inside = rate < 0.0
        over = self._sums(self.load * inside) > self.capacity
        share, price = inside.astype(np.float64), np.zeros(len(self.sites))
        if over.any():
            self._fill(rate, over, float(np.abs(unit_price - self.last).mean()), share, price)
            rate += np.repeat(price, self.count)
        self.price, self.last = price, unit_price
        value = self._sums(np.minimum(rate, 0.0) * self.load) - price * self.capacity
        free = self.free < u[self.none]
        if len(self.none):
            value = value + np.where(free, self.free - u[self.none], 0.0).sum(axis=1)
        return Packed(value, self.site, self.region, share, free)

    def _list(self, unit_price: Floats) -> None:
        """List the pairs that pay at prices a little higher than these, site by site."""
        self.top = unit_price + SLACK * np.abs(unit_price)
        self.site, self.item = np.nonzero(self.unit < self.top)
        self.rate, self.load = self.unit[self.site, self.item], self.weight[self.item]
        self.region = self.some[self.item]
        self.count = np.bincount(self.site, minlength=len(self.sites))
        self.filled = np.flatnonzero(self.count)
        self.start = (np.cumsum(self.count) - self.count)[self.filled]

    def _sums(self, values: Floats) -> Floats:
        """Sums by site of values by listed pair."""
        sums = np.zeros(len(self.sites))
        if len(values):
            sums[self.filled] = np.add.reduceat(values, self.start)
        return sums

    def _fill(self, rate: Floats, over: Bools, moved: float, share: Floats, price: Floats) -> None:
        """Set the shares and the capacity prices of the sites that cannot hold all that pays.

        The item that no longer fits is looked for near the last price first, `moved` being how far prices went since, and
        then among all.
        """
        site, weight, sites = self.site, self.load, len(over)
        low = np.where(over, -self.price - NEAR * moved, 0.0)
        high = np.where(over, np.minimum(NEAR * moved - self.price, 0.0), 0.0)
        while True:
            inside, within = rate < np.repeat(low, self.count), rate < np.repeat(high, self.count)
            mid = np.flatnonzero(inside != within)
            held = self._sums(weight * inside)
            room = self.capacity - held
            missed = over & ((room < 0.0) | (np.bincount(site[mid], weight[mid], sites) <= room))
            if not (missed & np.isfinite(low)).any():
                break
            low[missed], high[missed] = -np.inf, 0.0
        least = float(rate[mid].min())
        order = mid[np.argsort(site[mid] + 0.999 * (1.0 - rate[mid] / least), kind="stable")]
        filled = np.concatenate([[0.0], np.cumsum(weight[order])])
        full = np.flatnonzero(over)
        first = np.searchsorted(site[order], full)
        last = np.searchsorted(site[order], full, side="right") - 1
        end = filled[first] + room[full]
        split = np.clip(np.searchsorted(filled[1:], end, side="right"), first, last)
        price[full] = -rate[order[split]]
        edge = np.full(sites, -1)
        edge[full] = split
        share[:] = inside
        share[order] = np.arange(len(order)) < edge[site[order]]
        share[order[split]] = np.clip((end - filled[split]) / weight[order[split]], 0.0, 1.0)
