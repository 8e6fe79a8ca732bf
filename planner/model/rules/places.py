"""Rules on sites: power, opening, modules."""

from __future__ import annotations

import numpy as np

from planner.model.model import Model
from planner.model.rules.serving import opening_of

KW_PER_MW = 1000.0


def peak_kw(model: Model) -> np.ndarray:
    """Return what a device at each stand needs of the facility's power, kW: nameplate x peak PUE; 0 where none."""
    doc = model.inputs.doc
    return np.array(
        [
            doc.devices[model.inputs.devices[s.d]].power_kw * (doc.sites[s.site].peak_pue or doc.sites[s.site].pue)
            if s.facility
            else 0.0
            for s in model.inputs.stands
        ]
    )


def power(model: Model) -> None:
    """Draw no more power than there is: sum_o kW[d] PUE (fleet + rent) <= power[t,s] (x open[t,s]) + modules.

    A site has one row a period, or one a slice where devices rented by the hour use its power.
    """
    inputs, programme = model.inputs, model.programme
    doc, time = inputs.doc, inputs.time
    limited = [s for s in inputs.sites if doc.sites[s].power_mw is not None]
    position = {s: j for j, s in enumerate(limited)}
    kw = peak_kw(model)
    drawing = [(i, position[s.site]) for i, s in enumerate(inputs.stands) if kw[i] > 0 and s.site in position]
    exists = np.zeros((*model.each_slice, len(limited)), bool)
    for i, j in drawing:
        exists[:, 0, j] |= model.fleet.at[:, i] >= 0
        exists[:, :, j] |= model.rent.at[:, :, i] >= 0
    columns, _, given = opening_of(model, limited)
    mw = (
        np.stack([time.series(doc.sites[s].power_mw or 0.0) for s in limited], axis=-1)
        if limited
        else np.zeros((model.T, 0))
    )
    rows = programme.add_rows(
        "power", ("site",), [(s,) for s in limited], model.each_slice, "<=", (mw * given)[:, None, :], mask=exists
    )
    for i, j in drawing:
        programme.enter(rows.at[:, :, j], model.fleet.at[:, i][:, None], kw[i] / KW_PER_MW)
        programme.enter(rows.at[:, :, j], model.rent.at[:, :, i], kw[i] / KW_PER_MW)
    programme.enter(rows.at, columns[:, None, :], -mw[:, None, :])
    for m, (site, name) in enumerate(model.module.keys):
        built = np.tril(np.ones((model.T, model.T)))
        at = rows.at[:, :, position[site]][:, :, None]
        programme.enter(at, model.module.at[:, m][None, None, :], -doc.sites[site].modules[name].mw * built[:, None, :])


def emptying(model: Model) -> None:
    """Draw nothing at a site that closed with its modules: sum_o kW[d] PUE (fleet + rent) <= (MW[t,s] + most) open[t,s]."""
    inputs, programme = model.inputs, model.programme
    doc, time = inputs.doc, inputs.time
    sites = [s for (s,) in model.open.keys if doc.sites[s].can_close and doc.sites[s].modules]
    kw = peak_kw(model)
    drawing = [(i, sites.index(s.site)) for i, s in enumerate(inputs.stands) if kw[i] > 0 and s.site in sites]
    exists = np.zeros((*model.each_slice, len(sites)), bool)
    for i, j in drawing:
        exists[:, 0, j] |= model.fleet.at[:, i] >= 0
        exists[:, :, j] |= model.rent.at[:, :, i] >= 0
    rows = programme.add_rows("emptying", ("site",), [(s,) for s in sites], model.each_slice, "<=", 0.0, mask=exists)
    for i, j in drawing:
        programme.enter(rows.at[:, :, j], model.fleet.at[:, i][:, None], kw[i] / KW_PER_MW)
        programme.enter(rows.at[:, :, j], model.rent.at[:, :, i], kw[i] / KW_PER_MW)
    columns, _, _ = opening_of(model, sites)
    for j, name in enumerate(sites):
        site = doc.sites[name]
        most = time.series(site.power_mw or 0.0) + sum(m.mw * m.max_count for m in site.modules.values())
        programme.enter(rows.at[:, :, j], columns[:, j][:, None], -most[:, None])


def siting(model: Model) -> None:
    """Nothing stands at a closed site: fleet, rent <= useful[s,o] open[t,s] at candidates.

    Only for what no power rule ties to its site; work sold without a limit is linked by its demand alone.
    """
    inputs, programme = model.inputs, model.programme
    kw = peak_kw(model)
    bound = [
        i
        for i, s in enumerate(inputs.stands)
        if inputs.doc.sites[s.site].siting == "candidate" and (kw[i] <= 0 or inputs.doc.sites[s.site].power_mw is None)
    ]
    columns, _, _ = opening_of(model, [inputs.stands[i].site for i in bound])
    most = model.useful_stand[:, bound].max(axis=0, initial=0.0) * model.padding
    fleet, rent = model.fleet.at[:, bound][:, None, :], model.rent.at[:, :, bound]
    first = np.arange(model.K)[None, :, None] == 0
    rows = programme.add_rows(
        "siting",
        ("site", "offer"),
        [model.fleet.keys[i] for i in bound],
        model.each_slice,
        "<=",
        0.0,
        mask=((fleet >= 0) & first) | (rent >= 0),
    )
    programme.enter(rows.at, fleet, 1.0)
    programme.enter(rows.at, rent, 1.0)
    programme.enter(rows.at, columns[:, None, :], -most)


def opening(model: Model) -> None:
    """Openings and closings are changes: open[t,s] - open[t-1,s] = opened[t,s] - closed[t,s]."""
    rows = model.programme.add_rows(
        "opening", ("site",), model.open.keys, (model.T,), "==", 0.0, mask=model.open.at >= 0
    )
    model.programme.enter(rows.at, model.open.at, 1.0)
    model.programme.enter(rows.at[1:], model.open.at[:-1], -1.0)
    model.programme.enter(rows.at, model.opened.at, -1.0)
    model.programme.enter(rows.at, model.closed.at, 1.0)


def modules(model: Model) -> None:
    """Add no more modules than fit: sum_t module[t,s,m] <= most[s,m], and at a candidate only while it is open.

    A site that cannot close is open from then on, so that all modules so far are tied to it (strong form).
    """
    inputs, programme = model.inputs, model.programme
    most = np.array([inputs.doc.sites[s].modules[m].max_count for s, m in model.module.keys], float)
    rows = programme.add_rows("modules", model.module.axes, model.module.keys, (), "<=", most)
    programme.enter(rows.at, model.module.at, 1.0)
    columns, candidate, _ = opening_of(model, [site for site, _ in model.module.keys])
    tied = np.nonzero(candidate)[0]
    now = np.eye(model.T if len(tied) else 0)
    built = np.tril(np.ones_like(now))
    links = programme.add_rows(
        "module_siting", model.module.axes, [model.module.keys[j] for j in tied], (model.T,), "<=", 0.0
    )
    for n, j in enumerate(tied):
        closes = inputs.doc.sites[model.module.keys[j][0]].can_close
        programme.enter(links.at[:, n][:, None], model.module.at[:, j][None, :], now if closes else built)
        programme.enter(links.at[:, n], columns[:, j], -np.full(model.T, most[j]))


def open_sites(model: Model) -> None:
    """Open no more sites than allowed: sum_s open[t,s] <= most."""
    most = model.inputs.doc.siting.max_open
    keys = [("candidates",)] if most is not None and model.open.count else []
    rows = model.programme.add_rows("open_sites", ("sites",), keys, (model.T,), "<=", float(most or 0))
    if keys:
        model.programme.enter(rows.at, model.open.at, 1.0)
