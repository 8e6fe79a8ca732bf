"""Plain data from Python as a scenario: what YAML could have said, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.builder import MAX_DEPTH
from planner.scenario.source import unprintable
from planner.scenario.tree import KeyPath, Scalar, dotted

MOST_VALUES = 10_000_000
_MOST_PROBLEMS = 50
_MOST_BITS = 1000  # some 300 digits, as in files


def plain_of(value: Any, place: Place) -> Any:
    """Return a value as new dicts, lists and scalars; keys become text, as they are in a file.

    Tuples and arrays become lists, scalars of numpy those of Python.

    Raises
    ------
    InputError
        With every value and key that no file could hold, and where data is nested too deep or in itself.
    """
    copier = _Copier(place)
    plain = copier.copied(value, ())
    if copier.problems:
        raise InputError(copier.problems)
    return plain


class _Copier:
    """Copies data, and notes what no file could hold."""

    def __init__(self, place: Place):
        self.place = place
        self.problems: list[Problem] = []
        self.count = 0

    def copied(self, item: Any, path: KeyPath) -> Any:
        """Return a copy of what stands at `path`."""
        self._counted(path)
        if hasattr(item, "tolist"):  # arrays and scalars of numpy
            item = item.tolist()
        if item is None or isinstance(item, str | int | float):
            return self._scalar(item, path)
        if isinstance(item, Mapping):
            named = [(self._key(key, path), below) for key, below in item.items()]
            return {key: self.copied(below, (*path, key)) for key, below in named}
        if isinstance(item, list | tuple):
            return [self.copied(below, (*path, i)) for i, below in enumerate(item)]
        kinds = "text, a number, true or false, a list or a mapping"
        self._refuse(path, f"must be {kinds}, not {type(item).__name__}", "type")
        return None

    def _counted(self, path: KeyPath) -> None:
        self.count += 1
        for too_much, message in (
            (self.count > MOST_VALUES, f"this holds more than {MOST_VALUES:,} values"),
            (len(path) > MAX_DEPTH, f"this is nested more than {MAX_DEPTH} levels deep"),
        ):
            if too_much:
                raise InputError(Problem(message, dotted(path), self.place, "too-large"))

    def _key(self, key: Any, path: KeyPath) -> str:
        if isinstance(key, bool | float) or not isinstance(key, str | int):
            self._refuse(path, f"a key must be text, not {type(key).__name__}", "key")
            return ""
        return str(self._scalar(key, path))

    def _scalar(self, item: Any, path: KeyPath) -> Scalar:
        if isinstance(item, str) and (found := unprintable(item)):
            self._refuse(path, f"the character U+{ord(found):04X} is not allowed in text", "encoding")
        if isinstance(item, int) and item.bit_length() > _MOST_BITS:
            self._refuse(path, f"an integer of {item.bit_length() * 0.30103:,.0f} digits is too large", "number")
            return 0
        # Subclasses, such as an enum's text, become what they are made of.
        kinds: tuple[type[str], type[bool], type[int], type[float]] = (str, bool, int, float)
        return next((kind(item) for kind in kinds if isinstance(item, kind)), None)

    def _refuse(self, path: KeyPath, message: str, code: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(message, dotted(path), self.place, code))
