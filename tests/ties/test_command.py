"""`planner check --unique`: what it says of a plan that is the only one, and of one that is not."""

import json

import pytest

from planner.cli.app import run
from tests.ties.cases import ROOT

TRANSPORT, POWERCO = ROOT / "scenarios" / "transport.yaml", ROOT / "scenarios" / "known" / "powerco.yaml"


def test_it_is_told_below_the_table(capsys):
    """One sentence for each scenario; that there is another plan misses nothing."""
    assert run(["check", str(TRANSPORT), str(POWERCO), "--unique", "-j1"]) == 0
    told = capsys.readouterr().out
    assert "Whether the plan is the only one" in told
    assert "transport: Another plan is as good: serve(" in told
    assert "powerco: The plan is the only one that is optimal" in told


def test_it_is_in_the_json_document(capsys):
    """Status, sentence and the greatest differences: Dantzig's 50 cases, by hand."""
    assert run(["check", str(TRANSPORT), "--unique", "-j1", "--json"]) == 0
    (scenario,) = json.loads(capsys.readouterr().out)["scenarios"]
    found = scenario["uniqueness"]
    assert (found["status"], found["differences"]) == ("several", 4)
    assert {abs(one["here"] - one["there"]) for one in found["greatest"]} == {50.0}


def test_without_it_nothing_is_said(capsys):
    """It costs further solves, so it is asked for."""
    assert run(["check", str(POWERCO), "-j1", "--json"]) == 0
    (scenario,) = json.loads(capsys.readouterr().out)["scenarios"]
    assert scenario["uniqueness"] is None


@pytest.mark.parametrize(("setting", "code"), [("true", 0), ("false", 0), ("maybe", 2)])
def test_ties_are_switched_by_a_key_of_the_scenario(capsys, setting, code):
    """`solver.break_ties` is yes or no; the optimum is the same either way."""
    assert run(["solve", str(TRANSPORT), "--set", f"solver.break_ties={setting}", "--json"]) == code
    said = json.loads(capsys.readouterr().out)
    assert said.get("objective") == (pytest.approx(153.675) if code == 0 else None)
