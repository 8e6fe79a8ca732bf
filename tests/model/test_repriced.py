"""Where only prices are others, only the cost is worked out anew: the programme is the one that is built from scratch."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.inputs.inputs import inputs_of
from planner.model.build import Built, build
from planner.model.repriced import PRICES, repriced
from tests.whatif.cases import random_changes, small

PRICED = {
    "money.discount_rate": 0.12,
    "sites.a.fixed_cost_per_year": 1e5,
    "sites.b.fixed_cost_per_mw_year": [1e5, 2e5, 0, 3e5],
    "sites.*.tariff_per_kwh": "*3",
    "offers.buy-d.maintenance_per_unit_year": 700,
    "offers.buy-e.price_per_unit": "*0.3",
    "offers.sold.work.v.price_per_unit": "*2",
    "offers.rent-d.price_per_hour": "+0.7",
    "workloads.v.unmet_penalty": "*5",
    "workloads.w.serving_cost": {"a": {"east": 0.4}},
    "carbon.price_per_tonne": 90,
}
"""One change of each price, with others of its kind."""

OTHERS = (
    {"offers.*.supply": "*1.2"},
    {"sites.a.power_mw": "*2"},
    {"workloads.v.rate.e": "*1.1"},
    {"workloads.v.demand.by_region.east": "*1.1"},
    {"offers.buy-e.price_per_unit": "*0.3", "offers.buy-d.lead_time_months": 3},
    {"horizon.start": "2025Q1"},
    {"slices": [{"name": "day", "share": 0.5}, {"name": "night", "share": 0.5}]},
    {"offers.rent-d.price_per_hour": -1},
    {"offers.rent-d.currency": "EUR", "money.exchange": {"EUR": 1.1}},
)
"""What is not a matter of prices alone."""


def without_budget():
    """Return the scenario without its budget, which has prices in its rule."""
    scenario = small()
    del scenario["budgets"]
    return planner.what_if(scenario)


def same(one: Built, other: Built) -> None:
    """Hold a programme to another, number by number."""
    for name in ("lower", "upper", "row_lower", "row_upper", "scale", "row_scale", "derived", "integer"):
        assert np.array_equal(getattr(one.finished, name), getattr(other.finished, name)), name
    assert (one.finished.matrix != other.finished.matrix).nnz == 0
    for goal in ("cost", "served", "carbon"):
        a, b = one.objective(goal), other.objective(goal)
        assert np.array_equal(a.coefficients, b.coefficients), goal
        assert a.constant == b.constant
    arrays, again = (built.finished.arrays(built.objective("cost").coefficients, 0.0)[0] for built in (one, other))
    assert arrays.column_names() == again.column_names()
    assert arrays.row_names() == again.row_names()
    assert len(one.model.programme.items) == len(other.model.programme.items)


@pytest.mark.parametrize("path", PRICED)
def test_every_price_stands_in_the_cost_alone(path):
    """Repriced or built anew, it is the same programme; and the price does something."""
    session = without_budget()
    base = build(inputs_of(session.scenario()))
    inputs = inputs_of(session.scenario({path: PRICED[path]}))
    found = repriced(base, inputs)
    assert found is not None
    same(found, build(inputs))
    assert not np.array_equal(found.objective("cost").coefficients, base.objective("cost").coefficients) or (
        found.objective("cost").constant != base.objective("cost").constant
    )


def test_every_price_is_tried():
    """None of the fields is taken for a price without a test."""
    assert {path.split(".")[-1] for path in PRICED} == PRICES


def test_many_prices_one_after_another():
    """Random changes of prices, each from the programme before it."""
    session = without_budget()
    known, hits = build(inputs_of(session.scenario())), 0
    for change in random_changes(21, 60):
        prices = {path: value for path, value in change.items() if path.rsplit(".", 1)[-1] in PRICES}
        inputs = inputs_of(session.scenario(prices))
        found = repriced(known, inputs)
        assert found is not None
        same(found, build(inputs))
        known, hits = found, hits + bool(prices)
    assert hits > 20


LIMITED = {
    "all": {"offers": ["buy-d", "buy-e"], "units": [3, 4, 5, 9]},
    "d": {"device": "d", "units_per_year": {"2024": 11}},
}
"""Limits of supply by period and by year."""


@pytest.mark.parametrize(
    "change",
    [
        {"supply.all.units": "*2"},
        {"supply.all.units[2024Q3]": 0},
        {"supply.d.units_per_year": {"2024": 5}},
        {"supply.all.units": "*0.5", "offers.buy-e.price_per_unit": "*0.5"},
        {"supply.all.carry_over": True},
        {"supply.d": None},
        {"supply": {}},
    ],
)
def test_limits_of_supply_stand_in_rules_alone(change):
    """Other amounts, limits that carry over, fewer limits: columns and cost stay, the rules are made anew."""
    scenario = small(supply=LIMITED)
    del scenario["budgets"]
    session = planner.what_if(scenario)
    base = build(inputs_of(session.scenario()))
    inputs = inputs_of(session.scenario(change))
    found = repriced(base, inputs)
    assert found is not None
    same(found, build(inputs))
    same(base, build(inputs_of(session.scenario())))


@pytest.mark.parametrize("change", OTHERS)
def test_what_is_more_than_prices_is_built_anew(change):
    """Other supply, power, rates, demand, lead times, dates, currencies, and a price below zero."""
    session = without_budget()
    assert repriced(build(inputs_of(session.scenario())), inputs_of(session.scenario(change))) is None


def test_a_price_that_comes_to_be_is_built_anew():
    """Without a penalty all must be served: another programme."""
    session = without_budget()
    base = build(inputs_of(session.scenario({"workloads.w.unmet_penalty": None})))
    assert repriced(base, inputs_of(session.scenario())) is None


def test_budgets_have_prices_in_their_rules():
    """So a scenario with one is built anew."""
    session = planner.what_if(small())
    base = build(inputs_of(session.scenario()))
    assert repriced(base, inputs_of(session.scenario({"offers.buy-e.price_per_unit": "*2"}))) is None


def test_a_session_answers_as_from_scratch():
    """Price, supply, price: each plan costs what a cold solve says."""
    session = without_budget()
    session.solve()
    for change in (
        {"offers.buy-e.price_per_unit": "*0.5"},
        {"offers.*.supply": "*1.3"},
        {"money.discount_rate": 0.2},
        {"offers.*.supply": "*1.3", "sites.*.tariff_per_kwh": "*4"},
    ):
        assert session.solve(change).objective == pytest.approx(
            planner.solve(session.scenario(change)).objective, rel=1e-9
        )
    assert session.statistics.cold == 1
