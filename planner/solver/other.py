"""Any other solver that PuLP knows: slower to reach, read back in bulk, priced by HiGHS."""

from __future__ import annotations

import inspect
import time
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from planner.errors import InputError, Problem, SolverError
from planner.model.arrays import Arrays, Floats
from planner.solver.array_solver import ArraySolver
from planner.solver.highs import ArrayHighs, price
from planner.solver.options import SolveOptions
from planner.solver.problem import PlanProblem, to_problem
from planner.solver.pulp_alone import pulp
from planner.solver.solution import Answer, Solution, measure, snapped

# What people call a solver, and what PuLP calls it.
_USUAL_NAMES = {
    "cbc": "COIN_CMD",
    "glpk": "GLPK_CMD",
    "gurobi": "GUROBI",
    "cplex": "CPLEX_PY",
    "xpress": "XPRESS_PY",
    "mosek": "MOSEK",
    "copt": "COPT",
}
_ENDINGS = {
    pulp.LpSolveStatus.Optimal: "optimal",
    pulp.LpSolveStatus.Infeasible: "infeasible",
    pulp.LpSolveStatus.Unbounded: "unbounded",
    pulp.LpSolveStatus.Undefined: "unclear",
}


class OtherSolver(ArraySolver):
    """A solver by the name that PuLP gives it."""

    def __init__(self, name: str, settings: SolveOptions | None = None):
        super().__init__(settings)
        self.name = name

    def available(self) -> bool:
        """Whether PuLP finds the solver on this machine."""
        return self.name in installed()

    def answer(self, arrays: Arrays) -> Solution:
        """Load the programme into PuLP and solve it."""
        return self.answer_problem(to_problem(arrays))

    def answer_problem(self, problem: PlanProblem) -> Solution:
        """Solve the problem through PuLP; HiGHS finds the duals where there are none."""
        began = time.monotonic()
        arrays = problem.arrays
        try:
            stats = problem.solve(_made(self.name, self.settings))
        except pulp.PulpError as failure:
            raise SolverError(self.name, str(failure)) from failure
        status = _ENDINGS.get(stats.status, "limit")
        if stats.status == pulp.LpSolveStatus.NotSolved:
            raise SolverError(self.name, "did not run")
        found = Answer(status, bound=stats.best_bound if arrays.is_mip else None)
        if status == "unclear":
            found = _cleared(self.name, arrays, self.settings)
        elif stats.has_solution:
            found = replace(found, x=_read(self.name, problem))
        if status == "limit":
            found = replace(found, reason=_words(stats.status_str))
        if status == "optimal":
            found = price(arrays, _with_duals(self.name, problem, found), self.settings)
        return measure(arrays, found, f"{self.name} (PuLP {pulp.__version__})", time.monotonic() - began)


def installed() -> list[str]:
    """Return the names of the solvers that PuLP finds on this machine, HiGHS aside."""
    return [name for name in pulp.listSolvers(onlyAvailable=True) if not name.startswith("HiGHS")]


def pulp_name(name: str, known: list[str]) -> str:
    """Return what PuLP calls the solver `name`.

    Raises
    ------
    InputError
        If it is unknown or not installed; the message lists those of `known`, which can be had.

    """
    by_lower = {known_name.lower(): known_name for known_name in pulp.listSolvers()}
    found = _USUAL_NAMES.get(name.lower()) or by_lower.get(name.lower())
    if found in installed():
        return str(found)
    listed = ", ".join(known)
    if found:
        text = f"the solver {name} is not installed; there are {listed}"
        raise InputError(Problem(text, code="solver_missing"))
    near = get_close_matches(name.lower(), [*map(str.lower, known), *by_lower, *_USUAL_NAMES], n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise InputError(Problem(f"there is no solver {name}{hint}; there are {listed}", code="solver_unknown"))


def _made(name: str, settings: SolveOptions) -> Any:
    """Return the solver with those of our settings that it names."""
    wanted = {
        "msg": settings.log,
        "timeLimit": settings.time_limit,
        "gapRel": settings.gap,
        "threads": settings.threads,
    }
    kind = type(pulp.getSolver(name, msg=False))
    taken = inspect.signature(kind.__init__).parameters
    return pulp.getSolver(name, **{key: value for key, value in wanted.items() if key in taken})


def _read(name: str, problem: PlanProblem) -> Floats:
    """Return the values, with a value within bounds for columns that PuLP left out as unused."""
    arrays, x = problem.arrays, problem.values()
    used = arrays.cost != 0
    used[arrays.index] = True
    if np.isnan(x[used]).any():
        raise SolverError(name, "left columns without a value")
    x = np.where(np.isnan(x), np.clip(0.0, np.ceil(arrays.lower), arrays.upper), x)
    return snapped(arrays, x)


def _with_duals(name: str, problem: PlanProblem, found: Answer) -> Answer:
    """Return the answer with the solver's own duals, if it is a linear programme and they prove it."""
    if problem.arrays.is_mip or found.x is None:
        return found
    row_dual, reduced_cost = problem.duals()
    if np.isnan(row_dual).any() or not _explains(problem.arrays, row_dual, reduced_cost):
        return found
    return replace(found, row_dual=row_dual, reduced_cost=np.nan_to_num(reduced_cost), duals_from=name)


def _explains(arrays: Arrays, row_dual: Floats, reduced_cost: Floats) -> bool:
    """Whether `cost = A' row_dual + reduced_cost`: some solvers leave zeros, or flip signs."""
    row = np.repeat(row_dual, np.diff(arrays.start))
    priced = np.bincount(arrays.index, weights=arrays.value * row, minlength=arrays.columns)
    rest = arrays.cost - priced - np.nan_to_num(reduced_cost)
    return bool((np.abs(rest) <= 1e-6 * np.maximum(1.0, np.abs(arrays.cost))).all())


def _cleared(name: str, arrays: Arrays, settings: SolveOptions) -> Answer:
    """Ask HiGHS about a programme that the solver could not tell unbounded from infeasible."""
    second = ArrayHighs(settings).answer(arrays)
    if second.status in ("infeasible", "unbounded"):
        return Answer(second.status, reason="told apart by HiGHS")
    raise SolverError(name, "ended without an answer")


def _words(status: str) -> str:
    """Return "TimeLimit" as "time limit"."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in status).strip()
