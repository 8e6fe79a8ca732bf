"""The door of the solver room: a programme in, a measured answer out."""

from __future__ import annotations

from planner.model.arrays import Arrays
from planner.solver import ortools, other
from planner.solver.array_solver import ArraySolver
from planner.solver.highs import ArrayHighs
from planner.solver.mps import export_mps
from planner.solver.options import Progress, SolveOptions
from planner.solver.problem import PlanProblem, to_problem
from planner.solver.solution import Solution

__all__ = [
    "ArraySolver",
    "PlanProblem",
    "Progress",
    "Solution",
    "SolveOptions",
    "available",
    "export_mps",
    "solve",
    "solver_named",
    "to_problem",
]


def solve(
    programme: Arrays | PlanProblem, solver: str | ArraySolver = "highs", options: SolveOptions | None = None
) -> Solution:
    """Solve a programme and return what came out, measured on its arrays.

    Parameters
    ----------
    programme
        The arrays, or the PuLP problem made from them: its variables and constraints then hold the answer.
    solver
        One of `available()`, or a solver made beforehand (it keeps its `settings`, and HiGHS its `handle`).

    options
        How to solve, where `solver` is a name.

    Raises
    ------
    InputError
        If the solver is unknown, not installed, or cannot solve this kind of programme.
    SolverError
        If the solver failed.

    """
    runner = solver_named(solver, options) if isinstance(solver, str) else solver
    if isinstance(programme, Arrays):
        return runner.answer(programme)
    programme.solve(runner)
    assert runner.solution is not None
    return runner.solution


def available() -> list[str]:
    """Return the names of the solvers that can be used on this machine, the usual one first."""
    return ["highs", *(ortools.NAMES if ortools.is_installed() else ()), *other.installed()]


def solver_named(name: str, options: SolveOptions | None = None) -> ArraySolver:
    """Return the solver with this name (capitals do not matter)."""
    if name.lower() == "highs":
        return ArrayHighs(options)
    if name.lower() in ortools.NAMES:
        return ortools.ArrayOrTools(name.lower(), options)
    return other.OtherSolver(other.pulp_name(name, available()), options)
