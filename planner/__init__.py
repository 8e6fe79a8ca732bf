"""An optimisation-based capacity planner for AI compute: a scenario in, a provably best plan out.

>>> import planner
>>> plan = planner.solve(planner.load("scenarios/transport.yaml"))
>>> round(plan.objective, 3)
153.675
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.ask.break_even import BreakEven, break_even
    from planner.ask.near_optimal import NearOptimal, near_optimal
    from planner.ask.trade_off import TradeOff, trade_off
    from planner.ask.value_range import ValueRange, value_range
    from planner.ask.when import Earliest, earliest
    from planner.certify.verdict import Verdict
    from planner.certify.verify import verify
    from planner.compare.comparison import Comparison, diff
    from planner.errors import InputError, LimitError, NoPlanError, PlannerError, SolverError
    from planner.plan.files import read, save, save_tables
    from planner.plan.plan import Plan
    from planner.planning import Request, solve
    from planner.scenario.load import Scenario, load
    from planner.scenario.schema import json_schema
    from planner.sweeps.result import Sweep
    from planner.sweeps.sweep import sweep
    from planner.whatif.session import Session, what_if

_HOMES = {
    "BreakEven": "ask.break_even",
    "Comparison": "compare.comparison",
    "Earliest": "ask.when",
    "NearOptimal": "ask.near_optimal",
    "TradeOff": "ask.trade_off",
    "ValueRange": "ask.value_range",
    "break_even": "ask.break_even",
    "diff": "compare.comparison",
    "earliest": "ask.when",
    "near_optimal": "ask.near_optimal",
    "trade_off": "ask.trade_off",
    "value_range": "ask.value_range",
    "InputError": "errors",
    "LimitError": "errors",
    "NoPlanError": "errors",
    "PlannerError": "errors",
    "SolverError": "errors",
    "Plan": "plan.plan",
    "Request": "planning",
    "Scenario": "scenario.load",
    "Session": "whatif.session",
    "json_schema": "scenario.schema",
    "load": "scenario.load",
    "read": "plan.files",
    "save": "plan.files",
    "save_tables": "plan.files",
    "solve": "planning",
    "Sweep": "sweeps.result",
    "sweep": "sweeps.sweep",
    "Verdict": "certify.verdict",
    "verify": "certify.verify",
    "what_if": "whatif.session",
}
"""Module of each public name; imported when first used, so that nothing is imported that is not needed."""

__all__ = [
    "BreakEven", "Comparison", "Earliest", "InputError", "LimitError", "NearOptimal", "NoPlanError", "Plan", "PlannerError",
    "Request", "Scenario", "Session", "SolverError", "Sweep", "TradeOff", "ValueRange", "Verdict", "break_even",
    "diff", "earliest", "json_schema", "load", "near_optimal", "read", "save", "save_tables", "solve", "sweep", "trade_off",
    "value_range", "verify", "what_if",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"planner.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
