"""`planner solve` at ten thousand variables against importing its libraries and HiGHS's own solve; `planner --help`.

python -m benchmarks.start [--repeats 7]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.build import ROOT, run
from benchmarks.figures import SIZES, write

LIBRARIES = "numpy, scipy.sparse, pandas, pulp, highspy, pydantic, yaml, click, rich.console"
"""What a solve needs whoever writes it; the planner may import less, not more."""


def seconds(command: list[str]) -> float:
    """Return how long a command takes, start of the interpreter included."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ, check=False)
    took = time.perf_counter() - began
    if done.returncode not in (0, 1):  # 1: a plan with unmet demand
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return took


def main() -> None:
    """Measure each command in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder, SIZES["10k"])
        commands = {
            "python starts": [sys.executable, "-c", "pass"],
            "libraries": [sys.executable, "-c", f"import {LIBRARIES}"],
            "planner --help": [sys.executable, "-m", "planner", "--help"],
            "planner solve": [sys.executable, "-m", "planner", "solve", str(folder / "scenario.yaml")],
        }
        times: dict[str, list[float]] = {name: [] for name in [*commands, "HiGHS solves"]}
        for _ in range(repeats):
            for name, command in commands.items():
                times[name].append(seconds(command))
            parts = run("raw", folder, "10k")["seconds"]
            times["HiGHS solves"].append(parts["to HiGHS"] + parts["solve"])
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        print(f"{name:16}{median:8.3f} s")
    floor = medians["libraries"] + medians["HiGHS solves"]
    print(f"planner solve / (libraries + HiGHS solves): {medians['planner solve'] / floor:.2f}")


if __name__ == "__main__":
    main()
