"""What limits a plan, against solving with one more and one less."""

from __future__ import annotations

import pytest

import planner
from planner.explain.explanation import Asked, Question
from planner.explain.reading import reading_of
from planner.explain.sensitivity import worth
from planner.explain.topics import explain
from planner.scenario.load import entry_of
from tests.explain.test_why_not import random_case
from tests.model.cases import bought, case, rented, sold, work


def solved(scenario):
    return planner.solve(planner.load(scenario))


def priced(plan, path):
    """Return the limits of an input, by period."""
    return {limit.period: limit for limit in plan.limits if limit.path == path}


def candidate(mw=5, **site):
    """Return 10 units of work at 1 kW each: a candidate with power for some of them, and a dear way for the rest."""
    return case(
        devices={"d": {"power_kw": 1000}},
        sites={"s": {"siting": "candidate", "power_mw": mw} | site, "t": {}},
        offers={"o": bought(1, sites=["s"]), "dear": sold(9, capacity_per_hour=100) | {"sites": ["t"]}},
    )


def test_power_of_a_candidate_that_opens():
    """One more MW serves one more unit at 1 in place of 9, less the 3 that opening costs for each MW."""
    scenario = candidate(opening_cost_per_mw=3)
    limit = priced(solved(scenario), "sites.s.power_mw")["p1"]
    by_hand = solved(scenario).objective - solved(candidate(6, opening_cost_per_mw=3)).objective
    assert limit.saves == pytest.approx(by_hand) == pytest.approx(5)
    assert "with the sites open as chosen" in limit.text


def test_power_of_a_candidate_that_stays_closed():
    """It gives nothing as long as the site is closed."""
    assert priced(solved(candidate(opening_cost=1000)), "sites.s.power_mw") == {}


def shared(share):
    """Return 10 units, at least a share of them by a device of maker m that is dearer."""
    return case(
        devices={"d": {"maker": "n"}, "e": {"maker": "m"}},
        workloads=work(10) | {"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 10}}}},
        offers={"o": rented(1), "p": rented(4) | {"device": "e"}},
        shares={"m": {"maker": "m", "min_share": share}},
    )


def test_a_percentage_point_of_a_share():
    """A hundredth of ten devices at 3 more each."""
    limit = priced(solved(shared(0.2)), "shares.m.min_share")["p1"]
    assert limit.saves == pytest.approx(-0.3)
    assert solved(shared(0.21)).objective - solved(shared(0.2)).objective == pytest.approx(0.3)
    assert limit.text == "One more percentage point of the least share m in p1 would cost 0.3 USD."


def test_one_number_at_several_places_is_one_input():
    """Work is sold at 4 an hour at each of two sites: one more at each saves twice 8."""

    def at(capacity):
        return case(
            sites={"s": {}, "t": {}, "u": {}},
            offers={
                "o": sold(1, capacity_per_hour=capacity) | {"sites": ["s", "t"]},
                "dear": sold(9) | {"sites": ["u"]},
            },
        )

    [limit] = solved(at(4)).limits
    assert limit.path == "offers.o.work.w.capacity_per_hour"
    assert limit.saves == pytest.approx(16) == pytest.approx(solved(at(4)).objective - solved(at(5)).objective)
    assert limit.text.startswith("One more unit/h of w from o at each site in p1 would save 16 USD")
    assert limit.holds_for == pytest.approx(1)


def test_a_link_both_ways():
    """Traffic goes each way over a full link: one more Gb/s of it is worth both."""

    def over(gbps):
        return case(
            sites={"s": {}}, offers={"o": sold(1)},
            network={"links": {"l": {"ends": ["a", "b"], "capacity_gbps": gbps}, "s-r": {"ends": ["s", "r"]}}},
            traffic={
                "out": {"from": "a", "to": "b", "gbps": 9, "unmet_penalty_per_gb": 1},
                "back": {"from": "b", "to": "a", "gbps": 9, "unmet_penalty_per_gb": 2},
            },
        )  # fmt: skip

    limit = priced(solved(over(4)), "network.links.l.capacity_gbps")["p1"]
    assert limit.saves == pytest.approx(3 * 450) == pytest.approx(solved(over(4)).objective - solved(over(5)).objective)
    assert "on the link l each way in p1 would save 1,350 USD" in limit.text


def test_where_several_limits_bind_both_sides_are_solved():
    """7 at 1 and 3 at 5 are just enough: one more at 1 spares one at 5, one less needs one at 9."""

    def kinked(supply):
        return case(10, offers={"o": rented(1, supply=supply), "mid": sold(5, capacity_per_hour=3), "dear": sold(9)})

    limit = priced(solved(kinked(7)), "offers.o.supply")["p1"]
    assert limit.saves == pytest.approx(4) == pytest.approx(solved(kinked(7)).objective - solved(kinked(8)).objective)
    assert limit.one_less_costs == pytest.approx(8)
    assert solved(kinked(6)).objective - solved(kinked(7)).objective == pytest.approx(8)
    assert limit.holds_for is None
    assert limit.text == (
        "One more d to rent through o in p1 would save 4 USD; several limits bind at once, so this is the difference from "
        "solving again; one less would cost 8 USD."
    )


def test_whole_numbers_are_solved_with_one_more():
    """One site may open; a second would save what serving its region from the first costs, less its opening."""
    scenario = case(
        regions={"r": {}, "q": {}}, siting={"max_open": 1},
        sites={"a": {"siting": "candidate", "opening_cost": 5}, "b": {"siting": "candidate", "opening_cost": 5}},
        workloads={
            "w": {
                "demand": {"by_region": {"r": 10, "q": 10}},
                "serving_cost": {"a": {"r": 1, "q": 3}, "b": {"r": 3, "q": 1}},
            }
        },
        offers={"o": sold(0)},
    )  # fmt: skip
    plan = solved(scenario)
    assert plan.objective == pytest.approx(45)
    at_once = explain(plan, "limits", Asked())
    assert at_once.sentences[-1] == (
        "At their limit are also the number of open sites; whole numbers have no price: --solve solves with one more."
    )
    told = explain(plan, "limits", Asked(solve=True))
    assert told.sentences[-1] == "One more of the number of open sites would save 15 USD, solved again."
    assert told.solved_again


def test_the_summary_and_the_topic_say_the_same():
    """Each sentence of the summary is one of the topic's."""
    from planner.plan.summary import summarise

    plan = solved("scenarios/siting.yaml")
    [section] = [part for part in summarise(plan).sections if part.title == "What limits the plan"]
    assert set(section.lines) <= set(explain(plan, "limits", Asked()).sentences)


def test_nothing_limits():
    assert explain(solved(case()), "limits", Asked()).sentences[0].startswith("No input limits the plan")


def test_an_input_that_limits_after_a_loss_too():
    """Either site may be lost, so each must be able to do half: 5 are rented at 1 at most, of 10 that are asked for.

    After the loss of s or t what is left rents from the same pool: its price is the sum over all that it limits.
    """

    def bearing(supply):
        return case(
            sites={"s": {}, "t": {}},
            workloads=work(10, unmet_penalty=9),
            offers={"o": rented(1, supply=supply)},
            survive={"any": {"any_one": "site", "share": 1.0}},
        )

    plan = solved(bearing(4))
    limit = priced(plan, "offers.o.supply")["p1"]
    assert limit.saves == pytest.approx(solved(bearing(4)).objective - solved(bearing(5)).objective) == pytest.approx(8)


def test_a_site_that_is_not_full_does_not_limit():
    """Its power costs money by the MW, but it is not what limits."""
    scenario = candidate(50, fixed_cost_per_mw_year=8760)
    assert priced(solved(scenario), "sites.s.power_mw") == {}


def test_in_rank_order_prices_are_in_the_unit_of_the_last_objective():
    """Most served first, by work; then cost, of which the prices are: money."""
    scenario = case(objective=["served", "cost"], offers={"o": rented(1, supply=4), "dear": sold(9)})
    plan = solved(scenario)
    told = explain(plan, "limits", Asked())
    assert "would save 8 USD" in told.sentences[0]
    assert told.tables["Every input that binds"]["one_more_saves_USD"].tolist() == pytest.approx([8])


@pytest.mark.parametrize("nodes", [50, 100])
def test_more_nodes_of_a_pool(nodes):
    """What can be counted on rises in steps: the price is that of a node in the mean of the next tenth of the pool."""

    def pooled(count):
        pool = {"nodes": count, "availability": 0.7, "confidence": 0.95, "correlation": 0.02}
        return case(1000, offers={"o": rented(1, pool=pool) | {"kind": "marketplace"}, "dear": sold(9)})

    limit = priced(solved(pooled(nodes)), "offers.o.pool.nodes")["p1"]
    more = nodes // 10
    difference = solved(pooled(nodes)).objective - solved(pooled(nodes + more)).objective
    assert limit.saves == pytest.approx(difference / more)
    assert limit.text.startswith(f"Each of the next {more} d to rent through o in p1 would save ")


@pytest.mark.parametrize("scenario", ["tests/cli/fixtures/big.yaml", *range(4)])
def test_prices_are_those_of_the_whole_programme(scenario):
    """Of the input through all it stands in: the programme built again with more of it, valued at the plan's prices."""
    loaded = planner.load(random_case(scenario) if isinstance(scenario, int) else scenario)
    plan = planner.solve(loaded)
    reading = reading_of(Question(plan, Asked()))
    assert reading is not None
    steady = [limit for limit in plan.limits if limit.rule != "pool" and limit.one_less_costs is None]
    for limit in steady:
        value = loaded.document
        for part in limit.path.split("."):
            value = entry_of(value, part)
        at = loaded.calendar.names.index(limit.period) if limit.period else 0
        value = value[at] if isinstance(value, tuple | list) else value
        path = f"{limit.path}[{limit.period}]" if limit.period else limit.path
        step = 1e-4 * max(1.0, value)
        rise = worth(reading, loaded, {path: value + step})
        assert rise is not None
        assert -rise / step == pytest.approx(limit.saves, rel=1e-6), path


def test_budgets_of_periods_are_told_apart():
    """In each of two hours the budget pays for 4 of 10 units at 1, and each other one costs the penalty of 3."""
    scenario = case(
        10, periods=2, workloads=work(10, unmet_penalty=3), offers={"o": rented(1)},
        budgets={"b": {"limit": 4, "per": "period"}}, unmet_tolerance=1,
    )  # fmt: skip
    plan = planner.solve(planner.load(scenario))
    found = [limit for limit in plan.limits if limit.path == "budgets.b.limit"]
    assert {limit.period for limit in found} == set(planner.load(scenario).calendar.names)
    assert all(limit.saves == pytest.approx(2) for limit in found)
    assert any("; also in 1 other " in line for line in explain(plan, "limits").sentences)


def test_nothing_limits_with_the_decisions_as_chosen_alone():
    """The site that is open is large enough, but where two sites are closed another choice could pay."""
    plain = case(
        sites={"s": {"siting": "candidate", "opening_cost": 1}, "t": {"siting": "candidate", "opening_cost": 2}}
    )
    told = explain(solved(plain), "limits", Asked()).sentences[0]
    assert told.startswith("With the yes-or-no decisions as chosen, no input limits the plan")
    assert told.endswith("with other decisions more could pay.")


def test_where_a_loss_has_a_price_nothing_is_said_to_limit_nothing():
    """Half must be served after either loss, so 10 are had where 5 would do: each point less of the share saves."""
    plain = case(
        sites={"s": {"siting": "candidate", "opening_cost": 1}, "t": {"siting": "candidate", "opening_cost": 1}},
        offers={"o": bought(1)},
        survive={"any": {"any_one": "site", "share": 0.8}},
    )
    told = explain(solved(plain), "limits", Asked()).sentences
    assert not any("no input limits" in line.lower() for line in told)
    assert any(line.endswith("with the yes-or-no decisions as chosen.") for line in told if "after the loss of" in line)
