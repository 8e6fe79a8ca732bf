"""Losses that the plan must bear."""

from __future__ import annotations

from dataclasses import replace

import pytest

import planner
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.model.survival import losses_of
from planner.planning import Request, Timer, solve_stages
from planner.resilience import _try, solve_bearing
from planner.solver.options import SolveOptions
from tests.model.cases import bought, case, solved, work


def three_sites(**parts):
    """Return three sites of 100 kW and a demand of 300 units an hour, each by a device of 1 kW at a price of 100."""
    return {
        "horizon": {"start": 2024, "period": "year", "count": 1},
        "regions": {"r": {}},
        "sites": {s: {} for s in "abc"},
        "devices": {"d": {"maker": "m", "power_kw": 1}, "e": {"maker": "n", "power_kw": 1}},
        "workloads": {"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 300}}}},
        "offers": {"buy-d": bought(100), "buy-e": bought(150) | {"device": "e"}},
    } | parts


def test_any_one_site():
    """240 of 300 must be left when a site is lost: three sites of 120 devices, 36,000, not 300 devices, 30,000."""
    assert solved(three_sites()).objective == pytest.approx(30_000)
    plan = solved(three_sites(survive={"n-1": {"any_one": "site", "share": 0.8}}))
    assert plan.objective == pytest.approx(36_000)
    assert plan.losses["share_served"].min() == pytest.approx(0.8)
    assert plan.resilience["without"] == pytest.approx(30_000)
    assert plan.resilience["costs"] == pytest.approx(6_000)


def test_only_the_sites_named():
    """The loss of c alone: nothing stands at c, so that nothing is lost, and resilience costs nothing."""
    plan = solved(three_sites(survive={"n-1": {"any_one": "site", "share": 1, "among": ["c"]}}))
    assert plan.objective == pytest.approx(30_000)


def test_a_grid_takes_all_its_sites():
    """A and b hang on one grid: with it lost, c serves 240, so 240 at c and 60 more anywhere: 300 devices still."""
    sites = {"a": {"grid": "x"}, "b": {"grid": "x"}, "c": {"grid": "y"}}
    rule = {"n-1": {"any_one": "grid", "share": 0.8}}
    # Either grid may be lost: at least 240 in each of x and y.
    assert solved(three_sites(sites=sites, survive=rule)).objective == pytest.approx(48_000)


def test_a_maker_that_stops_delivering():
    """150 of 300 must come from whichever maker is left: 150 of each, 150 x 100 + 150 x 150."""
    plan = solved(three_sites(survive={"n-1": {"any_one": "maker", "share": 0.5}}))
    assert plan.objective == pytest.approx(37_500)


def test_deliveries_before_the_loss_stay():
    """In two years with the loss from the second on, all devices arrive in the first: no need for the dear maker."""
    horizon = {"start": 2024, "period": "year", "count": 2}
    rule = {"n-1": {"any_one": "maker", "share": 1, "start": "2025"}}
    assert solved(three_sites(horizon=horizon, survive=rule)).objective == pytest.approx(30_000)


def test_rented_devices_are_rented_again():
    """What is rented by the hour moves to a site that is left, within its pool: nothing costs more."""
    offers = {"rent": {"kind": "on-demand", "device": "d", "price_per_hour": 1, "supply": 300}}
    plan = solved(three_sites(offers=offers, survive={"n-1": {"any_one": "site", "share": 1}}))
    assert plan.objective == pytest.approx(300 * 8760)


def test_a_link_lost_takes_its_traffic_elsewhere():
    """Without link x, y must carry 3 of the 3 Gb/s that the share asks for; each wave carries 2 and costs 1."""
    wave = {"w": {"gbps": 2, "cost": 1, "max_count": 9}}
    scenario = {
        "horizon": {"start": 2024, "period": "hour", "count": 1},
        "network": {"links": {"x": {"ends": ["a", "b"], "modules": wave}, "y": {"ends": ["a", "b"], "modules": wave}}},
        "traffic": {"q": {"from": "a", "to": "b", "gbps": 4}},
    }
    assert solved(scenario).objective == pytest.approx(2)
    assert solved(scenario | {"survive": {"n-1": {"any_one": "link", "share": 0.75}}}).objective == pytest.approx(4)


def test_each_loss_of_traffic_is_measured():
    """4 Gb/s over x (3) or y (2), a plan that bears no loss: without x half is carried, without y three quarters."""
    links = {"x": {"ends": ["a", "b"], "capacity_gbps": 3}, "y": {"ends": ["a", "b"], "capacity_gbps": 2}}
    scenario = {
        "horizon": {"start": 2024, "period": "hour"},
        "network": {"links": links},
        "traffic": {"copy": {"from": "a", "to": "b", "gbps": 4}},
        "survive": {"n-1": {"any_one": "link", "share": 1}},
    }
    inputs, options = inputs_of(planner.load(scenario)), SolveOptions()
    built = build(inputs)
    (stage,) = solve_stages(built, "highs", options, planner.Request(), Timer())
    trials = [_try(inputs, loss, built, stage, {}, "highs", options) for loss in losses_of(inputs)]
    assert [trial.served_share for trial in trials] == pytest.approx([0.5, 0.75])
    assert [trial.short for trial in trials] == pytest.approx([0.5, 0.25])
    half = solved(scenario | {"survive": {"n-1": {"any_one": "link", "share": 0.5}}})
    assert half.losses["share_served"].tolist() == pytest.approx([0.5, 0.5])


def test_less_for_some_workloads():
    """Batch work may stop after a loss: 60 units of it need nothing more."""
    workloads = work(240, rate={"d": 1}) | {"batch": work(60)["w"]}
    scenario = three_sites(workloads=workloads)
    rule = {"n-1": {"any_one": "site", "share": 1, "share_by_workload": {"batch": 0}}}
    # 300 devices on three sites, 100 each: any two hold 200 of the 240; with 120 each they hold 240.
    assert solved(scenario | {"survive": rule}).objective == pytest.approx(36_000)


def test_no_plan_bears_a_loss_that_leaves_nothing():
    """One site alone cannot be lost."""
    scenario = three_sites(sites={"a": {}}, survive={"n-1": {"any_one": "site", "share": 0.1}})
    assert planner.solve(planner.load(scenario)).status == "infeasible"


@pytest.mark.parametrize("limit", [{}, {"max_latency_ms": 5}])
@pytest.mark.parametrize("links", [["ab"], ["ab", "bc"], ["ab", "ac", "bc", "cd"]])
def test_a_link_that_a_node_hangs_on_cannot_be_lost(links, limit):
    """Half of the traffic must go on, and none can: to the last node of a line; with two ways round, it can."""
    ends = {name: {"ends": [*name], "latency_ms": 1} for name in links}
    last = links[-1][1]
    scenario = {
        "horizon": {"start": 2024, "period": "hour", "count": 1},
        "network": {"links": ends},
        "traffic": {"q": {"from": "a", "to": last, "gbps": 4} | limit},
        "survive": {"n-1": {"any_one": "link", "share": 0.5}},
    }
    assert planner.solve(planner.load(scenario)).status == "infeasible"
    ringed = scenario["network"]["links"] | {"way-round": {"ends": ["a", last], "latency_ms": 1}}
    assert planner.solve(planner.load(scenario | {"network": {"links": ringed}})).status == "optimal"


@pytest.mark.parametrize("limited", [{}, {"capacity_gbps": 9}])
def test_without_its_only_link_a_site_serves_nobody(limited):
    """A network whose last link is lost does not become one without any limits."""
    scenario = case(
        network={"links": {"l": {"ends": ["s", "r"], "latency_ms": 1} | limited}},
        survive={"n-1": {"any_one": "link", "share": 0.5}},
    )
    scenario["workloads"]["w"]["data_gb_per_unit"] = 1
    assert planner.solve(planner.load(scenario)).status == "infeasible"


def stopped(scenario, reason):
    """Return what bearing losses comes to where every search ends by a limit, with the plan that it would have found."""

    def solve(built):
        stages = solve_stages(built, "highs", SolveOptions(), Request(), Timer())
        return [replace(stage, solution=replace(stage.solution, status="limit", reason=reason)) for stage in stages]

    return solve_bearing(build(inputs_of(planner.load(scenario))), solve, "highs", SolveOptions(), Timer().part)


def test_a_plan_that_the_time_limit_left_bears_every_loss():
    """The cheapest plan of one site, 30,000, does not: the rounds go on to that of 36,000; what it costs is not known."""
    _, stages, resilience = stopped(three_sites(survive={"n-1": {"any_one": "site", "share": 0.8}}), "time limit")
    assert (stages[-1].solution.status, stages[-1].value) == ("limit", pytest.approx(36_000))
    assert [trial.short for trial in resilience.trials] == pytest.approx([0, 0, 0], abs=1e-6)
    assert resilience.without is None


def test_an_interrupted_plan_that_does_not_bear_a_loss_is_none():
    """After Ctrl-C no further round begins; that of 30,000 would break a rule of the scenario."""
    _, stages, _ = stopped(three_sites(survive={"n-1": {"any_one": "site", "share": 0.8}}), "interrupted")
    assert (stages[-1].solution.status, stages[-1].solution.reason) == ("limit", "interrupted")
    assert not stages[-1].solution.has_plan


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_rounds_find_the_optimum_of_all_losses_together(share):
    """The programme with every loss in it from the start has the same optimum."""
    from planner.inputs.inputs import inputs_of
    from planner.model.build import build
    from planner.model.survival import losses_of
    from planner.solver.solve import solve

    sites = {f"s{i}": {"power_mw": 0.05 + 0.02 * i, "fixed_cost_per_year": 10} for i in range(6)}
    scenario = planner.load(three_sites(sites=sites, survive={"n-1": {"any_one": "site", "share": share}}))
    inputs = inputs_of(scenario)
    built = build(inputs, losses_of(inputs))
    objective = built.objective("cost")
    arrays, unit = built.finished.arrays(objective.coefficients, objective.constant)
    whole = solve(arrays)
    found = planner.solve(scenario)
    if whole.status == "infeasible":
        assert found.status == "infeasible"
    else:
        assert whole.objective is not None
        assert found.objective == pytest.approx(whole.objective * unit, rel=1e-9)
