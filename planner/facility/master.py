"""The master programme of the Benders decomposition."""

from __future__ import annotations

import highspy
import numpy as np

from planner.facility.cuts import Cuts
from planner.facility.hot import kept_alive, run
from planner.facility.instance import Floats
from planner.facility.scaled import Scaled


class Master:
    """The master programme: opening costs plus `eta` under the cuts, in the sites that are still open to choice."""

    def __init__(self, data: Scaled, cuts: Cuts) -> None:
        """A column per site, one for `eta`, the total-capacity row and its rounded forms, and the number of sites."""
        self.data, self.h, n = data, kept_alive(), data.sites
        self.lower, self.upper = np.zeros(n), np.ones(n)
        self.h.addVars(n + 1, np.append(np.zeros(n), -np.inf), np.append(np.ones(n), np.inf))
        self.h.changeColsCost(n + 1, np.arange(n + 1, dtype=np.int32), np.append(data.fixed, 1.0))
        every = np.arange(n, dtype=np.int32)
        if data.need > 0:
            for coef, side in _capacity_rows(data):
                self.h.addRow(side, np.inf, n, every, coef)
        if data.most < n:
            self.h.addRow(-np.inf, float(data.most), n, every, np.ones(n))
        self.runs = 0
        for u, v in zip(cuts.constant, cuts.slope, strict=True):
            self.add(u, v)

    def add(self, constant: float, slope: Floats) -> None:
        """Add the cut `eta >= constant + slope @ y`."""
        where = np.flatnonzero(slope)
        index = np.append(where, self.data.sites).astype(np.int32)
        self.h.addRow(constant, np.inf, len(index), index, np.append(-slope[where], 1.0))

    def solve(self, lower: Floats, upper: Floats) -> tuple[float, Floats, float, Floats] | None:
        """Bound, `y`, `eta` and reduced costs of the relaxation within the bounds of a node; None if it is empty."""
        moved = np.flatnonzero((lower != self.lower) | (upper != self.upper))
        if len(moved):
            self.h.changeColsBounds(len(moved), moved.astype(np.int32), lower[moved], upper[moved])
            self.lower, self.upper = lower.copy(), upper.copy()
        self.runs += 1
        if run(self.h) == highspy.HighsModelStatus.kInfeasible:
            return None
        solution = self.h.getSolution()
        value, reduced = np.asarray(solution.col_value), np.asarray(solution.col_dual)[:-1]
        level = float(self.h.getInfo().objective_function_value)
        return level, np.clip(value[:-1], 0.0, 1.0), float(value[-1]), reduced


def _capacity_rows(data: Scaled) -> list[tuple[Floats, float]]:
    """The total-capacity row, scaled, and Chvatal-Gomory roundings of it with a few divisors."""
    q, need = data.capacity, data.need
    rows = [(q / need, 1.0)]
    sizes = np.unique(q[q > 0])
    if len(sizes) > 1:
        divisors = np.unique(np.quantile(sizes, [0.0, 0.25, 0.5, 0.75, 1.0]))
        rows.extend((np.ceil(q / size - 1e-9), float(np.ceil(need / size - 1e-7))) for size in divisors)
    return rows
