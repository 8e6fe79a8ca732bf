"""Outputs are read off plans as a reader of their tables would."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.errors import InputError
from planner.sweeps.outputs import outputs_of
from tests.sweep.conftest import OPTIMUM, transport


def value(text: str, scenario=None):
    scenario = scenario or transport()
    return outputs_of([text], scenario)[0].of(planner.solve(scenario))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cost", OPTIMUM),
        ("cost[*]", OPTIMUM),
        ("served[cases]", 1.0),
        ("unmet", 0.0),
        ("demand.demand_units", 325 + 300 + 275),
        ("demand.demand_units[period=*]", 325 + 300 + 275),
        ("served.served_units[region=topeka]", 275),
        ("served.served_units[site=san-*,region=topeka]", 275),
        ("served.served_units[site=san-diego,region=chicago]", 0),
    ],
)
def test_figures_of_dantzig_s_problem(text, expected):
    """San Diego serves Topeka, Seattle Chicago: freight decides it."""
    assert value(text) == pytest.approx(expected, rel=1e-9)


def test_fleet_of_a_device_is_the_most_of_any_period():
    """As many as the plan's table has in its fullest period, counted here by hand from the table."""
    scenario = planner.load(Path(__file__).parents[2] / "scenarios" / "training-campaign.yaml")
    plan = planner.solve(scenario)
    device = plan.fleet["device"].iloc[0]
    counts: dict[str, float] = {}
    for row in plan.fleet.to_dict("records"):
        if row["device"] == device:
            counts[row["period"]] = counts.get(row["period"], 0.0) + row["devices"]
    assert outputs_of([f"fleet.{device}"], scenario)[0].of(plan) == pytest.approx(max(counts.values()), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("costs", "did you mean 'cost'"),
        ("served[case]", "did you mean 'cases'"),
        ("flet.devices", "did you mean 'fleet'"),
        ("fleet.device_count", "no column"),
        ("fleet.devicess", "no column 'devicess' and there is no such device; did you mean fleet.devices"),
        ("fleet.device", "names, which have no sum"),
        ("served.served_units[sit=x]", "did you mean 'site'"),
        ("served.served_units[site=seatle]", "did you mean 'seattle'"),
        ("served.served_units[period=2030]", "there is no period '2030'"),
        ("served.served_units[seattle]", "LABEL=NAME"),
        ("fleet", "name a column"),
        ("1 + 1", "cannot be read"),
    ],
)
def test_what_no_plan_could_answer_is_refused(text, words):
    """A sum over nothing would be 0 and look like an answer."""
    with pytest.raises(InputError, match=words):
        outputs_of([text], transport())


def test_kinds_of_cost_are_not_those_of_losses():
    """A loss of a site is a kind of loss, and no kind of cost."""
    wanted = outputs_of(["losses.share_served[kind=site]"], transport())
    assert wanted[0].where == (("kind", "site"),)
    with pytest.raises(InputError, match="there is no kind of cost 'site'"):
        outputs_of(["cost[site]"], transport())
    with pytest.raises(InputError, match="there is no kind of cost 'site'"):
        outputs_of(["cost.paid_kUSD[kind=site]"], transport())
