"""Solving again with something cheaper, until it is known at what price it enters a plan, and what it displaces.

With the price of a thing times `f` the least cost is concave in `f`: each solve gives a tangent, whose slope is what the
plan spends on the thing at its full price, and where the tangent meets today's cost is the next `f` (Newton's method).
It ends where solving again saves nothing: at the price where the thing enters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.explain.again import Difference, difference
from planner.explain.explanation import Question
from planner.explain.offers import Left, price_paths, priced, scaled, used_offers
from planner.inputs.inputs import inputs_of
from planner.plan import words
from planner.plan.plan import Plan

PRICED = ("acquisition", "salvage", "resale", "rent", "rental", "work")
"""Kinds of cost that an offer's price makes."""

RUNNING = ("energy", "serving", "traffic")
"""Kinds of cost that what a site asks for its use makes."""

NEAR_NOTHING = 1e-3
BELOW = 1e-2
STEPS = 10
MOST_TOLD = 4


@dataclass(frozen=True)
class Trial:
    """What solving again found.

    Attributes
    ----------
    what
        What was made cheaper, in words.
    factor
        Times its price at which it enters; None where it does not even at a thousandth of it.
    now
        What it costs now, in words; "" where no one figure says it.
    entered
        The plan a little below that price.
    saves
        What is saved at the price that `entered` was solved with.
    displaced
        Rows of what is used less and more in that plan.
    """

    what: str
    factor: float | None
    entered: Difference | None = None
    at: float = 0.0
    told: tuple[str, ...] = ()
    displaced: list[dict[str, Any]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield what was found, in sentences."""
        yield from self.told
        if self.told:
            return
        if self.factor is None:
            yield f"Solved again at a thousandth of {self.what}: it is still not used."
            return
        yield f"Solved again: it enters at {words.percent(self.factor)} of {self.what}."
        if self.entered is not None and self.entered.saves is not None:
            saved = words.money(self.entered.saves, self.entered.unit)
            less = [row for row in self.displaced if row["change"] < 0][:MOST_TOLD]
            took = words.listed([f"{words.number(-row['change'])} {row['offer']} at {row['site']}" for row in less])
            yield f"At {words.percent(self.at)} of it the plan would save {saved}" + (
                f"; in the mean over the periods it would take the place of {took}." if took else "."
            )

    def data(self) -> dict[str, Any]:
        """Return what was found, as plain data."""
        return {
            "enters_at_times": self.factor,
            "solved_at_times": self.at,
            "saves": None if self.entered is None else self.entered.saves,
        }


def offer_trial(question: Question, name: str, left: Left | None) -> Trial:
    """Find the price at which an offer enters, by solving."""
    inputs = inputs_of(question.scenario)
    paths = dict(price_paths(name, inputs.doc.offers[name]))
    _, unit = priced(inputs, name)
    what = f"its price ({unit})"

    def spent(plan: Plan) -> float:
        cost = plan.cost
        mine = cost[(cost["offer"] == name) & cost["kind"].isin(PRICED)]
        return float(mine[f"discounted_{plan.currency}"].sum())

    guess = left.price_factor if left is not None else None
    return _newton(question, paths, spent, lambda plan: name in used_offers(plan), guess, what)


def site_trial(question: Question, name: str) -> Trial:
    """Find what a site would have to cost to be used, by solving."""
    doc = question.scenario.document
    site = doc.sites[name]
    if site.siting == "candidate":
        return _opening(question, name)
    paths: dict[str, Any] = {
        f"sites.{name}.tariff_per_kwh": site.tariff_per_kwh, f"sites.{name}.egress_per_gb": site.egress_per_gb
    }  # fmt: skip
    for workload, spec in doc.workloads.items():
        for region, cost in spec.serving_cost.get(name, {}).items():
            paths[f"workloads.{workload}.serving_cost.{name}.{region}"] = cost
    paths = {path: value for path, value in paths.items() if value}

    def spent(plan: Plan) -> float:
        cost = plan.cost
        mine = cost[(cost["site"] == name) & cost["kind"].isin(RUNNING)]
        return float(mine[f"discounted_{plan.currency}"].sum())

    what = "its tariff, egress and serving cost"
    return _newton(question, paths, spent, lambda plan: name in set(plan.served["site"]), None, what)


def link_trial(question: Question, name: str) -> Trial:
    """Find out whether a link would be used if it were free, by solving."""
    link = question.scenario.document.network.links[name]
    prices = {field: getattr(link, field) for field in ("price_per_gb", "price_per_gbps_hour", "use_cost")}
    changes = {f"network.links.{name}.{field}": 0.0 for field, value in prices.items() if value}
    if not changes:
        return Trial("", None, told=("It costs nothing already: no route needs it.",))
    found = difference(question, changes)
    if found.saves is None:
        told = f"Were it free, solving again gave no plan ({found.status})."
    elif found.is_nothing:
        told = "Solved again with the link free of charge: nothing is saved."
    else:
        saved = words.money(found.saves, found.unit)
        told = f"Solved again with the link free of charge: the plan would save {saved}"
        # Paid once for using it at all, it is worth so much and no more.
        told += (
            f"; so it would be used for at most that, instead of {words.money(link.use_cost, found.unit)}."
            if list(changes) == [f"network.links.{name}.use_cost"]
            else "."
        )
    return Trial("", None, found, told=(told,))


def _opening(question: Question, name: str) -> Trial:
    """Find at what opening cost a candidate would open, by solving."""
    site = question.scenario.document.sites[name]
    paths = {
        f"sites.{name}.{field}": value
        for field in ("opening_cost", "opening_cost_per_mw") if (value := getattr(site, field))
    }  # fmt: skip
    if not paths:
        return Trial("", None, told=("Opening it costs nothing already: its other costs keep it closed.",))

    def spent(plan: Plan) -> float:
        cost = plan.cost
        mine = cost[(cost["site"] == name) & (cost["kind"] == "opening")]
        return float(mine[f"discounted_{plan.currency}"].sum())

    def opens(plan: Plan) -> bool:
        return bool((plan.sites[plan.sites["site"] == name]["open"] > 0).any())

    return _newton(question, paths, spent, opens, None, f"its opening cost{_opening_cost(question, name)}")


def _opening_cost(question: Question, name: str) -> str:
    """Return what opening a candidate costs now, in words, where that is one figure."""
    site = question.scenario.document.sites[name]
    if site.opening_cost_per_mw or isinstance(site.opening_cost, tuple):
        return ""
    return f" of {words.money(site.opening_cost, site.currency or question.plan.currency)}"


def _newton(
    question: Question, paths: Mapping[str, Any], spent: Callable[[Plan], float], uses: Callable[[Plan], bool],
    guess: float | None, what: str,
) -> Trial:  # fmt: skip
    """Find by what the prices at `paths` must be multiplied for the plan to use them.

    `guess` is where that is thought to be; the search starts a little below it, and near nothing if that is too much.
    """
    if not any(any(value) if isinstance(value, tuple) else value for value in paths.values()):
        return Trial(what, None, told=("It costs nothing already.",))
    factor = min(1.0, guess) * (1 - BELOW) if guess else NEAR_NOTHING
    root, entered, at = None, None, 0.0
    for _ in range(STEPS):
        found = difference(question, {path: scaled(value, factor) for path, value in paths.items()})
        if found.plan is None or found.saves is None or found.is_nothing or not uses(found.plan):
            if root is not None or factor <= NEAR_NOTHING:
                break
            factor = NEAR_NOTHING
            continue
        entered, at = found, factor
        full = spent(found.plan) / factor
        root = min(1.0, factor + found.saves / full) if full > 0 else factor
        if root - factor <= 1e-6 * factor:
            break
        factor = root
    if root is not None and at < root * (1 - 2 * BELOW):  # show what it is a little below, not far below
        near = difference(question, {path: scaled(value, root * (1 - BELOW)) for path, value in paths.items()})
        if near.plan is not None and near.plan.has_plan and uses(near.plan):
            entered, at = near, root * (1 - BELOW)
    rows = changed(question.plan, entered.plan) if entered is not None and entered.plan is not None else []
    return Trial(what, root, entered, at, displaced=rows)


def changed(before: Plan, after: Plan) -> list[dict[str, Any]]:
    """Return what is used more and less: devices in place, or work by the hour, in the mean over the periods."""
    was, now = _means(before), _means(after)
    rows: list[dict[str, Any]] = []
    for offer, site in {**was, **now}:
        before_it, after_it = was.get((offer, site), 0.0), now.get((offer, site), 0.0)
        change = after_it - before_it
        rows.append({"offer": offer, "site": site, "before": before_it, "after": after_it, "change": change})
    most = max((abs(row["change"]) for row in rows), default=0.0)
    kept = [row for row in rows if abs(row["change"]) > 1e-6 * most]
    return sorted(kept, key=lambda row: (row["change"], row["offer"], row["site"]))


def _means(plan: Plan) -> dict[tuple[str, str], float]:
    """Return devices (or, where none are named, units of work an hour) by offer and site, the mean over the periods."""
    periods = max(1, plan.sites["period"].nunique() if len(plan.sites) else 1)
    found: dict[tuple[str, str], float] = {}
    for row in plan.fleet.to_dict("records"):
        key = (str(row["offer"]), str(row["site"]))
        found[key] = found.get(key, 0.0) + float(row["devices"]) / periods
    slices = max(1, plan.run["slice"].nunique()) if len(plan.run) else 1
    for row in plan.run.to_dict("records"):
        key = (str(row["offer"]), str(row["site"]))
        if row["device"] is None or row["device"] != row["device"] or row["device"] == "":
            found[key] = found.get(key, 0.0) + float(row["work_units_per_hour"]) / periods / slices
    return found
