"""A thousand sampled what-ifs of the flagship, by processes: how long from the call to the table.

python -m benchmarks.sweep [--samples 1000] [--jobs 1 2] [--check 10]

Supply, prices and power are drawn together from a Latin hypercube. Some of the points are solved again by themselves,
from scratch, and must have the same objective to 1e-9 of it; how long those take is the price of a sweep without starts.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import planner

ROOT = Path(__file__).resolve().parent.parent

SAMPLE = {
    "offers.*.price_per_unit": {"uniform": ["*0.7", "*1.3"]},
    "supply.*.units": {"lognormal": ["*1", "*0.3"]},
    "sites.*.power_mw": {"triangular": ["*0.8", "*1", "*1.5"]},
}
OUTPUTS = ("cost[penalty]", "fleet.h100-sxm", "served[video]")


def checked(scenario: planner.Scenario, frame, count: int) -> float:
    """Return the mean seconds of a cold solve, after comparing some points with theirs."""
    session, seconds = planner.what_if(scenario), 0.0
    chosen = random.Random(0).sample(range(len(frame)), count)
    columns = [f"times {path}" for path in SAMPLE]
    for number in chosen:
        factors = frame.loc[number, columns]
        changes = {path: f"*{factor!r}" for path, factor in zip(SAMPLE, map(float, factors), strict=True)}
        changed = session.scenario({**changes, "report.earliest_date": False})
        began = time.perf_counter()
        plan = planner.solve(changed)
        seconds += time.perf_counter() - began
        found = float(frame.loc[number, "objective"])
        if plan.objective is None or abs(found - plan.objective) > 1e-9 * abs(plan.objective):
            raise SystemExit(f"point {number}: {found} in the sweep, {plan.objective} alone")
    return seconds / max(1, count)


def main() -> None:
    """Sweep with each number of processes and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--check", type=int, default=10)
    parser.add_argument("--scenario", default=str(ROOT / "scenarios" / "sora-mainstream.yaml"))
    given = parser.parse_args()
    scenario = planner.load(given.scenario)
    frame = None
    for jobs in given.jobs:
        began = time.perf_counter()
        found = planner.sweep(scenario, sample=SAMPLE, samples=given.samples, outputs=OUTPUTS, jobs=jobs)
        took = time.perf_counter() - began
        frame = found.frame
        counts = ", ".join(f"{count:,} {status}" for status, count in found.counts.items())
        print(
            f"{given.samples:,} points, {jobs} processes: {took:.1f} s, {took / given.samples * 1e3:.0f} ms a point ({counts})"
        )
    if frame is not None and given.check:
        alone = checked(scenario, frame, min(given.check, len(frame)))
        print(f"{given.check} points alone, from scratch: {alone * 1e3:.0f} ms each, the same objectives to 1e-9")


if __name__ == "__main__":
    main()
