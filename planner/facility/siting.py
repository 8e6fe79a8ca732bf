"""HiGHS for siting in general: linking rows in rounds, a first plan of ours, then its search."""

from __future__ import annotations

import time
from dataclasses import replace

from planner.facility.first_plan import FirstPlan
from planner.facility.linking import implied, in_rounds
from planner.facility.locating import log_line
from planner.facility.sources import sources_of
from planner.model.arrays import Arrays
from planner.model.build import Built
from planner.solver.fixed import fix_integers
from planner.solver.highs import PRICING_SHARE, ArrayHighs
from planner.solver.options import SolveOptions
from planner.solver.solution import Solution, relative_gap

SHARE = 0.1
"""The rounds, and the first plan, take no more of the time limit than this each."""

LEAST_OPEN = 20
"""Columns `open` from which on a first plan is sought; below, HiGHS alone takes no time."""

LEAST_LINKS = 20_000
"""Linking rows from which on they come in rounds."""


def siting(built: Built, options: SolveOptions) -> SitingHighs | None:
    """Return the solver for a programme in which enough sites open by a yes-or-no decision, None for any other."""
    return SitingHighs(built, options) if built.model.open.count >= LEAST_OPEN else None


class SitingHighs(ArrayHighs):
    """HiGHS that makes itself a first plan for the sites of one model, and leaves out linking rows that it does not need."""

    def __init__(self, built: Built, settings: SolveOptions):
        super().__init__(settings)
        at = built.model.open.at
        self._sites = [at[:, j][at[:, j] >= 0] for j in range(at.shape[1]) if (at[:, j] >= 0).any()]
        self._implied = implied(built)
        self._sources = sources_of(built)

    def answer(self, arrays: Arrays) -> Solution:
        """Solve the programme."""
        began, given = time.monotonic(), self.settings
        log = log_line if given.log else None
        end = began + given.time_limit
        rounds = None
        if len(self._implied) >= LEAST_LINKS:
            rounds = in_rounds(arrays, self._implied, began + SHARE * given.time_limit, log)
        searched, sources = arrays, self._sources
        if rounds is not None:
            searched = rounds.arrays
            sources = sources and sources.among(rounds.rows)
        until = time.monotonic() + SHARE * given.time_limit
        start = FirstPlan(searched, self._sites, until, given.gap, log, sources).search()
        least = PRICING_SHARE * given.time_limit
        self.settings = replace(given, start=start, time_limit=max(end - time.monotonic(), least))
        try:
            solution = super().answer(searched)
            if searched is not arrays and solution.x is not None:
                self.settings = replace(given, time_limit=max(end - time.monotonic(), least), progress=None)
                solution = self._with_every_row(arrays, solution)
            return replace(solution, seconds=time.monotonic() - began)
        finally:
            self.settings = given

    def _with_every_row(self, arrays: Arrays, found: Solution) -> Solution:
        """Return the plan with the prices of all rows: those of the linear programme with the whole columns fixed."""
        assert found.x is not None
        priced = super().answer(fix_integers(arrays, found.x))
        if priced.status != "optimal" or priced.objective is None or found.bound is None:
            return super().answer(arrays)
        bound = min(found.bound, priced.objective)
        return replace(
            priced,
            status=found.status,
            reason=found.reason,
            bound=bound,
            gap=relative_gap(priced.objective, bound),
            nodes=found.nodes,
            integers_fixed=True,
        )
