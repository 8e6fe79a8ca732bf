"""Time as arrays: hours of periods and slices, discount factors, and how long what arrives lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.model.arrays import Floats
from planner.scenario.base import Values
from planner.scenario.horizon import MONTHS_PER_YEAR, Calendar, slices
from planner.scenario.schema import Document

NEARLY = 1e-9
"""Shares of a period nearer than this to 0 or 1 are so but for the rounding of months."""


@dataclass(frozen=True)
class Time:
    """Periods (T) and slices (K).

    Attributes
    ----------
    names, years
        Name and calendar year of each period.
    slices
        Name of each slice.
    hours
        Hours of each slice in each period, shape (T, K).
    months, offsets
        Length of each period, shape (T,), and months from the base date to each start and the end, (T + 1,).
    at_start, at_middle
        Discount factor at the start and middle of each period, shape (T,).
    at_end
        Discount factor at the end of the horizon.
    """

    names: tuple[str, ...]
    years: tuple[str, ...]
    slices: tuple[str, ...]
    hours: Floats
    months: Floats
    offsets: Floats
    at_start: Floats
    at_middle: Floats
    at_end: float
    rate: float

    @property
    def periods(self) -> int:
        """Number of periods, T."""
        return len(self.names)

    @cached_property
    def period_hours(self) -> Floats:
        """Hours of each period, shape (T,)."""
        return self.hours.sum(axis=1)

    def series(self, values: Values) -> Floats:
        """Return a series of the scenario as an array, shape (T,)."""
        series = np.empty(self.periods)
        series[:] = values
        return series

    def beside(self, figures: Iterable[NDArray[Any]], dtype: type = float) -> NDArray[Any]:
        """Return figures by period side by side, shape (T, number of figures)."""
        each = [*figures]
        joined: NDArray[Any] = np.concatenate(each).astype(dtype, copy=False) if each else np.zeros(0, dtype)
        return joined.reshape(-1, self.periods).T

    def discount(self, months: Floats) -> Floats:
        """Return the discount factor so many months after the base date."""
        factor: Floats = (1 + self.rate) ** (-np.asarray(months, dtype=float) / MONTHS_PER_YEAR)
        return factor

    def position(self, name: str | None, default: int) -> int:
        """Return the position of the period called `name`, or `default` where there is no name."""
        return default if name is None else self.names.index(name)

    def alive(self, months: float, since: Floats | None = None) -> Floats:
        """Return the share of each period in which devices of a life of `months` are in place.

        Rows are arrivals at `since` (months from the base date; the start of each period by default),
        columns are periods: shape (arrivals, T).
        """
        arrival = (self.offsets[:-1] if since is None else np.asarray(since, dtype=float))[:, None]
        begin = np.maximum(arrival, self.offsets[None, :-1])
        end = np.minimum(arrival + months, self.offsets[None, 1:])
        share = np.clip((end - begin) / self.months[None, :], 0.0, 1.0)
        share[np.abs(share - 1) < NEARLY] = 1.0
        share[share < NEARLY] = 0.0
        return share

    def left(self, months: float | Floats, since: Floats | None = None) -> Floats:
        """Return the months that are left at the horizon's end of a life of `months`, by arrival; broadcast together."""
        arrival = self.offsets[:-1] if since is None else np.asarray(since, dtype=float)
        left: Floats = np.clip(arrival + months - self.offsets[-1], 0.0, months)
        return left


def time_of(doc: Document, cal: Calendar) -> Time:
    """Work out the time of a scenario."""
    names, shares = slices(doc.slices)
    offsets = np.array(cal.offsets)
    months = np.array(cal.months)
    rate = doc.money.real_rate
    years = offsets / MONTHS_PER_YEAR
    factor = (1 + rate) ** -years
    middle = (1 + rate) ** -((years[:-1] + years[1:]) / 2)
    return Time(
        names=cal.names,
        years=cal.years,
        slices=names,
        hours=np.outer(cal.hours, shares),
        months=months,
        offsets=offsets,
        at_start=factor[:-1],
        at_middle=middle,
        at_end=float(factor[-1]),
        rate=rate,
    )
