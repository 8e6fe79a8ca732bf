"""Processes of `planner check` do not outlive it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, spawn
from tests.sweep.test_folder import children_of


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_workers_end_with_the_command():
    """SIGTERM in the middle of solving the backbone: both workers are gone soon after."""
    names = ("backbone", "siting-europe")
    process = spawn("check", *(ROOT / "scenarios" / f"{name}.yaml" for name in names), "-j", 2, "-q")
    end, children = time.monotonic() + 60, set[int]()
    while len(children) < 2 and time.monotonic() < end:
        children = children_of(process.pid)
        time.sleep(0.1)
    assert len(children) == 2
    time.sleep(2)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    while any(Path(f"/proc/{child}/exe").exists() for child in children) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [child for child in children if Path(f"/proc/{child}/exe").exists()]
