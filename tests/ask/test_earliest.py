"""The earliest date: the same as trying every period as demand that must be served."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.ask.hot import Clock
from planner.ask.posed import ready
from planner.earliest_date import earliest_date
from planner.errors import InputError
from planner.plan.dates import UNKNOWN
from planner.solver.options import SolveOptions
from tests.model.cases import bought, case, rented

PERIODS = [f"p{t}" for t in range(1, 7)]


def growing(demand, supply, **fields):
    """Return demand by period, a supply of devices that arrive by period and stay, and a penalty."""
    return case(
        periods=6,
        workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": list(demand)}}, "unmet_penalty": 2}},
        offers={"o": bought(1, supply=list(supply))},
        **fields,
    )


def exhaustive(demand, supply, share=1.0):
    """Return the first period from which on the fleet, everything bought as soon as it can be, does the share asked for."""
    fleet = np.cumsum(supply)
    short = [t for t in range(6) if fleet[t] < share * demand[t] - 1e-9]
    first = max(short) + 1 if short else 0
    return PERIODS[first] if first < 6 else "never"


@pytest.mark.parametrize("seed", range(8))
def test_the_date_is_that_of_trying_every_period(seed):
    """Random demand and supply; the fleet only grows, so the sums say when it suffices."""
    random = np.random.default_rng(seed)
    demand, supply = random.integers(1, 40, 6).tolist(), random.integers(0, 12, 6).tolist()
    for share in (1.0, 0.7):
        found = planner.earliest(growing(demand, supply), share=share)
        assert found.date == exhaustive(demand, supply, share), (demand, supply, share)


@pytest.mark.parametrize("seed", [3, 4])
def test_must_serve_from_the_date_on_and_not_a_period_sooner(seed):
    """With demand only from the date on that must be served there is a plan; from the period before there is none."""
    random = np.random.default_rng(seed)
    demand, supply = random.integers(5, 25, 6).tolist(), random.integers(2, 9, 6).tolist()
    found = planner.earliest(growing(demand, supply))
    first = PERIODS.index(found.date) if found.date in PERIODS else 6
    for start, status in ((first, "optimal"), (first - 1, "infeasible")):
        if 0 <= start < 6:
            later = [0] * start + demand[start:]
            scenario = growing(later, supply)
            scenario["workloads"]["w"] = {"rate": {"d": 1}, "demand": {"by_region": {"r": later}}}
            assert planner.solve(planner.load(scenario)).status == status


def test_more_supply_brings_it_forward():
    """10 more each period against 2 bought a period: never, but half as much again from the first on is enough for p3."""
    scenario = growing([10, 10, 10, 10, 10, 10], [2, 2, 2, 2, 2, 2])
    found = planner.earliest(scenario, vary={"offers.o.supply": ["*0.5", "*2", "*5"]})
    assert found.date == "p5"
    assert [(c.date, c.periods_sooner) for c in found.cases] == [("never", None), ("p3", 2), ("p1", 4)]
    assert "p1, 4 periods sooner" in found.sentence


def test_a_stated_price_per_unit_must_pay_for_all():
    """Devices at 4 an hour are always there, some at 1 from p3 on: at 1 a unit only what is cheap pays for itself."""
    scenario = case(
        periods=4,
        workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 10}}, "unmet_penalty": 50}},
        offers={"dear": rented(4), "cheap": rented(1, available_from="p3")},
    )
    assert planner.earliest(scenario, at_most=4).date == "p1"
    # 10 units in each of p2, p3 and p4 cost 40 + 10 + 10 = 60, or 2 a unit.
    assert planner.earliest(scenario, at_most=2).date == "p2"
    assert planner.earliest(scenario, at_most=1.99).date == "p3"
    assert planner.earliest(scenario, at_most=1).date == "p3"
    assert planner.earliest(scenario, at_most=0.99).date == "never"


def test_whole_devices_count():
    """Whole devices of 3 units: a supply of one and a budget for one and a half serve 3 units, not 4."""
    scenario = growing([4, 4, 4, 3, 3, 3], [1, 0, 0, 0, 0, 0], integer=True)
    scenario["workloads"]["w"]["rate"] = {"d": 3}
    scenario["offers"]["o"]["supply"] = [2, 0, 0, 0, 0, 0]
    scenario["budgets"] = {"all": {"limit": 1.5}}
    assert planner.earliest(scenario).date == "p4"
    assert planner.earliest(scenario | {"integer": False}).date == "p1"


def test_a_search_that_is_stopped_knows_nothing_and_says_so():
    """No time at all: not "never", but unknown."""
    built, _ = ready(planner.load(growing([5] * 6, [1] * 6)))
    clock = Clock.of(0.0)
    assert earliest_date(built, SolveOptions(), clock=clock).period == UNKNOWN


def test_the_plan_says_the_same_date():
    """What planner solve reports is the same search."""
    scenario = growing([10, 10, 10, 10, 10, 10], [2, 2, 2, 2, 2, 2], report={"earliest_date": True})
    assert planner.solve(planner.load(scenario)).earliest == planner.earliest(scenario).date == "p5"


def test_wrong_questions_are_refused():
    scenario = growing([5] * 6, [1] * 6)
    with pytest.raises(InputError, match="share"):
        planner.earliest(scenario, share=1.5)
    with pytest.raises(InputError, match="did you mean 'w"):
        planner.earliest(scenario, at_most={"ww": 1})
    with pytest.raises(InputError, match="supply"):
        planner.earliest(scenario, vary={"offers.o.suply": [3]})
