"""Modes: each way to run a workload on a stand, and why the others cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.inputs.stands import Stand
from planner.inputs.time import Time
from planner.model.arrays import Floats
from planner.scenario.demand import Workload
from planner.scenario.schema import Document
from planner.scenario.supply import Device

SINGLE = "single"
"""Name of the configuration of one device."""


@dataclass(frozen=True)
class Mode:
    """A way to run a workload: a stand and a configuration.

    Attributes
    ----------
    rate
        Work per hour of one device at full use, by period, shape (T,).
    devices
        Devices per replica.
    runs
        Periods in which it can run, shape (T,).
    """

    stand: int
    w: int
    configuration: str
    rate: Floats
    devices: int
    runs: np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Barrier:
    """Why a device cannot run a workload, in words."""

    workload: str
    device: str
    reason: str


def modes_of(doc: Document, time: Time, stands: tuple[Stand, ...]) -> tuple[Mode, ...]:
    """Return every mode of a scenario, by stand, workload and configuration."""
    workloads, devices = sorted(doc.workloads), sorted(doc.devices)
    ways = {
        (w, d): list(_ways(doc, name, device, time))
        for w, name in enumerate(workloads)
        for d, device in enumerate(devices)
    }
    ported = {(w, d): enabled(doc, time, workloads[w], devices[d]) for w, d in ways}
    always = {pair: bool(periods.all()) for pair, periods in ported.items()}
    modes = []
    for i, stand in enumerate(stands):
        if stand.work_share <= 0 or not stand.present.any():
            continue
        for w, name in enumerate(workloads):
            runs = stand.present if always[w, stand.d] else stand.present & ported[w, stand.d]
            if runs is not stand.present and not runs.any():
                continue
            linked = doc.workloads[name].interconnect is not None
            for configuration, count, rate in ways[w, stand.d]:
                if stand.scattered and (linked or count > 1):
                    continue  # nodes of a network without a place are not linked to one another
                useful = rate if stand.work_share == 1 else rate * stand.work_share
                modes.append(Mode(i, w, configuration, useful, count, runs))
    return tuple(modes)


def enabled(doc: Document, time: Time, workload: str, device: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return the periods in which porting, as far as it is decided already, lets a device run a workload."""
    allowed = np.ones(time.periods, bool)
    for port in doc.enablements.values():
        if port.workload == workload and port.maker == doc.devices[device].maker:
            start = np.inf if port.decision == "never" else time.offsets[time.position(_given(port.decision), 0)]
            allowed &= time.offsets[:-1] >= start + port.lead_time_months - 1e-9
    return allowed


def _given(decision: str) -> str | None:
    return None if decision == "open" else decision


def _ways(doc: Document, name: str, device: str, time: Time) -> Iterator[tuple[str, int, Floats]]:
    """Yield the configurations that a device can run a workload in: name, devices, rate per device."""
    workload, spec = doc.workloads[name], doc.devices[device]
    rate = _rate(workload, device, time)
    if rate is not None and not _barrier(workload, spec, spec.memory_gb, 1):
        yield SINGLE, 1, rate
    for key in sorted(workload.configurations):
        made = workload.configurations[key]
        if made.device != device:
            continue
        memory = made.memory_gb or (spec.memory_gb * made.devices if spec.memory_gb else None)
        if not _barrier(workload, spec, memory, made.devices):
            yield key, made.devices, time.series(made.rate) / made.devices


def _rate(workload: Workload, device: str, time: Time) -> Floats | None:
    if device in workload.rate:
        return time.series(workload.rate[device])
    if device in workload.relative and workload.base_rate is not None:
        return time.series(workload.base_rate) * time.series(workload.relative[device])
    return None


def _barrier(workload: Workload, device: Device, memory_gb: float | None, count: int) -> str:
    """Return why a device (or so many together) cannot hold or link a workload, or nothing."""
    if workload.min_memory_gb > 0 and (memory_gb is None or memory_gb < workload.min_memory_gb):
        held = "an unknown amount of memory" if memory_gb is None else f"{memory_gb:g} GB"
        return f"has {held}, but {workload.min_memory_gb:g} GB are needed"
    if workload.interconnect is not None and device.interconnect not in workload.interconnect:
        return f"is linked by {device.interconnect or 'nothing'}, but {' or '.join(workload.interconnect)} is needed"
    return ""


def barriers(doc: Document, time: Time) -> list[Barrier]:
    """Return why each device that cannot run a workload cannot, by workload and device."""
    found = []
    for name in sorted(doc.workloads):
        workload = doc.workloads[name]
        for device in sorted(doc.devices):
            if any(True for _ in _ways(doc, name, device, time)):
                continue
            spec = doc.devices[device]
            reason = _barrier(workload, spec, spec.memory_gb, 1) or "has no rate for it"
            found.append(Barrier(name, device, reason))
    return found
