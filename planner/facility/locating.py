"""HiGHS with the facility location search before it: the search chooses the sites, HiGHS the rest and the prices."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace

import highspy
import numpy as np

from planner.facility.instance import InfeasibleError, Instance
from planner.facility.solve import Result, solve_cflp
from planner.facility.structure import candidates, instance_of
from planner.model.arrays import Arrays
from planner.model.build import Built
from planner.solver.background import run_beside
from planner.solver.fixed import fix_integers
from planner.solver.highs import PRICING_SHARE, ArrayHighs
from planner.solver.options import Progress, SolveOptions
from planner.solver.solution import Solution, relative_gap
from planner.solver.watch import PROGRESS_SECONDS

LEAST_PAIRS = 200
"""Sites times regions from which on the search is used; below, HiGHS alone takes a few hundredths of a second."""

_ROUNDING = 1e-7


def locating(built: Built, unit: float, options: SolveOptions) -> LocatingHighs | None:
    """Return the solver for a programme that is pure facility location and large enough, None for any other."""
    instance = instance_of(built) if built.model.open.count else None
    if instance is None or instance.cost.size < LEAST_PAIRS:
        return None
    return LocatingHighs(instance, built, unit, options)


class LocatingHighs(ArrayHighs):
    """A solver for one programme: `unit` is what 1 of its arrays' objective stands for.

    What the search cannot settle (no feasible plan, no plan in time, trouble) is left to HiGHS alone.
    """

    def __init__(self, instance: Instance, built: Built, unit: float, settings: SolveOptions):
        super().__init__(settings)
        self._instance, self._model, self._unit = instance, built.model, unit

    def answer(self, arrays: Arrays) -> Solution:
        """Solve the programme, whose whole columns are `open`."""
        began = time.monotonic()
        watch = _Watch(self.settings, began, self._unit, arrays.constant)
        found = self._search(watch)
        given = self.settings
        left = max(given.time_limit - (time.monotonic() - began), PRICING_SHARE * given.time_limit)
        self.settings = replace(given, time_limit=left)
        try:
            solution = (
                self._priced(arrays, found, watch) if found is not None and np.isfinite(found.objective) else None
            )
            return replace(solution or super().answer(arrays), seconds=time.monotonic() - began)
        finally:
            self.settings = given

    def _search(self, watch: _Watch) -> Result | None:
        """Return what the search finds, None if that is nothing."""
        found: list[Result] = []

        def work() -> None:
            try:
                limit, gap = self.settings.time_limit, self.settings.gap
                log = log_line if self.settings.log else None
                found.append(solve_cflp(self._instance, gap=gap, time_limit=limit, log=log, watch=watch))
            finally:
                highspy.Highs.resetGlobalScheduler(True)

        try:
            run_beside(work, watch.stop)
        except (InfeasibleError, RuntimeError):
            return None
        return found[0]

    def _priced(self, arrays: Arrays, found: Result, watch: _Watch) -> Solution | None:
        """Return the plan and the prices of the linear programme on the sites chosen, with the bound of the search."""
        opened = np.zeros(arrays.columns)
        opened[self._model.open.span] = found.open[candidates(self._model)]
        runner = ArrayHighs(replace(self.settings, progress=None))
        priced = runner.answer(fix_integers(arrays, opened))
        if priced.status != "optimal" or priced.objective is None:
            return None
        bound = min(found.bound / self._unit + arrays.constant, priced.objective)
        gap = relative_gap(priced.objective, bound)
        proven = gap <= self.settings.gap + _ROUNDING
        if found.closed and not proven:
            return None
        self.handle = runner.handle
        return replace(
            priced,
            status="optimal" if proven else "limit",
            reason="" if proven else "interrupted" if watch.is_stopped else "time limit",
            bound=bound,
            gap=gap,
            nodes=int(found.brought.get("branch nodes", 0)),
            integers_fixed=True,
            solver=f"{priced.solver} with the planner's facility location search",
        )


@dataclass
class _Watch:
    """Tells the caller how the search goes, in the units of the arrays, and the search when to stop."""

    settings: SolveOptions
    began: float
    unit: float
    constant: float
    is_stopped: bool = False
    _next: float = 0.0

    def stop(self) -> None:
        """Ask the search to stop at its next look."""
        self.is_stopped = True

    def __call__(self, best: float, bound: float) -> bool:
        """Tell the progress about twice a second; what it raises ends the search."""
        now = time.monotonic()
        if self.settings.progress is not None and now >= self._next:
            self._next = now + PROGRESS_SECONDS
            value, floor = (
                number / self.unit + self.constant if np.isfinite(number) else None for number in (best, bound)
            )
            gap = None if value is None or floor is None else relative_gap(value, floor)
            self.settings.progress(Progress(now - self.began, value, floor, gap))
        return self.is_stopped


def log_line(line: str) -> None:
    """Write what a part of a search brought where HiGHS writes its log."""
    sys.stderr.write(f"sites, {line}\n")
