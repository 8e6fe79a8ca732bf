"""Changes of a scenario by path: wildcards and relative values worked out to plain values for `Scenario.replace`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.plan import words
from planner.scenario.assign import parse_path
from planner.scenario.base import Limits, Part
from planner.scenario.fields import branches_at, is_series
from planner.scenario.load import Scenario, entry_of
from planner.scenario.suggest import did_you_mean, quoted
from planner.scenario.tree import Index, dotted
from planner.whatif.distributions import distribution_of
from planner.whatif.relative import Relative, changed, relative_of

type Path = tuple[str, ...]


def resolved(scenario: Scenario, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changes come to: one plain value by plain path, as `Scenario.replace` takes them.

    Parameters
    ----------
    scenario
        What relative values are relative to, and what wildcards find their names in.
    changes
        Value by path. `*` in a path stands for any part of a name, in brackets for periods (`[2025*]`), where
        `[2025Q1:2025Q4]` is a range with both its ends. A wildcard changes only what has a value there. A value is absolute, or
        text that says what to do with the number, each period of the series or each number of the mapping that is there:
        `*1.1`, `/2`, `+5`, `-5`, `+10%`. Changes of one path build on one another in their order; periods come last.

    Raises
    ------
    InputError
        With every path that leads nowhere, every relative value of what is no number, and every distribution.
    """
    if not isinstance(changes, Mapping) or not all(isinstance(path, str) for path in changes):
        message = f"are values by path, such as {{'sites.iad.power_mw': 40}}, not {quoted(str(changes))}"
        raise InputError(Problem(message, "changes", code="what-if"))
    values: dict[Path, Any] = {}
    problems: list[Problem] = []
    for text, value in _periods_last(changes):
        place = Place(f"change of {text!r}")
        try:
            if distribution_of(value, place) is not None:
                raise _wrong(
                    "is a distribution; planner.sweep draws samples of it, one solve takes one value", "", place
                )
            for path in expanded(scenario, text, place):
                relative = relative_of(value) if _takes_numbers(path) else None
                values[path] = value if relative is None else _applied(scenario, values, path, relative, place)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return {_written(path): value for path, value in values.items()}


def expanded(scenario: Scenario, text: str, place: Place | None = None) -> list[Path]:
    """Return the plain paths that a path with wildcards stands for: itself where it has none.

    Raises
    ------
    InputError
        If a wildcard matches nothing that has a value.
    """
    place = place or Place(f"path {text!r}")
    path = parse_path(text, place)
    if not any(_is_pattern(part) for part in path):
        return [path]
    last = len(path) - isinstance(path[-1], Index)
    found = _named(scenario, path[:last], place) if any(map(_is_pattern, path[:last])) else [path[:last]]
    if last == len(path):
        return found
    periods = _periods(scenario, str(path[-1]), dotted(path), place)
    return [(*one, Index(period)) for one in found for period in periods]


def _periods_last(changes: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the changes with those of single periods last, as `Scenario.replace` sets them."""
    return sorted(changes.items(), key=lambda change: change[0].rstrip().endswith("]"))


def _is_pattern(part: str) -> bool:
    return "*" in part or (isinstance(part, Index) and ":" in part)


def _named(scenario: Scenario, path: Path, place: Place) -> list[Path]:
    """Return the paths of what has a value, of those that a path with wildcards stands for."""
    ways: list[tuple[Path, Any]] = [((), scenario.document)]
    for depth, part in enumerate(path):
        names = [(way, value, _names(value) if "*" in part else [part]) for way, value in ways]
        pattern = re.compile(fnmatch.translate(_only_stars(part)) if "*" in part else re.escape(part))
        below = [
            ((*way, name), entry_of(value, name))
            for way, value, known in names
            for name in known
            if pattern.fullmatch(name)
        ]
        found = [(way, value) for way, value in below if value is not None]
        if not found:
            raise _wrong(_missing(path[:depth], part, ways, has_key=bool(below)), dotted(path), place)
        ways = found
    return [way for way, _ in ways]


def _missing(before: Path, part: str, ways: Sequence[tuple[Path, Any]], *, has_key: bool) -> str:
    """Return what the `part` of a path that leads nowhere was probably meant to be, or what there is."""
    where = dotted(before) or "the scenario"
    _, here = ways[0]
    options = _keys(here)
    if has_key and part in options:
        return f"has no value yet at any of {len(ways)}" if len(ways) > 1 else "has no value yet"
    listed = f"; there are {', '.join(options[:8])}{' and more' if len(options) > 8 else ''}" if options else ""
    things = [] if before else [dotted((key, part)) for key in options if part in _names(entry_of(here, key))]
    meant = (
        f"; did you mean {words.listed(things, last='or')}?" if things else did_you_mean(part.replace("*", ""), options)
    )
    hint = meant or listed
    return (
        f"nothing in {where} is called {part}{hint}" if "*" in part else f"there is no {quoted(part)} in {where}{hint}"
    )


def _only_stars(pattern: str) -> str:
    """Return a pattern in which `?` and brackets stand for themselves."""
    return re.sub(r"([?\[])", r"[\1]", pattern)


def _keys(value: Any) -> list[str]:
    """Return the keys of a part of the scenario as they are written, or the names of the things in it."""
    fields = type(value).model_fields.items() if isinstance(value, Part) else ()
    return [field.alias or name for name, field in fields] or _names(value)


def _names(value: Any) -> list[str]:
    """Return the names of the things in a mapping, or in a list of things with names."""
    if isinstance(value, dict):
        return [str(name) for name in value]
    names = [getattr(item, "name", None) for item in value] if isinstance(value, list) else []
    return [str(name) for name in names if name is not None]


def _periods(scenario: Scenario, wanted: str, path: str, place: Place) -> list[str]:
    """Return the periods that a bracket with a wildcard or a range stands for."""
    names = scenario.calendar.names
    if ":" in wanted and "*" not in wanted:
        ends = [end.strip() for end in wanted.split(":", 1)]
        for end in ends:
            if end not in names:
                raise _wrong(f"there is no period {quoted(end)} in the horizon{did_you_mean(end, names)}", path, place)
        first, last = (names.index(end) for end in ends)
        if first > last:
            raise _wrong(f"the range ends with {ends[1]}, before it begins with {ends[0]}", path, place)
        return list(names[first : last + 1])
    found = [name for name in names if re.fullmatch(fnmatch.translate(_only_stars(wanted)), name)]
    if not found:
        raise _wrong(f"no period is called {wanted}; they are {names[0]} to {names[-1]}", path, place)
    return found


def _takes_numbers(path: Path) -> bool:
    """Return whether what stands at a path may be a number, or is made of numbers; text that looks relative is text elsewhere."""
    whole = [part for part in path if not isinstance(part, Index)]
    return not branches_at(whole) or any(
        branch is not str or isinstance(branch, Limits) for branch in branches_at(whole)
    )


def _applied(scenario: Scenario, values: Mapping[Path, Any], path: Path, relative: Relative, place: Place) -> Any:
    """Return the value at a path, changed."""
    if not isinstance(path[-1], Index):
        now = values[path] if path in values else _value_at(scenario, path)
    else:
        now = values[path] if path in values else _period_of(scenario, values, path, place)
    if now is None:
        _named(scenario, tuple(part for part in path if not isinstance(part, Index)), place)
    found = changed(now, relative)
    if found is None:
        written = now.model_dump(exclude_unset=True, by_alias=True) if isinstance(now, Part) else {}
        below = [name for name in written if changed(entry_of(now, name), relative) is not None]
        hint = f"; below it are {words.listed([dotted((*path, name)) for name in below])}" if below else ""
        message = f"is no number and no series of numbers, so that {relative} cannot change it{hint}"
        raise _wrong(message, dotted(path), place)
    return found


def _period_of(scenario: Scenario, values: Mapping[Path, Any], path: Path, place: Place) -> Any:
    """Return the value of one period of a series, after what was changed of the whole."""
    names, whole = scenario.calendar.names, path[:-1]
    if path[-1] not in names:
        word = str(path[-1])
        raise _wrong(
            f"there is no period {quoted(word)} in the horizon{did_you_mean(word, names)}", dotted(path), place
        )
    if not is_series(whole):
        raise _wrong("has no values by period, of which one could be changed", dotted(path), place)
    value = values[whole] if whole in values else _value_at(scenario, whole)
    if isinstance(value, list | tuple) and len(value) == len(names):
        return value[names.index(str(path[-1]))]
    return value


def _value_at(scenario: Scenario, path: Sequence[str]) -> Any:
    value: Any = scenario.document
    for part in path:
        value = entry_of(value, part)
    return value


def _written(path: Path) -> str:
    """Return a path as text that `parse_path` reads back, however long it is."""
    parts = [dotted((part,)) for part in path]
    return "".join(text if isinstance(part, Index) else f".{text}" for part, text in zip(path, parts, strict=True))[1:]


def _wrong(message: str, path: str, place: Place | None) -> InputError:
    return InputError(Problem(message, path, place, "what-if"))
