"""A sweep in words and small tables: points of a grid, the bars of a tornado, the spread of samples."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from string import ascii_uppercase
from typing import Any

from planner.plan import words
from planner.plan.sections import Column, Section, Table, section
from planner.plan.summary import Summary
from planner.plan.view import records
from planner.sweeps.inputs import Input
from planner.sweeps.result import Sweep

MOST_POINTS = 24
LONGEST_HEAD = 24
BAR = 24
LOW, HIGH, BASE = "▒", "█", "│"

QUANTILES = (("least", 0.0), ("5 %", 0.05), ("median", 0.5), ("95 %", 0.95), ("greatest", 1.0))

NAMES = {"latin-hypercube": "samples (Latin hypercube)", "sobol": "samples (Sobol)"}


def summarise(sweep: Sweep, of: str = "objective") -> Summary:
    """Return the summary of a sweep; a tornado ranks its inputs by what they move of `of`."""
    told = [*_failures(sweep)]
    if sweep.kind == "grid":
        found = [_points(sweep)]
    elif sweep.kind == "tornado":
        found = [_tornado(sweep, of)]
    else:
        found = [_spread(sweep)]
    sections = [*found, *([Section("Points without a plan", lines=tuple(told))] if told else [])]
    mood = "good" if set(sweep.counts) == {"optimal"} else "short" if "optimal" in sweep.counts else "bad"
    return Summary(_verdict(sweep), mood, "", (), tuple(sections))


def _verdict(sweep: Sweep) -> str:
    frame = sweep.frame
    inputs = words.count(len(sweep.inputs), "input")
    what = {
        "grid": f"{words.count(len(frame), 'point')} of a grid over {inputs}",
        "tornado": f"{inputs}, each at its low and its high end",
    }.get(sweep.kind, f"{len(frame):,} {NAMES.get(sweep.kind)} of {inputs}, seed {sweep.seed}")
    counts = [f"{count:,} {status}" for status, count in sweep.counts.items()]
    values = frame["objective"].dropna()
    span = ""
    if len(values):
        least, most = (_amount(float(value), _unit(sweep)) for value in (values.min(), values.max()))
        span = f"; the {sweep.objective} is {least}" + (f" to {most}" if least != most else "")
    return f"{sweep.name}: {what}: {words.listed(counts)}{span}."


def _unit(sweep: Sweep) -> str:
    return str(sweep.frame.attrs["objective_unit"])


def _amount(value: float, unit: str) -> str:
    return words.percent(value) if unit == "share" else words.quantity(value, unit)


def _points(sweep: Sweep) -> Section:
    heads = _heads(sweep.inputs)
    columns = [Column("point", right=True), *(Column(head, right=True) for head in heads.values())]
    columns += [
        Column("status"),
        Column(f"{sweep.objective}, {_unit(sweep)}", right=True),
        Column("served", right=True),
    ]
    columns += [Column(name, right=True) for name in sweep.outputs]
    rows = [_point(sweep, row) for row in records(sweep.frame)]
    found = section("Points", tuple(columns), rows, MOST_POINTS)
    return replace(found, lines=_legend(heads))


def _heads(inputs: Iterable[Input]) -> dict[str, str]:
    """Return what each path is called: itself, or a letter that the legend explains where paths are long."""
    paths = [one.path for one in inputs]
    if max(map(len, paths)) <= LONGEST_HEAD or len(paths) > len(ascii_uppercase):
        return {path: path for path in paths}
    return dict(zip(paths, ascii_uppercase, strict=False))


def _legend(heads: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{head}: {path}" for path, head in heads.items() if head != path)


def _point(sweep: Sweep, row: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['point']}",
        *(_value(one, row[one.column]) for one in sweep.inputs),
        str(row["status"]),
        _figure(row["objective"]),
        _figure(row["served"], "share"),
        *(_figure(row[name], "share" if _is_share(name) else "") for name in sweep.outputs),
    )


def _value(one: Input, value: Any) -> str:
    """Return a value of an input as it is written in a change."""
    if _is_missing(value):
        return ""
    if isinstance(value, float):
        text = f"{value:.6g}"
        return f"+{text}".replace("+-", "-") if one.operator == "+" else f"{one.operator}{text}"
    return str(value)


def _figure(value: Any, unit: str = "") -> str:
    """Return a value of an output: a share as a percentage, a number with three digits, nothing where it is missing."""
    if _is_missing(value):
        return ""
    if not isinstance(value, float):
        return str(value)
    return words.percent(value) if unit == "share" else words.number(value)


def _is_share(name: str) -> bool:
    """Return whether an output is a share of the demand."""
    return name in ("served", "unmet") or name.startswith("served[")


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _tornado(sweep: Sweep, of: str) -> Section:
    swings = sweep.swings(of)
    unit = _unit(sweep) if of == "objective" else "share" if _is_share(of) else ""
    name = f"{sweep.objective}, {unit}" if of == "objective" else of
    by_column = {one.column: one for one in sweep.inputs}
    heads = _heads(by_column[column] for column in swings["input"])
    columns = (
        Column("input"), Column("low", right=True), Column("high", right=True), Column("at low", right=True),
        Column("at high", right=True), Column("swing", right=True), Column("bar"),
    )  # fmt: skip
    rows, values = [], swings[["at_low", "at_high", "base"]].to_numpy().ravel()
    known = [float(value) for value in values if not math.isnan(value)]
    for row in records(swings):
        one = by_column[row["input"]]
        rows.append(
            (
                heads[one.path],
                _value(one, row["low"]),
                _value(one, row["high"]),
                _figure(row["at_low"], unit) or str(row["status_low"]),
                _figure(row["at_high"], unit) or str(row["status_high"]),
                _figure(row["swing"], unit),
                bar(row["at_low"], row["at_high"], row["base"], min(known), max(known)) if known else "",
            )
        )
    base = float(swings["base"].to_numpy()[0])
    as_it_is = str(sweep.frame["status"].iloc[0]) if math.isnan(base) else _amount(base, unit)
    lines = (
        f"As the scenario is: {as_it_is}.",
        f"Bars: {LOW} at the low end, {HIGH} at the high end, {BASE} as the scenario is; the largest swing first.",
        *_legend(heads),
    )
    return Section(f"Tornado: {name}", lines, Table(columns, tuple(rows)))


def bar(at_low: float, at_high: float, base: float, least: float, most: float) -> str:
    """Return a bar from what is found at the low end to what is found at the high end, with a mark where it is now.

    Examples
    --------
    >>> bar(0.0, 12.0, 6.0, 0.0, 24.0)
    '▒▒▒▒▒▒│██████'
    """
    if math.isnan(base):
        return ""

    def at(value: float) -> int:
        return round((value - least) / (most - least) * (BAR - 1)) if most > least else 0

    cells = [" "] * BAR
    ends = [(value, mark) for value, mark in ((at_low, LOW), (at_high, HIGH)) if not math.isnan(value)]
    # Where both ends lie on one side, the shorter bar is drawn over the longer.
    for value, mark in sorted(ends, key=lambda end: -abs(end[0] - base)):
        first, last = sorted((at(value), at(base)))
        cells[first : last + 1] = [mark] * (last + 1 - first)
    cells[at(base)] = BASE
    return "".join(cells).rstrip()


def _spread(sweep: Sweep) -> Section:
    import pandas as pd

    names = {f"{sweep.objective}, {_unit(sweep)}": "objective", "served": "served"}
    names |= {name: name for name in sweep.outputs if pd.api.types.is_numeric_dtype(sweep.frame[name])}
    columns = [Column("of the points with a plan"), Column("mean", right=True)]
    columns += [Column(name, right=True) for name, _ in QUANTILES]
    rows = []
    for shown, column in names.items():
        values = sweep.frame[column].dropna()
        if len(values):
            quantiles = [float(values.quantile(q)) for _, q in QUANTILES]
            unit = "share" if _is_share(column) else ""
            rows.append((shown, *(_figure(value, unit) for value in (float(values.mean()), *quantiles))))
    return section("Spread", tuple(columns), rows)


def _failures(sweep: Sweep) -> list[str]:
    """Return each reason why points have no plan, with how many there are and the first of them."""
    without = sweep.frame[sweep.frame["objective"].isna()]
    found = []
    for (status, message), group in without.groupby(["status", "message"], sort=False):
        first, count = group["point"].iloc[0], len(group)
        which = f"point {first}" if count == 1 else f"{count:,} points, first {first}"
        found.append(f"{which}: {status}{f': {message}' if message else ''}")
    return found[:5] + ([f"and {len(found) - 5:,} more reasons"] if len(found) > 5 else [])
