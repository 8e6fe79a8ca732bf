"""`planner check`: its lines, exit codes, JSON and JUnit XML, side by side, and when it is interrupted."""

import json
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from planner.check import pool
from planner.check.one import How, check_file
from planner.check.outcome import worst
from planner.check.pool import check_all
from planner.cli.app import COMMANDS
from tests.check.conftest import DANTZIG, STUCK
from tests.cli.conftest import ROOT, spawn

ENDLESS = (ROOT / "tests" / "cli" / "fixtures" / "endless.yaml").read_text(encoding="utf-8")


def test_it_is_a_command():
    """In the order of help."""
    assert "check" in COMMANDS


@pytest.mark.parametrize(
    ("text", "code", "result"),
    [
        (DANTZIG + "expect: {objective: 153.675}\n", 0, "held"),
        (DANTZIG + "expect: {objective: 153.7}\n", 1, "missed"),
        (DANTZIG + "expect: {objektive: 153.7}\n", 2, "wrong input"),
        (DANTZIG + "expect: {objective: [}\n", 2, "wrong input"),
        (STUCK + "expect: {status: infeasible}\n", 0, "held"),
        (STUCK + "expect: {status: infeasible, conflict: [budget]}\n", 1, "missed"),
        (STUCK + "expect: {objective: 20}\n", 3, "no plan"),
        (ENDLESS + "expect: {status: unbounded}\n", 0, "held"),
        (ENDLESS + "expect: {objective: 20}\n", 3, "no plan"),
        (DANTZIG + "expect: {status: infeasible}\n", 1, "missed"),
    ],
)
def test_exit_codes(planner, file, text, code, result):
    """Those of the guide: held, missed, wrong, no plan."""
    done = planner("check", file("a.yaml", text), "--json")
    assert (done.code, done.json["exit_code"], done.json["scenarios"][0]["status"]) == (code, code, result)


def test_stopped_at_a_limit(planner):
    """Nothing is proven, and so neither held nor missed: 4."""
    path = ROOT / "scenarios" / "sora-mainstream.yaml"
    done = planner("check", path, "--time-limit", "0.05", "--json")
    assert (done.code, done.json["scenarios"][0]["status"]) == (4, "limit")


@pytest.mark.parametrize(
    ("codes", "code"), [([], 0), ([0, 0], 0), ([4, 0, 3], 3), ([3, 1], 1), ([1, 2, 0], 2), ([2, 70, 1], 70)]
)
def test_the_worst_decides(codes, code):
    """A fault, then wrong input, then a stated optimum missed, then no plan, then a limit."""
    assert worst(codes) == code


def test_one_line_each(planner, file, tmp_path):
    """Name, what is expected and found, the difference; then what is not as stated, with its place; those that state nothing."""
    file("good.yaml", DANTZIG.replace("name: transport", "name: good") + "expect: {objective: 153.675}\n")
    bad = file("bad.yaml", DANTZIG.replace("name: transport", "name: bad") + "\nexpect:\n  objective: 150\n")
    wrong = file("wrong.yaml", "horizon: 3\nexpect: {}\n")
    silent = file("silent.yaml", DANTZIG)
    done = planner("check", tmp_path, "--jobs", 1)
    assert done.code == 2
    assert done.err.startswith(f"{wrong}:1:10: horizon: must be a mapping")
    lines = [line.split() for line in done.out.splitlines()]
    assert done.out.startswith("Held: 1 of 3 scenarios; 3 statements.\n")
    assert ["bad", "missed", "objective", "150", "153.675", "+2.5", "%"] in [line[:-1] for line in lines]
    assert ["good", "held", "objective", "153.675", "153.675", "0"] in [line[:-1] for line in lines]
    number = len(bad.read_text(encoding="utf-8").splitlines())
    assert f"  {bad}:{number}:14: the objective is 153.675, not 150 within 1e-06 (recorded)\n" in done.out
    assert done.out.endswith(f"Scenarios that state nothing\n  {silent}\n")


def test_quiet_and_standard_input(planner, dantzig):
    """The exit code alone says it; a scenario may come by a pipe."""
    text = dantzig("{objective: 150}").read_text(encoding="utf-8")
    done = planner("check", "-", "-q", stdin=text)
    assert (done.code, done.out, done.err) == (1, "", "")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nowhere"], "there is no such file or folder"),
        (["tests/cli/fixtures"], "there is nothing to check"),
        ([], "Missing argument 'PATH...'"),
        (["scenarios/transport.yaml", "--junit", "scenarios/transport.yaml"], "is an input of this command"),
        (["scenarios/transport.yaml", "--jobs", "0"], "--jobs"),
        (["scenarios/transport.yaml", "--junit", "nowhere/a.xml"], "its folder does not exist"),
        (["scenarios/transport.yaml", "--solver", "oracle"], "oracle"),
        (["scenarios/transport.yaml", "--also", "oracle"], "oracle"),
    ],
)
def test_wrong_input(planner, args, words):
    """Code 2, and one clear line."""
    done = planner("check", *args)
    assert done.code == 2
    assert words in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_update_by_the_command(planner, dantzig):
    """Shows what it changed, and then all is held."""
    path = dantzig("{objective: 150}")
    done = planner("check", path, "--update")
    assert done.code == 0
    assert "expect.objective was 150 and is now 153.675" in done.out
    assert planner("check", path, "--json", "--update").json["changes"] == []


def test_junit(planner, file, tmp_path):
    """A case each, with names that XML must escape or cannot hold; failures, errors and skipped ones counted."""
    name = 'a <b> & "c"'
    file("a&b.yaml", DANTZIG.replace("name: transport", f"name: '{name}'") + "expect: {objective: 1, source: <é>}\n")
    file("good.yaml", DANTZIG + "expect: {objective: 153.675}\n")
    file("wrong.yaml", "horizon: 3\nexpect: {}\n")
    file("silent.yaml", DANTZIG)
    done = planner("check", tmp_path, "-j1", "--junit", tmp_path / "out.xml", "-q")
    assert done.code == 2
    root = ET.parse(tmp_path / "out.xml").getroot()
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {name: ["failure"], "transport": [], "wrong": ["error"], "silent": ["skipped"]}
    assert "153.675, not 1 within 1e-06 (recorded, <é>)" in suite.find(".//failure").get("message")


def test_side_by_side_is_as_one_after_another(file):
    """The same outcomes, but for the time they take; all kinds of them."""
    files = [
        file("a.yaml", DANTZIG + "expect: {objective: 153.675}\n"),
        file("b.yaml", DANTZIG + "expect: {objective: 150}\n"),
        file("c.yaml", STUCK + "expect: {objective: 3}\n"),
        file("d.yaml", "horizon: 3\nexpect: {}\n"),
    ]

    def outcomes(jobs):
        done = dict(check_all(files, How(), jobs))
        return [replace(done[i], seconds=0.0) for i in range(len(files))]

    assert outcomes(2) == outcomes(1)


DEADLY = """
import os, sys, planner.check.one as one, planner.check.worker as worker
check = one.check_file
one.check_file = lambda file, how: os._exit(3) if file.stem == "deadly" else check(file, how)
worker.main(int(sys.argv[1]))
"""


def test_a_process_that_dies_takes_only_its_scenario(file, monkeypatch):
    """It is told as a fault, and those after it are checked by another process."""
    monkeypatch.setattr(pool, "_COMMAND", [sys.executable, "-P", "-c", DEADLY])
    names = ("one", "deadly", "two", "three")
    files = [file(f"{name}.yaml", DANTZIG + "expect: {objective: 153.675}\n") for name in names]
    done = dict(check_all(files, How(), 2))
    assert [done[i].verdict for i in range(4)] == ["held", "fault", "held", "held"]
    assert done[1].failures == ["its process ended without an answer"]
    assert done[1].exit_code == 70


def test_a_fault_is_told_in_a_line(dantzig, monkeypatch):
    """And other scenarios are checked all the same."""

    def broken(*_):
        raise ZeroDivisionError("by nothing")

    path = dantzig("{objective: 1}")
    monkeypatch.setattr("planner.check.one.solve", broken)
    outcome = check_file(path)
    assert (outcome.verdict, outcome.exit_code) == ("fault", 70)
    assert outcome.failures == ["a fault of the planner: ZeroDivisionError: by nothing"]
    assert "Traceback" in check_file(path, How(verbose=True)).failures[0]


def test_standard_output_holds_one_document(planner, dantzig):
    """JSON or XML, not both."""
    path = dantzig("{objective: 153.675}")
    done = planner("check", path, "--json", "--junit", "-")
    assert (done.code, done.json["status"]) == (2, "error")
    assert ET.fromstring(planner("check", path, "--junit", "-").out.encode()).get("tests") == "1"


def test_interrupted_what_is_done_is_kept(planner, dantzig, monkeypatch, tmp_path):
    """130, with the scenario that was done in the JUnit file."""
    first, second = dantzig("{objective: 153.675}"), dantzig("{objective: 153.675}", "second.yaml")

    def interrupted(file, how):
        if Path(file) == second:
            raise KeyboardInterrupt
        return check_file(file, how)

    monkeypatch.setattr(pool, "check_file", interrupted)
    done = planner("check", first, second, "-j1", "--junit", tmp_path / "out.xml", "--json")
    assert (done.code, done.json["status"], done.json["not_checked"]) == (130, "interrupted", 1)
    assert len(ET.parse(tmp_path / "out.xml").findall(".//testcase")) == 1


def test_interrupted_side_by_side(dantzig, tmp_path):
    """Ctrl-C ends the processes, although they would work for half a minute yet."""
    long = ROOT / "scenarios" / "sora-mainstream-open.yaml"
    process = spawn("check", long, dantzig("{objective: 153.675}"), "-j2", "--json")
    while len(children(process.pid)) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, out
    assert "interrupted" in err
    assert json.loads(out)["status"] == "interrupted"


def children(number):
    """Return the numbers of the processes that a process has started."""
    return [n for path in Path(f"/proc/{number}/task").glob("*/children") for n in path.read_text().split()]
