"""The numbers that a reference to a table stands for: one, a series by period, a mapping, or a matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.base import kind_of
from planner.scenario.suggest import did_you_mean, quoted
from planner.scenario.table_keys import FILLS, TABLE_KEYS
from planner.scenario.tables import Table, number
from planner.scenario.tree import KeyPath, Node, dotted, node_of

GOES_WITH: dict[str, tuple[str, ...]] = {
    "series": ("value", "where", "period", "combine", "largest", "times", "between"),
    "mapping": ("key", "value", "where", "period", "combine", "largest", "times", "between"),
    "matrix": ("row", "column", "value", "where", "times"),
    "things": ("name", "each", "where"),
}
"""Keys of a reference, beside `table`, by the form of what it stands for."""


class Refused(Exception):  # noqa: N818
    """A reference that cannot be resolved: what is wrong, and at which of its keys."""

    def __init__(self, message: str, key: str = ""):
        super().__init__(message)
        self.key = key


@dataclass
class Row:
    """A row of a table with its place."""

    cells: Mapping[str, str]
    place: Place


class Values:
    """The numbers of a reference, and what is wrong with the cells they are in."""

    def __init__(self, table: Table, given: dict[str, Any], path: KeyPath, place: Place):
        self.table, self.given, self.path, self.place = table, given, path, place
        self.times = float(given.get("times", 1.0))
        self.problems: list[Problem] = []

    def cell(self, row: Row, column: str, name: str = "") -> Node:
        """Return the number in a cell; a bad one is noted, and its row has a place of its own."""
        try:
            return Node(number(row.cells[column], row.place, "") * self.times, row.place, row.place)
        except InputError as error:
            path = dotted((*self.path, name) if name else self.path)
            self.problems += [
                Problem(f"{p.message} (column {quoted(column)})", path, p.place, p.code) for p in error.problems
            ]
            return Node(0.0, row.place, row.place)

    def series(self, rows: Sequence[Row], name: str = "") -> Node:
        """Return one number, or numbers by period."""
        column, period = str(self.given["value"]), self.given.get("period")
        if period is None:
            return self._combined([self.cell(row, column, name) for row in rows])
        groups: dict[str, list[Node]] = {}
        for row in rows:
            groups.setdefault(row.cells[period], []).append(self.cell(row, column, name))
        content = {p: self._combined(nodes) for p, nodes in groups.items()}
        if "between" in self.given:
            content["between"] = node_of(self.given["between"], self.place)
        return Node(content, rows[0].place, rows[0].place)

    def mapping(self, rows: Sequence[Row]) -> Node:
        """Return numbers (or series) by name."""
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(row.cells[self.given["key"]], []).append(row)
        content = {name: self.series(group, name) for name, group in groups.items()}
        return Node(content, self.place, self.place)

    def matrix(self, rows: Sequence[Row]) -> Node:
        """Return numbers by row and column; an empty cell says that there is none."""
        heads = self.given["row"]
        if "column" in self.given:
            value = self.given["value"]
            cells = [(row, row.cells[heads], row.cells[self.given["column"]], value) for row in rows]
        else:
            columns = [column for column in self.table.columns if column != heads]
            cells = [(row, row.cells[heads], column, column) for row in rows for column in columns]
        matrix: dict[str, dict[str, Node]] = {}
        for row, name, column, source in cells:
            line = matrix.setdefault(name, {})
            if column in line:
                raise Refused(f"two rows give the value of {name!r} and {column!r}; the second is {row.place}")
            if row.cells[source] != "":
                line[column] = self.cell(row, source, name)
        places = {name: next(iter(line.values())).place for name, line in matrix.items() if line}
        content = {name: Node(dict(matrix[name]), place, place) for name, place in places.items()}
        return Node(content, self.place, self.place)

    def _combined(self, nodes: list[Node]) -> Node:
        """Return the one value of several rows, as `combine` says; its place is that of the first of them."""
        how = self.given.get("combine")
        if how is None and len(nodes) > 1:
            raise Refused(
                f"{len(nodes)} rows fit; say `where` more closely, or how to `combine` them (second: {nodes[1].place})"
            )
        numbers: list[float] = sorted((float(str(node.content)) for node in nodes), reverse=True)
        listed = numbers[: self.given.get("largest")]
        total = sum(listed)
        value = {"max": listed[0], "mean": total / len(listed)}.get(str(how), total)
        return Node(value, nodes[0].place, nodes[0].place)


def checked(node: Node, form: str, path: KeyPath) -> tuple[dict[str, Any], list[Problem]]:
    """Return the keys of a reference as plain values, and what is wrong with them, each at its place."""
    content = node.content
    assert isinstance(content, dict)
    given = {key: child.plain for key, child in content.items() if key in TABLE_KEYS}
    problems: list[Problem] = []

    def refuse(key: str, message: str) -> None:
        at = content[key].place if key in content else node.place
        problems.append(Problem(f"`{key}` {message}", dotted(path), at, "table"))

    for key, value in given.items():
        if key != "table" and key not in GOES_WITH[form]:
            refuse(key, f"does not go with {', '.join(k for k in ('table', *GOES_WITH[form][:2]) if k in given)}")
        elif message := _WRONG[key](value):
            refuse(key, message)
    needed = {"series": ["value"], "mapping": ["value"], "matrix": ["value"] if "column" in given else []}
    for key in needed.get(form, []):
        if key not in given:
            refuse(key, "must name the column with the numbers")
    for key, other in (("between", "period"), ("largest", "combine")):
        if key in given and other not in given:
            refuse(key, f"goes with `{other}`")
    return given, problems


def _is_text(value: Any) -> str:
    return "" if isinstance(value, str) else f"must be the name of a column, not {kind_of(value)}"


def _is_where(value: Any) -> str:
    if not isinstance(value, dict):
        return "must map columns to values"
    cells = [cell for given in value.values() for cell in (given if isinstance(given, list) else [given])]
    wrong = [cell for cell in cells if not isinstance(cell, str | int | float)]
    return f"must map columns to values, not to {kind_of(wrong[0])}" if wrong else ""


def _is_name(value: Any) -> str:
    columns = value if isinstance(value, list) else [value]
    right = columns and all(isinstance(column, str) for column in columns)
    return "" if right else "must be the name of a column, or a list of such names"


def _one_of(options: tuple[str, ...]) -> Callable[[Any], str]:
    def wrong(value: Any) -> str:
        if value in options:
            return ""
        hint = did_you_mean(value, options) if isinstance(value, str) else ""
        return f"must be one of {', '.join(options)}{hint}"

    return wrong


_WRONG: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("table", "value", "period", "key", "row", "column"), _is_text),
    "where": _is_where,
    "name": _is_name,
    "each": lambda value: "" if isinstance(value, dict) else "must be a mapping of keys to values",
    "combine": _one_of(("sum", "max", "mean")),
    "between": _one_of(FILLS),
    "largest": lambda value: "" if type(value) is int and value > 0 else "must be a whole number, at least 1",
    "times": lambda value: "" if type(value) in (int, float) and abs(value) <= 1e30 else "must be a number",
}
"""What is wrong with the value of each key, or nothing."""
