"""`planner diff` as a user runs it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import STUCK, TRANSPORT


@pytest.fixture
def dearer(tmp_path):
    """Return Dantzig's problem where each of the 900 cases costs 0.01 before freight."""
    (tmp_path / TRANSPORT.name).write_text(TRANSPORT.read_text())
    path = tmp_path / "dearer.yaml"
    path.write_text(f"extends: {TRANSPORT.name}\noffers: {{plant: {{work: {{cases: {{price_per_unit: 0.01}}}}}}}}\n")
    return path


def test_two_scenarios(planner, dearer):
    """900 cases at 0.01 each are 9 more than 153.675: 5.86 %."""
    done = planner("diff", TRANSPORT, dearer)
    assert done.code == 0
    assert "The cost goes from 154 kUSD to 163 kUSD: 9 kUSD more, 5.86 % of it." in done.out
    assert "offers.plant.work.cases.price_per_unit" in done.out


def test_plans_and_scenarios_are_told_apart_by_their_names(planner, tmp_path, dearer):
    """A saved plan against the scenario that it was made from: the same, so exit code 0."""
    assert planner("solve", TRANSPORT, "-o", tmp_path / "plan.json", "-q").code == 0
    assert planner("diff", tmp_path / "plan.json", TRANSPORT, "--exit-code").code == 0
    assert planner("diff", tmp_path / "plan.json", dearer, "--exit-code").code == 1


def test_one_json_document(planner, dearer):
    """The difference, its causes and what moved."""
    told = planner("diff", TRANSPORT, dearer, "--json").json
    assert told["objective_by"] == pytest.approx(9)
    assert told["causes"]["parts"] == [
        {"paths": ["offers.plant.work.cases.price_per_unit"], "amount": pytest.approx(9)}
    ]
    assert {m["what"] for m in told["moved"]} == {"Cost by kind"}


def test_without_causes(planner, dearer):
    """Nothing is solved but the two."""
    assert planner("diff", TRANSPORT, dearer, "--no-causes", "--json").json["causes"] is None


def test_demand_that_can_never_be_met_is_told_in_words(planner, tmp_path, dearer):
    """Seattle and San Diego ship 350 + 600; with 300 + 300 they are too few for 900 cases in the only period."""
    base, small = tmp_path / "base.yaml", tmp_path / "small.yaml"
    base.write_text(
        f"extends: {TRANSPORT.name}\nworkloads: {{cases: {{unmet_penalty: 9}}}}\nreport: {{earliest_date: true}}\n"
    )
    small.write_text(
        "extends: base.yaml\noffers: {plant: {work: {cases: {capacity_by_site: {seattle: 300, san-diego: 300}}}}}\n"
    )
    done = planner("diff", base, small, "--no-causes")
    assert "All demand can be met in no period of the horizon; before: from" in done.out


def test_a_scenario_without_a_plan(planner):
    """Its status is told, and there are no amounts."""
    done = planner("diff", TRANSPORT, STUCK)
    assert done.code == 0
    assert "The first is optimal, the second infeasible." in done.out


@pytest.mark.parametrize("wrong", ["nowhere.yaml", "nowhere.json", "-"])
def test_wrong_files(planner, wrong):
    """Told in one line, with exit code 2."""
    done = planner("diff", TRANSPORT, wrong)
    assert done.code == 2
    assert wrong.partition(".")[0] in done.err or wrong == "-"
