"""The summary of a plan: what its reader wants first, as plain data that a terminal or a page then draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.explain.binding import cause_lines
from planner.plan.derivation import campaign_lines, chain_tables, comparison_lines, earliest_lines, pool_lines
from planner.plan.network import links, lit, losses, traffic
from planner.plan.plan import Plan
from planner.plan.sections import Section, costs, decisions, fleet_at_end, periods, sources
from planner.plan.sites import sites
from planner.plan.verdict import NEGLIGIBLE, Card, cards, verdict
from planner.plan.view import View


@dataclass(frozen=True)
class Summary:
    """A plan in words and small tables.

    Attributes
    ----------
    verdict
        One sentence that can be quoted alone.
    mood
        good, short (a plan that leaves demand unmet or is not proven) or bad (no plan).
    description
        What the scenario is about, in its author's words.
    cards, sections
        Key figures; then texts and tables in the order of reading. Those without content are left out.
    """

    verdict: str
    mood: str
    description: str
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]


SECTIONS: tuple[Callable[[View], list[Section]], ...] = (
    periods,
    decisions,
    fleet_at_end,
    sources,
    sites,
    traffic,
    lit,
    links,
    losses,
    costs,
    lambda view: _text("What limits the plan", cause_lines(view)),
    chain_tables,
    lambda view: _text("Comparisons", comparison_lines(view)),
    lambda view: _text("Training", campaign_lines(view)),
    lambda view: _text("Earliest date", earliest_lines(view)),
    lambda view: _text("Retail networks", pool_lines(view)),
)


def summarise(plan: Plan) -> Summary:
    """Return the summary of a plan."""
    view = View(plan)
    sections = [part for section in SECTIONS for part in section(view)] if plan.has_plan else _without_plan(plan)
    sections += _text("Notes", list(plan.notes))
    return Summary(verdict(view), _mood(plan), str(plan.scenario.get("description", "")), cards(view), tuple(sections))


def _mood(plan: Plan) -> str:
    if not plan.has_plan:
        return "bad"
    proven = plan.status == "optimal" and (plan.gap or 0.0) <= NEGLIGIBLE * 1.5
    return "good" if plan.acceptable and proven else "short"


def _without_plan(plan: Plan) -> list[Section]:
    if plan.status == "infeasible" and plan.conflict:
        return _text("What cannot hold together", list(plan.conflict))
    if plan.status == "infeasible":
        return _text("Why", ["No small set of inputs that conflict was found in time."])
    if plan.status == "unbounded":
        advice = "Look for a price below 0, a value without a limit, or an offer that pays more than it costs."
        return _text("Why", [advice])
    return []


def _text(title: str, lines: list[str]) -> list[Section]:
    return [Section(title, lines=tuple(lines))] if lines else []
