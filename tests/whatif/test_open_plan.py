"""A session's plan is worked out when it is looked at, and is the same plan whenever that is."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from dataclasses import replace

import highspy
import pytest
from pandas.testing import assert_frame_equal

import planner
from planner import ties_in_place
from planner.plan.dates import LIMITS_INTERRUPTED
from planner.plan.plan import TABLES
from planner.solver.highs import ArrayHighs
from planner.whatif import hot
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
    """A plan just solved has drawn none; its shares served are read off two; the whole plan has every table."""
    plan = planner.what_if(small()).solve()
    assert drawn(plan) == set()
    assert 0 < plan.served_fraction < 1
    assert drawn(plan) == {"demand", "traffic"}
    assert set(plan.whole().tables) == set(TABLES)


def drawn(plan):
    """Return the names of the tables that were drawn."""
    return {name for name, frame in plan.tables._drawn.items() if frame is not None}


def test_an_open_plan_survives_pickling():
    """What travels to another process is the whole plan."""
    plan = planner.what_if(small()).solve()
    assert pickle.loads(pickle.dumps(plan)) == plan


LOOKED_AT_ELSEWHERE = """
import threading
import planner
from tests.whatif.cases import random_changes, small

changes = random_changes(1, 60)
session, found = planner.what_if(small(report={"earliest_date": True})), {}
def look(i, plan):
    found.setdefault(i, []).append(([limit.path for limit in plan.limits], plan.earliest, plan.certificate))
threads = []
for i, change in enumerate(changes):
    plan = session.solve(change)
    threads += [threading.Thread(target=look, args=(i, plan)) for _ in range(2)]
    [thread.start() for thread in threads[-2:]]
[thread.join() for thread in threads]
alone = planner.what_if(small(report={"earliest_date": True}))
for i, change in enumerate(changes):
    one, other = found[i]
    plan = alone.solve(change)
    assert one == other
    assert one == ([limit.path for limit in plan.limits], plan.earliest, plan.certificate), i
"""


def test_a_plan_may_be_looked_at_in_other_threads():
    """Two threads look at each plan while the session goes on; the solver, which is of one thread, is used by one at a time."""
    done = subprocess.run([sys.executable, "-c", LOOKED_AT_ELSEWHERE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


class Stopped(ArrayHighs):
    """HiGHS that comes to nothing when it is to find a basis again."""

    reason = "time limit"

    def answer(self, arrays):
        """Answer, and forget the basis."""
        found = super().answer(arrays)
        self.handle.clearSolver()
        return replace(found, status="limit", reason=self.reason)


def test_a_basis_that_time_does_not_let_be_found_again(monkeypatch):
    """The plan keeps its tables, and its limits without ranges."""
    session = planner.what_if(small())
    session.solve()
    plan = session.solve({"offers.*.supply": "*1.1"})
    monkeypatch.setattr(hot, "ArrayHighs", Stopped)
    assert len(plan.limits) > 5
    assert all(limit.holds_for is None for limit in plan.limits)
    assert len(plan.fleet)
    assert plan.reason == ""


def test_ctrl_c_while_a_basis_is_found_again(monkeypatch):
    """It is raised; the plan can be looked at again, and is what it would have been."""
    session = planner.what_if(small())
    session.solve()
    plan, same = session.solve({"offers.*.supply": "*1.1"}), session.solve({"offers.*.supply": "*1.1"})
    with monkeypatch.context() as pressing:
        pressing.setattr(hot, "ArrayHighs", Stopped)
        pressing.setattr(Stopped, "reason", "interrupted")
        with pytest.raises(KeyboardInterrupt):
            _ = plan.limits
    assert any(limit.holds_for is not None for limit in plan.limits)
    assert [limit.text for limit in plan.limits] == [limit.text for limit in same.limits]


def test_after_ctrl_c_while_ties_are_broken(monkeypatch):
    """What was left half done is forgotten: the plan can be looked at again, and no later answer fails the check."""
    session = planner.what_if(twice_a())
    session.solve()
    with monkeypatch.context() as pressing, pytest.raises(KeyboardInterrupt):
        pressing.setattr(ties_in_place, "run", pressed)
        for change in random_changes(5, 20):
            plan = session.solve(change)
            assert len(plan.fleet)
    same = planner.solve(session.scenario(change))
    assert_frame_equal(plan.fleet, same.fleet, rtol=1e-7, atol=1e-7)
    assert session.solve().objective == pytest.approx(planner.solve(session.scenario()).objective, rel=1e-9)
    assert session.statistics.failed == 0


def test_after_ctrl_c_while_a_limit_is_solved_again(monkeypatch):
    """The session goes on from the numbers that its programme had before."""
    session = planner.what_if(small())
    session.solve()
    plan, run = session.solve({"offers.*.supply": "*2"}), highspy.Highs.run

    def pressed_there(handle):
        run(handle)
        if inspect.currentframe().f_back.f_back.f_code.co_name == "_difference":
            raise KeyboardInterrupt

    with monkeypatch.context() as pressing:
        pressing.setattr(highspy.Highs, "run", pressed_there)
        assert plan.reason == LIMITS_INTERRUPTED
    same = session.solve({"offers.*.supply": "*2"})
    assert session.statistics == hot.Statistics(hot=2, cold=1, failed=0)
    assert same.objective == plan.objective


def pressed(*_):
    """Act as if Ctrl-C were pressed."""
    raise KeyboardInterrupt


def twice_a():
    """Return the scenario with two sites alike, so that there are ties."""
    sites = small()["sites"]
    return small(sites=sites | {"b": sites["a"]})


def test_a_part_of_a_plan_is_not_taken_for_a_plan(tmp_path):
    """What `answer` returns is printed in a line, and refused where a whole plan is needed, with what it has."""
    session = planner.what_if(small())
    plan, part = session.solve(), session.answer({"offers.*.supply": "*2"}, "fleet")
    assert not plan.is_part
    assert part.is_part
    assert str(part) == repr(part)
    assert repr(part)[1:5] in part._repr_html_()
    for use in (
        lambda: planner.save(part, tmp_path / "part.json"),
        lambda: planner.diff(plan, part),
        lambda: part.explain("limits"),
    ):
        with pytest.raises(planner.InputError, match=r"only what was asked for \(demand, fleet, traffic, losses\)"):
            use()
    assert not (tmp_path / "part.json").exists()
