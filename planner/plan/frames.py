"""The tables of a plan, read off the solution block by block."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.inputs.firm import firm_factor
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.costs import KWH_PER_MWH, energy_columns
from planner.model.programme import Block, Item, summed
from planner.model.rules.places import KW_PER_MW, peak_kw
from planner.model.rules.policies import KG_PER_TONNE

ZERO = 1e-9
"""What is smaller than this share of a column's scale is rounding, and reads as zero."""


def picked(names: Sequence[str], positions: Any) -> Any:
    """Return the name at each position; pandas need not find out again and again that each is a text."""
    if not len(positions) or not len(names):
        return np.array([], object)
    return pd.Series(list(names)).array.take(np.asarray(positions))


class Reader:
    """Reads the values of a solution (in the user's units) as tables."""

    def __init__(self, built: Built, x: Floats):
        self.model, self.inputs = built.model, built.model.inputs
        scale = built.finished.scale
        self.x = np.where(np.abs(x) <= ZERO, 0.0, x) * scale
        self.time = self.inputs.time
        self.currency = self.inputs.doc.money.currency
        self._labels: dict[str, tuple[NDArray[np.int32], list[str]]] = {}

    @cached_property
    def used(self) -> NDArray[np.intp]:
        """Positions of the columns with a value, in order."""
        return np.flatnonzero(self.x)

    @cached_property
    def spent(self) -> list[tuple[Item, NDArray[np.intp], Floats]]:
        """Each part of the cost that is of columns, which of its columns have a value, and the values."""
        found = []
        for item in self.model.programme.items:
            if item.columns.size:
                x = self.x[item.columns]
                used = np.flatnonzero(x)
                found.append((item, used, x[used]))
        return found

    def static(self, block: Block) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the columns of a block with a value, and the static position of each."""
        first, last = np.searchsorted(self.used, (block.first, block.first + block.count))
        columns = self.used[first:last]
        if not columns.size:
            return columns, columns
        members = np.flatnonzero(block.at >= 0)
        return columns, members[columns - block.first] % block.at.shape[-1]

    def labels(self, axis: str) -> tuple[NDArray[np.int32], list[str]]:
        """Return the label on an axis of every column with a value, as a position in the list of labels.

        The list is in order and begins with "", which columns without the axis have.
        """
        if axis not in self._labels:
            self._labels[axis] = self._labels_on(axis)
        return self._labels[axis]

    def _labels_on(self, axis: str) -> tuple[NDArray[np.int32], list[str]]:
        blocks = [block for block in self.model.programme.columns.values() if axis in block.axes and block.count]
        constants = {item.labels[axis] for item in self.model.programme.items if axis in item.labels}
        of = [[key[block.axes.index(axis)] for key in block.keys] for block in blocks]
        names = sorted({"", *constants}.union(*of))
        position = {name: i for i, name in enumerate(names)}
        codes = np.zeros(self.model.programme.size[0], np.int32)
        for block, labels in zip(blocks, of, strict=True):
            columns, static = self.static(block)
            if columns.size:
                codes[columns] = np.array([position[label] for label in labels], np.int32)[static]
        return codes, names

    def values(self, block: Block) -> Floats:
        """Return the values of a block, 0 where a combination does not exist, in the shape of its `at`."""
        return block.shaped(self.x)

    def frame(self, block: Block, column: str, keep: Any = None) -> tuple[pd.DataFrame, Floats, tuple[Any, ...]]:
        """Return a table of a block's nonzero values: period, slice and static labels, then the value."""
        values = self.values(block)
        where = np.nonzero(values if keep is None else keep)
        data: dict[str, Any] = {}
        if block.timed:
            data["period"] = picked(self.time.names, where[0])
        if block.timed == 2:
            data["slice"] = picked(self.time.slices, where[1])
        static = where[-1]
        for axis, labels in zip(
            block.axes, zip(*block.keys, strict=True) if block.keys else [()] * len(block.axes), strict=True
        ):
            data[axis] = picked(labels, static)
        kept = values[where]
        data[column] = kept
        return pd.DataFrame(data), kept, where


def tables(built: Built, x: Floats) -> dict[str, pd.DataFrame]:
    """Return every table of a plan but its prices."""
    reader = Reader(built, x)
    return {
        "demand": _demand(reader),
        "additions": _additions(reader),
        "fleet": _fleet(reader),
        "run": _run(reader),
        "served": _served(reader),
        "unmet": _unmet(reader),
        "sites": _sites(reader),
        "power": _power(reader),
        "links": _links(reader),
        "lit": _lit(reader),
        "traffic": _traffic(reader),
        "carbon": _carbon(reader),
        "cost": _cost(reader),
        "unit_cost": _unit_cost(reader),
        "campaigns": _campaigns(reader),
        "porting": _porting(reader),
        "commitments": reader.frame(reader.model.commit, "made")[0].drop(columns="made"),
        "pools": _pools(reader),
        "chains": _chains(reader),
        "comparisons": _comparisons(reader),
    }


def _demand(reader: Reader) -> pd.DataFrame:
    """Demand, served and unmet by period and workload, in units over the period."""
    inputs, hours = reader.inputs, reader.time.hours
    asked = np.einsum("tkwr,tk->tw", inputs.demand, hours)
    serve = np.einsum("tkj,tk->tj", reader.values(reader.model.serve), hours)
    served = summed(serve, reader.model.pairs[0], len(inputs.workloads))
    t, w = np.nonzero(asked)
    unmet = np.maximum(asked - served, 0.0)
    unmet[unmet <= ZERO * asked] = 0.0
    return pd.DataFrame(
        {
            "period": np.array(reader.time.names, object)[t],
            "workload": np.array(inputs.workloads, object)[w],
            "unit": np.array([inputs.doc.workloads[n].unit for n in inputs.workloads], object)[w],
            "demand_units": asked[t, w],
            "served_units": (asked - unmet)[t, w],
            "unmet_units": unmet[t, w],
            "served_share": 1 - unmet[t, w] / asked[t, w],
        }
    )


def _stand_labels(reader: Reader, frame: pd.DataFrame, static: Any) -> pd.DataFrame:
    """Add device, maker and kind of the stands that rows are about."""
    stands = reader.inputs.stands
    devices = [reader.inputs.devices[s.d] for s in stands]
    makers = [reader.inputs.doc.devices[d].maker or "" for d in devices]
    columns: dict[str, Sequence[str]] = {"device": devices, "maker": makers, "kind": [s.offer.kind for s in stands]}
    for position, (column, labels) in enumerate(columns.items()):
        frame.insert(3 + position, column, picked(labels, static))
    return frame


def _additions(reader: Reader) -> pd.DataFrame:
    """Devices that arrive, with the period to order them in and their price on arrival."""
    frame, values, where = reader.frame(reader.model.add, "devices")
    static = where[-1]
    stands, time = reader.inputs.stands, reader.time
    frame = _stand_labels(reader, frame, static)
    ordered = [
        time.names[
            max(
                int(
                    np.searchsorted(
                        time.offsets, max(time.offsets[t] - stands[j].offer.lead_time_months, 0) + 1e-9, side="right"
                    )
                )
                - 1,
                0,
            )
        ]
        for t, j in zip(where[0].tolist(), static.tolist(), strict=True)
    ]
    frame.insert(1, "order_period", ordered)
    prices = [
        time.series(stands[j].offer.price_per_unit or 0.0)[t] * reader.inputs.exchange(stands[j].offer.currency)
        for t, j in zip(where[0].tolist(), static.tolist(), strict=True)
    ]
    frame[f"price_{reader.currency}"] = values * np.array(prices)
    return frame


def _fleet(reader: Reader) -> pd.DataFrame:
    """Devices in place (committed kinds) or rented (mean over the period), and how busy they are."""
    model, inputs, time = reader.model, reader.inputs, reader.time
    mean = time.hours / time.period_hours[:, None]
    rent = reader.values(model.rent)
    held = reader.values(model.fleet) + np.einsum("tkj,tk->tj", rent, mean)
    peak = np.maximum(reader.values(model.fleet), rent.max(axis=1, initial=0.0))
    busy = busy_devices(reader)
    t, j = np.nonzero(held)
    stands = inputs.stands
    frame = pd.DataFrame(
        {
            "period": np.array(time.names, object)[t],
            "site": np.array([s.site for s in stands], object)[j],
            "offer": np.array([s.name for s in stands], object)[j],
            "devices": held[t, j],
            "devices_peak": peak[t, j],
            "devices_busy": busy[t, j],
        }
    )
    frame = _stand_labels(reader, frame, j)
    equal = [inputs.doc.devices[d].h100_equivalents for d in inputs.devices]
    worth = np.array([np.nan if e is None else e for e in equal])
    frame["h100_equivalents"] = held[t, j] * worth[[s.d for s in stands]][j] if len(stands) else []
    return frame


def busy_devices(reader: Reader) -> Floats:
    """Return devices at work at each stand, mean over the period, shape (T, stands)."""
    model, time = reader.model, reader.time
    mean = time.hours / time.period_hours[:, None]
    busy = np.zeros((time.periods, len(reader.inputs.stands)))
    run = np.einsum("tkj,tk->tj", reader.values(model.run), mean)
    for n, mode in enumerate(reader.inputs.modes):
        busy[:, mode.stand] += run[:, n]
    train = reader.values(model.train)
    for n, (*_, stand) in enumerate(model.trainings):
        busy[:, stand] += train[:, n]
    return busy


def _run(reader: Reader) -> pd.DataFrame:
    """Devices at work on each workload, and the work that they do."""
    model, inputs = reader.model, reader.inputs
    frame, values, where = reader.frame(model.run, "devices_at_work")
    static = where[-1]
    modes = inputs.modes
    rates = np.stack([m.rate for m in modes], axis=-1) if modes else np.zeros((reader.time.periods, 0))
    frame["work_units_per_hour"] = values * rates[where[0], static]
    util = np.array([inputs.doc.workloads[inputs.workloads[m.w]].utilisation for m in modes])
    frame["devices_occupied"] = values / util[static] if len(modes) else []
    position = {key: i for i, key in enumerate(model.replica.keys)}
    if position:
        column = np.array([position.get(key, -1) for key in model.run.keys])[static]
        count = reader.values(model.replica)[where[0], where[1], column]
        frame["replicas"] = np.where(column >= 0, count, np.nan)
    devices = np.array([inputs.devices[inputs.stands[m.stand].d] for m in modes], object)
    frame.insert(4, "device", devices[static] if len(modes) else [])
    bought, _, _ = reader.frame(model.work, "work_units_per_hour")
    return pd.concat([frame, bought], ignore_index=True)[list(frame.columns)] if len(bought) else frame


def _served(reader: Reader) -> pd.DataFrame:
    """Work done for each region at each site, with the round trip between them."""
    frame, values, where = reader.frame(reader.model.serve, "served_units_per_hour")
    frame["served_units"] = values * reader.time.hours[where[0], where[1]]
    routes, pairs = reader.inputs.routes, reader.model.pairs
    _, r, s = pairs
    latency = np.where(np.isfinite(routes.latency_ms[r, s]), routes.latency_ms[r, s], np.nan)
    ways = [" > ".join(routes.route_nodes.get(pair, ())) for pair in zip(r.tolist(), s.tolist(), strict=True)]
    for j, pair in enumerate(map(tuple, pairs.T.tolist()) if routes.taken else ()):
        if pair in routes.taken:
            ways[j], latency[j] = " > ".join(routes.taken[pair][0]), routes.taken[pair][1]
    frame["latency_ms"] = latency[where[2]]
    frame["route"] = picked(ways, where[2])
    return frame


def _unmet(reader: Reader) -> pd.DataFrame:
    """Demand that is left unmet."""
    frame, values, where = reader.frame(reader.model.unmet, "unmet_units_per_hour")
    inputs = reader.inputs
    frame["unmet_units"] = values * reader.time.hours[where[0], where[1]]
    w = [inputs.workloads.index(a) for a, _ in reader.model.unmet.keys]
    r = [inputs.regions.index(b) for _, b in reader.model.unmet.keys]
    demand = inputs.demand[:, :, w, r][where] if w else np.zeros(0)
    frame["demand_units_per_hour"] = demand
    return frame[values > ZERO * demand].reset_index(drop=True)


def site_power(reader: Reader) -> tuple[Floats, Floats]:
    """Return power drawn at peak and power in place at each site, MW, shapes (T, S); infinite where unlimited."""
    model, inputs, time = reader.model, reader.inputs, reader.time
    drawn = np.zeros((time.periods, len(inputs.sites)))
    kw = peak_kw(model)
    fleet, rent = reader.values(model.fleet), reader.values(model.rent).max(axis=1, initial=0.0)
    for i, stand in enumerate(inputs.stands):
        drawn[:, stand.s] += kw[i] * (fleet[:, i] + rent[:, i]) / KW_PER_MW
    limit = np.full_like(drawn, np.inf)
    is_open = site_open(reader)
    for s, name in enumerate(inputs.sites):
        site = inputs.doc.sites[name]
        if site.power_mw is not None:
            limit[:, s] = time.series(site.power_mw) * is_open[:, s]
    added = np.cumsum(reader.values(model.module), axis=0)
    for m, (site_name, module) in enumerate(model.module.keys):
        s = inputs.sites.index(site_name)
        limit[:, s] += inputs.doc.sites[site_name].modules[module].mw * added[:, m] * is_open[:, s]
    return drawn, limit


def site_open(reader: Reader) -> Floats:
    """Return whether each site is open (1 or 0), shape (T, S)."""
    inputs, time = reader.inputs, reader.time
    state = np.zeros((time.periods, len(inputs.sites)))
    chosen = reader.values(reader.model.open)
    position = {key[0]: j for j, key in enumerate(reader.model.open.keys)}
    for s, name in enumerate(inputs.sites):
        if name in position:
            state[:, s] = np.rint(chosen[:, position[name]])
        else:
            state[time.position(inputs.doc.sites[name].opens, 0) :, s] = 1.0
    return state


def _sites(reader: Reader) -> pd.DataFrame:
    """Whether each site is open, what opened and closed, modules added, and how full it is."""
    inputs, time = reader.inputs, reader.time
    state = site_open(reader)
    change = np.diff(state, axis=0, prepend=0.0)
    drawn, limit = site_power(reader)
    added = np.zeros_like(state)
    modules = reader.values(reader.model.module)
    for m, (site, _) in enumerate(reader.model.module.keys):
        added[:, inputs.sites.index(site)] += np.rint(modules[:, m])
    candidate = np.array([inputs.doc.sites[s].siting == "candidate" for s in inputs.sites], bool)
    t, s = (grid.ravel() for grid in np.meshgrid(np.arange(time.periods), np.arange(len(inputs.sites)), indexing="ij"))
    bounded = np.where(np.isfinite(limit), limit, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        full = np.where(bounded > 0, drawn / bounded, np.nan)
    return pd.DataFrame(
        {
            "period": np.array(time.names, object)[t],
            "site": np.array(inputs.sites, object)[s],
            "open": state[t, s].astype(int),
            "opened": ((change > 0) & candidate[None, :])[t, s].astype(int),
            "closed": (change < 0)[t, s].astype(int),
            "modules_added": added[t, s].astype(int),
            "power_used_mw": drawn[t, s],
            "power_limit_mw": bounded[t, s],
            "power_share": full[t, s],
        }
    )


def _energy(reader: Reader) -> Floats:
    """Return energy used at each stand, MWh, shape (T, stands)."""
    count = len(reader.inputs.stands)
    energy = np.zeros((reader.time.periods, count))
    for stands, columns, kwh in energy_columns(reader.model):
        values = np.append(reader.x, 0.0)[columns]  # the last stands for columns that do not exist: -1
        energy += summed((values * kwh).sum(axis=1) / KWH_PER_MWH, np.asarray(stands), count)
    return energy


def _power(reader: Reader) -> pd.DataFrame:
    """Peak power and energy by site and device."""
    model, inputs, time = reader.model, reader.inputs, reader.time
    energy = _energy(reader)
    fleet, rent = reader.values(model.fleet), reader.values(model.rent).max(axis=1, initial=0.0)
    drawn = (fleet + rent) * peak_kw(model)[None, :] / KW_PER_MW if inputs.stands else fleet
    t, j = np.nonzero((fleet + rent) > 0)
    return pd.DataFrame(
        {
            "period": np.array(time.names, object)[t],
            "site": np.array([s.site for s in inputs.stands], object)[j],
            "offer": np.array([s.name for s in inputs.stands], object)[j],
            "device": np.array([inputs.devices[s.d] for s in inputs.stands], object)[j],
            "power_mw": drawn[t, j],
            "energy_mwh": energy[t, j],
        }
    )


def link_traffic(reader: Reader) -> Floats:
    """Return traffic on each arc, Gb/s, shape (T, K, arcs)."""
    from planner.model.rules.traffic import path_loads, trunk_loads

    model, inputs = reader.model, reader.inputs
    arcs = len(inputs.routes.arcs)
    traffic = np.zeros((*model.each_slice, arcs))
    if not arcs:
        return traffic
    for block in (model.flow, model.carry):
        flow = reader.values(block)
        traffic += flow.reshape(*flow.shape[:2], -1, arcs).sum(axis=2)
    for block, loads in ((model.trunk, trunk_loads(model)), (model.path, path_loads(model))):
        taken = reader.values(block)
        for j, arc, gbps in loads:
            traffic[:, :, arc] += taken[:, :, j] * gbps
    return traffic


def _links(reader: Reader) -> pd.DataFrame:
    """Traffic on each direction of each link, where links have capacity."""
    time, routes = reader.time, reader.inputs.routes
    traffic = link_traffic(reader)
    total = _link_capacity(reader)
    t, k, a = (grid.ravel() for grid in np.indices(traffic.shape))
    capacity = total[t, a]
    both = {i: [j for j, o in enumerate(routes.arcs) if o.link == arc.link] for i, arc in enumerate(routes.arcs)}
    load = (
        np.stack([traffic[:, :, both[i] if routes.shared[i] else [i]].sum(axis=2) for i in both], axis=-1)
        if both
        else traffic
    )
    bounded = np.where(np.isfinite(capacity), capacity, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(bounded > 0, load[t, k, a] / bounded, np.nan)
    return pd.DataFrame(
        {
            "period": np.array(time.names, object)[t],
            "slice": np.array(time.slices, object)[k],
            "link": np.array([arc.link for arc in routes.arcs], object)[a],
            "from": np.array([arc.tail for arc in routes.arcs], object)[a],
            "to": np.array([arc.head for arc in routes.arcs], object)[a],
            "traffic_gbps": traffic[t, k, a],
            "capacity_gbps": bounded,
            "share": share,
            "full": share >= 1 - 1e-6,
        }
    )


def _link_capacity(reader: Reader) -> Floats:
    """Return the capacity of each arc, what is lit included, shape (T, arcs); infinite where there is no limit."""
    model, routes = reader.model, reader.inputs.routes
    total = routes.capacity_gbps.reshape(reader.time.periods, len(routes.arcs)).copy()
    lit = np.cumsum(reader.values(model.lit), axis=0)
    used = reader.values(model.use)[0]
    for a, arc in enumerate(routes.arcs):
        for j, (link, module) in enumerate(model.lit.keys):
            if link == arc.link:
                total[:, a] += reader.inputs.doc.network.links[link].modules[module].gbps * lit[:, j]
        for j, (link,) in enumerate(model.use.keys):
            if link == arc.link and used[j] < 0.5:
                total[:, a] = 0.0
    return total


def _traffic(reader: Reader) -> pd.DataFrame:
    """Traffic between nodes: what is carried, what is left behind, and the listed routes that it takes."""
    model, time, doc = reader.model, reader.time, reader.inputs.doc
    shed = {key[0]: reader.values(model.shed)[:, :, j] for j, key in enumerate(model.shed.keys)}
    trunk = reader.values(model.trunk)
    rows = []
    for name in sorted(doc.traffic):
        traffic, gbps = doc.traffic[name], time.series(doc.traffic[name].gbps)
        listed = [j for j, key in enumerate(model.trunk.keys) if key[0] == name]
        for t, period in enumerate(time.names):
            for k, part in enumerate(time.slices):
                left = float(shed[name][t, k]) if name in shed else 0.0
                routes = "; ".join(model.trunk.keys[j][1] for j in listed if trunk[t, k, j] > 0)
                rows.append((period, part, name, traffic.from_, traffic.to, gbps[t], gbps[t] - left, left, routes))
    columns = ["period", "slice", "traffic", "from", "to", "demand_gbps", "carried_gbps", "unmet_gbps", "routes"]
    return pd.DataFrame(rows, columns=columns)


def _lit(reader: Reader) -> pd.DataFrame:
    """Blocks of capacity that come into use on links, and links that are paid for."""
    frame, _, _ = reader.frame(reader.model.lit, "blocks")
    return frame


def _carbon(reader: Reader) -> pd.DataFrame:
    """Carbon by period and site, t CO2e."""
    codes, names = reader.labels("site")
    total = np.zeros((reader.time.periods, len(names)))
    for emission in reader.model.programme.emissions:
        x = reader.x[emission.columns]
        used = np.flatnonzero(x)
        amounts = x[used] * emission.kilograms[used] / KG_PER_TONNE
        np.add.at(total, (emission.period[used], codes[emission.columns[used]]), amounts)
    t, s = np.nonzero(total)
    return pd.DataFrame(
        {
            "period": np.array(reader.time.names, object)[t],
            "site": np.array(names, object)[s],
            "carbon_t": total[t, s],
        }
    )


def _cost(reader: Reader) -> pd.DataFrame:
    """Every part of the cost by period, kind, site, offer and workload: discounted, and when it is paid."""
    axes = ("site", "offer", "workload")
    labels = {axis: reader.labels(axis) for axis in axes}
    kinds = sorted({item.kind for item in reader.model.programme.items})
    parts = []
    for item, used, amount in reader.spent:
        named = [labels[axis][0][item.columns[used]] for axis in axes]
        amounts = item.discounted[used] * amount, item.plain[used] * amount
        parts.append((item.period[used], np.full(len(used), kinds.index(item.kind)), *named, *amounts))
    for item in reader.model.programme.items:
        if not item.columns.size:
            count = len(item.period)
            named = [np.full(count, labels[axis][1].index(item.labels.get(axis, ""))) for axis in axes]
            parts.append((item.period, np.full(count, kinds.index(item.kind)), *named, item.discounted, item.plain))
    keys = ["t", "kind", *axes]
    headers = [*keys, f"discounted_{reader.currency}", f"paid_{reader.currency}"]
    joined = [np.concatenate(part) for part in zip(*parts, strict=True)] if parts else [np.zeros(0, int)] * len(headers)
    # Numbers sort as their labels do, and are much faster to sort.
    frame = pd.DataFrame(dict(zip(headers, joined, strict=True)))
    summed = frame.groupby(keys, as_index=False).sum()
    for axis, names in (("kind", kinds), *((axis, labels[axis][1]) for axis in axes)):
        summed[axis] = picked(names, summed[axis].to_numpy(int))
    summed.insert(0, "period", picked(reader.time.names, summed.pop("t").to_numpy(int)))
    return summed


def _unit_cost(reader: Reader) -> pd.DataFrame:
    """Cost of a unit of work by period (docs/model.md, unit cost): devices straight line over their life."""
    from planner.plan.unit_cost import unit_cost

    return unit_cost(reader)


def _campaigns(reader: Reader) -> pd.DataFrame:
    """Which campaigns run, on what, where and from when."""
    frame, _, where = reader.frame(reader.model.choose, "runs")
    frame["units"] = [reader.model.options[j].units for j in where[-1].tolist()]
    frame["months"] = [reader.inputs.doc.campaigns[c].months for c in frame["campaign"]]
    return frame.drop(columns="runs")


def _porting(reader: Reader) -> pd.DataFrame:
    """What is ported, and when it starts."""
    frame, _, _ = reader.frame(reader.model.port, "starts")
    given = [
        {"period": port.decision, "enablement": name}
        for name, port in sorted(reader.inputs.doc.enablements.items())
        if port.decision not in ("open", "never")
    ]
    both = pd.concat(
        [frame.drop(columns="starts"), pd.DataFrame(given, columns=["period", "enablement"])], ignore_index=True
    )
    both["workload"] = [reader.inputs.doc.enablements[e].workload for e in both["enablement"]]
    both["maker"] = [reader.inputs.doc.enablements[e].maker for e in both["enablement"]]
    return both


def _pools(reader: Reader) -> pd.DataFrame:
    """What is rented of each pool, with the firm factor at the pool's size and at the amount rented."""
    rows = []
    rent = reader.values(reader.model.rent).max(axis=1, initial=0.0)
    for i, stand in enumerate(reader.inputs.stands):
        if stand.offer.pool is None:
            continue
        nodes = reader.time.series(stand.offer.pool.nodes)
        for t, name in enumerate(reader.time.names):
            factor = firm_factor(rent[t, i], stand.offer.pool)
            rows.append(
                (name, stand.name, stand.site, nodes[t], rent[t, i], stand.firm[t], factor, rent[t, i] * stand.firm[t])
            )
    columns = [
        "period",
        "offer",
        "site",
        "nodes",
        "rented_peak",
        "firm_factor",
        "firm_factor_at_rented",
        "firm_devices",
    ]
    return pd.DataFrame(rows, columns=columns)


def _chains(reader: Reader) -> pd.DataFrame:
    """Every step of every chain: its factor and the result after it."""
    rows = [
        (step.chain, step.step, name, step.operation, float(step.factor[t]), float(step.result[t]), step.unit)
        for steps in reader.inputs.chains.all().values()
        for step in steps
        for t, name in enumerate(reader.time.names)
    ]
    return pd.DataFrame(rows, columns=["chain", "step", "period", "operation", "factor", "result", "unit"])


def _comparisons(reader: Reader) -> pd.DataFrame:
    """Each statement that the scenario tests: both figures, and whether the left exceeds the right."""
    rows = []
    for name, comparison in sorted(reader.inputs.doc.comparisons.items()):
        left = float(reader.inputs.chains.value(comparison.left)[0])
        right = float(reader.inputs.chains.value(comparison.right)[0])
        ratio = left / right if right else np.nan
        rows.append(
            (name, comparison.left_name, left, comparison.right_name, right, comparison.unit, ratio, left > right)
        )
    columns = ["comparison", "left_name", "left", "right_name", "right", "unit", "ratio", "exceeds"]
    return pd.DataFrame(rows, columns=columns)
