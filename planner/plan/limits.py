"""What limits the plan: every input that binds, with its price, how far it holds and what binds next.

The price of an input is the sum of the duals of the rows that it stands on the right of, each times how
fast that side rises with it; the range is followed along all of them together (docs/model.md, prices).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.plan import words
from planner.plan.causes import Cause, causes, merged
from planner.plan.plan import Limit

if TYPE_CHECKING:
    from planner.solver.directions import Block as Stop
    from planner.solver.directions import Directions

NOTHING = 1e-6
"""A price that is no more than this share of its dual once solved again limits nothing."""

MOST_RANGED = 24
"""So many of the worst limits get a range; each takes a solve with the basis."""


@dataclass(frozen=True)
class Live:
    """A solved linear programme that can still be asked: the solver's handle, its arrays, units of its objective."""

    handle: Any
    arrays: Arrays
    unit: float


def limits_of(
    built: Built,
    x: Floats,
    duals: Floats,
    live: Live | None,
    integers_fixed: bool,
    objective_unit: str,
    most_ranged: int = MOST_RANGED,
) -> tuple[Limit, ...]:
    """Return what limits the plan `x`, worst first: by what the whole of the limit is worth at its price.

    The worst `most_ranged` get the range that their price holds for.
    """
    tolerance = 1e-9 * max(1.0, float(np.abs(duals).max(initial=0.0)))
    doc = built.model.inputs.doc
    found = [(cause, cause.price(duals)) for cause in merged(causes(built, x, duals))]
    # What an input costs by itself makes no limit of it: only the rows it stands in do.
    binding = [(cause, price) for cause, price in found if abs(price + cause.own_cost) > tolerance]
    binding.sort(key=lambda pair: (-abs(pair[1]) * (pair[0].amount or 1.0), pair[0].path, pair[0].period))
    directions = _directions(live) if live is not None and binding else None
    suffix = _suffix(built, integers_fixed)
    noun = words.period_noun({"period": doc.horizon.period, "spans": doc.horizon.spans})
    limits = []
    for rank, (cause, dual) in enumerate(binding):
        price = dual
        reach, stop = np.inf, None
        ranged = directions is not None and rank < most_ranged and cause.is_linear
        if ranged:
            assert directions is not None
            scale = built.finished.row_scale
            reach, stop = directions.along({row: pace / scale[row] for row, pace in cause.rows.items()})
        again, less = None, None
        if ranged and reach <= 1e-9 * max(1.0, cause.amount):
            assert live is not None
            again = _difference(live, built, cause, 1.0)
            less = _difference(live, built, cause, -1.0)
            directions = _directions(live)  # the basis is the same again, but its factors are others
            price = again if again is not None else price
            if abs(price) <= max(tolerance, NOTHING * abs(dual)):
                continue
        following = _following(built, stop)
        verb = "binds" if stop is None or stop.kind == "row" else "reaches its most" if stop.at_upper else "falls to 0"
        known = Reach(reach, f"{following} {verb}" if following else "", ranged, again is not None, less)
        labels = _labels(built, cause)
        text = sentence(cause.rule, labels, cause.period, noun, price, objective_unit, known, suffix)
        holds = None if not ranged or again is not None or not np.isfinite(reach) else float(reach)
        limits.append(
            Limit(cause.rule, cause.path, cause.period, cause.unit, float(price), holds, following, text, less)
        )
    return tuple(limits)


def _directions(live: Live) -> Directions:
    from planner.solver.directions import Directions  # whoever derives prices again needs no solver

    return Directions(live.handle, live.arrays)


def _difference(live: Live, built: Built, cause: Cause, way: float) -> float | None:
    """Return what one more unit saves (`way` 1), or one less costs (-1), by solving again; None where that fails.

    This is the price where several limits bind at once, so that it differs from one side to the other.
    """
    import highspy

    from planner.solver.handle import run_here

    handle, arrays, scale = live.handle, live.arrays, built.finished.row_scale
    before, basis = handle.getInfo().objective_function_value, handle.getBasis()
    step = max(min(1.0, cause.amount or 1.0), 1e-3 * cause.amount)
    if way < 0 and step > cause.amount:
        return None
    try:
        for row, pace in cause.rows.items():
            move = way * step * pace / scale[row]
            handle.changeRowBounds(row, arrays.row_lower[row] + move, arrays.row_upper[row] + move)
        run_here(handle)
        worked = handle.getModelStatus() == highspy.HighsModelStatus.kOptimal
        after = handle.getInfo().objective_function_value
    finally:  # Ctrl-C may end this, and a session goes on with the handle
        for row in cause.rows:
            handle.changeRowBounds(row, arrays.row_lower[row], arrays.row_upper[row])
        handle.setBasis(basis)  # where several are optimal, the ranges of other limits are those of the plan's own
    run_here(handle)
    return float(way * (before - after) * live.unit / step - cause.own_cost) if worked else None


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
    "share_least": "percentage point of the least share {share}",
    "share_most": "percentage point of the greatest share {share}",
}
"""What there would be one more of, by rule."""

EVERYWHERE = {
    "capacity": "{unit} of {workload} from {offer} at each site",
    "link_capacity": "Gb/s on the link {link} each way",
}
"""The same, where one number limits at several places."""


@dataclass(frozen=True)
class Reach:
    """How far a price holds: `units` more, then `stop`; `known` where that was looked for, `again` if solved again.

    Solved again, one unit less costs `less`, where that is known.
    """

    units: float
    stop: str
    known: bool
    again: bool
    less: float | None = None


def sentence(
    rule: str, labels: Mapping[str, str], period: str, noun: str, saves: float, money: str, reach: Reach, suffix: str
) -> str:
    """Return what a limit costs, in the words of the guide; `noun` is what a period is called."""
    amount = words.money(abs(saves), money)
    if rule == "power":
        verb = "saves" if saves >= 0 else "costs"
        head = f"{labels['site']} is full in {period}: one more MW {verb} {amount} in this {noun}"
    else:
        named = {"capacity": "site", "link_capacity": "tail"}.get(rule)
        shared = named is not None and named not in labels
        subject = (EVERYWHERE if shared else SUBJECTS).get(rule, words.NOUNS.get(rule, rule)).format(**labels)
        when = f" in {period or labels['year']}" if (period or "year" in labels) and "span" not in labels else ""
        head = f"One more {subject}{when} would {'save' if saves >= 0 else 'cost'} {amount}"
        if "next" in labels:
            # What can be counted on of a pool rises in steps: one node alone may add nothing.
            each = "The next" if labels["next"] == "1" else f"Each of the next {labels['next']}"
            head = f"{each} {subject}{when} would {'save' if saves >= 0 else 'cost'} {amount} in the mean"
    return f"{head}{suffix}{tail(reach, money)}."


def tail(reach: Reach, money: str) -> str:
    """Return how far a price holds, in words."""
    if reach.again:
        less = "" if reach.less is None else f"; one less would {_costs(reach.less, money)}"
        return f"; several limits bind at once, so this is the difference from solving again{less}"
    if not reach.known:
        return ""
    if not reach.stop:
        return "; this holds without end"
    return f"; this holds for up to {words.number(reach.units)} more, then {reach.stop}"


def _costs(amount: float, money: str) -> str:
    return f"{'cost' if amount >= 0 else 'save'} {words.money(abs(amount), money)}"


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
