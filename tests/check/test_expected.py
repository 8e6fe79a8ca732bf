"""What a plan is held to: the transport problem's published optimum and shipments, and a conflict of two statements."""

import dataclasses

import pytest

import planner as package
from planner.check.expected import missed, statements
from tests.check.conftest import STUCK


@pytest.fixture(scope="module")
def plan():
    """Return the plan of the transport problem."""
    return package.solve(package.load("scenarios/transport.yaml"))


def held(plan, **expect):
    """Return what a plan misses of other expectations than its scenario's."""
    return missed(dataclasses.replace(plan, scenario={**plan.scenario, "expect": expect}))


def cell(**given):
    return {"served": [given]}


def test_what_is_published_is_held(plan):
    """Dantzig's optimum."""
    assert missed(plan) == []
    assert [s.what for s in statements(plan)] == ["the status", "the objective"]


def test_a_wrong_optimum_is_missed(plan):
    """By a thousandth, where a millionth is allowed; the sentence has both figures and the source."""
    assert held(plan, objective=153.8, origin="published", source="a book") == [
        "the objective is 153.675, not 153.8 within 1e-06 (published, a book)"
    ]
    assert held(plan, objective=153.8, tolerance=1e-3) == []


@pytest.mark.parametrize(("factor", "is_held"), [(1 + 0.9e-6, True), (1 - 0.9e-6, True), (1 + 1.1e-6, False)])
def test_the_tolerance_is_relative(plan, factor, is_held):
    """Within a millionth or not."""
    assert (held(plan, objective=plan.objective * factor) == []) is is_held


def test_a_small_figure_is_held_as_closely_as_a_large_one(plan):
    """A tenth more of a millionth is not the same, though less than a millionth lies between; 0 is held absolutely."""
    small = dataclasses.replace(plan, objective=1.1e-7)
    assert held(small, objective=1e-7) != []
    assert held(small, objective=0.0) == []


def test_a_figure_has_a_tolerance_and_a_source_of_its_own(plan):
    """They win over those of all."""
    own = {"value": 154, "tolerance": 0.01, "origin": "by-hand", "source": "a sum"}
    assert held(plan, objective=own, served_fraction=0.5, source="a book") == [
        "the fraction served is 1, not 0.5 within 1e-06 (recorded, a book)"
    ]
    (statement,) = [s for s in statements(with_(plan, objective=own)) if s.what == "the objective"]
    assert (statement.origin, statement.source, statement.path) == (
        "by-hand",
        "a sum",
        ("expect", "objective", "value"),
    )


def with_(plan, **expect):
    return dataclasses.replace(plan, scenario={**plan.scenario, "expect": expect})


@pytest.mark.parametrize(
    ("stated", "amount"),
    [
        ({"where": {"region": "chicago", "site": "seattle"}, "column": "served_units"}, 300),
        ({"where": {"region": ["chicago", "topeka"]}, "column": "served_units"}, 575),
        ({"column": "served_units"}, 900),
        ({"where": {"region": "topeka"}, "column": "served_units", "aggregate": "max"}, 275),
        ({"where": {"region": ["topeka", "chicago"]}, "column": "served_units", "aggregate": "min"}, 275),
        ({"where": {"region": "topeka"}, "aggregate": "count"}, 1),
        ({"where": {"region": "topeka", "site": "seattle"}, "column": "served_units"}, 0),
        ({"where": {"region": "topeka", "site": "seattle"}, "aggregate": "count"}, 0),
    ],
)
def test_cells_and_sums(plan, stated, amount):
    """The shipments of the published solution; markets that want 325, 300 and 275; a changed figure is found."""
    assert held(plan, tables=cell(**stated, value=amount)) == []
    (told,) = held(plan, tables=cell(**stated, value=amount + 1))
    assert f"is {amount}, not {amount + 1} within" in told


def test_there_is_no_greatest_of_nothing(plan):
    """Topeka is not served from seattle: no figure, and so not as stated, even if 0 is."""
    where = {"region": "topeka", "site": "seattle"}
    (told,) = held(plan, tables=cell(where=where, column="served_units", aggregate="max", value=0))
    assert told.startswith("the greatest served_units in served where region is topeka and site is seattle is missing")


def test_a_label_that_only_the_plan_can_know(plan):
    """Units of a workload stand in every row of its demand: another is a mistake, and not a sum of nothing."""
    with pytest.raises(package.InputError, match="no row of demand has the unit 'casse'; did you mean 'case'"):
        held(plan, tables={"demand": [{"where": {"unit": "casse"}, "column": "served_units", "value": 0}]})


def test_a_status_that_is_not_as_stated(plan):
    """A plan where none may be, and none where one must be."""
    assert held(plan, status="infeasible") == ["the status is optimal, not infeasible (recorded)"]
    stuck = package.Plan("infeasible", {"expect": {"objective": 3}}, "", "cost", "USD", "USD", {})
    assert missed(stuck) == ["the status is infeasible, not optimal (recorded)"]


@pytest.mark.parametrize(
    ("phrases", "is_held"),
    [
        (["demand for jobs", "SUPPLY  of cards"], True),
        (["jobs in north", "cards"], True),
        (["demand for jobs"], False),
        (["demand for jobs", "supply of cards", "the budget"], False),
        (["demand for jobs", "supply of boats"], False),
    ],
)
def test_the_conflict_is_named_exactly(phrases, is_held):
    """Each statement of it by a phrase, and nothing else."""
    conflict = ("demand for jobs in north: 10", "supply of cards: 1")
    expect = {"status": "infeasible", "conflict": phrases}
    stuck = package.Plan("infeasible", {"expect": expect}, "", "cost", "USD", "USD", {}, conflict=conflict)
    assert (missed(stuck) == []) is is_held


def test_a_conflict_that_was_not_found_is_missed():
    """No words at all name nothing."""
    expect = {"status": "infeasible", "conflict": ["supply"]}
    stuck = package.Plan("infeasible", {"expect": expect}, "", "cost", "USD", "USD", {})
    assert missed(stuck) == ["the conflict is not found, not supply (recorded)"]


def test_the_conflict_of_a_scenario(file):
    """Ten jobs an hour, and one card that does five: demand and supply, and nothing else."""
    expect = "expect: {status: infeasible, conflict: [jobs, rent]}\n"
    assert missed(package.solve(package.load(file("stuck.yaml", STUCK + expect)))) == []
    expect = "expect: {status: infeasible, conflict: [jobs]}\n"
    assert missed(package.solve(package.load(file("stuck.yaml", STUCK + expect)))) != []


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("{tables: {flet: [{column: devices, value: 1}]}}", "expect.tables.flet: a plan has no table 'flet'; did you mean 'fleet'?"),
        ("{tables: {served: [{column: serve_units, value: 1}]}}", "has no column 'serve_units'; did you mean 'served_units'?"),
        ("{tables: {served: [{column: region, value: 1}]}}", "'region' holds text"),
        ("{tables: {served: [{value: 1}]}}", "needs the key 'column'"),
        ("{tables: {served: [{value: 1, aggregate: count, column: region}]}}", "leave it out"),
        ("{tables: {served: [{column: served_units}]}}", "needs the key 'value'"),
        ("{tables: {served: [{where: {region: chicgo}, column: served_units, value: 1}]}}", "did you mean 'chicago'?"),
        ("{tables: {served: [{where: {place: chicago}, column: served_units, value: 1}]}}", "no column of text 'place'"),
        ("{tables: {cost: [{where: {kind: servin}, column: paid_kUSD, value: 1}]}}", "did you mean 'serving'?"),
        ("{tables: {cost: [{column: paid_USD, value: 1}]}}", "did you mean 'paid_kUSD'?"),
        ("{objective: {valu: 1}}", "did you mean 'value'?"),
        ("{served_fraction: {value: 2}}", "must be at most 1"),
        ("{conflict: [supply]}", "goes with status: infeasible"),
        ("{status: infeasible, objective: 1}", "a plan that is infeasible has no figures"),
        ("{chains: {need: 1}}", "there is no chain 'need'"),
        ("{tables: {served: {table: served.csv}}}", "a table cannot stand here"),
    ],
)  # fmt: skip
def test_mistakes_are_found_before_solving(dantzig, expect, words):
    """Each with its file, line and column."""
    path = dantzig(expect)
    with pytest.raises(package.InputError) as caught:
        package.load(path)
    line = len(path.read_text(encoding="utf-8").splitlines())
    assert any(str(problem).startswith(f"{path}:{line}:") for problem in caught.value.problems)
    assert words in str(caught.value)
