"""What is read off a solved programme: the plan's figures and tables, its prices, what limits it, the earliest date."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

from planner.certify.making import certificate_of
from planner.earliest_date import Probes, earliest_date
from planner.explain.conflict import SECONDS
from planner.explain.conflict_lines import conflict_told
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.plan.dates import CERTIFICATE_INTERRUPTED, DATE_INTERRUPTED, LIMITS_INTERRUPTED, UNKNOWN
from planner.plan.fractions import fractions
from planner.plan.frames import Reader
from planner.plan.limits import Live, limits_of
from planner.plan.plan import TABLES, Limit, Plan
from planner.plan.tables import Tables
from planner.precheck import scaling_note
from planner.resilience import Resilience, summary
from planner.scenario.load import Scenario
from planner.solver.options import SolveOptions
from planner.solver.solution import relative_gap
from planner.stage import Stage, user_duals

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
    """Return the plan; its tables and what is dear to find are worked out when they are looked at (`Plan.later`).

    Without a feasible point it has no numbers. `only` are the tables that are wanted, and the parts of `DEARER`; None
    for all. `probes` are those of a what-if session.
    """
    wanted = {*TABLES, *DEARER} if only is None else {*only}
    notes = [note for note in [scaling_note(built.finished.matrix.data)] if note]
    rest = _Rest(base, built, stages, usable, options, probes)
    later: dict[str, Callable[[], Any]] = {}
    if "certificate" in wanted:
        later["certificate"] = rest.part("certificate")
    if not usable:
        if base.status == "infeasible" and "conflict" in wanted:
            later |= _conflict(scenario, min(SECONDS, options.time_limit), notes)
        return replace(base, notes=tuple(notes)).later(**later)
    first, last = usable[0], usable[-1]
    tables = Tables(
        lambda: rest.reader, lambda: rest.duals, last.objective.unit, resilience, {"demand", "traffic", "losses", *wanted} - {*DEARER}
    )  # fmt: skip
    shares = cache(lambda: fractions(built.model.inputs, tables["demand"], tables["traffic"]))
    value, bound, gap = _best(first, last, built)
    later["served_fraction"] = lambda: shares()[0]
    later["unmet_fraction"] = lambda: shares()[1]
    later["weights"] = lambda: shares()[2]
    later["resilience"] = lambda: summary(resilience, tables["losses"], value)
    if "limits" in wanted and last.solution.row_dual is not None:
        later["limits"] = rest.part("limits")
    if "earliest" in wanted and scenario.document.report.earliest_date:
        later["earliest"] = rest.part("earliest")
    dear = [later[name] for name in DEARER if name in later]
    if dear:
        later["reason"] = lambda: rest.reason(dear)
    plan = replace(
        base,
        objective=value,
        bound=bound,
        gap=gap,
        duals=_duals_are(last),
        tables=tables,
        notes=tuple(notes),
    )
    return plan.later(**later)


def _conflict(scenario: Scenario, seconds: float, notes: list[str]) -> dict[str, Callable[[], Any]]:
    """Return the fields of a plan that say why there is none, to be worked out together."""
    told = cache(lambda: conflict_told(scenario, seconds))
    return {
        "conflict": lambda: tuple(one.line for one in told()[0]),
        "conflict_inputs": lambda: tuple(one.plain for one in told()[0]),
        "notes": lambda: (*notes, *told()[1]),
    }


class _Rest:
    """What is dear to find about a plan: how far the prices of its limits hold, the earliest date, a certificate.

    Ctrl-C ends the search for one of them; the plan is there by then. After it no search for ranges or a date begins.
    """

    def __init__(
        self, base: Plan, built: Built, stages: list[Stage], usable: list[Stage], options: SolveOptions,
        probes: Probes | None,
    ):  # fmt: skip
        self._base, self._built, self._stages, self._usable = base, built, stages, usable
        self._options, self._probes = options, probes
        self._lock = nullcontext() if probes is None else probes.lock
        self._stopped = [base.reason] if base.reason else []

    @cached_property
    def _last(self) -> Stage:
        """The last stage with a plan, its ties broken."""
        return self._usable[-1].settled

    @cached_property
    def reader(self) -> Reader:
        """The plan's decisions."""
        with self._lock:
            assert self._last.solution.x is not None
            return Reader(self._built, self._last.solution.x)

    @cached_property
    def duals(self) -> Floats | None:
        """Prices of the programme's rows, in the user's units; None where there are none."""
        with self._lock:
            return user_duals(self._built, self._last)

    def part(self, name: str) -> Callable[[], Any]:
        """Return what works out a part, while nothing else in a session uses its solvers."""

        def found() -> Any:
            with self._lock:
                return getattr(self, name)

        return found

    def reason(self, parts: Collection[Callable[[], Any]]) -> str:
        """Return why the solve, or the search for one of these parts, ended early."""
        for part in parts:
            part()
        return "; ".join(self._stopped)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """What limits the plan; how far each price holds is known only where the solver has the optimum."""
        last, duals = self._last, self.duals
        assert duals is not None

        def found(live: Live | None) -> tuple[Limit, ...]:
            return limits_of(self._built, self.reader.x, duals, live, last.solution.integers_fixed, last.objective.unit)

        if last.solution.status != "optimal" or self._is_interrupted:
            return found(None)
        try:
            handle = last.handle
            return found(None if handle is None else Live(handle, last.arrays, last.unit))
        except KeyboardInterrupt:
            self._stopped.append(LIMITS_INTERRUPTED)
            return found(None)

    @cached_property
    def earliest(self) -> str:
        """The earliest date."""
        if self._is_interrupted:
            return UNKNOWN
        try:
            return earliest_date(self._built, self._options, feasible=True, probes=self._probes).period
        except KeyboardInterrupt:
            self._stopped.append(DATE_INTERRUPTED)
            return UNKNOWN

    @cached_property
    def certificate(self) -> dict[str, Any]:
        """What proves the plan; empty where the search for it was stopped."""
        try:
            settled = {id(stage): stage for stage in self._usable}
            if self._usable:
                settled[id(self._usable[-1])] = self._last
            stages, usable = (
                [settled.get(id(stage), stage) for stage in part] for part in (self._stages, self._usable)
            )
            return certificate_of(self._base.status, self._built, stages, usable, self._options)
        except KeyboardInterrupt:
            self._stopped.append(CERTIFICATE_INTERRUPTED)
            return {}

    @property
    def _is_interrupted(self) -> bool:
        return any("interrupted" in why for why in self._stopped)


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


def _duals_are(stage: Stage) -> str:
    if stage.solution.row_dual is None:
        return "none"
    which = "with the integers fixed" if stage.solution.integers_fixed else "of the linear programme"
    return f"{which}, from {stage.solution.duals_from}"
