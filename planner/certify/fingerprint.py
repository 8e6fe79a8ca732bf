"""The hash of a programme: what a proof is about, to the last bit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.model.arrays import Arrays
from planner.model.build import Built, Objective
from planner.model.finished import ExtraRow, power_of_two

NAME = b"planner programme 1"


@dataclass(frozen=True)
class Goal:
    """One objective of the rank order as it was solved.

    Attributes
    ----------
    of
        cost, served or carbon.
    free
        Whether bounds that were derived, not stated, were left out.
    held
        What each objective before it was held to, in the user's units: `coefficients x <= held`.
    """

    of: str
    free: bool
    held: tuple[float, ...] = ()


def fingerprint(built: Built, goals: Sequence[Goal]) -> str:
    """Return the SHA-256 of a programme and its objectives.

    It covers, in the user's units and in the order of the programme: bounds, sides of rows, coefficients, which columns
    are whole and which bounds are derived, then each objective's coefficients and constant, and what is held.
    """
    finished = built.finished
    matrix = finished.matrix
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    numbers = (
        finished.lower * finished.scale,
        finished.upper * finished.scale,
        finished.row_lower * finished.row_scale,
        finished.row_upper * finished.row_scale,
        matrix.data * finished.row_scale[row] / finished.scale[matrix.indices],
    )
    sha = hashlib.sha256(NAME)
    for values in (np.array(matrix.shape), matrix.indptr, matrix.indices, finished.integer, finished.derived):
        sha.update(np.ascontiguousarray(values, dtype="<i8").tobytes())
    for doubles in numbers:
        sha.update(np.ascontiguousarray(doubles + 0.0, dtype="<f8").tobytes())  # no negative zeros
    for goal in goals:
        objective = built.objective(goal.of)
        sha.update(f"{goal.of} {goal.free} {len(goal.held)}".encode())
        for doubles in (objective.coefficients, np.array([objective.constant, *goal.held])):
            sha.update(np.ascontiguousarray(doubles + 0.0, dtype="<f8").tobytes())
    return sha.hexdigest()


def held_to(built: Built, arrays: Arrays, before: Sequence[Objective]) -> tuple[float, ...]:
    """Return what the objectives before a stage are held to in its arrays, in the user's units."""
    rows = len(built.finished.row_lower)
    factors = [_factor(built, objective) for objective in before]
    return tuple(float(side * factor) for side, factor in zip(arrays.row_upper[rows:], factors, strict=True))


def _factor(built: Built, objective: Objective) -> float:
    largest = np.abs(objective.coefficients * built.finished.scale).max(initial=0.0)
    return float(power_of_two(np.array([largest]))[0])


def arrays_of(built: Built, goals: Sequence[Goal], position: int) -> tuple[Arrays, float, Objective]:
    """Return the arrays of one objective, the units of 1 of its value, and the objective."""
    goal = goals[position]
    objective = built.objective(goal.of)
    held = [
        ExtraRow(f"rank({before.of})", built.objective(before.of).coefficients, at_most)
        for before, at_most in zip(goals[:position], goal.held, strict=True)
    ]
    arrays, unit = built.finished.arrays(objective.coefficients, objective.constant, held, free=goal.free)
    return arrays, unit, objective
