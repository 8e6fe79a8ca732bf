"""Why a region is not served more of a workload: one reason or more for each way that it could be served.

A way is an offer at a site, with a device that could do the work, or an offer that sells it. A way that exists and
is not used more has either a limit that binds, which its price shows, or costs more than leaving the work undone:
at an optimum no column has a gain left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planner.explain.binding import as_chosen
from planner.inputs.inputs import Inputs
from planner.inputs.modes import barriers, enabled
from planner.inputs.stands import Stand
from planner.model.model import Sale, sales_of
from planner.plan import words
from planner.plan.plan import Plan
from planner.scenario.supply import SupplyLimit
from planner.scenario.tree import dotted

NO_PRICE = 1e-9
"""A dual below this share of the greatest is none."""

USED = 1e-6
"""Power is all used if no more than this share of it is left."""

SHUT = 0.5
"""A site that is open less than this is closed: it is 0 or 1, but for rounding."""


@dataclass(frozen=True, order=True)
class Reason:
    """Why one way does not serve more.

    Attributes
    ----------
    rank
        Order in which kinds are told.
    kind, thing, detail
        What stands in the way, of what, and what more is to be said of it.
    path
        Path in the scenario of the input behind it; "" where there is none that could be changed alone.
    """

    rank: int
    kind: str
    thing: str
    detail: str
    path: str


KINDS = {
    "sold out": ("{things} {is} sold out", 0),
    "limit": ("the supply limit{s} {things} {is} used up", 1),
    "none": ("the supply limit{s} {things} {does} not let any come in time", 1),
    "capacity": ("{things} {does} no more", 2),
    "full": ("{things} {is} full", 3),
    "full later": ("{things} {is} full from {detail}, while what comes now would still be there", 3),
    "closed": ("{things} {is} not open", 4),
    "link": ("the link{s} {things} {is} full", 5),
    "budget": ("the budget{s} {things} {is} spent", 6),
    "carbon": ("{things} is reached", 7),
    "share": ("the share{s} {things} {is} at the limit", 8),
    "far": ("{things} {is} too far, more than {detail} away", 9),
    "residency": ("{things} {is} ruled out by residency", 10),
    "card": ("{things} {detail}", 11),
    "port": ("{things} {is} not ported to yet", 12),
    "late": ("{things} cannot arrive before {detail}", 13),
    "never": ("{things} cannot arrive in the horizon", 14),
    "gone": ("{things} {is} not to be had any more", 15),
    "dear": ("more of {things} would cost more than it is worth{detail}", 16),
}
"""What each kind says, and its rank."""


def reason(kind: str, thing: str, detail: str = "", path: str = "") -> Reason:
    """Return a reason with the rank of its kind."""
    return Reason(KINDS[kind][1], kind, thing, detail, path)


def chain(reasons: frozenset[Reason]) -> str:
    """Return reasons in words: those of a kind together."""
    told: dict[tuple[int, str, str], list[str]] = {}
    for one in sorted(reasons):
        things = told.setdefault((one.rank, one.kind, one.detail), [])
        if one.thing not in things:
            things.append(one.thing)
    parts = []
    for (_, kind, detail), things in told.items():
        many = len(things) > 1
        forms = {"is": "are" if many else "is", "does": "do" if many else "does", "s": "s" if many else ""}
        parts.append(KINDS[kind][0].format(things=words.listed(things), detail=detail, **forms))
    return "; ".join(parts)


class Reasons:
    """Finds reasons in a plan, its prices, and the inputs of its scenario."""

    def __init__(self, plan: Plan, inputs: Inputs):
        self.plan, self.inputs, self.doc, self.time = plan, inputs, inputs.doc, inputs.time
        self.sales = sales_of(inputs)
        self.barred = {(b.workload, b.device): b.reason for b in barriers(inputs.doc, inputs.time)}

    @cached_property
    def binding(self) -> set[tuple[str, str, str]]:
        """Rules that bind at a price: rule, what the row is about, and its period."""
        prices = self.plan.prices
        least = NO_PRICE * float(prices["dual"].abs().max()) if len(prices) else 0.0
        chosen = prices[prices["dual"].abs() > least]
        return set(zip(chosen["rule"], chosen["of"], chosen["period"], strict=True))

    @cached_property
    def closed(self) -> set[tuple[str, str]]:
        """Sites that are not open, by site and period."""
        sites = self.plan.sites
        shut = sites[sites["open"] < SHUT]
        return set(zip(shut["site"], shut["period"], strict=True))

    @cached_property
    def full(self) -> set[tuple[str, str]]:
        """Sites whose power is all used, by site and period."""
        sites = self.plan.sites
        used = sites[sites["power_share"] >= 1 - USED]
        return set(zip(used["site"], used["period"], strict=True))

    def of(self, workload: str, region: str, period: str) -> frozenset[Reason]:
        """Return why a region is not served more of a workload in a period."""
        w, r = self.inputs.workloads.index(workload), self.inputs.regions.index(region)
        t = self.time.names.index(period)
        found: list[Reason] = []
        for i, stand in enumerate(self.inputs.stands):
            found += self._of_stand(i, stand, w, r, t)
        for sale in self.sales:
            if sale.w == w:
                found += self._of_sale(sale, w, r, t)
        return frozenset(found)

    def _of_stand(self, i: int, stand: Stand, w: int, r: int, t: int) -> Iterator[Reason]:
        workload, device = self.inputs.workloads[w], self.inputs.devices[stand.d]
        mode = next((m for m in self.inputs.modes if m.stand == i and m.w == w), None)
        if (barrier := self.barred.get((workload, device))) is not None:
            yield reason("card", device, barrier, self._need(workload, device))
            return
        if (apart := self._apart(w, r, stand.s)) is not None:
            yield apart
            return
        if not enabled(self.doc, self.time, workload, device)[t]:
            yield reason("port", device)
            return
        arrives = self._arrives(stand, t)
        if arrives is not None:
            yield arrives
            return
        if mode is None:
            yield reason("card", stand.name, "cannot do it: its nodes are not linked")
            return
        limits = [
            *self._sold_out(stand, t),
            *self._at_site(stand.site, t, self._stays(stand, t) if stand.facility else []),
            *self._policy(stand, w, t),
        ]
        yield from limits or [self._dear(stand.name)]

    def _of_sale(self, sale: Sale, w: int, r: int, t: int) -> Iterator[Reason]:
        if (apart := self._apart(w, r, sale.s)) is not None:
            yield apart
            return
        if not sale.offered[t]:
            yield self._not_offered(sale.offer, sale.offered, t)
            return
        limits = [*self._at_site(sale.site, t, []), *self._money(t)]
        if self._binds("capacity", f"offer {sale.offer}, site {sale.site}, workload {sale.workload}", t):
            at = ("offers", sale.offer, "work", sale.workload)
            key = (
                ("capacity_by_site", sale.site) if sale.site in sale.terms.capacity_by_site else ("capacity_per_hour",)
            )
            limits.append(reason("capacity", f"{sale.offer} at {sale.site}", "", dotted((*at, *key))))
        yield from limits or [self._dear(sale.offer)]

    def _need(self, workload: str, device: str) -> str:
        """Return the path of what a workload needs that a device has not."""
        needs = self.doc.workloads[workload]
        if needs.min_memory_gb and (self.doc.devices[device].memory_gb or 0.0) < needs.min_memory_gb:
            return dotted(("workloads", workload, "min_memory_gb"))
        return dotted(("workloads", workload, "interconnect")) if needs.interconnect is not None else ""

    def _apart(self, w: int, r: int, s: int) -> Reason | None:
        """Return what keeps a site from a region."""
        if self.inputs.routes.allowed[w, r, s]:
            return None
        name, site = self.inputs.workloads[w], self.inputs.sites[s]
        limit = self.doc.workloads[name].max_latency_ms
        if limit is not None and not self.inputs.routes.latency_ms[r, s] <= limit:
            return reason("far", site, f"{words.number(limit)} ms", dotted(("workloads", name, "max_latency_ms")))
        return reason("residency", site, "", dotted(("workloads", name, "residency")))

    def _arrives(self, stand: Stand, t: int) -> Reason | None:
        """Return why an offer's devices cannot be there in a period; None where they can."""
        there = stand.lasting[:, t] > 0 if stand.committed else np.arange(self.time.periods) == t
        if (stand.arrives & there).any():
            return None
        return self._not_offered(stand.name, stand.arrives, t)

    def _not_offered(self, name: str, arrives: np.ndarray[tuple[int], np.dtype[np.bool_]], t: int) -> Reason:
        offer = self.doc.offers[name]
        later = np.flatnonzero(arrives[t:])
        if later.size:
            key = "available_from" if offer.available_from is not None else "lead_time_months"
            path = dotted(("offers", name, key)) if offer.lead_time_months or offer.available_from else ""
            return reason("late", name, self.time.names[t + int(later[0])], path)
        if offer.available_until is not None and arrives.any():
            return reason("gone", name, "", dotted(("offers", name, "available_until")))
        return reason("gone" if arrives.any() else "never", name)

    def _binds(self, rule: str, of: str, t: int) -> bool:
        return (rule, of, self.time.names[t]) in self.binding

    def _sold_out(self, stand: Stand, t: int) -> Iterator[Reason]:
        """Yield the limits that bind on what an offer brings: in any period whose arrivals would last until this one."""
        name, years = stand.name, self.time.years
        if not stand.committed:
            if self._binds("pool", f"offer {name}", t):
                key = ("supply",) if stand.offer.supply is not None else ("pool", "nodes")
                yield reason("sold out", name, "", dotted(("offers", name, *key)))
            return
        periods: list[int] = np.flatnonzero(stand.arrives & (stand.lasting[:, t] > 0)).tolist()
        if any(self._binds("supply", f"offer {name}", u) for u in periods):
            yield reason("sold out", name, "", dotted(("offers", name, "supply")))
        if any(("supply_year", f"offer {name}, year {years[u]}", "") in self.binding for u in periods):
            yield reason("sold out", name, "", dotted(("offers", name, "supply_per_year")))
        for limit, terms in self.doc.supply.items():
            if not self._counts(terms, stand):
                continue
            yearly = any(
                ("supply_together_year", f"limit {limit}, year {years[u]}", "") in self.binding for u in periods
            )
            bound = [u for u in periods if self._binds("supply_together", f"limit {limit}", u)]
            if yearly or bound:
                figure = "units" if terms.units is not None else "units_per_year"
                none = not yearly and not self.time.series(terms.units or 0.0)[: max(bound) + 1].any()
                yield reason("none" if none else "limit", limit, "", dotted(("supply", limit, figure)))

    def _counts(self, limit: SupplyLimit, stand: Stand) -> bool:
        device = self.inputs.devices[stand.d]
        return (
            stand.name in (limit.offers or ())
            or limit.device == device
            or (limit.maker is not None and self.doc.devices[device].maker == limit.maker)
        )

    def _stays(self, stand: Stand, t: int) -> list[int]:
        """Return the periods in which devices that would serve in one are in place, that one first."""
        if not stand.committed:
            return [t]
        coming = stand.arrives & (stand.lasting[:, t] > 0)
        others: list[int] = np.flatnonzero((stand.lasting[coming] > 0).any(axis=0)).tolist()
        return [t, *(u for u in others if u != t)]

    def _at_site(self, site: str, t: int, drawing: list[int]) -> Iterator[Reason]:
        """Yield what binds at a site, or on the way from it; `drawing` are the periods in which power is needed for it."""
        path = dotted(("sites", site, "power_mw"))
        if (site, self.time.names[t]) in self.closed:
            yield reason("closed", site)
        elif priced := [u for u in drawing if self._binds("power", f"site {site}", u)]:
            # Where devices stay, the price of power may lie on any period that is full meanwhile.
            if t in priced or (site, self.time.names[t]) in self.full:
                yield reason("full", site, "", path)
            else:
                yield reason("full later", site, self.time.names[min(priced)], path)
        for rule, of, period in self.binding:
            if rule == "link_capacity" and period == self.time.names[t]:
                link = of.removeprefix("link ").partition(", tail ")[0]
                yield reason("link", link, "", dotted(("network", "links", link, "capacity_gbps")))

    def _policy(self, stand: Stand, w: int, t: int) -> Iterator[Reason]:
        yield from self._money(t)
        for rule, key in (("share_least", "min_share"), ("share_most", "max_share")):
            for name in self.doc.shares:
                if self._binds(rule, f"share {name}", t):
                    yield reason("share", name, "", dotted(("shares", name, key)))

    def _money(self, t: int) -> Iterator[Reason]:
        """Yield budgets that are spent, and carbon caps that are reached."""
        spans = {"horizon", self.time.years[t], *self.time.names[: t + 1]}
        for name in self.doc.budgets:
            if any(
                rule == "budget" and of in {f"budget {name}, span {span}" for span in spans}
                for rule, of, _ in self.binding
            ):
                yield reason("budget", name, "", dotted(("budgets", name, "limit")))
        now = self.time.names[t]
        if any(rule == "carbon_cap" and period == now for rule, _, period in self.binding):
            yield reason("carbon", "the carbon cap", "", "carbon.cap_tonnes")
        if any(rule == "carbon_cap_total" for rule, _, _ in self.binding):
            yield reason("carbon", "the carbon cap of the horizon", "", "carbon.cap_tonnes_total")

    def _dear(self, offer: str) -> Reason:
        """Return that more of an offer does not pay."""
        if self.plan.duals == "none":
            return reason("dear", offer, ", or a limit binds: the plan has no prices")
        return reason("dear", offer, as_chosen(self.plan))
