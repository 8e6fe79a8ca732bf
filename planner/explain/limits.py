"""What limits a plan: every input that binds, with its price, the range that holds for, and what binds next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from planner.explain.again import Difference, difference
from planner.explain.binding import as_chosen, cause_lines, is_fixed, unit_of_prices
from planner.explain.explanation import Asked, Explanation, Question
from planner.explain.reading import solved_stages
from planner.plan import words
from planner.plan.limits import Live, limits_of
from planner.plan.plan import Limit, Plan
from planner.plan.view import View, records
from planner.stage import user_duals

TITLE = "Every input that binds"
WHOLE = "Whole numbers at their limit"
NOTHING_BINDS = "No input limits the plan: there is none of which more would save anything."
NOTHING_BINDS_FIXED = (
    "With the yes-or-no decisions as chosen, no input limits the plan: there is none of which more would save anything; "
    "with other decisions more could pay."
)


def limits(plan: Plan, asked: Asked) -> Explanation:
    """Explain what limits a plan; with `solve`, every price gets its range, and whole numbers are solved with one more."""
    import pandas as pd

    if plan.duals == "none":
        return Explanation("limits", ("The solver gave no prices, so what limits the plan is not known.",))
    told = replace(plan, limits=_all_ranged(Question(plan, asked))) if asked.solve else plan
    losses = _losses(plan)
    nothing = NOTHING_BINDS_FIXED if is_fixed(plan) else NOTHING_BINDS
    lines = [*([] if told.limits or losses else [nothing]), *cause_lines(View(told), None)]
    tables = {TITLE: pd.DataFrame([_row(limit, plan) for limit in told.limits])} if told.limits else {}
    lines += [_loss_line(row, plan) for row in losses]
    raised = list(whole_limits(plan))
    if raised and asked.solve:
        found = [(path, what, difference(Question(plan, asked), {path: most + 1})) for path, most, what in raised]
        lines += [_raised_line(what, one) for _, what, one in found]
        rows = [(path, what, one.saves, one.unit, one.status) for path, what, one in found]
        tables[WHOLE] = pd.DataFrame(rows, columns=["path", "what", "one_more_saves", "unit", "status"])
    elif raised:
        named = words.listed([what for _, _, what in raised])
        lines.append(f"At their limit are also {named}; whole numbers have no price: --solve solves with one more.")
    data = {"duals": plan.duals, "limits": [limit.plain for limit in told.limits]}
    return Explanation("limits", tuple(lines), tables, data, solved_again=asked.solve)


def _row(limit: Limit, plan: Plan) -> dict[str, Any]:
    """Return a limit as a row of a table."""
    return {
        "path": limit.path,
        "period": limit.period,
        "unit": limit.unit,
        f"one_more_saves_{unit_of_prices(plan)}": limit.saves,
        "holds_for": limit.holds_for,
        "then": limit.next,
        f"one_less_costs_{unit_of_prices(plan)}": limit.one_less_costs,
        "rule": limit.rule,
    }


def _all_ranged(question: Question) -> tuple[Limit, ...]:
    """Return the limits of the plan's scenario, solved again, each with its range."""
    built, stages = solved_stages(question)
    last = stages[-1]
    duals = user_duals(built, last)
    if duals is None or last.solution.x is None:
        return question.plan.limits
    live = Live(last.handle, last.arrays, last.unit) if last.handle is not None else None
    question.asked.tell("following how far each price holds")
    x = last.solution.x * built.finished.scale
    unit = last.objective.unit
    return limits_of(built, x, duals, live, last.solution.integers_fixed, unit, built.model.programme.size[1])


def _losses(plan: Plan) -> list[dict[str, Any]]:
    """Return the losses that a plan bears at a price, the dearest first."""
    rows = [row for row in records(plan.losses) if row["saved_by_a_point_less"] > 0]
    return sorted(rows, key=lambda row: (-row["saved_by_a_point_less"], row["lost"]))


def _loss_line(row: dict[str, Any], plan: Plan) -> str:
    saved = words.money(row["saved_by_a_point_less"], unit_of_prices(plan))
    return (
        f"One percentage point less of the share to be served after the loss of {row['lost']} ({row['survival']}) "
        f"would save {saved}{as_chosen(plan)}."
    )


def whole_limits(plan: Plan) -> Iterator[tuple[str, int, str]]:
    """Yield path, limit and words of every whole number of the scenario that the plan uses to the full."""
    scenario, sites = plan.scenario, plan.sites
    most = scenario.get("siting", {}).get("max_open")
    candidates = {name for name, site in scenario.get("sites", {}).items() if site.get("siting") == "candidate"}
    counted = sites[sites["site"].isin(candidates) & (sites["open"] > 0)].groupby("period").size()
    if most is not None and len(counted) and counted.max() >= most:
        yield "siting.max_open", most, "the number of open sites"
    added = sites.groupby("site")["modules_added"].sum()
    for name, site in scenario.get("sites", {}).items():
        modules = site.get("modules", {})
        if len(modules) == 1:  # of several kinds, the table does not say which were added
            [(module, spec)] = modules.items()
            if added.get(name, 0) >= spec["max_count"] > 0:
                yield f"sites.{name}.modules.{module}.max_count", spec["max_count"], f"the modules {module} at {name}"
    lit = plan.lit
    if len(lit):
        counts = lit.groupby(["link", "module"])["blocks"].sum().reset_index()
        for link, module, count in zip(counts["link"], counts["module"], counts["blocks"], strict=True):
            limit = scenario["network"]["links"][link]["modules"][module]["max_count"]
            if count >= limit:
                path = f"network.links.{link}.modules.{module}.max_count"
                yield path, limit, f"the blocks {module} on the link {link}"


def _raised_line(what: str, one: Difference) -> str:
    if one.saves is None:
        return f"With one more of {what}, solving again gave no plan ({one.status})."
    amount = words.money(abs(one.saves), one.unit)
    if one.is_nothing:
        return f"One more of {what} would save nothing, solved again."
    return f"One more of {what} would {'save' if one.saves > 0 else 'cost'} {amount}, solved again."
