"""Why demand is unmet: chains of reasons known by hand, and cures held by solving the changed scenario."""

from __future__ import annotations

import json

import pytest

import planner
from planner.explain.explanation import Asked, Explanation
from planner.explain.topics import explain
from tests.model.cases import bought, case, rented, sold, work


def told(plain, *, solve: bool = False) -> Explanation:
    """Return why demand is unmet in the plan of a scenario."""
    return explain(planner.solve(planner.load(plain)), "unmet", Asked(solve=solve))


def kinds(explanation: Explanation) -> set[tuple[str, str]]:
    """Return kind and thing of every reason of all groups."""
    return {(one["kind"], one["thing"]) for group in explanation.data["groups"] for one in group["reasons"]}


def everything():
    """Return a scenario in which each way to serve fails for a reason of its own; 10 asked, a unit unmet costs 9."""
    return case(
        periods=2,
        sites={
            "near": {"power_mw": 0.004, "latency_ms": 10},
            "far": {"latency_ms": 80},
            "abroad": {"latency_ms": 10, "country": "US"},
        },
        devices={"d": {"power_kw": 1, "memory_gb": 80}, "small": {"memory_gb": 24}},
        workloads=work(
            10, rate={"d": 1, "small": 1}, unmet_penalty=9, max_latency_ms=50, min_memory_gb=40,
            residency=[{"deny_countries": ["US"]}],
        ),
        offers={
            "o": bought(sites=["near", "far", "abroad"]),
            "tiny": rented(device="small"),
            "rent": rented(supply=3, sites=["near"], includes_power=True),
            "later": rented(available_from="p2", supply=1, sites=["near"], includes_power=True),
            "dear": rented(20, sites=["near"], includes_power=True),
            "work": sold(1, capacity_per_hour=1) | {"sites": ["near"]},
        },
    )  # fmt: skip


def test_each_way_fails_for_its_own_reason():
    """4 bought fill the site, 3 rented are all, 1 unit is sold; the rest is too far, barred, too small, late or too dear."""
    reasons = kinds(told(everything()))
    assert reasons == {
        ("full", "near"),
        ("far", "far"),
        ("residency", "abroad"),
        ("card", "small"),
        ("sold out", "rent"),
        ("late", "later"),
        ("sold out", "later"),
        ("dear", "dear"),
        ("capacity", "work at near"),
    }


def test_the_words_of_a_chain():
    """Snapshot: 10 less 4, 3 and 1 are 2 in the first period; a fourth rented card makes it 1 in the second."""
    lines = told(everything()).sentences
    assert lines[0] == (
        "2 unit of w in r in p1 is unmet, 20 % of what is asked for there, since rent is sold out; work at near does no more; near "
        "is full; far is too far, more than 50 ms away; abroad is ruled out by residency; small has 24 GB, but 40 GB are needed; "
        "later cannot arrive before p2; more of dear would cost more than it is worth."
    )
    assert lines[1].startswith(
        "1 unit of w in r in p2 is unmet, 10 % of what is asked for there, since later and rent are sold out;"
    )


def test_a_penalty_cheaper_than_serving():
    """A device costs 1 an hour and a unit unmet 0.5: nothing stands in the way but the price, and serving costs 5 more."""
    explanation = told(case(workloads=work(10, unmet_penalty=0.5)), solve=True)
    assert kinds(explanation) == {("dear", "o")}
    cure = explanation.data["groups"][0]["cure"]
    assert cure["repair"] is None
    assert cure["cost"] == pytest.approx(5)


def test_budgets_shares_supply_limits_and_carbon_take_part():
    """Policies that bind are named by their own names."""
    spent = case(workloads=work(10, unmet_penalty=9), budgets={"b": {"limit": 4}})
    assert kinds(told(spent)) == {("budget", "b")}
    limited = case(
        workloads=work(10, unmet_penalty=9), offers={"o": bought()}, supply={"all": {"device": "d", "units": 4}}
    )
    assert kinds(told(limited)) == {("limit", "all")}
    limited["supply"]["all"]["units"] = 0
    assert kinds(told(limited)) == {("none", "all")}
    dirty = case(
        workloads=work(10, unmet_penalty=9), devices={"d": {"power_kw": 1}}, carbon={"cap_tonnes": 0.004},
        sites={"s": {"carbon_g_per_kwh": 1000}}, offers={"o": bought()},
    )  # fmt: skip
    assert kinds(told(dirty)) == {("carbon", "the carbon cap")}


def test_regions_and_periods_with_the_same_chain_are_told_together():
    """Two regions and two periods short of one offer's supply are one group, whose sum is all that is unmet."""
    scenario = case(
        periods=2, regions={"r": {}, "q": {}}, offers={"o": rented(supply=3)},
        workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 10, "q": 10}}, "unmet_penalty": 9}},
    )  # fmt: skip
    explanation = told(scenario)
    (group,) = explanation.data["groups"]
    assert group["unmet"] == pytest.approx(2 * (20 - 3))
    assert group["periods"] == ["p1", "p2"]
    assert set(group["regions"]) == {"q", "r"}


@pytest.mark.parametrize(
    ("scenario", "path", "after", "cost"),
    [
        # A second card does 5 more: it costs 2 and saves 5 penalties of 10.
        (case(10, workloads=work(10, rate={"d": 5}, unmet_penalty=10), offers={"o": rented(2, supply=1)}), "offers.o.supply", 2, -48),
        # 6 kW more at the near site: 6 devices for 1 each save 6 penalties of 9.
        (case(sites={"near": {"power_mw": 0.004, "latency_ms": 10}, "far": {"latency_ms": 80}}, devices={"d": {"power_kw": 1}},
              workloads=work(10, max_latency_ms=50, unmet_penalty=9), offers={"o": bought()}),
         "sites.near.power_mw", 0.01, -48),
        # An offer that comes a period sooner: 7 more devices for 1 each... and the 3 rented ones are bought in any case.
        (case(periods=2, workloads=work(10, unmet_penalty=9), offers={"o": rented(1, available_from="p2"), "r": rented(2, supply=3)}),
         "offers.o.available_from", "p1", 7 - 63 - 3),
        (case(workloads=work(10, unmet_penalty=9), budgets={"b": {"limit": 4}}), "budgets.b.limit", 10, 6 - 54),
    ],
)  # fmt: skip
def test_the_cheapest_cure_is_what_solving_with_it_says(scenario, path, after, cost):
    """The input to change, the value, and what the plan costs then, by hand; the changed scenario leaves nothing unmet."""
    explanation = told(scenario, solve=True)
    (group,) = explanation.data["groups"]
    cure = group["cure"]
    assert cure["repair"]["paths"] == [path]
    change = cure["repair"]["changes"][0]
    assert change["after"] == (after if isinstance(after, str) else pytest.approx(after, rel=1e-3))
    assert cure["cost"] == pytest.approx(cost, rel=1e-3)
    before, cured = planner.load(scenario), planner.load(scenario).replace(cure["repair"]["values"])
    plan = planner.solve(cured)
    assert plan.unmet_fraction == pytest.approx(0, abs=1e-9)
    assert plan.objective - planner.solve(before).objective == pytest.approx(cure["cost"], rel=1e-6)
    assert explanation.solved_again
    assert "solved again" in explanation.sentences[-1]


def test_a_cure_takes_nothing_from_others():
    """Two regions share 3 devices and only one is short: serving it would leave the other short, which is no cure."""
    scenario = case(
        regions={"r": {}, "q": {}}, offers={"o": rented(supply=3)},
        workloads={
            "w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 3}}, "unmet_penalty": 9},
            "v": {"rate": {"d": 1}, "demand": {"by_region": {"q": 2}}, "unmet_penalty": 5},
        },
    )  # fmt: skip
    explanation = told(scenario, solve=True)
    (group,) = explanation.data["groups"]
    assert (group["workload"], group["unmet"]) == ("v", 2)
    assert group["cure"]["repair"]["changes"][0]["after"] == 5


def test_nothing_unmet_says_so():
    """A plan that serves all has nothing to explain."""
    assert told(case()).sentences == ("All demand is served.",)


def test_a_saved_plan_explains_the_same(tmp_path):
    """Read back from its file, a plan tells the same, and the data are plain."""
    plan = planner.solve(planner.load(everything()))
    planner.save(plan, tmp_path / "plan.json")
    again = explain(planner.read(tmp_path / "plan.json"), "unmet")
    assert again.sentences == explain(plan, "unmet").sentences
    assert json.loads(json.dumps(again.to_dict()))["topic"] == "unmet"
