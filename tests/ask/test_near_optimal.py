"""The near-optimal space: hand sums of how much of a dearer device a share of the cost pays for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import planner
from planner.ask.hot import Hot
from planner.ask.near_optimal import measures
from planner.errors import InputError, LimitError, NoPlanError
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.model.finished import ExtraRow
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


def test_idle_devices_that_cost_nothing_have_no_end():
    """Devices for nothing, at a site without a limit on power, may stand there in any number."""
    scenario = case(
        devices={"d": {"power_kw": 2}}, sites={"a": {}, "b": {"power_mw": 1}},
        offers={"d": {"kind": "buy", "device": "d", "price_per_unit": 0, "salvage_share": 0}},
    )  # fmt: skip
    answer = planner.near_optimal(scenario)
    found = spans(answer)
    assert found["power", "a"][2] == np.inf
    assert found["power", "b"][2] == pytest.approx(1)
    assert answer.complete
    power = {s["name"]: s["most"] for s in answer.to_dict()["spans"] if s["kind"] == "power"}
    assert power == {"a": None, "b": pytest.approx(1)}


@pytest.mark.parametrize("integer", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_ends_are_those_of_another_solver(seed, integer):
    """Random prices, rates, limits and penalties: scipy finds the same ends of each measure under the same limit on cost."""
    rng = np.random.default_rng(seed)
    devices = "abc"
    scenario = planner.load(
        case(
            periods=1 if integer else 2,
            integer=integer,
            sites={"s": {}, "t": {}},
            devices={d: {"maker": "m" if d < "c" else "n"} for d in devices},
            workloads={
                w: {
                    "rate": {d: float(rng.uniform(0.5, 2)) for d in devices},
                    "demand": {"by_region": {"r": [float(n) for n in rng.integers(3, 12, 1 if integer else 2)]}},
                    "unmet_penalty": float(rng.uniform(1, 3)),
                }
                for w in ("v", "w")
            },
            offers={
                d: {"kind": "on-demand", "device": d, "price_per_hour": float(rng.uniform(1, 1.3)), "supply": 7}
                for d in devices
            },
        )
    )
    answer = planner.near_optimal(scenario, within=0.1)
    built = build(inputs_of(scenario))
    finished, cost = built.finished, built.objective("cost")
    limit = answer.cost + 0.1 * abs(answer.cost) - cost.constant
    arrays, _ = finished.arrays(np.zeros(len(finished.scale)), 0.0, [ExtraRow("cost", cost.coefficients, limit)])
    rules = LinearConstraint(arrays.matrix(), arrays.row_lower, arrays.row_upper)
    bounds = Bounds(arrays.lower, np.where(finished.derived, np.inf, arrays.upper))
    for (*_, measure), span in zip(measures(built), answer.spans, strict=True):
        for sign, end in ((1, span.least), (-1, span.most)):
            other = milp(
                sign * measure * finished.scale, constraints=rules, bounds=bounds, integrality=arrays.integer,
                options={"mip_rel_gap": 1e-9},
            )  # fmt: skip
            assert end == pytest.approx(sign * other.fun, abs=1e-6)


def test_what_the_time_limit_leaves_open_is_told_as_at_least(monkeypatch):
    """After the best plan and one more solve no time is left: that end is known, other ends are at least what was seen."""
    answer, count = Hot.answer, iter(range(100))

    def stopping(hot):
        if next(count) > 2:  # the best plan, the same with the limit on cost, and one end
            raise LimitError("the time limit ended")
        return answer(hot)

    monkeypatch.setattr(Hot, "answer", stopping)
    found = planner.near_optimal(makers())
    d, e = (next(s for s in found.spans if (s.kind, s.name) == ("device", name)) for name in "de")
    assert (d.least, d.least_proven) == (pytest.approx(0.95, abs=1e-6), True)
    assert (e.least, e.least_proven) == (0, True)  # no share is below 0
    assert (e.most, e.most_proven) == (pytest.approx(0.05, abs=1e-6), False)  # of the plan with the least of d
    assert not found.complete
    assert found.exit_code == 4
    assert "can at least serve" in found.sentence
    assert "ends open" in found.sentence
    assert ("e", "0 %", "0 %", "5 % or more") in found.sections()[0].table.rows


def test_no_time_for_the_best_plan_is_said():
    """Every answer starts from the best plan, so there is none without it."""
    with pytest.raises(LimitError, match="before the best plan was known"):
        planner.near_optimal("scenarios/siting-europe.yaml", request=planner.Request(time_limit=1e-6))


def test_without_a_plan_every_question_says_what_to_do():
    """Demand that must be met and cannot be: planner solve tells why."""
    scenario = makers(offers={"d": rented(1, supply=3)})
    for question in (planner.near_optimal, planner.earliest, planner.trade_off):
        with pytest.raises(NoPlanError, match="planner solve says"):
            question(scenario)


def test_without_demand_to_serve_the_sentence_tells_of_power():
    """Devices that nothing runs on may stand idle, up to 0.02 MW; a network has no devices at all."""
    idle = case(
        devices={"d": {"power_kw": 2}}, workloads={}, sites={"s": {"power_mw": 0.02}},
        offers={"d": {"kind": "buy", "device": "d", "price_per_unit": 0, "salvage_share": 0}},
    )  # fmt: skip
    assert "the devices at s can draw from 0 to 0.02 MW in the last period" in planner.near_optimal(idle).sentence
    assert "no power of a site" in planner.near_optimal("scenarios/backbone.yaml").sentence
