"""What a change of an input is worth: `dc x + y db - y dA x`, along the input, through all it stands in.

The programme is built again with the input changed; costs, right-hand sides, coefficients and bounds are compared with
those of the plan, in the user's units, and valued at the plan's point and prices. It is the derivative of the optimum:
exact for a small change, and for a large one a first answer, since prices change on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.explain.reading import Reading
from planner.inputs.inputs import inputs_of
from planner.model.build import Built, build
from planner.scenario.load import Scenario


def worth(reading: Reading, scenario: Scenario, changes: Mapping[str, Any]) -> float | None:
    """Return by how much the objective rises with changes (value by path), at the plan's prices.

    None where the change gives another programme: decisions or rules that were not there, or are no more.
    """
    assert reading.x is not None
    try:
        losses = [borne.loss for borne in reading.built.borne]
        built = build(inputs_of(scenario.replace(changes)), losses)
    except InputError:
        return None
    if not _alike(reading.built, built):
        return None
    other = Reading(built, built.objective(reading.objective.name), reading.y, reading.x)
    x, y = reading.x, reading.y
    costs = float((other.objective.coefficients - reading.objective.coefficients) @ x)
    costs += other.objective.constant - reading.objective.constant
    sides = float(y @ (other.right - reading.right))
    coefficients = float(y @ ((other.matrix - reading.matrix) @ x))
    return costs + sides - coefficients + _bounds(reading, built)


def _bounds(reading: Reading, built: Built) -> float:
    """Return what moved bounds are worth: of columns that sit at them at a price, and are not whole."""
    assert reading.x is not None
    before = reading.built.finished
    upper, moved = before.upper * before.scale, built.finished.upper * built.finished.scale
    near = (
        np.isfinite(upper) & np.isfinite(moved) & (reading.x >= upper * (1 - 1e-9)) & ~before.integer & ~before.derived
    )
    return float(reading.reduced[near] @ (moved - upper)[near])


def _alike(one: Built, other: Built) -> bool:
    """Return whether two programmes have the same columns and rows."""
    a, b = one.model.programme, other.model.programme
    return a.size == b.size and all(
        list(mine) == list(theirs) and all(_same(mine[name], theirs[name]) for name in mine)
        for mine, theirs in ((a.columns, b.columns), (a.rows, b.rows))
    )


def _same(one: Any, other: Any) -> bool:
    return one.keys == other.keys and one.at.shape == other.at.shape and bool(np.array_equal(one.at, other.at))
