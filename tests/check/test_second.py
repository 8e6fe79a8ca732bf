"""A second opinion finds out a solver that lies, and one that only another can be."""

import dataclasses

import pytest

from planner.check.one import How, check_file
from planner.planning import Request
from planner.solver.highs import ArrayHighs
from tests.check.conftest import STUCK
from tests.cli.conftest import ROOT

SITING = ROOT / "scenarios" / "siting.yaml"


DEAREST = 325 * 0.225 + 300 * 0.162 + 275 * 0.162
"""The most that shipping can cost: chicago from san-diego, topeka from seattle."""


@pytest.fixture
def liar(monkeypatch):
    """Have HiGHS give the dearest plan and say that it is the best."""
    answer = ArrayHighs.answer

    def lying(self, arrays):
        found = answer(self, dataclasses.replace(arrays, cost=-arrays.cost))
        cost = float(arrays.cost @ found.x) + arrays.constant
        return dataclasses.replace(found, objective=cost, bound=cost, gap=0.0, row_dual=None, reduced_cost=None)

    monkeypatch.setattr(ArrayHighs, "answer", lying)


def test_a_solver_that_lies_is_found_by_what_is_published(liar, dantzig):
    """All demand is met, but for 166.275."""
    outcome = check_file(dantzig("{objective: 153.675, origin: published}"))
    assert outcome.verdict == "missed"
    assert "the objective is 166.275, not 153.675" in outcome.failures[0]


def test_a_solver_that_lies_is_found_by_another(liar, dantzig):
    """Where its lie was recorded: what is stated holds, but GLOP finds the optimum."""
    path = dantzig(f"{{objective: {DEAREST}}}")
    assert check_file(path).verdict == "held"
    outcome = check_file(path, How(also=("glop",)))
    assert outcome.verdict == "missed"
    assert outcome.failures[0].startswith("the second opinion differs: HiGHS")
    assert "says 166.275, GLOP" in outcome.failures[0]
    assert outcome.opinions[0].objective == pytest.approx(153.675)
    assert outcome.opinions[0].difference == pytest.approx(153.675 / DEAREST - 1)


def test_two_solvers_agree(dantzig):
    """GLOP and SCIP on the transport problem, HiGHS on it where GLOP is the first."""
    path = dantzig("{objective: 153.675}")
    first = check_file(path, How(also=("glop", "scip", "highs")))
    assert [o.solver.split()[0] for o in first.opinions] == ["GLOP", "SCIP"]
    second = check_file(path, How(Request(solver="glop"), also=("glop",)))
    assert [o.solver.split()[0] for o in second.opinions] == ["HiGHS"]
    assert {o.held for o in (*first.opinions, *second.opinions)} == {True}


def test_two_solvers_agree_that_there_is_no_plan(file):
    """Ten jobs an hour, and a card that does five."""
    outcome = check_file(file("stuck.yaml", STUCK + "expect: {status: infeasible}\n"), How(also=("glop",)))
    assert (outcome.verdict, outcome.opinions[0].status) == ("held", "infeasible")


def test_whole_numbers_need_a_solver_that_keeps_them():
    """GLOP cannot; with SCIP beside it, SCIP alone is asked."""
    assert [o.solver.split()[0] for o in check_file(SITING, How(also=("glop", "scip"))).opinions] == ["SCIP"]
    alone = check_file(SITING, How(also=("glop",)))
    assert alone.verdict == "wrong input"
    assert "cannot keep counts whole" in alone.failures[0]


@pytest.mark.parametrize(("solver", "words"), [("highs", "needs another solver"), ("glopp", "did you mean glop")])
def test_an_opinion_that_cannot_be_had(dantzig, solver, words):
    """The first solver's own, or that of none."""
    outcome = check_file(dantzig("{objective: 153.675}"), How(also=(solver,)))
    assert outcome.verdict == "wrong input"
    assert words in outcome.failures[0]
