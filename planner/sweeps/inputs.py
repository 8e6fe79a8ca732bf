"""The columns of what was varied: numbers where they can be, factors and addends where values are relative."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from planner.sweeps.design import Design
from planner.whatif.relative import Relative, relative_of

WORDS = {"": "", "*": "times ", "+": "plus "}

ROW = ("point", "status", "objective", "unit", "served", "seconds", "message")
"""Columns that every sweep has; an input whose path is one of these names is called `set NAME`."""


@dataclass(frozen=True)
class Input:
    """One path that was varied.

    Attributes
    ----------
    path
        The path, as it was given.
    operator
        "" where the values are the input's own; `*` where they are factors of what the scenario has, `+` where they
        are added to it.
    values
        The value at each point; None where the scenario's own stands.
    """

    path: str
    operator: str
    values: tuple[Any, ...] = field(repr=False)

    @property
    def column(self) -> str:
        """Name of the column: the path; `times` or `plus` before it where the values are relative."""
        word = "set " if self.path in ROW else WORDS[self.operator]
        return f"{word}{self.path}"

    @property
    def dtype(self) -> Any:
        """Type of the column: numbers, or anything."""
        return float if all(value is None or _is_number(value) for value in self.values) else object

    def as_dict(self) -> dict[str, str]:
        """Return what the column is, as plain data."""
        return {"column": self.column, "path": self.path, "operator": self.operator}


def inputs_of(design: Design) -> tuple[Input, ...]:
    """Return the inputs of a design, in its order."""
    return tuple(_input(path, [point.get(path) for point in design.points]) for path in design.paths)


def _input(path: str, values: list[Any]) -> Input:
    relative = [_unified(relative_of(value)) for value in values if value is not None]
    operators = {one.operator for one in relative if one is not None}
    if None in relative or len(operators) != 1:
        return Input(path, "", tuple(_cell(value) for value in values))
    amounts = iter([one.amount for one in relative if one is not None])
    return Input(path, operators.pop(), tuple(None if value is None else next(amounts) for value in values))


def _unified(relative: Relative | None) -> Relative | None:
    """Return a division as a factor, a subtraction as an addend."""
    if relative is None or relative.operator in "*+":
        return relative
    return Relative("*", 1 / relative.amount) if relative.operator == "/" else Relative("+", -relative.amount)


def _cell(value: Any) -> Any:
    """Return a value as a cell: a list or mapping as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
