"""Ranges of right-hand sides, held against solving again and against HiGHS's own ranging."""

from __future__ import annotations

import highspy
import numpy as np
import pytest

from planner.errors import SolverError
from planner.solver.directions import Block, Directions, rhs_range
from planner.solver.fixed import fix_integers
from planner.solver.highs import ArrayHighs, load
from planner.solver.solve import SolveOptions, solve
from tests.solver.programmes import INF, dantzig, moved, programme, random_lp


def test_by_hand():
    """Load 10 from a machine at 1 (at most 12) and one at 3 (at most 5).

    More load: the cheap one is full at +2. Less: it is idle at -10.
    """
    arrays = programme([1, 3], [([1, 1], 10, INF)], upper=[12, 5])
    solver = ArrayHighs()
    assert solve(arrays, solver).row_dual.tolist() == [1.0]
    found = rhs_range(solver.handle, arrays, 0)
    assert (found.down, found.up) == (10.0, 2.0)
    assert found.next_up == Block("column", 0, at_upper=True)
    assert found.next_down == Block("column", 0, at_upper=False)
    assert not found.is_degenerate


def test_a_row_that_does_not_bind():
    """A capacity of 9 with 5 used can fall by 4 before it binds, and rise for ever."""
    arrays = programme([1], [([1], 5, INF), ([1], -INF, 9)])
    solver = ArrayHighs()
    solve(arrays, solver)
    found = rhs_range(solver.handle, arrays, 1)
    assert (found.down, found.up) == (4.0, INF)
    assert found.next_down == Block("row", 1, at_upper=True)
    assert found.next_up is None


def test_the_row_that_blocks():
    """Load met by one machine whose own row allows 7: three more and that row binds."""
    arrays = programme([1, 5], [([1, 1], 4, INF), ([1, 0], -INF, 7)])
    solver = ArrayHighs()
    solve(arrays, solver)
    found = rhs_range(solver.handle, arrays, 0)
    assert (found.up, found.next_up) == (3.0, Block("row", 1, at_upper=True))


def test_degenerate():
    """Demand meets capacity exactly: a little more needs the dear machine at once."""
    arrays = programme([1, 3], [([1, 1], 12, INF)], upper=[12, 5])
    solver = ArrayHighs()
    solve(arrays, solver)
    assert rhs_range(solver.handle, arrays, 0).is_degenerate


@pytest.mark.parametrize("whole", [0.0, 0.4])
@pytest.mark.parametrize("seed", range(6))
def test_solving_again_agrees(seed, whole):
    """Within the range the price holds; beyond, the cost is higher, or there is no plan."""
    arrays = random_lp(seed, whole=whole)
    solver = ArrayHighs()
    base = solve(arrays, solver)
    fixed = fix_integers(arrays, base.x)
    directions = Directions(solver.handle, arrays)
    for row in range(arrays.rows):
        found = directions.rhs_range(row)
        for way, distance in ((1, found.up), (-1, found.down)):
            inside = way * min(distance, 40.0) * 0.999
            cost = solve(moved(fixed, row, inside)).objective
            assert cost == pytest.approx(base.objective + inside * base.row_dual[row], abs=1e-6)
            beyond = way * (distance * 1.001 + 1e-3)
            if np.isfinite(beyond) and not found.is_degenerate:
                cost = solve(moved(fixed, row, beyond)).objective
                assert cost is None or cost > base.objective + beyond * base.row_dual[row]


@pytest.mark.parametrize("seed", range(6))
def test_ranging_of_highs_agrees(seed):
    """For rows that bind, HiGHS's full ranging gives the same ends."""
    arrays = random_lp(seed, 15, 10)
    solver = ArrayHighs()
    found = solve(arrays, solver)
    directions = Directions(solver.handle, arrays)
    _, ranging = solver.handle.getRanging()
    right = np.where(np.isfinite(arrays.row_lower), arrays.row_lower, arrays.row_upper)
    for row in np.flatnonzero(found.row_dual):
        ours = directions.rhs_range(row)
        assert right[row] + min(ours.up, INF) == pytest.approx(ranging.row_bound_up.value_[row])
        assert right[row] - min(ours.down, INF) == pytest.approx(ranging.row_bound_dn.value_[row])


def test_without_a_basis_it_says_so():
    solver = ArrayHighs(SolveOptions(time_limit=0))
    solve(dantzig(), solver)
    with pytest.raises(SolverError, match="without an optimal basis"):
        rhs_range(solver.handle, dantzig(), 0)


def test_a_handle_that_was_presolved_is_factored_first():
    """Presolve leaves a basis without its factors; the range is the same as without presolve."""
    arrays = random_lp(4)
    ranges = []
    for presolve in ("on", "off"):
        handle = highspy.Highs()
        handle.silent()
        handle.setOptionValue("presolve", presolve)
        load(handle, arrays)
        handle.run()
        ranges.append(rhs_range(handle, arrays, 0))
    assert (ranges[0].down, ranges[0].up) == pytest.approx((ranges[1].down, ranges[1].up))
