"""A scenario's `network: {file: ..}`, replaced by the links and the traffic that the file has."""

from __future__ import annotations

from typing import Any

from planner.errors import InputError, Problem
from planner.scenario.networks import read_network
from planner.scenario.tables import find_table
from planner.scenario.tree import Node, Tree, node_of


def with_network(tree: Tree, *, allow_path: bool = False) -> Tree:
    """Return the tree with the links and traffic of its network file; what the scenario says itself wins.

    `each` beside `file` gives keys to every link, such as `{shared_capacity: true}`, which no format knows.

    Raises
    ------
    InputError
        If there is no such file, or it is no network.
    """
    root = tree.root.content
    network = root.get("network") if isinstance(root, dict) else None
    if (
        network is None
        or not isinstance(root, dict)
        or not isinstance(network.content, dict)
        or "file" not in network.content
    ):
        return tree
    own = dict(network.content)
    file, each = own.pop("file"), own.pop("each", None)
    if not isinstance(file.content, str):
        raise InputError(Problem("must be the name of a file", "network.file", file.place, "string_type"))
    found = read_network(
        find_table(
            file.content,
            tree.folders,
            allow_path=allow_path,
            place=file.place,
            path="network.file",
            kind="network file",
        )
    )
    beside = each.plain if each is not None and isinstance(each.plain, dict) else {}
    links = {name: node_of({**link, **beside}, file.place) for name, link in found["links"].items()}
    own["links"] = _over(links, own.get("links"), file)
    parts: dict[str, Node] = {**root, "network": Node(own, network.key_place, network.place)}
    if found["traffic"] or "traffic" in root:
        traffic: dict[str, Any] = {name: node_of(demand, file.place) for name, demand in found["traffic"].items()}
        parts["traffic"] = _over(traffic, root.get("traffic"), file)
    return Tree(Node(parts, tree.root.key_place, tree.root.place), tree.files, tree.folders, tree.pending)


def _over(base: dict[str, Node], own: Node | None, file: Node) -> Node:
    """Return named things with the scenario's own laid over them, key by key."""
    merged = dict(base)
    for name, node in own.content.items() if own is not None and isinstance(own.content, dict) else ():
        below = merged.get(name)
        if below is not None and isinstance(below.content, dict) and isinstance(node.content, dict):
            merged[name] = Node({**below.content, **node.content}, node.key_place, node.place)
        else:
            merged[name] = node
    return Node(merged, file.key_place, file.place)
