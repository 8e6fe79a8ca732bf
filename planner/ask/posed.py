"""A scenario that questions are asked of: solved, with its programme at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.ask.hot import NO_PLAN, Clock, Hot
from planner.errors import InputError, LimitError, NoPlanError
from planner.inputs.inputs import inputs_of
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built, Objective, build
from planner.model.finished import ExtraRow
from planner.model.survival import losses_of
from planner.planning import Request, Timer, programme_solved
from planner.precheck import precheck, too_large
from planner.scenario.load import Scenario, load
from planner.scenario.policy import Rank
from planner.solver.options import SolveOptions
from planner.stage import Stage


@dataclass(frozen=True)
class Posed:
    """A solved scenario.

    Attributes
    ----------
    built
        Its programme, with every loss that it must bear.
    ranks
        Its objectives in rank order.
    held
        Rows that hold all of them but the last.
    arrays, unit
        The programme of the last objective, which settles the plan, and the units of the objective that 1 stands for.
    hot
        The programme, live.
    x
        The best plan, in the programme's units.
    """

    scenario: Scenario
    built: Built
    ranks: tuple[Rank, ...]
    objective: Objective
    held: tuple[ExtraRow, ...]
    arrays: Arrays
    unit: float
    hot: Hot
    x: Floats
    value: float
    row_dual: Floats | None
    reduced_cost: Floats | None
    options: SolveOptions
    clock: Clock

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.scenario.document.name)

    @property
    def currency(self) -> str:
        """Currency of the scenario."""
        return self.scenario.document.money.currency

    @property
    def is_mip(self) -> bool:
        """Whether it has decisions in whole numbers."""
        return self.arrays.is_mip


def opened(scenario: Scenario | str | Path | dict[str, Any]) -> Scenario:
    """Return a scenario, read if it is a file or plain data."""
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def pose(scenario: Scenario, request: Request | None = None) -> Posed:
    """Solve a scenario, so that questions can be asked of its best plan.

    Raises
    ------
    InputError
        If the scenario cannot be solved as it stands.
    NoPlanError
        If no plan keeps every rule, or none is best.
    LimitError
        If the time limit ends before the best plan is known.
    """
    request = replace(request or Request(), solver="highs")
    _, options = request.resolved(scenario)
    clock = Clock.of(options.time_limit)
    built, stages, _ = programme_solved(scenario, request, Timer())
    last = stages[-1]
    _refuse(scenario, stages)
    if built.borne:  # another number may make other losses bind: all are in
        inputs = built.model.inputs
        built = build(inputs, losses_of(inputs))
    objective = built.objective(last.rank.of)
    held = tuple(_held(built, stage) for stage in stages[:-1])
    arrays, unit = built.finished.arrays(objective.coefficients, objective.constant, held)
    basis = last.handle.getBasis() if last.handle is not None and last.arrays.rows == arrays.rows else None
    hot = Hot(arrays, options, clock, None if arrays.columns != last.arrays.columns else basis)
    best = hot.best()
    assert best.x is not None
    assert best.objective is not None
    ranks = tuple(stage.rank for stage in stages)
    return Posed(
        scenario, built, ranks, objective, held, arrays, unit, hot, best.x, best.objective, best.row_dual,
        best.reduced_cost, options, clock,
    )  # fmt: skip


def _refuse(scenario: Scenario, stages: list[Stage]) -> None:
    """Refuse to answer for a scenario without a best plan."""
    name = scenario.document.name
    for stage in stages:
        status = stage.solution.status
        if status in NO_PLAN:
            raise NoPlanError(f"{name}: {NO_PLAN[status]}")
        if status == "limit":
            raise LimitError(
                f"{name}: the solver stopped before the best plan was known, from which every answer starts"
                f" ({stage.solution.reason}); planner solve shows the best plan that it finds in the time given"
            )


def _held(built: Built, stage: Stage) -> ExtraRow:
    """Return the row that holds an objective of higher rank, as solving in rank order does."""
    objective = built.objective(stage.rank.of)
    assert stage.solution.objective is not None
    assert stage.rank.tolerance is not None
    best = stage.solution.objective * stage.unit
    at_most = best - objective.constant + stage.rank.tolerance * abs(best)
    return ExtraRow(f"rank({stage.rank.of})", objective.coefficients, at_most)


def rebuilt(scenario: Scenario, losses: bool) -> Built:
    """Return the programme of a scenario with another number, with every loss that it must bear."""
    inputs = inputs_of(scenario)
    return build(inputs, losses_of(inputs)) if losses else build(inputs)


def ready(scenario: Scenario, request: Request | None = None) -> tuple[Built, SolveOptions]:
    """Return the programme of a scenario that has not been solved, and how to solve it.

    Raises
    ------
    InputError
        If the scenario cannot be solved as it stands.
    """
    _, options = (request or Request()).resolved(scenario)
    if problems := too_large(scenario):
        raise InputError(problems)
    inputs = inputs_of(scenario)
    if problems := precheck(scenario, inputs):
        raise InputError(problems)
    return build(inputs, losses_of(inputs)), options
