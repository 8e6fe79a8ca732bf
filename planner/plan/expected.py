"""What a scenario says that solving it must give (`expect:`), held against the plan."""

from __future__ import annotations

import math
from typing import Any

from planner.plan.plan import Plan

TOLERANCE = 1e-6


def missed(plan: Plan) -> list[str]:
    """Return each statement of the scenario's `expect` that the plan does not keep, in words; none where all hold."""
    expect: dict[str, Any] | None = plan.scenario.get("expect")
    if expect is None:
        return []
    said = f" ({', '.join(filter(None, [expect.get('origin', 'recorded'), expect.get('source')]))})"
    status = expect.get("status", "optimal")
    found = [f"the status is {plan.status}, not {status}{said}"] if plan.status != status else []
    tolerance = float(expect.get("tolerance", TOLERANCE))
    figures = [
        ("the objective", expect.get("objective"), plan.objective),
        ("the fraction served", expect.get("served_fraction"), plan.served_fraction),
        *((f"chain {key}", value, _result(plan, key)) for key, value in sorted(expect.get("chains", {}).items())),
    ]
    for what, stated, got in figures:
        if stated is not None and (got is None or not math.isclose(got, stated, rel_tol=tolerance, abs_tol=tolerance)):
            shown = "missing" if got is None else f"{got:.9g}"
            found.append(f"{what} is {shown}, not {stated:.9g} within {tolerance:g}{said}")
    return found


def _result(plan: Plan, key: str) -> float | None:
    """Return the result of `chain` or `chain/step` in the first period."""
    if "chains" not in plan.tables:
        return None
    name, _, step = key.partition("/")
    rows = plan.tables["chains"]
    rows = rows[(rows["chain"] == name) & ((rows["step"] == step) | (not step))]
    rows = rows[rows["period"] == rows["period"].iloc[0]] if len(rows) else rows
    return float(rows["result"].iloc[-1]) if len(rows) else None
