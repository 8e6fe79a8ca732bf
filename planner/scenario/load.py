"""The door to scenarios: from a file (or plain data) to a validated, immutable scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from planner.errors import InputError, Place, Problem
from planner.scenario.assign import parse_path, set_value
from planner.scenario.base import TAG, Part, kind_of
from planner.scenario.check import check
from planner.scenario.expect_check import check_expect
from planner.scenario.fields import is_named, is_series, keys_at
from planner.scenario.horizon import Calendar, CalendarError, Horizon, calendar, context
from planner.scenario.merge import load_tree
from planner.scenario.network_file import with_network
from planner.scenario.plain import plain_of
from planner.scenario.references import resolve
from planner.scenario.schema import Document
from planner.scenario.suggest import did_you_mean
from planner.scenario.tree import Index, KeyPath, Node, PendingSet, Tree, dotted, node_of, pruned


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

    def __repr__(self) -> str:
        """Return the scenario in a line; its parts are in `document`."""
        periods = self.calendar.names
        span = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
        return f"<Scenario {self.document.name}: {span}>"

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The scenario as plain data: everything that differs from a default, keys in a fixed order."""
        plain: dict[str, Any] = _sorted(json.loads(self.document.model_dump_json(by_alias=True, exclude_defaults=True)))
        return plain

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
            None puts a value back to its default, or takes a named thing out. Single periods are set last.

        Raises
        ------
        InputError
            With every path that does not exist and every value that is not allowed.
        """
        problems: list[Problem] = []
        pending = []
        for text, value in changes.items():
            place = Place(f"change of {text!r}")
            try:
                pending.append(PendingSet(parse_path(text, place), plain_of(value, place), place))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        plain = {str(one.path[0]) for one in pending if not _is_of_period(one)}
        tree = _with_plain_sets(replace(self.tree, pending=()), pending) if plain else self.tree
        return _settled(_validated_tree(tree, self, plain) if plain else self, pending)

    def place(self, path: Sequence[str | int]) -> Place:
        """Return where the value at `path` was written."""
        return self.tree.told_place(path)

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return problems that were found later, each with the place of its path."""
        return [problem if problem.place else self._placed(problem) for problem in problems]

    def _placed(self, problem: Problem) -> Problem:
        try:
            path = parse_path(problem.path)
        except InputError:
            path = ()
        return replace(problem, place=self.place(path))


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
        if overlays or sets:
            raise InputError("overlays and sets go with a file; change plain data itself, or use Scenario.replace")
        place = Place("scenario")
        tree = Tree(pruned(node_of(plain_of(source, place), place)), (), (Path.cwd(),))
    elif isinstance(source, str | Path):
        tree = load_tree(source, overlays, sets, allow_path=allow_path, is_named=is_named)
    else:
        raise TypeError(f"a scenario is the path of a file or a mapping, not {type(source).__name__}")
    tree, pending = _resolved(tree, allow_path=allow_path)
    return _settled(_validated_tree(_with_plain_sets(tree, pending)), pending)


def _resolved(tree: Tree, *, allow_path: bool) -> tuple[Tree, tuple[PendingSet, ...]]:
    """Return a tree with its tables resolved, and the settings that wait for that.

    Raises
    ------
    InputError
        With every mistake in the references; the rest is still checked, but for what hangs on them.
    """
    if not isinstance(tree.root.content, dict):
        raise InputError(Problem("a scenario is a mapping of keys to values", place=tree.root.place))
    if {"scenario", "scenario_hash"} <= tree.root.content.keys():
        message = "this is a saved plan, not a scenario; `planner explain`, `diff` and `verify` read plans"
        raise InputError(Problem(message, place=tree.root.place, code="plan"))
    problems, failed = [], []
    try:
        tree = with_network(tree, allow_path=allow_path)
    except InputError as error:
        problems, failed = error.problems, [("network",), ("traffic",)]
    cal, _ = _calendar(tree)
    found = resolve(tree, cal.names if cal else (), allow_path=allow_path)
    problems = [*problems, *found.problems]
    if problems:
        raise InputError([*problems, *_mistakes(found.tree, without=[*failed, *found.failed])[1]])
    return replace(found.tree, pending=()), tree.pending


def _validated_tree(tree: Tree, known: Scenario | None = None, changed: Collection[str] = ()) -> Scenario:
    """Validate a tree whose tables are resolved; where it is `known` but for some parts of it, those alone."""
    document, problems = None if known is None else _updated(known, tree, changed), list[Problem]()
    if document is None:
        document, problems = _mistakes(tree)
    cal = known.calendar if known is not None and "horizon" not in changed else _calendar(tree)[0]
    if document is None or cal is None or problems:
        raise InputError(problems)
    if found := [*check(document, cal), *check_expect(document, cal)]:
        place = {True: tree.place, False: tree.told_place}
        raise InputError([Problem(p.message, dotted(p.path), place[p.at_key](p.path), p.code) for p in found])
    return Scenario(document, cal, tree)


def _updated(known: Scenario, tree: Tree, changed: Collection[str]) -> Document | None:
    """Return a document with some of its parts validated anew, None where that takes the whole of it."""
    assert isinstance(tree.root.content, dict)
    if "horizon" in changed:
        return None
    parts = {key: node.plain for key, node in tree.root.content.items() if key in (*changed, "horizon")}
    try:
        fresh = Document.model_validate(parts, context=context(known.calendar))
    except ValidationError:
        return None
    return known.document.model_copy(update={name: getattr(fresh, name) for name in changed})


def _mistakes(tree: Tree, without: Sequence[KeyPath] = ()) -> tuple[Document | None, list[Problem]]:
    """Return the document, or all that is wrong with its parts, leaving out what is at the paths `without`."""
    cal, problems = _calendar(tree)
    document, details = None, []
    try:
        document = Document.model_validate(tree.value, context=context(cal) if cal else {})
    except ValidationError as error:
        details = error.errors(include_url=False)
    moot = () if cal else ("no_period", "period", "length")
    left = []
    for one in details:
        path = _path_of(one)
        if one["type"] not in moot and not any(path[: len(gone)] == gone for gone in without):
            left.append((path, one))
    problems += [_problem(tree, path, one) for path, one in left[:MOST_PROBLEMS]]
    if len(left) > MOST_PROBLEMS:
        path, _ = left[MOST_PROBLEMS]
        problems.append(
            Problem(f"and {len(left) - MOST_PROBLEMS:,} more mistakes", dotted(path), tree.told_place(path))
        )
    return document, problems


def _calendar(tree: Tree) -> tuple[Calendar | None, list[Problem]]:
    """Return the horizon worked out, or why it cannot be; where its parts are wrong, validation says so."""
    given = tree.root.content.get("horizon") if isinstance(tree.root.content, dict) else None
    try:
        return calendar(Horizon.model_validate(None if given is None else given.plain)), []
    except ValidationError:
        return None, []
    except CalendarError as error:
        path = ("horizon", *error.path)
        return None, [Problem(str(error), dotted(path), tree.told_place(path), "horizon")]


def _with_plain_sets(tree: Tree, pending: Iterable[PendingSet]) -> Tree:
    """Return a tree with those settings applied that need no validated scenario."""
    problems: list[Problem] = []
    for one in pending:
        path, value, place = one
        if not _is_of_period(one):
            try:
                tree = set_value(tree, path, value, place, is_named)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return tree


def _settled(scenario: Scenario, pending: Iterable[PendingSet]) -> Scenario:
    """Return the scenario with single periods set, as in `sites.iad.power_mw[2025Q1]`."""
    problems: list[Problem] = []
    changed: dict[KeyPath, list[Any]] = {}
    tree = scenario.tree
    for one in pending:
        path, value, place = one
        if not _is_of_period(one):
            continue
        try:
            series = changed.setdefault(path[:-1], _series_at(scenario, path))
            series[_period(scenario, path)] = value
            tree = set_value(tree, path[:-1], list(series), place, is_named)
        except KeyError as error:
            problems.append(Problem(str(error.args[0]), dotted(path), place, "set"))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return _validated_tree(tree, scenario, {str(path[0]) for path in changed}) if changed else scenario


def _is_of_period(one: PendingSet) -> bool:
    return any(isinstance(part, Index) for part in one.path)


def _period(scenario: Scenario, path: KeyPath) -> int:
    names = scenario.calendar.names
    if path[-1] not in names:
        raise KeyError(f"there is no period {path[-1]!r} in the horizon{did_you_mean(str(path[-1]), names)}")
    return names.index(str(path[-1]))


def _series_at(scenario: Scenario, path: KeyPath) -> list[Any]:
    """Return the values by period of what a path with one period in brackets leads to."""
    if any(isinstance(part, Index) for part in path[:-1]) or not isinstance(path[-1], Index):
        raise KeyError("brackets pick one period, and stand at the end of a path")
    if not is_series(path[:-1]):
        raise KeyError("has no values by period, of which one could be set")
    value: Any = scenario.document
    for part in path[:-1]:
        value = entry_of(value, part)
    if value is None:
        raise KeyError("has no value yet, of which one period could be set; give it for every period")
    return list(value) if isinstance(value, tuple) else [value] * len(scenario.calendar.names)


def entry_of(value: Any, part: str | int) -> Any:
    """Return the entry of a part of a scenario by its key or name, or None."""
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list):
        return next((item for item in value if getattr(item, "name", None) == part), None)
    fields = type(value).model_fields.items() if isinstance(value, Part) else ()
    return next((getattr(value, name) for name, field in fields if part in (name, field.alias)), None)


def _path_of(details: ErrorDetails) -> KeyPath:
    """Return the path of an error in the scenario: without the tags of unions."""
    return tuple(part for part in details["loc"] if not str(part).startswith(TAG) and part != "[key]")


def _problem(tree: Tree, path: KeyPath, details: ErrorDetails) -> Problem:
    """Turn one of pydantic's errors into words with a place."""
    kind, given, facts = details["type"], details["input"], details.get("ctx", {})
    where, place = path, tree.told_place(path)
    if kind == "extra_forbidden":
        return Problem(_unknown_key(path), dotted(where), tree.place(path), kind)
    if kind == "missing":
        # An element of a tuple is missing as a number; of a mapping, as a key.
        where = path[:-1]
        message = "needs two nodes" if isinstance(path[-1], int) else f"needs the key {path[-1]!r}"
        place = tree.place(where)
    elif kind == "no_period":
        message, place = f"{details['msg']}{_or_key(path)}", tree.place(path)
    elif kind.endswith("_type"):
        message = f"must be {_NOUNS.get(kind, kind.removesuffix('_type'))}, not {kind_of(given)}"
    elif kind == "literal_error":
        message = f"must be {facts['expected']}{did_you_mean(str(given), _options(details))}"
    elif kind.startswith("union_tag"):
        forms = [f"a {form}" if form != "text" else form for form in _tags(str(facts.get("expected_tags", "")))]
        message = f"must be {' or '.join(forms)}, not {kind_of(given)}"
    elif kind == "too_short":
        message = f"must have at least {facts['min_length']} {'entry' if facts['min_length'] == 1 else 'entries'}"
    elif kind == "too_long":
        message = f"must have at most {facts['max_length']} entries"
    else:
        message = details["msg"].replace("Input should", "must", 1)
    return Problem(message, dotted(where), place, kind)


def _unknown_key(path: KeyPath) -> str:
    keys = keys_at(path[:-1])
    hint = did_you_mean(str(path[-1]), keys)
    return f"unknown key{hint or (f'; there are {", ".join(keys)}' if 0 < len(keys) <= 12 else '')}"


def _or_key(path: KeyPath) -> str:
    """Return a hint where a misspelt key was taken for a period, as in `{chan: need}`."""
    return did_you_mean(str(path[-1]), keys_at(path[:-1]))


def _tags(expected: str) -> list[str]:
    return [word.strip("' ").removeprefix(TAG) for word in expected.split(",")]


_NOUNS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

MOST_PROBLEMS = 200
"""So many mistakes in the parts of a scenario are told; the rest are counted."""


def _options(details: ErrorDetails) -> list[str]:
    return [word.strip("'") for word in details["ctx"]["expected"].replace(" or ", ", ").split(", ")]


def _sorted(value: Any) -> Any:
    """Return plain data with the keys of every mapping in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


__all__ = ["Node", "Scenario", "load"]
