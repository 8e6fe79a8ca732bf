"""Cost of a unit of work by period.

Devices that were bought cost their price straight line over their life while they are in place; leases,
reservations, rented hours, maintenance and energy cost what they cost in the period; opening, modules and
porting are spread evenly from when they are paid to the horizon's end. What a device costs falls on the
workloads (and campaigns) that it is busy with, by the hours that they occupy it; what nobody occupies, and
what belongs to no device, falls on all workloads by what they cost already. Penalties, salvage and resale
are no cost of work that is done. Nothing is discounted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.model.arrays import Floats
from planner.model.costs import vintage_price
from planner.model.programme import summed
from planner.model.rules.fleets import sales

if TYPE_CHECKING:
    from planner.plan.frames import Reader

SPREAD = ("opening", "modules", "porting", "closing")
LEFT_OUT = ("penalty", "salvage", "resale", "acquisition")


def unit_cost(reader: Reader) -> pd.DataFrame:
    """Return period, workload, units served, cost and cost per unit."""
    inputs, time = reader.inputs, reader.time
    workloads = len(inputs.workloads)
    by_stand = _depreciation(reader)
    direct = np.zeros((time.periods, workloads))
    overhead = np.zeros(time.periods)
    stand_of, workload_of = _owners(reader)
    position = {(s.site, s.name): i for i, s in enumerate(inputs.stands)}
    for item in reader.model.programme.items:
        if item.kind in LEFT_OUT or item.columns.size:
            continue
        stand = position.get((item.labels.get("site", ""), item.labels.get("offer", "")))
        if stand is None:
            _spread(overhead, item.period, item.plain, item.kind)
        else:
            np.add.at(by_stand[:, stand], item.period, item.plain)
    for item, used, x in reader.spent:
        if item.kind in LEFT_OUT:
            continue
        columns, period, amounts = item.columns[used], item.period[used], x * item.plain[used]
        stands, owners = stand_of[columns], workload_of[columns]
        on_stand, on_workload = stands >= 0, (stands < 0) & (owners >= 0)
        np.add.at(by_stand, (period[on_stand], stands[on_stand]), amounts[on_stand])
        np.add.at(direct, (period[on_workload], owners[on_workload]), amounts[on_workload])
        rest = ~on_stand & ~on_workload
        _spread(overhead, period[rest], amounts[rest], item.kind)
    share, idle = _occupied(reader)
    direct += np.einsum("ts,tsw->tw", by_stand, share[:, :, :workloads])
    overhead += (by_stand * idle).sum(axis=1)
    total = direct.sum(axis=1, keepdims=True)
    served = _served_units(reader)
    active = served > 0
    even = active / np.maximum(active.sum(axis=1, keepdims=True), 1)
    key = np.where(total > 0, direct / np.where(total > 0, total, 1.0), even)
    cost = direct + overhead[:, None] * key
    t, w = np.nonzero(active)
    return pd.DataFrame(
        {
            "period": np.array(time.names, object)[t],
            "workload": np.array(inputs.workloads, object)[w],
            "served_units": served[t, w],
            f"cost_{reader.currency}": cost[t, w],
            f"cost_{reader.currency}_per_unit": cost[t, w] / served[t, w],
        }
    )


def _spread(overhead: Floats, periods: np.ndarray, amounts: Floats, kind: str) -> None:
    """Add amounts to their periods, or evenly to all periods from theirs on."""
    if kind not in SPREAD:
        np.add.at(overhead, periods, amounts)
        return
    for t, amount in zip(periods.tolist(), amounts.tolist(), strict=True):
        overhead[t:] += amount / (len(overhead) - t)


def _depreciation(reader: Reader) -> Floats:
    """Return the straight-line cost of bought devices in place, by period and stand."""
    inputs, time = reader.inputs, reader.time
    cost = np.zeros((time.periods, len(inputs.stands)))
    add = reader.values(reader.model.add)
    for i, stand in enumerate(inputs.stands):
        if stand.offer.kind != "buy":
            continue
        price = time.series(stand.offer.price_per_unit or 0.0) * inputs.exchange(stand.offer.currency)
        a_month = price / stand.months
        cost[:, i] = (add[:, i] * a_month) @ (stand.lasting * time.months[None, :])
        for arrival in stand.arrivals:
            there = time.alive(stand.months, np.array([arrival.since]))[0]
            cost[:, i] += arrival.units * a_month[arrival.period or 0] * there * time.months
    retired = reader.values(reader.model.retire)
    for j, i, change in sales(reader.model):
        written_off = vintage_price(reader.model, i, reader.model.retire.keys[j][2]) / inputs.stands[i].months
        cost[:, i] -= retired[:, j] @ np.cumsum(change, axis=1) * written_off * time.months
    return cost


def _owners(reader: Reader) -> tuple[np.ndarray, np.ndarray]:
    """Return the stand and the workload of every column with a value, -1 where it has none."""
    model, inputs = reader.model, reader.inputs
    size = model.programme.size[0]
    stand_of, workload_of = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    position = {(s.site, s.name): i for i, s in enumerate(inputs.stands)}
    workload = {name: w for w, name in enumerate(inputs.workloads)}
    for block in model.programme.columns.values():
        columns, static = reader.static(block)
        if not columns.size:
            continue
        if {"site", "offer"} <= set(block.axes):  # work that is sold, also after a loss, is of no stand
            site, offer = block.axes.index("site"), block.axes.index("offer")
            stand_of[columns] = np.array([position.get((key[site], key[offer]), -1) for key in block.keys], int)[static]
        if "workload" in block.axes:
            axis = block.axes.index("workload")
            workload_of[columns] = np.array([workload[key[axis]] for key in block.keys], int)[static]
    return stand_of, workload_of


def _occupied(reader: Reader) -> tuple[Floats, Floats]:
    """Return each workload's share (the last: campaigns') of the time that a stand is occupied, and the share nobody has."""
    model, inputs, time = reader.model, reader.inputs, reader.time
    mean = time.hours / time.period_hours[:, None]
    workloads = len(inputs.workloads)
    occupied = np.zeros((time.periods, len(inputs.stands), workloads + 1))
    run = np.einsum("tkj,tk->tj", reader.values(model.run), mean)
    for n, mode in enumerate(inputs.modes):
        util = inputs.doc.workloads[inputs.workloads[mode.w]].utilisation
        occupied[:, mode.stand, mode.w] += run[:, n] / util
    train = reader.values(model.train)
    for n, (*_, stand) in enumerate(model.trainings):
        occupied[:, stand, workloads] += train[:, n]
    total = occupied.sum(axis=2, keepdims=True)
    return np.where(total > 0, occupied / np.where(total > 0, total, 1.0), 0.0), (total[:, :, 0] <= 0).astype(float)


def _served_units(reader: Reader) -> Floats:
    """Return units served by period and workload."""
    serve = np.einsum("tkj,tk->tj", reader.values(reader.model.serve), reader.time.hours)
    return summed(serve, reader.model.pairs[0], len(reader.inputs.workloads))
