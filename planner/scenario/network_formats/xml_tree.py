"""XML as a tree that knows its places; what a document type could define is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from planner.errors import InputError, Place, Problem
from planner.scenario.network_formats.draft import Written

_DEEPEST = 100
_MOST_ELEMENTS = 1_000_000


@dataclass(slots=True, eq=False)
class Element:
    """One element: its name and namespace, where it starts, and the text before its first child."""

    tag: str
    namespace: str
    attributes: dict[str, str]
    place: Place
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def written(self) -> Written:
        """The text with its place."""
        return Written("".join(self.pieces).strip(), self.place)

    def attribute(self, name: str) -> Written:
        """Return an attribute, "" where there is none."""
        return Written(self.attributes.get(name, "").strip(), self.place)

    def all(self, tag: str) -> Iterator[Element]:
        """Yield the children of a name."""
        return (child for child in self.children if child.tag == tag)

    def find(self, *tags: str) -> Element | None:
        """Return the first child of the first name, its first child of the second, and so on."""
        found: Element | None = self
        for tag in tags:
            found = next(found.all(tag), None) if found else None
        return found


def parse(text: str, file: str) -> Element:
    """Return the root of an XML document, or raise `InputError`: not XML, or with a document type (DOCTYPE).

    Without a document type there are no entities to expand and nothing to fetch.
    """
    return _Builder(file).build(text)


class _Builder:
    """The handlers of one parse."""

    def __init__(self, file: str):
        self.file = file
        self.count = 0
        self.open: list[Element] = []
        self.root: Element | None = None
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def build(self, text: str) -> Element:
        try:
            self.parser.Parse(text, True)
        except expat.ExpatError as error:
            place = Place(self.file, error.lineno, error.offset + 1)
            message = f"this is not well-formed XML: {expat.ErrorString(error.code)}"
            raise InputError(Problem(message, place=place, code="syntax")) from None
        assert self.root is not None, "expat accepts no document without a root"
        return self.root

    def _place(self) -> Place:
        return Place(self.file, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _refuse(self, message: str, code: str) -> NoReturn:
        raise InputError(Problem(message, place=self._place(), code=code))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > _MOST_ELEMENTS:
            self._refuse(f"the file has more than {_MOST_ELEMENTS:,} elements", "too-large")
        if len(self.open) >= _DEEPEST:
            self._refuse(f"elements are nested more than {_DEEPEST} deep", "too-large")
        namespace, _, tag = name.rpartition(" ")
        element = Element(tag, namespace, attributes, self._place())
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _name: str) -> None:
        self.open.pop()

    def _text(self, data: str) -> None:
        if not self.open[-1].children:
            self.open[-1].pieces.append(data)

    def _doctype(self, *_declared: object) -> None:
        self._refuse("a document type (DOCTYPE) is not allowed; remove it", "doctype")
