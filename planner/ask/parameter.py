"""The number that a question varies: one value of the scenario, or a factor on a series or on several values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, get_args

from planner.errors import InputError, Place, Problem
from planner.plan import words
from planner.scenario.assign import parse_path
from planner.scenario.base import Limits
from planner.scenario.fields import annotation_at, branches_at
from planner.scenario.load import Scenario, entry_of
from planner.scenario.suggest import did_you_mean
from planner.scenario.tree import Index
from planner.whatif.changes import expanded, resolved

PRICES = ("price_per_unit", "price_per_hour")
SMALLEST = 1e-6
"""A number that must be above 0 is varied down to this share of what it is."""

ROUNDING = 1e-9
"""An end of a range below this share of what the number is is 0 but for the solver's rounding."""

CLOSE = 7
"""Significant digits of a number that is near to another."""


@dataclass(frozen=True)
class Parameter:
    """What is varied.

    Attributes
    ----------
    paths
        Every value that moves.
    factor
        Whether the number is a factor on them all, 1 as they stand, or the one value itself.
    whole
        Whether it takes whole numbers alone.
    now, least, most
        What it is, and the least and the most that the schema allows, None where it allows any.
    above
        What it must be above, `least` being a hair more; None where there is no such bound.
    unit
        Unit of the value; "" for a factor.
    """

    scenario: Scenario
    asked: str
    paths: tuple[str, ...]
    factor: bool
    whole: bool
    now: float
    least: float | None
    most: float | None
    above: float | None
    unit: str

    def at(self, p: float) -> Scenario:
        """Return the scenario with the number at `p`."""
        value = f"*{p!r}" if self.factor else int(p) if self.whole else p
        return self.scenario.replace(resolved(self.scenario, dict.fromkeys(self.paths, value)))

    def shown(self, p: float) -> str:
        """Return the number in words: 21,300 USD a device, or 1.42 times what it is; closely where it is near what it is."""
        told = words.number(p)
        if p != self.now and told == words.number(self.now):
            told = f"{p:,.{CLOSE}g}"
        if not self.factor:
            return f"{told} {self.unit}".rstrip()
        return "what it is" if p == 1 else f"{told} times what it is"

    def shown_end(self, p: float) -> str:
        """Return an end of a range in words, rounded towards what the number is, so that the range is not wider than said."""
        if self.above is not None and p == self.least:
            told = f"just above {words.number(self.above)}"
        else:
            near = [toward(p, self.now, digits) for digits in (words.DIGITS, CLOSE)]
            inside = [one for one in near if one in (p, 0) or min(p, self.now) < one < max(p, self.now)] or [p]
            told = words.number(inside[0]) if inside[0] == near[0] else f"{inside[0]:,.{CLOSE}g}"
        return told if self.factor else f"{told} {self.unit}".rstrip()

    def to_dict(self) -> dict[str, Any]:
        """Return what is varied as plain data."""
        return {
            "path": self.asked,
            "paths": list(self.paths),
            "factor": self.factor,
            "now": self.now,
            "unit": self.unit,
        }


def toward(p: float, now: float, digits: int) -> float:
    """Return a number with so many significant digits, rounded towards another; what is off by rounding alone is not."""
    if abs(p) <= ROUNDING * abs(now):
        return 0.0
    exact = Decimal(f"{p:.10g}")
    return float(Context(digits, ROUND_FLOOR if p > now else ROUND_CEILING).plus(exact))


def parameter_of(scenario: Scenario, text: str) -> Parameter:
    """Return the parameter that a path stands for.

    A path that ends at an offer, or in `.price`, is its price; at a device, the prices of all offers of it.

    Raises
    ------
    InputError
        If the path leads to no number.
    """
    place = Place(f"path {text!r}")
    asked = _prices(scenario, text, place)
    paths = tuple(
        dict.fromkeys(
            ".".join(_quoted(part) for part in path) for one in asked for path in expanded(scenario, one, place)
        )
    )
    paths = tuple(path.replace(".[", "[") for path in paths)
    resolved(scenario, dict.fromkeys(paths, "*1"))  # says what is wrong with a path, or that there is no number
    given = {path: list(_numbers(_value(scenario, parse_path(path)))) for path in paths}
    if any(not numbers for numbers in given.values()):
        raise InputError(Problem("has no number that could be varied", text, place, "ask"))
    every = [number for numbers in given.values() for number in numbers]
    alone = len(paths) == 1 and _is_number(_value(scenario, parse_path(paths[0])))
    if not alone and not any(every):
        raise InputError(Problem("is 0 throughout, so that no factor changes it; name one value", text, place, "ask"))
    whole = any(int in _branches(path) for path in paths)
    if whole and not alone:
        raise InputError(Problem("are whole numbers, which no factor can vary; name one value", text, place, "ask"))
    least, most, above = _whole_limits(paths[0]) if whole else _limits(paths, every, factor=not alone)
    now = every[0] if alone else 1.0
    unit = unit_of(scenario, paths[0]) if alone else ""
    return Parameter(scenario, text, paths, not alone, whole, now, least, most, above, unit)


def _branches(path: str) -> list[Any]:
    """Return what the schema allows at a path, be it one period's or of all."""
    return branches_at(tuple(part for part in parse_path(path) if not isinstance(part, Index)))


def _whole_limits(path: str) -> tuple[float | None, float | None, None]:
    """Return the least and the most that the schema allows of a whole number, both allowed themselves."""
    limits = list(_marks(annotation_at(parse_path(path))))
    least, most = (next((getattr(one, key) for one in limits if hasattr(one, key)), None) for key in ("ge", "le"))
    return least, most, None


def _marks(annotation: Any) -> Iterator[Any]:
    """Yield what an annotation is marked with, and what its branches are."""
    for mark in getattr(annotation, "__metadata__", ()):
        yield from (mark, *getattr(mark, "metadata", ()))
    for branch in get_args(annotation):
        yield from _marks(branch)


def _prices(scenario: Scenario, text: str, place: Place) -> list[str]:
    """Return a path with the short forms of prices written out."""
    path = parse_path(text, place)
    offers = scenario.document.offers
    if path[0] == "devices" and len(path) == 2:
        if path[1] not in scenario.document.devices:
            hint = did_you_mean(path[1], scenario.document.devices)
            raise InputError(Problem(f"there is no device {path[1]!r}{hint}", text, place, "unknown-name"))
        found = [one for name, offer in offers.items() if offer.device == path[1] for one in _priced(name, offer)]
        if not found:
            raise InputError(Problem("has no offer with a price", text, place, "ask"))
        return found
    is_short = len(path) == 2 or (len(path) == 3 and path[2] == "price")
    if path[0] == "offers" and is_short and path[1] in offers:
        found = _priced(path[1], offers[path[1]])
        if not found:
            raise InputError(Problem("has no price", text, place, "ask"))
        return found
    return [text]


def _priced(name: str, offer: Any) -> list[str]:
    head = f"offers.{_quoted(name)}"
    keys = [f"{head}.{key}" for key in PRICES if getattr(offer, key) is not None]
    return keys + [f"{head}.work.{_quoted(work)}.price_per_unit" for work in offer.work]


def _quoted(part: str) -> str:
    if isinstance(part, Index):
        return f"[{part}]"
    return f'"{part}"' if any(sign in part for sign in ".[]=\"' ") else part


def _value(scenario: Scenario, path: tuple[str, ...]) -> Any:
    value: Any = scenario.document
    for part in path:
        if isinstance(part, Index):
            periods = scenario.calendar.names
            return value[periods.index(str(part))] if isinstance(value, tuple) and part in periods else value
        value = entry_of(value, part)
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: Any) -> Iterator[float]:
    if _is_number(value):
        yield float(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _numbers(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)


def _limits(
    paths: tuple[str, ...], values: list[float], *, factor: bool
) -> tuple[float | None, float | None, float | None]:
    """Return the least and the most that the schema allows of all the values, and what they must be above."""
    found = []
    for path in paths:
        for branch in _branches(path):
            below = getattr(branch, "__args__", ())
            found += [
                b
                for b in (branch, *(m for one in below for m in getattr(one, "__metadata__", ())))
                if isinstance(b, Limits)
            ]
    smallest = min((abs(v) for v in values if v), default=1.0)
    largest = max((abs(v) for v in values), default=1.0) or 1.0
    least = max((x for x in (_least(limit, smallest) for limit in found) if x is not None), default=None)
    most = min((limit.le for limit in found if limit.le is not None), default=None)
    above = max((limit.gt for limit in found if limit.gt is not None), default=None)
    if not factor:
        return least, most, above
    least = 0.0 if least == 0 else SMALLEST if least is not None else None
    return least, None if most is None else most / largest, None if above is None else 0.0


def _least(limit: Limits, smallest: float) -> float | None:
    if limit.gt is not None:
        return limit.gt + SMALLEST * smallest
    return limit.ge


def unit_of(scenario: Scenario, path: str) -> str:
    """Return the unit of a value that a question is mostly asked of, "" for others."""
    parts = [str(part) for part in parse_path(path)]
    key = next((part for part in reversed(parts) if part in UNITS), "")
    document = scenario.document
    per = {}
    if key in ("by_region", "total"):
        asked = _value(scenario, tuple(parts[: parts.index(key)]))
        per = {"per": f"{'an' if asked.per == 'hour' else 'a'} {asked.per}"}
    offer = document.offers.get(parts[1]) if parts[0] == "offers" and len(parts) > 1 else None
    site = document.sites.get(parts[1]) if parts[0] == "sites" and len(parts) > 1 else None
    workload = parts[parts.index("work") + 1] if "work" in parts[:-1] else parts[1] if parts[0] == "workloads" else ""
    currency = next((of.currency for of in (offer, site) if of is not None and of.currency), document.money.currency)
    unit = document.workloads[workload].unit if workload in document.workloads else "device"
    return UNITS.get(key, "").format(currency=currency, unit=unit, units=words.plural(unit), **per)


UNITS = {
    "price_per_unit": "{currency} a {unit}",
    "price_per_hour": "{currency} a device-hour",
    "supply": "devices",
    "units": "devices",
    "power_mw": "MW",
    "tariff_per_kwh": "{currency} a kWh",
    "unmet_penalty": "{currency} a {unit}",
    "opening_cost": "{currency}",
    "cap_tonnes": "tCO2e",
    "cap_tonnes_total": "tCO2e",
    "price_per_tonne": "{currency} a tCO2e",
    "capacity_gbps": "Gb/s",
    "gbps": "Gb/s",
    "latency_ms": "ms",
    "max_latency_ms": "ms",
    "power_kw": "kW",
    "memory_gb": "GB",
    "min_memory_gb": "GB",
    "carbon_g_per_kwh": "gCO2e a kWh",
    "use_cost": "{currency}",
    "serving_cost": "{currency} a {unit}",
    "capacity_per_hour": "{units} an hour",
    "capacity_by_site": "{units} an hour",
    "by_region": "{units} {per}",
    "total": "{units} {per}",
    "limit": "{currency}",
}
"""Unit of a value by the last of its keys that is here."""
