"""Prices against the difference from solving again, and the ranges they hold for.

One offer at 1 a unit is limited by an input; 3 units can be had at 5, and any number at 9. So one more unit
of the limit saves 8 until 7 units come from it, and 4 from there on.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest

import planner
from tests.model.cases import bought, case, rented, sold, solved, work

HOUR = 1 / 730
YEARS = {"start": 2024, "period": "year", "count": 2}


def limited(offer, **parts):
    """Return 10 units from a limited offer at 1, 3 at 5, any number at 9."""
    offers = {"o": offer, "mid": sold(5, capacity_per_hour=3), "dear": sold(9)}
    return case(**({"offers": offers} | parts))


@dataclass
class Case:
    """An input at a value, what one more of it saves, and for how much more."""

    path: str
    period: str
    make: Any
    at: float
    saves: float
    holds: float | None
    after: float = 0.0
    labels: tuple[str, ...] = field(default=())
    step: float = 0.01


def buy(**fields):
    return limited(bought(1, **fields))


def two_hours(**fields):
    return limited(bought(1, **fields), periods=2)


def yearly(**fields):
    """Return the same by years: a unit an hour is bought at 1 a year, or at 5 or 9 a year by the unit."""
    offers = {
        "o": bought(1, **fields),
        "mid": sold(5 / 8760, capacity_per_hour=3),
        "dear": sold(9 / 8760),
    }
    return case(horizon=YEARS, offers=offers)


def together(horizon=None, carry_over=False, **limit):
    scenario = two_hours() if horizon is None else yearly()
    return scenario | {"supply": {"x": {"device": "d", "carry_over": carry_over} | limit}}


def powered(mw, offer=None, **site):
    return limited(
        (offer or bought(1)) | {"sites": ["s"]},
        devices={"d": {"power_kw": 2}},
        sites={"s": {"power_mw": mw} | site, "t": {}},
    )


def elsewhere(scenario):
    """Keep the dear offers at a site of their own."""
    for name in ("mid", "dear"):
        scenario["offers"][name]["sites"] = ["t"]
    return scenario


def linked(gbps, workload=None, **link):
    scenario = limited(
        sold(1) | {"sites": ["s"]},
        sites={"s": {}, "t": {"latency_ms": 1}},
        workloads={"w": {"demand": {"by_region": {"r": 10}}, "data_gb_per_unit": 450} | (workload or {})},
        network={"links": {"l": {"ends": ["s", "r"], "capacity_gbps": gbps, "latency_ms": 2} | link}},
    )
    return elsewhere(scenario)


def emitting(**carbon):
    return limited(sold(1, carbon_g_per_unit=5e5), periods=2, carbon=carbon)


def sliced(**pool):
    """Return the pool in two slices of half an hour, 10 units in each."""
    scenario = limited(rented(1, **pool))
    return scenario | {"slices": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]}


def spending(limit, periods=1, **budget):
    return case(
        periods=periods, workloads=work(10, unmet_penalty=9), offers={"o": rented(1)},
        budgets={"b": {"limit": limit} | budget},
    )  # fmt: skip


CASES = {
    "supply by the hour": Case("offers.o.supply", "p1", lambda v: limited(rented(1, supply=v)), 4, 8, 3, 4),
    "supply by the hour in slices": Case("offers.o.supply", "p1", lambda v: sliced(supply=v), 4, 8, 3, 4),
    "supply": Case("offers.o.supply", "p1", lambda v: buy(supply=v), 4, 8, 3, 4),
    # a device of p1 serves twice: 9 + 9 - 1; one of p2 once
    "supply of the first period": Case("offers.o.supply", "p1", lambda v: two_hours(supply=[v, 3]), 1, 17, 3, 13),
    "supply of the last period": Case("offers.o.supply", "p2", lambda v: two_hours(supply=[1, v]), 3, 8, 3, 4),
    "supply carried over": Case(
        "offers.o.supply", "p1", lambda v: two_hours(supply=[v, 3], carry_over=True), 1, 17, 3, 13
    ),
    "supply of a year": Case(
        "offers.o.supply_per_year.2024", "", lambda v: yearly(supply_per_year={"2024": v, "2025": 3}), 1, 17, 3, 13
    ),
    "supply of a year carried over": Case(
        "offers.o.supply_per_year.2024",
        "",
        lambda v: yearly(supply_per_year={"2024": v, "2025": 3}, carry_over=True),
        1, 17, 3, 13,
    ),
    "supply together": Case("supply.x.units", "p1", lambda v: together(units=[v, 3]), 1, 17, 3, 13),
    "supply together at a share": Case(
        "supply.x.units", "p1", lambda v: together(units=[v, 6], share=0.5), 2, 8.5, 6, 6.5
    ),
    "supply together carried over": Case(
        "supply.x.units", "p1", lambda v: together(units=[v, 3], carry_over=True), 1, 17, 3, 13
    ),
    "supply together of a year at a share": Case(
        "supply.x.units_per_year.2025",
        "",
        lambda v: together("years", units_per_year={"2024": 2, "2025": v}, share=0.5),
        6, 4, 6, 2,
    ),
    # nodes are whole
    "pool": Case(
        "offers.o.pool.nodes",
        "p1",
        lambda v: limited(rented(1, pool={"nodes": v, "availability": 1})),
        4,
        8,
        3,
        4,
        step=0.25,
    ),
    "work sold": Case("offers.o.work.w.capacity_per_hour", "p1", lambda v: limited(sold(1, capacity_per_hour=v)), 4, 8, 3, 4),
    "power": Case("sites.s.power_mw", "p1", lambda v: elsewhere(powered(v)), 0.008, 4000, 0.006, 2000),
    "power at a PUE": Case(
        "sites.s.power_mw", "p1", lambda v: elsewhere(powered(v, pue=1.25)), 0.01, 3200, 0.0075, 1600
    ),
    "power of devices by the hour": Case(
        "sites.s.power_mw",
        "p1",
        lambda v: elsewhere(powered(v, rented(1, includes_power=False)))
        | {"slices": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]},
        0.008, 4000, 0.006, 2000,
    ),
    "power of a candidate": Case(
        "sites.s.power_mw",
        "p1",
        lambda v: elsewhere(powered(v, siting="candidate", opening_cost=1)),
        0.008, 4000, 0.006, 2000,
    ),
    "power that has a cost by the MW": Case(
        "sites.s.power_mw",
        "p1",
        lambda v: elsewhere(powered(v, fixed_cost_per_mw_year=8760e3)),
        0.008, 3000, 0.006, 1000,
    ),
    "link": Case("network.links.l.capacity_gbps", "p1", linked, 4, 8, 3, 4),
    "link for paths": Case(
        "network.links.l.capacity_gbps", "p1", lambda v: linked(v, {"max_latency_ms": 9}), 4, 8, 3, 4
    ),
    "shared link": Case(
        "network.links.l.capacity_gbps",
        "p1",
        lambda v: linked(v, {"upload_gb_per_unit": 450}, shared_capacity=True),
        8, 4, 6, 2,
    ),
    "carbon": Case("carbon.cap_tonnes", "p2", lambda v: emitting(cap_tonnes=[1, v]), 2, 16, 1.5, 8),
    "carbon in all": Case("carbon.cap_tonnes_total", "", lambda v: emitting(cap_tonnes_total=v), 4, 16, 3, 8),
    "commitment": Case(
        "offers.o.min_commitment",
        "p1",
        lambda v: limited(bought(20, min_commitment=v, commitment="obliged")),
        4, -11, 3, -15,
    ),
    "budget": Case("budgets.b.limit", "", spending, 4, 8, 6, 0),
    "budget of a period": Case(
        "budgets.b.limit", "p2", lambda v: spending([3, v], 2, per="period"), 4, 8, 6, 0, ("p2",)
    ),
    "budget for capital": Case(
        "budgets.b.limit", "", lambda v: buy() | {"budgets": {"b": {"limit": v, "covers": "capital"}}}, 4, 8, 3, 4
    ),
}  # fmt: skip


def optimum(scenario):
    plan = planner.solve(planner.load(scenario))
    assert plan.status == "optimal"
    return plan.objective


@cache
def plan_of(name):
    return solved(CASES[name].make(CASES[name].at))


def found(plan, wanted):
    """Return the limit with a path and period; budgets of a period name it in their text."""
    rows = [x for x in plan.limits if x.path == wanted.path]
    exact = [x for x in rows if x.period == wanted.period]
    chosen = exact or [x for x in rows if all(label in x.text for label in wanted.labels)]
    assert len(chosen) == 1, plan.limits
    return chosen[0]


@pytest.mark.parametrize("name", list(CASES))
def test_the_sum_by_hand(name):
    """The differences on both sides of the value, and beyond the range, are what was worked out by hand."""
    c = CASES[name]
    step = c.at * c.step
    less, more = optimum(c.make(c.at - step)), optimum(c.make(c.at + step))
    assert (less - more) / (2 * step) == pytest.approx(c.saves)
    end = c.at + c.holds
    beyond = (optimum(c.make(end)) - optimum(c.make(end + step))) / step
    assert beyond == pytest.approx(c.after, abs=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_prices_and_ranges(name):
    """What one more unit saves agrees with solving again; the range ends where the price changes."""
    c = CASES[name]
    limit = found(plan_of(name), c)
    assert limit.saves == pytest.approx(c.saves)
    assert limit.holds_for == pytest.approx(c.holds)


@pytest.mark.parametrize("rate", [0.1])
def test_prices_are_discounted_to_the_base_date(rate):
    """A device of the second year at 1 saves 9 a year: 9 / 1.1^1.5 - 1 / 1.1."""
    scenario = yearly(supply=[0, 4]) | {"money": {"discount_rate": rate}}
    (limit,) = [x for x in solved(scenario).limits if x.path == "offers.o.supply"]
    assert limit.saves == pytest.approx(9 / 1.1**1.5 - 1 / 1.1)


def test_a_closed_site_does_not_limit_by_its_power():
    """More power at a candidate that stays closed is worth nothing."""
    scenario = elsewhere(powered(0.001, siting="candidate", opening_cost=1000))
    plan = solved(scenario)
    assert plan.sites["open"].sum() == 1
    assert [x.path for x in plan.limits if x.rule == "power"] == []


@pytest.mark.parametrize(
    ("scenario", "saves"),
    [
        # 7 at 1 and 3 at 5 serve 10 exactly: one more of o saves 4, one less costs 8
        (limited(rented(1, supply=7)), 4),
        # nothing else limits: demand and supply are equal
        (case(10, workloads=work(10, unmet_penalty=9), offers={"o": rented(1, supply=10)}), 0),
    ],
)
def test_where_several_limits_bind_at_once(scenario, saves):
    """The price is the difference from solving again with more, and has no range."""
    limits = [x for x in solved(scenario).limits if x.path == "offers.o.supply"]
    for limit in limits:
        assert limit.saves == pytest.approx(saves, abs=1e-9)
        assert limit.holds_for is None
    assert len(limits) == 1 or saves == 0


# ---- duals by rule -----------------------------------------------------------------------------------------


def price_of(plan, rule, **where):
    rows = plan.prices[plan.prices["rule"] == rule]
    for key, value in where.items():
        rows = rows[rows[key] == value]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("per", ["hour", "period"])
def test_the_price_of_demand_is_the_cost_of_the_last_unit(per):
    """A unit at 9 in the second year: 9 a unit in money of its middle, 9 x 8,760 / 1.1^1.5 a unit an hour."""
    scenario = case(
        {"2024": 10, "2025": 12},
        horizon=YEARS,
        money={"discount_rate": 0.1},
        offers={"o": sold(1, capacity_per_hour=4), "dear": sold(9)},
    )
    row = price_of(solved(scenario), "demand", period="2025")
    assert row["dual"] == pytest.approx(9 * 8760 / 1.1**1.5)
    assert row["price_per_unit"] == pytest.approx(9)
    assert row["unit"] == "USD per unit/h"
    more, less = (optimum(scenario | {"workloads": work({"2024": 10, "2025": 12 + step})}) for step in (0.01, -0.01))
    assert row["dual"] == pytest.approx((more - less) / 0.02)


def shares(least):
    """Return at least so large a share of the dear device at 4 beside one at 1."""
    return case(
        devices={"d": {}, "e": {}},
        workloads={"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 10}}}},
        offers={"o": rented(1), "p": rented(4, device="e")},
        shares={"x": {"device": "e", "min_share": least}},
    )


def test_the_price_of_a_share():
    """One more of e than its share costs 3; as the share rises by a hundredth, so does the cost by 0.3."""
    row = price_of(solved(shares(0.5)), "share_least")
    assert row["dual"] == pytest.approx(3)
    assert (optimum(shares(0.51)) - optimum(shares(0.49))) / 0.02 == pytest.approx(10 * row["dual"])


SIGNS = {
    "supply": -1, "supply_year": -1, "supply_together": -1, "supply_together_year": -1, "pool": -1, "capacity": -1,
    "power": -1, "link_capacity": -1, "carbon_cap": -1, "carbon_cap_total": -1, "budget": -1, "commitment": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_signs(name):
    """A limit that binds has a dual of 0 or less, a requirement of 0 or more."""
    prices = plan_of(name).prices
    for rule, dual in zip(prices["rule"], prices["dual"], strict=True):
        assert dual * SIGNS.get(rule, np.sign(dual)) >= 0


def test_prices_of_whole_numbers_say_so():
    """Duals with the integers fixed are labelled."""
    plan = solved(CASES["power of a candidate"].make(0.008))
    assert plan.duals.startswith("with the integers fixed")
    assert all("as chosen" in limit.text for limit in plan.limits)
    assert solved(CASES["power"].make(0.008)).duals.startswith("of the linear programme")
