"""Devices, sites and links that a plan does not use, with the reason as far as the plan tells it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from planner.explain.explanation import Question
from planner.explain.offers import asked_barriers, used_offers
from planner.inputs.inputs import inputs_of


def unused_devices(question: Question) -> Iterator[tuple[str, str]]:
    """Yield each device that no workload can run on or that nobody offers, with the reason."""
    plan = question.plan
    inputs = inputs_of(question.scenario)
    doc = inputs.doc
    offered = {offer.device for offer in doc.offers.values()}
    used = {doc.offers[name].device for name in used_offers(plan) if name in doc.offers}
    reasons: dict[str, list[str]] = {}
    for barrier in asked_barriers(inputs):
        reasons.setdefault(barrier.device, []).append(f"{barrier.reason} ({barrier.workload})")
    for name in inputs.devices:
        if name in used:
            continue
        if name not in offered:
            yield name, "nobody offers it"
        elif name in reasons and len(reasons[name]) == int(inputs.demand.any(axis=(0, 1, 3)).sum()):
            yield name, "; ".join(reasons[name])


def unused_sites(question: Question) -> Iterator[tuple[str, str]]:
    """Yield each site where nothing stands and nothing is done, with the reason."""
    plan = question.plan
    inputs = inputs_of(question.scenario)
    doc = inputs.doc
    used = {str(site) for table in (plan.fleet, plan.run, plan.served) for site in table["site"].unique()}
    served = plan.demand["workload"].unique()
    for s, name in enumerate(inputs.sites):
        if name in used:
            continue
        site = doc.sites[name]
        sold = any(stand.site == name for stand in inputs.stands) or any(
            name in (offer.sites or [n for n, x in doc.sites.items() if not x.distributed])
            for offer in doc.offers.values() if offer.kind == "serverless"
        )  # fmt: skip
        asked = [w for w, workload in enumerate(inputs.workloads) if workload in served]
        if not sold:
            yield name, "nothing is offered there"
        elif asked and not inputs.routes.allowed[asked, :, s].any():
            limits = [doc.workloads[inputs.workloads[w]].max_latency_ms for w in asked]
            far = all(limit is not None for limit in limits)
            yield name, "every region is too far away or not allowed" if far else "no region may be served from it"
        elif site.siting == "candidate":
            yield name, "opening it saves no more than it costs"
        else:
            yield name, "serving from elsewhere is cheaper"


def unused_links(question: Question) -> Iterator[tuple[str, str]]:
    """Yield each link that no traffic takes, with the reason."""
    plan = question.plan
    inputs = inputs_of(question.scenario)
    links = inputs.doc.network.links
    if not links:
        return
    if len(plan.links):
        carried = plan.links[plan.links["traffic_gbps"] > 1e-9]
        used = {str(link) for link in carried["link"].unique()}
        why = "other routes are cheaper"
    else:
        taken = {tuple(route.split(" > ")) for route in plan.served["route"].unique() if route}
        steps = {frozenset(pair) for route in taken for pair in pairwise(route)}
        used = {name for name, link in links.items() if frozenset(_ends(link)) in steps}
        why = "it is on no route that the plan takes"
    for name in sorted(links):
        if name not in used:
            yield name, why


def _ends(link: object) -> tuple[str, str]:
    from planner.inputs.routes import link_ends

    return link_ends(link)  # type: ignore[arg-type]
