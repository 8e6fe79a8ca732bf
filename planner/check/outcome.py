"""What came of checking one scenario, as plain data that crosses processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from planner.check.expected import Statement
from planner.check.second import Opinion
from planner.errors import Place, Problem
from planner.scenario.tree import dotted

Verdict = Literal["held", "missed", "no plan", "limit", "wrong input", "fault"]

EXIT_CODES: dict[Verdict, int] = {"held": 0, "missed": 1, "no plan": 3, "limit": 4, "wrong input": 2, "fault": 70}
SEVERITY = (70, 2, 1, 3, 4, 0)
"""Exit codes from the worst: that of a run is the worst of its scenarios'."""


@dataclass(frozen=True)
class Outcome:
    """What came of one scenario.

    Attributes
    ----------
    file, name
        The file, and the name that the scenario gives itself (the file's where it could not be read).
    verdict
        held, missed, no plan (one is stated, and there is none), limit (nothing is proven), wrong input or fault.
    statements, opinions
        What it states, each held against the plan; what other solvers say.
    problems, message
        What is wrong with the input; what failed otherwise, or is to be known beside.
    unit
        Unit of the objective.
    seconds
        Wall-clock time of all of it.
    uniqueness
        Whether the plan is the only one that is optimal, where that was asked: `status`, `text` and the differences.
    """

    file: Path
    name: str
    verdict: Verdict
    statements: tuple[Statement, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    problems: tuple[Problem, ...] = ()
    message: str = ""
    unit: str = ""
    seconds: float = 0.0
    uniqueness: dict[str, Any] | None = None

    @property
    def exit_code(self) -> int:
        """Exit code of a command that checks this scenario alone."""
        return EXIT_CODES[self.verdict]

    @property
    def failures(self) -> list[str]:
        """All that is not as stated, each in a sentence with its place."""
        stated = [_at(s.place, s.words) for s in self.statements if not s.held]
        differing = [f"the second opinion differs: {o.words}" for o in self.opinions if not o.held]
        return [*stated, *differing, *map(str, self.problems), *([self.message] if self.message else [])]

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as plain data for `--json`."""
        return {
            "file": str(self.file),
            "name": self.name,
            "status": self.verdict,
            "exit_code": self.exit_code,
            "seconds": round(self.seconds, 3),
            "statements": [_statement(statement) for statement in self.statements],
            "second_opinions": [_opinion(opinion) for opinion in self.opinions],
            "problems": [problem.as_dict() for problem in self.problems],
            "message": self.message,
            "uniqueness": self.uniqueness,
        }


def _at(place: Place | None, text: str) -> str:
    return f"{place}: {text}" if place else text


def _statement(statement: Statement) -> dict[str, Any]:
    place = statement.place or Place("")
    return {
        "what": statement.what,
        "path": dotted(statement.path),
        "file": place.file or None,
        "line": place.line or None,
        "column": place.column or None,
        "expected": statement.expected,
        "found": statement.found,
        "difference": statement.difference,
        "tolerance": statement.tolerance,
        "origin": statement.origin,
        "source": statement.source,
        "held": statement.held,
    }


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return {
        "solver": opinion.solver,
        "status": opinion.status,
        "objective": opinion.objective,
        "difference": opinion.difference,
        "tolerance": opinion.tolerance,
        "seconds": round(opinion.seconds, 3),
        "held": opinion.held,
        "message": opinion.words,
    }


def worst(codes: list[int]) -> int:
    """Return the exit code of several scenarios: the worst of theirs."""
    return min(codes, key=SEVERITY.index, default=0)
