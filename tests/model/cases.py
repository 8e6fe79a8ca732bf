"""Small scenarios as plain data, and what is held of every one that is solved."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import numpy as np

import planner
from planner import conclude
from planner.plan.files import to_json
from planner.plan.plan import Plan, from_dict

NO_NUMBERS = ("objective", "bound", "gap", "served_fraction", "unmet_fraction")


def case(demand: Any = 10, **parts: Any) -> dict[str, Any]:
    """Return a scenario of one region, site, device, workload and offer, in one period of one hour.

    A device does one unit an hour, and an hour of it costs 1. `parts` replace whole parts; `periods` is a
    number of periods of an hour.
    """
    periods = parts.pop("periods", 1)
    base: dict[str, Any] = {
        "horizon": {"start": 2024, "period": "hour", "count": periods},
        "regions": {"r": {}},
        "sites": {"s": {}},
        "devices": {"d": {}},
        "workloads": {"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": demand}}}},
        "offers": {"o": {"kind": "on-demand", "device": "d", "price_per_hour": 1}},
    }
    return base | parts


def work(demand: Any = 10, **fields: Any) -> dict[str, Any]:
    """Return workloads: one, done at a rate of 1 by device d."""
    return {"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": demand}}} | fields}


def rented(price: Any = 1, **fields: Any) -> dict[str, Any]:
    """Return an offer by the hour."""
    return {"kind": "on-demand", "device": "d", "price_per_hour": price} | fields


def bought(price: Any = 1, **fields: Any) -> dict[str, Any]:
    """Return an offer to buy, with no salvage: all of its price falls on the horizon."""
    return {"kind": "buy", "device": "d", "price_per_unit": price, "salvage_share": 0} | fields


def sold(price: Any = 1, workload: str = "w", **fields: Any) -> dict[str, Any]:
    """Return an offer of work without devices."""
    return {"kind": "serverless", "work": {workload: {"price_per_unit": price} | fields}}


def solved(scenario: dict[str, Any]) -> Plan:
    """Solve to an optimum, and hold what must be so of every plan."""
    with patch.object(conclude, "Reader", wraps=conclude.Reader) as read:
        plan = planner.solve(planner.load(scenario))
    assert plan.status == "optimal", (plan.status, plan.conflict)
    feasible(*read.call_args.args)
    balanced(plan)
    assert from_dict(json.loads(to_json(plan))) == plan
    return plan


def feasible(built: Any, x: np.ndarray) -> None:
    """Hold that a point keeps every row, every bound that is stated, and whole numbers."""
    finished = built.finished
    at = finished.matrix @ x
    width = 1e-7 * np.maximum(1.0, np.abs(finished.matrix) @ np.abs(x))
    assert (at <= finished.row_upper + width).all()
    assert (at >= finished.row_lower - width).all()
    assert (x >= finished.lower - 1e-9).all()
    assert (finished.derived | (x <= finished.upper * (1 + 1e-9) + 1e-9)).all()
    whole = x[finished.integer]
    assert np.array_equal(whole, np.rint(whole))


def balanced(plan: Plan) -> None:
    """Hold that the parts of the cost sum to the objective, and what is served and unmet to the demand."""
    parts = plan.cost[f"discounted_{plan.currency}"]
    assert plan.objective is not None
    assert plan.gap is not None
    if plan.objective_name == "cost":
        assert abs(parts.sum() - plan.objective) <= 1e-9 * max(1.0, parts.abs().sum())
    if plan.objective_name == "carbon":
        assert abs(plan.carbon["carbon_t"].sum() - plan.objective) <= 1e-9 * max(1.0, abs(plan.objective))
    demand = plan.demand
    assert np.allclose(demand["served_units"] + demand["unmet_units"], demand["demand_units"], rtol=1e-9)
    assert np.isclose(plan.unmet["unmet_units"].sum(), demand["unmet_units"].sum(), rtol=1e-9, atol=1e-9)
    assert np.isclose(plan.served["served_units"].sum(), demand["served_units"].sum(), rtol=1e-9, atol=1e-9)


def cost(scenario: dict[str, Any]) -> float:
    """Return the optimum of a scenario."""
    plan = solved(scenario)
    assert plan.objective is not None
    return plan.objective


def paid(plan: Plan, kind: str, period: str | None = None) -> float:
    """Return what is paid for one kind of cost, undiscounted."""
    rows = plan.cost[plan.cost["kind"] == kind]
    if period is not None:
        rows = rows[rows["period"] == period]
    return float(rows[f"paid_{plan.currency}"].sum())


def counted(plan: Plan, kind: str) -> float:
    """Return what one kind of cost counts, discounted."""
    return float(plan.cost[plan.cost["kind"] == kind][f"discounted_{plan.currency}"].sum())


def without(scenario: dict[str, Any], status: str) -> Plan:
    """Solve to no plan with this status, and hold that it carries no numbers."""
    plan = planner.solve(planner.load(scenario))
    assert plan.status == status
    assert all(getattr(plan, name) is None for name in NO_NUMBERS)
    assert not plan.has_plan
    assert plan.tables == {}
    assert plan.limits == ()
    assert plan.exit_code == 3
    assert from_dict(json.loads(to_json(plan))) == plan
    return plan


def sum_of(frame: Any, column: str, **where: Any) -> float:
    """Return the sum of a column over the rows with these labels."""
    for key, value in where.items():
        frame = frame[frame[key] == value]
    return float(frame[column].sum())
