"""Rules on traffic, where links have capacity."""

from __future__ import annotations

import numpy as np

from planner.model.decisions import free_traffic
from planner.model.model import Model
from planner.model.programme import Block
from planner.scenario.places import GB_PER_HOUR_AND_GBPS


def balance(model: Model) -> None:
    """Traffic leaves where it arises and ends where it is served: out - in of each commodity at each node.

    Down: what a site sends leaves its node and ends at the regions' nodes, in Gb/s; up: the other way round.
    """
    inputs, programme = model.inputs, model.programme
    routes = inputs.routes
    commodities = [(site, way) for site, way, _ in free_traffic(model)]
    nodes = list(routes.nodes)
    keys = [(site, way, node) for site, way in commodities for node in nodes]
    rows = programme.add_rows("balance", ("site", "way", "node"), keys, model.each_slice, "==", 0.0)
    for c, (site, way) in enumerate(commodities):
        s = inputs.sites.index(site)
        flows = model.flow.at[:, :, c * len(routes.arcs) : (c + 1) * len(routes.arcs)]
        tails = [c * len(nodes) + nodes.index(arc.tail) for arc in routes.arcs]
        heads = [c * len(nodes) + nodes.index(arc.head) for arc in routes.arcs]
        programme.enter(rows.at[:, :, tails], flows, 1.0)
        programme.enter(rows.at[:, :, heads], flows, -1.0)
        for w, name in enumerate(inputs.workloads):
            workload = inputs.doc.workloads[name]
            data = workload.data_gb_per_unit if way == "down" else workload.upload_gb_per_unit
            if not data or workload.max_latency_ms is not None:
                continue
            gbps = data / GB_PER_HOUR_AND_GBPS * (1.0 if way == "down" else -1.0)
            served = np.nonzero((model.pairs[0] == w) & (model.pairs[2] == s) & ~routes.direct[model.pairs[1], s])[0]
            serve = model.serve.at[:, :, served]
            ends = [routes.region_nodes[r] for r in model.pairs[1, served]]
            at_site = nodes.index(routes.site_nodes[s]) if routes.site_nodes[s] in nodes else -1
            for node, column, sign in _ends(at_site, ends, nodes, serve):
                programme.enter(rows.at[:, :, c * len(nodes) + node], column, sign * gbps)


def _ends(at_site: int, ends: list[str], nodes: list[str], serve: np.ndarray) -> list[tuple[int, np.ndarray, float]]:
    """Return the node, the columns and the sign of what each pair of site and region adds to the balance.

    Nothing where both are at one node: that traffic uses no link.
    """
    found = []
    for j, end in enumerate(ends):
        at_region = nodes.index(end) if end in nodes else -1
        if at_region != at_site and at_site >= 0 and at_region >= 0:
            found += [(at_site, serve[:, :, j], -1.0), (at_region, serve[:, :, j], 1.0)]
    return found


def routing(model: Model) -> None:
    """Work with a latency limit goes over its listed paths: serve[t,k,w,r,s] = sum_p path[t,k,w,r,s,p]."""
    keys = sorted({(w, r, s) for w, r, s, _ in model.path.keys})
    position = {key: j for j, key in enumerate(model.serve.keys)}
    served = [position[key] for key in keys if key in position]
    kept = [key for key in keys if key in position]
    serve = model.serve.at[:, :, served] if served else np.zeros((*model.each_slice, 0), np.int32)
    rows = model.programme.add_rows("routing", model.serve.axes, kept, model.each_slice, "==", 0.0, mask=serve >= 0)
    model.programme.enter(rows.at, serve, 1.0)
    for j, (w, r, s, _) in enumerate(model.path.keys):
        if (w, r, s) in position:
            model.programme.enter(rows.at[:, :, kept.index((w, r, s))], model.path.at[:, :, j], -1.0)


def link_capacity(model: Model) -> None:
    """Send no more over a link than it carries: traffic on an arc <= capacity[t,e] (x use[e]) + blocks lit, in Gb/s.

    Both directions together where the link shares its capacity.
    """
    inputs, programme = model.inputs, model.programme
    routes = inputs.routes
    limited = [a for a in range(len(routes.arcs)) if np.isfinite(routes.capacity_gbps[:, a]).all()]
    shared = {
        a: next(b for b in limited if routes.arcs[b].link == routes.arcs[a].link) for a in limited if routes.shared[a]
    }
    owners = [a for a in limited if shared.get(a, a) == a]
    keys = [(routes.arcs[a].link, routes.arcs[a].tail, routes.arcs[a].head) for a in owners]
    used = {key[0]: j for j, key in enumerate(model.use.keys)}
    capacity = routes.capacity_gbps[:, owners] if owners else np.zeros((model.T, 0))
    given = np.where([routes.arcs[a].link in used for a in owners], 0.0, capacity)
    rows = programme.add_rows(
        "link_capacity", ("link", "tail", "head"), keys, model.each_slice, "<=", given[:, None, :]
    )
    for n, a in enumerate(owners):
        if routes.arcs[a].link in used:
            programme.enter(rows.at[:, :, n], model.use.at[0, used[routes.arcs[a].link]], -capacity[:, n][:, None])
    _lit_capacity(model, rows, [routes.arcs[a].link for a in owners])
    row_of = {a: owners.index(shared.get(a, a)) for a in limited}
    for a, row in row_of.items():
        for block in (model.flow, model.carry):
            programme.enter(rows.at[:, :, [row]], block.at[:, :, a :: len(routes.arcs)], 1.0)
    for block, loads in ((model.trunk, trunk_loads(model)), (model.path, path_loads(model))):
        for j, arc, gbps in loads:
            if arc in row_of:
                programme.enter(rows.at[:, :, row_of[arc]], block.at[:, :, j], gbps)


def _lit_capacity(model: Model, rows: Block, links: list[str]) -> None:
    """Add what is lit on each row's link to its capacity, from when it is in use."""
    built = np.tril(np.ones((model.T, model.T))) if model.lit.keys else np.zeros((0, 0))
    for n, link in enumerate(links):
        for j, (owner, module) in enumerate(model.lit.keys):
            if owner == link:
                gbps = model.inputs.doc.network.links[link].modules[module].gbps
                at, lit = rows.at[:, :, n][:, :, None], model.lit.at[:, j][None, None, :]
                model.programme.enter(at, lit, -gbps * built[:, None, :])


def trunk_loads(model: Model) -> list[tuple[int, int, float]]:
    """Return column, arc and Gb/s of a unit of all traffic between nodes that takes listed paths."""
    return [(j, a, 1.0) for j, trunk in enumerate(model.inputs.routes.trunks) for a in trunk.arcs]


def path_loads(model: Model) -> list[tuple[int, int, float]]:
    """Return column, arc and Gb/s of a unit of work that takes a listed path: down on it, up the way back."""
    loads = []
    for j, p in enumerate(model.inputs.routes.paths):
        workload = model.inputs.doc.workloads[model.inputs.workloads[p.workload]]
        loads += [(j, a, workload.data_gb_per_unit / GB_PER_HOUR_AND_GBPS) for a in p.arcs]
        loads += [(j, a, workload.upload_gb_per_unit / GB_PER_HOUR_AND_GBPS) for a in p.back]
    return loads
