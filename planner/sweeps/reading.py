"""What a sweep is told on a command line: `PATH=1,2,3`, `PATH=*0.5:*2:4`, `PATH=LOW,HIGH`, `PATH=uniform(0.8,1.2)`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.suggest import did_you_mean, quoted
from planner.whatif.distributions import PARAMETERS
from planner.whatif.relative import Relative, read_change, relative_of

MOST_IN_RANGE = 10_000

_RANGE = re.compile(r"(?P<first>[^:]+):(?P<last>[^:]+):\s*(?P<count>\d+)\s*")
_CALL = re.compile(r"\s*(?P<kind>[a-z]+)\s*\((?P<numbers>.*)\)\s*", re.DOTALL)
_OPENING, _CLOSING = "([{", ")]}"


def assignments(texts: Iterable[str], option: str) -> dict[str, tuple[str, Place]]:
    """Return what stands after the `=` of each `PATH=...`, with its place, by path.

    Raises
    ------
    InputError
        With every text that has no path or no value, and every path that is given twice.
    """
    found: dict[str, tuple[str, Place]] = {}
    problems = []
    for text in texts:
        place = Place(f"{option} '{text}'")
        path, equals, rest = _cut(text, "=")
        path = path.strip()
        if not (equals and path and rest.strip()):
            problems.append(_wrong(f"write {option} path.to.key=...", place))
        elif path in found:
            problems.append(_wrong(f"{path} is varied twice", place))
        else:
            found[path] = (rest, place)
    if problems:
        raise InputError(problems)
    return found


def values_of(text: str, place: Place) -> list[Any]:
    """Return the values of a list such as `1,2,3`, `*0.8,*1.2` or `0:10:5`, a range with both its ends.

    Examples
    --------
    >>> values_of("1,2:4:3", Place("--vary"))
    [1, 2.0, 3.0, 4.0]
    >>> values_of("*0.5:*2:4", Place("--vary"))
    ['*0.5', '*1.0', '*1.5', '*2.0']

    Raises
    ------
    InputError
        If a value is missing, or is no YAML, or a range has ends that do not belong together.
    """
    values: list[Any] = []
    for part in _split(text):
        if not part.strip():
            raise InputError(_wrong("a value is missing between two commas", place))
        values += _range(part, place) or [read_change(part, place)]
    return values


def distribution_from(text: str, place: Place) -> Any:
    """Return a distribution as the sweep takes it: `{uniform: [..]}`, or a list of equally likely values.

    It may be written as `uniform(0.8, 1.2)` or `normal(*1, *0.1)`, as YAML, or as a list of values.
    """
    call = _CALL.fullmatch(text)
    if call is None:
        return read_change(text, place) if text.lstrip().startswith("{") else values_of(text, place)
    kind = call["kind"]
    if kind not in PARAMETERS:
        hint = did_you_mean(kind, PARAMETERS) or f"; there are {', '.join(PARAMETERS)}"
        raise InputError(_wrong(f"there is no distribution {quoted(kind)}{hint}", place))
    return {kind: [read_change(part, place) if part.strip() else None for part in _split(call["numbers"])]}


def _range(text: str, place: Place) -> list[Any]:
    """Return the values of `first:last:count`, none where the text is no range of numbers."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return []
    first, last = (_number(match[name], place) for name in ("first", "last"))
    if first is None or last is None:
        return []
    if first.operator != last.operator:
        message = "both ends of a range are relative in the same way, or neither is; write =-5 for the number -5"
        raise InputError(_wrong(message, place))
    count = int(match["count"])
    if not 2 <= count <= MOST_IN_RANGE:
        raise InputError(_wrong(f"a range has 2 to {MOST_IN_RANGE:,} values, not {count:,}", place))
    step = (last.amount - first.amount) / (count - 1)
    # Twelve digits: 0.3 is said as 0.3, not as 0.30000000000000004.
    amounts = [float(f"{first.amount + step * i:.12g}") for i in range(count - 1)]
    return [f"{first.operator}{amount!r}" if first.operator else amount for amount in [*amounts, last.amount]]


def _number(text: str, place: Place) -> Relative | None:
    found = relative_of(text)
    if found is not None:
        return found
    value = read_change(text, place)
    return Relative("", float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _cut(text: str, mark: str) -> tuple[str, str, str]:
    """Return what is before, at and after the first `mark` outside quotes and brackets."""
    end = next(_outside(text, mark), -1)
    return (text[:end], mark, text[end + 1 :]) if end >= 0 else (text, "", "")


def _split(text: str) -> list[str]:
    """Return the parts of a text between the commas outside quotes and brackets."""
    ends = [-1, *_outside(text, ","), len(text)]
    return [text[start + 1 : end] for start, end in itertools.pairwise(ends)]


def _outside(text: str, mark: str) -> Iterator[int]:
    depth, quote = 0, ""
    for position, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == mark and depth == 0:
            yield position


def _wrong(message: str, place: Place) -> Problem:
    return Problem(message, place=place, code="sweep")
