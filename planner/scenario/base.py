"""What every part of a scenario is made of: strict fields, values by period, references to tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from planner.scenario.suggest import did_you_mean

LARGEST = 1e15
"""No number in a scenario may be larger: above it, doubles no longer tell whole units apart."""

SMALLEST = 1e-15
"""No number but zero may be smaller: it would vanish beside the others."""

FILLS = ("hold", "linear", "geometric", "zero")


class Part(BaseModel):
    """A part of a scenario: unknown keys are refused, and nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False, protected_namespaces=())


class Noted(Part):
    """A part that can say where its figures come from."""

    label: str | None = Field(None, description="How the plan's tables call it; its name where absent.")
    source: str | None = Field(None, description="Where the figures come from, in words; kept in the plan.")
    note: str | None = Field(None, description="Anything a reader should know; kept in the plan.")


def _checked(value: float, ge: float | None, gt: float | None, le: float | None) -> float:
    """Return `value` as a float, or refuse it in words."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "must be a number, not {what}", {"what": _kind(value)})
    if value != value or abs(value) > LARGEST:
        raise PydanticCustomError("magnitude", "must be finite and at most 1e15 in size, not {value}", {"value": value})
    if 0 < abs(value) < SMALLEST:
        raise PydanticCustomError("magnitude", "is too small to count: use 0, or another unit", {})
    for limit, fails, words in (
        (ge, lambda x, y: x < y, "at least"),
        (gt, lambda x, y: x <= y, "more than"),
        (le, lambda x, y: x > y, "at most"),
    ):
        if limit is not None and fails(value, limit):
            raise PydanticCustomError(
                "range",
                "must be {words} {limit}, not {value}",
                {"words": words, "limit": f"{limit:g}", "value": f"{value:g}"},
            )
    return float(value)


def _kind(value: object) -> str:
    names = {str: "text", bool: "true or false", dict: "a mapping", list: "a list", type(None): "nothing"}
    text = names.get(type(value), type(value).__name__)
    return f"the text {value[:40]!r}" if isinstance(value, str) else text


class Limits:
    """Bounds of a number, or of each value of a series: `ge <= value`, `gt < value`, `value <= le`."""

    def __init__(
        self, ge: float | None = None, gt: float | None = None, le: float | None = None, *, series: bool = False
    ):
        self.ge, self.gt, self.le, self.series = ge, gt, le, series

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        number: dict[str, Any] = {"type": "number"}
        for key, limit in (("minimum", self.ge), ("exclusiveMinimum", self.gt), ("maximum", self.le)):
            if limit is not None:
                number[key] = limit
        if not self.series:
            return {"anyOf": [number, TABLE_JSON]}
        by_period = {
            "type": "object",
            "description": "period: value; every period is named, or `between` says how to fill",
            "properties": {"between": {"enum": list(FILLS)}, "growth_per_year": {"type": "number"}},
            "additionalProperties": number,
        }
        return {"anyOf": [number, {"type": "array", "items": number}, by_period, TABLE_JSON]}

    def _validate(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        if not self.series:
            return self._one(value)
        periods: tuple[str, ...] = (info.context or {}).get("periods", ())
        starts: tuple[float, ...] = (info.context or {}).get("years", ())
        if isinstance(value, list | tuple):
            return self._list(value, periods)
        if isinstance(value, dict):
            return self._mapping(value, periods, starts)
        return self._one(value)

    def _one(self, value: Any) -> float:
        return _checked(value, self.ge, self.gt, self.le)

    def _list(self, values: list[Any] | tuple[Any, ...], periods: tuple[str, ...]) -> float | tuple[float, ...]:
        if len(values) != len(periods):
            raise PydanticCustomError(
                "length",
                "has {found} values, but the horizon has {periods} periods",
                {"found": len(values), "periods": len(periods)},
            )
        return simplest([self._one(value) for value in values])

    def _mapping(
        self, given: dict[str, Any], periods: tuple[str, ...], starts: tuple[float, ...]
    ) -> float | tuple[float, ...]:
        values = dict(given)
        if "growth_per_year" in values:
            return self._growth(values, starts)
        between = values.pop("between", None)
        if between is not None and between not in FILLS:
            raise PydanticCustomError("between", "between must be one of {fills}", {"fills": ", ".join(FILLS)})
        unknown = [key for key in values if key not in periods]
        if unknown:
            raise PydanticCustomError(
                "period",
                "{keys} is no period of the horizon ({first} to {last}){hint}",
                {
                    "keys": ", ".join(map(repr, unknown[:3])),
                    "first": periods[0] if periods else "none",
                    "last": periods[-1] if periods else "none",
                    "hint": did_you_mean(unknown[0], periods),
                },
            )
        known = {periods.index(key): self._one(value) for key, value in values.items()}
        missing = len(periods) - len(known)
        if missing and between is None:
            raise PydanticCustomError(
                "period",
                "leaves {missing} of {all} periods open: name them, or say between: hold, linear, geometric or zero",
                {"missing": missing, "all": len(periods)},
            )
        if not known:
            raise PydanticCustomError("period", "names no period", {})
        return simplest(_filled(known, starts, between or "hold"))

    def _growth(self, values: dict[str, Any], starts: tuple[float, ...]) -> float | tuple[float, ...]:
        growth = _checked(values.pop("growth_per_year"), None, -1, None)
        first = self._one(values.pop("from", None))
        if values:
            raise PydanticCustomError(
                "growth", "growth_per_year goes with `from` alone, as in {{from: 5, growth_per_year: 0.2}}", {}
            )
        return simplest([self._one(first * (1 + growth) ** start) for start in starts])


def _filled(known: dict[int, float], starts: tuple[float, ...], between: str) -> list[float]:
    """Fill the periods between the known ones; before the first and after the last, hold (or zero)."""
    anchors = sorted(known)
    values = []
    for t, start in enumerate(starts):
        before = max((a for a in anchors if a <= t), default=None)
        after = min((a for a in anchors if a >= t), default=None)
        if t in known:
            values.append(known[t])
        elif between == "zero":
            values.append(0.0)
        elif before is None or after is None or between == "hold":
            values.append(known[anchors[0] if before is None else before])
        else:
            part = (start - starts[before]) / (starts[after] - starts[before])
            low, high = known[before], known[after]
            straight = between == "linear" or low <= 0 or high <= 0
            values.append(low + part * (high - low) if straight else low * (high / low) ** part)
    return values


def simplest(values: list[float]) -> float | tuple[float, ...]:
    """Return a series as one number where it is the same in all periods, so that equal inputs look equal."""
    return values[0] if values and all(value == values[0] for value in values) else tuple(values)


TABLE_JSON: dict[str, Any] = {
    "type": "object",
    "description": "values taken from a CSV table beside the scenario or shipped with the planner",
    "required": ["table"],
    "properties": {
        "table": {"type": "string", "description": "file name"},
        "value": {"type": "string", "description": "column with the numbers"},
        "where": {"type": "object", "description": "column: value (or a list of values) that a row must have"},
        "period": {"type": "string", "description": "column with the period, for values by period"},
        "key": {"type": "string", "description": "column with the names, for a mapping of values"},
        "row": {"type": "string", "description": "column with the row's name, for a matrix"},
        "column": {"type": "string", "description": "column with the column's name, for a matrix"},
        "name": {"description": "column (or list of columns) that names each thing, for a mapping of things"},
        "combine": {"enum": ["sum", "max", "mean"], "description": "what to do with several rows"},
        "largest": {"type": "integer", "description": "combine only so many of the largest"},
        "times": {"type": "number", "description": "factor on every value"},
        "between": {"enum": list(FILLS), "description": "how to fill periods that the table leaves open"},
    },
    "additionalProperties": False,
}

Number = Annotated[float, Limits()]
NonNegative = Annotated[float, Limits(ge=0)]
Positive = Annotated[float, Limits(gt=0)]
Fraction = Annotated[float, Limits(ge=0, le=1)]
PositiveFraction = Annotated[float, Limits(gt=0, le=1)]

Values = float | tuple[float, ...]
"""A series after validation: one number for all periods, or one for each."""

Series = Annotated[Values, Limits(series=True)]
NonNegativeSeries = Annotated[Values, Limits(ge=0, series=True)]
PositiveSeries = Annotated[Values, Limits(gt=0, series=True)]
FractionSeries = Annotated[Values, Limits(ge=0, le=1, series=True)]

TAG = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"
"""First letter of the tags of unions, by which they are told from keys in the path of an error."""


def shape(value: Any) -> str:
    """Return the tag of a value's shape, by which a union chooses its branch and so has one error, not several."""
    if isinstance(value, dict | BaseModel):
        return f"{TAG}mapping"
    return f"{TAG}list" if isinstance(value, list | tuple) else f"{TAG}text"


def keyed(*keys: str) -> Callable[[Any], str]:
    """Return a chooser for a union whose branches are told apart by a key that only they have."""

    def choose(value: Any) -> str:
        for key in keys:
            if (isinstance(value, dict) and key in value) or hasattr(value, key):
                return f"{TAG}{key}"
        return f"{TAG}other"

    return choose


Flag = Annotated[bool, Strict()]
Text = Annotated[str, Strict()]
Whole = Annotated[int, Strict()]
