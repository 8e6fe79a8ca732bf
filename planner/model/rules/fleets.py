"""Rules on devices: what they do, how they come and go, how many can be had."""

from __future__ import annotations

import numpy as np

from planner.inputs.stands import for_sale
from planner.model.decisions import vintages
from planner.model.model import Model
from planner.model.programme import Block, any_of
from planner.scenario.supply import COMMITTED, SupplyLimit


def occupancy(model: Model) -> None:
    """Occupy no more than is there: sum_w run / utilisation[w] + sum_c train <= firm (fleet + rent).

    Whole replicas occupy all of their devices: devices[c] replica in place of run / utilisation.
    """
    inputs, enter = model.inputs, model.programme.enter
    keys = [(s.site, s.name) for s in inputs.stands]
    position = {key: i for i, key in enumerate(model.replica.keys)}
    stands = [mode.stand for mode in inputs.modes]
    used = any_of(model.run.at >= 0, stands, len(keys))
    for j, (*_, stand) in enumerate(model.trainings):
        used[:, :, stand] |= (model.train.at[:, j] >= 0)[:, None]
    rows = model.programme.add_rows("occupancy", ("site", "offer"), keys, model.each_slice, "<=", 0.0, mask=used)
    util = np.array([inputs.doc.workloads[inputs.workloads[mode.w]].utilisation for mode in inputs.modes])
    whole = np.array([key in position for key in model.run.keys], bool)
    enter(rows.at[:, :, stands], np.where(whole, -1, model.run.at), 1 / util)
    if position:
        replica = [position[key] for key in model.run.keys if key in position]
        tied = np.flatnonzero(whole).tolist()
        devices = np.array([float(inputs.modes[i].devices) for i in tied])
        enter(rows.at[:, :, [stands[i] for i in tied]], model.replica.at[:, :, replica], devices)
    for j, (*_, stand) in enumerate(model.trainings):
        enter(rows.at[:, :, stand], model.train.at[:, j][:, None], 1.0)
    enter(rows.at, model.fleet.at[:, None, :], -model.firm[:, None, :])
    enter(rows.at, model.rent.at, -model.firm[:, None, :])


def replicas(model: Model) -> None:
    """Work on whole replicas: run[t,k,m] / utilisation[w] <= devices[c] replica[t,k,m]."""
    position = {key: i for i, key in enumerate(model.run.keys)}
    run = [position[key] for key in model.replica.keys]
    modes = [model.inputs.modes[i] for i in run]
    util = np.array([model.inputs.doc.workloads[model.inputs.workloads[m.w]].utilisation for m in modes])
    rows = model.programme.add_rows(
        "replicas", model.replica.axes, model.replica.keys, model.each_slice, "<=", 0.0, mask=model.replica.at >= 0
    )
    model.programme.enter(rows.at, model.run.at[:, :, run], 1 / util)
    model.programme.enter(rows.at, model.replica.at, -np.array([float(m.devices) for m in modes]))


def configuration(model: Model) -> None:
    """Use one configuration: run[t,k,m] <= useful[t,k,m] configure[w,c], and sum_c configure[w,c] <= 1."""
    programme = model.programme
    position = {key: i for i, key in enumerate(model.configure.keys)}
    chosen = [position.get((key[2], key[3]), -1) for key in model.run.keys]
    tied = [i for i, c in enumerate(chosen) if c >= 0]
    rows = _run_limits(model, "configuration", tied)
    programme.enter(rows.at, model.configure.at[0, [chosen[i] for i in tied]], -model.useful_run[:, :, tied])
    names = sorted({w for w, _ in model.configure.keys})
    one = programme.add_rows("one_configuration", ("workload",), [(w,) for w in names], (), "<=", 1.0)
    programme.enter(one.at[0, [names.index(w) for w, _ in model.configure.keys]], model.configure.at[0], 1.0)


def _run_limits(model: Model, name: str, modes: list[int]) -> Block:
    """Add rows run[t,k,m] <= 0 of some modes, for what lets them run to be entered."""
    run = model.run.at[:, :, modes]
    keys = [model.run.keys[i] for i in modes]
    rows = model.programme.add_rows(name, model.run.axes, keys, model.each_slice, "<=", 0.0, mask=run >= 0)
    model.programme.enter(rows.at, run, 1.0)
    return rows


def porting(model: Model) -> None:
    """Run on a maker's devices once ported: run[t,k,m] <= useful[t,k,m] sum_{t' + lead <= t} port[t',e], once at most."""
    inputs, programme = model.inputs, model.programme
    doc, time = inputs.doc, inputs.time
    tied = [
        (i, j)
        for j, (e,) in enumerate(model.port.keys)
        for i, mode in enumerate(inputs.modes)
        if doc.enablements[e].workload == inputs.workloads[mode.w]
        and doc.enablements[e].maker == doc.devices[inputs.devices[inputs.stands[mode.stand].d]].maker
    ]
    modes = [i for i, _ in tied]
    rows = _run_limits(model, "porting", modes)
    for n, (i, j) in enumerate(tied):
        lead = doc.enablements[model.port.keys[j][0]].lead_time_months
        ready = time.offsets[None, :-1] + lead <= time.offsets[:-1, None] + 1e-9
        at = np.where(ready[:, None, :], rows.at[:, :, n][:, :, None], -1)
        programme.enter(at, model.port.at[:, j][None, None, :], -model.useful_run[:, :, i][:, :, None])
    once = programme.add_rows("port_once", ("enablement",), model.port.keys, (), "<=", 1.0)
    programme.enter(once.at, model.port.at, 1.0)


def accumulation(model: Model) -> None:
    """Add up what arrives while it lasts: fleet[t] = fleet[t-1] + sum_v (lasting[v,t] - lasting[v,t-1]) add[v] - retired.

    lasting[v,t] is the share of period t in which devices that arrived in v are in place.
    """
    inputs, programme = model.inputs, model.programme
    stands = inputs.stands
    change = np.diff(inputs.time.beside(s.fixed for s in stands), axis=0, prepend=0.0)
    rows = programme.add_rows(
        "accumulation", model.fleet.axes, model.fleet.keys, (model.T,), "==", change, mask=model.fleet.at >= 0
    )
    programme.enter(rows.at, model.fleet.at, 1.0)
    programme.enter(rows.at[1:], model.fleet.at[:-1], -1.0)
    kept = [i for i, stand in enumerate(stands) if stand.committed]
    names = sorted({stands[i].name for i in kept})
    lasting = {stands[i].name: stands[i].lasting for i in kept}  # of one offer at all its sites
    arriving = np.diff(np.array([lasting[name] for name in names]).reshape(-1, model.T, model.T), axis=2, prepend=0.0)
    of = [names.index(stands[i].name) for i in kept]
    programme.enter(rows.at.T[kept][:, None, :], model.add.at.T[kept][:, :, None], -arriving[of])
    for j, sold, gone in sales(model):
        programme.enter(rows.at[:, sold][None, :], model.retire.at[:, j][:, None], gone)


def sales(model: Model) -> list[tuple[int, int, np.ndarray]]:
    """Return for each retire column its position, its stand, and what a sale in t takes from each period's change, (T, T)."""
    time = model.inputs.time
    stand_of = {(s.site, s.name): i for i, s in enumerate(model.inputs.stands)}
    since = {(stand_of[s.site, s.name], name): when for s in model.inputs.stands if s.offer.resale_share is not None
             for name, when, _ in vintages(model, stand_of[s.site, s.name])}  # fmt: skip
    found = []
    for j, (site, offer, name) in enumerate(model.retire.keys):
        i = stand_of[site, offer]
        alive = time.alive(model.inputs.stands[i].months, np.array([since[i, name]]))[0]
        gone = np.triu(np.ones((model.T, model.T))) * alive[None, :]
        found.append((j, i, np.diff(gone, axis=1, prepend=0.0)))
    return found


def retirement(model: Model) -> None:
    """Sell what there is: sum_t retire[t,s,o,v] <= add[v,s,o], or what was held."""
    position = {(s.site, s.name): i for i, s in enumerate(model.inputs.stands)}
    right, arriving = [], []
    for site, offer, name in model.retire.keys:
        i = position[site, offer]
        units = {n: u for n, _, u in vintages(model, i)}[name]
        right.append(units or 0.0)
        arriving.append(-1 if units is not None else model.add.at[model.inputs.time.names.index(name), i])
    rows = model.programme.add_rows("retirement", model.retire.axes, model.retire.keys, (), "<=", np.array(right))
    model.programme.enter(rows.at, model.retire.at, 1.0)
    model.programme.enter(rows.at, np.array(arriving, np.int32)[None, :], -1.0)


def supply(model: Model) -> None:
    """Have no more of an offer than there is: sum_s add[t,s,o] <= supply[t,o], added up with carry-over."""
    inputs, doc = model.inputs, model.inputs.doc
    limits = {
        o: SupplyLimit.model_construct(
            offers=[o], units=_had(model, o), units_per_year=doc.offers[o].supply_per_year,
            share=1.0, carry_over=doc.offers[o].carry_over,
        )
        for o in inputs.offers
        if doc.offers[o].kind in COMMITTED
    }  # fmt: skip
    _limit(model, "supply", "offer", limits)


def _had(model: Model, name: str) -> tuple[float, ...] | None:
    """Return the supply of an offer by period, none of it before the offer is to be had or after."""
    offer, time = model.inputs.doc.offers[name], model.inputs.time
    if offer.supply is None:
        return None
    return tuple(np.where(for_sale(offer, time), time.series(offer.supply), 0.0))


def pool(model: Model) -> None:
    """Rent no more than there is at any moment: sum_s rent[t,k,s,o] <= supply[t,o]."""
    inputs = model.inputs
    hourly = {s.name: s.supply for s in inputs.stands if not s.committed and s.supply is not None}
    names = sorted(hourly)
    right = inputs.time.beside(hourly[o] for o in names)[:, None, :]
    members = [i for i, s in enumerate(inputs.stands) if s.name in hourly]
    limit = [names.index(inputs.stands[i].name) for i in members]
    rent = model.rent.at[:, :, members]
    exists = any_of(rent >= 0, limit, len(names))
    rows = model.programme.add_rows(
        "pool", ("offer",), [(o,) for o in names], model.each_slice, "<=", right, mask=exists
    )
    model.programme.enter(rows.at[:, :, limit], rent, 1.0)


def supply_together(model: Model) -> None:
    """Have no more of a maker, a device or several offers than there is: sum add[t] <= share[t] units[t]."""
    _limit(model, "supply_together", "limit", model.inputs.doc.supply)


def members_of(model: Model, limit: SupplyLimit) -> list[int]:
    """Return the stands that a limit counts."""
    inputs, doc = model.inputs, model.inputs.doc
    return [
        i
        for i, stand in enumerate(inputs.stands)
        if stand.committed
        and (
            (limit.offers is not None and stand.name in limit.offers)
            or (limit.device is not None and inputs.devices[stand.d] == limit.device)
            or (limit.maker is not None and doc.devices[inputs.devices[stand.d]].maker == limit.maker)
        )
    ]


def _limit(model: Model, name: str, axis: str, limits: dict[str, SupplyLimit]) -> None:
    """Add the rows of limits on arrivals: by period, and (named `.._year`) by calendar year."""
    time, programme = model.inputs.time, model.programme
    by_period = [n for n in sorted(limits) if limits[n].units is not None]
    members = {n: members_of(model, limits[n]) for n in limits}
    spans = {n: _spans(np.eye(model.T), limits[n]) for n in by_period}
    units = {n: time.series(limits[n].units or 0.0) * time.series(limits[n].share) for n in by_period}
    right = time.beside(np.cumsum(units[n]) if limits[n].carry_over else units[n] for n in by_period)
    exists = [_reached(model, spans[n], members[n]) for n in by_period]
    rows = programme.add_rows(
        name,
        (axis,),
        [(n,) for n in by_period],
        (model.T,),
        "<=",
        right,
        mask=time.beside(exists, bool),
    )
    for j, n in enumerate(by_period):
        arriving = model.add.at[:, members[n]]
        programme.enter(rows.at[:, j][:, None, None], arriving[None], spans[n][:, :, None])
    years = sorted(set(time.years))
    in_year = np.array([[y == year for y in time.years] for year in years], float)
    yearly = [n for n in sorted(limits) if limits[n].units_per_year is not None]
    spans = {n: _spans(in_year, limits[n]) for n in yearly}
    amounts = {n: _yearly(limits[n], years, time.years, time.series(limits[n].share)) for n in yearly}
    keys = [(n, year) for n in yearly for year in years]
    flat = np.concatenate([amounts[n] for n in yearly]) if yearly else np.zeros(0)
    reached = np.concatenate([_reached(model, spans[n], members[n]) for n in yearly]) if yearly else np.zeros(0, bool)
    rows = programme.add_rows(
        f"{name}_year",
        (axis, "year"),
        keys,
        (),
        "<=",
        np.where(np.isfinite(flat), flat, 0.0),
        mask=reached & np.isfinite(flat),
    )
    for j, n in enumerate(yearly):
        at = rows.at[0, j * len(years) : (j + 1) * len(years)]
        arriving = model.add.at[:, members[n]]
        programme.enter(at[:, None, None], arriving[None], spans[n][:, :, None])


def _spans(during: np.ndarray, limit: SupplyLimit) -> np.ndarray:
    """Return which periods each row of a limit adds up: its own, or all until then with carry-over."""
    return np.minimum(np.cumsum(during, axis=0), 1.0) if limit.carry_over else during


def _reached(model: Model, spans: np.ndarray, members: list[int]) -> np.ndarray:
    """Return which rows of a limit have anything that can arrive."""
    arrives = (model.add.at[:, members] >= 0).any(axis=1)
    return np.asarray((spans > 0) @ arrives.astype(float) > 0)


def _yearly(limit: SupplyLimit, years: list[str], year_of: tuple[str, ...], share: np.ndarray) -> np.ndarray:
    """Return what each year allows, infinite where nothing is stated; the share is that of the year's first period."""
    listed = limit.units_per_year or {}
    amounts = np.array(
        [listed.get(year, np.inf) * share[year_of.index(year)] if year in listed else np.inf for year in years]
    )
    return np.cumsum(amounts) if limit.carry_over else amounts


def commitment(model: Model) -> None:
    """Keep a minimum commitment: sum_s fleet[t,s,o] >= least[t,o] commit[o], and nothing without it.

    A commitment that is signed already (obliged) has no commit: it stands on the right.
    """
    inputs, programme = model.inputs, model.programme
    doc, time = inputs.doc, inputs.time
    names = [o for o in inputs.offers if doc.offers[o].min_commitment is not None]
    least = time.beside(time.series(doc.offers[o].min_commitment or 0.0) for o in names)
    position = {key[0]: j for j, key in enumerate(model.commit.keys)}
    obliged = np.array([o not in position for o in names], bool)
    stands = [[i for i, s in enumerate(inputs.stands) if s.name == o] for o in names]
    exists = np.array([(model.fleet.at[:, i] >= 0).any(axis=1) for i in stands], bool).T.reshape(model.T, len(names))
    rows = programme.add_rows(
        "commitment",
        ("offer",),
        [(o,) for o in names],
        (model.T,),
        ">=",
        np.where(obliged, least, 0.0),
        mask=exists & (least > 0),
    )
    caps = programme.add_rows(
        "commitment_cap", ("offer",), [(o,) for o in names], (model.T,), "<=", 0.0, mask=exists & ~obliged[None, :]
    )
    for n, o in enumerate(names):
        programme.enter(rows.at[:, [n]], model.fleet.at[:, stands[n]], 1.0)
        programme.enter(caps.at[:, [n]], model.fleet.at[:, stands[n]], 1.0)
        if o in position:
            column = model.commit.at[0, position[o]]
            programme.enter(rows.at[:, n], column, -least[:, n])
            most = model.useful_stand[:, stands[n]].max(axis=0, initial=0.0).sum() * model.padding
            programme.enter(caps.at[:, n], column, -np.full(model.T, most))
