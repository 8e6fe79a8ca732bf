"""The errors of the planner, each with the exit code of the command that meets it.

PlannerError              root; never raised itself
├── InputError            2   the input is wrong: one or more problems, each with its place
├── NoPlanError           3   no feasible plan, or an unbounded one
├── LimitError            4   the solver stopped at a limit without a plan
└── SolverError          70   the solver failed, or is not installed where 2 does not apply
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

_JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """Return a text with line breaks and all else that does not print written out by their codes.

    Names from a file stand in messages, where they must not move the cursor, colour the screen or turn text round.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else ascii(c)[1:-1] for c in text)


@dataclass(frozen=True, order=True)
class Place:
    """Where a value was written: a file, and a line and column counted from 1 (0 where unknown)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True)
class Problem:
    """One mistake in the input.

    `path` is the dotted path of the value in the scenario ("" for the whole file), `message` one
    sentence that says what is wrong, `code` a short stable name of the kind of mistake.
    """

    message: str
    path: str = ""
    place: Place | None = None
    code: str = "invalid"

    def __str__(self) -> str:
        head = [str(self.place)] if self.place else []
        return one_line(": ".join([*head, *([self.path] if self.path else []), self.message]))

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as plain data for `--json`."""
        place = self.place or Place("")
        return {
            "code": self.code,
            "path": self.path,
            "message": self.message,
            "file": place.file or None,
            "line": place.line or None,
            "column": place.column or None,
        }


class PlannerError(Exception):
    """Root of all errors that the planner raises on purpose."""

    exit_code = 70

    def as_dict(self) -> dict[str, Any]:
        """Return the error as plain data for `--json`."""
        return {"error": type(self).__name__, "message": str(self), "exit_code": self.exit_code}


class InputError(PlannerError):
    """The input is wrong; `problems` says what and where, in the order of their places."""

    exit_code = 2

    def __init__(self, problems: Problem | str | Iterable[Problem]):
        if isinstance(problems, str):
            problems = Problem(problems)
        found: Sequence[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        self.problems = sorted(set(found), key=lambda p: (p.place or Place(""), p.path, p.message))
        super().__init__("\n".join(map(str, self.problems)))

    def as_dict(self) -> dict[str, Any]:
        """Return the error with each of its problems as plain data."""
        return super().as_dict() | {"problems": [problem.as_dict() for problem in self.problems]}


class NoPlanError(PlannerError):
    """No plan exists that keeps every rule, or none is best because cost falls without end."""

    exit_code = 3


class LimitError(PlannerError):
    """The solver stopped at a limit and has no plan to show."""

    exit_code = 4


@dataclass
class SolverError(PlannerError):
    """The solver failed: `solver` names it, `detail` is what it said."""

    solver: str
    detail: str
    exit_code: int = field(default=70, repr=False)

    def __str__(self) -> str:
        return f"{self.solver}: {self.detail}"
