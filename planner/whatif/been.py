"""Where a live programme has been: its optima so far, each with its basis and its numbers, and which of them is nearest.

From a near optimum a few pivots lead to the next one; from a far one it takes thousands. Near means that few numbers of the
programme differ, and by little: the weighed sum of the squares of the logarithms of their ratios. It is estimated from sketches
(M. Charikar, K. Chen and M. Farach-Colton, Finding frequent items in data streams, ICALP 2002), so that it need not be
known which of a hundred thousand numbers differ between any two stops.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.model.arrays import Arrays, Floats

MOST_STOPS = 256
"""So many optima are kept: the first one, and those found last."""

MOST_NUMBERS = 4_000_000
"""So many numbers that differ from the first programme's are kept with them, in all."""

BUCKETS = 128
"""Numbers of a sketch; its estimate of a distance is off by some 12 %."""

APPEARED = 1.0
"""What counts for a number that is there in one programme and not in the other: as much as one e times the other."""

_WEIGHTS = {"cost": 0.1, "row_lower": 1.0, "row_upper": 1.0, "value": 1.0}
"""What counts in a distance, and how much: another cost takes few pivots beside another limit."""

_HELD = ("lower", "upper", *_WEIGHTS)

type Differences = dict[str, tuple[NDArray[np.intp], Floats] | None]


@dataclass(frozen=True)
class Stop:
    """An optimum that the programme has been at.

    Attributes
    ----------
    basis
        A `highspy.HighsBasis`.
    differences
        By field of the arrays, which numbers are not those of the first programme, and what they are; None for coefficients
        where there are more of them, or fewer.
    sketch
        Where it is, for distances.
    """

    basis: Any
    differences: Differences
    sketch: Floats

    @property
    def size(self) -> int:
        """How many numbers are kept."""
        return sum(len(found[0]) for found in self.differences.values() if found is not None)

    def arrays(self, home: Arrays) -> Arrays:
        """Return the programme that it is an optimum of, without its coefficients where they are not known; `home` is the first."""
        changed: dict[str, Any] = {}
        for field, found in self.differences.items():
            if found is None:
                changed[field] = np.zeros(0)
                continue
            at, values = found
            if len(at):
                changed[field] = getattr(home, field).copy()
                changed[field][at] = values
        return replace(home, **changed)


class Been:
    """The stops of a programme, the first of which is home."""

    def __init__(self, home: Arrays, basis: Any):
        self._home = home
        draw = np.random.default_rng(0)
        self._buckets, self._signs = {}, {}
        for field in _WEIGHTS:
            count = len(getattr(home, field))
            self._buckets[field] = draw.integers(0, BUCKETS, count, np.int16)
            self._signs[field] = draw.integers(0, 2, count, np.int8) * np.int8(2) - np.int8(1)
        self._stops = [Stop(basis, {}, np.zeros(BUCKETS))]

    def place(self, arrays: Arrays) -> Stop:
        """Return where a programme is, without a basis yet."""
        differences: Differences = {}
        sketch = np.zeros(BUCKETS)
        for field in _HELD:
            before, now = getattr(self._home, field), getattr(arrays, field)
            if len(before) != len(now):  # a coefficient is 0 in one of them: which are which is not known
                sketch[0] += APPEARED * abs(len(before) - len(now))
                differences[field] = None
                continue
            at = np.flatnonzero(before != now)
            differences[field] = (at, now[at])
            if len(at) and field in _WEIGHTS:
                apart = _WEIGHTS[field] * _apart(before[at], now[at]) * self._signs[field][at]
                sketch += np.bincount(self._buckets[field][at], apart, BUCKETS)
        return Stop(None, differences, sketch)

    def nearest(self, place: Stop) -> Stop:
        """Return the stop that is nearest to a place; of several, the last."""
        away = np.array([stop.sketch for stop in reversed(self._stops)]) - place.sketch
        return self._stops[-1 - int(np.argmin((away * away).sum(axis=1)))]

    def add(self, place: Stop, basis: Any) -> None:
        """Add the optimum at a place."""
        self._stops.append(replace(place, basis=basis))
        while len(self._stops) > 2 and (
            len(self._stops) > MOST_STOPS or sum(stop.size for stop in self._stops) > MOST_NUMBERS
        ):
            del self._stops[1]

    def settle(self, basis: Any) -> None:
        """Have another optimal basis at the last stop."""
        self._stops[-1] = replace(self._stops[-1], basis=basis)


def _apart(before: Floats, now: Floats) -> Floats:
    """Return the logarithm of the ratio of each two numbers, and `APPEARED` where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = now / before
        return np.where((ratio > 0) & np.isfinite(ratio), np.log(ratio), APPEARED)
