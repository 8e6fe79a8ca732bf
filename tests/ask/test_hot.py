"""One programme asked again and again: what HiGHS claims of whole numbers is confirmed here as well."""

from __future__ import annotations

import numpy as np
import pytest

from planner.ask.hot import Clock, Hot
from planner.solver.options import SolveOptions
from planner.solver.solution import Answer
from tests.solver.test_confirmed import COVER


def test_a_false_optimum_is_found_out(monkeypatch):
    """A plan of 12, claimed at the first node far from the relaxation, is not believed: 3 and 2 cover 5 for 7."""
    hot = Hot(COVER, SolveOptions(), Clock.of(60.0))
    monkeypatch.setattr(hot, "_run", lambda: Answer("optimal", x=np.ones(3), bound=12.0, nodes=1))
    found = hot.answer()
    assert (found.status, found.objective) == ("optimal", pytest.approx(7.0))
    assert hot._clock.cold == 1


def test_what_took_branching_is_believed(monkeypatch):
    """The search of more than one node is not made twice."""
    hot = Hot(COVER, SolveOptions(), Clock.of(60.0))
    monkeypatch.setattr(hot, "_run", lambda: Answer("optimal", x=np.array([0.0, 1, 1]), bound=7.0, nodes=3))
    assert hot.answer().objective == pytest.approx(7.0)
    assert hot._clock.cold == 0
