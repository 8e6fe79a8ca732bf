"""A verdict as a summary that a terminal draws."""

from __future__ import annotations

from planner.certify.proof import Interval
from planner.certify.verdict import DIGITS, Verdict, amount, share
from planner.plan import words
from planner.plan.sections import Column, Section, Table, cut
from planner.plan.summary import Summary


def summary_of(verdict: Verdict) -> Summary:
    """Return a verdict as a summary."""
    sections = [*_intervals(verdict.intervals)]
    for title, lines in (
        ("Not proven", [words.sentence(gap) for gap in verdict.gaps]),
        ("Not what follows", [words.sentence(str(mismatch)) for mismatch in verdict.mismatches]),
        ("The solver's word alone", [words.sentence(word) for word in verdict.words_of_solver]),
        ("What was checked", _checked(verdict)),
    ):
        sections += [Section(title, lines=tuple(cut(lines)))] if lines else []
    mood = "bad" if verdict.proves == "nothing" or verdict.mismatches else "good" if verdict.holds else "short"
    return Summary(verdict.sentence, mood, "", (), tuple(sections))


def _intervals(intervals: tuple[Interval, ...]) -> list[Section]:
    if not intervals:
        return []
    columns = (
        Column("objective"), Column("from", right=True), Column("to", right=True), Column("unit"),
        Column("width at most", right=True), Column("proven by"),
    )  # fmt: skip
    return [
        Section(
            f"The optimum lies, to {DIGITS} digits (in full with --json)",
            table=Table(columns, tuple(map(_row, intervals))),
        )
    ]


def _row(interval: Interval) -> tuple[str, ...]:
    sides = (interval.reached, interval.reached) if interval.best is None else (interval.lower, interval.upper)
    low, high = (amount(side, "") for side in sides if side is not None)
    if interval.best is None:
        low = "?"
    by = "the linear relaxation" if interval.relaxed else "the linear programme"
    return (
        interval.name, low, high, interval.unit, "?" if interval.width is None else share(interval.width),
        interval.without if interval.best is None or (interval.relaxed and interval.without) else by,
    )  # fmt: skip


def _checked(verdict: Verdict) -> list[str]:
    if not verdict.programme:
        return []
    lines = [f"Programme {verdict.programme}, built again from the scenario in the plan."]
    if verdict.cells:
        lines.append(f"{verdict.cells:,} cells of the plan's tables, derived again from its decisions.")
    if verdict.prices_width is not None:
        fixed = ", its whole numbers fixed" if any(one.relaxed for one in verdict.intervals) else ""
        lines.append(f"Prices: they prove the plan best within {share(verdict.prices_width)}{fixed}.")
    return lines
