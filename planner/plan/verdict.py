"""The verdict: one sentence that can be quoted alone, and the cards below it."""

from __future__ import annotations

from dataclasses import dataclass

from planner.plan import words
from planner.plan.view import View

NEGLIGIBLE = 1e-6
"""A share of demand, or a gap, below this is rounding."""


@dataclass(frozen=True)
class Card:
    """One figure with its name and what it is a figure of."""

    name: str
    value: str
    note: str = ""


def verdict(view: View) -> str:
    """Return the verdict."""
    plan = view.plan
    name = view.scenario.get("name", "scenario")
    if plan.status == "infeasible":
        return f"{name}: no plan keeps every rule of the scenario {words.span(view.periods)}."
    if plan.status == "unbounded":
        what = {"served": "what is served grows"}.get(plan.objective_name, f"the {plan.objective_name} falls")
        return f"{name}: there is no best plan, as {what} without end: nothing in the scenario bounds it."
    if not plan.has_plan:
        return f"{name}: the solver stopped ({plan.reason or 'limit'}) before it found a plan."
    return f"{name}: {_served(view)}{_cost(view)}."


def _served(view: View) -> str:
    plan = view.plan
    when = words.span(view.periods)
    if not plan.weights:
        return f"all that must be done is done {when}"
    unmet = plan.unmet_fraction or 0.0
    if unmet <= NEGLIGIBLE:
        return f"all demand {when} is served"
    shares = f"{words.percent(1 - unmet)} of the demand {when} is served and {words.percent(unmet)} is not"
    tolerance = view.scenario.get("unmet_tolerance", NEGLIGIBLE)
    if plan.acceptable:
        return f"{shares}, within the {words.percent(tolerance)} that may stay unmet"
    return (
        shares if tolerance < words.NEAR else f"{shares}, more than the {words.percent(tolerance)} that may stay unmet"
    )


def _cost(view: View) -> str:
    plan = view.plan
    assert plan.objective is not None
    if plan.objective_name == "cost":
        penalty = view.total("penalty")
        part = f", of which {words.money(penalty, view.currency)} is the penalty for what is not done"
        amount = words.money(plan.objective, view.currency) + (part if penalty > NEGLIGIBLE * plan.objective else "")
        return f", at {_best(view, 'a cost', 'the least cost')} of {amount}{_proof(view)}"
    cost = f"a cost of {words.money(view.total(), view.currency)}"
    if plan.objective_name == "served":
        return f", {_best(view, 'as far as is known', 'the most that can be')}, at {cost}{_proof(view)}"
    amount = words.quantity(plan.objective, plan.objective_unit)
    return f", with {_best(view, 'carbon', 'the least carbon')} of {amount}, at {cost}{_proof(view)}"


def _best(view: View, found: str, proven: str) -> str:
    is_proven = view.plan.status == "optimal" and (view.plan.gap or 0.0) <= NEGLIGIBLE * 1.5
    return proven if is_proven else found


def _proof(view: View) -> str:
    plan = view.plan
    gap = plan.gap
    stopped = f" (the solver stopped: {plan.reason})" if plan.status == "limit" and plan.reason else ""
    if gap is None:
        return f", with no proof of how near the best that is{stopped}"
    if gap > NEGLIGIBLE * 1.5:
        return f", proven to be within {words.percent(gap)} of the best{stopped}"
    return stopped


def cards(view: View) -> tuple[Card, ...]:
    """Return the figures that a reader looks for first."""
    if not view.plan.has_plan:
        return ()
    found = [_objective(view), _proven(view), _share(view), _power(view), _unit_cost(view), _earliest(view)]
    return tuple(card for card in found if card is not None)


def _objective(view: View) -> Card:
    plan = view.plan
    assert plan.objective is not None
    amount = words.quantity(plan.objective, plan.objective_unit)
    if plan.objective_name == "cost":
        return Card("cost", amount, f"net present value, {view.periods[0]}")
    return Card(plan.objective_name, amount, f"at {words.money(view.total(), view.currency)}")


def _proven(view: View) -> Card:
    plan = view.plan
    side = "most" if plan.objective_name == "served" else "least"
    bound = words.quantity(plan.bound, plan.objective_unit) if plan.bound is not None else "unknown"
    if plan.gap is not None and plan.gap <= NEGLIGIBLE * 1.5 and plan.status == "optimal":
        return Card("proof", "optimal", f"gap {words.percent(plan.gap)} of the {side}")
    gap = f"gap {words.percent(plan.gap)}" if plan.gap is not None else "no proof"
    return Card("proof", gap, f"at {side} {bound}")


def _share(view: View) -> Card | None:
    plan = view.plan
    if not plan.weights or plan.served_fraction is None:
        return None
    unmet = plan.unmet_fraction or 0.0
    if len(plan.weights) == 1:
        note = "of the demand"
    elif any("unmet_penalty" in w for w in view.things("workloads").values()) or any(
        "unmet_penalty_per_gb" in t for t in view.things("traffic").values()
    ):
        note = "of the demand, by its penalty"
    else:
        note = "of the demand, workloads alike" if view.workloads else "of the demand, traffic alike"
    return Card("served", words.percent(1.0 if unmet <= NEGLIGIBLE else 1 - unmet), note)


def _power(view: View) -> Card | None:
    most, period = view.peak_power
    return Card("peak power", f"{words.number(most)} MW", f"all sites, {period}") if most else None


def _unit_cost(view: View) -> Card | None:
    workload = view.priced_workload
    frame = view.plan.unit_cost
    rows = frame[frame["workload"] == workload] if workload else frame.iloc[:0]
    served = float(rows["served_units"].sum())
    if workload is None or not served:
        return None
    mean = float(rows[f"cost_{view.currency}"].sum()) / served
    last = rows.iloc[-1]
    ending = words.money(float(last[f"cost_{view.currency}_per_unit"]), view.currency)
    note = f"mean; {ending} in {last['period']}" if len(rows) > 1 else "mean"
    return Card(f"cost per {view.unit(workload)}", words.money(mean, view.currency), note)


def _earliest(view: View) -> Card | None:
    earliest = view.plan.earliest
    if earliest is None:
        return None
    told = {"never": f"not by {view.periods[-1]}", "unknown": "not known"}.get(earliest, f"from {earliest}")
    return Card("all can be met", told, "earliest, at any cost")
