"""The allocation to given sites: the Benders subproblem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from planner.facility.hot import kept_alive, run
from planner.facility.instance import Bools, Floats, Ints
from planner.facility.scaled import BIG, Scaled


@dataclass
class Served:
    """The cheapest allocation for a `y`: its cost, the prices of the regions and what stays unserved."""

    cost: float
    prices: Floats
    unserved: float


class Allocation:
    """The allocation to given (whole or fractional) sites: one linear programme kept alive, columns made as needed."""

    def __init__(self, data: Scaled, pairs: tuple[Ints, Ints]) -> None:
        """Rows for all regions and sites, columns for `pairs` (site, region) and one to leave a region unserved."""
        self.data = data
        self.inverse = np.where(data.capacity > 0, 1.0 / np.maximum(data.capacity, 1e-300), 0.0)
        regions, sites = data.regions, data.sites
        finite = np.where(data.cost < BIG / 2, np.abs(data.cost), 0.0)
        self.penalty = 4.0 * finite.max(axis=0) + 10.0 + float(np.abs(data.fixed).max())
        self.have = np.zeros((sites, regions), dtype=bool)
        self.y = np.zeros(sites)
        self.runs, self.rounds = 0, 0
        self._build(*pairs)

    def _build(self, site: Ints, region: Ints) -> None:
        """A new programme with columns for the pairs given."""
        regions, sites = self.data.regions, self.data.sites
        self.h = kept_alive()
        self.site, self.region = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self.have[:] = False
        rows = np.concatenate([np.ones(regions), np.full(sites, -np.inf)])
        tops = np.concatenate([np.ones(regions), self.y])
        none = np.zeros(0)
        self.h.addRows(regions + sites, rows, tops, 0, np.zeros(0, np.int32), np.zeros(0, np.int32), none)
        self.h.addCols(
            regions,
            self.penalty,
            np.zeros(regions),
            np.ones(regions),
            regions,
            np.arange(regions, dtype=np.int32),
            np.arange(regions, dtype=np.int32),
            np.ones(regions),
        )
        self.add(site, region)

    def raise_penalty(self) -> None:
        """Make it dearer to leave a region unserved: a plan that can serve all did not."""
        self.penalty = self.penalty * 8.0
        n = self.data.regions
        self.h.changeColsCost(n, np.arange(n, dtype=np.int32), self.penalty)

    def compact(self, active: Bools) -> None:
        """Drop the columns of sites closed for good, and keep the basis."""
        keep = active[self.site]
        if keep.sum() > 0.7 * len(keep):
            return
        self.serve(np.where(active, self.y, 0.0))
        basis = self.h.getBasis()
        status = np.asarray(basis.col_status, dtype=object)
        rest = status[self.data.regions :]
        keep |= np.array([state == highspy.HighsBasisStatus.kBasic for state in rest])
        basis.col_status = list(status[: self.data.regions]) + list(rest[keep])
        self._build(self.site[keep], self.region[keep])
        self.h.setBasis(basis)

    def add(self, site: Ints, region: Ints) -> None:
        """Add columns for pairs that are not there yet."""
        n, data = len(site), self.data
        self.have[site, region] = True
        index = np.column_stack([region, data.regions + site]).astype(np.int32).ravel()
        value = np.column_stack([np.ones(n), data.demand[region] * self.inverse[site]]).ravel()
        self.h.addCols(
            n,
            data.cost[site, region],
            np.zeros(n),
            self.y[site],
            2 * n,
            np.arange(0, 2 * n, 2, dtype=np.int32),
            index,
            value,
        )
        self.site, self.region = np.concatenate([self.site, site]), np.concatenate([self.region, region])

    def serve(self, y: Floats) -> Served:
        """The cheapest allocation with `x_sr <= y_s` and capacities `q_s y_s`, over all pairs."""
        data, regions = self.data, self.data.regions
        y = np.clip(y, 0.0, 1.0)
        moved = y != self.y
        columns = np.flatnonzero(moved[self.site])
        if len(columns):
            self.h.changeColsBounds(
                len(columns), (columns + regions).astype(np.int32), np.zeros(len(columns)), y[self.site[columns]]
            )
            rows = np.flatnonzero(moved)
            change: Callable[..., object] = getattr(self.h, "changeRowsBounds")  # noqa: B009 - not in highspy's stubs
            change(len(rows), (rows + regions).astype(np.int32), np.full(len(rows), -np.inf), y[rows])
        self.y = y.copy()
        used = np.flatnonzero(y > 0)
        self.runs += 1
        while True:
            self.rounds += 1
            run(self.h)
            solution = self.h.getSolution()
            dual = np.asarray(solution.row_dual)
            prices, rents = dual[:regions], dual[regions:]
            reduced = data.cost[used] - prices[None, :]
            reduced -= (rents[used] * self.inverse[used])[:, None] * data.demand[None, :]
            wanted = (reduced < -1e-7) & ~self.have[used]
            if not wanted.any():
                break
            where, region = np.nonzero(wanted)
            self.add(used[where], region)
        unserved = float(np.asarray(solution.col_value[:regions]).sum())
        return Served(float(self.h.getInfo().objective_function_value), prices, unserved)

    def shares(self) -> Floats:
        """The allocation found last, sites by regions."""
        out = np.zeros((self.data.sites, self.data.regions))
        value = np.asarray(self.h.getSolution().col_value)[self.data.regions :]
        out[self.site, self.region] = np.maximum(value, 0.0)
        return out
