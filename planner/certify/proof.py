"""The interval that contains an optimum, proven in exact arithmetic from a point and from duals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from planner.certify.bound import safe_bound
from planner.certify.exact import matrix_of, rounded
from planner.certify.repair import Point, repaired
from planner.model.arrays import Arrays, Floats
from planner.model.build import Objective
from planner.solver.fixed import fix_integers


@dataclass(frozen=True)
class Interval:
    """What is proven of one objective, in its own units and sense.

    Attributes
    ----------
    name, unit
        The objective, and the unit of its value.
    best
        The optimum is not better than this; None where nothing is proven.
    reached
        The value of a point that keeps every rule exactly; with a `violation`, of one that nearly does.
    violation
        By how much that point breaks the rule `broken`, in the rule's own units; 0 where it keeps all.
    width
        `|reached - best|`, relative to the larger of 1 and the value in the units of the programme (docs/model.md,
        scaling), as the plan's `gap` is; None without `best`.
    relaxed
        Whether `best` is of the linear relaxation of a programme with whole numbers.
    moved
        By how much the solver's point was moved at most to keep every rule exactly, in scaled units.
    without
        Why nothing, or nothing better, bounds the optimum.
    """

    name: str
    unit: str
    best: float | None
    reached: float
    violation: float
    broken: str
    width: float | None
    relaxed: bool
    moved: float
    without: str = ""

    @property
    def lower(self) -> float | None:
        """Lower end of the interval."""
        return None if self.best is None else min(self.best, self.reached)

    @property
    def upper(self) -> float | None:
        """Upper end of the interval."""
        return None if self.best is None else max(self.best, self.reached)

    def as_dict(self) -> dict[str, object]:
        """Return the interval as plain data."""
        return {**vars(self), "lower": self.lower, "upper": self.upper}


def interval(
    arrays: Arrays, unit: float, objective: Objective, duals: Floats | None, x: Floats, row_scale: Floats, without: str
) -> tuple[Interval, Point]:
    """Return what a point and duals prove of one objective, and the point made feasible."""
    matrix = matrix_of(arrays)
    point = repaired(arrays, matrix, x)
    bound = safe_bound(arrays, matrix, duals) if duals is not None else None
    proven = None if bound is None else bound.value
    if bound is not None and bound.endless:
        without = f"{len(bound.endless)} columns without a bound have a price that does not pay for them exactly"
    broken, amount = _broken(arrays, point, row_scale)
    sign = objective.sign
    found = Interval(
        name=objective.name,
        unit=objective.unit,
        best=None if proven is None else _told(proven, unit, sign, up=sign < 0),
        reached=_told(point.value, unit, sign, up=sign > 0),
        violation=amount,
        broken=broken,
        width=None if proven is None else width(point.value, proven),
        relaxed=arrays.is_mip,
        moved=point.moved,
        without=without,
    )
    return found, point


def width(value: Fraction, bound: Fraction) -> float:
    """Return `(value - bound) / max(1, |value|)`, rounded up; 0 where rounding alone puts the bound above."""
    return rounded(max(value - bound, Fraction(0)) / max(Fraction(1), abs(value)), up=True)


def priced_width(arrays: Arrays, duals: Floats, x: Floats, value: Fraction) -> float | None:
    """Return how near to best the prices prove a point to be with its whole columns fixed."""
    fixed = fix_integers(arrays, x)
    bound = safe_bound(fixed, matrix_of(fixed), duals).value
    return None if bound is None else width(value, bound)


def _told(value: Fraction, unit: float, sign: float, *, up: bool) -> float:
    return rounded(value * Fraction(unit) * int(sign), up=up) + 0.0


def _broken(arrays: Arrays, point: Point, row_scale: Floats) -> tuple[str, float]:
    if point.row < 0:
        return "", 0.0
    scale = float(row_scale[point.row]) if point.row < len(row_scale) else 1.0
    return arrays.row_names()[point.row], rounded(point.violation * Fraction(scale), up=True)
