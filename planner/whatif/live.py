"""A linear programme that stays in HiGHS: changed in place, solved again from its last basis."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus, HighsStatus

from planner.model.arrays import Arrays, Floats
from planner.solver.highs import load
from planner.solver.in_place import answer_of, put_costs, put_limits, run
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer, reduced_costs, snapped
from planner.solver.watch import Watch, takes_long
from planner.ties_in_place import prices_of, rests

FEW = 256
"""So many coefficients are changed one by one; with more, the matrix is handed over again."""

LEAST_ITERATIONS = 1000
"""A hot run may take this many iterations in any case."""

SLOWER = 2
"""An iteration from a near basis takes this many times as long as one from scratch, with presolve and an empty basis.

So a hot run may take the iterations of the cold one divided by this.
"""

NEARER = 0.7
"""The first basis is gone back to where it is nearer than the last one by this factor: it must be factored again."""

TILT = 1e-7
"""Share of the weights that break ties (`planner.ties.weights`) in the costs while the way to the optimum is sought.

It ends at the optimum with the least weight at once, where those costs are too near to the true ones to lead elsewhere;
where they do, the true ones go on from there.
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
        self._home_arrays, self._cost = self.arrays, self.arrays.cost
        self.adopt(self.handle)

    def adopt(self, handle: highspy.Highs) -> None:
        """Go on with a handle that has another optimal basis of the same programme."""
        self.handle, self._cost = handle, self.arrays.cost
        if self.arrays is self._home_arrays:
            self._home = handle.getBasis()
        for option, value in _OPTIONS.items():
            self.handle.setOptionValue(option, value)
        self.handle.setOptionValue("simplex_iteration_limit", max(LEAST_ITERATIONS, self.iterations // SLOWER))

    def solve(self, arrays: Arrays, settings: SolveOptions, weight: Floats | None = None) -> Answer | None:
        """Return the answer for a programme of the same columns and rows, None where this comes to none.

        Among several optima it is mostly the one of least `weight`, where that is given.
        """
        self._watch = Watch(self.handle, settings, time.monotonic(), looks=takes_long(arrays))
        self._deadline = time.monotonic() + settings.time_limit
        tilted = arrays.cost if weight is None else arrays.cost + TILT * weight
        if self._moved(arrays, tilted) == HighsModelStatus.kOptimal and self._cost is tilted is not arrays.cost:
            straight = self._straight(arrays)
            self._price(arrays.cost)
            if straight is not None:
                return straight
            self._run(PRIMAL_SIMPLEX)
        found = answer_of(self.handle, arrays)
        usable = found.status == "infeasible" or (found.status == "optimal" and found.row_dual is not None)
        return found if usable else None

    def _straight(self, arrays: Arrays) -> Answer | None:
        """Return the answer at the tilted optimum, priced at the true costs; None where these would lead on from it."""
        x = snapped(arrays, np.array(self.handle.getSolution().col_value))
        row_dual = prices_of(self.handle, arrays, arrays.cost)
        if row_dual is None or rests(self.handle, arrays, x, row_dual) is None:
            return None
        return Answer(
            "optimal",
            x=x,
            row_dual=row_dual + 0.0,
            reduced_cost=reduced_costs(arrays, row_dual) + 0.0,
            iterations=self.handle.getInfo().simplex_iteration_count,
            duals_from="HiGHS",
        )

    def ray(self) -> Any:
        """Return a direction of the prices along which an infeasible programme's bound rises without end, or None."""
        handle: Any = self.handle  # its stubs lack the rays
        status, found, values = handle.getDualRay()
        return np.array(values) if status == HighsStatus.kOk and found else None

    def _moved(self, arrays: Arrays, cost: Floats) -> HighsModelStatus:
        """Change the handle to `arrays` at these costs and solve: new ones by the primal simplex, then all else by the dual.

        The old point keeps the old limits under any costs, and the prices found then are right for any limits: each
        step begins where its method needs to.
        """
        old, self.arrays = self.arrays, arrays
        basis = self.handle.getBasis()
        if not basis.valid or _distance(self._home_arrays, arrays) < NEARER * _distance(old, arrays):
            basis = self._home
            self.handle.setBasis(basis)
        if not _same_matrix(self.handle, old, arrays):
            load(self.handle, arrays)  # at other coefficients the basis may not be the tilted optimum
            self._cost = arrays.cost
            self.handle.setBasis(basis)
            return self._run(DUAL_SIMPLEX)
        status = None
        if arrays.constant != old.constant:
            self.handle.changeObjectiveOffset(arrays.constant)
        self._price(cost)
        if not np.array_equal(arrays.cost, old.cost):
            status = self._run(PRIMAL_SIMPLEX)
            if status != HighsModelStatus.kOptimal:
                return status
        different = put_limits(self.handle, old, arrays)
        if status == HighsModelStatus.kOptimal and not different:
            return status
        return self._run(DUAL_SIMPLEX)

    def _price(self, cost: Floats) -> bool:
        """Give the handle other costs, and return whether any is another."""
        old, self._cost = self._cost, cost
        return put_costs(self.handle, old, cost)

    def _run(self, strategy: int) -> HighsModelStatus:
        self.handle.setOptionValue("simplex_strategy", strategy)
        return run(self.handle, self._watch, self._deadline - time.monotonic())


def _distance(one: Arrays, other: Arrays) -> float:
    """Return how far two programmes of the same columns and rows are apart: the changes of their numbers, as shares, added up.

    Another unit of the costs is no distance: it leaves every basis as good as it was.
    """
    priced = np.flatnonzero((one.cost != 0) & (other.cost != 0))
    times = np.log2(np.abs(other.cost[priced] / one.cost[priced]))
    unit = np.exp2(np.round(np.median(times))) if len(priced) else 1.0
    pairs = [(one.cost * unit, other.cost), (one.row_lower, other.row_lower), (one.row_upper, other.row_upper)]
    if len(one.value) == len(other.value):
        pairs.append((one.value, other.value))
    total = 0.0
    for a, b in pairs:
        moved = np.flatnonzero(a != b)
        before, now = a[moved], b[moved]
        known = np.isfinite(before) & np.isfinite(now)
        total += float((np.abs(before - now) / (np.abs(before) + np.abs(now)))[known].sum())
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
