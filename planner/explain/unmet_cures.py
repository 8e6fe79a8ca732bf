"""Cures of unmet demand: the least change of one input with which a group is served, and what the plan costs then.

A group counts as served only if nobody else is served less for it: else any one could be, at another's cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.explain.conflict import Feasibility, built_of, freed_arrays
from planner.explain.conflict_statements import Statement, statements_of
from planner.explain.explanation import Question
from planner.explain.repairs import Repair, least_of
from planner.plan import words
from planner.scenario.load import Scenario
from planner.solver.options import SolveOptions
from planner.solver.solve import solver_named

if TYPE_CHECKING:
    from planner.explain.unmet import Group
    from planner.plan.plan import Plan

SECONDS = 120.0
"""How long cures are looked for, where nothing else is said."""

MOST_TRIED = 8
"""So many inputs are tried for each group: those behind its reasons, the most valuable first."""


@dataclass(frozen=True)
class Cure:
    """How a group could be served.

    Attributes
    ----------
    repair
        The least change of one input; None where nothing needs to change, but what it costs to serve.
    cost
        What the plan costs more with the group served and nobody else served less, at its least cost, in money of
        the base date, before what the change itself costs; less than 0 where it costs less. None where there is no
        cure.
    tried
        Inputs that were tried.
    is_late
        Whether the time was up before all were.
    """

    repair: Repair | None
    cost: float | None
    tried: tuple[str, ...]
    is_late: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the cure as plain data."""
        return {
            "repair": None if self.repair is None else self.repair.to_dict(),
            "cost": self.cost,
            "tried": list(self.tried),
            "is_late": self.is_late,
        }


def cures_of(question: Question, groups: Sequence[Group]) -> list[Cure]:
    """Return the cheapest cure of each group; the time is shared among them."""
    scenario, plan = question.scenario, question.plan
    deadline = Feasibility(scenario, question.asked.time_limit or SECONDS)
    by_path = {statement.path: statement for statement in statements_of(scenario)}
    worth = {limit.path: rank for rank, limit in reversed(list(enumerate(plan.limits)))}
    cures = []
    for number, group in enumerate(groups):
        question.asked.tell(f"a cure for group {number + 1} of {len(groups)}")
        paths = {one.path for one in group.reasons if one.path in by_path}
        ranked = sorted(paths, key=lambda path: (worth.get(path, len(worth)), path))[:MOST_TRIED]
        seconds = max(0.0, deadline.seconds_left) / (len(groups) - number)
        feasibility = Feasibility(scenario, seconds, most_unmet=_others_unmet(plan, group))
        cures.append(_cheapest(feasibility, plan, [by_path[path] for path in ranked]))
    return cures


def _others_unmet(plan: Plan, group: Group) -> dict[tuple[str, str, str, str], float]:
    """Return what is unmet outside of a group."""
    keys = ["workload", "region", "period", "slice"]
    rows = plan.unmet[[*keys, "unmet_units_per_hour"]].itertuples(index=False, name=None)
    return {
        (w, r, p, k): float(units)
        for w, r, p, k, units in rows
        if not (w == group.workload and (r, p) in group.members)
    }  # fmt: skip


def _cheapest(feasibility: Feasibility, plan: Plan, statements: Sequence[Statement]) -> Cure:
    before = float(plan.cost[f"discounted_{plan.currency}"].sum())
    as_it_is = _least_cost(feasibility, feasibility.scenario)
    if as_it_is is not None:
        return Cure(None, as_it_is - before, ())
    found: list[tuple[float, Repair]] = []
    tried = []
    for statement in statements:
        if feasibility.is_late:
            break
        tried.append(statement.path)
        repair = least_of(feasibility, statement)
        if repair is not None and repair.is_verified:
            cost = _least_cost(feasibility, feasibility.scenario.replace(repair.values))
            if cost is not None:
                found.append((cost - before, repair))
    late = feasibility.is_late
    if not found:
        return Cure(None, None, tuple(tried), late)
    cost, repair = min(found, key=lambda pair: (round(pair[0], 6), pair[1].paths))
    return Cure(repair, cost, tuple(tried), late)


def _least_cost(feasibility: Feasibility, scenario: Scenario) -> float | None:
    """Return the least cost of a scenario with the group served; None where that cannot be, or was not found in time."""
    if feasibility.is_late:
        return None
    built = built_of(scenario)
    objective = built.objective("cost")
    priced, unit = built.finished.arrays(objective.coefficients, objective.constant, free=True)
    arrays = feasibility.serving(built, freed_arrays(built))
    arrays = replace(arrays, cost=np.asarray(priced.cost), constant=priced.constant)
    options = SolveOptions(time_limit=max(0.1, feasibility.seconds_left), gap=scenario.document.solver.gap)
    solution = solver_named("highs", options).answer(arrays)
    if solution.status != "optimal" or solution.objective is None:
        return None
    return solution.objective * unit


def cure_lines(groups: Sequence[Group], cures: Sequence[Cure], plan: Plan) -> list[str]:
    """Return the cures in words, one for each group."""
    return [words.sentence(f"{_which(group)}: {_told(cure, plan)}") for group, cure in zip(groups, cures, strict=True)]


def _which(group: Group) -> str:
    return f"to serve all {group.workload} in {words.listed(group.regions)} in {words.listed(group.periods)}"


def _told(cure: Cure, plan: Plan) -> str:
    if cure.cost is None:
        if cure.is_late:
            return "the time was up before a cure was found"
        return "no change of one input behind it is enough"
    amount = words.money(abs(cure.cost), plan.currency)
    change = "more" if cure.cost >= 0 else "less"
    if cure.repair is None:
        return f"nothing needs to change, but it would cost {amount} more than leaving it unmet does"
    head = cure.repair.text.rstrip(".")
    head = f"{head[:1].lower()}{head[1:]}"
    return f"{head}; the plan then costs {amount} {change}, before what the change itself costs (solved again)"
