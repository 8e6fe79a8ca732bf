"""`planner verify` as a user meets it."""

from __future__ import annotations

import json

import planner as library
from tests.certify.plans import saved_with, shipped
from tests.cli.conftest import TRANSPORT, planner, spawn

__all__ = ["planner"]


def test_a_saved_plan_is_proven(planner, tmp_path):
    """Exit code 0, the sentence first, the interval with both ends in full."""
    path = tmp_path / "plan.json"
    assert planner("solve", TRANSPORT, "-o", path, "-q").code == 0
    result = planner("verify", path)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("transport: proven in exact arithmetic that the least cost is 153.675 kUSD")
    assert "153.675" in result.out
    assert planner("verify", path, "-q") == type(result)(0, "", "")


def test_as_json(planner, tmp_path):
    """One document and nothing else, with the same exit code."""
    path = tmp_path / "plan.json"
    library.save(shipped("siting"), path)
    result = planner("verify", path, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json["proves"] == "feasible"
    assert result.json["intervals"][0]["lower"] <= 210500 == result.json["intervals"][0]["upper"]
    assert result.json["words_of_solver"]


def test_a_changed_cell(planner, tmp_path):
    """Exit code 1, and the table, row and column on standard output; with -q the code alone."""

    def change(data):
        data["tables"]["served"]["rows"][0][-2] = 1.5

    path = saved_with(shipped("transport"), tmp_path / "plan.json", change)
    result = planner("verify", path)
    assert result.code == 1
    assert "Table served, row 1 (" in result.out
    assert planner("verify", path, "-q").code == 1


def test_what_cannot_be_read(planner, tmp_path):
    """No file, no JSON, no plan, a scenario or certificate that is none: exit code 2 and one line each."""
    plan = shipped("transport").to_dict()
    files = {
        "text.json": "no json",
        "other.json": "{}",
        "scenario.json": json.dumps(plan | {"scenario": {"horizon": 5}}),
        "certificate.json": json.dumps(plan | {"certificate": {"version": 9}}),
        "list.json": json.dumps(plan | {"certificate": [1]}),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in [*files, "missing.json", "."]:
        result = planner("verify", tmp_path / name)
        assert (name, result.code, result.out) == (name, 2, "")
        assert result.err.strip()
        assert "Traceback" not in result.err
    assert planner("verify").code == 2
    assert planner("verify", tmp_path / "other.json", "--json").json["exit_code"] == 2


def test_no_solver_is_started_from_a_shell(tmp_path):
    """The command in a process of its own, as installed."""
    path = tmp_path / "plan.json"
    library.save(shipped("transport"), path)
    done = spawn("verify", path)
    out, err = done.communicate(timeout=60)
    assert (done.returncode, err) == (0, "")
    assert "every figure that could be derived again follows" in out


def test_what_is_wrong_is_told_first(planner, tmp_path):
    """A plan whose objective was changed is not opened with what is proven of it; its bounds are told in few digits."""
    path = saved_with(shipped("transport"), tmp_path / "plan.json", lambda data: data.update(objective=100.0))
    out = planner("verify", path).out
    assert out.startswith("transport: ")
    assert "not what follow" in out.partition(";")[0]
    assert "proven in exact arithmetic" not in out.partition(";")[0]
