"""How to solve: limits, tolerances and what to start from; the same for every solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planner.model.arrays import Floats


@dataclass(frozen=True)
class Progress:
    """Where a solve stands; None where the solver does not say yet."""

    seconds: float
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    iterations: int = 0
    nodes: int = 0


@dataclass(frozen=True)
class SolveOptions:
    """How to solve.

    Attributes
    ----------
    time_limit
        Seconds after which to stop with the best plan so far.
    gap
        Relative gap at which a plan with whole numbers counts as optimal.
    threads
        Threads to use; with 1 the same input gives the same plan.
    seed
        Seed of the solver's random choices.
    log
        Write the solver's own log to standard error.
    progress
        Called about twice a second, from another thread; what it raises stops the solve and is raised.
    start
        A point to start from (programmes with whole columns).
    basis
        A `highspy.HighsBasis` to start from (linear programmes, HiGHS).
    method
        How HiGHS solves linear programmes: "choose", "simplex" or "ipm".
    break_ties
        Whether the planner, of several plans that are equally good, takes always the same one (`planner.ties`).

    """

    time_limit: float = 600.0
    gap: float = 1e-6
    threads: int = 1
    seed: int = 0
    log: bool = False
    progress: Callable[[Progress], None] | None = None
    start: Floats | None = None
    basis: Any = None
    method: str = "choose"
    break_ties: bool = True
