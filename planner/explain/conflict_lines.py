"""A conflict as it is told: each input with its path, what it says, its figure, unit and periods, and its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner.explain.conflict import Conflict, Feasibility, RowOf, conflict_of
from planner.explain.conflict_statements import Statement
from planner.explain.conflict_words import TEXTS, View
from planner.plan import words
from planner.scenario.assign import parse_path
from planner.scenario.load import Scenario

UNPROVEN = "That none of the inputs in conflict could be left out was not proven within {seconds} seconds; explain infeasible --solve goes on with it."


@dataclass(frozen=True)
class Told:
    """A statement in words.

    Attributes
    ----------
    path, kind
        Path in the scenario, and what the statement states.
    text
        What it says, without a capital or full stop.
    amount, unit
        Its figure where it has one (the greatest of those in conflict), and the unit of that.
    periods
        Periods in conflict; empty where they are not known, or do not matter.
    place
        File, line and column of what it comes from; "" where there is no file.
    """

    path: str
    kind: str
    text: str
    amount: float | None
    unit: str
    periods: tuple[str, ...]
    place: str

    @property
    def line(self) -> str:
        """The statement as it is told without its file: path, then words."""
        return f"{self.path}: {self.text}"

    @property
    def plain(self) -> dict[str, Any]:
        """The statement as plain data, without the place: a plan does not depend on where its scenario lies."""
        return {name: value for name, value in self.to_dict().items() if name != "place"}

    @property
    def placed(self) -> str:
        """The statement as a line with its file, line and column."""
        return f"{self.place}: {self.line}" if self.place else self.line

    def to_dict(self) -> dict[str, Any]:
        """Return the statement as plain data."""
        return {**vars(self), "periods": list(self.periods), "place": self.place or None}


def conflict_told(scenario: Scenario, seconds: float) -> tuple[tuple[Told, ...], list[str]]:
    """Return why a scenario has no plan, and what is to be noted about that."""
    found = conflict_of(Feasibility(scenario, seconds))
    if found is None:
        return (), []
    return told_of(scenario, found), [] if found.is_proven else [UNPROVEN.format(seconds=words.number(seconds))]


def told_of(scenario: Scenario, conflict: Conflict) -> tuple[Told, ...]:
    """Return the members of a conflict in words."""
    return tuple(_told(scenario, member, conflict.rows.get(member.path, ())) for member in conflict.members)


def place_of(scenario: Scenario, path: str) -> str:
    """Return file, line and column of a path, or the `--set` that gave it; "" for a scenario that was not read from files."""
    place = scenario.place(parse_path(path))
    return str(place) if place.line or place.file.startswith("--set ") else ""


def _told(scenario: Scenario, statement: Statement, rows: tuple[RowOf, ...]) -> Told:
    view = View(scenario, statement, rows)
    text, amount, unit = TEXTS[statement.kind](view)
    return Told(
        statement.path, statement.kind, text, amount, unit, view.periods, place_of(scenario, statement.path)
    )  # fmt: skip
