"""What is read off a solved programme: the plan's figures and tables, its prices, what limits it, the earliest date."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.certify.making import certificate_of
from planner.earliest_date import Probes, earliest_date
from planner.explain.conflict import SECONDS
from planner.explain.conflict_lines import conflict_told
from planner.inputs.inputs import Inputs
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.plan.frames import Reader, tables
from planner.plan.limits import Live, limits_of
from planner.plan.plan import TABLES, Limit, Plan
from planner.plan.prices import prices
from planner.precheck import scaling_note
from planner.resilience import Resilience, losses_table, summary
from planner.scenario.load import Scenario
from planner.scenario.places import GB_PER_HOUR_AND_GBPS
from planner.solver.options import SolveOptions
from planner.solver.solution import relative_gap
from planner.stage import Stage, user_duals

if TYPE_CHECKING:
    import pandas as pd


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
    notes = [note for note in [_scaling(built)] if note]
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
    return replace(
        base,
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
        earliest=earliest_date(built, options, feasible=True, probes=probes).period if dated else None,
        notes=tuple(notes),
        certificate=certificate,
    )


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


def _scaling(built: Built) -> str:
    sizes = np.abs(built.finished.matrix.data)
    return scaling_note(float(sizes.min(initial=np.inf)), float(sizes.max(initial=0.0)))


def fractions(inputs: Inputs, demand: pd.DataFrame, traffic: pd.DataFrame) -> tuple[float, float, dict[str, float]]:
    """Return the share of the demand that is served, the share that is not, and the weights of its members.

    Members are workloads, by name, and traffic between nodes, as `traffic.name`. They weigh by their demand valued at
    their mean penalty; equally where none has a penalty.
    """
    doc, time = inputs.doc, inputs.time
    asked: dict[str, float] = {}
    unmet: dict[str, float] = {}
    penalties: dict[str, Any] = {}
    for name, group in demand.groupby("workload", sort=True):
        asked[str(name)], unmet[str(name)] = float(group["demand_units"].sum()), float(group["unmet_units"].sum())
        penalties[str(name)] = doc.workloads[str(name)].unmet_penalty
    for name, group in traffic.groupby("traffic", sort=True):
        gb = time.hours * GB_PER_HOUR_AND_GBPS
        wanted = (group["demand_gbps"].to_numpy().reshape(gb.shape) * gb).sum()
        if wanted > 0:
            left = (group["unmet_gbps"].to_numpy().reshape(gb.shape) * gb).sum()
            asked[f"traffic.{name}"], unmet[f"traffic.{name}"] = float(wanted), float(left)
            penalties[f"traffic.{name}"] = doc.traffic[str(name)].unmet_penalty_per_gb
    if not asked:
        return 1.0, 0.0, {}
    weights = dict.fromkeys(asked, 1.0)
    if any(p is not None for p in penalties.values()):
        valued = {n: 0.0 if p is None else float(np.mean(time.series(p))) * asked[n] for n, p in penalties.items()}
        weights = valued if any(valued.values()) else weights
    whole = math.fsum(weights.values())
    weights = {name: weight / whole for name, weight in weights.items()}
    share = math.fsum(weight * unmet[name] / asked[name] for name, weight in weights.items())
    return 1.0 - share, share, weights
