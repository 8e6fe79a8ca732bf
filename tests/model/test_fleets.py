"""Rules on devices that come, stay and go, each on a scenario solved by hand."""

import pytest

from tests.model.cases import bought, case, cost, counted, paid, rented, solved, sum_of, without, work

HOUR = 1 / 730
"""Months of an hour."""


def leased(price=1, hours=3.0, **fields):
    """Return a lease of so many hours."""
    return {"kind": "lease", "device": "d", "price_per_hour": price, "term_months": hours * HOUR} | fields


# ---- occupancy ---------------------------------------------------------------------------------------------


def test_utilisation_and_availability():
    """10 units at 50 % utilisation and 0.8 availability: 10 / 0.5 / 0.8 = 25 devices."""
    plan = solved(case(workloads=work(10, utilisation=0.5), offers={"o": rented(availability=0.8)}))
    assert plan.objective == pytest.approx(25)
    assert sum_of(plan.run, "devices_at_work") == pytest.approx(10)
    assert sum_of(plan.run, "devices_occupied") == pytest.approx(20)


def test_workloads_share_a_fleet():
    """4 units at 0.5 and 3 at 1 on the same devices: 8 + 3 = 11."""
    workloads = {
        "w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}, "utilisation": 0.5},
        "v": {"rate": {"d": 1}, "demand": {"by_region": {"r": 3}}},
    }
    assert cost(case(workloads=workloads, offers={"o": bought(1)})) == pytest.approx(11)


def test_slices_of_bought_and_rented_devices():
    """A peak of 16 in a quarter of the time and 8 in the rest (mean 10): the fleet is for the peak, rent by slice.

    A period of 4 hours. Bought at 3: 8 x 3 for the rest, and for the other 8 either 24, or rent 8 x 1 h x 2 = 16: 40.
    """
    scenario = case(
        horizon={"start": 2024, "period": "4 hours", "count": 1},
        slices=[{"name": "peak", "share": 0.25}, {"name": "rest", "share": 0.75}],
        profiles={"day": {"values": {"peak": 2, "rest": 1}}},
        workloads=work(10, profile="day"),
        offers={"o": bought(3), "p": rented(2)},
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(40)
    assert sum_of(plan.fleet, "devices", offer="p") == pytest.approx(2)
    assert sum_of(plan.fleet, "devices_peak", offer="p") == pytest.approx(8)


def test_a_pool_counts_as_its_firm_part():
    """10 nodes, half of them there: 2 with 95 % (binomial), so 2 units need all 10 nodes at 1: 10."""
    pool = {"nodes": 10, "availability": 0.5, "confidence": 0.95}
    plan = solved(case(demand=2, offers={"o": rented(pool=pool) | {"kind": "marketplace"}}))
    assert plan.objective == pytest.approx(10)
    row = plan.pools.iloc[0]
    assert (row["firm_factor"], row["rented_peak"]) == (pytest.approx(0.2), pytest.approx(10))
    without(case(demand=2.1, offers={"o": rented(pool=pool) | {"kind": "marketplace"}}), "infeasible")


def test_verification_and_churn_of_a_pool():
    """Work done twice, 0.1 departures an hour that lose 1/2 + 1/2 h: 0.9 / 2 of a unit a node; 9 units need 20."""
    pool = {
        "nodes": 100,
        "availability": 1,
        "verification_overhead": 2,
        "churn_per_hour": 0.1,
        "job_hours": 1,
        "restart_hours": 0.5,
    }
    assert cost(case(demand=9, offers={"o": rented(pool=pool)})) == pytest.approx(20)


# ---- whole devices -----------------------------------------------------------------------------------------


def test_whole_devices():
    """9.5 devices are 10 where the scenario wants them whole; the offer can say otherwise."""
    assert cost(case(demand=9.5, integer=True)) == pytest.approx(10)
    assert cost(case(demand=9.5, integer=True, offers={"o": rented(integer=False)})) == pytest.approx(9.5)
    assert cost(case(demand=9.5, offers={"o": bought(1, integer=True)})) == pytest.approx(10)


def test_whole_devices_of_two_sizes():
    """11 units from devices of 3 at 2 and of 5 at 3: two of 3 and one of 5 are 7, one and two 8 (13 units): 7."""
    scenario = case(
        integer=True,
        devices={"d": {}, "e": {}},
        workloads={"w": {"rate": {"d": 3, "e": 5}, "demand": {"by_region": {"r": 11}}}},
        offers={"o": rented(2), "p": rented(3, device="e")},
    )
    assert cost(scenario) == pytest.approx(7)


# ---- accumulation ------------------------------------------------------------------------------------------


def test_what_is_bought_stays_for_its_life():
    """A life of 2 of 4 hours: 10 devices at 3 are bought twice."""
    plan = solved(case(periods=4, offers={"o": bought(3, life_months=2 * HOUR)}))
    assert plan.objective == pytest.approx(60)
    assert sum_of(plan.additions, "devices") == pytest.approx(20)


def test_a_growing_fleet():
    """4, 6 and 9 units: 9 devices in all, at 2: 18."""
    plan = solved(case([4, 6, 9], periods=3, offers={"o": bought(2)}))
    assert plan.objective == pytest.approx(18)
    assert sum_of(plan.additions, "devices") == pytest.approx(9)


def test_a_life_that_ends_within_a_period():
    """A life of 1.5 hours: of 10 bought at 2 half their time is left in the second hour; 5 more are needed: 30."""
    assert cost(case(periods=2, offers={"o": bought(2, life_months=1.5 * HOUR)})) == pytest.approx(30)


def test_nothing_arrives_before_its_lead_time():
    """Ordered at the start, there after 2 hours; until then work is lost at 7: 2 x 70 + 10 x 3 = 170."""
    scenario = case(periods=3, workloads=work(10, unmet_penalty=7), offers={"o": bought(3, lead_time_months=2 * HOUR)})
    plan = solved(scenario)
    assert plan.objective == pytest.approx(170)
    assert list(plan.additions["order_period"]) == ["p1"]
    assert list(plan.additions["period"]) == ["p3"]


def test_offers_that_begin_and_end():
    """At 1 in the middle hour only; the 10 devices stay: lost 10 x 5, then 10: 60."""
    scenario = case(
        periods=3,
        workloads=work(10, unmet_penalty=5),
        offers={"o": bought(1, available_from="p2", available_until="p2")},
    )
    assert cost(scenario) == pytest.approx(60)


def test_a_lease_is_paid_for_its_term():
    """10 units in the first of 3 hours only, leased for 2 hours at 1: 20; nothing after."""
    plan = solved(case([10, 0, 0], periods=3, offers={"o": leased(1, 2)}))
    assert plan.objective == pytest.approx(20)
    assert list(plan.fleet["period"]) == ["p1", "p2"]


@pytest.mark.parametrize("hours", [1, 2, 3, 7])
def test_terms_of_whole_hours_leave_nothing_in_the_next(hours):
    """7 hours of 10 units at 1 an hour: 70, whatever the rounding of months; no dust is left."""
    plan = solved(case(10, periods=7, offers={"o": leased(1, hours)}, money={"salvage": 1}))
    assert plan.objective == pytest.approx(70)
    assert plan.additions["devices"].min() > 1e-3


@pytest.mark.parametrize(("salvage", "objective"), [(1, 10), (0, 30), (0.25, 25)])
def test_the_tail_of_a_lease(salvage, objective):
    """3 hours of 10 devices, 1 in the horizon: 10, and of the 20 that run on what salvage does not count."""
    plan = solved(case(money={"salvage": salvage}, offers={"o": leased(1, 3)}))
    assert plan.objective == pytest.approx(objective)
    own = case(money={"salvage": 0.5}, offers={"o": leased(1, 3, salvage_share=salvage)})
    assert cost(own) == pytest.approx(objective)


def test_rent_is_at_the_price_of_arrival():
    """A lease of 2 hours at 1, then 5: 20 for both hours."""
    assert cost(case(periods=2, offers={"o": leased([1, 5], 2)})) == pytest.approx(20)


def test_a_lease_beside_a_reservation():
    """8 hours of 4 units and 2 hours of 10: a reservation of 8 h at 1 for 4, leases of 2 h at 2 for 6 more: 32 + 24."""
    scenario = case(
        [4, 4, 4, 10, 10, 4, 4, 4],
        periods=8,
        offers={"o": leased(2, 2), "p": leased(1, 8) | {"kind": "reserve"}},
    )
    assert cost(scenario) == pytest.approx(56)


# ---- what is there already ---------------------------------------------------------------------------------


def test_a_starting_fleet_ages():
    """6 devices of a life of 3 hours, 1 hour old, serve 2 of 4 hours; 4 bought at 2, then 6 more at 2: 20."""
    scenario = case(
        periods=4,
        offers={"o": bought(2, life_months=10 * HOUR), "p": bought(9, life_months=3 * HOUR)},
        fleet={"old": {"offer": "p", "site": "s", "units": 6, "age_months": HOUR}},
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(20)
    assert list(plan.fleet[plan.fleet["offer"] == "p"]["period"]) == ["p1", "p2"]


def test_a_starting_fleet_stands_where_its_offer_is_not_sold():
    """6 devices at t, where the offer is not to be had: only 4 are bought."""
    scenario = case(
        sites={"s": {}, "t": {}},
        offers={"o": bought(2, sites=["s"])},
        fleet={"old": {"offer": "o", "site": "t", "units": 6}},
    )
    assert cost(scenario) == pytest.approx(8)


@pytest.mark.parametrize(("paid_for", "objective"), [(False, 50), (True, 38)])
def test_orders_on_the_way(paid_for, objective):
    """4 devices at 2 can be had in p1, where 6 units are lost at 5; 6 arrive in p2, at 2 or paid: 8 + 30 + 12."""
    scenario = case(
        periods=2,
        workloads=work(10, unmet_penalty=5),
        offers={"o": bought(2, supply=[4, 0])},
        orders={"next": {"offer": "o", "site": "s", "units": 6, "period": "p2", "paid": paid_for}},
    )
    assert cost(scenario) == pytest.approx(objective)


def test_the_rent_of_what_is_held():
    """5 leased devices, 1 of 3 hours old: their rent of 2 an hour is due for 2 hours, used or not: 20."""
    scenario = case(
        0,
        periods=3,
        offers={"o": leased(2, 3)},
        fleet={"old": {"offer": "o", "site": "s", "units": 5, "age_months": HOUR}},
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(20)
    assert paid(plan, "rent", "p3") == 0


# ---- salvage and resale ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life", "share", "objective"), [(4, 1, 50), (4, 0.5, 75), (4, 0, 100), (2, 1, 100), (1, 1, 200)]
)
def test_salvage_is_straight_line(life, share, objective):
    """10 devices at 10 for 2 of `life` hours: the part of the price that is used, plus what salvage leaves out."""
    scenario = case(periods=2, money={"salvage": share}, offers={"o": {**_buy(10), "life_months": life * HOUR}})
    assert cost(scenario) == pytest.approx(objective)


def _buy(price):
    return {"kind": "buy", "device": "d", "price_per_unit": price}


def test_a_life_of_five_years_by_default():
    """10 devices at 60 for one year: a fifth of the price: 120."""
    scenario = case(horizon={"start": 2024, "period": "year", "count": 1}, offers={"o": _buy(60)})
    assert cost(scenario) == pytest.approx(120)


def test_salvage_of_what_is_held():
    """4 devices, 1 of 4 hours old, at 8: at the end of 1 hour half of their price is left: -16, and 6 new ones at 8."""
    scenario = case(
        offers={"o": {**_buy(8), "life_months": 4 * HOUR}},
        fleet={"old": {"offer": "o", "site": "s", "units": 4, "age_months": HOUR}},
    )
    assert cost(scenario) == pytest.approx(6 * 8 / 4 - 4 * 8 * 2 / 4)


def resold(**fields):
    """Return 10 units in the first of 4 hours only, of devices at 8 with a life of 4 hours, sold at `share`."""
    offer = {**_buy(8), "life_months": 4 * HOUR, "maintenance_per_unit_year": 8760}
    return case([10, 0, 0, 0], periods=4, offers={"o": offer | fields})


def test_early_sale():
    """Sold after an hour for 0.5 of 3/4 of 8, which saves 3 hours of maintenance at 1: 10 (8 + 1 - 3) = 60."""
    plan = solved(resold(resale_share=0.5))
    assert plan.objective == pytest.approx(60)
    assert paid(plan, "resale", "p2") == pytest.approx(-30)
    assert list(plan.fleet["period"]) == ["p1"]


def test_no_early_sale_without_a_share():
    """Kept to the end, and maintained: 10 (8 + 4) = 120."""
    assert cost(resold()) == pytest.approx(120)


def test_a_sale_gives_up_the_salvage():
    """Life of 8 hours: kept, half is left at the end; sold after 1 h for 0.6 of 7/8: 8 + 1 - 4.2 beats 8 + 4 - 4."""
    plan = solved(resold(resale_share=0.6, life_months=8 * HOUR))
    assert plan.objective == pytest.approx(10 * (8 + 1 - 0.6 * 7))
    assert counted(plan, "salvage") == pytest.approx(0, abs=1e-9)
    assert cost(resold(resale_share=0.1, life_months=8 * HOUR)) == pytest.approx(80)


def test_sale_of_what_was_held_and_of_what_was_ordered():
    """A holding and an order of one name: each is sold at the book value of its own price and age.

    Held since the start at 8 (price of p1), a life of 4 h: sold at p2 for 3/4 x 8 = 6. Ordered for p2 at 16 (paid):
    sold at p3 for 3/4 x 16 = 12. Maintenance of 1 an hour: 1 for each until it is sold.
    """
    scenario = case(
        0,
        periods=4,
        offers={
            "o": {
                **_buy([8, 16, 8, 8]),
                "life_months": 4 * HOUR,
                "maintenance_per_unit_year": 8760,
                "resale_share": 1,
                "salvage_share": 0,
                "supply": 0,
            }
        },
        fleet={"x": {"offer": "o", "site": "s", "units": 2}},
        orders={"x": {"offer": "o", "site": "s", "units": 3, "period": "p2", "paid": True}},
    )
    plan = solved(scenario)
    assert paid(plan, "resale") == pytest.approx(-(2 * 6 + 3 * 12))
    assert plan.objective == pytest.approx(2 + 3 - 12 - 36)


def test_sale_of_an_aged_holding_at_once():
    """2 devices an hour old are sold at the start: 3/4 x 8 each."""
    scenario = case(
        0,
        offers={"o": {**_buy(8), "life_months": 4 * HOUR, "resale_share": 1, "salvage_share": 0}},
        fleet={"x": {"offer": "o", "site": "s", "units": 2, "age_months": HOUR}},
    )
    assert cost(scenario) == pytest.approx(-12)


def test_sold_no_more_than_there_is():
    """Of 10 devices that 6 units need no more, 4 are sold."""
    plan = solved(
        case(
            [10, 6],
            periods=2,
            offers={"o": {**_buy(8), "life_months": 4 * HOUR, "resale_share": 1, "salvage_share": 0}},
        )
    )
    assert paid(plan, "resale") == pytest.approx(-4 * 6)
    assert list(plan.fleet["devices"]) == pytest.approx([10, 6])


def test_whole_devices_are_sold_whole():
    """10 at 8 with a life of 4 hours, 1 an hour to keep; 6.5 in use then: 3 go for 6, not 3.5: 80 + 10 - 18 + 7."""
    offer = bought(8, life_months=4 * HOUR, resale_share=1, maintenance_per_unit_year=8760)
    plan = solved(case([10, 6.5], periods=2, integer=True, offers={"o": offer}))
    assert plan.objective == pytest.approx(79)
