"""A programme of which most is known: prices stand in the cost alone, and limits of supply in rules alone.

So other prices leave columns and rules as they are, and other limits columns and cost.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.inputs.inputs import Inputs
from planner.model.costs import charge
from planner.model.rules import RULES
from planner.scenario.base import Part

if TYPE_CHECKING:
    from planner.model.build import Built

PRICES = frozenset(
    {
        "discount_rate", "fixed_cost_per_mw_year", "fixed_cost_per_year", "maintenance_per_unit_year", "price_per_hour",
        "price_per_tonne", "price_per_unit", "serving_cost", "tariff_per_kwh", "unmet_penalty",
    }
)  # fmt: skip
"""Fields of a scenario that stand in no rule, only in the cost (tests/model/test_repriced.py holds each to that)."""

_WITH_PRICES = frozenset({"money", "workloads", "offers", "sites", "carbon"})
"""Parts of a scenario that have prices among the above; in a network prices decide routes."""

_IN_RULES = "supply"
"""The part of a scenario that stands in rules alone: limits on what several offers have together."""

_OF_PRICES = ("sales", "pays")
"""What a model has worked out of its prices."""


def repriced(known: Built, inputs: Inputs) -> Built | None:
    """Return the programme of inputs that differ from those of a known one in prices and limits of supply alone, or None.

    Budgets have prices in their rules, and negative prices move bounds: such a programme is built anew.
    """
    before = known.model.inputs
    if known.borne or inputs.doc.budgets or not _but_for_prices(before, inputs):
        return None
    model = copy(known.model)
    model.inputs = inputs
    for name in _OF_PRICES:
        vars(model).pop(name, None)
    if known.model.pays or model.pays:
        return None
    if inputs.doc.supply == before.doc.supply:
        model.programme = known.model.programme.without_cost()
        charge(model)
        return replace(known, model=model, finished=replace(known.finished, programme=model.programme))
    model.programme = known.model.programme.without_cost().without_rules()
    charge(model)
    for rule in RULES:
        rule(model)
    return replace(known, model=model, finished=model.programme.finish())


def _but_for_prices(one: Inputs, other: Inputs) -> bool:
    """Return whether two inputs are of the same periods and of scenarios that are alike but for numbers that are prices."""
    if one.time.names != other.time.names or not np.array_equal(one.time.hours, other.time.hours):
        return False
    before, now = vars(one.doc), vars(other.doc)
    return all(
        value is now[name] or (_alike(value, now[name]) if name in _WITH_PRICES else value == now[name])
        for name, value in before.items()
        if name != _IN_RULES
    )


def _alike(one: Any, other: Any) -> bool:
    """Return whether two values are equal but for prices; one price may not be there without the other."""
    if one is other:
        return True
    if isinstance(one, Part) and type(one) is type(other):
        fields, others = vars(one), vars(other)
        return all(
            (value is None) == (others[name] is None) if name in PRICES else _alike(value, others[name])
            for name, value in fields.items()
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)
