"""HiGHS on arrays: optima known by hand, every way to end, and prices."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
from dataclasses import replace

import highspy
import numpy as np
import pytest

from planner.errors import SolverError
from planner.solver import highs
from planner.solver.fixed import fix_integers
from planner.solver.highs import ArrayHighs, load
from planner.solver.solution import Answer, max_violation, measure, snapped
from planner.solver.solve import SolveOptions, solve
from tests.solver.programmes import INF, dantzig, hard_mip, moved, programme, random_lp


def test_dantzig():
    """Seattle ships 50 + 300, San Diego 275 + 275: 153.675 thousand dollars."""
    found = solve(dantzig())
    assert found.status == "optimal"
    assert found.objective == pytest.approx(153.675, abs=1e-9)
    assert (found.bound, found.gap, found.max_violation) == (found.objective, 0.0, 0.0)
    # One more case for New York comes from San Diego for 0.225; Topeka likewise for 0.126.
    assert found.row_dual[2:] == pytest.approx([0.225, 0.153, 0.126])
    assert found.duals_from == "HiGHS"
    assert not found.integers_fixed


def test_knapsack():
    """Weights 2, 3, 1 in 4, worth 5, 4, 3: the first and the third, 8."""
    found = solve(programme([-5, -4, -3], [([2, 3, 1], -INF, 4)], upper=1, integer=True, constant=1.0))
    assert found.objective == -7.0
    assert found.x.tolist() == [1.0, 0.0, 1.0]
    assert (found.bound, found.gap) == (-7.0, 0.0)


def test_whole_numbers_matter():
    """At most 7.5 pairs fit: the linear programme says -7.5, whole numbers -7."""
    pairs = programme([-1], [([2], -INF, 15)], integer=True)
    assert solve(pairs).objective == -7.0
    assert solve(replace(pairs, integer=np.array([False]))).objective == -7.5


def test_prices_of_a_mip_are_those_with_the_whole_columns_fixed():
    """Two servers of 10 for a load of 15, rest bought at 3: a unit more load is met by the second server.

    With load 25 and at most 2 servers, 5 units are bought, and a unit more costs 3.
    """
    serve = [([10, 1], 15, INF)]
    found = solve(programme([20, 3], serve, upper=[2, INF], integer=[True, False]))
    assert found.x.tolist() == [1.0, 5.0]  # 20 + 15 beats 40
    assert found.integers_fixed
    assert found.row_dual.tolist() == [3.0]
    # The servers' own reduced cost: one more would save ten bought units, 20 - 30.
    assert found.reduced_cost.tolist() == [-10.0, 0.0]


@pytest.mark.parametrize(
    ("arrays", "status"),
    [
        (programme([1], [([1], 2, INF)], upper=1), "infeasible"),
        (programme([1], [([1], 2, INF)], upper=1, integer=True), "infeasible"),
        (programme([1], lower=2, upper=1), "infeasible"),
        (programme([1], [([0], 1, INF)]), "infeasible"),
        (programme([1, 1], [([2, 2], 3, 3)], upper=9, integer=True), "infeasible"),
        (programme([-1], [([1], 1, INF)]), "unbounded"),
        (programme([-1]), "unbounded"),
        (programme([-1, -1], [([1, -1], -INF, 4)]), "unbounded"),
        (programme([-1, -1], [([1, -1], -INF, 4)], integer=True), "unbounded"),
        (programme([-1, 0], [([0, 2], 1, 1)], integer=True), "infeasible"),
        (programme([-1, 0], [([0, 2], 2, 2)], integer=True), "unbounded"),
        (programme([-1, -1], [([1, -1], 1, INF), ([-1, 1], 1, INF)]), "infeasible"),
        (programme([], [([], 1, INF)]), "infeasible"),
        (programme([], [([], -INF, -1)]), "infeasible"),
    ],
)
def test_programmes_without_a_plan(arrays, status):
    """Unbounded and infeasible are told apart, and no number comes back."""
    found = solve(arrays)
    assert found.status == status
    assert not found.has_plan
    numbers = (found.row_dual, found.reduced_cost, found.objective, found.bound, found.gap)
    assert numbers == (None,) * 5


def test_empty_programmes():
    """Without columns the cost is the constant; without rows each column goes to its cheap bound."""
    empty = solve(programme([], constant=3.0))
    assert (empty.status, empty.objective, empty.x.tolist()) == ("optimal", 3.0, [])
    rows_only = solve(programme([], [([], -1, INF), ([], 0, 0)], constant=3.0))
    assert (rows_only.objective, rows_only.row_dual.tolist()) == (3.0, [0.0, 0.0])
    columns_only = solve(programme([2, -3, 0], lower=1, upper=5, constant=0.5))
    assert columns_only.objective == 2 - 15 + 0.5
    assert columns_only.x[:2].tolist() == [1.0, 5.0]
    assert columns_only.reduced_cost.tolist() == [2.0, -3.0, 0.0]


def test_rows_without_entries_and_columns_without_rows():
    found = solve(programme([1, 4], [([0, 0], -1, INF), ([1, 0], 2, INF), ([1, 1], -INF, INF)], lower=[0, 3]))
    assert found.objective == 2 + 12
    assert found.row_dual.tolist() == [0.0, 1.0, 0.0]


def test_an_lp_stopped_at_once_has_no_plan():
    """HiGHS calls the origin a solution when it runs out of time; it breaks a rule and is dropped."""
    found = solve(dantzig(), options=SolveOptions(time_limit=0))
    assert (found.status, found.reason) == ("limit", "time limit")
    assert (found.x, found.objective, found.row_dual) == (None, None, None)


def test_a_mip_stopped_early_says_how_far_it_is():
    found = solve(hard_mip(), options=SolveOptions(time_limit=1.0))
    assert (found.status, found.reason) == ("limit", "time limit")
    assert found.max_violation <= 1e-6
    assert found.bound < found.objective
    assert found.gap == pytest.approx((found.objective - found.bound) / abs(found.objective))
    assert found.integers_fixed
    assert found.seconds < 5


def test_the_gap_is_kept():
    found = solve(hard_mip(), options=SolveOptions(time_limit=20, gap=0.05))
    assert found.status == "optimal"
    assert 0 < found.gap <= 0.05


@pytest.mark.parametrize("seed", range(6))
def test_duals_are_finite_differences(seed):
    """A step of a right-hand side, or of the bound at which a column sits, changes the cost by its dual."""
    arrays, step = random_lp(seed), 1e-5
    found = solve(arrays)
    for row in range(arrays.rows):
        change = solve(moved(arrays, row, step)).objective - found.objective
        assert change / step == pytest.approx(found.row_dual[row], abs=1e-5)
    for column in range(arrays.columns):
        side = "lower" if found.x[column] == arrays.lower[column] else "upper"
        bounds = getattr(arrays, side).copy()
        bounds[column] += step
        change = solve(replace(arrays, **{side: bounds})).objective - found.objective
        assert change / step == pytest.approx(found.reduced_cost[column], abs=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_duals_of_a_mip_are_finite_differences_with_counts_fixed(seed):
    arrays, step = random_lp(seed, whole=0.5), 1e-5
    found = solve(arrays)
    fixed = fix_integers(arrays, found.x)
    assert solve(fixed).objective == pytest.approx(found.objective, abs=1e-6)
    for row in np.flatnonzero(found.row_dual):
        up, down = (solve(moved(fixed, row, by)) for by in (step, -step))
        slopes = [(run.objective - found.objective) / (by) for run, by in ((up, step), (down, -step))
                  if run.status == "optimal"]  # fmt: skip
        assert any(slope == pytest.approx(found.row_dual[row], abs=1e-5) for slope in slopes)


@pytest.mark.parametrize("seed", range(10))
def test_strong_duality(seed):
    """Cost = right-hand sides at their duals + bounds at their reduced costs + constant."""
    arrays = random_lp(seed)
    found = solve(arrays)
    right = np.where(np.isfinite(arrays.row_lower), arrays.row_lower, arrays.row_upper)
    total = right @ found.row_dual + found.x @ found.reduced_cost + arrays.constant
    assert total == pytest.approx(found.objective, abs=1e-8)


def test_same_input_same_plan():
    arrays = random_lp(3, 40, 25, whole=0.4)
    first, second = (solve(arrays, options=SolveOptions(seed=5)) for _ in range(2))
    assert first.x.tolist() == second.x.tolist()
    assert first.iterations == second.iterations


def test_threads_may_change_between_solves():
    for threads in (1, 2, 1):
        assert solve(dantzig(), options=SolveOptions(threads=threads)).status == "optimal"


def test_start_and_basis_are_taken():
    """From the last basis an LP needs no iteration; from the optimum a search keeps at least that."""
    solver = ArrayHighs()
    assert solve(dantzig(), solver).iterations > 0
    basis = solver.handle.getBasis()
    assert solve(dantzig(), options=SolveOptions(basis=basis)).iterations == 0
    best = solve(hard_mip(), options=SolveOptions(time_limit=0.7))
    again = solve(hard_mip(), options=SolveOptions(time_limit=0.3, start=best.x))
    assert again.objective <= best.objective


def test_progress_is_told():
    told = []
    solve(hard_mip(), options=SolveOptions(time_limit=1.2, progress=told.append))
    assert told[-1].objective >= told[-1].bound
    assert [p.seconds for p in told] == sorted(p.seconds for p in told)


def test_what_progress_raises_stops_the_solve():
    def refuse(_):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        solve(hard_mip(), options=SolveOptions(time_limit=30, progress=refuse))


def test_log_goes_to_standard_error(capfd):
    solve(dantzig(), options=SolveOptions(log=True))
    out, err = capfd.readouterr()
    assert out == ""
    assert "Objective value" in err


@pytest.mark.parametrize("where", ["cost", "value", "lower", "row_upper"])
def test_nan_is_refused(where):
    """HiGHS would call a programme with a NaN optimal."""
    arrays = dantzig()
    numbers = getattr(arrays, where).copy()
    numbers[0] = math.nan
    with pytest.raises(SolverError, match="not a number"):
        solve(replace(arrays, **{where: numbers}))


def test_a_bad_option_is_not_ignored():
    with pytest.raises(SolverError, match="solver = 'guess'"):
        solve(dantzig(), options=SolveOptions(method="guess"))


@pytest.mark.parametrize("whole", [0.0, 0.5])
def test_a_doubtful_answer_is_sought_more_strictly(whole, monkeypatch):
    """What holds is kept; what a first attempt got wrong, the strict second one puts right."""
    arrays, strict = random_lp(5, whole=whole), []
    answer = highs._Attempt.answer

    def wrong_at_first(attempt):
        found = answer(attempt)
        strict.append(attempt.strict)
        return replace(found, x=found.x + 0.5) if len(strict) == 1 else found

    expected = solve(arrays)
    monkeypatch.setattr(highs._Attempt, "answer", wrong_at_first)
    found = solve(arrays)
    assert strict[:2] == [False, True]
    assert found.objective == pytest.approx(expected.objective, abs=1e-7)
    assert found.max_violation < 1e-9


def test_the_handle_holds_the_priced_programme():
    """After a search it holds the linear programme with the counts fixed, solved."""
    solver = ArrayHighs()
    found = solve(random_lp(2, whole=0.5), solver)
    assert solver.handle.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert solver.handle.getInfo().objective_function_value == pytest.approx(found.objective)


def test_load_hands_over_every_number():
    arrays = random_lp(1, whole=0.3)
    handle = highspy.Highs()
    handle.silent()
    load(handle, arrays)
    lp = handle.getLp()
    for ours, theirs in [("cost", "col_cost_"), ("lower", "col_lower_"), ("upper", "col_upper_"),
                         ("row_lower", "row_lower_"), ("row_upper", "row_upper_")]:  # fmt: skip
        assert list(getattr(lp, theirs)) == getattr(arrays, ours).tolist()
    assert [int(kind) for kind in lp.integrality_] == arrays.integer.astype(int).tolist()
    assert lp.offset_ == arrays.constant


def test_values_are_snapped():
    """Counts become whole and values a hair from a bound sit on it; others stay."""
    arrays = programme([1, 1, 1, 1], lower=[0, 0, -INF, 1e6], upper=[9, 1, INF, INF], integer=[True, *[False] * 3])
    given = np.array([2.9999999, 1 + 1e-10, -0.25, 1e6 - 1e-4])
    assert snapped(arrays, given).tolist() == [3.0, 1.0, -0.25, 1e6]


def test_violations_are_measured_on_the_arrays():
    """The worst of rows, bounds and wholeness, relative to the sizes in the row."""
    arrays = programme([1, 1], [([1, 1], 10, INF), ([100, 0], -INF, 100)], upper=5, integer=[True, False])
    assert max_violation(arrays, np.array([1.0, 5.0])) == pytest.approx(4 / 10)
    assert max_violation(arrays, np.array([2.0, 8.0])) == pytest.approx(100 / 200)
    assert max_violation(arrays, np.array([0.75, 9.25])) == pytest.approx(4.25 / 9.25)
    assert math.isnan(max_violation(arrays, np.array([math.nan, 5.0])))


def test_a_point_that_breaks_rules_is_doubted_or_dropped():
    arrays = programme([1.0], [([1], 10, INF)])
    off = Answer("optimal", x=np.array([9.0]))
    assert measure(arrays, off, "test", 0.0).reason == "a rule is broken by 1.0e-01 of its limit"
    assert measure(arrays, replace(off, status="limit"), "test", 0.0).x is None


CTRL_C = """
from planner.solver.solve import SolveOptions, solve
from tests.solver.programmes import hard_mip
def tell(progress):
    if progress.objective is not None:
        print("running", flush=True)
found = solve(hard_mip(), options=SolveOptions(time_limit=60, progress=tell))
print(found.status, found.reason, found.has_plan, found.bound < found.objective)
"""


def test_ctrl_c_returns_the_best_plan_so_far():
    command = [sys.executable, "-c", CTRL_C]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read().split("\n")
    assert rest[-2] == "limit interrupted True True"
    assert process.returncode == 0
