"""What limits the plan: every input that binds, with its price, how far it holds and what binds next.

The price of an input is the sum of the duals of the rows that it stands on the right of, each times how
fast that side rises with it; the range is followed along all of them together (docs/model.md, prices).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.inputs.inputs import Inputs
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.costs import HOURS_PER_YEAR
from planner.model.programme import Block
from planner.plan import words
from planner.plan.plan import Limit
from planner.plan.prices import row_unit
from planner.scenario.check import ranks
from planner.solver.directions import Block as Stop
from planner.solver.directions import Directions

NOTHING = 1e-6
"""A price that is no more than this share of its dual once solved again limits nothing."""

MOST_RANGED = 24
"""So many of the worst limits get a range; each takes a solve with the basis."""


@dataclass
class Cause:
    """An input that stands on the right of rows.

    `rows` maps each to how fast its right-hand side rises with the input, in the user's units.
    """

    rule: str
    labels: dict[str, str]
    path: str
    period: str
    unit: str
    amount: float
    rows: dict[int, float] = field(default_factory=dict)
    own_cost: float = 0.0

    def price(self, duals: Floats) -> float:
        """Return what one more unit saves."""
        return -float(sum(duals[row] * pace for row, pace in self.rows.items())) - self.own_cost


def causes(built: Built) -> Iterator[Cause]:
    """Yield every input that limits: supply, pools, capacities, power, links, budgets, carbon, commitments."""
    rows = built.model.programme.rows
    doc = built.model.inputs.doc
    paths: dict[str, Callable[[dict[str, str]], str]] = {
        "supply": lambda x: f"offers.{x['offer']}.supply",
        "supply_together": lambda x: f"supply.{x['limit']}.units",
        "pool": lambda x: (
            f"offers.{x['offer']}.{'supply' if doc.offers[x['offer']].supply is not None else 'pool.nodes'}"
        ),
        "capacity": lambda x: f"offers.{x['offer']}.work.{x['workload']}",
        "power": lambda x: f"sites.{x['site']}.power_mw",
        "link_capacity": lambda x: f"network.links.{x['link']}.capacity_gbps",
        "carbon_cap": lambda x: "carbon.cap_tonnes",
        "commitment": lambda x: f"offers.{x['offer']}.min_commitment",
        "supply_year": lambda x: f"offers.{x['offer']}.supply_per_year.{x['year']}",
        "supply_together_year": lambda x: f"supply.{x['limit']}.units_per_year.{x['year']}",
        "carbon_cap_total": lambda x: "carbon.cap_tonnes_total",
        "budget": lambda x: f"budgets.{x['budget']}.limit",
    }
    for rule, path in paths.items():
        if rule in rows and rows[rule].count:
            yield from _of_block(built, rows[rule], path)


def _of_block(built: Built, block: Block, path: Callable[[dict[str, str]], str]) -> Iterator[Cause]:
    time, doc = built.model.inputs.time, built.model.inputs.doc
    right = _right(built)
    for j, key in enumerate(block.keys):
        labels = dict(zip(block.axes, key, strict=True))
        at = block.at[..., j].reshape(block.at.shape[0], -1)
        carried = _carried(doc, block.name, labels)
        pace = _pace(built, block.name, labels)
        for t in range(at.shape[0]):
            chosen = at[t:] if carried and block.timed else at[[t]]
            if carried and not block.timed:
                chosen = block.at[
                    0, [i for i, other in enumerate(block.keys) if other[0] == key[0] and other[1] >= key[1]]
                ]
            found = chosen[chosen >= 0]
            if not found.size or not (at[t] >= 0).any():
                continue
            period = time.names[t] if block.timed else ""
            unit = row_unit(block.name, labels.get("workload"), built)
            amount = float(right[at[t][at[t] >= 0]].max()) / (pace[t] or 1.0)
            of_rows = dict.fromkeys(found.tolist(), float(pace[t]))
            own = _own_cost(built, block.name, labels, t)
            yield Cause(block.name, labels, path(labels), period, unit, amount, of_rows, own)


def _right(built: Built) -> Floats:
    """Return the right-hand side of every row in the user's units."""
    finished = built.finished
    side = np.where(np.isfinite(finished.row_upper), finished.row_upper, finished.row_lower)
    return side * finished.row_scale


def _carried(doc: Any, rule: str, labels: dict[str, str]) -> bool:
    if rule in ("supply", "supply_year"):
        return bool(doc.offers[labels["offer"]].carry_over)
    return rule in ("supply_together", "supply_together_year") and bool(doc.supply[labels["limit"]].carry_over)


def _pace(built: Built, rule: str, labels: dict[str, str]) -> Floats:
    """Return how fast the right-hand side rises with the input, by period: a shared limit counts at the plan's share."""
    time, doc = built.model.inputs.time, built.model.inputs.doc
    if rule not in ("supply_together", "supply_together_year"):
        return np.ones(time.periods)
    share = time.series(doc.supply[labels["limit"]].share)
    return share if "year" not in labels else share[[time.years.index(labels["year"])]]


def _prices_cost(inputs: Inputs) -> bool:
    """Return whether the last objective, whose duals are read, is cost."""
    names = [rank.of for rank in ranks(inputs.doc)]
    return "cost" not in names or names[-1] == "cost"


def _own_cost(built: Built, rule: str, labels: dict[str, str], t: int) -> float:
    """Return what one more unit costs by itself: a site's fixed cost by the MW, where it is open anyway."""
    inputs = built.model.inputs
    if rule != "power" or inputs.doc.sites[labels["site"]].siting == "candidate" or not _prices_cost(inputs):
        return 0.0
    site = inputs.doc.sites[labels["site"]]
    a_year = inputs.time.series(site.fixed_cost_per_mw_year)[t] * inputs.exchange(site.currency)
    return float(a_year * inputs.time.period_hours[t] / HOURS_PER_YEAR * inputs.time.at_middle[t])


@dataclass(frozen=True)
class Live:
    """A solved linear programme that can still be asked: the solver's handle, its arrays, units of its objective."""

    handle: Any
    arrays: Arrays
    unit: float


def limits_of(
    built: Built, duals: Floats, live: Live | None, integers_fixed: bool, objective_unit: str
) -> tuple[Limit, ...]:
    """Return what limits the plan, worst first: by what the whole of the limit is worth at its price."""
    tolerance = 1e-9 * max(1.0, float(np.abs(duals).max(initial=0.0)))
    doc = built.model.inputs.doc
    found = [(cause, cause.price(duals)) for cause in causes(built)]
    binding = [(cause, price) for cause, price in found if abs(price) > tolerance]
    binding.sort(key=lambda pair: (-abs(pair[1]) * (pair[0].amount or 1.0), pair[0].path, pair[0].period))
    directions = Directions(live.handle, live.arrays) if live is not None and binding else None
    suffix = _suffix(built, integers_fixed)
    noun = words.period_noun({"period": doc.horizon.period, "spans": doc.horizon.spans})
    limits = []
    for rank, (cause, dual) in enumerate(binding):
        price = dual
        reach, stop = np.inf, None
        ranged = directions is not None and rank < MOST_RANGED
        if ranged:
            assert directions is not None
            scale = built.finished.row_scale
            reach, stop = directions.along({row: pace / scale[row] for row, pace in cause.rows.items()})
        again = None
        if ranged and reach <= 1e-9 * max(1.0, cause.amount):
            assert live is not None
            again = _difference(live, built, cause)
            price = again if again is not None else price
            if abs(price) <= max(tolerance, NOTHING * abs(dual)):
                continue
        following = _following(built, stop)
        verb = "binds" if stop is None or stop.kind == "row" else "reaches its most" if stop.at_upper else "falls to 0"
        known = Reach(reach, f"{following} {verb}" if following else "", ranged, again is not None)
        labels = _labels(built, cause)
        text = sentence(cause.rule, labels, cause.period, noun, price, objective_unit, known, suffix)
        holds = None if not ranged or again is not None or not np.isfinite(reach) else float(reach)
        limits.append(Limit(cause.rule, cause.path, cause.period, cause.unit, float(price), holds, following, text))
    return tuple(limits)


def _difference(live: Live, built: Built, cause: Cause) -> float | None:
    """Return what one more unit saves by solving again, where several limits bind at once; None where that fails."""
    import highspy

    handle, arrays, scale = live.handle, live.arrays, built.finished.row_scale
    before = handle.getInfo().objective_function_value
    step = max(min(1.0, cause.amount or 1.0), 1e-3 * cause.amount)
    saved = {}
    for row, pace in cause.rows.items():
        low, high = arrays.row_lower[row], arrays.row_upper[row]
        saved[row] = (low, high)
        move = step * pace / scale[row]
        handle.changeRowBounds(row, low + move, high + move)
    handle.run()
    worked = handle.getModelStatus() == highspy.HighsModelStatus.kOptimal
    after = handle.getInfo().objective_function_value
    for row, (low, high) in saved.items():
        handle.changeRowBounds(row, low, high)
    handle.run()
    return float((before - after) * live.unit / step - cause.own_cost) if worked else None


def _following(built: Built, stop: Stop | None) -> str:
    """Return what stops a limit's price from holding, in words."""
    if stop is None:
        return ""
    programme = built.model.programme
    blocks = programme.rows if stop.kind == "row" else programme.columns
    for block in blocks.values():
        if block.first <= stop.index < block.first + block.count:
            where = np.argwhere(block.at == stop.index)[0]
            labels = dict(zip(block.axes, block.keys[where[-1]], strict=True))
            period = programme.periods[where[0]] if block.timed else ""
            return words.noun(block.name, labels, period)
    return "the objective of higher rank"


SUBJECTS = {
    "supply": "{device} through {offer}",
    "supply_year": "{device} through {offer}",
    "supply_together": "{device} under the supply limit {limit}",
    "supply_together_year": "{device} under the supply limit {limit}",
    "pool": "{device} to rent through {offer}",
    "capacity": "{unit} of {workload} from {offer} at {site}",
    "link_capacity": "Gb/s on the link {link} from {tail} to {head}",
    "carbon_cap": "tCO2e under the carbon cap",
    "carbon_cap_total": "tCO2e under the carbon cap of the horizon",
    "budget": "{unit} in the budget {budget} ({span})",
    "commitment": "{device} that {offer} obliges to",
}
"""What there would be one more of, by rule."""


@dataclass(frozen=True)
class Reach:
    """How far a price holds: `units` more, then `stop`; `known` where that was looked for, `again` if solved again."""

    units: float
    stop: str
    known: bool
    again: bool


def sentence(
    rule: str, labels: Mapping[str, str], period: str, noun: str, saves: float, money: str, reach: Reach, suffix: str
) -> str:
    """Return what a limit costs, in the words of the guide; `noun` is what a period is called."""
    amount = words.money(abs(saves), money)
    if rule == "power":
        verb = "saves" if saves >= 0 else "costs"
        head = f"{labels['site']} is full in {period}: one more MW {verb} {amount} in this {noun}"
    else:
        subject = SUBJECTS.get(rule, words.NOUNS.get(rule, rule)).format(**labels)
        when = f" in {period or labels['year']}" if period or "year" in labels else ""
        head = f"One more {subject}{when} would {'save' if saves >= 0 else 'cost'} {amount}"
    return f"{head}{suffix}{_tail(reach)}."


def _tail(reach: Reach) -> str:
    if reach.again:
        return "; several limits bind at once, so this is the difference from solving again"
    if not reach.known:
        return ""
    if not reach.stop:
        return "; this holds without end"
    return f"; this holds for up to {words.number(reach.units)} more, then {reach.stop}"


def _suffix(built: Built, integers_fixed: bool) -> str:
    """Return under what the prices of a programme with whole numbers hold."""
    if not integers_fixed:
        return ""
    chosen = "sites open" if built.model.open.count else "yes-or-no decisions"
    return f", with the {chosen} as chosen"


def _labels(built: Built, cause: Cause) -> dict[str, str]:
    """Return what the words about a cause are filled with."""
    doc = built.model.inputs.doc
    offer, limit = doc.offers.get(cause.labels.get("offer", "")), doc.supply.get(cause.labels.get("limit", ""))
    named = [offer.device] if offer is not None else []
    if limit is not None:
        named = [limit.device] if limit.device else [doc.offers[name].device for name in limit.offers or ()]
    device = named[0] if named and named[0] and len(set(named)) == 1 else "device"
    if limit is not None and limit.share != 1:
        device = f"{device} on the market"  # of which the plan can have its share
    return {"device": device, "unit": cause.unit, **cause.labels}
