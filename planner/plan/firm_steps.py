"""What more nodes of a retail pool make of the share of it that can be counted on."""

from __future__ import annotations

import numpy as np

from planner.inputs.firm import firm_factor
from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.model import Model
from planner.model.programme import Block

LOOKED_AT = 0.1
"""What can be counted on rises in steps, so the mean is taken over so much of the pool, one node at the least."""


def more_nodes(built: Built, offer: str, t: int, x: Floats) -> tuple[dict[int, float], int] | None:
    """Return how fast a pool's firm capacity in each row of occupancy rises beside `firm` a node, and over how many nodes.

    With N nodes rented, `Q(N)` count; of m more `(Q(N + m) - Q(N)) / m` each, in the mean: `firm(N)` as every node counts
    now, and `N (firm(N + m) - firm(N)) / m + firm(N + m) - firm(N)` since the factor itself changes. None where it does not.
    """
    inputs = built.model.inputs
    pool = inputs.doc.offers[offer].pool
    stands = [i for i, stand in enumerate(inputs.stands) if stand.name == offer and stand.supply is not None]
    if pool is None or not stands:
        return None
    supply = inputs.stands[stands[0]].supply
    assert supply is not None
    nodes = int(supply[t] + 1e-9)
    m = max(1, round(LOOKED_AT * nodes))
    change = firm_factor(nodes + m, pool) - float(inputs.stands[stands[0]].firm[t])
    if not change:
        return None
    rows: dict[int, float] = {}
    parts = [(built.model, built.model.programme.rows["occupancy"])]
    parts += [(b.model, built.model.programme.rows[f"{b.loss.label}: occupancy"]) for b in built.borne]
    for model, block in parts:
        rows |= _of_model(model, block, stands, t, x, change, m)
    return rows, m


def _of_model(
    model: Model, block: Block, stands: list[int], t: int, x: Floats, change: float, m: int
) -> dict[int, float]:  # fmt: skip
    """Return the same for the rows of the plan, or of what is done after one loss."""
    rent = model.rent.shaped(x)[t][:, stands]
    whole = np.maximum(rent.sum(axis=1, keepdims=True), 1e-300)
    pace = change * (rent / m + rent / whole)
    at = block.at[t][:, stands]
    return {int(row): float(each) for row, each in zip(at.ravel(), pace.ravel(), strict=True) if row >= 0 and each}
