"""The statements of a scenario that can conflict: each an input that limits or asks, and how to take it away.

What a scenario asks for (demand, traffic, campaigns, shares, losses to bear), what it limits (supply, power,
money, carbon, capacity) and what it rules out (latency, residency, memory, dates) are statements. What a
device does, what a route takes and how things add up are facts: they always hold, and are part of no conflict.
Taking a statement away never takes a plan away, so that statements can be tried one after another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.scenario.check import ranks
from planner.scenario.demand import Workload
from planner.scenario.load import Scenario
from planner.scenario.schema import Document
from planner.scenario.supply import COMMITTED, Offer
from planner.scenario.tree import dotted

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """An input that limits, asks or rules out.

    Attributes
    ----------
    kind
        What it states; a key of `planner.explain.conflict_words.TEXTS`.
    path
        Path in the scenario.
    labels
        Names it is about, by what they are.
    without
        Changes of the scenario that take it away.
    rows
        Rules that it stands on the right of, each with the labels of its rows.
    free_rows, shrinking_rows
        What is set free in the programme where no change of the scenario says so: whole rows, or their lower
        side only (what is in place may be fewer).
    free_columns
        Columns that lose their upper bound.
    is_exact
        Whether freeing its `rows` allows no more than taking it away does.
    """

    kind: str
    path: str
    labels: dict[str, str] = field(default_factory=dict)
    without: dict[str, Any] = field(default_factory=dict)
    rows: tuple[tuple[str, dict[str, str]], ...] = ()
    free_rows: tuple[tuple[str, dict[str, str]], ...] = ()
    shrinking_rows: tuple[tuple[str, dict[str, str]], ...] = ()
    free_columns: tuple[tuple[str, dict[str, str]], ...] = ()
    is_exact: bool = True


def statements_of(scenario: Scenario) -> tuple[Statement, ...]:
    """Return every statement of a scenario; those that a reader would rather hear of come first."""
    doc = scenario.document
    families = (
        _demands, _traffic, _budgets, _shares, _carbon, _supplies, _power, _asked, _capacities, _siting, _survival,
        _residency, _latency, _needs, _ports, _held, _dates, _whole,
    )  # fmt: skip
    return tuple(statement for family in families for statement in family(doc))


def _one(kind: str, *parts: str, without: Any = None, rows: tuple[str, ...] = (), **labels: str) -> Statement:
    """Return a statement that one change at its own path takes away, and that stands in `rows` of its labels."""
    path = dotted(parts)
    return Statement(kind, path, labels, {path: without}, tuple((rule, labels) for rule in rows))


def _serves_most(doc: Document) -> bool:
    return ranks(doc)[0].of == "served"


def must_serve(doc: Document, workload: Workload) -> bool:
    """Return whether all demand of a workload must be served."""
    if workload.must_serve is not None:
        return workload.must_serve
    return workload.unmet_penalty is None and not _serves_most(doc)


def _demands(doc: Document) -> Iterator[Statement]:
    for w, workload in sorted(doc.workloads.items()):
        if workload.demand is not None and must_serve(doc, workload):
            free = {dotted(("workloads", w, "must_serve")): False}
            labels = {"workload": w, "unit": workload.unit}
            rows = (("demand", {"workload": w}),)
            yield Statement("demand", dotted(("workloads", w, "demand")), labels, free, rows)


def _traffic(doc: Document) -> Iterator[Statement]:
    if _serves_most(doc):
        return
    for q, traffic in sorted(doc.traffic.items()):
        if traffic.unmet_penalty_per_gb is None:
            path = dotted(("traffic", q, "gbps"))
            labels = {"traffic": q, "from": traffic.from_, "to": traffic.to}
            rows = (("carriage", {"traffic": q}), ("trunking", {"traffic": q}))
            # Left behind, it would still have to be carried after a loss.
            yield Statement("traffic", path, labels, {path: 0}, rows)


def _budgets(doc: Document) -> Iterator[Statement]:
    for b in sorted(doc.budgets):
        path = dotted(("budgets", b, "limit"))
        yield Statement("budget", path, {"budget": b}, {dotted(("budgets", b)): None}, (("budget", {"budget": b}),))


def _shares(doc: Document) -> Iterator[Statement]:
    for n, share in sorted(doc.shares.items()):
        if share.min_share is not None:
            yield _one("share_least", "shares", n, "min_share", without=0, rows=("share_least",), share=n)
        if share.max_share is not None:
            yield _one("share_most", "shares", n, "max_share", without=1, rows=("share_most",), share=n)


def _carbon(doc: Document) -> Iterator[Statement]:
    if doc.carbon.cap_tonnes is not None:
        yield _one("carbon_cap", "carbon", "cap_tonnes", rows=("carbon_cap",))
    if doc.carbon.cap_tonnes_total is not None:
        yield _one("carbon_cap_total", "carbon", "cap_tonnes_total", rows=("carbon_cap_total",))


def _supplies(doc: Document) -> Iterator[Statement]:
    for o, offer in sorted(doc.offers.items()):
        labels = {"offer": o, "device": str(offer.device)}
        mine = {"offer": o}
        if offer.kind in COMMITTED:
            if offer.supply is not None:
                path = dotted(("offers", o, "supply"))
                yield Statement("supply", path, labels, {path: None}, (("supply", mine),))
            if offer.supply_per_year is not None:
                path = dotted(("offers", o, "supply_per_year"))
                yield Statement("supply_year", path, labels, {path: None}, (("supply_year", mine),))
        elif offer.pool is not None:
            # How much of a network can be counted on hangs on its size, so that only its rows are set free.
            key = ("supply",) if offer.supply is not None else ("pool", "nodes")
            rows = (("pool", mine),)
            yield Statement("pool", dotted(("offers", o, *key)), labels, {}, rows, rows)
        elif offer.supply is not None:
            path = dotted(("offers", o, "supply"))
            yield Statement("pool", path, labels, {path: None}, (("pool", mine),))
    for n, limit in sorted(doc.supply.items()):
        kind = "supply_together" if limit.units is not None else "supply_together_year"
        path = dotted(("supply", n, "units" if limit.units is not None else "units_per_year"))
        yield Statement(kind, path, {"limit": n}, {dotted(("supply", n)): None}, ((kind, {"limit": n}),))


def _power(doc: Document) -> Iterator[Statement]:
    for s, site in sorted(doc.sites.items()):
        if site.power_mw is None or site.distributed:
            continue
        keys = [
            "power_mw",
            *(k for k in ("fixed_cost_per_mw_year", "opening_cost_per_mw", "modules") if getattr(site, k)),
        ]
        path = dotted(("sites", s, "power_mw"))
        free = {dotted(("sites", s, key)): None for key in keys}
        is_exact = site.siting != "candidate"  # there, power is what ties devices to a site that is open
        yield Statement("power", path, {"site": s}, free, (("power", {"site": s}),), is_exact=is_exact)


def _asked(doc: Document) -> Iterator[Statement]:
    for o, offer in sorted(doc.offers.items()):
        if offer.min_commitment is not None:
            path = dotted(("offers", o, "min_commitment"))
            free = {path: None, dotted(("offers", o, "commitment")): None}
            labels = {"offer": o, "device": str(offer.device), "obliged": offer.commitment}
            yield Statement("commitment", path, labels, free, (("commitment", {"offer": o}),))
    for c, campaign in sorted(doc.campaigns.items()):
        if campaign.value is None:
            left: dict[str, Any] = {dotted(("campaigns", c, "value")): 0}
            yield Statement("campaign", dotted(("campaigns", c)), {"campaign": c}, left)
        for key in ("start", "earliest", "deadline", "interconnect"):
            if getattr(campaign, key) is not None:
                yield _one(f"campaign_{key}", "campaigns", c, key, campaign=c)


def _capacities(doc: Document) -> Iterator[Statement]:
    for o, offer in sorted(doc.offers.items()):
        for w, terms in sorted(offer.work.items()):
            at, labels = ("offers", o, "work", w), {"offer": o, "workload": w, "unit": doc.workloads[w].unit}
            sold = offer.sites if offer.sites is not None else [s for s in doc.sites if not doc.sites[s].distributed]
            others = sorted(set(sold) - set(terms.capacity_by_site))
            if terms.capacity_per_hour is not None and others:
                path = dotted((*at, "capacity_per_hour"))
                rows = tuple(("capacity", {"offer": o, "workload": w, "site": s}) for s in others)
                yield Statement("capacity", path, labels, {path: None}, rows)
            for s in sorted(terms.capacity_by_site):
                path = dotted((*at, "capacity_by_site", s))
                rows = (("capacity", {"offer": o, "workload": w, "site": s}),)
                # Without it, what holds at other sites would hold here.
                alone = terms.capacity_per_hour is None
                free = {path: None} if alone else {}
                yield Statement("capacity", path, {**labels, "site": s}, free, rows, () if alone else rows)
    for e, link in sorted(doc.network.links.items()):
        if link.capacity_gbps is not None:
            path = dotted(("network", "links", e, "capacity_gbps"))
            rows = (("link_capacity", {"link": e}),)
            yield Statement("link_capacity", path, {"link": e}, {}, rows, rows)
        for m in sorted(link.modules):
            path = dotted(("network", "links", e, "modules", m, "max_count"))
            wave = {"link": e, "module": m}
            rows = (("lighting", wave),)
            yield Statement("lighting", path, wave, {}, rows, rows, (), (("lit", wave),))


def _siting(doc: Document) -> Iterator[Statement]:
    if doc.siting.max_open is not None:
        yield Statement("open_sites", "siting.max_open", {}, {"siting.max_open": None}, (("open_sites", {}),))
    for s, site in sorted(doc.sites.items()):
        for m in sorted(site.modules):
            path = dotted(("sites", s, "modules", m, "max_count"))
            at = {"site": s, "module": m}
            free = (("modules", at), ("module_siting", at), ("emptying", {"site": s}))
            yield Statement("modules", path, at, {}, (("modules", at),), free, (), (("module", at),))


def _survival(doc: Document) -> Iterator[Statement]:
    for n, rule in sorted(doc.survive.items()):
        path = dotted(("survive", n))
        yield Statement("survival", path, {"survival": n, "lost": rule.any_one}, {path: None})


def _residency(doc: Document) -> Iterator[Statement]:
    for w, workload in sorted(doc.workloads.items()):
        if workload.residency:
            yield _one("residency", "workloads", w, "residency", workload=w)


def _latency(doc: Document) -> Iterator[Statement]:
    for w, workload in sorted(doc.workloads.items()):
        if workload.max_latency_ms is not None:
            yield _one("latency", "workloads", w, "max_latency_ms", workload=w)
    for q, traffic in sorted(doc.traffic.items()):
        if traffic.max_latency_ms is not None:
            yield _one("traffic_latency", "traffic", q, "max_latency_ms", traffic=q)


def _needs(doc: Document) -> Iterator[Statement]:
    """What a workload needs of a device, and how it may run."""
    for w, workload in sorted(doc.workloads.items()):
        if workload.min_memory_gb:
            yield _one("memory", "workloads", w, "min_memory_gb", workload=w)
        if workload.interconnect is not None:
            yield _one("interconnect", "workloads", w, "interconnect", workload=w)
        for key in ("single_source", "one_configuration"):
            if getattr(workload, key):
                yield _one(key, "workloads", w, key, workload=w)


def _ports(doc: Document) -> Iterator[Statement]:
    for e, port in sorted(doc.enablements.items()):
        yield _one("enablement", "enablements", e, workload=port.workload, maker=port.maker)


def _held(doc: Document) -> Iterator[Statement]:
    """Devices that are there, or on order, and that draw power and money whether they are wanted or not."""
    things = [("fleet", h, held.offer, held.site) for h, held in sorted(doc.fleet.items())]
    things += [("orders", h, order.offer, order.site) for h, order in sorted(doc.orders.items())]
    for kind, name, offer, site in things:
        labels = {"name": name, "offer": offer, "site": site, "device": str(doc.offers[offer].device)}
        rows = (("accumulation", {"site": site, "offer": offer}),)
        yield Statement(kind, dotted((kind, name, "units")), labels, {}, (), (), rows)


def _dates(doc: Document) -> Iterator[Statement]:
    """When and where things are to be had."""
    for s, site in sorted(doc.sites.items()):
        if site.opens is not None:
            yield _one("opens", "sites", s, "opens", site=s)
    placed = sorted(s for s, site in doc.sites.items() if not site.distributed)
    for o, offer in sorted(doc.offers.items()):
        if offer.lead_time_months > 0:
            yield _one("lead_time", "offers", o, "lead_time_months", offer=o)
        for key in ("available_from", "available_until"):
            if getattr(offer, key) is not None:
                yield _one(key, "offers", o, key, offer=o)
        if everywhere := _elsewhere(offer, placed):
            yield _one("sold_at", "offers", o, "sites", without=everywhere, offer=o)


def _elsewhere(offer: Offer, placed: list[str]) -> list[str]:
    """Return all sites that an offer could be had at, where it is not had at every one with a place."""
    named = offer.sites or []
    if offer.sites is None or not set(named) & set(placed) or set(placed) <= set(named):
        return []
    return [*named, *(s for s in placed if s not in named)]


def _whole(doc: Document) -> Iterator[Statement]:
    for w, workload in sorted(doc.workloads.items()):
        if workload.whole_replicas:
            yield _one("whole_replicas", "workloads", w, "whole_replicas", workload=w)
    for o, offer in sorted(doc.offers.items()):
        if offer.integer:
            yield _one("whole_offer", "offers", o, "integer", without=False, offer=o)
    if doc.integer:
        free: dict[str, Any] = {"integer": False}
        yield Statement("whole", "integer", {}, free)
