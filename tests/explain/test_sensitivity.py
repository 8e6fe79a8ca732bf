"""What a change of an input is worth, against solving with it."""

from __future__ import annotations

import pytest

import planner
from planner.explain.explanation import Asked, Question
from planner.explain.reading import reading_of
from planner.explain.sensitivity import worth
from tests.explain.test_why_not import random_case

STEP = 1e-5

PATHS = {
    "offers.o.price_per_unit": None,
    "offers.o.supply": None,
    "offers.back.price_per_hour": None,
    "workloads.w.rate.d": None,
    "workloads.w.utilisation": None,
    "workloads.w.demand.by_region.q": None,
    "devices.d.power_kw": None,
    "sites.s.power_mw": None,
    "sites.s.pue": None,
    "sites.s.tariff_per_kwh": None,
    "money.discount_rate": None,
}  # fmt: skip


def value_at(scenario, path):
    value = scenario.plain
    for part in path.split("."):
        value = value[part]
    return value


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("seed", [3, 7])
def test_the_derivative(path, seed):
    """By all that an input stands in: costs, right-hand sides, coefficients; the difference of two solves agrees."""
    scenario = planner.load(random_case(seed))
    plan = planner.solve(scenario)
    reading = reading_of(Question(plan, Asked()))
    assert reading is not None
    assert reading.x is not None
    value = value_at(scenario, path)
    changes = {path: value * (1 + STEP)}
    by_prices = worth(reading, scenario, changes)
    up = planner.solve(scenario.replace(changes)).objective
    down = planner.solve(scenario.replace({path: value * (1 - STEP)})).objective
    assert by_prices is not None
    assert by_prices == pytest.approx((up - down) / 2, rel=1e-3, abs=1e-9 * abs(plan.objective))


def test_what_changes_the_programme_has_no_such_worth():
    """Without its offer there are fewer decisions."""
    scenario = planner.load(random_case(3))
    reading = reading_of(Question(planner.solve(scenario), Asked()))
    assert worth(reading, scenario, {"offers.o": None}) is None
