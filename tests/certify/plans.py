"""Plans to verify, ways to change one, and optima found without a solver."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import planner
from planner.model.arrays import Arrays
from planner.plan.plan import Plan, from_dict

ROOT = Path(__file__).parents[2]


def shipped(name: str) -> Plan:
    """Return the plan of a shipped scenario."""
    return planner.solve(planner.load(ROOT / "scenarios" / f"{name}.yaml"))


def changed(plan: Plan, change: Callable[[dict[str, Any]], None]) -> Plan:
    """Return a plan with its content changed and its hash made to fit again."""
    data = copy.deepcopy(plan.to_dict())
    change(data)
    return from_dict(data, sealed=False)


def saved_with(plan: Plan, path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Save a changed plan with the hash that it had before."""
    data = copy.deepcopy(plan.to_dict())
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def random_box(seed: int, columns: int = 4, rows: int = 3) -> Arrays:
    """Return a feasible programme with finite bounds on every column, of doubles with long fractions."""
    rng = np.random.default_rng(seed)
    upper = rng.uniform(0.5, 3.0, columns)
    inside = upper * rng.random(columns)
    matrix = rng.normal(size=(rows, columns))
    level = matrix @ inside
    kind = rng.integers(0, 2, rows)
    return Arrays(
        cost=rng.normal(size=columns),
        lower=np.zeros(columns),
        upper=upper,
        integer=np.zeros(columns, np.bool_),
        start=np.arange(0, rows * columns + 1, columns, dtype=np.int64),
        index=np.tile(np.arange(columns, dtype=np.int32), rows),
        value=matrix.reshape(-1),
        row_lower=np.where(kind == 0, -np.inf, level - rng.random(rows)),
        row_upper=np.where(kind == 0, level + rng.random(rows), np.inf),
        constant=float(rng.normal()),
    )


def dense(arrays: Arrays) -> list[list[Fraction]]:
    """Return the coefficients, exactly."""
    matrix = [[Fraction(0)] * arrays.columns for _ in range(arrays.rows)]
    for i in range(arrays.rows):
        for k in range(arrays.start[i], arrays.start[i + 1]):
            matrix[i][arrays.index[k]] += Fraction(float(arrays.value[k]))
    return matrix


def vertex_optimum(arrays: Arrays) -> Fraction | None:
    """Return the exact optimum of a programme with finite bounds: the best of all its vertices, in rational numbers."""
    n = arrays.columns
    planes: list[tuple[list[Fraction], Fraction]] = []
    for row, low, high in zip(dense(arrays), arrays.row_lower, arrays.row_upper, strict=True):
        planes += [(row, Fraction(float(side))) for side in {low, high} if np.isfinite(side)]
    for j in range(n):
        unit = [Fraction(int(j == k)) for k in range(n)]
        planes += [(unit, Fraction(float(side))) for side in {arrays.lower[j], arrays.upper[j]}]
    cost = [Fraction(float(c)) for c in arrays.cost]
    values = [
        sum(c * v for c, v in zip(cost, x, strict=True))
        for chosen in itertools.combinations(planes, n)
        if (x := _crossing(list(chosen))) is not None and broken_by(arrays, x) == 0
    ]
    return min(values) + Fraction(arrays.constant) if values else None


def broken_by(arrays: Arrays, x: list[Fraction]) -> Fraction:
    """Return the most by which a point breaks a row or a bound."""
    worst = Fraction(0)
    levels = [sum((a * v for a, v in zip(row, x, strict=True)), Fraction(0)) for row in dense(arrays)]
    sides = [
        *zip(levels, arrays.row_lower, arrays.row_upper, strict=True),
        *zip(x, arrays.lower, arrays.upper, strict=True),
    ]
    for value, low, high in sides:
        worst = max(worst, Fraction(float(low)) - value if np.isfinite(low) else worst)
        worst = max(worst, value - Fraction(float(high)) if np.isfinite(high) else worst)
    return worst


def _crossing(planes: list[tuple[list[Fraction], Fraction]]) -> list[Fraction] | None:
    """Return where planes cross, None where not in one point: Gauss and Jordan, in rational numbers."""
    rows = [[*normal, side] for normal, side in planes]
    n = len(rows)
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]
