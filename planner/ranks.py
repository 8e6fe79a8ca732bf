"""The rank order of a scenario's objectives, as it is solved."""

from __future__ import annotations

from planner.inputs.inputs import Inputs
from planner.scenario.check import ranks
from planner.scenario.policy import Rank

TOLERANCE = 1e-6
"""What an objective may lose, as a share of it, to those stated after it, where it says nothing else."""

TIE = 1e-9
"""What the last objective stated may lose, as a share of it, to the least cost that decides after it."""


def all_ranks(inputs: Inputs) -> list[Rank]:
    """Return the objectives in rank order; least cost decides last, so that no plan spends for nothing."""
    *before, last = ranks(inputs.doc)
    before = [_filled(rank, TOLERANCE) for rank in before]
    if "cost" in (rank.of for rank in (*before, last)):
        return [*before, _filled(last, TOLERANCE)]
    return [*before, _filled(last, TIE), Rank(of="cost", tolerance=0.0)]


def _filled(rank: Rank, tolerance: float) -> Rank:
    return rank if rank.tolerance is not None else rank.model_copy(update={"tolerance": tolerance})
