"""SNDlib's native format: a header line, then sections NAME ( ... ) with one item a line; # starts a comment."""

from __future__ import annotations

import re

from planner.errors import InputError, Place, Problem
from planner.scenario.network_formats.draft import Draft, Written
from planner.scenario.network_formats.sndlib import Demand, Link, Node, Records, add_records
from planner.scenario.suggest import quoted

HEADER = "?SNDlib native format; type: network; version: 1.0"
_MOST_WORDS = 1_000_000  # of items, each of which takes some hundred bytes

_HEADER = re.compile(r"\?SNDlib native format;\s*type:\s*(?P<type>\w+);\s*version:\s*(?P<version>\S+)")
_SECTION = re.compile(r"\s*(?P<name>META|NODES|LINKS|DEMANDS|ADMISSIBLE_PATHS)\s*\(\s*(?P<end>\)\s*)?")
_WORD = r"([^\s()]+)"
_ENDS = rf"\s*{_WORD}\s*\(\s*{_WORD}\s+{_WORD}\s*\)\s*"
_NODE = re.compile(rf"{_ENDS}(?:\([^()]*\)\s*){{0,2}}")
_LINK = re.compile(rf"{_ENDS}{_WORD}\s+{_WORD}\s+{_WORD}\s+{_WORD}\s*\(([^()]*)\)\s*")
_DEMAND = re.compile(rf"{_ENDS}{_WORD}\s+{_WORD}\s+{_WORD}\s*")
_ITEMS = {
    "NODES": (_NODE, "node_id ( x y )"),
    "LINKS": (
        _LINK,
        "link_id ( source target ) capacity capacity_cost routing_cost setup_cost ( module_capacity module_cost ... )",
    ),
    "DEMANDS": (_DEMAND, "demand_id ( source target ) routing_unit demand_value max_path_length"),
}


def read(text: str, draft: Draft) -> None:
    """Add the network of a file in the native format to the draft."""
    lines = [line.partition("#")[0] for line in text.split("\n")]
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    _check_header(lines[first].strip(), Place(draft.file, first + 1, 1))
    sections = _Sections(draft)
    for position, line in enumerate(lines[first + 1 :], first + 2):
        if line.strip():
            sections.take(line, Place(draft.file, position))
    sections.end()
    add_records(sections.records, draft)


def _check_header(line: str, place: Place) -> None:
    found = _HEADER.fullmatch(line)
    if not found:
        message = f"the first line of a network in SNDlib's native format is {HEADER}"
    elif found["type"] != "network":
        message = f"this file of SNDlib is of the type {quoted(found['type'])}; give the file of the type network"
    elif found["version"] != "1.0":
        message = f"version {quoted(found['version'])} of SNDlib's native format is not known; 1.0 is"
    else:
        return
    raise InputError(Problem(message, place=place, code="format"))


class _Sections:
    """The sections as they come, line by line; `inside` is the open one, `depth` its open brackets."""

    def __init__(self, draft: Draft):
        self.draft = draft
        self.records = Records()
        self.inside = ""
        self.opened = Place(draft.file)
        self.depth = 0
        self.words = 0

    def take(self, line: str, place: Place) -> None:
        """Read one line that is not empty."""
        if not self.inside:
            self._open(line, place)
        elif self.inside == "ADMISSIBLE_PATHS":
            self.depth += line.count("(") - line.count(")")
            self.inside = self.inside if self.depth > 0 else ""
        elif line.strip() == ")":
            self.inside = ""
        elif self.inside == "META":
            self._meta(line, place)
        else:
            self._item(line, place)

    def end(self) -> None:
        """Note a section that the file does not close."""
        if self.inside:
            self.draft.refuse(f"the section {self.inside} has no end: ) is missing", (), self.opened, "syntax")

    def _open(self, line: str, place: Place) -> None:
        found = _SECTION.fullmatch(line)
        if not found:
            known = "NODES, LINKS, DEMANDS, ADMISSIBLE_PATHS, META"
            self.draft.refuse(f"{quoted(line.strip())} does not open one of {known}", (), place, "syntax")
        elif self.draft.is_new("section", Written(found["name"], place)):
            self.opened = place
        if found and not found["end"]:
            self.inside, self.depth = found["name"], 1

    def _meta(self, line: str, place: Place) -> None:
        key, _, value = line.partition("=")
        if key.strip() == "unit":
            self.records.unit = Written(value.strip(), place)

    def _item(self, line: str, place: Place) -> None:
        self.words += len(line.split())
        if self.words > _MOST_WORDS:
            message = f"the file has more than {_MOST_WORDS:,} words"
            raise InputError(Problem(message, place=place, code="too-large"))
        pattern, form = _ITEMS[self.inside]
        found = pattern.fullmatch(line)
        if not found:
            kind = self.inside.lower().removesuffix("s")
            self.draft.refuse(f"{quoted(line.strip())} is not a {kind}: {form}", (), place, "syntax")
            return
        columns = range(1, pattern.groups + 1)
        words = [Written(found[i], Place(place.file, place.line, found.start(i) + 1)) for i in columns]
        if self.inside == "NODES":
            self.records.nodes.append(Node(*words))
        elif self.inside == "DEMANDS":
            self.records.demands.append(Demand(*words))
        else:
            self.records.links.append(Link(*words[:-1], modules=self._modules(words[-1])))

    def _modules(self, written: Written) -> list[tuple[Written, Written]]:
        """Return the pairs of capacity and cost in `capacity cost capacity cost ...`."""
        file, line, column = written.place.file, written.place.line, written.place.column
        found = re.finditer(r"\S+", written.text)
        words = [Written(word[0], Place(file, line, column + word.start())) for word in found]
        if len(words) % 2:
            self.draft.refuse("modules are pairs of a capacity and a cost", (), written.place, "syntax")
        return list(zip(words[::2], words[1::2], strict=False))
