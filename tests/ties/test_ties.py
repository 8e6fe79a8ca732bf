"""Ties: always the same plan of those that are equally good, at the same cost and the same prices."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, sparse

import planner
from planner import ties
from planner.model.build import build
from planner.planning import inputs_for
from planner.solver.directions import Directions
from planner.solver.highs import ArrayHighs
from planner.solver.options import SolveOptions
from planner.ties_in_place import least_in_place
from tests.ties.cases import by_name, candidates, last_stage, shipped, transport, turned

DANTZIG = ([[2.5, 1.7, 1.8], [2.5, 1.8, 1.4]], [350, 600], [325, 300, 275])
"""Dantzig's transport problem, in thousand miles: seattle may serve New York with 0 to 50 cases at the same cost."""

NAMES = ["transport", "siting", "llm-serving", "training-campaign", "known/min-cost-flow", "known/sailco"]


def random_ties(seed):
    """Return a transport problem with small whole costs, so that many plans are best."""
    rng = np.random.default_rng(seed)
    return transport(rng.integers(1, 4, (4, 5)).tolist(), [40, 30, 20, 30], rng.integers(5, 20, 5).tolist())


@pytest.mark.parametrize("seed", range(4))
def test_seeds_methods_and_warm_starts_give_the_same_plan(seed):
    """Simplex, interior point, another seed, and a start from the dearest plan's basis: decision by decision the same."""
    scenario = planner.load(random_ties(seed))
    _, first = last_stage(scenario)
    _, cold = last_stage(scenario, break_ties=False)
    runner = ArrayHighs()
    assert runner.answer(replace(cold.arrays, cost=-cold.arrays.cost)).status == "optimal"
    warm = {"basis": runner.handle.getBasis()}
    for options in ({"method": "ipm"}, {"method": "simplex", "seed": 5}, {"seed": 9}, warm):
        _, stage = last_stage(scenario, **options)
        assert stage.solution.x == pytest.approx(first.solution.x, abs=1e-9), options


def test_without_it_the_plan_depends_on_the_method():
    """What there is to break: of plans that are equally good, simplex and interior point end with different ones."""
    scenario = planner.load(random_ties(0))
    one, other = (last_stage(scenario, break_ties=False, method=method)[1] for method in ("simplex", "ipm"))
    assert one.solution.objective == pytest.approx(other.solution.objective)
    assert not np.allclose(one.solution.x, other.solution.x)


@pytest.mark.parametrize("data", [transport(*DANTZIG), *map(random_ties, range(4)), candidates("b", "a", "d", "c")])
def test_the_order_of_keys_does_not_matter(data):
    """The same scenario with all its keys turned round has the same plan."""
    one, other = (by_name(*last_stage(planner.load(each))) for each in (data, turned(data)))
    assert one.keys() == other.keys()
    assert all(other[name] == pytest.approx(value, abs=1e-6) for name, value in one.items())


@pytest.mark.parametrize("name", NAMES)
def test_cost_and_prices_stay(name):
    """Objective to 1e-9, every dual and every reduced cost are those of the solve before."""
    scenario = shipped(name)
    _, before = last_stage(scenario, break_ties=False)
    _, after = last_stage(scenario)
    assert after.solution.objective == pytest.approx(before.solution.objective, rel=1e-9)
    assert after.solution.row_dual == pytest.approx(before.solution.row_dual, abs=1e-9)
    assert after.solution.reduced_cost == pytest.approx(before.solution.reduced_cost, abs=1e-9)
    assert after.solution.max_violation <= max(1e-9, before.solution.max_violation)


@pytest.mark.parametrize("name", NAMES)
def test_prices_fit_the_plan_that_is_taken(name):
    """Complementary slackness between the new plan and the duals, and the handle's basis belongs to that plan."""
    _, stage = last_stage(shipped(name))
    arrays, found = stage.arrays, stage.solution
    matrix = sparse.csr_array((arrays.value, arrays.index, arrays.start), shape=(arrays.rows, arrays.columns))
    row = matrix @ found.x
    side = np.where(found.row_dual > 0, arrays.row_lower, arrays.row_upper)
    used = np.abs(found.row_dual) > 1e-9
    assert row[used] == pytest.approx(side[used], abs=1e-7)
    free = (np.abs(found.reduced_cost) > 1e-9) & ~arrays.integer
    bound = np.where(found.reduced_cost > 0, arrays.lower, arrays.upper)
    assert found.x[free] == pytest.approx(bound[free], abs=1e-7)
    assert np.asarray(stage.handle.getSolution().col_value) == pytest.approx(found.x, abs=1e-7)
    Directions(stage.handle, arrays)  # would refuse a handle without an optimal basis


def test_of_dantzig_s_two_plans_the_lighter_one_is_taken():
    """By hand: New York gets 0 or 50 cases from s0; the plan is the one whose weighted sum of decisions is less."""
    scenario = planner.load(transport(*DANTZIG))
    built, stage = last_stage(scenario)
    weights = dict(zip(stage.arrays.column_names(), ties.weights(built.model.programme), strict=True))
    scale = dict(zip(stage.arrays.column_names(), built.finished.scale, strict=True))
    plans = []
    for near in (0.0, 50.0):
        plan = {(0, 0): near, (0, 1): 300.0, (0, 2): 0.0, (1, 0): 325 - near, (1, 1): 0.0, (1, 2): 275.0}
        values = {f"serve(p1,w,r{j},s{i})": value for (i, j), value in plan.items()}
        values |= {f"work(p1,o,s{i},w)": sum(plan[i, j] for j in range(3)) for i in range(2)}
        assert values.keys() == weights.keys()
        plans.append((sum(weights[name] * value / scale[name] for name, value in values.items()), values))
    assert by_name(built, stage) == pytest.approx(min(plans, key=lambda plan: plan[0])[1])


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_lightest_of_all_optimal_plans(seed):
    """Independent: scipy makes the weighted sum least among all plans that cost no more than the best."""
    scenario = planner.load(random_ties(seed))
    built, stage = last_stage(scenario)
    a, weights = stage.arrays, ties.weights(built.model.programme)
    matrix = sparse.csr_array((a.value, a.index, a.start), shape=(a.rows, a.columns)).toarray()
    least = a.cost @ stage.solution.x
    rows = [
        optimize.LinearConstraint(matrix, a.row_lower, a.row_upper),
        optimize.LinearConstraint(a.cost, -np.inf, least),
    ]
    answer = optimize.milp(weights, constraints=rows, bounds=optimize.Bounds(a.lower, a.upper))
    assert answer.status == 0
    assert weights @ stage.solution.x == pytest.approx(answer.fun, rel=1e-7)


def test_weights_come_from_labels():
    """All lie from 1 to 2, no two are equal, and each stays with its name when the order of columns changes."""
    data = random_ties(0)
    found = []
    for each in (data, turned(data)):
        built = build(inputs_for(planner.load(each)))
        names = last_stage(planner.load(each))[1].arrays.column_names()
        found.append(dict(zip(names, ties.weights(built.model.programme).tolist(), strict=True)))
    assert found[0] == found[1]
    values = list(found[0].values())
    assert len(set(values)) == len(values)
    assert min(values) >= 1
    assert max(values) < 2


def test_weights_spread_evenly():
    """Their mean is that of the uniform distribution, within four standard errors; so is that of each block's."""
    built = build(inputs_for(shipped("sora-mainstream")))
    weights = ties.weights(built.model.programme)
    assert weights.mean() == pytest.approx(1.5, abs=4 / np.sqrt(12 * len(weights)))
    assert len(np.unique(weights)) == len(weights)


def test_the_first_twin_by_name_opens():
    """Of four sites that are alike, three are needed: not the last by name, whatever the order in the file."""
    for names in (("a", "b", "c", "d"), ("d", "c", "b", "a"), ("c", "a", "d", "b")):
        plan = planner.solve(planner.load(candidates(*names)))
        assert sorted(plan.sites[plan.sites["open"] > 0.5]["site"]) == ["a", "b", "c"]
        assert plan.objective == pytest.approx(300)


def test_twins_of_whole_devices():
    """Two offers at the same price and limit: the plan rents from the first by name all that it can."""
    offer = {"kind": "on-demand", "device": "d", "price_per_hour": 1, "supply": 4}
    data = {
        "horizon": {"start": 2024, "period": "hour"},
        "integer": True,
        "regions": {"r": {}},
        "sites": {"s": {}},
        "devices": {"d": {}},
        "workloads": {"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 6}}}},
    }
    for names in (("early", "late"), ("late", "early")):
        plan = planner.solve(planner.load(data | {"offers": dict.fromkeys(names, offer)}))
        fleet = plan.fleet.set_index("offer")["devices"]
        assert fleet["early"] + fleet["late"] == pytest.approx(6)
        assert fleet["early"] >= fleet["late"]


def test_sites_that_differ_are_no_twins():
    """A site that is a little dearer stays shut, though its name comes first."""
    data = candidates("a", "b", "c", "d")
    data["sites"]["a"]["opening_cost"] = 101
    plan = planner.solve(planner.load(data))
    assert sorted(plan.sites[plan.sites["open"] > 0.5]["site"]) == ["b", "c", "d"]


def test_it_can_be_switched_off():
    """In the scenario or in the request; the solver's own plan is left."""
    scenario = shipped("transport")
    _, left = last_stage(scenario, break_ties=False)
    built, taken = last_stage(scenario)
    _, switched = last_stage(scenario.replace({"solver.break_ties": False}), break_ties=None)
    assert switched.solution.x.tolist() == left.solution.x.tolist()
    assert ties.broken(built, left, SolveOptions()).solution.x == pytest.approx(taken.solution.x)


def test_no_time_left_leaves_the_plan():
    """After the time limit nothing is solved any more."""
    built, stage = last_stage(shipped("transport"), break_ties=False)
    assert ties.broken(built, stage, SolveOptions(time_limit=1e-9)) is stage


def test_another_solver_s_plan_is_left():
    """Ties are broken from HiGHS's basis; without one the plan stays."""
    built, stage = last_stage(shipped("transport"), break_ties=False)
    bare = replace(stage, standing=lambda: None)
    assert ties.broken(built, bare, SolveOptions()) is bare


def test_a_dearer_plan_is_refused(monkeypatch):
    """Should rounding ever make the other plan dearer than 1e-9 of it, the solver's own stays."""
    built, stage = last_stage(shipped("transport"), break_ties=False)
    worse = stage.solution.x * 1.001
    monkeypatch.setattr(ties, "least_in_place", lambda *_: worse)
    monkeypatch.setattr(ties.Face, "least", lambda *_: worse)
    assert ties.broken(built, stage, SolveOptions()) is stage


@pytest.mark.parametrize("seed", range(3))
def test_hot_and_cold_solves_end_with_the_same_plan(seed):
    """A session that comes back from other demands, basis by basis, serves everyone as a solve from scratch does."""
    scenario = planner.load(random_ties(seed))
    session = planner.what_if(scenario)
    session.solve({"workloads.w.demand.by_region.r0": 1})
    session.solve({"workloads.w.demand.by_region.r1": 2})
    hot, cold = session.solve(), planner.solve(scenario)
    keys = ["region", "site"]
    one, other = (plan.served.set_index(keys)["served_units"].sort_index() for plan in (hot, cold))
    assert one.index.equals(other.index)
    assert one.to_numpy() == pytest.approx(other.to_numpy(), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_in_place_as_by_the_face(seed):
    """Where the solver has its factors, ties are broken there: the same point, at the first objective's basis and costs."""
    built, stage = last_stage(planner.load(random_ties(seed)), break_ties=False, seed=seed)
    weight = ties.weights(built.model.programme)
    expected = ties.face_of(stage, SolveOptions()).least(weight, SolveOptions())
    Directions(stage.handle, stage.arrays)  # factors the basis
    x = least_in_place(stage.handle, stage.arrays, stage.solution, weight, SolveOptions())
    assert x == pytest.approx(expected, abs=1e-9)
    assert np.asarray(stage.handle.getLp().col_cost_).tolist() == stage.arrays.cost.tolist()
    assert np.asarray(stage.handle.getLp().col_upper_).tolist() == stage.arrays.upper.tolist()
    assert np.asarray(stage.handle.getLp().row_upper_).tolist() == stage.arrays.row_upper.tolist()
    assert stage.handle.getSolution().col_value == pytest.approx(x, abs=1e-9)
    again = least_in_place(stage.handle, stage.arrays, replace(stage.solution, x=x), weight, SolveOptions())
    assert again is x
