"""Break-even: the price at which a device or an offer enters or leaves the plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.ask.amounts import Change, amounts, change_table, changes
from planner.ask.answer import Answer
from planner.ask.bracket import Bracket, bracketed
from planner.ask.family import Family, family_of
from planner.ask.lines import farthest, is_lower
from planner.ask.parameter import PRICES, Parameter, parameter_of
from planner.ask.posed import Posed, opened, pose
from planner.ask.valuing import Valued
from planner.errors import InputError, NoPlanError, Place, Problem
from planner.model.arrays import Floats
from planner.plan import words
from planner.plan.sections import Section
from planner.planning import Request
from planner.scenario.assign import parse_path
from planner.scenario.load import Scenario

USED = 1e-7
"""A column with less than this, in its own scale, is rounding."""


@dataclass(frozen=True)
class BreakEven(Answer):
    """The price up to which something is in the best plan.

    Attributes
    ----------
    path, factor, unit, now
        The price: its path, whether the figures are factors on it, its unit, and what it is now.
    in_plan
        Whether it is in the best plan as the price stands.
    price
        The break-even; None where there is none, or where it is only bracketed.
    between
        A lower and an upper price that the break-even lies between, where it is bracketed by solves.
    exact
        Whether the price was found where the lines of two plans meet.
    kind
        breaks_even, never (not in the plan at any price allowed) or always (in every plan, whatever it costs).
    changes
        What changes at the break-even, from just below it to just above it.
    solves
        How many times the programme was solved for it.
    """

    path: str
    factor: bool
    unit: str
    now: float
    least: float | None
    in_plan: bool
    kind: str
    price: float | None
    between: tuple[float, float] | None
    exact: bool
    changes: tuple[Change, ...]
    solves: int
    why: str
    subject: str
    shown: tuple[str, str]

    question = "break-even"

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        name, now = self.subject, self.shown[0]
        head = f"{self.scenario}: {name}"
        state = f"is {'' if self.in_plan else 'not '}in the best plan {'as prices are' if self.factor else f'at {now}'}"
        if self.kind == "always":
            return f"{head} is in every plan, whatever it costs: no plan keeps the rules without it."
        if self.kind == "never":
            least = "for nothing" if self.least == 0 else "at the least price allowed"
            return f"{head} {state}, and would not be {least}."
        if self.between is not None:
            place = f"between {self.shown[1]}"
            return (
                f"{head} {state}; it {'leaves' if self.in_plan else 'enters'} {place}, found by solving ({self.why})."
            )
        verb = "leaves it above" if self.in_plan else "enters it below"
        return f"{head} {state}, and {verb} {self.shown[1]}{self._instead}."

    @property
    def _instead(self) -> str:
        """What takes its place, or what it takes the place of."""
        rising = [c for c in self.changes if c.by > 0 and c.kind in ("offer", "unmet")]
        if not rising:
            return ""
        named = words.listed([f"{words.number(c.by)} {c.unit} ({c.name})" for c in rising], 3)
        return f"; in its place come {named}" if self.in_plan else f"; it takes the place of {named}"

    def sections(self) -> list[Section]:
        """Return what changes at the break-even."""
        return change_table("What changes at the break-even", self.changes, "just below", "just above")


def break_even(
    scenario: Scenario | str | Path | dict[str, Any],
    path: str = "",
    *,
    device: str = "",
    request: Request | None = None,
) -> BreakEven:
    """Return the price at which something enters or leaves the best plan.

    Where the price stands in the objective alone, the break-even is exact: the value of the best plan as a function of the
    price is concave and in straight pieces, and the break-even is where it meets the value of the best plan without the
    thing (docs/questions.md). Elsewhere, as with a budget, it is bracketed by solving.

    Parameters
    ----------
    scenario
        A scenario, a file, or plain data.
    path
        Path of the price, such as `offers.buy-mi300x.price_per_unit`, or of an offer or device. A series by
        period, or several prices, move together by a factor.
    device
        Name of a device: the prices of all its offers move together; in place of `path`.
    request
        How to solve; the time limit is of all solves together.

    Raises
    ------
    InputError
        If the path leads to no price, or to one that pays for nothing the plan decides.
    NoPlanError, LimitError
        If the scenario has no best plan, or none was found in time.
    """
    read = opened(scenario)
    if bool(path) == bool(device):
        raise InputError(
            Problem("name a price, or a device with --for, and not both", place=Place("break-even"), code="ask")
        )
    parameter = parameter_of(read, path or f'devices."{device}"')
    posed = pose(read, request)
    family = family_of(posed, parameter)
    subject = _subject(read, parameter, device)
    if family.where == "nothing" or (family.where == "objective" and not (family.cost > 0).any()):
        message = "pays for nothing that a plan could have, so it has no break-even"
        raise InputError(Problem(message, parameter.asked, read.place(parse_path(parameter.paths[0])), "ask"))
    if family.where == "objective":
        return _exact(posed, parameter, family, subject)
    if family.where == "limits":
        raise InputError(Problem("is a limit, not a price; ask for its range", parameter.asked, code="ask"))
    return _by_solving(posed, parameter, subject)


def _subject(scenario: Scenario, parameter: Parameter, device: str) -> str:
    if device or parameter.asked.startswith("devices."):
        return device or str(parse_path(parameter.asked)[1])
    parts = [parse_path(path) for path in parameter.paths]
    if all(one[0] == "offers" for one in parts):
        return words.listed(list(dict.fromkeys(str(one[1]) for one in parts)), 3)
    return f"what {parameter.asked} pays for"


def _exact(posed: Posed, parameter: Parameter, family: Family, subject: str) -> BreakEven:
    """Walk down from the plan without the thing: see `planner.ask.lines`."""
    paid = family.cost > 0
    every = Valued(posed, parameter, family)
    mine = every.line(posed.x)
    in_plan = bool((posed.x[paid] > USED).any())
    facts = _Facts(posed, parameter, subject, in_plan)
    barred = Valued(posed, parameter, family, without=paid)
    try:
        none = barred.best(parameter.now)
    except NoPlanError:
        return facts.answer("always")
    low, moves = parameter.least, bool((family.cost < 0).any())
    if not in_plan and low is None:
        if not every.has_limit(-1, mine):
            return facts.answer("never")
        mine = every.steepest(-1)
    elif not in_plan and low is not None:
        mine = every.best(low)
        if not is_lower(mine, barred.best(low) if moves else none, low):
            return facts.answer("never")
    price, below = farthest(barred.best if moves else lambda _: none, every.best, mine)
    without = barred.best(price) if moves else none
    found = changes(amounts(posed.built, below.x), amounts(posed.built, without.x))
    return facts.answer("breaks_even", price=price, changes=found)


def _by_solving(posed: Posed, parameter: Parameter, subject: str) -> BreakEven:
    """Bracket the break-even by solving at other prices, where the price stands not in the objective alone."""
    paths = [parse_path(path) for path in parameter.paths]
    offers = {str(one[1]) for one in paths if one[0] == "offers"}
    if not offers or not all(one[-1] in PRICES or "work" in one for one in paths):
        message = "is not in the objective alone, and no price of an offer, so what would enter or leave is not known"
        raise InputError(Problem(message, parameter.asked, code="ask"))

    def has(scenario: Scenario) -> bool:
        return _bought(pose_again(posed, scenario), offers)

    def pose_again(before: Posed, other: Scenario) -> Posed:
        left = max(0.1, before.clock.left)
        before.clock.solves += 1
        return pose(
            other,
            Request(time_limit=left, gap=before.options.gap, threads=before.options.threads, seed=before.options.seed),
        )

    in_plan = _bought(posed, offers)
    facts = _Facts(posed, parameter, subject, in_plan)
    found: Bracket = bracketed(parameter, has, up=in_plan)
    if found.between is None:
        return facts.answer("always" if in_plan else "never", complete=not found.stopped)
    inside, outside = found.between
    plans = [pose_again(posed, parameter.at(p)) for p in (inside, outside)]
    below, above = plans if in_plan or inside < outside else plans[::-1]
    moved = changes(amounts(below.built, below.x), amounts(above.built, above.x))
    return facts.answer(
        "breaks_even", between=(min(found.between), max(found.between)), changes=moved, complete=not found.stopped
    )


def _bought(posed: Posed, offers: set[str]) -> bool:
    model = posed.built.model
    x: Floats = posed.x
    for block, axis in ((model.add, 1), (model.rent, 1), (model.work, 0)):
        wanted = [j for j, key in enumerate(block.keys) if key[axis] in offers]
        at = block.at[..., wanted]
        if (x[at[at >= 0]] > USED).any():
            return True
    return False


@dataclass(frozen=True)
class _Facts:
    """What every answer about one price has in common."""

    posed: Posed
    parameter: Parameter
    subject: str
    in_plan: bool

    def answer(
        self, kind: str, *, price: float | None = None, between: tuple[float, float] | None = None,
        changes: tuple[Change, ...] = (), complete: bool = True,
    ) -> BreakEven:  # fmt: skip
        """Return the answer."""
        p = self.parameter
        told = "" if price is None else p.shown(price)
        if between is not None:
            told = f"{p.shown(between[0])} and {p.shown(between[1])}"
        why = "the price stands in more than the objective, or not linearly"
        return BreakEven(
            self.posed.name, complete, p.asked, p.factor, p.unit, p.now, p.least, self.in_plan, kind, price, between,
            price is not None, changes, self.posed.clock.solves, why, self.subject, (p.shown(p.now), told),
        )  # fmt: skip
