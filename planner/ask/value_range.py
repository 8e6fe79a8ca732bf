"""Range: over which values of one input the plan stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner.ask.amounts import Change, amounts, change_table, changes
from planner.ask.answer import Answer
from planner.ask.bracket import Bracket, bracketed
from planner.ask.face import price_of, prices_hold
from planner.ask.family import Family, family_of
from planner.ask.hot import Hot
from planner.ask.lines import farthest, is_lower
from planner.ask.parameter import Parameter, parameter_of
from planner.ask.posed import Posed, opened, pose
from planner.ask.valuing import Valued
from planner.errors import LimitError, NoPlanError
from planner.plan import words
from planner.plan.sections import Column, Section, section
from planner.planning import Request
from planner.scenario.load import Scenario

BEYOND = 1e-3
"""What lies beyond a range is read this share of the number outside it."""

NO_WIDTH = 1e-9

EQUAL = 1e-7
"""Whole decisions stay best as long as they cost no more than the best ones by this share."""


@dataclass(frozen=True)
class End:
    """One end of a range.

    Attributes
    ----------
    value
        Where it ends; None where nothing ends it.
    exact
        Whether it was found where plans or prices meet, and not between solves.
    beyond
        What the limit's price is beyond it, in the objective's unit for one more; None where that was not asked, or where
        there is no plan.
    feasible
        Whether there is a plan just beyond.
    changes
        What changes there, from within the range to beyond it.
    """

    value: float | None
    exact: bool
    beyond: float | None = None
    feasible: bool = True
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class ValueRange(Answer):
    """The values of an input over which the plan stays as it is.

    Attributes
    ----------
    path, factor, unit, now
        The input: its path, whether the figures are factors on it, its unit, and what it is now.
    kind
        objective: the same amounts stay best. limits: the same limits bind at the same prices, and the amounts move
        along with it. other: the same decisions are taken and the same limits bind, or the same whole decisions. nothing: no
        decision depends on it.
    low, high
        The two ends.
    price
        Change of the objective for one more of a limit, in `price_unit`; None for other inputs.
    degenerate
        Whether the range has no width on a side, as several limits bind at once or several plans are best.
    solves
        How many times the programme was solved for it.
    """

    path: str
    factor: bool
    unit: str
    now: float
    kind: str
    low: End
    high: End
    price: float | None
    price_unit: str
    degenerate: bool
    solves: int
    shown: tuple[str, str, str]

    question = "range"

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        now, low, high = self.shown
        if self.kind == "nothing":
            return f"{self.scenario}: no decision depends on {self.path}, so the plan is the same whatever it is."
        what = {
            "objective": "the plan stays as it is",
            "limits": f"the same limits bind at the same prices ({self._saves})",
            "other": "the same decisions are taken, in other amounts",
            "whole": "the same whole decisions stay best",
        }[self.kind]
        head = f"{self.scenario}: {what} while {self.path}{'' if self.factor else f', now {now},'} is"
        times = " times what it is now" if self.factor else ""
        lower, upper = self.low.value, self.high.value
        if lower is None and upper is None:
            where = "any value at all"
        elif lower is None:
            where = f"{high}{times} or less"
        elif upper is None:
            where = f"{low}{times} or more"
        else:
            where = f"from {low} to {high}{times}"
        return f"{head} {where}{self._doubt}."

    @property
    def _saves(self) -> str:
        price = self.price or 0.0
        if not price:
            return "one more or less changes nothing"
        amount = words.money(abs(price) * self._step, self.price_unit)
        return f"{self._more} {'saves' if price < 0 else 'costs'} {amount}"

    @property
    def _more(self) -> str:
        return "1 % more" if self.factor else "one more"

    @property
    def _step(self) -> float:
        """How much more a price is told of: one, or 0.01 of a factor."""
        return 0.01 if self.factor else 1.0

    def _saved(self, price: float) -> str:
        return words.number(-price * self._step)

    @property
    def _doubt(self) -> str:
        if self.kind in ("other", "whole"):
            return ", found by solving"
        if self.degenerate and self.kind == "limits":
            return "; several limits bind at once there, so the price differs between more and less of it"
        if self.degenerate:
            return "; several plans are equally good there"
        return ""

    def sections(self) -> list[Section]:
        """Return what happens at each end."""
        found = []
        if self.kind == "limits":
            columns = (
                Column("side"),
                Column("ends at", right=True),
                Column(f"{self._more} saves, {self.price_unit}", right=True),
            )
            rows: list[tuple[str, ...]] = [("as it is", self.shown[0], self._saved(self.price or 0.0))]
            for side, end, told in (("below", self.low, self.shown[1]), ("above", self.high, self.shown[2])):
                if end.value is not None:
                    beyond = "no plan" if not end.feasible else "" if end.beyond is None else self._saved(end.beyond)
                    rows.append((side, f"{told}{' times what it is' if self.factor else ''}", beyond))
            found.append(section("Prices beyond the range", columns, rows))
        for title, end in (("What changes below the range", self.low), ("What changes above the range", self.high)):
            found += change_table(title, end.changes, "within", "beyond")
        return found


def value_range(
    scenario: Scenario | str | Path | dict[str, Any], path: str, request: Request | None = None
) -> ValueRange:
    """Return over which values of one input the plan stays as it is.

    Where the input stands in the objective alone, the amounts of the best plan stay best over the whole range, which is found
    exactly by where the lines of plans meet. Where it is a limit of a linear programme, the same limits bind at
    the same prices, which is found exactly too. Elsewhere the ends are bracketed by solving (docs/questions.md).

    Parameters
    ----------
    scenario
        A scenario, a file, or plain data.
    path
        Path of any number; a series by period, or several values, move together by a factor.
    request
        How to solve; the time limit is of all solves together.

    Raises
    ------
    InputError
        If the path leads to no number.
    NoPlanError, LimitError
        If the scenario has no best plan, or none was found in time.
    """
    read = opened(scenario)
    parameter = parameter_of(read, path)
    posed = pose(read, request)
    if parameter.whole:
        return _by_solving(posed, parameter)
    family = family_of(posed, parameter)
    if family.where == "nothing":
        return _answer(posed, parameter, "nothing", End(None, True), End(None, True))
    if family.where == "objective":
        return _of_plan(posed, parameter, family)
    if family.where == "limits" and not posed.is_mip:
        return _of_limit(posed, parameter, family)
    return _by_solving(posed, parameter)


def _of_plan(posed: Posed, parameter: Parameter, family: Family) -> ValueRange:
    """Follow the line of the plan to where another plan's is lower, on both sides."""
    every = Valued(posed, parameter, family)
    mine = every.line(posed.x)

    def end(sign: float, limit: float | None) -> End:
        if limit is not None:
            other = every.best(limit)
            if not is_lower(other, mine, limit):
                return End(None if sign > 0 else limit, True)
        elif not every.has_limit(sign, mine):
            return End(None, True)
        else:
            other = every.steepest(sign)
        p, beyond = farthest(lambda _: mine, every.best, other)
        moved = changes(amounts(posed.built, posed.x), amounts(posed.built, beyond.x))
        return End(max(p, parameter.now) if sign > 0 else min(p, parameter.now), True, changes=moved)

    return _answer(posed, parameter, "objective", end(-1.0, parameter.least), end(1.0, parameter.most))


def _of_limit(posed: Posed, parameter: Parameter, family: Family) -> ValueRange:
    """Return how far the prices hold, and what the limit's price is just beyond."""
    assert posed.row_dual is not None
    assert posed.reduced_cost is not None
    price = posed.objective.sign * price_of(posed, family, posed.row_dual, posed.reduced_cost)
    low, high = prices_hold(posed, parameter, family)
    ends = [_beyond(posed, parameter, family, p, sign) for p, sign in ((low, -1.0), (high, 1.0))]
    return _answer(posed, parameter, "limits", ends[0], ends[1], price)


def _beyond(posed: Posed, parameter: Parameter, family: Family, p: float, sign: float) -> End:
    """Return an end of a range of prices, with the price just beyond it."""
    allowed = parameter.most if sign > 0 else parameter.least
    if not np.isfinite(p):
        return End(None, True)
    if allowed is not None and abs(p - allowed) <= NO_WIDTH * max(1.0, abs(p)):
        return End(None if sign > 0 else p, True)
    move = p + sign * BEYOND * max(abs(p), abs(parameter.now), 1e-6) - parameter.now
    arrays, hot = posed.arrays, posed.hot
    upper = np.where(posed.built.finished.derived, np.inf, arrays.upper)
    hot.change(
        lower=arrays.lower + move * family.lower,
        upper=upper + move * family.upper,
        row_lower=arrays.row_lower + move * family.row_lower,
        row_upper=arrays.row_upper + move * family.row_upper,
        constant=arrays.constant + move * family.constant,
    )
    try:
        found = hot.best()
    except NoPlanError:
        return End(p, True, feasible=False)
    if found.row_dual is None or found.reduced_cost is None:
        return End(p, True)
    return End(p, True, posed.objective.sign * price_of(posed, family, found.row_dual, found.reduced_cost))


def _by_solving(posed: Posed, parameter: Parameter) -> ValueRange:
    """Bracket the ends: where the whole decisions, or the basis, are no longer best."""
    holds = _whole_hold(posed) if posed.is_mip else _basis_holds(posed)
    ends, complete = [], True
    for up in (False, True):
        found = bracketed(parameter, holds, up=up)
        complete &= not found.stopped
        ends.append(End(_ended(parameter, found, up=up), False))
    return replace(_answer(posed, parameter, "whole" if posed.is_mip else "other", ends[0], ends[1]), complete=complete)


def _ended(parameter: Parameter, found: Bracket, *, up: bool) -> float | None:
    """Return where a bracket ends a range: at a limit of the schema where it is no nearer to that than it can tell."""
    limit = parameter.most if up else parameter.least
    if found.between is None:
        return limit if not up and found.reached == limit else None
    inside, outside = found.between
    return limit if outside == limit and not parameter.whole and not found.stopped else inside


def _again(posed: Posed, scenario: Scenario) -> Posed:
    """Return the scenario with another number, solved in the time that is left."""
    seconds = posed.clock.left
    if seconds <= 0:
        raise LimitError("the time limit ended the search")
    posed.clock.solves += 1
    return pose(scenario, Request(time_limit=seconds, threads=posed.options.threads, seed=posed.options.seed))


def _whole_hold(posed: Posed) -> Callable[[Scenario], bool]:
    """Return a test of whether the whole decisions of the plan are still the best ones."""
    whole = posed.arrays.integer

    def holds(scenario: Scenario) -> bool:
        other = _again(posed, scenario)
        if other.arrays.columns != posed.arrays.columns:
            return False
        kept = np.rint(posed.x)
        other.hot.change(
            lower=np.where(whole, kept, other.arrays.lower), upper=np.where(whole, kept, other.arrays.upper)
        )
        mine = other.hot.answer()
        return mine.objective is not None and mine.objective <= other.value + EQUAL * max(1.0, abs(other.value))

    return holds


def _basis_holds(posed: Posed) -> Callable[[Scenario], bool]:
    """Return a test of whether the basis of the plan stays optimal, so that the same decisions are taken."""
    basis = posed.hot.basis()

    def holds(scenario: Scenario) -> bool:
        other = _again(posed, scenario)
        if (other.arrays.columns, other.arrays.rows) != (posed.arrays.columns, posed.arrays.rows):
            return False
        found = Hot(other.arrays, posed.options, posed.clock, basis).best()
        return found.iterations == 0

    return holds


def _answer(
    posed: Posed, parameter: Parameter, kind: str, low: End, high: End, price: float | None = None
) -> ValueRange:
    now = parameter.now
    width = NO_WIDTH * max(1.0, abs(now))
    degenerate = any(
        end.value is not None and abs(end.value - now) <= width and now not in (parameter.least, parameter.most)
        for end in (low, high)
    )
    below, above = (parameter.shown_end(end.value) if end.value is not None else "" for end in (low, high))
    return ValueRange(
        posed.name, True, parameter.asked, parameter.factor, parameter.unit, now, kind, low, high, price,
        posed.objective.unit, degenerate and kind != "nothing", posed.clock.solves, (parameter.shown(now), below, above),
    )  # fmt: skip
