"""Prices: the dual of every rule, with its unit and sign in words (docs/model.md, prices).

The dual of a row is the change of the objective for one more unit on its right-hand side: a limit that
binds (<=) has a dual of 0 or less, since more of it saves; a requirement (>=) of 0 or more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.programme import Block
from planner.plan.frames import Reader, picked

UNITS = {
    "demand": "{unit}/h",
    "throughput": "{unit}/h",
    "capacity": "{unit}/h",
    "linking": "{unit}/h",
    "routing": "{unit}/h",
    "occupancy": "device",
    "replicas": "device",
    "configuration": "device",
    "porting": "device",
    "accumulation": "device",
    "retirement": "device",
    "supply": "device",
    "supply_year": "device",
    "supply_together": "device",
    "supply_together_year": "device",
    "pool": "device",
    "commitment": "device",
    "commitment_cap": "device",
    "siting": "device",
    "campaign_devices": "device",
    "power": "MW",
    "emptying": "MW",
    "balance": "Gb/s",
    "link_capacity": "Gb/s",
    "carbon_cap": "tCO2e",
    "carbon_cap_total": "tCO2e",
    "budget": "{currency}",
}
"""Unit of each rule's right-hand side; rules that are not here count things, such as sites or choices."""


def row_unit(rule: str, workload: str | None, built: Built) -> str:
    """Return the unit of a rule's right-hand side."""
    doc = built.model.inputs.doc
    unit = doc.workloads[workload].unit if workload else "unit"
    return UNITS.get(rule, "1").format(unit=unit, currency=doc.money.currency)


def prices(built: Built, duals: Floats, reader: Reader, objective_unit: str) -> pd.DataFrame:
    """Return the nonzero duals (in the user's units) of every rule.

    Columns: rule, period, slice, of (the row's static labels), dual, unit, and for rules on work by the hour
    price_per_unit: the dual by unit of work, in money of the middle of its period.
    """
    frames = []
    for rule, block in built.model.programme.rows.items():
        values = block.shaped(duals)
        where = np.nonzero(values)
        if not len(where[0]):
            continue
        frames.append(_of_rule(built, rule, block, values[where], where, objective_unit))
    columns = ["rule", "period", "slice", "of", "dual", "unit", "price_per_unit"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _of_rule(
    built: Built, rule: str, block: Block, values: Floats, where: tuple[np.ndarray, ...], unit: str
) -> pd.DataFrame:
    time = built.model.inputs.time
    static = where[-1]
    labels = [", ".join(f"{a} {k}" for a, k in zip(block.axes, key, strict=True)) for key in block.keys]
    workload = [dict(zip(block.axes, key, strict=True)).get("workload") for key in block.keys]
    units = [f"{unit} per {row_unit(rule, w, built)}" for w in workload]
    per_unit = np.full(len(values), np.nan)
    if UNITS.get(rule) == "{unit}/h" and block.timed == 2:
        per_unit = values / time.hours[where[0], where[1]] / time.at_middle[where[0]]
    return pd.DataFrame(
        {
            "rule": rule,
            "period": picked(time.names, where[0]) if block.timed else "",
            "slice": picked(time.slices, where[1]) if block.timed == 2 else "",
            "of": picked(labels, static),
            "dual": values,
            "unit": picked(units, static),
            "price_per_unit": per_unit,
        }
    )
