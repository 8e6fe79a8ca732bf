"""Break-even prices: simple comparisons by hand, solves just below and above, and every site of a location problem tried."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import planner
from planner.errors import InputError, NoPlanError
from tests.model.cases import case, rented

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def two_devices(**offers):
    """Return demand for 10 units that device d does at a rate of 1 and device e at a rate of 2."""
    return case(
        devices={"d": {}, "e": {}},
        workloads={"w": {"rate": {"d": 1, "e": 2}, "demand": {"by_region": {"r": 10}}}},
        offers={"d": rented(3), "e": {"kind": "on-demand", "device": "e", "price_per_hour": 8}} | offers,
    )


def test_a_device_enters_where_its_unit_of_work_is_as_cheap():
    """Device d costs 3 a unit; e does 2 units an hour, so it enters below 6 an hour, in place of 10 of d."""
    found = planner.break_even(two_devices(), "offers.e")
    assert found.price == pytest.approx(6)
    assert found.exact
    assert not found.in_plan
    assert {(c.name, round(c.before, 6), round(c.after, 6)) for c in found.changes if c.kind == "offer"} == {
        ("e", 5, 0),
        ("d", 0, 10),
    }


def test_a_device_leaves_where_its_unit_of_work_is_as_dear():
    """Device e costs 4 a unit, so d stays up to 4; the device's prices together are a price, as there is one."""
    found = planner.break_even(two_devices(), device="d")
    assert found.price == pytest.approx(4)
    assert found.in_plan
    assert "leaves it above 4" in found.sentence


def test_the_last_unit_counts_not_the_first():
    """Of d there are 4; the other 6 units cost 5 from another offer. e enters below 10, and leaves not until 10."""
    scenario = two_devices(d=rented(3, supply=4), dear=rented(5))
    found = planner.break_even(scenario, "offers.e.price_per_hour")
    assert found.price == pytest.approx(10)
    assert found.in_plan


def test_just_below_and_just_above_on_a_real_scenario():
    """The 4 MI300X of llm-serving are whole devices: at the break-even of the H100, best plans change, and nowhere else."""
    path = "offers.h100.price_per_hour"
    scenario = planner.load(SCENARIOS / "llm-serving.yaml")
    found = planner.break_even(scenario, path)

    def used(price):
        fleet = planner.solve(scenario.replace({path: price})).fleet
        return float(fleet.loc[fleet["offer"] == "h100", "devices_peak"].sum())

    assert used(found.price * (1 - 1e-5)) > 0
    assert used(found.price * (1 + 1e-5)) == 0


def every_set_of_sites(opening):
    """Return the least cost of siting.yaml by trying every set of sites, each a transport problem of its own."""
    from scipy.optimize import linprog

    demand = [15, 18, 14, 20]
    capacity = [20, 22, 17, 19, 18]
    cost = [[4000, 2500, 1200, 2200], [2000, 2600, 1800, 2600], [3000, 3400, 2600, 3100], [2500, 3000, 4100, 3700],
            [4500, 4000, 3000, 3200]]  # fmt: skip
    best = {}
    for sites in itertools.chain.from_iterable(itertools.combinations(range(5), n) for n in (4, 5)):
        rows = [[1.0 if i == s else 0.0 for s in sites for _ in range(4)] for i in sites]
        columns = [[1.0 if j == r else 0.0 for _ in sites for j in range(4)] for r in range(4)]
        answer = linprog(
            [cost[s][r] for s in sites for r in range(4)], rows, [capacity[s] for s in sites], columns, demand
        )
        if answer.status == 0:
            best[sites] = answer.fun + sum(opening[s] for s in sites)
    return best


@pytest.mark.parametrize("site", [0, 2, 4])
def test_a_site_breaks_even_where_trying_every_set_of_sites_says(site):
    """The opening cost at which the best set with the site costs as much as the best without it."""
    opening = [12000, 15000, 17000, 13000, 16000]
    best = every_set_of_sites(opening)
    inside = min(value for sites, value in best.items() if site in sites) - opening[site]
    outside = min(value for sites, value in best.items() if site not in sites)
    found = planner.break_even(SCENARIOS / "siting.yaml", f"sites.site-{site + 1}.opening_cost")
    assert found.price == pytest.approx(outside - inside)
    assert found.exact


def test_what_is_needed_is_in_every_plan():
    """The only offer of work is bought at any price."""
    found = planner.break_even(SCENARIOS / "transport.yaml", "offers.plant")
    assert found.kind == "always"
    assert found.price is None


def test_what_is_too_dear_for_nothing_would_have_to_be_paid_for():
    """Device e draws 10 kWh at 1 for its 2 units, which d does for 6: it enters below -4."""
    scenario = two_devices(e={"kind": "on-demand", "device": "e", "price_per_hour": 8, "includes_power": False})
    scenario["devices"]["e"] = {"power_kw": 10, "idle_power_kw": 10}
    scenario["sites"] = {"s": {"tariff_per_kwh": 1}}
    found = planner.break_even(scenario, "offers.e")
    assert found.price == pytest.approx(-4)


def test_a_price_in_a_budget_is_bracketed():
    """Device e costs 5 for 2 units against 3 a unit; a budget of 40 holds at any price below 8. The break-even at 6 is bracketed, and said so."""
    scenario = two_devices(e={"kind": "on-demand", "device": "e", "price_per_hour": 5})
    scenario["budgets"] = {"all": {"limit": 40}}
    found = planner.break_even(scenario, "offers.e")
    assert found.price is None
    assert not found.exact
    low, high = found.between
    assert low <= 6 <= high
    assert high - low <= 1e-3 * high
    assert "found by solving" in found.sentence


def test_wrong_questions_are_refused_with_a_hint():
    """A misspelt path, a limit, a price that pays for nothing, and no price at all."""
    with pytest.raises(InputError, match="did you mean"):
        planner.break_even(two_devices(), "offers.d.price_per_huor")
    with pytest.raises(InputError, match="ask for its range"):
        planner.break_even(two_devices(d=rented(3, supply=4)), "offers.d.supply")
    with pytest.raises(InputError, match="not both"):
        planner.break_even(two_devices())
    with pytest.raises(InputError, match="no device"):
        planner.break_even(two_devices(), device="dd")


def test_no_plan_is_no_answer():
    """Demand of 10 and a supply of 4: there is nothing to ask of a plan."""
    with pytest.raises(NoPlanError):
        planner.break_even(case(offers={"o": rented(1, supply=4)}), "offers.o")
