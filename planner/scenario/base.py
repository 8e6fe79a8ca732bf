"""What every part of a scenario is made of: strict fields, values by period, references to tables."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from planner.scenario.suggest import did_you_mean, quoted
from planner.scenario.table_keys import FILLS, TABLE_JSON

LARGEST = 1e15
"""No number in a scenario may be larger: above it, doubles no longer tell whole units apart."""

SMALLEST = 1e-15
"""No number but zero may be smaller: it would vanish beside the others."""


class Part(BaseModel):
    """A part of a scenario: unknown keys are refused, and nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False, protected_namespaces=())


class Noted(Part):
    """A part that can say where its figures come from."""

    source: str | None = Field(None, description="Where the figures come from, in words; kept in the plan.")
    note: str | None = Field(None, description="Anything a reader should know; kept in the plan.")


class Labelled(Noted):
    """A part that texts call by another name than tables and files do."""

    label: str | None = Field(None, description="How texts call it; its name where absent.")


def _checked(value: Any, ge: float | None, gt: float | None, le: float | None) -> float:
    """Return `value` as a float, or refuse it in words."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "must be a number, not {what}", {"what": kind_of(value)})
    if math.isnan(value) or abs(value) > LARGEST:
        raise PydanticCustomError(
            "magnitude", "must be finite and at most 1e15 in size, not {what}", {"what": _size(value)}
        )
    if 0 < abs(value) < SMALLEST:
        raise PydanticCustomError("magnitude", "is too small to count: use 0, or another unit", {})
    for limit, words, holds in (
        (ge, "at least", ge is None or value >= ge),
        (gt, "more than", gt is None or value > gt),
        (le, "at most", le is None or value <= le),
    ):
        if not holds:
            raise PydanticCustomError(
                "range",
                "must be {words} {limit}, not {value}",
                {"words": words, "limit": f"{limit:g}", "value": f"{value:g}"},
            )
    return float(value) + 0.0  # -0.0 is 0


def _size(value: float) -> str:
    """Return a number too large for words; an integer may be too large to print at all."""
    return f"{value:g}" if isinstance(value, float) else f"an integer of {value.bit_length() * 0.30103:.0f} digits"


def kind_of(value: object) -> str:
    """Return what a value is, in words for messages."""
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"the number {value:g}" if abs(value) < LARGEST else "a number"
    names = {dict: "a mapping", list: "a list", tuple: "a list", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


class _Several:
    """The mistakes in a list or mapping of numbers, each with the position or key that it is at."""

    MOST = 20

    def __init__(self) -> None:
        self.found: list[InitErrorDetails] = []

    def tried(self, key: str | int, value: Any, check: Callable[[Any], float]) -> float:
        """Return the checked value, or note what is wrong with it."""
        try:
            return check(value)
        except PydanticCustomError as error:
            self.note(error, key, value)
            return 0.0

    def note(self, error: PydanticCustomError, key: str | int, value: Any) -> None:
        self.found.append(InitErrorDetails(type=error, loc=(key,), input=value))

    def report(self) -> None:
        """Raise what was noted, if anything."""
        if self.found:
            raise ValidationError.from_exception_data("series", self.found[: self.MOST])


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
        limits = {"minimum": self.ge, "exclusiveMinimum": self.gt, "maximum": self.le}
        number |= {key: limit for key, limit in limits.items() if limit is not None}
        if not self.series:
            return {"anyOf": [number, TABLE_JSON]}
        by_period = {
            "type": "object",
            "description": "period: value; every period is named, or `between` says how to fill",
            "properties": {"between": {"enum": list(FILLS)}, "growth_per_year": {"type": "number"}},
            "additionalProperties": {"anyOf": [number, TABLE_JSON]},
        }
        items = {"anyOf": [number, TABLE_JSON]}
        return {"anyOf": [number, {"type": "array", "items": items}, by_period, TABLE_JSON]}

    def _validate(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        horizon: Periods = (info.context or {}).get("horizon", Periods((), ()))
        if self.series and isinstance(value, list | tuple):
            return self._list(value, horizon)
        if self.series and isinstance(value, dict):
            return self._growth(value, horizon) if "growth_per_year" in value else self._mapping(value, horizon)
        return self._one(value)

    def _one(self, value: Any) -> float:
        return _checked(value, self.ge, self.gt, self.le)

    def _list(self, values: list[Any] | tuple[Any, ...], horizon: Periods) -> float | tuple[float, ...]:
        several = _Several()
        checked = [several.tried(i, value, self._one) for i, value in enumerate(values)]
        several.report()
        if len(values) != len(horizon.names):
            raise PydanticCustomError(
                "length",
                "has {found} values, but the horizon has {periods} periods",
                {"found": len(values), "periods": len(horizon.names)},
            )
        return simplest(checked)

    def _mapping(self, given: dict[str, Any], horizon: Periods) -> float | tuple[float, ...]:
        values = dict(given)
        between = values.pop("between", None)
        several = _Several()
        if between is not None and between not in FILLS:
            message = "must be one of {fills}"
            several.note(PydanticCustomError("between", message, {"fills": ", ".join(FILLS)}), "between", between)
        for key in [key for key in values if key not in horizon.position]:
            value = values.pop(key)
            if len(several.found) < several.MOST:
                several.note(_no_period(key, value, horizon.names), key, value)
        known = {horizon.position[key]: several.tried(key, value, self._one) for key, value in values.items()}
        several.report()
        missing = [name for t, name in enumerate(horizon.names) if t not in known]
        if missing and between is None:
            raise PydanticCustomError(
                "period",
                "leaves {missing} of {all} periods open ({first}): name them, or say between: "
                "hold, linear, geometric or zero",
                {
                    "missing": len(missing),
                    "all": len(horizon.names),
                    "first": ", ".join(missing[:3]) + (" ..." if len(missing) > 3 else ""),
                },
            )
        if not known:
            raise PydanticCustomError("period", "names no period", {})
        return simplest(_filled(known, horizon.years, between or "hold"))

    def _growth(self, given: dict[str, Any], horizon: Periods) -> float | tuple[float, ...]:
        if set(given) != {"growth_per_year", "from"}:
            raise PydanticCustomError(
                "growth",
                "growth_per_year goes with `from`, the value of the first period, and nothing else",
                {},
            )
        several = _Several()
        growth = several.tried("growth_per_year", given["growth_per_year"], lambda x: _checked(x, None, -1, 1e3))
        first = several.tried("from", given["from"], self._one)
        several.report()
        if horizon.years and max(horizon.years) * math.log10(1 + growth) > 30:
            raise PydanticCustomError("magnitude", "grows beyond 1e15 within the horizon", {})
        return simplest([self._one(first * (1 + growth) ** start) for start in horizon.years])


@dataclass(frozen=True)
class Periods:
    """What the validation of series needs to know of the horizon: names, and years from the base date to each start."""

    names: tuple[str, ...]
    years: tuple[float, ...]

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of each period by its name."""
        return {name: t for t, name in enumerate(self.names)}


def _no_period(key: str, value: Any, names: tuple[str, ...]) -> PydanticCustomError:
    if key == "table" and not isinstance(value, str):
        return PydanticCustomError("table", "table must be the name of a file", {})
    return PydanticCustomError(
        "no_period",
        "is no period of the horizon ({first} to {last}){hint}",
        {
            "first": names[0] if names else "none",
            "last": names[-1] if names else "none",
            "hint": did_you_mean(key, [*names, *SERIES_WORDS]),
        },
    )


SERIES_WORDS = ("between", "growth_per_year", "from", "table")
"""Keys of a series by period that are no periods."""


def _filled(known: dict[int, float], starts: tuple[float, ...], between: str) -> list[float]:
    """Fill the periods between the known ones; before the first and after the last, hold (or zero)."""
    anchors = sorted(known)
    values = []
    for t, start in enumerate(starts):
        after = bisect.bisect_left(anchors, t)
        if t in known:
            values.append(known[t])
        elif between == "zero":
            values.append(0.0)
        elif after in (0, len(anchors)) or between == "hold":
            values.append(known[anchors[max(after - 1, 0)]])
        else:
            first, last = anchors[after - 1], anchors[after]
            part = (start - starts[first]) / (starts[last] - starts[first])
            low, high = known[first], known[last]
            straight = between == "linear" or low <= 0 or high <= 0
            values.append(low + part * (high - low) if straight else low * (high / low) ** part)
    return values


def simplest(values: list[float]) -> float | tuple[float, ...]:
    """Return a series as one number where it is the same in all periods, so that equal inputs look equal."""
    return values[0] if values and all(value == values[0] for value in values) else tuple(values)


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
    if isinstance(value, list | tuple):
        return f"{TAG}list"
    return f"{TAG}text" if isinstance(value, str) else f"{TAG}{kind_of(value)}"


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
PeriodName = Annotated[
    str, Strict(), BeforeValidator(lambda v: str(v) if type(v) is int else v, json_schema_input_type=str | int)
]
"""Name of a period; that of a year may be written as the number that it is."""
Whole = Annotated[int, Strict()]
