"""What differs between two scenarios, as inputs with a path each."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from planner.scenario.tree import dotted

WORDS = ("name", "description", "expect", "report", "solver", "comparisons")
"""Parts of a scenario that say something about it or how to solve it: no cost follows from them."""


@dataclass(frozen=True)
class Change:
    """An input that differs: its path and its values in both scenarios, None where it is not there (or the default)."""

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The path as `--set` takes it."""
        return dotted(self.path)

    @property
    def sign(self) -> str:
        """+ for what was added, - for what was taken out, ~ for what was changed."""
        return "+" if self.before is None else "-" if self.after is None else "~"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return every input that differs between two scenarios as plain data, by path."""
    return list(_changes((), before, after))


def _changes(path: tuple[str, ...], before: Any, after: Any) -> Iterable[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from _changes((*path, key), before.get(key), after.get(key))
    elif before != after:
        yield Change(path, before, after)


def counts(change: Change) -> bool:
    """Return whether a change can move the plan."""
    return change.path[0] not in WORDS


def applied(plain: Mapping[str, Any], some: Iterable[Change]) -> dict[str, Any]:
    """Return a scenario as plain data with some of the changes made."""
    made = copy.deepcopy(dict(plain))
    for change in some:
        within = made
        for part in change.path[:-1]:
            within = within.setdefault(part, {})
        if change.after is None:
            within.pop(change.path[-1], None)
        else:
            within[change.path[-1]] = copy.deepcopy(change.after)
    return made


def grouped(some: Iterable[Change], depth: int) -> list[list[Change]]:
    """Return changes together that share the first parts of their paths."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in some:
        groups.setdefault(change.path[:depth], []).append(change)
    return list(groups.values())
