"""Scenarios with ties, as plain data, and ways to solve them differently."""

from dataclasses import replace
from pathlib import Path

import planner
from planner.model.build import build
from planner.planning import Request, Timer, inputs_for, solve_stages

ROOT = Path(__file__).parents[2]


def transport(cost, supply, demand, **parts):
    """Return a transport problem between sites s0, s1 ... and regions r0, r1 ..."""
    sites, regions = [f"s{i}" for i in range(len(supply))], [f"r{j}" for j in range(len(demand))]
    return {
        "horizon": {"start": 2024, "period": "hour"},
        "regions": {r: {} for r in regions},
        "sites": {s: {} for s in sites},
        "workloads": {
            "w": {
                "demand": {"by_region": dict(zip(regions, demand, strict=True))},
                "serving_cost": {s: dict(zip(regions, row, strict=True)) for s, row in zip(sites, cost, strict=True)},
            }
        },
        "offers": {
            "o": {"kind": "serverless", "work": {"w": {"capacity_by_site": dict(zip(sites, supply, strict=True))}}}
        },
    } | parts


def candidates(*names, capacity=10, demand=25):
    """Return a choice among sites that are alike in everything: each opens for 100."""
    return {
        "horizon": {"start": 2024, "period": "hour"},
        "regions": {"r": {}},
        "sites": {name: {"siting": "candidate", "opening_cost": 100} for name in names},
        "workloads": {"w": {"demand": {"by_region": {"r": demand}}}},
        "offers": {"o": {"kind": "serverless", "work": {"w": {"capacity_per_hour": capacity}}}},
    }


def shipped(name):
    """Return a shipped scenario."""
    return planner.load(ROOT / "scenarios" / f"{name}.yaml")


def turned(data):
    """Return plain data with the keys of every mapping in the opposite order."""
    if isinstance(data, dict):
        return {key: turned(data[key]) for key in reversed(data)}
    return [turned(item) for item in data] if isinstance(data, list) else data


def last_stage(scenario, *, break_ties=True, **options):
    """Return the programme and its last stage, solved with other options of the solver."""
    request = Request(break_ties=break_ties)
    name, resolved = request.resolved(scenario)
    built = build(inputs_for(scenario))
    return built, solve_stages(built, name, replace(resolved, **options), request, Timer())[-1]


def by_name(built, stage):
    """Return the value of each decision in the scenario's units."""
    values = stage.solution.x * built.finished.scale
    return dict(zip(stage.arrays.column_names(), values.tolist(), strict=True))
