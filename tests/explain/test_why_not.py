"""What it would take to enter a plan, against solving just below and just above."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.errors import InputError
from planner.explain.explanation import Asked, Question
from planner.explain.offers import Offers, used_offers
from planner.explain.reading import reading_of
from planner.explain.topics import explain
from tests.model.cases import bought, case, rented, sold


def left_of(scenario, name):
    """Return the plan and what keeps an offer out of it."""
    loaded = planner.load(scenario)
    plan = planner.solve(loaded)
    assert name not in used_offers(plan)
    reading = reading_of(Question(plan, Asked()))
    assert reading is not None
    return plan, Offers(plan, loaded, reading).left(name)


def two_devices(price=5, **parts):
    """Return d at 1 an hour that does 1, and e at `price` that does 2."""
    base = {
        "devices": {"d": {}, "e": {}},
        "workloads": {"w": {"rate": {"d": 1, "e": 2}, "demand": {"by_region": {"r": 10}}}},
        "offers": {"o": rented(1), "p": rented(price) | {"device": "e"}},
    }
    return case(**(base | parts))


def test_the_price_and_the_rate_by_hand():
    """Device e does twice as much, so it enters at 2, not 5; or at 2.5 times its rate. An hour of it costs 5 - 2 too much."""
    _, left = left_of(two_devices(), "p")
    assert left.reduced == pytest.approx(3)
    assert left.price_to_enter == pytest.approx(2)
    assert left.rate_factor == pytest.approx(2.5)


def test_words():
    plan = planner.solve(planner.load(two_devices()))
    told = explain(plan, "why-not", Asked(name="e"))
    assert told.sentences == (
        "p is not used: in its best use, at s in p1, its first device would add 3 USD; it enters at 40 % of its price "
        "(2 instead of 5 USD a device-hour), or if it were 2.5 times as fast.",
        "--solve verifies this by solving with the change, and says what would be displaced.",
    )
    again = explain(plan, "why-not", Asked(name="p", solve=True))
    assert again.solved_again
    assert again.sentences[1:] == (
        "Solved again: it enters at 40 % of its price (USD a device-hour).",
        "At 39.6 % of it the plan would save 0.1 USD; in the mean over the periods it would take the place of 10 o at s.",
    )


def random_case(seed):
    """Return a small scenario with one dear offer, and limits enough that the others' prices matter."""
    random = np.random.default_rng(seed)
    years = {"start": 2024, "period": "year", "count": 2}
    price, dear = random.uniform(1e4, 3e4), random.uniform(2.5, 6)
    kind = ["buy", "lease", "on-demand", "serverless"][seed % 4]
    rate = random.uniform(1, 3)
    offer = {
        "buy": {"kind": "buy", "device": "e", "price_per_unit": price * dear * rate, "lead_time_months": 12 * (seed % 3 == 0)},
        "lease": {"kind": "lease", "device": "e", "price_per_hour": dear * rate * 2, "term_months": 12},
        "on-demand": {"kind": "on-demand", "device": "e", "price_per_hour": dear * rate * 2, "availability": 0.9},
        "serverless": {"kind": "serverless", "work": {"w": {"price_per_unit": 3 * dear}}},
    }[kind]  # fmt: skip
    return {
        "horizon": years,
        "money": {"discount_rate": 0.07},
        "regions": {"r": {}, "q": {}},
        "sites": {
            "s": {"power_mw": float(random.uniform(0.05, 0.2)), "pue": 1.3, "tariff_per_kwh": 0.1},
            "t": {"tariff_per_kwh": float(random.uniform(0.05, 0.3))},
        },
        "devices": {"d": {"power_kw": 1}, "e": {"power_kw": float(random.uniform(0.5, 2))}},
        "workloads": {
            "w": {
                "rate": {"d": 1, "e": rate}, "utilisation": 0.7,
                "demand": {"by_region": {"r": 100, "q": float(random.uniform(20, 80))}},
            }
        },
        "offers": {
            "o": {"kind": "buy", "device": "d", "price_per_unit": price, "supply": 150},
            "back": {"kind": "on-demand", "device": "d", "price_per_hour": 2.0},
            "x": offer,
        },
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_just_below_it_enters_and_just_above_it_does_not(seed):
    """The price at which an offer enters, read off the plan's prices, against solving on both sides of it."""
    scenario = planner.load(random_case(seed))
    plan = planner.solve(scenario)
    if "x" in used_offers(plan):
        pytest.skip("it is used at its price")
    reading = reading_of(Question(plan, Asked()))
    assert reading is not None
    left = Offers(plan, scenario, reading).left("x")
    assert left.price_factor is not None
    path = next(iter(dict(_paths(scenario))))
    for factor, enters in ((left.price_factor * 0.999, True), (left.price_factor * 1.001, False)):
        value = dict(_paths(scenario))[path]
        after = planner.solve(scenario.replace({path: value * factor}))
        assert ("x" in used_offers(after)) == enters, factor
        assert (after.objective < plan.objective * (1 - 1e-9)) == enters


def _paths(scenario):
    from planner.explain.offers import price_paths

    return price_paths("x", scenario.document.offers["x"])


@pytest.mark.parametrize("seed", [1, 2, 5, 6])
def test_just_below_the_rate_it_does_not_enter(seed):
    """The rate at which a device enters, likewise."""
    scenario = planner.load(random_case(seed))
    _, left = left_of(random_case(seed), "x")
    assert left.rate_factor is not None
    rate = scenario.document.workloads["w"].rate["e"]
    for factor, enters in ((left.rate_factor * 1.001, True), (left.rate_factor * 0.999, False)):
        after = planner.solve(scenario.replace({"workloads.w.rate.e": rate * factor}))
        assert ("x" in used_offers(after)) == enters, factor


def test_reasons_without_a_column():
    """Memory, lead time, distance, and an offer of work that nobody asks for."""
    far = {"s": {}, "f": {"latency_ms": 500}}
    scenario = case(
        sites={"s": {"latency_ms": 1}, "f": far["f"]},
        devices={"d": {"memory_gb": 80}, "small": {"memory_gb": 24}},
        workloads={
            "w": {"rate": {"d": 1, "small": 1}, "demand": {"by_region": {"r": 10}}, "min_memory_gb": 60, "max_latency_ms": 100},
            "other": {},
        },
        offers={
            "o": rented(1) | {"sites": ["s"]},
            "little": rented(0.1) | {"device": "small"},
            "late": bought(0.1, lead_time_months=12),
            "away": rented(0.1) | {"sites": ["f"]},
            "none": sold(1, "other"),
        },
    )  # fmt: skip
    plan = planner.solve(planner.load(scenario))
    table = explain(plan, "why-not", Asked()).tables["Considered and not chosen"]
    why = dict(zip(table["name"], table["why"], strict=True))
    assert why["little"] == "small has 24 GB, but 60 GB are needed (w)"
    assert why["late"] == "what is ordered at the start arrives after 12 months, and p1 begins sooner"
    assert why["away"] == "every region is 500 ms away at the least, and w allows 100 ms"
    assert why["none"] == "nobody asks for the work that it sells"
    assert why["small"] == "has 24 GB, but 60 GB are needed (w)"
    assert why["f"] == "every region is too far away or not allowed"


def test_a_site_that_is_not_opened():
    """Opening costs 100 and serving from it saves 40: it opens at 40 % of that."""
    scenario = case(
        sites={"s": {}, "c": {"siting": "candidate", "opening_cost": 100}},
        workloads={"w": {"demand": {"by_region": {"r": 10}}, "serving_cost": {"s": {"r": 5}, "c": {"r": 1}}}},
        offers={"o": sold(1)},
    )
    plan = planner.solve(planner.load(scenario))
    told = explain(plan, "why-not", Asked(name="c", solve=True))
    assert told.sentences[0] == "c is not used: opening it saves no more than it costs."
    assert told.sentences[1] == "Solved again: it enters at 40 % of its opening cost of 100 USD."
    assert told.data["enters_at_times"] == pytest.approx(0.4)


def test_whole_devices_are_solved():
    """3 devices are rented at 1 for 2.5 units of work; e does 2 units and enters when 2 of it cost less than 3."""
    scenario = two_devices(price=4, integer=True)
    scenario["workloads"]["w"]["demand"]["by_region"]["r"] = 2.5
    plan = planner.solve(planner.load(scenario))
    told = explain(plan, "why-not", Asked(name="p", solve=True))
    assert "no price can be read" in told.sentences[0]
    # one e and one d do 3 units: p + 1 < 3
    assert told.data["enters_at_times"] == pytest.approx(2 / 4)


def test_a_name_that_is_none():
    plan = planner.solve(planner.load(two_devices()))
    with pytest.raises(InputError, match=r"no device, offer, site or link 'ee'.*did you mean 'e'"):
        explain(plan, "why-not", Asked(name="ee"))
    with pytest.raises(InputError, match="takes no name"):
        explain(plan, "limits", Asked(name="e"))
    with pytest.raises(InputError, match=r"no topic 'limit'.*did you mean 'limits'"):
        explain(plan, "limit", Asked())


def test_in_rank_order_it_enters_by_its_cost():
    """All is served either way; what decides last is cost."""
    plan = planner.solve(planner.load(two_devices(objective=["served", "cost"])))
    told = explain(plan, "why-not", Asked(name="p", solve=True))
    assert "its first device would add 3 USD; it enters at 40 % of its price" in told.sentences[0]
    assert told.sentences[1] == "Solved again: it enters at 40 % of its price (USD a device-hour)."
    assert "the plan would save 0.1 USD" in told.sentences[2]


def test_a_link_that_is_not_used():
    """A second link costs 20 to use at all; it would spare 10 x 450 GB at 0.002 each on the first: 9."""
    links = {
        "dear": {"ends": ["s", "r"], "capacity_gbps": 100, "price_per_gb": 0.002},
        "new": {"ends": ["s", "r"], "capacity_gbps": 100, "use_cost": 20},
    }
    scenario = case(
        workloads={"w": {"demand": {"by_region": {"r": 10}}, "data_gb_per_unit": 450}},
        offers={"o": sold(1)}, network={"links": links},
    )  # fmt: skip
    plan = planner.solve(planner.load(scenario))
    told = explain(plan, "why-not", Asked(name="new", solve=True))
    assert told.sentences == (
        "new is not used: other routes are cheaper.",
        "Solved again with the link free of charge: the plan would save 9 USD; so it would be used for at most that, "
        "instead of 20 USD.",
    )


def test_a_site_that_is_open_anyway():
    """Its tariff is 0.3 and elsewhere it is 0.1 for the same kW: it is used at a third of it."""
    scenario = case(
        devices={"d": {"power_kw": 1}},
        sites={"s": {"tariff_per_kwh": 0.1}, "t": {"tariff_per_kwh": 0.3}},
        offers={"o": bought(1)},
    )
    plan = planner.solve(planner.load(scenario))
    told = explain(plan, "why-not", Asked(name="t", solve=True))
    assert told.sentences[0] == "t is not used: serving from elsewhere is cheaper."
    assert told.data["enters_at_times"] == pytest.approx(1 / 3)


def test_what_is_used_only_after_a_loss():
    """After the loss of a or b eight of ten are asked for: six of the other's, and two that are rented only then."""
    scenario = case(
        sites={"a": {}, "b": {}, "c": {}},
        offers={"o": bought(1) | {"sites": ["a", "b"]}, "p": rented(100) | {"sites": ["c"], "supply": 2}},
        survive={"n-1": {"any_one": "site", "among": ["a", "b"], "share": 0.8}},
    )
    plan = planner.solve(planner.load(scenario))
    assert used_offers(plan) == {"o"}
    found = explain(plan, "why-not", Asked(name="p"))
    assert found.sentences[0] == "p is not used: it is used only after a loss that the plan must bear."
