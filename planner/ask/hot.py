"""One programme asked again and again: costs, limits and bounds change in place, the last basis is where it starts.

Each answer of a linear programme is checked by us, on the arrays: the point keeps every rule, and the duals
prove that none is better. What does not hold is solved again from scratch.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import highspy
from highspy import HighsModelStatus, HighsStatus

from planner.errors import LimitError, NoPlanError, SolverError
from planner.model.arrays import Arrays, Floats
from planner.solver.handle import silent
from planner.solver.highs import ArrayHighs, load
from planner.solver.in_place import answer_of, put_costs, put_limits, run
from planner.solver.options import SolveOptions
from planner.solver.solution import PLAN_TOLERANCE, Answer, Solution, measure
from planner.solver.watch import Watch
from planner.whatif.proof import proof_of

PROVEN = 1e-6
"""A linear programme's answer counts as proven where its duals bound it within this relative gap."""

FREE = 1e-6
"""A price of the wrong sign that no bound stands against is rounding below this share of the largest cost."""

GAP = 1e-9
"""Programmes with whole columns are solved to this relative gap, so that lines between plans meet where they should."""

LEAST_ITERATIONS = 1000
"""A solve from the last basis may take half the iterations of the first one, and this many in any case."""

NO_LIMIT = 2**31 - 1

NO_PLAN = {
    "infeasible": "no plan keeps every rule of the scenario; planner solve says what cannot hold together",
    "unbounded": "there is no best plan, as nothing in the scenario bounds it",
}
"""What it means that a programme has no best answer."""

_LINEAR: dict[str, Any] = {
    # Loose prices add up over many columns; with these, what is optimal is proven as well, and not solved again.
    "dual_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}

_PRIMAL: dict[str, Any] = {
    "solver": "simplex",
    "simplex_strategy": 4,
    "presolve": "off",
    # Moving bounds a little pays off from afar; here it costs three times the time.
    "primal_simplex_bound_perturbation_multiplier": 0.0,
}


@dataclass
class Clock:
    """What is left of a time limit, over all solves of a question, and how many solves there were."""

    limit: float
    began: float
    solves: int = 0
    cold: int = 0

    @classmethod
    def of(cls, seconds: float) -> Clock:
        """Start a clock."""
        return cls(seconds, time.monotonic())

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.limit - (time.monotonic() - self.began)


class Hot:
    """A programme that HiGHS holds; `answer` solves it with what is different this time.

    The first answer starts from a basis, or from a point where there are whole columns.
    """

    def __init__(
        self, arrays: Arrays, options: SolveOptions, clock: Clock, basis: Any = None, start: Floats | None = None
    ):
        self.arrays, self._clock = arrays, clock
        self._options = replace(options, progress=None, start=None, basis=None, gap=min(options.gap, GAP))
        self._handle = silent()
        self._watch = Watch(self._handle, self._options, time.monotonic())
        wanted: dict[str, Any] = {
            "threads": options.threads,
            "random_seed": options.seed,
            "mip_rel_gap": self._options.gap,
            "mip_abs_gap": GAP,
        } | ({} if arrays.is_mip else _LINEAR)
        for option, value in wanted.items():
            if self._handle.setOptionValue(option, value) != HighsStatus.kOk:
                raise SolverError("HiGHS", f"does not take {option} = {value!r}")
        load(self._handle, arrays)
        self._best = start
        self._first, self._limited = 0, True
        if basis is not None and not arrays.is_mip:
            self._handle.setBasis(basis)

    def change(self, **numbers: Any) -> None:
        """Put other costs, column bounds or row limits in place, by their names in `Arrays`; what is not given stays."""
        old, self.arrays = self.arrays, replace(self.arrays, **numbers)
        put_costs(self._handle, old.cost, self.arrays.cost)
        put_limits(self._handle, old, self.arrays)

    def answer(self) -> Solution:
        """Solve what is in place.

        Raises
        ------
        LimitError
            If no time is left.
        """
        if self._clock.left <= 0:
            raise LimitError("the time limit ended before the question was answered")
        self._clock.solves += 1
        if self.arrays.is_mip and self._best is not None:
            point = highspy.HighsSolution()
            point.col_value = self._best
            self._handle.setSolution(point)
        found = self._run()
        if found.x is not None:
            self._best = found.x
        solution = measure(self.arrays, found, f"HiGHS {self._handle.version()}", 0.0)
        return solution if self._holds(solution) else self._cold()

    def best(self) -> Solution:
        """Solve what is in place to a proven optimum.

        Raises
        ------
        NoPlanError
            If no plan keeps every rule, or none is best.
        LimitError
            If the time limit stops it first.
        """
        solution = self.answer()
        if solution.status in NO_PLAN:
            raise NoPlanError(NO_PLAN[solution.status])
        if solution.status == "limit":
            raise LimitError(f"the solver stopped before the question was answered: {solution.reason or 'limit'}")
        return solution

    def basis(self) -> Any:
        """Return the basis that the last answer ended with."""
        return self._handle.getBasis()

    def only_costs_change(self) -> None:
        """Solve linear programmes by the primal simplex method from now on: where it starts from keeps every rule."""
        if self.arrays.is_mip:
            return
        for option, value in _PRIMAL.items():
            self._handle.setOptionValue(option, value)
        self._limited = False

    def start_from(self, basis: Any) -> None:
        """Let the next solve start from a basis of this programme, where it is a linear one."""
        if not self.arrays.is_mip:
            self._handle.setBasis(basis)

    def _run(self) -> Answer:
        handle = self._handle
        # From a far basis, without presolve, the simplex method may take longer than a fresh start.
        limited = self._limited and self._first and not self.arrays.is_mip
        limit = max(LEAST_ITERATIONS, self._first // 2) if limited else NO_LIMIT
        handle.setOptionValue("simplex_iteration_limit", limit)
        status = run(handle, self._watch, self._clock.left)
        if status == HighsModelStatus.kIterationLimit and limit < NO_LIMIT:
            handle.setOptionValue("simplex_iteration_limit", NO_LIMIT)
            handle.clearSolver()
            status = run(handle, self._watch, self._clock.left)
        if status == HighsModelStatus.kInterrupt:
            raise KeyboardInterrupt
        found = answer_of(handle, self.arrays)
        self._first = self._first or found.iterations
        return found

    def _holds(self, solution: Solution) -> bool:
        """Return whether an answer is proven by what we can check ourselves; time limits are believed."""
        if solution.status == "limit":
            return "time limit" in solution.reason
        if solution.status == "infeasible":
            return self.arrays.is_mip
        if solution.objective is None or solution.max_violation > PLAN_TOLERANCE:
            return False
        if self.arrays.is_mip:
            return ArrayHighs(self._options).far_below(self.arrays, solution, max(0.1, self._clock.left)) is None
        assert solution.x is not None
        assert solution.row_dual is not None
        proof = proof_of(self.arrays, solution.x, solution.row_dual)
        return abs(proof.gap) <= PROVEN and proof.dual <= FREE

    def _cold(self) -> Solution:
        """Solve from scratch, as the planner does."""
        self._clock.cold += 1
        runner = ArrayHighs(replace(self._options, time_limit=max(0.1, self._clock.left)))
        solution = runner.answer(self.arrays)
        if solution.reason == "interrupted":
            raise KeyboardInterrupt
        return solution
