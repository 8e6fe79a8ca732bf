"""SNDlib's XML format: <network> with <networkStructure> (nodes, links) and <demands>."""

from __future__ import annotations

from planner.scenario.network_formats.draft import Draft, Written
from planner.scenario.network_formats.sndlib import Demand, Link, Node, Records, add_records
from planner.scenario.network_formats.xml_tree import Element

NAMESPACE = "http://sndlib.zib.de/network"


def read(root: Element, draft: Draft) -> None:
    """Add the network of a document to the draft."""
    structure = root.find("networkStructure")
    if root.tag != "network" or structure is None:
        draft.refuse("a network of SNDlib is <network> with <networkStructure>", (), root.place, "format")
        return
    records = Records(unit=_text(root, "meta", "unit"))
    for section in structure.all("nodes"):
        records.are_pixels = records.are_pixels or section.attributes.get("coordinatesType") == "pixel"
        records.nodes += [_node(element) for element in section.all("node")]
    for section in structure.all("links"):
        records.links += [_link(element) for element in section.all("link")]
    for section in root.all("demands"):
        records.demands += [_demand(element) for element in section.all("demand")]
    add_records(records, draft)


def _node(element: Element) -> Node:
    return Node(element.attribute("id"), _text(element, "coordinates", "x"), _text(element, "coordinates", "y"))


def _link(element: Element) -> Link:
    additional = element.find("additionalModules")
    modules = additional.all("addModule") if additional else ()
    return Link(
        id=element.attribute("id"),
        source=_needed(element, "source"),
        target=_needed(element, "target"),
        capacity=_text(element, "preInstalledModule", "capacity"),
        capacity_cost=_text(element, "preInstalledModule", "cost"),
        routing_cost=_text(element, "routingCost"),
        setup_cost=_text(element, "setupCost"),
        modules=[(_needed(module, "capacity"), _needed(module, "cost")) for module in modules],
    )


def _demand(element: Element) -> Demand:
    return Demand(
        id=element.attribute("id"),
        source=_needed(element, "source"),
        target=_needed(element, "target"),
        routing_unit=_text(element, "routingUnit"),
        value=_needed(element, "demandValue"),
        max_path_length=_text(element, "maxPathLength"),
    )


def _text(element: Element, *tags: str) -> Written | None:
    found = element.find(*tags)
    return found.written if found else None


def _needed(element: Element, tag: str) -> Written:
    """Return the text of a child, "" where there is none, which is then refused."""
    return _text(element, tag) or Written("", element.place)
