"""Stands: each offer at each site where it is to be had, with when it can arrive and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.inputs.firm import firm_factors, work_factor
from planner.inputs.time import Time
from planner.model.arrays import Floats
from planner.scenario.schema import Document
from planner.scenario.supply import BY_THE_HOUR, COMMITTED, Offer

DEFAULT_LIFE_MONTHS = 60.0
FOREVER = 1e9

Periods = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Arrival:
    """Devices that arrive, or arrived, whatever the plan decides: a holding or an order."""

    name: str
    units: float
    since: float
    paid: bool
    period: int | None

    @property
    def vintage(self) -> str:
        """Name of its vintage; a holding and an order may have the same name."""
        return f"{'held' if self.period is None else 'ordered'} {self.name}"


@dataclass(frozen=True)
class Stand:
    """An offer of devices at a site.

    Attributes
    ----------
    committed
        Whether its devices are in place for whole periods (bought, leased, reserved).
    arrives
        Periods in which devices can arrive, shape (T,); for hourly kinds, in which they can be rented.
    present
        Periods in which devices can be in place, shape (T,).
    lasting
        Share of each period in which devices that arrived in another are in place, shape (T, T); empty for hourly kinds.
    fixed
        Devices in place whatever the plan decides, shape (T,).
    firm
        Share of devices that can be counted on: availability, or a pool's firm factor, shape (T,).
    work_share
        Useful share of a device's work: what verification and lost jobs leave.
    facility
        Whether it uses the site's power and energy.
    scattered
        Whether its devices are nodes of a network without a place, each on its own.
    """

    name: str
    offer: Offer
    site: str
    o: int
    s: int
    d: int
    committed: bool
    months: float
    arrives: Periods
    present: Periods
    lasting: Floats
    fixed: Floats
    firm: Floats
    work_share: float
    facility: bool
    scattered: bool
    supply: Floats | None
    integer: bool
    arrivals: tuple[Arrival, ...] = field(default=())


def sites_of(doc: Document, offer: Offer) -> list[str]:
    """Return the sites where an offer is to be had."""
    if offer.sites is not None:
        return sorted(offer.sites)
    return sorted(name for name, site in doc.sites.items() if not site.distributed)


def offered(offer: Offer, time: Time) -> Periods:
    """Return the periods that an offer is to be had in, its lead time over, shape (T,)."""
    return for_sale(offer, time) & (time.offsets[:-1] >= offer.lead_time_months - 1e-9)


def for_sale(offer: Offer, time: Time) -> Periods:
    """Return the periods between an offer's first and its last, shape (T,)."""
    t = np.arange(time.periods)
    first, last = time.position(offer.available_from, 0), time.position(offer.available_until, time.periods - 1)
    return (t >= first) & (t <= last)


def stands_of(doc: Document, time: Time) -> tuple[Stand, ...]:
    """Return every stand of a scenario, by offer and site."""
    names, sites, devices = sorted(doc.offers), sorted(doc.sites), sorted(doc.devices)
    places, ranks = {site: s for s, site in enumerate(sites)}, {device: d for d, device in enumerate(devices)}
    return tuple(
        stand
        for o, name in enumerate(names)
        if doc.offers[name].kind != "serverless"
        for stand in _at_sites(doc, time, name, o, ranks[str(doc.offers[name].device)], places)
    )


def _at_sites(doc: Document, time: Time, name: str, o: int, d: int, places: dict[str, int]) -> Iterator[Stand]:
    """Yield the stands of one offer, `o` among the offers and of device `d`; `places` are the positions of the sites."""
    offer = doc.offers[name]
    committed = offer.kind in COMMITTED
    months = offer.term_months or (offer.life_months or DEFAULT_LIFE_MONTHS if offer.kind == "buy" else FOREVER)
    supply = _supply(offer, time)
    to_be_had = offered(offer, time)
    if supply is not None:
        to_be_had &= (np.cumsum(supply) if offer.carry_over else supply) > 0
    firm = np.full(time.periods, offer.availability)
    if offer.pool is not None:
        firm = firm_factors(time.series(offer.pool.nodes) if supply is None else supply, offer.pool)
        to_be_had &= firm > 0
    lasting = time.alive(months) if committed else np.zeros((0, 0))
    included = offer.includes_power if offer.includes_power is not None else offer.kind not in ("buy", "lease")
    lasts = lasting > 0 if committed else np.eye(time.periods, dtype=bool)
    in_place = (to_be_had[:, None] & lasts).any(axis=0)
    nothing, never = np.zeros(time.periods), np.zeros(time.periods, bool)
    sold, anyway = {*sites_of(doc, offer)}, _arrivals(doc, time, name)
    work_share = work_factor(offer.pool) if offer.pool else 1.0
    for key in sorted(sold | anyway.keys()):
        site, arrivals = doc.sites[key], anyway.get(key, ())
        arrives, present = (to_be_had, in_place) if key in sold else (never, never)
        if site.opens is not None:
            arrives = arrives & (np.arange(time.periods) >= time.position(site.opens, 0))
            present = (arrives[:, None] & lasts).any(axis=0)
        fixed = nothing
        for arrival in arrivals:
            fixed = fixed + arrival.units * time.alive(months, np.array([arrival.since]))[0]
        if committed and arrivals:
            present = present | (fixed > 0)
        yield Stand(
            name=name,
            offer=offer,
            site=key,
            o=o,
            s=places[key],
            d=d,
            committed=committed,
            months=months,
            arrives=arrives,
            present=present,
            lasting=lasting,
            fixed=fixed,
            firm=firm,
            work_share=work_share,
            facility=not included and not site.distributed,
            scattered=site.distributed or offer.pool is not None,
            supply=supply,
            integer=doc.integer if offer.integer is None else offer.integer,
            arrivals=arrivals,
        )


def _supply(offer: Offer, time: Time) -> Floats | None:
    """Return the offer's own limit by period: of arrivals, or of devices rented at once."""
    if offer.supply is not None:
        return time.series(offer.supply)
    if offer.kind in BY_THE_HOUR and offer.pool is not None:
        return np.floor(time.series(offer.pool.nodes) + 1e-9)
    return None


def _arrivals(doc: Document, time: Time, name: str) -> dict[str, tuple[Arrival, ...]]:
    """Return what arrives of an offer, or is there, whatever the plan decides, by site: holdings, then orders, by name."""
    found: dict[str, tuple[Arrival, ...]] = {}
    for key, held in sorted(doc.fleet.items()):
        if held.offer == name:
            arrival = Arrival(key, held.units, -held.age_months, True, None)
            found[held.site] = (*found.get(held.site, ()), arrival)
    for key, order in sorted(doc.orders.items()):
        if order.offer == name:
            t = time.names.index(order.period)
            arrival = Arrival(key, order.units, time.offsets[t], order.paid, t)
            found[order.site] = (*found.get(order.site, ()), arrival)
    return found
