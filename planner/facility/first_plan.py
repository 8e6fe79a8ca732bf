"""A first plan for siting in general: rounding, then add, drop and swap, with all else decided again hot.

Where sites open by a yes-or-no decision in a programme that is more than facility location (several periods, devices,
links), HiGHS searches on the strong model. It starts from the plan made here:

- *relaxation*: the linear programme, once;
- *rounding*: a site opens in the period in which its share reaches a threshold, for several thresholds;
- *add, drop, swap* (Kuehn and Hamburger 1963): one site more, one less, one for another, as long as it pays, for as
  long as the parts before it took, or until the plan is within the gap of the relaxation.

Each set of sites is judged by the linear programme that is left, from the last basis. Where other decisions are whole as
well, that judges them in parts, and HiGHS completes the best set of sites before it searches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.facility.hot import kept_alive
from planner.model.arrays import Arrays, Floats
from planner.solver.highs import load

THRESHOLDS = (0.5, 0.2, 0.02)
"""Shares at which a site counts as open in rounding, one try each; all sites open is the last."""

WORTH = 1e-7
"""A move must better the plan by this share."""

type Ids = NDArray[np.int32]


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
    """

    arrays: Arrays
    sites: list[Ids]
    until: float
    gap: float = 1e-6
    log: Callable[[str], None] | None = None
    best: float = np.inf
    x: Floats | None = None
    tried: int = 0
    _seen: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._columns = np.concatenate(self.sites).astype(np.int32)
        self._site = np.repeat(np.arange(len(self.sites)), [len(columns) for columns in self.sites])
        self._handle = kept_alive()
        load(self._handle, self.arrays.relaxed)

    def search(self) -> Floats | None:
        """Return the best plan found, with values that are not decided here as infinite; None where there is none."""
        began = time.monotonic()
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
        self.until = min(self.until, 2 * time.monotonic() - began)
        if self.best - relaxed > self.gap * abs(self.best):
            self._moved(state, share)
        self._tell("add, drop and swap", self.best)
        if self.x is not None:
            undecided = self.arrays.integer.copy()
            undecided[self._columns] = False
            if undecided.any():
                settled = np.full(self.arrays.columns, np.inf)
                settled[self._columns] = self.x[self._columns]
                return settled
        return self.x

    def _rounded(self, share: Floats) -> NDArray[np.bool_] | None:
        """Return the best way to open sites of those that rounding gives."""
        best = None
        upper = self.arrays.upper[self._columns] > 0
        for threshold in (*THRESHOLDS, 0.0):
            state = upper & (self._most_until_now(share) >= threshold)
            if self._try(state):
                best = state
        return best

    def _most_until_now(self, share: Floats) -> Floats:
        """Return the most that each site was open until each period: once open, it stays open."""
        parts = np.split(share, np.cumsum([len(columns) for columns in self.sites])[:-1])
        return np.concatenate([np.maximum.accumulate(part) for part in parts])

    def _moved(self, state: NDArray[np.bool_], share: Floats) -> None:
        """Take every move that pays, until none does or the time is over."""
        weight = np.bincount(self._site, weights=share, minlength=len(self.sites))
        improved = True
        while improved and not self._late():
            improved = False
            for candidate in self._neighbours(state, weight):
                if self._late():
                    return
                if self._try(candidate):
                    state, improved = candidate, True
                    break

    def _neighbours(self, state: NDArray[np.bool_], weight: Floats) -> Iterator[NDArray[np.bool_]]:
        """Yield the states with one site less, one more, and one for another; the likeliest first."""
        is_open = np.bincount(self._site, weights=state, minlength=len(self.sites)) > 0
        opened = sorted(np.flatnonzero(is_open).tolist(), key=lambda site: (weight[site], site))
        shut = sorted(np.flatnonzero(~is_open).tolist(), key=lambda site: (-weight[site], site))
        can = self.arrays.upper[self._columns] > 0
        for site in opened:
            yield state & (self._site != site)
        for site in shut:
            yield state | (can & (self._site == site))
        for out in opened:
            for into in shut:
                yield (state & (self._site != out)) | (can & (self._site == into))

    def _try(self, state: NDArray[np.bool_]) -> bool:
        """Return whether sites that are open like this make a better plan, and keep it if so."""
        key = np.packbits(state).tobytes()
        if key in self._seen:
            return False
        self._seen.add(key)
        self.tried += 1
        fixed = state.astype(float)
        self._handle.changeColsBounds(len(self._columns), self._columns, fixed, fixed)
        value = self._value()
        if value is None or not value < self.best - WORTH * max(1.0, abs(self.best) if np.isfinite(self.best) else 1.0):
            return False
        self.best, self.x = value, np.asarray(self._handle.getSolution().col_value)
        return True

    def _value(self) -> float | None:
        """Return the optimum of what the handle holds, None where there is none in time."""
        left = max(0.0, self.until - time.monotonic())
        self._handle.setOptionValue("time_limit", self._handle.getRunTime() + left)
        self._handle.run()
        if self._handle.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(self._handle.getInfo().objective_function_value)

    def _late(self) -> bool:
        return time.monotonic() >= self.until

    def _tell(self, part: str, value: float) -> None:
        if self.log is not None:
            self.log(f"{part}: {value:.9g} after {self.tried} sets of sites")
