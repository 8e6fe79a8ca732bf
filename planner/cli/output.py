"""What commands write: results to standard output, messages to standard error, files that are no inputs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from planner.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

STDOUT = "-"


@dataclass
class Settings:
    """How a command talks: as JSON, hardly, or at length."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False


def as_json(data: Any) -> str:
    """Return one JSON document."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def put(text: str) -> None:
    """Write a result to standard output, in UTF-8; a reader that has gone away is no error.

    Raises
    ------
    InputError
        If standard output cannot be written to, such as a full disk.
    """
    if sys.stdout is None:
        return
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:
        _discard(sys.stdout)
    except OSError as error:
        _discard(sys.stdout)
        problem = Problem(f"cannot be written: {error.strerror}", place=Place("standard output"), code="file")
        raise InputError(problem) from None


def complain(text: str) -> None:
    """Write a message to standard error."""
    if sys.stderr is None:
        return
    try:
        _write(sys.stderr, text.rstrip("\n") + "\n")
    except OSError:
        _discard(sys.stderr)


def _write(stream: TextIO, text: str) -> None:
    stream.flush()
    stream.buffer.write(text.encode("utf-8", "replace"))
    stream.buffer.flush()


def _discard(stream: TextIO) -> None:
    """Send what is still to be written nowhere, so that closing the stream does not fail as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def inputs_of(scenario: Scenario, given: Sequence[str]) -> set[Path]:
    """Return every file that a scenario was read from: as given, extended, and tables."""
    named = {*given, *scenario.tree.files, *(place.file for place in scenario.tree.value_places.values())}
    return {Path(name) for name in named if name != STDOUT and Path(name).is_file()}


def refuse_overwriting(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that was read, or to one that cannot be made.

    Raises
    ------
    InputError
        With each output that is an input, a folder, named twice, or in a folder that is not there.
    """
    known, seen, problems = list(inputs), set(), []
    for path in outputs:
        place = Place(str(path))
        if path.is_dir():
            problems.append(Problem("is a folder; name a file to write", place=place, code="file"))
        elif not path.parent.is_dir():
            problems.append(Problem("its folder does not exist", place=place, code="file"))
        elif any(_same(path, other) for other in known):
            problems.append(Problem("is an input of this command and is not written over", place=place, code="file"))
        elif path.resolve() in seen:
            problems.append(Problem("is to be written twice", place=place, code="file"))
        seen.add(path.resolve())
    if problems:
        raise InputError(problems)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def write_text(path: str, text: str) -> None:
    """Write a result to a file, whole or not at all, or to standard output for `-`."""
    if path == STDOUT:
        put(text)
        return
    from planner.plan.files import written

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    written(Path(path), write)
