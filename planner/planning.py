"""From a scenario to a plan: inputs, programme, solver, plan, in this order and nothing else."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from planner.conclude import conclude
from planner.earliest_date import Probes
from planner.errors import InputError, SolverError
from planner.facility.locating import locating
from planner.facility.siting import siting
from planner.inputs.inputs import Inputs, inputs_of
from planner.inputs.memory import Memory
from planner.model.build import Built, Objective, build
from planner.model.finished import ExtraRow
from planner.model.repriced import repriced
from planner.plan.plan import Plan
from planner.precheck import precheck, too_large
from planner.ranks import all_ranks
from planner.resilience import Resilience, solve_bearing
from planner.scenario.load import Scenario, load
from planner.scenario.policy import Rank
from planner.solver.array_solver import ArraySolver
from planner.solver.options import Progress, SolveOptions
from planner.solver.solution import Solution
from planner.solver.solve import export_mps, solver_named, to_problem
from planner.stage import Stage, stopped_by_derivation, unlimited_where_open
from planner.ties import broken


@dataclass(frozen=True)
class Request:
    """How to solve; what is None is as the scenario says."""

    solver: str | None = None
    time_limit: float | None = None
    gap: float | None = None
    threads: int | None = None
    seed: int | None = None
    mps: str | None = None
    log: bool = False
    progress: Callable[[Progress], None] | None = None
    runner: Callable[[Built, str, SolveOptions], ArraySolver | None] | None = None
    """Returns who solves the next programme, where that is not simply the solver named; a what-if session has one."""
    ties: Callable[[Built, Stage, SolveOptions], Stage] | None = None
    """Breaks ties, where that is not done at once."""
    only: Collection[str] | None = None
    """Tables (and parts of `planner.conclude.DEARER`) that the plan is to have, where not all are wanted."""
    probes: Probes | None = None
    """What a what-if session keeps for the earliest date."""
    break_ties: bool | None = None
    memory: Memory | None = None
    """What a what-if session remembers of the inputs."""

    def resolved(self, scenario: Scenario) -> tuple[str, SolveOptions]:
        """Return the solver's name and options."""
        choice = scenario.document.solver
        options = SolveOptions(
            time_limit=_first(self.time_limit, choice.time_limit_seconds),
            gap=_first(self.gap, choice.gap),
            threads=_first(self.threads, choice.threads),
            seed=_first(self.seed, choice.seed),
            log=self.log,
            progress=self.progress,
            break_ties=_first(self.break_ties, choice.break_ties),
        )
        return _first(self.solver, choice.name), options


def _first[Value](mine: Value | None, theirs: Value) -> Value:
    """Return what the caller says, or else what the scenario says."""
    return theirs if mine is None else mine


class Timer:
    """Adds up what each part of the work takes, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part."""
        began = clock.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + clock.perf_counter() - began


def solve(scenario: Scenario | str | Path | Mapping[str, Any], request: Request | None = None) -> Plan:
    """Solve a scenario (or the file or plain data of one) to a proven optimum and return the plan.

    A scenario without a feasible plan gives a plan that says so and has no numbers.

    Raises
    ------
    InputError
        If the scenario cannot be solved as it stands, such as demand that must be served and that no device
        can run, or the solver is unknown.
    SolverError
        If the solver fails.
    """
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    request = request or Request()
    timer = Timer()
    name, options = request.resolved(scenario)
    built, stages, resilience = programme_solved(scenario, request, timer)
    with timer.part("plan"):
        plan = plan_of(scenario, built, stages, resilience, name, options, request.only, request.probes).whole()
    return plan.with_timings(timer.seconds)


def programme_solved(
    scenario: Scenario, request: Request, timer: Timer
) -> tuple[Built, list[Stage], Resilience | None]:
    """Solve a scenario's programme for each objective, and return it with the answers: what a plan is read off."""
    name, options = request.resolved(scenario)
    _check_solver(name, options, scenario if request.solver is None else None)
    with timer.part("inputs"):
        inputs = inputs_for(scenario, request.memory)
    with timer.part("build"):
        built = _built(inputs, request.memory)
    return solve_bearing(
        built, lambda programme: solve_stages(programme, name, options, request, timer), name, options, timer.part
    )


def _built(inputs: Inputs, memory: Memory | None) -> Built:
    """Return the programme of inputs: a session's last but for its cost, where only prices are others."""
    known: list[Built] = [] if memory is None else memory.programmes
    found = next((built for built in (repriced(one, inputs) for one in reversed(known)) if built is not None), None)
    found = found or build(inputs)
    if memory is not None:
        memory.programmes = [*known[:1], found]
    return found


def _check_solver(name: str, options: SolveOptions, scenario: Scenario | None) -> None:
    """Refuse an unknown solver before any work is done; `scenario` is the one that names it, if one does."""
    try:
        solver_named(name, options)
    except InputError as error:
        if scenario is None:
            raise
        at = scenario.place(("solver", "name"))
        raise InputError([replace(problem, path="solver.name", place=at) for problem in error.problems]) from None


def dry_run(scenario: Scenario, mps: str | None = None) -> dict[str, int]:
    """Return the size of a scenario's programme without solving it; `mps` names a file to write it to."""
    built = build(inputs_for(scenario))
    if mps is not None:
        first = built.objective(all_ranks(built.model.inputs)[0].of)
        export_mps(to_problem(built.finished.arrays(first.coefficients, first.constant)[0]), mps)
    return _size(built)


def inputs_for(scenario: Scenario, memory: Memory | None = None) -> Inputs:
    """Return the inputs of a scenario that can be planned for."""
    if problems := too_large(scenario):
        raise InputError(problems)
    inputs = inputs_of(scenario, memory)
    if problems := precheck(scenario, inputs):
        raise InputError(problems)
    return inputs


def solve_stages(built: Built, name: str, options: SolveOptions, request: Request, timer: Timer) -> list[Stage]:
    """Solve for each objective in turn, holding those before it."""
    stages: list[Stage] = []
    held: list[ExtraRow] = []
    for rank in all_ranks(built.model.inputs):
        objective = built.objective(rank.of)
        mps = request.mps if not stages else None
        stage = _stage(built, rank, objective, held, name, options, timer, mps=mps, other=request.runner)
        if stage.solution.status == "infeasible" or stopped_by_derivation(built, stage):
            stage = _stage(built, rank, objective, held, name, options, timer, free=True, other=request.runner)
        if unlimited_where_open(built, stage):
            stage = replace(stage, solution=Solution("unbounded", stage.solution.solver))
        stages.append(stage)
        solution, unit = stage.solution, stage.unit
        if solution.status != "optimal":
            break
        assert solution.objective is not None
        assert rank.tolerance is not None
        best = solution.objective * unit
        held.append(
            ExtraRow(f"rank({rank.of})", objective.coefficients, best - objective.constant + rank.tolerance * abs(best))
        )
    else:
        if options.break_ties:
            with timer.part("ties"):
                stages[-1] = (broken if request.ties is None else request.ties)(built, stages[-1], options)
    return stages


def _stage(
    built: Built, rank: Rank, objective: Objective, held: list[ExtraRow], name: str, options: SolveOptions,
    timer: Timer, *, free: bool = False, mps: str | None = None,
    other: Callable[[Built, str, SolveOptions], ArraySolver | None] | None = None,
) -> Stage:  # fmt: skip
    """Solve for one objective; `free` of the bounds that were derived, not stated."""
    with timer.part("load"):
        arrays, unit = built.finished.arrays(objective.coefficients, objective.constant, held, free=free)
        problem = to_problem(arrays)
        runner = _runner(built, name, options, unit if rank.of == "cost" and not (held or free) else None, other)
    if mps is not None:
        export_mps(problem, mps)
    with timer.part("solve"):
        problem.solve(runner)
    if runner.solution is None:
        raise SolverError(name, "gave no answer")
    return Stage(rank, objective, arrays, unit, runner.solution, runner.standing)


def _runner(
    built: Built, name: str, options: SolveOptions, unit: float | None,
    other: Callable[[Built, str, SolveOptions], ArraySolver | None] | None,
) -> ArraySolver:  # fmt: skip
    """Return the solver: that of facility location for least cost alone (in `unit`), or one with a first plan for sites."""
    located = locating(built, unit, options) if unit is not None and name.lower() == "highs" else None
    if located is not None:
        return located
    if other is not None:
        return other(built, name, options) or solver_named(name, options)
    return (siting(built, options) if name.lower() == "highs" else None) or solver_named(name, options)


def _size(built: Built) -> dict[str, int]:
    columns, rows = built.model.programme.size
    return {
        "columns": columns,
        "rows": rows,
        "coefficients": int(built.finished.matrix.nnz),
        "integers": int(built.finished.integer.sum()),
    }


def plan_of(
    scenario: Scenario,
    built: Built,
    stages: list[Stage],
    resilience: Resilience | None,
    name: str,
    options: SolveOptions,
    only: Collection[str] | None = None,
    probes: Probes | None = None,
) -> Plan:
    """Return the plan that the last stage with a feasible point gives; its parts are worked out when looked at."""
    first = stages[0]
    status = next((stage.solution.status for stage in stages if stage.solution.status != "optimal"), "optimal")
    if status == "infeasible" and len(stages) > 1:
        status = "limit"  # what keeps the first objective keeps every rule: the solver lost it in rounding
    usable = [stage for stage in stages if stage.solution.has_plan] if status != "unbounded" else []
    base = Plan(
        status=status,
        scenario={},
        scenario_hash="",
        objective_name=first.objective.name,
        objective_unit=first.objective.unit,
        currency=scenario.document.money.currency,
        solver={**_versions(first.solution.solver)},
        size=_size(built),
        reason=next((stage.solution.reason for stage in stages if stage.solution.reason), ""),
    )
    plan = conclude(base, scenario, built, stages, usable, resilience, options, only, probes)
    return plan.later(scenario=lambda: scenario.plain, scenario_hash=lambda: scenario.hash)


@cache
def _versions(solver: str) -> dict[str, str]:
    from importlib.metadata import version

    return {"name": solver, "planner": version("planner"), "pulp": version("pulp"), "numpy": version("numpy")}
