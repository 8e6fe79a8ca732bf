"""From files to scenarios: what is wrong in one part, with its place; and what comes in goes out."""

import json
import time
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planner
from planner.cli.written import yaml_text
from planner.errors import InputError, Place
from planner.plan.files import to_json
from planner.scenario.load import MOST_PROBLEMS
from planner.scenario.tree import dotted
from tests.model.cases import case, rented
from tests.scenario.rich import RICH, edited, load, refused


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in an empty folder, so that places are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused_data(data):
    with pytest.raises(InputError) as caught:
        planner.load(data)
    return [str(problem).removeprefix("scenario: ") for problem in caught.value.problems]


def test_the_rich_scenario_is_right():
    """Every other test here changes one thing in it."""
    assert planner.solve(load(RICH)).status == "optimal"


HORIZON = "horizon: {start: 2024Q1, period: quarter, count: 4}"
POWER = "power_mw: 1,"
OPEN = "(2024Q2, 2024Q3, 2024Q4): name them, or say between: hold, linear, geometric or zero"
KINDS = "must be 'buy', 'lease', 'reserve', 'on-demand', 'spot', 'marketplace' or 'serverless'"
LENGTHS = "must be hour, day, week, month, quarter, year, or a number of them like '6 months'"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # Unknown keys, at every level.
        ("name: rich", "nmae: rich", ["1:1: nmae: unknown key; did you mean 'name'?"]),
        ("count: 4", "count: 4, cuont: 3", ["2:53: horizon.cuont: unknown key; did you mean 'count'?"]),
        ("power_kw: 1.2", "powr_kw: 1.2", ["30:40: devices.h100.powr_kw: unknown key; did you mean 'power_kw'?"]),
        ("{regions: [europe], ", "{regoins: [europe], ", [
            "28:18: workloads.video.residency[0].regoins: unknown key; did you mean 'regions'?"]),
        ("nodes: 50,", "nodes: 50, node: 4,", [
            "35:97: offers.retail.pool.node: unknown key; did you mean 'nodes'?"]),
        ("{sum: [1, 2]}", "{sum: [1, {chain: need, stp: x}]}", [
            "17:52: chains.need.steps[2].plus.sum[1].stp: unknown key; did you mean 'step'?"]),
        # Missing keys.
        ("horizon:", "horizonn:", [
            "1:1: needs the key 'horizon'", "2:1: horizonn: unknown key; did you mean 'horizon'?"]),
        (HORIZON, "horizon: {}", ["2:1: horizon: needs the key 'start'"]),
        ("kind: buy, ", "", ["33:3: offers.buy: needs the key 'kind'"]),
        ("{name: peak, ", "{", ["4:5: slices[0]: needs the key 'name'"]),
        ("{limit: 1000000}", "{}", ["45:11: budgets.total: needs the key 'limit'"]),
        ("ends: [europe, berlin]", "ends: [europe]", ["42:9: network.links.a.ends: needs two nodes"]),
        # Wrong types, at every level.
        (HORIZON, "horizon: 3", ["2:10: horizon: must be a mapping, not the number 3"]),
        ("name: rich", "name: 5", ["1:7: name: must be text, not the number 5"]),
        ("name: rich", "name: [rich]", ["1:7: name: must be text, not a list"]),
        ("count: 4", "count: 4.0", ["2:50: horizon.count: must be a whole number, not the number 4"]),
        ("count: 4", 'count: "4"', ["2:50: horizon.count: must be a whole number, not the text '4'"]),
        ("start: 2024Q1", "start: [1]", ["2:18: horizon.start: must be text, not a list"]),
        ("regions:", "regions: []\nregionz:", [
            "7:10: regions: must be a mapping, not a list", "8:1: regionz: unknown key; did you mean 'regions'?"]),
        ("h100: {maker", "h200: 4\n  h100: {maker", ["30:9: devices.h200: must be a mapping, not the number 4"]),
        ("power_kw: 1.2", "power_kw: abc", ["30:50: devices.h100.power_kw: must be a number, not the text 'abc'"]),
        ("power_kw: 1.2", "power_kw: NO", ["30:50: devices.h100.power_kw: must be a number, not the text 'NO'"]),
        ("power_kw: 1.2", "power_kw: [1]", ["30:50: devices.h100.power_kw: must be a number, not a list"]),
        ("power_kw: 1.2", "power_kw: {a: 1}", ["30:50: devices.h100.power_kw: must be a number, not a mapping"]),
        ("power_kw: 1.2", "power_kw: true", ["30:50: devices.h100.power_kw: must be a number, not true or false"]),
        ("distributed: true", "distributed: 1", [
            "39:22: sites.net.distributed: must be true or false, not the number 1"]),
        ("distributed: true", "distributed: yes", [
            "39:22: sites.net.distributed: must be true or false, not the text 'yes'"]),
        ("sites: [berlin]", "sites: berlin", ["34:68: offers.cloud.sites: must be a list, not the text 'berlin'"]),
        ("sites: [berlin]", "sites: [berlin, 3]", ["34:77: offers.cloud.sites[1]: must be text, not the number 3"]),
        ("ends: [europe, berlin]", "ends: [europe, 3]", [
            "42:24: network.links.a.ends[1]: must be text, not the number 3"]),
        ("ends: [europe, berlin]", "ends: [europe, berlin, x]", [
            "42:15: network.links.a.ends: must have at most 2 entries"]),
        ("name: rich", "name: rich\nsiting: {max_open: true}", [
            "2:20: siting.max_open: must be a whole number, not true or false"]),
        # Unions: one error, of the form that was meant.
        ("split: users", "split: 3", [
            "21:34: workloads.video.demand.split: must be text or a mapping, not the number 3"]),
        ("demand: {chain: need, split: users, per: day}", "demand: 5", [
            "21:13: workloads.video.demand: must be a mapping or a list, not the number 5"]),
        ("demand: {chain: need, split: users, per: day}", "demand: [5]", [
            "21:14: workloads.video.demand[0]: must be a mapping, not the number 5"]),
        ("demand: {chain: need, split: users, per: day}", "demand: [{total: 1, split: users, prr: day}]", [
            "21:39: workloads.video.demand[0].prr: unknown key; did you mean 'per'?"]),
        ("name: rich", "name: rich\nobjective: {of: cost}", ["2:12: objective: must be text or a list, not a mapping"]),
        ("name: rich", "name: rich\nobjective: cots", [
            "2:12: objective: must be 'cost', 'served' or 'carbon'; did you mean 'cost'?"]),
        ("name: rich", "name: rich\nobjective: [cost, {of: servd, by: 1}, 4]", [
            "2:24: objective[1].of: must be 'cost', 'served' or 'carbon'; did you mean 'served'?",
            "2:31: objective[1].by: unknown key; there are of, tolerance",
            "2:39: objective[2]: must be text or a mapping, not the number 4"]),
        ("{peak: 2, rest: 0.7}", "3", ["11:17: profiles.day.values: must be a list or a mapping, not the number 3"]),
        ("{sum: [1, 2]}", "{sum: 3}", ["17:34: chains.need.steps[2].plus.sum: must be a list, not the number 3"]),
        ("{sum: [1, 2]}", "text", ["17:28: chains.need.steps[2].plus: must be a number, not the text 'text'"]),
        ("{sum: [1, 2]}", "{chan: need}", [
            "17:29: chains.need.steps[2].plus.chan: is no period of the horizon (2024Q1 to 2024Q4); "
            "did you mean 'chain'?"]),
        # Choices.
        ("kind: buy", "kind: by", [f"33:15: offers.buy.kind: {KINDS}; did you mean 'buy'?"]),
        ("kind: buy", "kind: 3", [f"33:15: offers.buy.kind: {KINDS}"]),
        # Numbers.
        ("power_kw: 1.2", "power_kw: -1", ["30:50: devices.h100.power_kw: must be at least 0, not -1"]),
        ("power_kw: 1.2", "power_kw: .nan", [
            "30:50: devices.h100.power_kw: '.nan' is not finite; leave the key out for no limit"]),
        ("power_kw: 1.2", "power_kw: -.INF", [
            "30:50: devices.h100.power_kw: '-.INF' is not finite; leave the key out for no limit"]),
        ("power_kw: 1.2", "power_kw: 1e300", [
            "30:50: devices.h100.power_kw: must be finite and at most 1e15 in size, not 1e+300"]),
        ("power_kw: 1.2", f"power_kw: {'9' * 250}", [
            "30:50: devices.h100.power_kw: must be finite and at most 1e15 in size, not an integer of 250 digits"]),
        ("power_kw: 1.2", f"power_kw: {'9' * 5000}", [
            "30:50: devices.h100.power_kw: an integer of 5,000 characters is too large"]),
        ("power_kw: 1.2", "power_kw: 1e-300", [
            "30:50: devices.h100.power_kw: is too small to count: use 0, or another unit"]),
        ("share: 0.25", "share: 0", ["4:25: slices[0].share: must be more than 0, not 0"]),
        ("availability: 0.7", "availability: 1.7", ["35:111: offers.retail.pool.availability: must be at most 1, not 1.7"]),
        ("units: 2,", "units: 0,", ["48:45: campaigns.train.units: must be more than 0, not 0"]),
        ("rate: {h100: 5,", "rate: {h100: 0,", ["22:18: workloads.video.rate.h100: must be more than 0, not 0"]),
        # Series.
        ("supply: {2024Q1: 5, between: hold}", "supply: -5", ["33:65: offers.buy.supply: must be at least 0, not -5"]),
        ("supply: {2024Q1: 5, between: hold}", "supply: {2024Q1: -5, 2024Q2: x, between: hold}", [
            "33:74: offers.buy.supply.2024Q1: must be at least 0, not -5",
            "33:86: offers.buy.supply.2024Q2: must be a number, not the text 'x'"]),
        (POWER, "power_mw: [1, 2],", [
            "37:35: sites.berlin.power_mw: has 2 values, but the horizon has 4 periods"]),
        (POWER, "power_mw: [],", ["37:35: sites.berlin.power_mw: has 0 values, but the horizon has 4 periods"]),
        (POWER, "power_mw: [1,x,-3,true],", [
            "37:38: sites.berlin.power_mw[1]: must be a number, not the text 'x'",
            "37:40: sites.berlin.power_mw[2]: must be at least 0, not -3",
            "37:43: sites.berlin.power_mw[3]: must be a number, not true or false"]),
        (POWER, "power_mw: {2024Q1: 1},", [f"37:35: sites.berlin.power_mw: leaves 3 of 4 periods open {OPEN}"]),
        (POWER, "power_mw: {between: hold},", ["37:35: sites.berlin.power_mw: names no period"]),
        (POWER, "power_mw: {2024Q1: 1, 2024Q7: 3},", [
            "37:47: sites.berlin.power_mw.2024Q7: is no period of the horizon (2024Q1 to 2024Q4); "
            "did you mean '2024Q4'?"]),
        (POWER, "power_mw: {2024Q1: 1, betwen: hold},", [
            "37:47: sites.berlin.power_mw.betwen: is no period of the horizon (2024Q1 to 2024Q4); "
            "did you mean 'between'?"]),
        (POWER, "power_mw: {2024Q1: 1, between: hodl},", [
            "37:56: sites.berlin.power_mw.between: must be one of hold, linear, geometric, zero"]),
        (POWER, "power_mw: {growth_per_year: 1},", [
            "37:35: sites.berlin.power_mw: growth_per_year goes with `from`, the value of the first period, "
            "and nothing else"]),
        (POWER, "power_mw: {growth_per_year: x, from: -1},", [
            "37:53: sites.berlin.power_mw.growth_per_year: must be a number, not the text 'x'",
            "37:62: sites.berlin.power_mw.from: must be at least 0, not -1"]),
        (POWER, "power_mw: {growth_per_year: -3, from: 1},", [
            "37:53: sites.berlin.power_mw.growth_per_year: must be more than -1, not -3"]),
        (POWER, "power_mw: {growth_per_year: 900, from: 1e15},", [
            "37:35: sites.berlin.power_mw: must be finite and at most 1e15 in size, not 5.47875e+15"]),
        (POWER, "power_mw: {table: [t.csv]},", [
            "37:43: sites.berlin.power_mw.table: table must be the name of a file"]),
        # The horizon.
        ("count: 4", "count: 0", ["2:50: horizon.count: must be greater than or equal to 1"]),
        ("count: 4", "count: 100001", ["2:50: horizon.count: must be less than or equal to 100000"]),
        ("count: 4", "count: 1000", ["2:50: horizon.count: a horizon has at most 100,000 periods and 200 years"]),
        ("start: 2024Q1", "start: 2024Q5", [
            "2:18: horizon.start: must be a year, quarter or month, like 2024, 2024Q1 or 2024-03"]),
        ("start: 2024Q1", "start: 99999", ["2:18: horizon.start: must be less than or equal to 9999"]),
        ("period: quarter", "period: fortnight", [f"2:34: horizon.period: {LENGTHS}"]),
        ("period: quarter", "period: qarter", [f"2:34: horizon.period: {LENGTHS}; did you mean 'quarter'?"]),
        ("count: 4", "count: 4, names: [a, b]", ["2:60: horizon.names: must name each of the 4 periods once"]),
        ("count: 4", "count: 4, spans: [{period: year, count: 1}]", [
            "2:60: horizon.spans: stand in place of period and count, which are given too"]),
        ("period: quarter, count: 4", "spans: []", ["2:33: horizon.spans: must have at least 1 entry"]),
        ("period: quarter, count: 4", "spans: [{period: year}]", ["2:34: horizon.spans[0]: needs the key 'count'"]),
        ("period: quarter, count: 4", "spans: [{period: year, count: 1}, {period: yer, count: 1}]", [
            f"2:69: horizon.spans[1].period: {LENGTHS}; did you mean 'year'?"]),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(old, new, expected):
    """What is wrong with the horizon may hide what hangs on it, but nothing else."""
    assert refused(edited(old, new)) == expected


def test_all_mistakes_at_once():
    """In all parts, sorted by place."""
    found = refused(
        edited(
            "name: rich", "nme: rich", "share: 0.25", "share: 2", "power_kw: 0.4", "power_kw: -1", "units: 2", "unit: 2"
        )
    )
    assert [line.split(":")[0] for line in found] == ["1", "4", "31", "48", "48"]


def test_a_bad_horizon_hides_nothing_else():
    found = refused(edited("count: 4", "count: 0", "power_kw: 0.4", "power_kw: -1", "name: rich", "name: 5"))
    assert [line.split(": ")[1] for line in found] == ["name", "horizon.count", "devices.rtx.power_kw"]


def test_bad_text_is_told_by_the_reader():
    """Syntax, duplicate keys and the rest are the reader's business (test_reader.py); they come through."""
    (syntax,) = refused(edited("name: rich", "name: [rich"))
    assert syntax.startswith("2:8: name")
    assert refused(edited("count: 4", "count: 4, count: 5")) == [
        "2:53: horizon.count: the key 'count' is given twice (first on line 2)"
    ]
    assert refused("- 1\n") == ["1:1: a scenario is a mapping of keys to values"]
    assert refused("") == ["1:1: the file is empty"]


def test_many_mistakes_are_counted():
    """A file may have more than anyone reads, and hints take time."""
    began = time.perf_counter()
    found = refused(RICH + "".join(f"kee{i}: 1\n" for i in range(3000)))
    assert len(found) == MOST_PROBLEMS + 1
    assert "and 2,800 more mistakes" in found[-1]
    assert time.perf_counter() - began < 5


# ---- horizons that are only horizons -----------------------------------------------------------------------


@pytest.mark.parametrize("parts", [{}, {"regions": {}, "sites": {}, "workloads": {}, "offers": {}, "devices": {}}])
def test_nothing_to_plan(parts):
    plan = planner.solve(planner.load({"horizon": {"start": 2024}, **parts}))
    assert (plan.status, plan.objective, plan.exit_code) == ("optimal", 0, 0)


TINY = {
    "horizon": {"start": 2024},
    "regions": {"r": {}},
    "sites": {"s": {}},
    "devices": {"d": {}},
    "offers": {"o": {"kind": "on-demand", "device": "d", "price_per_hour": 1}},
    "workloads": {"w": {"rate": {"d": 2}, "demand": {"total": 10}}},
}


@pytest.mark.parametrize("missing", ["regions", "sites", "offers", "devices"])
def test_a_part_that_is_empty(missing):
    """Whoever needs it says so."""
    with pytest.raises(InputError) as caught:
        planner.solve(planner.load({**TINY, missing: {}}))
    assert caught.value.exit_code == 2


# ---- plain data --------------------------------------------------------------------------------------------


class Name(StrEnum):
    """Text of a kind of its own."""

    TINY = "tiny"


def test_plain_data_is_what_a_file_could_hold():
    """Keys that are numbers, tuples, arrays and their scalars; None is a default."""
    given_ = planner.load(
        {
            **TINY,
            "name": Name.TINY,
            "description": None,
            "supply": {"x": {"device": "d", "units_per_year": {2024: np.int64(5)}}},
            "devices": {"d": {"power_kw": np.float64(0.5), "memory_gb": 3}},
            "sites": {"s": {"power_mw": np.array([3.0])}},
        }
    )
    written = {
        **TINY,
        "name": "tiny",
        "supply": {"x": {"device": "d", "units_per_year": {"2024": 5}}},
        "devices": {"d": {"power_kw": 0.5, "memory_gb": 3}},
        "sites": {"s": {"power_mw": 3}},
    }
    assert given_ == load(json.dumps(written))
    assert given_.hash == load(json.dumps(written)).hash


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": b"x"}, "name: must be text, a number, true or false, a list or a mapping, not bytes"),
        ({"offers": {"x"}}, "offers: must be text, a number, true or false, a list or a mapping, not set"),
        ({"devices": {(1, 2): {}}}, "devices: a key must be text, not tuple"),
        ({"devices": {1.5: {}}}, "devices: a key must be text, not float"),
        ({"name": "\ud800"}, "name: the character U+D800 is not allowed in text"),
        ({"name": "\0"}, "name: the character U+0000 is not allowed in text"),
        ({"devices": {"d": {"power_kw": 10**5000}}}, "devices.d.power_kw: an integer of 5,000 digits is too large"),
        ({"devices": {"d": {"power_kw": float("nan")}}}, "devices.d.power_kw: must be finite and at most 1e15 in size, not nan"),
        ({"devices": {"d": {"power_kw": -np.inf}}}, "devices.d.power_kw: must be finite and at most 1e15 in size, not -inf"),
        ({"extends": "base.yaml"}, "extends: unknown key"),
    ],
)  # fmt: skip
def test_plain_data_that_no_file_could_hold(change, expected):
    assert refused_data({**TINY, **change}) == [expected]


def test_plain_data_without_an_end():
    """Nested in itself, or too deep, or doubled again and again."""
    endless = {}
    endless["devices"] = endless
    deep = {}
    for _ in range(3000):
        deep = {"a": deep}
    for data in (endless, deep):
        assert refused_data(data)[0].endswith("this is nested more than 100 levels deep")


@pytest.mark.parametrize("source", [3, None, [1], b"x"])
def test_what_is_no_scenario_at_all(source):
    """A mistake in the calling program, not in a scenario."""
    with pytest.raises(TypeError, match="the path of a file or a mapping"):
        planner.load(source)


def test_files_that_are_none(folder):
    for name, words in (("nope.yaml", "there is no such file"), (str(folder), "this is a folder, not a file")):
        with pytest.raises(InputError, match=words):
            planner.load(name)


def test_a_large_file_is_refused_unread(folder):
    """50 MB: by its size."""
    with Path("s.yaml").open("wb") as file:
        file.truncate(50_000_000)
    began = time.perf_counter()
    with pytest.raises(InputError, match=r"the file is too large: 50.0 MB or more, with a limit of 10.0 MB"):
        planner.load("s.yaml")
    assert time.perf_counter() - began < 1


def test_an_alias_bomb():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefghijk", "bcdefghijkl")
    )
    assert any("aliases expanded" in line for line in refused(bomb))


# ---- round trips -------------------------------------------------------------------------------------------


def test_resolved_data_loads_again():
    """Defaults left out, series as numbers; equal, with the same hash."""
    scenario = load(RICH)
    again = planner.load(scenario.plain)
    assert (again, again.hash, again.plain) == (scenario, scenario.hash, scenario.plain)


def test_load_show_load():
    """What `show` prints is the scenario."""
    scenario = load(RICH)
    assert load(yaml_text(scenario.plain)) == scenario


def test_a_plan_holds_its_scenario():
    """Solved again from what the plan says it was made from: the same bytes."""
    plan = planner.solve(load(RICH))
    assert to_json(planner.solve(planner.load(plan.scenario))) == to_json(plan)


def test_defaults_and_order_do_not_matter():
    """To equality, to the hash, to the plan."""
    scenario = load(RICH)
    loose = edited(
        "discount_rate: 0.08", "basis: real, salvage: 1, discount_rate: 8e-2", "count: 4}", "count: 4, spans: null}",
        "latency_ms: 80", "latency_ms: 80, tariff_per_kwh: [0, 0, -0.0, 0.0], modules: {}", "supply: {all", "siting: {}\nsupply: {all",
        "power_mw: 1,", "power_mw: {2024Q2: 1, between: hold},",
    )  # fmt: skip
    data = yaml.safe_load(json.dumps(planner.load("s.yaml").plain))
    turned = dict(reversed(data.items()))
    for other in (load(loose), planner.load(turned)):
        assert other == scenario
        assert other.hash == scenario.hash


def test_a_scenario_cannot_be_changed():
    scenario = load(RICH)
    with pytest.raises(Exception, match="frozen"):
        scenario.document.name = "other"


def test_two_that_differ():
    assert load(RICH) != load(edited("units: 2", "units: 3"))
    assert load(RICH).hash != load(edited("units: 2", "units: 3")).hash


# ---- replace -----------------------------------------------------------------------------------------------


def test_replace_is_like_writing_it():
    scenario = load(RICH).replace(
        {
            "sites.berlin.power_mw": 40,
            "offers.buy.supply[2024Q3]": 7,
            "devices.rtx.power_kw": None,
            "slices.peak.share": 0.25,
            "campaigns": None,
            "horizon.count": 4,
        }
    )
    written = edited(
        "power_mw: 1,", "power_mw: 40,", "{2024Q1: 5, between: hold}", "[5, 5, 7, 5]", ", power_kw: 0.4", "",
        "campaigns: {train: {devices: [h100], units: 2, months: 3, sites: [berlin], value: 100000}}\n", "",
    )  # fmt: skip
    assert scenario == load(written)


def test_replace_follows_the_horizon():
    """Values are filled and grown over the new periods, as they would have been in the file."""
    changed = load(edited("rtx: [1, 1, 1.5, 1.5]", "rtx: 1")).replace({"horizon.count": 6})
    assert len(changed.document.sites["tokyo"].power_mw) == 6
    assert changed.replace({"horizon.count": 4}) == load(edited("rtx: [1, 1, 1.5, 1.5]", "rtx: 1"))


def test_replace_in_steps():
    """Each step sees the one before."""
    scenario = load(RICH)
    steps = scenario.replace({"sites.berlin.power_mw[2024Q1]": 2}).replace({"sites.berlin.power_mw[2024Q2]": 3})
    once = scenario.replace({"sites.berlin.power_mw[2024Q1]": 2, "sites.berlin.power_mw[2024Q2]": 3})
    assert steps == once
    assert steps.document.sites["berlin"].power_mw == (2, 3, 1, 1)
    assert scenario.document.sites["berlin"].power_mw == 1


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("sites.berln.power_mw", 4, "there is no 'berln' in sites; did you mean 'berlin'?"),
        ("sites.berlin.powr_mw", 4, "unknown key; did you mean 'power_mw'?"),
        ("sites.berlin.power_mw", -4, "must be at least 0, not -4"),
        ("sites.berlin.power_mw", [1, 2], "has 2 values, but the horizon has 4 periods"),
        ("sites.berlin.power_mw[2024Q9]", 4, "there is no period '2024Q9' in the horizon; did you mean '2024Q4'?"),
        ("sites.berlin.power_mw[2024Q1]", "x", "must be a number, not the text 'x'"),
        ("sites.berlin[2024Q1].power_mw", 1, "brackets pick one period, and stand at the end of a path"),
        ("sites.berlin.pue[2024Q1]", 1, "has no values by period, of which one could be set"),
        ("name[2024Q1]", "x", "has no values by period, of which one could be set"),
        (
            "sites.net.power_mw[2024Q1]",
            1,
            "has no value yet, of which one period could be set; give it for every period",
        ),
        ("name.x.y", 1, "name is a single value, so nothing below it can be set"),
        ("", 1, "the path cannot be read at its end"),
        ("sites..power_mw", 1, "the path cannot be read at"),
        ("horizon.start", "soon", "must be a year, quarter or month, like 2024, 2024Q1 or 2024-03"),
        ("name", object(), "must be text, a number, true or false, a list or a mapping, not object"),
    ],
)
def test_replace_refuses(path, value, expected):
    with pytest.raises(InputError) as caught:
        load(RICH).replace({path: value})
    (problem,) = caught.value.problems
    assert expected in problem.message
    assert problem.place.file == f"change of {path!r}"


def test_replace_refuses_all_at_once():
    with pytest.raises(InputError) as caught:
        load(RICH).replace({"sites.berln.pue": 2, "sites.tokio.pue": 2})
    assert len(caught.value.problems) == 2


# ---- files over files --------------------------------------------------------------------------------------


def test_overlays_and_settings():
    Path("more.yaml").write_text("sites: {berlin: {power_mw: 7, pue: null}}\nname: more\n", encoding="utf-8")
    scenario = load(RICH, overlays=["more.yaml"], sets=["sites.tokyo.power_mw=9", "sites.tokyo.power_mw[2024Q2]=8"])
    sites = scenario.document.sites
    assert (scenario.document.name, sites["berlin"].power_mw, sites["berlin"].pue) == ("more", 7, 1)
    assert sites["tokyo"].power_mw == (9, 8, 9, 9)
    assert scenario.place(("sites", "berlin", "power_mw")) == Place("more.yaml", 1, 28)


def test_a_setting_has_its_place():
    assert refused(RICH, sets=["sites.berlin.power_mw=-1"]) == [
        "--set 'sites.berlin.power_mw=-1': sites.berlin.power_mw: must be at least 0, not -1"
    ]
    assert refused(RICH, sets=["sites.berlin.power_mw[2025Q1]=1", "sites.berlin.power_mw[=2"])[0].startswith("--set")


def test_a_base_that_extends_itself():
    Path("base.yaml").write_text("extends: s.yaml\n", encoding="utf-8")
    assert "the files extend each other: s.yaml -> base.yaml -> s.yaml" in refused(f"extends: base.yaml\n{RICH}")[0]


def test_parts_from_several_files():
    """A mistake is told where it is written, in whichever file that is."""
    Path("base.yaml").write_text(edited("power_kw: 0.4", "power_kw: -1"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load("extends: base.yaml\nsites: {berlin: {power_mw: x}}\n")
    assert [str(problem.place) for problem in caught.value.problems] == ["base.yaml:31:49", "s.yaml:2:28"]


# ---- names -------------------------------------------------------------------------------------------------

NAMES = ["ä", "a,b", 'a"b', "a'b", "a#b", "a: b", "- a", "NO", "null", "1e3", "2024", "a.b", "[x]", "{", "*a", "&a", "!x", "%",
         "日本", "می\u200cخواهم", "𝄞", "a|b", "a>b", "<b>", "-", "nan", "x y", "‹mapping", "a/b", "__proto__", "from", "table"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_printable_name_will_do(name):
    """For everything that has one, in files, settings and plans."""
    data = {
        "horizon": {"start": 2024},
        "regions": {name: {}}, "sites": {name: {"power_mw": 1}}, "devices": {name: {"maker": name}},
        "offers": {name: {"kind": "on-demand", "device": name, "price_per_hour": 1}},
        "workloads": {name: {"rate": {name: 2}, "demand": {"by_region": {name: 10}}}},
        "shares": {name: {"maker": name, "max_share": 1}}, "budgets": {name: {"limit": 1e6}},
    }  # fmt: skip
    scenario = planner.load(data)
    assert load(yaml_text(scenario.plain)) == scenario
    assert scenario.replace({dotted(("sites", name, "power_mw")): 2}).document.sites[name].power_mw == 2
    plan = planner.solve(scenario)
    assert plan.objective == pytest.approx(8760 * 5)
    assert set(plan.served["site"]) == {name}
    assert (
        f"there is no device {('x' + name)!r}"
        in refused(yaml_text({**scenario.plain, "offers": {name: {**data["offers"][name], "device": "x" + name}}}))[0]
    )


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\tb", "\x85", "\u200b", "\u2028", "\u202e", "x" * 201, "\ue000"])
def test_a_name_that_cannot_be_seen(name):
    """It would stand in tables and messages."""
    for part in ("regions", "sites", "budgets", "chains"):
        below = (
            {"limit": 1} if part == "budgets" else {"steps": [{"name": "a", "value": 1}]} if part == "chains" else {}
        )
        with pytest.raises(InputError, match="a name must have 1 to 200 printable characters"):
            planner.load({"horizon": {"start": 2024}, part: {name: below}})
    with pytest.raises(InputError, match="a name must have"):
        planner.load({"horizon": {"start": 2024, "names": [name]}})


# ---- anything at all ---------------------------------------------------------------------------------------

fuzz = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
WORDS = [
    "",
    "2024Q1",
    "table",
    "from_table",
    "chain",
    "sum",
    "between",
    "growth_per_year",
    "name",
    "berlin",
    "h100",
    "null",
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 10**20), st.floats(), st.sampled_from(WORDS), st.text(max_size=3)
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
)


def paths(value, path=()):
    """Yield the path of everything in plain data."""
    yield path
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(below, (*path, key))


@st.composite
def mutated(draw, count=3):
    """Return the rich scenario with a few values replaced, taken out, copied elsewhere or renamed."""
    data = yaml.safe_load(RICH)
    for _ in range(draw(st.integers(1, count))):
        everywhere = [path for path in paths(data) if path]
        *above, last = draw(st.sampled_from(everywhere))
        node = data
        for part in above:
            node = node[part]
        action = draw(st.sampled_from(["replace", "number", "delete", "copy", "key"]))
        if action == "delete":
            del node[last]
        elif action == "copy":
            source = data
            for part in draw(st.sampled_from(everywhere)):
                source = (
                    source[part]
                    if isinstance(source, dict | list)
                    and part in dict(enumerate(source) if isinstance(source, list) else source)
                    else source
                )
            node[last] = json.loads(json.dumps(source))
        elif action == "key" and isinstance(node, dict):
            node[draw(st.sampled_from(WORDS))] = node.pop(last)
        elif action == "number":
            node[last] = draw(st.sampled_from([0, 1, 2, 0.5, -1, 1e-9, 1e9]))
        else:
            node[last] = draw(ANYTHING)
    return data


@fuzz
@given(mutated())
def test_a_mutated_scenario_is_loaded_or_refused(data):
    """Never anything else; and what is loaded can be written and loaded again."""
    try:
        scenario = planner.load(data)
    except InputError as error:
        assert error.problems
        assert all(problem.place and problem.message for problem in error.problems)
        return
    assert planner.load(scenario.plain).hash == scenario.hash


@fuzz
@given(st.text(max_size=5), st.integers(0, len(RICH)), st.integers(0, 30))
def test_mutated_text_is_loaded_or_refused(tmp_path_factory, piece, start, length):
    path = tmp_path_factory.mktemp("fuzz") / "s.yaml"
    path.write_text(RICH[:start] + piece + RICH[start + length :], encoding="utf-8", errors="replace")
    try:
        planner.load(path)
    except InputError as error:
        assert all(problem.place and problem.place.file for problem in error.problems)


@settings(fuzz, max_examples=60)
@given(mutated(count=2))
def test_what_is_loaded_is_solved_or_refused(data):
    """Whatever the numbers: a status, or an error of the planner."""
    try:
        plan = planner.solve(planner.load(data), planner.Request(time_limit=20))
    except planner.PlannerError:
        return
    assert plan.status in ("optimal", "infeasible", "unbounded", "limit")
    assert (plan.objective is not None) == plan.has_plan


def test_a_saved_plan_is_no_scenario():
    """One line, and not an unknown key for each part of the plan."""
    assert refused('{"status": "optimal", "scenario": {}, "scenario_hash": "0"}') == [
        "1:1: this is a saved plan, not a scenario; `planner explain`, `diff` and `verify` read plans"
    ]


def test_what_a_scenario_and_a_plan_say_of_themselves():
    """One line each; `print` of a plan shows its verdict and its key figures."""
    scenario = planner.load(TINY)
    plan = planner.solve(TINY)
    assert repr(scenario) == f"<Scenario scenario: {scenario.calendar.names[0]}>"
    assert repr(plan) == f"<Plan for scenario: optimal, cost {plan.objective:.9g} USD>"
    assert str(plan).startswith("scenario: all demand")
    assert "proof: optimal" in str(plan)


def test_periods_may_be_named_by_a_number():
    """A year is a whole number in YAML; what is no period is told as such, and a fraction is none."""
    years = {"start": 2026, "period": "year", "count": 3}
    hours = {"start": 2026, "period": "hour", "count": 2, "names": [1, 2]}
    for horizon, period in ((years, 2027), (hours, 2)):
        plain = case(horizon=horizon, sites={"s": {"opens": period}}, offers={"o": rented(available_from=period)})
        document = planner.load(plain).document
        assert (document.sites["s"].opens, document.offers["o"].available_from) == (str(period), str(period))
    with pytest.raises(InputError, match="there is no period '2030' in the horizon"):
        planner.load(case(horizon=years, offers={"o": rented(available_from=2030)}))
    with pytest.raises(InputError, match=r"must be text, not the number 2027\.5"):
        planner.load(case(horizon=years, offers={"o": rented(available_from=2027.5)}))


def test_a_network_file_that_is_not_there():
    """It is no table."""
    with pytest.raises(InputError, match=r"there is no network file 'mine\.graphml'"):
        planner.load(case(network={"file": "mine.graphml"}))
