"""One point of a sweep solved, in this process or in another: each process keeps one session and asks it on."""

from __future__ import annotations

import pickle
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from planner.errors import InputError, PlannerError
from planner.plan.plan import Plan
from planner.planning import Request, solve
from planner.scenario.load import Scenario, load
from planner.sweeps.outputs import Output, figures
from planner.whatif.session import Session, what_if

type Record = dict[str, Any]
"""What is kept of a point: plain data that JSON holds exactly."""

FAULT = "fault"
"""Status of a point at which the planner or its solver failed: it is told, but not kept as done."""

LONGEST_MESSAGE = 300
MOST_SESSIONS = 2


@dataclass(frozen=True)
class Setup:
    """What every point of a sweep has in common.

    Attributes
    ----------
    scenario
        The scenario as plain data.
    request
        How to solve.
    outputs
        Figures that are kept.
    plans
        Whether plans are kept.
    conflicts
        Whether to find what cannot hold together where there is no plan, which may take longer than to solve.
    """

    scenario: dict[str, Any]
    request: Request
    outputs: tuple[Output, ...]
    plans: bool
    conflicts: bool = True

    @property
    def parts(self) -> frozenset[str]:
        """Parts of a plan that the records need; the rest is worked out only for plans that are kept."""
        told = {"conflict"} if self.conflicts else set()
        return frozenset(told | {output.part for output in self.outputs if output.part})

    @property
    def report(self) -> dict[str, bool]:
        """Change of the scenario that has the earliest date worked out where it is an output."""
        return {"report.earliest_date": True} if "earliest" in self.parts else {}

    def packed(self) -> bytes:
        """Return the setup as it travels with each point: a few kilobytes."""
        return zlib.compress(pickle.dumps(self))


class Worker:
    """Solves points, one after the other, with one session.

    Points of a linear programme start from the basis of the one before. Those of a programme with whole numbers are each
    solved from scratch: within the gap, which of the best plans is found may depend on the start, and a point must not
    depend on which points the same process solved before it.
    """

    def __init__(self, setup: Setup, scenario: Scenario | None = None):
        self._setup = setup
        self._session: Session = what_if(scenario or load(setup.scenario), setup.request)
        self._is_whole = False

    def solve(self, number: int, changes: Mapping[str, Any]) -> tuple[Record, bytes | None]:
        """Return the record of a point, and its plan as compressed JSON where plans are kept.

        Raises
        ------
        KeyboardInterrupt
            If the solver was interrupted: such a point is not done.
        """
        began = time.perf_counter()
        try:
            plan = self._solved({**changes, **self._setup.report})
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except InputError as error:
            told = "; ".join(map(str, error.problems))
            return _failed(number, "error", told, time.perf_counter() - began), None
        except PlannerError as error:
            return _failed(number, FAULT, str(error), time.perf_counter() - began), None
        except Exception as error:  # one faulty point must not cost the others
            told = f"a fault of the planner: {type(error).__name__}: {error}"
            return _failed(number, FAULT, told, time.perf_counter() - began), None
        if "interrupted" in plan.reason:
            raise KeyboardInterrupt
        record = _record(number, plan, self._setup.outputs, time.perf_counter() - began)
        return record, _packed_plan(plan) if self._setup.plans else None

    def _solved(self, changes: Mapping[str, Any]) -> Plan:
        parts = None if self._setup.plans else self._setup.parts
        if self._is_whole:
            return solve(self._session.scenario(changes), replace(self._setup.request, only=parts))
        plan = self._session.solve(changes) if parts is None else self._session.answer(changes, parts)
        self._is_whole = plan.size["integers"] > 0
        return plan


_LOCAL = threading.local()


def solve_point(packed: bytes, number: int, changes: dict[str, Any]) -> tuple[Record, bytes | None]:
    """Solve a point in whatever process or thread this is, with the session that it has for this sweep."""
    workers: dict[bytes, Worker] = _LOCAL.__dict__.setdefault("workers", {})
    worker = workers.get(packed)
    if worker is None:
        while len(workers) >= MOST_SESSIONS:
            del workers[next(iter(workers))]
        worker = workers[packed] = Worker(pickle.loads(zlib.decompress(packed)))
    return worker.solve(number, changes)


def _record(number: int, plan: Plan, outputs: tuple[Output, ...], seconds: float) -> Record:
    return {
        "point": number,
        "status": plan.status,
        "objective": plan.objective,
        "unit": plan.objective_unit,
        "served": plan.served_fraction,
        "outputs": figures(outputs, plan),
        "seconds": round(seconds, 4),
        "message": _short(plan.reason or "; ".join(plan.conflict)),
    }


def _failed(number: int, status: str, message: str, seconds: float) -> Record:
    return {
        "point": number,
        "status": status,
        "objective": None,
        "unit": "",
        "served": None,
        "outputs": {},
        "seconds": round(seconds, 4),
        "message": _short(message),
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 3]}..."


def _packed_plan(plan: Plan) -> bytes:
    from planner.plan.files import to_json

    return zlib.compress(to_json(plan).encode())
