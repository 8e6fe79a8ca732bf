"""Rules on serving demand, each on a scenario solved by hand."""

import pytest

from tests.model.cases import case, cost, paid, rented, sold, solved, sum_of, without, work

# ---- demand ------------------------------------------------------------------------------------------------


def test_all_demand_is_served():
    """10 units an hour at a rate of 1 need 10 devices at 1 an hour: 10."""
    plan = solved(case(demand=10))
    assert plan.objective == pytest.approx(10)
    assert plan.served_fraction == 1
    assert sum_of(plan.fleet, "devices") == pytest.approx(10)


def test_serving_more_than_asked_never_pays():
    """A site that pays 3 for each unit served takes the demand of 10 and no more: 10 - 30 = -20."""
    plan = solved(case(workloads=work(10, serving_cost={"s": {"r": -3}})))
    assert plan.objective == pytest.approx(-20)
    assert sum_of(plan.served, "served_units") == pytest.approx(10)


def test_unmet_demand_costs_its_penalty():
    """Only 6 devices for 10 units: 6 x 1 + 4 x 5 = 26."""
    plan = solved(case(workloads=work(10, unmet_penalty=5), offers={"o": rented(supply=6)}))
    assert plan.objective == pytest.approx(26)
    assert sum_of(plan.unmet, "unmet_units") == pytest.approx(4)
    assert plan.served_fraction == pytest.approx(0.6)
    assert paid(plan, "penalty") == pytest.approx(20)


def test_a_penalty_below_the_cost_leaves_all_unmet():
    """A device at 1 for a unit whose loss costs 0.5: 10 x 0.5 = 5."""
    assert cost(case(workloads=work(10, unmet_penalty=0.5))) == pytest.approx(5)


def test_must_serve_without_supply_is_infeasible():
    """6 devices cannot serve 10; the conflict names the demand and the limit, and nothing else."""
    plan = without(case(offers={"o": rented(supply=6)}), "infeasible")
    assert sum("demand for w in r" in line for line in plan.conflict) == 1
    assert len(plan.conflict) == 2


def test_a_penalty_of_nothing_and_a_tie():
    """Unmet at no penalty costs nothing: 0."""
    assert cost(case(workloads=work(10, unmet_penalty=0))) == pytest.approx(0)


def test_demand_by_period_and_penalty_by_period():
    """4 then 8 units; a device at 3; lost work at 1, then at 5: 4 x 1 + 8 x 3 = 28."""
    scenario = case(periods=2, workloads=work([4, 8], unmet_penalty=[1, 5]), offers={"o": rented(3)})
    assert cost(scenario) == pytest.approx(28)


def test_no_demand_in_one_period():
    """0 then 7 units at 1: 7, and the first period has no row of demand."""
    plan = solved(case(periods=2, demand=[0, 7]))
    assert plan.objective == pytest.approx(7)
    assert list(plan.demand["period"]) == ["p2"]


# ---- throughput --------------------------------------------------------------------------------------------


def test_rate_by_device_and_period():
    """12 units an hour at 3 a device need 4, and once they do 4 each 3: 4 + 3 = 7."""
    scenario = case(
        periods=2,
        workloads={"w": {"rate": {"d": [3, 4]}, "demand": {"by_region": {"r": 12}}}},
    )
    assert cost(scenario) == pytest.approx(7)


def test_base_rate_and_relative_throughput():
    """A base of 5 and a device at 0.4 of it: 2 an hour, so 10 units need 5 devices."""
    scenario = case(workloads={"w": {"base_rate": 5, "relative": {"d": 0.4}, "demand": {"by_region": {"r": 10}}}})
    assert cost(scenario) == pytest.approx(5)


def test_the_cheaper_device_by_unit_of_work():
    """Device d at 1 for 1 unit, e at 3 for 4 units: e, 10 / 4 x 3 = 7.5."""
    scenario = case(
        devices={"d": {}, "e": {}},
        workloads={"w": {"rate": {"d": 1, "e": 4}, "demand": {"by_region": {"r": 10}}}},
        offers={"o": rented(1), "p": rented(3, device="e")},
    )
    assert cost(scenario) == pytest.approx(7.5)


def test_two_regions_share_a_site():
    """4 and 6 units from one site of 10 devices: 10."""
    scenario = case(
        regions={"r": {}, "q": {}}, workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4, "q": 6}}}}
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(10)
    assert sum_of(plan.served, "served_units", region="q") == pytest.approx(6)


def test_no_device_works_on_nothing():
    """Power is paid to be used (-2 a kWh) by devices at 1: they do the 10 units asked for, 10 - 20, and no more."""
    plan = solved(
        case(
            devices={"d": {"power_kw": 1}},
            sites={"s": {"tariff_per_kwh": -2}},
            offers={"o": rented(includes_power=False, supply=1000)},
        )
    )
    assert plan.objective == pytest.approx(-10)
    assert sum_of(plan.run, "work_units_per_hour") == pytest.approx(10)


# ---- capacity of what sells work ---------------------------------------------------------------------------


def test_work_bought_by_the_unit():
    """10 units at 0.4: 4, and no device."""
    plan = solved(case(offers={"o": sold(0.4)}))
    assert plan.objective == pytest.approx(4)
    assert plan.fleet.empty
    assert sum_of(plan.run, "work_units_per_hour", offer="o") == pytest.approx(10)


def test_capacity_at_each_site():
    """Work at 1 up to 3 an hour at each of two sites, but 5 at t; the rest rented at 2: 3 + 5 + 2 x 2 = 12."""
    scenario = case(
        sites={"s": {}, "t": {}},
        offers={"o": sold(1, capacity_per_hour=3, capacity_by_site={"t": 5}), "p": rented(2)},
    )
    assert cost(scenario) == pytest.approx(12)


def test_capacity_by_period():
    """Work at 1 up to 10 and then 4 an hour, else at 3: 10 + 4 + 18 = 32."""
    scenario = case(periods=2, offers={"o": sold(1, capacity_per_hour=[10, 4]), "p": sold(3)})
    assert cost(scenario) == pytest.approx(32)


def test_capacity_at_a_candidate_site():
    """A site that costs 2 to open sells 10 units at 1; elsewhere they cost 3: 2 + 10 = 12."""
    scenario = case(
        sites={"s": {}, "t": {"siting": "candidate", "opening_cost": 2}},
        offers={"o": sold(1, capacity_per_hour=10) | {"sites": ["t"]}, "p": sold(3) | {"sites": ["s"]}},
    )
    assert cost(scenario) == pytest.approx(12)


@pytest.mark.parametrize("capacity", [{}, {"capacity_per_hour": 50}])
def test_work_is_sold_once_its_site_is_open(capacity):
    """The site opens in the second period: 10 units lost at 100, then bought at 1: 1010."""
    scenario = case(
        periods=2,
        sites={"s": {"opens": "p2"}},
        workloads=work(10, unmet_penalty=100),
        offers={"o": sold(1, **capacity)},
    )
    assert cost(scenario) == pytest.approx(1010)


def test_work_is_sold_in_the_periods_of_its_offer():
    """At 1 in the second of three periods only, else at 2: 20 + 10 + 20 = 50."""
    scenario = case(periods=3, offers={"o": sold(1) | {"available_from": "p2", "available_until": "p2"}, "p": sold(2)})
    assert cost(scenario) == pytest.approx(50)


# ---- linking -----------------------------------------------------------------------------------------------


def test_linking_is_strong():
    """Serving from a candidate needs all of its opening: with the weak form, a relaxed opening of a tenth would do.

    Two regions of 5 and one candidate at 4: without whole numbers the strong form still opens it fully, since
    serve[r] <= demand[r] open for each region.
    """
    scenario = case(
        regions={"r": {}, "q": {}},
        sites={"s": {"siting": "candidate", "opening_cost": 4}},
        workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 5, "q": 5}}}},
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(14)
    assert sum_of(plan.sites, "opened") == 1


# ---- replicas and configurations ---------------------------------------------------------------------------


def replicated(**fields):
    """Return a workload that runs on four devices as one replica, 10 units an hour together."""
    return {
        "w": {
            "demand": {"by_region": {"r": 25}},
            "configurations": {"quad": {"device": "d", "devices": 4, "rate": 10}},
        }
        | fields
    }


def test_a_configuration_counts_by_device():
    """25 units at 10 for 4 devices: 2.5 replicas are 10 devices."""
    assert cost(case(workloads=replicated())) == pytest.approx(10)


def test_whole_replicas():
    """25 units need 3 whole replicas of 4 devices: 12."""
    plan = solved(case(workloads=replicated(whole_replicas=True)))
    assert plan.objective == pytest.approx(12)
    assert sum_of(plan.run, "replicas") == 3


def test_whole_replicas_at_half_utilisation():
    """A replica planned at 50 % does 5 of its 10: 5 replicas, 20 devices."""
    assert cost(case(workloads=replicated(whole_replicas=True, utilisation=0.5))) == pytest.approx(20)


def test_whole_replicas_on_devices_that_fail():
    """3 replicas are 12 devices up; at an availability of 0.8 that is 15."""
    scenario = case(workloads=replicated(whole_replicas=True), offers={"o": rented(availability=0.8)})
    assert cost(scenario) == pytest.approx(15)


def two_ways(**fields):
    """Return a workload that runs in two configurations: a dear one of 2 devices, and one of 3 that does more."""
    return replicated(
        configurations={
            "two": {"device": "d", "devices": 2, "rate": 4},
            "three": {"device": "d", "devices": 3, "rate": 9},
        },
        **fields,
    )


def test_mixed_configurations_of_whole_replicas():
    """25 = 9 + 9 + 4 + 4: two of three devices and two of two are 10; three of three and none else 9 + ... = 27: 9."""
    assert cost(case(workloads=two_ways(whole_replicas=True))) == pytest.approx(9)


def test_mixed_configurations_where_mixing_pays():
    """22 = 9 + 9 + 4: 3 + 3 + 2 = 8 devices; with one configuration 9 (three of three) is least."""
    demand = {"by_region": {"r": 22}}
    assert cost(case(workloads=two_ways(whole_replicas=True, demand=demand))) == pytest.approx(8)
    one = solved(case(workloads=two_ways(whole_replicas=True, demand=demand, one_configuration=True)))
    assert one.objective == pytest.approx(9)
    assert set(one.run["configuration"]) == {"three"}


def test_one_configuration_over_all_periods():
    """On d in the first period and e in the second, at 10 each, or on one of them throughout: 10 + 30 = 40."""
    scenario = case(
        periods=2,
        devices={"d": {}, "e": {}},
        workloads={
            "w": {
                "demand": {"by_region": {"r": 10}},
                "configurations": {
                    "on-d": {"device": "d", "rate": 1},
                    "on-e": {"device": "e", "rate": 1},
                },
            }
        },
        offers={"o": rented([1, 3]), "p": rented([4, 1], device="e")},
    )
    assert cost(scenario) == pytest.approx(20)
    scenario["workloads"]["w"]["one_configuration"] = True
    plan = solved(scenario)
    assert plan.objective == pytest.approx(40)
    assert set(plan.run["configuration"]) == {"on-d"}


# ---- porting -----------------------------------------------------------------------------------------------


def ported(decision="open", lead=0, price=5, periods=2):
    """Return two makers: a's device at 2, b's at 1 once the workload is ported to it."""
    return case(
        periods=periods,
        devices={"d": {"maker": "a"}, "e": {"maker": "b"}},
        workloads={"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 10}}}},
        offers={"o": rented(2), "p": rented(1, device="e")},
        enablements={
            "port": {
                "workload": "w",
                "maker": "b",
                "cost": price,
                "lead_time_months": lead / 730,
                "decision": decision,
            }
        },
    )


@pytest.mark.parametrize(
    ("decision", "lead", "price", "objective"),
    [
        ("open", 0, 5, 25),  # ported at once: 5 + 10 + 10
        ("open", 0, 19, 39),  # 19 + 20 is less than 40
        ("open", 0, 21, 40),  # too dear: 20 + 20
        ("open", 1, 5, 35),  # an hour until it can be used: 20 + 5 + 10
        ("open", 1, 11, 40),
        ("open", 2, 0, 40),  # after the horizon
        ("p1", 0, 21, 41),  # given, whatever it costs: 21 + 10 + 10
        ("p1", 1, 5, 35),
        ("p2", 0, 5, 35),
        ("p2", 1, 5, 45),  # paid and of no use
        ("never", 0, 0, 40),
    ],
)
def test_porting(decision, lead, price, objective):
    """Each decision, lead and cost against the sum beside it."""
    plan = solved(ported(decision, lead, price))
    assert plan.objective == pytest.approx(objective)
    starts = list(plan.porting["period"])
    assert len(starts) == (paid(plan, "porting") > 0)


def test_porting_waits_where_it_is_discounted():
    """Used from the second period only, porting starts then: 20 + 5 + 10 with a device of b from p2 on."""
    scenario = ported(price=5)
    scenario["offers"]["p"]["available_from"] = "p2"
    scenario["money"] = {"discount_rate": 0.5}
    plan = solved(scenario)
    assert list(plan.porting["period"]) == ["p2"]


def test_porting_of_one_workload_leaves_others():
    """Only w needs porting to b; v runs there from the start."""
    scenario = ported("never")
    scenario["workloads"]["v"] = {"rate": {"e": 1}, "demand": {"by_region": {"r": 3}}}
    assert cost(scenario) == pytest.approx(40 + 6)
