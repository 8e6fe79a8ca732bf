"""Time: the periods of a plan, the slices of a period, and money over both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from planner.scenario.base import (
    TAG,
    Fraction,
    Limits,
    NonNegative,
    Part,
    PeriodName,
    Periods,
    Positive,
    Text,
    Whole,
    shape,
)
from planner.scenario.suggest import did_you_mean

MONTHS_PER_YEAR = 12
HOURS_PER_MONTH = 730.0
"""A year is 8,760 hours and a month a twelfth of it, so that equal periods are equally long."""

LENGTHS = {"hour": 1 / 730, "day": 24 / 730, "week": 168 / 730, "month": 1.0, "quarter": 3.0, "year": 12.0}
"""Months in a period of each name."""

MOST_PERIODS = 100_000
MOST_YEARS = 200

_START = re.compile(r"(\d{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")
_SPAN = re.compile(r"([1-9]\d{0,3}) (hour|day|week|month|quarter|year)s?")


def _text_or_number(value: Any) -> str:
    return f"{TAG}number" if type(value) is int else f"{TAG}text"


class Span(Part):
    """Several periods of one length."""

    period: Text = Field(description="Length of each period, as in horizon.period.", examples=["month"])
    count: Whole = Field(description="Number of periods.", ge=1, le=MOST_PERIODS, examples=[12])


class Horizon(Part):
    """The periods of the plan."""

    start: Annotated[
        Annotated[Text, Tag(f"{TAG}text")] | Annotated[Whole, Tag(f"{TAG}number"), Field(ge=0, le=9999)],
        Discriminator(_text_or_number),
    ] = Field(
        description="First period: a year, quarter or month. The base date of discounting.",
        examples=["2024Q1", "2024-03", "2024"],
    )
    period: Text = Field(
        "year",
        description="Length of a period: hour, day, week, month, quarter, year, or a number of them ('6 months').",
        examples=["quarter", "6 months"],
    )
    count: Whole = Field(1, description="Number of periods.", ge=1, le=MOST_PERIODS, examples=[16])
    spans: list[Span] | None = Field(
        None,
        description="Periods of several lengths, one span after the other, in place of `period` and `count`.",
        examples=[[{"period": "month", "count": 12}, {"period": "year", "count": 3}]],
        min_length=1,
    )
    names: list[PeriodName] | None = Field(
        None,
        min_length=1,
        description="Own names of the periods, in place of the calendar's.",
        examples=[["winter", "summer"]],
    )


@dataclass(frozen=True)
class Calendar:
    """The horizon worked out: the name and length of each period, and the month (since year 0) it begins in."""

    names: tuple[str, ...]
    months: tuple[float, ...]
    first_month: int

    @property
    def hours(self) -> tuple[float, ...]:
        """Hours of each period, whole where they are so but for rounding."""
        hours = (length * HOURS_PER_MONTH for length in self.months)
        return tuple(float(round(h)) if abs(h - round(h)) < 1e-9 * max(h, 1) else h for h in hours)

    @property
    def offsets(self) -> tuple[float, ...]:
        """Months from the base date to the start of each period, and to the end of the last."""
        return (0.0, *accumulate(self.months))

    @property
    def starts(self) -> tuple[float, ...]:
        """Years from the base date to the start of each period."""
        return tuple(offset / MONTHS_PER_YEAR for offset in self.offsets[:-1])

    @cached_property
    def years(self) -> tuple[str, ...]:
        """Calendar year that each period starts in."""
        return tuple(str(int((self.first_month + offset + 1e-9) // MONTHS_PER_YEAR)) for offset in self.offsets[:-1])


class CalendarError(ValueError):
    """A horizon that is well-formed, but no calendar: what is wrong, and at which path below `horizon`."""

    def __init__(self, message: str, path: tuple[str | int, ...]):
        super().__init__(message)
        self.path = path


def calendar(horizon: Horizon) -> Calendar:
    """Work out the periods of a horizon.

    Raises
    ------
    CalendarError
        If the start or the length of a period is no date or length, the names do not fit, or the horizon is too long.
    """
    found = _START.fullmatch(str(horizon.start))
    if not found:
        raise CalendarError("must be a year, quarter or month, like 2024, 2024Q1 or 2024-03", ("start",))
    year, quarter, month = found.groups()
    first = int(year) * 12 + (3 * (int(quarter) - 1) if quarter else int(month) - 1 if month else 0)
    if horizon.spans is not None and horizon.model_fields_set & {"period", "count"}:
        raise CalendarError("stand in place of period and count, which are given too", ("spans",))
    if horizon.spans is None:
        lengths = [(_months(horizon.period, ("period",)), horizon.count)]
    else:
        lengths = [(_months(span.period, ("spans", i, "period")), span.count) for i, span in enumerate(horizon.spans)]
    months = [length for length, count in lengths for _ in range(count)]
    if len(months) > MOST_PERIODS or sum(months) > MONTHS_PER_YEAR * MOST_YEARS:
        where = "spans" if horizon.spans is not None else "count"
        raise CalendarError(f"a horizon has at most {MOST_PERIODS:,} periods and {MOST_YEARS} years", (where,))
    names = horizon.names or [_label(first, start, length, t) for t, (start, length) in enumerate(_starts(months))]
    if len(names) != len(months) or len(set(names)) != len(names):
        raise CalendarError(f"must name each of the {len(months)} periods once", ("names",))
    return Calendar(tuple(names), tuple(months), first)


def _months(period: str, path: tuple[str | int, ...]) -> float:
    span = _SPAN.fullmatch(period if " " in period else f"1 {period}")
    if not span:
        hint = did_you_mean(period, LENGTHS)
        message = f"must be hour, day, week, month, quarter, year, or a number of them like '6 months'{hint}"
        raise CalendarError(message, path)
    return int(span[1]) * LENGTHS[span[2]]


def _starts(months: list[float]) -> Iterator[tuple[float, float]]:
    return zip((0.0, *accumulate(months)), months, strict=False)


def _label(first: int, start: float, months: float, t: int) -> str:
    """Name a period: 2024, 2024Q1 or 2024-03, and p1, p2 ... where it does not begin and end with a month."""
    if months != int(months) or start != int(start):
        return f"p{t + 1}"
    year, month = divmod(first + int(start), 12)
    if months == 12 and month == 0:
        return str(year)
    if months == 3 and month % 3 == 0:
        return f"{year}Q{month // 3 + 1}"
    return f"{year}-{month + 1:02d}"


class Slice(Part):
    """A representative stretch of a period."""

    name: Text = Field(description="Name of the slice.", examples=["peak"])
    share: Annotated[float, Limits(gt=0, le=1)] = Field(
        description="Share of the period's hours; the shares of a period sum to 1.", examples=[0.25]
    )


SlicePreset = Literal["one", "hours-of-day", "weekday-weekend", "weekday-weekend-hours"]


def slices(given: SlicePreset | list[Slice]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the names and the shares (summing to 1) of the slices of a period."""
    if isinstance(given, list):
        return tuple(s.name for s in given), tuple(s.share for s in given)
    hours = tuple(f"h{hour:02d}" for hour in range(24))
    days = (("weekday", 5 / 7), ("weekend", 2 / 7))
    table: dict[str, tuple[tuple[str, float], ...]] = {
        "one": (("all", 1.0),),
        "hours-of-day": tuple((hour, 1 / 24) for hour in hours),
        "weekday-weekend": days,
        "weekday-weekend-hours": tuple((f"{day}-{hour}", share / 24) for day, share in days for hour in hours),
    }
    names, shares = zip(*table[given], strict=True)
    return names, shares


class Money(Part):
    """Currency, discounting and prices of other currencies."""

    currency: Text = Field("USD", description="Currency of every amount that names no other.", examples=["EUR"])
    discount_rate: Annotated[float, Limits(ge=0, le=1)] = Field(
        0.0, description="Discount rate a year, real or nominal as `basis` says.", examples=[0.08]
    )
    basis: Literal["real", "nominal"] = Field(
        "real",
        description="What the discount rate is. Prices are in money of the base date; "
        "a nominal rate is made real by `inflation`.",
    )
    inflation: Annotated[float, Limits(ge=-0.5, le=1)] = Field(
        0.0, description="Inflation a year; only used to make a nominal discount rate real.", examples=[0.02]
    )
    exchange: dict[str, Positive] = Field(
        default_factory=dict,
        description="Units of the scenario's currency for one unit of another.",
        examples=[{"EUR": 1.08}],
    )
    salvage: Fraction = Field(
        1.0,
        description="How much of what is left at the horizon's end counts: straight-line book value of what was "
        "bought, and the rent of terms that run on. 0 charges all of it to the plan.",
        examples=[1.0],
    )

    @property
    def real_rate(self) -> float:
        """Real discount rate a year."""
        return self.discount_rate if self.basis == "real" else (1 + self.discount_rate) / (1 + self.inflation) - 1


class Profile(Part):
    """How a demand varies over the slices of a period; scaled to a mean of 1, so that amounts stay."""

    values: Annotated[
        Annotated[list[NonNegative], Tag(f"{TAG}list")] | Annotated[dict[str, NonNegative], Tag(f"{TAG}mapping")],
        Discriminator(shape),
    ] = Field(
        description="Multiplier of each slice, by name or in order. With hours of day these are local hours, "
        "shifted to the common clock by each region's utc_offset_hours.",
        examples=[{"peak": 2.0, "rest": 0.8}],
    )


def context(cal: Calendar) -> dict[str, Any]:
    """Return what the validation of series needs to know of the horizon."""
    return {"horizon": Periods(cal.names, cal.starts)}
