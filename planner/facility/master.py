"""The master programme of the Benders decomposition."""

from __future__ import annotations

import highspy
import numpy as np

from planner.facility.cuts import Cut, Cuts
from planner.facility.hot import kept_alive, run
from planner.facility.instance import Bools, Floats, Ints
from planner.facility.scaled import Scaled

FORBIDS = -1
"""Number of a row that is no cut, but forbids a plan."""


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
        self.runs, self.first = 0, self.h.getNumRow()
        self.numbers, self.bound_at = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        for number, cut in cuts.kept.items():
            self.add(number, cut)

    def add(self, number: int, cut: Cut) -> None:
        """Add the cut `eta >= constant + slope @ y`."""
        where = np.flatnonzero(cut.slope)
        index = np.append(where, self.data.sites).astype(np.int32)
        self.h.addRow(cut.constant, np.inf, len(index), index, np.append(-cut.slope[where], 1.0))
        self._note(number)

    def restore(self, cuts: Cuts, which: Ints) -> None:
        """Add the cuts that a node was bounded with and that have been dropped since."""
        for number in np.setdiff1d(which, self.numbers).tolist():
            self.add(number, cuts.kept[number])

    def forbid(self, plan: Bools) -> None:
        """Ask for one more site than `plan`, which cannot serve all regions."""
        out = np.flatnonzero(~plan).astype(np.int32)
        self.h.addRow(1.0, np.inf, len(out), out, np.ones(len(out)))
        self._note(FORBIDS)

    def _note(self, number: int) -> None:
        """Note what the last row is and that it may bind now."""
        self.numbers = np.append(self.numbers, number)
        self.bound_at = np.append(self.bound_at, self.runs)

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

    def weights(self) -> tuple[Ints, Floats]:
        """The numbers of the cuts that bind in the solution just found, and their duals, which sum to one."""
        dual = np.asarray(self.h.getSolution().row_dual)[self.first :]
        binding = np.flatnonzero((dual > 1e-9) & (self.numbers != FORBIDS))
        self.bound_at[binding] = self.runs
        return self.numbers[binding], dual[binding] / dual[binding].sum()

    def thin(self, most: int) -> None:
        """Drop half of the cuts, those whose last time of binding is longest ago, where there are more than `most`.

        A bound found with them stays proven, and they stay in the pool.
        """
        if len(self.numbers) <= most:
            return
        since = np.where(self.numbers == FORBIDS, self.runs + 1, self.bound_at)
        drop = np.sort(np.argsort(since, kind="stable")[: len(since) - most // 2])
        drop = drop[since[drop] <= self.runs].astype(np.int32)
        self.h.deleteRows(len(drop), drop + np.int32(self.first))
        self.numbers, self.bound_at = np.delete(self.numbers, drop), np.delete(self.bound_at, drop)


def _capacity_rows(data: Scaled) -> list[tuple[Floats, float]]:
    """The total-capacity row, scaled, and Chvatal-Gomory roundings of it with a few divisors."""
    q, need = data.capacity, data.need
    rows = [(q / need, 1.0)]
    sizes = np.unique(q[q > 0])
    if len(sizes) > 1:
        divisors = np.unique(np.quantile(sizes, [0.0, 0.25, 0.5, 0.75, 1.0]))
        rows.extend((np.ceil(q / size - 1e-9), float(np.ceil(need / size - 1e-7))) for size in divisors)
    return rows
