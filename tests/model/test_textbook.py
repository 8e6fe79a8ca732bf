"""Textbook problems: published optima, brute force and networkx."""

from itertools import chain, combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import planner
from tests.model.cases import case, cost, sold, solved, sum_of

ROOT = Path(__file__).parents[2]
GB = 450


def transport(supply, demand, freight, **parts):
    """Return a transport problem: plants sell work up to their supply, markets ask for it."""
    return case(
        regions={m: {} for m in demand},
        sites={p: {} for p in supply},
        workloads={"w": {"demand": {"by_region": demand}, "serving_cost": freight}},
        offers={"o": {"kind": "serverless", "work": {"w": {"capacity_by_site": supply}}}},
        **parts,
    )


DANTZIG = transport(
    {"seattle": 350, "san-diego": 600},
    {"new-york": 325, "chicago": 300, "topeka": 275},
    {
        "seattle": {"new-york": 0.225, "chicago": 0.153, "topeka": 0.162},
        "san-diego": {"new-york": 0.225, "chicago": 0.162, "topeka": 0.126},
    },
)


def test_dantzig():
    """153.675 thousand dollars (Linear Programming and Extensions, 1963, chapter 3.3)."""
    plan = solved(DANTZIG)
    assert plan.objective == pytest.approx(153.675)
    assert planner.solve(planner.load(ROOT / "scenarios" / "transport.yaml")).objective == pytest.approx(153.675)


def test_dantzig_by_hand_of_its_duals():
    """Complementary slackness of the published solution: Chicago's last case comes from San Diego at 0.162."""
    prices = solved(DANTZIG).prices
    demand = prices[prices["rule"] == "demand"].set_index("of")["dual"]
    assert demand["workload w, region chicago"] == pytest.approx(0.162, abs=0.01)
    assert demand["workload w, region topeka"] == pytest.approx(0.126)


# ---- facility location -------------------------------------------------------------------------------------


def location(seed):
    """Return demand, capacity, fixed and unit cost of a capacitated facility location problem."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(5, 20, 6)
    capacity = rng.integers(25, 50, 5)
    fixed = rng.integers(20, 90, 5)
    unit = rng.integers(1, 12, (5, 6))
    return demand, capacity, fixed, unit


def facilities(demand, capacity, fixed, unit, **parts):
    scenario = transport(
        {f"s{i}": int(c) for i, c in enumerate(capacity)},
        {f"r{j}": int(d) for j, d in enumerate(demand)},
        {f"s{i}": {f"r{j}": float(unit[i, j]) for j in range(len(demand))} for i in range(len(capacity))},
        **parts,
    )
    scenario["sites"] = {f"s{i}": {"siting": "candidate", "opening_cost": int(f)} for i, f in enumerate(fixed)}
    return scenario


def cheapest_flow(opened, demand, capacity, unit):
    """Return the least cost of serving from the opened sites, by networkx; None where they are too few."""
    graph = nx.DiGraph()
    for j, d in enumerate(demand):
        graph.add_node(("r", j), demand=int(d))
    graph.add_node("source", demand=-int(sum(demand)))
    for i in opened:
        graph.add_edge("source", ("s", i), capacity=int(capacity[i]), weight=0)
        for j in range(len(demand)):
            graph.add_edge(("s", i), ("r", j), weight=int(unit[i, j]))
    try:
        return nx.min_cost_flow_cost(graph)
    except nx.NetworkXUnfeasible:
        return None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [None, 3])
def test_capacitated_facility_location(seed, most):
    """Every subset of 5 sites tried, each with a min-cost flow."""
    demand, capacity, fixed, unit = location(seed)
    best = min(
        fixed[list(opened)].sum() + flow
        for opened in chain.from_iterable(combinations(range(5), n) for n in range(1, (most or 5) + 1))
        if (flow := cheapest_flow(opened, demand, capacity, unit)) is not None
    )
    parts = {} if most is None else {"siting": {"max_open": most}}
    assert cost(facilities(demand, capacity, fixed, unit, **parts)) == pytest.approx(best)


# ---- flows -------------------------------------------------------------------------------------------------


def network(seed, nodes=6, arcs=14):
    """Return the arcs of a random directed network: tail, head, capacity and price."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(nodes) for b in range(nodes) if a != b]
    chosen = rng.permutation(len(pairs))[:arcs]
    found = [(*pairs[i], int(rng.integers(2, 10)), int(rng.integers(1, 9))) for i in chosen]
    return [arc for arc in found if arc[0] != nodes - 1 and arc[1] != 0]


def routed(arcs, demand, *, price=0, penalty=None, objective="cost"):
    """Return work of 1 Gb/s a unit sold at n0 and asked for at n5."""
    links = {
        f"l{i}": {"from": f"n{a}", "to": f"n{b}", "directed": True, "capacity_gbps": cap, "price_per_gb": p * price}
        for i, (a, b, cap, p) in enumerate(arcs)
    }
    workload = {"demand": {"by_region": {"r": demand}}, "data_gb_per_unit": GB}
    if penalty is not None:
        workload["unmet_penalty"] = penalty
    return case(
        regions={"r": {"node": "n5"}},
        sites={"s": {"node": "n0"}},
        workloads={"w": workload},
        offers={"o": sold(0)},
        network={"links": links},
        objective=objective,
    )


def graph_of(arcs):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(6))
    for a, b, capacity, price in arcs:
        graph.add_edge(a, b, capacity=capacity, weight=price)
    return graph


JOINED = [seed for seed in range(20) if nx.maximum_flow_value(graph_of(network(seed)), 0, 5) > 1][:6]
"""Seeds of networks that carry something."""


@pytest.mark.parametrize("seed", JOINED)
def test_max_flow(seed):
    """The most that is served of more than the network carries is its max flow, by networkx."""
    arcs = network(seed)
    most = nx.maximum_flow_value(graph_of(arcs), 0, 5)
    plan = solved(routed(arcs, 1000, objective="served"))
    assert plan.objective == pytest.approx(most, rel=2e-6)
    assert sum_of(plan.links, "traffic_gbps", to="n5") == pytest.approx(most, rel=2e-6)


@pytest.mark.parametrize("seed", JOINED)
def test_min_cost_flow(seed):
    """The cheapest way to carry most of what the network can, by networkx."""
    arcs = network(seed)
    graph = graph_of(arcs)
    units = nx.maximum_flow_value(graph, 0, 5) - 1
    graph.nodes[0]["demand"], graph.nodes[5]["demand"] = -units, units
    best = nx.min_cost_flow_cost(graph)
    assert cost(routed(arcs, units, price=1 / GB)) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(3))
def test_multi_commodity_flow(seed):
    """Two sites and two regions on one network: the same LP written arc by arc for scipy."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    arcs = [(a, b, int(rng.integers(4, 9)), int(rng.integers(1, 9))) for a in range(5) for b in range(5) if a != b]
    sites, regions, demand = (0, 1), (3, 4), (6, 7)
    supply = (8, 8)
    n, pairs = len(arcs), [(s, r) for s in range(2) for r in range(2)]
    # columns: flow of each pair on each arc, then work of each pair
    price = np.concatenate([np.tile([p for *_, p in arcs], 4), np.zeros(4)])
    equal, right = [], []
    for k, (s, r) in enumerate(pairs):
        for node in range(5):
            row = np.zeros(4 * n + 4)
            for a, (tail, head, *_) in enumerate(arcs):
                row[k * n + a] = (tail == node) - (head == node)
            row[4 * n + k] = (regions[r] == node) - (sites[s] == node)
            equal.append(row)
            right.append(0)
    for r in range(2):
        row = np.zeros(4 * n + 4)
        row[[4 * n + k for k, pair in enumerate(pairs) if pair[1] == r]] = 1
        equal.append(row)
        right.append(demand[r])
    most = np.hstack([np.tile(np.eye(n), 4), np.zeros((n, 4))])
    sold_by = np.zeros((2, 4 * n + 4))
    for k, (s, _) in enumerate(pairs):
        sold_by[s, 4 * n + k] = 1
    best = linprog(price, np.vstack([most, sold_by]), [c for _, _, c, _ in arcs] + list(supply), np.array(equal), right)
    scenario = routed(arcs, 0, price=1 / GB)
    scenario["regions"] = {f"r{r}": {"node": f"n{regions[r]}"} for r in range(2)}
    scenario["sites"] = {f"s{s}": {"node": f"n{sites[s]}"} for s in range(2)}
    scenario["workloads"]["w"]["demand"] = {"by_region": {f"r{r}": demand[r] for r in range(2)}}
    scenario["offers"] = {"o": sold(0, capacity_per_hour=8)}
    assert cost(scenario) == pytest.approx(best.fun)
