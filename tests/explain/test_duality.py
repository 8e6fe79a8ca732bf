"""The prices of a plan add up to its objective."""

from __future__ import annotations

import math

import pytest

import planner
from planner.explain.duality import parts
from planner.explain.explanation import Asked, Question
from planner.explain.reading import reading_of, solved_again
from planner.explain.topics import explain
from tests.model.cases import bought, case, sold, work


def solved(scenario):
    return planner.solve(planner.load(scenario))


SCENARIOS = {
    "transport": "scenarios/transport.yaml",
    "sites that open": "scenarios/siting.yaml",
    "whole devices": "scenarios/llm-serving.yaml",
    "paid whatever is decided": case(sites={"s": {"fixed_cost_per_year": 8760}}),
    "devices held": case(
        offers={"o": bought(30)}, horizon={"start": 2024, "period": "year", "count": 2},
        fleet={"f": {"offer": "o", "site": "s", "units": 4, "age_months": 6}},
    ),
    "penalty": case(workloads=work(10, unmet_penalty=9), offers={"o": bought(1, supply=4), "x": sold(5, capacity_per_hour=3)}),
    "rank order": case(
        objective=["served", "cost"], workloads=work(10), offers={"o": bought(1, supply=4), "x": sold(5, capacity_per_hour=3)}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_parts_add_up(name):
    """To the value of the objective that is priced, from the plan alone and solved again."""
    plan = solved(SCENARIOS[name])
    question = Question(plan, Asked())
    for reading in (reading_of(question), solved_again(question)):
        assert reading is not None
        assert math.fsum(part.amount for part in parts(reading)) == pytest.approx(reading.value, rel=1e-9, abs=1e-9)


def test_the_sum_by_hand():
    """10 are served: 4 at 1 that are limited, 6 at 9: the demand costs 10 x 9, and the supply takes 4 x 8 off it."""
    plan = solved(case(offers={"o": bought(1, supply=4), "dear": sold(9)}))
    told = explain(plan, "prices", Asked())
    [table] = told.tables.values()
    found = dict(zip(table["input"], table["contributes_USD"], strict=True))
    assert found["workloads.w.demand"] == pytest.approx(90)
    assert found["offers.o.supply"] == pytest.approx(-32)
    assert found["all"] == pytest.approx(58)
    assert told.sentences[0] == (
        "At their prices what is required and paid anyway comes to 90 USD, and what is scarce takes 32 USD off it: "
        "together 58 USD, the cost."
    )


def test_a_plan_without_a_certificate_still_adds_up():
    """From its table of prices: bounds are those that each reduced cost points at."""
    from dataclasses import replace

    plan = solved(SCENARIOS["penalty"])
    bare = Question(replace(plan, certificate={}), Asked())
    reading = reading_of(bare)
    assert reading is not None
    assert reading.x is None
    assert math.fsum(part.amount for part in parts(reading)) == pytest.approx(plan.objective)
    ranked = replace(solved(SCENARIOS["rank order"]), certificate={})
    assert reading_of(Question(ranked, Asked())) is None
    assert "--solve" in explain(ranked, "prices", Asked()).sentences[0]


def test_each_input_is_told_once():
    """A survival rule stands in several rules after each loss; its worth is told as one sum."""
    scenario = case(
        10, sites={"a": {}, "b": {}}, offers={"o": bought(1, supply=30), "p": sold(5)},
        survive={"n-1": {"any_one": "site", "share": 0.8}},
    )  # fmt: skip
    found = explain(planner.solve(planner.load(scenario)), "prices", Asked(solve=True))
    named = [line.partition(" is worth ")[0] for line in found.sentences if " is worth " in line]
    assert len(named) == len(set(named))
