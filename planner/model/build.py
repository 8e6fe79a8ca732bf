"""From inputs to a programme, and its objectives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.inputs import Inputs
from planner.model.arrays import Floats
from planner.model.costs import charge
from planner.model.decisions import decide
from planner.model.finished import Finished
from planner.model.model import Model
from planner.model.rules import RULES
from planner.model.rules.policies import KG_PER_TONNE
from planner.model.survival import Borne, Loss, bear
from planner.scenario.places import GB_PER_HOUR_AND_GBPS


@dataclass(frozen=True)
class Objective:
    """An objective to be minimised: `coefficients @ x + constant` in the user's units; `sign` turns it to what it is called."""

    name: str
    coefficients: Floats
    constant: float
    sign: float
    unit: str


@dataclass(frozen=True)
class Built:
    """A scenario's programme: the model with its blocks, and the finished arrays."""

    model: Model
    finished: Finished
    borne: tuple[Borne, ...] = ()

    def objective(self, name: str) -> Objective:
        """Return the objective called cost, served or carbon."""
        return {"cost": _cost, "served": _served, "carbon": _carbon}[name](self.model)


def build(inputs: Inputs, losses: Sequence[Loss] = ()) -> Built:
    """Build the programme of a scenario, with the losses that it must bear; their columns and rows come last."""
    model = decide(inputs)
    charge(model)
    for rule in RULES:
        rule(model)
    borne = tuple(bear(model, loss) for loss in losses)
    return Built(model, model.programme.finish(), borne)


def _cost(model: Model) -> Objective:
    """Discounted cost: the sum of all its parts, constants included."""
    programme = model.programme
    moving = [item for item in programme.items if item.columns.size]
    coefficients = np.zeros(programme.size[0])
    for item in moving:
        np.add.at(coefficients, item.columns, item.discounted)
    constant = float(sum(item.discounted.sum() for item in programme.items if not item.columns.size))
    return Objective("cost", coefficients, constant, 1.0, model.inputs.doc.money.currency)


def _served(model: Model) -> Objective:
    """Work served over the horizon, each unit weighed by its worth; the most is the least of its negative.

    Traffic between nodes counts in Gb/s-hours, weighed by its penalty where any has one.
    """
    inputs = model.inputs
    coefficients = np.zeros(model.programme.size[0])
    worth = inputs.worth[model.pairs[0]] * inputs.time.hours[:, :, None]
    at = model.serve.at
    coefficients[at[at >= 0]] = -np.broadcast_to(worth, at.shape)[at >= 0]
    constant = 0.0
    for j, (name,) in enumerate(model.shed.keys):
        traffic = inputs.doc.traffic[name]
        penalty = traffic.unmet_penalty_per_gb
        value = 1.0 if penalty is None else float(np.mean(penalty)) * GB_PER_HOUR_AND_GBPS
        each = np.broadcast_to(value * inputs.time.hours, model.each_slice)
        shed = model.shed.at[:, :, j]
        coefficients[shed[shed >= 0]] = each[shed >= 0]
        constant -= float((each * inputs.time.series(traffic.gbps)[:, None]).sum())
    units = sorted({inputs.doc.workloads[w].unit for w in inputs.workloads}) + ["Gb/s-hour"] * bool(model.shed.keys)
    weighed = not np.all(inputs.worth == 1)
    return Objective(
        "served", coefficients, constant, -1.0, inputs.doc.money.currency if weighed else " + ".join(units)
    )


def _carbon(model: Model) -> Objective:
    """Carbon over the horizon, t CO2e."""
    coefficients = np.zeros(model.programme.size[0])
    for emission in model.programme.emissions:
        np.add.at(coefficients, emission.columns, emission.kilograms / KG_PER_TONNE)
    return Objective("carbon", coefficients, 0.0, 1.0, "tCO2e")
