"""GLOP, PDLP and SCIP from OR-Tools, handed the arrays: second opinions on a plan."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from dataclasses import fields, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import InputError, Problem, SolverError
from planner.model.arrays import Arrays
from planner.solver.array_solver import ArraySolver
from planner.solver.background import run_beside
from planner.solver.highs import price
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer, Solution, measure, snapped

NAMES = ("glop", "pdlp", "scip")
_SCRIPT = Path(__file__).with_name("ortools_process.py")
_ARRAYS = [field.name for field in fields(Arrays) if not field.name.endswith("_names")]
_UNCLEAR = ("INFEASIBLE", "UNBOUNDED", "ABNORMAL")
_STOPPED = ("FEASIBLE", "NOT_SOLVED", "CANCELLED_BY_USER", "UNKNOWN_STATUS")


class ArrayOrTools(ArraySolver):
    """One of `NAMES` on arrays. Only SCIP takes whole columns; its duals come from HiGHS."""

    def __init__(self, name: str, settings: SolveOptions | None = None):
        super().__init__(settings)
        self.name = name

    def available(self) -> bool:
        """Whether OR-Tools is installed."""
        return is_installed()

    def answer(self, arrays: Arrays) -> Solution:
        """Solve the programme; HiGHS finds the duals where the solver gives none."""
        began = time.monotonic()
        _require(self.name, arrays)
        found = self._ask(arrays)
        if found.status == "unclear":
            found = self._tell_apart(arrays)
        if found.reason != "interrupted":
            found = price(arrays, found, self.settings)
        return measure(arrays, found, _label(self.name), time.monotonic() - began)

    def _tell_apart(self, arrays: Arrays) -> Answer:
        """Tell unbounded from infeasible: without costs, only an infeasible programme has no answer."""
        free = self._ask(replace(arrays, cost=np.zeros(arrays.columns)))
        if free.status == "limit":
            return Answer("limit", reason=free.reason)
        return Answer("unbounded" if free.status == "optimal" else "infeasible")

    def _ask(self, arrays: Arrays) -> Answer:
        request = {name: getattr(arrays, name) for name in _ARRAYS} | {
            "solver": self.name,
            "log": self.settings.log,
            "seconds": self.settings.time_limit,
            "parameters": _parameters(self.name, self.settings),
        }
        began = time.monotonic()
        reply, interrupted = _converse(request, self.name)
        ran_out = time.monotonic() - began >= self.settings.time_limit
        reason = "interrupted" if interrupted else "time limit" if ran_out else "gave up early"
        return self._read(arrays, reply, reason)

    def _read(self, arrays: Arrays, reply: dict[str, Any], reason: str) -> Answer:
        """Return the reply in our words; duals only of an optimal linear programme."""
        status = reply["status"]
        interrupted = reason == "interrupted"
        if status in _UNCLEAR and not interrupted:
            return Answer("unclear")
        if status != "OPTIMAL" and status not in _STOPPED and not interrupted:
            raise SolverError(_label(self.name), reply["message"] or status)
        answer = Answer("optimal") if status == "OPTIMAL" else Answer("limit", reason=reason)
        if reply["x"] is None:
            return answer
        answer = replace(
            answer,
            x=snapped(arrays, reply["x"]),
            bound=reply["bound"] if self.name == "scip" else None,
        )
        if answer.status != "optimal" or len(reply["row_dual"]) != arrays.rows or self.name == "scip":
            return answer
        return replace(
            answer,
            row_dual=reply["row_dual"] + 0.0,
            reduced_cost=reply["reduced_cost"] + 0.0,
            duals_from=_label(self.name),
        )


def is_installed() -> bool:
    """Whether OR-Tools can be found."""
    return find_spec("ortools") is not None


def _converse(request: dict[str, Any], name: str) -> tuple[dict[str, Any], bool]:
    """Send the request to a process of its own; return its reply and whether Ctrl-C was pressed."""
    replies: list[dict[str, Any]] = []
    # -P keeps this folder off the path, where a file named ortools.py would hide the package.
    command = [sys.executable, "-P", str(_SCRIPT)]
    # A session of its own, so that Ctrl-C in a terminal reaches only us.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, told = process.stdin, process.stdout

        def work() -> None:
            pickle.dump(request, asked)
            asked.flush()
            replies.append(pickle.load(told))

        try:
            interrupted = run_beside(work, asked.close)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as failure:
            raise SolverError(_label(name), "ended without an answer") from failure
        finally:
            process.kill()
    return replies[0], interrupted


def _require(name: str, arrays: Arrays) -> None:
    if not is_installed():
        text = f"the solver {name} is part of OR-Tools: pip install 'planner[ortools]'"
        raise InputError(Problem(text, code="solver_missing"))
    if arrays.is_mip and name != "scip":
        raise InputError(Problem(f"{name} cannot keep counts whole; take highs or scip", code="solver_unsuited"))


def _label(name: str) -> str:
    return f"{name.upper()} (OR-Tools {version('ortools')})"


def _parameters(name: str, settings: SolveOptions) -> str:
    """Return the solver's own words for the gap, the seed, and tolerances that match HiGHS's."""
    if name == "scip":
        return f"limits/gap = {settings.gap!r}\nrandomization/randomseedshift = {settings.seed}"
    if name == "glop":
        return f"random_seed: {settings.seed}"
    criteria = "eps_optimal_absolute: 1e-9 eps_optimal_relative: 1e-9"
    return f"num_threads: {settings.threads} termination_criteria {{ simple_optimality_criteria {{ {criteria} }} }}"
