"""Hours, discount factors, and how long what arrives lasts."""

import numpy as np
import pytest

import planner
from planner.inputs.inputs import inputs_of


def time(money=None, slices="one", **horizon):
    """Return the time of an otherwise empty scenario."""
    scenario = {"horizon": {"start": "2024"} | horizon, "money": money or {}, "slices": slices}
    return inputs_of(planner.load(scenario)).time


@pytest.mark.parametrize(
    ("period", "hours"),
    [("hour", 1), ("day", 24), ("week", 168), ("month", 730), ("quarter", 2190), ("year", 8760), ("6 hours", 6)],
)
def test_hours(period, hours):
    """A month is 730 hours and a year 8,760."""
    assert time(period=period, count=2).period_hours.tolist() == [hours, hours]


def test_discount_factors():
    """At 21 % a year, halves of years are factors of 1.1."""
    found = time({"discount_rate": 0.21}, period="year", count=2)
    assert found.at_start == pytest.approx([1, 1 / 1.21])
    assert found.at_middle == pytest.approx([1 / 1.1, 1 / 1.331])
    assert found.at_end == pytest.approx(1 / 1.4641)
    assert found.discount(np.array([6.0])) == pytest.approx([1 / 1.1])


@pytest.mark.parametrize(
    ("months", "since", "share"),
    [
        (2, None, [[1, 1, 0], [0, 1, 1], [0, 0, 1]]),
        (1.5, None, [[1, 0.5, 0], [0, 1, 0.5], [0, 0, 1]]),
        (0.25, None, [[0.25, 0, 0], [0, 0.25, 0], [0, 0, 0.25]]),
        (2, [-1.0], [[1, 0, 0]]),
        (2, [-1.5], [[0.5, 0, 0]]),
        (2, [-2.0], [[0, 0, 0]]),
        (9, [0.25], [[0.75, 1, 1]]),
    ],
)
def test_alive(months, since, share):
    """The share of each of three months in which what arrived is in place."""
    found = time(period="month", count=3).alive(months, None if since is None else np.array(since))
    assert found.tolist() == share


@pytest.mark.parametrize("hours", [1, 2, 3, 5, 7, 11])
def test_no_dust_of_rounding(hours):
    """Lives of whole hours are in place for whole hours."""
    found = time(period="hour", count=24).alive(hours / 730)
    assert set(np.unique(found)) == {0.0, 1.0}
    assert (found.sum(axis=1) == np.minimum(hours, 24 - np.arange(24))).all()


def test_what_is_left_at_the_end():
    """Of a life of 4 months, by month of arrival; of one that began before."""
    found = time(period="month", count=3)
    assert found.left(4).tolist() == [1, 2, 3]
    assert found.left(2).tolist() == [0, 0, 1]
    assert found.left(9, np.array([-3.0])).tolist() == [3]


def test_calendar_years():
    """Quarters from the third on."""
    assert time(start="2024Q3", period="quarter", count=4).years == ("2024", "2024", "2025", "2025")
