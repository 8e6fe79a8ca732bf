"""Tables on the network: links, what is lit on them, traffic between nodes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.model.arrays import Floats
from planner.plan.frames.reader import Reader


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


def links(reader: Reader) -> pd.DataFrame:
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
            "in_use": _in_use(reader)[a],
        }
    )


def _in_use(reader: Reader) -> NDArray[np.bool_]:
    """Return whether each arc's link is paid for, or costs nothing to use."""
    used = reader.values(reader.model.use)[0] > 0.5
    idle = {link for j, (link,) in enumerate(reader.model.use.keys) if not used[j]}
    return np.array([arc.link not in idle for arc in reader.inputs.routes.arcs], bool)


def _link_capacity(reader: Reader) -> Floats:
    """Return the capacity of each arc, what is lit included, shape (T, arcs); infinite where there is no limit."""
    model, routes = reader.model, reader.inputs.routes
    total = routes.capacity_gbps.reshape(reader.time.periods, len(routes.arcs)).copy()
    lit = np.cumsum(reader.values(model.lit), axis=0)
    for a, arc in enumerate(routes.arcs):
        for j, (link, module) in enumerate(model.lit.keys):
            if link == arc.link:
                total[:, a] += reader.inputs.doc.network.links[link].modules[module].gbps * lit[:, j]
    return np.where(_in_use(reader)[None, :], total, 0.0)


def traffic(reader: Reader) -> pd.DataFrame:
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


def lit(reader: Reader) -> pd.DataFrame:
    """Blocks of capacity that come into use on links."""
    frame, _, _ = reader.frame(reader.model.lit, "blocks")
    return frame
