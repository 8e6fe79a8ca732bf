"""Every kind of cost: what it is, in which period it is paid, and how it is discounted; each sum by hand."""

import ast
from pathlib import Path

import numpy as np
import pytest

from planner.model.costs import KINDS
from tests.model.cases import bought, case, cost, counted, paid, rented, sold, solved, work

HOUR = 1 / 730
RATE = 0.21
"""A yearly rate whose half-year factor is 1.1."""


def years(demand=10, count=2, rate=RATE, **parts):
    """Return a case of whole years, discounted."""
    money = {"discount_rate": rate} | parts.pop("money", {})
    return case(demand, horizon={"start": 2024, "period": "year", "count": count}, money=money, **parts)


def hourly(price):
    """Return the price of an hour that makes a year cost so much."""
    return price / 8760


# ---- capital -----------------------------------------------------------------------------------------------


def test_acquisition_counts_at_the_start_of_its_period():
    """10 devices at 5 in the second year, no salvage: 50 / 1.21."""
    plan = solved(years([0, 10], offers={"o": bought(5)}))
    assert plan.objective == pytest.approx(50 / 1.21)
    assert paid(plan, "acquisition", "2025") == pytest.approx(50)
    assert counted(plan, "acquisition") == pytest.approx(50 / 1.21)


def test_salvage_counts_at_the_end():
    """10 devices at 5 with a life of 4 years, used for 2: 50 - 25 / 1.21^2."""
    offer = {"kind": "buy", "device": "d", "price_per_unit": 5, "life_months": 48}
    plan = solved(years(offers={"o": offer}))
    assert plan.objective == pytest.approx(50 - 25 / 1.21**2)
    assert paid(plan, "salvage", "2025") == pytest.approx(-25)


def test_salvage_is_never_more_than_the_discounted_price():
    """A real rate of -50 %: 5 paid after a year count 10; the 4 left after two would count 16: 10, no more."""
    money = {"discount_rate": 0, "basis": "nominal", "inflation": 1}
    offer = {"kind": "buy", "device": "d", "price_per_unit": 5, "life_months": 60, "available_from": "2025"}
    plan = solved(years([0, 10], offers={"o": offer}, money=money))
    assert counted(plan, "acquisition") == pytest.approx(50 * 2)
    assert counted(plan, "salvage") == pytest.approx(-50 * 2)


def test_a_negative_price_has_a_negative_book_value():
    """Paid 1 to take each of 7 devices of two years, of which one is in the horizon: -7 + 3.5."""
    offer = {"kind": "buy", "device": "d", "price_per_unit": -1, "supply": 7, "life_months": 24}
    scenario = years(7, count=1, rate=0, offers={"o": offer})
    assert cost(scenario) == pytest.approx(-3.5)


def test_deposits():
    """Ordered a year before it arrives: 30 % of 50 at the start, the rest a year later."""
    offer = bought(5, lead_time_months=12, deposit_share=0.3)
    plan = solved(years([0, 10], offers={"o": offer}))
    assert plan.objective == pytest.approx(15 + 35 / 1.21)
    assert (paid(plan, "acquisition", "2024"), paid(plan, "acquisition", "2025")) == pytest.approx((15, 35))
    assert list(plan.additions["order_period"]) == ["2024"]


def test_a_deposit_within_a_period():
    """Ordered half a year before: its deposit falls in the first year, and counts at that moment: / 1.1."""
    offer = bought(5, lead_time_months=6, deposit_share=0.3)
    plan = solved(years([0, 10], offers={"o": offer}))
    assert plan.objective == pytest.approx(15 / 1.1 + 35 / 1.21)
    assert paid(plan, "acquisition", "2024") == pytest.approx(15)


def test_budgets_see_deposits_when_they_are_paid():
    """14 of capital in the first year allow a deposit for 14 / 1.5 devices."""
    scenario = years(
        [0, 10],
        rate=0,
        workloads=work([0, 10], unmet_penalty=1),
        offers={"o": bought(5, lead_time_months=12, deposit_share=0.3)},
        budgets={"b": {"limit": [14, 99], "per": "period", "covers": "capital"}},
    )
    plan = solved(scenario)
    assert plan.additions["devices"].sum() == pytest.approx(14 / 1.5)


def test_resale_counts_at_the_start():
    """10 devices at 8 of 4 years, sold after a year for half of 6: 80 - 30 / 1.21."""
    offer = bought(8, life_months=48, resale_share=0.5)
    plan = solved(years([10, 0], offers={"o": offer}))
    assert plan.objective == pytest.approx(80 - 30 / 1.21)
    assert paid(plan, "resale", "2025") == pytest.approx(-30)


def test_modules_opening_closing_and_porting_count_at_the_start():
    """Each in the second year: opening 7, a module 3, porting 2: 12 / 1.21; closing 5 in the third: / 1.21^2."""
    scenario = years(
        [0, 10, 0],
        count=3,
        devices={"d": {"power_kw": 1, "maker": "m"}},
        sites={
            "s": {
                "siting": "candidate", "power_mw": 0, "opening_cost": 7, "can_close": True, "closing_cost": 0,
                "modules": {"m": {"mw": 1, "cost": 3, "max_count": 1}},
            }
        },
        offers={"o": rented(0, includes_power=False)},
        enablements={"e": {"workload": "w", "maker": "m", "cost": 2}},
    )  # fmt: skip
    plan = solved(scenario)
    assert plan.objective == pytest.approx(12 / 1.21)
    for kind, amount in (("opening", 7), ("modules", 3), ("porting", 2)):
        assert paid(plan, kind, "2025") == pytest.approx(amount)
    closing = years(
        [10, 0],
        sites={"s": {"siting": "candidate", "can_close": True, "closing_cost": 5, "fixed_cost_per_year": 99}},
        offers={"o": sold(0)},
    )
    plan = solved(closing)
    assert plan.objective == pytest.approx(99 / 1.1 + 5 / 1.21)
    assert paid(plan, "closing", "2025") == pytest.approx(5)


# ---- running costs -----------------------------------------------------------------------------------------


def test_running_cost_counts_in_the_middle():
    """10 devices rented at 1 a year: 10 / 1.1 + 10 / 1.1^3."""
    plan = solved(years(offers={"o": rented(hourly(1))}))
    assert plan.objective == pytest.approx(10 / 1.1 + 10 / 1.1**3)
    assert paid(plan, "rental", "2025") == pytest.approx(10)


def test_periods_of_several_lengths():
    """A year and a month: the month's middle is 12.5 months after the base date."""
    horizon = {"start": 2024, "spans": [{"period": "year", "count": 1}, {"period": "month", "count": 1}]}
    scenario = years(offers={"o": rented(hourly(12))}) | {"horizon": horizon}
    plan = solved(scenario)
    assert plan.objective == pytest.approx(120 * 1.21**-0.5 + 10 * 1.21 ** -(12.5 / 12))


@pytest.mark.parametrize("kind", ["lease", "reserve"])
def test_rent_and_its_tail(kind):
    """A lease of 3 years at 1 a year, 2 in the horizon: the middles of both years; half of the tail at the end."""
    offer = {"kind": kind, "device": "d", "price_per_hour": hourly(1), "term_months": 36, "salvage_share": 0.5}
    plan = solved(years(offers={"o": offer}))
    assert plan.objective == pytest.approx(10 / 1.1 + 10 / 1.1**3 + 5 / 1.1**4)
    assert paid(plan, "rent", "2024") == pytest.approx(10)
    assert paid(plan, "rent", "2025") == pytest.approx(15)


def test_maintenance():
    """10 devices in place at 3 a year, for half a year where their life ends: 30 / 1.1 + 15 / 1.1^3 on top of 20."""
    plan = solved(
        years(
            [10, 5],
            offers={"o": bought(2, life_months=18, maintenance_per_unit_year=3)},
        )
    )
    assert plan.objective == pytest.approx(20 + 30 / 1.1 + 15 / 1.1**3)


def test_energy():
    """2 of 4 bought devices are busy (availability 0.5): 4 x 0.1 kW idle and 2 x 0.7 more, PUE 1.5, 0.2 a kWh.

    (0.4 + 1.4) x 1.5 x 0.2 = 0.54 an hour, 4 for the devices.
    """
    device = {"power_kw": 1, "active_power_kw": 0.8, "idle_power_kw": 0.1}
    scenario = case(
        2,
        devices={"d": device},
        sites={"s": {"pue": 1.5, "tariff_per_kwh": 0.2}},
        offers={"o": bought(1, availability=0.5)},
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(4 + 0.54)
    assert plan.power["energy_mwh"].sum() == pytest.approx(2.7e-3)


def test_energy_of_work_at_part_utilisation():
    """At 50 % utilisation 4 devices are occupied by 2 units of work, and draw for 2: 4 x 0.1 + 2 x 0.9."""
    scenario = case(
        workloads=work(2, utilisation=0.5),
        devices={"d": {"power_kw": 1, "idle_power_kw": 0.1}},
        sites={"s": {"tariff_per_kwh": 1}},
        offers={"o": bought(1)},
    )
    assert cost(scenario) == pytest.approx(4 + 2.2)


def test_energy_of_training():
    """5 devices train for half of the hour and idle for the rest: 5 x 0.1 + 2.5 x 0.9."""
    scenario = case(
        0,
        devices={"d": {"power_kw": 1, "idle_power_kw": 0.1}},
        sites={"s": {"tariff_per_kwh": 1}},
        offers={"o": bought(1)},
        fleet={"x": {"offer": "o", "site": "s", "units": 5}},
        campaigns={"c": {"devices": ["d"], "units": 5, "months": HOUR / 2, "sites": ["s"], "start": "p1"}},
    )
    assert cost(scenario) == pytest.approx(0.5 + 2.25)


def test_energy_of_devices_by_the_hour():
    """Rented without power: 10 x (1 + 0.3)."""
    scenario = case(
        devices={"d": {"power_kw": 0.3}},
        sites={"s": {"tariff_per_kwh": 1}},
        offers={"o": rented(1, includes_power=False)},
    )
    assert cost(scenario) == pytest.approx(13)
    assert cost(scenario | {"offers": {"o": rented(1)}}) == pytest.approx(10)


def test_tariffs_by_period_are_discounted_in_the_middle():
    """10 devices of 1 kW in place already, at 1 then 2 a kWh: 87,600 (1 / 1.1 + 2 / 1.1^3)."""
    scenario = years(
        devices={"d": {"power_kw": 1}},
        sites={"s": {"tariff_per_kwh": [1, 2]}},
        offers={"o": bought(1, supply=0)},
        fleet={"x": {"offer": "o", "site": "s", "units": 10}},
    )
    assert cost(scenario) == pytest.approx(87600 * (1 / 1.1 + 2 / 1.1**3))


def test_carbon_fixed_serving_work_and_traffic_count_in_the_middle():
    """One year, each kind by itself: so much / 1.1."""
    scenario = years(
        count=1,
        sites={"s": {"fixed_cost_per_year": 3, "egress_per_gb": hourly(1)}},
        workloads=work(10, serving_cost={"s": {"r": hourly(2)}}, data_gb_per_unit=4),
        offers={"o": sold(hourly(1), carbon_g_per_unit=1e6 / 8760)},
        carbon={"price_per_tonne": 0.5},
    )
    plan = solved(scenario)
    for kind, amount in (("fixed", 3), ("traffic", 40), ("serving", 20), ("work", 10), ("carbon", 5)):
        assert paid(plan, kind) == pytest.approx(amount), kind
        assert counted(plan, kind) == pytest.approx(amount / 1.1), kind
    assert plan.objective == pytest.approx(78 / 1.1)


def test_penalties_are_not_discounted():
    """10 units a year lost at 1 (a year) for two years: 20; a campaign left out: its value."""
    scenario = years(workloads=work(10, unmet_penalty=hourly(1)), offers={"o": rented(9)})
    assert cost(scenario) == pytest.approx(20)
    scenario["campaigns"] = {"c": {"devices": ["d"], "units": 1, "months": 12, "sites": ["s"], "value": 7}}
    assert cost(scenario) == pytest.approx(27)


# ---- rates and currencies ----------------------------------------------------------------------------------


def test_a_nominal_rate():
    """33.1 % nominal at 10 % inflation is 21 % real."""
    money = {"discount_rate": 0.331, "basis": "nominal", "inflation": 0.1}
    assert cost(years([0, 10], offers={"o": bought(5)}, money=money)) == pytest.approx(50 / 1.21)


def test_a_real_rate_takes_no_notice_of_inflation():
    """Inflation is there for nominal rates only."""
    assert cost(years([0, 10], offers={"o": bought(5)}, money={"inflation": 0.1})) == pytest.approx(50 / 1.21)


def test_currencies():
    """Offers, sites and work priced in euros at 2 of the scenario's currency: each kind counts double."""
    base = case(
        devices={"d": {"power_kw": 1, "maker": "m"}},
        sites={
            "s": {
                "tariff_per_kwh": 1, "egress_per_gb": 1, "fixed_cost_per_year": 8760, "siting": "candidate",
                "opening_cost": 1, "power_mw": 0.008, "opening_cost_per_mw": 1000, "fixed_cost_per_mw_year": 8760e3,
                "modules": {"m": {"mw": 0.001, "cost": 3, "max_count": 1}},
            }
        },
        workloads=work(10, data_gb_per_unit=0.1),
        offers={
            "a": bought(3, supply=4, maintenance_per_unit_year=8760),
            "b": {"kind": "lease", "device": "d", "price_per_hour": 1, "term_months": HOUR, "supply": 3},
            "c": rented(1, supply=2),
            "d": sold(0.1, capacity_per_hour=1),
        },
    )  # fmt: skip
    plain = solved(base)
    assert len(plain.cost) == 10
    euros = base | {
        "money": {"exchange": {"EUR": 2}},
        "sites": {"s": base["sites"]["s"] | {"currency": "EUR"}},
        "offers": {name: offer | {"currency": "EUR"} for name, offer in base["offers"].items()},
    }
    doubled = solved(euros)
    assert doubled.objective == pytest.approx(2 * plain.objective)
    both = plain.cost.merge(doubled.cost, on=["period", "kind", "site", "offer", "workload"])
    assert len(both) == len(plain.cost)
    assert np.allclose(both["paid_USD_y"], 2 * both["paid_USD_x"])


def test_the_cost_table_says_where_and_by_what():
    """Rent has site and offer, the fixed cost its site, the penalty its workload."""
    scenario = case(
        workloads=work(10, unmet_penalty=9),
        sites={"s": {"fixed_cost_per_year": 8760}},
        offers={"o": rented(supply=6)},
    )
    rows = solved(scenario).cost.set_index("kind")[["site", "offer", "workload"]]
    assert list(rows.loc["rental"]) == ["s", "o", ""]
    assert list(rows.loc["fixed"]) == ["s", "", ""]
    assert list(rows.loc["penalty"]) == ["", "", "w"]


def test_every_kind_of_cost_is_named():
    """What the code charges is what `KINDS` names, which an output of a sweep may ask for."""
    charged = set()
    for path in Path("planner/model").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("charge", "charge_constant"):
                charged.add(ast.literal_eval(node.args[0]))
    assert charged == set(KINDS)
