"""The solvers of a session: each programme of a question starts from an optimum of one before it, of the same labels."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
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
from planner.solver.solution import Solution, measure
from planner.stage import Stage
from planner.ties import broken, in_place
from planner.whatif.live import Live
from planner.whatif.proof import proof_of, proves_infeasible
from planner.whatif.units import Units


@dataclass
class Statistics:
    """How the programmes of a session were solved.

    A question has one for each objective of its rank order, and one for each period that the search for the earliest
    date tries.

    Attributes
    ----------
    hot
        Solved from a basis before (with whole numbers: from the last plan), and checked.
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
    """Where a programme was left: a linear one in HiGHS, one with whole numbers at its last plan."""

    live: Live | None = None
    start: Floats | None = None


class Hot:
    """Makes the solver of each programme of a question, and keeps what it leaves for the next question.

    `guess` is the earliest date, by number, that was found last; `lock` is held by who uses any of it.
    """

    def __init__(self) -> None:
        self.statistics = Statistics()
        self.guess: int | None = None
        self.lock = threading.RLock()
        self._slots: dict[tuple[str, int, Labels], _Slot] = {}
        self._next = 0
        self._last: HotHighs | None = None

    def begin(self) -> None:
        """Begin another question: its first programme is solved from the first of the one before."""
        self._next, self._last = 0, None

    def __call__(self, built: Built, name: str, options: SolveOptions) -> HotHighs | None:
        """Return the solver for the next programme of the question; None leaves it to the solver named."""
        if name.lower() != "highs":
            return None
        place, self._next = self._next, self._next + 1
        self._last = self._from(("programme", place, _labels(built)), built, options)
        return self._last

    def end(self) -> None:
        """End a question that was answered."""
        if self._last is None:
            self.statistics.cold += 1  # by another solver, or by the search for facility location

    def drop(self) -> None:
        """Forget how the last programme was left: what was being done to it did not end."""
        if self._last is not None:
            self._last.slot.live = None

    def ties(self, built: Built, stage: Stage, options: SolveOptions) -> Stage:
        """Return a stage whose ties are broken at once; later questions can start from there."""
        runner = self._last
        return broken(built, stage, options) if runner is None else runner.settled(built, stage, options)

    def ties_later(self, built: Built, stage: Stage, options: SolveOptions) -> Stage:
        """Return a stage whose ties are broken when the plan is looked at, where it was found hot.

        That is done on a HiGHS of its own: later answers do not depend on what was looked at, nor a plan on when it was.
        """
        runner = self._last
        if runner is None or not runner.was_hot or stage.arrays.is_mip:
            return self.ties(built, stage, options)
        settled: list[Stage] = []

        def breaks(left: Stage) -> Stage:
            with self.lock:
                if not settled:
                    settled.append(runner.apart(built, left, options))
                return settled[0]

        return replace(stage, ties=breaks)

    def solver(self, built: Built, start: int, options: SolveOptions) -> HotHighs:
        """Return the solver for what is missing from a period on (`planner.earliest_date.Probes`)."""
        return self._from(("date", start, _labels(built)), built, options)

    def _from(self, key: tuple[str, int, Labels], built: Built, options: SolveOptions) -> HotHighs:
        slot = self._slots.pop(key, None) or _Slot()
        self._slots[key] = slot  # the last of them now
        if len(self._slots) > KEPT:
            del self._slots[next(iter(self._slots))]
        return HotHighs(slot, Units.of(built.finished), self.statistics, options)


class HotHighs(ArrayHighs):
    """HiGHS for one programme: from a near basis or plan where there is one, and from scratch where that fails."""

    def __init__(self, slot: _Slot, units: Units, statistics: Statistics, settings: SolveOptions):
        super().__init__(settings)
        self.slot, self._units, self._statistics = slot, units, statistics
        self.was_hot = False
        self._basis: Any = None
        self._left: Live | None = None

    def answer(self, arrays: Arrays) -> Solution:
        """Solve the programme; a hot answer that its arrays do not prove is sought from scratch."""
        hot = self._hot_of_whole if arrays.is_mip else self._hot_of_linear
        self._arrays = arrays
        found = hot(arrays)
        self.was_hot = found is not None
        if found is not None:
            self._statistics.hot += 1
            return found
        self._statistics.cold += 1
        solution = super().answer(arrays)
        self._keep(arrays, solution)
        return solution

    def standing(self) -> Any:
        """Return HiGHS at the answer, made anew from the basis after a hot one: the session goes on with its own.

        It is None where the time limit ends that; Ctrl-C is raised again.
        """
        if self.handle is None and self._basis is not None:
            again = ArrayHighs(replace(self.settings, basis=self._basis, progress=None, log=False))
            found = again.answer(self._arrays)
            if found.reason == "interrupted":
                raise KeyboardInterrupt
            self.handle = again.handle if found.status == "optimal" else None
        return self.handle

    def settled(self, built: Built, stage: Stage, options: SolveOptions) -> Stage:
        """Return a stage, just solved, with its ties broken; the next question can start from its plan."""
        live = self.slot.live
        if live is None or stage.solution.status != "optimal" or stage.arrays.is_mip:
            return broken(built, stage, options)
        least = live.least if self.was_hot else in_place
        found = broken(built, stage, options, least)
        if found.standing != stage.standing:  # on a handle of its own
            self.handle = found.handle
        handle = self.handle or live.handle
        self._basis = handle.getBasis()
        live.settle(self._basis)
        return replace(found, standing=self.standing)

    def apart(self, built: Built, stage: Stage, options: SolveOptions) -> Stage:
        """Return a stage with its ties broken, without the session's HiGHS."""
        try:
            return broken(built, stage, options)
        except BaseException:
            self.handle = None  # it is left half done; the basis is as it was
            raise

    def _keep(self, arrays: Arrays, solution: Solution) -> None:
        """Keep what the next question can start from."""
        if arrays.is_mip:
            self.slot.start = solution.x if solution.x is not None else self.slot.start
        elif solution.status == "optimal" and self.handle is not None and self.handle.getBasis().valid:
            live, basis = self._left, self.handle.getBasis()
            if live is None:
                live = Live(arrays, basis, self._units, solution.iterations)
            else:
                live.learn(arrays, self._units, basis)
            self.slot.live = live

    def _hot_of_linear(self, arrays: Arrays) -> Solution | None:
        """Return the proven answer from a near basis, None where there is none."""
        live, began = self.slot.live, time.monotonic()
        if live is None or live.size != (arrays.columns, arrays.rows):
            return None
        self._left, self.slot.live = live, None  # until the answer is seen to hold, so that nothing broken is kept
        answer = live.solve(arrays, self._units, self.settings)
        if answer is None:
            return None
        found = measure(arrays, answer, _version(live.handle), time.monotonic() - began)
        if not _proven(arrays, found, live):
            self._statistics.failed += 1
            return None
        self.slot.live = live
        self._basis = live.handle.getBasis() if found.status == "optimal" else None
        return found

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


def _proven(arrays: Arrays, found: Solution, live: Live) -> bool:
    """Return whether the arrays prove an answer: its point and prices, or the ray of an infeasible programme."""
    if found.status == "infeasible":
        ray = live.ray()
        return ray is not None and proves_infeasible(arrays, ray)
    assert found.x is not None
    assert found.row_dual is not None
    return proof_of(arrays, found.x, found.row_dual, found).holds


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
