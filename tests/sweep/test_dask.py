"""Sweeps on the workers of a Dask scheduler."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed")

PROGRAM = """
from distributed import Client, LocalCluster
import planner
from tests.sweep.conftest import CHICAGO, TOPEKA, transport

def same(frame, other):
    return frame.drop(columns="seconds").equals(other.drop(columns="seconds"))

if __name__ == "__main__":
    vary = {CHICAGO: ["*0.5", "*1", "*2"], TOPEKA: [100, 275, 400]}
    here = planner.sweep(transport(), vary, jobs=1).frame
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "protocol": "tcp", "dashboard_address": None}
    with LocalCluster(**options) as cluster:
        assert same(planner.sweep(transport(), vary, executor=cluster.scheduler_address).frame, here)
        with Client(cluster) as client:
            assert same(planner.sweep(transport(), vary, executor=client).frame, here)
    print("the same")
"""


def test_a_dask_scheduler_gives_the_same_table():
    """By address and by client, over its network protocol; in a process of its own, as Dask leaves threads behind."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.stdout == "the same\n", done.stderr
