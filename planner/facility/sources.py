"""Single sourcing as it stands in a programme: which region goes to which site, by which columns, within which rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.model import Model
from planner.model.rules.serving import opening_of
from planner.solver.solution import reduced_costs

type Ids = NDArray[np.intp]


@dataclass(frozen=True)
class Allocation:
    """A linear programme's answer for a set of open sites, a value a column and a dual a row."""

    x: Floats
    reduced: Floats
    row_dual: Floats


@dataclass(frozen=True)
class Sources:
    """The pairs of a region and a site that single sourcing chooses from, with all numbers in the user's units.

    Attributes
    ----------
    assign
        Column `assign` of each pair.
    group, region, site
        Which workload in which period each pair is of, which region of it (over all groups), and which site.
    opening
        Column `open` of each pair's site, -1 where it is open anyway.
    serve
        Columns `serve` of each pair by slice, -1 where there is none.
    demand, room
        What the region asks for and what the site sells, by slice; room is infinite where devices do the work too.
    limits
        Rows `capacity` that make the room, by slice and offer, -1 where there is none.
    scale, limit_scale
        The user's units in one of each column, and in one of each row of `limits`.
    rows
        Rows that tie `serve` to `assign`, and `assign` to one.
    links
        Rows that tie `serve` to `open`.
    """

    assign: Ids
    group: Ids
    region: Ids
    site: Ids
    opening: Ids
    serve: Ids
    demand: Floats
    room: Floats
    limits: Ids
    scale: Floats
    limit_scale: Floats
    rows: Ids
    links: Ids

    def among(self, kept: Ids) -> Sources:
        """Return the same pairs in the programme of some of its rows, among them all of `capacity`."""
        limits = np.where(self.limits >= 0, np.searchsorted(kept, self.limits), -1)
        rows, links = (np.flatnonzero(np.isin(kept, those)) for those in (self.rows, self.links))
        return replace(self, rows=rows, links=links, limits=limits)

    def is_open(self, x: Floats) -> NDArray[np.bool_]:
        """Return whether the site of each pair is open in a plan."""
        return (self.opening < 0) | (x[self.opening] > 0.5)

    def share(self, x: Floats) -> Floats:
        """Return the part of its region's demand that each pair serves in a plan."""
        served = np.where(self.serve >= 0, x[self.serve] * self.scale[self.serve], 0.0).sum(axis=0)
        return served / self.demand.sum(axis=0)

    def dearer(self, reduced: Floats) -> Floats:
        """Return what each pair costs more than the cheapest ways in a linear programme, by its reduced costs."""
        return (reduced[self.serve] / self.scale[self.serve] * self.demand).sum(axis=0)

    def cost(self, arrays: Arrays, row_dual: Floats) -> Floats:
        """Return what each pair at a site in use costs, but for a constant for each region.

        That is its reduced cost without the worth of the room at its site, which nobody pays, and without the duals of the
        links to open sites, which say for regions with one site only how much dearer the next would be.
        """
        paid = row_dual.copy()
        paid[self.links] = 0.0
        worth = np.where(self.limits >= 0, -row_dual[self.limits] / self.limit_scale, 0.0).min(axis=-1)
        return self.dearer(reduced_costs(arrays, paid)) - (worth * self.demand).sum(axis=0)


def sources_of(built: Built) -> Sources | None:
    """Return the pairs of a programme's single sourcing, None where it has none."""
    model, finished = built.model, built.finished
    block = model.assign
    if not block.count:
        return None
    period, pair = block.members()
    position = {key: j for j, key in enumerate(model.serve.keys)}
    served = np.array([position[key] for key in block.keys])[pair]
    workload, region, site = model.pairs[:, served]
    columns, _, _ = opening_of(model, [key[2] for key in block.keys])
    serve = model.serve.at[period, :, served].T
    room, limits = _sold(built)
    limits = np.moveaxis(limits[period, :, workload, site], 0, 1)
    single, one, linking = (model.programme.rows[name] for name in ("single_source", "one_source", "linking"))
    return Sources(
        assign=block.at[period, pair].astype(np.intp),
        group=_numbered(period, workload),
        region=_numbered(period, workload, region),
        site=site.astype(np.intp),
        opening=columns[period, pair].astype(np.intp),
        serve=serve.astype(np.intp),
        demand=np.where(serve >= 0, model.inputs.demand[period, :, workload, region].T, 0.0),
        room=room[period, :, workload, site].T,
        limits=limits,
        scale=finished.scale,
        limit_scale=finished.row_scale[limits],
        rows=np.concatenate([np.arange(block.first, block.first + block.count) for block in (single, one)]),
        links=np.arange(linking.first, linking.first + linking.count),
    )


def _numbered(*labels: Ids) -> Ids:
    """Return the number of each combination of labels."""
    return np.unique(np.vstack(labels), axis=1, return_inverse=True)[1].astype(np.intp).reshape(-1)


def _sold(built: Built) -> tuple[Floats, Ids]:
    """Return the work sold at each site and the rows that limit it, shapes (T, K, workloads, sites[, offers])."""
    model, finished = built.model, built.finished
    rows = model.programme.rows["capacity"]
    opening = finished.matrix[rows.span][:, model.open.span].sum(axis=1)
    most = ((finished.row_upper[rows.span] - opening) * finished.row_scale[rows.span]).ravel()
    inputs = model.inputs
    shape = (model.T, model.K, len(inputs.workloads), len(inputs.sites))
    several = max((len(sales) for sales in _sales(model).values()), default=1)
    room, limits = np.zeros(shape), np.full((*shape, several), -1, np.intp)
    for (w, s), sales in _sales(model).items():
        for n, j in enumerate(sales):
            at = rows.at[:, :, j]
            limits[:, :, w, s, n] = at
            limited = np.append(most, np.inf)[np.where(at >= 0, at - rows.first, -1)]
            room[:, :, w, s] += np.where(model.work.at[:, :, j] >= 0, limited, 0.0)
    for mode in inputs.modes:
        room[:, :, mode.w, inputs.stands[mode.stand].s] = np.inf
    return room, limits


def _sales(model: Model) -> dict[tuple[int, int], list[int]]:
    """Return the positions of the offers that sell a workload at a site."""
    found: dict[tuple[int, int], list[int]] = {}
    for j, sale in enumerate(model.sales):
        found.setdefault((sale.w, sale.s), []).append(j)
    return found
