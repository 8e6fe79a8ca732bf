"""The plan as numpy arrays written by hand, put into highspy, its solution dumped to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from benchmarks.figures import SIZES, SLICES, Size
from benchmarks.measure import Clock, finish, peak_mb, started_from
from benchmarks.terms import terms


def main(folder: str, size_name: str) -> None:
    clock, size = Clock(), SIZES[size_name]
    with clock.part("read"):
        figures = dict(np.load(Path(folder) / "figures.npz"))
    with clock.part("build"):
        model = build(size, figures)
    with clock.part("to HiGHS"):
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.passModel(model)
    basis = Path(folder) / "optimal.bas"
    started_from(highs, basis)
    with clock.part("solve"):
        highs.run()
    with clock.part("extract"):
        solution = highs.getSolution()
        np.savez(
            Path(folder) / "raw-solution.npz",
            x=np.asarray(solution.col_value), reduced_cost=np.asarray(solution.col_dual),
            activity=np.asarray(solution.row_value), dual=np.asarray(solution.row_dual),
        )  # fmt: skip
    peak = peak_mb()
    with clock.part("text"):
        highs.writeSolution(str(Path(folder) / "raw-solution.txt"), 0)
    finish(clock, highs.getInfo().objective_function_value, highs.getNumCol(), highs.getNumRow(), peak)
    if "--keep-basis" in sys.argv:
        highs.writeBasis(str(basis))


def build(size: Size, f: dict[str, Any]) -> highspy.HighsLp:  # noqa: PLR0915
    """Return the programme: all columns at least 0, rows in blocks."""
    t = terms(size, f)
    T, K, W, R, S = size.periods, SLICES, size.workloads, size.regions, size.sites
    n_offers, C = len(t["offers"]), len(t["committed"])
    device = np.array([d for _, _, d in t["offers"]])
    works = f["allowed"].T[None] & (f["rate"].T[device] > 0)[:, None, :]  # offer, site, workload
    n = m = 0

    def numbered(first: int, shape: tuple[int, ...], mask: Any) -> tuple[np.ndarray, int]:
        """Return numbers from `first` on for what exists, -1 for what does not, and how many there are."""
        exists = np.broadcast_to(mask, shape)
        count = int(exists.sum())
        at = np.full(shape, -1, np.int32)
        at[exists] = np.arange(first, first + count, dtype=np.int32)
        return at, count

    def columns(shape: tuple[int, ...], mask: Any = True) -> np.ndarray:
        nonlocal n
        at, count = numbered(n, shape, mask)
        n += count
        return at

    serve = columns((T, K, W, R, S), f["allowed"][:, None, :])
    unmet = columns((T, K, W, R))
    run = columns((T, K, n_offers, S, W), works)
    fleet, add = columns((T, C, S)), columns((T, C, S))
    rent = columns((T, K, S))
    cost = np.zeros(n)
    for at, price in (
        (serve, t["serve"][:, None]), (unmet, t["unmet"]), (run, t["run"][:, None, :, :, None]),
        (fleet, t["fleet"]), (add, t["add"][:, :, None]), (rent, t["rent"][:, None]),
    ):  # fmt: skip
        cost[at[at >= 0]] = np.broadcast_to(price, at.shape)[at >= 0]

    lower: list[np.ndarray] = []
    upper: list[np.ndarray] = []
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def rows(shape: tuple[int, ...], low: Any, high: Any, mask: Any = True) -> np.ndarray:
        nonlocal m
        at, count = numbered(m, shape, mask)
        lower.append(np.broadcast_to(low, shape)[at >= 0])
        upper.append(np.broadcast_to(high, shape)[at >= 0])
        m += count
        return at

    def enter(row: np.ndarray, column: np.ndarray, value: Any) -> None:
        r, c, v = np.broadcast_arrays(row, column, np.asarray(value, float))
        kept = (r >= 0) & (c >= 0) & (v != 0)
        parts.append((r[kept], c[kept], v[kept]))

    inf = np.inf
    demand = rows((T, K, W, R), t["demand"], t["demand"])
    enter(demand[..., None], serve, 1.0)
    enter(demand, unmet, 1.0)
    throughput = rows((T, K, W, S), -inf, 0.0, f["allowed"])
    enter(throughput[:, :, :, None, :], serve, 1.0)
    enter(throughput.transpose(0, 1, 3, 2)[:, :, None], run, -f["rate"].T[device][:, None, :])
    occupancy = rows((T, K, n_offers, S), -inf, 0.0, works.any(axis=2))
    enter(occupancy[..., None], run, 1 / f["utilisation"])
    enter(occupancy[:, :, :C], fleet[:, None], -1.0)
    enter(occupancy[:, :, C], rent, -1.0)
    standing = rows((T, C, S), 0.0, 0.0)
    enter(standing, fleet, 1.0)
    enter(standing[1:], fleet[:-1], -1.0)
    change = np.diff(t["lasting"], axis=2, prepend=0.0)  # offer, arrival, period
    enter(standing[None], add[:, None], -change.transpose(1, 2, 0)[..., None])
    supply = rows((T, C), -inf, t["supply"])
    enter(supply[:, None, :, None], add[None], np.tri(T)[:, :, None, None])
    pool = rows((T, K), -inf, f["pool"][0])
    enter(pool[..., None], rent, 1.0)
    power = rows((T, S), -inf, f["power_mw"])
    enter(power[:, None, :], fleet, t["kw"] / 1000)

    row, column, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    matrix = sparse.coo_array((value, (row, column)), shape=(m, n)).tocsr()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.offset_ = n, m, t["constant"]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(n), np.full(n, inf)
    lp.row_lower_, lp.row_upper_ = np.concatenate(lower), np.concatenate(upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    return lp


if __name__ == "__main__":
    main(*sys.argv[1:3])
