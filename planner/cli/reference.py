"""The scenario reference, made from the schema: `python -m planner.cli.reference` writes docs/reference.md."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from planner.scenario.base import Limits, Part
from planner.scenario.schema import Document
from planner.scenario.table_keys import FILLS, TABLE_JSON

TARGET = "docs/reference.md"

HEAD = """# Scenario reference

Every key of a scenario file, made from the schema by `python -m planner.cli.reference`; do not edit it by hand.
`planner schema` prints the same as JSON Schema, for editors.

Keys that are marked *required* must be there; all others may be left out. A mapping `name: {...}` has as many named
things as you like; names may hold any letters, also blanks. `source` and `note` are kept in the plan and shown with
`planner show`.

Besides the keys below, a file may say `extends: base.yaml` (or a list of files, the later ones winning): what it says
itself is laid over them. Mappings merge, single values and plain lists replace, `null` takes a key away.

## Kinds of values

| kind | may be |
|---|---|
| number | any number of at most 1e15 in size, with its range where it has one |
| whole | a number without a fraction |
| text | text; in quotes where YAML would read it as something else |
| yes or no | `true` or `false` |
| by period | one number for all periods; a list with one for each; `{2024Q1: 5, 2025Q4: 9, between: linear}`, where \
`between` is FILLS and says how the periods between the named ones are filled; `{from: 5, growth_per_year: 0.2}`; \
or a table |

## Tables

A number, a series by period, a mapping of numbers or of named things may come from a CSV file beside the scenario,
beside a file that it extends, or shipped with the planner (`data/`):

| written | stands for |
|---|---|
| `{table: f.csv, value: c, where: {a: x}}` | one number: column `c` of the row whose column `a` is `x` |
| `{table: f.csv, value: c, period: p}` | a series: column `p` names the period |
| `{table: f.csv, key: k, value: c}` | `name: number`, named by column `k`; with `period` a series each |
| `{table: f.csv, row: r, column: k, value: c}` | a matrix `row: {column: number}`; without `column` a wide table |
| `{table: f.csv, name: n}` | `name: thing`: the columns that are keys of it; a column `a.b` is the entry `b` of `a` |
| `{from_table: f.csv, row: n, ...}` | one thing, from the row whose first column is `n` (its own name where \
left out); its other keys win |

"""


def reference() -> str:
    """Return the reference as Markdown."""
    parts = list(_parts(Document))
    index = ", ".join(f"[{part.__name__}](#{part.__name__.lower()})" for part in parts)
    text = HEAD.replace("FILLS", ", ".join(f"`{fill}`" for fill in FILLS)) + _table_keys() + f"## Parts\n\n{index}\n\n"
    return text + "\n".join(_section(part) for part in parts)


def _table_keys() -> str:
    rows = "".join(f"| `{key}` | {spec['description']} |\n" for key, spec in TABLE_JSON["properties"].items())
    return f"| key of a table | meaning |\n|---|---|\n{rows}\n"


def _parts(part: type[Part]) -> Iterator[type[Part]]:
    """Yield a part and all parts below it, each once, in the order in which a file comes to them."""
    queue, seen = [part], {part}
    while queue:
        current = queue.pop(0)
        yield current
        below = [p for field in current.model_fields.values() for p in _within(_annotation(field))]
        fresh = [p for i, p in enumerate(below) if p not in seen and p not in below[:i]]
        seen |= set(fresh)
        queue = fresh + queue if current is not Document else fresh


def _annotation(field: FieldInfo) -> Any:
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _within(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for inner in get_args(annotation):
        yield from _within(inner)


def _section(part: type[Part]) -> str:
    title = "The scenario" if part is Document else part.__name__
    anchor = f'<a id="{part.__name__.lower()}"></a>\n\n' if part is Document else ""
    said = " ".join((part.__doc__ or "").split())
    rows = "".join(_row(name, field) for name, field in part.model_fields.items())
    head = "| key | kind | default | meaning | example |\n|---|---|---|---|---|\n"
    return f"{anchor}### {title}\n\n{said}\n\n{head}{rows}"


def _row(name: str, field: FieldInfo) -> str:
    key = field.alias or name
    cells = (f"`{key}`", _kind(_annotation(field)), _default(field), field.description or "", _example(field))
    return f"| {' | '.join(_cell(cell) for cell in cells)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    if field.default_factory is not None or field.default is PydanticUndefined:
        return ""
    return "" if field.default is None else f"`{_yaml(field.default)}`"


def _example(field: FieldInfo) -> str:
    return ", ".join(f"`{_yaml(example)}`" for example in field.examples or ())


def _yaml(value: Any) -> str:
    if isinstance(value, bool | str):
        return value if isinstance(value, str) else str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return f"{value:g}" if abs(value) >= 1e6 else str(int(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return json.dumps(value)


def _kind(annotation: Any) -> str:
    """Return what a value may be, in words, with its range."""
    kinds = list(dict.fromkeys(kind for kind in _kinds(annotation, ()) if kind))
    return " or ".join(kinds)


def _kinds(annotation: Any, bounds: tuple[Any, ...]) -> Iterator[str]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        limits = [m for m in metadata if isinstance(m, Limits)]
        if limits:
            yield _number(limits[0])
            if type(None) in get_args(inner):
                return
        else:
            yield from _kinds(inner, (*bounds, *_flat(metadata)))
    elif origin in (Union, types.UnionType):
        for branch in get_args(annotation):
            yield from _kinds(branch, bounds)
    elif origin is Literal:
        yield ", ".join(f"`{option}`" for option in get_args(annotation))
    elif origin is dict:
        yield f"name: {_kind(get_args(annotation)[1])}"
    elif origin is list:
        inside = _kind(get_args(annotation)[0])
        yield f"list of ({inside})" if " or [" in inside else f"list of {inside}"
    elif origin is tuple:
        yield f"list of {len(get_args(annotation))} {_kind(get_args(annotation)[0])}s"
    else:
        yield _plain_kind(annotation, bounds)


def _flat(metadata: list[Any]) -> Iterator[Any]:
    for entry in metadata:
        yield from entry.metadata if isinstance(entry, FieldInfo) else (entry,)


def _plain_kind(annotation: Any, bounds: tuple[Any, ...]) -> str:
    if annotation is type(None):
        return ""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if annotation is int:
        return f"whole{_range(**{k: getattr(b, k) for b in bounds for k in ('ge', 'gt', 'le', 'lt') if hasattr(b, k)})}"
    return {str: "text", bool: "yes or no", float: "number"}.get(annotation, str(annotation))


def _number(limits: Limits) -> str:
    kind = "by period" if limits.series else "number"
    return kind + _range(limits.ge, limits.gt, limits.le)


def _range(ge: float | None = None, gt: float | None = None, le: float | None = None, lt: float | None = None) -> str:
    low = f"{ge:g}" if ge is not None else f"more than {gt:g}" if gt is not None else ""
    high = f"{le:.10g}" if le is not None else f"less than {lt:g}" if lt is not None else ""
    if low and high:
        return f", {low} to {high}"
    if low:
        return f", {low} or more" if ge is not None else f", {low}"
    return f", at most {high}" if high else ""


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else TARGET)
    target.write_text(reference(), encoding="utf-8")
