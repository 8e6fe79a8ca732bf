"""Trade-off: the best that can be had of one objective for each value of another.

Linear programmes: the efficient points form a convex chain, whose corners are found one between two others, by the
objective that weighs the two so that both ends are worth the same (noninferior set estimation: J. L. Cohon, Multiobjective
Programming and Planning, 1978, chapter 6). Whole numbers: efficient points need not be corners, so the second objective is
held at evenly spaced values and the first is best under each (the epsilon constraint method: Y. Y. Haimes, L. S. Lasdon and
D. A. Wismer 1971).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from planner.ask.answer import Answer
from planner.ask.hot import Clock, Hot
from planner.ask.posed import opened, ready
from planner.errors import InputError, LimitError, Place, Problem
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.finished import ExtraRow
from planner.plan import words
from planner.plan.sections import Column, Section, section
from planner.planning import Request
from planner.scenario.load import Scenario
from planner.scenario.suggest import did_you_mean

OBJECTIVES = ("cost", "carbon", "served")

BETTER = 1e-7
"""A point is another corner if it is below the line between two by this share of their distance."""

HELD = 1e-9
"""What an objective may lose, as a share of its range, to the other while its best is kept."""

NOTHING = 1e-7
"""A value below this share of the largest on the curve is 0."""


@dataclass(frozen=True)
class Point:
    """An efficient plan: no plan is better in one objective and not worse in the other.

    Attributes
    ----------
    first, second
        Its values of the two objectives, in their units.
    rate
        What one more unit of the second costs in the first on the way here from the point before it; None at the first.
    """

    first: float
    second: float
    rate: float | None = None


@dataclass(frozen=True)
class TradeOff(Answer):
    """The trade-off curve between two objectives.

    Attributes
    ----------
    first, second, units
        The objectives and their units. `cost` beside `served` has no penalties in it, as what is served counts itself.
    points
        Efficient points, from the best of the first objective to the best of the second.
    corners
        Whether they are all corners of the curve, which then is straight between them; otherwise points on it.
    solves
        How many times the programme was solved for it.
    """

    first: str
    second: str
    units: tuple[str, str]
    points: tuple[Point, ...]
    corners: bool
    linear: bool
    solves: int

    question = "trade-off"

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        a, b = self.points[0], self.points[-1]
        if len(self.points) == 1:
            told = f"{self._told(0, a.first)} and {self._told(1, a.second)}"
            return f"{self.scenario}: there is no trade-off: one plan is best for both, with {told}."
        noun = words.count(len(self.points), "corner" if self.linear else "point")
        more = ", and there are more between" if self.linear and not self.corners else ""
        return (
            f"{self.scenario}: the curve runs from {self._told(0, a.first)} and {self._told(1, a.second)} to "
            f"{self._told(0, b.first)} and {self._told(1, b.second)}, with {noun}{more}."
        )

    def _told(self, which: int, value: float) -> str:
        name = (self.first, self.second)[which]
        label = "cost without penalties" if name == "cost" and "served" in (self.first, self.second) else name
        return f"{label} {words.quantity(value, self.units[which])}"

    def sections(self) -> list[Section]:
        """Return the points."""
        columns = (
            Column(f"{self.first}, {self.units[0]}", right=True), Column(f"{self.second}, {self.units[1]}", right=True),
            Column(f"{self.units[0]} for one {self.units[1]} on the way here", right=True),
        )  # fmt: skip
        rows: list[tuple[str, ...]] = [
            (words.number(p.first), words.number(p.second), "" if p.rate is None else words.number(abs(p.rate)))
            for p in self.points
        ]
        kind = "Corners of the curve; it is straight between them" if self.corners else "Points on the curve"
        if self.linear and not self.corners:
            kind = "Some corners of the curve; there are more between them"
        return [section(kind, columns, rows, len(rows))]


def trade_off(
    scenario: Scenario | str | Path | dict[str, Any], first: str = "cost", second: str = "carbon", *, points: int | None = None,
    request: Request | None = None,
) -> TradeOff:  # fmt: skip
    """Return the trade-off curve between two objectives.

    Parameters
    ----------
    scenario
        A scenario, a file, or plain data; its own objectives are set aside, its rules hold.
    first, second
        cost, carbon or served. Beside `served`, `cost` has no penalties in it.
    points
        How many points at most: 25 corners of a linear programme, 9 evenly spaced points of one with whole numbers.
    request
        How to solve; the time limit is of all solves together.

    Raises
    ------
    InputError
        If an objective is unknown, or both are the same.
    NoPlanError, LimitError
        If the scenario has no plan, or its two best ones were not found in time.
    """
    for name in (first, second):
        if name not in OBJECTIVES:
            message = (
                f"there is no objective {name!r}{did_you_mean(name, OBJECTIVES)}; there are {words.listed(OBJECTIVES)}"
            )
            raise InputError(Problem(message, place=Place("trade-off"), code="ask"))
    if first == second:
        raise InputError(Problem("needs two objectives that differ", place=Place("trade-off"), code="ask"))
    if points is not None and points < 2:
        raise InputError(Problem("needs at least two points", place=Place("trade-off"), code="ask"))
    read = opened(scenario)
    built, options = ready(read, request)
    clock = Clock.of(options.time_limit)
    pair = _Pair(built, Hot, (first, second), options, clock)
    found, complete, whole = _corners(pair, points or 25) if not pair.is_mip else _spaced(pair, points or 9)
    return TradeOff(
        str(read.document.name), complete, first, second, pair.units, _rated(pair, found), whole and not pair.is_mip,
        not pair.is_mip, clock.solves,
    )  # fmt: skip


class _Pair:
    """Two objectives over one live programme, each divided by its own size; both are made least."""

    def __init__(self, built: Built, hot: Callable[..., Hot], names: tuple[str, str], options: Any, clock: Clock):
        objectives = [built.objective(name) for name in names]
        vectors = [objective.coefficients.copy() for objective in objectives]
        self.constants = [objective.constant for objective in objectives]
        if "served" in names and "cost" in names:
            of_penalties(built, vectors[names.index("cost")], self.constants, names.index("cost"))
        self.signs = [objective.sign for objective in objectives]
        self.units = (objectives[0].unit, objectives[1].unit)
        scale = built.finished.scale
        self.size = [float(np.abs(v * scale).max(initial=0.0)) or 1.0 for v in vectors]
        self._cost = [v * scale / size for v, size in zip(vectors, self.size, strict=True)]
        rows = [ExtraRow(name, v / size, np.inf) for name, v, size in zip(names, vectors, self.size, strict=True)]
        arrays, _ = built.finished.arrays(vectors[0] / self.size[0], 0.0, rows)
        self.is_mip = arrays.is_mip
        self._hot, self._arrays, self._rows = hot(arrays, options, clock), arrays, arrays.rows - 2
        self._factor = [self._factor_of(i) for i in (0, 1)]

    def _factor_of(self, i: int) -> float:
        """Return what the row of an objective was divided by."""
        row, arrays = self._rows + i, self._arrays
        part = slice(arrays.start[row], arrays.start[row + 1])
        index, value = arrays.index[part], arrays.value[part]
        return float(self._cost[i][index[0]] / value[0]) if len(index) else 1.0

    def least(
        self, weights: tuple[float, float], at_most: tuple[float, float] = (np.inf, np.inf)
    ) -> tuple[float, float]:
        """Return the values, as sizes, of the plan with the least weighted sum, under a limit on each."""
        high = self._arrays.row_upper.copy()
        for i in (0, 1):
            high[self._rows + i] = at_most[i] / self._factor[i]
        self._hot.change(
            cost=weights[0] * self._cost[0] + weights[1] * self._cost[1],
            constant=0.0,
            row_upper=high,
        )
        x = self._hot.best().x
        assert x is not None
        return float(self._cost[0] @ x), float(self._cost[1] @ x)

    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the efficient points with the best first and the best second objective."""
        a = self.least((1.0, 0.0))
        a = self.least((0.0, 1.0), (a[0] + HELD * max(1.0, abs(a[0])), np.inf))
        b = self.least((0.0, 1.0))
        b = self.least((1.0, 0.0), (np.inf, b[1] + HELD * max(1.0, abs(b[1]))))
        return a, b

    def told(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return a point in the units and signs of its objectives."""
        first, second = (self.signs[i] * (point[i] * self.size[i] + self.constants[i]) + 0.0 for i in (0, 1))
        return first, second


def of_penalties(built: Built, vector: Floats, constants: list[float], position: int) -> None:
    """Take the penalties out of a cost."""
    for item in built.model.programme.items:
        if item.kind != "penalty":
            continue
        if item.columns.size:
            np.subtract.at(vector, item.columns, item.discounted)
        else:
            constants[position] -= float(item.discounted.sum())


def _same(pair: _Pair, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Return whether two ends are one point, but for what the limits on them may lose."""
    return any(abs(a[i] - b[i]) <= 1e-6 * max(1.0, abs(a[i])) for i in (0, 1))


def _corners(pair: _Pair, most: int) -> tuple[list[tuple[float, float]], bool, bool]:
    """Return the corners between the two best plans, whether the time sufficed, and whether they are all."""
    a, b = pair.ends()
    if _same(pair, a, b):
        return [a], True, True
    found = [a, b]
    width = (abs(b[0] - a[0]), abs(b[1] - a[1]))
    open_: list[tuple[float, int, tuple[float, float], tuple[float, float]]] = [(-1.0, 0, a, b)]
    count = 0
    while open_:
        if len(found) >= most:
            return sorted(found), True, False
        _, _, left, right = heapq.heappop(open_)
        weights = ((left[1] - right[1]) / width[1] / width[0], (right[0] - left[0]) / width[0] / width[1])
        scale = max(weights)
        weights = (weights[0] / scale, weights[1] / scale)
        try:
            point = pair.least(weights)
        except LimitError:
            return sorted(found), False, False
        gain = weights[0] * (left[0] - point[0]) + weights[1] * (left[1] - point[1])
        if gain <= BETTER * (weights[0] * width[0] + weights[1] * width[1]):
            continue
        found.append(point)
        for one, other in ((left, point), (point, right)):
            count += 1
            length = abs(other[0] - one[0]) / width[0] + abs(other[1] - one[1]) / width[1]
            heapq.heappush(open_, (-length, count, one, other))
    return sorted(found), True, True


def _spaced(pair: _Pair, count: int) -> tuple[list[tuple[float, float]], bool, bool]:
    """Return evenly spaced efficient points of a programme with whole numbers."""
    a, b = pair.ends()
    if _same(pair, a, b):
        return [a], True, False
    found = [a]
    for share in np.linspace(0, 1, count)[1:-1]:
        at_most = a[1] + float(share) * (b[1] - a[1])
        try:
            point = pair.least((1.0, 0.0), (np.inf, at_most))
            point = pair.least((0.0, 1.0), (point[0] + HELD * max(1.0, abs(point[0])), at_most))
        except LimitError:
            return [*found, b], False, False
        if point[1] < found[-1][1] - 1e-6 * abs(a[1] - b[1]):
            found.append(point)
    return [*(p for p in found if p[1] > b[1] + 1e-6 * abs(a[1] - b[1])), b], True, False


def _rated(pair: _Pair, found: list[tuple[float, float]]) -> tuple[Point, ...]:
    told = [pair.told(point) for point in found]
    largest = [max(abs(point[i]) for point in told) for i in (0, 1)]
    told = [(_cleared(p[0], largest[0]), _cleared(p[1], largest[1])) for p in told]
    rates = [
        None,
        *((b[0] - a[0]) / (b[1] - a[1]) if b[1] != a[1] else None for a, b in pairwise(told)),
    ]
    return tuple(Point(p[0], p[1], rate) for p, rate in zip(told, rates, strict=True))


def _cleared(value: float, largest: float) -> float:
    """Return 0 for what is left over where one objective was held at its best, up to rounding."""
    return 0.0 if abs(value) <= NOTHING * largest else value
