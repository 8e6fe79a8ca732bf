"""References to tables in a scenario, replaced by what the tables say, each value with its row as its place.

A mapping with the key `table` stands for values of a CSV table, and one with `from_table` for the fields
of one row; what it stands for follows from its own keys:

    {table, value, where, period}        a number, or a series by period
    {table, key, value, where, period}   name: number or series
    {table, row, column, value, where}   a matrix, row: column: number (a wide table has `row` alone)
    {table, name, where}                 name: thing, with the columns that are fields of it
    {from_table, row, ...}               one thing, from the row of that name; its other keys win
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.base import TABLE_JSON
from planner.scenario.suggest import did_you_mean
from planner.scenario.tables import Table, find_table, number, read_table
from planner.scenario.tree import KeyPath, Node, Tree, dotted, node_of

FieldKinds = Callable[[KeyPath], dict[str, bool] | None]
"""Fields of the named thing at a path, each with whether it is text; None where there is no such thing."""

_KEYS = frozenset(TABLE_JSON["properties"])


class _Refused(Exception):
    """One reference that cannot be resolved, for a reason given in words."""


@dataclass
class _Row:
    """A row of a table with its place."""

    cells: dict[str, str]
    place: Place

    def number(self, column: str, times: float = 1.0) -> Node:
        return Node(number(self.cells[column], self.place, column) * times, self.place, self.place)


def resolve(tree: Tree, fields: FieldKinds, periods: tuple[str, ...], *, allow_path: bool = False) -> Tree:
    """Return `tree` with every reference to a table replaced by its values; rows of other `periods` do not count.

    Raises
    ------
    InputError
        With every reference that names no table, column or row, and every cell that is no number.
    """
    problems: list[Problem] = []
    root = _Resolver(tree.folders, fields, periods, allow_path, problems).node(tree.root, ())
    if problems:
        raise InputError(problems)
    return Tree(root, tree.files, tree.folders, tree.pending)


@dataclass
class _Resolver:
    folders: tuple[Path, ...]
    fields: FieldKinds
    periods: tuple[str, ...]
    allow_path: bool
    problems: list[Problem]

    def node(self, node: Node, path: KeyPath) -> Node:
        """Return the node with all references at and below it resolved."""
        content = node.content
        if isinstance(content, list):
            return Node([self.node(item, (*path, i)) for i, item in enumerate(content)], node.key_place, node.place)
        if not isinstance(content, dict):
            return node
        for key, resolver in (("table", self._values), ("from_table", self._thing)):
            if key in content and isinstance(content[key].content, str):
                return self._guarded(resolver, node, path)
        return Node({key: self.node(child, (*path, key)) for key, child in content.items()}, node.key_place, node.place)

    def _guarded(self, resolver: Callable[[Node, KeyPath], Node], node: Node, path: KeyPath) -> Node:
        try:
            return resolver(node, path)
        except InputError as error:
            self.problems += error.problems
        except _Refused as refusal:
            self.problems.append(Problem(str(refusal), dotted(path), node.place, "table"))
        return Node(None, node.key_place, node.place)

    def _table(self, node: Node) -> Table:
        assert isinstance(node.content, str)
        try:
            return read_table(find_table(node.content, self.folders, allow_path=self.allow_path))
        except InputError as error:
            raise InputError(
                [p if p.place else Problem(p.message, p.path, node.place, p.code) for p in error.problems]
            ) from None

    def _values(self, node: Node, path: KeyPath) -> Node:
        given = node.plain
        unknown = [key for key in given if key not in _KEYS]
        if unknown:
            raise _Refused(f"{unknown[0]!r} is no key of a table reference{did_you_mean(unknown[0], _KEYS)}")
        table = self._table(node.content["table"])  # type: ignore[index,call-overload]
        for key in ("value", "period", "key", "row", "column"):
            if key in given:
                _need(table, given[key], key)
        rows = _filtered(table, given.get("where", {}))
        if "period" in given:
            rows = self._in_horizon(rows, given["period"])
        shape = (
            self._things if "name" in given else _matrix if "row" in given else _mapping if "key" in given else _series
        )
        return Node(shape(table, rows, given, path), node.key_place, node.place)

    def _in_horizon(self, rows: list[_Row], column: str) -> list[_Row]:
        """Return the rows of the horizon's periods; a table may say more than one plan needs."""
        inside = [row for row in rows if not self.periods or row.cells[column] in self.periods]
        if not inside:
            raise _Refused(
                f"no row has a period of the horizon; the first has {rows[0].cells[column]!r} ({rows[0].place})"
            )
        return inside

    def _things(self, table: Table, rows: list[_Row], given: dict[str, Any], path: KeyPath) -> dict[str, Node]:
        columns = given["name"] if isinstance(given["name"], list) else [given["name"]]
        for column in columns:
            _need(table, column, "name")
        things = {}
        for row in rows:
            name = "-".join(row.cells[column] for column in columns)
            if name in things:
                raise _Refused(f"two rows are named {name!r}; the second is {row.place}")
            things[name] = Node(self._row_fields(row, (*path, name)), row.place, row.place)
        return things

    def _row_fields(self, row: _Row, path: KeyPath) -> dict[str, Node]:
        """Return the cells whose columns are fields of the thing at `path`; a dotted column reaches inside."""
        kinds = self.fields(path)
        if kinds is None:
            raise _Refused("rows of a table can only stand for named things, such as devices or sites")
        found: dict[str, Node] = {}
        for column, cell in row.cells.items():
            field, _, inner = column.partition(".")
            if field not in kinds or cell == "":
                continue
            text = kinds[field] and not inner
            node = Node(cell, row.place, row.place) if text else row.number(column)
            if inner:
                inside = found.setdefault(field, Node({}, row.place, row.place)).content
                assert isinstance(inside, dict)
                inside[inner] = node
            else:
                found[field] = node
        return found

    def _thing(self, node: Node, path: KeyPath) -> Node:
        content = dict(node.content)  # type: ignore[arg-type]
        table = self._table(content.pop("from_table"))
        wanted = content.pop("row", None)
        name = str(wanted.plain) if wanted else str(path[-1]) if path else ""
        key = table.columns[0]
        rows = [row for row in _filtered(table, {}) if row.cells[key] == name]
        if len(rows) != 1:
            names = [row[key] for row in table.rows]
            raise _Refused(
                f"{Path(table.path).name} has {'no row' if not rows else 'several rows'} named {name!r}{did_you_mean(name, names)}"
            )
        fields = self._row_fields(rows[0], path)
        own = {key: self.node(child, (*path, key)) for key, child in content.items() if child.content is not None}
        removed = {key for key, child in content.items() if child.content is None}
        kept = {key: child for key, child in fields.items() if key not in removed}
        return Node(kept | own, node.key_place, node.place)


def _need(table: Table, column: Any, key: str) -> None:
    if column not in table.columns:
        raise _Refused(
            f"{Path(table.path).name} has no column {column!r} (for `{key}`){did_you_mean(str(column), table.columns)}"
        )


def _filtered(table: Table, where: dict[str, Any]) -> list[_Row]:
    """Return the rows that have the values that `where` asks for."""
    if not isinstance(where, dict):
        raise _Refused("`where` must map columns to values")
    wanted = {}
    for column, value in where.items():
        _need(table, column, "where")
        wanted[column] = {_cell(v) for v in (value if isinstance(value, list) else [value])}
    rows = [
        _Row(cells, Place(str(table.path), line))
        for cells, line in zip(table.rows, table.lines, strict=True)
        if all(cells[column] in values for column, values in wanted.items())
    ]
    if not rows:
        asked = ", ".join(f"{column} {value}" for column, value in where.items())
        raise _Refused(f"{Path(table.path).name} has no row" + (f" with {asked}" if asked else ""))
    return rows


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _value_column(given: dict[str, Any]) -> str:
    if "value" not in given:
        raise _Refused("`value` must name the column with the numbers")
    return str(given["value"])


def _matrix(table: Table, rows: list[_Row], given: dict[str, Any], path: KeyPath) -> dict[str, Node]:
    times = given.get("times", 1.0)
    if "column" not in given:
        columns = [column for column in table.columns if column != given["row"]]
        cells = [(row, row.cells[given["row"]], column, column) for row in rows for column in columns]
    else:
        value = _value_column(given)
        cells = [(row, row.cells[given["row"]], row.cells[given["column"]], value) for row in rows]
    matrix: dict[str, dict[str, Node]] = {}
    for row, name, column, source in cells:
        line = matrix.setdefault(name, {})
        if column in line:
            raise _Refused(f"two rows give the value of {name!r} and {column!r}; the second is {row.place}")
        if row.cells[source] != "":
            line[column] = row.number(source, times)
    return {
        name: Node(dict(line), next(iter(line.values())).place, next(iter(line.values())).place)
        for name, line in matrix.items()
        if line
    }


def _mapping(table: Table, rows: list[_Row], given: dict[str, Any], path: KeyPath) -> dict[str, Node]:
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(row.cells[given["key"]], []).append(row)
    return {
        name: Node(_series(table, group, given, path), group[0].place, group[0].place) for name, group in groups.items()
    }


def _series(table: Table, rows: list[_Row], given: dict[str, Any], path: KeyPath) -> Any:
    column = _value_column(given)
    times = given.get("times", 1.0)
    if "period" not in given:
        return _combined([row.number(column, times) for row in rows], given)
    groups: dict[str, list[Node]] = {}
    for row in rows:
        groups.setdefault(row.cells[given["period"]], []).append(row.number(column, times))
    series = {p: Node(_combined(nodes, given), nodes[0].place, nodes[0].place) for p, nodes in groups.items()}
    if "between" in given:
        series["between"] = node_of(given["between"], rows[0].place)
    return series


def _combined(nodes: list[Node], given: dict[str, Any]) -> float:
    """Return the one value of several rows, as `combine` says."""
    values: Iterable[Any] = sorted((node.content for node in nodes), reverse=True)  # type: ignore[type-var]
    listed = list(values)[: given.get("largest")]
    how = given.get("combine")
    if how is None and len(nodes) > 1:
        raise _Refused(
            f"{len(nodes)} rows fit; say `where` more closely, or how to `combine` them (second: {nodes[1].place})"
        )
    if how not in (None, "sum", "max", "mean"):
        raise _Refused("`combine` must be sum, max or mean")
    total = float(sum(listed))
    return {"max": max(listed), "mean": total / len(listed)}.get(str(how), total)
