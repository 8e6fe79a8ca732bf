"""How a programme moves with one number of its scenario: told by building it at three values of that number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from planner.ask.parameter import Parameter
from planner.ask.posed import Posed, rebuilt
from planner.model.arrays import Floats
from planner.model.build import Built

Where = Literal["nothing", "objective", "limits", "other"]

ROUNDING = 1e-9
"""Numbers that differ by no more than this share of the largest are equal."""


@dataclass(frozen=True)
class Family:
    """How the programme's numbers change for each unit of a parameter, in the programme's units.

    Attributes
    ----------
    where
        nothing: the number stands nowhere in the programme. objective: in the objective alone, linearly. limits: on
        right-hand sides and bounds alone, linearly (and in what is paid whatever is decided). other: elsewhere, or not
        linearly, so that only solves can tell.
    cost, constant
        Change of the objective's coefficients and constant.
    lower, upper, row_lower, row_upper
        Change of bounds and right-hand sides; 0 where they are infinite.
    """

    where: Where
    cost: Floats
    constant: float
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats


@dataclass(frozen=True)
class _Written:
    """A programme in the user's units, with derived bounds left out where sides are compared."""

    cost: Floats
    constant: float
    earlier: tuple[Any, ...]
    matrix: Any
    sides: tuple[Floats, Floats, Floats, Floats]


def family_of(posed: Posed, parameter: Parameter) -> Family:
    """Return how the programme moves with a parameter."""
    base = _written(posed, posed.built)
    one, two = _probes(parameter)
    first, second = (
        _written(posed, other) if _alike(posed.built, other) else None for other in _built(posed, parameter, (one, two))
    )
    size = posed.built.model.programme.size
    none, flat = np.zeros(size[0]), np.zeros(posed.arrays.rows)
    other = Family("other", none, 0.0, none, none, flat, flat)
    if first is None or second is None or not _fixed(base, first) or not _fixed(base, second):
        return other
    step, further = one - parameter.now, two - parameter.now
    slopes, linear = [], True
    for here, there, beyond in zip(_moving(base), _moving(first), _moving(second), strict=True):
        slope = np.where(np.isfinite(here) & np.isfinite(there), _minus(there, here) / step, 0.0)
        expected = np.where(np.isfinite(here), here + further * slope, here)
        linear &= _equal(expected, beyond)
        slopes.append(_rounded(slope, here, step))
    cost, constant, *sides = slopes
    moves_cost, moves_sides = bool(cost.any()), any(side.any() for side in sides)
    if not linear or (moves_cost and moves_sides):
        return other
    where: Where = "limits" if moves_sides else "objective" if moves_cost else "nothing"
    finished = posed.built.finished
    extra = np.zeros(len(posed.held))
    lower, upper, low, high = sides
    return Family(
        where, cost * finished.scale / posed.unit, float(constant[0]) / posed.unit, lower / finished.scale,
        upper / finished.scale, np.concatenate([low / finished.row_scale, extra]),
        np.concatenate([high / finished.row_scale, extra]),
    )  # fmt: skip


def _probes(parameter: Parameter) -> tuple[float, float]:
    """Return two other values of the parameter, as far as the schema allows them."""
    now, least, most = parameter.now, parameter.least, parameter.most
    width = abs(now) or 1.0
    wanted = (now + 0.25 * width, now - 0.5 * width)
    low, high = -np.inf if least is None else least, np.inf if most is None else most
    found = [p for p in wanted if low <= p <= high]
    spare = [now + share * ((high if np.isfinite(high) else now + width) - now) for share in (0.5, 1.0)]
    spare += [now + share * ((low if np.isfinite(low) else now - width) - now) for share in (0.5, 1.0)]
    found += [p for p in spare if p != now and p not in found]
    return float(found[0]), float(found[1])


def _built(posed: Posed, parameter: Parameter, values: tuple[float, float]) -> list[Built]:
    return [rebuilt(parameter.at(p), bool(posed.built.borne)) for p in values]


def _alike(one: Built, other: Built) -> bool:
    """Return whether two programmes have the same columns and rows."""
    for kind in ("columns", "rows"):
        mine, theirs = getattr(one.model.programme, kind), getattr(other.model.programme, kind)
        if list(mine) != list(theirs):
            return False
        if any(a.keys != theirs[n].keys or not np.array_equal(a.at, theirs[n].at) for n, a in mine.items()):
            return False
    return True


def _written(posed: Posed, built: Built) -> _Written:
    finished = built.finished
    objective = built.objective(posed.objective.name)
    earlier = tuple(built.objective(rank.of) for rank in posed.ranks[:-1])
    matrix = finished.matrix.copy()
    matrix.data = matrix.data * np.repeat(finished.row_scale, np.diff(matrix.indptr)) / finished.scale[matrix.indices]
    upper = np.where(finished.derived, np.inf, finished.upper * finished.scale)
    return _Written(
        objective.coefficients, objective.constant, earlier, matrix,
        (finished.lower * finished.scale, upper, finished.row_lower * finished.row_scale, finished.row_upper * finished.row_scale),
    )  # fmt: skip


def _fixed(one: _Written, other: _Written) -> bool:
    """Return whether the coefficients of the rules, and the objectives of higher rank, are the same."""
    same = all(
        _equal(a.coefficients, b.coefficients) and _equal(np.array([a.constant]), np.array([b.constant]))
        for a, b in zip(one.earlier, other.earlier, strict=True)
    )
    difference = abs(one.matrix - other.matrix)
    if not same or not difference.nnz:
        return same
    size = abs(one.matrix).max(axis=1).toarray().reshape(-1)
    rows = difference.tocoo()
    return bool(np.all(rows.data <= ROUNDING * np.maximum(size[rows.row], 1e-300)))


def _moving(written: _Written) -> tuple[Floats, ...]:
    return (written.cost, np.array([written.constant]), *written.sides)


def _minus(one: Floats, other: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(one - other)


def _equal(one: Floats, other: Floats) -> bool:
    same = one == other
    a, b = one[~same], other[~same]
    return (
        bool(
            np.all(np.isfinite(a) & np.isfinite(b))
            and np.all(np.abs(a - b) <= ROUNDING * np.maximum(np.abs(a), np.abs(b)) + 1e-300)
        )
        if a.size
        else True
    )


def _rounded(slope: Floats, here: Floats, step: float) -> Floats:
    """Return slopes without those that are but rounding of the numbers they change."""
    size = np.where(np.isfinite(here), np.abs(here), 0.0)
    return np.where(np.abs(slope * step) <= ROUNDING * 1e-3 * size, 0.0, slope)
