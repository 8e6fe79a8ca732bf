"""Rules on single sources and on the design of the network: what carries traffic between nodes, and what must be built."""

from __future__ import annotations

import numpy as np

from planner.model.decisions import SLACK
from planner.model.model import Model


def single_source(model: Model) -> None:
    """Serve a region from one site: serve[t,k,w,r,s] <= demand[t,k,w,r] assign[t,w,r,s], sum_s assign[t,w,r,s] <= 1."""
    inputs, programme = model.inputs, model.programme
    position = {key: j for j, key in enumerate(model.serve.keys)}
    pairs = [position[key] for key in model.assign.keys]
    w, r, _ = model.pairs[:, pairs]
    serve = model.serve.at[:, :, pairs]
    rows = programme.add_rows(
        "single_source", model.assign.axes, model.assign.keys, model.each_slice, "<=", 0.0, mask=serve >= 0
    )
    programme.enter(rows.at, serve, 1.0)
    programme.enter(rows.at, model.assign.at[:, None, :], -inputs.demand[:, :, w, r])
    owners = sorted({key[:2] for key in model.assign.keys})
    row_of = [owners.index(key[:2]) for key in model.assign.keys]
    exists = np.zeros((model.T, len(owners)), bool)
    for j, row in enumerate(row_of):
        exists[:, row] |= model.assign.at[:, j] >= 0
    one = programme.add_rows("one_source", ("workload", "region"), owners, (model.T,), "<=", 1.0, mask=exists)
    programme.enter(one.at[:, row_of], model.assign.at, 1.0)


def carriage(model: Model) -> None:
    """Carry traffic from node to node: out - in = gbps - shed where it leaves, -(gbps - shed) where it ends, else 0."""
    inputs, programme = model.inputs, model.programme
    doc, arcs, nodes = inputs.doc, inputs.routes.arcs, list(inputs.routes.nodes)
    names = [q for q in sorted(doc.traffic) if doc.traffic[q].max_latency_ms is None]
    sign = np.zeros((len(names), len(nodes)))
    for n, q in enumerate(names):
        sign[n, nodes.index(doc.traffic[q].from_)] = 1.0
        sign[n, nodes.index(doc.traffic[q].to)] = -1.0
    gbps = inputs.time.beside(inputs.time.series(doc.traffic[q].gbps) for q in names)
    right = gbps[:, :, None] * sign[None]
    keys = [(q, node) for q in names for node in nodes]
    asked = np.repeat(gbps > 0, len(nodes), axis=1)[:, None, :]
    rows = programme.add_rows(
        "carriage", ("traffic", "node"), keys, model.each_slice, "==", right.reshape(model.T, 1, -1), mask=asked
    )
    if not names:
        return
    tails, heads = [nodes.index(a.tail) for a in arcs], [nodes.index(a.head) for a in arcs]
    at = rows.at.reshape(model.T, model.K, len(names), len(nodes))
    carry = model.carry.at.reshape(model.T, model.K, len(names), len(arcs))
    programme.enter(at[:, :, :, tails], carry, 1.0)
    programme.enter(at[:, :, :, heads], carry, -1.0)
    for j, (q,) in enumerate(model.shed.keys):
        if q in names:
            n = names.index(q)
            programme.enter(at[:, :, n, :], model.shed.at[:, :, j][:, :, None], sign[n])


def trunking(model: Model) -> None:
    """Carry traffic with a latency limit on its listed paths: sum_p trunk[t,k,q,p] + shed[t,k,q] = gbps[t,q]."""
    inputs, programme = model.inputs, model.programme
    doc = inputs.doc
    names = [q for q in sorted(doc.traffic) if doc.traffic[q].max_latency_ms is not None]
    gbps = inputs.time.beside(inputs.time.series(doc.traffic[q].gbps) for q in names)
    rows = programme.add_rows(
        "trunking",
        ("traffic",),
        [(q,) for q in names],
        model.each_slice,
        "==",
        gbps[:, None, :],
        mask=(gbps > 0)[:, None, :],
    )
    for block in (model.trunk, model.shed):
        mine = [j for j, key in enumerate(block.keys) if key[0] in names]
        programme.enter(rows.at[:, :, [names.index(block.keys[j][0]) for j in mine]], block.at[:, :, mine], 1.0)


def link_use(model: Model) -> None:
    """Use a link only if it is paid for (strong form): carry[t,k,q,a] <= gbps[t,q] use[e], and so for all other traffic."""
    programme, routes = model.programme, model.inputs.routes
    used = {key[0]: j for j, key in enumerate(model.use.keys)}
    one = [[(j, key[-3])] for j, key in enumerate(model.carry.keys)]
    flows = [[(j, key[-3])] for j, key in enumerate(model.flow.keys)]
    paths = [
        [(j, link) for link in sorted({routes.arcs[a].link for a in (*p.arcs, *p.back)})]
        for j, p in enumerate(routes.paths)
    ]
    trunks = [[(j, routes.arcs[a].link) for a in p.arcs] for j, p in enumerate(routes.trunks)]
    for block, hops in ((model.carry, one), (model.flow, flows), (model.path, paths), (model.trunk, trunks)):
        tied = [(j, link) for several in hops for j, link in several if link in used]
        columns = [j for j, _ in tied]
        at = block.at[:, :, columns]
        most = programme.upper_of(block)[:, :, columns] / SLACK
        rows = programme.add_rows(
            f"link_use_{block.name}", (*block.axes, "used"), [(*block.keys[j], link) for j, link in tied],
            model.each_slice, "<=", 0.0, mask=at >= 0,
        )  # fmt: skip
        programme.enter(rows.at, at, 1.0)
        programme.enter(rows.at, model.use.at[0, [used[link] for _, link in tied]], -most)


def lighting(model: Model) -> None:
    """Light no more blocks than fit: sum_t lit[t,e,m] <= most[e,m]."""
    links = model.inputs.doc.network.links
    most = np.array([links[e].modules[m].max_count for e, m in model.lit.keys], float)
    rows = model.programme.add_rows("lighting", model.lit.axes, model.lit.keys, (), "<=", most)
    model.programme.enter(rows.at, model.lit.at, 1.0)
