"""References to tables in a scenario, replaced by what the tables say, each value with its row as its place.

A mapping with the key `table` stands for values of a CSV table, and one with `from_table` for the fields
of one row; what it stands for follows from its own keys:

    {table, value, where, period}        a number, or a series by period
    {table, key, value, where, period}   name: number or series
    {table, row, column, value, where}   a matrix, row: column: number (a wide table has `row` alone)
    {table, name, where, each}           name: thing, with the columns that are fields of it, and what each has besides
    {from_table, row, ...}               one thing, from the row of that name; its other keys win

Beside `name`, a mapping under another key is merged over the row of that name, or adds a thing; null takes one out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.fields import Kind, forms_at, kinds_at
from planner.scenario.suggest import did_you_mean, nearest
from planner.scenario.table_keys import TABLE_KEYS
from planner.scenario.table_values import Refused, Row, Values, checked
from planner.scenario.tables import Table, capped, find_table, number, read_table
from planner.scenario.tree import KeyPath, Node, Scalar, Tree, dotted, is_reference, merge, pruned


@dataclass
class Resolved:
    """A tree without references; what is wrong with some, and the paths at which they still stand."""

    tree: Tree
    problems: list[Problem]
    failed: list[KeyPath]


def resolve(tree: Tree, periods: Iterable[str], *, allow_path: bool = False) -> Resolved:
    """Replace every reference to a table by its values; rows of other `periods` do not count, unless there are none."""
    resolver = _Resolver(tree.folders, frozenset(periods), allow_path)
    root = resolver.node(tree.root, ())
    return Resolved(Tree(root, tree.files, tree.folders, tree.pending), capped(resolver.problems), resolver.failed)


@dataclass
class _Resolver:
    folders: tuple[Path, ...]
    periods: frozenset[str]
    allow_path: bool
    problems: list[Problem] = field(default_factory=list)
    failed: list[KeyPath] = field(default_factory=list)

    def node(self, node: Node, path: KeyPath) -> Node:
        """Return the node with all references at and below it resolved."""
        content = node.content
        if is_reference(node):
            assert isinstance(content, dict)
            return self._guarded(self._thing if "from_table" in content else self._values, node, path)
        if isinstance(content, list):
            return Node([self.node(item, (*path, i)) for i, item in enumerate(content)], node.key_place, node.place)
        if isinstance(content, dict):
            below = {key: self.node(child, (*path, key)) for key, child in content.items()}
            return Node(below, node.key_place, node.place)
        return node

    def _guarded(self, resolver: Callable[[Node, KeyPath], Node], node: Node, path: KeyPath) -> Node:
        try:
            found = resolver(node, path)
        except InputError as error:
            self.problems += error.problems
        except Refused as refusal:
            at = node.content.get(refusal.key, node) if isinstance(node.content, dict) else node
            self.problems.append(Problem(str(refusal), dotted(path), at.place, "table"))
        else:
            return Node(pruned(found).content, node.key_place, found.place)
        self.failed.append(path)
        return node

    def _table(self, node: Node, path: KeyPath) -> Table:
        name = node.content
        assert isinstance(name, str)
        found = find_table(name, self.folders, allow_path=self.allow_path, place=node.place, path=dotted(path))
        return read_table(found)

    def _values(self, node: Node, path: KeyPath) -> Node:
        assert isinstance(node.content, dict)
        keys = node.content
        form = "things" if "name" in keys else "matrix" if "row" in keys else "mapping" if "key" in keys else "series"
        others = {key: child for key, child in keys.items() if key not in TABLE_KEYS}
        if form != "things" or any(not isinstance(child.content, dict | None) for child in others.values()):
            for key in others:
                raise Refused(f"{key!r} is no key of a reference to a table{did_you_mean(key, TABLE_KEYS)}", key)
        self._fits(form, keys, path)
        given, problems = checked(node, form, path)
        if problems:
            raise InputError(problems)
        table = self._table(keys["table"], path)
        for key in ("value", "period", "key", "row", "column"):
            if key in given:
                _need(table, given[key], key)
        rows = _filtered(table, given.get("where", {}))
        if form == "things":
            return self._things(table, rows, node, path, others)
        if "period" in given:
            rows = self._in_horizon(rows, given["period"])
        values = Values(table, given, path, node.place)
        found = {"matrix": values.matrix, "mapping": values.mapping, "series": values.series}[form](rows)
        if values.problems:
            raise InputError(capped(values.problems))
        return found

    @staticmethod
    def _fits(form: str, keys: dict[str, Node], path: KeyPath) -> None:
        """Refuse a reference that stands for something else than is wanted where it is."""
        forms = forms_at(path)
        if "number" in forms:
            forms["series"] = forms.pop("number")
        if not forms:
            raise Refused("a table cannot stand here", "table")
        if form not in forms:
            wanted = " or ".join(_WANTED[one] for one in forms)
            raise Refused(f"a table here gives {wanted}", "table")
        if "period" in keys and not next(iter(forms[one] for one in forms if one == form)):
            raise Refused("`period` does not go with a value that is the same in every period", "period")

    def _in_horizon(self, rows: list[Row], column: str) -> list[Row]:
        """Return the rows of the horizon's periods; a table may say more than one plan needs."""
        inside = [row for row in rows if not self.periods or row.cells[column] in self.periods]
        if not inside:
            first = f"{rows[0].cells[column]!r} ({rows[0].place})"
            raise Refused(f"no row has a period of the horizon in column {column!r}; the first has {first}", "period")
        return inside

    def _things(self, table: Table, rows: list[Row], node: Node, path: KeyPath, others: dict[str, Node]) -> Node:
        """Return named things, each with its row's fields, what `each` says, and what stands beside the reference."""
        assert isinstance(node.content, dict)
        columns = node.content["name"].plain
        columns = columns if isinstance(columns, list) else [columns]
        for column in columns:
            _need(table, column, "name")
        kinds = _kinds((*path, ""))
        each = node.content["each"].content if "each" in node.content else {}
        assert isinstance(each, dict)
        things: dict[str, Node] = {}
        for row in rows:
            name = "-".join(row.cells[column] for column in columns)
            if name in things:
                raise Refused(f"two rows are named {name!r}; the second is {row.place}", "name")
            own = {key: self.node(child, (*path, name, key)) for key, child in each.items()}
            fields = _row_fields(row, kinds, (*path, name), self.problems) | own
            things[name] = Node(fields, row.place, row.place)
        for name, other in others.items():
            if other.content is None:
                things.pop(name, None)
                continue
            if name not in things and (meant := nearest(name, TABLE_KEYS)) and meant not in node.content:
                raise Refused(f"{name!r} is no key of a reference to a table; did you mean {meant!r}?", name)
            over = self.node(other, (*path, name))
            things[name] = merge(things[name], over) if name in things else over
        return Node(things, node.key_place, node.place)

    def _thing(self, node: Node, path: KeyPath) -> Node:
        content = dict(node.content)  # type: ignore[arg-type]
        kinds = _kinds(path)
        table = self._table(content.pop("from_table"), path)
        wanted = content.pop("row", None)
        if wanted is not None and not isinstance(wanted.content, str | int | float):
            raise Refused("`row` must be the name of a row", "row")
        name = str(path[-1]) if wanted is None else _cell(wanted.content)
        key = table.columns[0]
        found = [Row(cells, table.place(i)) for i, cells in enumerate(table.rows) if cells[key] == name]
        if len(found) != 1:
            hint = did_you_mean(name, [row[key] for row in table.rows])
            how_many = "several rows" if found else "no row"
            raise Refused(f"{table.path.name} has {how_many} named {name!r} in column {key!r}{hint}", "row")
        fields = _row_fields(found[0], kinds, path, self.problems)
        own = {key: self.node(child, (*path, key)) for key, child in content.items()}
        return Node(fields | own, node.key_place, node.place)


_WANTED = {
    "series": "one number, or one for each period: say `value`",
    "mapping": "numbers by name: say `key` and `value`",
    "matrix": "numbers by row and column: say `row`",
    "things": "named things: say `name`",
}


def _kinds(path: KeyPath) -> dict[str, Kind]:
    kinds = kinds_at(path)
    if kinds is None:
        raise Refused("a row can only stand for a named thing, such as a device or a site")
    return kinds


def _row_fields(row: Row, kinds: dict[str, Kind], path: KeyPath, problems: list[Problem]) -> dict[str, Node]:
    """Return the cells whose columns are fields of a thing; a dotted column reaches inside, an empty one is nothing."""
    found: dict[str, Node] = {}
    for column, cell in row.cells.items():
        key, _, inner = column.partition(".")
        if key not in kinds or cell == "":
            continue
        place = row.place
        value: Scalar = _value(cell, "number" if inner else kinds[key])
        if value is None:
            try:
                value = number(cell, place, dotted((*path, column)))
            except InputError as error:
                problems += error.problems
        node = Node(value, place, place)
        if inner:
            inside = found.setdefault(key, Node({}, place, place)).content
            assert isinstance(inside, dict)
            inside[inner] = node
        else:
            found[key] = node
    return found


def _value(cell: str, kind: Kind) -> str | int | bool | None:
    """Return what a cell says where that is no number with a fraction."""
    if kind == "flag" and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    if kind == "whole" and cell.isascii() and cell.isdigit() and len(cell) < 16:
        return int(cell)
    return None if kind == "number" else cell


def _need(table: Table, column: str, key: str) -> None:
    if column not in table.columns:
        hint = did_you_mean(column, table.columns)
        raise Refused(f"{table.path.name} has no column {column!r} (for `{key}`){hint}", key)


def _filtered(table: Table, where: dict[str, Any]) -> list[Row]:
    """Return the rows that have the values that `where` asks for."""
    wanted: dict[str, set[str]] = {}
    for column, value in where.items():
        _need(table, column, "where")
        wanted[column] = {_cell(one) for one in (value if isinstance(value, list) else [value])}
    found = list(zip(table.rows, table.lines, strict=True))
    for column, values in wanted.items():
        found = [(cells, line) for cells, line in found if cells[column] in values]
    file = str(table.path)
    rows = [Row(cells, Place(file, line)) for cells, line in found]
    if not rows:
        asked = ", ".join(f"{column} {_shown(value)}" for column, value in where.items())
        raise Refused(f"{table.path.name} has no row" + (f" with {asked}" if asked else ""), "where")
    return rows


def _shown(value: Any) -> str:
    return " or ".join(map(_cell, value[:5])) if isinstance(value, list) else _cell(value)


def _cell(value: Any) -> str:
    """Return a value as a cell of a table has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
