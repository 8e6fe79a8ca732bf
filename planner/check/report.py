"""What came of scenarios, in words and a table with a line for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.check.expected import Statement
from planner.check.outcome import Outcome
from planner.check.update import Change
from planner.plan import words
from planner.plan.sections import Column, Section, Table
from planner.plan.summary import Summary

COLUMNS = (
    Column("scenario"), Column("result"), Column("of"), Column("expected", right=True), Column("found", right=True),
    Column("difference", right=True), Column("second opinion"), Column("time, s", right=True),
)  # fmt: skip
MOST_WORDS = 40
"""Longer texts are cut in the table; what differs is told in full below it."""

NEGLIGIBLE = 1e-9
"""A relative difference below this is rounding, and reads as 0 in the table."""


def report(outcomes: Sequence[Outcome], silent: Sequence[Path], changes: Sequence[Change], left: int = 0) -> Summary:
    """Return the summary; `left` scenarios were not checked since the run was interrupted."""
    sections = [_lines(outcomes)] if outcomes else []
    differing = [outcome for outcome in outcomes if outcome.verdict not in ("wrong input", "fault")]
    failures = [_told(outcome, text) for outcome in differing for text in outcome.failures]
    sections += [Section("What is not as stated", lines=tuple(failures))] if failures else []
    asked = [(outcome.name, outcome.uniqueness["text"]) for outcome in outcomes if outcome.uniqueness]
    sections += [Section("Whether the plan is the only one", lines=tuple(f"{name}: {text}" for name, text in asked))]
    sections += [Section("Written anew", lines=tuple(c.words for c in changes if not c.why))]
    sections += [Section("Not written anew", lines=tuple(c.words for c in changes if c.why))]
    sections += [Section("Scenarios that state nothing", lines=tuple(map(str, silent)))]
    shown = tuple(section for section in sections if section.lines or section.table)
    mood = "good" if outcomes and not left and all(o.verdict == "held" for o in outcomes) else "bad"
    return Summary(verdict(outcomes, left), mood, "", (), shown)


def verdict(outcomes: Sequence[Outcome], left: int = 0) -> str:
    """Return the result in one sentence."""
    held = sum(outcome.verdict == "held" for outcome in outcomes)
    statements = sum(statement.held for outcome in outcomes for statement in outcome.statements)
    opinions = sum(opinion.held for outcome in outcomes for opinion in outcome.opinions)
    parts = [f"Held: {held:,} of {words.count(len(outcomes), 'scenario')}", words.count(statements, "statement")]
    parts += [words.count(opinions, "second opinion")] if opinions else []
    parts += [f"not checked: {left:,}"] if left else []
    return f"{'; '.join(parts)}."


def _lines(outcomes: Sequence[Outcome]) -> Section:
    twice = Counter(outcome.name for outcome in outcomes)
    rows = [_row(o, o.name if twice[o.name] == 1 else str(o.file)) for o in outcomes]
    kept = [i for i in range(len(COLUMNS)) if any(row[i] for row in rows)]
    table = Table(tuple(COLUMNS[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows))
    return Section("Scenarios", table=table)


def _row(outcome: Outcome, name: str) -> tuple[str, ...]:
    """Return the line of a scenario: what is missed first, or else its objective, or else its status."""
    result, seconds = outcome.verdict, f"{outcome.seconds:.2f}"
    if not outcome.statements:
        return (name, result, "", "", "", "", "", seconds)
    told = min(outcome.statements, key=_rank)
    opinions = ", ".join(f"{o.solver.split(' ')[0]} {'agrees' if o.held else 'differs'}" for o in outcome.opinions)
    return (
        name, result, _short(told.what.removeprefix("the ")), _short(_figure(told.expected)), _short(_figure(told.found)),
        "" if told.difference is None else _relative(told.difference, told.expected), opinions, seconds,
    )  # fmt: skip


def _rank(statement: Statement) -> tuple[bool, bool, bool]:
    return statement.held, statement.path != ("expect", "objective"), isinstance(statement.expected, str)


def _figure(value: float | str | None) -> str:
    return "missing" if value is None else value if isinstance(value, str) else f"{value:,.12g}"


def _relative(difference: float, expected: float | str) -> str:
    """Return a relative difference as a percentage of what is stated; of 0, the difference itself."""
    if abs(difference) < NEGLIGIBLE:
        return "0"
    return f"{difference:+.2g}" if expected == 0 else f"{difference * 100:+.2g} %"


def _short(text: str) -> str:
    return text if len(text) <= MOST_WORDS else f"{text[: MOST_WORDS - 3]}..."


def _told(outcome: Outcome, text: str) -> str:
    return text if text.startswith(f"{outcome.file}:") else f"{outcome.file}: {text}"


def document(
    outcomes: Sequence[Outcome], silent: Sequence[Path], changes: Sequence[Change], left: int, code: int
) -> dict[str, Any]:
    """Return all of it as plain data for `--json`."""
    status = "interrupted" if left else "held" if all(o.verdict == "held" for o in outcomes) else "not held"
    return {
        "status": status,
        "exit_code": code,
        "checked": len(outcomes),
        "held": sum(outcome.verdict == "held" for outcome in outcomes),
        "not_checked": left,
        "scenarios": [outcome.as_dict() for outcome in outcomes],
        "without_expect": [str(file) for file in silent],
        "changes": [change.as_dict() for change in changes],
    }
