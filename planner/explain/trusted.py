"""Rows of data tables that a scenario rests on and that are not to be trusted far, and what they are worth to the plan."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.explain.reading import Reading
from planner.explain.sensitivity import worth
from planner.scenario.load import Scenario
from planner.scenario.tree import dotted

LOW = "low"
STEP = 1e-4
NO_RANGE = 0.1
"""A row that states no range is moved by this share up and down."""

RANGES = (("price_low_usd", "price_usd", "price_high_usd"), ("units_low", "units", "units_high"),
          ("relative_low", "relative", "relative_high"))  # fmt: skip
"""Columns of the tables that ship with a range: low, value, high."""


@dataclass(frozen=True)
class Doubt:
    """A row of low confidence that the scenario takes figures from.

    Attributes
    ----------
    paths
        Value by path of the figures that come from it.
    low, high
        Its range as a share of its value; `stated` where the table gives it.
    """

    file: str
    line: int
    name: str
    source: str
    paths: dict[str, float]
    low: float
    high: float
    stated: bool


@dataclass(frozen=True)
class Effect:
    """What a row of low confidence is worth: the objective's change at the low and the high end of its range."""

    doubt: Doubt
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """Difference between the two ends."""
        return abs(self.at_high - self.at_low)


def doubts(scenario: Scenario) -> Iterator[Doubt]:
    """Yield the rows of low confidence that a scenario takes numbers from, by file and line."""
    taken: dict[tuple[str, int], dict[str, float]] = {}
    for path, node in scenario.tree.root.walk():
        value, place = node.content, node.place
        if place.file.endswith(".csv") and isinstance(value, int | float) and not isinstance(value, bool):
            taken.setdefault((place.file, place.line), {})[dotted(path)] = float(value)
    for (file, line), paths in sorted(taken.items()):
        row = _rows(file).get(line)
        if row is None or row.get("confidence") != LOW:
            continue
        low, high, stated = _range(row)
        name = row.get("name") or " ".join(filter(None, (row.get("device"), row.get("kind"), row.get("period"))))
        yield Doubt(Path(file).name, line, name or next(iter(paths)), row.get("source", ""), paths, low, high, stated)


def _range(row: dict[str, str]) -> tuple[float, float, bool]:
    for low, value, high in RANGES:
        if row.get(low) and row.get(high) and row.get(value) and float(row[value]):
            middle = float(row[value])
            return float(row[low]) / middle, float(row[high]) / middle, True
    return 1 - NO_RANGE, 1 + NO_RANGE, False


@lru_cache(maxsize=64)
def _rows(file: str) -> dict[int, dict[str, str]]:
    """Return the rows of a table by the line that each begins at."""
    found: dict[int, dict[str, str]] = {}
    try:
        with Path(file).open(encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text)
            _ = reader.fieldnames
            before = reader.line_num
            for row in reader:
                found[before + 1] = {key: value or "" for key, value in row.items() if key}
                before = reader.line_num
    except (OSError, ValueError, csv.Error):
        return {}
    return found


def effect(reading: Reading, scenario: Scenario, doubt: Doubt) -> Effect | None:
    """Return what a row is worth at the plan's prices; None where its figures decide what can be, not how much."""
    changes: dict[str, Any] = {path: value * (1 + STEP) for path, value in doubt.paths.items() if value}
    try:
        rise = worth(reading, scenario, changes) if changes else None
    except InputError:
        return None
    if rise is None:
        return None
    return Effect(doubt, rise / STEP * (doubt.low - 1), rise / STEP * (doubt.high - 1))
