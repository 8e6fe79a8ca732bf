"""Facility location side by side: the planner's search, HiGHS with the textbook model, HiGHS with the strong model.

    python -m benchmarks.facility [small mid a b c ratio large] [--seeds 1] [--limit 120] [--ours 60] [--rivals ..]

Each instance is solved by the contenders one after the other, in one process and on one thread; what counts is the ratio
of the better rival's time to ours, and its median by class; `CPU s` is ours on the processor. A rival stopped by its
limit makes the ratio a floor. The classes are 16x50 (small), 50x50 (mid), 100x1000 (a, b, c, ratio) and 300x1500 (large);
see facility_instances.py.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.facility_instances import Named, beasley, ratio
from benchmarks.facility_rivals import highs
from planner.facility.solve import solve_cflp

CLASSES = ("small", "mid", "a", "b", "c", "ratio", "large")
RIVALS = ("textbook", "strong")
SAME = 2e-6
"""Relative room in which proofs of different contenders must agree."""


def instances(name: str, seeds: int) -> Iterator[Named]:
    """Yield the instances of a class."""
    for seed in range(1, seeds + 1):
        size = 1 + seed % 4
        if name == "small":
            yield from (beasley(16, 50, "a", size, seed), ratio(16, 50, 5, seed))
        elif name == "mid":
            yield from (beasley(50, 50, "c", size, seed), ratio(50, 50, 5, seed), ratio(50, 50, 15, seed))
        elif name == "ratio":
            yield from (ratio(100, 1000, r, seed) for r in (5, 10, 15, 20))
        elif name == "large":
            yield from (ratio(300, 1500, r, seed) for r in (5, 10, 20))
            yield beasley(300, 1500, "b", 1, seed)
        else:
            yield beasley(100, 1000, name, size, seed)


def compare(named: Named, ours: float, limit: float, rivals: list[str]) -> float:
    """Solve an instance by all, print a line, and return the better rival's time over ours."""
    name, instance = named
    began, worked = time.perf_counter(), time.process_time()
    mine = solve_cflp(instance, time_limit=ours)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    theirs = {rival: highs(instance, strong=rival == "strong", limit=limit) for rival in rivals}
    cells = "".join(f"{t:10.2f} {abs(value - bound) / abs(value):8.1e}" for t, value, bound in theirs.values())
    best = min((t for t, _, _ in theirs.values()), default=math.nan)
    agree = all(_agree(mine.objective, mine.bound, value, bound) for _, value, bound in theirs.values())
    note = "" if agree else "  PROOFS DISAGREE"
    print(
        f"{name:34s} {seconds:8.2f} {cpu:8.2f} {mine.gap:8.1e}{cells} {best / seconds:8.2f}  {mine.objective:.8g}{note}",
        flush=True,
    )
    return best / seconds


def _agree(value: float, bound: float, other: float, other_bound: float) -> bool:
    """Whether no contender proves another's plan impossible."""
    return other >= bound - SAME * abs(bound) and value >= other_bound - SAME * abs(other_bound)


def main() -> None:
    """Run the classes and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("classes", nargs="*", default=CLASSES, choices=[*CLASSES, CLASSES])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for each rival")
    parser.add_argument("--ours", type=float, default=60.0, help="seconds for the planner's search")
    parser.add_argument("--rivals", nargs="*", default=RIVALS, choices=RIVALS)
    asked = parser.parse_args()
    heads = "".join(f"{rival:>10s} {'gap':>8s}" for rival in asked.rivals)
    print(f"{'instance':34s} {'ours s':>8s} {'CPU s':>8s} {'gap':>8s}{heads} {'ratio':>8s}  objective")
    for name in asked.classes:
        ratios = [compare(named, asked.ours, asked.limit, asked.rivals) for named in instances(name, asked.seeds)]
        print(f"-- {name}: median ratio (better rival / ours) {median(ratios):.2f}", flush=True)


if __name__ == "__main__":
    main()
