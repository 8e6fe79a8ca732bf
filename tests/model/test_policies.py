"""Rules on what is wanted: campaigns, shares, carbon, budgets; each on a scenario solved by hand."""

import pytest

from tests.model.cases import bought, case, cost, counted, paid, rented, sold, solved, sum_of, without, work

HOUR = 1 / 730


def trained(price=1, periods=4, demand=0, parts=None, **campaign):
    """Return a campaign of 5 devices for 2 hours on devices leased by the hour."""
    lease = {"kind": "lease", "device": "d", "price_per_hour": price, "term_months": HOUR}
    return case(
        demand,
        periods=periods,
        offers={"o": lease},
        campaigns={"c": {"devices": ["d"], "units": 5, "months": 2 * HOUR, "sites": ["s"]} | campaign},
        **(parts or {}),
    )


# ---- campaigns ---------------------------------------------------------------------------------------------


def test_a_given_campaign():
    """5 devices in p2 and p3 at 1, beside 3 units served throughout: 10 + 12."""
    plan = solved(trained(demand=3, start="p2"))
    assert plan.objective == pytest.approx(22)
    assert list(plan.fleet["devices"]) == pytest.approx([3, 8, 8, 3])
    assert list(plan.campaigns["start"]) == ["p2"]


def test_a_campaign_takes_its_devices_pro_rata():
    """1.5 hours: 5 devices in p2, 2.5 on average in p3: 7.5."""
    assert cost(trained(start="p2", months=1.5 * HOUR)) == pytest.approx(7.5)


def test_a_campaign_is_hindered_by_availability_alone():
    """5 devices at an availability of 0.5 are 10; the utilisation of other work is nothing to it."""
    scenario = trained(start="p1")
    scenario["offers"]["o"]["availability"] = 0.5
    scenario["workloads"] = work(0, utilisation=0.1)
    assert cost(scenario) == pytest.approx(20)


@pytest.mark.parametrize(
    ("fields", "objective", "start"),
    [
        ({}, 5 * (1 + 2), "p3"),
        ({"deadline": "p3"}, 5 * (5 + 1), "p2"),
        ({"deadline": "p2"}, 5 * (4 + 5), "p1"),
        ({"earliest": "p2", "deadline": "p3"}, 30, "p2"),
        ({"start": "p1"}, 45, "p1"),
    ],
)
def test_the_choice_of_a_start(fields, objective, start):
    """Prices of 4, 5, 1, 2 an hour: the cheapest two in a row that are allowed."""
    plan = solved(trained([4, 5, 1, 2], **fields))
    assert plan.objective == pytest.approx(objective)
    assert list(plan.campaigns["start"]) == [start]


def test_a_campaign_is_not_broken():
    """Prices of 1, 9, 1: two in a row are 50, not 10."""
    assert cost(trained([1, 9, 1], periods=3)) == pytest.approx(50)


def test_the_choice_of_a_device_and_its_number():
    """5 of d at 3 or 8 of e at 2, for 2 hours: 30 or 32; with 7 of e 28."""
    offers = {
        "o": {"kind": "lease", "device": "d", "price_per_hour": 3, "term_months": HOUR},
        "p": {"kind": "lease", "device": "e", "price_per_hour": 2, "term_months": HOUR},
    }
    scenario = trained(devices=["d", "e"], units_by_device={"e": 8}) | {"devices": {"d": {}, "e": {}}, "offers": offers}
    assert cost(scenario) == pytest.approx(30)
    scenario["campaigns"]["c"]["units_by_device"] = {"e": 7}
    plan = solved(scenario)
    assert plan.objective == pytest.approx(28)
    assert list(plan.campaigns["device"]) == ["e"]


def test_the_choice_of_a_site():
    """At s there are 4 devices, at t 9, at 1 and 2 an hour: all 5 at t, since a campaign has one site: 20."""
    scenario = trained(sites=["s", "t"]) | {"sites": {"s": {}, "t": {}}}
    lease = {"kind": "lease", "device": "d", "term_months": HOUR}
    scenario["offers"] = {
        "o": lease | {"price_per_hour": 1, "supply": 4, "sites": ["s"]},
        "p": lease | {"price_per_hour": 2, "supply": 9, "sites": ["t"]},
    }
    plan = solved(scenario)
    assert plan.objective == pytest.approx(20)
    assert list(plan.campaigns["site"]) == ["t"]


def test_a_campaign_on_devices_of_several_offers():
    """4 of one offer at 1 and 1 of another at 2, at one site: 2 x (4 + 2)."""
    scenario = trained()
    lease = {"kind": "lease", "device": "d", "term_months": HOUR}
    scenario["offers"] = {
        "o": lease | {"price_per_hour": 1, "supply": 4},
        "p": lease | {"price_per_hour": 2, "supply": 9},
    }
    assert cost(scenario) == pytest.approx(12)


def test_a_campaign_on_devices_by_the_hour():
    """Rented devices train as well: 2 x 5 x 3."""
    assert cost(trained(start="p1") | {"offers": {"o": rented(3)}}) == pytest.approx(30)


@pytest.mark.parametrize(("value", "objective", "runs"), [(11, 10, 1), (9, 9, 0), (0, 0, 0)])
def test_a_campaign_with_a_value(value, objective, runs):
    """Run at 10 where it is worth more, else its value is lost."""
    plan = solved(trained(value=value))
    assert plan.objective == pytest.approx(objective)
    assert len(plan.campaigns) == runs


def test_a_campaign_that_cannot_run_loses_its_value():
    """No time left before its deadline: 50 is lost."""
    assert cost(trained(value=50, deadline="p1")) == pytest.approx(50)


def test_two_campaigns_queue_for_devices():
    """5 devices and two campaigns of 2 hours in 4: one after the other, 4 x 5 at 1; in 3 hours both cannot be run."""
    scenario = trained()
    scenario["offers"]["o"]["supply"] = 5
    scenario["campaigns"]["e"] = scenario["campaigns"]["c"]
    plan = solved(scenario)
    assert plan.objective == pytest.approx(20)
    assert sorted(plan.campaigns["start"]) == ["p1", "p3"]
    scenario["horizon"]["count"] = 3
    without(scenario, "infeasible")


def test_a_campaign_needs_its_interconnect():
    """Device d at 1 is linked by nothing, e at 4 by what is asked for; nodes of a network are linked by nothing."""
    offers = {
        "o": {"kind": "lease", "device": "d", "price_per_hour": 1, "term_months": HOUR},
        "p": {"kind": "lease", "device": "e", "price_per_hour": 4, "term_months": HOUR},
        "q": rented(0, device="e", sites=["n"]),
    }
    scenario = trained(devices=["d", "e"], interconnect=["nvlink"], sites=["s", "n"])
    scenario |= {
        "devices": {"d": {}, "e": {"interconnect": "nvlink"}},
        "offers": offers,
        "sites": {"s": {}, "n": {"distributed": True}},
    }
    assert cost(scenario) == pytest.approx(40)


def test_training_alone():
    """A scenario without any work to serve."""
    scenario = trained(start="p1") | {"workloads": {}, "regions": {}}
    plan = solved(scenario)
    assert plan.objective == pytest.approx(10)
    assert plan.served_fraction == 1


# ---- shares ------------------------------------------------------------------------------------------------


def shared(share, **parts):
    """Return 12 units on device d of maker a at site s at 1, or on e of maker b (twice as fast) at t at 4."""
    return case(
        devices={"d": {"maker": "a", "power_kw": 1}, "e": {"maker": "b", "power_kw": 3}},
        sites={"s": {"country": "DE"}, "t": {"country": "FR"}},
        workloads={"w": {"rate": {"d": 1, "e": 2}, "demand": {"by_region": {"r": 12}}}},
        offers={"o": rented(1, sites=["s"]), "p": rented(4, device="e", sites=["t"])},
        shares={"x": share},
        **parts,
    )


PART = [{"maker": "b"}, {"device": "e"}, {"offer": "p"}, {"site": "t"}, {"country": "FR"}]
REST = [{"maker": "a"}, {"device": "d"}, {"offer": "o"}, {"site": "s"}, {"country": "DE"}]


@pytest.mark.parametrize("part", PART)
@pytest.mark.parametrize(
    ("of", "objective"),
    [
        # e devices of d + e at least half: d = e, d + 2 e = 12: 4 each
        ({"of": "devices"}, 4 + 16),
        # work: 6 each, 6 d and 3 e
        ({"of": "work", "workload": "w"}, 6 + 12),
        # power: d = 3 e, 5 e = 12
        ({"of": "power"}, 7.2 + 9.6),
    ],
)
def test_least_shares(part, of, objective):
    """At least half comes from the dear side."""
    assert cost(shared(part | of | {"min_share": 0.5})) == pytest.approx(objective)


@pytest.mark.parametrize("part", REST)
@pytest.mark.parametrize(
    ("of", "objective"),
    [({"of": "devices"}, 20), ({"of": "work", "workload": "w"}, 18), ({"of": "power"}, 16.8)],
)
def test_greatest_shares(part, of, objective):
    """At most half comes from the cheap side."""
    assert cost(shared(part | of | {"max_share": 0.5})) == pytest.approx(objective)


def test_shares_by_period():
    """No share, then half of the devices: 12 + 20."""
    assert cost(shared({"maker": "b", "min_share": [0, 0.5]}, periods=2)) == pytest.approx(32)


def test_shares_of_fleets_and_of_rent_by_slice():
    """A fleet of 6 of maker b stands idle and counts; rent counts on average: 6 of d in both halves of an hour: 6."""
    scenario = shared({"maker": "b", "min_share": 0.5})
    scenario["slices"] = [{"name": "x", "share": 0.5}, {"name": "y", "share": 0.5}]
    scenario["profiles"] = {"half": {"values": [1, 0]}}
    scenario["workloads"] = {"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 6}}, "profile": "half"}}
    scenario["offers"] = {"o": rented(1, sites=["s"]), "p": bought(4, device="e", sites=["t"])}
    scenario["fleet"] = {"idle": {"offer": "p", "site": "t", "units": 6}}
    assert cost(scenario) == pytest.approx(6)


def test_shares_of_work_that_is_bought():
    """Half of the work from an offer without devices at 3: 6 + 18; of a maker it is none."""
    scenario = shared({"of": "work", "workload": "w", "offer": "q", "min_share": 0.5})
    scenario["offers"]["q"] = sold(3)
    assert cost(scenario) == pytest.approx(24)
    scenario["offers"]["q"] = sold(0.1)
    scenario["shares"] = {"x": {"of": "work", "workload": "w", "maker": "a", "min_share": 0.5}}
    assert cost(scenario) == pytest.approx(6.6)


def test_no_work_is_done_to_fill_a_share():
    """Half of the work on e, whose site may serve only the 2 units of region q, cannot be: of 12 units 10 are of r."""
    scenario = shared({"of": "work", "workload": "w", "maker": "b", "min_share": 0.5})
    scenario["regions"] = {"r": {}, "q": {}}
    scenario["workloads"]["w"] |= {
        "demand": {"by_region": {"r": 10, "q": 2}},
        "residency": [{"regions": ["r"], "allow_sites": ["s"]}],
    }
    without(scenario, "infeasible")


@pytest.mark.parametrize("share", [{"maker": "a", "max_share": 0.01}, {"maker": "b", "min_share": 0.99}])
def test_a_share_of_devices_that_do_nothing(share):
    """Only maker a's device runs the work: 12 of it and 99 times as many of b's that stand by: 12 + 1188 x 4."""
    scenario = shared(share)
    scenario["workloads"]["w"]["rate"] = {"d": 1}
    assert cost(scenario) == pytest.approx(12 + 1188 * 4)


# ---- carbon ------------------------------------------------------------------------------------------------


def emitting(carbon, periods=1, **parts):
    """Return 10 devices an hour of 100 kW: dirty at 1 an hour and 500 g/kWh (5 t in all), or clean at 9 and none."""
    return case(
        periods=periods,
        devices={"d": {"power_kw": 1000}},
        sites={"s": {"carbon_g_per_kwh": 500}, "t": {}},
        offers={"o": rented(1, sites=["s"]), "p": rented(9, sites=["t"])},
        carbon=carbon,
        **parts,
    )


@pytest.mark.parametrize(
    ("carbon", "objective", "tonnes"),
    [
        ({}, 20, 10),
        ({"cap_tonnes": 2}, 2 * (4 + 6 * 9), 4),
        ({"cap_tonnes": [5, 2]}, 10 + 58, 7),
        ({"cap_tonnes_total": 3}, 6 + 14 * 9, 3),
        ({"price_per_tonne": 10}, 20 + 100, 10),  # 0.5 t a device-hour at 10 is 5: 6 is less than 9
        ({"price_per_tonne": [10, 20]}, 60 + 90, 5),  # 11 is more than 9
        ({"price_per_tonne": 10, "scope": "own"}, 20, 0),  # rented power is not one's own
        ({"cap_tonnes_total": 0, "scope": "own"}, 20, 0),
    ],
)
def test_carbon(carbon, objective, tonnes):
    """Caps by period and in all, and a price, of two hours of 10 units."""
    plan = solved(emitting(carbon, periods=2))
    assert plan.objective == pytest.approx(objective)
    assert plan.carbon["carbon_t"].sum() == pytest.approx(tonnes)


def test_carbon_of_own_devices():
    """10 bought devices of 1 MW at a PUE of 1.2 and 500 g/kWh: 6 t at 10 a tonne, own or not."""
    for scope in ("own", "all"):
        scenario = case(
            devices={"d": {"power_kw": 1000}},
            sites={"s": {"carbon_g_per_kwh": 500, "pue": 1.2}},
            offers={"o": bought(1)},
            carbon={"price_per_tonne": 10, "scope": scope},
        )
        assert cost(scenario) == pytest.approx(10 + 60)


def test_carbon_of_bought_work():
    """10 units of 200 kg: 2 t at 10 a tonne; none where only one's own counts."""
    scenario = case(offers={"o": sold(1, carbon_g_per_unit=2e5)}, carbon={"price_per_tonne": 10})
    assert cost(scenario) == pytest.approx(30)
    scenario["carbon"]["scope"] = "own"
    assert cost(scenario) == pytest.approx(10)


def test_least_carbon():
    """As clean as can be, then as cheap: all at 9."""
    plan = solved(emitting({}, objective="carbon"))
    assert plan.objective == pytest.approx(0)
    assert plan.objective_unit == "tCO2e"
    assert counted(plan, "rental") == pytest.approx(90)


# ---- budgets -----------------------------------------------------------------------------------------------


def spending(budget, penalty=100, **parts):
    """Return 10 units a period of half a year: bought at 10 each (they stay), or rented at 1 per device and period."""
    return case(
        horizon={"start": 2024, "period": "6 months", "count": 4},
        workloads=work(10, unmet_penalty=penalty / 4380),
        offers={"o": bought(10, supply=4), "p": rented(1 / 4380)},
        budgets={"b": budget},
        **parts,
    )


@pytest.mark.parametrize(
    ("budget", "spent", "lost"),
    [
        ({"limit": 1e9}, 40, 0),
        ({"limit": 30}, 30, 10),
        ({"limit": 30, "per": "horizon", "covers": "operating"}, 55, 0),  # 2.5 bought at once save 10 of rent
        ({"limit": 10, "covers": "operating"}, 100, 0),  # 4, 4 and 1 bought serve 16 + 12 + 2
        ({"limit": 7, "per": "period"}, 28, 12),
        ({"limit": [10, 5, 10, 10], "per": "period"}, 35, 5),
        ({"limit": [9, 99, 12, 99], "per": "year"}, 21, 19),  # each year's is that of its first period
        ({"limit": 0, "covers": "capital"}, 40, 0),
    ],
)
def test_budgets(budget, spent, lost):
    """Renting is the cheaper for 4 periods (4 a device, not 10): what is spent, and what is lost."""
    plan = solved(spending(budget))
    assert plan.objective == pytest.approx(spent + 100 * lost)
    assert sum_of(plan.unmet, "unmet_units") == pytest.approx(lost * 4380)


def test_what_is_spent_anyway_counts_in_a_budget():
    """A fixed cost of 5 a period leaves 7 of 12 for rent."""
    scenario = spending({"limit": 12, "per": "period"}, sites={"s": {"fixed_cost_per_year": 10}})
    plan = solved(scenario)
    assert paid(plan, "rental", "2024-01") == pytest.approx(7)


def test_budgets_are_not_discounted():
    """A rate of 50 % changes nothing of what a budget allows: 7 of 10 in each period."""
    plan = solved(spending({"limit": 7, "per": "period"}, money={"discount_rate": 0.5}))
    assert paid(plan, "rental", "2025-07") == pytest.approx(7)


def test_salvage_does_not_fill_a_budget():
    """4 devices at 10 need 40, though most of it is left at the end."""
    scenario = case(offers={"o": {"kind": "buy", "device": "d", "price_per_unit": 10}}, demand=4)
    scenario["budgets"] = {"b": {"limit": 39}}
    without(scenario, "infeasible")
    scenario["budgets"] = {"b": {"limit": 40}}
    assert cost(scenario) == pytest.approx(40 / 43800)


def test_a_budget_below_what_is_spent_anyway():
    """A fixed cost of 1 an hour and a budget of 0.5: no plan."""
    scenario = case(sites={"s": {"fixed_cost_per_year": 8760}}, offers={"o": sold(0)}, budgets={"b": {"limit": 0.5}})
    without(scenario, "infeasible")
