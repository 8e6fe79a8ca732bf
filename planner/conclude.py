"""What is read off a solved programme: the plan's figures and tables, its prices, what limits it, the earliest date."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.certify.making import certificate_of
from planner.earliest_date import Probes, earliest_date
from planner.explain.conflict import SECONDS
from planner.explain.conflict_lines import conflict_told
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.plan.dates import DATE_INTERRUPTED, UNKNOWN
from planner.plan.fractions import fractions
from planner.plan.frames import Reader, tables
from planner.plan.limits import Live, limits_of
from planner.plan.plan import TABLES, Limit, Plan
from planner.plan.prices import prices
from planner.precheck import scaling_note
from planner.resilience import Resilience, losses_table, summary
from planner.scenario.load import Scenario
from planner.solver.options import SolveOptions
from planner.solver.solution import relative_gap
from planner.stage import Stage, user_duals

if TYPE_CHECKING:
    pass


DEARER = ("limits", "earliest", "certificate", "conflict")
"""Parts of a plan beside its tables that cost more to find than a table."""


def conclude(
    base: Plan,
    scenario: Scenario,
    built: Built,
    stages: list[Stage],
    usable: list[Stage],
    resilience: Resilience | None,
    options: SolveOptions,
    only: Collection[str] | None = None,
    probes: Probes | None = None,
) -> Plan:
    """Return the plan: without numbers where there is no feasible point.

    `only` are the tables that are wanted, and the parts of `DEARER`; None for all. `probes` are those
    of a what-if session, for the earliest date.
    """
    wanted = {*TABLES, *DEARER} if only is None else {*only}
    inputs = built.model.inputs
    notes = [note for note in [scaling_note(built.finished.matrix.data)] if note]
    certificate = certificate_of(base.status, built, stages, usable, options) if "certificate" in wanted else {}
    if not usable:
        explained = base.status == "infeasible" and "conflict" in wanted
        told, more = conflict_told(scenario, min(SECONDS, options.time_limit)) if explained else ((), [])
        return replace(
            base, conflict=tuple(one.line for one in told), conflict_inputs=tuple(one.plain for one in told),
            notes=(*notes, *more), certificate=certificate,
        )  # fmt: skip
    first, last = usable[0], usable[-1]
    assert last.solution.x is not None
    reader = Reader(built, last.solution.x)
    frames = tables(reader, None if only is None else {"demand", "traffic", *only} - {*DEARER, "prices", "losses"})
    duals = user_duals(built, last)
    priced = np.zeros(built.model.programme.size[1]) if duals is None else duals
    if "prices" in wanted:
        frames["prices"] = prices(built, priced, reader, last.objective.unit)
    limits = () if duals is None or "limits" not in wanted else _limits(built, reader.x, duals, last)
    frames["losses"] = losses_table(built, reader.x, resilience, duals)
    served, unmet, weights = fractions(inputs, frames["demand"], frames["traffic"])
    value, bound, gap = _best(first, last, built)
    dated = scenario.document.report.earliest_date and "earliest" in wanted
    earliest, stopped = _earliest(base, built, options, probes) if dated else (None, "")
    return replace(
        base,
        reason="; ".join(filter(None, [base.reason, stopped])),
        objective=value,
        bound=bound,
        gap=gap,
        served_fraction=served,
        unmet_fraction=unmet,
        weights=weights,
        duals=_duals_are(last),
        tables=frames,
        limits=limits,
        resilience=summary(resilience, frames["losses"], value),
        earliest=earliest,
        notes=tuple(notes),
        certificate=certificate,
    )


def _earliest(base: Plan, built: Built, options: SolveOptions, probes: Probes | None) -> tuple[str, str]:
    """Return the earliest date, and why it is unknown where Ctrl-C ended the search: the plan is there by then.

    Who stopped the search for the plan is not kept waiting for a date.
    """
    if "interrupted" in base.reason:
        return UNKNOWN, ""
    try:
        return earliest_date(built, options, feasible=True, probes=probes).period, ""
    except KeyboardInterrupt:
        return UNKNOWN, DATE_INTERRUPTED


def _best(first: Stage, last: Stage, built: Built) -> tuple[float, float | None, float | None]:
    """Return the first objective of the plan, its bound and the gap.

    Where other objectives come after it, the plan's value is what they left of it, within its tolerance.
    """
    value, bound, gap = first.value, first.solution.bound, first.solution.gap
    proven = None if bound is None else first.objective.sign * bound * first.unit + 0.0
    if last is not first:
        assert last.solution.x is not None
        x = last.solution.x * built.finished.scale
        parts = (first.objective.coefficients * x).tolist()
        value = first.objective.sign * math.fsum([*parts, first.objective.constant])
        gap = None if proven is None else relative_gap(value / first.unit, proven / first.unit)
    return value + 0.0, proven, gap


def _limits(built: Built, x: Floats, duals: Floats, last: Stage) -> tuple[Limit, ...]:
    """Return what limits the plan; how far each price holds is known only while the solver still has the optimum."""
    live = None
    if last.handle is not None and last.solution.status == "optimal":
        live = Live(last.handle, last.arrays, last.unit)
    return limits_of(built, x, duals, live, last.solution.integers_fixed, last.objective.unit)


def _duals_are(stage: Stage) -> str:
    if stage.solution.row_dual is None:
        return "none"
    which = "with the integers fixed" if stage.solution.integers_fixed else "of the linear programme"
    return f"{which}, from {stage.solution.duals_from}"
