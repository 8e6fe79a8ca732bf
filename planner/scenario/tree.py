"""A scenario as it was written: plain values, each with the places of its key and of itself.

A `Node` is one value with its places, a `Tree` the whole of what was read.  Both are immutable; the same node
may stand in several places of a tree, which is how YAML aliases stay cheap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from planner.errors import InputError, Place, Problem
from planner.scenario.suggest import quoted

type Scalar = str | int | float | bool | None
type KeyPath = tuple[str | int, ...]

_PLAIN_PART = re.compile(r"[\w-][\w /:+-]*")
_DOTTED_LIMIT = 200


class Index(str):
    """The bracketed part of a path: the `2025Q1` of `sites.iad.power_mw[2025Q1]`."""

    __slots__ = ()


class PendingSet(NamedTuple):
    """A `--set` of one period or element, which only the validated scenario knows how to apply."""

    path: tuple[str, ...]
    value: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Node:
    """One value: `place` is where it is written, `key_place` where its key is (its own in a list)."""

    content: dict[str, Node] | list[Node] | Scalar
    key_place: Place
    place: Place

    @property
    def plain(self) -> Any:
        """The value without places, as new dicts and lists."""
        if isinstance(self.content, dict):
            return {key: child.plain for key, child in self.content.items()}
        if isinstance(self.content, list):
            return [child.plain for child in self.content]
        return self.content

    def walk(self, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
        """Yield this node and every node below it, each with its path."""
        yield path, self
        if isinstance(self.content, dict):
            for key, child in self.content.items():
                yield from child.walk((*path, key))
        elif isinstance(self.content, list):
            for position, child in enumerate(self.content):
                yield from child.walk((*path, position))


@dataclass(frozen=True)
class Tree:
    """What was read: the root node, the files it came from, and where tables are looked for.

    Parameters
    ----------
    root
        The value with its places.
    files
        Every file read, in the order of reading.
    folders
        Where tables are looked for: the folder of the scenario, then of the files it extends.
    pending
        Settings with a bracketed part, left to the caller.

    """

    root: Node
    files: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    pending: tuple[PendingSet, ...] = ()

    @cached_property
    def value(self) -> Any:
        """The plain value: dict, list, str, int, float, bool or None."""
        return self.root.plain

    @cached_property
    def places(self) -> dict[KeyPath, Place]:
        """The place of the key of each entry, and of each list element."""
        return {path: node.key_place for path, node in self.root.walk()}

    @cached_property
    def value_places(self) -> dict[KeyPath, Place]:
        """The place of each value itself."""
        return {path: node.place for path, node in self.root.walk()}

    def place(self, path: Sequence[str | int]) -> Place:
        """Return the place of the key of the deepest part of `path` that exists."""
        return self._deepest(path).key_place

    def value_place(self, path: Sequence[str | int]) -> Place:
        """Return the place of the value of the deepest part of `path` that exists."""
        return self._deepest(path).place

    def told_place(self, path: Sequence[str | int]) -> Place:
        """Return where a mistake at `path` is told: at the value, or at its key where it begins on a later line."""
        node = self._deepest(path)
        key, value = node.key_place, node.place
        return key if key.file == value.file and key.line < value.line else value

    def _deepest(self, path: Sequence[str | int]) -> Node:
        node = self.root
        for part in path:
            below = child(node, part)
            if below is None:
                break
            node = below
        return node


def child(node: Node, part: str | int) -> Node | None:
    """Return the entry or element `part` of `node`, or None where there is none."""
    if isinstance(node.content, dict) and isinstance(part, str):
        return node.content.get(part)
    if isinstance(node.content, list) and isinstance(part, int) and 0 <= part < len(node.content):
        return node.content[part]
    return None


def node_of(value: Any, place: Place) -> Node:
    """Return plain `value` as nodes that were all written at `place`."""
    content = value
    if isinstance(value, dict):
        content = {key: node_of(entry, place) for key, entry in value.items()}
    elif isinstance(value, list):
        content = [node_of(item, place) for item in value]
    return Node(content, place, place)


def item_name(node: Node) -> str | None:
    """Return the `name` of a list item that is a mapping with one, else None."""
    if not isinstance(node.content, dict) or "name" not in node.content:
        return None
    name = node.content["name"].content
    return str(name) if isinstance(name, str | int | float) else None


def is_reference(node: Node) -> bool:
    """Return whether a node stands for what a table says, as `{table: ...}` or `{from_table: ...}`."""
    content = node.content
    return isinstance(content, dict) and any(
        key in content and isinstance(content[key].content, str) for key in ("table", "from_table")
    )


def pruned(node: Node, *, kept: bool = False) -> Node:
    """Return `node` without the keys whose value is null: null says that a key is not there.

    In and below a reference to a table it is `kept`, and takes away what the table says.
    """
    if isinstance(node.content, dict):
        kept = kept or is_reference(node)
        entries = [(key, entry) for key, entry in node.content.items() if kept or entry.content is not None]
        return replace(node, content={key: pruned(entry, kept=kept) for key, entry in entries})
    if isinstance(node.content, list):
        return replace(node, content=[pruned(item, kept=kept) for item in node.content])
    return node


def merge(base: Node, over: Node) -> Node:
    """Return `base` with `over` laid over it."""
    if isinstance(base.content, dict) and isinstance(over.content, dict):
        content = dict(base.content)
        for key, entry in over.content.items():
            content[key] = merge(content[key], entry) if key in content else entry
        return replace(over, content=content)
    if isinstance(base.content, list) and isinstance(over.content, list):
        below, above = _by_name(base.content), _by_name(over.content)
        if below and above:
            return replace(over, content=_merged_items(below, above))
    return over


def _by_name(items: list[Node]) -> dict[str, Node]:
    """Return the items of a named list by their names, or nothing for a plain list."""
    named: dict[str, Node] = {}
    for item in items:
        name = item_name(item)
        if name is None:
            return {}
        if name in named:
            message = f"two items are named {quoted(name)}, so the list cannot be merged by name"
            raise InputError(Problem(message, place=item.place, code="duplicate-name"))
        named[name] = item
    return named


def _merged_items(below: dict[str, Node], above: dict[str, Node]) -> list[Node]:
    merged = dict(below)
    for name, item in above.items():
        merged[name] = merge(below[name], item) if name in below else item
    return list(merged.values())


def dotted(path: Sequence[str | int]) -> str:
    """Return `path` as people write it: `sites.iad.power_mw[2025Q1]`, names with dots in quotes."""
    words = []
    for part in path:
        if isinstance(part, int | Index):
            words.append(f"[{part}]")
        elif _PLAIN_PART.fullmatch(part):
            words.append(f".{part}")
        else:
            words.append(f".{json.dumps(part, ensure_ascii=False)}")
    text = "".join(words).removeprefix(".")
    return text if len(text) <= _DOTTED_LIMIT else f"{text[:_DOTTED_LIMIT]}..."
