"""HiGHS, handed the arrays: the planner's own solver."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus, HighsStatus

from planner.errors import SolverError
from planner.model.arrays import Arrays, Floats
from planner.solver.array_solver import ArraySolver
from planner.solver.fixed import fix_integers
from planner.solver.handle import silent
from planner.solver.in_place import answer_of, numbers
from planner.solver.options import Progress, SolveOptions
from planner.solver.solution import (
    DOUBT_TOLERANCE,
    Answer,
    Solution,
    measure,
    objective,
    reduced_costs,
    relative_gap,
    snapped,
)
from planner.solver.watch import Watch

__all__ = ["ArrayHighs", "Progress", "SolveOptions", "load", "price"]

# The linear programme after a MILP gets at least this share of the limit, however late it starts.
PRICING_SHARE = 0.1
# The linear programme's plan replaces the search's where it is not dearer than by this relative amount.
SAME_COST = 1e-7
# A gap to the linear relaxation that is wider than this share, closed without branching, is closed again to be believed.
CLOSED_AT_ONCE = 1e-3
MOST_SEARCHES = 4
UNCONFIRMED = "HiGHS called a plan optimal that a second search did not find to be so"
_STRICT = 1e-9

_UNCLEAR = (HighsModelStatus.kUnbounded, HighsModelStatus.kUnboundedOrInfeasible)
_LIMITS = {
    HighsModelStatus.kTimeLimit: "time limit",
    HighsModelStatus.kIterationLimit: "iteration limit",
    HighsModelStatus.kSolutionLimit: "solution limit",
    HighsModelStatus.kMemoryLimit: "memory limit",
    HighsModelStatus.kInterrupt: "interrupted",
    HighsModelStatus.kUnknown: "numerical trouble",
}


class ArrayHighs(ArraySolver):
    """HiGHS on arrays.

    `handle` is the live `highspy.Highs` after a solve. It holds the linear programme whose duals the
    solution has: the programme itself, or the one with the whole columns fixed.
    """

    name = "highs"
    handle: highspy.Highs | None = None

    def available(self) -> bool:
        """Return True: HiGHS comes with the planner."""
        return True

    def standing(self) -> Any:
        """Return HiGHS at the last answer."""
        return self.handle

    def answer(self, arrays: Arrays) -> Solution:
        """Solve the programme; an answer that does not hold is sought once more, more strictly."""
        began = time.monotonic()
        _refuse_bad_numbers(arrays)
        attempt = _Attempt(arrays, self.settings, began)
        found = attempt.answer()
        measured = measure(arrays, found, _version(attempt), time.monotonic() - began)
        if _doubtful(found, measured) and attempt.seconds_left > 0 and not attempt.watch.is_stopped:
            strict = _Attempt(arrays, replace(self.settings, start=found.x, basis=None), began, strict=True)
            second = strict.answer()
            if second.status == "optimal" or found.status != "optimal":
                attempt, found = strict, second
            measured = measure(arrays, found, _version(attempt), time.monotonic() - began)
        if measured.status == "optimal" and attempt.seconds_left > 0 and not attempt.watch.is_stopped:
            relaxed = self.far_below(arrays, measured, attempt.seconds_left)
            if relaxed is not None:
                attempt, measured = self._confirmed(arrays, attempt, measured, relaxed)
                measured = replace(measured, seconds=time.monotonic() - began)
        self.handle = attempt.handle
        return measured

    def far_below(self, arrays: Arrays, found: Solution, seconds: float) -> float | None:
        """Return the relaxation's optimum where a search closed a wide gap without branching, as HiGHS 1.15 does falsely at times."""
        if not arrays.is_mip or found.nodes > 1 or found.bound is None:
            return None
        relaxed = ArrayHighs(replace(self.settings, time_limit=seconds, start=None, log=False)).answer(arrays.relaxed)
        if relaxed.status != "optimal" or relaxed.objective is None:
            return None
        is_far = found.bound - relaxed.objective > CLOSED_AT_ONCE * max(1.0, abs(found.bound))
        return relaxed.objective if is_far else None

    def _confirmed(
        self, arrays: Arrays, attempt: _Attempt, found: Solution, relaxed: float
    ) -> tuple[_Attempt, Solution]:
        """Return an optimum that two searches with different seeds agree on; without one, the best plan, proven by the relaxation alone."""
        agreed = max(2 * self.settings.gap, SAME_COST)
        reason = UNCONFIRMED
        for turn in range(1, MOST_SEARCHES):
            settings = replace(self.settings, seed=self.settings.seed + turn, start=found.x)
            search = _Attempt(arrays, settings, attempt.began, attempt.strict)
            again = measure(arrays, search.answer(), _version(search), 0.0)
            if again.status != "optimal":
                reason = again.reason or UNCONFIRMED
                relaxed = relaxed if again.bound is None else max(relaxed, again.bound)
            assert found.objective is not None
            if again.objective is None:
                break
            agrees = abs(again.objective - found.objective) <= agreed * max(1.0, abs(found.objective))
            bound = min(known for known in (again.bound, found.bound) if known is not None)
            if again.objective < found.objective:
                attempt, found = search, again
            if again.status != "optimal":
                break
            if agrees:
                return attempt, _bounded(found, bound)
        return attempt, replace(_bounded(found, relaxed), status="limit", reason=reason)


def _bounded(found: Solution, bound: float) -> Solution:
    """Return a plan with another bound, never above what it costs."""
    assert found.objective is not None
    bound = min(bound, found.objective)
    return replace(found, bound=bound, gap=relative_gap(found.objective, bound))


def _version(attempt: _Attempt) -> str:
    return f"HiGHS {attempt.handle.version()}"


@dataclass
class _Attempt:
    """One go at a programme, with a handle of its own."""

    arrays: Arrays
    settings: SolveOptions
    began: float
    strict: bool = False

    def __post_init__(self) -> None:
        self.handle = silent()
        self.watch = Watch(self.handle, self.settings, self.began)
        _configure(self.handle, self.settings)
        if self.strict:
            _be_strict(self.handle, self.arrays.is_mip)

    @property
    def seconds_left(self) -> float:
        """Seconds until the time limit."""
        return self.settings.time_limit - (time.monotonic() - self.began)

    def answer(self) -> Answer:
        """Solve and, for a programme with whole columns, price the plan."""
        load(self.handle, self.arrays)
        if not self.arrays.columns:
            return _answer_without_columns(self.arrays)
        _start_from(self.handle, self.arrays, self.settings)
        status = self._run(self.seconds_left)
        if status in _UNCLEAR:
            return self._tell_apart()
        if status == HighsModelStatus.kInfeasible:
            return self._report("infeasible", "")
        if status == HighsModelStatus.kOptimal:
            return self._priced(self._report("optimal", ""))
        if status in _LIMITS:
            return self._priced(self._report("limit", _LIMITS[status]))
        raise SolverError("HiGHS", f"gave up: {self.handle.modelStatusToString(status)}")

    def _run(self, seconds: float) -> HighsModelStatus:
        """Run the handle on what it holds and return how it ended."""
        handle = self.handle
        # The limit counts all the runs of a handle.
        handle.setOptionValue("time_limit", handle.getRunTime() + max(0.0, seconds))
        self.watch.run(handle)
        self.watch.check()
        if self.watch.outcome != HighsStatus.kError:
            return handle.getModelStatus()
        raise SolverError("HiGHS", f"failed: {handle.modelStatusToString(handle.getModelStatus())}")

    def _report(self, status: str, reason: str) -> Answer:
        """Read the answer that the handle holds."""
        return replace(answer_of(self.handle, self.arrays), status=status, reason=reason)

    def _tell_apart(self) -> Answer:
        """Tell unbounded from infeasible: without costs, only an infeasible programme has no answer."""
        columns = np.arange(self.arrays.columns, dtype=np.int32)
        self.handle.changeColsCost(len(columns), columns, np.zeros(len(columns)))
        status = self._run(self.seconds_left)
        self.handle.changeColsCost(len(columns), columns, self.arrays.cost)
        if status == HighsModelStatus.kOptimal:
            return Answer("unbounded")
        if status == HighsModelStatus.kInfeasible:
            return Answer("infeasible")
        return Answer("limit", reason=_LIMITS.get(status, "unbounded or infeasible"))

    def _priced(self, found: Answer) -> Answer:
        """Return the plan of the linear programme with the whole columns fixed, and its duals."""
        if not self.arrays.is_mip or found.x is None or found.reason == "interrupted":
            return found
        fixed = fix_integers(self.arrays, found.x)
        load(self.handle, fixed)
        status = self._run(max(self.seconds_left, PRICING_SHARE * self.settings.time_limit))
        solution = self.handle.getSolution()
        if status != HighsModelStatus.kOptimal or not solution.dual_valid:
            return found
        x = snapped(self.arrays, numbers(solution.col_value))
        row_dual = numbers(solution.row_dual) + 0.0
        return replace(
            found,
            x=x if _not_dearer(self.arrays, x, found.x) else found.x,
            row_dual=row_dual,
            reduced_cost=reduced_costs(self.arrays, row_dual),
            integers_fixed=True,
            duals_from="HiGHS",
        )


def price(arrays: Arrays, found: Answer, settings: SolveOptions) -> Answer:
    """Return another solver's plan with duals found by HiGHS, whole columns fixed where it put them."""
    if found.x is None or found.row_dual is not None:
        return found
    priced = ArrayHighs(replace(settings, progress=None)).answer(fix_integers(arrays, found.x))
    if priced.x is None or priced.status != "optimal":
        return found
    # Only a search leaves continuous values that the linear programme can better.
    better = arrays.is_mip and _not_dearer(arrays, priced.x, found.x)
    return replace(
        found,
        x=priced.x if better else found.x,
        row_dual=priced.row_dual,
        reduced_cost=priced.reduced_cost,
        integers_fixed=arrays.is_mip,
        duals_from="HiGHS",
    )


def load(handle: highspy.Highs, arrays: Arrays) -> None:
    """Hand HiGHS the programme in one call; it copies the arrays."""
    status = handle.passModel(
        arrays.columns,
        arrays.rows,
        len(arrays.value),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        arrays.constant,
        arrays.cost,
        arrays.lower,
        arrays.upper,
        arrays.row_lower,
        arrays.row_upper,
        arrays.start.astype(np.int32),
        arrays.index,
        arrays.value,
        arrays.integer.astype(np.int32),
    )
    if status == HighsStatus.kError:
        raise SolverError("HiGHS", "refused the programme")


def _configure(handle: highspy.Highs, settings: SolveOptions) -> None:
    wanted: dict[str, float | str] = {
        "threads": settings.threads,
        "random_seed": settings.seed,
        "solver": settings.method,
        "mip_rel_gap": settings.gap,
        "mip_abs_gap": _STRICT,
    }
    for option, value in wanted.items():
        if handle.setOptionValue(option, value) != HighsStatus.kOk:
            raise SolverError("HiGHS", f"does not take {option} = {value!r}")


def _be_strict(handle: highspy.Highs, is_mip: bool) -> None:
    """Ask for tighter tolerances and, of a linear programme, to be solved as it is."""
    for tolerance in ("primal", "dual", "mip"):
        handle.setOptionValue(f"{tolerance}_feasibility_tolerance", _STRICT)
    if not is_mip:  # a search without presolve may never end
        handle.setOptionValue("presolve", "off")
        handle.setOptionValue("simplex_scale_strategy", 0)


def _start_from(handle: highspy.Highs, arrays: Arrays, settings: SolveOptions) -> None:
    if settings.start is not None and arrays.is_mip:
        point = highspy.HighsSolution()
        point.col_value = np.ascontiguousarray(settings.start, dtype=np.float64)
        handle.setSolution(point)
    if settings.basis is not None and not arrays.is_mip:
        handle.setBasis(settings.basis)


def _answer_without_columns(arrays: Arrays) -> Answer:
    """Answer for HiGHS, which calls such a programme empty even where a row cannot hold."""
    if (arrays.row_lower > 0).any() or (arrays.row_upper < 0).any():
        return Answer("infeasible")
    return Answer(
        "optimal", x=np.zeros(0), row_dual=np.zeros(arrays.rows), reduced_cost=np.zeros(0), duals_from="HiGHS"
    )


def _refuse_bad_numbers(arrays: Arrays) -> None:
    """Refuse numbers that HiGHS would take without a word and answer nonsense for."""
    finite = {"cost": arrays.cost, "coefficient": arrays.value, "constant": np.array([arrays.constant])}
    limits = (arrays.lower, arrays.upper, arrays.row_lower, arrays.row_upper)
    bad = [what for what, numbers in finite.items() if not np.isfinite(numbers).all()]
    bad += ["bound"] if any(np.isnan(limit).any() for limit in limits) else []
    if bad:
        raise SolverError("HiGHS", f"a {bad[0]} of the programme is not a number")


def _doubtful(found: Answer, measured: Solution) -> bool:
    """Whether an answer calls for a second look: a broken rule, an unpriced optimum, or trouble."""
    if found.reason == "numerical trouble":
        return True
    if found.status != "optimal" or found.x is None:
        return False
    return found.row_dual is None or measured.max_violation > DOUBT_TOLERANCE


def _not_dearer(arrays: Arrays, x: Floats, other: Floats) -> bool:
    cost, limit = objective(arrays, x), objective(arrays, other)
    return cost <= limit + SAME_COST * max(1.0, abs(limit))
