"""Tables on cost and carbon, and on the figures that demand is derived from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.rules.policies import KG_PER_TONNE
from planner.plan.frames.reader import Reader, picked


def carbon(reader: Reader) -> pd.DataFrame:
    """Carbon by period and site, t CO2e."""
    codes, names = reader.labels("site")
    total = np.zeros((reader.time.periods, len(names)))
    for emission in reader.model.programme.emissions:
        x = reader.x[emission.columns]
        used = np.flatnonzero(x)
        amounts = x[used] * emission.kilograms[used] / KG_PER_TONNE
        np.add.at(total, (emission.period[used], codes[emission.columns[used]]), amounts)
    t, s = np.nonzero(total)
    return pd.DataFrame(
        {
            "period": np.array(reader.time.names, object)[t],
            "site": np.array(names, object)[s],
            "carbon_t": total[t, s],
        }
    )


def cost(reader: Reader) -> pd.DataFrame:
    """Every part of the cost by period, kind, site, offer and workload: discounted, and when it is paid."""
    axes = ("site", "offer", "workload")
    labels = {axis: reader.labels(axis) for axis in axes}
    kinds = sorted({item.kind for item in reader.model.programme.items})
    parts = []
    for item, used, amount in reader.spent:
        named = [labels[axis][0][item.columns[used]] for axis in axes]
        amounts = item.discounted[used] * amount, item.plain[used] * amount
        parts.append((item.period[used], np.full(len(used), kinds.index(item.kind)), *named, *amounts))
    for item in reader.model.programme.items:
        if not item.columns.size:
            count = len(item.period)
            named = [np.full(count, labels[axis][1].index(item.labels.get(axis, ""))) for axis in axes]
            parts.append((item.period, np.full(count, kinds.index(item.kind)), *named, item.discounted, item.plain))
    keys = ["t", "kind", *axes]
    headers = [*keys, f"discounted_{reader.currency}", f"paid_{reader.currency}"]
    joined = [np.concatenate(part) for part in zip(*parts, strict=True)] if parts else [np.zeros(0, int)] * len(headers)
    # Numbers sort as their labels do, and are much faster to sort.
    frame = pd.DataFrame(dict(zip(headers, joined, strict=True)))
    summed = frame.groupby(keys, as_index=False).sum()
    for axis, names in (("kind", kinds), *((axis, labels[axis][1]) for axis in axes)):
        summed[axis] = picked(names, summed[axis].to_numpy(int))
    summed.insert(0, "period", picked(reader.time.names, summed.pop("t").to_numpy(int)))
    return summed


def unit_cost(reader: Reader) -> pd.DataFrame:
    """Cost of a unit of work by period (docs/model.md, unit cost): devices straight line over their life."""
    from planner.plan.unit_cost import unit_cost

    return unit_cost(reader)


def chains(reader: Reader) -> pd.DataFrame:
    """Every step of every chain: its factor and the result after it."""
    rows = [
        (step.chain, step.step, name, step.operation, float(step.factor[t]), float(step.result[t]), step.unit)
        for steps in reader.inputs.chains.all().values()
        for step in steps
        for t, name in enumerate(reader.time.names)
    ]
    return pd.DataFrame(rows, columns=["chain", "step", "period", "operation", "factor", "result", "unit"])


def comparisons(reader: Reader) -> pd.DataFrame:
    """Each statement that the scenario tests: both figures, and whether the left exceeds the right."""
    rows = []
    for name, comparison in sorted(reader.inputs.doc.comparisons.items()):
        left = float(reader.inputs.chains.value(comparison.left)[0])
        right = float(reader.inputs.chains.value(comparison.right)[0])
        ratio = left / right if right else np.nan
        rows.append(
            (name, comparison.left_name, left, comparison.right_name, right, comparison.unit, ratio, left > right)
        )
    columns = ["comparison", "left_name", "left", "right_name", "right", "unit", "ratio", "exceeds"]
    return pd.DataFrame(rows, columns=columns)
