"""`planner explain PLAN unmet`: what is unmet, the chain of reasons, and the cheapest cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.explain.explanation import Asked, Explanation, Question
from planner.explain.unmet_reasons import Reason, Reasons, chain
from planner.inputs.inputs import inputs_of
from planner.plan import words
from planner.plan.plan import Plan

MOST_TOLD = 12
"""So many groups are told in sentences, the greatest first; all are in the table."""

SMALL = 1e-9
"""A share of demand below this is rounding."""


@dataclass(frozen=True)
class Group:
    """Regions and periods in which a workload is unmet for the same reasons.

    Attributes
    ----------
    units, asked
        Work unmet, and asked for in the same regions and periods.
    members
        Region and period of each.
    """

    workload: str
    unit: str
    reasons: frozenset[Reason]
    regions: tuple[str, ...]
    periods: tuple[str, ...]
    members: frozenset[tuple[str, str]]
    units: float
    asked: float

    @property
    def what(self) -> str:
        """What is unmet, where and when, in words."""
        amount = f"{words.quantity(self.units, self.unit)} of {self.workload} in {words.listed(self.regions)}"
        share = words.percent(self.units / self.asked)
        return f"{amount} in {words.listed(self.periods)} is unmet, {share} of what is asked for there"

    @property
    def text(self) -> str:
        """What is unmet and why, as a sentence."""
        return words.sentence(f"{self.what}, since {chain(self.reasons)}")


def unmet(plan: Plan, asked: Asked) -> Explanation:
    """Say why demand is unmet: read from the plan; with cures where solving again is allowed."""
    question = Question(plan, asked)
    groups = groups_of(question)
    if not groups:
        return Explanation("unmet", ("All demand is served.",))
    lines = [group.text for group in groups[:MOST_TOLD]]
    if len(groups) > MOST_TOLD:
        lines.append(f"And {words.count(len(groups) - MOST_TOLD, 'more group')} with less unmet; all are in the table.")
    tables = {"unmet": _table(groups)}
    data: dict[str, Any] = {"groups": [_data(group) for group in groups]}
    if asked.solve:
        from planner.explain.unmet_cures import cure_lines, cures_of

        cures = cures_of(question, groups[:MOST_TOLD])
        for group, cure in zip(data["groups"], cures, strict=False):
            group["cure"] = cure.to_dict()
        lines += cure_lines(groups[:MOST_TOLD], cures, plan)
    return Explanation("unmet", tuple(lines), tables, data, solved_again=asked.solve)


def groups_of(question: Question) -> list[Group]:
    """Return what is unmet, with regions and periods together that have the same reasons; the most unmet first."""
    plan = question.plan
    frame = plan.unmet
    frame = frame[frame["unmet_units"] > SMALL * frame["demand_units_per_hour"]]
    if frame.empty:
        return []
    inputs = inputs_of(question.scenario)
    finder = Reasons(plan, inputs)
    work = inputs.demand * inputs.time.hours[:, :, None, None]
    found: dict[tuple[str, frozenset[Reason]], dict[tuple[str, str], float]] = {}
    for (workload, region, period), part in frame.groupby(["workload", "region", "period"], sort=True):
        reasons = finder.of(str(workload), str(region), str(period))
        members = found.setdefault((str(workload), reasons), {})
        members[str(region), str(period)] = float(part["unmet_units"].sum())
    groups = []
    for (workload, reasons), members in found.items():
        w = inputs.workloads.index(workload)
        asked = sum(float(work[inputs.time.names.index(p), :, w, inputs.regions.index(r)].sum()) for r, p in members)
        regions, periods = {r for r, _ in members}, {p for _, p in members}
        groups.append(
            Group(
                workload=workload,
                unit=inputs.doc.workloads[workload].unit,
                reasons=reasons,
                regions=tuple(r for r in inputs.regions if r in regions),
                periods=tuple(p for p in inputs.time.names if p in periods),
                members=frozenset(members),
                units=sum(members.values()),
                asked=asked,
            )
        )
    return sorted(groups, key=lambda group: (-group.units, group.workload, group.periods, group.regions))


def _table(groups: list[Group]) -> pd.DataFrame:
    rows = [
        (g.workload, ", ".join(g.regions), ", ".join(g.periods), g.units, g.unit, g.units / g.asked, chain(g.reasons))
        for g in groups
    ]
    return pd.DataFrame(rows, columns=["workload", "regions", "periods", "unmet", "unit", "unmet_share", "since"])


def _data(group: Group) -> dict[str, Any]:
    return {
        "workload": group.workload,
        "regions": list(group.regions),
        "periods": list(group.periods),
        "unmet": group.units,
        "unit": group.unit,
        "unmet_share": group.units / group.asked,
        "reasons": [
            {"kind": one.kind, "thing": one.thing, "detail": one.detail, "path": one.path or None}
            for one in sorted(group.reasons)
        ],
        "text": group.text,
    }
