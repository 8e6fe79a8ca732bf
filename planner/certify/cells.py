"""The figures of a plan derived again from its decisions, and held against those that it states."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.certify.kept import Certificate
from planner.model.build import Built
from planner.model.survival import losses_of
from planner.plan import words
from planner.plan.fractions import fractions
from planner.plan.frames import Reader
from planner.plan.plan import Plan, plain_tables
from planner.plan.tables import Tables
from planner.resilience import Resilience, Trial, summary

SAME = 1e-9
"""Two numbers are the same within this share of them: sums may be taken in another order on another machine."""

ROUNDING = 1e-12
"""So much of the largest number of its column is rounding."""


@dataclass(frozen=True, order=True)
class Mismatch:
    """A figure that is not what follows from the scenario and the plan's decisions."""

    where: str
    stated: str
    derived: str

    def __str__(self) -> str:
        return f"{self.where}: the plan says {self.stated}, but {self.derived} follows"


def same(stated: Any, derived: Any, size: float = 0.0) -> bool:
    """Return whether two cells agree; `size` is that of the largest number beside them."""
    if isinstance(stated, bool) or isinstance(derived, bool) or not _numbers(stated, derived):
        return bool(stated == derived)
    return math.isclose(stated, derived, rel_tol=SAME, abs_tol=ROUNDING * size)


def _numbers(*cells: Any) -> bool:
    return all(isinstance(cell, int | float) for cell in cells)


def figures(plan: Plan, built: Built, kept: Certificate, unit: float, objective_unit: str) -> Iterator[Mismatch]:
    """Yield every figure of a plan that differs from what follows from its decisions.

    `unit` and `objective_unit` are those of the objective that the prices are of.
    """
    assert kept.point is not None
    reader = Reader(built, kept.point)
    rows = built.model.programme.size[1]
    duals = None if kept.prices is None else kept.prices.duals[:rows] * unit / built.finished.row_scale
    resilience = _resilience(plan, built, kept)
    frames = Tables(lambda: reader, lambda: duals, objective_unit, resilience)
    yield from _tables(plan, frames)
    yield from _fractions(plan, built, frames)
    if plan.resilience or len(frames["losses"]):
        assert plan.objective is not None
        yield from _mapping("resilience", plan.resilience, summary(resilience, frames["losses"], plan.objective))


def _resilience(plan: Plan, built: Built, kept: Certificate) -> Resilience | None:
    """Return how losses are borne; what is served after each is as the plan says, all else is derived."""
    losses = losses_of(built.model.inputs)
    if not losses:
        return None
    stated = plan.tables.get("losses", pd.DataFrame())
    served = {}
    if {"survival", "lost", "share_served"} <= set(stated.columns):
        served = {(row["survival"], row["lost"]): row["share_served"] for row in stated.to_dict("records")}
    trials = tuple(Trial(loss, served.get((loss.rule, loss.name), math.nan), 0.0) for loss in losses)
    told = plan.resilience
    return Resilience(told.get("without"), kept.losses, trials, told.get("rounds", 1))


def _tables(plan: Plan, frames: Mapping[str, pd.DataFrame]) -> Iterator[Mismatch]:
    stated, derived = plain_tables(plan.tables), plain_tables(frames)
    for name in sorted({*stated, *derived}):
        if name not in stated or name not in derived:
            yield Mismatch(f"table {name}", *("a table" if name in side else "none" for side in (stated, derived)))
            continue
        yield from _table(name, stated[name], derived[name])


def _table(name: str, stated: dict[str, Any], derived: dict[str, Any]) -> Iterator[Mismatch]:
    columns = derived["columns"]
    if stated["columns"] != columns:
        yield Mismatch(f"table {name}, columns", ", ".join(map(str, stated["columns"])), ", ".join(columns))
        return
    if len(stated["rows"]) != len(derived["rows"]):
        counts = (words.count(len(side["rows"]), "row") for side in (stated, derived))
        yield Mismatch(f"table {name}", *counts)
        return
    sizes = [_size(column) for column in zip(*derived["rows"], strict=True)] or [0.0] * len(columns)
    for number, (one, other) in enumerate(zip(stated["rows"], derived["rows"], strict=True), 1):
        if one == other:
            continue
        for column, a, b, size in zip(columns, one, other, sizes, strict=True):
            if not same(a, b, size):
                labels = ", ".join(cell for cell in other if isinstance(cell, str) and cell)
                at = f"table {name}, row {number}{f' ({labels})' if labels else ''}, column {column}"
                yield Mismatch(at, told(a), told(b))


def _size(column: tuple[Any, ...]) -> float:
    return max((abs(cell) for cell in column if isinstance(cell, float) and math.isfinite(cell)), default=0.0)


def told(cell: Any) -> str:
    """Return a cell in words, numbers in full."""
    return "nothing" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)


def _fractions(plan: Plan, built: Built, frames: Mapping[str, pd.DataFrame]) -> Iterator[Mismatch]:
    served, unmet, weights = fractions(built.model.inputs, frames["demand"], frames["traffic"])
    for where, stated, derived in (
        ("served_fraction", plan.served_fraction, served),
        ("unmet_fraction", plan.unmet_fraction, unmet),
    ):
        if not same(stated, derived, 1.0):
            yield Mismatch(where, told(stated), told(derived))
    yield from _mapping("weights", plan.weights, weights)


def _mapping(where: str, stated: dict[str, Any], derived: dict[str, Any]) -> Iterator[Mismatch]:
    for key in sorted({*stated, *derived}):
        size = abs(stated["without"] or 0.0) if key == "costs" and "without" in stated else 0.0
        if not same(stated.get(key), derived.get(key), size):
            yield Mismatch(f"{where}, {key}", told(stated.get(key)), told(derived.get(key)))
