"""A session's plan is worked out when it is looked at, and is the same plan whenever that is."""

from __future__ import annotations

import pickle

from pandas.testing import assert_frame_equal

import planner
from planner.plan.plan import TABLES
from tests.whatif.cases import random_changes, small


def test_a_plan_looked_at_late_is_the_one_looked_at_at_once():
    """Once the session has gone on to other numbers, tables, prices, ranges, date and certificate are still the plan's own."""
    changes = random_changes(7, 6)
    session = planner.what_if(small())
    kept = [session.solve(change) for change in changes]
    for number, plan in enumerate(kept):
        other = planner.what_if(small())
        same = [other.solve(change) for change in changes[: number + 1]][-1]
        for name in TABLES:
            assert_frame_equal(plan.tables[name], same.tables[name], rtol=1e-9, atol=1e-9)
        assert [limit.text for limit in plan.limits] == [limit.text for limit in same.limits]
        assert (plan.status, plan.earliest, plan.reason) == (same.status, same.earliest, same.reason)
        assert plan.scenario_hash == same.scenario_hash
        assert plan.certificate.keys() == same.certificate.keys()


def test_tables_are_drawn_when_they_are_looked_at():
    """A plan just solved has drawn only what its shares served are read off; the whole plan has every table."""
    plan = planner.what_if(small()).solve()
    drawn = {name for name, frame in plan.tables._drawn.items() if frame is not None}
    assert drawn == {"demand", "traffic", "losses"}
    assert set(plan.whole().tables) == set(TABLES)


def test_an_open_plan_survives_pickling():
    """What travels to another process is the whole plan."""
    plan = planner.what_if(small()).solve()
    assert pickle.loads(pickle.dumps(plan)) == plan
