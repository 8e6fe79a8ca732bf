"""Trade-off curves: a linear programme whose corners a hand can find, weighted sums, and whole numbers one by one."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.errors import InputError
from tests.model.cases import case, sold


def clean_and_dirty(**fields):
    """Return demand for 10 units: dirty at 1 and 1000 g, mixed at 2 and 300 g (6 units), clean at 5 and none (9 units)."""
    offers = {
        "dirty": sold(1, carbon_g_per_unit=1000),
        "mixed": sold(2, carbon_g_per_unit=300, capacity_per_hour=6),
        "clean": sold(5, carbon_g_per_unit=0, capacity_per_hour=9),
    }
    return case(devices={}, workloads={"w": {"demand": {"by_region": {"r": 10}}}}, offers=offers) | fields


def test_the_corners_of_a_curve_by_hand():
    """By cost per gram saved: mixed for dirty (1 for 700 g), clean for dirty (4 for 1000 g), clean for mixed (3 for 300 g)."""
    found = planner.trade_off(clean_and_dirty(), "cost", "carbon")
    expected = [
        (10, 10_000),  # 10 dirty
        (16, 5_800),  # 6 mixed, 4 dirty
        (32, 1_800),  # 6 mixed, 4 clean
        (47, 300),  # 1 mixed, 9 clean
    ]
    assert [(p.first, p.second * 1e6) for p in found.points] == [pytest.approx(e, rel=1e-6) for e in expected]
    assert found.corners
    assert found.points[1].rate == pytest.approx(-6 / 4_200e-6)


def test_no_weighted_sum_is_below_the_curve():
    """For any weights the least weighted sum over the corners is the optimum of the programme with that carbon price."""
    found = planner.trade_off(clean_and_dirty(), "cost", "carbon")
    for weight in np.linspace(0, 20_000, 9):
        plan = planner.solve(planner.load(clean_and_dirty(carbon={"price_per_tonne": float(weight)})))
        assert plan.objective == pytest.approx(min(p.first + weight * p.second for p in found.points))


def test_served_beside_cost_leaves_penalties_out():
    """At 1, 2 and 5 a unit, 10 + 6 + 9 units of 25 asked: the corners are the sums of the cheapest."""
    scenario = clean_and_dirty()
    scenario["offers"]["dirty"]["work"]["w"]["capacity_per_hour"] = 10
    scenario["workloads"] = {"w": {"demand": {"by_region": {"r": 25}}, "unmet_penalty": 3}}
    found = planner.trade_off(scenario, "cost", "served")
    assert [(p.first, p.second / 3) for p in found.points] == [
        pytest.approx(e, abs=1e-5) for e in [(0, 0), (10, 10), (22, 16), (67, 25)]
    ]
    assert found.points[0].first == found.points[0].second == 0  # and not what rounding left of it


def test_whole_numbers_give_efficient_points():
    """Two sites, open at 10 with 1 t, or at 30 with none: nothing lies between the two plans."""
    scenario = case(
        devices={},
        sites={"a": {"siting": "candidate", "opening_cost": 10}, "b": {"siting": "candidate", "opening_cost": 30}},
        workloads={"w": {"demand": {"by_region": {"r": 1}}}},
        offers={
            "dirty": sold(0, carbon_g_per_unit=1e6) | {"sites": ["a"]},
            "clean": sold(0, carbon_g_per_unit=0) | {"sites": ["b"]},
        },
    )
    found = planner.trade_off(scenario, "cost", "carbon", points=5)
    assert [(p.first, p.second) for p in found.points] == [pytest.approx((10, 1)), pytest.approx((30, 0), abs=1e-6)]
    assert not found.corners


def test_a_cap_on_points_is_said():
    """Three corners of four are asked for."""
    found = planner.trade_off(clean_and_dirty(), "cost", "carbon", points=3)
    assert len(found.points) == 3
    assert not found.corners
    assert "there are more between" in found.sentence


def test_objectives_are_two_that_exist():
    with pytest.raises(InputError, match="did you mean 'carbon'"):
        planner.trade_off(clean_and_dirty(), "cost", "karbon")
    with pytest.raises(InputError, match="two objectives"):
        planner.trade_off(clean_and_dirty(), "cost", "cost")
