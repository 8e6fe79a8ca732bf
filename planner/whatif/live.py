"""A linear programme that stays in HiGHS: changed in place, solved again from the nearest of the optima that it has been at."""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus, HighsStatus

from planner.model.arrays import Arrays, Floats
from planner.solver.handle import silent
from planner.solver.highs import load
from planner.solver.in_place import answer_of, put_costs, put_limits, run
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer
from planner.solver.watch import Watch, takes_long
from planner.stage import Stage
from planner.ties_in_place import least_in_place
from planner.whatif.been import Been, Stop
from planner.whatif.units import Units, rescaled

FEW = 256
"""So many coefficients are changed one by one; with more, the matrix is handed over again."""

LEAST_ITERATIONS = 1000
"""A hot run may take this many iterations in any case."""

SLOWER = 2
"""An iteration from a near basis takes this many times as long as one from scratch, with presolve and an empty basis.

So a hot run may take the iterations of the cold one divided by this.
"""

DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
DEVEX = 1

_OPTIONS: dict[str, Any] = {
    "solver": "simplex",
    # Exact edge weights and perturbed costs pay off over many iterations; from a near basis they only cost.
    "simplex_dual_edge_weight_strategy": DEVEX,
    "dual_simplex_cost_perturbation_multiplier": 0.0,
    "primal_simplex_bound_perturbation_multiplier": 0.0,
    # What a wrong price may cost grows with the bound that it stands at; with these the proof is as good as the optimum.
    "dual_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}


class Live:
    """A programme in HiGHS, in the units that it had first, and the optima that it has been at.

    Parameters
    ----------
    arrays
        The first programme.
    basis
        An optimal basis of it.
    units
        What its columns and rows are scaled by.
    iterations
        Iterations of its solve from scratch.

    Attributes
    ----------
    handle
        HiGHS with the last programme. It is not the one that solved the first: that was scaled for what presolve had left.
    """

    def __init__(self, arrays: Arrays, basis: Any, units: Units, iterations: int):
        self._units, self._iterations = units, iterations
        self._arrays = self._home = arrays
        self._scaled = rescaled(arrays, units, units, arrays)
        self._been = Been(arrays, basis)
        self.handle = silent()
        load(self.handle, arrays)
        self._configure()

    @property
    def size(self) -> tuple[int, int]:
        """Number of columns and rows."""
        return self._home.columns, self._home.rows

    def learn(self, arrays: Arrays, units: Units, basis: Any) -> None:
        """Have an optimum that was found elsewhere to go on from."""
        self._been.add(self._been.place(rescaled(arrays, units, self._units, self._home).inner), basis)

    def settle(self, basis: Any) -> None:
        """Have another optimal basis of the last programme to go on from."""
        self._been.settle(basis)

    def _configure(self) -> None:
        for option, value in _OPTIONS.items():
            self.handle.setOptionValue(option, value)
        self.handle.setOptionValue("simplex_iteration_limit", max(LEAST_ITERATIONS, self._iterations // SLOWER))

    def solve(self, arrays: Arrays, units: Units, settings: SolveOptions) -> Answer | None:
        """Return the answer for a programme of the same columns and rows, None where this comes to none."""
        for option, value in (("threads", settings.threads), ("random_seed", settings.seed)):
            self.handle.setOptionValue(option, value)
        self._watch = Watch(self.handle, settings, time.monotonic(), looks=takes_long(arrays))
        self._deadline = time.monotonic() + settings.time_limit
        self._scaled = rescaled(arrays, units, self._units, self._home)
        place = self._been.place(self._scaled.inner)
        status = self._moved(self._scaled.inner, self._been.nearest(place))
        found = answer_of(self.handle, self._scaled.inner)
        if status == HighsModelStatus.kOptimal and found.row_dual is not None:
            self._been.add(place, self.handle.getBasis())
            return self._scaled.outwards(found)
        return found if found.status == "infeasible" else None

    def least(self, stage: Stage, cost: Floats, options: SolveOptions) -> Floats | None:
        """Return the point of the last programme's optimal face with the least cost (`planner.ties.InPlace`)."""
        scaled, found = self._scaled, stage.solution
        inner = scaled.inwards(found)
        x = least_in_place(self.handle, scaled.inner, inner, cost * scaled.column, options)
        return None if x is None else found.x if x is inner.x else x * scaled.column

    def ray(self) -> Floats | None:
        """Return a direction of the prices along which an infeasible programme's bound rises without end, or None."""
        handle: Any = self.handle  # its stubs lack the rays
        status, found, values = handle.getDualRay()
        return np.array(values) * self._scaled.row if status == HighsStatus.kOk and found else None

    def _moved(self, arrays: Arrays, start: Stop) -> HighsModelStatus:
        """Change the handle to `arrays` and solve from a stop: other costs by the primal simplex, then all else by the dual.

        A stop's point keeps its limits under any costs, and the prices found then are right for any limits: each step begins
        where its method needs to. Where coefficients are others neither is right, and the dual simplex finds its way. The
        basis is set even where the handle has it: what was looked at since the last question must make no difference.
        """
        handle, old, self._arrays = self.handle, self._arrays, arrays
        there = start.arrays(self._home)
        if arrays.constant != old.constant:
            handle.changeObjectiveOffset(arrays.constant)
        if not _same_matrix(handle, old, arrays):
            load(handle, arrays)
            handle.setBasis(start.basis)
            return self._run(DUAL_SIMPLEX)
        handle.setBasis(start.basis)
        if np.array_equal(there.cost, arrays.cost) or not np.array_equal(there.value, arrays.value):
            put_costs(handle, old.cost, arrays.cost)
            put_limits(handle, old, arrays)
            return self._run(DUAL_SIMPLEX)
        put_limits(handle, old, there)
        put_costs(handle, old.cost, arrays.cost)
        status = self._run(PRIMAL_SIMPLEX)
        differs = put_limits(
            handle, there, arrays
        )  # in any case: the next question starts from what the handle is said to hold
        return self._run(DUAL_SIMPLEX) if differs and status == HighsModelStatus.kOptimal else status

    def _run(self, strategy: int) -> HighsModelStatus:
        self.handle.setOptionValue("simplex_strategy", strategy)
        return run(self.handle, self._watch, self._deadline - time.monotonic())


def _same_matrix(handle: highspy.Highs, old: Arrays, new: Arrays) -> bool:
    """Return whether the handle has the matrix of `new`, after a few coefficients were changed where only they differ."""
    if not (np.array_equal(old.start, new.start) and np.array_equal(old.index, new.index)):
        return False
    changed = np.flatnonzero(old.value != new.value)
    if len(changed) > FEW:
        return False
    rows = np.searchsorted(new.start, changed, side="right") - 1
    for row, entry in zip(rows.tolist(), changed.tolist(), strict=True):
        handle.changeCoeff(row, int(new.index[entry]), float(new.value[entry]))
    return True
