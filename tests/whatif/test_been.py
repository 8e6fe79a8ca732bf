"""The stops of a live programme: the nearest is the one with the fewest and least other numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.whatif import been
from planner.whatif.been import Been
from tests.whatif.test_proof import by_hand


def wide(rows=400):
    """Return a programme of one column with many rows that ask for 1 to `rows` of it."""
    return replace(
        by_hand(),
        cost=np.array([1.0]),
        lower=np.zeros(1),
        upper=np.array([np.inf]),
        integer=np.zeros(1, bool),
        start=np.arange(rows + 1),
        index=np.zeros(rows, np.int32),
        value=np.ones(rows),
        row_lower=np.arange(1.0, rows + 1),
        row_upper=np.full(rows, np.inf),
    )


def asked(home, number, factor):
    """Return the programme with more asked for in the first rows."""
    return replace(home, row_lower=np.where(np.arange(len(home.row_lower)) < number, factor, 1.0) * home.row_lower)


def test_it_begins_at_home():
    """Without another stop home is the nearest; it is the programme itself."""
    home = wide()
    stops = Been(home, "home")
    near = stops.nearest(stops.place(asked(home, 10, 2.0)))
    assert near.basis == "home"
    assert near.size == 0
    assert near.arrays(home).row_lower.tolist() == home.row_lower.tolist()


def test_the_nearest_of_several():
    """From 200 rows at 1.9 times, the stop of 200 rows at twice is nearer than home, or 20 rows, or all at four times."""
    home = wide()
    stops = Been(home, "home")
    for number, factor in ((20, 2.0), (200, 2.0), (400, 4.0)):
        stops.add(stops.place(asked(home, number, factor)), (number, factor))
    assert stops.nearest(stops.place(asked(home, 200, 1.9))).basis == (200, 2.0)
    assert stops.nearest(stops.place(asked(home, 400, 3.9))).basis == (400, 4.0)
    assert stops.nearest(stops.place(home)).basis == "home"


def test_a_stop_knows_its_numbers():
    """What differs from home is kept, and no more."""
    home = wide()
    stops = Been(home, "home")
    there = replace(asked(home, 3, 2.0), cost=np.array([7.0]), upper=np.array([5000.0]))
    stops.add(stops.place(there), "there")
    stop = stops.nearest(stops.place(there))
    assert (stop.basis, stop.size) == ("there", 5)
    found = stop.arrays(home)
    assert found.cost.tolist() == [7]
    assert found.upper.tolist() == [5000]
    assert found.row_lower.tolist() == there.row_lower.tolist()
    assert home.cost.tolist() == [1]


def test_of_two_that_are_equally_near_the_last_is_taken():
    """What is asked again has its last basis."""
    home = wide()
    stops = Been(home, "home")
    for basis in ("first", "second"):
        stops.add(stops.place(asked(home, 10, 2.0)), basis)
    assert stops.nearest(stops.place(asked(home, 10, 2.0))).basis == "second"
    stops.settle("settled")
    assert stops.nearest(stops.place(asked(home, 10, 2.0))).basis == "settled"


@pytest.mark.parametrize(("limit", "value"), [("MOST_STOPS", 3), ("MOST_NUMBERS", 25)])
def test_old_stops_are_forgotten(monkeypatch, limit, value):
    """Home and the last are kept in any case."""
    monkeypatch.setattr(been, limit, value)
    home = wide()
    stops = Been(home, "home")
    for factor in (2.0, 3.0, 4.0, 5.0):
        stops.add(stops.place(asked(home, 10, factor)), factor)
    assert stops.nearest(stops.place(home)).basis == "home"
    assert stops.nearest(stops.place(asked(home, 10, 2.0))).basis == 4.0
    assert stops.nearest(stops.place(asked(home, 10, 5.0))).basis == 5.0


def test_numbers_that_appear():
    """A cost that comes to be, or changes its sign, is as far as one e times as high."""
    home = replace(wide(), cost=np.zeros(1))
    stops = Been(home, "home")
    place = stops.place(replace(home, cost=np.ones(1)))
    assert np.isfinite(place.sketch).all()
    assert np.abs(place.sketch).sum() == pytest.approx(0.1)
