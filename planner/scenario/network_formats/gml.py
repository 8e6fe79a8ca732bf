"""GML: `graph [ directed 0 node [ id 1 label "A" ] edge [ source 1 target 2 ] ]`, read with its places.

Values are numbers, strings in quotes (with `&amp;` and the like) and lists in brackets; `#` starts a comment.
Parallel edges need no `multigraph 1`, which files of the Topology Zoo lack.

M. Himsolt, GML: A portable Graph File Format, 1997.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from planner.errors import InputError, Place, Problem
from planner.scenario.network_formats.draft import Draft, Written
from planner.scenario.network_formats.graph import Attributes, Edge, Graph, add_graph
from planner.scenario.suggest import quoted

_TOKEN = re.compile(r"""\s+|\#[^\n]*|(?P<mark>[][])|(?P<string>"[^"]*")|(?P<word>[^\s"\[\]]+)""")
_KEY = re.compile(r"[A-Za-z_]\w*")
_DEEPEST = 100
_MOST_ENTRIES = 1_000_000


class Entry(NamedTuple):
    """A key and its value: text, or a list of entries."""

    key: str
    value: str | list[Entry]
    place: Place


def read(text: str, draft: Draft) -> None:
    """Add the graph of a GML file to the draft."""
    graphs = [entry for entry in _Parser(text, draft.file).parse() if entry.key == "graph"]
    if len(graphs) != 1 or isinstance(graphs[0].value, str):
        place = graphs[-1].place if graphs else Place(draft.file, 1, 1)
        draft.refuse("a GML file has one graph: graph [ ... ]", (), place, "graph")
        return
    add_graph(_graph(graphs[0].value, draft), draft)


def _graph(entries: list[Entry], draft: Draft) -> Graph:
    graph = Graph(_attributes(entries))
    directed = graph.attributes.get("directed")
    is_directed = directed is not None and draft.amount(directed, ("directed",), 0, 1) == 1
    for entry in entries:
        if entry.key not in {"node", "edge"}:
            continue
        if isinstance(entry.value, str):
            draft.refuse(f"write {entry.key} [ ... ]", (), entry.place, "syntax")
            continue
        attributes = _attributes(entry.value)
        if entry.key == "node":
            graph.nodes.append((attributes.get("id", Written("", entry.place)), attributes))
        else:
            source, target = (attributes.get(end, Written("", entry.place)) for end in ("source", "target"))
            graph.edges.append(Edge(source, target, is_directed, attributes))
    return graph


def _attributes(entries: list[Entry]) -> Attributes:
    return {key.lower(): Written(value, place) for key, value, place in entries if isinstance(value, str)}


class _Parser:
    """One pass over the text; a mistake of syntax ends it.

    `open` are the lists not yet closed, each with its position (the file is the first); `key` is a key that
    waits for its value, with its position.
    """

    def __init__(self, text: str, file: str):
        self.text = text
        self.file = file
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.open: list[tuple[list[Entry], int]] = [([], 0)]
        self.key: tuple[str, int] | None = None

    def parse(self) -> list[Entry]:
        """Return the entries of the file."""
        for count, (kind, token, position) in enumerate(self._tokens()):
            if count > 2 * _MOST_ENTRIES or len(self.open) > _DEEPEST:
                raise self._refuse("the file has too many entries, or lists too deep in one another", position)
            if self.key:
                self._take_value(kind, token, position)
            elif kind == "word" and _KEY.fullmatch(token):
                self.key = token, position
            elif token == "]" and len(self.open) > 1:
                self.open.pop()
            else:
                raise self._unexpected(token, position)
        if self.key:
            raise self._refuse(f"the file ends after the key {quoted(self.key[0])}", self.key[1])
        entries, position = self.open[-1]
        if len(self.open) > 1:
            raise self._refuse("the list that starts here has no end: ] is missing", position)
        return entries

    def _take_value(self, kind: str, token: str, position: int) -> None:
        assert self.key, "a value follows a key"
        key, key_position = self.key
        value: str | list[Entry] = token
        if kind == "string":
            value = html.unescape(token[1:-1])
        elif token == "[":
            value = []
            self.open.append((value, position))
        elif token == "]":
            raise self._unexpected(token, position)
        above = self.open[-2 if token == "[" else -1][0]
        above.append(Entry(key, value, self._place(key_position)))
        self.key = None

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        """Yield the kind, the text and the position of each token."""
        position = 0
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None:
                raise self._refuse("the string that starts here has no end", position)
            if match.lastgroup:
                yield match.lastgroup, match.group(), position
            position = match.end()

    def _place(self, position: int) -> Place:
        line = bisect_right(self.line_starts, position)
        return Place(self.file, line, position - self.line_starts[line - 1] + 1)

    def _unexpected(self, token: str, position: int) -> InputError:
        return self._refuse(f"{quoted(token)} is not expected here; GML is written: key value", position)

    def _refuse(self, message: str, position: int) -> InputError:
        return InputError(Problem(message, place=self._place(position), code="syntax"))
