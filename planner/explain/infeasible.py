"""`planner explain PLAN infeasible`: the inputs that conflict, each with its file and line, and what repairs them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.explain.conflict import Conflict, Feasibility, conflict_of
from planner.explain.conflict_lines import Told, place_of, told_of
from planner.explain.conflict_statements import statements_of
from planner.explain.explanation import Asked, Explanation, Question
from planner.explain.repairs import Repairs, repairs_of
from planner.plan import words
from planner.plan.plan import Plan
from planner.scenario.load import Scenario

SECONDS = 120.0
"""How long repairs are looked for, where nothing else is said."""

HAS_A_PLAN = "The scenario has a feasible plan, so nothing in it is known to conflict."

OTHERWISE = {
    "limit": "The solver stopped at a limit before it found a plan, so whether there is one is not known: a longer --time-limit may tell.",
    "unbounded": "There are plans, but no best one: the objective goes on without end, as where a price is below 0; nothing conflicts.",
}
"""What is said where there is no plan for another reason."""


def infeasible(plan: Plan, asked: Asked) -> Explanation:
    """Say why there is no plan: read from the plan, or found; with repairs where solving again is allowed."""
    if plan.has_plan or plan.status != "infeasible":
        state = HAS_A_PLAN if plan.has_plan else OTHERWISE.get(plan.status, HAS_A_PLAN)
        return Explanation("infeasible", (state,))
    scenario = Question(plan, asked).scenario
    feasibility = Feasibility(scenario, asked.time_limit or SECONDS, asked.tell)
    conflict, told = _known(plan, scenario)
    if asked.solve and (conflict is None or not conflict.is_proven):
        found = conflict_of(feasibility)
        if found is not None:
            conflict, told = found, told_of(scenario, found)
    if conflict is None:
        why = "in time" if asked.solve else "when the plan was made"
        return Explanation("infeasible", (f"No small set of inputs that conflict was found {why}.",))
    repairs = repairs_of(feasibility, conflict) if asked.solve else None
    return Explanation(
        "infeasible",
        (*_conflict_lines(told, conflict), *(_repair_lines(repairs) if repairs is not None else ())),
        {"what conflicts": _conflict_table(told), **({} if repairs is None else {"repairs": _repair_table(repairs)})},
        _data(told, conflict, repairs),
        solved_again=asked.solve,
    )


def _known(plan: Plan, scenario: Scenario) -> tuple[Conflict | None, tuple[Told, ...]]:
    """Return the conflict that the plan has already."""
    if not plan.conflict_inputs:
        return None, ()
    by_path = {statement.path: statement for statement in statements_of(scenario)}
    there = [one for one in plan.conflict_inputs if one["path"] in by_path]
    told = tuple(
        Told(**{**one, "periods": tuple(one["periods"])}, place=place_of(scenario, one["path"])) for one in there
    )  # fmt: skip
    is_proven = not any("could be left out was not proven" in note for note in plan.notes)
    return Conflict(tuple(by_path[one["path"]] for one in there), is_proven, 0), told


def _conflict_lines(told: tuple[Told, ...], conflict: Conflict) -> tuple[str, ...]:
    if len(told) == 1:
        head = "One input cannot hold by itself:"
    elif conflict.is_proven:
        head = f"These {len(told)} inputs cannot hold together, and there is a plan without any one of them:"
    else:
        head = f"These {len(told)} inputs cannot hold together; whether one of them could be left out was not found in time:"
    return (head, *(one.placed for one in told))


def _repair_lines(repairs: Repairs) -> tuple[str, ...]:
    lines = []
    if repairs.single:
        lines.append("Each of these repairs it alone, and less of it does not (each was solved):")
        lines += [repair.text for repair in repairs.single if repair.is_verified]
    elif not repairs.not_tried:
        lines.append("No change of one of them alone repairs it: there are more conflicts than this one.")
    if repairs.together is not None and repairs.together.is_verified:
        lines.append("The least change of all together, each counted as a share of what it was:")
        lines.append(repairs.together.text)
    if repairs.not_alone and repairs.single:
        lines.append(f"Nothing repairs it by changing only {words.listed(repairs.not_alone, last='or')}.")
    if repairs.not_tried:
        lines.append(f"The time was up before {words.listed(repairs.not_tried)} could be tried.")
    return tuple(lines)


def _conflict_table(told: tuple[Told, ...]) -> pd.DataFrame:
    rows = [(one.path, one.place, one.amount, one.unit, ", ".join(one.periods)) for one in told]
    return pd.DataFrame(rows, columns=["input", "place", "amount", "unit", "periods"])


def _repair_table(repairs: Repairs) -> pd.DataFrame:
    found = [*repairs.single, *([repairs.together] if repairs.together is not None else [])]
    rows = [
        (n + 1, change.path, _cell(change.before), _cell(change.after), change.share, repair.is_verified)
        for n, repair in enumerate(found)
        for change in repair.changes
    ]
    return pd.DataFrame(rows, columns=["repair", "path", "before", "after", "change_share", "solved"])


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.10g}" if isinstance(value, int | float) else str(value)


def _data(told: tuple[Told, ...], conflict: Conflict, repairs: Repairs | None) -> dict[str, Any]:
    data: dict[str, Any] = {"conflict": [one.to_dict() for one in told], "is_proven": conflict.is_proven}
    if repairs is not None:
        data["repairs"] = [repair.to_dict() for repair in repairs.single]
        data["together"] = None if repairs.together is None else repairs.together.to_dict()
        data["not_alone"], data["not_tried"] = list(repairs.not_alone), list(repairs.not_tried)
    return data
