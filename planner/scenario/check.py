"""Checks across the parts of a scenario: names that must exist, fields that go together.

Each check yields `Fault`s and looks at one kind of part; all of them run, so that all mistakes show at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from planner.scenario.base import Part
from planner.scenario.demand import Chain, ChainValue, DemandPart, Operand, Step, SumOf, Workload
from planner.scenario.horizon import Calendar, slices
from planner.scenario.policy import Rank
from planner.scenario.schema import NAMED, Document
from planner.scenario.suggest import did_you_mean
from planner.scenario.supply import COMMITTED, Offer

KeyPath = tuple[str | int, ...]


class Fault(NamedTuple):
    """A mistake: where it is in the scenario, what is wrong, its kind, and whether the key is meant, not its value."""

    path: KeyPath
    message: str
    code: str = "reference"
    at_key: bool = False


MOST_LISTED = 10
"""So many unknown names in one place are listed, each with a hint, which takes time; the rest are counted."""

MOST_NESTED = 50
"""So many chains may refer to one another in a row."""


def check(doc: Document, cal: Calendar) -> list[Fault]:
    """Return every fault of a scenario whose parts are well-formed."""
    checks: tuple[Callable[[Document, Calendar], Iterator[Fault]], ...] = (
        _names, _money, _slices, _chains, _workloads, _devices, _offers, _supply, _sites, _network, _traffic, _campaigns,
        _enablements, _starting, _policy, _survival, _objective,
    )  # fmt: skip
    return [fault for one in checks for fault in one(doc, cal)]


def unknown_names(path: KeyPath, names: Iterable[str] | None, options: Iterable[str], what: str) -> Iterator[Fault]:
    """Yield a fault for each name that is not among the options, at its own place where `names` is what stands there.

    `what` says that there is no such thing, with the name in place of `{}`.
    """
    if not names:
        return
    known = options if isinstance(options, dict) else dict.fromkeys(options)
    unknown = [(i, name) for i, name in enumerate(names) if name not in known]
    for i, name in unknown[:MOST_LISTED]:
        listed = "" if len(known) > 8 or not known else f" ({', '.join(known)})"
        message = f"{what.format(repr(name))}{did_you_mean(name, known) or listed}"
        if isinstance(names, dict):
            yield Fault((*path, name), message, at_key=True)
        else:
            yield Fault((*path, i) if isinstance(names, list) else path, message)
    if len(unknown) > MOST_LISTED:
        yield Fault(path, f"and {len(unknown) - MOST_LISTED:,} more such names")


def _one(path: KeyPath, name: str | None, options: Iterable[str], what: str) -> Iterator[Fault]:
    return unknown_names(path, () if name is None else (name,), options, what)


_MARKS = "\u200c\u200d"
"""Joiners, which some scripts need inside words."""


def _names(doc: Document, cal: Calendar) -> Iterator[Fault]:
    """Names stand in tables, messages and files, and so must be short and printable; in any script."""
    for key in NAMED:
        yield from _names_in((key,), getattr(doc, key))
    yield from _names_in(("network", "links"), doc.network.links)
    for name, workload in doc.workloads.items():
        yield from _names_in(("workloads", name, "configurations"), workload.configurations)
    for name, site in doc.sites.items():
        yield from _names_in(("sites", name, "modules"), site.modules)
    for name, link in doc.network.links.items():
        yield from _names_in(("network", "links", name, "modules"), link.modules)
    for path, names in (
        (("horizon", "names"), doc.horizon.names or []),
        *((("chains", name, "steps"), [step.name for step in chain.steps]) for name, chain in doc.chains.items()),
        (("slices",), [] if isinstance(doc.slices, str) else [part.name for part in doc.slices]),
    ):
        for i, name in enumerate(names):
            if not _is_name(name):
                yield Fault((*path, i), _NAME_RULE, "name")


_NAME_RULE = "a name must have 1 to 200 printable characters"


def _names_in(path: KeyPath, things: Iterable[str]) -> Iterator[Fault]:
    return (Fault((*path, name), _NAME_RULE, "name", at_key=True) for name in things if not _is_name(name))


def _is_name(name: str) -> bool:
    if not name.strip() or len(name) > 200:
        return False
    return name.isprintable() or all(c.isprintable() or c in _MARKS for c in name)


def _money(doc: Document, cal: Calendar) -> Iterator[Fault]:
    if doc.money.exchange.get(doc.money.currency, 1) != 1:
        yield Fault(("money", "exchange", doc.money.currency), "is the scenario's own currency, and so 1", "together")


def _slices(doc: Document, cal: Calendar) -> Iterator[Fault]:
    names, shares = slices(doc.slices)
    if len(set(names)) != len(names) or not names:
        yield Fault(("slices",), "slices must have names, each once")
    elif abs(sum(shares) - 1) > 1e-9:
        yield Fault(("slices",), f"the shares of the slices must sum to 1, not {sum(shares):.6g}")
    for name, profile in doc.profiles.items():
        path = ("profiles", name, "values")
        if isinstance(profile.values, dict):
            yield from unknown_names(path, profile.values, names, "there is no slice {}")
            missing = [s for s in names if s not in profile.values]
            if missing:
                yield Fault(path, f"there is no value for {', '.join(missing[:MOST_LISTED])}")
        elif len(profile.values) != len(names):
            yield Fault(path, f"has {len(profile.values)} values, but a period has {len(names)} slices")
        values = profile.values.values() if isinstance(profile.values, dict) else profile.values
        if not any(values):
            yield Fault(path, "must not be zero in all slices")


def operands(step: Step) -> Iterator[tuple[str, Operand]]:
    """Yield the operations that a step states (exactly one, if it is right), each with its operand."""
    for key in ("value", "times", "divide", "plus", "minus"):
        operand = getattr(step, key)
        if operand is not None:
            yield key, operand


def references(operand: Operand) -> list[ChainValue]:
    """Return the chains that an operand refers to."""
    terms = operand.sum if isinstance(operand, SumOf) else [operand]
    return [term for term in terms if isinstance(term, ChainValue)]


def braces(name: str) -> str:
    """Return a name in quotes for a text that is formatted once more."""
    return repr(name).replace("{", "{{").replace("}", "}}")


def _operand(doc: Document, path: KeyPath, operand: Operand) -> Iterator[Fault]:
    for ref in references(operand):
        yield from _one(path, ref.chain, doc.chains, "there is no chain {}")
        if ref.step and ref.chain in doc.chains:
            yield from _one(
                path,
                ref.step,
                [s.name for s in doc.chains[ref.chain].steps],
                f"chain {braces(ref.chain)} has no step {{}}",
            )


def _chains(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for name, chain in doc.chains.items():
        names = [step.name for step in chain.steps]
        if len(set(names)) != len(names):
            yield Fault(("chains", name, "steps"), "steps must have different names")
        for i, step in enumerate(chain.steps):
            path: KeyPath = ("chains", name, "steps", i)
            stated = [key for key, _ in operands(step)]
            if len(stated) != 1 or (stated[0] == "value") != (i == 0):
                yield Fault(path, "the first step has `value`, each other one of times, divide, plus, minus", "step")
            for key, operand in operands(step):
                yield from _operand(doc, (*path, key), operand)
                if key == "divide" and not references(operand) and 0 in _numbers(operand):
                    yield Fault((*path, key), "must not divide by 0", "step")
    for name, circle in _circles({name: referred(chain) for name, chain in doc.chains.items()}):
        if circle:
            message = f"chains refer to each other in a circle: {' -> '.join([*circle, circle[0]])}"
            yield Fault(("chains", name), message, "cycle", at_key=True)
        else:
            message = f"more than {MOST_NESTED} chains refer to one another in a row"
            yield Fault(("chains", name), message, "depth", at_key=True)


def _numbers(operand: Operand) -> list[float]:
    terms = operand.sum if isinstance(operand, SumOf) else [operand]
    return [
        v for term in terms if not isinstance(term, ChainValue) for v in (term if isinstance(term, tuple) else (term,))
    ]


def _circles(graph: dict[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield each circle of references, once, with the chain it is told at; and what is nested too deep, with no circle.

    Depth first, with a stack of its own: a file may hold more chains in a row than Python can call.
    """
    depth: dict[str, int] = {}
    for start, refs in graph.items():
        stack = [(start, iter(refs))] if start not in depth else []
        above = {start: 0}
        while stack:
            name, rest = stack[-1]
            below = next(rest, None)
            if below is None:
                stack.pop()
                del above[name]
                depth[name] = 1 + max((depth.get(other, 0) for other in graph[name]), default=0)
                if depth[name] == MOST_NESTED + 1:
                    yield name, []
            elif below in above:
                circle = [one for one, _ in stack[above[below] :]]
                first = circle.index(min(circle))
                yield circle[first], circle[first:] + circle[:first]
            elif below in graph and below not in depth:
                above[below] = len(stack)
                stack.append((below, iter(graph[below])))


def referred(chain: Chain) -> list[str]:
    """Return the chains that a chain refers to, each once."""
    refs = (ref.chain for step in chain.steps for _, operand in operands(step) for ref in references(operand))
    return list(dict.fromkeys(refs))


def parts(workload: Workload) -> list[DemandPart]:
    """Return the parts of a workload's demand."""
    if workload.demand is None:
        return []
    return workload.demand if isinstance(workload.demand, list) else [workload.demand]


def _workloads(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for name, workload in doc.workloads.items():
        path: KeyPath = ("workloads", name)
        yield from unknown_names((*path, "rate"), workload.rate, doc.devices, "there is no device {}")
        yield from unknown_names((*path, "relative"), workload.relative, doc.devices, "there is no device {}")
        if bool(workload.relative) != (workload.base_rate is not None):
            yield Fault(path, "base_rate and relative go together", "together")
        both = sorted(set(workload.rate) & set(workload.relative))
        if both:
            yield Fault((*path, "rate"), f"the rate of {both[0]!r} is given twice: in rate and in relative", "twice")
        for key, configuration in workload.configurations.items():
            yield from _one((*path, "configurations", key), configuration.device, doc.devices, "there is no device {}")
        yield from _one((*path, "profile"), workload.profile, doc.profiles, "there is no profile {}")
        for site, costs in workload.serving_cost.items():
            yield from unknown_names((*path, "serving_cost"), {site: 0}, doc.sites, "there is no site {}")
            yield from unknown_names((*path, "serving_cost", site), costs, doc.regions, "there is no region {}")
        for i, rule in enumerate(workload.residency):
            where = (*path, "residency", i)
            yield from unknown_names((*where, "regions"), rule.regions, doc.regions, "there is no region {}")
            yield from unknown_names((*where, "allow_sites"), rule.allow_sites, doc.sites, "there is no site {}")
            yield from unknown_names((*where, "deny_sites"), rule.deny_sites, doc.sites, "there is no site {}")
            if rule.allow_sites is rule.deny_sites is rule.allow_countries is rule.deny_countries is None:
                yield Fault(where, "says neither what is allowed nor what is denied", "missing")
        if workload.must_serve and workload.unmet_penalty is not None:
            yield Fault((*path, "must_serve"), "must_serve and unmet_penalty exclude each other", "together")
        for i, part in enumerate(parts(workload)):
            at = (*path, "demand", i) if isinstance(workload.demand, list) else (*path, "demand")
            yield from _part(doc, at, part, workload)


def _part(doc: Document, path: KeyPath, part: DemandPart, workload: Workload) -> Iterator[Fault]:
    given = [key for key in ("by_region", "total", "chain") if getattr(part, key) is not None]
    if len(given) != 1:
        yield Fault(path, "needs exactly one of by_region, total and chain", "together")
    if not doc.regions:
        yield Fault(path, "there is demand, but there are no regions")
    yield from unknown_names((*path, "by_region"), part.by_region, doc.regions, "there is no region {}")
    yield from _one((*path, "chain"), part.chain, doc.chains, "there is no chain {}")
    if part.by_region is not None:
        if part.split is not None:
            yield Fault((*path, "split"), "an amount by region is not split", "together")
    elif isinstance(part.split, dict):
        yield from unknown_names((*path, "split"), part.split, doc.regions, "there is no region {}")
        if not any(part.split.values()):
            yield Fault((*path, "split"), "the weights must not all be zero")
    elif part.split is not None:
        weights = sorted({key for region in doc.regions.values() for key in region.weights})
        yield from _one((*path, "split"), part.split, weights, "no region has the weight {}")
    elif len(doc.regions) > 1:
        yield Fault(path, "needs `split`: how the total is split over the regions", "together")
    yield from _twice(doc, path, part, workload)


def _twice(doc: Document, path: KeyPath, part: DemandPart, workload: Workload) -> Iterator[Fault]:
    """Refuse factors that stand both in the chain and in the model."""
    kinds = {step.kind for step in _steps(doc.chains, part.chain)} if part.chain else set()
    if "utilisation" in kinds and workload.utilisation != 1:
        yield Fault(path, "utilisation is given twice: in the chain and in the workload", "twice")
    if "peak-to-mean" in kinds and workload.profile is not None:
        yield Fault(path, "the peak is given twice: in the chain and in the workload's profile", "twice")


def _steps(chains: dict[str, Chain], name: str) -> Iterator[Step]:
    """Yield the steps of a chain and of all that it refers to."""
    seen, waiting = {name}, [name]
    while waiting:
        chain = chains.get(waiting.pop())
        if chain is not None:
            yield from chain.steps
            waiting += [other for other in referred(chain) if other not in seen]
            seen.update(waiting)


def _devices(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for name, device in doc.devices.items():
        if device.active_power_kw is not None and device.idle_power_kw > device.active_power_kw:
            yield Fault(("devices", name, "idle_power_kw"), "must not be more than active_power_kw", "magnitude")


_NEEDS = {
    "buy": ("price_per_unit", "device"),
    "lease": ("price_per_hour", "term_months", "device"),
    "reserve": ("price_per_hour", "term_months", "device"),
    "on-demand": ("price_per_hour", "device"),
    "spot": ("price_per_hour", "device"),
    "marketplace": ("price_per_hour", "device"),
    "serverless": ("work",),
}

_ONLY = {
    "price_per_unit": ("buy",),
    "deposit_share": ("buy",),
    "life_months": ("buy",),
    "resale_share": ("buy",),
    "salvage_share": ("buy", "lease", "reserve"),
    "term_months": ("lease", "reserve"),
    "price_per_hour": ("lease", "reserve", "on-demand", "spot", "marketplace"),
    "maintenance_per_unit_year": COMMITTED,
    "lead_time_months": COMMITTED,
    "supply_per_year": COMMITTED,
    "carry_over": COMMITTED,
    "min_commitment": COMMITTED,
    "work": ("serverless",),
    "pool": ("on-demand", "spot", "marketplace"),
    "device": tuple(kind for kind in _NEEDS if kind != "serverless"),
    "supply": tuple(kind for kind in _NEEDS if kind != "serverless"),
    "availability": tuple(kind for kind in _NEEDS if kind != "serverless"),
    "includes_power": tuple(kind for kind in _NEEDS if kind != "serverless"),
    "integer": tuple(kind for kind in _NEEDS if kind != "serverless"),
}
"""Fields of an offer that only some kinds have."""


def _offers(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for name, offer in doc.offers.items():
        path: KeyPath = ("offers", name)
        for key in _NEEDS[offer.kind]:
            if not getattr(offer, key) and getattr(offer, key) != 0:
                yield Fault(path, f"an offer of kind {offer.kind} needs {key}", "missing")
        for key, kinds in _ONLY.items():
            if key in offer.model_fields_set and offer.kind not in kinds and getattr(offer, key):
                yield Fault((*path, key), f"does not go with an offer of kind {offer.kind}", "together")
        yield from _one((*path, "device"), offer.device, doc.devices, "there is no device {}")
        yield from unknown_names((*path, "sites"), offer.sites, doc.sites, "there is no site {}")
        for key in ("available_from", "available_until"):
            yield from _one((*path, key), getattr(offer, key), cal.names, "there is no period {} in the horizon")
        yield from _in_order(path, offer, cal, "available_from", "available_until")
        yield from unknown_names(
            (*path, "supply_per_year"), offer.supply_per_year, cal.years, "no period starts in the calendar year {}"
        )
        yield from unknown_names((*path, "work"), offer.work, doc.workloads, "there is no workload {}")
        for key, work in offer.work.items():
            at = (*path, "work", key, "capacity_by_site")
            sold = doc.sites if offer.sites is None else offer.sites
            yield from unknown_names(at, work.capacity_by_site, sold, "it is not sold at a site {}")
        yield from _currency(doc, path, offer.currency)
        yield from _offer_places(doc, path, offer)


def _in_order(path: KeyPath, part: Part, cal: Calendar, first: str, last: str) -> Iterator[Fault]:
    """Yield a fault where one period comes before another that it may not come before."""
    start, end = getattr(part, first), getattr(part, last)
    if start in cal.names and end in cal.names and cal.names.index(end) < cal.names.index(start):
        yield Fault((*path, last), f"must not be before {first}", "order")


def _offer_places(doc: Document, path: KeyPath, offer: Offer) -> Iterator[Fault]:
    if offer.sites is None and not any(not site.distributed for site in doc.sites.values()):
        yield Fault(path, "there is no site with a place that it could be had at; name its sites")
    if offer.pool is not None and "availability" in offer.model_fields_set:
        yield Fault((*path, "availability"), "is given twice: in the offer and in its pool", "twice")
    if offer.commitment == "obliged" and offer.min_commitment is None:
        yield Fault((*path, "commitment"), "goes with min_commitment", "together")


def _currency(doc: Document, path: KeyPath, currency: str | None) -> Iterator[Fault]:
    if currency is not None:
        yield from _one(
            (*path, "currency"), currency, [doc.money.currency, *doc.money.exchange], "there is no exchange rate of {}"
        )


def committed(doc: Document, path: KeyPath, name: str | None) -> Iterator[Fault]:
    """Yield a fault where `name` is no offer, or none whose devices are there for whole periods."""
    yield from _one(path, name, doc.offers, "there is no offer {}")
    if name in doc.offers and doc.offers[name].kind not in COMMITTED:
        yield Fault(path, f"{name!r} is no offer to buy, lease or reserve", "together")


def _supply(doc: Document, cal: Calendar) -> Iterator[Fault]:
    makers = {device.maker for device in doc.devices.values() if device.maker}
    for name, limit in doc.supply.items():
        path: KeyPath = ("supply", name)
        if sum(value is not None for value in (limit.maker, limit.device, limit.offers)) != 1:
            yield Fault(path, "needs exactly one of maker, device and offers", "together")
        if (limit.units is None) == (limit.units_per_year is None):
            yield Fault(path, "needs exactly one of units and units_per_year", "together")
        yield from _one((*path, "maker"), limit.maker, makers, "no device has the maker {}")
        yield from _one((*path, "device"), limit.device, doc.devices, "there is no device {}")
        yield from unknown_names(
            (*path, "units_per_year"), limit.units_per_year, cal.years, "no period starts in the calendar year {}"
        )
        for i, offer in enumerate(limit.offers or ()):
            yield from committed(doc, (*path, "offers", i), offer)


def _sites(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for name, site in doc.sites.items():
        path: KeyPath = ("sites", name)
        yield from _one((*path, "opens"), site.opens, cal.names, "there is no period {} in the horizon")
        yield from _currency(doc, path, site.currency)
        if site.siting == "open":
            for key in ("opening_cost", "can_close", "closing_cost"):
                if key in site.model_fields_set and getattr(site, key):
                    yield Fault((*path, key), "goes with siting: candidate", "together")
        if site.power_mw is None and (
            site.fixed_cost_per_mw_year or (site.opening_cost_per_mw and site.siting == "candidate")
        ):
            yield Fault(path, "costs by the MW need power_mw", "together")
        if site.power_mw is None and site.modules:
            yield Fault((*path, "modules"), "modules add to power_mw, which is unlimited here", "together")
        if site.peak_pue is not None and site.peak_pue < site.pue:
            yield Fault((*path, "peak_pue"), "must not be less than pue, the average", "magnitude")


def _network(doc: Document, cal: Calendar) -> Iterator[Fault]:
    nodes = {end for link in doc.network.links.values() for end in (*(link.ends or ()), link.from_, link.to) if end}
    named = Counter(region.node for region in doc.regions.values()) + Counter(site.node for site in doc.sites.values())
    shared = {node for node, count in named.items() if count > 1}  # off the links, but at the same place
    for key, places in (("regions", doc.regions), ("sites", doc.sites)):
        for name, place in places.items():
            if nodes and place.node not in shared:
                yield from _one((key, name, "node"), place.node, nodes, "no link has the node {}")
    for name, link in doc.network.links.items():
        path: KeyPath = ("network", "links", name)
        pair = [end for end in (link.from_, link.to) if end is not None]
        if (link.ends is not None) == bool(pair) or len(pair) == 1:
            yield Fault(path, "needs its two nodes, as `ends` or as `from` and `to`", "together")
        elif len(set(link.ends or pair)) != 2:
            yield Fault(path, "must join two different nodes", "together")


def _traffic(doc: Document, cal: Calendar) -> Iterator[Fault]:
    nodes = {end for link in doc.network.links.values() for end in (link.ends or (link.from_, link.to)) if end}
    for name, traffic in doc.traffic.items():
        path: KeyPath = ("traffic", name)
        yield from _one((*path, "from"), traffic.from_, nodes, "no link has the node {}")
        yield from _one((*path, "to"), traffic.to, nodes, "no link has the node {}")
        if traffic.from_ == traffic.to:
            yield Fault(path, "must go from one node to another", "together")


def _campaigns(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for name, campaign in doc.campaigns.items():
        path: KeyPath = ("campaigns", name)
        yield from unknown_names((*path, "devices"), campaign.devices, doc.devices, "there is no device {}")
        yield from unknown_names(
            (*path, "units_by_device"),
            campaign.units_by_device,
            campaign.devices,
            "{} is none of the campaign's devices",
        )
        yield from unknown_names((*path, "sites"), campaign.sites, doc.sites, "there is no site {}")
        for key in ("start", "earliest", "deadline"):
            yield from _one((*path, key), getattr(campaign, key), cal.names, "there is no period {} in the horizon")
        if campaign.start and campaign.earliest:
            yield Fault((*path, "earliest"), "says nothing beside start", "together")
        yield from _in_order(path, campaign, cal, "start", "deadline")
        yield from _in_order(path, campaign, cal, "earliest", "deadline")


def _enablements(doc: Document, cal: Calendar) -> Iterator[Fault]:
    makers = {device.maker for device in doc.devices.values() if device.maker}
    seen: set[tuple[str, str]] = set()
    for name, port in doc.enablements.items():
        path: KeyPath = ("enablements", name)
        yield from _one((*path, "workload"), port.workload, doc.workloads, "there is no workload {}")
        yield from _one((*path, "maker"), port.maker, makers, "no device has the maker {}")
        if port.decision not in ("open", "never"):
            yield from _one(
                (*path, "decision"),
                port.decision,
                [*cal.names, "open", "never"],
                "must be open, never or a period, not {}",
            )
        if (port.workload, port.maker) in seen:
            yield Fault(path, f"{port.workload!r} is ported to {port.maker!r} twice", "twice")
        seen.add((port.workload, port.maker))


def _starting(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for key, things in (("fleet", doc.fleet), ("orders", doc.orders)):
        for name, thing in things.items():
            path: KeyPath = (key, name)
            yield from committed(doc, (*path, "offer"), thing.offer)
            yield from _one((*path, "site"), thing.site, doc.sites, "there is no site {}")
    for name, order in doc.orders.items():
        yield from _one(("orders", name, "period"), order.period, cal.names, "there is no period {} in the horizon")


def _policy(doc: Document, cal: Calendar) -> Iterator[Fault]:
    makers = {device.maker for device in doc.devices.values() if device.maker}
    countries = {site.country for site in doc.sites.values() if site.country}
    for name, share in doc.shares.items():
        path: KeyPath = ("shares", name)
        given = [k for k in ("maker", "device", "offer", "site", "country") if getattr(share, k) is not None]
        if len(given) != 1:
            yield Fault(path, "needs exactly one of maker, device, offer, site and country", "together")
        if share.min_share is None and share.max_share is None:
            yield Fault(path, "needs min_share or max_share", "missing")
        if (share.of == "work") != (share.workload is not None):
            yield Fault(path, "a share of work needs its workload, and no other share has one", "together")
        yield from _one((*path, "maker"), share.maker, makers, "no device has the maker {}")
        yield from _one((*path, "device"), share.device, doc.devices, "there is no device {}")
        yield from _one((*path, "offer"), share.offer, doc.offers, "there is no offer {}")
        yield from _one((*path, "site"), share.site, doc.sites, "there is no site {}")
        yield from _one((*path, "country"), share.country, countries, "no site is in the country {}")
        yield from _one((*path, "workload"), share.workload, doc.workloads, "there is no workload {}")
    for name, comparison in doc.comparisons.items():
        yield from _operand(doc, ("comparisons", name, "left"), comparison.left)
        yield from _operand(doc, ("comparisons", name, "right"), comparison.right)
    yield from _one(("report", "unit_cost"), doc.report.unit_cost, doc.workloads, "there is no workload {}")


def ranks(doc: Document) -> list[Rank]:
    """Return the objectives in rank order."""
    listed = doc.objective if isinstance(doc.objective, list) else [doc.objective]
    return [item if isinstance(item, Rank) else Rank(of=item) for item in listed]


def _survival(doc: Document, cal: Calendar) -> Iterator[Fault]:
    for name, rule in doc.survive.items():
        path: KeyPath = ("survive", name)
        yield from unknown_names(
            (*path, "among"), rule.among, losable(doc, rule.any_one), f"there is no {rule.any_one} {{}}"
        )
        yield from unknown_names(
            (*path, "share_by_workload"), rule.share_by_workload, doc.workloads, "there is no workload {}"
        )
        yield from _one((*path, "start"), rule.start, cal.names, "there is no period {} in the horizon")
        if rule.start and rule.any_one != "maker":
            yield Fault((*path, "start"), "goes with any_one: maker", "together")
        if not losable(doc, rule.any_one):
            yield Fault((*path, "any_one"), f"there is no {rule.any_one} to lose")


def losable(doc: Document, kind: str) -> list[str]:
    """Return what of a kind can be lost: sites, grids, makers or links."""
    found: dict[str, Iterable[str | None]] = {
        "site": doc.sites,
        "grid": (site.grid for site in doc.sites.values()),
        "maker": (device.maker for device in doc.devices.values()),
        "link": doc.network.links,
    }
    return sorted({name for name in found[kind] if name})


def _objective(doc: Document, cal: Calendar) -> Iterator[Fault]:
    names = [rank.of for rank in ranks(doc)]
    if not names or len(set(names)) != len(names):
        yield Fault(("objective",), "must name one or several objectives, each once", "together")
