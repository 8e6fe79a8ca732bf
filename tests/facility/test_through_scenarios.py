"""Facility location from a scenario to a plan: recognised where it is pure, and solved as HiGHS alone would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import planner
from planner.facility import locating
from planner.facility.instance import Instance
from planner.facility.structure import instance_of
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.planning import Request
from tests.facility.test_brute_force import brute
from tests.model.cases import case, solved


def located(instance: Instance, given: int = 0, **parts: Any) -> dict[str, Any]:
    """Return the scenario of an instance; its first `given` sites are open anyway."""
    sites, regions = range(len(instance.fixed)), range(len(instance.demand))
    unit = instance.cost / instance.demand
    return case(
        regions={f"r{j:03}": {} for j in regions},
        sites={
            f"s{i:03}": {} if i < given else {"siting": "candidate", "opening_cost": float(instance.fixed[i])}
            for i in sites
        },
        workloads={
            "w": {
                "demand": {"by_region": {f"r{j:03}": float(instance.demand[j]) for j in regions}},
                "serving_cost": {f"s{i:03}": {f"r{j:03}": float(unit[i, j]) for j in regions} for i in sites},
            }
        },
        offers={
            "o": {
                "kind": "serverless",
                "work": {"w": {"price_per_unit": 0.5, "capacity_by_site": {f"s{i:03}": float(instance.capacity[i]) for i in sites}}},
            }
        },
        siting={} if instance.max_open is None else {"max_open": instance.max_open},
    ) | parts  # fmt: skip


def random(seed: int, sites: int = 6, regions: int = 5, most: int | None = None) -> Instance:
    """Return a random instance with room enough for every region."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(5, 20, regions).astype(float)
    capacity = rng.uniform(0.4, 1.0, sites) * demand.sum()
    unit, fixed = rng.uniform(1, 12, (sites, regions)), rng.uniform(20, 90, sites)
    return Instance(fixed, capacity, demand, unit * demand, most)


def recognised(scenario: dict[str, Any]) -> Instance | None:
    """Return what is recognised in a scenario's programme."""
    return instance_of(build(inputs_of(planner.load(scenario))))


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the search however small the problem is."""
    monkeypatch.setattr(locating, "LEAST_PAIRS", 0)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("most", [None, 3])
@pytest.mark.parametrize("seed", range(6))
def test_equals_every_subset_tried(seed: int, most: int | None) -> None:
    """Least cost over all subsets of six sites, plus the price of the work; proven, with duals."""
    instance = random(seed, most=most)
    plan = solved(located(instance))
    assert plan.objective == pytest.approx(brute(instance) + 0.5 * instance.demand.sum(), rel=2e-6)
    assert plan.gap is not None
    assert plan.gap <= 1.1e-6
    assert "facility location search" in plan.solver["name"]
    assert len(plan.prices)


@pytest.mark.parametrize(("given", "most"), [(0, None), (3, None), (2, 2)])
def test_equals_highs_alone(given: int, most: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same plan, bound and duals as the general way, with and without sites that are open anyway."""
    scenario = located(random(3, sites=10, regions=24, most=most), given)
    ours = solved(scenario)
    monkeypatch.setattr(locating, "LEAST_PAIRS", np.inf)
    general = solved(scenario)
    assert "facility location search" in ours.solver["name"]
    assert "facility location search" not in general.solver["name"]
    assert ours.objective == pytest.approx(general.objective, rel=2e-6)
    assert ours.served.equals(general.served)
    assert [limit.of for limit in ours.limits] == [limit.of for limit in general.limits]


def test_reads_the_numbers() -> None:
    """Opening cost, capacity, demand and cost of serving with the work's price, by hand for two sites."""
    instance = Instance(
        np.array([7.0, 9.0]), np.array([30.0, 40.0]), np.array([10.0, 20.0]), np.array([[10.0, 40.0], [30.0, 20.0]])
    )
    found = recognised(located(instance))
    assert found is not None
    assert found.fixed == pytest.approx([7, 9])
    assert found.capacity == pytest.approx([30, 40])
    assert found.demand == pytest.approx([10, 20])
    assert found.cost == pytest.approx(np.array([[15, 50], [35, 30]]))
    assert found.max_open is None


WORK = located(random(1))["workloads"]["w"]
SITES = located(random(1))["sites"]


@pytest.mark.parametrize(
    "extra",
    [
        {"horizon": {"start": 2024, "period": "hour", "count": 2}},
        {"workloads": {"w": WORK | {"single_source": True}}},
        {"workloads": {"w": WORK | {"unmet_penalty": 50}}},
        {"workloads": {"w": WORK, "v": {"rate": {"d": 1}, "demand": {"by_region": {"r000": 1}}}},
         "offers": located(random(1))["offers"] | {"d": {"kind": "on-demand", "device": "d", "price_per_hour": 1}}},
        {"offers": located(random(1))["offers"] | {"d": {"kind": "serverless", "work": {"w": {"price_per_unit": 3}}}}},
        {"sites": {s: {} for s in SITES}},
        {"survive": {"any": {"any_one": "site", "share": 0.5}}},
    ],
    ids=["periods", "single source", "unmet", "devices", "two offers", "no candidates", "survival"],
)  # fmt: skip
def test_refuses_what_is_more(extra: dict[str, Any]) -> None:
    """One feature more and the general programme is solved."""
    scenario = located(random(1))
    assert recognised(scenario) is not None
    assert recognised(scenario | extra) is None


def test_no_feasible_plan_is_explained_by_the_general_way() -> None:
    """Too little capacity everywhere: the plan says so and names what conflicts."""
    few = random(1, sites=10, regions=24)
    plan = planner.solve(planner.load(located(Instance(few.fixed, few.capacity / 100, few.demand, few.cost))))
    assert plan.status == "infeasible"
    assert plan.conflict is not None
    assert len(plan.conflict)


def test_progress_is_told_and_what_it_raises_is_raised() -> None:
    """The caller's own exception ends the search."""

    def refuse(_: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        planner.solve(planner.load(located(random(3, sites=10, regions=24))), Request(progress=refuse))


@pytest.mark.usefixtures("always")
def test_without_time_there_is_a_bound_or_no_plan() -> None:
    """A limit that ends the search at once leaves a plan with an open gap, or says that there is none."""
    plan = planner.solve(planner.load(located(random(3, sites=30, regions=60))), Request(time_limit=0.02))
    assert plan.status in ("limit", "optimal")
    if plan.objective is not None and plan.bound is not None:
        assert plan.bound <= plan.objective
