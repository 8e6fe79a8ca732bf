"""A session's answers are those of a cold solve, however the numbers jump about, and none is believed unproven."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from highspy import HighsModelStatus

import planner
from benchmarks.whatif import compare
from planner.solver.solution import Answer
from planner.whatif.live import Live
from tests.whatif.cases import HELD, random_changes, small

LIGHT = planner.Request(only=(), break_ties=False)
"""A cold solve of which only status, objective and the shares served are read."""


def same(hot, cold):
    """Hold a hot plan to a cold one: status, objective, shares served."""
    assert hot.status == cold.status
    if cold.objective is None:
        assert hot.objective is None
        return
    assert hot.objective == pytest.approx(cold.objective, rel=1e-8, abs=1e-6)
    assert hot.served_fraction == pytest.approx(cold.served_fraction, abs=1e-7)


def asked(scenario, changes):
    """Ask a session for each change in turn, hold each answer to a cold solve, and return the session."""
    session = planner.what_if(scenario)
    session.solve()
    for change in changes:
        same(session.answer(change), planner.solve(session.scenario(change), LIGHT))
    return session


def test_hot_equals_cold_on_a_linear_programme():
    """A hundred random changes, one after another, each from where the one before it ended."""
    session = asked(small(), random_changes(1, 100))
    assert session.statistics.hot >= 90
    assert session.statistics.failed == 0


def test_hot_equals_cold_where_all_must_be_served():
    """What must be served often cannot be: answers go to infeasible and back, hot."""
    must = small()
    for workload in must["workloads"].values():
        workload["must_serve"] = True
        del workload["unmet_penalty"]
    must["offers"]["rent-d"]["supply"] = 40
    must["offers"]["buy-e"]["supply"] = [8, 8, 16, 16]
    must["sites"]["a"]["power_mw"] = 0.08
    changes = [{p: v for p, v in change.items() if "penalty" not in p} for change in random_changes(2, 75)]
    session = asked(must, [change for change in changes if change])
    statuses = {session.answer(change).status for change in changes if change}
    assert statuses == {"optimal", "infeasible"}
    assert session.statistics.hot > session.statistics.cold


def test_hot_equals_cold_in_a_rank_order():
    """Three objectives in turn, each hot from its own last basis."""
    session = asked(small(objective=HELD), random_changes(3, 20))
    assert session.statistics.hot > 2 * session.statistics.cold


def test_hot_equals_cold_with_whole_numbers():
    """Whole devices: the last plan is the start; the objective is within the gap of both."""
    session = planner.what_if(small(integer=True))
    session.solve()
    for change in random_changes(4, 20):
        hot, cold = session.solve(change), planner.solve(session.scenario(change), LIGHT)
        assert hot.status == cold.status == "optimal"
        assert hot.objective == pytest.approx(cold.objective, rel=3e-6)
        assert hot.duals.startswith("with the integers fixed")
    assert session.statistics.hot >= 15


def test_the_whole_plan_is_there():
    """A hot plan has all that a cold one has, and the same earliest period."""
    scenario = small(report={"earliest_date": True})
    session = planner.what_if(scenario)
    session.solve()
    for change in ({"offers.*.supply": "*3"}, {"sites.*.power_mw": "*0.5"}, None):
        hot, cold = session.solve(change), planner.solve(session.scenario(change))
        assert hot.tables.keys() == cold.tables.keys()
        assert hot.earliest == cold.earliest
        assert hot.limits
        assert hot.scenario_hash == cold.scenario_hash
    assert session.statistics.hot > session.statistics.cold


def test_prices_are_finite_differences():
    """What a limit's price says is what a hot solve with a little more of it saves."""
    session = planner.what_if(small())
    plan = session.solve()
    held = [
        limit for limit in plan.limits if limit.holds_for and limit.period and not limit.path.startswith("offers.sold")
    ]
    assert len(held) >= 10
    for limit in held:
        step = min(1e-3, limit.holds_for / 2)
        more = session.answer({f"{limit.path}[{limit.period}]": f"+{step!r}"}).objective
        assert (plan.objective - more) / step == pytest.approx(limit.saves, rel=1e-3)


def test_other_labels_are_another_programme():
    """An offer that ends sooner has fewer columns: solved cold, and hot when it comes back."""
    session = planner.what_if(small())
    for _ in range(2):
        session.solve()
        session.solve({"offers.rent-d.available_until": "2024Q2"})
    assert session.statistics == planner.whatif.hot.Statistics(hot=2, cold=2, failed=0)


def test_losses_to_be_borne():
    """With losses to survive, each round of the programme is found again by its labels."""
    scenario = small(survive={"any": {"any_one": "site", "share": 0.5}})
    session = planner.what_if(scenario)
    for change in (None, {"sites.a.power_mw": "*1.1"}, {"offers.*.supply": "*1.2"}):
        same(session.solve(change), planner.solve(session.scenario(change)))


DOCTORED = {
    "a rule broken": lambda a: replace(a, x=a.x * 0.9),
    "a plan not the best": lambda a: replace(a, x=np.where(a.x > 0, a.x, 0.0) * 1.0, row_dual=a.row_dual * 0.5),
    "prices that prove nothing": lambda a: replace(a, row_dual=np.zeros_like(a.row_dual)),
    "no numbers": lambda a: replace(a, x=a.x * np.nan),
    "said to be infeasible": lambda a: Answer("infeasible"),
}


@pytest.mark.parametrize("what", DOCTORED)
def test_a_doctored_answer_is_caught(monkeypatch, what):
    """What the solver says is checked from the arrays: a wrong answer is counted, and the cold one given."""
    session = planner.what_if(small())
    session.solve()
    honest = Live.solve
    monkeypatch.setattr(Live, "solve", lambda live, *given: DOCTORED[what](honest(live, *given)))
    change = {"offers.*.supply": "*1.3"}
    same(session.solve(change), planner.solve(session.scenario(change)))
    assert session.statistics == planner.whatif.hot.Statistics(hot=0, cold=2, failed=1)


def test_coefficients_come_and_go():
    """What costs nothing has no coefficient in a budget: the same labels, another matrix."""
    gone, back = {"offers.buy-d.price_per_unit": 0}, {"offers.buy-d.price_per_unit": "*0.5"}
    session = asked(
        small(), [gone, back, gone, {**gone, "offers.*.supply": "*1.2"}, {**back, "budgets.capital.limit": "*0.7"}, {}]
    )
    assert session.statistics.failed == 0
    assert session.statistics.cold <= 2


def test_a_run_that_stops_half_way_leaves_nothing_wrong(monkeypatch):
    """Other prices and limits, the first of two runs stopped by its iterations: this answer is cold, the next ones hot and right."""
    session = planner.what_if(small())
    session.solve()
    changes = [{"offers.buy-*.price_per_unit": f"*{1 + i / 9}", "offers.*.supply": f"*{1 - i / 19}"} for i in range(9)]
    for number, change in enumerate(changes):
        with monkeypatch.context() as stopping:
            if number % 2:
                stopping.setattr(Live, "_run", lambda *_: HighsModelStatus.kIterationLimit)
            found = session.solve(change)
        same(found, planner.solve(session.scenario(change)))
    assert session.statistics.failed == 0
    assert session.statistics.cold == 5


def test_what_had_to_be_solved_from_scratch_is_learnt(monkeypatch):
    """After a hot run that came to nothing the session still knows where it was, and where it is now."""
    session, tried = planner.what_if(small()), []
    session.solve()
    first, second = ({"offers.*.supply": f"*{factor}"} for factor in (1.5, 0.6))
    session.solve(first)
    with monkeypatch.context() as giving_up:
        giving_up.setattr(Live, "solve", lambda *_: None)
        same(session.solve(second), planner.solve(session.scenario(second)))
    moved = Live._moved
    monkeypatch.setattr(Live, "_moved", lambda live, arrays, start: tried.append(start) or moved(live, arrays, start))
    for change in ({}, first, second):
        session.solve(change)
    assert len({id(start) for start in tried}) == 3
    assert session.statistics == planner.whatif.hot.Statistics(hot=4, cold=2, failed=0)


def test_parts_of_a_plan():
    """An answer has the tables asked for and no others but those that the shares served are read off."""
    session = planner.what_if(small())
    plan = session.answer(None, ["fleet", "limits"])
    assert set(plan.tables) == {"demand", "traffic", "losses", "fleet"}
    assert plan.limits
    assert plan.served_fraction == planner.solve(session.scenario()).served_fraction
    with pytest.raises(planner.InputError, match="did you mean 'fleet'"):
        session.answer(None, ["flete"])


def test_scenarios_from_files(tmp_path):
    """A session takes a file's path; with another solver than HiGHS each answer is cold."""
    session = planner.what_if("scenarios/transport.yaml")
    assert session.solve().objective == pytest.approx(153.675)
    dearer = session.solve({"workloads.cases.serving_cost": "*2"})
    assert dearer.objective == pytest.approx(2 * 153.675)
    assert session.statistics.hot == 1


def test_the_benchmark_agrees_with_plain_pulp(capsys):
    """Hot, cold and PuLP written term by term have one optimum; the benchmark refuses another."""
    changes = ({"workloads.cases.serving_cost.seattle": "*1.1"}, {"offers.plant.work.cases.capacity_by_site": "*1.2"})
    medians = compare("scenarios/transport.yaml", 1, False, changes)
    assert set(medians) == {"plan", "cells", "whole", "answer", "cold", "PuLP"}
    assert "plan: cold" in capsys.readouterr().out


def test_what_is_asked_for_wrongly_is_told_in_words():
    """Changes that are no mapping, and a table that was not among the parts."""
    session = planner.what_if(small())
    with pytest.raises(planner.InputError, match="values by path"):
        session.solve("sites.s1=3")
    with pytest.raises(AttributeError, match="'fleet': it was not asked for"):
        _ = session.answer({}, ["served"]).fleet
