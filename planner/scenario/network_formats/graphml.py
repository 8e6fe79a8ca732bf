"""GraphML: nodes and edges of the one graph of the file, with the data that its keys declare.

An edge is directed as `edgedefault` says, or as its own `directed` does.  Nested graphs and hyperedges have no
counterpart in a scenario and are refused; ports are passed over.  A key that yEd fills with a drawing gives the
`label` that the drawing shows.

http://graphml.graphdrawing.org/specification.html
"""

from __future__ import annotations

from collections import ChainMap

from planner.scenario.network_formats.draft import Draft, Written
from planner.scenario.network_formats.graph import Attributes, Edge, Graph, add_graph
from planner.scenario.network_formats.xml_tree import Element
from planner.scenario.suggest import quoted

_DIRECTED = {"directed": True, "undirected": False, "true": True, "false": False, "1": True, "0": False, "": None}


class _Keys:
    """What the keys of a file declare: names of data by id, and defaults by what they are for."""

    def __init__(self, root: Element, draft: Draft):
        self.names: dict[str, str] = {}
        self.defaults: dict[str, dict[str, Written]] = {"graph": {}, "node": {}, "edge": {}}
        for key in root.all("key"):
            if draft.is_new("key", key.attribute("id")):
                self._declare(key)

    def _declare(self, key: Element) -> None:
        identifier = key.attribute("id").text
        self.names[identifier] = name = (key.attribute("attr.name").text or identifier).lower()
        default = key.find("default")
        for kind, defaults in self.defaults.items():
            if default and key.attribute("for").text in {kind, "all", ""}:
                defaults[name] = default.written

    def attributes(self, element: Element, draft: Draft) -> Attributes:
        """Return the data of an element by name, over the defaults."""
        found: dict[str, Written] = {}
        for data in element.all("data"):
            key = data.attribute("key")
            drawn = _drawn_label(data)
            if key.text not in self.names:
                draft.refuse(f"the key {quoted(key.text)} of this data is not declared", (), key.place, "unknown")
            elif drawn:
                found["label"] = drawn.written
            elif not data.children:
                found[self.names[key.text]] = data.written
        return ChainMap(found, self.defaults[element.tag])


def read(root: Element, draft: Draft) -> None:
    """Add the graph of a GraphML document to the draft."""
    keys = _Keys(root, draft)
    graphs = list(root.all("graph"))
    if len(graphs) != 1:
        place = graphs[1].place if graphs else root.place
        draft.refuse(f"the file has {len(graphs) or 'no'} graphs; one is needed", (), place, "graph")
        return
    add_graph(_graph(graphs[0], keys, draft), draft)


def _graph(element: Element, keys: _Keys, draft: Draft) -> Graph:
    graph = Graph(keys.attributes(element, draft))
    default = _is_directed(element.attribute("edgedefault"), draft) or False
    for child in element.children:
        if child.tag == "hyperedge" or child.find("graph"):
            draft.refuse("hyperedges and nested graphs cannot be read", (), child.place, "graph")
        elif child.tag == "node":
            graph.nodes.append((child.attribute("id"), keys.attributes(child, draft)))
        elif child.tag == "edge":
            own = _is_directed(child.attribute("directed"), draft)
            ends = child.attribute("source"), child.attribute("target")
            graph.edges.append(Edge(*ends, default if own is None else own, keys.attributes(child, draft)))
    return graph


def _is_directed(written: Written, draft: Draft) -> bool | None:
    """Return what the attribute says; None where it is absent."""
    if written.text not in _DIRECTED:
        draft.refuse(f"{quoted(written.text)} does not say whether edges are directed", (), written.place)
    return _DIRECTED.get(written.text)


def _drawn_label(data: Element) -> Element | None:
    """Return the `y:NodeLabel` within the drawing of a node."""
    return next((label for shape in data.children for label in shape.all("NodeLabel")), None)
