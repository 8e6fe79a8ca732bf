"""The topics of `planner explain`: what each answers, and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from planner.errors import InputError
from planner.explain.explanation import Asked, Explanation
from planner.scenario.suggest import did_you_mean

if TYPE_CHECKING:
    from planner.plan.plan import Plan


@dataclass(frozen=True)
class Topic:
    """A question that can be asked of a plan.

    Attributes
    ----------
    function
        Module and name of what answers it, as `module:name`; it takes the plan and an `Asked`, and returns an `Explanation`.
    help
        What it answers, in one line.
    takes_name
        What NAME is, where the topic is about one thing; "" where it takes none.
    for_plans
        Whether it is about plans with numbers; else about scenarios without a feasible plan.
    """

    function: str
    help: str
    takes_name: str = ""
    for_plans: bool = True

    def load(self) -> Callable[[Plan, Asked], Explanation]:
        """Return the function that answers it."""
        module, _, name = self.function.partition(":")
        answer: Callable[[Plan, Asked], Explanation] = getattr(import_module(module), name)
        return answer


TOPICS: dict[str, Topic] = {
    "limits": Topic("planner.explain.limits:limits", "What limits the plan, with the price of each input that binds."),
    "unmet": Topic("planner.explain.unmet:unmet", "Why demand is unmet, and the cheapest cure."),
    "why-not": Topic(
        "planner.explain.why_not:why_not",
        "What was considered and not chosen, and the price at which it would be.",
        takes_name="a device, an offer, a site or a link",
    ),
    "policies": Topic("planner.explain.policies:policies", "What each policy costs: solved again without it."),
    "notes": Topic("planner.explain.notes:notes", "What a reviewer would ask about, with figures."),
    "prices": Topic("planner.explain.duality:prices", "How the prices of all limits add up to the objective."),
    "infeasible": Topic(
        "planner.explain.infeasible:infeasible",
        "Why there is no plan: the inputs that conflict, and the least repairs.",
        for_plans=False,
    ),
}
"""Topics by name, in the order of help."""


def explain(plan: Plan, topic: str, asked: Asked | None = None) -> Explanation:
    """Answer one question about a plan.

    Raises
    ------
    InputError
        If there is no such topic, or it does not fit the plan: one about numbers, where there is no feasible plan.
    """
    found, asked = checked(topic, asked.name if asked else None), asked or Asked()
    if found.for_plans and not plan.has_plan:
        raise InputError(f"there is no feasible plan (status {plan.status}), so no {topic}; ask for 'infeasible'")
    return found.load()(plan, asked)


def checked(topic: str, name: str | None) -> Topic:
    """Return a topic.

    Raises
    ------
    InputError
        If there is no such topic, or it is about no single thing and a name was given.
    """
    if topic not in TOPICS:
        raise InputError(
            f"there is no topic {topic!r}{did_you_mean(topic, TOPICS) or f'; there are {", ".join(TOPICS)}'}"
        )
    if name is not None and not TOPICS[topic].takes_name:
        raise InputError(f"the topic {topic!r} takes no name")
    return TOPICS[topic]
