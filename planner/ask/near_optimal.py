"""The near-optimal space: how far each part of a plan can move while the cost stays near the least.

Each part is a linear measure of the plan. Its least and its greatest value over all plans that keep the rules and cost at most
a share more than the best plan are two solves each (modelling to generate alternatives: E. D. Brill, S.-Y. Chang and
L. D. Hopkins 1982; for energy systems F. Neumann and T. Brown 2021, "The near-optimal feasible space of a renewable power
system model").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner.ask.answer import Answer
from planner.ask.hot import Hot
from planner.ask.posed import opened, pose
from planner.errors import InputError, LimitError, Place, Problem
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.finished import ExtraRow
from planner.model.rules.places import KW_PER_MW, peak_kw
from planner.plan import words
from planner.plan.sections import Column, Section, section
from planner.planning import Request
from planner.scenario.load import Scenario

WITHIN = 0.01

FIRM = 1e-3
"""What moves by less than this share of its measure hardly moves."""


@dataclass(frozen=True)
class Span:
    """How far one part of the plan can move.

    Attributes
    ----------
    kind
        device, maker, offer (of work), site: share of the demand that it serves; power: MW at a site in the last period.
    name
        Which.
    unit
        "" for a share, MW for power.
    least, now, most
        Its least value, that of the best plan, and its greatest; None where a limit stopped the search.
    """

    kind: str
    name: str
    unit: str
    least: float | None
    now: float
    most: float | None


@dataclass(frozen=True)
class NearOptimal(Answer):
    """How far each part of the plan can move while the cost stays near the least.

    Attributes
    ----------
    within
        By what share the cost may be above the least.
    cost, currency
        The least cost.
    spans
        Each part.
    solves
        How many times the programme was solved for it.
    """

    within: float
    cost: float
    currency: str
    spans: tuple[Span, ...]
    solves: int

    question = "near-optimal"

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        head = f"{self.scenario}: while the cost stays within {words.percent(self.within)} of {words.money(self.cost, self.currency)}"
        known = [s for s in self.spans if s.least is not None and s.most is not None and s.kind != "power"]
        if not known:
            return (
                f"{head}, nothing is known of how far the plan can move"
                + ("" if self.complete else " in the time given")
                + "."
            )
        widest = max(known, key=lambda s: (s.most or 0.0) - (s.least or 0.0))
        needed = [s.name for s in known if (s.least or 0.0) > FIRM]
        told = f"{widest.name} can serve from {words.percent(widest.least or 0.0)} to {words.percent(widest.most or 0.0)} of the demand"
        must = f"; no such plan is without {words.listed(needed, 4)}" if needed else "; no part of it is needed"
        return f"{head}, {told}{must}."

    def sections(self) -> list[Section]:
        """Return the table of each kind."""
        titles = {
            "device": "Share of the demand that each device serves", "maker": "Share of the demand by maker",
            "offer": "Share of the demand by offer of work", "site": "Share of the demand by site",
            "power": "Power of each site's devices in the last period, MW",
        }  # fmt: skip
        columns = (Column(""), Column("least", right=True), Column("best plan", right=True), Column("most", right=True))
        found = []
        for kind, title in titles.items():
            rows = [
                (s.name, *(_told(v, s.unit) for v in (s.least, s.now, s.most))) for s in self.spans if s.kind == kind
            ]
            found += [section(title, columns, rows, len(rows))] if rows else []
        return found


def _told(value: float | None, unit: str) -> str:
    if value is None:
        return "not known"
    return words.number(value) if unit else words.percent(min(1.0, value))


def near_optimal(
    scenario: Scenario | str | Path | dict[str, Any], *, within: float = WITHIN, request: Request | None = None
) -> NearOptimal:
    """Return how far each device's, maker's and site's share can move while the cost stays near the least.

    Parameters
    ----------
    scenario
        A scenario, a file, or plain data. Objectives that rank above cost stay held.
    within
        By what share the cost may be above the least.
    request
        How to solve; the time limit is of all solves together. What it leaves open is None.

    Raises
    ------
    InputError
        If `within` is no share of 0 or more.
    NoPlanError, LimitError
        If the scenario has no best plan, or none was found in time.
    """
    if not (np.isfinite(within) and within >= 0):
        raise InputError(Problem("must be a share of 0 or more", "within", Place("near-optimal"), "ask"))
    read = opened(scenario)
    posed = pose(read, request)
    built = posed.built
    names = [rank.of for rank in posed.ranks]
    cost = built.objective("cost")
    x = posed.x * built.finished.scale
    least = float(cost.coefficients @ x) + cost.constant
    limit = least + within * abs(least) + 1e-9 * max(1.0, abs(least))
    rows = [*posed.held[: names.index("cost")], ExtraRow("cost", cost.coefficients, limit - cost.constant)]
    arrays, _ = built.finished.arrays(np.zeros(len(x)), 0.0, rows)
    hot = Hot(arrays, posed.options, posed.clock)
    hot.change(cost=posed.arrays.cost)
    hot.best()
    home = hot.basis()  # the best plan is near all that is nearly as good, and keeps the rules whatever the measure
    hot.only_costs_change()
    spans, complete = [], True
    for kind, name, unit, measure in measures(built):
        found, whole = _span(hot, home, measure * built.finished.scale)
        complete &= whole
        spans.append(Span(kind, name, unit, found[0], float(measure @ x), found[1]))
    return NearOptimal(posed.name, complete, within, least, posed.currency, tuple(spans), posed.clock.solves)


def _span(hot: Hot, home: Any, cost: Floats) -> tuple[tuple[float | None, float | None], bool]:
    """Return the least and the greatest value of a measure, and whether the time sufficed for both."""
    size = float(np.abs(cost).max(initial=0.0))
    if not size:
        return (0.0, 0.0), True
    found: list[float | None] = []
    for sign in (1.0, -1.0):
        hot.change(cost=sign * cost / size, constant=0.0)
        hot.start_from(home)
        try:
            value = hot.best().objective
        except LimitError:
            found.append(None)
            continue
        assert value is not None
        found.append(max(0.0, sign * value * size) + 0.0)
    return (found[0], found[1]), None not in found


def measures(built: Built) -> Iterator[tuple[str, str, str, Floats]]:
    """Yield what can move: kind, name, unit, and how each column (in the user's units) counts in it.

    A share is `sum_w weight[w] work[w] / demand[w]`, over the whole demand of the horizon, met or not; the weights are those of
    the served fraction: the demands valued at their penalties, or equal where none has one.
    """
    model, inputs = built.model, built.model.inputs
    weight = _weights(built)
    hours, size = inputs.time.hours, model.programme.size[0]
    by: dict[tuple[str, str], Floats] = {}

    def count(kind: str, name: str, columns: Any, values: Floats) -> None:
        vector = by.setdefault((kind, name), np.zeros(size))
        exist = columns >= 0
        vector[columns[exist]] += np.broadcast_to(values, columns.shape)[exist]

    for j, mode in enumerate(inputs.modes):
        device = inputs.devices[inputs.stands[mode.stand].d]
        work = hours * mode.rate[:, None] * weight[mode.w]
        count("device", device, model.run.at[:, :, j], work)
        if maker := inputs.doc.devices[device].maker:
            count("maker", maker, model.run.at[:, :, j], work)
    for j, sale in enumerate(model.sales):
        count("offer", sale.offer, model.work.at[:, :, j], hours * weight[sale.w])
    for j, (workload, _, site) in enumerate(model.serve.keys):
        count("site", site, model.serve.at[:, :, j], hours * weight[inputs.workloads.index(workload)])
    draw = peak_kw(model) / KW_PER_MW
    for i, stand in enumerate(inputs.stands):
        if stand.facility and stand.committed and draw[i] > 0:
            count("power", stand.site, model.fleet.at[-1, i : i + 1], np.array([draw[i]]))
    order = ("device", "maker", "offer", "site", "power")
    for kind, name in sorted(by, key=lambda key: (order.index(key[0]), key[1])):
        yield kind, name, "MW" if kind == "power" else "", by[kind, name]


def _weights(built: Built) -> Floats:
    """Return what a unit of each workload counts in a share of the demand."""
    inputs = built.model.inputs
    asked = np.einsum("tk,tkwr->w", inputs.time.hours, inputs.demand)
    penalties = [inputs.doc.workloads[w].unmet_penalty for w in inputs.workloads]
    each = np.array([0.0 if p is None else float(np.mean(inputs.time.series(p))) for p in penalties]) * asked
    worth = each if each.any() else (asked > 0).astype(float)
    return np.where(asked > 0, worth / max(float(worth.sum()), 1e-300) / np.where(asked > 0, asked, 1.0), 0.0)
