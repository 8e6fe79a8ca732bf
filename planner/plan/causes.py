"""The inputs that stand on the right of rows, and how fast each moves them (docs/model.md, prices)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.inputs.inputs import Inputs
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.costs import HOURS_PER_YEAR
from planner.model.programme import Block
from planner.model.rules.policies import counted
from planner.plan.firm_steps import more_nodes
from planner.plan.prices import row_unit
from planner.scenario.check import ranks

ONE_INPUT = ("capacity", "link_capacity")
"""Rules whose rows at several places, or each way, may come from one number."""


@dataclass
class Cause:
    """An input that stands on the right of rows.

    `rows` maps each to how fast its right-hand side rises with the input, in the user's units. A share stands before
    what is decided: it moves its row by what the whole amounts to, at the margin only (`is_linear` is False).
    """

    rule: str
    labels: dict[str, str]
    path: str
    period: str
    unit: str
    amount: float
    rows: dict[int, float] = field(default_factory=dict)
    own_cost: float = 0.0
    is_linear: bool = True

    def price(self, duals: Floats) -> float:
        """Return what one more unit saves."""
        return -float(sum(duals[row] * pace for row, pace in self.rows.items())) - self.own_cost


def causes(built: Built, x: Floats, duals: Floats | None = None) -> Iterator[Cause]:
    """Yield every input that limits: supply, pools, capacities, power, links, budgets, carbon, commitments, shares.

    `x` is the plan, in the user's units: what is given to yes-or-no decisions only counts where they are taken. With
    `duals`, inputs that no row with a dual stands for are left out, but for those that are one input with others.
    """
    rows = built.model.programme.rows
    doc = built.model.inputs.doc
    paths: dict[str, Callable[[dict[str, str]], str]] = {
        "supply": lambda x: f"offers.{x['offer']}.supply",
        "supply_together": lambda x: f"supply.{x['limit']}.units",
        "pool": lambda x: (
            f"offers.{x['offer']}.{'supply' if doc.offers[x['offer']].supply is not None else 'pool.nodes'}"
        ),
        "capacity": lambda x: _capacity_path(doc, x),
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
            priced = None if duals is None or rule in ONE_INPUT or built.borne else duals != 0
            yield from _of_block(built, rows[rule], path, x, priced)
    yield from _of_shares(built, x)


def _capacity_path(doc: Any, labels: dict[str, str]) -> str:
    """Return the path of what limits the work that an offer sells at a site."""
    terms = doc.offers[labels["offer"]].work[labels["workload"]]
    path = f"offers.{labels['offer']}.work.{labels['workload']}"
    if labels["site"] in terms.capacity_by_site:
        return f"{path}.capacity_by_site.{labels['site']}"
    return f"{path}.capacity_per_hour"


def merged(found: Iterable[Cause]) -> list[Cause]:
    """Return the causes with those together that are one input: a link's capacity holds each way, work at every site."""
    by_input: dict[tuple[str, ...], Cause] = {}
    for cause in found:
        apart = () if cause.rule in ONE_INPUT else tuple(cause.labels.values())
        key = (cause.rule, cause.path, cause.period, *apart)
        if key not in by_input:
            by_input[key] = cause
            continue
        first = by_input[key]
        labels = {axis: name for axis, name in first.labels.items() if cause.labels.get(axis) == name}
        by_input[key] = replace(
            first, labels=labels, amount=max(first.amount, cause.amount), rows=first.rows | cause.rows,
            is_linear=first.is_linear and cause.is_linear,
        )  # fmt: skip
    return list(by_input.values())


def _of_shares(built: Built, x: Floats) -> Iterator[Cause]:
    """Yield least and greatest shares: a percentage point more moves `part - share whole` by a hundredth of the whole."""
    model = built.model
    doc, time = model.inputs.doc, model.inputs.time
    values = np.append(x, 0.0)  # the last stands for columns that do not exist: -1
    for rule, attribute in (("share_least", "min_share"), ("share_most", "max_share")):
        block = model.programme.rows.get(rule)
        for j, (name,) in enumerate(block.keys if block is not None and block.count else ()):
            assert block is not None
            limit = time.series(getattr(doc.shares[name], attribute))
            whole = sum(
                (values[columns] * weights).reshape(time.periods, -1).sum(axis=1)
                for columns, weights, _ in counted(model, doc.shares[name])
            )
            for t in np.flatnonzero(block.at[:, j] >= 0).tolist():
                rows = {int(block.at[t, j]): float(np.broadcast_to(whole, time.periods)[t]) / 100}
                yield Cause(
                    rule, {"share": name}, f"shares.{name}.{attribute}", time.names[t], "percentage point",
                    100 * float(limit[t]), rows, is_linear=False,
                )  # fmt: skip


def _of_block(
    built: Built, block: Block, path: Callable[[dict[str, str]], str], x: Floats, priced: Any = None
) -> Iterator[Cause]:
    time, doc = built.model.inputs.time, built.model.inputs.doc
    if priced is not None and not priced[block.at[block.at >= 0]].any():
        return
    right = _right(built)
    for j, key in enumerate(block.keys):
        labels = dict(zip(block.axes, key, strict=True))
        at = block.at[..., j].reshape(block.at.shape[0], -1)
        carried = _carried(doc, block.name, labels)
        pace = _pace(built, block.name, labels) * _chosen(built, block.name, labels, x)
        for t in range(at.shape[0]):
            chosen = at[t:] if carried and block.timed else at[[t]]
            if carried and not block.timed:
                chosen = block.at[
                    0, [i for i, other in enumerate(block.keys) if other[0] == key[0] and other[1] >= key[1]]
                ]
            found = chosen[chosen >= 0]
            if priced is not None and not priced[found].any():
                continue
            if not found.size or not (at[t] >= 0).any() or not pace[t]:
                continue
            span = labels.get("span", "")  # of a budget: a period, a year or the horizon
            period = time.names[t] if block.timed else span if span in time.names else ""
            unit = row_unit(block.name, labels.get("workload"), built)
            amount = float(right[at[t][at[t] >= 0]].max()) / pace[t]
            of_rows = dict.fromkeys([*found.tolist(), *_after_losses(built, block, key, t)], float(pace[t]))
            own = _own_cost(built, block.name, labels, t, x)
            cause = Cause(block.name, labels, path(labels), period, unit, amount, of_rows, own)
            yield _stepped(built, cause, t, x) if block.name == "pool" else cause


def _stepped(built: Built, cause: Cause, t: int, x: Floats) -> Cause:
    """Return the cause of a pool with what more nodes make of the share of it that can be counted on."""
    more = more_nodes(built, cause.labels["offer"], t, x)
    if more is None:
        return cause
    rows, nodes = more
    labels = cause.labels | {"next": f"{nodes:,}"}
    return replace(cause, labels=labels, rows=cause.rows | rows, is_linear=False)


def _after_losses(built: Built, block: Block, key: tuple[str, ...], t: int) -> Iterator[int]:
    """Yield the rows by which an input limits what is done after the losses that the plan must bear."""
    for borne in built.borne:
        after = built.model.programme.rows.get(f"{borne.loss.label}: {block.name}")
        if after is not None and after.timed and key in after.keys:
            rows = after.at[t, ..., after.keys.index(key)].reshape(-1)
            yield from rows[rows >= 0].tolist()


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


def _chosen(built: Built, rule: str, labels: dict[str, str], x: Floats) -> Floats:
    """Return the yes-or-no decision that an input is given to, by period: 1 where it is given anyway."""
    model = built.model
    block, name = {
        "power": (model.open, labels.get("site")),
        "capacity": (model.open, labels.get("site")),
        "link_capacity": (model.use, labels.get("link")),
        "commitment": (model.commit, labels.get("offer")),
    }.get(rule, (None, None))
    if block is None or (name,) not in block.keys:
        return np.ones(model.T)
    taken = block.shaped(x)[..., block.keys.index((str(name),))]
    return np.rint(np.broadcast_to(taken, model.T))


def _prices_cost(inputs: Inputs) -> bool:
    """Return whether the last objective, whose duals are read, is cost."""
    names = [rank.of for rank in ranks(inputs.doc)]
    return "cost" not in names or names[-1] == "cost"


def _own_cost(built: Built, rule: str, labels: dict[str, str], t: int, x: Floats) -> float:
    """Return what one more unit costs by itself: a site's fixed cost by the MW, and at a candidate that of opening."""
    model, inputs = built.model, built.model.inputs
    if rule != "power" or not _prices_cost(inputs):
        return 0.0
    time, name = inputs.time, labels["site"]
    site = inputs.doc.sites[name]
    a_year = time.series(site.fixed_cost_per_mw_year)[t]
    cost = a_year * time.period_hours[t] / HOURS_PER_YEAR * time.at_middle[t]
    if (name,) in model.opened.keys:
        opened = model.opened.shaped(x)[:, model.opened.keys.index((name,))]
        mw = time.series(site.power_mw or 0.0)
        cost += site.opening_cost_per_mw * float((opened * time.at_start).sum()) * (mw[t] == mw.max())
    return float(cost * inputs.exchange(site.currency))
