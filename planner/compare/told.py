"""A comparison in words and tables."""

from __future__ import annotations

from typing import Any

from planner.compare.comparison import Comparison
from planner.compare.moved import Move
from planner.plan import words
from planner.plan.plan import Plan
from planner.plan.sections import Column, Section, section

LONGEST = 40
"""Characters of a value that are shown."""


def told(compared: Comparison, most: int = 12) -> list[Section]:
    """Return a comparison as sections: the verdict, what was changed, the causes, what moved."""
    if not compared.differ:
        return [Section("No difference", lines=("Both scenarios and their plans are the same.",))]
    found = [Section("Difference", lines=tuple(_verdict(compared)))]
    if compared.changes:
        rows: list[tuple[str, ...]] = [(c.sign, c.name, _value(c.before), _value(c.after)) for c in compared.changes]
        found.append(
            section("What was changed", (Column(""), Column("input"), Column("before"), Column("after")), rows, most)
        )
    if compared.split is not None:
        found.append(_causes(compared, most))
    for amount, moved in compared.moved.items():
        columns = (
            Column(""),
            Column(amount.by),
            *(Column(name, right=True) for name in ("before", "after", "change", "%")),
        )
        found.append(section(f"{amount.title}, {amount.unit}", columns, [_row(move) for move in moved], most))
    return found


def _verdict(compared: Comparison) -> list[str]:
    before, after, by = compared.before, compared.after, compared.by
    lines = []
    if before.status != after.status:
        lines.append(f"The first is {before.status}, the second {after.status}.")
    if not (before.has_plan and after.has_plan):
        lines.append("Only plans have amounts to compare.")
    elif before.currency != after.currency:
        lines.append(f"The first is in {before.currency}, the second in {after.currency}: money is not compared.")
    elif by is None:
        lines.append(f"The first is a plan for {before.objective_name}, the second for {after.objective_name}.")
    elif by == 0:
        lines.append(f"The {after.objective_name} is the same: {_amount(after.objective or 0.0, after)}.")
    else:
        share = f", {words.percent(abs(by / before.objective))} of it" if before.objective else ""
        how = "more" if by > 0 else "less"
        lines.append(
            f"The {after.objective_name} goes from {_amount(before.objective or 0.0, before)} to "
            f"{_amount(after.objective or 0.0, after)}: {_amount(abs(by), after)} {how}{share}."
        )
    old, new = before.served_fraction, after.served_fraction
    if old is not None and new is not None and abs(new - old) > 1e-9:
        lines.append(f"Served is {words.percent(new)} of the demand, {words.percent(old)} before.")
    if before.earliest != after.earliest and before.earliest and after.earliest:
        lines.append(f"All demand can be met {_when(after.earliest)}; before: {_when(before.earliest)}.")
    lines += _sites(compared)
    return lines


def _when(earliest: str) -> str:
    """Return from when all demand can be met, in words."""
    told = {"never": "in no period of the horizon", "unknown": "from a period not found in time"}
    return told.get(earliest, f"from {earliest} on")


def _sites(compared: Comparison) -> list[str]:
    """Say which sites are open in one of the plans alone, and how many regions are served from elsewhere."""
    moved = next((those for amount, those in compared.moved.items() if amount.table == "sites"), ())
    lines = [
        words.sentence(f"{verb} {words.listed(names, 8)}")
        for verb, sign in (("Now open:", "+"), ("No longer open:", "-"))
        if (names := [move.of for move in moved if move.sign == sign])
    ]
    regions = {region for _, region in compared.regions}
    if regions:
        whole = len(set(compared.after.served["region"]))
        are = "is" if len(regions) == 1 else "are"
        named = words.listed(sorted(regions), 8)
        lines.append(
            f"{len(regions):,} of {words.count(whole, 'region')} {are} served from elsewhere, at least in part: {named}."
        )
    return lines


def _amount(value: float, plan: Plan) -> str:
    return words.quantity(value, plan.objective_unit)


def _causes(compared: Comparison, most: int) -> Section:
    found, by = compared.split, compared.by
    assert found is not None
    assert by is not None
    rows: list[tuple[str, ...]] = [
        (cause.name, _signed(cause.amount), words.percent(cause.amount / by) if by else "") for cause in found.causes
    ]
    rows = rows[:most]
    rest = compared.left_over + sum(cause.amount for cause in found.causes[most:])
    if abs(rest) > 1e-9 * max(1.0, abs(by)):
        rows.append(("the rest", _signed(rest), words.percent(rest / by) if by else ""))
    rows.append(("all together", _signed(by), ""))
    how = "Shapley values" if found.how == "shapley" else "one after another, in order of path"
    title = f"Which change costs how much, {compared.after.objective_unit} ({how})"
    return section(
        title, (Column("input"), Column("adds", right=True), Column("% of all", right=True)), rows, len(rows)
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{words.number(value)}"


def _row(move: Move) -> tuple[str, ...]:
    before, after = move.before or 0.0, move.after or 0.0
    share = words.percent(move.by / abs(before)) if before else ""
    return (
        move.sign, move.of, words.number(before) if move.before else "", words.number(after) if move.after else "",
        _signed(move.by), share,
    )  # fmt: skip


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        text = ", ".join(f"{key} {_value(each)}" for key, each in value.items())
    else:
        text = ", ".join(map(_value, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
