"""Network design and single sourcing, held to brute force and to other programs."""

from __future__ import annotations

import itertools
import random
from typing import Any

import networkx as nx
import pytest

from tests.model.cases import case, solved

HOUR = {"start": 2024, "period": "hour", "count": 1}


def network(links: dict[str, Any], traffic: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return a scenario of links and traffic alone."""
    return {"horizon": HOUR, "network": {"links": links}, "traffic": traffic} | parts


def arc(tail: str, head: str, **fields: Any) -> dict[str, Any]:
    """Return a link in one direction."""
    return {"from": tail, "to": head, "directed": True} | fields


@pytest.mark.parametrize("seed", range(8))
def test_fixed_charge_network_design_by_all_subsets_of_links(seed):
    """One origin: for every subset of links, the least cost of flow by networkx, plus what the links cost."""
    draw = random.Random(seed)
    pairs = draw.sample(list(itertools.permutations("abcd", 2)), 6)
    links = {
        f"l{i}": arc(u, v, capacity_gbps=draw.randint(3, 9), use_cost=draw.randint(0, 20) + 0.5, price_per_gbps_hour=draw.randint(0, 4))
        for i, (u, v) in enumerate(pairs)
    }  # fmt: skip
    wanted = {"b": draw.randint(1, 3), "d": draw.randint(1, 3)}
    best = float("inf")
    for chosen in itertools.product([False, True], repeat=len(links)):
        graph = nx.DiGraph()
        graph.add_nodes_from("abcd", demand=0)
        graph.nodes["a"]["demand"] = -sum(wanted.values())
        for node, amount in wanted.items():
            graph.nodes[node]["demand"] = amount
        kept = [link for link, used in zip(links.values(), chosen, strict=True) if used]
        for link in kept:
            graph.add_edge(link["from"], link["to"], capacity=link["capacity_gbps"], weight=link["price_per_gbps_hour"])
        try:
            flow = nx.min_cost_flow_cost(graph)
        except nx.NetworkXUnfeasible:
            continue
        best = min(best, flow + sum(link["use_cost"] for link in kept))
    traffic = {f"to-{node}": {"from": "a", "to": node, "gbps": gbps} for node, gbps in wanted.items()}
    scenario = network(links, traffic)
    if best == float("inf"):
        import planner

        assert planner.solve(planner.load(scenario)).status == "infeasible"
    else:
        plan = solved(scenario)
        assert plan.objective == pytest.approx(best, rel=1e-6)
        used = plan.links[plan.links["in_use"]]
        fixed = sum(links[name]["use_cost"] for name in used["link"])
        variable = sum(
            links[name]["price_per_gbps_hour"] * gbps
            for name, gbps in used[["link", "traffic_gbps"]].itertuples(index=False)
        )
        assert fixed + variable == pytest.approx(best, rel=1e-6)


def test_modules_of_two_sizes():
    """75 Gb/s take a wave of 100 (600) rather than eight of 10 (800); 125 take it and three of 10: 900."""
    waves = {"w10": {"gbps": 10, "cost": 100, "max_count": 8}, "w100": {"gbps": 100, "cost": 600, "max_count": 5}}
    links = {"ab": {"ends": ["a", "b"], "modules": waves}}
    assert solved(network(links, {"q": {"from": "a", "to": "b", "gbps": 75}})).objective == pytest.approx(600)
    plan = solved(network(links, {"q": {"from": "a", "to": "b", "gbps": 125}}))
    assert plan.objective == pytest.approx(900)
    assert dict(zip(plan.lit["module"], plan.lit["blocks"], strict=True)) == {"w10": 3, "w100": 1}
    assert plan.links["capacity_gbps"].tolist() == [130, 130]


def test_what_is_installed_counts_before_modules():
    """Of 25 Gb/s, 20 are there: one block of 10 is lit, not three."""
    link = {"ends": ["a", "b"], "capacity_gbps": 20, "modules": {"w": {"gbps": 10, "cost": 7, "max_count": 9}}}
    assert solved(network({"ab": link}, {"q": {"from": "a", "to": "b", "gbps": 25}})).objective == pytest.approx(7)


def test_modules_come_into_use_after_their_build_time():
    """Built in 2 months, a block cannot carry the first quarter's months one and two: they stay unmet at their penalty."""
    link = {"ends": ["a", "b"], "modules": {"w": {"gbps": 10, "cost": 7, "build_months": 2, "max_count": 1}}}
    traffic = {"q": {"from": "a", "to": "b", "gbps": 1, "unmet_penalty_per_gb": 1 / 450}}
    plan = solved(network({"ab": link}, traffic, horizon={"start": 2024, "period": "month", "count": 3}))
    assert plan.objective == pytest.approx(7 + 2 * 730)
    assert plan.lit["period"].tolist() == ["2024-03"]


def test_both_directions_share_a_link_or_do_not():
    """4 Gb/s each way over 5 Gb/s: fine in full duplex, too much where the directions share."""
    link = {"ends": ["a", "b"], "capacity_gbps": 5}
    traffic = {
        "out": {"from": "a", "to": "b", "gbps": 4},
        "back": {"from": "b", "to": "a", "gbps": 4, "unmet_penalty_per_gb": 1 / 450},
    }
    assert solved(network({"ab": link}, traffic)).objective == pytest.approx(0)
    assert solved(network({"ab": link | {"shared_capacity": True}}, traffic)).objective == pytest.approx(3)


@pytest.mark.parametrize("seed", range(5))
def test_most_served_is_the_maximum_flow(seed):
    """Maximum flow by networkx."""
    draw = random.Random(seed)
    graph = nx.gnp_random_graph(7, 0.5, seed=seed, directed=True)
    links = {f"{u}-{v}": arc(f"n{u}", f"n{v}", capacity_gbps=draw.randint(1, 9)) for u, v in graph.edges}
    wide = nx.DiGraph()
    for link in links.values():
        wide.add_edge(link["from"], link["to"], capacity=link["capacity_gbps"])
    most = nx.maximum_flow_value(wide, "n0", "n6")
    plan = solved(network(links, {"q": {"from": "n0", "to": "n6", "gbps": 100}}, objective="served"))
    assert plan.objective == pytest.approx(most)
    assert plan.objective_unit == "Gb/s-hour"


def test_traffic_with_a_limit_keeps_it_on_every_route():
    """5 of 7 Gb/s go straight (10 ms), 2 over c (13 ms) at 2 each; the free way over d takes 40 ms and is not used."""
    links = {
        "straight": {"ends": ["a", "b"], "capacity_gbps": 5, "latency_ms": 10},
        "ac": {"ends": ["a", "c"], "latency_ms": 5},
        "cb": {"ends": ["c", "b"], "latency_ms": 8, "price_per_gbps_hour": 2},
        "ad": {"ends": ["a", "d"], "latency_ms": 20},
        "db": {"ends": ["d", "b"], "latency_ms": 20},
    }
    plan = solved(network(links, {"q": {"from": "a", "to": "b", "gbps": 7, "max_latency_ms": 13}}))
    assert plan.objective == pytest.approx(4)
    assert plan.traffic["routes"].tolist() == ["a > b; a > c > b"]
    loose = solved(network(links, {"q": {"from": "a", "to": "b", "gbps": 7, "max_latency_ms": 50}}))
    assert loose.objective == pytest.approx(0)


def test_the_shortest_paths_alone_where_the_scenario_says_so():
    """With one path of 5 Gb/s, 2 of 7 stay behind."""
    links = {
        "ab": {"ends": ["a", "b"], "capacity_gbps": 5, "latency_ms": 1},
        "long": {"ends": ["a", "b"], "latency_ms": 2},
    }
    traffic = {"q": {"from": "a", "to": "b", "gbps": 7, "max_latency_ms": 9, "unmet_penalty_per_gb": 1 / 450}}
    assert solved(network(links, traffic)).objective == pytest.approx(0)
    traffic["q"]["paths"] = 1
    assert solved(network(links, traffic)).objective == pytest.approx(2)


def siting(
    cost: dict[str, dict[str, float]], capacity: dict[str, float], demand: dict[str, float], **fields: Any
) -> dict[str, Any]:
    """Return a facility location scenario: candidates with an opening cost of 5 each."""
    return {
        "horizon": HOUR,
        "regions": {r: {} for r in demand},
        "sites": {s: {"siting": "candidate", "opening_cost": 5} for s in capacity},
        "workloads": {"w": {"demand": {"by_region": demand}, "serving_cost": cost} | fields},
        "offers": {"o": {"kind": "serverless", "work": {"w": {"capacity_by_site": capacity}}}},
    }


@pytest.mark.parametrize("seed", range(6))
def test_single_source_facility_location_by_all_assignments(seed):
    """SSCFLP: every assignment of four regions to three sites."""
    draw = random.Random(seed)
    sites, regions = "xyz", "abcd"
    demand = {r: draw.randint(1, 6) for r in regions}
    capacity = {s: draw.randint(5, 12) for s in sites}
    cost = {s: {r: draw.randint(0, 9) for r in regions} for s in sites}
    best = float("inf")
    for chosen in itertools.product(sites, repeat=len(regions)):
        load = {s: sum(demand[r] for r, at in zip(regions, chosen, strict=True) if at == s) for s in sites}
        if all(load[s] <= capacity[s] for s in sites):
            serving = sum(cost[s][r] * demand[r] for r, s in zip(regions, chosen, strict=True))
            best = min(best, serving + 5 * len(set(chosen)))
    scenario = siting(cost, capacity, demand, single_source=True)
    if best == float("inf"):
        import planner

        assert planner.solve(planner.load(scenario)).status == "infeasible"
    else:
        plan = solved(scenario)
        assert plan.objective == pytest.approx(best, rel=1e-6)
        assert plan.served.groupby("region")["site"].nunique().max() == 1


@pytest.mark.parametrize("most", [1, 2, 3])
def test_p_median_by_all_subsets(most):
    """p-median: no opening cost, at most p sites, each region from its nearest open one."""
    draw = random.Random(3)
    sites, regions = "vwxyz", "abcdef"
    cost = {s: {r: draw.randint(1, 20) for r in regions} for s in sites}
    best = min(sum(min(cost[s][r] for s in chosen) for r in regions) for chosen in itertools.combinations(sites, most))
    scenario = siting(cost, dict.fromkeys(sites, 100.0), dict.fromkeys(regions, 1.0)) | {"siting": {"max_open": most}}
    for site in scenario["sites"].values():
        del site["opening_cost"]
    assert solved(scenario).objective == pytest.approx(best)


@pytest.mark.parametrize(("limit", "objective"), [(None, 10), (20, 10 + 3), (6, 10 + 7)])
def test_a_latency_limit_holds_over_links_in_use(limit, objective):
    """Work without data: 6 ms over a link that costs 7 to use, 20 ms over one that costs 3; without a limit none is needed."""
    link = {"ends": ["s", "r"], "capacity_gbps": 1}
    scenario = case(
        network={"links": {"a": link | {"latency_ms": 6, "use_cost": 7}, "b": link | {"latency_ms": 20, "use_cost": 3}}}
    )
    scenario["workloads"]["w"] |= {"max_latency_ms": limit} if limit else {}
    assert solved(scenario).objective == pytest.approx(objective)
