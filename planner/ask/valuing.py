"""A programme whose objective moves with one number: the lowest line at each of its values, by solving."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.ask.family import Family
from planner.ask.hot import Hot
from planner.ask.lines import Line
from planner.ask.parameter import Parameter
from planner.ask.posed import Posed
from planner.model.arrays import Floats
from planner.solver.solution import Solution, objective


class Valued:
    """The best plans of a programme as the number `p` in its objective moves."""

    def __init__(self, posed: Posed, parameter: Parameter, family: Family, without: Any = None):
        """`without` marks columns that no plan may use."""
        self.posed, self.parameter, self.family = posed, parameter, family
        self._hot = posed.hot
        if without is not None:
            self._hot = Hot(posed.arrays, posed.options, posed.clock, None)
            self._hot.change(upper=np.where(without, np.minimum(0.0, posed.arrays.upper), posed.arrays.upper))

    def solution(self, p: float) -> Solution:
        """Return the best plan where the number is `p`."""
        move, arrays = p - self.parameter.now, self.posed.arrays
        self._hot.change(
            cost=arrays.cost + move * self.family.cost, constant=arrays.constant + move * self.family.constant
        )
        return self._hot.best()

    def best(self, p: float) -> Line:
        """Return the line of the best plan where the number is `p`."""
        x = self.solution(p).x
        assert x is not None
        return self.line(x)

    def line(self, x: Floats) -> Line:
        """Return the line of a plan: its value where the number is as it stands, and how that moves."""
        value = objective(self.posed.arrays, x)
        return Line(self.parameter.now, value, float(self.family.cost @ x) + self.family.constant, x)

    def steepest(self, sign: float) -> Line:
        """Return the line with the least slope (`sign` 1) or the greatest (-1)."""
        size = float(abs(self.family.cost).max())
        self._hot.change(cost=sign * self.family.cost / size, constant=0.0)
        x = self._hot.best().x
        assert x is not None
        return self.line(x)

    def has_limit(self, sign: float, mine: Line) -> bool:
        """Return whether some plan's line falls (`sign` 1: as the number rises) below mine in the end."""
        other = self.steepest(sign)
        return sign * other.slope < sign * mine.slope - 1e-9 * max(abs(mine.slope), abs(other.slope))
