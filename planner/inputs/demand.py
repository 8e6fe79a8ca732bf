"""Demand as an array, by period, slice, workload and region."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.errors import InputError, Problem
from planner.inputs.chains import Chains
from planner.inputs.time import Time
from planner.model.arrays import Floats
from planner.scenario.base import LARGEST
from planner.scenario.check import parts
from planner.scenario.demand import DemandPart
from planner.scenario.horizon import HOURS_PER_MONTH
from planner.scenario.schema import Document

HOURS_A_DAY_HAS = 24.0


def demand_of(doc: Document, time: Time, chains: Chains) -> Floats:
    """Return the demand in units per hour, shape (T, K, W, R), workloads and regions in order of name.

    Raises
    ------
    InputError
        If a chain gives a negative demand, or the weights that it is split by are all zero.
    """
    workloads, regions = sorted(doc.workloads), sorted(doc.regions)
    demand = np.zeros((time.periods, len(time.slices), len(workloads), len(regions)))
    for w, name in enumerate(workloads):
        workload = doc.workloads[name]
        mean = np.zeros((time.periods, len(regions)))
        for part in parts(workload):
            mean += _mean(doc, name, part, regions, time, chains)
        if (mean > LARGEST).any():
            message = f"comes to {mean.max():.3g} an hour, which no computation can hold: look for wrong units"
            raise InputError(Problem(message, f"workloads.{name}.demand", code="magnitude"))
        if (mean < 0).any():
            raise InputError(Problem("the chain gives a negative demand", f"workloads.{name}.demand", code="chain"))
        shape = np.ones((len(time.slices), len(regions)))
        if workload.profile is not None:
            shape = _profile(doc, workload.profile, regions, time)
        demand[:, :, w, :] = mean[:, None, :] * shape[None, :, :]
    return demand


def _mean(doc: Document, name: str, part: DemandPart, regions: list[str], time: Time, chains: Chains) -> Floats:
    """Return one part's mean demand per hour, shape (T, R)."""
    if part.by_region is not None:
        zero: Floats = np.zeros(time.periods)
        amount = np.column_stack([time.series(part.by_region[r]) if r in part.by_region else zero for r in regions])
    else:
        assert part.chain is not None or part.total is not None
        total = chains.result(part.chain) if part.chain is not None else time.series(part.total or 0.0)
        amount = np.outer(total, _weights(doc, name, part, regions))
    hours: dict[str, Any] = {
        "hour": 1.0,
        "day": HOURS_A_DAY_HAS,
        "month": HOURS_PER_MONTH,
        "year": 12 * HOURS_PER_MONTH,
        "period": time.period_hours[:, None],
    }
    mean: Floats = amount / hours[part.per] * time.series(part.times)[:, None]
    return mean


def _weights(doc: Document, name: str, part: DemandPart, regions: list[str]) -> Floats:
    """Return the share of each region in a total of workload `name`."""
    if part.split is None:
        return np.ones(1)
    if isinstance(part.split, str):
        weights = np.array([doc.regions[r].weights.get(part.split, 0.0) for r in regions])
    else:
        weights = np.array([part.split.get(r, 0.0) for r in regions])
    if not weights.any():
        problem = Problem(f"the weights {part.split!r} of the regions are all zero", f"workloads.{name}.demand.split")
        raise InputError(problem)
    return np.asarray(weights / weights.sum())


def _profile(doc: Document, name: str, regions: list[str], time: Time) -> Floats:
    """Return the multiplier of each slice and region, with a weighted mean of 1, shape (K, R)."""
    given = doc.profiles[name].values
    values = np.array([given[s] for s in time.slices] if isinstance(given, dict) else given)
    values = values / np.average(values, weights=time.hours[0])
    shifts = np.array([doc.regions[r].utc_offset_hours for r in regions])
    if doc.slices not in ("hours-of-day", "weekday-weekend-hours"):
        return np.repeat(values[:, None], len(regions), axis=1)
    # At a UTC hour h it is h + shift at the region, between two whole hours where the shift is not whole.
    days = values.reshape(-1, 24)
    local = (np.arange(24)[:, None] + shifts[None, :]) % 24
    low = np.floor(local).astype(int) % 24
    part = local - np.floor(local)
    shifted = (1 - part)[None] * days[:, low] + part[None] * days[:, (low + 1) % 24]
    return np.asarray(shifted.reshape(len(values), len(regions)))
