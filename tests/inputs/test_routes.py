"""Routes: latency by the shortest path, who may serve whom, prices and paths; against networkx."""

import networkx as nx
import numpy as np
import pytest

import planner
from planner.errors import InputError
from planner.inputs.inputs import inputs_of


def routes(links=None, regions=None, sites=None, workload=None, demand=None):
    """Return the routes of a scenario with one workload."""
    regions = regions or {"r": {}}
    scenario = {
        "horizon": {"start": 2024, "period": "hour", "count": 2},
        "regions": regions,
        "sites": sites or {"s": {}},
        "workloads": {"w": {"demand": {"by_region": demand or dict.fromkeys(regions, 1)}} | (workload or {})},
        "network": {"links": links or {}},
    }
    return inputs_of(planner.load(scenario)).routes


def link(a, b, ms=0, **fields):
    return {"ends": [a, b], "latency_ms": ms} | fields


TRIANGLE = {"a": link("s", "n", 5), "b": link("n", "r", 7), "c": link("s", "r", 13)}


def test_the_shortest_route():
    """5 + 7 beats 13."""
    found = routes(TRIANGLE)
    assert found.latency_ms[0, 0] == 12
    assert found.route_nodes[0, 0] == ("s", "n", "r")


def test_access_counts_at_both_ends():
    """2 at the region and 3 at the site on top of 12."""
    found = routes(TRIANGLE, {"r": {"access_ms": 2}}, {"s": {"access_ms": 3}})
    assert found.latency_ms[0, 0] == 17


@pytest.mark.parametrize(("limit", "allowed"), [(12, True), (11.9, False), (None, True)])
def test_a_latency_limit(limit, allowed):
    """A limit that the route just keeps is kept."""
    assert routes(TRIANGLE, workload={"max_latency_ms": limit} if limit else {}).allowed[0, 0, 0] == allowed


def test_nodes_of_their_own():
    """A region and a site at nodes that are called otherwise; both at one node are 0 ms apart."""
    found = routes({"a": link("x", "y", 5)}, {"r": {"node": "x"}, "q": {"node": "y"}}, {"s": {"node": "y"}})
    assert found.latency_ms[:, 0].tolist() == [0, 5]


def test_both_off_the_network():
    """A site and a region of one name that no link touches are together, others are apart."""
    found = routes({"a": link("x", "y", 5)}, {"here": {}, "q": {}}, {"here": {}})
    assert found.allowed[0, :, 0].tolist() == [True, False]


def test_directions():
    """A directed link joins in one direction; the site must reach the region."""
    there = {"a": {"from": "s", "to": "r", "directed": True, "latency_ms": 1}}
    back = {"a": {"from": "r", "to": "s", "directed": True, "latency_ms": 1}}
    assert routes(there).allowed[0, 0, 0]
    assert not routes(back).allowed[0, 0, 0]


def test_without_a_network():
    """All may serve all, unless a limit is asked for and no latency is known."""
    assert routes().allowed.all()
    assert not routes(workload={"max_latency_ms": 50}).allowed.any()
    assert routes(sites={"s": {"latency_ms": 50}}, workload={"max_latency_ms": 50}).allowed.all()
    assert not routes(sites={"s": {"latency_ms": 51}}, workload={"max_latency_ms": 50}).allowed.any()


def test_a_distributed_network_reaches_all():
    """A network without a place is no node; without a limit it serves everyone, with one only by its own latency."""
    sites = {"net": {"distributed": True}, "s": {}}
    assert routes(TRIANGLE, sites=sites).allowed.all()
    limited = routes(TRIANGLE, sites=sites, workload={"max_latency_ms": 100})
    assert limited.allowed[0, 0].tolist() == [False, True]


COUNTRIES = {"fra": {"country": "DE"}, "iad": {"country": "US"}, "net": {}}


@pytest.mark.parametrize(
    ("rules", "europe", "asia"),
    [
        ([{"regions": ["europe"], "allow_countries": ["DE"]}], ["fra"], ["fra", "iad", "net"]),
        ([{"allow_countries": ["DE"]}], ["fra"], ["fra"]),
        ([{"deny_countries": ["US"]}], ["fra", "net"], ["fra", "net"]),
        ([{"allow_sites": ["iad", "net"]}], ["iad", "net"], ["iad", "net"]),
        ([{"regions": ["asia"], "deny_sites": ["net"]}], ["fra", "iad", "net"], ["fra", "iad"]),
        ([{"deny_sites": ["net"]}, {"regions": ["asia"], "deny_countries": ["US"]}], ["fra", "iad"], ["fra"]),
        ([{"allow_countries": ["DE"], "deny_sites": ["fra"]}], [], []),
    ],
)
def test_residency(rules, europe, asia):
    """Every rule that names a region, or none, holds for it."""
    found = routes(regions={"asia": {}, "europe": {}}, sites=COUNTRIES, workload={"residency": rules})
    names = np.array(sorted(COUNTRIES))
    assert names[found.allowed[0, 0]].tolist() == asia
    assert names[found.allowed[0, 1]].tolist() == europe


def test_far_sites_are_named_when_nothing_else_can_serve():
    """A workload that must be served and is out of reach says how far away the nearest site is."""
    scenario = {
        "horizon": {"start": 2024},
        "regions": {"r": {}},
        "sites": {"s": {}},
        "devices": {"d": {}},
        "offers": {"o": {"kind": "on-demand", "device": "d", "price_per_hour": 1}},
        "workloads": {"w": {"rate": {"d": 1}, "demand": {"total": 1}, "max_latency_ms": 10}},
        "network": {"links": TRIANGLE},
    }
    with pytest.raises(InputError, match="the nearest is 12 ms away, and 10 ms are allowed"):
        planner.solve(planner.load(scenario))


# ---- prices and paths --------------------------------------------------------------------------------------

PRICED = {
    "a": link("s", "n", 10, price_per_gb=0.01),
    "b": link("n", "r", 10, price_per_gb=0.02),
    "c": link("s", "r", 12, price_per_gb=0.05),
}


@pytest.mark.parametrize(("limit", "price"), [(None, 0.03), (20, 0.03), (19, 0.05)])
def test_the_cheapest_route_within_the_limit(limit, price):
    """0.03 over n in 20 ms, or 0.05 directly in 12."""
    found = routes(PRICED, workload={"max_latency_ms": limit} if limit else {})
    assert found.price_per_gb[0, 0, 0] == pytest.approx(price)


def test_the_cheapest_of_parallel_links():
    """The second of two links between the same nodes is the cheaper one."""
    links = {"a": link("s", "r", 1, price_per_gb=0.05), "b": link("s", "r", 9, price_per_gb=0.01)}
    assert routes(links).price_per_gb[0, 0, 0] == pytest.approx(0.01)
    assert routes(links, workload={"max_latency_ms": 5}).price_per_gb[0, 0, 0] == pytest.approx(0.05)
    assert routes(links).latency_ms[0, 0] == 1


@pytest.mark.parametrize("seed", range(5))
def test_latency_and_paths_of_random_networks(seed):
    """All pairs against networkx: shortest lengths, and every simple path within a limit."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(6) for b in range(a)]
    chosen = [pairs[i] for i in rng.permutation(len(pairs))[:8]]
    lengths = {pair: int(rng.integers(1, 20)) for pair in chosen}
    links = {f"l{a}{b}": link(f"n{a}", f"n{b}", ms, capacity_gbps=1) for (a, b), ms in lengths.items()}
    graph = nx.Graph()
    graph.add_nodes_from(f"n{i}" for i in range(6))
    graph.add_weighted_edges_from((f"n{a}", f"n{b}", ms) for (a, b), ms in lengths.items())
    regions = {f"r{i}": {"node": f"n{i}"} for i in range(3)}
    sites = {f"s{i}": {"node": f"n{i}"} for i in range(3, 6)}
    limit = 25
    found = routes(links, regions, sites, {"max_latency_ms": limit, "data_gb_per_unit": 1})
    listed = {}
    for path in found.paths:
        listed.setdefault((path.region, path.site), set()).add(path.nodes)
    for r in range(3):
        for s in range(3):
            ends = f"n{s + 3}", f"n{r}"
            joined = nx.has_path(graph, *ends)
            shortest = nx.shortest_path_length(graph, *ends, weight="weight") if joined else np.inf
            assert found.latency_ms[r, s] == shortest
            within = {
                tuple(path)
                for path in nx.all_simple_paths(graph, *ends)
                if nx.path_weight(graph, path, "weight") <= limit
            }
            assert listed.get((r, s), set()) == within


def test_the_route_that_is_used_is_named():
    """The cheapest route, s-n-r in 20 ms, is used where it is allowed; the fastest takes 12."""
    free = routes(PRICED)
    assert free.route_nodes[0, 0] == ("s", "r")
    assert free.taken == {(0, 0, 0): (("s", "n", "r"), 20)}
    assert routes(PRICED, workload={"max_latency_ms": 19}).taken == {}


def test_the_fastest_where_no_cheap_route_is_within_the_limit(monkeypatch):
    """With one path listed, 0.03 in 20 ms, a limit of 19 leaves the direct link at 0.05."""
    monkeypatch.setattr("planner.inputs.routes.MOST_PATHS", 1)
    assert routes(PRICED, workload={"max_latency_ms": 19}).price_per_gb[0, 0, 0] == pytest.approx(0.05)


ONE_WAY = {
    "out": {"from": "s", "to": "r", "directed": True, "latency_ms": 1, "capacity_gbps": 1},
    "home": {"from": "r", "to": "s", "directed": True, "latency_ms": 2, "capacity_gbps": 1},
}


def test_uploads_take_the_way_back():
    """Arcs in order of name: home (0) and out (1); work goes down `out` and its uploads up `home`."""
    (path,) = routes(ONE_WAY, workload={"max_latency_ms": 5, "upload_gb_per_unit": 1}).paths
    assert (path.arcs, path.back) == ((1,), (0,))
    both = {"a": link("s", "n", 1, capacity_gbps=1), "b": link("n", "r", 1, capacity_gbps=1)}
    (path,) = routes(both, workload={"max_latency_ms": 5, "upload_gb_per_unit": 1}).paths
    assert (path.arcs, path.back) == ((0, 2), (3, 1))


def test_uploads_without_a_way_back():
    """Nothing leads from the region to the site, so the site cannot serve it."""
    found = routes({"out": ONE_WAY["out"]}, workload={"max_latency_ms": 5, "upload_gb_per_unit": 1})
    assert not found.allowed.any()
    assert found.paths == ()
