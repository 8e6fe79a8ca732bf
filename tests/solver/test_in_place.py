"""A programme changed in place: what is read from it is the answer to the arrays it was changed to, worked out by hand."""

from __future__ import annotations

import time
from dataclasses import replace

import highspy
import numpy as np
import pytest

from planner.solver.highs import load
from planner.solver.in_place import answer_of, put_costs, put_limits, run
from planner.solver.options import SolveOptions
from planner.solver.watch import Watch
from tests.whatif.test_proof import by_hand


def held(arrays):
    """Return a handle that holds a programme, and its watch."""
    handle = highspy.Highs()
    watch = Watch(handle, SolveOptions(), time.monotonic())
    load(handle, arrays)
    return handle, watch


def test_only_what_differs_is_handed_over():
    """Minimise 2a + 3b, a + b >= 10, a <= 6: (6, 4). With b at 1: (0, 10). With a >= 2 and 12 asked for: (2, 10)."""
    first = by_hand()
    handle, watch = held(first)
    run(handle, watch, 10.0)
    found = answer_of(handle, first)
    assert found.status == "optimal"
    assert found.x.tolist() == [6, 4]
    assert found.row_dual.tolist() == [3]
    assert not put_costs(handle, first.cost, first.cost.copy())
    assert not put_limits(handle, first, replace(first, lower=first.lower.copy()))
    second = replace(first, cost=np.array([2.0, 1.0]))
    assert put_costs(handle, first.cost, second.cost)
    run(handle, watch, 10.0)
    assert answer_of(handle, second).x.tolist() == [0, 10]
    third = replace(second, lower=np.array([2.0, 0.0]), row_lower=np.array([12.0]))
    assert put_limits(handle, second, third)
    run(handle, watch, 10.0)
    assert answer_of(handle, third).x.tolist() == [2, 10]


def test_an_infeasible_programme_has_no_point():
    """At most 6 and 4 do not make 11."""
    first = by_hand()
    handle, watch = held(first)
    second = replace(first, upper=np.array([6.0, 4.0]), row_lower=np.array([11.0]))
    put_limits(handle, first, second)
    run(handle, watch, 10.0)
    found = answer_of(handle, second)
    assert (found.status, found.x, found.row_dual) == ("infeasible", None, None)


def test_ctrl_c_is_raised_again(monkeypatch):
    """What was interrupted has no answer."""
    handle, watch = held(by_hand())
    monkeypatch.setattr(watch, "run", lambda _: True)
    with pytest.raises(KeyboardInterrupt):
        run(handle, watch, 10.0)
