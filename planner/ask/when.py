"""Earliest: from which period on demand can be met, and what that date becomes as an input changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from planner.ask.answer import Answer
from planner.ask.hot import Clock
from planner.ask.posed import opened, ready
from planner.earliest_date import Date, Wanted, earliest_date
from planner.errors import InputError, NoPlanError, Place, Problem
from planner.plan import words
from planner.plan.dates import NEVER, UNKNOWN
from planner.plan.sections import Column, Section, section
from planner.planning import Request
from planner.scenario.load import Scenario
from planner.scenario.suggest import did_you_mean
from planner.solver.options import SolveOptions
from planner.whatif.changes import resolved

NO_PLAN = "no plan"


@dataclass(frozen=True)
class Case:
    """The date under one change.

    Attributes
    ----------
    path, value
        What is changed, and to what, as it was written.
    date
        The period, `never`, `unknown` where the time limit stopped the search, or `no plan` where the rules cannot be kept.
    periods_sooner
        How many periods sooner than without the change; None where either is no period.
    """

    path: str
    value: Any
    date: str
    periods_sooner: int | None


@dataclass(frozen=True)
class Earliest(Answer):
    """The earliest date from which on demand can be met, whatever it costs unless a price is stated.

    Attributes
    ----------
    date
        The period, `never` in the horizon, or `unknown` where the time limit stopped the search.
    after, by
        Where unknown: the last period that is proven too early, and the first that is proven to do; "" where none is.
    share, at_most
        What was asked: the share of the demand of each workload and period, and what a unit may cost by workload.
    cases
        The date under each change.
    solves
        How many times a programme was solved for it.
    """

    date: str
    after: str
    by: str
    last: str
    share: float
    at_most: dict[str, float]
    currency: str
    units: dict[str, str]
    cases: tuple[Case, ...]
    solves: int

    question = "earliest"

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        what = "all demand" if self.share == 1 else f"{words.percent(self.share)} of the demand"
        prices = [
            f"{words.money(price, self.currency)} a {self.units[w]}" + (f" of {w}" if len(self.units) > 1 else "")
            for w, price in sorted(self.at_most.items())
        ]
        cost = f"at {words.listed(prices)} or less" if prices else "whatever it costs"
        if self.date == NEVER:
            head = f"{self.scenario}: no plan can meet {what} from any period up to {self.last} on, {cost}"
        elif self.date == UNKNOWN:
            known = [f"not from {self.after} on"] * bool(self.after) + [f"but from {self.by} on"] * bool(self.by)
            head = f"{self.scenario}: from when on {what} can be met is not known in the time given" + (
                f": {', '.join(known)}" if known else ""
            )
        else:
            head = f"{self.scenario}: {what} can be met from {self.date} on at the earliest, {cost}"
        best = max((c for c in self.cases if c.periods_sooner), key=lambda c: c.periods_sooner or 0, default=None)
        if best is None or (best.periods_sooner or 0) <= 0:
            return f"{head}."
        sooner = words.count(best.periods_sooner or 0, "period")
        return f"{head}; from {best.date}, {sooner} sooner, with {best.path} = {best.value}."

    def sections(self) -> list[Section]:
        """Return the dates under the changes."""
        columns = (Column("change"), Column("to"), Column("from"), Column("periods sooner", right=True))
        rows: list[tuple[str, ...]] = [
            (c.path, str(c.value), c.date, "" if c.periods_sooner is None else str(c.periods_sooner))
            for c in self.cases
        ]
        return [section("Under a change", columns, rows, len(rows))] if rows else []


def earliest(
    scenario: Scenario | str | Path | dict[str, Any], *, share: float = 1.0, at_most: float | Mapping[str, float] | None = None,
    vary: Mapping[str, Sequence[Any]] | None = None, request: Request | None = None,
) -> Earliest:  # fmt: skip
    """Return the earliest period from which on demand can be met.

    Parameters
    ----------
    scenario
        A scenario, a file, or plain data. Its objective is set aside; budgets and all other rules hold.
    share
        Share of the demand of each workload in each period that is to be met.
    at_most
        What a unit may cost, by workload or for the only one: the whole cost of the plan, penalties left out, is to be paid by
        so much for each unit served over the horizon, all discounted to the base date. Any cost where None.
    vary
        Values by path, each tried alone: the paths and values of `planner.what_if`, such as `{"supply.*.units": ["*1.5"]}`.
    request
        How to solve; the time limit is of all solves together.

    Raises
    ------
    InputError
        If the share is no share, a workload of a price or a path is not there, or a value is not allowed.
    NoPlanError
        If no plan keeps the rules of the scenario.
    """
    read = opened(scenario)
    if not isinstance(share, Real) or not 0 < share <= 1:
        raise InputError(Problem("must be a share above 0, at most 1", "share", Place("earliest"), "ask"))
    if vary is not None and not (isinstance(vary, Mapping) and all(isinstance(v, list | tuple) for v in vary.values())):
        raise InputError(Problem("takes a list of values by path", "vary", Place("earliest"), "ask"))
    prices = _prices(read, at_most)
    _, options = (request or Request()).resolved(read)
    clock = Clock.of(options.time_limit)
    changed = [
        (path, value, read.replace(resolved(read, {path: value})))
        for path, values in (vary or {}).items()
        for value in values
    ]  # all are read before any is solved
    wanted = Wanted(share, prices)
    found = _date(read, options, wanted, clock)
    names = read.calendar.names
    cases = []
    for path, value, other in changed:
        try:
            date = _date(other, options, wanted, clock).period
        except NoPlanError:
            date = NO_PLAN
        sooner = names.index(found.period) - names.index(date) if {date, found.period} <= {*names} else None
        cases.append(Case(path, value, date, sooner))
    dates = [found.period, *(case.date for case in cases)]
    return Earliest(
        str(read.document.name), UNKNOWN not in dates, found.period, found.after, found.by, names[-1], share, prices,
        read.document.money.currency, {w: read.document.workloads[w].unit for w in read.document.workloads}, tuple(cases),
        clock.solves,
    )  # fmt: skip


def _date(scenario: Scenario, options: SolveOptions, wanted: Wanted, clock: Clock) -> Date:
    built, _ = ready(scenario)
    return earliest_date(built, options, wanted, clock)


def _prices(scenario: Scenario, at_most: float | Mapping[str, float] | None) -> dict[str, float]:
    """Return the price by workload; one number is the price of the only workload."""
    workloads = scenario.document.workloads
    if at_most is None:
        return {}
    given = list(at_most.values()) if isinstance(at_most, Mapping) else [at_most]
    if not all(math.isfinite(price) and price >= 0 for price in given):
        raise InputError(Problem("must be a price of 0 or more", "at-most", Place("earliest"), "ask"))
    if not isinstance(at_most, Mapping):
        if len(workloads) != 1:
            message = f"is for a scenario with one workload; say of which: {' or '.join(f'{w}=PRICE' for w in sorted(workloads))}"
            raise InputError(Problem(message, "at-most", Place("earliest"), "ask"))
        return {next(iter(workloads)): float(at_most)}
    for name in at_most:
        if name not in workloads:
            message = f"there is no workload {name!r}{did_you_mean(name, workloads)}"
            raise InputError(Problem(message, "at-most", Place("earliest"), "unknown-name"))
    return {name: float(price) for name, price in at_most.items()}
