"""The network worked out: latency of routes, which sites may serve which region, and arcs for traffic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.inputs.time import Time
from planner.model.arrays import Floats
from planner.scenario.places import Link, Region, Site
from planner.scenario.schema import Document

if TYPE_CHECKING:
    import networkx as nx

MOST_PATHS = 1000
"""Paths listed between one site and one region at most."""


@dataclass(frozen=True)
class Arc:
    """One direction of a link: `tail` to `head`."""

    link: str
    tail: str
    head: str


@dataclass(frozen=True)
class PathChoice:
    """A listed path from a site to a region that keeps a workload's latency limit.

    `back` are the arcs that uploads take: the same links the other way, or the fastest way back where one is directed.
    """

    workload: int
    region: int
    site: int
    arcs: tuple[int, ...]
    nodes: tuple[str, ...]
    back: tuple[int, ...]


@dataclass(frozen=True)
class TrunkChoice:
    """A listed path of traffic between two nodes that keeps its latency limit."""

    traffic: str
    arcs: tuple[int, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Routes:
    """What the network says, regions (R) and sites (S) in order of name.

    Attributes
    ----------
    latency_ms
        Round trip on the shortest route, infinite where there is none, shape (R, S).
    allowed
        Whether a site may serve a region for a workload: a route within the limit, and residency, shape (W, R, S).
    price_per_gb
        Price of the links on the route that is used, shape (W, R, S); 0 where traffic flows on arcs.
    route_nodes
        Nodes of the fastest route, by region and site.
    taken
        Nodes and round trip of the route that is used, by workload, region and site, where it is not the fastest.
    arcs, nodes
        Directed arcs and nodes, where any link has a capacity; else empty.
    capacity_gbps
        Capacity of each arc's link by period, infinite where it has none, shape (T, arcs).
    shared
        Whether both directions of an arc's link share its capacity.
    paths
        Listed paths of the workloads with a latency limit, where traffic flows on arcs.
    trunks
        The same of the traffic between nodes that has a latency limit.
    direct
        Whether a site needs no network to reach a region (its latency is given, or there is none), shape (R, S).
    """

    latency_ms: Floats
    allowed: np.ndarray[Any, np.dtype[np.bool_]]
    price_per_gb: Floats
    route_nodes: dict[tuple[int, int], tuple[str, ...]]
    taken: dict[tuple[int, int, int], tuple[tuple[str, ...], float]] = field(default_factory=dict)
    arcs: tuple[Arc, ...] = ()
    nodes: tuple[str, ...] = ()
    arc_price_per_gb: Floats = field(default_factory=lambda: np.zeros(0))
    capacity_gbps: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    shared: tuple[bool, ...] = ()
    paths: tuple[PathChoice, ...] = ()
    trunks: tuple[TrunkChoice, ...] = ()
    direct: np.ndarray[Any, np.dtype[np.bool_]] = field(default_factory=lambda: np.zeros((0, 0), bool))
    region_nodes: tuple[str, ...] = ()
    site_nodes: tuple[str, ...] = ()


def link_ends(link: Link) -> tuple[str, str]:
    """Return the two nodes of a link, the first being the tail where it is directed."""
    return link.ends or (str(link.from_), str(link.to))


def routes_of(doc: Document, time: Time, lost: str | None = None) -> Routes:
    """Work out the routes of a scenario, or those without a link; networkx is only used where there are links.

    Without its last link a network is still one: its nodes are there, and none reaches another.
    """
    regions, sites = sorted(doc.regions), sorted(doc.sites)
    region_nodes = tuple(doc.regions[r].node or r for r in regions)
    site_nodes = tuple(doc.sites[s].node or s for s in sites)
    direct = np.array([[_is_direct(doc, doc.sites[s]) for s in sites] for _ in regions], bool).reshape(
        len(regions), len(sites)
    )
    latency = np.array([[_given_latency(doc.sites[s]) for s in sites] for _ in regions]).reshape(direct.shape)
    allowed = _residency(doc, regions, sites)
    price = np.zeros(allowed.shape)
    nodes: dict[tuple[int, int], tuple[str, ...]] = {}
    if not doc.network.links:
        return Routes(latency, allowed & _within(doc, latency), price, nodes, direct=direct)
    arcs = arcs_of({name: link for name, link in doc.network.links.items() if name != lost})
    graph = _graph(doc.network.links, arcs)
    shortest = _shortest(tuple(graph.edges(data="latency")), site_nodes)
    for s, (lengths, hops) in enumerate(shortest):
        for r, name in enumerate(regions):
            end = region_nodes[r]
            if end in lengths and not direct[r, s]:
                latency[r, s] = lengths[end] + _access(doc.regions[name], doc.sites[sites[s]])
                nodes[r, s] = hops[end]
    allowed &= _within(doc, latency)
    if doc.traffic or any(link.is_designed for link in doc.network.links.values()):
        return _with_arcs(doc, time, graph, arcs, Routes(
            latency, allowed, price, nodes, direct=direct, region_nodes=region_nodes, site_nodes=site_nodes))  # fmt: skip
    routes = Routes(latency, allowed, price, nodes, direct=direct, region_nodes=region_nodes, site_nodes=site_nodes)
    if any(link.traffic_price for link in doc.network.links.values()):
        _choose_cheapest(doc, graph, routes)
    return routes


def _is_direct(doc: Document, site: Site) -> bool:
    return not doc.network.links or site.latency_ms is not None or site.distributed


def _given_latency(site: Site) -> float:
    """Return the latency that needs no network: the given one; none is known without one."""
    return np.inf if site.latency_ms is None else site.latency_ms


def _within(doc: Document, latency: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return whether the shortest route keeps each workload's limit; without a limit or network, all do."""
    limits = [doc.workloads[w].max_latency_ms for w in sorted(doc.workloads)]
    reachable = np.isfinite(latency)
    if not doc.network.links:
        reachable = np.ones_like(reachable)
    distributed = np.array([doc.sites[s].distributed for s in sorted(doc.sites)], bool)
    within = [reachable | distributed[None, :] if limit is None else latency <= limit * (1 + 1e-12) for limit in limits]
    return np.array(within, bool).reshape(len(limits), *latency.shape)


def _residency(doc: Document, regions: list[str], sites: list[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    allowed = np.ones((len(doc.workloads), len(regions), len(sites)), bool)
    for w, name in enumerate(sorted(doc.workloads)):
        for rule in doc.workloads[name].residency:
            rows = [r for r, region in enumerate(regions) if rule.regions is None or region in rule.regions]
            for s, site in enumerate(sites):
                country = doc.sites[site].country
                refused = (
                    (rule.allow_sites is not None and site not in rule.allow_sites)
                    or (rule.deny_sites is not None and site in rule.deny_sites)
                    or (rule.allow_countries is not None and country not in rule.allow_countries)
                    or (rule.deny_countries is not None and country in rule.deny_countries)
                )
                if refused:
                    allowed[w, rows, s] = False
    return allowed


def arcs_of(links: dict[str, Link]) -> tuple[Arc, ...]:
    """Return the arcs of all links, by name: one of a directed link, two of another."""
    arcs = []
    for name in sorted(links):
        tail, head = link_ends(links[name])
        arcs += [Arc(name, tail, head)] + ([] if links[name].directed else [Arc(name, head, tail)])
    return tuple(arcs)


def _graph(links: dict[str, Link], arcs: tuple[Arc, ...]) -> nx.DiGraph[Any]:
    """Return the graph of all nodes and the arcs; each of several parallel ones goes through a node of its own."""
    import networkx as nx

    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(end for link in links.values() for end in link_ends(link))
    for a, arc in enumerate(arcs):
        link = links[arc.link]
        head: Any = arc.head
        if graph.has_edge(arc.tail, arc.head):
            head = (a, arc.link)
            graph.add_edge(head, arc.head, latency=0.0, price=0.0, arc=None)
        graph.add_edge(arc.tail, head, latency=link.latency_ms, price=link.traffic_price, arc=a)
    return graph


@lru_cache(16)  # a what-if mostly leaves the network as it is
def _shortest(
    edges: tuple[tuple[Any, Any, float], ...], starts: tuple[str, ...]
) -> list[tuple[dict[Any, float], dict[Any, tuple[str, ...]]]]:
    """Return for each start the round trip on the shortest route to every node that it reaches, and the route's nodes."""
    import networkx as nx

    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    found = []
    for start in starts:
        reached: Any = ({start: 0.0}, {start: [start]})
        if start in graph:
            reached = nx.single_source_dijkstra(graph, start)
        lengths, hops = reached
        found.append((lengths, {end: tuple(n for n in way if isinstance(n, str)) for end, way in hops.items()}))
    return found


def _access(region: Region, site: Site) -> float:
    return region.access_ms + site.access_ms


def _listed(
    graph: nx.DiGraph[Any], limit_ms: float | None, start: str, end: str, access: float, weight: str
) -> Iterator[list[Any]]:
    """Yield the simple paths that keep a latency limit, by ascending `weight`."""
    import networkx as nx

    if start == end:
        yield [start]
        return
    if not nx.has_path(graph, start, end):
        return
    limit = np.inf if limit_ms is None else limit_ms * (1 + 1e-12)
    for path in islice(nx.shortest_simple_paths(graph, start, end, weight=weight), MOST_PATHS):
        if access + nx.path_weight(graph, path, "latency") <= limit:
            yield path
        elif weight == "latency":
            return


def _choose_cheapest(doc: Document, graph: Any, routes: Routes) -> None:
    """Where links have prices but no capacity, each workload takes the cheapest route within its limit.

    Where none of the `MOST_PATHS` cheapest keeps the limit, it takes the fastest.
    """
    import networkx as nx

    regions, sites = sorted(doc.regions), sorted(doc.sites)
    for w, name in enumerate(sorted(doc.workloads)):
        limit = doc.workloads[name].max_latency_ms
        for r, s in np.argwhere(routes.allowed[w] & ~routes.direct).tolist():
            start, end = routes.site_nodes[s], routes.region_nodes[r]
            access = _access(doc.regions[regions[r]], doc.sites[sites[s]])
            listed = _listed(graph, limit, start, end, access, "price")
            path = next(listed, None) or nx.shortest_path(graph, start, end, weight="latency")
            routes.price_per_gb[w, r, s] = nx.path_weight(graph, path, "price")
            named = tuple(node for node in path if isinstance(node, str))
            if named != routes.route_nodes[r, s]:
                routes.taken[w, r, s] = named, nx.path_weight(graph, path, "latency") + access


def _with_arcs(doc: Document, time: Time, graph: Any, arcs: tuple[Arc, ...], routes: Routes) -> Routes:
    """Add arcs, capacities and listed paths, for a network whose links have capacities."""
    links = [doc.network.links[arc.link] for arc in arcs]
    capacity = time.beside(_installed(link, time) for link in links)
    return Routes(
        latency_ms=routes.latency_ms,
        allowed=routes.allowed,
        price_per_gb=routes.price_per_gb,
        route_nodes=routes.route_nodes,
        arcs=arcs,
        nodes=tuple(sorted(node for node in graph if isinstance(node, str))),
        arc_price_per_gb=np.array([x.traffic_price for x in links]),
        capacity_gbps=capacity,
        shared=tuple(x.shared_capacity and not x.directed for x in links),
        paths=tuple(_path_choices(doc, graph, replace(routes, arcs=arcs))),
        trunks=tuple(_trunk_choices(doc, graph)),
        direct=routes.direct,
        region_nodes=routes.region_nodes,
        site_nodes=routes.site_nodes,
    )


def _installed(link: Link, time: Time) -> Floats:
    """Return the capacity that a link has before any module is lit: all it takes where nothing is said of it."""
    if link.capacity_gbps is not None:
        return time.series(link.capacity_gbps)
    return np.full(time.periods, 0.0 if link.modules else np.inf)


def _hops(graph: Any, path: list[Any]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the arcs and the named nodes of a path of the graph."""
    arcs = (graph.edges[pair]["arc"] for pair in pairwise(path))
    return tuple(arc for arc in arcs if arc is not None), tuple(node for node in path if isinstance(node, str))


def _trunk_choices(doc: Document, graph: Any) -> Iterator[TrunkChoice]:
    for name in sorted(doc.traffic):
        traffic = doc.traffic[name]
        if traffic.max_latency_ms is None:
            continue
        listed = _listed(graph, traffic.max_latency_ms, traffic.from_, traffic.to, 0.0, "latency")
        for path in islice(listed, traffic.paths):
            yield TrunkChoice(name, *_hops(graph, path))


def _path_choices(doc: Document, graph: Any, routes: Routes) -> Iterator[PathChoice]:
    regions, sites = sorted(doc.regions), sorted(doc.sites)
    chosen = any(link.use_cost for link in doc.network.links.values())  # a route must be open, whatever it carries
    for w, name in enumerate(sorted(doc.workloads)):
        workload = doc.workloads[name]
        if workload.max_latency_ms is None or not (chosen or workload.data_gb_per_unit or workload.upload_gb_per_unit):
            continue
        for r, s in zip(*np.nonzero(routes.allowed[w] & ~routes.direct), strict=True):
            access = _access(doc.regions[regions[r]], doc.sites[sites[s]])
            start, end = routes.site_nodes[s], routes.region_nodes[r]
            listed = _listed(graph, workload.max_latency_ms, start, end, access, "latency")
            for path in islice(listed, workload.paths):
                arcs, named = _hops(graph, path)
                back = _way_back(doc, graph, routes.arcs, arcs, (end, start)) if workload.upload_gb_per_unit else ()
                if back is None:  # uploads cannot reach the site
                    routes.allowed[w, r, s] = False
                    break
                yield PathChoice(w, int(r), int(s), arcs, named, back)


def _way_back(
    doc: Document, graph: Any, every: tuple[Arc, ...], arcs: tuple[int, ...], ends: tuple[str, str]
) -> tuple[int, ...] | None:
    """Return the arcs from a region to a site that uploads take, or None where there is no way."""
    import networkx as nx

    position = {(arc.link, arc.tail): a for a, arc in enumerate(every)}
    if not any(doc.network.links[every[a].link].directed for a in arcs):
        return tuple(position[every[a].link, every[a].head] for a in reversed(arcs))
    if not (graph.has_node(ends[0]) and nx.has_path(graph, *ends)):
        return None
    return _hops(graph, nx.shortest_path(graph, *ends, weight="latency"))[0]
