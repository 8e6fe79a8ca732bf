"""Graphs with attributes, as GraphML and GML both have them, to nodes and links.

Names of attributes are read without regard to case.

- Nodes are named by their `label`, else by their id; a second node of a name is `name-2`, and so on.
- `latitude` or `lat` and `longitude`, `long`, `lon` or `lng` are degrees, and count where a node has both.
- Links are named `from-to` after their nodes, in the order of the file; a parallel one is `from-to-2`.
- `latency_ms`, `latency`, `delay_ms` or `delay` is the round trip over the link: ms unless the text or an
  attribute `latency_unit` or `delay_unit` of the link or the graph states another unit.
- A link without a latency has that of its `length_km` or `distance_km` of fibre.
- Capacity is `LinkSpeedRaw` (bit/s); or `capacity_gbps` and the like; or `LinkSpeed` with `LinkSpeedUnits`; or
  `capacity` or `bandwidth` with a unit, in the text (`10 Gbps`) or as `capacity_unit` or `bandwidth_unit` of the
  link or the graph.  No unit is guessed.  A link without any of these has no limit.

The Internet Topology Zoo writes Latitude, Longitude, label, LinkSpeed, LinkSpeedUnits and LinkSpeedRaw.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field

from planner.scenario.network_formats import units
from planner.scenario.network_formats.draft import Draft, Written, plain_name, unique
from planner.scenario.network_formats.latency import fibre_ms
from planner.scenario.suggest import quoted

type Attributes = MutableMapping[str, Written]  # by name in small letters


@dataclass(frozen=True)
class Quantity:
    """Something measured.

    `names` are its attributes in order of rank, each with the unit that the name states; `per` tells how many of
    a unit make that of the scenario, `units` which there are, `assumed` the one of a bare number.
    """

    names: dict[str, str]
    per: Callable[[str], float | None]
    units: str
    assumed: str = ""


_LATITUDE = ("latitude", "lat")
_LONGITUDE = ("longitude", "long", "lon", "lng")
_LENGTH_KM = ("length_km", "distance_km")
_OF_FORMAT = {"id", "source", "target"}  # what GML writes as attributes
_LATENCY_MS = Quantity(
    {"latency_ms": "ms", "latency": "", "delay_ms": "ms", "delay": ""}, units.per_ms, units.TIMES, "ms"
)
_IN_NAMES = {f"{name}_{unit}": unit for name in ("capacity", "bandwidth") for unit in units.IN_NAMES}
_CAPACITY_GBPS = Quantity(
    {"linkspeedraw": "bit/s", **_IN_NAMES, "linkspeed": "", "capacity": "", "bandwidth": ""},
    units.per_gbps,
    units.RATES,
)
_WHERE = "call it {key}_gbps, write {text} Gbps, or say {key}_unit at the edge, at the graph or as the default of a GraphML key"


@dataclass(frozen=True)
class Edge:
    """An edge as it is written: ids of its ends, and its attributes."""

    source: Written
    target: Written
    directed: bool
    attributes: Attributes


@dataclass
class Graph:
    """A graph as it is written, in the order of the file."""

    attributes: Attributes = field(default_factory=dict)
    nodes: list[tuple[Written, Attributes]] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def add_graph(graph: Graph, draft: Draft) -> None:
    """Add the nodes and links of a graph to the draft."""
    taken: dict[str, int] = {}
    for identifier, attributes in graph.nodes:
        _add_node(identifier, attributes, draft, taken)
    taken = {}
    for edge in graph.edges:
        _add_link(edge, graph.attributes, draft, taken)
    for kind, things in (
        ("nodes", [of for _, of in graph.nodes]),
        ("links", [edge.attributes for edge in graph.edges]),
    ):
        known = {*draft.read_as.get(kind, ()), *_OF_FORMAT}
        draft.passed_over[kind] = sorted({name for attributes in things for name in attributes} - known)


def _add_node(identifier: Written, attributes: Attributes, draft: Draft, taken: dict[str, int]) -> None:
    label = attributes.get("label", identifier)
    name = unique(plain_name(label.text) or plain_name(identifier.text) or "node", taken)
    if "label" in attributes:
        _note(draft, "nodes", "label", "name")
    node = draft.add_node(identifier, name)
    latitude, longitude = _first(attributes, *_LATITUDE), _first(attributes, *_LONGITUDE)
    if node is None or latitude is None or longitude is None:
        return
    for names, what in ((_LATITUDE, "latitude"), (_LONGITUDE, "longitude")):
        _note(draft, "nodes", next(name for name in names if _first(attributes, name)), what)
    north = draft.amount(latitude, ("nodes", name, "latitude"), -90, 90)
    east = draft.amount(longitude, ("nodes", name, "longitude"), -180, 180)
    if north is not None and east is not None:
        node.update(latitude=north, longitude=east)


def _add_link(edge: Edge, of_graph: Attributes, draft: Draft, taken: dict[str, int]) -> None:
    what = f"the edge from {quoted(edge.source.text)} to {quoted(edge.target.text)}"
    ends = draft.ends(what, edge.source, edge.target, ("links",))
    if ends is None:
        return
    name = unique("-".join(ends), taken)
    link = draft.links[name] = {"from": ends[0], "to": ends[1], "directed": edge.directed}
    latency_ms = _measured(_LATENCY_MS, edge, of_graph, draft, ("links", name, "latency_ms"))
    capacity_gbps = _measured(_CAPACITY_GBPS, edge, of_graph, draft, ("links", name, "capacity_gbps"))
    length = next((name for name in _LENGTH_KM if _first(edge.attributes, name)), None)
    if latency_ms is None and length:
        _note(draft, "links", length, "length of fibre for latency_ms")
        length_km = draft.amount(edge.attributes[length], ("links", name, "latency_ms"))
        latency_ms = None if length_km is None else fibre_ms(length_km)
    if latency_ms is not None:
        link["latency_ms"] = latency_ms
    if capacity_gbps is not None:
        link["capacity_gbps"] = capacity_gbps


def _measured(
    quantity: Quantity, edge: Edge, of_graph: Attributes, draft: Draft, path: tuple[str, ...]
) -> float | None:
    """Return the quantity that an edge states, or None; its unit may stand at the edge or the graph."""
    key = next((name for name in quantity.names if _first(edge.attributes, name)), None)
    if key is None:
        return None
    text, unit = units.number_and_unit(edge.attributes[key].text)
    _note(draft, "links", key, path[-1])
    named = [name for name in (f"{key}_unit", f"{key}_units", f"{key}units") if name in edge.attributes]
    for name in named:
        _note(draft, "links", name, "its unit")
    stated = _first(ChainMap(edge.attributes, of_graph), f"{key}_unit", f"{key}_units", f"{key}units")
    unit = unit or quantity.names[key] or (stated.text if stated else quantity.assumed)
    value = draft.amount(Written(text, edge.attributes[key].place), path)
    per = quantity.per(unit)
    if value is None or per is not None:
        return value and value / (per or 1.0)
    fault = (
        f"the unit {quoted(unit)} is not known" if unit else f"there is no unit; {_WHERE.format(text=text, key=key)}"
    )
    draft.refuse(f"{key}: {fault}: {quantity.units}", path, edge.attributes[key].place, "unit")
    return None


def _note(draft: Draft, kind: str, name: str, what: str) -> None:
    """Note what an attribute was read as."""
    draft.read_as.setdefault(kind, {}).setdefault(name, what)


def _first(attributes: Attributes, *names: str) -> Written | None:
    """Return the first of the attributes in `names` that is there and not empty."""
    return next((attributes[name] for name in names if name in attributes and attributes[name].text.strip()), None)
