"""Rules on sites: power, opening, modules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.model.arrays import Floats
from planner.model.model import Mask, Model
from planner.model.programme import Block, any_of
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


@dataclass(frozen=True)
class _Drawing:
    """What draws power at some sites: each stand, its site's place among them, and MW of a device."""

    model: Model
    stands: list[int]
    at: list[int]
    mw: Floats
    exists: Mask

    def enter(self, rows: Block) -> None:
        """Enter the power that is drawn into rows by site, on the members that exist."""
        fleet, rent = self.model.fleet.at[:, None, self.stands], self.model.rent.at[:, :, self.stands]
        self.model.programme.enter(rows.at[:, :, self.at], fleet, self.mw)
        self.model.programme.enter(rows.at[:, :, self.at], rent, self.mw)


def _drawing(model: Model, sites: list[str]) -> _Drawing:
    """Return what draws power at these sites; `exists`, shape (T, K, sites), has the first slice for what stands all the time."""
    kw = peak_kw(model)
    position = {s: j for j, s in enumerate(sites)}
    stands = [i for i, s in enumerate(model.inputs.stands) if kw[i] > 0 and s.site in position]
    at = [position[model.inputs.stands[i].site] for i in stands]
    exists = any_of(model.rent.at[:, :, stands] >= 0, at, len(sites))
    exists[:, 0] |= any_of(model.fleet.at[:, stands] >= 0, at, len(sites))
    return _Drawing(model, stands, at, kw[stands] / KW_PER_MW, exists)


def power(model: Model) -> None:
    """Draw no more power than there is: sum_o kW[d] PUE (fleet + rent) <= power[t,s] (x open[t,s]) + modules.

    A site has one row a period, or one a slice where devices rented by the hour use its power.
    """
    inputs, programme = model.inputs, model.programme
    doc, time = inputs.doc, inputs.time
    limited = [s for s in inputs.sites if doc.sites[s].power_mw is not None]
    position = {s: j for j, s in enumerate(limited)}
    drawing = _drawing(model, limited)
    columns, _, given = opening_of(model, limited)
    mw = time.beside(time.series(doc.sites[s].power_mw or 0.0) for s in limited)
    rows = programme.add_rows(
        "power", ("site",), [(s,) for s in limited], model.each_slice, "<=", (mw * given)[:, None, :],
        mask=drawing.exists,
    )  # fmt: skip
    drawing.enter(rows)
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
    drawing = _drawing(model, sites)
    rows = programme.add_rows(
        "emptying", ("site",), [(s,) for s in sites], model.each_slice, "<=", 0.0, mask=drawing.exists
    )
    drawing.enter(rows)
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
