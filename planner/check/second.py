"""A second opinion: the same scenario solved by another solver, and the two answers held together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.check.expected import TOLERANCE, close, relative
from planner.errors import InputError
from planner.plan.plan import Plan
from planner.planning import Request, solve
from planner.scenario.load import Scenario

FIRST = "highs"


@dataclass(frozen=True)
class Opinion:
    """What another solver says: `held` is whether it is the same within `tolerance`, relative to the first optimum."""

    solver: str
    status: str
    objective: float | None
    difference: float | None
    tolerance: float
    seconds: float
    held: bool
    words: str


def second_opinions(scenario: Scenario, plan: Plan, request: Request, solvers: Sequence[str]) -> list[Opinion]:
    """Return what each of the solvers says that suits the scenario; HiGHS speaks for one that was the first.

    Raises
    ------
    InputError
        If a solver is unknown or not installed, or none suits the scenario, as where none keeps counts whole.
    """
    first = request.resolved(scenario)[0].lower()
    names = dict.fromkeys(FIRST if name.lower() == first else name for name in solvers)
    opinions, unsuited = [], []
    for name in names:
        if name == first:
            continue
        try:
            opinions.append(_opinion(scenario, plan, replace(request, solver=name)))
        except InputError as error:
            if any(problem.code != "solver_unsuited" for problem in error.problems):
                raise
            unsuited += error.problems
    if not opinions and solvers:
        raise InputError(unsuited or f"a second opinion needs another solver than {first}, which solves it first")
    return opinions


def _opinion(scenario: Scenario, plan: Plan, request: Request) -> Opinion:
    began = time.perf_counter()
    other = solve(without_earliest(scenario), request)
    if "interrupted" in other.reason:
        raise KeyboardInterrupt
    return compared(scenario, plan, other, time.perf_counter() - began)


def without_earliest(scenario: Scenario) -> Scenario:
    """Return a scenario without the search for the earliest date, which solves many times and is held to nothing."""
    return scenario.replace({"report.earliest_date": False}) if scenario.document.report.earliest_date else scenario


def compared(scenario: Scenario, plan: Plan, other: Plan, seconds: float = 0.0) -> Opinion:
    """Hold the plans of two solvers together.

    Two optima may differ by the gaps up to which they are proven, and by the tolerance that the scenario states for its
    objective, or 1e-6.
    """
    mine, theirs = plan.solver["name"], other.solver["name"]
    tolerance = max(_stated(scenario), (plan.gap or 0.0) + (other.gap or 0.0))
    words, difference = "", None
    if plan.status != other.status:
        words = f"{mine} ends {plan.status}, {theirs} {other.status}"
        words += f" ({other.reason})" if other.reason else ""
    elif plan.objective is not None and other.objective is not None:
        difference = relative(other.objective, plan.objective)
        if not close(other.objective, plan.objective, tolerance):
            words = (
                f"{mine} says {plan.objective:.9g}, {theirs} {other.objective:.9g}, "
                f"which differ by more than {tolerance:g} of the first"
            )
    return Opinion(theirs, other.status, other.objective, difference, tolerance, seconds, not words, words)


def _stated(scenario: Scenario) -> float:
    """Return the tolerance that a scenario states for its objective."""
    expect = scenario.document.expect
    own = getattr(expect.objective, "tolerance", None) if expect else None
    return TOLERANCE if expect is None else expect.tolerance if own is None else float(own)
