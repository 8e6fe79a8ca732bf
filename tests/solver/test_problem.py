"""The PuLP problem says what the arrays say."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pulp
import pytest

from planner.errors import SolverError
from planner.solver import problem as problem_module
from planner.solver.highs import ArrayHighs
from planner.solver.solution import activity
from planner.solver.solve import solve, to_problem
from tests.solver.programmes import INF, dantzig, programme, random_lp


def test_columns_keep_order_bounds_and_kind():
    """Column j is variable j, over the seams of the batches too."""
    n = problem_module.BATCH + 3
    arrays = programme(np.arange(n), lower=np.arange(n) % 3 - 1, upper=np.arange(n) % 5 + 4.5,
                       integer=np.arange(n) % 7 == 0)  # fmt: skip
    problem = to_problem(arrays)
    variables = problem.variables()
    assert [v.lowBound for v in variables] == arrays.lower.tolist()
    assert [v.upBound for v in variables] == arrays.upper.tolist()
    assert [v.isInteger() for v in variables] == arrays.integer.tolist()
    assert variables[-1].name == f"x{n - 1}"


def test_rows_keep_coefficients_sense_and_right_side():
    """A row with both sides equal is an equation; one without any is kept as 0 <= 0."""
    arrays = programme([1, 1], [([1, 2], 3, INF), ([4, 0], -INF, 5), ([0, 6], 7, 7), ([1, 1], -INF, INF)])
    problem = to_problem(arrays)
    rows = problem.constraints()
    assert [(row.sense, -row.constant) for row in rows] == [(1, 3.0), (-1, 5.0), (0, 7.0), (-1, 0.0)]
    assert [{v.name: c for v, c in row.items()} for row in rows] == [
        {"x0": 1.0, "x1": 2.0}, {"x0": 4.0}, {"x1": 6.0}, {}]  # fmt: skip


def test_names_come_from_the_arrays():
    arrays = programme([1], [([1], 1, INF)], column_names=lambda: ["buy[h100]"], row_names=lambda: ["need"])
    problem = to_problem(arrays, "my_plan")
    assert problem.name == "my_plan"
    assert problem.variables()[0].name == "buy[h100]"
    assert problem.constraints()[0].name == "need"


def test_a_row_with_two_sides_is_refused():
    with pytest.raises(ValueError, match="two different finite sides"):
        to_problem(programme([1], [([1], 1, 2)]))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("whole", [0.0, 0.5])
def test_pulp_itself_finds_the_same_optimum(seed, whole):
    """PuLP hands its own terms to HiGHS: same least cost, with the constant."""
    arrays = random_lp(seed, whole=whole)
    problem = to_problem(arrays)
    stats = problem.solve(pulp.HiGHS(msg=False, gapRel=0.0, threads=1))
    assert stats.objective == pytest.approx(solve(arrays).objective, abs=1e-6)


def test_answers_are_written_back():
    """Values, slacks and duals can be read from PuLP's objects as after any solve."""
    problem = to_problem(dantzig())
    solver = ArrayHighs()
    stats = problem.solve(solver)
    assert stats.status is pulp.LpSolveStatus.Optimal
    assert stats.objective == pytest.approx(153.675)
    assert pulp.value(problem.objective) == pytest.approx(153.675)
    found = solver.solution
    assert [v.value() for v in problem.variables()] == found.x.tolist()
    assert [v.dj for v in problem.variables()] == found.reduced_cost.tolist()
    assert [c.pi for c in problem.constraints()] == found.row_dual.tolist()
    level = activity(problem.arrays, found.x)
    slack = [*(350, 600) - level[:2], *level[2:] - (325, 300, 275)]
    assert [c.slack for c in problem.constraints()] == pytest.approx(slack)
    assert problem.valid()


def test_a_problem_without_costs_gets_no_dummy_variable():
    problem = to_problem(programme([0, 0], [([1, 1], 1, INF)], constant=4.0))
    assert problem.solve(ArrayHighs()).objective == 4.0
    assert [v.name for v in problem.variables()] == ["x0", "x1"]


def test_a_problem_without_arrays_is_refused():
    with pytest.raises(SolverError, match="to_problem"):
        pulp.LpProblem("bare").solve(ArrayHighs())


def test_another_pulp_is_refused(monkeypatch):
    """The private calls are looked for when the module is imported."""
    monkeypatch.setattr(problem_module, "rust", SimpleNamespace(Model=object))
    with pytest.raises(SolverError, match=r"Model.add_variables_batch.*pulp>=4.2"):
        problem_module._check_core()
