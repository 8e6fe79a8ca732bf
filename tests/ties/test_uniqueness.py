"""Uniqueness: proven where a plan is the only one, and another plan shown where it is not."""

import numpy as np
import pytest

import planner
from planner.uniqueness import uniqueness
from tests.ties.cases import candidates, shipped, transport


def told(data, **request):
    """Return what is found for plain data or a scenario."""
    scenario = planner.load(data) if isinstance(data, dict) else data
    return uniqueness(scenario, planner.Request(**request))


def test_a_cheaper_site_makes_the_plan_the_only_one():
    """By hand: s0 serves all for 1, s1 would for 2."""
    found = told(transport([[1], [2]], [20, 20], [10]))
    assert found.status == "unique"
    assert not found.integers_fixed
    assert found.another is None
    assert "the only one" in str(found)


def test_two_sites_at_the_same_cost_make_two_plans():
    """By hand: each of two sites can serve the ten for 1; the other plan is as good and serves the region elsewhere."""
    found = told(transport([[1], [1]], [20, 20], [10]))
    assert found.status == "several"
    assert found.plan.objective == found.another.objective == pytest.approx(10)
    one, other = (plan.served.set_index("site")["served_units"].to_dict() for plan in (found.plan, found.another))
    assert one != other
    assert sum(one.values()) == pytest.approx(10)
    assert sum(other.values()) == pytest.approx(10)
    assert str(found).startswith("Another plan is as good: serve(")


def test_dantzig_s_problem_has_another_plan():
    """By hand: seattle's 50 cases for New York can come from san-diego; all else stays."""
    found = told(shipped("transport"))
    assert found.status == "several"
    assert {abs(d.here - d.there) for d in found.differences} == {50.0}
    assert len(found.differences) == 4


@pytest.mark.parametrize("seed", range(6))
def test_it_agrees_with_the_extent_of_the_optimal_face(seed):
    """Independent: by scipy, each decision's least and most among the best plans; unique if they all meet."""
    from scipy import optimize, sparse

    from tests.ties.cases import last_stage

    rng = np.random.default_rng(seed)
    scenario = planner.load(
        transport(rng.integers(1, 9, (3, 3)).tolist(), [30, 30, 30], rng.integers(5, 20, 3).tolist())
    )
    _, stage = last_stage(scenario)
    a = stage.arrays
    matrix = sparse.csr_array((a.value, a.index, a.start), shape=(a.rows, a.columns)).toarray()
    least = a.cost @ stage.solution.x
    rows = [
        optimize.LinearConstraint(matrix, a.row_lower, a.row_upper),
        optimize.LinearConstraint(a.cost, -np.inf, least + 1e-9),
    ]
    width = 0.0
    for j in range(a.columns):
        unit = np.eye(a.columns)[j]
        low, high = (
            sign * optimize.milp(sign * unit, constraints=rows, bounds=optimize.Bounds(a.lower, a.upper)).fun
            for sign in (1, -1)
        )
        width = max(width, high - low)
    assert told(scenario).status == ("unique" if width < 1e-6 else "several")


def test_another_choice_of_sites_is_found():
    """By hand: of two candidates that are alike one opens; the other could as well."""
    found = told(candidates("a", "b", demand=5))
    assert found.status == "several"
    assert not found.integers_fixed
    opened = [set(plan.sites[plan.sites["open"] > 0.5]["site"]) for plan in (found.plan, found.another)]
    assert opened == [{"a"}, {"b"}]


def test_a_dearer_choice_of_sites_is_no_other_plan():
    """By hand: the second candidate costs 1 more."""
    data = candidates("a", "b", demand=5)
    data["sites"]["b"]["opening_cost"] = 101
    found = told(data)
    assert found.status == "unique"
    assert not found.integers_fixed


def test_whole_numbers_above_one_are_held():
    """With whole devices the proof is for the numbers of the plan, and says so."""
    found = told(shipped("known/melange"))
    assert found.status == "unique"
    assert found.integers_fixed
    assert "with its whole numbers as chosen" in str(found)


def test_a_scenario_without_a_plan_is_not_known():
    """Nothing is claimed of what cannot be solved."""
    found = told(transport([[1]], [5], [10]))
    assert found.status == "unknown"
    assert "infeasible" in found.reason


def test_losses_are_all_in_the_programme():
    """Another plan of a scenario that must bear losses bears them too: its own losses are in what is solved."""
    found = told(shipped("siting-europe"))
    assert found.status == "several"
    assert found.another.objective == pytest.approx(found.plan.objective, rel=1e-9)


def test_another_solver_has_no_basis_to_prove_it_with():
    """SCIP gives no basis: not known, and the sentence says why."""
    found = told(shipped("siting"), solver="scip")
    assert found.status == "unknown"
    assert str(found).startswith("It is not known")
