"""The optima of the siting and the backbone scenario, found again by one programme each with every loss in it."""

import networkx as nx
import numpy as np
import pytest
from scipy import optimize, sparse

from tests.scenarios.shipped import loaded, solved, table


class Programme:
    """Columns and rows as they come, for scipy.optimize.milp."""

    def __init__(self):
        self.cost, self.upper, self.whole, self.rows = [], [], [], []

    def column(self, cost=0.0, upper=np.inf, whole=False):
        """Add a column and return its position."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms, low, high):
        """Add a row of (column, coefficient)."""
        self.rows.append((terms, low, high))

    def least(self, gap=1e-7):
        """Return the optimum."""
        entries = [(i, j, a) for i, (terms, _, _) in enumerate(self.rows) for j, a in terms]
        i, j, a = zip(*entries, strict=True)
        matrix = sparse.csr_array((a, (i, j)), shape=(len(self.rows), len(self.cost)))
        low, high = ([row[k] for row in self.rows] for k in (1, 2))
        answer = optimize.milp(
            self.cost, constraints=optimize.LinearConstraint(matrix, low, high), integrality=self.whole,
            bounds=optimize.Bounds(0, self.upper), options={"mip_rel_gap": gap},
        )  # fmt: skip
        assert answer.status == 0
        return answer.fun


def siting(share):
    """Return the least cost of data centres in Europe that serve a share of all tokens with any one of them lost."""
    document = loaded("siting-europe").document
    hours, rate, used = 5 * 8760, 9.0, 0.7
    (device,) = [row for row in table("devices") if row["name"] == "h200"]
    sites = {row["name"]: row for row in table("sites") if row["name"] in document.sites}
    regions = {row["name"]: row for row in table("regions") if row["name"] in document.regions}
    users = {name: float(row["weights.youtube"]) for name, row in regions.items()}
    demand = {name: 300_000 * weight / sum(users.values()) for name, weight in users.items()}
    round_trip = {frozenset((row["from"], row["to"])): float(row["latency_ms"]) for row in table("latency")}
    near = {
        (r, s)
        for r in regions
        for s in sites
        if document.sites[s].access_ms + round_trip.get(frozenset((regions[r]["node"], sites[s]["node"])), 0.0) <= 45
    }
    programme = Programme()
    fleet, serve = {}, {}
    for s, row in sites.items():
        power, pue, tariff = (float(row[key]) for key in ("power_mw", "pue", "tariff_per_kwh"))
        idle, active = float(device["idle_power_kw"]), float(device["active_power_kw"])
        building = power * (float(row["opening_cost_per_mw"]) + 5 * float(row["fixed_cost_per_mw_year"]))
        opened = programme.column(building, 1, whole=True)
        fleet[s] = programme.column(32_000 + hours * tariff * pue * idle)
        kw = float(device["power_kw"]) * float(row["peak_pue"])
        programme.row([(fleet[s], kw / 1000), (opened, -power)], -np.inf, 0)
        for r in regions:
            if (r, s) in near:
                serve[r, s] = programme.column(hours * tariff * pue * (active - idle) / rate)
                programme.row([(serve[r, s], 1), (opened, -demand[r])], -np.inf, 0)
    for r in regions:
        programme.row([(serve[r, s], 1) for s in sites if (r, s) in near], demand[r], demand[r])
    for lost in (None, *sites):
        ways = serve if lost is None else {(r, s): programme.column() for r, s in near if s != lost}
        for s in sites:
            if s != lost:
                done = [(column, 1.0) for (_, at), column in ways.items() if at == s]
                programme.row([*done, (fleet[s], -rate * used)], -np.inf, 0)
        for r in regions:
            programme.row([(column, 1.0) for (of, _), column in ways.items() if of == r], 0, demand[r])
        if lost is not None:
            programme.row([(column, 1.0) for column in ways.values()], share * 300_000, np.inf)
    return programme.least()


def test_siting_europe():
    """With every loss in the programme from the start; and without any, which says what resilience costs."""
    plan = solved("siting-europe")
    assert plan.objective == pytest.approx(siting(0.8), rel=2e-6)
    without = siting(0.0)
    assert plan.resilience["without"] == pytest.approx(without, rel=2e-6)
    assert plan.resilience["costs"] == pytest.approx(plan.objective - without, rel=2e-5)


def free(programme, demand, amount, load, graph):
    """Carry a demand on whatever arcs there are."""
    flow = {hop: programme.column() for hop in load}
    for hop, column in flow.items():
        load[hop].append((column, 1.0))
    for node in graph:
        net = amount * ((node == demand.from_) - (node == demand.to))
        ends = [(column, float((u == node) - (v == node))) for (u, v), column in flow.items() if node in (u, v)]
        programme.row(ends, net, net)


def limited(programme, demand, amount, load, graph):
    """Carry a demand on the paths that are short enough."""
    ways = []
    for path in nx.all_simple_paths(graph, demand.from_, demand.to):
        hops = list(nx.utils.pairwise(path))
        if nx.path_weight(graph, path, "ms") <= demand.max_latency_ms and all(hop in load for hop in hops):
            ways.append((programme.column(), 1.0))
            for hop in hops:
                load[hop].append(ways[-1])
    programme.row(ways, amount, amount)


def backbone(share):
    """Return the least cost of a backbone: free traffic on arcs, traffic with a limit on all paths within it."""
    document = loaded("backbone").document
    links = document.network.links
    graph = nx.Graph()
    for name, link in links.items():
        graph.add_edge(*link.ends, link=name, ms=link.latency_ms)
    arcs = [(u, v, graph[u][v]["link"]) for a, b in graph.edges for u, v in ((a, b), (b, a))]
    programme = Programme()
    capacity = {}
    for name, link in links.items():
        use = programme.column(link.use_cost, 1, whole=True)
        capacity[name] = []
        for wave in link.modules.values():
            count = programme.column(wave.cost, wave.max_count, whole=True)
            programme.row([(count, 1.0), (use, -wave.max_count)], -np.inf, 0)
            capacity[name].append((count, -wave.gbps))
    for lost in (None, *links) if share else (None,):
        load = {(u, v): [] for u, v, name in arcs if name != lost}
        for demand in document.traffic.values():
            carry = free if demand.max_latency_ms is None else limited
            carry(programme, demand, (1.0 if lost is None else share) * demand.gbps, load, graph)
        for u, v, name in arcs:
            if name != lost:
                programme.row([*load[u, v], *capacity[name]], -np.inf, 0)
    return programme.least()


def test_backbone():
    """The cheapest fibres and waves, and what the cut of any one fibre adds to them."""
    plan = solved("backbone")
    assert plan.objective == pytest.approx(backbone(0.6), rel=1e-6)
    assert plan.resilience["without"] == pytest.approx(backbone(0.0), rel=1e-6)
