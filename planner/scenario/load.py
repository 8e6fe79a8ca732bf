"""The door to scenarios: from a file (or plain data) to a validated, immutable scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from planner.errors import InputError, Place, Problem
from planner.scenario.assign import parse_path, parse_set
from planner.scenario.base import TAG
from planner.scenario.check import check
from planner.scenario.fields import is_named, keys_at, kinds_at
from planner.scenario.horizon import Calendar, Horizon, calendar, context
from planner.scenario.merge import load_tree
from planner.scenario.references import resolve
from planner.scenario.schema import Document
from planner.scenario.suggest import did_you_mean
from planner.scenario.tree import Index, KeyPath, Node, PendingSet, Tree, dotted, node_of


@dataclass(frozen=True)
class Scenario:
    """A validated scenario.

    Parameters
    ----------
    document
        The scenario's parts, with every table and chain of `extends` resolved.
    calendar
        The horizon worked out.
    tree
        Where each value was written; not part of what the scenario is (`==` and `hash` ignore it).
    """

    document: Document
    calendar: Calendar
    tree: Tree = field(repr=False, compare=False)

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The scenario as plain data: everything that differs from a default, keys in a fixed order."""
        return _sorted(json.loads(self.document.model_dump_json(by_alias=True, exclude_defaults=True)))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the plain data: the same for the same scenario, in any order of keys and files."""
        text = json.dumps(self.plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def replace(self, changes: Mapping[str, Any]) -> Scenario:
        """Return a scenario with other values.

        Parameters
        ----------
        changes
            Value by path, such as `{"sites.frankfurt.power_mw": 40, "offers.buy.supply[2025Q1]": 0}`;
            None puts a value back to its default, or takes a named thing out.

        Raises
        ------
        InputError
            With every path that does not exist and every value that is not allowed.
        """
        pending = [PendingSet(parse_path(path), value, Place(path)) for path, value in changes.items()]
        return _assembled(self.tree, _with_pending(self, pending))

    def place(self, path: Sequence[str | int]) -> Place:
        """Return where the value at `path` was written."""
        return self.tree.value_place(path)


def load(
    source: str | Path | Mapping[str, Any],
    overlays: Sequence[str | Path] = (),
    sets: Sequence[str] = (),
    *,
    allow_path: bool = False,
) -> Scenario:
    """Read and validate a scenario.

    Parameters
    ----------
    source
        Path of a YAML file, `-` for standard input, or the scenario as plain data.
    overlays
        Files that are laid over it, in order.
    sets
        Single values, as in `path.to.key=VALUE`.
    allow_path
        Whether tables may be named by absolute paths.

    Raises
    ------
    InputError
        With every mistake found, each with file, line and column.
    """
    if isinstance(source, Mapping):
        tree = Tree(node_of(dict(source), Place("scenario")), (), (Path.cwd(),))
        if overlays or sets:
            raise InputError("overlays and sets go with a file; change plain data itself, or use Scenario.replace")
    else:
        indexed = [text for text in sets if any(isinstance(part, Index) for part in parse_set(text)[0])]
        tree = load_tree(
            source, overlays, [s for s in sets if s not in indexed], allow_path=allow_path, is_named=is_named
        )
        tree = Tree(tree.root, tree.files, tree.folders, tuple(PendingSet(*parse_set(s)) for s in indexed))
    scenario = _validated(tree, allow_path)
    if tree.pending:
        return _assembled(tree, _with_pending(scenario, tree.pending))
    return scenario


def _validated(tree: Tree, allow_path: bool) -> Scenario:
    """Resolve the tables of a tree and validate it."""
    if not isinstance(tree.root.content, dict):
        raise InputError(Problem("a scenario is a mapping of keys to values", place=tree.root.place))
    cal, problems = _calendar(tree)
    try:
        tree = resolve(tree, kinds_at, cal.names if cal else (), allow_path=allow_path)
    except InputError as error:
        problems += error.problems
    if problems or cal is None:
        # Without its tables or its horizon the rest is still worth checking, but for what hangs on them.
        problems += _problems_without(tree, cal)
        raise InputError(problems)
    return _assembled(tree, tree.value)


def _problems_without(tree: Tree, cal: Calendar | None) -> list[Problem]:
    try:
        Document.model_validate(tree.value, context=context(cal) if cal else {})
    except ValidationError as error:
        moot = {"table_left", "none_required"} | (set() if cal else {"period", "length"})
        return [_problem(tree, d) for d in error.errors() if d["type"] not in moot and "table" not in str(d["input"])]
    return []


def _calendar(tree: Tree) -> tuple[Calendar | None, list[Problem]]:
    given = tree.value.get("horizon")
    if given is None:
        return None, [] if "horizon" not in tree.value else [
            Problem("needs a start", "horizon", tree.place(("horizon",)))
        ]
    try:
        return calendar(Horizon.model_validate(given)), []
    except ValidationError:
        return None, []  # reported with the rest
    except PydanticCustomError as error:
        place = tree.value_place(("horizon", error.type if error.type in ("start", "names") else "period"))
        return None, [Problem(error.message(), "horizon", place, "horizon")]


def _assembled(tree: Tree, value: Mapping[str, Any]) -> Scenario:
    """Validate plain data whose tables are resolved; `tree` knows where it was written."""
    cal, problems = _calendar(Tree(node_of(dict(value), Place(""))))
    if problems:
        raise InputError([Problem(p.message, p.path, tree.value_place(("horizon",)), p.code) for p in problems])
    try:
        document = Document.model_validate(value, context=context(cal) if cal else {})
    except ValidationError as error:
        raise InputError([_problem(tree, details) for details in error.errors()]) from None
    assert cal is not None
    if found := check(document, cal):
        raise InputError([Problem(p.message, dotted(p.path), tree.value_place(p.path), p.code) for p in found])
    return Scenario(document, cal, tree)


def _with_pending(scenario: Scenario, pending: Iterable[PendingSet]) -> dict[str, Any]:
    """Return the scenario's plain data with values set, single periods included."""
    plain = json.loads(scenario.document.model_dump_json(by_alias=True, exclude_defaults=True))
    problems = []
    for path, value, place in pending:
        try:
            _set(plain, path, value, scenario.calendar.names)
        except KeyError as error:
            problems.append(Problem(str(error.args[0]), dotted(path), place, "set"))
    if problems:
        raise InputError(problems)
    return plain


def _set(plain: dict[str, Any], path: tuple[str, ...], value: Any, periods: tuple[str, ...]) -> None:
    """Set one value in place; a bracketed period turns a number into a series."""
    node: Any = plain
    for depth, part in enumerate(path[:-1]):
        following = path[depth + 1]
        if isinstance(following, Index) and following in periods and depth == len(path) - 2:
            _set_period(node, part, periods.index(following), value, periods)
            return
        node = _entered(node, part, path[:depth])
    last = path[-1]
    if isinstance(node, list):
        node[_position(node, last, path[:-1])] = value
    elif is_named(path[:-1]) and last not in node:
        raise KeyError(f"there is no {last!r} in {dotted(path[:-1])}{did_you_mean(last, node)}")
    elif value is None:
        node.pop(last, None)
    else:
        node[last] = value


def _entered(node: Any, part: str, before: KeyPath) -> Any:
    if isinstance(node, list):
        return node[_position(node, part, before)]
    if isinstance(node, dict) and (part in node or not is_named(before)):
        return node.setdefault(str(part), {})
    known = node if isinstance(node, dict) else ()
    raise KeyError(f"there is no {part!r} in {dotted(before)}{did_you_mean(part, known)}")


def _position(items: list[Any], name: str, before: KeyPath) -> int:
    names = [item.get("name") if isinstance(item, dict) else None for item in items]
    if name not in names:
        raise KeyError(f"there is no {name!r} in {dotted(before)}")
    return names.index(name)


def _set_period(node: dict[str, Any], key: str, t: int, value: Any, periods: tuple[str, ...]) -> None:
    series = node.get(key)
    if series is None or isinstance(series, dict):
        raise KeyError("has no value by period that one period of could be set")
    node[key] = list(series) if isinstance(series, list) else [series] * len(periods)
    node[key][t] = value


def _problem(tree: Tree, details: ErrorDetails) -> Problem:
    """Turn one of pydantic's errors into words with a place."""
    loc = tuple(part for part in details["loc"] if not str(part).startswith(TAG) and part != "[key]")
    if not isinstance(tree.place(loc), Place):
        loc = loc[:-1]
    kind = details["type"]
    where, message = loc, details["msg"]
    place = tree.value_place(loc)
    if kind == "extra_forbidden":
        keys = keys_at(loc[:-1])
        message, place = f"unknown key{did_you_mean(str(loc[-1]), keys)}", tree.place(loc)
    elif kind == "missing":
        where, message = loc[:-1], f"needs the key {loc[-1]!r}"
        place = tree.place(loc[:-1])
    elif kind in ("model_type", "dict_type", "model_attributes_type"):
        message = "must be a mapping of keys to values"
    elif kind == "list_type":
        message = "must be a list"
    elif kind.endswith("_type"):
        message = f"must be {_NOUNS.get(kind, kind.removesuffix('_type'))}"
    elif kind == "literal_error":
        message = f"must be {details['ctx']['expected']}{did_you_mean(str(details['input']), _options(details))}"
    elif kind.startswith("union_tag"):
        message = f"must have one of the forms in the reference, not {str(details['input'])[:40]!r}"
    elif message.startswith("Input should"):
        message = message.replace("Input should", "must", 1)
    return Problem(message, dotted(where), place, kind)


_NOUNS = {"string_type": "text", "bool_type": "true or false", "int_type": "a whole number", "tuple_type": "a list"}


def _options(details: ErrorDetails) -> list[str]:
    return [word.strip("'") for word in details["ctx"]["expected"].replace(" or ", ", ").split(", ")]


def _sorted(value: Any) -> Any:
    """Return plain data with the keys of every mapping in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


__all__ = ["Node", "Scenario", "load"]
