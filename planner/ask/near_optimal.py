"""The near-optimal space: how far each part of a plan can move while the cost stays near the least.

Each part is a linear measure of the plan. Its least and its greatest value over all plans that keep the rules and cost at most
a share more than the best plan are two solves each (modelling to generate alternatives: E. D. Brill, S.-Y. Chang and
L. D. Hopkins 1982; for energy systems F. Neumann and T. Brown 2021, "The near-optimal feasible space of a renewable power
system model").
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from highspy import HighsBasisStatus
from scipy import sparse

from planner.ask.answer import Answer
from planner.ask.hot import Hot
from planner.ask.posed import Posed, opened, pose
from planner.errors import InputError, LimitError, Place, Problem
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.finished import ExtraRow
from planner.model.rules.places import KW_PER_MW, peak_kw
from planner.plan import words
from planner.plan.sections import Column, Section, section
from planner.planning import Request
from planner.scenario.load import Scenario

WITHIN = 0.01

ROUNDING = 1e-12
"""A measure is at what bounds allow where it is above by this share of its largest coefficient."""

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
        Its least value, that of the best plan, and its greatest (infinite without end, null as plain data).
    least_proven, most_proven
        Whether no plan goes beyond; where the time limit left that open, it is the farthest of the plans that were found.
    """

    kind: str
    name: str
    unit: str
    least: float
    now: float
    most: float
    least_proven: bool = True
    most_proven: bool = True


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
        shares = [s for s in self.spans if s.kind != "power"]
        open_ends = sum((not s.least_proven) + (not s.most_proven) for s in self.spans)
        left = (
            f"; the time limit left {open_ends} of {2 * len(self.spans)} ends open, which may lie farther out"
            if open_ends
            else ""
        )
        if not self.spans:
            return f"{head}, there is no share of a demand and no power of a site that could move."
        widest = max(shares or self.spans, key=lambda s: round(s.most - s.least, 9))
        can = "can" if widest.least_proven and widest.most_proven else "can at least"
        if not shares:
            ends = f"from {_told(widest.least, 'MW')} to {_told(widest.most, 'MW')} MW"
            return f"{head}, the devices at {widest.name} {can} draw {ends} in the last period{left}."
        told = f"{widest.name} {can} serve from {words.percent(widest.least)} to {words.percent(min(1.0, widest.most))} of the demand"
        needed = [s.name for s in shares if s.least_proven and s.least > FIRM]
        if needed:
            must = f"; no such plan is without {words.listed(needed, 4)}"
        else:
            must = "" if any(not s.least_proven for s in shares) else "; no part of it is needed"
        return f"{head}, {told}{must}{left}."

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
            rows: list[tuple[str, ...]] = [
                (
                    s.name,
                    _told(s.least, s.unit) + ("" if s.least_proven else " or less"),
                    _told(s.now, s.unit),
                    _told(s.most, s.unit) + ("" if s.most_proven else " or more"),
                )
                for s in self.spans
                if s.kind == kind
            ]
            found += [section(title, columns, rows, len(rows))] if rows else []
        return found


def _told(value: float, unit: str) -> str:
    if value == np.inf:
        return "no end"
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
        How to solve; the time limit is of all solves together.

    Raises
    ------
    InputError
        If `within` is no share of 0 or more.
    NoPlanError, LimitError
        If the scenario has no best plan, or none was found in time.
    """
    if not isinstance(within, Real) or not (np.isfinite(within) and within >= 0):
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
    # What the best plan never needs to exceed, one that is nearly as good may.
    arrays = replace(arrays, upper=np.where(built.finished.derived, np.inf, arrays.upper))
    parts = list(measures(built))
    costs = np.array([measure for *_, measure in parts]).reshape(len(parts), arrays.columns) * built.finished.scale
    ends = _Ends(posed, arrays, sparse.csr_array(costs))
    spans = tuple(Span(kind, name, unit, *ends.of(i)) for i, (kind, name, unit, _) in enumerate(parts))
    complete = all(span.least_proven and span.most_proven for span in spans)
    return NearOptimal(posed.name, complete, within, least, posed.currency, spans, posed.clock.solves)


class _Ends:
    """The least and the greatest values of measures of the plan, given by a row of costs each, over one programme.

    Every plan that is found on the way is seen by all measures. Where the time ends, the farthest is what is known; where the
    bounds of the columns alone allow no more, it needs no proof.
    """

    def __init__(self, posed: Posed, arrays: Arrays, costs: Any):
        self._costs, self._arrays = costs, arrays
        self._now = costs @ posed.x
        self._seen = {1.0: self._now.copy(), -1.0: self._now.copy()}
        self._hot = Hot(arrays, posed.options, posed.clock, _with_row(posed, arrays), posed.x)
        if not posed.is_mip:
            # The best plan is near all that is nearly as good, and keeps the rules whatever the measure.
            self._hot.change(cost=posed.arrays.cost)
            with suppress(LimitError):
                self._hot.best()
            self._home = self._hot.basis()
            self._hot.only_costs_change()

    def of(self, i: int) -> tuple[float, float, float, bool, bool]:
        """Return a measure's least value, that of the best plan, its greatest, and whether the ends are proven."""
        proven = self._reached(i, 1.0), self._reached(i, -1.0)
        return float(self._seen[1.0][i]), float(self._now[i]), float(self._seen[-1.0][i]), *proven

    def _reached(self, i: int, sign: float) -> bool:
        """Find the least (1) or the greatest (-1) value of a measure, and return whether it is proven."""
        cost = sign * self._costs[[i]].toarray()[0]
        size = float(np.abs(cost).max(initial=0.0))
        side = np.where(cost > 0, self._arrays.lower, self._arrays.upper)
        bound = float(cost[cost != 0] @ side[cost != 0])
        if sign * self._seen[sign][i] <= bound + ROUNDING * size:
            return True
        self._hot.change(cost=cost / size, constant=0.0)
        if not self._arrays.is_mip:
            self._hot.start_from(self._home)
        try:
            found = self._hot.answer()
        except LimitError:
            return False
        if found.status == "unbounded":
            self._seen[sign][i] = -sign * np.inf
        if found.x is not None:
            values = self._costs @ found.x
            self._seen = {1.0: np.minimum(self._seen[1.0], values), -1.0: np.maximum(self._seen[-1.0], values)}
        return found.status in ("optimal", "unbounded")


def _with_row(posed: Posed, arrays: Arrays) -> Any:
    """Return the best plan's basis with the one more row that limits cost, None where other rows differ as well."""
    if posed.is_mip or arrays.rows != posed.arrays.rows + 1:
        return None
    basis = posed.hot.basis()
    basis.row_status = [*basis.row_status, HighsBasisStatus.kBasic]
    return basis


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
