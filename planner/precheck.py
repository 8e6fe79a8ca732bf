"""Checks before solving: what no solver is needed to see."""

from __future__ import annotations

import numpy as np

from planner.errors import Problem
from planner.inputs.inputs import Inputs
from planner.inputs.modes import barriers
from planner.model.arrays import Floats
from planner.model.model import options_of, sales_of
from planner.scenario.horizon import slices as slices_of
from planner.scenario.load import Scenario
from planner.scenario.supply import COMMITTED

HOPELESS_RANGE = 1e12
"""Between the largest and the least of the rates, demands or prices that meet in a rule."""


MOST_COLUMNS = 20_000_000
"""Decisions that a programme may have: some 10 GB in the solver."""

MOST_NUMBERS = 200_000_000
"""Numbers that the inputs may take: 1.6 GB."""


def too_large(scenario: Scenario) -> list[Problem]:
    """Return why the inputs of a scenario would be too large to work out, before any of them are."""
    doc, periods = scenario.document, len(scenario.calendar.names)
    slices = len(slices_of(doc.slices)[0])
    placed = sum(not site.distributed for site in doc.sites.values())
    stands = {True: 0, False: 0}
    for offer in doc.offers.values():
        stands[offer.kind in COMMITTED] += placed if offer.sites is None else len(offer.sites)
    modules = sum(len(site.modules) for site in doc.sites.values())
    numbers = {
        "periods x slices x workloads x regions": periods * slices * len(doc.workloads) * len(doc.regions),
        "periods x slices x offers at sites": periods * slices * sum(stands.values()),
        "periods x periods x offers at sites": periods**2 * stands[True],
        "periods x periods x modules and porting": periods**2 * (modules + len(doc.enablements)),
        "workloads x regions x sites": len(doc.workloads) * len(doc.regions) * len(doc.sites),
    }
    what, most = max(numbers.items(), key=lambda item: item[1])
    if most <= MOST_NUMBERS:
        return []
    message = f"{what} come to {most:,}, with a limit of {MOST_NUMBERS:,}: take fewer or longer periods"
    return [Problem(message, "horizon", scenario.place(("horizon",)), "too-large")]


def columns_of(inputs: Inputs) -> int:
    """Return about how many decisions the programme of a scenario has, without building it."""
    sales = sales_of(inputs)
    capable = np.zeros((len(inputs.workloads), len(inputs.sites)), bool)
    for mode in inputs.modes:
        capable[mode.w, inputs.stands[mode.stand].s] = True
    for sale in sales:
        capable[sale.w, sale.s] = True
    asked = inputs.demand.any(axis=(0, 1))
    pairs = inputs.routes.allowed & asked[:, :, None] & capable[:, None, :]
    routes, periods = inputs.routes, inputs.time.periods
    sold_early = sum(periods + len(s.arrivals) for s in inputs.stands if s.offer.resale_share is not None)
    by_slice = (
        pairs.sum() + asked.sum() + len(inputs.modes) + len(sales) + len(routes.paths)
        + sum(not s.committed for s in inputs.stands) + 2 * len(inputs.sites) * len(routes.arcs)
        + len(inputs.doc.traffic) * (1 + len(routes.arcs)) + len(routes.trunks)
    )  # fmt: skip
    by_period = 2 * sum(s.committed for s in inputs.stands) + sold_early + 3 * len(inputs.sites)
    return int(periods * (len(inputs.time.slices) * int(by_slice) + by_period))


def precheck(scenario: Scenario, inputs: Inputs) -> list[Problem]:
    """Return what makes a scenario impossible to plan for, each with its place."""
    columns = columns_of(inputs)
    if columns > MOST_COLUMNS:
        message = f"the programme would have about {columns:,} decisions, with a limit of {MOST_COLUMNS:,}"
        hint = "take fewer periods, slices or sites, or latency limits and residency rules that rule more of them out"
        return [Problem(f"{message}: {hint}", "horizon", scenario.place(("horizon",)), "too-large")]
    return [*_unserved(scenario, inputs), *_homeless(scenario, inputs)]


def _unserved(scenario: Scenario, inputs: Inputs) -> list[Problem]:
    """Demand that must be served, and that nothing can serve in any period."""
    problems, sales = [], sales_of(inputs)
    for w, name in enumerate(inputs.workloads):
        if not inputs.must_serve[w]:
            continue
        sites = {inputs.stands[m.stand].s for m in inputs.modes if m.w == w}
        sites |= {sale.s for sale in sales if sale.w == w}
        asked = np.nonzero(inputs.demand[:, :, w, :].any(axis=(0, 1)))[0]
        if asked.size and not sites:
            why = (
                "; ".join(f"{b.device} {b.reason}" for b in barriers(inputs.doc, inputs.time) if b.workload == name)
                or "no offer is to be had in time"
            )
            problems.append(_problem(scenario, name, f"must be served, but nothing can run it: {why}"))
            continue
        cut_off = [inputs.regions[r] for r in asked.tolist() if not inputs.routes.allowed[w, r, sorted(sites)].any()]
        if cut_off:
            names = [inputs.doc.regions[r].label or r for r in cut_off[:5]]
            listed = ", ".join(names) + (" and more" if len(cut_off) > 5 else "")
            why = _distance(inputs, w, cut_off[0])
            message = f"must be served, but no site that can run it may serve {listed}: {why}"
            problems.append(_problem(scenario, name, message))
    return problems


def _distance(inputs: Inputs, w: int, region: str) -> str:
    workload = inputs.doc.workloads[inputs.workloads[w]]
    latency = inputs.routes.latency_ms[inputs.regions.index(region)]
    if workload.max_latency_ms is not None and not (latency <= workload.max_latency_ms).any():
        nearest = latency.min()
        found = f"the nearest is {nearest:g} ms away" if np.isfinite(nearest) else "there is no route"
        return f"{found}, and {workload.max_latency_ms:g} ms are allowed"
    return "residency, latency or the network keeps them apart"


def _homeless(scenario: Scenario, inputs: Inputs) -> list[Problem]:
    """Campaigns that must run, and that no device at any of their sites can in time."""
    found = {option.campaign for option in options_of(inputs)}
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


def scaling_note(coefficients: Floats) -> str:
    """Return a note where coefficients are too far apart for a solver to tell them apart, or nothing."""
    sizes = np.abs(coefficients)
    smallest, largest = float(sizes.min(initial=np.inf)), float(sizes.max(initial=0.0))
    if smallest <= 0 or largest / smallest < HOPELESS_RANGE:
        return ""
    return (
        f"numerically hopeless: coefficients that meet in one rule are {largest / smallest:.0e} apart; "
        "look for rates, demands or powers in wrong units"
    )
