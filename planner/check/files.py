"""Which files hold scenarios that state what they give: told by their text, without reading them as scenarios."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from planner.errors import InputError, Place, Problem
from planner.scenario.source import STDIN

SUFFIXES = (".yaml", ".yml")
LARGEST_BYTES = 10_000_000

_EXPECT = re.compile(rb"""^["']?expect["']?[ \t]*:(?![ \t]*(?:null|~)[ \t]*(?:#|\r?$))""", re.MULTILINE)
_WHOLE = re.compile(rb"""^["']?(?:horizon|extends)["']?[ \t]*:""", re.MULTILINE)
_FLOW_EXPECT = re.compile(rb"""["']?\bexpect["']?\s*:""")
_FLOW_WHOLE = re.compile(rb"""["']?\b(?:horizon|extends)["']?\s*:""")

Kind = Literal["expects", "silent", "other"]


@dataclass(frozen=True)
class Found:
    """The scenarios under some paths: those that state something, those that do not, each file once, in order."""

    expecting: tuple[Path, ...]
    silent: tuple[Path, ...]


def found_under(paths: Iterable[str]) -> Found:
    """Return the scenarios that are named, and those in folders and all folders below.

    In a folder, files that are no whole scenarios (overlays, and YAML of other programs) are passed over; a file that is
    named itself is taken as a scenario, whatever it holds.

    Raises
    ------
    InputError
        With each path that is not there.
    """
    kinds: dict[Path, Kind] = {}
    problems = []
    for path in map(Path, paths):
        if str(path) == STDIN:
            kinds[path] = "expects"
        elif path.is_dir():
            kinds |= {file: kind for file in _below(path) if (kind := kind_of(file)) != "other" and file not in kinds}
        elif path.exists():
            kind = kind_of(path)
            kinds[path] = "expects" if kind == "other" else kind
        else:
            problems.append(Problem("there is no such file or folder", place=Place(str(path)), code="file"))
    if problems:
        raise InputError(problems)
    unique = {os.path.realpath(file): file for file in reversed(kinds)}
    listed = [file for file in kinds if unique[os.path.realpath(file)] == file]
    by_kind = {kind: tuple(file for file in listed if kinds[file] == kind) for kind in ("expects", "silent")}
    return Found(by_kind["expects"], by_kind["silent"])


def _below(folder: Path) -> Iterator[Path]:
    """Yield the YAML files of a folder and of those below it, but not of hidden ones."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        yield from (Path(place, name) for name in sorted(names) if name.endswith(SUFFIXES))


def kind_of(file: Path) -> Kind:
    """Return whether a file is a scenario that states what it gives, one that does not, or something else.

    A whole scenario has a horizon, or extends another; what only lies over others has neither. This looks for keys at the
    margin and so is quick; a file that is too large to be a scenario, or cannot be read, is something else.
    """
    try:
        if file.stat().st_size > LARGEST_BYTES:
            return "other"
        text = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return "other"
    flow = text.lstrip().startswith(b"{")
    whole, expect = (_FLOW_WHOLE, _FLOW_EXPECT) if flow else (_WHOLE, _EXPECT)
    if not whole.search(text):
        return "other"
    return "expects" if expect.search(text) else "silent"
