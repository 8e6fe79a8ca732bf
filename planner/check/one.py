"""One scenario checked: read, solved, held to what it states, and to what other solvers say."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path

from planner.check.expected import Statement, statements
from planner.check.outcome import Outcome, Verdict
from planner.check.second import Opinion, second_opinions, without_earliest
from planner.errors import InputError, PlannerError, Problem
from planner.plan.plan import Plan
from planner.planning import Request, solve
from planner.scenario.load import Scenario, load
from planner.uniqueness import uniqueness


@dataclass(frozen=True)
class How:
    """How scenarios are checked: how they are solved, by which other solvers as well, what they may name."""

    request: Request = field(default_factory=Request)
    also: tuple[str, ...] = ()
    allow_path: bool = False
    unique: bool = False
    verbose: bool = False


def check_file(file: str | Path, how: How | None = None) -> Outcome:
    """Check the scenario in a file; whatever goes wrong is in the outcome.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C is pressed.
    """
    began = time.perf_counter()
    path, how = Path(file), how or How()
    try:
        outcome = _checked(path, how)
    except InputError as error:
        outcome = Outcome(path, path.stem, "wrong input", problems=tuple(error.problems))
    except PlannerError as error:
        outcome = Outcome(path, path.stem, "fault", message=str(error))
    except Exception as error:  # one scenario's fault must not hide the others
        words = traceback.format_exc() if how.verbose else f"{type(error).__name__}: {error}".splitlines()[0]
        outcome = Outcome(path, path.stem, "fault", message=f"a fault of the planner: {words}")
    return replace(outcome, seconds=time.perf_counter() - began)


def _checked(file: Path, how: How) -> Outcome:
    scenario = load(file, allow_path=how.allow_path)
    if scenario.document.expect is None:
        raise InputError(Problem("states nothing: it has no `expect`", place=scenario.place(()), code="expect"))
    plan = solve(without_earliest(scenario), how.request)
    if "interrupted" in plan.reason:
        raise KeyboardInterrupt
    try:
        found = statements(plan, scenario.place)
        opinions = second_opinions(scenario, plan, how.request, how.also) if how.also else []
    except InputError as error:
        raise InputError(scenario.placed(error.problems)) from None
    return Outcome(
        file=file,
        name=scenario.document.name,
        verdict=_verdict(scenario, plan, found, opinions),
        statements=tuple(found),
        opinions=tuple(opinions),
        message=_message(plan, found),
        unit=plan.objective_unit,
        uniqueness=uniqueness(without_earliest(scenario), how.request).as_dict() if how.unique else None,
    )


def _verdict(scenario: Scenario, plan: Plan, found: list[Statement], opinions: list[Opinion]) -> Verdict:
    """Return what came of it; a plan that is missing or unproven says more than that its figures differ."""
    expect = scenario.document.expect
    assert expect is not None
    if plan.status != expect.status:
        unproven: dict[str, Verdict] = {"limit": "limit", "infeasible": "no plan", "unbounded": "no plan"}
        return unproven.get(plan.status, "missed")
    if not all(statement.held for statement in found):
        return "missed"
    differing = [opinion for opinion in opinions if not opinion.held]
    if not differing:
        return "held"
    return "limit" if all(opinion.status == "limit" for opinion in differing) else "missed"


def _message(plan: Plan, found: list[Statement]) -> str:
    """Return why there is no plan, where one is stated."""
    if all(statement.held for statement in found):
        return ""
    if plan.conflict and not any(statement.path[-1] == "conflict" for statement in found):
        return f"what cannot hold together: {'; '.join(plan.conflict)}"
    return f"the solver stopped: {plan.reason}" if plan.status == "limit" and plan.reason else ""
