"""What a scenario says that solving it must give (`expect:`), held against the plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from planner.check.cells import amount, named, unknown_labels
from planner.errors import InputError, Place, Problem
from planner.plan.plan import Plan
from planner.scenario.tree import KeyPath, dotted

TOLERANCE = 1e-6

type PlaceOf = Callable[[KeyPath], Place | None]


@dataclass(frozen=True)
class Statement:
    """One thing that a scenario states, and what was found.

    Attributes
    ----------
    what
        What it is about, in words: the objective.
    path, place
        Where it is stated: path in the scenario, and file, line and column where known.
    expected, found
        What is stated and what the plan says, figures or words; None where the plan has no such figure.
    tolerance
        Relative tolerance of a figure (absolute where 0 is stated).
    origin, source
        Where what is stated comes from.
    held
        Whether the plan keeps it.
    """

    what: str
    path: KeyPath
    place: Place | None
    expected: float | str
    found: float | str | None
    tolerance: float
    origin: str
    source: str
    held: bool

    @property
    def difference(self) -> float | None:
        """Relative difference of what was found, absolute where 0 is stated; None for words."""
        if isinstance(self.expected, str) or self.found is None or isinstance(self.found, str):
            return None
        return relative(self.found, self.expected)

    @property
    def words(self) -> str:
        """What is not kept, in one sentence."""
        said = f" ({', '.join(filter(None, [self.origin, self.source]))})"
        if isinstance(self.expected, str):
            return f"{self.what} is {self.found}, not {self.expected}{said}"
        shown = "missing" if self.found is None else f"{self.found:.9g}"
        return f"{self.what} is {shown}, not {self.expected:.9g} within {self.tolerance:g}{said}"


def relative(found: float, stated: float) -> float:
    """Return the difference of two figures as a share of the one stated, or itself where that is 0."""
    return (found - stated) / (abs(stated) or 1.0)


def close(found: float, stated: float, tolerance: float) -> bool:
    """Return whether a figure is as stated: within the tolerance relative to it, or of 0 where that is stated."""
    return math.isclose(found, stated, rel_tol=tolerance, abs_tol=0.0 if stated else tolerance)


def missed(plan: Plan) -> list[str]:
    """Return each statement of the scenario's `expect` that the plan does not keep, in words; none where all hold."""
    return [statement.words for statement in statements(plan) if not statement.held]


def statements(plan: Plan, place_of: PlaceOf = lambda _: None) -> list[Statement]:
    """Return all that the scenario of a plan states of it, each held against it.

    Raises
    ------
    InputError
        If a label is stated that no row of a table can have, as far as only the plan knows.
    """
    expect: dict[str, Any] | None = plan.scenario.get("expect")
    if expect is None:
        return []
    return list(_Statements(plan, expect, place_of).all())


class _Statements:
    def __init__(self, plan: Plan, expect: dict[str, Any], place_of: PlaceOf):
        self.plan, self.expect, self.place_of = plan, expect, place_of

    def all(self) -> Iterator[Statement]:
        """Yield the status, then what is stated of a plan or of a conflict."""
        plan, expect = self.plan, self.expect
        status = expect.get("status", "optimal")
        yield self._words("the status", ("status",), status, plan.status, held=plan.status == status)
        if plan.status != status and not plan.has_plan:
            return
        if "conflict" in expect:
            yield self._conflict(expect["conflict"])
        yield from self._figure("the objective", ("objective",), plan.objective)
        yield from self._figure("the fraction served", ("served_fraction",), plan.served_fraction)
        for key in sorted(expect.get("chains", {})):
            yield from self._figure(f"chain {key}", ("chains", key), _result(plan, key))
        yield from self._tables(expect.get("tables", {}))

    def _tables(self, tables: dict[str, list[dict[str, Any]]]) -> Iterator[Statement]:
        problems = []
        for table, cells in sorted(tables.items()):
            rows = self.plan.tables.get(table)
            for i, cell in enumerate(cells):
                path: KeyPath = ("expect", "tables", table, i)
                if rows is None:
                    yield from self._figure(named(table, cell), path[1:], None)
                    continue
                for column, position, message in unknown_labels(table, rows, cell.get("where", {})):
                    at = (*path, "where", column, *(() if position is None else (position,)))
                    problems.append(Problem(message, dotted(at), self.place_of(at), "reference"))
                yield from self._figure(named(table, cell), path[1:], amount(rows, cell))
        if problems:
            raise InputError(problems)

    def _figure(self, what: str, at: KeyPath, found: float | None) -> Iterator[Statement]:
        stated: Any = self.expect
        for part in at:
            stated = stated.get(part) if isinstance(stated, dict) else stated[part]
        if stated is None:
            return
        own: dict[str, Any] = stated if isinstance(stated, dict) else {}
        value = float(own["value"] if own else stated)
        tolerance = float(own.get("tolerance", self.expect.get("tolerance", TOLERANCE)))
        path = ("expect", *at, *(("value",) if own else ()))
        held = found is not None and close(found, value, tolerance)
        yield Statement(what, path, self.place_of(path), value, found, tolerance, *self._said(own), held)

    def _conflict(self, phrases: list[str]) -> Statement:
        """The conflict is held if each phrase stands in one of its statements, and each statement has a phrase."""
        named_in = [[_folded(phrase) in _folded(text) for text in self.plan.conflict] for phrase in phrases]
        held = all(map(any, named_in)) and all(map(any, zip(*named_in, strict=True)))
        found = "; ".join(self.plan.conflict) or "not found"
        return self._words("the conflict", ("conflict",), "; ".join(phrases), found, held=held)

    def _words(self, what: str, at: KeyPath, expected: str, found: str, *, held: bool) -> Statement:
        path = ("expect", *at)
        return Statement(what, path, self.place_of(path), expected, found, 0.0, *self._said({}), held)

    def _said(self, own: dict[str, Any]) -> tuple[str, str]:
        """Return origin and source of a figure: its own, or those of all."""
        mine = {"origin": self.expect.get("origin", "recorded"), "source": self.expect.get("source", "")} | own
        return str(mine["origin"]), str(mine["source"])


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _result(plan: Plan, key: str) -> float | None:
    """Return the result of `chain` or `chain/step` in the first period."""
    if "chains" not in plan.tables:
        return None
    name, _, step = key.partition("/")
    rows = plan.tables["chains"]
    rows = rows[(rows["chain"] == name) & ((rows["step"] == step) | (not step))]
    rows = rows[rows["period"] == rows["period"].iloc[0]] if len(rows) else rows
    return float(rows["result"].iloc[-1]) if len(rows) else None
