"""The door of verification: a plan in, a verdict out, and no solver.

The programme is built again from the scenario in the plan and held against the hash in its certificate. What is proven
is proven of that programme's doubles: exactly, since doubles are whole numbers times powers of two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from planner.certify.bound import safe_bound
from planner.certify.cells import Mismatch, figures, told
from planner.certify.exact import matrix_of
from planner.certify.fingerprint import arrays_of, fingerprint
from planner.certify.kept import Certificate, KeptObjective, certificate_in
from planner.certify.limits import is_solved_again, limits_derived, unstated, wrong_limits
from planner.certify.proof import Interval, interval, priced_width
from planner.certify.repair import Point
from planner.certify.verdict import FAR, NEAR, Verdict, amount, sentence_of
from planner.errors import InputError, Problem
from planner.inputs.inputs import inputs_of
from planner.model.build import Built, build
from planner.model.survival import losses_of
from planner.plan import words
from planner.plan.dates import CERTIFICATE_INTERRUPTED, DATE_INTERRUPTED, LIMITS_INTERRUPTED, UNKNOWN
from planner.plan.files import contents
from planner.plan.plan import Plan, from_dict
from planner.precheck import scaling_note
from planner.ranks import all_ranks
from planner.scenario.load import Scenario, load
from planner.solver.solution import relative_gap

SAME = 1e-9
"""A value that the plan states is the derived one within this share of the larger of 1 and itself, in scaled units."""


STATUSES = ("optimal", "infeasible", "unbounded", "limit")
"""What may be said of a plan."""


@dataclass
class _Findings:
    """What is found on the way."""

    plan: Plan
    scenario: Scenario
    mismatches: list[Mismatch] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    word: list[str] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    proves: str = "nothing"
    programme: str = ""
    cells: int = 0
    prices_width: float | None = None

    def hold(self, where: str, stated: Any, derived: Any) -> bool:
        """Note a figure that is not what follows; return whether it is."""
        if stated == derived:
            return True
        self.mismatches.append(Mismatch(where, told(stated), told(derived)))
        return False


def verify(plan: Plan | str | Path) -> Verdict:
    """Prove a plan, or one that was saved, without a solver.

    Raises
    ------
    InputError
        If the file is no plan, or its scenario or certificate cannot be read.
    """
    stated_hash: Any = None
    if not isinstance(plan, Plan):
        data = contents(plan)
        stated_hash = data.get("hash") if isinstance(data, dict) else None
        plan = from_dict(data, str(plan), sealed=False)
    _refuse_broken(plan)
    scenario = load(plan.scenario)
    found = _Findings(plan, scenario)
    if stated_hash is not None:
        found.hold("hash of the plan", stated_hash, plan.hash)
    found.hold("hash of the scenario", plan.scenario_hash, scenario.hash)
    if plan.status not in STATUSES:
        found.gaps.append(f"anything of a plan with the status {plan.status!r}, which there is not")
    elif plan.certificate:
        _check(found, certificate_in(plan.certificate))
    elif plan.status in ("optimal", "infeasible") or plan.has_plan:
        found.gaps.append(_without_certificate(plan))
    else:
        found.gaps.append(f"there is nothing to prove of a plan with the status {plan.status} and no numbers")
    return _verdict(found)


def _refuse_broken(plan: Plan) -> None:
    """Refuse a plan whose fields are not of their kind, as a file of another may be."""
    mappings = ("scenario", "size", "weights", "resilience", "certificate")
    numbers = ("objective", "bound", "gap", "served_fraction", "unmet_fraction")
    wrong = [name for name in mappings if not isinstance(getattr(plan, name), dict)]
    wrong += [name for name in numbers if not isinstance(getattr(plan, name), int | float | None)]
    wrong += [] if isinstance(plan.duals, str) else ["duals"]
    for limit in plan.limits:
        texts = (limit.rule, limit.path, limit.period, limit.unit, limit.text)
        if not isinstance(limit.saves, int | float) or not all(isinstance(text, str) for text in texts):
            wrong.append("limits")
            break
    if wrong:
        raise InputError(Problem(f"the plan is not whole: {words.listed(wrong)} cannot be read", code="plan"))


def _without_certificate(plan: Plan) -> str:
    if plan.status == "infeasible":
        return "that no plan keeps every rule, which is the solver's word: no combination of rules shows it"
    return "anything, since the plan has no certificate: solve its scenario again with this version"


def _verdict(found: _Findings) -> Verdict:
    gaps, word, intervals = tuple(found.gaps), tuple(found.word), tuple(found.intervals)
    name = str(found.plan.scenario.get("name", "scenario"))
    return Verdict(
        status=found.plan.status,
        certified=bool(found.plan.certificate),
        proves=found.proves,
        intervals=intervals,
        programme=found.programme,
        mismatches=tuple(found.mismatches),
        gaps=gaps,
        words_of_solver=word,
        cells=found.cells,
        prices_width=found.prices_width,
        sentence=sentence_of(name, found.proves, intervals, len(found.mismatches), gaps, word),
    )


def _check(found: _Findings, kept: Certificate) -> None:
    """Build the programme again and prove what the certificate holds."""
    inputs = inputs_of(found.scenario)
    strange = [loss.label for loss in kept.losses if loss not in losses_of(inputs)]
    if strange:
        told_so = f"the certificate has losses that are not the scenario's: {words.listed(strange)}"
        found.gaps.append(f"anything, since {told_so}")
        return
    built = build(inputs, kept.losses)
    found.programme = fingerprint(built, kept.goals)
    found.hold("hash of the programme", kept.programme, found.programme)
    wanted = [rank.of for rank in all_ranks(inputs)]
    goals = [goal.of for goal in kept.goals]
    if goals != wanted[: len(goals)]:
        found.gaps.append("the rank order of the scenario, which the certificate does not follow")
    elif kept.holds == "point" and found.plan.status == "optimal" and len(goals) < len(wanted):
        missing = words.listed(wanted[len(goals) :])
        found.gaps.append(f"that the plan is best for {missing}: the certificate holds nothing of it")
    _facts(found, built)
    _told_beside(found, built, kept)
    if kept.holds == "farkas":
        _infeasible(found, built, kept)
    elif found.plan.status == "infeasible" or not found.plan.has_plan:
        found.gaps.append(f"the status {found.plan.status}: the certificate holds a point")
    elif not _fits(built, kept):
        found.gaps.append("anything, since the certificate is of a programme of another size")
    else:
        _point(found, built, kept)


def _fits(built: Built, kept: Certificate) -> bool:
    columns, rows = built.model.programme.size
    lengths = [(kept.point, columns), *((one.point, columns) for one in kept.objectives)]
    lengths += [(one.duals, rows + i) for i, one in enumerate(kept.objectives)]
    if kept.prices is not None:
        lengths.append((kept.prices.duals, rows + len(kept.objectives[kept.prices.of].goal.held)))
    return all(values is None or len(values) == length for values, length in lengths)


def _facts(found: _Findings, built: Built) -> None:
    """Hold what the plan says of its programme against what was built."""
    plan, objective = found.plan, built.objective(all_ranks(built.model.inputs)[0].of)
    columns, rows = built.model.programme.size
    size = {"columns": columns, "rows": rows, "coefficients": int(built.finished.matrix.nnz)}
    size["integers"] = int(built.finished.integer.sum())
    for key in sorted({*size, *plan.size}):
        found.hold(f"size, {key}", plan.size.get(key), size.get(key))
    found.hold("objective_name", plan.objective_name, objective.name)
    found.hold("objective_unit", plan.objective_unit, objective.unit)
    found.hold("currency", plan.currency, found.scenario.document.money.currency)


def _told_beside(found: _Findings, built: Built, kept: Certificate) -> None:
    """Hold what stands beside the figures: why the search stopped, what cannot hold together, notes."""
    plan = found.plan
    stopped = {*plan.reason.split("; ")} <= {LIMITS_INTERRUPTED, DATE_INTERRUPTED, CERTIFICATE_INTERRUPTED}
    told_why = "a rule is broken by" in plan.reason or (stopped and plan.earliest in (UNKNOWN, None))
    if plan.status == "optimal" and plan.reason and not told_why:
        found.mismatches.append(Mismatch("reason", told(plan.reason), "no reason to stop"))
    if plan.status == "limit" and not plan.reason and len(kept.goals) == len(all_ranks(built.model.inputs)):
        found.mismatches.append(Mismatch("status", told(plan.status), "optimal, since no limit is named,"))
    if plan.has_plan and (plan.conflict or plan.conflict_inputs):
        found.mismatches.append(Mismatch("conflict", "that rules cannot hold together", "that they do"))
    if kept.holds == "point":
        note = scaling_note(built.finished.matrix.data)
        found.hold("notes", list(plan.notes), [note] if note else [])


def _infeasible(found: _Findings, built: Built, kept: Certificate) -> None:
    """Prove that no point keeps every rule."""
    assert kept.ray is not None
    if found.plan.status != "infeasible":
        found.gaps.append(f"the status {found.plan.status}: the certificate holds a proof that there is no plan")
        return
    goal = kept.goals[0]
    arrays, _, _ = arrays_of(built, [goal], 0)
    if len(kept.ray) != arrays.rows:
        found.gaps.append("anything, since the certificate is of a programme of another size")
        return
    bound = safe_bound(arrays, matrix_of(arrays), kept.ray, costs=False).value
    if bound is None or bound <= 0:
        found.gaps.append("that no plan keeps every rule: the combination of rules in the certificate does not show it")
        return
    found.proves = "infeasible"
    if found.plan.conflict:
        found.word.append("that the rules named cannot hold together")
    if not goal.free and built.finished.derived.any():
        found.word.append("that a plan beyond ten times what could be useful would not help")


def _point(found: _Findings, built: Built, kept: Certificate) -> None:
    """Prove each objective's interval, and derive the plan's figures again."""
    assert kept.point is not None
    points: list[Point] = []
    for position, one in enumerate(kept.objectives):
        proven, point = _objective(built, kept, position, kept.point if one.point is None else one.point)
        found.intervals.append(proven)
        points.append(point)
        _conclusions(found, one, proven)
    _own_point(found, built, kept)
    _held(found, built, kept, points)
    _values(found, built, kept, points[0])
    _prices(found, built, kept, points)
    _derive(found, built, kept)
    _word_of_solver(found, kept)
    whole = any(proven.relaxed for proven in found.intervals)
    proven_all = all(p.width is not None and p.width <= NEAR for p in found.intervals)
    found.proves = "optimal" if proven_all and found.plan.status == "optimal" else "feasible"
    if not whole and found.proves != "optimal" and found.plan.status == "optimal" and not found.gaps:
        found.gaps.append("the optimum")


def _objective(built: Built, kept: Certificate, position: int, x: Any) -> tuple[Interval, Point]:
    arrays, unit, objective = arrays_of(built, kept.goals, position)
    one = kept.objectives[position]
    return interval(arrays, unit, objective, one.duals, x, built.finished.row_scale, one.without)


def _conclusions(found: _Findings, one: KeptObjective, proven: Interval) -> None:
    """Note what is not proven of one objective that should be."""
    status = found.plan.status
    if proven.violation:
        found.gaps.append(
            f"that the plan keeps '{proven.broken}', which it misses by {words.number(proven.violation)} in exact arithmetic"
        )
    if proven.moved > FAR:
        found.gaps.append(_off(proven))
    if proven.relaxed or status != "optimal":
        return
    if proven.width is None:
        why = f" ({proven.without})" if proven.without else ""
        found.gaps.append(f"that the plan is best for the objective {one.goal.of}{why}")
    elif proven.width > NEAR:
        found.gaps.append(
            f"that the plan is best for the objective {one.goal.of}: it may be worse than the best by "
            f"{words.percent(proven.width)} of its value"
        )


def _off(proven: Interval) -> str:
    """Return what is not proven where decisions are farther off the rules than a solver's rounding leaves them."""
    return (
        f"that the plan's decisions keep every rule while {proven.name} is optimised: to do so, one of them must move by "
        f"{words.number(proven.moved)} in scaled units"
    )


def _own_point(found: _Findings, built: Built, kept: Certificate) -> None:
    """Where an objective has a point of its own, the plan's point must keep every rule, too."""
    last = kept.objectives[-1]
    if last.point is None:
        return
    assert kept.point is not None
    final, _ = _objective(built, kept, len(kept.objectives) - 1, kept.point)
    if final.violation:
        found.gaps.append(f"that the plan keeps '{final.broken}', which it misses by {words.number(final.violation)}")
    elif final.moved > FAR:
        found.gaps.append(_off(final))


def _held(found: _Findings, built: Built, kept: Certificate, points: list[Point]) -> None:
    """Hold what each objective was held to, for those after it, against its value and the tolerance that it has."""
    stated = kept.goals[-1].held
    for goal in kept.goals:
        if goal.held != stated[: len(goal.held)]:
            where = f"certificate, what is held while {goal.of} is optimised"
            found.mismatches.append(
                Mismatch(where, *(told(list(held)) for held in (goal.held, stated[: len(goal.held)])))
            )
    for i, (rank, at_most) in enumerate(zip(all_ranks(built.model.inputs), stated, strict=False)):
        _, unit, objective = arrays_of(built, kept.goals, i)
        best = float(points[i].value) * unit
        derived = best - objective.constant + (rank.tolerance or 0.0) * abs(best)
        if not abs(at_most - derived) <= SAME * max(unit, abs(best)):
            found.mismatches.append(Mismatch(f"certificate, what {rank.of} is held to", told(at_most), told(derived)))


def _values(found: _Findings, built: Built, kept: Certificate, first: Point) -> None:
    """Hold the objective, its bound and the gap against what follows."""
    assert kept.point is not None
    plan, proven = found.plan, found.intervals[0]
    arrays, unit, objective = arrays_of(built, kept.goals, 0)
    parts = (objective.coefficients * (kept.point * built.finished.scale)).tolist()
    value = objective.sign * math.fsum([*parts, objective.constant]) + 0.0
    assert plan.objective is not None
    near = SAME * max(unit, abs(value))
    if not abs(plan.objective - value) <= near:
        found.mismatches.append(Mismatch("objective", told(plan.objective), told(value)))
    if plan.bound is None:
        if plan.gap is not None:
            found.mismatches.append(Mismatch("gap", told(plan.gap), "none"))
        if plan.status == "optimal":
            found.mismatches.append(
                Mismatch("bound", "nothing", told(proven.best if proven.best is not None else value))
            )
        return
    gap = relative_gap(plan.objective / unit, plan.bound / unit)
    if plan.gap is None or not abs(plan.gap - gap) <= SAME:
        found.mismatches.append(Mismatch("gap", told(plan.gap), told(gap)))
    stated = Fraction(plan.bound) / Fraction(unit) * int(objective.sign)
    room = Fraction(SAME) * max(Fraction(1), abs(first.value))
    if stated > first.value + room and not proven.violation:
        found.mismatches.append(Mismatch("bound", told(plan.bound), f"at best {proven.reached!r}"))
    elif not arrays.is_mip and plan.status == "optimal" and proven.best is not None:
        best = Fraction(proven.best) / Fraction(unit) * int(objective.sign)
        if stated < best - room:
            found.mismatches.append(Mismatch("bound", told(plan.bound), repr(proven.best)))


def _prices(found: _Findings, built: Built, kept: Certificate, points: list[Point]) -> None:
    """Prove that the prices are those of an optimum, with the whole numbers as they are."""
    if kept.prices is None or kept.point is None:
        return
    which = "with the integers fixed" if kept.prices.whole_fixed else "of the linear programme"
    if not found.plan.duals.startswith(which):
        found.mismatches.append(Mismatch("duals", told(found.plan.duals), which))
    arrays, _, _ = arrays_of(built, kept.goals, kept.prices.of)
    if kept.prices.duals is kept.objectives[kept.prices.of].duals and not arrays.is_mip:
        found.prices_width = found.intervals[kept.prices.of].width  # the same duals prove both
        return
    x = kept.objectives[kept.prices.of].point
    value = points[kept.prices.of].value
    width = priced_width(arrays, kept.prices.duals, kept.point if x is None else x, value)
    found.prices_width = width
    if width is None or width > NEAR:
        by = "at all" if width is None else f"nearer than {words.percent(width)} of its value"
        found.gaps.append(f"the prices: they do not show the plan to be best {by}, its whole numbers fixed")


def _derive(found: _Findings, built: Built, kept: Certificate) -> None:
    """Derive every table from the point, and hold the plan's against it."""
    position = kept.prices.of if kept.prices is not None else len(kept.goals) - 1
    _, unit, objective = arrays_of(built, kept.goals, position)
    found.cells = sum(frame.size for frame in found.plan.tables.values())
    found.mismatches += figures(found.plan, built, kept, unit, objective.unit)
    limits = limits_derived(built, kept, unit, objective.unit)
    found.mismatches += wrong_limits(found.plan, limits, objective.unit)
    if idle := len(unstated(found.plan, limits)):
        found.word.append(
            f"that {words.count(idle, 'input')} with a price {'limits' if idle == 1 else 'limit'} nothing"
        )
    if again := sum(map(is_solved_again, found.plan.limits)):
        found.word.append(
            f"the {'price' if again == 1 else 'prices'} of {words.count(again, 'limit')} found by solving again"
        )


def _word_of_solver(found: _Findings, kept: Certificate) -> None:
    plan = found.plan
    first = found.intervals[0]
    if first.relaxed and (first.width is None or first.width > NEAR) and plan.bound is not None:
        found.word.append(f"that no plan is better than {amount(plan.bound, plan.objective_unit)}")
    if losses_of(inputs_of(found.scenario)):
        found.word.append("how each loss that is not in the programme is borne")
    if plan.earliest is not None:
        found.word.append("the earliest date")
    if plan.limits:
        found.word.append("how far the prices of limits hold")
