"""Ties: where the optimum is not unique, which of the optimal plans is the plan.

The plans that are best at all form the optimal face: by complementary slackness, all feasible points at which each
column with a reduced cost stays at its bound and each row with a dual stays at its limit, whichever optimal duals
those are (A. Schrijver, Theory of Linear and Integer Programming, 1986, section 7.9). On it a second objective is
made least, the sum of all decisions, each with a weight between 1 and 2 that is a hash of its labels. It prefers
plans in which nothing stands about or runs in circles, and of those that are alike in this the weights choose one,
always the same: they do not depend on the order of columns, on the basis the solver came from, on seeds or machines.

Whole columns stay where they are, but for twins (`planner.twins`). The basis that the second objective ends with is an
optimal basis of the first one too, with the same prices, so prices and ranges go on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import highspy
import numpy as np
from highspy import HighsBasisStatus
from numpy.typing import NDArray

from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.programme import Block, Programme
from planner.solver.fixed import fix_integers
from planner.solver.handle import silent
from planner.solver.highs import load
from planner.solver.options import SolveOptions
from planner.solver.solution import PLAN_TOLERANCE, max_violation, objective, reduced_costs, relative_gap, snapped
from planner.solver.watch import Watch
from planner.stage import Stage
from planner.ties_in_place import least_in_place, plain_simplex, run, without_price
from planner.twins import Swap, by_name

WORSE = 1e-9
"""Share of the objective that breaking ties may cost by rounding; more, and the plan stays as it was."""

BASIC, AT_UPPER = int(HighsBasisStatus.kBasic), int(HighsBasisStatus.kUpper)
"""Numbers of statuses in a basis."""

_STATUS = {int(status): status for status in HighsBasisStatus.__members__.values()}

Hashes = NDArray[np.uint64]


type InPlace = Callable[[Stage, Floats, SolveOptions], Floats | None]
"""Returns the point of a stage's optimal face with the least cost, as far as it can be found where HiGHS stands."""


def in_place(stage: Stage, cost: Floats, options: SolveOptions) -> Floats | None:
    """Return the point of least cost from where the stage's HiGHS stands (`InPlace`)."""
    return least_in_place(stage.handle, stage.arrays, stage.solution, cost, options)


def broken(built: Built, stage: Stage, options: SolveOptions, least: InPlace = in_place) -> Stage:
    """Return the stage with the plan that the second objective picks; as it is where there is nothing to pick from.

    Ties are left where HiGHS was not the solver or has no optimal basis, where the time limit is near, and where
    rounding would make the plan dearer than by `WORSE`.
    """
    if stage.solution.status != "optimal" or stage.solution.row_dual is None:
        return stage
    began, weight = time.monotonic(), weights(built.model.programme)
    x = least(stage, weight, options)
    if x is not None and _as_good(stage, x):
        return _with(stage, x, time.monotonic() - began)
    face = face_of(stage, options, by_name(built, stage))
    if face is None:
        return stage
    x = face.least(weight, options)
    if x is None or not _as_good(stage, x):
        return stage
    found = _with(stage, x, face.seconds)
    priced = replace(found.solution, row_dual=face.row_dual, reduced_cost=face.reduced_cost)
    return replace(found, solution=priced, standing=lambda: face.handle)


def _with(stage: Stage, x: Floats, seconds: float) -> Stage:
    """Return the stage with another plan that is as good."""
    solution = stage.solution
    value = objective(stage.arrays, x)
    bound = None if solution.bound is None else min(solution.bound, value)
    better = replace(
        solution,
        x=x,
        objective=value,
        bound=bound,
        gap=None if bound is None else relative_gap(value, bound),
        seconds=solution.seconds + seconds,
        max_violation=max_violation(stage.arrays, x),
    )
    return replace(stage, solution=better)


def _as_good(stage: Stage, x: Floats) -> bool:
    """Return whether a point is as cheap as the plan, and keeps the rules."""
    assert stage.solution.objective is not None
    least = stage.solution.objective
    dearer = objective(stage.arrays, x) - least
    allowed = max(PLAN_TOLERANCE, stage.solution.max_violation)
    return dearer <= WORSE * max(1.0, abs(least)) and max_violation(stage.arrays, x) <= allowed


# ---- the optimal face --------------------------------------------------------------------------------------


@dataclass
class Face:
    """All optimal points of a linear programme (whole columns fixed), and HiGHS at one of them.

    Attributes
    ----------
    handle
        HiGHS with the programme, at an optimal basis of the first objective.
    arrays
        The programme with its whole columns fixed.
    row_dual, reduced_cost
        Duals of the first objective.
    columns, rows
        Which columns and rows may move: they have no reduced cost or dual, or are basic.
    basis
        Status of each column and row where the face was made.
    ends
        When the time limit ends, in seconds of the monotonic clock.

    """

    handle: Any
    arrays: Arrays
    row_dual: Floats
    reduced_cost: Floats
    columns: NDArray[np.bool_]
    rows: NDArray[np.bool_]
    basis: tuple[NDArray[Any], NDArray[Any]]
    ends: float
    began: float
    watch: Watch

    @property
    def seconds(self) -> float:
        """Seconds since it was begun."""
        return time.monotonic() - self.began

    @property
    def movable(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Columns and rows at a bound that they can leave at no cost; without any the optimum is unique."""
        columns, rows = (status != BASIC for status in self.basis)
        open_columns, open_rows = self.arrays.lower < self.arrays.upper, self.arrays.row_lower < self.arrays.row_upper
        return columns & self.columns & open_columns, rows & self.rows & open_rows

    def least(self, cost: Floats, options: SolveOptions) -> Floats | None:
        """Return the point of the face with the least `cost`; None where the time limit or rounding stops it.

        The handle is left with the first objective, at the basis of that point.
        """
        if not any(part.any() for part in self.movable):
            _usual(self.handle, options)
            return self._point()
        if not self.go(np.where(self.columns, cost, 0.0)):
            return None
        found = statuses(self.handle)
        basis = tuple(np.where(free, new, old) for free, new, old in zip(self._free, found, self.basis, strict=True))
        self._restore()
        set_basis(self.handle, *basis)
        if not run(self.handle, self.watch, self.ends):
            return None
        _usual(self.handle, options)
        return self._point()

    def go(self, cost: Floats) -> bool:
        """Make a cost least on the face, from where it is, and return whether that ended well."""
        arrays, handle = self.arrays, self.handle
        at = np.asarray(handle.getSolution().col_value)
        column, row = self._free
        value = np.where(self.basis[0] == AT_UPPER, arrays.upper, arrays.lower)
        value = np.where(np.isfinite(value), value, at)
        side = np.where(self.row_dual > 0, arrays.row_lower, arrays.row_upper)
        side = np.where(np.isfinite(side), side, np.where(self.row_dual > 0, arrays.row_upper, arrays.row_lower))
        _bounds(handle, np.where(column, arrays.lower, value), np.where(column, arrays.upper, value))
        _limits(handle, np.where(row, arrays.row_lower, side), np.where(row, arrays.row_upper, side))
        _costs(handle, cost)
        return run(handle, self.watch, self.ends)

    @property
    def _free(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self.columns, self.rows

    def _restore(self) -> None:
        _bounds(self.handle, self.arrays.lower, self.arrays.upper)
        _limits(self.handle, self.arrays.row_lower, self.arrays.row_upper)
        _costs(self.handle, self.arrays.cost)

    def _point(self) -> Floats:
        return snapped(self.arrays, np.asarray(self.handle.getSolution().col_value))


def face_of(stage: Stage, options: SolveOptions, swap: Swap | None = None) -> Face | None:
    """Return the optimal face around a stage's plan; None where HiGHS has no optimal basis or no time is left.

    `swap` exchanges twins first: plan, duals and basis are carried over, so that nothing has to be solved again.
    """
    solution, began = stage.solution, time.monotonic()
    ends = began + options.time_limit - solution.seconds
    if solution.status != "optimal" or solution.x is None or solution.row_dual is None or ends <= began:
        return None
    if stage.handle is None or not stage.handle.getBasis().valid or not stage.arrays.columns:
        return None
    x, row_dual, basis = solution.x, solution.row_dual, statuses(stage.handle)
    if swap is not None:
        x, row_dual = swap.columns_of(x), swap.rows_of(row_dual)
        basis = (swap.columns_of(basis[0]), swap.rows_of(basis[1]))
    arrays = fix_integers(stage.arrays, x)
    handle = silent()
    watch = Watch(handle, replace(options, progress=None, log=False), began)
    plain_simplex(handle, options)
    load(handle, arrays)
    set_basis(handle, *basis)
    if not run(handle, watch, ends):
        return None
    if handle.getInfo().simplex_iteration_count > 0:  # the solver's tolerance had left something to gain
        row_dual, basis = np.asarray(handle.getSolution().row_dual), statuses(handle)
    reduced_cost = reduced_costs(arrays, row_dual)
    columns, rows = without_price(arrays, row_dual, reduced_cost)
    columns |= basis[0] == BASIC
    rows |= basis[1] == BASIC
    return Face(handle, arrays, row_dual, reduced_cost, columns, rows, basis, ends, began, watch)


# ---- HiGHS ---------------------------------------------------------------------------------------------------


def statuses(handle: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the status of each column and row in the basis that HiGHS holds."""
    basis = handle.getBasis()
    return _numbered(basis.col_status), _numbered(basis.row_status)


def _numbered(status: list[HighsBasisStatus]) -> NDArray[np.int8]:
    """Return statuses as their numbers, which compare a thousand times as fast as the objects that HiGHS hands out."""
    return np.fromiter(map(int, status), np.int8, len(status))


def set_basis(handle: Any, columns: NDArray[Any], rows: NDArray[Any]) -> None:
    """Give HiGHS a basis to start from."""
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = ([_STATUS[number] for number in part.tolist()] for part in (columns, rows))
    basis.valid = True
    handle.setBasis(basis)


def _usual(handle: Any, options: SolveOptions) -> None:
    """Set back what `_plain_simplex` set, for those who ask the handle later."""
    wanted = {"solver": options.method, "simplex_strategy": 1, "presolve": "choose", "dual_feasibility_tolerance": 1e-7}
    for option, value in wanted.items():
        handle.setOptionValue(option, value)


def _bounds(handle: Any, lower: Floats, upper: Floats) -> None:
    every = np.arange(len(lower), dtype=np.int32)
    handle.changeColsBounds(len(every), every, lower, upper)


def _limits(handle: Any, lower: Floats, upper: Floats) -> None:
    every = np.arange(len(lower), dtype=np.int32)
    handle.changeRowsBounds(len(every), every, lower, upper)


def _costs(handle: Any, cost: Floats) -> None:
    every = np.arange(len(cost), dtype=np.int32)
    handle.changeColsCost(len(every), every, cost)


# ---- weights -------------------------------------------------------------------------------------------------


def weights(programme: Programme) -> Floats:
    """Return the weight of each column, from 1 to below 2: a hash of its family, its labels and its period and slice.

    With weights so close to random, two vertices of a face have the same sum with probability zero.
    """
    periods, slices = hashes(programme.periods), hashes(programme.slices)
    parts = [_of_block(block, periods, slices) for block in programme.columns.values() if block.count]
    hashed = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
    return np.asarray(1.0 + (hashed >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def _of_block(block: Block, periods: Hashes, slices: Hashes) -> Hashes:
    static = _static(block.name, block.axes, block.keys)
    if block.timed == 0:
        grid = static[None, :]
    elif block.timed == 1:
        grid = mixed(mixed(periods)[:, None] + static[None, :])
    else:
        grid = mixed(mixed(mixed(periods)[:, None] + slices[None, :])[:, :, None] + static[None, None, :])
    return np.asarray(grid[block.at >= 0], np.uint64)


@lru_cache(256)  # a what-if asks for the same labels again and again
def _static(name: str, axes: tuple[str, ...], keys: tuple[tuple[str, ...], ...]) -> Hashes:
    return mixed(hashes([name])[0] ^ hashes([labelled(axes, key) for key in keys]))


def labelled(axes: tuple[str, ...], key: tuple[str, ...]) -> str:
    """Return the labels of a member with the names of their axes."""
    return "\x1f".join(f"{axis}={label}" for axis, label in zip(axes, key, strict=True))


def hashes(texts: Any) -> Hashes:
    """Return 64 bits for each text, the same on every machine."""
    whole: Callable[[str], int] = lambda text: int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")  # noqa: E731
    return np.array([whole(text) for text in texts], np.uint64)


def mixed(bits: Hashes) -> Hashes:
    """Return the bits well mixed (the finaliser of splitmix64: Steele, Lea and Flood, OOPSLA 2014)."""
    z = np.atleast_1d(bits).astype(np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
