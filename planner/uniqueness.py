"""Whether a scenario has one optimal plan alone: a proof, or another plan that is as good.

A basic optimum of a linear programme is unique if and only if no nonbasic column or row without a price can leave its
bound on the optimal face (O. L. Mangasarian, Linear Algebra and its Applications 25, 1979). All of these movements are
zero or more, so one linear programme settles it: the greatest sum of them. If it is zero the plan is proven to be
the only one; if not, the point where it is greatest is another plan, far from the first.

Yes-or-no decisions are settled by a second programme: the best plan that differs in at least one of them. Where
there are whole numbers above one, the proof is for those of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy import sparse

from planner.model.arrays import Arrays, Floats
from planner.model.build import Built, build
from planner.model.survival import losses_of
from planner.plan import words
from planner.plan.plan import TABLES, Plan
from planner.planning import Request, Timer, inputs_for, plan_of, solve_stages
from planner.scenario.load import Scenario
from planner.solver.options import SolveOptions
from planner.solver.solution import Solution, max_violation, objective
from planner.solver.solve import solver_named
from planner.stage import Stage
from planner.ties import AT_UPPER, WORSE, Face, face_of

MOVED = 1e-6
"""Decisions that differ by less, in units near what is useful of them, do not differ."""

MOST_SHOWN = 5
"""So many differences a sentence names at most."""


@dataclass(frozen=True)
class Difference:
    """A decision that differs between two plans, in the scenario's units."""

    name: str
    here: float
    there: float


@dataclass(frozen=True)
class Uniqueness:
    """Whether the optimal plan is the only one.

    Attributes
    ----------
    status
        "unique" (proven), "several" (`another` is as good), or "unknown" (`reason` says why).
    integers_fixed
        Whether the proof holds whole numbers as they are chosen.
    differences
        What differs in the other plan, the greatest first.
    plan, another
        The plan, and another one that is as good.
    reason
        Why it is not known; "" where it is.

    """

    status: Literal["unique", "several", "unknown"]
    integers_fixed: bool = False
    differences: tuple[Difference, ...] = ()
    plan: Plan | None = None
    another: Plan | None = None
    reason: str = ""

    def __str__(self) -> str:
        """Return it in one sentence."""
        held = ", with its whole numbers as chosen" if self.integers_fixed else ""
        if self.status == "unknown":
            return f"It is not known whether the plan is the only one: {self.reason}."
        if self.status == "unique":
            return f"The plan is the only one that is optimal{held}: no decision can change at no cost."
        shown = [f"{d.name} is {words.number(d.there)}, not {words.number(d.here)}" for d in self.differences]
        rest = len(shown) - MOST_SHOWN
        more = f"; {words.count(rest, 'decision')} more" if rest > 0 else ""
        return f"Another plan is as good{held}: {'; '.join(shown[:MOST_SHOWN])}{more}."

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, with the greatest differences, for `--json`."""
        return {
            "status": self.status,
            "integers_fixed": self.integers_fixed,
            "text": str(self),
            "differences": len(self.differences),
            "greatest": [vars(difference) for difference in self.differences[:MOST_SHOWN]],
        }


def uniqueness(scenario: Scenario, request: Request | None = None) -> Uniqueness:
    """Return whether a scenario has one optimal plan alone, or another one.

    Losses that the plan must bear are all in the programme from the start.
    """
    request = request or Request()
    name, options = request.resolved(scenario)
    inputs = inputs_for(scenario)
    built = build(inputs, losses_of(inputs))
    stages = solve_stages(built, name, options, request, Timer())
    last = stages[-1]
    if last.solution.status != "optimal":
        return Uniqueness("unknown", reason=f"the status is {last.solution.status}")
    plan = plan_of(scenario, built, stages, None, name, options, TABLES)
    other = _another_choice(last, options)
    if isinstance(other, str):
        return Uniqueness("unknown", plan=plan, reason=other)
    fixed = bool(last.arrays.is_mip and not _only_yes_or_no(last.arrays))
    if other is None:
        face = face_of(last, options)
        if face is None:
            return Uniqueness("unknown", plan=plan, reason="HiGHS has no optimal basis, or no time is left")
        other = _another_point(face, last, options)
        if isinstance(other, str):
            return Uniqueness("unknown", plan=plan, reason=other)
        if other is None:
            return Uniqueness("unique", fixed, plan=plan)
    another = plan_of(scenario, built, [*stages[:-1], other], None, name, options, TABLES)
    return Uniqueness("several", fixed, _differences(built, last, other), plan, another)


def _another_point(face: Face, stage: Stage, options: SolveOptions) -> Stage | str | None:
    """Return the stage at the point of the face that is farthest away; None if there is none, words if it is not known."""
    here = stage.solution
    assert here.x is not None
    columns, rows = face.movable
    if not columns.any() and not rows.any():
        return None
    away = np.where(columns, _inwards(face.basis[0]), 0.0)
    matrix = sparse.csr_array(
        (face.arrays.value, face.arrays.index, face.arrays.start), shape=(face.arrays.rows, face.arrays.columns)
    )
    away = away + matrix.T @ np.where(rows, _inwards(face.basis[1]), 0.0)
    x = face.least(-away, options)
    if x is None:
        return "the time limit ended first, or the other plans have no end"
    if not np.any(np.abs(x - here.x) > MOVED * np.maximum(1.0, np.abs(here.x))):
        return None
    return replace(stage, solution=_at(stage, here, x), standing=lambda: face.handle)


def _inwards(status: Floats) -> Floats:
    """Return the direction in which each nonbasic column or row can leave its bound."""
    return np.where(status == AT_UPPER, -1.0, 1.0)


def _at(stage: Stage, here: Solution, x: Floats) -> Solution:
    return replace(here, x=x, objective=objective(stage.arrays, x), max_violation=max_violation(stage.arrays, x))


def _only_yes_or_no(arrays: Arrays) -> bool:
    whole = arrays.integer
    return bool((arrays.lower[whole] >= 0).all() and (arrays.upper[whole] <= 1).all())


def _another_choice(stage: Stage, options: SolveOptions) -> Stage | str | None:
    """Return the stage with another choice of the yes-or-no decisions that is as good, as `_another_point` does."""
    arrays, here = stage.arrays, stage.solution
    assert here.x is not None
    assert here.objective is not None
    if not arrays.is_mip or not _only_yes_or_no(arrays):
        return None
    # Dearer plans need not be told apart: the gap that is asked for is far below what counts as equal.
    settings = replace(options, gap=0.0, time_limit=options.time_limit - here.seconds, progress=None, start=None)
    if settings.time_limit <= 0:
        return "the time limit ended first"
    runner = solver_named("highs", settings)
    found = runner.answer(_with_another_choice(arrays, here.x))
    least = here.objective + WORSE * max(1.0, abs(here.objective))
    if found.status == "infeasible" or (found.bound is not None and found.bound > least):
        return None
    if found.objective is None or found.objective > least:
        return "the search for another choice ended before it was settled"
    return replace(stage, solution=replace(found, bound=here.bound), standing=runner.standing)


def _with_another_choice(arrays: Arrays, x: Floats) -> Arrays:
    """Return the programme with a row that at least one yes-or-no decision differs: `sum_{0} x - sum_{1} x >= 1 - ones`."""
    whole = np.flatnonzero(arrays.integer)
    chosen = np.rint(x[whole]) == 1
    return replace(
        arrays,
        start=np.append(arrays.start, arrays.start[-1] + len(whole)),
        index=np.concatenate([arrays.index, whole.astype(np.int32)]),
        value=np.concatenate([arrays.value, np.where(chosen, -1.0, 1.0)]),
        row_lower=np.append(arrays.row_lower, 1.0 - chosen.sum()),
        row_upper=np.append(arrays.row_upper, np.inf),
    )


def _differences(built: Built, one: Stage, other: Stage) -> tuple[Difference, ...]:
    """Return the decisions that differ, the greatest difference first (in units near what is useful)."""
    here, there = one.solution.x, other.solution.x
    assert here is not None
    assert there is not None
    apart = np.abs(there - here)
    moved = np.flatnonzero(apart > MOVED * np.maximum(1.0, np.abs(here)))
    order = moved[np.lexsort((moved, -apart[moved]))]
    names, scale = one.arrays.column_names(), built.finished.scale
    return tuple(Difference(names[j], float(here[j] * scale[j]), float(there[j] * scale[j])) for j in order.tolist())
