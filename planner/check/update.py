"""Recorded figures written anew: only their digits change in the file, comments and layout stay."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.check.expected import Statement, close
from planner.check.outcome import Outcome
from planner.errors import InputError, Place
from planner.plan.files import written
from planner.scenario.reader import read, read_value
from planner.scenario.tree import dotted

DIGITS = 12
"""Significant digits of a figure that is written, unless its tolerance asks for more."""

_NUMBER = re.compile(r"[-+.\w]+(?=[\s,\]}]|$)")
_BOM = "\ufeff"


@dataclass(frozen=True)
class Change:
    """A figure in a file: what it was, and what it is now; with `why` it was left as it is."""

    place: str
    path: str
    old: str
    new: str
    why: str = ""

    @property
    def words(self) -> str:
        """The change in a sentence."""
        if self.why:
            return f"{self.place}: {self.path} stays {self.old}, though {self.new} was found: {self.why}"
        return f"{self.place}: {self.path} was {self.old} and is now {self.new}"

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain data for `--json`."""
        return {"place": self.place, "path": self.path, "old": self.old, "new": self.new, "why_not": self.why or None}


def updated(outcome: Outcome) -> tuple[Outcome, list[Change]]:
    """Write the recorded figures that are missed anew, and return the outcome with what is now held, and each change.

    Nothing is written where no optimum was proven, or other solvers differ.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    missed = [s for s in outcome.statements if not s.held]
    if outcome.verdict != "missed" or not missed:
        return outcome, []
    changes = {id(s): _change(outcome, s) for s in missed}
    kept = [s for s in missed if not changes[id(s)].why]
    if kept and not _rewrite(outcome.file, kept, [changes[id(s)].new for s in kept]):
        why = "it could not be changed alone; it may be named by an alias"
        changes = {key: replace(change, why=change.why or why) for key, change in changes.items()}
        kept = []
    statements = tuple(_kept(s) if s in kept else s for s in outcome.statements)
    verdict = outcome.verdict if any(not s.held for s in statements) else "held"
    return replace(outcome, statements=statements, verdict=verdict), list(changes.values())


def _kept(statement: Statement) -> Statement:
    """Return a statement whose figure was written anew."""
    assert statement.found is not None
    return replace(statement, expected=statement.found, held=True)


def _change(outcome: Outcome, statement: Statement) -> Change:
    """Return the change of a statement, or why there is none."""
    expected, found = statement.expected, statement.found
    place, path = str(statement.place or outcome.file), dotted(statement.path)
    if isinstance(expected, str) or isinstance(found, str) or found is None:
        return Change(place, path, str(expected), str(found), "only figures are written anew")
    new = figure(found, statement.tolerance)
    change = Change(place, path, f"{expected:.{DIGITS}g}", new)
    if statement.origin != "recorded":
        return replace(change, why=f"it is not recorded but {statement.origin}")
    if not all(opinion.held for opinion in outcome.opinions):
        return replace(change, why="another solver differs")
    if statement.place is None or Path(statement.place.file) != outcome.file:
        return replace(change, why="it is written in another file than the scenario that was checked")
    return change


def figure(value: float, tolerance: float) -> str:
    """Return a figure as it is written: with 12 significant digits, or all where the tolerance is finer."""
    short = f"{value + 0.0:.{DIGITS}g}"
    return short if close(float(short), value, tolerance / 100) else repr(value)


def _rewrite(file: Path, statements: Sequence[Statement], figures: Sequence[str]) -> bool:
    """Put each figure where its statement is written; return whether nothing else in the file would change."""
    raw = file.read_bytes().decode("utf-8")
    text = raw.removeprefix(_BOM)
    lines = text.splitlines(keepends=True)
    wanted = copy.deepcopy(read(file, text=text).value)
    in_order = sorted(zip(statements, figures, strict=True), key=lambda pair: _position(pair[0]), reverse=True)
    for statement, new in in_order:
        line, column = _position(statement)
        found = _NUMBER.match(lines[line - 1], column - 1)
        if found is None or read_value(found.group(), Place(str(file))) != statement.expected:
            return False
        lines[line - 1] = lines[line - 1][: column - 1] + new + lines[line - 1][found.end() :]
        _put(wanted, statement.path, float(new))
    new_text = "".join(lines)
    try:
        if read(file, text=new_text).value != wanted:
            return False
    except InputError:
        return False
    target, mode = file.resolve(), file.stat().st_mode
    whole = raw[: len(raw) - len(text)] + new_text
    written(target, lambda temporary: _write(temporary, whole))
    target.chmod(mode)
    return True


def _position(statement: Statement) -> tuple[int, int]:
    assert statement.place is not None
    return statement.place.line, statement.place.column


def _put(value: Any, path: Sequence[str | int], new: float) -> None:
    for part in path[:-1]:
        value = value[part]
    value[path[-1]] = new


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))
