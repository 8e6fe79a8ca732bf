"""The solvers of a session: each programme of a question starts from where the one before it, of the same labels, ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.programme import Block
from planner.solver.fixed import fix_integers
from planner.solver.highs import ArrayHighs
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer, Solution, measure
from planner.stage import Stage
from planner.ties import weights
from planner.whatif.live import Live
from planner.whatif.proof import proof_of, proves_infeasible


@dataclass
class Statistics:
    """How the programmes of a session were solved.

    A question has one for each objective of its rank order, and one for each period that the search for the earliest
    date tries.

    Attributes
    ----------
    hot
        Solved from the last basis (with whole numbers: from the last plan), and checked.
    cold
        Solved from scratch: the first of their kind, and those that could not be solved hot.
    failed
        Hot answers that did not hold in the check; each was solved cold, and counts there as well.
    """

    hot: int = 0
    cold: int = 0
    failed: int = 0


type Labels = tuple[Hashable, ...]

KEPT = 16
"""So many programmes stay in memory: those used last."""


@dataclass
class _Slot:
    """Where a programme was left, and what breaks its ties."""

    live: Live | None = None
    start: Floats | None = None
    weight: Floats | None = None


class Hot:
    """Makes the solver of each programme of a question, and keeps what it leaves for the next question.

    `guess` is the earliest date, by number, that was found last; `lock` is held by who uses any of it.
    """

    def __init__(self) -> None:
        self.statistics = Statistics()
        self.guess: int | None = None
        self.lock = threading.RLock()
        self._slots: dict[tuple[str, int, Labels], _Slot] = {}
        self._next = self._questions = 0
        self._last: _Slot | None = None

    def begin(self) -> None:
        """Begin another question: its first programme is solved from the first of the one before."""
        self._next, self._last = 0, None
        self._questions += 1

    def __call__(self, built: Built, name: str, options: SolveOptions) -> HotHighs | None:
        """Return the solver for the next programme of the question; None leaves it to the solver named."""
        if name.lower() != "highs":
            return None
        place, self._next = self._next, self._next + 1
        runner = self._from(("programme", place, _labels(built)), options)
        self._last = runner.slot
        if options.break_ties and runner.slot.weight is None:
            runner.slot.weight = weights(built.model.programme)
        return runner

    def adopt(self, stage: Stage) -> None:
        """Go on from the plan that broke the ties of the last programme: there is less to break next time."""
        if self._last is None:
            self.statistics.cold += 1  # by another solver, or by the search for facility location
            return
        live = self._last.live
        if (
            live is not None
            and stage.handle is not None
            and live.arrays is stage.arrays
            and stage.solution.status == "optimal"
        ):
            live.adopt(stage.handle)

    def drop(self) -> None:
        """Forget how the last programme was left: what was being done to it did not end."""
        if self._last is not None:
            self._last.live = None

    def kept(self, stage: Stage, options: SolveOptions) -> Callable[[], Any]:
        """Return what gives HiGHS at the optimum of this question's last programme (`planner.earliest_date.Probes`).

        Once there is another question it is made anew, from the basis; that of a programme with whole numbers stays.
        It gives None where the time limit ends that, and raises Ctrl-C again.
        """
        handle, asked = stage.handle, self._questions
        if handle is None or stage.arrays.is_mip:
            return lambda: handle
        basis = handle.getBasis()

        def live() -> Any:
            if asked == self._questions:
                return handle
            again = ArrayHighs(replace(options, basis=basis))
            found = again.answer(stage.arrays)
            if found.reason == "interrupted":
                raise KeyboardInterrupt
            return again.handle if found.status == "optimal" else None

        return live

    def solver(self, built: Built, start: int, options: SolveOptions) -> HotHighs:
        """Return the solver for what is missing from a period on (`planner.earliest_date.Probes`)."""
        return self._from(("date", start, _labels(built)), options)

    def _from(self, key: tuple[str, int, Labels], options: SolveOptions) -> HotHighs:
        slot = self._slots.pop(key, None) or _Slot()
        self._slots[key] = slot  # the last of them now
        if len(self._slots) > KEPT:
            del self._slots[next(iter(self._slots))]
        return HotHighs(slot, self.statistics, options)


class HotHighs(ArrayHighs):
    """HiGHS for one programme: from the last basis or plan where there is one, and from scratch where that fails."""

    def __init__(self, slot: _Slot, statistics: Statistics, settings: SolveOptions):
        super().__init__(settings)
        self.slot, self._statistics = slot, statistics

    def answer(self, arrays: Arrays) -> Solution:
        """Solve the programme; a hot answer that its arrays do not prove is sought from scratch."""
        hot = self._hot_of_whole if arrays.is_mip else self._hot_of_linear
        found = hot(arrays)
        if found is not None:
            self._statistics.hot += 1
            return found
        self._statistics.cold += 1
        solution = super().answer(arrays)
        self._keep(arrays, solution)
        return solution

    def _keep(self, arrays: Arrays, solution: Solution) -> None:
        """Keep what the next question can start from."""
        if arrays.is_mip:
            self.slot.start = solution.x if solution.x is not None else self.slot.start
        elif solution.status == "optimal" and self.handle is not None and self.handle.getBasis().valid:
            self.slot.live = Live(self.handle, arrays, solution.iterations)

    def _hot_of_linear(self, arrays: Arrays) -> Solution | None:
        """Return the proven answer from the last basis, None where there is none."""
        live, began = self.slot.live, time.monotonic()
        if live is None or (live.arrays.columns, live.arrays.rows) != (arrays.columns, arrays.rows):
            return None
        self.slot.live = None  # until the answer is seen to hold, so that nothing broken is kept
        answer = live.solve(arrays, self.settings, self.slot.weight if self.settings.break_ties else None)
        if answer is None:
            return None
        if not self._proven(arrays, answer, live):
            self._statistics.failed += 1
            return None
        self.slot.live, self.handle = live, live.handle
        return measure(arrays, answer, _version(live.handle), time.monotonic() - began)

    def _proven(self, arrays: Arrays, answer: Answer, live: Live) -> bool:
        """Return whether the arrays prove an answer: its point and prices, or the ray of an infeasible programme."""
        if answer.status == "infeasible":
            ray = live.ray()
            return ray is not None and proves_infeasible(arrays, ray)
        assert answer.x is not None
        assert answer.row_dual is not None
        return proof_of(arrays, answer.x, answer.row_dual).holds

    def _hot_of_whole(self, arrays: Arrays) -> Solution | None:
        """Return the answer of a search that begins with the last plan, its prices proven with the whole columns fixed."""
        start = self.slot.start
        if start is None or len(start) != arrays.columns:
            return None
        runner = ArrayHighs(replace(self.settings, start=start))
        found = runner.answer(arrays)
        if found.status != "optimal" or found.x is None or found.row_dual is None:
            return None
        if not proof_of(fix_integers(arrays, found.x), found.x, found.row_dual).holds:
            self._statistics.failed += 1
            return None
        self.slot.start, self.handle = found.x, runner.handle
        return found


def _version(handle: highspy.Highs) -> str:
    return f"HiGHS {handle.version()}"


def _labels(built: Built) -> Labels:
    """Return the labels of all columns and rows, in their order: with other ones it is another programme."""
    programme = built.model.programme
    blocks = [*programme.columns.values(), *programme.rows.values()]
    return programme.periods, programme.slices, *map(_labels_of, blocks)


def _labels_of(block: Block) -> tuple[Hashable, ...]:
    members = None if block.count == block.at.size else np.packbits(block.at >= 0).tobytes()
    return block.name, block.axes, block.keys, block.at.shape, members
