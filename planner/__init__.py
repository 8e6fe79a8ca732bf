"""An optimisation-based capacity planner for AI compute: a scenario in, a provably best plan out.

>>> import planner
>>> plan = planner.solve(planner.load("scenarios/transport.yaml"))
>>> round(plan.objective, 3)
153.675
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.errors import InputError, LimitError, NoPlanError, PlannerError, SolverError
    from planner.plan.files import read, save, save_tables
    from planner.plan.plan import Plan
    from planner.planning import Request, solve
    from planner.scenario.load import Scenario, load
    from planner.scenario.schema import json_schema

_HOMES = {
    "InputError": "errors",
    "LimitError": "errors",
    "NoPlanError": "errors",
    "PlannerError": "errors",
    "SolverError": "errors",
    "Plan": "plan.plan",
    "Request": "planning",
    "Scenario": "scenario.load",
    "json_schema": "scenario.schema",
    "load": "scenario.load",
    "read": "plan.files",
    "save": "plan.files",
    "save_tables": "plan.files",
    "solve": "planning",
}
"""Module of each public name; imported when first used, so that nothing is imported that is not needed."""

__all__ = [
    "InputError", "LimitError", "NoPlanError", "Plan", "PlannerError", "Request", "Scenario", "SolverError",
    "json_schema", "load", "read", "save", "save_tables", "solve",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"planner.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
