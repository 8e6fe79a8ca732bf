"""Coefficients by row: the same matrix whether their places are sorted anew or known."""

from __future__ import annotations

import numpy as np
import pytest

from planner.model import pattern
from planner.model.pattern import in_rows

ROWS, COLUMNS = np.array([1, 0, 1, 0], np.int32), np.array([2, 1, 0, 0], np.int32)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Begin without a pattern."""
    monkeypatch.setattr(pattern, "_last", [])


def test_by_hand():
    """Three times the same places with other numbers: [[4, 2, 0], [3, 0, 1]] times 1, 10, 100."""
    for factor in (1.0, 10.0, 100.0):
        found = in_rows(ROWS, COLUMNS, np.array([1.0, 2.0, 3.0, 4.0]) * factor, (2, 3))
        assert found.toarray().tolist() == [[4 * factor, 2 * factor, 0], [3 * factor, 0, factor]]
        assert found.indices.tolist() == [0, 1, 0, 2]


def test_other_places_are_sorted_anew():
    """One more coefficient, another place and another shape are told from the pattern that is known."""
    in_rows(ROWS, COLUMNS, np.ones(4), (2, 3))
    assert in_rows(ROWS, COLUMNS[::-1].copy(), np.arange(4.0), (2, 3)).toarray().tolist() == [[1, 0, 3], [0, 2, 0]]
    assert in_rows(ROWS[:3], COLUMNS[:3], np.ones(3), (2, 3)).nnz == 3
    assert in_rows(ROWS[:3], COLUMNS[:3], np.ones(3), (4, 4)).shape == (4, 4)


def test_coefficients_at_one_place_are_added_up():
    """2 + 3 at one place make 5, the first time and the second."""
    rows, columns = np.array([0, 0, 1], np.int32), np.array([1, 1, 0], np.int32)
    for _ in range(3):
        assert in_rows(rows, columns, np.array([2.0, 3.0, 4.0]), (2, 2)).toarray().tolist() == [[0, 5], [4, 0]]


def test_large_patterns_are_not_kept(monkeypatch):
    """Their memory would be held for little."""
    monkeypatch.setattr(pattern, "MOST_KEPT", 3)
    in_rows(ROWS, COLUMNS, np.ones(4), (2, 3))
    assert pattern._last == []
