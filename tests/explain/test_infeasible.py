"""Why there is no plan: conflicts known by hand, and the law that any one member taken away leaves a plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import planner
from planner.cli.app import run
from planner.errors import InputError
from planner.explain import conflict as search
from planner.explain.conflict import Conflict, Feasibility, conflict_of
from planner.explain.conflict_lines import UNPROVEN, place_of, told_of
from planner.explain.conflict_words import TEXTS
from planner.explain.explanation import Asked
from planner.explain.infeasible import infeasible
from planner.explain.topics import explain
from planner.plan.files import to_json
from planner.plan.plan import from_dict
from tests.explain.conflict_cases import (
    few_sites,
    found,
    lumpy,
    paths,
    policy_supply_demand,
    random_case,
    status,
    too_far,
    two_makers,
)
from tests.laws.witness_cases import CASES, pair
from tests.model.cases import bought, case, rented, sold, work


def test_policy_supply_and_demand_are_named_and_nothing_else():
    """10 asked, 8 of one maker, a tenth of the other: 8 / 0.9 < 10; power, money and the other supply do not matter."""
    assert paths(policy_supply_demand()) == {"workloads.w.demand", "shares.few.max_share", "offers.o.supply"}


def test_without_the_policy_supplies_suffice():
    """8 and 5 serve 10, so that the same scenario without its share has a plan and no conflict."""
    scenario = planner.load(two_makers())
    assert status(scenario) == "optimal"
    assert conflict_of(Feasibility(scenario)) is None


def test_a_latency_limit_takes_part_by_what_it_rules_out():
    """The near site has power for 4 of 10; the far one, unlimited, is too far: demand, power and the limit conflict."""
    assert paths(too_far()) == {"workloads.w.demand", "sites.near.power_mw", "workloads.w.max_latency_ms"}


def test_whole_sites_conflict():
    """Two of three sites of 4 serve 8 of 10: demand, what each site can do, and how many may open."""
    assert paths(few_sites()) == {"workloads.w.demand", "offers.o.work.w.capacity_per_hour", "siting.max_open"}


def test_a_conflict_that_only_whole_numbers_make():
    """2.5 devices keep the budget and serve all; whole ones do not: demand, budget and wholeness conflict."""
    assert paths(lumpy()) == {"workloads.w.demand", "budgets.money.limit", "integer"}


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        (case(offers={"o": rented(supply=6)}), {"workloads.w.demand", "offers.o.supply"}),
        (case(offers={"o": bought(lead_time_months=1)}, horizon={"start": 2024, "period": "month", "count": 1}),
         {"workloads.w.demand", "offers.o.lead_time_months"}),
        (case(periods=2, offers={"o": rented(available_from="p2")}), {"workloads.w.demand", "offers.o.available_from"}),
        (case(periods=2, sites={"s": {"opens": "p2"}}), {"workloads.w.demand", "sites.s.opens"}),
        (case(workloads=work(min_memory_gb=80), devices={"d": {"memory_gb": 40}}, offers={"o": rented(), "p": sold(capacity_per_hour=3)}),
         {"workloads.w.demand", "workloads.w.min_memory_gb", "offers.p.work.w.capacity_per_hour"}),
        (case(sites={"s": {"country": "US"}, "t": {"country": "DE"}}, offers={"o": rented(sites=["s"]), "p": sold(capacity_per_hour=3, workload="w") | {"sites": ["t"]}},
              workloads=work(residency=[{"allow_countries": ["DE"]}])),
         {"workloads.w.demand", "workloads.w.residency", "offers.p.work.w.capacity_per_hour", "offers.o.sites"}),
        (case(5, offers={"o": bought(min_commitment=9, commitment="obliged")}, sites={"s": {"power_mw": 0.007}}, devices={"d": {"power_kw": 1}}),
         {"offers.o.min_commitment", "sites.s.power_mw"}),
        (case(1, offers={"o": bought()}, fleet={"old": {"offer": "o", "site": "s", "units": 9}}, sites={"s": {"power_mw": 0.007}}, devices={"d": {"power_kw": 1}}),
         {"fleet.old.units", "sites.s.power_mw"}),
        (case(offers={"o": rented(1)}, sites={"s": {"carbon_g_per_kwh": 1000}}, devices={"d": {"power_kw": 1}}, carbon={"cap_tonnes_total": 0.009}),
         {"workloads.w.demand", "carbon.cap_tonnes_total"}),
    ],
)  # fmt: skip
def test_each_kind_of_input_is_named(scenario, expected):
    """Small scenarios in which what cannot hold together is plain to see."""
    assert paths(scenario) == expected


@pytest.mark.parametrize("seed", range(24))
def test_any_one_member_taken_away_leaves_a_plan(seed):
    """The law of a smallest conflict, held by whole solves: with all of it no plan, without any one of it a plan.

    All other statements are taken away meanwhile, by changes of the scenario alone.
    """
    scenario = planner.load(random_case(seed))
    if status(scenario) == "optimal":
        assert conflict_of(Feasibility(scenario)) is None
        return
    _, conflict = found(scenario)
    assert conflict.is_proven
    members = {member.path for member in conflict.members}
    others = {}
    for statement in search.statements_of(scenario):
        if statement.path not in members:
            others |= statement.without
    assert status(scenario.replace(others)) == "infeasible"
    for member in conflict.members:
        assert status(scenario.replace({**others, **member.without})) == "optimal", member.path


def test_the_slow_search_finds_a_smallest_conflict_too(monkeypatch):
    """Without the search on one live programme, halving finds the same three; the law holds of both."""
    monkeypatch.setattr(search, "_by_rows", lambda *given: None)
    assert paths(policy_supply_demand()) == {"workloads.w.demand", "shares.few.max_share", "offers.o.supply"}


def test_what_is_not_proven_says_so(monkeypatch):
    """Where no solve ends in time, what is named may be too much, and the plan says that this was not proven."""
    scenario = planner.load(policy_supply_demand())
    slow = Feasibility(scenario)
    monkeypatch.setattr(search, "_by_rows", lambda *given: None)
    answer = Feasibility.holds
    monkeypatch.setattr(Feasibility, "holds", lambda self, *given: answer(self, *given) if self.solves < 3 else None)
    conflict = conflict_of(slow)
    assert conflict is not None
    assert not conflict.is_proven
    assert {"workloads.w.demand", "shares.few.max_share", "offers.o.supply"} <= {m.path for m in conflict.members}


BAD = """\
name: bad
horizon: {start: 2024, period: year, count: 3}
regions: {europe: {}, asia: {}}
sites:
  frankfurt: {power_mw: 1}
  oslo:
    power_mw: 5
devices:
  h100: {maker: nvidia, power_kw: 1.3}
  mi300x: {maker: amd, power_kw: 1.5}
workloads:
  chat:
    unit: answer
    rate: {h100: 100, mi300x: 90}
    demand: {by_region: {europe: [20000, 40000, 80000], asia: 30000}}
offers:
  buy-h100: {kind: buy, device: h100, price_per_unit: 30000, supply: 150}
  buy-mi300x: {kind: buy, device: mi300x, price_per_unit: 20000}
shares:
  not-all-amd: {maker: amd, max_share: 0.3}
"""

LINES = [
    "bad.yaml:15:13: workloads.chat.demand: the demand for chat in europe is 80,000 answer/h in 2026, and all of it must be "
    "served",
    "bad.yaml:20:40: shares.not-all-amd.max_share: at most 30 % of the devices may be from amd in 2026",
    "bad.yaml:17:70: offers.buy-h100.supply: no more than 150 h100 can arrive through buy-h100 in a period",
]
"""Snapshot of the words, with line and column counted in the text above."""


@pytest.fixture
def bad(tmp_path, monkeypatch) -> Path:
    """Return a file without a plan, in the folder it is solved in."""
    monkeypatch.chdir(tmp_path)
    file = Path("bad.yaml")
    file.write_text(BAD)
    return file


def test_solve_prints_the_conflict_with_file_and_line(bad, capsys):
    """Exit 3, each input with file, line and column, and the command that finds repairs."""
    assert run(["solve", str(bad)]) == 3
    shown = capsys.readouterr().out
    assert [line.strip() for line in shown.splitlines() if line.startswith("  bad.yaml")] == LINES
    assert "planner explain bad.yaml infeasible --solve" in shown


def test_json_has_the_conflict_structured(bad, capsys):
    """`--json` names path, figure, unit, periods and place of each; a saved plan has all but the place, and reads back."""
    assert run(["solve", str(bad), "--json", "-o", "plan.json"]) == 3
    data = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in data["conflict_inputs"]] == [line.split(": ")[1] for line in LINES]
    assert data["places"] == {line.split(": ")[1]: line.split(": ")[0] for line in LINES}
    supply = data["conflict_inputs"][2]
    assert (supply["amount"], supply["unit"], supply["periods"]) == (150, "h100", ["2024", "2025", "2026"])
    plan = planner.read("plan.json")
    assert "bad.yaml" not in to_json(plan)
    assert from_dict(json.loads(to_json(plan))) == plan
    assert plan.conflict == tuple(line.partition(": ")[2] for line in LINES)
    assert from_dict(data) == plan


def test_explain_reads_the_conflict_from_the_plan_and_repairs_it_when_asked(bad):
    """At once what conflicts, without a solve; with one, repairs. Places come with the scenario's file."""
    plan = planner.solve(planner.load(bad))
    told = explain(plan, "infeasible")
    assert not told.solved_again
    assert told.sentences == (
        "These 3 inputs cannot hold together, and there is a plan without any one of them:",
        *plan.conflict,
    )
    placed = explain(plan, "infeasible", Asked(solve=True, source=planner.load(bad)))
    assert placed.sentences[1:4] == tuple(LINES)
    assert "Raise offers.buy-h100.supply from 150 to 360.9 (141 % more)." in placed.sentences
    assert placed.solved_again
    assert json.loads(json.dumps(placed.to_dict()))["data"]["is_proven"] is True


def test_a_feasible_plan_has_no_conflict():
    """Asked of a plan that is there, the answer is that nothing conflicts."""
    plan = planner.solve(planner.load(case()))
    assert "has a feasible plan" in infeasible(plan, Asked()).sentences[0]


def test_every_kind_of_statement_is_told_and_can_be_taken_away():
    """Over the scenarios that bear witness to each field: words with the path, and a scenario without it; no kind is left out."""
    seen = set()
    for field in sorted(CASES):
        for plain in pair(field):
            try:
                scenario = planner.load(plain)
            except InputError:  # a field may bear witness by what it refuses
                continue
            every = search.statements_of(scenario)
            assert len({statement.path for statement in every}) == len(every)
            for told in told_of(scenario, Conflict(every, is_proven=True, solves=0)):
                assert told.line.startswith(f"{told.path}: {told.text}")
                assert told.text
            new = [statement for statement in every if statement.kind not in seen]
            for statement in new:
                scenario.replace(statement.without)
            seen |= {statement.kind for statement in every}
            scenario.replace(search.changes_of(every))
    assert seen == set(TEXTS)


def test_a_value_given_on_the_command_line_says_so(bad):
    """What `--set` gave is in no file: its place is the `--set`."""
    scenario = planner.load(bad, sets=["name=worse"])
    assert place_of(scenario, "name") == "--set 'name=worse'"


def test_no_plan_for_another_reason_is_no_conflict():
    """Devices that pay money to be had: there is no best plan, and nothing conflicts."""
    plan = planner.solve(planner.load(case(offers={"o": bought(-1)})))
    assert plan.status == "unbounded"
    (line,) = explain(plan, "infeasible", Asked(solve=True)).sentences
    assert line.startswith("There are plans, but no best one")


def test_what_was_not_proven_in_time_is_proven_when_asked():
    """A plan may say that its time was up before its conflict was proven; solving again goes on with that."""
    scenario = planner.load(policy_supply_demand())
    late = replace(planner.solve(scenario), notes=(UNPROVEN.format(seconds="60"),))
    assert explain(late, "infeasible").data["is_proven"] is False
    assert explain(late, "infeasible", Asked(solve=True, source=scenario)).data["is_proven"] is True
