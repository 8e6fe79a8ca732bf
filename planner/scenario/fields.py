"""Where in the schema a path of a scenario leads."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from planner.scenario.base import Limits, Part
from planner.scenario.schema import Document

Path = Sequence[str | int]


def _branches(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation allows, without unions and metadata."""
    origin = get_origin(annotation)
    if origin is Annotated:
        limits = [m for m in get_args(annotation)[1:] if isinstance(m, Limits)]
        yield from limits or _branches(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for branch in get_args(annotation):
            yield from _branches(branch)
    else:
        yield annotation


def _field(model: type[Part], key: str) -> Any:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return None


def _below(annotation: Any, part: str | int) -> Any:
    """Return the annotation of the entry `part` of a value that is annotated so, or None."""
    for branch in _branches(annotation):
        if isinstance(branch, type) and issubclass(branch, Part):
            found = _field(branch, str(part))
            if found is not None:
                return found
        elif get_origin(branch) in (dict, list):
            return get_args(branch)[-1]
        elif isinstance(branch, Limits) and branch.series:
            return Annotated[float, Limits(branch.ge, branch.gt, branch.le)]
    return None


def annotation_at(path: Path) -> Any:
    """Return the annotation of the value at `path`, or None where the schema has none."""
    annotation: Any = Document
    for part in path:
        annotation = _below(annotation, part)
        if annotation is None:
            return None
    return annotation


def model_at(path: Path) -> type[Part] | None:
    """Return the model of the mapping at `path`, or None where it is no part of the schema."""
    found = annotation_at(path)
    models = [b for b in _branches(found) if isinstance(b, type) and issubclass(b, Part)] if found else []
    return models[0] if models else None


def keys_at(path: Path) -> list[str]:
    """Return the keys that the mapping at `path` may have, as they are written."""
    model = model_at(path)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def is_named(path: Path) -> bool:
    """Return whether the children of `path` are named things."""
    found = annotation_at(path)
    return found is not None and any(
        get_origin(b) is dict and any(isinstance(c, type) and issubclass(c, Part) for c in _branches(get_args(b)[1]))
        for b in _branches(found)
    )


def is_series(path: Path) -> bool:
    """Return whether the value at `path` can differ by period."""
    return any(isinstance(branch, Limits) and branch.series for branch in branches_at(path))


def branches_at(path: Path) -> list[Any]:
    """Return the types that the value at `path` may have; a number is given as its limits."""
    found = annotation_at(path)
    return [] if found is None else list(_branches(found))


Kind = Literal["number", "text", "flag", "whole", "other"]


def kinds_at(path: Path) -> dict[str, Kind] | None:
    """Return the fields of the named thing at `path`, each with what its cell holds; None where there is none."""
    if model_at(path) is None or not is_named(path[:-1]):
        return None
    return {key: _kind(branches_at([*path, key])) for key in keys_at(path)}


def _kind(branches: list[Any]) -> Kind:
    if any(isinstance(branch, Limits) for branch in branches):
        return "number"
    for type_, kind in _CELLS:
        if type_ in branches:
            return kind
    return "text" if any(get_origin(branch) is Literal for branch in branches) else "other"


_CELLS: tuple[tuple[type, Kind], ...] = ((bool, "flag"), (int, "whole"), (str, "text"))

Form = Literal["number", "series", "mapping", "matrix", "things"]


def forms_at(path: Path) -> dict[Form, bool]:
    """Return what a table may stand for at `path`, each with whether its numbers may differ by period."""
    forms: dict[Form, bool] = {}
    for branch in branches_at(path):
        if isinstance(branch, Limits):
            forms["series" if branch.series else "number"] = branch.series
        elif get_origin(branch) is dict:
            below = list(_branches(get_args(branch)[1]))
            numbers = [b for b in below if isinstance(b, Limits)]
            if numbers:
                forms["mapping"] = numbers[0].series
            elif any(get_origin(b) is dict for b in below):
                forms["matrix"] = False
            elif any(isinstance(b, type) and issubclass(b, Part) for b in below):
                forms["things"] = False
    if not forms and path and is_series(path[:-1]):
        forms["number"] = False  # one value of a series
    return forms
