"""The programme with the inputs it is made of, and what they allow: work that is sold, ways to run campaigns, useful amounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.inputs.inputs import Inputs
from planner.inputs.stands import Stand, offered, sites_of
from planner.inputs.time import Time
from planner.model.arrays import Floats
from planner.model.programme import Block, Programme, summed
from planner.scenario.base import Values
from planner.scenario.check import ranks
from planner.scenario.schema import Document
from planner.scenario.supply import ServerlessWork

MOST_FOR_A_PART = 100.0
"""How many times as many devices may be had for the part of a period that their term ends in."""

MOST_PADDING = 1e4
"""How many times as many devices as are useful a yes-or-no decision allows at the most, for the sake of numerics."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sale:
    """A serverless offer of a workload at a site."""

    offer: str
    site: str
    workload: str
    s: int
    w: int
    terms: ServerlessWork
    currency: str | None
    offered: Mask


@dataclass(frozen=True)
class Option:
    """One way to run a campaign: a device, a site and a start."""

    campaign: str
    device: str
    site: str
    start: int
    units: float


@dataclass
class Model:
    """The programme with the inputs it is made of; rules and costs read both.

    The blocks of columns are attributes, named as in docs/model.md.
    """

    inputs: Inputs
    programme: Programme
    pairs: NDArray[np.int64] = field(init=False)
    serve: Block = field(init=False)
    unmet: Block = field(init=False)
    work: Block = field(init=False)
    run: Block = field(init=False)
    fleet: Block = field(init=False)
    add: Block = field(init=False)
    rent: Block = field(init=False)
    retire: Block = field(init=False)
    open: Block = field(init=False)
    opened: Block = field(init=False)
    closed: Block = field(init=False)
    module: Block = field(init=False)
    choose: Block = field(init=False)
    train: Block = field(init=False)
    port: Block = field(init=False)
    commit: Block = field(init=False)
    replica: Block = field(init=False)
    configure: Block = field(init=False)
    flow: Block = field(init=False)
    path: Block = field(init=False)
    assign: Block = field(init=False)
    carry: Block = field(init=False)
    trunk: Block = field(init=False)
    shed: Block = field(init=False)
    lit: Block = field(init=False)
    use: Block = field(init=False)

    @property
    def T(self) -> int:  # noqa: N802
        """Number of periods."""
        return self.inputs.time.periods

    @property
    def K(self) -> int:  # noqa: N802
        """Number of slices."""
        return len(self.inputs.time.slices)

    @property
    def each_slice(self) -> tuple[int, int]:
        """Time part of what is decided for each slice."""
        return self.T, self.K

    @property
    def serves_most(self) -> bool:
        """Whether the first objective is to serve most, so that what has no penalty may stay unserved."""
        return ranks(self.inputs.doc)[0].of == "served"

    @cached_property
    def sales(self) -> tuple[Sale, ...]:
        """Every serverless offer of a workload at a site."""
        return sales_of(self.inputs)

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Every way to run each campaign."""
        return options_of(self.inputs)

    @cached_property
    def trainings(self) -> tuple[tuple[str, str, str, int], ...]:
        """Campaign, device, site and stand of each way to give a campaign its devices."""
        inputs = self.inputs
        ways = sorted({(o.campaign, o.device, o.site) for o in self.options})
        return tuple(
            (campaign, device, site, i)
            for campaign, device, site in ways
            for i, stand in enumerate(inputs.stands)
            if stand.site == site and inputs.devices[stand.d] == device and not stand.scattered
        )

    @cached_property
    def rates(self) -> Floats:
        """Work per hour of one device at full use in each mode, shape (T, modes)."""
        return self.inputs.time.beside(mode.rate for mode in self.inputs.modes)

    @cached_property
    def firm(self) -> Floats:
        """Share of the devices at each stand that can be counted on, shape (T, stands)."""
        return self.inputs.time.beside(stand.firm for stand in self.inputs.stands)

    @cached_property
    def runs(self) -> Mask:
        """Whether a workload can run in each mode, shape (T, modes)."""
        return self.inputs.time.beside((mode.runs for mode in self.inputs.modes), bool)

    @cached_property
    def present(self) -> Mask:
        """Whether devices can be in place at each stand, shape (T, stands)."""
        return self.inputs.time.beside((stand.present for stand in self.inputs.stands), bool)

    @cached_property
    def arrives(self) -> Mask:
        """Whether devices can arrive, or be rented, at each stand, shape (T, stands)."""
        return self.inputs.time.beside((stand.arrives for stand in self.inputs.stands), bool)

    @cached_property
    def useful_run(self) -> Floats:
        """Devices at work that could be useful in each mode, shape (T, K, modes)."""
        stands, modes = self.inputs.stands, self.inputs.modes
        w, s = [mode.w for mode in modes], [stands[mode.stand].s for mode in modes]
        return np.where(self.runs[:, None, :], self._reach[:, :, w, s] / self.rates[:, None, :], 0.0)

    @cached_property
    def _reach(self) -> Floats:
        """Demand that each site can reach, shape (T, K, W, S)."""
        allowed = self.inputs.routes.allowed.astype(float)
        return np.asarray(np.einsum("tkwr,wrs->tkws", self.inputs.demand, allowed, optimize=True))

    @cached_property
    def useful_stand(self) -> Floats:
        """Devices in place that could be useful at each stand, shape (T, stands)."""
        inputs = self.inputs
        stands, modes = inputs.stands, inputs.modes
        workloads = [inputs.doc.workloads[inputs.workloads[mode.w]] for mode in modes]
        util = np.array([workload.utilisation for workload in workloads])
        # Rounding up to whole replicas can add as many devices as one has.
        whole = np.array([mode.devices * w.whole_replicas for mode, w in zip(modes, workloads, strict=True)], float)
        run = np.array(self.useful_run.max(axis=1)) / util + whole
        useful = summed(run, [mode.stand for mode in modes], len(stands))
        for _, device, site, at in self.trainings:
            useful[:, at] += max((o.units for o in self.options if (o.device, o.site) == (device, site)), default=0.0)
        offers = {stand.name: stand for stand in stands}
        least = {name: inputs.time.series(s.offer.min_commitment or 0.0) for name, s in offers.items()}
        lasts = {name: _least_share(stand) for name, stand in offers.items()}
        useful += inputs.time.beside(least[stand.name] + stand.fixed for stand in stands)
        useful /= np.where(self.firm > 0, self.firm, 1.0) * np.array([lasts[stand.name] for stand in stands])
        useful += np.array([stand.integer for stand in stands])
        if inputs.doc.shares:  # what one offer adds, a share may ask of another
            useful = np.maximum(useful, useful.sum(axis=1, keepdims=True))
        return useful

    @cached_property
    def pays(self) -> bool:
        """Whether a price is below zero, so that more devices than are of any use may be wanted."""
        doc = self.inputs.doc
        offers = [doc.offers[name] for name in sorted({stand.name for stand in self.inputs.stands})]
        prices = [
            *(price for offer in offers for price in (offer.price_per_unit, offer.price_per_hour)),
            *(doc.sites[site].tariff_per_kwh for site in sorted({stand.site for stand in self.inputs.stands})),
        ]
        return any(price is not None and _least(price) < 0 for price in prices)

    @cached_property
    def padding(self) -> float:
        """How many times as many devices as are useful may be wanted where a yes-or-no decision lets them stand.

        Shares can ask for such as stand by to fill them, and where devices pay there is no end to what is wanted.

        With u at work, a least share m of others needs m / (1 - m) u of them, and a greatest share g of those
        at work 1 / g of all; by power, times the ratio of the devices' draws.
        """
        inputs = self.inputs
        if self.pays:
            return MOST_PADDING
        kw = [inputs.doc.devices[inputs.devices[stand.d]].power_kw for stand in inputs.stands]
        spread = max(kw, default=1.0) / min((x for x in kw if x > 0), default=1.0)
        times = 1.0
        for share in inputs.doc.shares.values():
            if share.of == "work":
                continue
            least = inputs.time.series(share.min_share or 0.0)
            most = inputs.time.series(1.0 if share.max_share is None else share.max_share)
            times /= (1 - least[least < 1]).min(initial=1.0) * most[most > 0].min(initial=1.0)
            times *= max(spread, 1.0) if share.of == "power" else 1.0
        return float(min(times, MOST_PADDING))


def _least(values: Values) -> float:
    """Return the least of a figure or of a series of them."""
    return min(values) if isinstance(values, list | tuple) else values


def _least_share(stand: Stand) -> float:
    """Return the least share of a period that devices of a stand are in place for: so many times more may be needed."""
    shares = stand.lasting[stand.lasting > 0] if stand.committed else np.ones(1)
    return max(float(shares.min(initial=1.0)), 1 / MOST_FOR_A_PART)


def _open(doc: Document, time: Time, site: str) -> Mask:
    """Return the periods in which a site is, or can be, open, shape (T,)."""
    return np.asarray(np.arange(time.periods) >= time.position(doc.sites[site].opens, 0))


def sales_of(inputs: Inputs) -> tuple[Sale, ...]:
    """Return every serverless offer of a workload at a site."""
    doc, time = inputs.doc, inputs.time
    return tuple(
        Sale(
            offer=name,
            site=site,
            workload=w,
            s=inputs.sites.index(site),
            w=inputs.workloads.index(w),
            terms=offer.work[w],
            currency=offer.currency,
            offered=_open(doc, time, site) & offered(offer, time),
        )
        for name in inputs.offers
        for offer in [doc.offers[name]]
        if offer.work
        for site in sites_of(doc, offer)
        for w in sorted(offer.work)
    )


def options_of(inputs: Inputs) -> tuple[Option, ...]:
    """Return every way to run each campaign."""
    return tuple(option for name in sorted(inputs.doc.campaigns) for option in _options(inputs, name))


def _options(inputs: Inputs, name: str) -> list[Option]:
    """Return every device, site and start that a campaign can have."""
    doc, time = inputs.doc, inputs.time
    campaign = doc.campaigns[name]
    first = time.position(campaign.start or campaign.earliest, 0)
    starts = [first] if campaign.start else range(first, time.periods)
    end = time.offsets[time.position(campaign.deadline, time.periods - 1) + 1]
    alive = time.alive(campaign.months) > 0
    found = []
    for device in sorted(set(campaign.devices)):
        if campaign.interconnect is not None and doc.devices[device].interconnect not in campaign.interconnect:
            continue
        units = campaign.units_by_device.get(device, campaign.units)
        for site in sorted(set(campaign.sites)):
            stands = [s for s in inputs.stands if s.site == site and inputs.devices[s.d] == device and not s.scattered]
            for start in starts:
                during = alive[start]
                fits = time.offsets[start] + campaign.months <= end + 1e-9
                if fits and stands and np.all(np.any([s.present[during] for s in stands], axis=0)):
                    found.append(Option(name, device, site, start, units))
    return found
