"""Levers: by how much which input would have to change so that a scenario has a plan, as columns of its programme.

A lever is a column `z >= 0`: the change of one input, which moves the right-hand sides of the rows that it stands
in, each at its own pace. The least sum of such changes for which there is a plan is one more solve.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from planner.explain.conflict import freed_arrays, rights
from planner.explain.conflict_rows import rows_of
from planner.explain.conflict_statements import Statement
from planner.inputs.time import Time
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.finished import power_of_two
from planner.model.programme import Block, Ids
from planner.scenario.assign import parse_path
from planner.scenario.base import Part
from planner.scenario.load import Scenario

BY_FIGURE = frozenset({
    "supply", "supply_year", "supply_together", "supply_together_year", "pool", "capacity", "power", "link_capacity",
    "carbon_cap", "carbon_cap_total", "budget", "commitment",
})  # fmt: skip
"""Statements whose figure stands on the right of rows as it is."""

BY_SHARE = frozenset({"demand", "traffic"})
"""Statements that are changed by a share of themselves."""

BY_COUNT = {"open_sites": "open_sites", "modules": "modules", "lighting": "lighting"}
"""Statements that count whole things, with the rule that has the count on its right."""

ASKED_AFTER_LOSS = "asked"
"""Rule that caps what is served after a loss by what is asked for."""

NEARLY = 1e-7
"""A change that is this share above a round one is the round one: solvers keep rules no better."""

TINY = 1e-12
"""What rounding of numbers may add to a value, as a share of it."""

DIGITS = 3
"""What changes is rounded to so many digits after the first of the change."""


@dataclass(frozen=True)
class Lever:
    """A change of one input.

    Attributes
    ----------
    statement
        What it changes.
    period
        Period whose value changes; "" where the input is one number, or the value of a `key`.
    key
        Key below the statement's path, such as a calendar year; "" where there is none.
    rows
        How much the right-hand side of each row moves by one unit of the change.
    before
        Value that is there; 1 for what is changed by a share of itself.
    sign
        1 where the value rises, -1 where it falls.
    size
        What one unit of the change counts, where only this statement changes.
    is_whole
        Whether the change is whole.
    """

    statement: Statement
    period: str
    key: str
    rows: dict[int, float]
    before: float
    sign: int
    size: float
    is_whole: bool = False

    @property
    def most(self) -> float:
        """How far it can change: what falls, falls to 0."""
        return self.before if self.sign < 0 else np.inf

    def after(self, change: float) -> float:
        """Return the value after a change, rounded outward."""
        after = outward(self.before, change, self.sign, whole=self.is_whole)
        return max(0.0, after) if self.sign < 0 else after


def outward(before: float, change: float, sign: int, *, whole: bool = False) -> float:
    """Return a value after a change, rounded the way it changes: to a whole number, or to a thousandth of the change."""
    if change <= 0:
        return before
    digits = 0 if whole else DIGITS - math.floor(math.log10(change))
    after = sign * (before + sign * change * (1 - NEARLY)) * 10.0**digits
    return round(sign * math.ceil(after - TINY * abs(after)) / 10.0**digits, max(0, digits))


def value_at(scenario: Scenario, path: str) -> Any:
    """Return what stands at a path of a scenario, defaults included; a list by period, or one number."""
    value: Any = scenario.document
    for part in parse_path(path):
        if isinstance(value, Part):
            fields = type(value).model_fields.items()
            value = next((getattr(value, name) for name, field in fields if part in (name, field.alias)), None)
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def levers_of(scenario: Scenario, built: Built, statement: Statement) -> list[Lever]:
    """Return the levers of a statement: none where its figure stands nowhere on the right."""
    if statement.kind in BY_SHARE:
        return list(_by_share(scenario, built, statement))
    if statement.kind in BY_COUNT:
        rows = rows_of(built, BY_COUNT[statement.kind], statement.labels)
        before = float(value_at(scenario, statement.path))
        return [Lever(statement, "", "", dict.fromkeys(rows.tolist(), 1.0), before, 1, 1.0, is_whole=True)]
    return list(_by_figure(scenario, built, statement)) if statement.kind in BY_FIGURE else []


def _by_share(scenario: Scenario, built: Built, statement: Statement) -> Iterator[Lever]:
    """Yield a lever for each period: a share of all that is asked for in it."""
    time, right = built.model.inputs.time, rights(built)
    asked = [*statement.rows, *((ASKED_AFTER_LOSS, labels) for _, labels in statement.rows)]
    for t, period in enumerate(time.names):
        rows: dict[int, float] = {}
        size = 0.0
        for rule, labels in asked:
            for block in blocks_of(built, rule):
                mine = np.intersect1d(rows_of(built, rule, labels), block.at[t])
                rows |= {int(row): -float(right[row]) for row in mine}
                if block.name == rule:  # what is asked for again after a loss is no more work
                    for k in range(block.at.shape[1]):
                        size += float(np.abs(right[np.intersect1d(mine, block.at[t, k])]).sum()) * float(
                            time.hours[t, k]
                        )
        if rows:
            yield Lever(statement, period, "", rows, 1.0, -1, size)


def blocks_of(built: Built, rule: str) -> list[Block]:
    """Return the rows of a rule, and those that it has after each loss."""
    return [block for name, block in built.model.programme.rows.items() if name == rule or name.endswith(f": {rule}")]


def _by_figure(scenario: Scenario, built: Built, statement: Statement) -> Iterator[Lever]:
    """Yield a lever for each number that is written: one for all periods where there is one number for all."""
    written = value_at(scenario, statement.path)
    sign = -1 if statement.kind == "commitment" else 1
    names = built.model.inputs.time.names
    merged: dict[tuple[str, str], dict[int, float]] = {}
    for period, key, rows, pace in _numbers(built, statement):
        spot = (period if isinstance(written, tuple) else "", key)
        into = merged.setdefault(spot, {})
        for row in rows:
            into[row] = into.get(row, 0.0) + sign * pace  # with carry-over, one number counts once for each period
    for (period, key), moving in merged.items():
        before = written[key] if key else written[names.index(period)] if period else written
        yield Lever(statement, period, key, moving, float(before), sign, 1.0)


def _numbers(built: Built, statement: Statement) -> Iterator[tuple[str, str, list[int], float]]:
    """Yield the numbers behind a statement's rows: period, key, the rows that one moves, and how fast."""
    time, carried = built.model.inputs.time, _is_carried(built, statement)
    share = _share(built, statement)
    for rule, labels in statement.rows:
        for block in blocks_of(built, rule):
            yield from _numbers_of(time, block, labels, share, carried=carried)


def _numbers_of(
    time: Time, block: Block, labels: dict[str, str], share: Floats, *, carried: bool
) -> Iterator[tuple[str, str, list[int], float]]:
    for j, key in enumerate(block.keys):
        named = dict(zip(block.axes, key, strict=True))
        if not labels.items() <= named.items():
            continue
        if block.timed:
            at = block.at[..., j].reshape(time.periods, -1)
            for t, period in enumerate(time.names):
                yield period, "", _there(at[t:] if carried else at[t]), float(share[t])
        elif "year" in named:
            later = [i for i, other in enumerate(block.keys) if other[0] == key[0] and other[1] >= key[1]]
            if (block.at[0, j] >= 0).any():
                pace = float(share[time.years.index(named["year"])])
                yield "", named["year"], _there(block.at[0, later if carried else [j]]), pace
        else:
            span = named.get("span", "horizon")
            first = 0 if span == "horizon" else _first_of(time.names, time.years, span)
            yield time.names[first], "", _there(block.at[0, [j]]), 1.0


def _there(at: Ids) -> list[int]:
    found: list[int] = at[at >= 0].tolist()
    return found


def _is_carried(built: Built, statement: Statement) -> bool:
    """Return whether what is not taken can be had later, so that a number moves the rows of later periods as well."""
    doc = built.model.inputs.doc
    if statement.kind in ("supply", "supply_year"):
        return doc.offers[statement.labels["offer"]].carry_over
    return statement.kind.startswith("supply_together") and doc.supply[statement.labels["limit"]].carry_over


def _share(built: Built, statement: Statement) -> Floats:
    """Return how much of a number counts, by period: of a supply limit, the plan's share."""
    time = built.model.inputs.time
    if not statement.kind.startswith("supply_together"):
        return np.ones(time.periods)
    return time.series(built.model.inputs.doc.supply[statement.labels["limit"]].share)


def _first_of(names: Sequence[str], years: Sequence[str], span: str) -> int:
    """Return the position of the first period of a span: a period, or a calendar year."""
    return names.index(span) if span in names else years.index(span)


def opened(scenario: Scenario, statements: Sequence[Statement]) -> Scenario:
    """Return a scenario in which no supply of the statements is zero, so that what could arrive has a column."""
    changes: dict[str, Any] = {}
    for statement in statements:
        if statement.kind in ("supply", "pool"):
            written = value_at(scenario, statement.path)
            values = list(written) if isinstance(written, tuple) else [written]
            if not all(values):
                changes[statement.path] = [v or 1.0 for v in values] if isinstance(written, tuple) else 1.0
    return scenario.replace(changes) if changes else scenario


def with_levers(built: Built, levers: Sequence[Lever], shown: Sequence[float], weights: Sequence[float]) -> Arrays:
    """Return the programme with a column for each lever, and the least sum of changes by weight as its objective.

    `shown` is the value that each lever has in the programme, where that is not what is there (see `opened`).
    """
    freed = {lever.statement.path: lever.statement for lever in levers if lever.statement.kind in BY_COUNT}
    arrays = freed_arrays(built, [_columns_only(statement) for statement in freed.values()])
    finished, low, high = built.finished, arrays.row_lower.copy(), arrays.row_upper.copy()
    units = [1.0 if lever.is_whole else float(power_of_two(np.array(lever.before or 1.0))) for lever in levers]
    rows, columns, values = [], [], []
    for j, lever in enumerate(levers):
        for row, pace in lever.rows.items():
            moved = pace / finished.row_scale[row]
            rows.append(row)
            columns.append(j)
            values.append(-moved * units[j])
            surplus = (shown[j] - lever.before) * moved
            low[row] -= surplus
            high[row] -= surplus
    matrix = arrays.matrix()
    added = sparse.coo_array((values, (rows, columns)), shape=(arrays.rows, len(levers))).tocsr()
    joined = sparse.hstack([matrix, added]).tocsr()
    joined.sort_indices()
    scale = max((w * u for w, u in zip(weights, units, strict=True)), default=1.0) or 1.0
    cost = [w * u / scale for w, u in zip(weights, units, strict=True)]
    return replace(
        arrays,
        cost=np.concatenate([np.zeros(arrays.columns), cost]),
        lower=np.concatenate([arrays.lower, np.zeros(len(levers))]),
        upper=np.concatenate([arrays.upper, [lever.most / u for lever, u in zip(levers, units, strict=True)]]),
        integer=np.concatenate([arrays.integer, [lever.is_whole for lever in levers]]).astype(bool),
        start=joined.indptr.astype(np.int64),
        index=joined.indices.astype(np.int32),
        value=joined.data,
        row_lower=low,
        row_upper=high,
        constant=0.0,
    )


def _columns_only(statement: Statement) -> Statement:
    """Return a statement that frees its columns and no rows: the rows have the lever."""
    others = tuple((rule, labels) for rule, labels in statement.free_rows if (rule, labels) not in statement.rows)
    return replace(statement, free_rows=others)


def changes_by(levers: Sequence[Lever], x: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    """Return the change of each lever at a point of the programme with levers."""
    units = [1.0 if lever.is_whole else float(power_of_two(np.array(lever.before or 1.0))) for lever in levers]
    tail = x[len(x) - len(levers) :]
    return [float(value) * unit for value, unit in zip(tail, units, strict=True)]
