"""Where each value of a resolved scenario was written, in as few words as say it: `facts.csv:3-6, base.yaml:12`."""

from __future__ import annotations

from collections.abc import Iterator

from planner.errors import Place
from planner.scenario.load import Scenario
from planner.scenario.tree import KeyPath, Node, child

DEFAULT = "default"


class Origins:
    """Tells where values were written."""

    def __init__(self, scenario: Scenario):
        self._root = scenario.tree.root
        self._sets = [(tuple(map(str, pending.path)), pending.place) for pending in scenario.tree.pending]

    def __call__(self, path: KeyPath) -> str:
        """Return the places of the value at `path`, and of what it is made of."""
        node = self._found(path)
        places = set(_places(node) if node is not None else ())
        named = tuple(map(str, path))
        places |= {place for target, place in self._sets if target[: len(named)] == named}
        return ", ".join(_grouped(places)) or DEFAULT

    def _found(self, path: KeyPath) -> Node | None:
        node: Node | None = self._root
        for part in path:
            below = child(node, part) if node is not None else None
            if below is None:
                # A series that was written as one value, or a value of a list that was worked out.
                return node if isinstance(part, int) else None
            node = below
        return node


def _places(node: Node) -> Iterator[Place]:
    """Yield the places of the single values at and below a node."""
    if isinstance(node.content, dict | list) and node.content:
        below = node.content.values() if isinstance(node.content, dict) else node.content
        for entry in below:
            yield from _places(entry)
    else:
        yield node.place


def _grouped(places: set[Place]) -> Iterator[str]:
    """Yield each file with its lines, runs of lines as one."""
    lines: dict[str, set[int]] = {}
    for place in places:
        lines.setdefault(place.file, set()).add(place.line)
    for file in sorted(lines):
        runs = list(_runs(sorted(line for line in lines[file] if line)))
        yield f"{file}:{','.join(runs)}" if runs else file


def _runs(numbers: list[int]) -> Iterator[str]:
    start = previous = None
    for number in [*numbers, None]:
        if previous is not None and number != previous + 1:
            yield str(start) if start == previous else f"{start}-{previous}"
            start = number
        elif start is None:
            start = number
        previous = number
