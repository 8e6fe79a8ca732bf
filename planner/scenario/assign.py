"""One value changed from outside the file: `--set sites.iad.power_mw=40`.

Named things are addressed by name, never by position.  A part in brackets is an `Index`, as in
`sites.iad.power_mw[2025Q1]`: it picks one period or element, and is not applied here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.reader import read_value
from planner.scenario.suggest import did_you_mean, quoted
from planner.scenario.table_keys import TABLE_KEYS
from planner.scenario.tree import Index, Node, Tree, dotted, is_reference, item_name, node_of, pruned

type IsNamed = Callable[[tuple[str, ...]], bool]

_NAME = re.compile(r"""\s*(?:"(?P<double>(?:[^"\\]|\\.)+)"|'(?P<single>[^']+)'|(?P<bare>[^\s.\[\]="'][^.\[\]=]*))\s*""")
_INDEX = re.compile(r"""\[(?:"(?P<double>(?:[^"\\]|\\.)+)"|'(?P<single>[^']+)'|(?P<bare>[^\s\[\]"'][^\[\]]*))\]\s*""")
_MOST_PARTS = 50


def parse_path(text: str, place: Place | None = None) -> tuple[str, ...]:
    """Return the parts of `text`, such as `offers."buy.h100".price[2025Q1]`; brackets become `Index`."""
    parts, end = _scan(text, place)
    if end < len(text):
        raise _unreadable(text, end, place)
    return parts


def parse_set(text: str) -> tuple[tuple[str, ...], Any, Place]:
    """Return the path, the value and the place of one `path.to.key=VALUE`, the value read as YAML."""
    place = Place(f"--set '{text}'")
    parts, end = _scan(text, place)
    if end == len(text):
        raise InputError(Problem("there is no '='; write path.to.key=VALUE", place=place, code="set"))
    if text[end] != "=":
        raise _unreadable(text, end, place)
    written = text[end + 1 :]
    if not written.strip():
        message = "there is no value; write null to delete the key, or '' for empty text"
        raise InputError(Problem(message, dotted(parts), place, "set"))
    if re.match(r"\s*[*/+]\s*[\d.]", written):
        message = (
            "takes the value itself, with no sign but - before it; values relative to what is there, such as *1.1 and +5, "
            "go with planner sweep --vary, planner ask FILE earliest --vary and planner.what_if"
        )
        raise InputError(Problem(message, dotted(parts), place, "set"))
    return parts, read_value(written, place), place


def _scan(text: str, place: Place | None) -> tuple[tuple[str, ...], int]:
    """Return the parts at the start of `text` and where they end: at `=`, at the end, or at a mistake."""
    parts: list[str] = []
    end = 0
    while name := _NAME.match(text, end):
        parts.append(_word(name))
        end = name.end()
        while index := _INDEX.match(text, end):
            parts.append(Index(_word(index)))
            end = index.end()
        if not text.startswith(".", end):
            break
        end += 1
    if not parts or text.startswith(".", end - 1) or len(parts) > _MOST_PARTS:
        raise _unreadable(text, end, place)
    return tuple(parts), end


def _word(match: re.Match[str]) -> str:
    if match["double"]:
        return _unescaped(match["double"])
    return str(match["single"] or match["bare"].rstrip())


def _unescaped(text: str) -> str:
    """Return what stands between double quotes, as messages write it; a backslash that escapes nothing is one."""
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _unreadable(text: str, end: int, place: Place | None) -> InputError:
    found = quoted(text[end:]) if end < len(text) else "its end"
    message = f'the path cannot be read at {found}; write it like sites.iad.power_mw or sites."a.b".power_mw'
    return InputError(Problem(message, place=place or Place(quoted(text)), code="set"))


def set_value(tree: Tree, path: tuple[str, ...], value: Any, place: Place, is_named: IsNamed) -> Tree:
    """Return `tree` with `value` at `path`; None deletes what is there.

    Mappings on the way that do not exist are created, except among the children of a prefix for which
    `is_named(prefix)`: those are things with names, and a new name is more likely misspelt than meant.

    Raises
    ------
    InputError
        The path names a thing that does not exist, or leads through a value that is not a mapping.

    """
    new = None if value is None else pruned(node_of(value, place))

    def replaced(node: Node, depth: int) -> Node:
        """Return `node`, which stands at the first `depth` parts, with the rest of the path set in it."""
        before, part = path[:depth], path[depth]
        entries = _entries(node, before, path, place)
        old = entries.get(part)
        if old is None and (isinstance(node.content, list) or is_named(before)):
            is_list = isinstance(node.content, list)
            raise _unknown(part, entries, before, place, "" if is_list else _NEW.format(dotted(before)))
        if new is None and depth + 1 == len(path) and is_reference(node):
            return _with_entry(node, part, Node(None, place, place))
        if old is None and new is None:
            return node  # there is nothing to delete
        if depth + 1 == len(path):
            return _with_entry(node, part, new)
        return _with_entry(node, part, replaced(old or Node({}, place, place), depth + 1))

    return replace(tree, root=replaced(tree.root, 0))


_FROM_NETWORK = (("network", "links"), ("traffic",))


def waits_for_table(tree: Tree, path: tuple[str, ...]) -> bool:
    """Return whether a path leads into what a table or a network file says, and so waits until that is read."""
    node: Node | None = tree.root
    root = tree.root.content
    network = root["network"].content if isinstance(root, dict) and "network" in root else None
    if (
        isinstance(network, dict)
        and "file" in network
        and path[:1] + path[1:2] * (path[0] == "network") in _FROM_NETWORK
    ):
        return True
    for part in path:
        if node is None or not isinstance(node.content, dict):
            return False
        if is_reference(node) and "table" in node.content and part not in TABLE_KEYS:
            return True
        node = node.content.get(part)
    return False


def _entries(node: Node, before: tuple[str, ...], path: tuple[str, ...], place: Place) -> dict[str, Node]:
    """Return what can be addressed by name in `node`: the entries of a mapping, the items of a named list."""
    if isinstance(node.content, dict):
        return node.content
    if isinstance(node.content, list):
        names = [item_name(item) for item in node.content]
        if node.content and None not in names:
            return {str(name): item for name, item in zip(names, node.content, strict=True)}
        kind = "a list, which is set as a whole"
    else:
        kind = "a single value"
    message = f"{dotted(before)} is {kind}, so nothing below it can be set"
    raise InputError(Problem(message, dotted(path), place, "set"))


_ONE_PATH = "; a setting is of one place: paths with * are for planner sweep and planner.what_if"
_NEW = "; what is new goes into a file laid over the scenario (-f FILE), or set all of {}"


def _unknown(part: str, entries: dict[str, Node], before: tuple[str, ...], place: Place, new: str) -> InputError:
    hint = _ONE_PATH if "*" in part else did_you_mean(part, entries) or _known(entries) + new
    message = f"there is no {quoted(part)} in {dotted(before)}{hint}"
    return InputError(Problem(message, dotted((*before, part)), place, "unknown-name"))


def _known(entries: dict[str, Node]) -> str:
    names = [quoted(name) for name in entries]
    return f"; there are {', '.join(names[:8])}{' and more' if len(names) > 8 else ''}" if names else ""


def _with_entry(node: Node, part: str, changed: Node | None) -> Node:
    """Return a copy of `node` whose entry or named item `part` is `changed`, or gone."""
    content: dict[str, Node] | list[Node]
    if isinstance(node.content, list):
        items = [changed if item_name(item) == part else item for item in node.content]
        content = [item for item in items if item is not None]
    else:
        assert isinstance(node.content, dict)
        content = {key: entry for key, entry in node.content.items() if key != part}
        if changed is not None:
            content = {**node.content, part: changed}
    return Node(content, node.key_place, node.place)
