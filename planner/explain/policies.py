"""What each policy costs: the difference from solving without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.errors import LimitError
from planner.explain.again import Difference, difference
from planner.explain.explanation import Asked, Explanation, Question
from planner.plan import words
from planner.plan.plan import Plan
from planner.scenario.load import Scenario
from planner.scenario.schema import Document

TITLE = "Cost of each policy"
MORE_MS = 10.0
"""How much longer a latency limit is solved with, beside without it: ms."""

OBJECTIVES = {"cost": "the cost", "carbon": "the carbon", "served": "what is served"}


@dataclass(frozen=True)
class Policy:
    """Something that the scenario wants of a plan, and that it could do without.

    Attributes
    ----------
    kind
        budget, share, carbon cap, residency, latency, survival, number of sites, single source or commitment.
    what
        What it is, in words, as the subject of a sentence.
    changes
        What takes it out of the scenario.
    looser
        For a latency limit: what makes it a little longer.
    """

    kind: str
    name: str
    what: str
    changes: dict[str, Any]
    looser: dict[str, Any] | None = None


def policies_of(scenario: Scenario) -> Iterator[Policy]:
    """Yield every policy of a scenario."""
    doc = scenario.document
    for name in sorted(doc.budgets):
        yield Policy("budget", name, f"The budget {name}", {f"budgets.{name}": None})
    for name in sorted(doc.shares):
        share = doc.shares[name]
        stated = (("least", share.min_share), ("greatest", share.max_share))
        sides = " and ".join(side for side, value in stated if value is not None)
        yield Policy("share", name, f"The {sides} share {name}", {f"shares.{name}": None})
    caps = {"cap_tonnes": "The carbon cap by period", "cap_tonnes_total": "The carbon cap of the horizon"}
    for field, what in caps.items():
        if getattr(doc.carbon, field) is not None:
            yield Policy("carbon cap", field, what, {f"carbon.{field}": None})
    for name in sorted(doc.workloads):
        yield from _of_workload(doc, name)
    for name in sorted(doc.survive):
        what = f"Bearing the loss of any one {doc.survive[name].any_one} ({name})"
        yield Policy("survival", name, what, {f"survive.{name}": None})
    if doc.siting.max_open is not None:
        what = f"The limit of {words.count(doc.siting.max_open, 'open site')}"
        yield Policy("number of sites", "max_open", what, {"siting.max_open": None})
    for name in sorted(doc.offers):
        if doc.offers[name].min_commitment is not None and doc.offers[name].commitment == "obliged":
            head = f"offers.{name}"
            without: dict[str, Any] = {f"{head}.min_commitment": None, f"{head}.commitment": None}
            yield Policy("commitment", name, f"The minimum commitment to {name}", without)


def _of_workload(doc: Document, name: str) -> Iterator[Policy]:
    """Yield what a scenario wants of one workload."""
    workload, head = doc.workloads[name], f"workloads.{name}"
    if workload.residency:
        yield Policy("residency", name, f"The residency rule of {name}", {f"{head}.residency": None})
    if workload.max_latency_ms is not None:
        path, limit = f"{head}.max_latency_ms", workload.max_latency_ms
        yield Policy("latency", name, f"The {limit:g} ms limit on {name}", {path: None}, {path: limit + MORE_MS})
    if workload.single_source:
        yield Policy("single source", name, f"The single source of {name}", {f"{head}.single_source": False})


def policies(plan: Plan, asked: Asked) -> Explanation:
    """Explain what each policy costs; without `solve`, only which there are."""
    import pandas as pd

    question = Question(plan, asked)
    found = list(policies_of(question.scenario))
    if not found:
        return Explanation("policies", ("The scenario states no policy.",))
    if not asked.solve:
        named = words.listed([f"{policy.what[:1].lower()}{policy.what[1:]}" for policy in found], 8)
        return Explanation(
            "policies", (f"Policies are {named}; --solve says what each costs, by solving without it.",)
        )  # fmt: skip
    lines, rows, left = [], [], []
    for policy in found:
        try:
            without = difference(question, policy.changes)
            looser = difference(question, policy.looser) if policy.looser and _counts(without) else None
        except LimitError:
            left.append(policy)
            continue
        lines.append(line_of(policy, without, looser, plan))
        rows.append(_row(policy, without, plan))
    if left:
        lines.append(f"The time limit passed before these were solved: {words.listed([one.name for one in left])}.")
    elif len(found) > 1:
        try:
            every = difference(question, {path: value for policy in found for path, value in policy.changes.items()})
        except LimitError:
            lines.append("The time limit passed before the plan without any policy was solved.")
        else:
            whole = Policy("all", "all", "All policies together", {})
            lines.append(line_of(whole, every, None, plan))
            rows.append(_row(whole, every, plan))
    tables = {TITLE: pd.DataFrame(rows)} if rows else {}
    return Explanation("policies", tuple(lines), tables, {"left": [one.name for one in left]}, solved_again=not left)


def _counts(found: Difference) -> bool:
    return found.saves is not None and not found.is_nothing


def line_of(policy: Policy, without: Difference, looser: Difference | None, plan: Plan) -> str:
    """Return what a policy costs, in a sentence."""
    if without.saves is None:
        return f"Without it, solving again gave no plan ({without.status}): {policy.what}."
    verb = "costs" if policy.kind != "all" else "cost"
    priced = without.unit == plan.objective_unit  # else what differs is the cost, which decides last
    unit, worse = without.unit, "loses" if priced and plan.objective_name == "served" else verb
    if without.is_nothing:
        return f"{policy.what} {worse} nothing: without {'it' if policy.kind != 'all' else 'them'} {OBJECTIVES[plan.objective_name]} is the same."
    share = ""
    if plan.objective and priced:
        share = f", {words.percent(without.saves / abs(plan.objective))} of {OBJECTIVES[plan.objective_name]}"
    text = f"{policy.what} {worse} {words.money(without.saves, unit)}{share}"
    if looser is not None and looser.saves is not None:
        remains = max(0.0, without.saves - looser.saves)
        text += f"; with {MORE_MS:g} ms more it would cost {words.money(remains, unit)}"
    how = "solved again" if without.status == "optimal" else "solved again up to a limit: it costs that at the least"
    return f"{text} ({how})."


def _row(policy: Policy, without: Difference, plan: Plan) -> dict[str, Any]:
    """Return what a policy costs as a row of a table."""
    after, priced = without.plan, without.saves is not None and without.unit == plan.objective_unit
    return {
        "policy": policy.kind,
        "name": policy.name,
        "costs": without.saves,
        "unit": without.unit,
        "share_of_objective": (without.saves or 0.0) / abs(plan.objective) if priced and plan.objective else None,
        "objective_without": None if after is None else after.objective,
        "served_without": None if after is None else after.served_fraction,
        "status_without": without.status,
    }
