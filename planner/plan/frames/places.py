"""Tables on sites: which are open, how full they are, power and energy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.arrays import Floats
from planner.model.costs import KWH_PER_MWH, energy_columns
from planner.model.programme import summed
from planner.model.rules.places import KW_PER_MW, peak_kw
from planner.plan.frames.reader import Reader


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


def sites(reader: Reader) -> pd.DataFrame:
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


def power(reader: Reader) -> pd.DataFrame:
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
