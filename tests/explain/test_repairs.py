"""Repairs: each gives a plan, a hundredth less of it gives none, and the sizes known by hand come out."""

from __future__ import annotations

import pytest

import planner
from planner.explain.conflict import Feasibility
from planner.explain.repairs import Change, Repair, Repairs, repairs_of
from planner.explain.repairs_levers import outward
from planner.scenario.load import Scenario
from tests.explain.conflict_cases import (
    few_sites,
    found,
    lumpy,
    policy_supply_demand,
    random_case,
    status,
    too_far,
    two_makers,
)
from tests.model.cases import bought, case, rented, sold, work


def repaired(plain) -> tuple[Scenario, Repairs]:
    """Return a scenario without a plan, and its repairs."""
    scenario, conflict = found(plain)
    return scenario, repairs_of(Feasibility(scenario), conflict)


def after(repairs: Repairs) -> dict[str, object]:
    """Return what each single repair sets its input to."""
    return {repair.paths[0]: repair.changes[0].after for repair in repairs.single}


def short_of(repair: Repair) -> dict[str, object]:
    """Return the changes of a repair, each a hundredth smaller."""
    less = {}
    for path, value in repair.values.items():
        changed = next((c for c in repair.changes if c.path.replace('"', "") == path.replace('"', "")), None)
        if changed is not None and isinstance(value, float):
            less[path] = value + (changed.before - value) / 100
        elif isinstance(value, list):
            by_period = {c.path.partition("[")[2].rstrip("]"): c for c in repair.changes}
            less[path] = [
                v + (c.before - v) / 100 if (c := by_period.get(name) or by_period.get("")) and c.after == v else v
                for name, v in zip(NAMES[len(value)], value, strict=True)
            ]
    return less


NAMES = {n: [f"p{i + 1}" for i in range(n)] for n in (1, 2, 3)}


def test_the_sizes_of_policy_supply_and_demand():
    """10 asked, 8 and a tenth: 8 / 0.9 = 8.889 can be served; or 2 of 10 of the other maker; or 9 of the first."""
    _, repairs = repaired(policy_supply_demand())
    assert after(repairs) == pytest.approx(
        {"workloads.w.demand": 8 / 9, "shares.few.max_share": 0.2, "offers.o.supply": 9}, rel=1e-3
    )
    assert all(repair.is_verified for repair in repairs.single)
    assert not repairs.not_alone
    assert not repairs.not_tried


def test_the_words_of_repairs():
    """Snapshot: what to do, from what to what, how much that is."""
    _, repairs = repaired(policy_supply_demand())
    assert [repair.text for repair in repairs.single] == [
        "Lower workloads.w.demand.times from 1 to 0.8888 (11.1 % less).",
        "Raise shares.few.max_share from 0.1 to 0.2 (100 % more).",
        "Raise offers.o.supply from 8 to 9 (12.5 % more).",
    ]


def test_a_latency_limit_is_raised_to_the_next_site():
    """The far site is 80 ms away: 80 is the least limit with a plan; the near one needs 10 kW for 10 devices of 1 kW."""
    _, repairs = repaired(too_far())
    assert after(repairs) == pytest.approx(
        {"workloads.w.demand": 0.4, "sites.near.power_mw": 0.01, "workloads.w.max_latency_ms": 80}, rel=1e-3
    )


def test_whole_things_change_by_whole_numbers():
    """A third site may open; or each of two does 5; or 8 of 10 are asked for."""
    _, repairs = repaired(few_sites())
    assert after(repairs) == pytest.approx(
        {"workloads.w.demand": 0.8, "offers.o.work.w.capacity_per_hour": 5, "siting.max_open": 3}, rel=1e-3
    )


def test_a_flag_is_left_out():
    """Whole devices: three cost 6 of 5; two do 4 of 5; or devices need not be whole."""
    _, repairs = repaired(lumpy())
    assert after(repairs) == pytest.approx(
        {"workloads.w.demand": 0.8, "budgets.money.limit": 6, "integer": False}, rel=1e-3
    )


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        (case([10, 12], periods=2, offers={"o": bought(supply=[6, 3], carry_over=True, life_months=12)}),
         {"workloads.w.demand": 0.6, "offers.o.supply": 10}),
        (case(offers={"o": bought(supply=0)}), {"workloads.w.demand": 0, "offers.o.supply": 10}),
        (case(periods=2, offers={"o": rented(available_from="p2")}), {"workloads.w.demand": 0, "offers.o.available_from": "p1"}),
        (case(workloads=work(min_memory_gb=80), devices={"d": {"memory_gb": 40}}, offers={"o": rented(), "p": sold(capacity_per_hour=3)}),
         {"workloads.w.demand": 0.3, "workloads.w.min_memory_gb": 40, "offers.p.work.w.capacity_per_hour": 10}),
        (case(5, offers={"o": bought(min_commitment=9, commitment="obliged")}, sites={"s": {"power_mw": 0.007}}, devices={"d": {"power_kw": 1}}),
         {"offers.o.min_commitment": 7, "sites.s.power_mw": 0.009}),
        (case(5, offers={"o": bought(min_commitment=9)}, sites={"s": {"power_mw": 0.007}}, devices={"d": {"power_kw": 1}}),
         {"workloads.w.demand": 0, "offers.o.min_commitment": 7, "sites.s.power_mw": 0.009}),
        (case(9, sites={"s": {"siting": "candidate", "power_mw": 0.007}}, devices={"d": {"power_kw": 1}}, offers={"o": bought()}),
         {"workloads.w.demand": 7 / 9, "sites.s.power_mw": 0.009}),
        (case(1, offers={"o": bought()}, fleet={"old": {"offer": "o", "site": "s", "units": 9}}, sites={"s": {"power_mw": 0.007}}, devices={"d": {"power_kw": 1}}),
         {"fleet.old.units": 7, "sites.s.power_mw": 0.009}),
        (case([4, 4], periods=2, offers={"o": rented(1)}, budgets={"b": {"limit": [3, 2], "per": "period"}}),
         {"workloads.w.demand": 0.75}),
    ],
)  # fmt: skip
def test_least_changes_by_hand(scenario, expected):
    """What each input has to become, from sums that are plain to see; of several periods, the first."""
    _, repairs = repaired(scenario)
    numbers = {path: value for path, value in expected.items() if not isinstance(value, str)}
    got = after(repairs)
    assert {path: got[path] for path in numbers} == pytest.approx(numbers, rel=2e-3, abs=1e-9)
    assert {path: got[path] for path in expected.keys() - numbers.keys()} == {
        path: value for path, value in expected.items() if isinstance(value, str)
    }


def test_two_conflicts_have_no_single_repair_but_one_together():
    """One workload is short of supply in its own offer, another in its own: each needs its own 4 more, or less asked."""
    scenario = case(
        workloads={"w": work()["w"], "v": {"rate": {"e": 1}, "demand": {"by_region": {"r": 10}}}},
        devices={"d": {}, "e": {}},
        offers={"o": rented(supply=6), "p": rented(device="e", supply=6)},
    )
    loaded, repairs = repaired(scenario)
    assert not repairs.single
    assert repairs.together is not None
    assert {path.split(".")[1] for path in repairs.together.paths} == {"v", "w"}  # 40 % less of each is least
    assert status(loaded.replace(repairs.together.values)) == "optimal"


@pytest.mark.parametrize("seed", range(0, 24, 2))
def test_every_repair_gives_a_plan_and_a_hundredth_less_gives_none(seed):
    """The law of least changes, on small random scenarios: solved anew with the repair, and with 99 % of it."""
    scenario = planner.load(random_case(seed))
    if status(scenario) == "optimal":
        return
    scenario, repairs = repaired(scenario)
    for repair in [*repairs.single, *([repairs.together] if repairs.together else [])]:
        assert status(scenario.replace(repair.values)) == "optimal", repair.text
        less = short_of(repair)
        if less and len(less) == len(repair.values):
            assert status(scenario.replace(less)) == "infeasible", repair.text


def test_a_repair_with_much_to_say_tells_the_greatest():
    """More than three periods of one input: their number, and the greatest change."""
    changes = tuple(Change(f"sites.s.power_mw[p{n}]", 1.0, 1.0 + n, float(n)) for n in range(1, 6))
    text = Repair(("sites.s.power_mw",), {}, changes, is_verified=True).text
    assert (
        text
        == "Raise sites.s.power_mw in 5 periods, the most being to raise sites.s.power_mw[p5] from 1 to 6 (500 % more)."
    )


@pytest.mark.parametrize(
    ("before", "change", "sign", "value"),
    [(100, 34.1234567, 1, 134.13), (1, 1 / 9, -1, 0.8888), (6, 4, 1, 10), (0, 1e-3, 1, 1e-3), (5, 0, 1, 5)],
)
def test_changes_are_rounded_the_way_they_go(before, change, sign, value):
    """At most a thousandth of the change too far, and never too short."""
    assert outward(before, change, sign) == pytest.approx(value, abs=1e-12)


def test_a_scenario_with_enough_has_nothing_to_repair():
    """The same scenario without the policy has a plan."""
    assert status(planner.load(two_makers())) == "optimal"


def test_a_share_to_survive_is_lowered_to_what_is_left():
    """Sites of 10 and 4 devices, 10 asked for: without the large one 4 of 10 can be served, a share of 0.4."""
    _, repairs = repaired(
        case(
            devices={"d": {"power_kw": 1}},
            offers={"o": bought()},
            sites={"large": {"power_mw": 0.010}, "small": {"power_mw": 0.004}},
            survive={"any": {"any_one": "site", "share": 0.5}},
        )
    )
    shares = [r for r in repairs.single if r.changes[0].path == "survive.any.share"]
    assert shares[0].changes[0].after == pytest.approx(0.4, rel=1e-3)
    assert shares[0].changes[0].after <= 0.4


def test_a_loss_that_leaves_nothing_is_repaired_without_its_rule():
    """One site alone serves nothing once it is lost, whatever share is asked for."""
    _, repairs = repaired(case(survive={"any": {"any_one": "site", "share": 0.5}}))
    assert "Leave out survive.any." in [repair.text for repair in repairs.single]
