"""Rules on serving demand."""

from __future__ import annotations

import numpy as np

from planner.model.arrays import Floats
from planner.model.model import Model
from planner.model.programme import Block


def demand(model: Model) -> None:
    """Serve or leave unmet what is asked for: sum_s serve[t,k,w,r,s] + unmet[t,k,w,r] = demand[t,k,w,r]."""
    inputs = model.inputs
    asked = inputs.demand > 0
    w, r = np.nonzero(asked.any(axis=(0, 1)))
    row_of = np.full(asked.shape[2:], -1)
    row_of[w, r] = np.arange(len(w))
    rows = model.programme.add_rows(
        "demand", ("workload", "region"), [(inputs.workloads[a], inputs.regions[b]) for a, b in zip(w, r, strict=True)],
        model.each_slice, "==", inputs.demand[:, :, w, r], mask=asked[:, :, w, r],
    )  # fmt: skip
    model.programme.enter(rows.at[:, :, row_of[model.pairs[0], model.pairs[1]]], model.serve.at, 1.0)
    free = [row_of[inputs.workloads.index(a), inputs.regions.index(b)] for a, b in model.unmet.keys]
    model.programme.enter(rows.at[:, :, free], model.unmet.at, 1.0)


def throughput(model: Model) -> None:
    """Do the work that is served: sum_r serve[t,k,w,r,s] = sum rate[t,w,d] run[t,k,s,o,w,c] + sum_o work[t,k,o,s,w].

    An equality, so that no device is at work on nothing: that would count in shares and energy.
    """
    inputs = model.inputs
    row_of = np.full((len(inputs.workloads), len(inputs.sites)), -1)
    w, s = np.divmod(np.unique(model.pairs[0] * len(inputs.sites) + model.pairs[2]), max(1, len(inputs.sites)))
    row_of[w, s] = np.arange(len(w))
    pair_rows = row_of[model.pairs[0], model.pairs[2]]
    exists = np.zeros((*model.each_slice, len(w)), bool)
    if pair_rows.size:  # every row has a pair, so that no group of the sorted pairs is empty
        order = np.argsort(pair_rows, kind="stable")
        first = np.searchsorted(pair_rows[order], np.arange(len(w)))
        exists = np.logical_or.reduceat(model.serve.at[:, :, order] >= 0, first, axis=2)
    rows = model.programme.add_rows(
        "throughput", ("workload", "site"), [(inputs.workloads[a], inputs.sites[b]) for a, b in zip(w, s, strict=True)],
        model.each_slice, "==", 0.0, mask=exists,
    )  # fmt: skip
    enter = model.programme.enter
    enter(rows.at[:, :, pair_rows], model.serve.at, 1.0)
    by_mode = [row_of[m.w, inputs.stands[m.stand].s] for m in inputs.modes]
    enter(_rows(rows, by_mode), model.run.at, -model.rates[:, None, :])
    enter(_rows(rows, [row_of[x.w, x.s] for x in model.sales]), model.work.at, -1.0)


def _rows(rows: Block, positions: list[int]) -> np.ndarray:
    """Return the rows at static positions, -1 where the position is -1."""
    wanted = np.array(positions, int)
    at = np.full((*rows.at.shape[:2], len(wanted)), -1, np.int32)
    at[:, :, wanted >= 0] = rows.at[:, :, wanted[wanted >= 0]]
    return at


def capacity(model: Model) -> None:
    """Buy no more work than is sold: work[t,k,o,s,w] <= capacity[t,o,s,w] (x open[t,s] at a candidate site)."""
    limit = work_sold(model)
    is_open = opening_of(model, [sale.site for sale in model.sales])
    exists = (model.work.at >= 0) & np.isfinite(limit)[:, None, :]
    finite = np.where(np.isfinite(limit), limit, 0.0)
    given = finite * (is_open[2] if model.sales else 1.0)
    rows = model.programme.add_rows(
        "capacity", model.work.axes, model.work.keys, model.each_slice, "<=", given[:, None, :], mask=exists
    )
    model.programme.enter(rows.at, model.work.at, 1.0)
    model.programme.enter(rows.at, is_open[0][:, None, :], -finite[:, None, :])


def work_sold(model: Model) -> Floats:
    """Return the most that each sale sells, units per hour, shape (T, sales); infinite where nothing limits it."""
    time = model.inputs.time
    limits = []
    for sale in model.sales:
        stated = sale.terms.capacity_by_site.get(sale.site, sale.terms.capacity_per_hour)
        limits.append(np.full(model.T, np.inf) if stated is None else time.series(stated))
    return time.beside(limits)


def opening_of(model: Model, sites: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each site: its column `open` by period (or -1), whether it is a candidate, and 1 where it is open anyway.

    Shapes (T, n), (n,), (T, n). The last is 0 for candidates and before a given site opens.
    """
    doc, time = model.inputs.doc, model.inputs.time
    position = {key[0]: j for j, key in enumerate(model.open.keys)}
    columns = np.full((model.T, len(sites)), -1, np.int32)
    given = np.zeros((model.T, len(sites)))
    for i, site in enumerate(sites):
        if site in position:
            columns[:, i] = model.open.at[:, position[site]]
        else:
            given[time.position(doc.sites[site].opens, 0) :, i] = 1.0
    return columns, np.array([site in position for site in sites], bool), given


def linking(model: Model) -> None:
    """Serve from open sites only (strong form): serve[t,k,w,r,s] <= demand[t,k,w,r] open[t,s] at candidate sites."""
    inputs = model.inputs
    columns, candidate, _ = opening_of(model, list(inputs.sites))
    linked = np.nonzero(candidate[model.pairs[2]])[0]
    w, r, s = model.pairs[:, linked]
    serve = model.serve.at[:, :, linked]
    rows = model.programme.add_rows(
        "linking", model.serve.axes, [model.serve.keys[j] for j in linked], model.each_slice, "<=", 0.0, mask=serve >= 0
    )
    model.programme.enter(rows.at, serve, 1.0)
    model.programme.enter(rows.at, columns[:, s][:, None, :], -inputs.demand[:, :, w, r])
