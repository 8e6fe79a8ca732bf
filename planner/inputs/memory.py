"""Parts of the inputs that are worked out once for many questions: a what-if leaves most of the document as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from planner.scenario.schema import Document

MOST_REMEMBERED = 2
"""So many results of a function are kept, those used last: that of the scenario as it is, and that of the last question."""


class Memory:
    """Results of functions of a document, kept while the parts of it that they are made of are the same objects.

    `programmes` are the first and the last programme, kept by who builds them.
    """

    def __init__(self) -> None:
        self.programmes: list[Any] = []
        self._known: dict[Callable[..., Any], list[tuple[tuple[Any, ...], Any]]] = {}

    def recall[Result](self, work: Callable[..., Result], doc: Document, parts: Sequence[str], *given: Any) -> Result:
        """Return `work(doc, *given)`, or what it came to before.

        It is shown those `parts` of the document alone, so that what is remembered depends on nothing else.
        """
        made_of = (*(getattr(doc, name) for name in parts), *given)
        known = self._known.setdefault(work, [])
        for i, (same, result) in enumerate(known):
            if all(map(_same, same, made_of)):
                known.append(known.pop(i))
                return result  # type: ignore[no-any-return]
        found = work(SimpleNamespace(**dict(zip(parts, made_of, strict=False))), *given)
        known.append((made_of, found))
        del known[:-MOST_REMEMBERED]
        return found


def _same(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, bool | str) and type(one) is type(other) and one == other)
