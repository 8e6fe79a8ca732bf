"""What the tables of a plan hold, as far as it is known before solving: their columns, and what labels can stand there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import get_args

from planner.scenario.horizon import Calendar, slices
from planner.scenario.schema import Document
from planner.scenario.supply import OfferKind

type Options = Callable[[Document, Calendar], Iterable[str]]


def _periods(_: Document, cal: Calendar) -> Iterable[str]:
    return cal.names


def _slices(doc: Document, _: Calendar) -> Iterable[str]:
    return slices(doc.slices)[0]


def _makers(doc: Document, _: Calendar) -> Iterable[str]:
    return sorted({device.maker or "" for device in doc.devices.values()})


def _nodes(doc: Document, _: Calendar) -> Iterable[str]:
    ends = (link.ends or (link.from_, link.to) for link in doc.network.links.values())
    return sorted({end for pair in ends for end in pair if end})


def _configurations(doc: Document, _: Calendar) -> Iterable[str]:
    return ["", "single", *(key for workload in doc.workloads.values() for key in workload.configurations)]


def _modules(doc: Document, _: Calendar) -> Iterable[str]:
    return [key for link in doc.network.links.values() for key in link.modules]


LABELS: dict[str, Options] = {
    "period": _periods,
    "slice": _slices,
    "order_period": _periods,
    "start": _periods,
    "site": lambda doc, _: doc.sites,
    "region": lambda doc, _: doc.regions,
    "workload": lambda doc, _: doc.workloads,
    "offer": lambda doc, _: doc.offers,
    "device": lambda doc, _: doc.devices,
    "maker": _makers,
    "link": lambda doc, _: doc.network.links,
    "module": _modules,
    "from": _nodes,
    "to": _nodes,
    "traffic": lambda doc, _: doc.traffic,
    "campaign": lambda doc, _: doc.campaigns,
    "enablement": lambda doc, _: doc.enablements,
    "configuration": _configurations,
    "chain": lambda doc, _: doc.chains,
    "step": lambda doc, _: [step.name for chain in doc.chains.values() for step in chain.steps],
    "comparison": lambda doc, _: doc.comparisons,
    "survival": lambda doc, _: doc.survive,
}
"""Columns whose labels are names in the scenario, or its periods, with those that there are."""

EMPTY_LABELS: dict[str, tuple[str, ...]] = {
    "cost": ("site", "offer", "workload"),
    "carbon": ("site",),
    "prices": ("period", "slice"),
    "run": ("device", "configuration"),
}
"""Columns by table that are empty in rows that belong to none."""

COST_KINDS = (
    "acquisition", "carbon", "closing", "energy", "fixed", "links", "maintenance", "modules", "opening", "penalty",
    "porting", "rent", "rental", "resale", "salvage", "serving", "traffic", "work",
)  # fmt: skip
"""Kinds of cost, which `kind` holds in the table `cost`."""

_STAND = ("device", "maker", "kind")

TEXTS: dict[str, tuple[str, ...]] = {
    "demand": ("period", "workload", "unit"),
    "additions": ("period", "order_period", "site", "offer", *_STAND),
    "fleet": ("period", "site", "offer", *_STAND),
    "run": ("period", "slice", "site", "offer", "device", "workload", "configuration"),
    "served": ("period", "slice", "workload", "region", "site", "route"),
    "unmet": ("period", "slice", "workload", "region"),
    "sites": ("period", "site"),
    "power": ("period", "site", "offer", "device"),
    "links": ("period", "slice", "link", "from", "to"),
    "lit": ("period", "link", "module"),
    "traffic": ("period", "slice", "traffic", "from", "to", "routes"),
    "carbon": ("period", "site"),
    "cost": ("period", "kind", "site", "offer", "workload"),
    "unit_cost": ("period", "workload"),
    "campaigns": ("campaign", "device", "site", "start"),
    "porting": ("period", "enablement", "workload", "maker"),
    "commitments": ("offer",),
    "pools": ("period", "offer", "site"),
    "chains": ("chain", "step", "period", "operation", "unit"),
    "comparisons": ("comparison", "left_name", "right_name", "unit"),
    "losses": ("survival", "kind", "lost"),
    "prices": ("rule", "period", "slice", "of", "unit"),
}
"""Columns of texts, by table: those that rows are told apart by."""

_NUMBERS: dict[str, tuple[str, ...]] = {
    "demand": ("demand_units", "served_units", "unmet_units", "served_share"),
    "additions": ("devices", "price_{currency}"),
    "fleet": ("devices", "devices_peak", "devices_busy", "h100_equivalents"),
    "run": ("devices_at_work", "work_units_per_hour", "devices_occupied", "replicas", "capacity_units_per_hour"),
    "served": ("served_units_per_hour", "served_units", "latency_ms"),
    "unmet": ("unmet_units_per_hour", "unmet_units", "demand_units_per_hour"),
    "sites": (
        "open", "opened", "closed", "modules_added", "power_used_mw", "power_limit_mw", "power_share",
    ),
    "power": ("power_mw", "energy_mwh"),
    "links": ("traffic_gbps", "capacity_gbps", "share", "full", "in_use"),
    "lit": ("blocks",),
    "traffic": ("demand_gbps", "carried_gbps", "unmet_gbps"),
    "carbon": ("carbon_t",),
    "cost": ("discounted_{currency}", "paid_{currency}"),
    "unit_cost": ("served_units", "cost_{currency}", "cost_{currency}_per_unit"),
    "campaigns": ("units", "months"),
    "porting": (),
    "commitments": (),
    "pools": ("nodes", "rented_peak", "firm_factor", "firm_factor_at_rented", "firm_devices"),
    "chains": ("factor", "result"),
    "comparisons": ("left", "right", "ratio", "exceeds"),
    "losses": ("share_required", "share_served", "in_programme", "saved_by_a_point_less"),
    "prices": ("dual", "price_per_unit"),
}  # fmt: skip


def numbers(table: str, currency: str) -> list[str]:
    """Return the columns of numbers of a table."""
    return [column.format(currency=currency) for column in _NUMBERS[table]]


def labels(table: str, column: str, doc: Document, cal: Calendar) -> list[str] | None:
    """Return what may stand in a column of texts, or None where only the plan knows."""
    if column == "kind" and table in ("additions", "fleet"):
        return list(get_args(OfferKind))
    if column == "kind" and table == "cost":
        return list(COST_KINDS)
    if column not in LABELS:
        return None
    empty = [""] if column in EMPTY_LABELS.get(table, ()) else []
    return [*empty, *LABELS[column](doc, cal)]
