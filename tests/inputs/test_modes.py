"""Which device can run which workload, and why not."""

import numpy as np
import pytest

import planner
from planner.errors import InputError
from planner.inputs.inputs import inputs_of
from planner.inputs.modes import barriers


def inputs(workload, device=None, offer=None, site=None, **parts):
    """Return the inputs of one workload, device, offer and site."""
    scenario = {
        "horizon": {"start": 2024, "period": "month", "count": 3},
        "regions": {"r": {}},
        "workloads": {"w": {"demand": {"total": 1}} | workload},
        "devices": {"d": device or {}},
        "sites": {"s": site or {}},
        "offers": {"o": {"kind": "on-demand", "device": "d", "price_per_hour": 1, "sites": ["s"]} | (offer or {})},
    }
    return inputs_of(planner.load(scenario | parts))


RATE = {"rate": {"d": 4}}
PAIR = {"configurations": {"pair": {"device": "d", "devices": 2, "rate": 10}}}


@pytest.mark.parametrize(
    ("workload", "device", "runs"),
    [
        (RATE, {}, True),
        (RATE | {"min_memory_gb": 80}, {"memory_gb": 80}, True),
        (RATE | {"min_memory_gb": 81}, {"memory_gb": 80}, False),
        (RATE | {"min_memory_gb": 81}, {}, False),
        (RATE | {"interconnect": ["nvlink"]}, {"interconnect": "nvlink"}, True),
        (RATE | {"interconnect": ["nvlink"]}, {"interconnect": "pcie"}, False),
        (RATE | {"interconnect": ["nvlink"]}, {}, False),
        ({}, {"memory_gb": 80}, False),
        (PAIR | {"min_memory_gb": 160}, {"memory_gb": 80}, True),  # both hold it together
        (PAIR | {"min_memory_gb": 161}, {"memory_gb": 80}, False),
    ],
)
def test_barriers(workload, device, runs):
    """Memory, interconnect and a rate."""
    found = inputs(workload, device)
    assert bool(found.modes) == runs
    assert bool(barriers(found.doc, found.time)) != runs


def test_reasons_in_words():
    """Each barrier says what is there and what is needed."""
    for workload, device, reason in (
        (RATE | {"min_memory_gb": 81}, {"memory_gb": 80}, "has 80 GB, but 81 GB are needed"),
        (RATE | {"min_memory_gb": 81}, {}, "has an unknown amount of memory, but 81 GB are needed"),
        (
            RATE | {"interconnect": ["nvlink", "x"]},
            {"interconnect": "pcie"},
            "is linked by pcie, but nvlink or x is needed",
        ),
        ({}, {}, "has no rate for it"),
    ):
        found = inputs(workload, device)
        assert [b.reason for b in barriers(found.doc, found.time)] == [reason]


def test_the_memory_of_a_configuration_can_be_given():
    """Stated memory of a replica counts in place of the devices' own."""
    stated = {"configurations": {"pair": {"device": "d", "devices": 2, "rate": 10, "memory_gb": 200}}}
    assert inputs(stated | {"min_memory_gb": 190}, {"memory_gb": 80}).modes


def test_rates():
    """A rate by device; a base times a factor; that of a configuration by device; less a pool's overhead."""
    assert inputs(RATE).modes[0].rate.tolist() == [4, 4, 4]
    relative = {"base_rate": [5, 6, 7], "relative": {"d": 0.5}}
    assert inputs(relative).modes[0].rate.tolist() == [2.5, 3, 3.5]
    (pair,) = inputs(PAIR).modes
    assert (pair.configuration, pair.devices, pair.rate[0]) == ("pair", 2, 5)
    (checked,) = inputs(RATE, offer={"pool": {"nodes": 9, "availability": 1, "verification_overhead": 2}}).modes
    assert checked.rate[0] == 2


def test_nodes_of_a_network_stand_alone():
    """On a distributed site, or in a pool, neither several devices nor linked ones run anything."""
    for extra in ({"site": {"distributed": True}}, {"offer": {"pool": {"nodes": 9, "availability": 1}}}):
        assert not inputs(PAIR, **extra).modes
        assert not inputs(RATE | {"interconnect": ["nvlink"]}, {"interconnect": "nvlink"}, **extra).modes
        assert inputs(RATE, **extra).modes


def test_a_pool_that_loses_all_its_work_runs_nothing():
    """Nodes that leave before they finish are of no use."""
    lost = {"nodes": 9, "availability": 1, "churn_per_hour": 3, "job_hours": 1}
    assert not inputs(RATE, offer={"pool": lost}).modes


@pytest.mark.parametrize(
    ("decision", "lead", "runs"),
    [
        ("open", 0, [1, 1, 1]),
        ("open", 1, [0, 1, 1]),
        ("2024-02", 0, [0, 1, 1]),
        ("2024-02", 1, [0, 0, 1]),
        ("2024-01", 1.5, [0, 0, 1]),
        ("never", 0, None),
    ],
)
def test_porting_as_far_as_it_is_decided(decision, lead, runs):
    """From the period after its lead on."""
    enablement = {"workload": "w", "maker": "m", "decision": decision, "lead_time_months": lead}
    modes = inputs(RATE | {"unmet_penalty": 1}, {"maker": "m"}, enablements={"e": enablement}).modes
    assert (modes[0].runs.astype(int).tolist() if modes else None) == runs


def test_must_serve_says_why_nothing_can():
    """Too little memory is the reason that solving gives."""
    scenario = {
        "horizon": {"start": 2024},
        "regions": {"r": {}},
        "workloads": {"w": {"demand": {"total": 1}, "rate": {"d": 1}, "min_memory_gb": 48}},
        "devices": {"d": {"memory_gb": 24}},
        "sites": {"s": {}},
        "offers": {"o": {"kind": "on-demand", "device": "d", "price_per_hour": 1}},
    }
    with pytest.raises(InputError, match="24 GB, but 48 GB are needed"):
        planner.solve(planner.load(scenario))


def test_the_order_of_keys_is_nothing():
    """Axes are in order of name, whatever the order of the file."""
    names = ["b", "c", "a"]
    scenario = {
        "horizon": {"start": 2024},
        "regions": {n: {} for n in names},
        "devices": {n: {} for n in names},
        "sites": {n: {} for n in names},
        "workloads": {n: {"rate": dict.fromkeys(names, 1), "demand": {"by_region": {"a": 1, "b": 2}}} for n in names},
        "offers": {n: {"kind": "on-demand", "device": n, "price_per_hour": 1} for n in names},
    }
    turned = {key: dict(reversed(value.items())) for key, value in scenario.items()}
    one, two = (inputs_of(planner.load(s)) for s in (scenario, turned))
    assert one.workloads == two.workloads == one.regions == one.sites == one.offers == ("a", "b", "c")
    assert np.array_equal(one.demand, two.demand)
    assert [(m.stand, m.w) for m in one.modes] == [(m.stand, m.w) for m in two.modes]
    assert planner.solve(planner.load(scenario)) == planner.solve(planner.load(turned))
