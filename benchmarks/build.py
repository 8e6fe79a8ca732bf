"""Time and peak memory of building and reading plans: this planner, raw arrays into highspy, and linopy, in one run.

    python -m benchmarks.build [--sizes 10k 100k 1M] [--repeats 3] [--folder KEPT] [--cpu]

Each contender runs in a process of its own, the contenders in turn, and what is printed are medians. See README.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import SIZES, write
from benchmarks.measure import CLOCK

ROOT = Path(__file__).resolve().parent.parent
CONTENDERS = ("raw", "planner", "linopy")
WARM = ("1M",)
"""Sizes at which all contenders start from the optimal basis, found once by the raw arrays."""

PARTS = ("read", "inputs", "build", "to HiGHS", "record", "extract")
"""Parts that are added up, as README.md says what each is."""
APART = ("solve", "limits", "proof", "text", "write", "PuLP")
"""Parts that are stated apart."""

SAME = 1e-7
CPU = "--cpu"


def run(contender: str, folder: Path, size: str, *more: str) -> dict[str, Any]:
    """Run a contender in a process of its own and return what it measured."""
    command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.with_{contender}", str(folder), size, *more]
    env = {**os.environ, CLOCK: "cpu" if CPU in sys.argv else "wall"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    if done.returncode:
        raise SystemExit(f"{contender} at {size} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def contenders() -> list[str]:
    """Return the contenders that are installed."""
    return [name for name in CONTENDERS if name != "linopy" or importlib.util.find_spec("linopy")]


def compare(size: str, folder: Path, repeats: int) -> dict[str, dict[str, Any]]:
    """Return the medians of each contender at one size, having checked that all found the same optimum."""
    write(folder, SIZES[size])
    if size not in WARM:
        (folder / "optimal.bas").unlink(missing_ok=True)
    elif not (folder / "optimal.bas").exists():
        print(f"{size}: finding the basis to start from", flush=True)
        run("raw", folder, size, "--keep-basis")
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders()}
    for _ in range(repeats):
        for name, runs in found.items():
            runs.append(run(name, folder, size))
    best = found["raw"][0]
    for name, runs in found.items():
        for one in runs:
            same = math.isclose(one["objective"], best["objective"], rel_tol=SAME)
            assert same, f"{name} found {one['objective']}, not {best['objective']}"
            assert (one["columns"], one["rows"]) == (best["columns"], best["rows"]), f"{name} has another programme"
    return {name: _median(runs) for name, runs in found.items()}


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    parts = dict.fromkeys(part for one in runs for part in one["seconds"])
    seconds = {part: statistics.median(one["seconds"].get(part, 0.0) for one in runs) for part in parts}
    total = statistics.median(sum(one["seconds"].get(part, 0.0) for part in PARTS) for one in runs)
    peaks = {key: statistics.median(one[key] for one in runs) for key in runs[0] if key.endswith("_mb")}
    return {**runs[0], **peaks, "seconds": seconds, "total": total}


def show(size: str, medians: dict[str, dict[str, Any]]) -> None:
    """Print the table of one size."""
    raw = medians["raw"]
    floor, with_text = raw["total"], raw["total"] - raw["seconds"]["extract"] + raw["seconds"]["text"]
    started = "from the optimal basis" if size in WARM else "cold"
    unit = "seconds of the processor" if CPU in sys.argv else "seconds"
    print(f"\n{size}: {raw['columns']:,} columns, {raw['rows']:,} rows; {unit}; solved {started}")
    print("".join(f"{head:>9}" for head in ("", *PARTS, "total", "x raw", "x text", *APART, "peak MB")))
    for name, one in medians.items():
        cells = [_cell(one, part) for part in PARTS]
        cells += [f"{one['total']:.3f}", f"{one['total'] / floor:.2f}", f"{one['total'] / with_text:.2f}"]
        cells += [*(_cell(one, part) for part in APART), f"{one['peak_mb']:,.0f}"]
        print("".join(f"{cell:>9}" for cell in (name, *cells)))
    planned = medians["planner"]
    limits, pulp = planned["seconds"]["limits"], planned["seconds"]["PuLP"]
    ratios = [(planned["total"] + more) / floor for more in (0.0, limits, limits + pulp)]
    print("planner x raw: {:.2f}; with its limits {:.2f}; loaded into PuLP as well {:.2f}".format(*ratios))
    print(f"planner's peak once written: {planned['written_mb']:,.0f} MB; once in PuLP: {planned['pulp_mb']:,.0f} MB")
    sys.stdout.flush()


def _cell(one: dict[str, Any], part: str) -> str:
    return f"{one['seconds'][part]:.3f}" if part in one["seconds"] else "-"


def main() -> None:
    """Run the comparison at the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=["10k", "100k", "1M"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep the files (and the basis of the largest) here")
    parser.add_argument(CPU, action="store_true", help="count seconds of the processor, where a machine is busy")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for size in given.sizes:
            show(size, compare(size, (given.folder or Path(temporary)) / size, given.repeats))


if __name__ == "__main__":
    main()
