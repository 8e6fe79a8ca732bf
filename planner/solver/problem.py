"""The programme as a PuLP problem, loaded in bulk; the only module that knows PuLP's private core."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pulp

from planner.errors import SolverError
from planner.model.arrays import Arrays, Floats

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
    "Variable": "set_lb set_ub set_category value dj",
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
    """A PuLP problem that was loaded from arrays and still carries them.

    Variable `j` and constraint `i` of the problem are column `j` and row `i` of `arrays`. Change the
    arrays and load again rather than edit the problem: the solvers here read the arrays.
    """

    arrays: Arrays

    def numVariables(self) -> int:  # noqa: N802
        """Return the number of columns; PuLP would make a million handles to count them."""
        return self.arrays.columns

    def numConstraints(self) -> int:  # noqa: N802
        """Return the number of rows."""
        return self.arrays.rows

    def record(
        self, x: Floats, activity: Floats, row_dual: Floats | None = None, reduced_cost: Floats | None = None
    ) -> None:
        """Write an answer into the variables and constraints: values, slacks, and duals where given."""
        core: Any = self._model  # its stubs ask for lists, but any sequence is taken
        arrays = self.arrays
        slack = np.where(np.isfinite(arrays.row_lower), activity - arrays.row_lower, arrays.row_upper - activity)
        slack[np.isinf(slack)] = 0.0  # a row without a bound
        with _collector_paused():
            core.set_variable_values(_Numbered(x))
            core.set_constraint_slacks(_Numbered(slack))
            if row_dual is not None:
                core.set_constraint_pis(_Numbered(row_dual))
            if reduced_cost is not None:
                core.set_variable_djs(_Numbered(reduced_cost))

    def values(self) -> Floats:
        """Return what the variables hold, `nan` where a solver left nothing."""
        handles = self._model.list_variables()[: self.arrays.columns]
        return np.array([handle.value for handle in handles], dtype=np.float64)

    def duals(self) -> tuple[Floats, Floats]:
        """Return what the constraints and the variables hold as duals, `nan` where a solver left nothing."""
        rows = np.array([handle.pi for handle in self._model.list_constraints()], dtype=np.float64)
        handles = self._model.list_variables()[: self.arrays.columns]
        return rows, np.array([handle.dj for handle in handles], dtype=np.float64)


def to_problem(arrays: Arrays, name: str = "plan") -> PlanProblem:
    """Return the programme as a PuLP problem (minimise; columns and rows keep their numbers).

    Names come from `arrays`; where it has none, columns are x0, x1, .. and rows r0, r1, ..
    """
    problem = PlanProblem(name, pulp.LpMinimize)
    problem.arrays = arrays
    with _collector_paused():
        _load_columns(problem._model, arrays)
        _load_objective(problem._model, arrays)
        _load_rows(problem._model, arrays)
    return problem


def _load_columns(core: rust.Model, arrays: Arrays) -> None:
    """Add the columns in batches with the bounds 0 and infinity, then mend those that differ."""
    names = arrays.column_names() or [f"x{j}" for j in range(arrays.columns)]
    for first in range(0, arrays.columns, BATCH):
        part = slice(first, first + BATCH)
        handles = core.add_variables_batch(names[part], 0.0, np.inf, rust.Category.Continuous)
        lower, upper = arrays.lower[part], arrays.upper[part]
        for j in np.flatnonzero(lower != 0.0).tolist():
            handles[j].set_lb(float(lower[j]))
        for j in np.flatnonzero(upper != np.inf).tolist():
            handles[j].set_ub(float(upper[j]))
        for j in np.flatnonzero(arrays.integer[part]).tolist():
            handles[j].set_category(rust.Category.Integer)


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
    if (has_lower & has_upper & (arrays.row_lower != arrays.row_upper)).any():
        raise ValueError("a row has two different finite sides; split it in two")
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
