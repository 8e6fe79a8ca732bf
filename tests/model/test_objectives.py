"""Objectives, their rank order, served fractions, the earliest date, and plans that do not exist."""

import pytest

import planner
from planner.errors import InputError
from tests.model.cases import bought, case, cost, counted, rented, sold, solved, sum_of, without, work

HOUR = 1 / 730

GIVEN_AWAY = 2e-6
"""The cost that decides last may give a millionth of the first objective away."""


# ---- objectives --------------------------------------------------------------------------------------------


def test_most_served_within_a_budget():
    """60 for devices at 10: 6 of 10 units are served, and nothing is to be paid for the rest."""
    plan = solved(case(objective="served", offers={"o": rented(10)}, budgets={"b": {"limit": 60}}))
    assert plan.objective == pytest.approx(6, rel=GIVEN_AWAY)
    assert plan.objective_unit == "unit"
    assert plan.served_fraction == pytest.approx(0.6, rel=GIVEN_AWAY)


def test_served_work_is_weighed_by_its_penalty():
    """3 devices for w at a penalty of 5 or v at 2: w first: 3 x 5, or with 12 devices all of both."""
    workloads = {
        "w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}, "unmet_penalty": 5},
        "v": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}, "unmet_penalty": 2},
    }
    scenario = case(objective="served", workloads=workloads, offers={"o": rented(supply=6)})
    plan = solved(scenario)
    assert plan.objective == pytest.approx(4 * 5 + 2 * 2, rel=GIVEN_AWAY)
    assert plan.objective_unit == "USD"
    assert plan.weights == pytest.approx({"w": 5 / 7, "v": 2 / 7})
    assert plan.served_fraction == pytest.approx(5 / 7 + 2 / 7 / 2, rel=GIVEN_AWAY)


def test_served_counts_hours():
    """6 of 10 units an hour for a year: 52,560."""
    scenario = case(horizon={"start": 2024, "period": "year"}, objective="served", offers={"o": rented(supply=6)})
    assert solved(scenario).objective == pytest.approx(6 * 8760, rel=GIVEN_AWAY)


def test_must_serve_holds_when_most_is_served():
    """4 units of w must be served with 6 devices; of v the rest, though v is worth more by device."""
    workloads = {
        "w": {"rate": {"d": 1}, "demand": {"by_region": {"r": 4}}, "must_serve": True},
        "v": {"rate": {"d": 9}, "demand": {"by_region": {"r": 99}}},
    }
    plan = solved(case(objective="served", workloads=workloads, offers={"o": rented(supply=6)}))
    assert plan.objective == pytest.approx(4 + 18, rel=GIVEN_AWAY)


@pytest.mark.parametrize(
    ("ranks", "money", "tonnes"),
    [
        (["cost"], 10, 5),
        (["carbon"], 40, 0),
        (["cost", "carbon"], 10, 5),
        (["carbon", "cost"], 40, 0),
        ([{"of": "cost", "tolerance": 0.6}, "carbon"], 16, 4),  # 6 more buys 2 clean units: 1 t less
        ([{"of": "cost", "tolerance": 1}, "carbon"], 20, 5 * 2 / 3),
        (["served", "carbon", "cost"], 40, 0),
    ],
)
def test_rank_order(ranks, money, tonnes):
    """10 units at 1 with 0.5 t each, or at 4 with none."""
    scenario = case(
        objective=ranks,
        offers={"o": sold(1, carbon_g_per_unit=5e5), "p": sold(4)},
    )
    plan = solved(scenario)
    assert plan.cost["discounted_USD"].sum() == pytest.approx(money, rel=1e-5)
    assert plan.carbon["carbon_t"].sum() == pytest.approx(tonnes, abs=1e-5)


def test_the_objective_is_that_of_the_plan_and_the_bound_what_is_proven():
    """With 60 % to give away of a least cost of 10, the plan costs 16, and the bound is 10."""
    ranks = [{"of": "cost", "tolerance": 0.6}, "carbon"]
    plan = solved(case(objective=ranks, offers={"o": sold(1, carbon_g_per_unit=5e5), "p": sold(4)}))
    assert (plan.objective, plan.bound) == pytest.approx((16, 10))
    assert plan.gap == pytest.approx(6 / 16)


def test_least_cost_decides_last():
    """Served by either of two offers: the cheaper one, though only the most served was asked for."""
    plan = solved(case(objective="served", offers={"o": rented(5), "p": rented(2)}))
    assert counted(plan, "rental") == pytest.approx(20, rel=1e-5)


# ---- what is served ----------------------------------------------------------------------------------------


def two(*penalties, demands=(10, 30)):
    """Return two workloads with such penalties, and 20 devices."""
    return case(
        workloads={
            name: {"rate": {"d": 1}, "demand": {"by_region": {"r": demand}}}
            | ({"must_serve": False} if penalty is None else {"unmet_penalty": penalty})
            for name, penalty, demand in zip("wv", penalties, demands, strict=True)
        },
        offers={"o": rented(1, supply=20)},
    )


@pytest.mark.parametrize(
    ("penalties", "fraction", "weights"),
    [
        ((5, 2), (50 + 20) / 110, {"w": 50 / 110, "v": 60 / 110}),
        ((5, None), 1, {"w": 1, "v": 0}),
        ((0, 2), 2 / 3, {"w": 0, "v": 1}),
        ((None, None), 0, {"w": 0.5, "v": 0.5}),
    ],
)
def test_weights_of_the_served_fraction(penalties, fraction, weights):
    """Demand valued at its penalty, or equally where there is none: 10 of w and 10 of v are served, w first."""
    plan = solved(two(*penalties))
    assert plan.weights == pytest.approx(weights)
    assert plan.served_fraction == pytest.approx(fraction)
    assert plan.unmet_fraction == pytest.approx(1 - fraction)


@pytest.mark.parametrize(("tolerance", "code"), [(0.39, 1), (0.41, 0)])
def test_the_exit_code_says_what_is_unmet(tolerance, code):
    """40 % is unmet."""
    scenario = case(workloads=work(10, unmet_penalty=5), offers={"o": rented(supply=6)}, unmet_tolerance=tolerance)
    assert solved(scenario).exit_code == code


@pytest.mark.parametrize(
    ("supply", "demand", "expected"),
    [
        (10, 10, "p1"),
        ([5, 10, 10, 10], 10, "p2"),
        ([10, 5, 10, 10], 10, "p3"),
        ([10, 10, 10, 5], 10, "never"),
        ([5, 0, 0, 10], [5, 0, 0, 10], "p1"),
    ],
)
def test_the_earliest_date(supply, demand, expected):
    """The first period from which on supply covers demand, whatever it costs (a penalty of nothing)."""
    scenario = case(
        periods=4,
        workloads=work(demand, unmet_penalty=0),
        offers={"o": rented(1, supply=supply)},
        report={"earliest_date": True},
    )
    plan = solved(scenario)
    assert plan.earliest == expected


def test_the_earliest_date_is_not_that_of_the_cheapest_plan():
    """Buying ahead would do from p2 on; the cheapest plan leaves all unmet."""
    scenario = case(
        [0, 8, 8],
        periods=3,
        workloads=work([8, 8, 8], unmet_penalty=0.1),
        offers={"o": bought(9, supply=4)},
        report={"earliest_date": True},
    )
    for objective in ("cost", "served"):
        plan = solved(scenario | {"objective": objective})
        assert plan.earliest == "p2"
    assert sum_of(solved(scenario).unmet, "unmet_units") == pytest.approx(24)


# ---- no plan -----------------------------------------------------------------------------------------------

NEGATIVE = {
    "price to buy": {"offers": {"o": bought(-1)}},
    "price of an hour": {"offers": {"o": rented(-1)}},
    "rent": {"offers": {"o": {"kind": "lease", "device": "d", "price_per_hour": -1, "term_months": HOUR}}},
    "price of a device that does nothing": {
        "devices": {"d": {}, "e": {}},
        "offers": {"o": rented(), "p": bought(-1, device="e")},
    },
    "tariff of idle devices": {
        "devices": {"d": {"power_kw": 2, "idle_power_kw": 2}},
        "sites": {"s": {"tariff_per_kwh": -1}},
        "offers": {"o": bought(1)},
    },
    "price of whole devices": {"offers": {"o": bought(-1)}, "integer": True},
    "price at a candidate": {
        "sites": {"s": {}, "t": {"siting": "candidate", "opening_cost": 50}},
        "offers": {"o": rented(sites=["s"]), "p": bought(-0.2, sites=["t"])},
    },
    "price of a commitment": {"offers": {"o": rented(), "p": bought(-1, min_commitment=40)}},
}


@pytest.mark.parametrize("name", NEGATIVE)
def test_without_a_limit_what_pays_is_unbounded(name):
    """Where more always pays and nothing in the scenario limits it, there is no optimum."""
    without(case(**NEGATIVE[name]), "unbounded")


@pytest.mark.parametrize(
    ("name", "objective"),
    [
        ("price to buy", -5000),
        ("price of an hour", -5000),
        ("rent", -5000),
        ("price of a device that does nothing", 10 - 5000),
        ("tariff of idle devices", 5000 - 10000),
        ("price of whole devices", -5000),
        ("price at a candidate", 50 - 1000),
        ("price of a commitment", -5000),
    ],
)
def test_with_a_limit_what_pays_is_taken_whole(name, objective):
    """5,000 devices, far more than are of use, are taken where each brings 1."""
    parts = dict(NEGATIVE[name])
    last = max(parts["offers"])
    parts["offers"] = parts["offers"] | {last: parts["offers"][last] | {"supply": 5000}}
    assert cost(case(**parts)) == pytest.approx(objective)


def test_unbounded_cost_behind_another_objective():
    """The most served is bounded; the cost that decides after it is not."""
    without(case(objective="served", offers={"o": rented(-1)}), "unbounded")


def test_negative_work_is_bounded_by_demand():
    """Work that pays 1 a unit is done as far as it is asked for: -10."""
    assert cost(case(offers={"o": sold(-1)})) == pytest.approx(-10)


def test_what_nothing_can_serve_is_refused_before_solving():
    """A workload that must be served and that no device runs is an error of input, with the reason."""
    scenario = case(workloads={"w": {"rate": {}, "demand": {"by_region": {"r": 1}}}})
    with pytest.raises(InputError, match="d has no rate for it"):
        planner.solve(planner.load(scenario))


def test_an_empty_scenario():
    """Nothing asked for, nothing offered: a plan that costs nothing."""
    plan = solved({"horizon": {"start": 2024}})
    assert plan.objective == 0
    assert plan.served_fraction == 1


def test_conflict_of_whole_numbers():
    """3 devices of 2 for exactly 5 units with whole replicas of 2 at most 2: infeasible, and no plan is made up."""
    scenario = case(
        workloads={
            "w": {
                "demand": {"by_region": {"r": 5}},
                "configurations": {"two": {"device": "d", "devices": 2, "rate": 2}},
                "whole_replicas": True,
            }
        },
        offers={"o": rented(1, supply=5)},
    )
    without(scenario, "infeasible")
