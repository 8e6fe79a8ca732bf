"""The earliest date: the first period from which on demand can be met, whatever it costs.

For each workload and period, `short[t,w] >= unmet share of the demand - what may stay unmet`, zero or more. Demand can be met
from a period on if and only if the least `sum_(t' >= t, w) short` is zero. What can be met from a period on can
be met from any later one, so the date is found by halving; only the costs change from one step to the next, and a
plan that falls short in no period after some date settles that date and all later ones without a step of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from planner.ask.hot import Clock, Hot
from planner.errors import LimitError, NoPlanError
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.finished import ExtraRow
from planner.plan.dates import NEVER, UNKNOWN
from planner.solver.array_solver import ArraySolver
from planner.solver.options import SolveOptions
from planner.solver.solution import Solution

MET = 1e-6
"""Demand counts as met if no more than this share of it, summed over periods and workloads, is missing."""


@dataclass(frozen=True)
class Wanted:
    """What is to be met.

    Attributes
    ----------
    share
        Share of the demand of each workload in each period.
    at_most
        By workload, what a unit may cost: the plan's whole cost, penalties left out, is to be paid by so much for each
        unit served, all discounted to the base date. Empty where any cost is allowed.
    """

    share: float = 1.0
    at_most: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Date:
    """The earliest date: the name of a period, `never` in the horizon, or `unknown` where a limit stopped the search.

    `after` is the last period that is proven too early, `by` the first that is proven to do; "" where none is.
    """

    period: str
    after: str
    by: str


class Probes(Protocol):
    """What a session keeps from one question to the next.

    Attributes
    ----------
    guess
        The period, by number, that was found last: where the search begins.
    lock
        Held by who asks the session, or what it keeps: HiGHS can be used by one thread at a time.
    """

    guess: int | None
    lock: RLock

    def solver(self, built: Built, start: int, options: SolveOptions) -> ArraySolver:
        """Return the solver for what is missing from the period `start` on."""


def earliest_date(
    built: Built,
    options: SolveOptions,
    wanted: Wanted | None = None,
    clock: Clock | None = None,
    *,
    feasible: bool = False,
    probes: Probes | None = None,
) -> Date:
    """Return the first period from which on demand can be met; budgets and all other rules hold.

    `feasible`: some plan is known to keep the rules. `probes` are those of a session, where one asks.

    Raises
    ------
    NoPlanError
        If no plan keeps the rules at all.
    """
    names = built.model.inputs.time.names
    clock = clock or Clock.of(options.time_limit)
    if feasible and not built.model.unmet.count and not (wanted and wanted.at_most):
        return Date(names[0], "", names[0])  # every plan serves all
    search = _Search(built, options, wanted or Wanted(), clock, probes)
    low, high = 0, len(names)
    try:
        if search.arrays.is_mip:
            low, _ = search.between(low, high, relaxed=True)
        low, high = search.between(low, high)
    except NoPlanError:
        if not search.priced:
            raise
        low = high  # no plan is paid for by that price, even where it serves nothing
    except LimitError:
        low, high = search.low, search.high
    if probes is not None and low == high:
        probes.guess = high
    after, by = names[low - 1] if low else "", names[high] if high < len(names) else ""
    if low < high:
        return Date(UNKNOWN, after, by)
    return Date(by or NEVER, after, by)


class _Search:
    """The least that is missing from a period on, asked of one live programme."""

    def __init__(self, built: Built, options: SolveOptions, wanted: Wanted, clock: Clock, probes: Probes | None):
        self._built, self._options, self._clock = built, options, clock
        self.arrays, self._period = _with_shortage(built, wanted)
        self._columns = np.arange(self.arrays.columns - len(self._period), self.arrays.columns)
        self.low, self.high = 0, built.model.inputs.time.periods
        self.priced = bool(wanted.at_most)
        self._probes = None if self.arrays.is_mip else probes

    def between(self, low: int, high: int, *, relaxed: bool = False) -> tuple[int, int]:
        """Return the last that may be too early plus one, and the first that is known to do, by halving.

        `relaxed` leaves whole numbers out: what is too early then is too early.
        """
        arrays = self.arrays.relaxed if relaxed else self.arrays
        hot: list[Hot] = []
        self.low, self.high = low, high
        if not relaxed and not len(self._columns):
            Hot(arrays, self._options, self._clock).best()  # all is served by every plan, if there is one
            self.high = low
        while self.low < self.high:
            start = self._next()
            cost = np.zeros(arrays.columns)
            cost[self._columns[self._period >= start]] = 1.0
            solution = self._least(replace(arrays, cost=cost), start, hot)
            if solution.status == "infeasible":
                raise NoPlanError("no plan keeps every rule of the scenario, whatever demand is left unmet")
            met = self._met_from(solution.x, start) if solution.x is not None else None
            if met is not None:
                self.high = min(self.high, met)
            if solution.bound is not None and solution.bound > MET:
                self.low = start + 1
            elif met is None or met > start:
                raise LimitError("the time limit ended the search")
        low, high = self.low, self.high
        if relaxed:  # no plan in whole numbers is known yet
            self.high = self._built.model.inputs.time.periods
        return low, high

    def _next(self) -> int:
        """Return the period to try: about a guess, whether it does and whether the one before it is too early, or the middle."""
        guess = self._probes.guess if self._probes is not None else None
        near = [start for start in (guess - 1, guess) if self.low <= start < self.high] if guess is not None else []
        return near[0] if near else (self.low + self.high) // 2

    def _least(self, arrays: Arrays, start: int, hot: list[Hot]) -> Solution:
        """Return the least that is missing from a period on; `hot` keeps the programme from one step to the next."""
        if self._probes is not None:
            if self._clock.left <= 0:
                raise LimitError("the time limit ended the search")
            options = replace(self._options, progress=None, time_limit=self._clock.left)
            return self._probes.solver(self._built, start, options).answer(arrays)
        if not hot:
            hot.append(Hot(arrays, self._options, self._clock))
        hot[0].change(cost=arrays.cost, constant=0.0)
        return hot[0].answer()

    def _met_from(self, x: Floats, start: int) -> int:
        """Return the first period, `start` or later, from which on a plan meets all that is wanted."""
        missing = np.zeros(self._built.model.inputs.time.periods)
        np.add.at(missing, self._period, x[self._columns])
        from_there = np.cumsum(missing[::-1])[::-1]
        short = np.flatnonzero(from_there > MET)
        return max(start, int(short.max()) + 1 if short.size else 0)


def _with_shortage(built: Built, wanted: Wanted) -> tuple[Arrays, Any]:
    """Return the programme with its shortages as last columns, and the period of each."""
    model, finished = built.model, built.finished
    inputs = model.inputs
    paid = [_paid(built, wanted.at_most)] if wanted.at_most else []
    # Without derived bounds, but for whole numbers, which a search needs them for.
    free = not finished.integer.any()
    arrays, _ = finished.arrays(np.zeros(len(finished.scale)), 0.0, paid, free=free)
    workloads = [inputs.workloads.index(key[0]) for key in model.unmet.keys]
    hours = inputs.time.hours
    asked = np.einsum("tk,tkwr->tw", hours, inputs.demand)
    pairs = [(period, of) for of in sorted(set(workloads)) for period in range(model.T) if asked[period, of] > 0]
    number = np.full((model.T, len(inputs.workloads)), -1)
    for i, pair in enumerate(pairs):
        number[pair] = i
    at = model.unmet.at
    t, k, j = np.nonzero(at >= 0)
    column, w = at[t, k, j], np.array(workloads, int)[j]
    share = hours[t, k] / np.where(asked[t, w] > 0, asked[t, w], 1.0) * finished.scale[column]
    kept = number[t, w] >= 0
    count = len(pairs)
    lines = sparse.csr_array((share[kept], (number[t, w][kept], column[kept])), shape=(count, arrays.columns))
    matrix = arrays.matrix()
    whole = sparse.vstack(
        [
            sparse.hstack([matrix, sparse.csr_array((arrays.rows, count))]),
            sparse.hstack([lines, -sparse.eye_array(count)]),
        ]
    ).tocsr()
    extended = replace(
        arrays,
        cost=np.zeros(arrays.columns + count),
        lower=np.concatenate([arrays.lower, np.zeros(count)]),
        upper=np.concatenate([arrays.upper, np.full(count, np.inf)]),
        integer=np.concatenate([arrays.integer, np.zeros(count, dtype=np.bool_)]),
        start=whole.indptr.astype(np.int64),
        index=whole.indices.astype(np.int32),
        value=whole.data,
        row_lower=np.concatenate([arrays.row_lower, np.full(count, -np.inf)]),
        row_upper=np.concatenate([arrays.row_upper, np.full(count, 1.0 - wanted.share)]),
        column_names=list,
        row_names=list,
    )
    return extended, np.array([period for period, _ in pairs], int)


def _paid(built: Built, at_most: Mapping[str, float]) -> ExtraRow:
    """Return the row that a price pays for all: cost without penalties <= sum price x units served, discounted."""
    model = built.model
    coefficients = np.zeros(model.programme.size[0])
    constant = 0.0
    for item in model.programme.items:
        if item.kind == "penalty":
            continue
        if item.columns.size:
            np.add.at(coefficients, item.columns, item.discounted)
        else:
            constant += float(item.discounted.sum())
    time = model.inputs.time
    prices = np.array([at_most.get(key[0], 0.0) for key in model.serve.keys])
    at = model.serve.at
    earned = (time.hours * time.at_middle[:, None])[:, :, None] * prices
    coefficients[at[at >= 0]] -= np.broadcast_to(earned, at.shape)[at >= 0]
    return ExtraRow("price", coefficients, -constant)
