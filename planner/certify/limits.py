"""What limits a plan, derived again from its duals, and held against what it states."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planner.certify.cells import Mismatch, same, told
from planner.certify.kept import Certificate
from planner.model.build import Built
from planner.plan import words
from planner.plan.limits import Reach, limits_of, tail
from planner.plan.plan import Limit, Plan

SOLVED_AGAIN = "solving again"
"""The words of a limit whose price is no dual but a difference between two solves."""


def limits_derived(built: Built, kept: Certificate, unit: float, objective_unit: str) -> tuple[Limit, ...]:
    """Return what has a price; nothing where there are no prices. `unit` and `objective_unit` are the objective's."""
    if kept.prices is None or kept.point is None:
        return ()
    duals = kept.prices.duals[: built.model.programme.size[1]] * unit / built.finished.row_scale
    x = kept.point * built.finished.scale
    return limits_of(built, x, duals, None, kept.prices.whole_fixed, objective_unit)


def wrong_limits(plan: Plan, derived: tuple[Limit, ...], money: str) -> Iterator[Mismatch]:
    """Hold every limit against the duals; how far its price holds, and what is next, only the solver knew."""
    known = _by_input(derived)  # one input may limit several places
    for limit in plan.limits:
        where = f"limit {limit.path}{f' in {limit.period}' if limit.period else ''}"
        others = known.get(_input(limit), [])
        if not others:
            yield Mismatch(where, "a limit", "none")
            continue
        agreeing = [other for other in others if is_solved_again(limit) or same(limit.saves, other.saves)]
        if not agreeing:
            follows = words.listed([told(other.saves) for other in others], last="or")
            yield Mismatch(f"{where}, saves", told(limit.saves), follows)
            continue
        worded = [other for other in agreeing if _follows(limit, other, money)]
        if not worded:
            yield Mismatch(f"{where}, text", repr(limit.text), repr(_head(limit, agreeing[0], money)))
        others.remove((worded or agreeing)[0])


def is_solved_again(limit: Limit) -> bool:
    """Return whether a limit's price is a difference between two solves, which no dual shows."""
    return SOLVED_AGAIN in limit.text


def unstated(plan: Plan, derived: tuple[Limit, ...]) -> list[Limit]:
    """Return what has a price, but is no limit of the plan: solved again, it saved nothing, which only the solver knew."""
    known = _by_input(derived)
    for limit in plan.limits:
        if others := known.get(_input(limit)):
            others.pop()
    return [limit for others in known.values() for limit in others]


def _by_input(limits: tuple[Limit, ...]) -> dict[tuple[str, str, str, str], list[Limit]]:
    known: dict[tuple[str, str, str, str], list[Limit]] = {}
    for limit in limits:
        known.setdefault(_input(limit), []).append(limit)
    return known


def _input(limit: Limit) -> tuple[str, str, str, str]:
    return limit.rule, limit.path, limit.period, limit.unit


def _head(limit: Limit, derived: Limit, money: str) -> str:
    """Return the words of a derived limit up to how far its price holds, with the price that is stated."""
    head = derived.text.removesuffix(".")
    if same(limit.saves, derived.saves):
        return head
    if (limit.saves >= 0) != (derived.saves >= 0):
        there, here = ("save", "cost") if derived.saves >= 0 else ("cost", "save")
        head = head.replace(f" would {there} ", f" would {here} ").replace(f" MW {there}s ", f" MW {here}s ")
    return head.replace(words.money(abs(derived.saves), money), words.money(abs(limit.saves), money))


def _follows(limit: Limit, derived: Limit, money: str) -> bool:
    """Return whether a limit's sentence is that of its figures."""
    head = _head(limit, derived, money)
    verbs = ("binds", "reaches its most", "falls to 0")
    stops = [f"{limit.next} {verb}" for verb in verbs] if limit.next else [""]
    units = math.inf if limit.holds_for is None else limit.holds_for
    tails = [""] if limit.holds_for is None and not limit.next else []
    tails += [tail(Reach(units, stop, True, False), money) for stop in stops]
    tails += [tail(Reach(units, "", True, True, limit.one_less_costs), money)]
    return limit.text in {f"{head}{end}." for end in tails}
