"""What policies cost, by hand."""

from __future__ import annotations

import pytest

import planner
from planner.explain.explanation import Asked
from planner.explain.topics import explain
from tests.model.cases import case, rented, sold


def with_policies(**parts):
    """Return 10 units: by n's device at 1, by m's at 4, or far away at 0.5."""
    return case(
        devices={"d": {"maker": "n"}, "e": {"maker": "m"}},
        sites={"s": {"latency_ms": 5, "country": "DE"}, "f": {"latency_ms": 55, "country": "US"}},
        workloads={"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 10}}, **parts.pop("work", {})}},
        offers={
            "o": rented(1) | {"sites": ["s"]},
            "p": rented(4) | {"device": "e", "sites": ["s"]},
            "far": sold(0.5) | {"sites": ["f"]},
        },
        **parts,
    )


def told(scenario):
    plan = planner.solve(planner.load(scenario))
    return plan, explain(plan, "policies", Asked(solve=True))


def test_a_latency_limit():
    """Within 50 ms only s will do, at 1 rather than 0.5; 10 ms more let the far site in."""
    _, found = told(with_policies(work={"max_latency_ms": 50}))
    assert found.sentences == (
        "The 50 ms limit on w costs 5 USD, 50 % of the cost; with 10 ms more it would cost 0 USD (solved again).",
    )


def test_each_and_all_together():
    """Half of the devices must be m's: 5 x 3 more; in Germany only, 0.5 more each for the other five."""
    plan, found = told(
        with_policies(
            work={"residency": [{"allow_countries": ["DE"]}]}, shares={"m": {"of": "work", "workload": "w", "maker": "m", "min_share": 0.5}}
        )
    )  # fmt: skip
    assert plan.objective == pytest.approx(25)
    table = found.tables["Cost of each policy"]
    costs = dict(zip(table["policy"], table["costs"], strict=True))
    assert costs["share"] == pytest.approx(15)  # all by n's at 1
    assert costs["residency"] == pytest.approx(2.5)  # half far away at 0.5
    assert costs["all"] == pytest.approx(20)
    assert found.sentences[-1] == "All policies together cost 20 USD, 80 % of the cost (solved again)."


def test_a_policy_that_costs_nothing():
    _, found = told(with_policies(budgets={"b": {"limit": 100}}))
    assert found.sentences == ("The budget b costs nothing: without it the cost is the same.",)


def test_without_solving_they_are_only_named():
    plan = planner.solve(planner.load(with_policies(budgets={"b": {"limit": 100}}, carbon={"cap_tonnes": 5})))
    found = explain(plan, "policies", Asked())
    assert found.sentences == (
        "Policies are the budget b and the carbon cap by period; --solve says what each costs, by solving without it.",
    )
    assert not found.solved_again
    none = planner.solve(planner.load(case()))
    assert explain(none, "policies", Asked()).sentences == ("The scenario states no policy.",)


def test_the_time_limit_holds():
    """What was not solved in time is named, and not kept as if it were whole."""
    plan = planner.solve(planner.load(with_policies(budgets={"b": {"limit": 100}})))
    found = explain(plan, "policies", Asked(solve=True, time_limit=1e-9))
    assert found.sentences == ("The time limit passed before these were solved: b.",)
    assert not found.solved_again


def test_a_commitment_that_is_signed():
    """Five of e are signed for at 4 an hour; without them all ten come from d at 1: (5 x 4 + 5 x 1) - 10 = 15."""
    signed = {"kind": "reserve", "device": "e", "price_per_hour": 4, "term_months": 1, "min_commitment": 5}
    scenario = with_policies(work={"max_latency_ms": 50})
    scenario["offers"]["p"] = signed | {"commitment": "obliged", "sites": ["s"]}
    _, found = told(scenario | {"money": {"salvage": 1}})
    assert "The minimum commitment to p costs 15 USD, 60 % of the cost (solved again)." in found.sentences
