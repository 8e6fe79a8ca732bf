"""A session: one scenario, asked again and again with other numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.conclude import DEARER
from planner.errors import InputError
from planner.inputs.memory import Memory
from planner.plan.plan import TABLES, Plan
from planner.planning import Request, Timer, plan_of, programme_solved
from planner.scenario.load import Scenario, load
from planner.scenario.suggest import did_you_mean, quoted
from planner.whatif.changes import resolved
from planner.whatif.hot import Hot, Statistics


class Session:
    """A scenario that is solved again and again with other numbers."""

    def __init__(self, scenario: Scenario, request: Request | None = None):
        self._base = scenario
        self._hot = Hot()
        self._request = replace(
            request or Request(), runner=self._hot, ties=self._hot.ties_later, probes=self._hot, memory=Memory()
        )

    @property
    def statistics(self) -> Statistics:
        """How the programmes so far were solved."""
        return self._hot.statistics

    def scenario(self, changes: Mapping[str, Any] | None = None) -> Scenario:
        """Return the scenario with changes, as `planner.whatif.changes.resolved` reads them."""
        return self._base.replace(resolved(self._base, changes)) if changes else self._base

    def solve(self, changes: Mapping[str, Any] | None = None) -> Plan:
        """Return the plan of the scenario with changes; they count for this question only."""
        return self._asked(changes, self._request)

    def answer(self, changes: Mapping[str, Any] | None = None, parts: Collection[str] = ()) -> Plan:
        """Return the plan with only the parts that are asked for: what many questions in a row need of each.

        Parameters
        ----------
        changes
            As in `solve`.
        parts
            Names of tables, and "limits", "earliest", "certificate" and "conflict". Status, objective, bound, gap and the
            shares served are there in any case; the tables `demand`, `traffic` and `losses` as well, where there is a plan.
            Without parts ties are not broken, which takes its time.

        Raises
        ------
        InputError
            If there is no such part.
        """
        parts = (parts,) if isinstance(parts, str) else parts
        if unknown := [part for part in parts if part not in (*TABLES, *DEARER)]:
            word = unknown[0]
            raise InputError(f"a plan has no part {quoted(word)}{did_you_mean(word, (*TABLES, *DEARER))}")
        ties = self._request.break_ties if parts else False
        request = replace(self._request, only=frozenset(parts), break_ties=ties, ties=self._hot.ties)
        return self._asked(changes, request)

    def _asked(self, changes: Mapping[str, Any] | None, request: Request) -> Plan:
        scenario, timer = self.scenario(changes), Timer()
        name, options = request.resolved(scenario)
        with self._hot.lock:
            self._hot.begin()
            try:
                built, stages, resilience = programme_solved(scenario, request, timer)
            except BaseException:
                self._hot.drop()
                raise
            self._hot.end()
            with timer.part("plan"):
                plan = plan_of(scenario, built, stages, resilience, name, options, request.only, request.probes)
        return plan.with_timings(timer.seconds)


def what_if(scenario: Scenario | str | Path | Mapping[str, Any], request: Request | None = None) -> Session:
    """Return a session on a scenario, or on the file or plain data of one."""
    return Session(scenario if isinstance(scenario, Scenario) else load(scenario), request)
