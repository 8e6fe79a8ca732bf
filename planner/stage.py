"""One objective of the rank order, solved: what the rounds of losses and the plan are read off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planner.model.arrays import Arrays, Floats
from planner.model.build import Built, Objective
from planner.scenario.policy import Rank
from planner.solver.solution import Solution


@dataclass(frozen=True)
class Stage:
    """One objective of the rank order, solved.

    Attributes
    ----------
    arrays, unit
        Its programme, and the units that 1 of its cost stands for.
    standing
        Gives HiGHS at the answer, None where HiGHS has none.
    ties
        Breaks the ties that were left, where any were.
    """

    rank: Rank
    objective: Objective
    arrays: Arrays
    unit: float
    solution: Solution
    standing: Callable[[], Any]
    ties: Callable[[Stage], Stage] | None = None

    @property
    def handle(self) -> Any:
        """HiGHS at the answer, or None."""
        return self.standing()

    @cached_property
    def settled(self) -> Stage:
        """The stage with its ties broken."""
        return self if self.ties is None else self.ties(self)

    @property
    def value(self) -> float:
        """Value of the objective in its own units and sign."""
        assert self.solution.objective is not None
        return self.objective.sign * self.solution.objective * self.unit


def stopped_by_derivation(built: Built, stage: Stage) -> bool:
    """Return whether a bound that was derived, not stated, binds at a price: then it must be left out to see what does."""
    x, prices = stage.solution.x, stage.solution.reduced_cost
    finished = built.finished
    if x is None or prices is None:
        return False
    width = np.maximum(1.0, np.abs(finished.upper))
    at_bound = (
        finished.derived & np.isfinite(stage.arrays.upper) & (finished.upper > 0) & (x >= finished.upper - 1e-9 * width)
    )
    significant = 1e-7 * max(1.0, float(np.abs(stage.arrays.cost).max(initial=0.0)))
    return bool((at_bound & (prices < -significant)).any())


def unlimited_where_open(built: Built, stage: Stage) -> bool:
    """Return whether devices that pay are taken up to the factor that lets them stand where a site (or offer) is taken.

    That factor is many times what is of use: nothing in the scenario limits them.
    """
    x, programme = stage.solution.x, built.model.programme
    if x is None or not built.model.pays:
        return False
    rows = np.concatenate([programme.rows[name].at.ravel() for name in ("siting", "commitment_cap")])
    matrix = built.finished.matrix[rows[rows >= 0]]
    taken = matrix.maximum(0) @ x
    return bool(((taken > 0) & (matrix @ x >= -1e-9 * taken)).any())


def user_duals(built: Built, stage: Stage) -> Floats | None:
    """Return the duals of the rules in the user's units, in the sense of the objective as it is called."""
    if stage.solution.row_dual is None:
        return None
    rows = built.model.programme.size[1]
    return stage.solution.row_dual[:rows] * stage.unit / built.finished.row_scale
