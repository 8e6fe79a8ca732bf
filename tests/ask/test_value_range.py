"""Ranges: by hand where a comparison says it, by solving just inside and outside, and of limits by their prices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import planner
from planner.ask.parameter import parameter_of
from tests.ask.test_break_even import every_set_of_sites, two_devices
from tests.model.cases import bought, case, rented, work

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TRANSPORT = SCENARIOS / "transport.yaml"


def test_a_price_keeps_the_plan_up_to_where_another_is_as_good():
    """Device d at 3 a unit serves all as long as e, 8 for 2 units, is no cheaper: up to 4. Below 0 idle ones pay as well."""
    found = planner.value_range(two_devices(), "offers.d.price_per_hour")
    assert found.low.value == pytest.approx(0)
    assert found.high.value == pytest.approx(4)
    assert found.kind == "objective"


def test_the_plan_stays_inside_and_not_outside():
    """Transport: solves a hair inside both ends of every freight rate keep the amounts, a hair outside do not."""
    scenario = planner.load(TRANSPORT)
    served = planner.solve(scenario).served.set_index(["region", "site"])["served_units"]
    for region, site in (("chicago", "seattle"), ("topeka", "san-diego"), ("new-york", "seattle")):
        path = f"workloads.cases.serving_cost.{site}.{region}"
        found = planner.value_range(scenario, path)
        for end, out in ((found.low.value, -1), (found.high.value, 1)):
            if end is None:
                continue
            for step, same in ((-out * 1e-6, True), (out * 1e-6, False)):
                again = planner.solve(scenario.replace({path: end + step})).served.set_index(["region", "site"])
                alike = (again["served_units"].reindex(served.index).fillna(0) - served).abs().max() < 1e-6
                assert alike == same or (same and found.degenerate), (path, end, step)


def test_opening_costs_keep_the_sites_as_trying_every_set_says():
    """The best set of siting.yaml stays best while site 1 costs no more than what the best set without it saves."""
    opening = [12000, 15000, 17000, 13000, 16000]
    best = every_set_of_sites(opening)
    chosen = min(best, key=best.get)
    outside = min(value for sites, value in best.items() if 0 not in sites)
    found = planner.value_range(SCENARIOS / "siting.yaml", "sites.site-1.opening_cost")
    assert 0 in chosen
    assert found.high.value == pytest.approx(outside - (best[chosen] - opening[0]))
    assert found.low.value == 0


def test_a_limit_keeps_its_price_until_another_binds():
    """Cheap devices at 1 with a supply of 4, dear ones at 3, demand 10: one more saves 2, from 0 to 10 cheap ones."""
    scenario = case(offers={"cheap": rented(1, supply=4), "dear": rented(3)})
    found = planner.value_range(scenario, "offers.cheap.supply")
    assert found.kind == "limits"
    assert found.price == pytest.approx(-2)
    assert (found.low.value, found.high.value) == (pytest.approx(0), pytest.approx(10))
    assert found.high.beyond == pytest.approx(0)


def test_a_limit_that_does_not_bind_costs_nothing_down_to_where_it_does():
    """Seattle ships 300 of its 350 cases, or 350; the textbook's optimum keeps 300 possible."""
    found = planner.value_range(TRANSPORT, "offers.plant.work.cases.capacity_by_site.seattle")
    assert found.price == pytest.approx(0, abs=1e-9)
    assert found.low.value == pytest.approx(300)
    assert found.high.value is None


def test_prices_beyond_a_limit_are_those_of_solving_again():
    """Demand in Topeka: the objective moves by the price inside the range and by the next price beyond it."""
    scenario = planner.load(TRANSPORT)
    path = "workloads.cases.demand.by_region.topeka"
    found = planner.value_range(scenario, path)
    base = planner.solve(scenario).objective
    moved = planner.solve(scenario.replace({path: found.now - 5})).objective
    assert (base - moved) / 5 == pytest.approx(found.price)
    assert not found.high.feasible
    assert found.high.value == pytest.approx(275 + 50)


def test_where_limits_meet_the_price_differs_and_the_answer_says_so():
    """A supply of exactly the demand, 10: one more is worth nothing, one less costs 2."""
    scenario = case(offers={"cheap": rented(1, supply=10), "dear": rented(3)})
    found = planner.value_range(scenario, "offers.cheap.supply")
    assert found.degenerate
    assert 10 in (pytest.approx(found.low.value), pytest.approx(found.high.value))
    assert "several limits bind at once" in found.sentence


def test_a_rate_is_bracketed_by_solving():
    """Device d does 1 unit an hour for 3, e 2 for 8: d stays while its rate is above 3 / 4 of a unit."""
    found = planner.value_range(two_devices(), "workloads.w.rate.d")
    assert found.kind == "other"
    assert found.low.value == pytest.approx(0.75, rel=1e-3)
    assert not found.low.exact
    assert "found by solving" in found.sentence


def test_whole_decisions_with_a_limit_are_bracketed_too():
    """The sites of siting.yaml: at both ends, the best set of sites is the same just inside and another just outside."""
    scenario = planner.load(SCENARIOS / "siting.yaml")
    path = "workloads.work.demand.by_region.north"
    found = planner.value_range(scenario, path)
    assert found.kind == "whole"

    def chosen(demand):
        plan = planner.solve(scenario.replace({path: demand}))
        return set(plan.sites.loc[plan.sites["open"] > 0.5, "site"])

    now = chosen(15)
    assert chosen(found.low.value * (1 + 1e-3)) == chosen(found.high.value * (1 - 1e-3)) == now
    assert chosen(found.low.value * (1 - 1e-2)) != now
    assert chosen(found.high.value * (1 + 1e-2)) != now


def test_a_whole_number_moves_in_whole_steps():
    """Sites of 6 each for a demand of 10 at 1 to open: two are open as long as two may be, and never by parts."""
    scenario = case(
        sites={name: {"siting": "candidate", "opening_cost": 1, "power_mw": 0.006} for name in "abc"},
        devices={"d": {"power_kw": 1}},
        offers={"o": bought()},
        siting={"max_open": 3},
    )
    found = planner.value_range(scenario, "siting.max_open")
    assert (found.low.value, found.high.value) == (2, None)
    assert "siting.max_open, now 3, is 2 or more" in found.sentence


def test_the_ends_of_a_range_are_not_told_wider_than_they_are():
    """1.00758 is no 1.01, at which the plan is another; a number that is round but for rounding stays so."""
    scenario = case(offers={"cheap": rented(1, supply=4), "dear": rented(3)})
    supply = parameter_of(planner.load(scenario), "offers.cheap.supply")
    told = [supply.shown_end(p) for p in (1.00758, 7.5151, 3.996, 10.0000000000001, 1e-13)]
    assert told == ["1.01 devices", "7.51 devices", "3.996 devices", "10 devices", "0 devices"]


def test_a_factor_is_told_once_with_the_price_of_one_percent_more():
    """Supplies of 4 and 5 in two periods that ask for 10: 1 % more is 0.09 device-hours, each 2 less, up to all of the 10."""
    scenario = case(offers={"cheap": rented(1, supply=[4, 5]), "dear": rented(3)}, periods=2)
    found = planner.value_range(scenario, "offers.cheap.supply")
    assert "(1 % more saves 0.18 USD) while offers.cheap.supply is from 0 to 2 times what it is now" in found.sentence
    table = found.sections()[0].table
    assert (table.columns[2].name, table.rows[0][2]) == ("1 % more saves, USD", "0.18")


def test_a_unit_that_ends_in_s_has_no_second_one():
    """A thousand calls, and 10 thousand calls an hour."""
    scenario = case(workloads=work(10, unit="thousand calls"))
    assert planner.value_range(scenario, "workloads.w.demand.by_region.r").unit == "thousand calls an hour"


def test_the_way_to_a_number_is_shown():
    """What has numbers below it names them; the name of a thing alone is told with what it is in."""
    for path, hint in (("workloads.w.demand", "below it are workloads.w.demand.by_region"), ("o", "mean offers.o?")):
        with pytest.raises(planner.InputError, match=re.escape(hint)):
            planner.value_range(case(), path)
