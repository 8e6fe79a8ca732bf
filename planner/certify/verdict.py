"""What verifying a plan came to, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context
from typing import Any

from planner.certify.cells import Mismatch
from planner.certify.proof import Interval
from planner.plan import words

FAR = 1e-6
"""A decision that must move farther than this, in scaled units, to keep the rules is off by more than rounding."""

DIGITS = 9
"""Significant digits of what is proven, in a sentence; a bound is rounded outwards."""

SMALL = 1e-4
"""Amounts below this are told with a power of ten."""

LEAST_WIDTH = 1e-16
"""A double cannot tell apart what differs by less than this share."""

NEAR = 1e-6
"""A linear programme's optimum counts as proven where its interval is no wider than this, relatively."""


@dataclass(frozen=True)
class Verdict:
    """What is proven of a plan, and what is not.

    Attributes
    ----------
    status
        Status that the plan states.
    certified
        Whether the plan has a certificate.
    proves
        "optimal", "feasible" (with a bound of the linear relaxation where whole numbers are decided), "infeasible",
        or "nothing".
    intervals
        What is proven of each objective, in rank order.
    programme
        Hash of the programme that was built from the scenario in the plan: what is proven is proven of it.
    mismatches
        Figures of the plan that are not what follows.
    gaps
        What should be proven and is not, in words.
    words_of_solver
        What rests on the solver's word alone.
    cells
        How many cells of tables were derived again.
    prices_width
        How near to best the prices prove the plan to be, its whole numbers fixed; None where there are no prices.
    sentence
        What is proven and what is not.
    """

    status: str
    certified: bool
    proves: str
    intervals: tuple[Interval, ...]
    programme: str
    mismatches: tuple[Mismatch, ...]
    gaps: tuple[str, ...]
    words_of_solver: tuple[str, ...]
    cells: int
    prices_width: float | None
    sentence: str

    @property
    def holds(self) -> bool:
        """Whether all that the certificate should prove is proven, and every figure follows."""
        return self.proves != "nothing" and not self.mismatches and not self.gaps

    @property
    def exit_code(self) -> int:
        """Exit code of `planner verify`: 0 or 1."""
        return 0 if self.holds else 1

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data."""
        return {
            "holds": self.holds,
            "exit_code": self.exit_code,
            "sentence": self.sentence,
            "status": self.status,
            "certified": self.certified,
            "proves": self.proves,
            "intervals": [interval.as_dict() for interval in self.intervals],
            "programme": self.programme,
            "mismatches": [vars(mismatch) for mismatch in self.mismatches],
            "not_proven": list(self.gaps),
            "words_of_solver": list(self.words_of_solver),
            "cells": self.cells,
            "prices_width": self.prices_width,
        }


def sentence_of(
    name: str, proves: str, intervals: tuple[Interval, ...], wrong: int, gaps: tuple[str, ...], word: tuple[str, ...]
) -> str:
    """Return what is wrong, what is not proven and what is, in one sentence that can be quoted alone."""
    told = _proven(proves, intervals)
    parts = []
    if wrong:
        figures = "1 figure of the plan is not what follows" if wrong == 1 else f"{wrong:,} figures of the plan are not"
        parts.append(f"{figures}{'' if wrong == 1 else ' what follows'} from its decisions")
    parts += [f"not proven: {words.listed(gaps)}"] if gaps else []
    parts += [told] if told else []
    if not wrong and proves in ("optimal", "feasible"):
        parts.append("every figure that could be derived again follows from the plan's decisions")
    parts += [f"the solver's word alone is {words.listed(word)}"] if word else []
    return f"{name}: {'; '.join(parts)}."


def _proven(proves: str, intervals: tuple[Interval, ...]) -> str:
    if proves == "infeasible":
        return "proven in exact arithmetic that no plan keeps every rule"
    if proves == "nothing" or not intervals:
        return ""
    first = intervals[0]
    what = BEST.get(first.name, f"the least {first.name}")
    keeps = "keeps every rule exactly" if not first.violation else (
        f"keeps every rule but '{first.broken}', which it misses by {words.number(first.violation)}"
    )  # fmt: skip
    if proves == "optimal" and first.best is not None:
        return (
            f"proven in exact arithmetic that {what} is {amount(first.reached, first.unit)}, within a share "
            f"of {share(first.width)}{_after(intervals[1:])}, and that the plan{_moved(first)} {keeps}"
        )
    told = f"proven in exact arithmetic that the plan{_moved(first)} {keeps}, at {amount(first.reached, first.unit)}"
    if first.best is None:
        return told
    below = first.best <= first.reached
    least = amount(first.best, first.unit, ROUND_FLOOR if below else ROUND_CEILING)
    return f"{told}, and that no plan is {'below' if below else 'above'} {least}"


BEST = {"cost": "the least cost", "served": "the most that can be served", "carbon": "the least carbon"}


def amount(value: float, unit: str, rounding: str = ROUND_HALF_EVEN) -> str:
    """Return an amount with its unit, in so many digits that it can stand for what is proven: 210,500 USD."""
    told = Context(DIGITS, rounding).create_decimal(repr(value))
    text = f"{told:,f}" if abs(told) >= SMALL or not told else f"{told.normalize():e}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text and 'e' not in text else text} {unit}".rstrip()


def _after(intervals: tuple[Interval, ...]) -> str:
    """Return what is said of the objectives after the first."""
    if not intervals:
        return ""
    names = words.listed([interval.name for interval in intervals])
    return f" (then {names}, proven likewise among the plans that keep to that)"


def _moved(interval: Interval) -> str:
    if interval.moved > FAR:
        return f" (moved by {words.number(interval.moved)} in scaled units)"
    return " (moved within the solver's rounding)" if interval.moved else ""


def share(width: float | None) -> str:
    """Return a relative width: 4.4e-12; one below what a double can tell apart is told as that."""
    return f"{width:.1e}" if width and width > LEAST_WIDTH else f"{LEAST_WIDTH:g}"
