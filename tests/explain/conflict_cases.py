"""Scenarios without a plan, made by hand so that what conflicts is known."""

from __future__ import annotations

from typing import Any

import numpy as np

import planner
from planner.explain.conflict import Conflict, Feasibility, conflict_of
from planner.explain.conflict_lines import told_of
from planner.planning import Request, Timer, programme_solved
from planner.scenario.load import Scenario
from tests.model.cases import bought, case, rented, work


def found(plain: dict[str, Any] | Scenario) -> tuple[Scenario, Conflict]:
    """Return the scenario and its conflict."""
    scenario = planner.load(plain) if isinstance(plain, dict) else plain
    conflict = conflict_of(Feasibility(scenario))
    assert conflict is not None
    return scenario, conflict


def status(scenario: Scenario) -> str:
    """Return how solving a scenario ends: its whole programme, with its own objective."""
    _, stages, _ = programme_solved(scenario, Request(), Timer())
    return stages[-1].solution.status


def paths(plain: dict[str, Any]) -> set[str]:
    """Return the paths of what conflicts in a scenario."""
    scenario, conflict = found(plain)
    assert conflict.is_proven
    assert len(told_of(scenario, conflict)) == len(conflict.members)
    return {member.path for member in conflict.members}


def two_makers(**parts: Any) -> dict[str, Any]:
    """Return a scenario of two makers' devices that do one unit an hour each, bought, with power to spare."""
    return case(
        parts.pop("demand", 10),
        devices={"d": {"maker": "a", "power_kw": 1}, "e": {"maker": "b", "power_kw": 1}},
        workloads=work(parts.pop("asked", 10), rate={"d": 1, "e": 1}),
        offers={"o": bought(supply=8), "p": bought(device="e", supply=5)},
        sites={"s": {"power_mw": 1}, "t": {"power_mw": 1}},
        budgets={"money": {"limit": 1000}},
        **parts,
    )


def policy_supply_demand() -> dict[str, Any]:
    """Return a scenario in which 10 are asked for, 8 can come of one maker, and the other may be no more than a tenth."""
    return two_makers(shares={"few": {"maker": "b", "max_share": 0.1}})


def too_far() -> dict[str, Any]:
    """Return a scenario in which the near site is too small and the far one, 80 ms away, is too far for 50 ms."""
    return case(
        sites={"near": {"power_mw": 0.004, "latency_ms": 10}, "far": {"latency_ms": 80}},
        devices={"d": {"power_kw": 1}},
        workloads=work(10, max_latency_ms=50),
        offers={"o": bought()},
    )


def few_sites() -> dict[str, Any]:
    """Return a scenario of three candidates that can serve 4 each, of which two may open, for a demand of 10."""
    return case(
        sites={name: {"siting": "candidate", "opening_cost": 1} for name in "abc"},
        offers={"o": {"kind": "serverless", "work": {"w": {"price_per_unit": 1, "capacity_per_hour": 4}}}},
        siting={"max_open": 2},
    )


def lumpy() -> dict[str, Any]:
    """Return a scenario that only whole numbers make impossible: whole devices of 2 each within a budget of 5, for 5 units.

    Two and a half devices would do and cost 5; three cost 6.
    """
    return case(
        5, workloads=work(5, rate={"d": 2}), offers={"o": bought(2)}, budgets={"money": {"limit": 5}}, integer=True
    )


def random_case(seed: int) -> dict[str, Any]:
    """Return a small scenario of three periods, two sites and two devices that often has no plan."""
    random = np.random.default_rng(seed)

    def some(low: float, high: float) -> list[float]:
        return [round(float(x), 1) for x in random.uniform(low, high, 3)]

    offers = {
        "buy": bought(supply=some(0, 8), life_months=12, carry_over=bool(random.integers(2))),
        "late": bought(device="e", supply=some(0, 20), available_from="p2", life_months=12),
        "rent": rented(supply=some(0, 4)) | {"sites": ["near"]},
    }
    shares = {"few": {"maker": "b", "max_share": round(float(random.uniform(0.1, 0.6)), 2)}}
    return case(
        periods=3,
        horizon={"start": 2024, "period": "hour", "count": 3},
        regions={"r": {}, "q": {}},
        sites={"near": {"power_mw": some(0.002, 0.02), "latency_ms": 10}, "far": {"power_mw": 0.05, "latency_ms": 80}},
        devices={"d": {"maker": "a", "power_kw": 1}, "e": {"maker": "b", "power_kw": 2, "memory_gb": 40}},
        workloads={
            "w": {"rate": {"d": 1, "e": 1.5}, "demand": {"by_region": {"r": some(2, 12), "q": some(0, 6)}}, "max_latency_ms": 50},
            "v": {"rate": {"d": 2, "e": 3}, "demand": {"total": some(0, 9), "split": {"r": 1, "q": 2}}, "min_memory_gb": 0},
        },
        offers=offers,
        shares=shares if random.integers(2) else {},
        budgets={"money": {"limit": round(float(random.uniform(5, 60)), 1)}},
    )  # fmt: skip
