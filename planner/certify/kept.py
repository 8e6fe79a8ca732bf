"""A certificate as it is read from a plan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from planner.certify.fingerprint import Goal
from planner.certify.packing import unpacked
from planner.errors import InputError, Problem
from planner.model.arrays import Floats
from planner.model.survival import Loss

VERSION = 1
"""Version of the form of a certificate."""

NAMES = ("cost", "served", "carbon")
"""Objectives that there are."""


@dataclass(frozen=True)
class KeptObjective:
    """What is kept of one objective: duals, whose they are, why there are no better ones, and a point of its own."""

    goal: Goal
    duals: Floats | None
    duals_of: str
    without: str
    point: Floats | None


@dataclass(frozen=True)
class Prices:
    """The duals that the plan's prices are: of which objective, and whether the whole columns were fixed."""

    of: int
    whole_fixed: bool
    duals: Floats


@dataclass(frozen=True)
class Certificate:
    """A certificate.

    Attributes
    ----------
    holds
        "point" where there is a plan, "farkas" where there is none.
    programme
        Hash of the programme that it is about.
    losses
        Losses that are in the programme.
    objectives
        What is kept of each objective in rank order.
    point
        Values of the columns, scaled; None in a Farkas proof.
    prices
        The duals behind the plan's prices; None where there are none.
    ray
        Weights of the rows of a Farkas proof.
    """

    holds: str
    programme: str
    losses: tuple[Loss, ...]
    objectives: tuple[KeptObjective, ...]
    point: Floats | None
    prices: Prices | None
    ray: Floats | None

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The objectives in rank order."""
        return tuple(kept.goal for kept in self.objectives)


def certificate_in(data: dict[str, Any]) -> Certificate:
    """Return the certificate that a plan holds.

    Raises
    ------
    InputError
        If it cannot be read, or is of a later version.
    """
    if data.get("version") != VERSION:
        words = f"the certificate has version {data.get('version')!r}; this program reads {VERSION}"
        raise InputError(Problem(words, code="plan"))
    try:
        return _read(data)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InputError(Problem(f"the certificate is not whole: {error}", code="plan")) from None


def _read(data: dict[str, Any]) -> Certificate:
    losses = tuple(Loss(str(rule), str(kind), str(name)) for rule, kind, name in data["losses"])
    if data["holds"] == "farkas":
        goal = _goal({"name": data["name"], "free": data["free"], "held": []})
        kept = KeptObjective(goal, None, "", "", None)
        return Certificate("farkas", data["programme"], losses, (kept,), None, None, unpacked(data["ray"]))
    if data["holds"] != "point":
        raise ValueError(f"it holds {data['holds']!r}")
    prices = None
    if "prices" in data:
        prices = Prices(int(data["prices"]["of"]), bool(data["prices"]["whole_fixed"]), unpacked(data["prices"]))
        if not 0 <= prices.of < len(data["objectives"]):
            raise ValueError("its prices are of no objective")
    kept_all = tuple(_objective(one, prices) for one in data["objectives"])
    if not kept_all or any(len(kept.goal.held) != i for i, kept in enumerate(kept_all)):
        raise ValueError("its objectives do not follow one another")
    return Certificate("point", data["programme"], losses, kept_all, unpacked(data["point"]), prices, None)


def _goal(data: dict[str, Any]) -> Goal:
    held = tuple(float(value) for value in data["held"])
    if data["name"] not in NAMES or not all(map(math.isfinite, held)):
        raise ValueError("an objective of it is none")
    return Goal(data["name"], bool(data["free"]), held)


def _objective(data: dict[str, Any], prices: Prices | None) -> KeptObjective:
    duals = data.get("duals")
    if duals == "prices":
        if prices is None:
            raise ValueError("it has no prices")
        found: Floats | None = prices.duals
    else:
        found = None if duals is None else unpacked(duals)
    point = unpacked(data["point"]) if "point" in data else None
    return KeptObjective(_goal(data), found, str(data["duals_of"]), str(data.get("without", "")), point)
