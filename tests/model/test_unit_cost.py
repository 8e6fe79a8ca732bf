"""The cost of a unit of work, by hand; and what the other tables say."""

import pytest

from tests.model.cases import bought, case, rented, sold, solved, sum_of, work

HOUR = 1 / 730


def unit_cost(plan, period="p1", workload="w"):
    """Return the cost per unit of a workload in a period."""
    rows = plan.unit_cost
    return float(rows[(rows["period"] == period) & (rows["workload"] == workload)]["cost_USD_per_unit"].iloc[0])


def test_bought_devices_cost_their_price_over_their_life():
    """Devices at 12 for 4 hours are 3 an hour, whatever salvage says; 10 units an hour on 10 of them: 3 a unit."""
    plan = solved(case(periods=2, offers={"o": bought(12, life_months=4 * HOUR)}))
    assert unit_cost(plan) == pytest.approx(3)
    assert unit_cost(plan, "p2") == pytest.approx(3)


def test_devices_that_stand_idle_cost_as_well():
    """10 devices for 10 units, then for 5: 3 a unit, then 6."""
    plan = solved(case([10, 5], periods=2, offers={"o": bought(12, life_months=4 * HOUR)}))
    assert unit_cost(plan, "p2") == pytest.approx(6)


def test_devices_that_are_sold_cost_no_more():
    """10 devices for 10 units, 5 of them sold before the second hour: 3 a unit in both."""
    offer = bought(12, life_months=4 * HOUR, resale_share=1)
    plan = solved(case([10, 5], periods=2, offers={"o": offer}))
    assert sum_of(plan.fleet, "devices", period="p2") == pytest.approx(5)
    assert unit_cost(plan, "p2") == pytest.approx(3)


def test_held_and_ordered_devices_cost_the_price_of_their_time():
    """4 held at 8 (the first price) and 4 that arrive in p2 at 16, a life of 4 hours: 2, then (8 + 16) / 8."""
    offer = bought([8, 16], life_months=4 * HOUR, supply=0)
    scenario = case(
        [4, 8],
        periods=2,
        offers={"o": offer},
        fleet={"x": {"offer": "o", "site": "s", "units": 4}},
        orders={"x": {"offer": "o", "site": "s", "units": 4, "period": "p2", "paid": True}},
    )
    plan = solved(scenario)
    assert unit_cost(plan) == pytest.approx(2)
    assert unit_cost(plan, "p2") == pytest.approx(3)


def test_running_costs():
    """Leased at 1, energy 0.5 and maintenance 2 a device, serving 0.25 a unit: 3.75."""
    lease = {
        "kind": "lease", "device": "d", "price_per_hour": 1, "term_months": HOUR, "maintenance_per_unit_year": 17520,
    }  # fmt: skip
    scenario = case(
        devices={"d": {"power_kw": 0.5}},
        sites={"s": {"tariff_per_kwh": 1}},
        workloads=work(10, serving_cost={"s": {"r": 0.25}}),
        offers={"o": lease},
    )
    assert unit_cost(solved(scenario)) == pytest.approx(3.75)


def test_one_time_costs_are_spread_to_the_end():
    """Opening at 60 in the second of 4 hours: 20 an hour over 10 units: 2 on top of 1."""
    scenario = case(
        [0, 10, 10, 10],
        periods=4,
        sites={"s": {"siting": "candidate", "opening_cost": 60}},
        offers={"o": sold(1)},
    )
    plan = solved(scenario)
    for period in ("p2", "p3", "p4"):
        assert unit_cost(plan, period) == pytest.approx(3)


def test_workloads_share_by_what_they_occupy():
    """12 devices at 1: 4 units of w at 0.5 utilisation occupy 8, 4 of v occupy 4: 2 and 1 a unit."""
    workloads = {
        "w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}, "utilisation": 0.5},
        "v": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}},
    }
    plan = solved(case(workloads=workloads, offers={"o": rented(1)}))
    assert (unit_cost(plan), unit_cost(plan, workload="v")) == pytest.approx((2, 1))


def test_what_belongs_to_no_device_falls_on_all_by_their_cost():
    """A fixed cost of 6 beside 8 of w and 4 of v: 4 and 2."""
    workloads = {
        "w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}, "utilisation": 0.5},
        "v": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}},
    }
    scenario = case(workloads=workloads, sites={"s": {"fixed_cost_per_year": 6 * 8760}}, offers={"o": rented(1)})
    plan = solved(scenario)
    assert (unit_cost(plan), unit_cost(plan, workload="v")) == pytest.approx((3, 1.5))


def test_training_bears_its_part():
    """5 of 10 leased devices train: their rent falls on no unit of w; 5 units at 1."""
    lease = {"kind": "lease", "device": "d", "price_per_hour": 1, "term_months": HOUR}
    campaign = {"devices": ["d"], "units": 5, "months": HOUR, "sites": ["s"]}
    plan = solved(case(5, offers={"o": lease}, campaigns={"c": campaign}))
    assert plan.objective == pytest.approx(10)
    assert unit_cost(plan) == pytest.approx(1)


def test_penalties_are_no_cost_of_what_is_served():
    """6 of 10 units served at 1, the rest lost at 9: 1 a unit."""
    plan = solved(case(workloads=work(10, unmet_penalty=9), offers={"o": rented(supply=6)}))
    assert unit_cost(plan) == pytest.approx(1)


# ---- other tables ------------------------------------------------------------------------------------------


def test_the_fleet_says_how_busy_it_is():
    """20 devices occupied by 10 at work, worth half an H100 each."""
    scenario = case(devices={"d": {"maker": "m", "h100_equivalents": 0.5}}, workloads=work(10, utilisation=0.5))
    (row,) = solved(scenario).fleet.to_dict("records")
    assert row["devices"] == pytest.approx(20)
    assert row["devices_busy"] == pytest.approx(10)
    assert row["h100_equivalents"] == pytest.approx(10)
    assert (row["device"], row["maker"], row["kind"]) == ("d", "m", "on-demand")


def test_what_is_served_says_where_over_which_route():
    """Over n in 5 + 7 ms, with 2 and 1 ms of access."""
    links = {"a": {"ends": ["s", "n"], "latency_ms": 5}, "b": {"ends": ["n", "r"], "latency_ms": 7}}
    scenario = case(
        regions={"r": {"access_ms": 2}}, sites={"s": {"access_ms": 1}}, network={"links": links},
        workloads=work(10, max_latency_ms=15),
    )  # fmt: skip
    (row,) = solved(scenario).served.to_dict("records")
    assert row["latency_ms"] == pytest.approx(15)
    assert row["route"] == "s > n > r"
    assert row["served_units"] == pytest.approx(10)


def test_the_firm_factor_is_shown_at_what_is_rented_too():
    """Of 1,000 nodes that are there half of the time a part is rented: a smaller pool is less firm."""
    pool = {"nodes": 1000, "availability": 0.5}
    (row,) = solved(case(demand=10, offers={"o": rented(pool=pool)})).pools.to_dict("records")
    assert row["firm_devices"] == pytest.approx(10)
    assert row["firm_factor_at_rented"] < row["firm_factor"] < 0.5


def test_additions_say_when_to_order():
    """Two periods of lead and a price of 3 a device."""
    plan = solved(case([0, 0, 0, 10], periods=4, offers={"o": bought([9, 9, 9, 3], lead_time_months=2 * HOUR)}))
    (row,) = plan.additions.to_dict("records")
    assert (row["period"], row["order_period"], row["price_USD"]) == ("p4", "p2", pytest.approx(30))


def test_the_power_of_a_site():
    """10 devices of 2 kW at a peak PUE of 1.5 use 0.03 of 0.04 MW; at an average of 1.25 they use 25 kWh."""
    scenario = case(
        devices={"d": {"power_kw": 2}},
        sites={"s": {"power_mw": 0.04, "pue": 1.25, "peak_pue": 1.5}},
        offers={"o": bought(1)},
    )
    plan = solved(scenario)
    (site,) = plan.sites.to_dict("records")
    assert (site["power_used_mw"], site["power_share"]) == pytest.approx((0.03, 0.75))
    (power,) = plan.power.to_dict("records")
    assert (power["power_mw"], power["energy_mwh"]) == pytest.approx((0.03, 0.025))


def test_comparisons():
    """A chain's result against a number."""
    scenario = case(
        chains={"need": {"steps": [{"name": "a", "value": 6}, {"name": "b", "times": 2}]}},
        comparisons={
            "x": {"left": {"chain": "need"}, "right": 8},
            "y": {"left": {"chain": "need", "step": "a"}, "right": 8},
        },
    )
    rows = solved(scenario).comparisons.set_index("comparison")
    assert list(rows["exceeds"]) == [True, False]
    assert rows.loc["x", "ratio"] == pytest.approx(1.5)


def test_a_lease_that_is_held_falls_on_those_who_use_it():
    """4 held on lease at 3 for the 4 units of w; v rents 1 unit at 1: 3 and 1 a unit."""
    lease = {"kind": "lease", "device": "d", "price_per_hour": 3, "term_months": HOUR, "supply": 0}
    other = {"rate": {"e": 1}, "demand": {"by_region": {"r": 1}}}
    scenario = case(
        devices={"d": {}, "e": {}},
        workloads=work(4) | {"v": other},
        offers={"o": lease, "p": rented(1) | {"device": "e"}},
        fleet={"x": {"offer": "o", "site": "s", "units": 4}},
    )
    plan = solved(scenario)
    assert unit_cost(plan) == pytest.approx(3)
    assert unit_cost(plan, workload="v") == pytest.approx(1)
