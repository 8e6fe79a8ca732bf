"""The generalised assignment problem by hand: regret, then shifts and swaps under a price on overload.

`min sum_r c[r, s(r)]` subject to `sum_{r at s} d[k,r] <= room[k,s]` for each slice k: each region goes to one site. Sites may
be overloaded on the way: overload has a price that rises while there is any and falls while there is none (the adaptive
penalty of Yagiura, Yamaguchi and Ibaraki 1998), so that the search passes from one side of the limits to the other.

Sources: S. Martello and P. Toth, "An algorithm for the generalized assignment problem", Operational Research '81 (regret);
M. Yagiura, T. Yamaguchi and T. Ibaraki, "A variable depth search algorithm with branching search for the generalized
assignment problem", Optimization Methods and Software 10 (1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.model.arrays import Floats

ROUNDS = 30
"""Local optima that are visited, with one price on overload each."""

HELD = 1e-9
"""Overload of this share of the room is rounding."""

type Ids = NDArray[np.intp]


@dataclass(frozen=True)
class Assignment:
    """A problem: cost (regions, sites), infinite where a region cannot go; demand (slices, regions), room (slices, sites)."""

    cost: Floats
    demand: Floats
    room: Floats

    def solved(self, share: Floats) -> Ids:
        """Return a site for each region, from the shares (regions, sites) of a divisible plan; overloaded where need be."""
        at = self._started(share)
        best, least = at, (np.inf, np.inf)
        price = self._price()
        for _ in range(ROUNDS):
            at = self._improved(at, price)
            overload = float(self._over(at).sum())
            measure = (overload, float(self.cost[np.arange(len(at)), at].sum()))
            if measure < least:
                best, least = at, measure
            price *= 1.5 if overload > 0 else 0.3
        return best

    def _price(self) -> float:
        """Return a price on a unit of overload: what the second-best site costs more for a typical region."""
        two = np.sort(self.cost, axis=1)[:, :2]
        more = two[:, -1] - two[:, 0]
        more = more[np.isfinite(more) & (more > 0)]
        return float(np.median(more) / np.median(self.demand.sum(axis=0))) if len(more) else 1.0

    def _started(self, share: Floats) -> Ids:
        """Return regions at the site that serves them whole, all others by greatest regret where there is room."""
        whole = share.max(axis=1) > 1 - 1e-6
        at = np.where(whole, share.argmax(axis=1), -1)
        left = self.room - self._load(at)
        waiting = np.flatnonzero(~whole).tolist()
        while waiting:
            fits = (self.demand[:, waiting, None] <= left[:, None, :]).all(axis=0)
            cost = np.where(fits, self.cost[waiting], np.inf)
            two = np.sort(cost, axis=1)
            nothing = ~np.isfinite(two[:, 0])
            with np.errstate(invalid="ignore"):
                regret = np.where(nothing, -1.0, two[:, min(1, two.shape[1] - 1)] - two[:, 0])
            i = int(regret.argmax())
            region = waiting.pop(i)
            roomiest = np.where(np.isfinite(self.cost[region]), left.min(axis=0), -np.inf)
            site = int(roomiest.argmax() if nothing[i] else cost[i].argmin())
            at[region] = site
            left[:, site] -= self.demand[:, region]
        return at

    def _improved(self, at: Ids, price: float) -> Ids:
        """Return where the best shifts and swaps lead until none pays."""
        at, every = at.copy(), np.arange(len(at))
        while True:
            load = self._load(at)
            over = self._beyond(load, self.room)
            now = self.cost[every, at]
            without = self._beyond(load[:, at] - self.demand, self.room[:, at])
            joined = self._beyond(load[:, None, :] + self.demand[:, :, None], self.room[:, None, :])
            eased = without - over[at]
            shift = self.cost - now[:, None] + price * (eased[:, None] + joined - over)
            shift[every, at] = 0.0
            taken = self._beyond(
                (load[:, at] - self.demand)[:, :, None] + self.demand[:, None, :], self.room[:, at][:, :, None]
            )
            half = self.cost[:, at] - now[:, None] + price * (taken - over[at][:, None])
            swap = half + half.T
            swap[at[:, None] == at] = 0.0
            # What is less is rounding, on which two equal swaps could follow each other for ever.
            tolerance = -1e-9 * (1.0 + np.abs(now).max() + price * load.max())
            if min(shift.min(), swap.min()) >= tolerance:
                return at
            if shift.min() <= swap.min():
                region, site = divmod(int(shift.argmin()), shift.shape[1])
                at[region] = site
            else:
                one, other = divmod(int(swap.argmin()), len(at))
                at[one], at[other] = at[other], at[one]

    def _load(self, at: Ids) -> Floats:
        """Return what is asked of each site in each slice."""
        load = np.zeros_like(self.room)
        placed = at >= 0
        for k in range(len(load)):
            load[k] = np.bincount(at[placed], weights=self.demand[k, placed], minlength=load.shape[1])
        return load

    def _over(self, at: Ids) -> Floats:
        return self._beyond(self._load(at), self.room)

    @staticmethod
    def _beyond(load: Floats, room: Floats) -> Floats:
        """Return the overload, summed over slices, of loads with a leading axis of slices."""
        with np.errstate(invalid="ignore"):
            beyond = load - room * (1 + HELD)
        total: Floats = np.maximum(beyond, 0.0).sum(axis=0)
        return total
