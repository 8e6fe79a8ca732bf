"""YAML events to nodes: what the strict reader accepts, and what it says about the rest.

Values are built from libyaml's events with a stack of our own.  libyaml's parser keeps its state on the heap,
but PyYAML's composer recurses in C and crashes on 100,000 opening brackets; here reading stops at the first
bracket that is too deep.  Aliases share nodes, and what they stand for is counted before it is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

import yaml

from planner.errors import InputError, Place, Problem
from planner.scenario.scalars import ScalarError, plain_scalar, tagged_scalar
from planner.scenario.suggest import did_you_mean, quoted
from planner.scenario.tree import KeyPath, Node, Scalar, dotted

MAX_DEPTH = 100
TOO_DEEP = f"this is nested more than {MAX_DEPTH} levels deep"
MAX_NODES = 1_000_000
_MOST_HINTS = 20  # looking for the nearest of many names is slow

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_COLLECTION_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class _Mark(Protocol):
    """A position in the text, counted from 0; PyYAML has one class for it in C and one in Python."""

    line: int
    column: int


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read, and what it would hold with its aliases expanded."""

    key_place: Place
    place: Place
    content: dict[str, Node] | list[Node]
    anchor: str | None
    in_braces: bool = False
    key: str | None = None
    entry_place: Place | None = None  # of the key, while its value is awaited
    merged: list[Node] = field(default_factory=list)
    is_merge: bool = False
    size: int = 1
    height: int = 1

    @property
    def awaits_key(self) -> bool:
        return isinstance(self.content, dict) and self.entry_place is None


@dataclass(slots=True)
class _Known:
    """What an anchor stands for; `node` is None while it is still being read."""

    node: Node | None = None
    size: int = 1
    height: int = 0


class Builder:
    """Builds one document from the events of its text, and collects what is wrong with it.

    `start` names the file; with `fixed` it is the place of everything, as for a value on the command line.
    """

    def __init__(self, text: str, start: Place, *, fixed: bool = False):
        self.text = text
        self.start = start
        self.fixed = fixed
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Known] = {}
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.documents = 0

    def build(self) -> Node:
        """Return the root, or raise an `InputError` with every problem found."""
        for event in self._events():
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._open(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._close()
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentStartEvent():
                    self._document(event)
        if self.root is None:
            self._report("the file is empty" if not self.fixed else "there is no value", self.start, "empty")
        if self.problems or self.root is None:
            raise InputError(self.problems)
        return self.root

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "nesting depth" in (error.problem or ""):  # the parser's own limit, which a long line meets before ours
                self._stop(TOO_DEEP, self._at(mark), "depth")
            self._stop(self._syntax_message(error, mark), self._at(mark), "syntax")
        except yaml.YAMLError:
            self._stop("this is not YAML text", self.start, "syntax")

    def _syntax_message(self, error: yaml.MarkedYAMLError, mark: _Mark | None) -> str:
        problem = error.problem or "this is not YAML"
        if mark and "cannot start any token" in problem:
            line = self.text.split("\n")[mark.line : mark.line + 1]
            character = line[0][mark.column : mark.column + 1] if line else ""
            if character == "\t":
                return "a tab cannot indent a line; use spaces"
            return f"a value cannot start with {quoted(character)}; put it in quotes"
        return f"{problem} ({error.context})" if error.context else problem

    # ---- one method for each kind of event -------------------------------------------------------------

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            place = self._at(event.start_mark)
            self._stop("a second document starts here; a file holds one", place, "documents")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        place = self._at(event.start_mark)
        plain = event.implicit[0] and event.style in ("", None)
        if not self.stack and plain and event.value == "" and event.tag is None:
            return  # `---` with nothing below it
        if "\0" in event.value:
            self._report("the character U+0000 is not allowed in text", place, "encoding")
        if self.stack and self.stack[-1].awaits_key:
            self._key(event, place, plain=plain)
            return
        key_place = (self.stack[-1].entry_place or place) if self.stack else place
        if plain and event.value == "" and self.stack and self.stack[-1].in_braces:
            message = (
                "has no value; inside braces a comma ends a value: write 30000 for 30,000, and null to leave a key out"
            )
            self._report(message, key_place, "empty")
        node = Node(self._resolved(event, place, plain=plain), key_place, place)
        self._remember(event.anchor, _Known(node))
        self._add(node, size=1, height=0)

    def _resolved(self, event: yaml.ScalarEvent, place: Place, *, plain: bool) -> Scalar:
        try:
            if plain:
                return plain_scalar(event.value)
            return tagged_scalar(event.value, event.tag) if event.tag else event.value
        except ScalarError as error:
            self._report(str(error), place, error.code)
            return None

    def _key(self, event: yaml.ScalarEvent, place: Place, *, plain: bool) -> None:
        """Take a key as the text that is written: `2024` and `true` are names too."""
        frame = self.stack[-1]
        frame.entry_place = place
        frame.is_merge = plain and event.value == "<<"
        if plain and event.value in ("", "~", "null", "Null", "NULL"):
            self._report("a key cannot be null; put it in quotes if it is a name", place, "key")
            return
        if event.tag not in _TEXT_TAGS:
            self._report(f"the tag {quoted(event.tag)} is not allowed on a key", place, "tag")
        if event.anchor:
            node = Node(self._resolved(event, place, plain=plain), place, place)
            self._remember(event.anchor, _Known(node))
        frame.key = event.value

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        place = self._at(event.start_mark)
        if len(self.stack) >= MAX_DEPTH:
            self._stop(TOO_DEEP, place, "depth")
        if event.tag not in _COLLECTION_TAGS:
            self._report(f"the tag {quoted(event.tag)} is not allowed", place, "tag")
        key_place = place
        if self.stack and self.stack[-1].awaits_key:
            self._report("a key must be text, not a list or a mapping", place, "key")
        elif self.stack:
            key_place = self.stack[-1].entry_place or place
        self._remember(event.anchor, _Known())
        content: dict[str, Node] | list[Node] = {} if isinstance(event, yaml.MappingStartEvent) else []
        in_braces = (
            isinstance(event, yaml.MappingStartEvent) and bool(event.flow_style) and event.tag in _COLLECTION_TAGS
        )
        self.stack.append(_Frame(key_place, place, content, event.anchor, in_braces))

    def _close(self) -> None:
        frame = self.stack.pop()
        if isinstance(frame.content, dict):
            for source in frame.merged:  # what is there wins: own entries, then those of earlier sources
                assert isinstance(source.content, dict)
                for key, entry in source.content.items():
                    frame.content.setdefault(key, entry)
        node = Node(frame.content, frame.key_place, frame.place)
        if frame.anchor:
            self.anchors[frame.anchor] = _Known(node, frame.size, frame.height)
        if self.stack and self.stack[-1].awaits_key:  # it was reported when it opened; its value is dropped
            self.stack[-1].entry_place = frame.place
        else:
            self._add(node, frame.size, frame.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place, name = self._at(event.start_mark), str(event.anchor)
        known = self.anchors.get(name)
        if known is None:
            hint = did_you_mean(name, self.anchors) if len(self.problems) < _MOST_HINTS else ""
            self._report(f"there is no anchor &{name} before this alias{hint}", place, "alias")
        elif known.node is None:
            self._report(f"the alias *{name} stands inside what it stands for", place, "alias")
        known = known if known and known.node else _Known(Node(None, place, place))
        if self.stack and self.stack[-1].awaits_key:
            self._report("a key must be text, not an alias", place, "key")
            self.stack[-1].entry_place = place
            return
        if len(self.stack) + known.height > MAX_DEPTH:
            message = f"the alias *{name} makes this nested more than {MAX_DEPTH} levels deep"
            self._stop(message, place, "depth")
        key_place = (self.stack[-1].entry_place or place) if self.stack else place
        assert known.node is not None
        self._add(Node(known.node.content, key_place, known.node.place), known.size, known.height)

    # ---- putting values where they belong --------------------------------------------------------------

    def _add(self, node: Node, size: int, height: int) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if frame.size > MAX_NODES:
            message = f"this holds more than {MAX_NODES:,} values, aliases expanded"
            self._stop(message, node.key_place, "alias")
        if isinstance(frame.content, list):
            frame.content.append(node)
            return
        if frame.is_merge:
            self._merge_key(frame, node)
        elif frame.key is not None:
            self._entry(frame.content, frame.key, node)
        frame.key, frame.entry_place, frame.is_merge = None, None, False

    def _entry(self, content: dict[str, Node], key: str, node: Node) -> None:
        first = content.setdefault(key, node)
        if first is not node:
            where = f" (first on line {first.key_place.line})" if first.key_place.line else ""
            self._report(f"the key {quoted(key)} is given twice{where}", node.key_place, "duplicate-key")

    def _merge_key(self, frame: _Frame, node: Node) -> None:
        sources = node.content if isinstance(node.content, list) else [node]
        if frame.merged:
            self._report("the merge key << is given twice; give it a list", node.key_place, "duplicate-key")
        elif all(isinstance(source.content, dict) for source in sources):
            frame.merged = sources
        else:
            self._report("the merge key << takes a mapping or a list of mappings", node.place, "key")

    def _remember(self, anchor: str | None, known: _Known) -> None:
        if anchor:
            self.anchors[anchor] = known

    # ---- places and problems ---------------------------------------------------------------------------

    def _at(self, mark: _Mark | None) -> Place:
        if self.fixed or mark is None:
            return self.start
        return Place(self.start.file, mark.line + 1, mark.column + 1)

    def _path(self) -> KeyPath:
        parts: list[str | int] = []
        for frame in self.stack:
            if isinstance(frame.content, list):
                parts.append(len(frame.content))
            elif frame.key is not None:
                parts.append(frame.key)
        return tuple(parts)

    def _report(self, message: str, place: Place, code: str) -> None:
        self.problems.append(Problem(message, dotted(self._path()), place, code))

    def _stop(self, message: str, place: Place, code: str) -> NoReturn:
        self._report(message, place, code)
        raise InputError(self.problems)
