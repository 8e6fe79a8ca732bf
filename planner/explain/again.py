"""Solving a plan's scenario again with something changed: what that saves, and what is different then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.errors import InputError
from planner.explain.explanation import Question
from planner.plan.plan import Plan

COMPARED = frozenset({"cost", "demand", "fleet", "run", "served", "sites", "traffic"})
"""Tables that a plan is compared by; what else it has costs time."""

SAME = 1e-7
"""A difference below this share of the objective is within what solvers leave."""


@dataclass(frozen=True)
class Difference:
    """What a change makes of a plan, by solving again.

    Attributes
    ----------
    saves
        How much better the objective is: less cost or carbon, or more served; None where there is no plan then.
    least
        The smallest difference that is not within what the solver's gap leaves.
    unit
        Unit of both: that of the first objective, or where that is the same and cost comes after it, money.
    status
        Status of the changed scenario's plan, or why it could not be solved.
    """

    changes: Mapping[str, Any]
    saves: float | None
    least: float
    status: str
    plan: Plan | None = field(default=None, repr=False)
    unit: str = ""

    @property
    def is_nothing(self) -> bool:
        """Whether the difference is no more than what the solver's gap leaves."""
        return self.saves is not None and abs(self.saves) <= self.least


def difference(question: Question, changes: Mapping[str, Any]) -> Difference:
    """Solve the scenario with `changes` (value by path; None takes a value out) and compare it with the plan."""
    from planner.planning import Request, solve

    before = question.plan
    question.asked.tell(f"solving with {', '.join(changes)} changed")
    try:
        scenario = question.scenario.replace(changes)
        after = solve(scenario, Request(time_limit=question.time_left(), only=COMPARED))
    except InputError as error:
        return Difference(changes, None, 0.0, error.problems[0].message)
    if after.objective is None or before.objective is None:
        return Difference(changes, None, 0.0, after.status, after)
    better = after.objective - before.objective
    better, least = better if before.objective_name == "served" else -better, slack(before, after)
    if before.objective_name == "cost" or abs(better) > least:
        return Difference(changes, better, least, after.status, after, before.objective_unit)
    saves = _cost(before) - _cost(after)  # the least cost decides last
    return Difference(changes, saves, SAME * abs(_cost(before)), after.status, after, before.currency)


def _cost(plan: Plan) -> float:
    return float(plan.cost[f"discounted_{plan.currency}"].sum())


def slack(*plans: Plan) -> float:
    """Return the greatest difference between objectives that gaps and rounding leave."""
    size = max(abs(plan.objective or 0.0) for plan in plans)
    return max(SAME * size, sum((plan.gap or 0.0) * max(1.0, abs(plan.objective or 0.0)) for plan in plans))
