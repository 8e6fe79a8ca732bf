"""A network while it is read: its parts so far, and every mistake met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from planner.errors import InputError, Place, Problem
from planner.scenario.network_formats.latency import round_trip_ms
from planner.scenario.suggest import did_you_mean, quoted
from planner.scenario.tables import number
from planner.scenario.tree import dotted

LARGEST = 1e18  # so that the product of two numbers and a unit stays finite
_MOST_PROBLEMS = 50
_MOST_HINTS = 10  # a hint compares the word with thousands of others


class Written(NamedTuple):
    """A piece of the text of the file, and where it stands."""

    text: str
    place: Place


@dataclass
class Draft:
    """Parts of a scenario as they are read from `file`; mistakes are kept until `parts` is called.

    `read_as` has the attributes of `nodes` and `links` that were read, with what as, and `passed_over` those that were not,
    for formats in which files choose their attributes.
    """

    file: str
    nodes: dict[str, dict[str, float]] = field(default_factory=dict)
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    traffic: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0
    read_as: dict[str, dict[str, str]] = field(default_factory=dict)
    passed_over: dict[str, list[str]] = field(default_factory=dict)
    _name_of: dict[str, str] = field(default_factory=dict)
    _first: dict[tuple[str, str], Place] = field(default_factory=dict)

    def refuse(self, message: str, path: Iterable[str], place: Place, code: str = "network") -> None:
        """Note a mistake, or only count it when there are many."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(message, dotted(tuple(path)), place, code))
        else:
            self.left_out += 1

    def is_new(self, kind: str, name: Written) -> bool:
        """Return whether `name` is the first of its `kind` (`node`, `link`, `demand`), and note if it is not."""
        if not name.text.strip() or not name.text.isprintable():
            message = "has a name that cannot be printed" if name.text.strip() else "has no name"
            self.refuse(f"a {kind} {message}", (), name.place)
            return False
        first = self._first.setdefault((kind, name.text), name.place)
        if first is not name.place:
            message = f"the {kind} {quoted(name.text)} is given twice, first on line {first.line}"
            self.refuse(message, (), name.place, "twice")
        return first is name.place

    def add_node(self, identifier: Written, name: str) -> dict[str, float] | None:
        """Add the node and return its entry to be filled, or None if it is there already."""
        if not self.is_new("node", identifier):
            return None
        self._name_of[identifier.text] = name
        return self.nodes.setdefault(name, {})

    def ends(self, what: str, source: Written, target: Written, path: Iterable[str]) -> tuple[str, str] | None:
        """Return the names of the nodes that a link or demand joins; None if they are unknown or the same."""
        known = self._name_of
        unknown = [end for end in (source, target) if end.text not in known]
        for end in unknown:
            self._refuse_end(what, end, path)
        return None if unknown or source.text == target.text else (known[source.text], known[target.text])

    def _refuse_end(self, what: str, end: Written, path: Iterable[str]) -> None:
        fault = "lacks one of its ends"
        if end.text:
            hint = did_you_mean(end.text, self._name_of) if len(self.problems) < _MOST_HINTS else ""
            fault = f"names the node {quoted(end.text)}, which there is not{hint}"
        self.refuse(f"{what} {fault}", path, end.place, "unknown")

    def amount(self, written: Written, path: Iterable[str], least: float = 0.0, most: float = LARGEST) -> float | None:
        """Return the number that is written, or None with a mistake noted."""
        if not written.text.strip():
            self.refuse("a number is missing", path, written.place, "missing")
            return None
        try:
            value = number(written.text.strip(), written.place, "")
        except InputError as error:
            self.refuse(error.problems[0].message, path, written.place, "number")
            return None
        if least <= value <= most:
            return value + 0.0  # turns -0.0 into 0.0
        message = f"{quoted(written.text)} is {'below' if value < least else 'above'} the"
        limit = f"least allowed, {least:g}" if value < least else f"most allowed, {most:g}"
        self.refuse(f"{message} {limit}", path, written.place, "range")
        return None

    def attributes(self) -> list[str]:
        """Return in words which attributes were read as what, and which were not: a line for nodes, one for links."""
        lines = []
        for kind in ("nodes", "links"):
            read = [name if name == what else f"{name} as {what}" for name, what in self.read_as.get(kind, {}).items()]
            other = [plain_name(name) for name in self.passed_over.get(kind, [])]
            if len(other) > _MOST_HINTS:
                other = [*other[:_MOST_HINTS], f"and {len(other) - _MOST_HINTS:,} more"]
            told = [f"read {', '.join(read)}"] * bool(read) + [f"not read {', '.join(other)}"] * bool(other)
            if told:
                lines.append(f"attributes of {kind}: {'; '.join(told)}")
        return lines

    def parts(self) -> dict[str, Any]:
        """Return the parts, or raise with all the mistakes."""
        if not self.problems and not self.nodes:
            self.refuse("the network has no nodes", (), Place(self.file), "empty")
        if self.left_out:
            self.problems.append(Problem(f"and {self.left_out:,} more such problems", place=self.problems[-1].place))
        if self.problems:
            raise InputError(self.problems)
        for link in self.links.values():
            add_latency(link, self.nodes)
        return {"nodes": self.nodes, "links": self.links, "traffic": self.traffic}


def add_latency(link: dict[str, Any], nodes: Mapping[str, Mapping[str, float]]) -> None:
    """Give a link without latency that of the distance between its ends, where both have coordinates."""
    points = [(node["latitude"], node["longitude"]) for node in (nodes[link["from"]], nodes[link["to"]]) if node]
    if "latency_ms" not in link and len(points) == 2:
        link["latency_ms"] = round_trip_ms(*points)


def plain_name(text: str) -> str:
    """Return `text` on one line, without characters that cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def unique(wanted: str, taken: dict[str, int]) -> str:
    """Return `wanted`, or `wanted-2`, `wanted-3` and so on: the first that is not `taken`, which notes it."""
    name = wanted
    while name in taken:
        taken[wanted] += 1
        name = f"{wanted}-{taken[wanted]}"
    taken[name] = 1
    return name
