"""Checks before solving: what no solver is needed to see."""

from __future__ import annotations

import numpy as np

from planner.errors import Problem
from planner.inputs.inputs import Inputs
from planner.inputs.modes import barriers
from planner.scenario.load import Scenario

HOPELESS_RANGE = 1e12
"""Between the largest and the least of the rates, demands or prices that meet in a rule."""


def precheck(scenario: Scenario, inputs: Inputs) -> list[Problem]:
    """Return what makes a scenario impossible to plan for, each with its place."""
    return [*_unserved(scenario, inputs), *_homeless(scenario, inputs)]


def _unserved(scenario: Scenario, inputs: Inputs) -> list[Problem]:
    """Demand that must be served, and that nothing can serve in any period."""
    problems = []
    reasons = barriers(inputs.doc, inputs.time)
    for w, name in enumerate(inputs.workloads):
        if not inputs.must_serve[w]:
            continue
        sites = {inputs.stands[m.stand].s for m in inputs.modes if m.w == w}
        sites |= {inputs.sites.index(s) for s, work in _sold(inputs) if work == name}
        asked = np.nonzero(inputs.demand[:, :, w, :].any(axis=(0, 1)))[0]
        if asked.size and not sites:
            why = (
                "; ".join(f"{b.device} {b.reason}" for b in reasons if b.workload == name)
                or "no offer is to be had in time"
            )
            problems.append(_problem(scenario, name, f"must be served, but nothing can run it: {why}"))
            continue
        cut_off = [inputs.regions[r] for r in asked.tolist() if not inputs.routes.allowed[w, r, sorted(sites)].any()]
        if cut_off:
            listed = ", ".join(cut_off[:5]) + (" and more" if len(cut_off) > 5 else "")
            problems.append(
                _problem(
                    scenario,
                    name,
                    f"must be served, but no site that can run it may serve {listed}: {_distance(inputs, w, cut_off[0])}",
                )
            )
    return problems


def _distance(inputs: Inputs, w: int, region: str) -> str:
    workload = inputs.doc.workloads[inputs.workloads[w]]
    latency = inputs.routes.latency_ms[inputs.regions.index(region)]
    if workload.max_latency_ms is not None and not (latency <= workload.max_latency_ms).any():
        nearest = latency.min()
        found = f"the nearest is {nearest:g} ms away" if np.isfinite(nearest) else "there is no route"
        return f"{found}, and {workload.max_latency_ms:g} ms are allowed"
    return "residency, latency or the network keeps them apart"


def _sold(inputs: Inputs) -> list[tuple[str, str]]:
    from planner.inputs.stands import sites_of

    return [
        (site, w)
        for offer in inputs.doc.offers.values()
        if offer.kind == "serverless"
        for site in sites_of(inputs.doc, offer)
        for w in offer.work
    ]


def _homeless(scenario: Scenario, inputs: Inputs) -> list[Problem]:
    """Campaigns that must run, and that no device at any of their sites can in time."""
    from planner.model.decisions import Model
    from planner.model.programme import Programme

    options = Model(inputs, Programme(inputs.time.names, inputs.time.slices)).options
    found = {option.campaign for option in options}
    return [
        Problem(
            "must be run, but no device that it can use is to be had at its sites for long enough in time",
            f"campaigns.{name}", scenario.place(("campaigns", name)), "impossible",
        )
        for name, campaign in sorted(inputs.doc.campaigns.items())
        if name not in found and campaign.value is None
    ]  # fmt: skip


def _problem(scenario: Scenario, workload: str, message: str) -> Problem:
    return Problem(message, f"workloads.{workload}", scenario.place(("workloads", workload)), "impossible")


def scaling_note(inputs: Inputs, smallest: float, largest: float) -> str:
    """Return a note where coefficients are too far apart for a solver to tell them apart, or nothing."""
    if smallest <= 0 or largest / smallest < HOPELESS_RANGE:
        return ""
    return (
        f"numerically hopeless: coefficients that meet in one rule are {largest / smallest:.0e} apart; "
        "look for rates, demands or powers in wrong units"
    )
