"""Values said by what is there already: `*1.1`, `/2`, `+5`, `-5`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.errors import Place
from planner.scenario.reader import read_value

_TEXT = re.compile(r"\s*([*/+-])\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%?)\s*")


@dataclass(frozen=True)
class Relative:
    """What is done to a number that is there: `operator` is `*`, `/`, `+` or `-`."""

    operator: str
    amount: float

    def of(self, number: float) -> float:
        """Return the changed number."""
        if self.operator == "*":
            return number * self.amount
        if self.operator == "/":
            return number / self.amount
        return number + self.amount if self.operator == "+" else number - self.amount

    def __str__(self) -> str:
        return f"{self.operator}{self.amount:g}"


def relative_of(value: Any) -> Relative | None:
    """Return what a text such as `*1.1` says, None where it is no such text.

    `+10%` and `-10%` are shares of what is there.
    """
    match = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    operator, amount = match[1], float(match[2])
    if not math.isfinite(amount) or (operator == "/" and amount == 0):
        return None
    if match[3]:
        share = amount / 100
        return Relative("*", {"+": 1 + share, "-": 1 - share}.get(operator, share)) if operator != "/" else None
    return Relative(operator, amount)


def changed(value: Any, relative: Relative) -> Any:
    """Return a number, a series or a mapping of either with each of its numbers changed; None where it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return relative.of(float(value))
    if isinstance(value, list | tuple) and value:
        found: list[Any] = [changed(one, relative) for one in value]
        return None if any(one is None for one in found) else found
    if isinstance(value, Mapping) and value:
        mapped = {key: changed(one, relative) for key, one in value.items()}
        return None if any(one is None for one in mapped.values()) else mapped
    return None


def read_change(text: str, place: Place) -> Any:
    """Return the value of a change as it is written on a command line: relative text as it is, all else as YAML.

    A sign makes it relative: `-5` is 5 less. `=-5` is the number itself.
    """
    if relative_of(text) is not None:
        return text.strip()
    return read_value(text.removeprefix("="), place)
