"""`planner explain` as its users meet it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import ROOT, STUCK, TRANSPORT, planner

__all__ = ["planner"]

SITING = ROOT / "scenarios" / "siting.yaml"


@pytest.fixture
def saved(planner, tmp_path):
    """A saved plan."""
    file = tmp_path / "plan.json"
    assert planner("solve", SITING, "-o", file, "-q").code == 0
    return file


def test_solve_ends_with_it(planner, tmp_path):
    file = tmp_path / "plan.json"
    out = planner("solve", TRANSPORT, "-o", file).out
    assert out.rstrip().splitlines()[-1] == f"next: planner explain {file}  (what limits it, what is unmet and why)"


def test_a_topic_of_a_saved_plan(planner, saved):
    """Read at once, without a word on standard error."""
    result = planner("explain", saved, "limits")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[:2] == [
        "What limits the plan, with the price of each input that binds",
        "  One more thousand units/h of work from plant at site-1 in p1 would save 1,000 USD, with the sites open as chosen; "
        "this holds for up to 6 more, then serving work in west from site-5 in p1 falls to 0.",
    ]
    assert result.out.rstrip().splitlines()[-1].startswith(f"next: planner explain {saved} limits --solve")


def test_a_scenario_is_solved_first(planner):
    result = planner("explain", TRANSPORT, "prices")
    assert result.code == 0
    assert "solved first" in result.err
    assert "154 kUSD" in result.out


def test_json_is_one_document(planner, saved):
    """With the sentences, the tables and the figures of the topic."""
    result = planner("explain", saved, "why-not", "site-3", "--json")
    assert (result.code, result.err) == (0, "")
    document = result.json
    assert document["topic"] == "why-not"
    assert document["sentences"][0] == "site-3 is not used: opening it saves no more than it costs."
    assert document["solved_again"] is False
    assert planner("explain", saved, "limits", "-q").out == ""


def test_what_took_solving_is_kept_beside_the_plan(planner, saved):
    """The plan keeps every byte; what was kept is used again, unless it is another plan's or solving anew is asked for."""
    before = saved.read_bytes()
    first = planner("explain", saved, "why-not", "site-3", "--solve").out
    assert "it enters at 97.6 % of its opening cost of 17,000 USD" in first
    assert saved.read_bytes() == before
    beside = saved.with_name("plan.explained.json")
    kept = json.loads(beside.read_text(encoding="utf-8"))
    assert kept["plan_hash"] == json.loads(before)["hash"]
    kept["explanations"]["why-not site-3"]["sentences"] = ["Kept."]
    beside.write_text(json.dumps(kept), encoding="utf-8")
    assert "  Kept." in planner("explain", saved, "why-not", "site-3").out
    assert "  Kept." not in planner("explain", saved, "why-not", "site-3", "--again").out
    kept["plan_hash"] = "another"
    beside.write_text(json.dumps(kept), encoding="utf-8")
    assert "  Kept." not in planner("explain", saved, "why-not", "site-3").out


def test_all_that_can_be_read_at_once(planner, saved):
    out = planner("explain", saved).out
    for heading in ("What limits the plan", "Why demand is unmet", "What was considered", "What a reviewer would ask"):
        assert heading in out


def test_confidence_needs_the_scenario(planner, saved):
    """The very scenario of the plan, and no other."""
    assert "None of its figures" in planner("explain", saved, "notes", "--scenario", SITING).out
    wrong = planner("explain", saved, "notes", "--scenario", TRANSPORT)
    assert wrong.code == 2
    assert "is not the scenario that the plan was made from" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["limit"], "there is no topic 'limit'; did you mean 'limits'?"),
        (["limits", "site-3"], "the topic 'limits' takes no name"),
        (["why-not", "site-9"], "no device, offer, site or link 'site-9'"),
        (["limits", "--set", "name=x"], "-f and --set go with a scenario"),
    ],
)
def test_wrong_input(planner, saved, arguments, words):
    result = planner("explain", saved, *arguments)
    assert result.code == 2
    assert words in result.err
    assert planner("explain", saved, *arguments, "--json").json["exit_code"] == 2


def test_a_plan_that_was_changed_is_refused(planner, saved):
    data = json.loads(saved.read_text(encoding="utf-8"))
    data["objective"] = 1.0
    saved.write_text(json.dumps(data), encoding="utf-8")
    assert planner("explain", saved, "limits").code == 2


def test_without_a_plan_there_are_no_limits(planner):
    result = planner("explain", STUCK, "limits")
    assert result.code == 2
    assert "ask for 'infeasible'" in result.err
