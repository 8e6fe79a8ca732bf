"""Laws that every scenario keeps, each with the conditions under which it does; held on small random scenarios."""

import functools
import json
import math
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planner
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.plan.files import to_json
from planner.solver.solve import available, solver_named
from tests.laws.strategies import scenarios

law = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
slow_law = settings(law, max_examples=10)


def optimum(data, **request):
    """Return the least cost, infinite where there is no plan."""
    return _optimum(json.dumps(data), json.dumps(request))


@functools.lru_cache(maxsize=10_000)
def _optimum(text, request):
    from planner.planning import Request, Timer, inputs_for, solve_stages

    scenario, asked = planner.load(json.loads(text)), Request(**json.loads(request))
    name, options = asked.resolved(scenario)
    stage = solve_stages(build(inputs_for(scenario)), name, options, asked, Timer())[0]
    assert stage.solution.status in ("optimal", "infeasible")
    return stage.value if stage.solution.status == "optimal" else math.inf


def same(one, other):
    """Whether two optima are equal; cost and penalty can cancel, so a part of a typical amount is allowed."""
    if math.isinf(one) or math.isinf(other):
        return one == other
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-3)


def no_dearer(one, other):
    return one <= other or same(one, other)


def edited(data, change):
    """Return a copy of plain data, changed in place by a function."""
    made = deepcopy(data)
    change(made)
    return made


def scaled(value, factor):
    """Return a number or a list of numbers times a factor."""
    return [scaled(item, factor) for item in value] if isinstance(value, list) else value * factor


def rescaled(data, keys, factor):
    """Return plain data with the values of some keys, wherever they stand, times a factor; of all below a mapping."""
    if isinstance(data, list):
        return [rescaled(item, keys, factor) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        key: _all_scaled(below, factor) if key in keys else rescaled(below, keys, factor)
        for key, below in data.items()
    }  # fmt: skip


def _all_scaled(value, factor):
    if isinstance(value, dict):
        return {key: _all_scaled(below, factor) for key, below in value.items()}
    return scaled(value, factor)


# ---- more is never worse -----------------------------------------------------------------------------------


@law
@given(scenarios(), st.sampled_from(["supply", "power_mw", "limit", "units", "capacity_gbps", "capacity_per_hour"]))
def test_more_of_what_is_limited_never_costs_more(data, what):
    """Supply, power, budgets, limits on makers, links, work sold: any plan within a limit is within a wider one.

    Holds where nothing has to be taken because it is there: no obliged commitments, and `units` only of limits
    (a larger fleet to start with may cost energy). A pool's nodes are no such limit: its firm factor rises in steps.
    """
    wider = {key: rescaled(part, {what}, 2) if key != "fleet" else part for key, part in data.items()}
    assert no_dearer(optimum(wider), optimum(data))


@law
@given(scenarios())
def test_another_site_or_offer_never_costs_more(data):
    """One may leave it alone; a site has no fixed cost here, and shares are of what there is, not of what could be."""

    def add(made):
        made["sites"]["s9"] = {"latency_ms": 10}
        made["offers"]["o9"] = {"kind": "on-demand", "device": "d0", "price_per_hour": 1, "sites": ["s9"]}

    assert no_dearer(optimum(edited(data, add)), optimum(data))


@law
@given(scenarios())
def test_a_dominated_offer_changes_nothing(data):
    """The same offer at a higher price, where as much of the first as is useful can be had: no limits on supply."""

    def unlimited(made):
        for key in ("supply", "shares"):
            made.pop(key, None)
        for key in ("supply", "carry_over", "pool"):
            made["offers"]["o0"].pop(key, None)
        for work in made["offers"]["o0"].get("work", {}).values():
            del work["capacity_per_hour"]

    def add(made):
        made["offers"]["o9"] = rescaled(made["offers"]["o0"], {"price_per_unit", "price_per_hour"}, 2)

    free = edited(data, unlimited)
    assert same(optimum(edited(free, add)), optimum(free))


@law
@given(scenarios())
def test_no_demand_no_difference(data):
    """A workload that nobody asks for takes nothing."""

    def add(made):
        made["workloads"]["w9"] = {**made["workloads"]["w0"], "demand": {"by_region": {"r0": 0}}}

    assert same(optimum(edited(data, add)), optimum(data))


@law
@given(scenarios())
def test_less_demand_never_costs_more(data):
    """Serve less, and leave less unmet; holds where prices and tariffs are not negative."""
    less = {**data, "workloads": rescaled(data["workloads"], {"by_region"}, 0.5)}
    assert no_dearer(optimum(less), optimum(data))


# ---- names, units, order -----------------------------------------------------------------------------------


def renamed(value, names):
    """Return plain data with names replaced wherever they stand, as keys and as values."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(below, names) for key, below in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


@law
@given(scenarios(), st.permutations("zyxwvutsrqponmlkjihgfedcba"))
def test_names_do_not_matter(data, letters):
    """Other names, in another alphabetical order: the same optimum. Axes are in order of name."""
    old = [f"{kind}{i}" for kind in "rsdmwokhbael" for i in range(5)]
    names = {name: f"{letters[i % 26]} {i}, ä#" for i, name in enumerate(old)}
    assert same(optimum(renamed(data, names)), optimum(data))


MONEY = {
    "price_per_unit", "price_per_hour", "maintenance_per_unit_year", "unmet_penalty", "tariff_per_kwh", "egress_per_gb",
    "price_per_gb", "price_per_tonne", "limit",
}  # fmt: skip
"""Keys of amounts of money in the scenarios of the strategy."""


@law
@given(scenarios(), st.sampled_from([0.01, 3, 1000]))
def test_another_currency_unit_scales_the_optimum(data, factor):
    """All prices, penalties and budgets in cents, or in thousands: the optimum too."""
    other = optimum(rescaled(data, MONEY, factor))
    assert math.isinf(other) or math.isclose(other / factor, optimum(data), rel_tol=1e-6, abs_tol=0.01)


QUANTITY = {"by_region", "supply", "power_mw", "capacity_gbps", "capacity_per_hour", "units", "limit"}
"""Keys of amounts of work, devices, power and traffic, and of what may be spent on them."""


@law
@given(scenarios(), st.sampled_from([0.1, 7]))
def test_twice_the_world_costs_twice_as_much(data, factor):
    """Demand, supply, power, links and budgets together; holds without fixed costs, whole numbers and pools."""

    def without_pools(made):
        for offer in made["offers"].values():
            offer.pop("pool", None)

    data = edited(data, without_pools)
    other = optimum({key: rescaled(part, QUANTITY, factor) for key, part in data.items()})
    assert math.isinf(other) or math.isclose(other / factor, optimum(data), rel_tol=1e-6, abs_tol=0.01)


def shuffled(value, order):
    """Return plain data with the keys of every mapping in another order."""
    if isinstance(value, list):
        return [shuffled(item, order) for item in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: (order.random(), key))
    return {key: shuffled(value[key], order) for key in keys}


@slow_law
@given(scenarios(), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(data, order):
    """Same scenario, same bytes out (solved twice, so it also says that a second solve gives the same bytes)."""
    one, other = (planner.solve(planner.load(each)) for each in (data, shuffled(data, order)))
    assert to_json(one) == to_json(other)


# ---- time --------------------------------------------------------------------------------------------------


@law
@given(scenarios())
def test_a_period_in_two_halves_costs_the_same(data):
    """Undiscounted, with the same figures in both halves, and where a half says nothing that the whole did not.

    Conditions: no discounting; no limits on arrivals by period, and budgets over the horizon; lives, terms and
    holdings that outlast the horizon, and no early sale. Prices of what is committed stay the same, else the second
    half of a cheap period is a better time to buy for the next than its start. What is bought is written off straight
    line, or wholly, so that buying for the second half alone saves nothing that the whole could not.
    """

    def restrict(made):
        made["money"]["discount_rate"] = 0
        made.pop("supply", None)
        for offer in made["offers"].values():
            for key in ("resale_share", "lead_time_months", "life_months", "carry_over"):
                offer.pop(key, None)
            if offer["kind"] in ("buy", "lease"):
                offer.pop("supply", None)
                offer |= {key: offer[key][0] for key in offer if isinstance(offer[key], list) and key != "sites"}
            if "term_months" in offer:
                offer["term_months"] = 24
        for budget in made.get("budgets", {}).values():
            budget["per"] = "horizon"

    def halve(made):
        made["horizon"] |= {"period": "quarter", "count": 2 * made["horizon"]["count"]}

    whole = edited(data, restrict)
    whole["horizon"]["period"] = "6 months"
    halves = edited(whole, halve)
    halves |= {key: doubled(halves[key]) for key in ("workloads", "offers", "sites")}
    assert same(optimum(halves), optimum(whole))


def doubled(value):
    """Return plain data with every list of numbers (a series) holding each of them twice."""
    if isinstance(value, dict):
        return {key: doubled(below) for key, below in value.items()}
    if isinstance(value, list) and all(isinstance(item, int | float) for item in value):
        return [item for item in value for _ in range(2)]
    return value


# ---- solvers and whole numbers -----------------------------------------------------------------------------


@slow_law
@given(scenarios())
@pytest.mark.skipif("glop" not in available(), reason="needs ortools")
def test_two_solvers_agree(data):
    """HiGHS and Glop share no code."""
    assert same(optimum(data, solver="glop"), optimum(data))


@slow_law
@given(scenarios(integer=True, links=False))
@pytest.mark.skipif("scip" not in available(), reason="needs ortools")
def test_two_solvers_agree_on_whole_devices(data):
    """HiGHS and SCIP, both to a gap of one in ten million."""
    one, other = (optimum(data, solver=solver, gap=1e-7) for solver in ("highs", "scip"))
    assert one == other or math.isclose(one, other, rel_tol=1e-5, abs_tol=0.1)


@law
@given(scenarios(integer=True))
def test_whole_devices_never_cost_less(data):
    """The linear programme leaves the whole numbers out, and so is a bound."""
    fractional = {**data, "integer": False}
    assert optimum(fractional) <= optimum(data) + 1e-5 * abs(optimum(data)) + 0.1


# ---- what a plan says --------------------------------------------------------------------------------------


@law
@given(scenarios(), st.booleans())
def test_a_plan_adds_up(data, integer):
    """Cost parts sum to the objective, served and unmet to the demand, no quantity is negative, no rule is broken."""
    plan = planner.solve(planner.load({**data, "integer": integer}))
    if plan.status == "infeasible":
        assert plan.objective is None
        assert not plan.tables
        return
    parts = plan.cost["discounted_USD"]
    assert math.isclose(parts.sum(), plan.objective, rel_tol=1e-6, abs_tol=1e-6 * parts.abs().sum() + 1e-6)
    demand = plan.demand
    assert (demand["served_units"] + demand["unmet_units"] - demand["demand_units"]).abs().max() < 1e-6 * 1e6
    assert plan.served["served_units"].sum() == pytest.approx(demand["served_units"].sum(), rel=1e-6, abs=1e-3)
    assert 0 <= plan.served_fraction <= 1
    assert plan.served_fraction + plan.unmet_fraction == pytest.approx(1)
    for name in ("additions", "fleet", "run", "served", "unmet", "power", "links", "carbon"):
        numbers = plan.tables[name].select_dtypes("number")
        assert (numbers.fillna(0) >= 0).all().all(), name
    for rows in (plan.power.groupby(["period", "site"])["power_mw"].sum(), plan.sites["power_limit_mw"].dropna()):
        assert (rows >= 0).all()
    full = plan.sites.dropna(subset="power_limit_mw")
    assert (full["power_used_mw"] <= full["power_limit_mw"] * (1 + 1e-6) + 1e-9).all()


@law
@given(scenarios())
def test_the_programme_is_what_it_was(data):
    """Building has no memory: the same scenario, loaded from its own plain data, gives the same arrays."""
    first = planner.load(data)
    second = planner.load(json.loads(json.dumps(first.plain)))
    assert first == second
    one, other = (build(inputs_of(each)).finished for each in (first, second))
    for name in ("lower", "upper", "row_lower", "row_upper", "scale"):
        assert (getattr(one, name) == getattr(other, name)).all(), name
    assert (one.matrix != other.matrix).nnz == 0


def test_solvers_are_there():
    """The laws on two solvers would otherwise pass by being left out."""
    assert {"highs", "glop", "scip"} <= set(available())
    assert solver_named("scip") is not None
