"""The plan through the planner: scenario file and tables in, plan with all its tables out."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import planner
from benchmarks.measure import Clock, finish, peak_mb, started_from
from planner import conclude, planning
from planner.solver import highs


def timed(owner: Any, name: str, clock: Clock, part: str) -> None:
    """Have the calls of a function counted as a part."""
    plain = getattr(owner, name)

    @functools.wraps(plain)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with clock.part(part):
            return plain(*args, **kwargs)

    setattr(owner, name, wrapped)


def main(folder: str, size_name: str) -> None:
    clock = Clock()
    for owner, name, part in (
        (planning, "inputs_of", "inputs"), (planning, "precheck", "inputs"), (planning, "build", "build"),
        (planning, "solve_stages", "build"), (planning, "to_problem", "build"), (highs, "load", "to HiGHS"),
        (highs._Attempt, "_run", "solve"), (highs.ArrayHighs, "actualSolve", "record"),
        (planning, "plan_of", "extract"), (conclude, "limits_of", "limits"), (conclude, "certificate_of", "proof"),
    ):  # fmt: skip
        timed(owner, name, clock, part)
    _start_from(Path(folder) / "optimal.bas", clock)
    problems = _kept(planning, "to_problem")
    with clock.part("read"):
        scenario = planner.load(Path(folder) / "scenario.yaml")
    with clock.part("build"):
        plan = planner.solve(scenario, planner.Request(time_limit=3600.0, break_ties=False))
    peak = peak_mb()
    assert plan.status == "optimal", plan.status
    with clock.part("write"):
        planner.save(plan, Path(folder) / "plan.json")
    written = peak_mb()
    with clock.part("PuLP"):
        assert problems[0]._model.num_variables == plan.size["columns"]
    finish(clock, plan.objective, plan.size["columns"], plan.size["rows"], peak, written_mb=written, pulp_mb=peak_mb())


def _kept(owner: Any, name: str) -> list[Any]:
    """Have what a function returns kept in a list."""
    plain, kept = getattr(owner, name), []

    @functools.wraps(plain)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        kept.append(plain(*args, **kwargs))
        return kept[-1]

    setattr(owner, name, wrapped)
    return kept


def _start_from(basis: Path, clock: Clock) -> None:
    """Give HiGHS the kept basis, if there is one, as the other contenders are given it."""
    plain = highs._start_from

    def start(handle: Any, arrays: Any, settings: Any) -> None:
        plain(handle, arrays, replace(settings, basis=None))
        with clock.part("basis"):
            started_from(handle, basis)

    highs._start_from = start


if __name__ == "__main__":
    main(*sys.argv[1:3])
