"""A sweep that was interrupted goes on: nothing that is done is lost, or done again."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

import planner
from planner.errors import InputError
from planner.plan.files import read
from planner.planning import Request
from tests.cli.conftest import spawn
from tests.sweep.conftest import CHICAGO, TOPEKA, TRANSPORT, by_hand, transport

DEMANDS = [100.0, 150.0, 200.0, 250.0, 275.0]
COUNT = 60


def sweep(folder: Path, **changes):
    return planner.sweep(**{"scenario": transport(), "vary": {TOPEKA: DEMANDS}, "folder": folder, "jobs": 1} | changes)


def lines(folder: Path) -> list[str]:
    file = folder / "points.jsonl"
    return [line for line in file.read_text().splitlines() if line.endswith("}")] if file.exists() else []


def no_solving(monkeypatch) -> None:
    monkeypatch.setattr("planner.sweeps.work.Worker.solve", lambda *_: pytest.fail("solved again"))


def test_a_finished_sweep_is_read_back_without_solving(tmp_path, monkeypatch):
    """The same table to the last bit, times included."""
    first = sweep(tmp_path / "s")
    no_solving(monkeypatch)
    assert sweep(tmp_path / "s").frame.equals(first.frame)


def test_the_order_of_the_journal_is_of_no_account(tmp_path, monkeypatch):
    """Points end in any order; the table is in that of their numbers."""
    first = sweep(tmp_path / "s")
    journal = tmp_path / "s" / "points.jsonl"
    journal.write_text("".join(reversed(journal.read_text().splitlines(keepends=True))))
    no_solving(monkeypatch)
    assert sweep(tmp_path / "s").frame.equals(first.frame)


@pytest.mark.parametrize("cut", [1, 2, 30, -1])
def test_a_torn_last_line_costs_that_point_alone(tmp_path, cut):
    """Whatever is left of the line: the others are kept as they are, and the file is whole again."""
    sweep(tmp_path / "s")
    journal = tmp_path / "s" / "points.jsonl"
    before = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(before[:-1]) + before[-1][:-1][:cut])
    again = sweep(tmp_path / "s")
    assert list(again.frame["objective"]) == pytest.approx([by_hand(topeka=d) for d in DEMANDS], rel=1e-9)
    after = journal.read_bytes().splitlines(keepends=True)
    assert after[: len(before) - 1] == before[:-1]
    assert json.loads(after[-1])["point"] == json.loads(before[-1])["point"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scenario": transport().replace({CHICAGO: 0.2})}, "another scenario"),
        ({"vary": {TOPEKA: DEMANDS[:-1]}}, "other points"),
        ({"vary": {CHICAGO: DEMANDS}}, "other inputs"),
        ({"vary": None, "tornado": {TOPEKA: [100, 275]}}, "another kind"),
        ({"outputs": ["cost"]}, "other outputs"),
        ({"request": Request(gap=0.1)}, "other options"),
        ({"plans": True}, "plans kept"),
    ],
)
def test_the_folder_of_another_sweep_is_refused_and_left_as_it_is(tmp_path, changes, words):
    """Each difference is said, before anything is solved or written."""
    folder = tmp_path / "s"
    sweep(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError, match=words):
        sweep(folder, **changes)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "text"),
    [("sweep.json", "{}"), ("sweep.json", "not JSON"), ("points.jsonl", ""), ("points.csv", "mine")],
)
def test_files_that_are_no_sweep_s_are_not_written_over(tmp_path, name, text):
    """A folder with such a name in it was someone else's."""
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="folder"):
        sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_no_folder(tmp_path):
    """Refused with its name."""
    (tmp_path / "s").write_text("")
    with pytest.raises(InputError, match="is no folder"):
        sweep(tmp_path / "s")


def test_a_folder_in_use_is_refused(tmp_path):
    """Two sweeps at once would write over each other."""

    def within(done: int, _: int) -> None:
        if done == 1:
            with pytest.raises(InputError, match="in use"):
                sweep(tmp_path / "s")

    sweep(tmp_path / "s", progress=within)


def test_plans_are_kept_with_their_points(tmp_path, monkeypatch):
    """Each is the plan that solving the point alone gives; a plan that was taken away is made again."""
    folder = tmp_path / "s"
    frame = sweep(folder, plans=True).frame
    plans = sorted((folder / "plans").iterdir())
    assert [path.name for path in plans] == [f"point-{number}.json" for number in range(len(DEMANDS))]
    for path, demand, objective in zip(plans, DEMANDS, frame["objective"], strict=True):
        plan = read(path)
        assert plan.scenario_hash == transport().replace({TOPEKA: demand}).hash
        assert plan.objective == objective
    plans[2].unlink()
    sweep(folder, plans=True)
    assert plans[2].exists()
    no_solving(monkeypatch)
    sweep(folder, plans=True)


def test_a_fault_is_told_and_tried_again(tmp_path, monkeypatch):
    """A point at which the planner failed is no result: the next run solves it."""
    with monkeypatch.context() as patch:
        patch.setattr("planner.whatif.session.Session.answer", lambda *_: 1 / 0)
        frame = sweep(tmp_path / "s").frame
    assert set(frame["status"]) == {"fault"}
    assert frame["message"].str.contains("ZeroDivisionError").all()
    assert set(sweep(tmp_path / "s").frame["status"]) == {"optimal"}


def command(folder: Path) -> list[str]:
    return ["sweep", str(TRANSPORT), "--vary", f"{TOPEKA}=100:275:{COUNT}", "-o", str(folder), "-j", "2"]


def started(folder: Path):
    """Return the command, running, with some points done and others not."""
    process = spawn(*command(folder), start_new_session=True)
    end = time.monotonic() + 60
    while len(lines(folder)) < 5:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    return process


def finished_by_hand(folder: Path) -> None:
    """See that the sweep, run again, has every point once, each as it was where it was done."""
    before = lines(folder)
    assert 5 <= len(before) < COUNT
    text = f"100:275:{COUNT}"
    from planner.errors import Place
    from planner.sweeps.reading import values_of

    demands = values_of(text, Place("test"))
    frame = sweep(folder, vary={TOPEKA: demands}).frame
    after = lines(folder)
    assert after[: len(before)] == before
    assert sorted(json.loads(line)["point"] for line in after) == list(range(COUNT))
    assert list(frame["objective"]) == pytest.approx([by_hand(topeka=demand) for demand in demands], rel=1e-9)


def children_of(process: int) -> set[int]:
    found = set()
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        found |= {int(child) for child in task.read_text().split()}
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_sweep_that_is_killed_goes_on_and_leaves_no_process(tmp_path):
    """Kill -9 in the middle: what is done stays, its processes end by themselves, the next run does the rest."""
    folder = tmp_path / "s"
    process = started(folder)
    children = children_of(process.pid)
    process.kill()
    process.communicate()
    end = time.monotonic() + 20
    while any(Path(f"/proc/{child}/exe").exists() for child in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [child for child in children if Path(f"/proc/{child}/exe").exists()]
    finished_by_hand(folder)


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(tmp_path):
    """Ctrl-C reaches the whole group, as in a terminal: one message, no traceback."""
    import os

    folder = tmp_path / "s"
    process = started(folder)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    done = len(lines(folder))
    assert err == (
        f"planner: interrupted: {done} of {COUNT} points are done and kept in {folder}; the same command goes on\n"
    )
    finished_by_hand(folder)
