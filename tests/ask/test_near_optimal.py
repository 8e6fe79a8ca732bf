"""The near-optimal space: hand sums of how much of a dearer device a share of the cost pays for."""

from __future__ import annotations

import pytest

import planner
from planner.errors import InputError
from tests.model.cases import case, rented


def makers(**parts):
    """Return demand for 10 units: d of maker x at 1 a unit, e of maker y at 1.2."""
    return (
        case(
            devices={"d": {"maker": "x"}, "e": {"maker": "y"}},
            workloads={"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 10}}}},
            offers={"d": rented(1), "e": {"kind": "on-demand", "device": "e", "price_per_hour": 1.2}},
        )
        | parts
    )


def spans(found):
    return {(s.kind, s.name): (s.least, s.now, s.most) for s in found.spans}


def test_what_a_share_of_the_cost_pays_for():
    """10 of d cost 10; each unit of e costs 0.2 more, so 1 % pays for half a unit of 10, and 4 % for 2."""
    found = spans(planner.near_optimal(makers()))
    assert found["device", "e"] == pytest.approx((0, 0, 0.05), abs=1e-6)
    assert found["device", "d"] == pytest.approx((0.95, 1, 1), abs=1e-6)
    assert found["maker", "y"] == found["device", "e"]
    wider = spans(planner.near_optimal(makers(), within=0.04))
    assert wider["device", "e"][2] == pytest.approx(0.2, abs=1e-6)


def test_nothing_moves_for_nothing():
    """Within 0 the best plan is alone."""
    found = spans(planner.near_optimal(makers(), within=0.0))
    assert found["device", "e"] == pytest.approx((0, 0, 0), abs=1e-6)


def test_whole_devices_move_in_whole_steps():
    """With whole devices 1 % pays for none of e, 2 % for one."""
    scenario = makers(integer=True)
    assert spans(planner.near_optimal(scenario))["device", "e"][2] == pytest.approx(0, abs=1e-6)
    assert spans(planner.near_optimal(scenario, within=0.02))["device", "e"][2] == pytest.approx(0.1, abs=1e-6)


def test_the_power_of_a_site_in_the_last_period():
    """10 devices of d at 2 kW are 0.02 MW; within 1 % half a device may stand at the other site, which is dearer by 0.2 each."""
    scenario = case(
        devices={"d": {"power_kw": 2}},
        sites={"a": {}, "b": {}},
        workloads={
            "w": {
                "rate": {"d": 1},
                "demand": {"by_region": {"r": 10}},
                "serving_cost": {"a": {"r": 0}, "b": {"r": 0.2}},
            }
        },
        offers={"d": {"kind": "buy", "device": "d", "price_per_unit": 1, "salvage_share": 0}},
    )
    found = spans(planner.near_optimal(scenario))
    assert found["site", "b"][2] == pytest.approx(0.05, abs=1e-6)
    assert found["power", "a"][1] == pytest.approx(0.02, abs=1e-6)
    assert found["power", "b"][2] >= 0.001 - 1e-9


def test_a_share_is_no_negative_number():
    with pytest.raises(InputError, match="0 or more"):
        planner.near_optimal(makers(), within=-0.1)
