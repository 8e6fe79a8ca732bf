"""Linking rows in rounds: of `serve <= demand open`, only those that the linear relaxation needs.

A programme with many pairs of sites and regions has as many linking rows, and most of them never bind. They are left out,
the relaxation is solved, those that it breaks are added, and so on until it breaks none: its bound is then that of the
programme with all of them. What is left out is implied wherever the sites are whole, because another rule (power, siting,
capacity) lets nothing be served from a closed site; rows for which there is no such rule are never left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.facility.hot import kept_alive
from planner.model.arrays import Arrays
from planner.model.build import Built
from planner.solver.handle import run_here
from planner.solver.highs import load

BROKEN = 1e-6
"""A linking row is broken where the relaxation exceeds it by more than this, in its own scale."""

MOST_ROUNDS = 30
"""So many rounds are made at most; then all rows are taken."""

type Rows = NDArray[np.intp]


def implied(built: Built) -> Rows:
    """Return the linking rows that another rule implies where sites are whole."""
    model = built.model
    block = model.programme.rows["linking"]
    unlimited = {
        (sale.workload, sale.site)
        for sale in model.sales
        if sale.terms.capacity_by_site.get(sale.site, sale.terms.capacity_per_hour) is None
    }
    tied = np.array([(workload, site) not in unlimited for workload, _, site in block.keys], bool)
    at = block.at[:, :, tied]
    return np.sort(at[at >= 0]).astype(np.intp)


@dataclass(frozen=True)
class Rounds:
    """What the rounds left: the rows that stay, in order, and the programme of them."""

    rows: Rows
    arrays: Arrays


def in_rounds(arrays: Arrays, left_out: Rows, until: float, log: Callable[[str], None] | None = None) -> Rounds | None:
    """Return the programme without the rows of `left_out` that its relaxation needs not; None if that took too long."""
    matrix = arrays.matrix()
    links, most = matrix[left_out], arrays.row_upper[left_out]
    taken = np.zeros(len(left_out), bool)
    base = np.ones(arrays.rows, bool)
    base[left_out] = False
    handle = kept_alive()
    handle.setOptionValue("presolve", "choose")
    load(handle, replace(only(arrays, matrix, np.flatnonzero(base)), integer=np.zeros_like(arrays.integer)))
    for done in range(MOST_ROUNDS):
        handle.setOptionValue("time_limit", handle.getRunTime() + max(0.0, until - time.monotonic()))
        run_here(handle)
        if handle.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            break  # with more rows it stays so
        if handle.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        handle.setOptionValue("presolve", "off")
        broken = np.flatnonzero((links @ np.asarray(handle.getSolution().col_value) > most + BROKEN) & ~taken)
        if log is not None:
            value = handle.getInfo().objective_function_value
            log(
                f"linking round {done + 1}: {value:.9g} with {taken.sum():,} of {len(taken):,} rows, {len(broken):,} broken"
            )
        if not len(broken):
            break
        taken[broken] = True
        more = links[broken]
        handle.addRows(
            len(broken), np.full(len(broken), -np.inf), most[broken], more.nnz,
            more.indptr[:-1].astype(np.int32), more.indices.astype(np.int32), more.data,
        )  # fmt: skip
    else:
        return None
    rows = np.flatnonzero(base | np.isin(np.arange(arrays.rows), left_out[taken]))
    return Rounds(rows, only(arrays, matrix, rows))


def only(arrays: Arrays, matrix: sparse.csr_array, rows: Rows) -> Arrays:
    """Return the programme of some of its rows."""
    kept = matrix[rows]
    return replace(
        arrays,
        start=kept.indptr.astype(np.int64),
        index=kept.indices.astype(np.int32),
        value=kept.data,
        row_lower=arrays.row_lower[rows],
        row_upper=arrays.row_upper[rows],
        row_names=lambda: [name for i, name in enumerate(arrays.row_names()) if i in set(rows.tolist())],
    )
