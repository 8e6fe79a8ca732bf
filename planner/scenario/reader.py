"""Strict YAML: a file to a `Tree`, or every mistake in it with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.errors import Place
from planner.scenario.builder import Builder
from planner.scenario.source import checked_text, display_name, read_text
from planner.scenario.tree import Tree

LIMIT = 10_000_000


def read(path: str | Path, *, text: str | None = None, limit_bytes: int = LIMIT) -> Tree:
    """Return what the YAML file holds, with the place of each key and value.

    Parameters
    ----------
    path
        The file; `-` is standard input.
    text
        The text of the file where it is already at hand; `path` then only names it.
    limit_bytes
        The largest file that is read, in bytes.

    Raises
    ------
    InputError
        With one problem for each mistake; a mistake of syntax hides those after it.

    """
    name = display_name(path)
    if text is None:
        text = read_text(path, limit_bytes)
    else:
        text = checked_text(text.removeprefix("\ufeff"), name, limit_bytes)
    return Tree(Builder(text, Place(name, 1, 1)).build(), files=(name,))


def read_value(text: str, place: Place) -> Any:
    """Return the plain value that `text` is in YAML, as in `--set key=VALUE`; mistakes are at `place`."""
    builder = Builder(checked_text(text, str(place), LIMIT), place, fixed=True)
    return builder.build().plain
