"""Where something stops being so as a number moves, found by solving: first outward in growing steps, then by halving."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from planner.ask.parameter import Parameter
from planner.errors import InputError, LimitError, NoPlanError
from planner.scenario.load import Scenario

FIRST = 0.01
"""First step, as a share of the number."""

NARROW = 1e-4
"""A bracket is narrow enough at this share of its ends, or of a hundredth of what the number is where they are nearer to 0."""

MOST_STEPS = 40


@dataclass(frozen=True)
class Bracket:
    """The last place where it was as at the start, and the first where it was not; None where it is so as far as can be.

    `stopped`: the time limit ended the search; `reached`: how far it was seen to be so.
    """

    between: tuple[float, float] | None
    stopped: bool = False
    reached: float | None = None


def bracketed(parameter: Parameter, holds: Callable[[Scenario], bool], *, up: bool) -> Bracket:
    """Return where `holds` changes first, as far as the steps see, above (`up`) or below what the number is.

    `holds` is asked of scenarios; where there is no plan, or the value is refused, it has changed.
    """
    now = parameter.now
    start = holds_at(parameter, holds, now)
    end = parameter.most if up else parameter.least
    inside = now
    first = 1.0 if parameter.whole else FIRST * (abs(now) or 1.0)
    step = first if up else -first
    outside = None
    try:
        for _ in range(MOST_STEPS):
            p = inside + step
            if end is not None and (p >= end if up else p <= end):
                p = end
            if p == inside:
                return Bracket(None, reached=inside)
            if holds_at(parameter, holds, p) != start:
                outside = p
                break
            inside, step = p, 2 * step
        if outside is None:
            return Bracket(None, reached=inside)
        while abs(outside - inside) > (
            1.0 if parameter.whole else NARROW * max(abs(inside), abs(outside), FIRST * abs(now))
        ):
            p = (inside + outside) / 2
            p = math.floor(p) if parameter.whole else p
            if holds_at(parameter, holds, p) == start:
                inside = p
            else:
                outside = p
    except LimitError:
        return Bracket(None if outside is None else (inside, outside), stopped=True, reached=inside)
    return Bracket((inside, outside), reached=inside)


def holds_at(parameter: Parameter, holds: Callable[[Scenario], bool], p: float) -> bool | None:
    """Return whether it holds at a value; None where there is no plan."""
    try:
        return holds(parameter.at(p))
    except (NoPlanError, InputError):
        return None
