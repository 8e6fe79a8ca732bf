"""What the rows of a plan's table that fit amount to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.plan import words
from planner.scenario.suggest import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

COMPLETE = {
    "demand": ("unit",),
    "chains": ("operation", "unit"),
    "comparisons": ("left_name", "right_name", "unit"),
    "losses": ("kind", "lost"),
}
"""Columns by table in which a label that stands nowhere is a mistake: these tables leave no row out for being 0."""


class NoLabel(NamedTuple):
    """A label that no row has: the column of `where`, its position in a list of labels, and the words."""

    column: str
    position: int | None
    message: str


def amount(rows: pd.DataFrame, cell: dict[str, Any]) -> float | None:
    """Return what the rows that fit a cell of `expect` amount to; None where there is nothing to read."""
    fits = fitting(rows, cell.get("where", {}))
    aggregate = cell.get("aggregate", "sum")
    if aggregate == "count":
        return float(len(fits))
    if cell["column"] not in fits.columns:
        return None
    values = fits[cell["column"]].dropna().astype(float)
    if len(values) == 0:
        return 0.0 if aggregate == "sum" and len(fits) == 0 else None
    return float(getattr(values, aggregate)())


def fitting(rows: pd.DataFrame, where: dict[str, Any]) -> pd.DataFrame:
    """Return the rows that hold what `where` asks for; an empty cell is the text ''."""
    for column, wanted in where.items():
        rows = rows[texts(rows[column]).isin(_list(wanted))]
    return rows


def texts(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of texts with '' where a cell is empty; one that is empty throughout may hold numbers."""
    return column.astype(object).where(column.notna(), "")


def unknown_labels(table: str, rows: pd.DataFrame, where: dict[str, Any]) -> Iterator[NoLabel]:
    """Yield each label that stands nowhere in a column where it would, if there were such a thing."""
    for column in COMPLETE.get(table, ()):
        known = list(dict.fromkeys(map(str, rows[column])))
        wanted = where.get(column, [])
        for i, label in enumerate(_list(wanted)):
            if label not in known:
                hint = did_you_mean(label, known)
                position = i if isinstance(wanted, list) else None
                yield NoLabel(column, position, f"no row of {table} has the {column} {label!r}{hint}")


def named(table: str, cell: dict[str, Any]) -> str:
    """Return what a cell of `expect` is, in words: sum of devices in fleet where site is rome."""
    aggregate, column = cell.get("aggregate", "sum"), cell.get("column")
    what = (
        f"the number of rows of {table}" if aggregate == "count" else f"the {_AGGREGATES[aggregate]}{column} in {table}"
    )
    where = [f"{key} is {words.listed(_list(wanted), last='or')}" for key, wanted in cell.get("where", {}).items()]
    return f"{what}{f' where {" and ".join(where)}' if where else ''}"


_AGGREGATES = {"sum": "", "max": "greatest ", "min": "least "}


def _list(wanted: Any) -> list[str]:
    return wanted if isinstance(wanted, list) else [wanted]
