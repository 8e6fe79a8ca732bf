"""Where a plan stops being best as one number moves: where lines meet.

If only the objective depends on a number `p`, and linearly, each plan's value is a line in `p`, and the best
value is the lowest line: concave, in pieces. To find how far one line stays the lowest, take any line that
is lower somewhere beyond, and solve where the two meet: either no line is lower there, and that is the end,
or the plan found there gives a line that meets the first one sooner. Each step finds another line, of which
there are finitely many: Newton's method on a piecewise linear function, exact also with whole numbers.
(Eisner and Severance 1976, "Mathematical techniques for efficient record segmentation in large shared databases".)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.model.arrays import Floats

SAME = 1e-9
"""Values that differ by less than this share are the same value."""

MOST_STEPS = 200


@dataclass(frozen=True)
class Line:
    """A plan's value as a line: `value` at `at`, changing by `slope`; the plan's point `x` is in the programme's units."""

    at: float
    value: float
    slope: float
    x: Floats

    def value_at(self, p: float) -> float:
        """Return the plan's value at `p`."""
        return self.value + self.slope * (p - self.at)


def meeting(one: Line, other: Line) -> float:
    """Return where two lines that are not parallel meet."""
    return one.at + (other.value_at(one.at) - one.value) / (one.slope - other.slope)


def farthest(mine: Callable[[float], Line], best: Callable[[float], Line], beyond: Line) -> tuple[float, Line]:
    """Return how far toward `beyond` my line stays the lowest, and the line that is lower from there on.

    Parameters
    ----------
    mine
        My line; asked at each place, as it may itself be the lowest of several.
    best
        The line that is lowest at a place: a solve.
    beyond
        A line that is lower than mine at its own place.
    """
    own, p = mine(beyond.at), beyond.at
    for _ in range(MOST_STEPS):
        if own.slope == beyond.slope:
            break
        p = meeting(own, beyond)
        found, own = best(p), mine(p)
        if not is_lower(found, own, p) or not is_lower(found, beyond, p):
            return p, beyond
        beyond = found
    return p, beyond


def is_lower(one: Line, other: Line, p: float) -> bool:
    """Return whether one line is lower than another at `p`, by more than rounding."""
    low, high = one.value_at(p), other.value_at(p)
    return low < high - SAME * max(1.0, abs(high))
