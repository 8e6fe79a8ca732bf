"""The cost: one function for each kind, each charging columns, or a constant, by period (docs/model.md, cost)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from planner.model.arrays import Floats
from planner.model.decisions import vintages
from planner.model.model import Model
from planner.model.rules.policies import KG_PER_TONNE
from planner.scenario.base import Values
from planner.scenario.horizon import HOURS_PER_MONTH
from planner.scenario.places import GB_PER_HOUR_AND_GBPS, Site
from planner.scenario.supply import Offer

HOURS_PER_YEAR = 12 * HOURS_PER_MONTH
KWH_PER_MWH = 1000.0


KINDS = (
    "acquisition", "carbon", "closing", "energy", "fixed", "links", "maintenance", "modules", "opening", "penalty",
    "porting", "rent", "rental", "resale", "salvage", "serving", "traffic", "work",
)  # fmt: skip
"""What the parts of the cost are called."""


def charge(model: Model) -> None:
    """Add every part of the cost, and the emissions that one of them prices."""
    for kind in (
        _acquisition, _rent, _hourly, _maintenance, _resale, _energy, _emissions, _sites, _modules, _porting, _serving,
        _work, _traffic, _carrying, _links, _penalty, _campaigns,
    ):  # fmt: skip
        kind(model)


def _acquisition(model: Model) -> None:
    """Price on arrival, its deposit when ordered; less the book value at the end, straight line over life."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    bought = _stands_of(model, "buy")
    price = _by_stand(model, bought, lambda offer: offer.price_per_unit)
    deposit = np.array([inputs.stands[i].offer.deposit_share for i in bought])
    arrival = time.offsets[:-1, None]
    ordered = np.maximum(arrival - np.array([inputs.stands[i].offer.lead_time_months for i in bought]), 0.0)
    order_period = np.searchsorted(time.offsets, ordered + 1e-9, side="right") - 1
    add, now = model.add.at[:, bought], np.arange(model.T)[:, None]
    programme.charge("acquisition", add, price * (1 - deposit), time.at_start[:, None], now, capital=True)
    programme.charge("acquisition", add, price * deposit, time.discount(ordered), order_period, capital=True)
    programme.charge("salvage", add, -book_at_end(model, bought, price, arrival), time.at_end, model.T - 1)
    for n, i in enumerate(bought):
        stand = inputs.stands[i]
        for held in stand.arrivals:
            first = price[held.period or 0, n]
            labels: dict[str, Any] = {"offer": stand.name, "site": stand.site}
            if not held.paid:
                assert held.period is not None
                programme.charge_constant(
                    "acquisition", np.array([held.units * first]), time.at_start[held.period], held.period,
                    capital=True, **labels,
                )  # fmt: skip
            left = book_at_end(model, [i], np.array([first]), np.array([held.since]))
            programme.charge_constant("salvage", -held.units * left, time.at_end, model.T - 1, **labels)


def _stands_of(model: Model, *kinds: str) -> list[int]:
    """Return the stands whose offer is of one of these kinds."""
    return [i for i, stand in enumerate(model.inputs.stands) if stand.offer.kind in kinds]


def _by_stand(model: Model, stands: Sequence[int], price: Callable[[Offer], Values | None]) -> Floats:
    """Return a price of each stand's offer by period, in the scenario's currency; 0 where it has none; shape (T, n)."""
    inputs = model.inputs
    offers = {inputs.stands[i].name: inputs.stands[i].offer for i in stands}
    known = {
        name: inputs.time.series(price(offer) or 0.0) * inputs.exchange(offer.currency)
        for name, offer in offers.items()
    }
    return inputs.time.beside(known[inputs.stands[i].name] for i in stands)


def _salvage_share(model: Model, stands: Sequence[int]) -> Floats:
    """Return the share of its book value (or of the rent that runs on) that a device of each stand brings at the end."""
    shares = [model.inputs.stands[i].offer.salvage_share for i in stands]
    return np.array([model.inputs.doc.money.salvage if share is None else share for share in shares], dtype=float)


def book_at_end(model: Model, stands: Sequence[int], price: Floats, since: Floats) -> Floats:
    """Return the book value at the horizon's end of devices that arrived `since`, never above their discounted price.

    The last axis of `price` and `since` is that of `stands`, or has one member.
    """
    time = model.inputs.time
    months = np.array([model.inputs.stands[i].months for i in stands])
    part = time.left(months, since) / months * _salvage_share(model, stands)
    return np.asarray(price * np.minimum(part, time.discount(np.maximum(since, 0.0)) / time.at_end))


def _rent(model: Model) -> None:
    """Rent of leases and reservations over their committed hours at the price of arrival; what runs on, as salvage is."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    rented, periods = _stands_of(model, "lease", "reserve"), np.arange(model.T)
    price = _by_stand(model, rented, lambda offer: offer.price_per_hour)
    add = model.add.at[:, rented]
    lasting = np.array([inputs.stands[i].lasting for i in rented]).reshape(-1, model.T, model.T)
    programme.charge(
        "rent", add.T[:, :, None], price.T[:, :, None] * lasting * time.period_hours, time.at_middle, periods
    )
    months = np.array([inputs.stands[i].months for i in rented])
    kept = 1 - _salvage_share(model, rented)
    tail = price * time.left(months, time.offsets[:-1, None]) * HOURS_PER_MONTH * kept
    programme.charge("rent", add, tail, time.at_end, model.T - 1)
    for n, i in enumerate(rented):
        stand = inputs.stands[i]
        for held in stand.arrivals:
            first = price[held.period or 0, n] * held.units
            since = np.array([held.since])
            there = time.alive(stand.months, since)[0] * time.period_hours
            left = time.left(stand.months, since) * HOURS_PER_MONTH * kept[n]
            labels: dict[str, Any] = {"offer": stand.name, "site": stand.site}
            programme.charge_constant("rent", first * there, time.at_middle, periods, **labels)
            programme.charge_constant("rent", first * left, time.at_end, model.T - 1, **labels)


def _hourly(model: Model) -> None:
    """Price of every rented hour."""
    time = model.inputs.time
    hourly = [i for i, stand in enumerate(model.inputs.stands) if not stand.committed]
    price = _by_stand(model, hourly, lambda offer: offer.price_per_hour)
    model.programme.charge(
        "rental", model.rent.at[:, :, hourly], price[:, None, :] * time.hours[:, :, None],
        time.at_middle[:, None, None], np.arange(model.T)[:, None, None],
    )  # fmt: skip


def _maintenance(model: Model) -> None:
    """Running cost of devices in place."""
    time = model.inputs.time
    a_year = _by_stand(model, range(len(model.inputs.stands)), lambda offer: offer.maintenance_per_unit_year)
    model.programme.charge(
        "maintenance", model.fleet.at, a_year * time.period_hours[:, None] / HOURS_PER_YEAR, time.at_middle[:, None],
        np.arange(model.T)[:, None],
    )  # fmt: skip


def _resale(model: Model) -> None:
    """Early sale brings a share of the book value, and takes the book value at the end and the rent that is left away."""
    inputs, programme = model.inputs, model.programme
    time = inputs.time
    position = {(s.site, s.name): i for i, s in enumerate(inputs.stands)}
    periods = np.arange(model.T)
    for j, (site, offer_name, vintage) in enumerate(model.retire.keys):
        i = position[site, offer_name]
        stand = inputs.stands[i]
        since = {name: when for name, when, _ in vintages(model, i)}[vintage]
        price = vintage_price(model, i, vintage)
        left = np.clip(since + stand.months - time.offsets[:-1], 0.0, stand.months) / stand.months
        retire = model.retire.at[:, j]
        programme.charge("resale", retire, -price * left * (stand.offer.resale_share or 0.0), time.at_start, periods)
        book = book_at_end(model, [i], np.array([price]), np.array([since]))
        programme.charge("salvage", retire, book, time.at_end, model.T - 1)


def vintage_price(model: Model, i: int, vintage: str) -> float:
    """Return the price per device of a vintage of a stand: that of its arrival, or of the start for what was held."""
    inputs, stand = model.inputs, model.inputs.stands[i]
    arrived = {arrival.vintage: arrival.period or 0 for arrival in stand.arrivals}
    t = arrived[vintage] if vintage in arrived else inputs.time.names.index(vintage)
    return float(inputs.time.series(stand.offer.price_per_unit or 0.0)[t]) * inputs.exchange(stand.offer.currency)


def draws_kw(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Return what a device at each stand draws idle, and how much more at work, kW at the meter (average PUE), shape (stands,)."""
    inputs = model.inputs
    devices = [inputs.doc.devices[d] for d in inputs.devices]
    idle = np.array([device.idle_power_kw for device in devices])
    active = np.array([d.power_kw if d.active_power_kw is None else d.active_power_kw for d in devices])
    of, at = [stand.d for stand in inputs.stands], [stand.s for stand in inputs.stands]
    pue = np.array([inputs.doc.sites[site].pue for site in inputs.sites])[at]
    return idle[of] * pue, (active - idle)[of] * pue


def energy_columns(model: Model) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return stands, columns and energy (kWh a unit) of each family that draws power, time and slices first.

    Shapes (n,), (T, K or 1, n) and (T, K or 1, n).
    """
    inputs, time = model.inputs, model.inputs.time
    idle, busy = draws_kw(model)
    standing = np.arange(len(inputs.stands))
    running = np.array([mode.stand for mode in inputs.modes], int)
    training = np.array([stand for *_, stand in model.trainings], int)
    period, each = time.period_hours[:, None, None], time.hours[:, :, None]
    return [
        (standing, model.fleet.at[:, None, :], idle * period),
        (standing, model.rent.at, idle * each),
        (running, model.run.at, busy[running] * each),
        (training, model.train.at[:, None, :], busy[training] * period),
    ]


def _at_stands(model: Model, by_site: Callable[[Site], np.ndarray], counted: np.ndarray) -> np.ndarray:
    """Return a figure of each stand's site by period, 0 where the stand does not count, shape (T, stands)."""
    inputs = model.inputs
    sites = np.array([by_site(inputs.doc.sites[s]) for s in inputs.sites]).reshape(-1, model.T)
    return np.asarray(sites[[stand.s for stand in inputs.stands]].T * counted)


def _energy(model: Model) -> None:
    """Energy at the tariff, where the price of a device does not include it."""
    inputs, time = model.inputs, model.inputs.time
    facility = np.array([stand.facility for stand in inputs.stands], bool)
    tariff = _at_stands(model, lambda x: time.series(x.tariff_per_kwh) * inputs.exchange(x.currency), facility)
    for stands, columns, kwh in energy_columns(model):
        model.programme.charge(
            "energy", columns, kwh * tariff[:, None, stands], time.at_middle[:, None, None],
            np.arange(model.T)[:, None, None],
        )  # fmt: skip


def _emissions(model: Model) -> None:
    """Carbon of energy and of bought work, and its price."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    carbon = inputs.doc.carbon
    counted = np.array([stand.facility or carbon.scope == "all" for stand in inputs.stands], bool)
    grams = _at_stands(model, lambda x: time.series(x.carbon_g_per_kwh), counted)
    for stands, columns, kwh in energy_columns(model):
        programme.emit(columns, kwh * grams[:, None, stands] / KG_PER_TONNE, np.arange(model.T)[:, None, None])
    if carbon.scope == "all":
        periods = np.arange(model.T)[:, None]
        for j, sale in enumerate(model.sales):
            programme.emit(model.work.at[:, :, j], sale.terms.carbon_g_per_unit * time.hours / KG_PER_TONNE, periods)
    price = time.series(carbon.price_per_tonne)
    for emission in programme.emissions:
        t = emission.period
        programme.charge("carbon", emission.columns, emission.kilograms / KG_PER_TONNE * price[t], time.at_middle[t], t)


def _sites(model: Model) -> None:
    """Fixed cost of open sites, and what opening and closing cost."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    periods = np.arange(model.T)
    position = {key[0]: j for j, key in enumerate(model.open.keys)}
    for name in inputs.sites:
        site = inputs.doc.sites[name]
        rate = inputs.exchange(site.currency)
        mw = time.series(site.power_mw or 0.0)
        fixed = (time.series(site.fixed_cost_per_year) + time.series(site.fixed_cost_per_mw_year) * mw) * rate
        amount = fixed * time.period_hours / HOURS_PER_YEAR
        if name not in position:
            amount = np.where(periods >= time.position(site.opens, 0), amount, 0.0)
            programme.charge_constant("fixed", amount, time.at_middle, periods, site=name)
            continue
        j = position[name]
        opening = (time.series(site.opening_cost) + site.opening_cost_per_mw * mw.max()) * rate
        programme.charge("fixed", model.open.at[:, j], amount, time.at_middle, periods)
        programme.charge("opening", model.opened.at[:, j], opening, time.at_start, periods, capital=True)
        programme.charge(
            "closing", model.closed.at[:, j], site.closing_cost * rate, time.at_start, periods, capital=True
        )


def _modules(model: Model) -> None:
    """Price of modules when they come into use."""
    inputs, time = model.inputs, model.inputs.time
    for j, (site, name) in enumerate(model.module.keys):
        cost = time.series(inputs.doc.sites[site].modules[name].cost) * inputs.exchange(inputs.doc.sites[site].currency)
        model.programme.charge("modules", model.module.at[:, j], cost, time.at_start, np.arange(model.T), capital=True)


def _porting(model: Model) -> None:
    """Cost of porting when it starts."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    position = {key[0]: j for j, key in enumerate(model.port.keys)}
    for name in sorted(inputs.doc.enablements):
        port = inputs.doc.enablements[name]
        if name in position:
            programme.charge(
                "porting", model.port.at[:, position[name]], port.cost, time.at_start, np.arange(model.T), capital=True
            )
        elif port.decision != "never":
            t = time.names.index(port.decision)
            programme.charge_constant(
                "porting", np.array([port.cost]), time.at_start[t], t, capital=True, workload=port.workload
            )


def _serving(model: Model) -> None:
    """Cost of serving a region from a site, as the scenario's matrix says."""
    inputs, time = model.inputs, model.inputs.time
    matrix = np.zeros(inputs.routes.allowed.shape)
    for w, name in enumerate(inputs.workloads):
        for site, costs in inputs.doc.workloads[name].serving_cost.items():
            for region, cost in costs.items():
                matrix[w, inputs.regions.index(region), inputs.sites.index(site)] = cost
    each = matrix[model.pairs[0], model.pairs[1], model.pairs[2]]
    model.programme.charge(
        "serving",
        model.serve.at,
        each * time.hours[:, :, None],
        time.at_middle[:, None, None],
        np.arange(model.T)[:, None, None],
    )


def _work(model: Model) -> None:
    """Price of work that is sold by the unit."""
    inputs, time = model.inputs, model.inputs.time
    for j, sale in enumerate(model.sales):
        price = time.series(sale.terms.price_per_unit) * inputs.exchange(sale.currency)
        model.programme.charge(
            "work",
            model.work.at[:, :, j],
            price[:, None] * time.hours,
            time.at_middle[:, None],
            np.arange(model.T)[:, None],
        )


def _traffic(model: Model) -> None:
    """Price of traffic: egress of the site for what it sends, and of the links on the way."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    doc, routes = inputs.doc, inputs.routes
    t3 = np.arange(model.T)[:, None, None]
    workloads = [doc.workloads[w] for w in inputs.workloads]
    down = np.array([w.data_gb_per_unit for w in workloads])
    up = np.array([w.upload_gb_per_unit for w in workloads])
    egress = np.array([doc.sites[s].egress_per_gb * inputs.exchange(doc.sites[s].currency) for s in inputs.sites])
    w, r, s = model.pairs
    each = down[w] * egress[s] + (down + up)[w] * routes.price_per_gb[w, r, s]
    programme.charge("traffic", model.serve.at, each * time.hours[:, :, None], time.at_middle[:, None, None], t3)
    if not routes.arcs:
        return
    arcs = len(routes.arcs)
    price = np.tile(routes.arc_price_per_gb, model.flow.at.shape[-1] // arcs) * GB_PER_HOUR_AND_GBPS
    programme.charge("traffic", model.flow.at, price * time.hours[:, :, None], time.at_middle[:, None, None], t3)
    paid = routes.arc_price_per_gb
    each = np.array(
        [paid[list(p.arcs)].sum() * down[p.workload] + paid[list(p.back)].sum() * up[p.workload] for p in routes.paths]
    )
    programme.charge("traffic", model.path.at, each * time.hours[:, :, None], time.at_middle[:, None, None], t3)


def _carrying(model: Model) -> None:
    """Price of traffic between nodes on the links that it takes, and the penalty on what is left behind."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    routes, doc = inputs.routes, inputs.doc
    t3 = np.arange(model.T)[:, None, None]
    if routes.arcs:
        price = np.tile(routes.arc_price_per_gb, model.carry.at.shape[-1] // len(routes.arcs)) * GB_PER_HOUR_AND_GBPS
        programme.charge("traffic", model.carry.at, price * time.hours[:, :, None], time.at_middle[:, None, None], t3)
        each = np.array([routes.arc_price_per_gb[list(p.arcs)].sum() for p in routes.trunks]) * GB_PER_HOUR_AND_GBPS
        programme.charge("traffic", model.trunk.at, each * time.hours[:, :, None], time.at_middle[:, None, None], t3)
    for j, (name,) in enumerate(model.shed.keys):
        penalty = time.series(doc.traffic[name].unmet_penalty_per_gb or 0.0) * GB_PER_HOUR_AND_GBPS
        programme.charge(
            "penalty", model.shed.at[:, :, j], penalty[:, None] * time.hours, 1.0, np.arange(model.T)[:, None]
        )


def _links(model: Model) -> None:
    """Price of blocks of capacity when they come into use, and of using a link at all, at the start."""
    inputs, programme, time = model.inputs, model.programme, model.inputs.time
    links = inputs.doc.network.links
    for j, (link, module) in enumerate(model.lit.keys):
        cost = time.series(links[link].modules[module].cost)
        programme.charge("links", model.lit.at[:, j], cost, time.at_start, np.arange(model.T), capital=True)
    use_cost = np.array([links[link].use_cost for (link,) in model.use.keys])
    programme.charge("links", model.use.at[0], use_cost, 1.0, 0, capital=True)


def _penalty(model: Model) -> None:
    """Penalty on unmet demand, not discounted."""
    inputs, time = model.inputs, model.inputs.time
    known = {w: time.series(inputs.doc.workloads[w].unmet_penalty or 0.0) for w in inputs.workloads}
    each = np.array([known[name] for name, _ in model.unmet.keys]).reshape(-1, model.T).T
    model.programme.charge(
        "penalty", model.unmet.at, each[:, None, :] * time.hours[:, :, None], 1.0, np.arange(model.T)[:, None, None]
    )


def _campaigns(model: Model) -> None:
    """What a campaign that may be left out is worth: lost, unless it runs; not discounted."""
    doc, programme = model.inputs.doc, model.programme
    for name in sorted(doc.campaigns):
        value = doc.campaigns[name].value
        if value is None:
            continue
        programme.charge_constant("penalty", np.array([value]), 1.0, model.T - 1)
        ways = [j for j, key in enumerate(model.choose.keys) if key[0] == name]
        programme.charge("penalty", model.choose.at[0, ways], -value, 1.0, model.T - 1)
