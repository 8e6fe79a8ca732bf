"""Offers that a plan does not use: why, and the price and rate at which each would enter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planner.explain.entering import Entering, Mask, labels_of, with_label
from planner.explain.reading import Reading
from planner.inputs.inputs import Inputs, inputs_of
from planner.inputs.modes import Barrier, barriers
from planner.model.arrays import Floats
from planner.model.build import build
from planner.plan.plan import Plan
from planner.scenario.load import Scenario

PRICES = ("price_per_unit", "price_per_hour")
IN_USE = 1e-6
"""Devices, or units of work an hour, above what rounding leaves."""

WHOLE = ("add", "rent", "replica", "configure", "assign")
"""Decisions that, where they are whole, leave no price to read."""


@dataclass(frozen=True)
class Left:
    """An offer that a plan leaves out.

    Attributes
    ----------
    reasons
        Why it cannot be used at all, in words; empty where only its price keeps it out.
    reduced
        How much the objective rises for the first unit, in its cheapest use: a device, or for work sold by the unit one
        unit of work; None where it cannot be used, or prices are not known.
    price_factor
        Times its price at which the first unit would cost nothing; None where not even free.
    rate_factor
        Times its rates at which it would; None where none would do.
    where
        Site and period of that use.
    """

    offer: str
    device: str
    reasons: tuple[str, ...]
    price: float | None = None
    price_unit: str = ""
    reduced: float | None = None
    price_factor: float | None = None
    rate_factor: float | None = None
    where: tuple[str, str] = ("", "")

    @property
    def price_to_enter(self) -> float | None:
        """Price at which it would enter, in the use that is the cheapest now."""
        return None if self.price is None or self.price_factor is None else self.price * self.price_factor


def used_offers(plan: Plan) -> set[str]:
    """Return the offers that a plan uses at all."""
    return {str(name) for table in (plan.fleet, plan.run) for name in table["offer"].unique()}


class Offers:
    """The offers that a plan does not use, read off its prices."""

    def __init__(self, plan: Plan, scenario: Scenario, reading: Reading):
        self._plan, self._scenario, self._reading = plan, scenario, reading
        self._model = reading.built.model
        self._inputs: Inputs = self._model.inputs

    def left(self, name: str) -> Left:
        """Return what keeps an offer out of the plan."""
        offer = self._inputs.doc.offers[name]
        device = offer.device or ""
        price, unit = priced(self._inputs, name)
        reasons = tuple(barred(self._inputs, name))
        mine = with_label(self._reading, "offer", name)
        units = self._unit(mine)
        if not reasons and self._after_loss(mine):
            return Left(name, device, ("it is used only after a loss that the plan must bear",), price, unit)
        if reasons or not units.any():
            told = reasons or ("nothing it could do is asked for where it is to be had",)
            return Left(name, device, told, price, unit)
        if self._in_whole_numbers:
            return Left(name, device, (), price, unit)
        serving, free = self._idle(name)
        entering = Entering(self._reading, mine | serving, units, free)
        bundle = entering.cheapest()
        if bundle is None:
            return Left(name, device, ("no whole use of it fits the rules",), price, unit)
        first = int(bundle.columns[np.argmax(bundle.amounts * (units[bundle.columns] > 0))])
        _, labels = labels_of(self._reading, first)
        by_price = self._priced[entering.columns] * mine[entering.columns]
        factor = entering.break_even(by_price) if by_price.any() else None
        throughput = np.zeros(len(self._reading.y), bool)
        for rule, block in self._model.programme.rows.items():
            if rule.endswith("throughput"):
                throughput[block.span] = True
        having = np.where(mine[entering.columns], entering.cost, 0.0) - entering.part_of(throughput)
        less = entering.break_even(having) if device else None
        where = (labels.get("site", ""), labels.get("period", ""))
        if price is not None:
            price, unit = priced(self._inputs, name, where[1])
        return Left(
            name, device, (), price, unit, bundle.reduced, factor, 1 / less if less else None, where
        )  # fmt: skip

    def _after_loss(self, mine: Mask) -> bool:
        """Return whether an offer that the plan leaves out is used after a loss."""
        x = self._reading.x
        return x is not None and bool((x[mine] > IN_USE).any())

    def _unit(self, mine: Mask) -> Floats:
        """Return how many units each column brings in: devices that arrive or are rented for all of a period, or work."""
        model, time = self._model, self._inputs.time
        units = np.zeros(len(mine))
        add, rent, work = model.add.at, model.rent.at, model.work.at
        units[add[add >= 0]] = 1.0
        for at, each in ((rent, time.hours / time.period_hours[:, None]), (work, time.hours)):
            units[at[at >= 0]] = np.broadcast_to(each[:, :, None], at.shape)[at >= 0]
        return units * mine

    def _idle(self, name: str) -> tuple[Mask, Mask]:
        """Return the columns that serve, and the rows of throughput, where nobody does the work yet that an offer could."""
        model = self._model
        columns, rows = model.programme.size
        serving, free = np.zeros(columns, bool), np.zeros(rows, bool)
        able = {(key[2], key[0]) for key in model.run.keys if key[1] == name}
        able |= {(key[2], key[1]) for key in model.work.keys if key[0] == name}
        block = model.programme.rows["throughput"]
        for j, key in enumerate(block.keys):
            if key in able:
                at = block.at[:, :, j]
                idle = (at >= 0) & ~self._busy.get(key, np.zeros(at.shape, bool))
                free[at[idle]] = True
                for i, (workload, _, site) in enumerate(model.serve.keys):
                    if (workload, site) == key:
                        serve = model.serve.at[:, :, i]
                        serving[serve[idle & (serve >= 0)]] = True
        return serving, free

    @cached_property
    def _in_whole_numbers(self) -> bool:
        """Whether what is used comes in whole numbers: prices with those fixed say nothing of other numbers."""
        blocks = (self._model.programme.columns[name] for name in WHOLE if name in self._model.programme.columns)
        return any(bool(self._reading.built.finished.integer[block.span].any()) for block in blocks)

    @cached_property
    def _busy(self) -> dict[tuple[str, str], Mask]:
        """Periods and slices in which a site does a workload's work."""
        time = self._inputs.time
        found: dict[tuple[str, str], Mask] = {}
        for row in self._plan.served[["period", "slice", "workload", "site"]].drop_duplicates().to_dict("records"):
            key = (str(row["workload"]), str(row["site"]))
            state = found.setdefault(key, np.zeros((time.periods, len(time.slices)), bool))
            state[time.names.index(row["period"]), time.slices.index(row["slice"])] = True
        return found

    @cached_property
    def _priced(self) -> Floats:
        """Part of each column's cost that the prices of offers make: what doubling them adds."""
        changes: dict[str, Any] = {}
        for name, offer in self._inputs.doc.offers.items():
            for path, value in price_paths(name, offer):
                changes[path] = scaled(value, 2.0)
        if not changes:
            return np.zeros(self._model.programme.size[0])
        dearer = build(inputs_of(self._scenario.replace(changes)), [borne.loss for borne in self._reading.built.borne])
        objective = self._reading.objective
        return dearer.objective(objective.name).coefficients - objective.coefficients


def price_paths(name: str, offer: Any) -> Iterator[tuple[str, Any]]:
    """Yield the paths and values of an offer's prices."""
    for field in PRICES:
        if getattr(offer, field) is not None:
            yield f"offers.{name}.{field}", getattr(offer, field)
    for workload, terms in offer.work.items():
        yield f"offers.{name}.work.{workload}.price_per_unit", terms.price_per_unit


def scaled(value: Any, factor: float) -> Any:
    """Return a number or a series of numbers times a factor."""
    return [each * factor for each in value] if isinstance(value, tuple | list) else value * factor


def priced(inputs: Inputs, name: str, period: str = "") -> tuple[float | None, str]:
    """Return an offer's price in a period (its first where none is named), and what it is for."""
    offer, time = inputs.doc.offers[name], inputs.time
    t = time.names.index(period) if period else 0
    money = offer.currency or inputs.doc.money.currency
    if offer.price_per_unit is not None:
        return float(time.series(offer.price_per_unit)[t]), f"{money} a device"
    if offer.price_per_hour is not None:
        return float(time.series(offer.price_per_hour)[t]), f"{money} a device-hour"
    for workload, terms in offer.work.items():
        return float(time.series(terms.price_per_unit)[t]), f"{money} per {inputs.doc.workloads[workload].unit}"
    return None, ""


def barred(inputs: Inputs, name: str) -> Iterator[str]:
    """Yield why an offer has nothing that the plan could use, in words; nothing where it has."""
    doc, time = inputs.doc, inputs.time
    offer = doc.offers[name]
    end = time.names[-1]
    if offer.kind == "serverless":
        if not any(inputs.demand[:, :, inputs.workloads.index(w)].any() for w in offer.work):
            yield "nobody asks for the work that it sells"
        return
    if time.offsets[-2] < offer.lead_time_months - 1e-9:
        yield f"what is ordered at the start arrives after {offer.lead_time_months:g} months, and {end} begins sooner"
        return
    stands = [stand for stand in inputs.stands if stand.name == name]
    if not any(stand.arrives.any() for stand in stands):
        yield "nothing of it is to be had within the horizon"
        return
    modes = [mode for mode in inputs.modes if inputs.stands[mode.stand].name == name and mode.runs.any()]
    if not modes:
        told = [f"{b.device} {b.reason} ({b.workload})" for b in asked_barriers(inputs) if b.device == offer.device]
        yield from told or ["no workload can run on it where it is to be had"]
        return
    allowed = inputs.routes.allowed
    if not any(allowed[m.w, :, inputs.stands[m.stand].s].any() for m in modes):
        yield from _too_far(inputs, modes)


def asked_barriers(inputs: Inputs) -> list[Barrier]:
    """Return why devices cannot run the workloads that anybody asks for."""
    asked = {name for w, name in enumerate(inputs.workloads) if inputs.demand[:, :, w].any()}
    return [barrier for barrier in barriers(inputs.doc, inputs.time) if barrier.workload in asked]


def _too_far(inputs: Inputs, modes: Any) -> Iterator[str]:
    """Yield why no region can be served from where an offer is to be had: distance, or where work may be done."""
    for w in sorted({mode.w for mode in modes}):
        name = inputs.workloads[w]
        sites = sorted({inputs.stands[mode.stand].s for mode in modes if mode.w == w})
        limit, asked = inputs.doc.workloads[name].max_latency_ms, inputs.demand[:, :, w].any(axis=(0, 1))
        least = float(inputs.routes.latency_ms[asked][:, sites].min(initial=np.inf))
        if limit is not None and least > limit:
            far = f"{least:g} ms away at the least" if np.isfinite(least) else "out of reach"
            yield f"every region is {far}, and {name} allows {limit:g} ms"
        else:
            yield f"{name} may not be done there"
