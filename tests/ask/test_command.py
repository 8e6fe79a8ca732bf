"""`planner ask`: what it prints, as JSON too, what it refuses, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import ENDLESS, STUCK, TRANSPORT, planner

__all__ = ["planner"]

SITING = TRANSPORT.parent / "siting.yaml"
FREIGHT = "workloads.cases.serving_cost.seattle.chicago"

QUESTIONS = {
    "break-even": ["break-even", FREIGHT],
    "range": ["range", FREIGHT],
    "earliest": ["earliest", "--share", "0.9", "--vary", "workloads.cases.demand.by_region.topeka=*0.5,*1"],
    "trade-off": ["trade-off", "cost", "carbon"],
    "near-optimal": ["near-optimal", "--within", "0.02"],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_answered_in_words_and_as_json(planner, name):
    """The sentence leads the text and is in the document; -q prints nothing."""
    text, document = planner("ask", TRANSPORT, *QUESTIONS[name]), planner("ask", TRANSPORT, *QUESTIONS[name], "--json")
    assert text.code == document.code == 0
    assert document.json["question"] == name
    assert text.out.splitlines()[0] == document.json["answer"]
    assert planner("ask", TRANSPORT, *QUESTIONS[name], "-q").out == ""


def test_the_freight_that_breaks_even(planner):
    """Chicago from Seattle: its other way round costs 0.225 - 0.225 + 0.162 = 0.162."""
    found = planner("ask", TRANSPORT, *QUESTIONS["break-even"], "--json").json
    assert found["price"] == pytest.approx(0.162)


def test_an_answer_is_saved_and_an_input_is_not_written_over(planner, tmp_path):
    target = tmp_path / "answer.json"
    assert planner("ask", TRANSPORT, "range", FREIGHT, "-o", target).code == 0
    assert json.loads(Path(target).read_text(encoding="utf-8"))["question"] == "range"
    assert planner("ask", TRANSPORT, "range", FREIGHT, "-o", TRANSPORT).code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["brake-even", "x"], "did you mean 'break-even'"),
        (["break-even", FREIGHT + "o"], "did you mean 'chicago'"),
        (["--set", "name=x", "range", FREIGHT], "--set comes after the question"),
        (["break-even"], "name a price, or a device"),
        (["range"], "Missing argument"),
        (["range", "name"], "no number"),
        (["trade-off", "cost", "karbon"], "did you mean 'carbon'"),
        (["earliest", "--at-most", "cheap"], "no price"),
        (["earliest", "--vary", "x"], "write PATH=VALUE"),
        (["near-optimal", "--within", "-1"], "0 or more"),
    ],
)
def test_wrong_input_is_refused_with_a_hint(planner, arguments, words):
    result = planner("ask", TRANSPORT, *arguments)
    assert result.code == 2
    assert words in result.err
    assert not result.out


@pytest.mark.parametrize("scenario", [STUCK, ENDLESS])
def test_a_scenario_without_a_best_plan_has_no_answers(planner, scenario):
    """Exit code 3, in words and as JSON."""
    result = planner("ask", scenario, "near-optimal")
    assert result.code == 3
    assert planner("ask", scenario, "near-optimal", "--json").json["exit_code"] == 3


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_may_come_after_the_file(planner, flag):
    """It is that of the command."""
    assert planner("ask", TRANSPORT, flag).out == planner("ask", flag).out


def test_help_names_every_question(planner):
    """The questions are the subcommands of ask."""
    out = planner("ask", "--help").out
    assert all(name in out for name in QUESTIONS)
