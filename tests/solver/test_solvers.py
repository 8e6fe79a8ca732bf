"""Other solvers give the same answers, in the same signs; names that are not there are explained."""

from __future__ import annotations

import signal
import subprocess
import sys

import highspy
import numpy as np
import pulp
import pytest

from planner.errors import InputError, SolverError
from planner.solver import ortools, other
from planner.solver.highs import ArrayHighs
from planner.solver.other import OtherSolver
from planner.solver.solve import SolveOptions, available, export_mps, solve, solver_named, to_problem
from tests.solver.programmes import INF, dantzig, programme, random_lp

needs_ortools = pytest.mark.skipif(not ortools.is_installed(), reason="OR-Tools is not installed")
LINEAR = [pytest.param(name, marks=needs_ortools) for name in ortools.NAMES]


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("seed", [0, 1])
def test_linear_programmes_agree(name, seed):
    """Same cost, plan and prices as HiGHS: a random optimum is unique."""
    arrays = random_lp(seed, 20, 12)
    ours, theirs = solve(arrays), solve(arrays, name)
    assert theirs.status == "optimal"
    assert theirs.objective == pytest.approx(ours.objective, abs=1e-5)
    assert theirs.x == pytest.approx(ours.x, abs=1e-4)
    assert theirs.row_dual == pytest.approx(ours.row_dual, abs=1e-4)
    assert theirs.reduced_cost == pytest.approx(ours.reduced_cost, abs=1e-4)
    assert theirs.duals_from.startswith("HiGHS" if name == "scip" else name.upper())


@needs_ortools
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_scip_agrees_on_counts(seed):
    """Same least cost; the prices are HiGHS's, for the same counts."""
    arrays = random_lp(seed, 12, 8, whole=0.5)
    ours, theirs = solve(arrays), solve(arrays, "SCIP")
    assert theirs.objective == pytest.approx(ours.objective, abs=1e-6)
    assert (theirs.x[arrays.integer] == ours.x[arrays.integer]).all()
    assert theirs.row_dual == pytest.approx(ours.row_dual, abs=1e-6)
    assert (theirs.integers_fixed, theirs.duals_from) == (True, "HiGHS")
    assert theirs.gap <= 1e-6


@needs_ortools
def test_ortools_tells_unbounded_from_infeasible():
    unbounded = programme([-1, -1], [([1, -1], -INF, 4)])
    infeasible = programme([-1], [([1], 2, INF)], upper=1)
    assert solve(unbounded, "glop").status == "unbounded"
    assert solve(infeasible, "scip").status == "infeasible"


@needs_ortools
def test_counts_are_not_given_to_a_linear_solver():
    with pytest.raises(InputError, match="glop cannot keep counts whole"):
        solve(programme([1], integer=True), "glop")


CTRL_C = """
from planner.solver.solve import SolveOptions, solve
from tests.solver.programmes import hard_mip
print("running", flush=True)
found = solve(hard_mip(), "scip", SolveOptions(time_limit=60))
print(found.status, found.reason)
"""


@needs_ortools
def test_ctrl_c_stops_a_solver_in_its_own_process():
    with subprocess.Popen([sys.executable, "-c", CTRL_C], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "running\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10)[0] == "limit interrupted\n"


def test_a_solver_that_dies_is_reported(monkeypatch, tmp_path):
    script = tmp_path / "dies.py"
    script.write_text("import sys; sys.stdin.buffer.read(9); raise SystemExit(3)")
    monkeypatch.setattr(ortools, "_SCRIPT", script)
    monkeypatch.setattr(ortools, "is_installed", lambda: True)
    monkeypatch.setattr(ortools, "version", lambda _: "9")
    with pytest.raises(SolverError, match=r"GLOP .*: ended without an answer"):
        solve(dantzig(), "glop")


def test_without_ortools_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(ortools, "is_installed", lambda: False)
    assert "scip" not in available()
    with pytest.raises(InputError, match=r"pip install 'planner\[ortools\]'"):
        solve(dantzig(), "scip")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hihgs", r"there is no solver hihgs \(did you mean highs\?\); there are highs"),
        ("qqq", "there is no solver qqq; there are highs"),
        ("mosek", "the solver mosek is not installed; there are highs"),
    ],
)
def test_solvers_that_are_not_there(name, message, monkeypatch):
    monkeypatch.setattr(other, "installed", list)
    with pytest.raises(InputError, match=message):
        solve(dantzig(), name)


def test_names_that_people_use_are_known(monkeypatch):
    """CBC is COIN_CMD to PuLP."""
    monkeypatch.setattr(other, "installed", lambda: ["COIN_CMD"])
    assert solver_named("cbc").name == solver_named("coin_cmd").name == "COIN_CMD"
    assert available()[-1] == "COIN_CMD"


@pytest.mark.parametrize("whole", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(4))
def test_any_pulp_solver_is_read_back(seed, whole):
    """PuLP's own HiGHS stands for any solver it knows."""
    arrays = random_lp(seed, whole=whole)
    ours, theirs = solve(arrays), solve(arrays, OtherSolver("HiGHS"))
    assert theirs.objective == pytest.approx(ours.objective, abs=1e-6)
    assert theirs.row_dual == pytest.approx(ours.row_dual, abs=1e-6)
    assert theirs.integers_fixed is ours.integers_fixed
    assert theirs.solver == f"HiGHS (PuLP {pulp.__version__})"


@pytest.mark.parametrize(
    ("arrays", "status"),
    [
        (programme([-1, -1], [([1, -1], -INF, 4)], integer=True), "unbounded"),
        (programme([1], [([1], 2, INF)], upper=1), "infeasible"),
        (programme([-1], [([1], 0, INF)]), "unbounded"),
    ],
)
def test_any_pulp_solver_without_a_plan(arrays, status):
    assert solve(arrays, OtherSolver("HiGHS")).status == status


def test_columns_that_pulp_leaves_out_get_a_value():
    """A column without cost and rows is not exported; it takes the value nearest 0 within its bounds."""
    arrays = programme([1, 0, 0], [([1, 0, 0], 2, INF)], lower=[0, 3, -INF], upper=[9, 4, -1])
    assert solve(arrays, OtherSolver("HiGHS")).x.tolist() == [2.0, 3.0, -1.0]


def test_a_problem_holds_the_answer_after_solve():
    problem = to_problem(dantzig())
    found = solve(problem, "highs")
    assert problem.objective.value() == pytest.approx(found.objective)
    found = solve(problem, OtherSolver("HiGHS"))
    assert problem.values() == pytest.approx(found.x)


@pytest.mark.parametrize("whole", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(4))
def test_mps_is_read_back_to_the_same_optimum(seed, whole, tmp_path):
    """HiGHS reads the file to the same cost, constant and all."""
    arrays, path = random_lp(seed, whole=whole), tmp_path / "plan.mps"
    export_mps(to_problem(arrays), path)
    handle = highspy.Highs()
    handle.silent()
    handle.setOptionValue("mip_rel_gap", 0.0)
    assert handle.readModel(str(path)) == highspy.HighsStatus.kOk
    handle.run()
    assert handle.getInfo().objective_function_value == pytest.approx(solve(arrays).objective, abs=1e-9)
    assert handle.getLp().col_names_[-1] == "constant"
    assert list(handle.getLp().col_cost_)[:-1] == arrays.cost.tolist()
    assert [path.name] == [entry.name for entry in tmp_path.iterdir()]


def test_mps_keeps_bounds_unused_columns_and_odd_names(tmp_path):
    """Free, negative and fixed columns; blanks in names become underscores, doubles become numbers."""
    names = {"column_names": lambda: ["a b", "c", "d", "e"], "row_names": lambda: ["r", "r"]}
    arrays = programme([0, 1, 1, 0], [([0, 1, 1, 0], 1, INF), ([0, 0, 0, 0], -INF, 2)],
                       lower=[-INF, -3, 2, 0], upper=[INF, -1, 2, INF],
                       integer=[False, False, False, True], **names)  # fmt: skip
    export_mps(arrays, tmp_path / "plan.mps")
    handle = highspy.Highs()
    handle.silent()
    handle.readModel(str(tmp_path / "plan.mps"))
    lp = handle.getLp()
    assert lp.col_names_ == ["a_b", "c", "d", "e"]
    assert lp.row_names_ == ["r0", "r1"]
    assert list(lp.col_lower_) == arrays.lower.tolist()
    assert list(lp.col_upper_) == arrays.upper.tolist()
    assert [int(kind) for kind in lp.integrality_] == [0, 0, 0, 1]


def test_a_failed_export_leaves_the_old_file(tmp_path):
    path = tmp_path / "plan.mps"
    path.write_text("old")

    def fail():
        raise RuntimeError("no names")

    with pytest.raises(RuntimeError):
        export_mps(programme([1], column_names=fail), path)
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_heavy_packages_wait_until_they_are_used():
    heavy = {"ortools", "pandas", "networkx", "scipy"}
    code = f"import sys, planner.solver.solve; print(*{heavy} & {{*sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_the_door_takes_a_solver_made_beforehand():
    solver = ArrayHighs(SolveOptions(seed=3))
    assert np.isclose(solve(dantzig(), solver).objective, 153.675)
    assert solver.handle is not None
