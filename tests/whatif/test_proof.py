"""What proves an answer, on programmes small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.model.arrays import Arrays
from planner.whatif.proof import proof_of, proves_infeasible

INF = np.inf


def by_hand() -> Arrays:
    """Return min 2a + 3b with a + b >= 10, a <= 6: a = 6, b = 4, costs 24; one more unit asked for costs 3."""
    return Arrays(
        cost=np.array([2.0, 3.0]),
        lower=np.zeros(2),
        upper=np.array([6.0, INF]),
        integer=np.zeros(2, bool),
        start=np.array([0, 2]),
        index=np.array([0, 1], np.int32),
        value=np.ones(2),
        row_lower=np.array([10.0]),
        row_upper=np.array([INF]),
        constant=5.0,
    )


def test_an_optimum_by_hand():
    """The price 3 proves 3 x 10 - 1 x 6 + 5 = 29, which the plan (6, 4) costs."""
    proof = proof_of(by_hand(), np.array([6.0, 4.0]), np.array([3.0]))
    assert (proof.primal, proof.dual, proof.gap) == (0.0, 0.0, 0.0)
    assert proof.holds


def test_what_proves_less():
    """The price 2 proves 25 of 29: a gap of 4 / 29."""
    proof = proof_of(by_hand(), np.array([6.0, 4.0]), np.array([2.0]))
    assert proof.gap == pytest.approx(4 / 29)
    assert not proof.holds


@pytest.mark.parametrize(
    ("x", "y", "why"),
    [
        ([6.0, 3.0], [3.0], "the row is short by 1 of 10"),
        ([7.0, 3.0], [3.0], "a is above its bound"),
        ([5.0, 5.0], [3.0], "costs 30, not 29"),
        ([6.0, 4.0], [3.1], "b would fall without end in price"),
        ([6.0, 4.0], [-1.0], "a price of the wrong sign"),
        ([6.0, np.nan], [3.0], "no number"),
    ],
)
def test_what_does_not_hold(x, y, why):
    """Each fault fails the check."""
    assert not proof_of(by_hand(), np.array(x), np.array(y)).holds, why


def test_infeasibility_by_hand():
    """With b <= 3 no plan reaches 10: the row alone shows it, in either sign; with b <= 4 it shows nothing."""
    short = replace(by_hand(), upper=np.array([6.0, 3.0]))
    assert proves_infeasible(short, np.array([1.0]))
    assert proves_infeasible(short, np.array([-7.0]))
    assert not proves_infeasible(replace(short, upper=np.array([6.0, 4.0])), np.array([1.0]))
    assert not proves_infeasible(by_hand(), np.array([1.0]))
    assert not proves_infeasible(short, np.array([0.0]))
    assert not proves_infeasible(short, np.array([np.nan]))
