"""Write a programme as an MPS file that other solvers read to the same optimum."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from planner.model.arrays import Arrays
from planner.solver.problem import PlanProblem

OBJECTIVE = "cost"
CONSTANT = "constant"


def export_mps(problem: Arrays | PlanProblem, path: str | os.PathLike[str]) -> None:
    """Write the programme in free MPS to `path`, whole or not at all.

    PuLP's writer rounds to 13 digits and drops unused columns and the objective's constant. This one
    writes numbers exactly; the constant is the cost of a column `constant` that is fixed at 1, since
    readers disagree on the sign of a right-hand side of the objective.
    """
    arrays = problem if isinstance(problem, Arrays) else problem.arrays
    target = Path(path)
    handle, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(_lines(arrays))
        umask = os.umask(0)
        os.umask(umask)
        Path(draft).chmod(0o666 & ~umask)  # mkstemp keeps others out; an ordinary file would not
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _lines(arrays: Arrays) -> Iterator[str]:
    columns = _names(arrays.column_names(), arrays.columns, "x", {CONSTANT})
    rows = _names(arrays.row_names(), arrays.rows, "r", {OBJECTIVE})
    yield "NAME plan\nOBJSENSE\n    MIN\nROWS\n"
    yield f" N {OBJECTIVE}\n"
    yield from _row_lines(arrays, rows)
    yield "COLUMNS\n"
    yield from _column_lines(arrays, columns, rows)
    yield "RHS\n"
    right = np.where(np.isfinite(arrays.row_lower), arrays.row_lower, arrays.row_upper)
    for i in np.flatnonzero(np.isfinite(right) & (right != 0)).tolist():
        yield f" RHS {rows[i]} {float(right[i])!r}\n"
    yield "BOUNDS\n"
    yield from _bound_lines(arrays, columns)
    yield "ENDATA\n"


def _names(given: list[str], count: int, letter: str, taken: set[str]) -> list[str]:
    """Return names that a file can hold: without blanks, each once; else numbered ones."""
    names = ["_".join(name.split()) for name in given]
    if len(set(names) - taken) == count == len(names) and all(names):
        return names
    return [f"{letter}{number}" for number in range(count)]


def _row_lines(arrays: Arrays, rows: list[str]) -> Iterator[str]:
    has_lower, has_upper = np.isfinite(arrays.row_lower), np.isfinite(arrays.row_upper)
    kinds = np.array(["N", "G", "L", "E"])[has_lower + 2 * has_upper]
    for name, kind in zip(rows, kinds.tolist(), strict=True):
        yield f" {kind} {name}\n"


def _column_lines(arrays: Arrays, columns: list[str], rows: list[str]) -> Iterator[str]:
    """Write the matrix column by column, runs of whole columns between markers."""
    order = np.argsort(arrays.index, kind="stable")
    row_of = np.repeat(np.arange(arrays.rows), np.diff(arrays.start))[order].tolist()
    value = arrays.value[order].tolist()
    ends = np.cumsum(np.bincount(arrays.index, minlength=arrays.columns)).tolist()
    cost, whole = arrays.cost.tolist(), arrays.integer.tolist()
    first, inside = 0, False
    for j, name in enumerate(columns):
        if whole[j] != inside:
            inside = whole[j]
            yield _marker(inside)
        # A column without entries is written with a cost of 0, or a reader would not know it.
        if cost[j] or first == ends[j]:
            yield f" {name} {OBJECTIVE} {cost[j]!r}\n"
        for k in range(first, ends[j]):
            yield f" {name} {rows[row_of[k]]} {value[k]!r}\n"
        first = ends[j]
    if inside:
        yield _marker(False)
    if arrays.constant:
        yield f" {CONSTANT} {OBJECTIVE} {float(arrays.constant)!r}\n"


def _marker(opens: bool) -> str:
    return f" MARKER 'MARKER' '{'INTORG' if opens else 'INTEND'}'\n"


def _bound_lines(arrays: Arrays, columns: Iterable[str]) -> Iterator[str]:
    """Write each bound that is not the usual one; a whole column always, since readers assume 1 above."""
    bounds = zip(columns, arrays.lower.tolist(), arrays.upper.tolist(), arrays.integer.tolist(), strict=True)
    for name, lower, upper, whole in bounds:
        if lower == upper:
            yield f" FX BND {name} {lower!r}\n"
            continue
        if lower == -np.inf:
            yield f" MI BND {name}\n"
        elif lower or whole:
            yield f" LO BND {name} {lower!r}\n"
        if upper < np.inf:
            yield f" UP BND {name} {upper!r}\n"
        elif whole:
            yield f" PL BND {name}\n"
    if arrays.constant:
        yield f" FX BND {CONSTANT} 1.0\n"
