"""The difference of two objectives split among the inputs that were changed, so that the parts add up to the whole.

With few changes, each gets its Shapley value (Shapley 1953): the mean, over every order in which the changes can be made,
of what it adds to the optimum when its turn comes,

    phi[i] = sum over S without i of  |S|! (n - |S| - 1)! / n!  (v(S + i) - v(S)),

where v(S) is the optimum of the first scenario with the changes in S made. It owes nothing to the order, and the parts sum
to v(all) - v(none) exactly. Beyond `MOST` changes those that concern one thing are taken together, then one part of the
scenario; where that leaves too many still, or a mixture of the two scenarios has no plan, the changes are made one after
another in order of path and each gets what it adds: documented as such, for that does depend on the order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, takewhile
from typing import Any

from planner.compare.inputs import Change, applied, grouped
from planner.scenario.tree import dotted

MOST = 6
"""So many changes (or groups of them) get Shapley values: that takes 2 to this power solves."""

type Value = Callable[[Mapping[str, Any]], float | None]
"""Optimum of a scenario as plain data, None where it has no plan or is no scenario."""


@dataclass(frozen=True)
class Cause:
    """A part of the difference: the changes that it is of, and what they add to the objective together."""

    changes: tuple[Change, ...]
    amount: float

    @property
    def name(self) -> str:
        """Paths of the changes, or what they have in common."""
        if len(self.changes) == 1:
            return self.changes[0].name
        steps = zip(*(change.path for change in self.changes), strict=False)
        shared = [parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, steps)]
        return f"{dotted(shared)} ({len(self.changes)} changes)" if shared else f"{len(self.changes)} changes"


@dataclass(frozen=True)
class Split:
    """The causes of a difference, the largest first, and how they were found: "shapley" or "in order"."""

    causes: tuple[Cause, ...]
    how: str
    solves: int


def split(before: Mapping[str, Any], some: Sequence[Change], value: Value) -> Split | None:
    """Return the difference that changes make, split among them; None where one of the scenarios has no plan."""
    asked = _Remembered(before, value)
    if asked(()) is None or asked(some) is None:
        return None
    groups = _few(some)
    parts = _shapley(groups, asked) if len(groups) <= MOST else None
    how = "in order" if parts is None else "shapley"
    found = _in_order(groups, asked) if parts is None else parts
    ranked = sorted(found, key=lambda cause: (-abs(cause.amount), cause.name))
    return Split(tuple(ranked), how, asked.solves)


def _few(some: Sequence[Change]) -> list[list[Change]]:
    """Return the changes alone, or by thing, or by part of the scenario: whatever first gives few enough."""
    for groups in ([[change] for change in some], grouped(some, 2), grouped(some, 1)):
        if len(groups) <= MOST:
            return groups
    return grouped(some, 1)


class _Remembered:
    """The optimum with some of the changes made, each solved once."""

    def __init__(self, before: Mapping[str, Any], value: Value):
        self._before, self._value = before, value
        self._known: dict[frozenset[tuple[str, ...]], float | None] = {}

    @property
    def solves(self) -> int:
        """How many scenarios were solved."""
        return len(self._known)

    def __call__(self, some: Sequence[Change]) -> float | None:
        key = frozenset(change.path for change in some)
        if key not in self._known:
            self._known[key] = self._value(applied(self._before, some))
        return self._known[key]


def _shapley(groups: list[list[Change]], asked: _Remembered) -> list[Cause] | None:
    """Return the Shapley value of each group, None where some mixture has no plan."""
    n = len(groups)
    values: dict[tuple[int, ...], float] = {}
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            value = asked([change for i in chosen for change in groups[i]])
            if value is None:
                return None
            values[chosen] = value
    causes = []
    for i in range(n):
        others = [j for j in range(n) if j != i]
        terms = [
            math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            * (values[tuple(sorted((*chosen, i)))] - values[chosen])
            for size in range(n)
            for chosen in combinations(others, size)
        ]  # fmt: skip
        causes.append(Cause(tuple(groups[i]), math.fsum(terms)))
    return causes


def _in_order(groups: list[list[Change]], asked: _Remembered) -> list[Cause]:
    """Return what each group adds when its turn comes; groups without a plan between them are taken together."""
    causes: list[Cause] = []
    done: list[Change] = []
    waiting: list[Change] = []
    last = asked(())
    assert last is not None
    for group in groups:
        waiting += group
        value = asked([*done, *waiting])
        if value is not None:
            causes.append(Cause(tuple(waiting), value - last))
            done, waiting, last = [*done, *waiting], [], value
    return causes
