"""The programme as a PuLP problem, loaded in bulk; the only module that knows PuLP's private core."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import SolverError
from planner.model.arrays import Arrays, Floats
from planner.solver.pulp_alone import pulp

try:
    from pulp import _rustcore as rust
except ImportError as missing:  # another PuLP has another inside
    text = f"version {pulp.__version__} has no bulk core; install pulp>=4.2,<4.3"
    raise SolverError("PuLP", text) from missing

# A batch returns one handle per variable: small batches keep them in the processor's cache.
BATCH = 4096

_CORE_CALLS = {
    "Model": (
        "add_variables_batch add_constraint set_objective list_variables list_constraints "
        "set_variable_values set_variable_djs set_constraint_pis set_constraint_slacks"
    ),
    "AffineExpr": "add_term_ids_coeffs set_constant set_sense set_name",
    "Variable": "value dj",
    "Constraint": "pi",
}


def _check_core() -> None:
    """Refuse a PuLP whose private core lacks a call that this module makes."""
    lost = [
        f"{kind}.{call}"
        for kind, calls in _CORE_CALLS.items()
        for call in calls.split()
        if not hasattr(getattr(rust, kind, None), call)
    ]
    if lost:
        raise SolverError("PuLP", f"version {pulp.__version__} lacks {', '.join(lost)}; install pulp>=4.2,<4.3")


_check_core()


class PlanProblem(pulp.LpProblem):
    """A PuLP problem that stands for arrays and still carries them.

    Variable `j` and constraint `i` of the problem are column `j` and row `i` of `arrays`. Change the
    arrays and load again rather than edit the problem: the solvers here read the arrays.

    What PuLP's core holds is loaded, in bulk, when something first looks at it: a person, an exporter or
    a solver that goes through PuLP. The solvers on arrays need no second copy of a million columns.
    """

    def __init__(self, arrays: Arrays, name: str):
        self.arrays = arrays
        self._is_loaded = True  # while PuLP sets its empty core up
        self._answer: _Recorded | None = None
        super().__init__(name, pulp.LpMinimize)
        self._is_loaded = False

    @property
    def _model(self) -> rust.Model:
        """PuLP's core, loaded."""
        if not self._is_loaded:
            self._is_loaded = True
            with _collector_paused():
                _load_columns(self._core, self.arrays)
                _load_objective(self._core, self.arrays)
                _load_rows(self._core, self.arrays)
                self._write()
        return self._core

    @_model.setter
    def _model(self, core: rust.Model) -> None:
        self._core = core

    def isMIP(self) -> int:  # noqa: N802
        """Return 1 if any column must be whole, as PuLP does."""
        return int(self.arrays.is_mip)

    def numVariables(self) -> int:  # noqa: N802
        """Return the number of columns; PuLP would make a million handles to count them."""
        return self.arrays.columns

    def numConstraints(self) -> int:  # noqa: N802
        """Return the number of rows."""
        return self.arrays.rows

    def record(
        self, x: Floats, activity: Floats, row_dual: Floats | None = None, reduced_cost: Floats | None = None
    ) -> None:
        """Have an answer in the variables and constraints: values, slacks, and duals where given."""
        self._answer = _Recorded(x, activity, row_dual, reduced_cost)
        if self._is_loaded:
            with _collector_paused():
                self._write()

    def _write(self) -> None:
        """Write the last answer into the core."""
        if self._answer is None:
            return
        core: Any = self._core  # its stubs ask for lists, but any sequence is taken
        answer, arrays, self._answer = self._answer, self.arrays, None
        level = answer.activity
        slack = np.where(np.isfinite(arrays.row_lower), level - arrays.row_lower, arrays.row_upper - level)
        slack[np.isinf(slack)] = 0.0  # a row without a bound
        core.set_variable_values(_Numbered(answer.x))
        core.set_constraint_slacks(_Numbered(slack))
        if answer.row_dual is not None:
            core.set_constraint_pis(_Numbered(answer.row_dual))
        if answer.reduced_cost is not None:
            core.set_variable_djs(_Numbered(answer.reduced_cost))

    def values(self) -> Floats:
        """Return what the variables hold, `nan` where a solver left nothing."""
        handles = self._model.list_variables()[: self.arrays.columns]
        return np.array([handle.value for handle in handles], dtype=np.float64)

    def duals(self) -> tuple[Floats, Floats]:
        """Return what the constraints and the variables hold as duals, `nan` where a solver left nothing."""
        rows = np.array([handle.pi for handle in self._model.list_constraints()], dtype=np.float64)
        handles = self._model.list_variables()[: self.arrays.columns]
        return rows, np.array([handle.dj for handle in handles], dtype=np.float64)


@dataclass(frozen=True)
class _Recorded:
    """An answer on its way into the core."""

    x: Floats
    activity: Floats
    row_dual: Floats | None
    reduced_cost: Floats | None


def to_problem(arrays: Arrays, name: str = "plan") -> PlanProblem:
    """Return the programme as a PuLP problem (minimise; columns and rows keep their numbers).

    Names come from `arrays`; where it has none, columns are x0, x1, .. and rows r0, r1, ..
    """
    if (np.isfinite(arrays.row_lower) & np.isfinite(arrays.row_upper) & (arrays.row_lower != arrays.row_upper)).any():
        raise ValueError("a row has two different finite sides; split it in two")
    return PlanProblem(arrays, name)


def _load_columns(core: rust.Model, arrays: Arrays) -> None:
    """Add the columns, those in a row with the same bounds at once."""
    names = arrays.column_names() or [f"x{j}" for j in range(arrays.columns)]
    kinds = {False: rust.Category.Continuous, True: rust.Category.Integer}
    first = _run_starts(arrays)
    bounds = (arrays.lower[first].tolist(), arrays.upper[first].tolist(), arrays.integer[first].tolist())
    starts, add = first.tolist(), core.add_variables_batch
    for start, end, lower, upper, whole in zip(starts, [*starts[1:], arrays.columns], *bounds, strict=True):
        add(names[start:end], lower, upper, kinds[whole])


def _run_starts(arrays: Arrays) -> NDArray[np.intp]:
    """Return where the columns' bounds or kind change, and every `BATCH` columns."""
    starts = np.arange(arrays.columns) % BATCH == 0
    for values in (arrays.lower, arrays.upper, arrays.integer):
        starts[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(starts)


def _load_objective(core: rust.Model, arrays: Arrays) -> None:
    priced = np.flatnonzero(arrays.cost)
    objective = rust.AffineExpr()
    objective.add_term_ids_coeffs(core, priced.astype(np.uint64), arrays.cost[priced])
    objective.set_constant(float(arrays.constant))
    core.set_objective(objective)


def _load_rows(core: rust.Model, arrays: Arrays) -> None:
    names = arrays.row_names() or [f"r{i}" for i in range(arrays.rows)]
    # Slices of a memoryview cost a third of slices of an array.
    ids = memoryview(np.ascontiguousarray(arrays.index, dtype=np.uint64))
    coefficients = memoryview(np.ascontiguousarray(arrays.value, dtype=np.float64))
    start = arrays.start.tolist()
    senses, right = _senses(arrays)
    expression, add = rust.AffineExpr, core.add_constraint
    for i, (name, sense, constant) in enumerate(zip(names, senses, (-right).tolist(), strict=True)):
        row = expression()
        if sense is not None:
            part = slice(start[i], start[i + 1])
            row.add_term_ids_coeffs(core, ids[part], coefficients[part])
        row.set_constant(constant)
        row.set_sense(sense or rust.Sense.LessEqual)
        row.set_name(name)
        add(row)


def _senses(arrays: Arrays) -> tuple[list[rust.Sense | None], Floats]:
    """Return each row's sense and right-hand side; a row without bounds (None) becomes `0 <= 0`."""
    has_lower, has_upper = np.isfinite(arrays.row_lower), np.isfinite(arrays.row_upper)
    senses = (None, rust.Sense.GreaterEqual, rust.Sense.LessEqual, rust.Sense.Equal)
    right = np.where(has_lower, arrays.row_lower, np.where(has_upper, arrays.row_upper, 0.0))
    return [senses[code] for code in (has_lower + 2 * has_upper).tolist()], right


class _Numbered(Sequence[tuple[int, float]]):
    """(number, value) pairs as the core takes them, made one at a time while it reads them.

    `enumerate` uses one tuple over and over for a reader that keeps none, so this takes half the time
    of a list of a million tuples.
    """

    def __init__(self, values: Floats):
        self._values: list[float] = values.tolist()

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return enumerate(self._values)

    def __getitem__(self, number: Any) -> Any:
        return number, self._values[number]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking millions of new pairs that hold no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
