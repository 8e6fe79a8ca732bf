"""HiGHS made and run: silent, and with any number of threads, whatever was run before."""

from __future__ import annotations

import subprocess
import sys

import highspy
import pytest

from planner.solver.handle import run_here, silent
from planner.solver.highs import load
from tests.whatif.test_proof import by_hand

SOLVED = """
import planner
planner.solve("scenarios/transport.yaml")
"""


def test_it_prints_nothing():
    """In a process of its own, since HiGHS greets once in each."""
    done = subprocess.run([sys.executable, "-c", SOLVED], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr == ""


@pytest.mark.parametrize("others", [0, 2])
def test_whoever_ran_before(others):
    """HiGHS refuses one thread where it has run with another number in this thread; `run_here` does not."""
    highspy.Highs.resetGlobalScheduler(True)
    other = silent()
    other.setOptionValue("threads", others)
    load(other, by_hand())
    other.run()
    handle = silent()
    handle.setOptionValue("threads", 1)
    load(handle, by_hand())
    assert run_here(handle) == highspy.HighsStatus.kOk
    assert handle.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert handle.getInfo().objective_function_value == 29
