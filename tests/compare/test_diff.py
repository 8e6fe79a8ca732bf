"""Two plans compared: what was changed, what moved, and the difference split among its causes."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import replace
from itertools import permutations

import pytest

import planner
from planner.compare import comparison
from planner.compare.causes import MOST, split
from planner.compare.inputs import Change, applied, changes
from planner.compare.told import told
from tests.model.cases import case, rented, work


def ten_units(price=2, supply=4, **parts):
    """Return 10 units by an offer at `price` for `supply` of them, the rest bought elsewhere at 5."""
    offers = {"o": rented(price, supply=supply), "p": rented(5)}
    return case(offers=offers, **parts)


def test_two_changes_that_work_together():
    """4 x 2 + 6 x 5 = 38 to 8 x 1 + 2 x 5 = 18: price alone -4, supply alone -12, each after the other -8 and -16."""
    compared = planner.diff(planner.load(ten_units()), planner.load(ten_units(price=1, supply=8)))
    assert compared.by == pytest.approx(-20)
    assert compared.split.how == "shapley"
    assert {cause.name: pytest.approx(cause.amount) for cause in compared.split.causes} == {
        "offers.o.price_per_hour": (-4 - 8) / 2,
        "offers.o.supply": (-12 - 16) / 2,
    }
    assert compared.left_over == pytest.approx(0, abs=1e-9)


def test_what_moved():
    """4 devices of o and 6 of p become 8 and 2: in the cost, 8 + 30 becomes 8 + 10, all of it hired."""
    compared = planner.diff(planner.load(ten_units()), planner.load(ten_units(price=1, supply=8)))
    moved = {amount.title: those for amount, those in compared.moved.items()}
    (kind,) = moved["Cost by kind"]
    assert (kind.before, kind.after, kind.sign) == (pytest.approx(38), pytest.approx(18), "~")
    assert "Work served" not in moved
    assert [c.name for c in compared.changes] == ["offers.o.price_per_hour", "offers.o.supply"]


def test_the_same_is_the_same():
    """No change, no move, no cause."""
    compared = planner.diff(planner.load(ten_units()), planner.load(ten_units()))
    assert not compared.differ
    assert compared.split is None


@pytest.mark.parametrize("seed", range(5))
def test_shapley_values_are_the_mean_over_all_orders(seed):
    """Of four changes with any value at all: each order by hand, and the parts add up to the whole."""
    names = ["a", "b", "c", "d"]
    some = [Change((name, "x"), 0, 1) for name in names]

    def value(plain):
        made = sum(2**i for i, name in enumerate(names) if plain.get(name, {}).get("x"))
        return float((made * 7919 + seed * 104729) % 97)

    found = split({}, some, value)
    means = dict.fromkeys(names, 0.0)
    for order in permutations(range(4)):
        done = []
        for i in order:
            before = value(applied({}, [some[j] for j in done]))
            done.append(i)
            means[names[i]] += (value(applied({}, [some[j] for j in done])) - before) / math.factorial(4)
    assert {cause.changes[0].path[0]: pytest.approx(cause.amount) for cause in found.causes} == means
    assert sum(cause.amount for cause in found.causes) == pytest.approx(value(applied({}, some)) - value({}))
    assert found.solves == 16


def test_many_changes_are_taken_by_thing_and_then_in_order():
    """Eight changes of two things are two; eight of eight parts are made one after another, and still add up."""
    two = [Change(("offers", "ab"[i % 2], f"k{i}"), 0, 1) for i in range(MOST + 2)]
    found = split({}, two, lambda plain: float(sum(len(thing) for thing in plain.get("offers", {}).values())))
    assert (found.how, sorted(cause.amount for cause in found.causes)) == ("shapley", [4, 4])
    assert found.causes[0].name == "offers.a (4 changes)"
    eight = [Change((f"part{i}", "x"), None, i) for i in range(MOST + 2)]
    found = split({}, eight, lambda plain: float(sum(part["x"] for part in plain.values())))
    assert found.how == "in order"
    assert sum(cause.amount for cause in found.causes) == sum(range(MOST + 2))


def test_changes_that_need_each_other_are_taken_together():
    """An offer of a device that is new as well: neither is a scenario alone, so both have one part, -20."""
    after = ten_units()
    after["devices"] = {"d": {}, "e": {}}
    after["workloads"]["w"]["rate"] = {"d": 1, "e": 1}
    after["offers"]["q"] = rented(1, supply=5) | {"device": "e"}
    compared = planner.diff(planner.load(ten_units()), planner.load(after))
    assert compared.by == pytest.approx(-20)
    assert compared.split.how == "in order"
    assert sum(cause.amount for cause in compared.split.causes) == pytest.approx(-20)


def test_a_mixture_without_a_plan():
    """More must be served and more can be had: with the demand alone there is no plan, so both have one part."""
    before = case(offers={"o": rented(1, supply=10)})
    after = case(20, offers={"o": rented(1, supply=20)})
    compared = planner.diff(planner.load(before), planner.load(after))
    assert compared.split.how == "in order"
    assert sum(cause.amount for cause in compared.split.causes) == pytest.approx(10)


def test_a_plan_that_is_none():
    """An infeasible scenario has inputs that differ, and no amounts."""
    compared = planner.diff(planner.load(ten_units()), planner.load(case(offers={"o": rented(1, supply=1)})))
    assert compared.differ
    assert compared.by is None
    assert compared.split is None
    assert json.dumps(compared.to_dict())


def test_changes_made_again_give_the_second_scenario():
    """The first scenario with every change made is the second."""
    a = planner.load(ten_units()).plain
    b = planner.load(ten_units(price=[3], supply=9, workloads=work(7, unmet_penalty=3))).plain
    untouched = copy.deepcopy(a)
    assert applied(a, changes(a, b)) == b
    assert a == untouched
    assert applied(b, changes(b, a)) == a


def test_plans_in_two_currencies():
    """Devices and work are compared, money is not."""
    compared = planner.diff(planner.load(ten_units()), planner.load(ten_units(supply=8, money={"currency": "EUR"})))
    assert compared.by is None
    assert "money is not compared" in told(compared)[0].lines[0]
    assert "Cost by kind" not in {amount.title for amount in compared.moved}


def test_values_are_shown_as_they_are_written():
    """A year is no amount to be rounded, and a thing that is new is told by its keys."""
    before, after = ten_units(), ten_units()
    after["horizon"] = before["horizon"] | {"start": 2026}
    after["devices"] = {"d": {}, "e": {"power_kw": 1.5}}
    rows = told(planner.diff(planner.load(before), planner.load(after), causes=False))[1].table.rows
    assert rows == (("+", "devices.e", "", "power_kw 1.5"), ("~", "horizon.start", "2024", "2026"))


@pytest.mark.parametrize("which", [1, 2, 3])
def test_ctrl_c_is_raised_again(monkeypatch, which):
    """A solve survives it with what it has, a comparison does not: at the first plan, the second, and a mixture."""
    solved, true = [], comparison.solve

    def pressed(*given):
        plan = true(*given)
        solved.append(plan)
        return replace(plan, status="limit", reason="interrupted") if len(solved) == which else plan

    monkeypatch.setattr(comparison, "solve", pressed)
    with pytest.raises(KeyboardInterrupt):
        planner.diff(planner.load(ten_units()), planner.load(ten_units(price=1, supply=8)))
