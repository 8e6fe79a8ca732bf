"""Tables on work: demand, what runs, what is served from where, what is left unmet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.programme import summed
from planner.model.rules.serving import work_sold
from planner.plan.frames.reader import ZERO, Reader, picked


def demand(reader: Reader) -> pd.DataFrame:
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


def run(reader: Reader) -> pd.DataFrame:
    """Devices at work on each workload, and the work that they do; bought work, and the most that is sold of it."""
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
    bought, _, (t, _, sale) = reader.frame(model.work, "work_units_per_hour")
    if not len(bought):
        return frame
    most = work_sold(model)[t, sale]
    bought["capacity_units_per_hour"] = np.where(np.isfinite(most), most, np.nan)
    return pd.concat([frame, bought], ignore_index=True)[[*frame.columns, "capacity_units_per_hour"]]


def served(reader: Reader) -> pd.DataFrame:
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


def unmet(reader: Reader) -> pd.DataFrame:
    """Demand that is left unmet."""
    frame, values, where = reader.frame(reader.model.unmet, "unmet_units_per_hour")
    inputs = reader.inputs
    frame["unmet_units"] = values * reader.time.hours[where[0], where[1]]
    w = [inputs.workloads.index(a) for a, _ in reader.model.unmet.keys]
    r = [inputs.regions.index(b) for _, b in reader.model.unmet.keys]
    demand = inputs.demand[:, :, w, r][where] if w else np.zeros(0)
    frame["demand_units_per_hour"] = demand
    return frame[values > ZERO * demand].reset_index(drop=True)
