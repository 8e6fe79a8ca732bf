"""The linear relaxation of what the planner builds equals that of a second formulation, written out here for scipy."""

from __future__ import annotations

import random as draws
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import linprog

import planner
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.solver.highs import ArrayHighs
from tests.facility.test_through_scenarios import located, random
from tests.model.test_design import arc, network


def relaxed(scenario):
    """Return the optimum of least cost without wholeness, in the scenario's currency."""
    built = build(inputs_of(planner.load(scenario)))
    objective = built.objective("cost")
    arrays, unit = built.finished.arrays(objective.coefficients, objective.constant)
    answer = ArrayHighs().answer(replace(arrays, integer=np.zeros_like(arrays.integer)))
    assert answer.objective is not None
    return answer.objective * unit


@pytest.mark.parametrize("seed", range(5))
def test_capacitated_facility_location(seed):
    """In shares of each region: min f y + c x, sum_s x = 1, x <= y, sum_r d x <= q y (Cornuejols et al. 1991, strong)."""
    instance = random(seed)
    sites, regions = instance.cost.shape
    pairs = sites * regions
    serve = np.kron(np.ones(sites), np.eye(regions))
    once = np.hstack([serve, np.zeros((regions, sites))])
    linked = np.hstack([np.eye(pairs), -np.kron(np.eye(sites), np.ones((regions, 1)))])
    room = np.hstack([np.kron(np.eye(sites), instance.demand), -np.diag(instance.capacity)])
    cost = np.concatenate([(instance.cost + 0.5 * instance.demand).ravel(), instance.fixed])
    found = linprog(
        cost, np.vstack([linked, room]), np.zeros(pairs + sites), once, np.ones(regions), bounds=[(0, None)] * pairs + [(0, 1)] * sites
    )  # fmt: skip
    assert relaxed(located(instance)) == pytest.approx(found.fun, rel=1e-7)
    assert found.fun < planner.solve(planner.load(located(instance))).objective + 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_fixed_charge_network_design(seed):
    """On paths instead of arcs: min sum_p price f + F use, sum_p f = d, and on each arc f <= d use and sum f <= u use."""
    draw = draws.Random(seed)
    nodes = range(5)
    ring = [(i, (i + 1) % 5) for i in nodes]
    ends = ring + draw.sample([(i, j) for i in nodes for j in nodes if i != j and (i, j) not in ring], 5)
    links = {
        f"l{i}{j}": arc(f"n{i}", f"n{j}", capacity_gbps=draw.randint(6, 12), use_cost=draw.randint(5, 40), price_per_gbps_hour=draw.randint(1, 9))
        for i, j in ends
    }  # fmt: skip
    wanted = {"a": ("n0", "n2", draw.randint(1, 5)), "b": ("n1", "n4", draw.randint(1, 5)), "c": ("n3", "n1", 2)}
    graph = nx.DiGraph([(link["from"], link["to"], {"name": name}) for name, link in links.items()])
    paths = [
        (k, [graph.edges[hop]["name"] for hop in pairwise(path)])
        for k, (start, end, _) in wanted.items()
        for path in nx.all_simple_paths(graph, start, end)
    ]
    names = list(links)
    cost = [sum(links[a]["price_per_gbps_hour"] for a in path) for _, path in paths] + [
        links[a]["use_cost"] for a in names
    ]
    met = [[float(k == q) for k, _ in paths] + [0.0] * len(names) for q in wanted]
    rows = []
    for n, a in enumerate(names):
        use = np.eye(len(names))[n]
        for q, (_, _, gbps) in wanted.items():
            rows.append([float(k == q and a in path) for k, path in paths] + list(-gbps * use))
        rows.append([float(a in path) for _, path in paths] + list(-links[a]["capacity_gbps"] * use))
    bounds = [(0, None)] * len(paths) + [(0, 1)] * len(names)
    found = linprog(cost, rows, np.zeros(len(rows)), met, [gbps for _, _, gbps in wanted.values()], bounds=bounds)
    traffic = {k: {"from": start, "to": end, "gbps": gbps} for k, (start, end, gbps) in wanted.items()}
    if found.status == 2:
        assert planner.solve(planner.load(network(links, traffic))).status == "infeasible"
    else:
        assert relaxed(network(links, traffic)) == pytest.approx(found.fun, rel=1e-7)
