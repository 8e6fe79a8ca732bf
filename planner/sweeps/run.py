"""The points of a sweep handed out over lanes, and taken in as they are done."""

from __future__ import annotations

import concurrent.futures
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from planner.errors import InputError, PlannerError, SolverError
from planner.sweeps.design import Design
from planner.sweeps.lanes import Answer, AnyLane

type Done = Callable[[Answer], None]


def run(design: Design, numbers: Iterable[int], lanes: Sequence[AnyLane], done: Done) -> None:
    """Solve the points with these numbers, in the order given: each lane has a run of neighbours.

    A lane that has nothing left takes the far half of the longest run, so that all end together.

    Raises
    ------
    SolverError
        If a worker died or failed. What was done is with `done`.
    InputError
        If a worker cannot import the planner.
    """
    runs = _divided(list(numbers), len(lanes))
    waiting: dict[Future[Answer], int] = {}
    loads = [0] * len(lanes)

    def feed(lane: int) -> None:
        while loads[lane] < lanes[lane].depth and (number := _next(runs, lane)) is not None:
            waiting[lanes[lane].submit(number, design.points[number])] = lane
            loads[lane] += 1

    try:
        for lane in range(len(lanes)):
            feed(lane)
        while waiting:
            finished, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in sorted(finished, key=lambda one: one.exception() is not None):  # what is done is kept first
                lane = waiting.pop(future)
                loads[lane] -= 1
                done(_result(future))
                feed(lane)
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[Answer]) -> Answer:
    try:
        return future.result()
    except (PlannerError, KeyboardInterrupt):
        raise
    except ImportError as error:
        raise InputError(f"a worker cannot import the planner; install the same version there: {error}") from None
    except Exception as error:
        what = " ".join(str(error).split()).partition(". ")[0]
        raise SolverError(
            "sweep", f"a worker failed: {type(error).__name__}: {what}; run the sweep again to go on"
        ) from None


def _divided(numbers: list[int], parts: int) -> list[deque[int]]:
    """Return runs of neighbours, as equal in length as can be."""
    ends = [len(numbers) * part // parts for part in range(parts + 1)]
    return [deque(numbers[first:last]) for first, last in itertools.pairwise(ends)]


def _next(runs: list[deque[int]], lane: int) -> int | None:
    """Return the next point of a lane's run; where that is empty, after taking half of the longest one."""
    if not runs[lane]:
        longest = max(runs, key=len)
        taken = [longest.pop() for _ in range((len(longest) + 1) // 2)]
        runs[lane].extend(reversed(taken))
    return runs[lane].popleft() if runs[lane] else None
