"""Bearing losses: the losses that bind are put into the programme one round after another, until the plan bears all.

Each round solves the programme with the losses found so far. Then every other loss is tried on its plan: with
fleets, sites and links as planned, how much of the required share can be served? Those that fall short most
come into the programme next. What is left out at the end is borne anyway, so the optimum is that of the
programme with every loss in it. A plan that a limit left is tried as well, and a bound with fewer losses holds with
more: no plan is handed on that does not bear them all.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planner.inputs.inputs import Inputs
from planner.model.arrays import Floats
from planner.model.build import Built, build
from planner.model.programme import summed
from planner.model.survival import Borne, Loss, losses_of
from planner.solver.options import SolveOptions
from planner.solver.solution import Solution
from planner.stage import Stage

MOST_A_ROUND = 4
"""So many losses come into the programme at a time."""

SHORT = 1e-6
"""A loss is borne if no more than this share of what it must serve is missing."""

SHORTAGE_COST = 1e3
"""What a unit short costs in the check of a loss, where a unit served earns 1."""


@dataclass(frozen=True)
class Trial:
    """How a plan bears one loss: the least share of any workload or traffic that is served at any time, and what is short."""

    loss: Loss
    served_share: float
    short: float


@dataclass(frozen=True)
class Resilience:
    """What bearing losses took: the objective without any, the losses in the programme, and how each is borne."""

    without: float | None
    included: tuple[Loss, ...]
    trials: tuple[Trial, ...]
    rounds: int


def solve_bearing(
    built: Built,
    solve: Callable[[Built], list[Stage]],
    name: str,
    options: SolveOptions,
    part: Callable[[str], AbstractContextManager[None]],
) -> tuple[Built, list[Stage], Resilience | None]:
    """Solve a scenario's programme with every loss borne.

    `built` has no loss in it, `solve` solves one programme for all objectives, `part` times a part of the work.
    """
    stages, inputs = solve(built), built.model.inputs
    losses = losses_of(inputs)
    if not losses:
        return built, stages, None
    without = stages[0].value if stages[0].solution.status == "optimal" else None
    checks: dict[Loss, Built] = {}
    included: tuple[Loss, ...] = ()
    rounds = 1
    while True:
        trials: tuple[Trial, ...] = ()
        planned = [stage for stage in stages if stage.solution.has_plan]
        if planned:
            with part("losses"):
                trials = tuple(_try(inputs, loss, built, planned[-1].settled, checks, name, options) for loss in losses)
        failing = sorted((t for t in trials if t.short > SHORT and t.loss not in included), key=lambda t: -t.short)
        if not failing:
            return built, stages, Resilience(without, included, trials, rounds)
        if any(stage.solution.reason == "interrupted" for stage in stages):
            return built, [_without_plan(stage) for stage in stages], None
        included = (*included, *(t.loss for t in failing[:MOST_A_ROUND]))
        with part("build"):
            built = build(inputs, included)
        stages = solve(built)
        rounds += 1


def _without_plan(stage: Stage) -> Stage:
    """Return a stage that was interrupted before its plan bore every loss: what there is keeps not every rule."""
    return replace(
        stage, solution=Solution("limit", stage.solution.solver, reason="interrupted"), standing=lambda: None
    )


def _try(
    inputs: Inputs, loss: Loss, built: Built, stage: Stage, checks: dict[Loss, Built], name: str, options: SolveOptions
) -> Trial:
    """Return how the plan of a stage bears a loss."""
    from planner.solver.solve import solver_named  # a reader of the tables needs no solver

    if loss not in checks:
        checks[loss] = build(inputs, [loss])
    check = checks[loss]
    borne = check.borne[0]
    planned, rules = built.model.programme.size_without_losses
    assert stage.solution.x is not None
    x = stage.solution.x[:planned]
    objective = _objective(check, borne)
    arrays, _ = check.finished.arrays(objective, 0.0)
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[:planned] = upper[:planned] = x
    for block in (borne.shortage, borne.model.shed):
        upper[block.span] = np.inf
    low, high = arrays.row_lower.copy(), arrays.row_upper.copy()
    low[:rules], high[:rules] = -np.inf, np.inf  # what is planned keeps its rules already
    arrays = replace(
        arrays, lower=lower, upper=upper, row_lower=low, row_upper=high, integer=np.zeros_like(arrays.integer)
    )
    answer = solver_named(name, replace(options, progress=None)).answer(arrays)
    if answer.x is None:
        return Trial(loss, 0.0, 1.0)
    return _trial(loss, check, borne, answer.x * check.finished.scale)


def _objective(check: Built, borne: Borne) -> Floats:
    """Serve most after the loss, each workload by its share of the demand; falling short costs far more."""
    inputs = check.model.inputs
    total = np.maximum(inputs.demand.sum(axis=(0, 1, 3)), 1e-300)
    cost = np.zeros(check.model.programme.size[0])
    at = borne.model.serve.at
    cost[at[at >= 0]] = -np.broadcast_to(1 / total[borne.model.pairs[0]], at.shape)[at >= 0]
    at = borne.shortage.at
    cost[at[at >= 0]] = np.broadcast_to(SHORTAGE_COST / total, at.shape)[at >= 0]
    at = borne.model.shed.at
    cost[at[at >= 0]] = np.broadcast_to(SHORTAGE_COST / np.maximum(_asked(borne), 1e-300), at.shape)[at >= 0]
    return cost


def _asked(borne: Borne) -> Floats:
    """Return the traffic that must go on after the loss, Gb/s, in the shape of `shed`."""
    inputs = borne.model.inputs
    asked = [inputs.time.series(inputs.doc.traffic[name].gbps) for (name,) in borne.model.shed.keys]
    by_period = np.stack(asked, axis=-1) if asked else np.zeros((borne.model.T, 0))
    return np.broadcast_to(by_period[:, None, :], borne.model.shed.at.shape)


def _trial(loss: Loss, check: Built, borne: Borne, x: Floats) -> Trial:
    """Read off what is served after a loss: work as a share of what is served without it, traffic of its demand."""
    inputs = check.model.inputs
    planned = summed(check.model.serve.shaped(x), check.model.pairs[0], len(inputs.workloads))
    served = summed(borne.model.serve.shaped(x), borne.model.pairs[0], len(inputs.workloads))
    short = borne.shortage.shaped(x)
    scale = np.where(planned > 0, planned, 1.0)
    shares = np.where(planned > 0, served / scale, 1.0)
    rule = inputs.doc.survive[loss.rule]
    wanted = np.array([rule.share_by_workload.get(w, rule.share) > 0 for w in inputs.workloads], bool)
    asked = _asked(borne)
    left = np.where(asked > 0, borne.model.shed.shaped(x) / np.where(asked > 0, asked, 1.0), 0.0)
    share = min(
        shares[:, :, wanted].min(initial=1.0), rule.share * (1.0 - left.max(initial=0.0)) if asked.size else 1.0
    )
    return Trial(loss, float(share), float(max((short / scale).max(initial=0.0), left.max(initial=0.0))))


def summary(resilience: Resilience | None, table: pd.DataFrame, objective: float) -> dict[str, Any]:
    """Return what bearing losses costs and which is the hardest: the dearest, or where none binds the narrowest."""
    if resilience is None or table.empty:
        return {}
    dearest = table.loc[[table["saved_by_a_point_less"].idxmax()]]
    hardest = dearest if dearest["saved_by_a_point_less"].iloc[0] > 0 else table.loc[[table["share_served"].idxmin()]]
    without = resilience.without
    return {
        "without": without,
        "costs": None if without is None else objective - without,
        "hardest": str(hardest["lost"].iloc[0]),
        "rounds": resilience.rounds,
    }


def losses_table(built: Built, x: Floats, resilience: Resilience | None, duals: Floats | None) -> pd.DataFrame:
    """Return how each loss is borne, with what one percentage point less of its share would save."""
    rows = []
    by_loss = {b.loss: b for b in built.borne}
    for trial in resilience.trials if resilience else ():
        rule = built.model.inputs.doc.survive[trial.loss.rule]
        saved = (
            _saved_by_a_point(built, by_loss[trial.loss], x, duals)
            if trial.loss in by_loss and duals is not None
            else 0.0
        )
        rows.append(
            (
                trial.loss.rule,
                trial.loss.kind,
                trial.loss.name,
                rule.share,
                trial.served_share,
                trial.loss in by_loss,
                saved,
            )
        )
    columns = ["survival", "kind", "lost", "share_required", "share_served", "in_programme", "saved_by_a_point_less"]
    return pd.DataFrame(rows, columns=columns)


def _saved_by_a_point(built: Built, borne: Borne, x: Floats, duals: Floats) -> float:
    """Return what the objective gains if the required share is a percentage point less: sum of dual x served / 100.

    The share stands on the left of rows ">=", whose duals are 0 or more.
    """
    block = built.model.programme.rows[f"{borne.loss.label}: survival"]
    served = summed(built.model.serve.shaped(x), built.model.pairs[0], len(built.model.inputs.workloads))
    return float((block.shaped(duals) * served).sum()) / 100.0
