"""An optimum that a search claims without branching, far from the relaxation, is believed when a second one finds it too."""

from __future__ import annotations

import numpy as np
import pytest

from planner.model.arrays import Arrays
from planner.solver import highs
from planner.solver.highs import UNCONFIRMED, ArrayHighs
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer

COVER = Arrays(
    cost=np.array([5.0, 4.0, 3.0]),
    lower=np.zeros(3),
    upper=np.ones(3),
    integer=np.ones(3, bool),
    start=np.array([0, 3]),
    index=np.arange(3, dtype=np.int32),
    value=np.array([4.0, 3.0, 2.0]),
    row_lower=np.array([5.0]),
    row_upper=np.array([np.inf]),
)
"""Cover 5 with 4, 3 and 2: 3 and 2 do, for 7; the relaxation costs less."""


def liar(monkeypatch, lies):
    """Have searches with these seeds claim another plan, at one node, and return the seeds that were asked."""
    true, asked = highs._Attempt.answer, []

    def answer(self):
        if not self.arrays.is_mip:
            return true(self)
        asked.append(self.settings.seed)
        if self.settings.seed not in lies:
            return true(self)
        x = np.array(lies[self.settings.seed])
        return Answer("optimal", x=x, bound=float(COVER.cost @ x), nodes=1, row_dual=np.zeros(1), integers_fixed=True)

    monkeypatch.setattr(highs._Attempt, "answer", answer)
    return asked


def test_a_false_optimum_is_found_out(monkeypatch):
    """The first search claims a plan of 12; the second and third both find that of 7."""
    asked = liar(monkeypatch, {0: [1.0, 1.0, 1.0]})
    found = ArrayHighs(SolveOptions()).answer(COVER)
    assert (found.status, found.objective, asked) == ("optimal", pytest.approx(7.0), [0, 1, 2])


def test_a_true_one_is_confirmed(monkeypatch):
    """A second search finds the same, and no third is made."""
    asked = liar(monkeypatch, {0: [0.0, 1.0, 1.0], 1: [0.0, 1.0, 1.0]})
    found = ArrayHighs(SolveOptions()).answer(COVER)
    assert (found.status, found.objective, asked) == ("optimal", pytest.approx(7.0), [0, 1])


def test_searches_that_never_agree_prove_nothing(monkeypatch):
    """Each claims another plan: none is called optimal, and the plan says why."""
    lies = {0: [1.0, 1.0, 1.0], 1: [1.0, 1.0, 0.0], 2: [1.0, 0.0, 1.0], 3: [1.0, 1.0, 1.0]}
    asked = liar(monkeypatch, lies)
    found = ArrayHighs(SolveOptions()).answer(COVER)
    assert (found.status, asked) == ("limit", [0, 1, 2, 3])
    assert UNCONFIRMED in found.reason


def test_what_the_relaxation_proves_is_not_asked_again(monkeypatch):
    """Where the whole optimum costs what the relaxation does there is no gap to be closed falsely."""
    asked = liar(monkeypatch, {})
    whole = Arrays(**{**vars(COVER), "row_lower": np.array([2.0]), "cost": np.array([9.0, 9.0, 2.0])})
    found = ArrayHighs(SolveOptions()).answer(whole)
    assert (found.status, found.objective, asked) == ("optimal", pytest.approx(2.0), [0])
