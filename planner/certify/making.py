"""The certificate of a plan: what a reader needs to check it without a solver, taken from the solver while it is there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.certify.bound import safe_bound
from planner.certify.exact import Matrix, matrix_of
from planner.certify.fingerprint import Goal, arrays_of, fingerprint, held_to
from planner.certify.kept import NAMES, VERSION
from planner.certify.multipliers import multipliers
from planner.certify.packing import ENCODING, packed
from planner.certify.quick import surely_within
from planner.certify.witness import farkas, polished, relaxed
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.solver.options import SolveOptions
from planner.solver.solution import objective as value_of
from planner.stage import Stage

FINE = 1e-10
"""Duals that leave a wider gap than this, relative to the objective, are solved for again more strictly."""

SAME = 1e-12
"""A plan whose objective differs by no more than this, relatively, needs no point of its own."""

MENDABLE = 5_000
"""So many columns there may be for a ray to be moved until columns without a bound need not pay."""


@dataclass(frozen=True)
class _Proof:
    """Duals of one objective, whose they are, and why there are none."""

    duals: Floats | None
    of: str
    without: str = ""


def certificate_of(
    status: str, built: Built, stages: Sequence[Stage], usable: Sequence[Stage], options: SolveOptions
) -> dict[str, Any]:
    """Return the certificate of a plan as plain data; empty where there is nothing to certify."""
    if status == "infeasible":
        return _of_infeasible(built, stages[0], options)
    certified = _certified(built, usable)
    if not certified:
        return {}
    goals = _goals(built, certified)
    last = usable[-1]
    assert last.solution.x is not None
    data = _head("point", built, goals)
    data["point"] = packed(last.solution.x)
    data["objectives"] = [
        _of_stage(built, goal, stage, last.solution.x, options) for goal, stage in zip(goals, certified, strict=True)
    ]
    if last.solution.row_dual is not None:
        rows = last.solution.row_dual
        data["prices"] = {"of": _position(certified, last), "whole_fixed": last.solution.integers_fixed, **packed(rows)}
    return data


def _head(proves: str, built: Built, goals: Sequence[Goal]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "holds": proves,
        "encoding": ENCODING,
        "programme": fingerprint(built, goals),
        "losses": [[borne.loss.rule, borne.loss.kind, borne.loss.name] for borne in built.borne],
    }


def _certified(built: Built, usable: Sequence[Stage]) -> list[Stage]:
    """Return the stages whose programme is the scenario's with the objectives before them held."""
    rows = len(built.finished.row_lower)
    return [
        stage
        for i, stage in enumerate(usable)
        if stage.objective.name in NAMES and stage.arrays.rows == rows + i and stage.solution.x is not None
    ]


def _goals(built: Built, stages: Sequence[Stage]) -> list[Goal]:
    return [
        Goal(
            stage.objective.name,
            bool((built.finished.derived & np.isinf(stage.arrays.upper)).any()),
            held_to(built, stage.arrays, [before.objective for before in stages[:i]]),
        )
        for i, stage in enumerate(stages)
    ]


def _position(stages: Sequence[Stage], stage: Stage) -> int:
    return next((i for i, other in enumerate(stages) if other is stage), -1)


def _of_stage(built: Built, goal: Goal, stage: Stage, x: Floats, options: SolveOptions) -> dict[str, Any]:
    """Return what is kept of one objective: its duals, and its own point where the plan's is not as good."""
    assert stage.solution.x is not None
    proof = _duals(built, stage, options)
    data: dict[str, Any] = {"name": goal.of, "free": goal.free, "held": list(goal.held), "duals_of": proof.of}
    if proof.without:
        data["without"] = proof.without
    if proof.duals is None:
        data["duals_of"] = "none"
    elif proof.duals is not stage.solution.row_dual or stage.arrays.is_mip:
        data["duals"] = packed(proof.duals)
    else:
        data["duals"] = "prices" if x is stage.solution.x else packed(proof.duals)
    own = value_of(stage.arrays, stage.solution.x)
    if abs(own - value_of(stage.arrays, x)) > SAME * max(1.0, abs(own)):
        data["point"] = packed(stage.solution.x)
    return data


def _duals(built: Built, stage: Stage, options: SolveOptions) -> _Proof:
    """Return duals that bound the objective: of the programme, or of its linear relaxation."""
    solution, arrays = stage.solution, stage.arrays
    if arrays.is_mip:
        return _duals_of_whole(built, stage, options)
    if solution.row_dual is None:
        return _Proof(None, "programme", "the solver gave no duals")
    if solution.status != "optimal" or _is_fine(stage):
        return _Proof(solution.row_dual, "programme")
    again = polished(arrays, stage.handle, options)
    return _Proof(_better(arrays, matrix_of(arrays), again, solution.row_dual), "programme")


def _duals_of_whole(built: Built, stage: Stage, options: SolveOptions) -> _Proof:
    """Return duals that bound an objective with whole columns."""
    solution, arrays = stage.solution, stage.arrays
    if solution.reason == "interrupted":
        return _Proof(solution.row_dual, "whole fixed", "the solve was interrupted")
    matrix = matrix_of(arrays)
    if (best := _multipliers(built, stage, matrix)) is not None:
        return _Proof(best, "multipliers")
    found, why = relaxed(arrays, stage.handle, options, solution.iterations)
    best = _better(arrays, matrix, found, solution.row_dual)
    return _Proof(best, "relaxation" if best is found is not None else "whole fixed", why)


def _multipliers(built: Built, stage: Stage, matrix: Matrix) -> Floats | None:
    """Return the duals that Lagrangian multipliers make, where the problem is one of facility location."""
    solution = stage.solution
    if stage.objective.name != "cost" or solution.row_dual is None or solution.objective is None:
        return None
    found = multipliers(built, solution.row_dual, stage.unit, solution.objective * stage.unit)
    return None if found is None else _better(stage.arrays, matrix, found, solution.row_dual)


def _is_fine(stage: Stage) -> bool:
    """Return whether a linear programme's duals prove its optimum; exactly where doubles leave it in doubt."""
    duals, value = stage.solution.row_dual, stage.solution.objective
    if duals is None or value is None:
        return False
    allowed = FINE * max(1.0, abs(value))
    if surely_within(stage.arrays, duals, value, allowed):
        return True
    bound = safe_bound(stage.arrays, matrix_of(stage.arrays), duals, mend=False).value
    return bound is not None and value - float(bound) <= allowed


def _better(arrays: Arrays, matrix: Matrix, one: Floats | None, other: Floats | None) -> Floats | None:
    """Return the duals that prove the higher bound; the first where both prove none."""
    if one is None or other is None:
        return other if one is None else one
    first, second = (safe_bound(arrays, matrix, duals, mend=False).value for duals in (one, other))
    return other if second is not None and (first is None or second > first) else one


def _of_infeasible(built: Built, stage: Stage, options: SolveOptions) -> dict[str, Any]:
    """Return the certificate that no point keeps every rule: a Farkas proof, where the linear relaxation has none."""
    free = bool((built.finished.derived & np.isinf(stage.arrays.upper)).any())
    for goal in dict.fromkeys([Goal(stage.objective.name, free), Goal(stage.objective.name, False)]):
        arrays, _, _ = arrays_of(built, [goal], 0)
        began = time.monotonic()
        for ray in farkas(arrays, options):
            bound = safe_bound(arrays, matrix_of(arrays), ray, costs=False, mend=arrays.columns <= MENDABLE)
            if bound.value is not None and bound.value > 0:
                return _head("farkas", built, [goal]) | {"free": goal.free, "name": goal.of, "ray": packed(ray)}
        options = replace(options, time_limit=max(1e-3, options.time_limit - (time.monotonic() - began)))
    return {}
