"""Values that an input could have instead, from the least change to the greatest, where no row has it on its right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.explain.conflict_statements import Statement
from planner.explain.repairs_levers import value_at
from planner.inputs.routes import routes_of
from planner.inputs.time import time_of
from planner.scenario.load import Scenario

FINENESS = 1e-4
"""A change that is found by halving is at most this share too large."""

MOST_DOUBLED = 60
"""So many times a change is doubled at most until there is a plan."""

LARGEST = 1e14
"""No figure of a scenario is much larger."""

LEAST_SHARE = 1e-3
"""A share to be served after a loss that would have to be lower than this is better left out with its rule."""


@dataclass(frozen=True)
class Steps:
    """Other values of one input: listed ones, or all on one side of what is there, by `sign`, up to `most`.

    The input is the statement's own, or what stands at `key` below it.
    """

    listed: tuple[Any, ...] = ()
    sign: int = 0
    least: float = 0.0
    most: float = LARGEST
    is_whole: bool = False
    key: str = ""


def steps_of(scenario: Scenario, statement: Statement) -> Steps | None:
    """Return the other values of a statement's input; None where it can only be left out."""
    find = STEPS.get(statement.kind)
    return None if find is None else find(scenario, statement)


def _latencies(scenario: Scenario, statement: Statement) -> Steps:
    """Round trips beyond the limit that are there; where links have capacity, also those of longer routes."""
    doc = scenario.document
    limit = float(value_at(scenario, statement.path))
    free = scenario.replace({statement.path: None})
    routes = routes_of(free.document, time_of(doc, scenario.calendar))
    if routes.arcs:
        return Steps(sign=1, most=1e9)
    found = np.unique(routes.latency_ms[np.isfinite(routes.latency_ms)])
    return Steps(listed=tuple(float(ms) for ms in found if ms > limit * (1 + 1e-12)))


def _memories(scenario: Scenario, statement: Statement) -> Steps:
    """Memories of devices and of configurations that are too small."""
    doc, workload = scenario.document, scenario.document.workloads[statement.labels["workload"]]
    held = {device.memory_gb for device in doc.devices.values()}
    for made in workload.configurations.values():
        alone = doc.devices[made.device].memory_gb
        held.add(made.memory_gb or (alone * made.devices if alone else None))
    return Steps(listed=tuple(sorted((m for m in held if m and m < workload.min_memory_gb), reverse=True)))


def _earlier(scenario: Scenario, statement: Statement) -> Steps:
    """Periods before the one that is named, the nearest first."""
    names = scenario.calendar.names
    return Steps(listed=tuple(reversed(names[: names.index(value_at(scenario, statement.path))])))


def _later(scenario: Scenario, statement: Statement) -> Steps:
    """Periods after the one that is named, the nearest first."""
    names = scenario.calendar.names
    return Steps(listed=names[names.index(value_at(scenario, statement.path)) + 1 :])


def _lead_times(scenario: Scenario, statement: Statement) -> Steps:
    """Lead times with which the first devices arrive a period sooner, or more."""
    months = float(value_at(scenario, statement.path))
    return Steps(listed=tuple(x for x in reversed(scenario.calendar.offsets[:-1]) if x < months - 1e-9))


def _count(scenario: Scenario, statement: Statement) -> Steps:
    return Steps(sign=1, most=1e6, is_whole=True)


STEPS: dict[str, Callable[[Scenario, Statement], Steps]] = {
    "latency": _latencies,
    "traffic_latency": lambda scenario, statement: Steps(sign=1, most=1e9),
    "memory": _memories,
    "lead_time": _lead_times,
    "available_from": _earlier,
    "available_until": _later,
    "opens": _earlier,
    "campaign_earliest": _earlier,
    "campaign_deadline": _later,
    "share_least": lambda scenario, statement: Steps(sign=-1),
    "share_most": lambda scenario, statement: Steps(sign=1, most=1.0),
    "survival": lambda scenario, statement: Steps(sign=-1, least=LEAST_SHARE, key="share"),
    "commitment": lambda scenario, statement: Steps(sign=-1),
    "power": lambda scenario, statement: Steps(sign=1),
    "budget": lambda scenario, statement: Steps(sign=1),
    "supply": lambda scenario, statement: Steps(sign=1),
    "pool": lambda scenario, statement: Steps(sign=1),
    "fleet": lambda scenario, statement: Steps(sign=-1),
    "orders": lambda scenario, statement: Steps(sign=-1),
    "modules": _count,
    "lighting": _count,
}
"""How the values of each kind of statement are found."""


def first_that_holds(listed: tuple[Any, ...], holds: Callable[[Any], bool | None]) -> Any | None:
    """Return the first of listed values with which there is a plan, each allowing no less than the one before."""
    low, high = 0, len(listed)
    while low < high:
        middle = (low + high) // 2
        if holds(listed[middle]):
            high = middle
        else:
            low = middle + 1
    return listed[low] if low < len(listed) else None


def least_change(before: float, steps: Steps, holds: Callable[[float], bool | None]) -> float | None:
    """Return the least change with which there is a plan, by doubling and halving; None where there is none."""
    room = steps.most - before if steps.sign > 0 else before - steps.least
    if steps.is_whole:
        return _least_whole(int(room), holds)
    step = (abs(before) or 1.0) * FINENESS
    good = None
    bad = 0.0
    for _ in range(MOST_DOUBLED):
        step = min(step, room)
        if holds(step):
            good = step
            break
        bad = step
        if step >= room:
            return None
        step *= 2
    if good is None:
        return None
    while good - bad > FINENESS * good:
        middle = (good + bad) / 2
        if holds(middle):
            good = middle
        else:
            bad = middle
    return good


def _least_whole(room: int, holds: Callable[[float], bool | None]) -> float | None:
    good = 1
    while good < room and not holds(float(good)):
        good *= 2
    good = min(good, room)
    if good < 1 or not holds(float(good)):
        return None
    bad = good // 2
    while good - bad > 1:
        middle = (good + bad) // 2
        if holds(float(middle)):
            good = middle
        else:
            bad = middle
    return float(good)
