"""A first plan for siting in general: rounding, then add, drop and swap, with all else decided again hot.

Where sites open by a yes-or-no decision in a programme that is more than facility location (several periods, devices,
links), HiGHS searches on the strong model. It starts from the plan made here:

- *relaxation*: the linear programme, once;
- *rounding*: a site opens in the period in which its share reaches a threshold, for several thresholds, or as many
  open as the relaxation opens in all;
- *add, drop, swap* (Kuehn and Hamburger 1963): one site more, one less, one for another, as long as it pays, for as
  long as the parts before it took, or until the plan is within the gap of the relaxation;
- *single sources*: where regions have one source each, `assigning` gives the best set of sites a whole plan, and then
  others near it that may bear a better one.

Each set of sites is judged by the linear programme that is left, from the last basis, without the rows that only single
sourcing needs. The reduced costs of the columns `open` bound from below what any other set costs (its value is convex in
them), so that the likeliest moves come first and those that cannot pay are left out. Where other decisions are whole as
well, that judges them in parts; without single sources HiGHS completes the best set of sites before it searches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.facility.assigning import assigned
from planner.facility.hot import kept_alive
from planner.facility.linking import only
from planner.facility.sources import Allocation, Sources
from planner.model.arrays import Arrays, Floats
from planner.solver.handle import run_here
from planner.solver.highs import load
from planner.solver.solution import objective

THRESHOLDS = (0.5, 0.2, 0.02)
"""Shares at which a site counts as open in rounding, one try each; all sites open is the last."""

WORTH = 1e-7
"""A move must better the plan by this share."""

PATIENCE = 5.0
"""With single sources, which take HiGHS long, moves take up to so many times as long as the parts before them."""

type Ids = NDArray[np.int32]
type State = NDArray[np.bool_]


@dataclass
class FirstPlan:
    """Searches sets of sites of one programme.

    Parameters
    ----------
    arrays
        The programme.
    sites
        The columns `open` of each candidate site, in order of the periods.
    until
        When to stop, on the monotonic clock.
    gap
        Relative gap to the relaxation at which a plan is good enough.
    log
        Called with a line of text by each part.
    sources
        What single sourcing chooses from, where there is any.
    """

    arrays: Arrays
    sites: list[Ids]
    until: float
    gap: float = 1e-6
    log: Callable[[str], None] | None = None
    sources: Sources | None = None
    best: float = np.inf
    x: Floats | None = None
    tried: int = 0
    _level: float = np.inf
    _reduced: Floats = field(default_factory=lambda: np.zeros(0))
    _whole: bool = False
    _seen: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._columns = np.concatenate(self.sites).astype(np.int32)
        self._site = np.repeat(np.arange(len(self.sites)), [len(columns) for columns in self.sites])
        self._handle = kept_alive()
        judged, self._rows = self.arrays.relaxed, np.arange(self.arrays.rows)
        if self.sources is not None:
            self._rows = np.setdiff1d(self._rows, self.sources.rows)
            judged = only(judged, judged.matrix(), self._rows)
        load(self._handle, judged)

    def search(self) -> Floats | None:
        """Return the best plan found, with values that are not decided here as infinite; None where there is none."""
        began, last = time.monotonic(), self.until
        self._handle.setOptionValue("presolve", "choose")
        relaxed = self._value()
        self._handle.setOptionValue("presolve", "off")
        if relaxed is None:
            return None
        share = np.asarray(self._handle.getSolution().col_value)[self._columns]
        self._tell("relaxation", relaxed)
        state = self._rounded(share)
        self._tell("rounding", self.best)
        if state is None:
            return None
        patience, end = (1.0, last) if self.sources is None else (PATIENCE, (began + last) / 2)
        self._give(patience, began, end)
        if self.best - relaxed > self.gap * abs(self.best):
            state = self._moved(state)
        self._tell("add, drop and swap", self.best)
        if self.sources is not None and self._assigned(state, last):
            return self.x
        assert self.x is not None
        undecided = self.arrays.integer.copy()
        undecided[self._columns] = False
        if undecided.any():
            settled = np.full(self.arrays.columns, np.inf)
            settled[self._columns] = self.x[self._columns]
            return settled
        return self.x

    def _rounded(self, share: Floats) -> State | None:
        """Return the best way to open sites of those that rounding gives."""
        best = None
        upper = self.arrays.upper[self._columns] > 0
        most = self._most_until_now(share)
        for state in (*(most >= threshold for threshold in (*THRESHOLDS, 0.0)), self._likeliest(most)):
            if self._try(upper & state):
                best = upper & state
        return best

    def _likeliest(self, share: Floats) -> State:
        """Return as many sites in each period as the relaxation opens in all, those of largest shares: for limits on their number."""
        lengths = [len(columns) for columns in self.sites]
        period = np.concatenate([np.arange(max(lengths) - length, max(lengths)) for length in lengths])
        many = np.floor(np.bincount(period, weights=share) + 1e-6)
        order = np.argsort(-np.bincount(self._site, weights=share), kind="stable")
        state: State = np.argsort(order)[self._site] < many[period]
        return state

    def _most_until_now(self, share: Floats) -> Floats:
        """Return the most that each site was open until each period: once open, it stays open."""
        parts = np.split(share, np.cumsum([len(columns) for columns in self.sites])[:-1])
        return np.concatenate([np.maximum.accumulate(part) for part in parts])

    def _assigned(self, state: State, last: float) -> bool:
        """Return whether there is a plan with single sources, kept in `x`, at these sites or others near them."""
        settled, self.best, self.tried, self._seen = self.x, np.inf, 0, set()
        self._whole, self.until = True, last
        began = time.monotonic()
        self._try(state)
        self._give(PATIENCE, began, last)
        self._moved(state)
        self._tell("single sources", self.best)
        if self.best == np.inf:
            self.x = settled
        return self.best < np.inf

    def _moved(self, state: State) -> State:
        """Take every move that pays, until none does or the time is over; return where they end."""
        improved = True
        while improved and not self._late():
            improved = False
            for candidate in self._neighbours(state):
                if self._late():
                    break
                if self._try(candidate):
                    state, improved = candidate, True
                    break
        return state

    def _neighbours(self, state: State) -> Iterator[State]:
        """Yield the states with one site less, one more, and one for another that may pay; the likeliest first."""
        can = self.arrays.upper[self._columns] > 0
        size, price = len(self.sites), self._reduced[self._columns]
        is_open = np.bincount(self._site, weights=state, minlength=size) > 0
        drop = np.append(
            np.where(is_open, np.bincount(self._site, weights=-price * state, minlength=size), np.inf), 0.0
        )
        add = np.append(np.where(is_open, np.inf, np.bincount(self._site, weights=price * can, minlength=size)), 0.0)
        least = self._level + drop[:, None] + add[None, :]
        least[size, size] = np.inf
        for move in np.argsort(least, axis=None, kind="stable"):
            out, into = divmod(int(move), size + 1)
            if not least[out, into] < self._worth():
                return
            yield (state & (self._site != out)) | (can & (self._site == into))

    def _try(self, state: State) -> bool:
        """Return whether sites that are open like this make a better plan, and keep it if so."""
        key = np.packbits(state).tobytes()
        if key in self._seen:
            return False
        self._seen.add(key)
        self.tried += 1
        fixed = state.astype(float)
        self._handle.changeColsBounds(len(self._columns), self._columns, fixed, fixed)
        self._handle.setOptionValue("objective_bound", self._worth())
        level = self._value()
        if level is None or not level < self._worth():
            return False
        solution = self._handle.getSolution()
        value, x, reduced = level, np.asarray(solution.col_value), np.asarray(solution.col_dual)
        if self._whole:
            assert self.sources is not None
            row_dual = np.zeros(self.arrays.rows)
            row_dual[self._rows] = solution.row_dual
            allocation = Allocation(x, reduced, row_dual)
            whole = assigned(self.arrays, self.sources, self._columns, allocation, self._worth(), self.until)
            if whole is None:
                return False
            value, x = objective(self.arrays, whole), whole
        self.best, self.x, self._level, self._reduced = value, x, level, reduced
        return True

    def _worth(self) -> float:
        """Return what a better plan costs less than."""
        return self.best - WORTH * max(1.0, abs(self.best)) if np.isfinite(self.best) else np.inf

    def _value(self) -> float | None:
        """Return the optimum of what the handle holds, None where there is none in time."""
        left = max(0.0, self.until - time.monotonic())
        self._handle.setOptionValue("time_limit", self._handle.getRunTime() + left)
        run_here(self._handle)
        if self._handle.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(self._handle.getInfo().objective_function_value)

    def _give(self, times: float, began: float, last: float) -> None:
        """Set the end to so many times what was taken since `began`, and no later than `last`."""
        now = time.monotonic()
        self.until = min(last, now + times * (now - began))

    def _late(self) -> bool:
        return time.monotonic() >= self.until

    def _tell(self, part: str, value: float) -> None:
        if self.log is not None:
            self.log(f"{part}: {value:.9g} after {self.tried} sets of sites")
