"""The decisions: one function adds one family of columns, with bounds derived from the data.

A derived bound is ten times what could be useful at all, so that it never binds in a bounded scenario:
where one does bind and has a price, the scenario is unbounded (docs/model.md, bounds).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.inputs.inputs import Inputs
from planner.model.arrays import Floats
from planner.model.model import Mask, Model
from planner.model.programme import Programme, any_of
from planner.scenario.places import GB_PER_HOUR_AND_GBPS

SLACK = 10.0
"""How many times what could be useful a derived bound is."""


def decide(inputs: Inputs) -> Model:
    """Return the programme with its columns and no rows yet."""
    model = Model(inputs, Programme(inputs.time.names, inputs.time.slices))
    for family in (
        serving, running, _committed, hourly, _retiring, _siting, campaigns, _yes_or_no, traffic, assigning,
        carrying, _lighting,
    ):  # fmt: skip
        family(model)
    return model


def _scale(useful: Floats) -> Floats:
    """Return the scale of columns: the most of them that could be useful in any period."""
    return useful.max(axis=tuple(range(useful.ndim - 1)), initial=0.0)


def serving(model: Model) -> None:
    """serve[t,k,w,r,s], unmet[t,k,w,r] and work[t,k,o,s,w]: units of work an hour."""
    inputs, add = model.inputs, model.programme.add_columns
    workloads, sites = len(inputs.workloads), len(inputs.sites)
    at = [mode.w * sites + inputs.stands[mode.stand].s for mode in inputs.modes]
    capable = any_of(model.runs, at, workloads * sites).reshape(model.T, workloads, sites)
    for sale in model.sales:
        capable[:, sale.w, sale.s] |= sale.offered
    asked = inputs.demand > 0
    w, r, s = np.nonzero(inputs.routes.allowed & asked.any(axis=(0, 1))[:, :, None] & capable.any(axis=0)[:, None, :])
    model.pairs = np.stack([w, r, s])
    names = (inputs.workloads, inputs.regions, inputs.sites)
    keys = [(names[0][a], names[1][b], names[2][c]) for a, b, c in zip(w.tolist(), r.tolist(), s.tolist(), strict=True)]
    demand = inputs.demand[:, :, w, r]
    model.serve = add(
        "serve", ("workload", "region", "site"), keys, model.each_slice,
        mask=asked[:, :, w, r] & capable[:, None, w, s], upper=SLACK * demand, scale=_scale(demand),
    )  # fmt: skip
    free = np.array([not must for must in inputs.must_serve], bool)
    w, r = np.nonzero(asked.any(axis=(0, 1)) & free[:, None])
    demand = inputs.demand[:, :, w, r]
    model.unmet = add(
        "unmet", ("workload", "region"), [(names[0][a], names[1][b]) for a, b in zip(w, r, strict=True)], model.each_slice,
        mask=demand > 0, upper=SLACK * demand, scale=_scale(demand),
    )  # fmt: skip
    sales = model.sales
    reach = (
        np.stack([model._reach[:, :, x.w, x.s] for x in sales], axis=-1) if sales else np.zeros((*model.each_slice, 0))
    )
    offered_in = inputs.time.beside((x.offered for x in sales), bool)
    model.work = add(
        "work", ("offer", "site", "workload"), [(x.offer, x.site, x.workload) for x in sales], model.each_slice,
        mask=offered_in[:, None, :] & (reach > 0), upper=SLACK * reach, scale=_scale(reach),
    )  # fmt: skip


def running(model: Model) -> None:
    """run[t,k,s,o,w,c]: devices at work; replica[t,k,s,o,w,c]: whole replicas that they make."""
    inputs, add = model.inputs, model.programme.add_columns
    useful = model.useful_run
    keys = [_mode_key(inputs, i) for i in range(len(inputs.modes))]
    axes = ("site", "offer", "workload", "configuration")
    model.run = add("run", axes, keys, model.each_slice, mask=useful > 0, upper=SLACK * useful, scale=_scale(useful))
    whole = [i for i, m in enumerate(inputs.modes) if inputs.doc.workloads[inputs.workloads[m.w]].whole_replicas]
    most = [
        inputs.doc.workloads[inputs.workloads[inputs.modes[i].w]].utilisation * inputs.modes[i].devices for i in whole
    ]
    replicas = useful[:, :, whole] / np.array(most) + 1
    model.replica = add(
        "replica", axes, [keys[i] for i in whole], model.each_slice,
        mask=useful[:, :, whole] > 0, upper=np.ceil(SLACK * replicas), integer=True,
    )  # fmt: skip


def _mode_key(inputs: Inputs, i: int) -> tuple[str, str, str, str]:
    mode = inputs.modes[i]
    stand = inputs.stands[mode.stand]
    return stand.site, stand.name, inputs.workloads[mode.w], mode.configuration


def _stand_columns(model: Model) -> tuple[list[tuple[str, str]], Mask, Mask, Mask, Floats]:
    """Return keys, whether committed, when present and when arriving of every stand, and the most of each."""
    stands = model.inputs.stands
    committed = np.array([stand.committed for stand in stands], bool)
    most = model.useful_stand.max(axis=0, initial=0.0)
    most = np.where(most > 0, most, most.max(initial=0.0) or 1.0)  # of no use, but a price may be negative
    most = SLACK * model.padding * most
    return [(stand.site, stand.name) for stand in stands], committed, model.present, model.arrives, most


def _committed(model: Model) -> None:
    """fleet[t,s,o] in place and add[t,s,o] arriving: devices that were bought, leased or reserved."""
    add, scale = model.programme.add_columns, _scale(model.useful_stand)
    keys, committed, present, arrives, most = _stand_columns(model)
    whole = np.array([s.integer for s in model.inputs.stands], bool)
    axes, shape = ("site", "offer"), (model.T,)
    model.fleet = add("fleet", axes, keys, shape, mask=present & committed, upper=most, scale=scale)
    most = np.where(whole, np.ceil(most), most)
    model.add = add("add", axes, keys, shape, mask=arrives & committed, upper=most, scale=scale, integer=whole)


def hourly(model: Model) -> None:
    """rent[t,k,s,o]: devices that are rented by the hour."""
    keys, committed, _, arrives, most = _stand_columns(model)
    whole = np.array([s.integer for s in model.inputs.stands], bool)
    model.rent = model.programme.add_columns(
        "rent", ("site", "offer"), keys, model.each_slice, mask=(arrives & ~committed)[:, None, :],
        upper=np.where(whole, np.ceil(most), most), scale=_scale(model.useful_stand), integer=whole,
    )  # fmt: skip


def _retiring(model: Model) -> None:
    """retire[t,s,o,v]: devices that arrived in period v (or are held, h) and are sold at the start of t."""
    inputs = model.inputs
    keys, most, mask, scale, whole = [], [], [], [], []
    useful = model.useful_stand.max(axis=0, initial=0.0)
    for i, stand in enumerate(inputs.stands):
        if stand.offer.resale_share is None:
            continue
        for name, since, units in vintages(model, i):
            alive = inputs.time.alive(stand.months, np.array([since]))[0]
            keys.append((stand.site, stand.name, name))
            bound = SLACK * useful[i] if units is None else units
            most.append(np.ceil(bound) if stand.integer else bound)
            mask.append((alive > 0) & (inputs.time.offsets[:-1] > since + 1e-9))
            scale.append(useful[i])
            whole.append(stand.integer)
    shape = np.array(mask, bool).T if keys else np.zeros((model.T, 0), bool)
    model.retire = model.programme.add_columns(
        "retire",
        ("site", "offer", "vintage"),
        keys,
        (model.T,),
        mask=shape,
        upper=np.array(most),
        scale=np.array(scale),
        integer=np.array(whole, bool),
    )


def vintages(model: Model, i: int) -> list[tuple[str, float, float | None]]:
    """Return name, arrival (months from the base date) and fixed units of each vintage of a stand."""
    time, stand = model.inputs.time, model.inputs.stands[i]
    arriving = [(time.names[t], float(time.offsets[t]), None) for t in np.nonzero(stand.arrives)[0]]
    return [*arriving, *((a.vintage, a.since, a.units) for a in stand.arrivals)]


def _siting(model: Model) -> None:
    """open[t,s] (binary), opened[t,s], closed[t,s] (its changes), module[t,s,m] (whole blocks of power)."""
    inputs, add = model.inputs, model.programme.add_columns
    doc, time = inputs.doc, inputs.time
    candidates = [s for s in inputs.sites if doc.sites[s].siting == "candidate"]
    can = np.array([[t >= time.position(doc.sites[s].opens, 0) for s in candidates] for t in range(model.T)], bool)
    can = can.reshape(model.T, len(candidates))
    closing = np.array([doc.sites[s].can_close for s in candidates], bool)
    keys = [(s,) for s in candidates]
    model.open = add("open", ("site",), keys, (model.T,), mask=can, upper=1.0, derived=False, integer=True)
    model.opened = add("opened", ("site",), keys, (model.T,), mask=can, upper=1.0, derived=False)
    late = np.arange(model.T)[:, None] > 0
    model.closed = add("closed", ("site",), keys, (model.T,), mask=can & closing & late, upper=1.0, derived=False)
    modules = [(s, m) for s in inputs.sites for m in sorted(doc.sites[s].modules)]
    kinds = [doc.sites[s].modules[m] for s, m in modules]
    starts = np.array([[time.offsets[t] >= m.build_months - 1e-9 for m in kinds] for t in range(model.T)], bool)
    model.module = add(
        "module", ("site", "module"), modules, (model.T,), mask=starts.reshape(model.T, len(kinds)),
        upper=np.array([m.max_count for m in kinds], float), derived=False, integer=True,
    )  # fmt: skip


def campaigns(model: Model) -> None:
    """choose[c,d,s,start] (binary where there is a choice) and train[t,c,d,s,o]: devices at work on a campaign."""
    inputs, options = model.inputs, model.options
    doc, time = inputs.doc, inputs.time
    ways = {o.campaign: sum(x.campaign == o.campaign for x in options) for o in options}
    settled = np.array([ways[o.campaign] == 1 and doc.campaigns[o.campaign].value is None for o in options], bool)
    model.choose = model.programme.add_columns(
        "choose", ("campaign", "device", "site", "start"),
        [(o.campaign, o.device, o.site, time.names[o.start]) for o in options], (),
        lower=settled.astype(float), upper=1.0, derived=False, integer=~settled,
    )  # fmt: skip
    trainings = model.trainings
    mask = np.zeros((model.T, len(trainings)), bool)
    units = np.zeros(len(trainings))
    for j, (campaign, device, site, stand) in enumerate(trainings):
        for o in options:
            if (o.campaign, o.device, o.site) == (campaign, device, site):
                mask[:, j] |= (time.alive(doc.campaigns[campaign].months)[o.start] > 0) & inputs.stands[stand].present
                units[j] = o.units
    keys = [(c, d, s, inputs.stands[i].name) for c, d, s, i in trainings]
    model.train = model.programme.add_columns(
        "train", ("campaign", "device", "site", "offer"), keys, (model.T,), mask=mask, upper=SLACK * units, scale=units
    )


def _yes_or_no(model: Model) -> None:
    """port[t,e] (start of porting), commit[o] (a minimum commitment), configure[w,c]: binaries."""
    inputs, add = model.inputs, model.programme.add_columns
    doc = inputs.doc
    open_ports = [(e,) for e in sorted(doc.enablements) if doc.enablements[e].decision == "open"]
    model.port = add("port", ("enablement",), open_ports, (model.T,), upper=1.0, derived=False, integer=True)
    optional = [
        (o,)
        for o in inputs.offers
        if doc.offers[o].min_commitment is not None and doc.offers[o].commitment == "optional"
    ]
    model.commit = add("commit", ("offer",), optional, (), upper=1.0, derived=False, integer=True)
    ways = sorted(
        {
            (inputs.workloads[m.w], m.configuration)
            for m in inputs.modes
            if doc.workloads[inputs.workloads[m.w]].one_configuration
        }
    )
    model.configure = add("configure", ("workload", "configuration"), ways, (), upper=1.0, derived=False, integer=True)


def traffic(model: Model) -> None:
    """flow[t,k,s,way,a]: traffic of a site on an arc, Gb/s; path[t,k,w,r,s,p]: work served over a listed path."""
    inputs, add = model.inputs, model.programme.add_columns
    routes, demand = inputs.routes, inputs.demand
    commodities = free_traffic(model)
    arcs = routes.arcs if commodities else ()
    keys = [(site, way, arc.link, arc.tail, arc.head) for site, way, _ in commodities for arc in arcs]
    most = np.repeat([total for _, _, total in commodities], len(arcs))
    axes = ("site", "way", "link", "tail", "head")
    model.flow = add("flow", axes, keys, model.each_slice, upper=SLACK * most, scale=most)
    chosen = routes.paths
    names = (inputs.workloads, inputs.regions, inputs.sites)
    keys_p = [(names[0][p.workload], names[1][p.region], names[2][p.site], " > ".join(p.nodes)) for p in chosen]
    amount = (
        np.stack([demand[:, :, p.workload, p.region] for p in chosen], axis=-1)
        if chosen
        else np.zeros((*model.each_slice, 0))
    )
    model.path = add(
        "path", ("workload", "region", "site", "route"), keys_p, model.each_slice,
        mask=(amount > 0) & _served(model, chosen), upper=SLACK * amount, scale=_scale(amount),
    )  # fmt: skip


def _served(model: Model, chosen: Any) -> NDArray[np.bool_]:
    """Return whether the work of each path has a column `serve`, shape (T, K, paths)."""
    position = {tuple(pair): j for j, pair in enumerate(model.pairs.T.tolist())} if chosen else {}
    exists = [
        model.serve.at[:, :, position[p.workload, p.region, p.site]] >= 0
        if (p.workload, p.region, p.site) in position
        else np.zeros(model.each_slice, bool)
        for p in chosen
    ]
    return np.stack(exists, axis=-1) if exists else np.zeros((*model.each_slice, 0), bool)


def free_traffic(model: Model) -> list[tuple[str, str, float]]:
    """Return site, way (down or up) and most traffic (Gb/s) of each commodity that flows freely on arcs.

    A commodity is the traffic of all workloads without a latency limit that leaves (or reaches) one site.
    """
    inputs = model.inputs
    found = []
    if not inputs.routes.arcs:
        return []
    for s, site in enumerate(inputs.sites):
        for way in ("down", "up"):
            total = 0.0
            for w, name in enumerate(inputs.workloads):
                workload = inputs.doc.workloads[name]
                data = workload.data_gb_per_unit if way == "down" else workload.upload_gb_per_unit
                served = (model.pairs[0] == w) & (model.pairs[2] == s) & ~inputs.routes.direct[model.pairs[1], s]
                if workload.max_latency_ms is None and data and served.any():
                    total += (
                        float(inputs.demand[:, :, w, model.pairs[1][served]].sum(axis=-1).max())
                        * data
                        / GB_PER_HOUR_AND_GBPS
                    )
            if total > 0:
                found.append((site, way, total))
    return found


def assigning(model: Model) -> None:
    """assign[t,w,r,s]: whether a region is served from a site, for workloads with a single source."""
    single = [j for j, key in enumerate(model.serve.keys) if model.inputs.doc.workloads[key[0]].single_source]
    model.assign = model.programme.add_columns(
        "assign", model.serve.axes, [model.serve.keys[j] for j in single], (model.T,),
        mask=(model.serve.at[:, :, single] >= 0).any(axis=1), upper=1.0, derived=False, integer=True,
    )  # fmt: skip


def carrying(model: Model) -> None:
    """carry[t,k,q,a]: traffic between nodes on an arc; trunk[t,k,q,p]: on a listed path; shed[t,k,q]: left behind; Gb/s."""
    inputs, add = model.inputs, model.programme.add_columns
    doc, time, arcs = inputs.doc, inputs.time, inputs.routes.arcs
    names = sorted(doc.traffic)
    gbps = time.beside(time.series(doc.traffic[q].gbps) for q in names)
    asked = (gbps > 0)[:, None, :]
    free = [n for n, q in enumerate(names) if doc.traffic[q].max_latency_ms is None]
    on_arcs = np.repeat(free, len(arcs)).astype(int)
    model.carry = add(
        "carry", ("traffic", "link", "tail", "head"), [(names[n], a.link, a.tail, a.head) for n in free for a in arcs],
        model.each_slice, mask=asked[:, :, on_arcs], upper=SLACK * gbps[:, None, on_arcs], scale=_scale(gbps[:, on_arcs]),
    )  # fmt: skip
    listed = [names.index(p.traffic) for p in inputs.routes.trunks]
    model.trunk = add(
        "trunk", ("traffic", "route"), [(p.traffic, " > ".join(p.nodes)) for p in inputs.routes.trunks], model.each_slice,
        mask=asked[:, :, listed], upper=SLACK * gbps[:, None, listed], scale=_scale(gbps[:, listed]),
    )  # fmt: skip
    most_served = model.serves_most
    left = [n for n, q in enumerate(names) if doc.traffic[q].unmet_penalty_per_gb is not None or most_served]
    model.shed = add(
        "shed", ("traffic",), [(names[n],) for n in left], model.each_slice,
        mask=asked[:, :, left], upper=SLACK * gbps[:, None, left], scale=_scale(gbps[:, left]),
    )  # fmt: skip


def _lighting(model: Model) -> None:
    """lit[t,e,m]: blocks of capacity that come into use on a link (whole); use[e]: whether it is used at all (binary)."""
    inputs, add = model.inputs, model.programme.add_columns
    links = inputs.doc.network.links
    keys = [(e, m) for e in sorted(links) for m in sorted(links[e].modules)]
    waves = [links[e].modules[m] for e, m in keys]
    ready = np.array([[inputs.time.offsets[t] >= w.build_months - 1e-9 for w in waves] for t in range(model.T)], bool)
    model.lit = add(
        "lit", ("link", "module"), keys, (model.T,), mask=ready.reshape(model.T, len(keys)),
        upper=np.array([w.max_count for w in waves], float), derived=False, integer=True,
    )  # fmt: skip
    costly = [(e,) for e in sorted(links) if links[e].use_cost > 0]
    model.use = add("use", ("link",), costly, (), upper=1.0, derived=False, integer=True)
