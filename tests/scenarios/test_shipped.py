"""Every shipped scenario: it loads, solves, keeps what it states, ends with exit code 0, and two solvers agree."""

import math
import re

import pytest

from planner.check.expected import missed
from planner.check.second import compared
from tests.scenarios.shipped import NAMES, loaded, path_of, solved

LONG = {"sora-mainstream-open"}
"""Scenarios that take over ten seconds."""

SHIPPED = {
    "backbone", "llm-serving", "retail-only", "siting", "siting-europe", "sora-claim", "sora-claim-as-stated", "sora-mainstream",
    "sora-mainstream-open", "sora-mainstream-press", "training-campaign", "transport",
}  # fmt: skip
EVERY = [pytest.param(name, marks=[pytest.mark.long] if name in LONG else []) for name in NAMES]


def test_the_scenarios_are_those_listed():
    """A scenario that is added is listed here, and has every check below."""
    assert set(NAMES) == SHIPPED


@pytest.mark.parametrize("name", NAMES)
def test_it_explains_itself(name):
    """It begins with comments, says its name and what it is about, and names no path outside of the repository."""
    text = path_of(name).read_text(encoding="utf-8")
    document = loaded(name).document
    assert text.startswith("# ")
    assert document.name == name
    assert document.description
    assert not re.search(r"(\.\./|/(work|tmp|home|root)/)", text)
    assert "assumption" in text or name in {"transport", "siting", "retail-only"} or "extends:" in text


@pytest.mark.parametrize("name", NAMES)
def test_it_states_its_optimum(name):
    """It has an objective that it expects, with origin and source."""
    expect = loaded(name).document.expect
    assert expect.objective is not None
    assert expect.source
    if expect.origin == "recorded":
        assert name.startswith("sora-mainstream")


@pytest.mark.parametrize("name", EVERY)
def test_it_keeps_what_it_states(name):
    """All that `planner check` holds it to, and the exit code is 0."""
    plan = solved(name)
    assert missed(plan) == []
    assert plan.status == "optimal"
    assert plan.exit_code == 0


@pytest.mark.parametrize("name", EVERY)
def test_the_parts_of_the_cost_add_up(name):
    """The discounted parts of the cost sum to the objective, where that is the cost."""
    plan = solved(name)
    if plan.objective_name == "cost":
        parts = math.fsum(plan.cost[f"discounted_{plan.currency}"])
        assert parts == pytest.approx(plan.objective, rel=1e-9)


@pytest.mark.parametrize("name", EVERY)
def test_demand_is_served_or_unmet(name):
    """What is served and what is unmet is what was asked for, and the fraction served follows from them."""
    plan = solved(name)
    demand = plan.demand
    assert (demand.served_units + demand.unmet_units).to_numpy() == pytest.approx(demand.demand_units.to_numpy())
    by_site = plan.served.groupby(["period", "workload"]).served_units.sum() if len(plan.served) else {}
    for row in demand.itertuples():
        served = by_site.get((row.period, row.workload), 0.0)
        assert served == pytest.approx(row.served_units, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_two_solvers_agree(name):
    """GLOP finds the same optimum of a linear programme, SCIP of one with whole numbers (within both gaps)."""
    plan = solved(name)
    other = solved(name, "scip" if plan.size["integers"] else "glop")
    assert other.status == "optimal"
    opinion = compared(loaded(name), plan, other)
    assert opinion.held, opinion.words
