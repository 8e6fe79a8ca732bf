"""Each exit code of the guide, from a scenario that is small enough to see why."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time

import pytest

from planner import errors
from planner.plan.limits import limits_of
from tests.cli.conftest import BIG, ENDLESS, SHORT, STUCK, TRANSPORT, spawn


@pytest.mark.parametrize(("file", "code"), [(TRANSPORT, 0), (SHORT, 1), (STUCK, 3), (ENDLESS, 3)])
def test_solve_ends_with_the_plan_s_exit_code(planner, file, code):
    """All served; half of it unmet; no plan; no best plan."""
    result = planner("solve", file)
    assert (result.code, result.err) == (code, "")


def test_a_tolerance_makes_unmet_demand_acceptable(planner):
    """Half of the demand is unmet in `short`, so a tolerance of a half ends well, and one below does not."""
    assert planner("solve", SHORT, "--set", "unmet_tolerance=0.5").code == 0
    assert planner("solve", SHORT, "--set", "unmet_tolerance=0.49").code == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["solve"], "Missing argument 'FILE'"),
        (["solve", TRANSPORT, "--colour"], "No such option"),
        (["solve", TRANSPORT, "--threads", "0"], "--threads"),
        (["solve", TRANSPORT, "--gap", "nan"], "must be a finite number"),
        (["solve", TRANSPORT, "--time-limit", "0"], "--time-limit"),
        (["solve", TRANSPORT, "--solver", "oracle"], "oracle"),
        (["dance"], "No such command 'dance'"),
        (["solve", "nowhere.yaml"], "there is no such file"),
        (["solve", TRANSPORT, "-o", "plan.txt"], "a plan is saved as JSON"),
        (["solve", TRANSPORT, "-o", "nowhere/plan.json"], "its folder does not exist"),
    ],
)
def test_wrong_input_ends_with_2_and_one_clear_line(planner, args, words):
    """Options, commands, files and values; nothing on standard output."""
    result = planner(*args)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert len(result.err.strip().splitlines()) == 1


def test_all_mistakes_are_reported_at_once_each_with_its_place(planner, tmp_path):
    """Two files, three mistakes: none hides another."""
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("horizon: {start: 2024}\nsitse: {}\nobjective: gold\n", encoding="utf-8")
    two.write_text("horizon: {start: 2024, count: 0}\n", encoding="utf-8")
    result = planner("validate", one, TRANSPORT, two)
    assert result.code == 2
    assert f"{one}:2:1: sitse: unknown key; did you mean 'sites'?" in result.err
    assert f"{one}:3:12: objective" in result.err
    assert f"{two}:1:" in result.err
    assert "3 mistakes" in result.err
    assert result.out.startswith(f"{TRANSPORT}: OK, 1 period, 1 workload, 3 regions")


def test_a_misspelt_setting_is_answered_with_a_suggestion(planner):
    """A name, and a key."""
    assert "did you mean 'seattle'?" in planner("solve", TRANSPORT, "--set", "sites.seatle.power_mw=1").err
    assert "did you mean 'power_mw'?" in planner("solve", TRANSPORT, "--set", "sites.seattle.power_mv=1").err


def test_a_limit_without_a_plan_ends_with_4(planner):
    """No solver finds a plan with whole numbers in a nanosecond."""
    result = planner("solve", BIG, "--time-limit", "1e-9", "--json")
    assert (result.code, result.json["status"], result.json["objective"]) == (4, "limit", None)


def test_a_fault_is_one_line_that_asks_to_report_it(planner, monkeypatch):
    """Whatever is raised by mistake ends with 70; the traceback comes with -v alone."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero\nin two lines")

    monkeypatch.setattr("planner.scenario.load.load", broken)
    result = planner("show", TRANSPORT)
    assert (result.code, result.out) == (70, "")
    assert "please report it" in result.err
    assert "ZeroDivisionError: division by zero" in result.err
    assert len(result.err.splitlines()) == 1
    assert "Traceback" in planner("show", TRANSPORT, "-v").err
    assert planner("show", TRANSPORT, "--json").json["exit_code"] == 70


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NoPlanError("no plan"), 3),
        (errors.LimitError("too long"), 4),
        (errors.SolverError("HiGHS", "fell over"), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_error_has_its_exit_code(planner, monkeypatch, error, code):
    """As text, and as JSON."""

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("planner.scenario.load.load", broken)
    assert planner("show", TRANSPORT).code == code
    result = planner("show", TRANSPORT, "--json")
    assert (result.code, result.json["exit_code"], result.json["status"]) == (code, code, "error")


HARD = """
name: hard
horizon: {start: 2024, period: year, count: 1}
integer: true
regions: {%s}
workloads: {jobs: {demand: {by_region: {%s}}, rate: {%s}}}
devices: {%s}
offers: {%s}
sites: {%s}
solver: {gap: 0}
"""
"""A knapsack with many candidates: quick to read, and long to prove."""


def _hard() -> str:
    n = 60
    return HARD % (
        ", ".join(f"r{i}: {{}}" for i in range(n)),
        ", ".join(f"r{i}: {100 + 37 * i % 101}" for i in range(n)),
        ", ".join(f"d{i}: {7 + 13 * i % 17}.{i}" for i in range(9)),
        ", ".join(f"d{i}: {{power_kw: {5 + 7 * i % 11}.{i}}}" for i in range(9)),
        ", ".join(f"o{i}: {{kind: buy, device: d{i}, price_per_unit: {911 + 137 * i % 512}}}" for i in range(9)),
        ", ".join(
            f"s{i}: {{siting: candidate, power_mw: 0.{100 + i * 53 % 97}, opening_cost: {9000 + 531 * i % 7000}}}"
            for i in range(n)
        ),
    )


def test_ctrl_c_ends_with_130_and_keeps_what_is_there(tmp_path):
    """The solver is stopped while it works; the line on standard error shows that it does."""
    scenario, plan = tmp_path / "hard.yaml", tmp_path / "plan.json"
    scenario.write_text(_hard(), encoding="utf-8")
    ours, theirs = pty.openpty()
    process = spawn("solve", scenario, "-o", plan, "--json", stderr=theirs, env={"TERM": "xterm", "COLUMNS": "90"})
    os.close(theirs)
    seen = b""
    deadline = time.monotonic() + 60
    while b"solving" not in seen and process.poll() is None and time.monotonic() < deadline:
        seen += os.read(ours, 4096)
    assert b"solving" in seen, seen
    process.send_signal(signal.SIGINT)
    drained = _drain(process, ours)
    assert process.returncode == 130
    assert "Traceback" not in drained
    assert plan.exists()


def _drain(process: subprocess.Popen[str], terminal: int) -> str:
    """Wait for the end of a process, reading what it says meanwhile, lest it waits for a reader."""
    import threading

    said = []

    def read() -> None:
        try:
            while chunk := os.read(terminal, 4096):
                said.append(chunk)
        except OSError:
            pass  # the terminal closes with the process

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    process.communicate(timeout=60)
    reader.join(5)
    os.close(terminal)
    return b"".join(said).decode(errors="replace")


def test_ctrl_c_before_the_solver_ends_with_130():
    """While the scenario is still being read from a pipe that says nothing."""
    with spawn("solve", "-", stdin=subprocess.PIPE) as process:
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.strip() == "planner: interrupted"


def test_ctrl_c_during_the_search_for_the_date_keeps_the_plan(planner, tmp_path, monkeypatch):
    """The plan is computed by then: all of it is saved and verified, but for the date, and the code tells of Ctrl-C."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    dated = ("--set", "report.earliest_date=true")
    kept = planner("solve", TRANSPORT, *dated, "--json")
    monkeypatch.setattr("planner.conclude.earliest_date", interrupted)
    file = tmp_path / "plan.json"
    result = planner("solve", TRANSPORT, *dated, "-o", file)
    assert result.code == 130
    assert "not known" in result.out
    plan, whole = json.loads(file.read_text()), json.loads(kept.out)
    assert (plan["status"], plan["objective"], plan["earliest"]) == ("optimal", whole["objective"], "unknown")
    assert plan["tables"] == whole["tables"]
    assert planner("verify", file).code == 0


def test_ctrl_c_while_limits_are_ranged_keeps_the_plan(planner, tmp_path, monkeypatch):
    """All of it is saved and verified; its limits have their prices, but not how far these hold."""
    whole = limits_of

    def interrupted(built, x, duals, live, *more):
        if live is not None:
            raise KeyboardInterrupt
        return whole(built, x, duals, live, *more)

    kept = json.loads(planner("solve", TRANSPORT, "--json").out)
    monkeypatch.setattr("planner.conclude.limits_of", interrupted)
    file = tmp_path / "plan.json"
    assert planner("solve", TRANSPORT, "-o", file).code == 130
    plan = json.loads(file.read_text())
    assert (plan["status"], plan["tables"]) == ("optimal", kept["tables"])
    assert {(one["path"], one["saves"]) for one in plan["limits"]} >= {
        (one["path"], one["saves"]) for one in kept["limits"]
    }
    assert all(one["holds_for"] is None for one in plan["limits"])
    assert planner("verify", file).code == 0


def test_ctrl_c_while_a_certificate_is_made_keeps_the_plan(planner, tmp_path, monkeypatch):
    """All of it is saved but the certificate, and the plan says so."""

    def interrupted(*_):
        raise KeyboardInterrupt

    kept = json.loads(planner("solve", TRANSPORT, "--json").out)
    monkeypatch.setattr("planner.conclude.certificate_of", interrupted)
    file = tmp_path / "plan.json"
    assert planner("solve", TRANSPORT, "-o", file).code == 130
    plan = json.loads(file.read_text())
    assert "certificate" in plan["reason"]
    assert (plan["status"], plan["tables"], plan["limits"]) == ("optimal", kept["tables"], kept["limits"])
