"""A linear programme that stays in HiGHS: changed in place, solved again from its last basis."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus, HighsStatus

from planner.model.arrays import Arrays
from planner.solver.highs import load
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer, snapped
from planner.solver.watch import Watch

FEW = 256
"""So many coefficients are changed one by one; with more, the matrix is handed over again."""

LEAST_ITERATIONS = 1000
"""A hot solve may take as many iterations as the cold one before it did, and this many in any case."""

NEARER = 0.7
"""The first basis is gone back to where it is nearer than the last one by this factor: it must be factored again."""

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


@dataclass
class Live:
    """A programme in HiGHS and what it holds now.

    Attributes
    ----------
    handle
        HiGHS after an optimal solve of `arrays`; it belongs to this object from then on.
    arrays
        What the handle holds.
    iterations
        Iterations of the solve from scratch.
    """

    handle: highspy.Highs
    arrays: Arrays
    iterations: int

    def __post_init__(self) -> None:
        self._home_arrays = self.arrays
        self.adopt(self.handle)

    def adopt(self, handle: highspy.Highs) -> None:
        """Go on with a handle that has another optimal basis of the same programme."""
        self.handle = handle
        if self.arrays is self._home_arrays:
            self._home = handle.getBasis()
        for option, value in _OPTIONS.items():
            self.handle.setOptionValue(option, value)
        self.handle.setOptionValue("simplex_iteration_limit", max(LEAST_ITERATIONS, self.iterations))

    def solve(self, arrays: Arrays, settings: SolveOptions) -> Answer | None:
        """Return the answer for a programme of the same columns and rows, None where this comes to none."""
        self._watch = Watch(self.handle, settings, time.monotonic())
        self._deadline = time.monotonic() + settings.time_limit
        status = self._moved(arrays)
        if status == HighsModelStatus.kInfeasible:
            return Answer("infeasible")
        found = self.handle.getSolution()
        if status != HighsModelStatus.kOptimal or not found.dual_valid:
            return None
        return Answer(
            "optimal",
            x=snapped(arrays, np.array(found.col_value)),
            row_dual=np.array(found.row_dual) + 0.0,
            reduced_cost=np.array(found.col_dual) + 0.0,
            iterations=self.handle.getInfo().simplex_iteration_count,
            duals_from="HiGHS",
        )

    def ray(self) -> Any:
        """Return a direction of the prices along which an infeasible programme's bound rises without end, or None."""
        handle: Any = self.handle  # its stubs lack the rays
        status, found, values = handle.getDualRay()
        return np.array(values) if status == HighsStatus.kOk and found else None

    def _moved(self, arrays: Arrays) -> HighsModelStatus:
        """Change the handle to `arrays` and solve: new costs by the primal simplex, then all else by the dual.

        The old point keeps the old limits under any costs, and the prices found then are right for any limits: each
        step begins where its method needs to.
        """
        old, self.arrays = self.arrays, arrays
        basis = self.handle.getBasis()
        if not basis.valid or _distance(self._home_arrays, arrays) < NEARER * _distance(old, arrays):
            basis = self._home
            self.handle.setBasis(basis)
        if not _same_matrix(self.handle, old, arrays):
            load(self.handle, arrays)
            self.handle.setBasis(basis)
            return self._run(DUAL_SIMPLEX)
        status = None
        if arrays.constant != old.constant:
            self.handle.changeObjectiveOffset(arrays.constant)
        if (columns := np.flatnonzero(arrays.cost != old.cost).astype(np.int32)).size:
            self.handle.changeColsCost(len(columns), columns, arrays.cost[columns])
            status = self._run(PRIMAL_SIMPLEX)
        columns = np.flatnonzero((arrays.lower != old.lower) | (arrays.upper != old.upper)).astype(np.int32)
        self.handle.changeColsBounds(len(columns), columns, arrays.lower[columns], arrays.upper[columns])
        moved = (arrays.row_lower != old.row_lower) | (arrays.row_upper != old.row_upper)
        rows = np.flatnonzero(moved).astype(np.int32)
        handle: Any = self.handle  # its stubs lack this call
        handle.changeRowsBounds(len(rows), rows, arrays.row_lower[rows], arrays.row_upper[rows])
        if status == HighsModelStatus.kOptimal and not len(columns) and not len(rows):
            return status
        return self._run(DUAL_SIMPLEX)

    def _run(self, strategy: int) -> HighsModelStatus:
        """Run the handle from where it stands; Ctrl-C is raised again, as the answer would be none."""
        handle = self.handle
        handle.setOptionValue("simplex_strategy", strategy)
        handle.setOptionValue("time_limit", handle.getRunTime() + max(0.0, self._deadline - time.monotonic()))
        if self._watch.run(handle):
            raise KeyboardInterrupt
        self._watch.check()
        return handle.getModelStatus()


def _distance(one: Arrays, other: Arrays) -> float:
    """Return how far two programmes of the same columns and rows are apart: the changes of their numbers, as shares, added up."""
    pairs = [(one.cost, other.cost), (one.row_lower, other.row_lower), (one.row_upper, other.row_upper)]
    if len(one.value) == len(other.value):
        pairs.append((one.value, other.value))
    total = 0.0
    for a, b in pairs:
        known = np.flatnonzero(np.isfinite(a) & np.isfinite(b) & (a != b))
        size = np.abs(a[known]) + np.abs(b[known])
        total += float((np.abs(a[known] - b[known]) / size).sum())
    return total


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
