"""An optimum that a search claims without branching, far from the relaxation, is believed when a second one finds it too."""

from __future__ import annotations

import numpy as np
import pytest

from planner.model.arrays import Arrays
from planner.solver import highs
from planner.solver.highs import UNCONFIRMED, ArrayHighs
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer, relative_gap
from planner.solver.watch import Watch

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
        if lies[self.settings.seed] is None:
            return Answer("limit", reason="time limit")
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
    assert (found.status, found.objective, asked) == ("limit", pytest.approx(8.0), [0, 1, 2, 3])
    assert found.bound == pytest.approx(ArrayHighs().answer(COVER.relaxed).objective)
    assert found.gap == pytest.approx(relative_gap(found.objective, found.bound))
    assert UNCONFIRMED in found.reason


def test_a_plan_within_a_wide_gap_has_a_bound_that_no_plan_undercuts(monkeypatch):
    """A plan of 8 called optimal is within 20 % of that of 7: the better one is taken, and 8 is no bound."""
    asked = liar(monkeypatch, {0: [1.0, 0.0, 1.0]})
    found = ArrayHighs(SolveOptions(gap=0.2)).answer(COVER)
    assert (found.status, found.objective, asked) == ("optimal", pytest.approx(7.0), [0, 1])
    assert found.bound <= 7.0


def test_without_any_gap_two_searches_agree_within_rounding(monkeypatch):
    """The same plan, one with a hair less of a column: no further search, and the plan is optimal."""
    asked = liar(monkeypatch, {0: [0.0, 1.0, 1.0], 1: [1e-12, 1.0, 1.0]})
    assert ArrayHighs(SolveOptions(gap=0.0)).answer(COVER).status == "optimal"
    assert asked == [0, 1]


def test_a_second_search_that_ends_without_a_plan_leaves_the_bound_of_the_relaxation(monkeypatch):
    """The time is over: the first plan, no longer optimal, with the gap to what is proven."""
    liar(monkeypatch, {0: [1.0, 1.0, 1.0], 1: None})
    found = ArrayHighs(SolveOptions()).answer(COVER)
    relaxed = ArrayHighs().answer(COVER.relaxed).objective
    assert (found.status, found.objective, found.bound) == ("limit", pytest.approx(12.0), pytest.approx(relaxed))
    assert found.gap == pytest.approx((12.0 - relaxed) / 12.0)
    assert found.reason == "time limit"


def test_nothing_is_asked_again_after_ctrl_c(monkeypatch):
    """Whoever stops the prices of an optimal plan wants that plan, not another search."""
    asked = liar(monkeypatch, {0: [1.0, 1.0, 1.0]})
    monkeypatch.setattr(Watch, "is_stopped", True)
    assert ArrayHighs(SolveOptions()).answer(COVER).status == "optimal"
    assert asked == [0]


def test_what_the_relaxation_proves_is_not_asked_again(monkeypatch):
    """Where the whole optimum costs what the relaxation does there is no gap to be closed falsely."""
    asked = liar(monkeypatch, {})
    whole = Arrays(**{**vars(COVER), "row_lower": np.array([2.0]), "cost": np.array([9.0, 9.0, 2.0])})
    found = ArrayHighs(SolveOptions()).answer(whole)
    assert (found.status, found.objective, asked) == ("optimal", pytest.approx(2.0), [0])
