"""SNDlib's networks, whichever of its two formats they are written in, to nodes, links and traffic.

| SNDlib | scenario |
|---|---|
| pre-installed capacity | `capacity_gbps`; 0 where a link has modules only, absent where it has neither |
| modules: capacity, cost | `modules` m1, m2, ...: `gbps`, `cost`; as many as wanted, so `max_count` is `MAX_COUNT` |
| routing cost | `price_per_gbps_hour`: the cost of a unit of flow, to be charged for one hour |
| setup cost | `use_cost` |
| demand: routing unit x value | `gbps` |
| coordinates x, y | `longitude`, `latitude`, if those of all nodes can be degrees and are not all the same |

Capacities have no unit in SNDlib and are taken as Gb/s, unless the file's `unit` (such as MBITPERSEC) says what
demands are in; then all capacities, demands and routing costs are converted.

Whether links and demands have a direction, and whether the two directions of a link share its capacity, stands in
SNDlib's separate model file, not in the network: links are read as undirected.  The model file also says whether
hop limits (the maximum path length of a demand) and the listed admissible paths hold; both are passed over.  The
cost of pre-installed capacity is a constant of SNDlib's objective and is passed over as well.

S. Orlowski, M. Pióro, A. Tomaszewski, R. Wessäly: SNDlib 1.0 - Survivable Network Design Library, Networks 55 (3),
2010; http://sndlib.zib.de (input and output formats).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.scenario.network_formats import units
from planner.scenario.network_formats.draft import LARGEST, Draft, Written
from planner.scenario.suggest import quoted

MAX_COUNT = 1000  # SNDlib sets no limit to the modules of a link
_UNLIMITED = "UNLIMITED"
_LEAST_CAPACITY = 1e-18  # of a module: more than none


@dataclass(frozen=True)
class Node:
    """A node with the coordinates of its drawing."""

    id: Written
    x: Written | None = None
    y: Written | None = None


@dataclass(frozen=True)
class Link:
    """A link; `modules` are pairs of capacity and cost."""

    id: Written
    source: Written
    target: Written
    capacity: Written | None = None
    capacity_cost: Written | None = None
    routing_cost: Written | None = None
    setup_cost: Written | None = None
    modules: Sequence[tuple[Written, Written]] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Demand:
    """A demand of `value` routing units; `max_path_length` in links."""

    id: Written
    source: Written
    target: Written
    routing_unit: Written | None
    value: Written
    max_path_length: Written | None = None


@dataclass
class Records:
    """All that a file says."""

    unit: Written | None = None
    are_pixels: bool = False
    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)


def add_records(records: Records, draft: Draft) -> None:
    """Add what a file says to the draft."""
    per_gbps = _units_per_gbps(records.unit, draft)
    _add_nodes(records, draft)
    for link in records.links:
        _add_link(link, per_gbps, draft)
    for demand in records.demands:
        _add_demand(demand, per_gbps, draft)


def _units_per_gbps(unit: Written | None, draft: Draft) -> float:
    """Return how many units of capacity make a Gb/s."""
    if unit is None or not unit.text:
        return 1.0
    per_gbps = units.per_gbps(unit.text)
    if per_gbps is None:
        draft.refuse(f"the unit {quoted(unit.text)} is not one of {units.RATES}", (), unit.place, "unit")
    return per_gbps or 1.0


def _add_nodes(records: Records, draft: Draft) -> None:
    points: dict[str, tuple[float, float]] = {}
    for node in records.nodes:
        name = node.id.text
        if draft.add_node(node.id, name) is None or node.x is None or node.y is None:
            continue
        x, y = (draft.amount(written, ("nodes", name, "coordinates"), -LARGEST) for written in (node.x, node.y))
        if x is not None and y is not None:
            points[name] = x, y
    if records.are_pixels or not _can_be_degrees(list(points.values())):
        return
    for name, (x, y) in points.items():
        draft.nodes[name].update(latitude=y, longitude=x)


def _can_be_degrees(points: list[tuple[float, float]]) -> bool:
    """Return whether coordinates are degrees, not positions in a drawing or placeholders such as 0 0."""
    in_range = all(abs(x) <= 180 and abs(y) <= 90 for x, y in points)
    return in_range and (len(points) == 1 or len(set(points)) > 1)


def _add_link(link: Link, per_gbps: float, draft: Draft) -> None:
    name = link.id.text
    path = ("links", name)
    is_new = draft.is_new("link", link.id)
    ends = draft.ends(f"the link {quoted(link.id.text)}", link.source, link.target, path)
    _amount(link.capacity_cost, (*path, "pre-installed cost"), draft)
    capacity = _amount(link.capacity, (*path, "capacity_gbps"), draft)
    costs = {
        "price_per_gbps_hour": _amount(link.routing_cost, (*path, "price_per_gbps_hour"), draft) * per_gbps,
        "use_cost": _amount(link.setup_cost, (*path, "use_cost"), draft),
    }
    modules = {
        f"m{i}": _module(*module, per_gbps, (*path, "modules", f"m{i}"), draft)
        for i, module in enumerate(link.modules, 1)
    }
    if ends is None or not is_new:
        return
    entry: dict[str, Any] = {"from": ends[0], "to": ends[1], "directed": False}
    if capacity or modules:
        entry["capacity_gbps"] = capacity / per_gbps
    entry |= {key: cost for key, cost in costs.items() if cost}
    draft.links[name] = entry | ({"modules": modules} if modules else {})


def _module(capacity: Written, cost: Written, per_gbps: float, path: tuple[str, ...], draft: Draft) -> dict[str, float]:
    size = draft.amount(capacity, (*path, "gbps"), _LEAST_CAPACITY) or 0.0
    return {"gbps": size / per_gbps, "cost": _amount(cost, (*path, "cost"), draft), "max_count": MAX_COUNT}


def _add_demand(demand: Demand, per_gbps: float, draft: Draft) -> None:
    name = demand.id.text
    path = ("traffic", name)
    is_new = draft.is_new("demand", demand.id)
    ends = draft.ends(f"the demand {quoted(demand.id.text)}", demand.source, demand.target, path)
    unit = _amount(demand.routing_unit, (*path, "routing unit"), draft, absent=1.0)
    value = _amount(demand.value, (*path, "gbps"), draft)
    if demand.max_path_length and demand.max_path_length.text != _UNLIMITED:
        _amount(demand.max_path_length, (*path, "max path length"), draft)
    if ends is not None and is_new:
        draft.traffic[name] = {"from": ends[0], "to": ends[1], "gbps": unit * value / per_gbps}


def _amount(written: Written | None, path: tuple[str, ...], draft: Draft, absent: float = 0.0) -> float:
    """Return a number that is not negative, `absent` where it is not written, or 0 with a mistake noted."""
    return absent if written is None else draft.amount(written, path) or 0.0
