"""A resolved scenario as YAML text: keys in the order of the schema, named things by name, origins as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from planner.scenario.fields import is_named, keys_at
from planner.scenario.scalars import ScalarError, plain_scalar
from planner.scenario.tree import KeyPath

type Origin = Callable[[KeyPath], str]

INDENT = 2
WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z_0-9](?:[\w ./()+%-]*[\w.()+%])?")


def ordered(value: Any, path: KeyPath = ()) -> Any:
    """Return plain data with the keys of each part in the order of the schema, and named things by name."""
    if isinstance(value, list):
        return [ordered(item, (*path, i)) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    known = {key: rank for rank, key in enumerate(() if is_named(path) else keys_at(path))}
    keys = sorted(value, key=lambda key: (known.get(key, len(known)), key))
    return {key: ordered(value[key], (*path, key)) for key in keys}


def yaml_text(plain: Mapping[str, Any], origin: Origin | None = None) -> str:
    """Return plain data as YAML that reads back the same; `origin` gives the comment of each value."""
    return "\n".join(_entries(ordered(dict(plain)), (), 0, origin)) + "\n"


def _entries(value: dict[str, Any], path: KeyPath, depth: int, origin: Origin | None) -> Iterator[str]:
    margin = " " * (INDENT * depth)
    for key, entry in value.items():
        below = (*path, key)
        head = f"{margin}{scalar(key)}:"
        if isinstance(entry, dict) and entry and not (_is_flat(entry) and _is_of_one_place(below, origin)):
            yield head
            yield from _entries(entry, below, depth + 1, origin)
        elif isinstance(entry, list) and any(isinstance(item, dict) for item in entry):
            yield head
            yield from _items(entry, below, depth + 1, origin)
        else:
            yield from _line(f"{head} ", entry, below, margin, origin)


def _items(items: list[Any], path: KeyPath, depth: int, origin: Origin | None) -> Iterator[str]:
    margin = " " * (INDENT * depth)
    for i, item in enumerate(items):
        if isinstance(item, dict) and item:
            lines = list(_entries(item, (*path, i), depth + 1, origin))
            yield f"{margin}- {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield from _line(f"{margin}- ", item, (*path, i), margin, origin)


def _is_flat(entry: dict[str, Any]) -> bool:
    """Return whether a mapping is short enough for one line: a few single values."""
    return all(not isinstance(value, dict | list) for value in entry.values()) and len(_flow(entry)) <= WIDTH // 2


def _is_of_one_place(path: KeyPath, origin: Origin | None) -> bool:
    """Return whether one comment can say where all of a mapping was written."""
    return origin is None or "," not in origin(path)


def _line(head: str, value: Any, path: KeyPath, margin: str, origin: Origin | None) -> Iterator[str]:
    text = _flow(value)
    said = origin(path) if origin else ""
    comment = f"  # {said}" if said else ""
    if len(head) + len(text) <= WIDTH or not isinstance(value, list):
        yield f"{head}{text}{comment}"
        return
    yield f"{head}[{comment}"
    line = f"{margin}  "
    for item in value:
        part = f"{_flow(item)}, "
        if len(line) + len(part) > WIDTH:
            yield line.rstrip()
            line = f"{margin}  "
        line += part
    yield line.rstrip().rstrip(",")
    yield f"{margin}  ]"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(key)}: {_flow(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return scalar(value)


def scalar(value: Any) -> str:
    """Return a single value as YAML: numbers bare, text in quotes where it could be read as something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else repr(value)
    if isinstance(value, int):
        return str(value)
    return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    try:
        return bool(_PLAIN.fullmatch(text)) and plain_scalar(text) == text
    except ScalarError:
        return False
