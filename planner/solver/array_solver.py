"""PuLP solvers that read a problem's arrays in bulk instead of its terms one by one."""

from __future__ import annotations

from typing import Any

from planner.errors import SolverError
from planner.model.arrays import Arrays
from planner.solver.options import SolveOptions
from planner.solver.problem import PlanProblem
from planner.solver.pulp_alone import clocks, pulp
from planner.solver.solution import Solution, activity

_PULP_STATUS = {
    "optimal": pulp.LpSolveStatus.Optimal,
    "infeasible": pulp.LpSolveStatus.Infeasible,
    "unbounded": pulp.LpSolveStatus.Unbounded,
}
_PULP_LIMIT = {
    "time limit": pulp.LpSolveStatus.TimeLimit,
    "interrupted": pulp.LpSolveStatus.Interrupted,
    "iteration limit": pulp.LpSolveStatus.IterationLimit,
}


class ArraySolver(pulp.LpSolver):
    """A solver for `problem.solve(..)`; `solution` holds the last answer, on the arrays.

    Subclasses say `name` and how to `answer`.
    """

    solution: Solution | None = None

    def __init__(self, settings: SolveOptions | None = None):
        self.settings = settings or SolveOptions()
        super().__init__(msg=self.settings.log, timeLimit=self.settings.time_limit, gapRel=self.settings.gap)

    def answer(self, arrays: Arrays) -> Solution:
        """Solve the programme and return the measured answer."""
        raise NotImplementedError

    def standing(self) -> Any:
        """Return HiGHS at the last answer, None where there is none."""
        return None

    def answer_problem(self, problem: PlanProblem) -> Solution:
        """Solve a problem that is loaded already; for most solvers only its arrays matter."""
        return self.answer(problem.arrays)

    def solve(self, lp: pulp.LpProblem, **kwargs: Any) -> Any:
        """Solve without the dummy variable that PuLP adds where nothing has a cost."""
        return self.actualSolve(lp, **kwargs)

    def actualSolve(self, lp: pulp.LpProblem, **kwargs: Any) -> Any:  # noqa: N802
        """Solve, write the answer into the problem, and return PuLP's statistics.

        Without a plan the problem keeps the values it had.
        """
        start = clocks()
        if not isinstance(lp, PlanProblem):
            raise SolverError(self.name, "needs a problem made by planner.solver.problem.to_problem")
        solution = self.solution = self.answer_problem(lp)
        if solution.x is not None:
            lp.record(solution.x, activity(lp.arrays, solution.x), solution.row_dual, solution.reduced_cost)
        status = _PULP_STATUS.get(solution.status) or _PULP_LIMIT.get(solution.reason, pulp.LpSolveStatus.Stopped)
        # Without its own sum of the objective: PuLP would walk all the columns, and we have it exactly.
        stats = self.buildStats(lp, status, False, start=start, best_bound=solution.bound)
        stats.has_solution, stats.objective = solution.has_plan, solution.objective
        return stats
