"""A plan's programme with the prices of its rows: built again from the plan's scenario, or solved again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.explain.explanation import Question
from planner.inputs.inputs import Inputs, inputs_of
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built, Objective, build
from planner.model.programme import Block
from planner.model.survival import Loss, losses_of
from planner.plan.plan import Plan
from planner.stage import Stage, user_duals


@dataclass(frozen=True)
class Held:
    """A row that holds an objective of higher rank, `coefficients x <= at_most`, and its dual."""

    name: str
    coefficients: Floats
    at_most: float
    dual: float


@dataclass(frozen=True)
class Reading:
    """A programme in the user's units, with the prices of its rows and, where it is known, the point.

    Attributes
    ----------
    objective
        The objective that the prices are of: `coefficients x + constant`, minimised.
    y
        Dual of each row: change of the objective by unit of its right-hand side.
    x
        Value of each column; None where only the prices are known.
    held
        Rows of the objectives of higher rank.
    integers_fixed
        Whether the prices hold with the whole numbers as chosen.
    """

    built: Built
    objective: Objective
    y: Floats
    x: Floats | None
    held: tuple[Held, ...] = ()
    integers_fixed: bool = False

    @cached_property
    def matrix(self) -> Any:
        """The rows' coefficients in the user's units, sparse by rows."""
        finished = self.built.finished
        matrix = finished.matrix.copy()
        matrix.data = (
            matrix.data * np.repeat(finished.row_scale, np.diff(matrix.indptr)) / finished.scale[matrix.indices]
        )
        return matrix

    @cached_property
    def right(self) -> Floats:
        """Right-hand side of each row in the user's units."""
        finished = self.built.finished
        side = np.where(np.isfinite(finished.row_upper), finished.row_upper, finished.row_lower)
        right: Floats = side * finished.row_scale
        return right

    @cached_property
    def reduced(self) -> Floats:
        """Reduced cost of each column: its cost less what it takes of the rows at their prices."""
        cost = self.objective.coefficients - self.matrix.T @ self.y
        for row in self.held:
            cost = cost - row.coefficients * row.dual
        return np.asarray(cost)

    @property
    def value(self) -> float:
        """The objective at the point, minimised."""
        assert self.x is not None
        return float(self.objective.coefficients @ self.x + self.objective.constant)


def reading_of(question: Question) -> Reading | None:
    """Return the programme with the plan's own prices, and its point where the plan has a certificate.

    None where the plan has not all of them: one without a certificate, solved for several objectives in rank order,
    keeps no dual of those before the last.
    """
    from planner.ranks import all_ranks

    plan = question.plan
    if plan.duals == "none" or not plan.has_plan:
        return None
    if plan.certificate:
        return _certified(plan, inputs_of(question.scenario))
    inputs = inputs_of(question.scenario)
    ranks = all_ranks(inputs)
    if len(ranks) > 1:
        return None
    built = build(inputs, _losses(plan, inputs))
    y = _duals(plan, built)
    return Reading(built, built.objective(ranks[0].of), y, None, (), "integers fixed" in plan.duals)


def _certified(plan: Plan, inputs: Inputs) -> Reading | None:
    """Return the programme with the point and the prices of the plan's certificate."""
    from planner.certify.fingerprint import arrays_of
    from planner.certify.kept import certificate_in

    kept = certificate_in(plan.certificate)
    if kept.prices is None or kept.point is None:
        return None
    built = build(inputs, kept.losses)
    arrays, unit, objective = arrays_of(built, kept.goals, kept.prices.of)
    if len(kept.prices.duals) != arrays.rows or len(kept.point) != arrays.columns:
        return None
    before = [built.objective(goal.of) for goal in kept.goals[: kept.prices.of]]
    held = _held(built, arrays, before, kept.prices.duals, unit)
    y = kept.prices.duals[: built.model.programme.size[1]] * unit / built.finished.row_scale
    return Reading(built, objective, y, kept.point * built.finished.scale, held, kept.prices.whole_fixed)


def solved_again(question: Question) -> Reading:
    """Solve the plan's scenario again, and return the programme with its prices and its point.

    Raises
    ------
    InputError
        If there is no optimum with prices in time.
    """
    built, stages = solved_stages(question)
    stage = stages[-1]
    duals = user_duals(built, stage)
    if stage.solution.x is None or duals is None or stage.solution.row_dual is None:
        raise InputError(f"solving again gave no prices: {stage.solution.reason or stage.solution.status}")
    before = [one.objective for one in stages[:-1]]
    held = _held(built, stage.arrays, before, stage.solution.row_dual, stage.unit)
    x = stage.solution.x * built.finished.scale
    return Reading(built, stage.objective, duals, x, held, stage.solution.integers_fixed)


def solved_stages(question: Question) -> tuple[Built, list[Stage]]:
    """Solve the plan's scenario again, and return its programme with the answer for each objective."""
    from planner.planning import Request, Timer, programme_solved

    question.asked.tell("solving the plan's scenario again for its prices")
    built, stages, _ = programme_solved(question.scenario, Request(time_limit=question.time_left()), Timer())
    return built, stages


def _held(
    built: Built, arrays: Arrays, before: Sequence[Objective], duals: Floats, unit: float
) -> tuple[Held, ...]:  # fmt: skip
    """Return the rows that hold the objectives before the one that is priced, in the user's units."""
    rows, found = built.model.programme.size[1], []
    for i, objective in enumerate(before):
        part = slice(arrays.start[rows + i], arrays.start[rows + i + 1])
        index, value = arrays.index[part], arrays.value[part]
        scaled = objective.coefficients * built.finished.scale
        factor = float(scaled[index[0]] / value[0]) if len(index) else 1.0
        at_most, dual = float(arrays.row_upper[rows + i]) * factor, float(duals[rows + i]) * unit / factor
        found.append(Held(f"rank({objective.name})", objective.coefficients, at_most, dual))
    return tuple(found)


def _losses(plan: Plan, inputs: Inputs) -> list[Loss]:
    """Return the losses that were in the plan's programme, in the order of rules and names."""
    table = plan.losses
    there = {
        (str(row["survival"]), str(row["kind"]), str(row["lost"]))
        for row in table[table["in_programme"].astype(bool)].to_dict("records")
    } if len(table) else set()  # fmt: skip
    return [loss for loss in losses_of(inputs) if (loss.rule, loss.kind, loss.name) in there]


def _duals(plan: Plan, built: Built) -> Floats:
    """Return the dual of every row, from the plan's table `prices`."""
    programme = built.model.programme
    y = np.zeros(programme.size[1])
    periods = {name: t for t, name in enumerate(programme.periods)}
    slices = {name: k for k, name in enumerate(programme.slices)}
    for rule, group in plan.prices.groupby("rule", sort=False):
        block = programme.rows[str(rule)]
        static = {text: j for j, text in enumerate(_texts(block))}
        t = group["period"].map(periods).fillna(0).astype(int).to_numpy()
        k = group["slice"].map(slices).fillna(0).astype(int).to_numpy()
        j = group["of"].map(static).to_numpy()
        rows = block.at[t, k, j] if block.timed == 2 else block.at[t if block.timed else 0 * t, j]
        y[rows] = group["dual"].to_numpy(float)
    return y


def _texts(block: Block) -> list[str]:
    """Return the labels of a block's rows as the table `prices` has them."""
    return [", ".join(f"{axis} {part}" for axis, part in zip(block.axes, key, strict=True)) for key in block.keys]
