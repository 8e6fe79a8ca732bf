"""A what-if answer of the flagship: hot in a session, cold by the planner, and written term by term in PuLP.

python -m benchmarks.whatif [--scenario FILE] [--rounds 1] [--samples 1000] [--jobs 2] [--cpu]

All contenders answer the same changes, in turn, in one run, each planner in a session (or none) of its own:

- `plan`: from the change to the plan that `Session.solve` returns: a point and its prices, proven optimal from the arrays;
  of several plans that are equally good it is settled which, and its tables are drawn, when they are looked at;
- `cells`: the same, settled, and the shares served read off its tables of demand;
- `whole`: the same and every table, price, limit and its range, the earliest date and the certificate;
- `answer`: the light answer (status, objective, shares served), ties left as they are;
- `cold`: `planner.solve` of the changed scenario, whole;
- `PuLP`: from the change as well: the inputs, which are worked out by the planner's own functions, a name for each
  variable and constraint, one variable for each column, one `LpConstraint` for each row, HiGHS as PuLP calls it, the value
  of every variable. The coefficients are given to it, no table is drawn, nothing is proven.

Optima must agree to 1e-7. `--samples` then solves that many Latin hypercube samples of several inputs at once in `--jobs`
processes.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

import planner
from benchmarks.build import ROOT
from planner.plan.plan import Plan
from planner.whatif.session import Session

FLAGSHIP = str(ROOT / "scenarios/sora-mainstream.yaml")
AGREE = 1e-7

CHANGES: tuple[dict[str, str], ...] = (
    {"supply.h100.units": "*1.1"},
    {"supply.h100.units[2025Q1]": "*2"},
    {"offers.buy-mi*.price_per_unit": "*0.8"},
    {"sites.frankfurt.power_mw[2024Q1:2024Q4]": "*0.5"},
    {"offers.neocloud-*.price_per_hour": "*1.2"},
    {"workloads.video.unmet_penalty": "+0.2"},
    {"workloads.video.base_rate": "*1.02"},
    {"workloads.*.demand.*.times": "*0.98"},
    {"money.discount_rate": "+0.01"},
    {"supply.b*.units": "*1.05", "offers.buy-h100.price_per_unit": "*0.95", "sites.dallas.power_mw": "*1.1"},
)
"""What is asked: prices, supply, power, rates, demand, penalties, one at a time and together."""

SAMPLED: dict[str, tuple[float, float]] = {
    "supply.h100.units": (0.8, 1.2),
    "supply.b*.units": (0.8, 1.2),
    "supply.mi*.units": (0.8, 1.2),
    "offers.buy-mi*.price_per_unit": (0.8, 1.2),
    "offers.neocloud-*.price_per_hour": (0.8, 1.2),
    "sites.*.power_mw": (0.95, 1.05),
    "workloads.video.base_rate": (0.95, 1.05),
}
"""Factors of the samples, uniform between two ends."""


def in_pulp(session: Session, change: dict[str, str], now: Callable[[], float]) -> tuple[float, float]:
    """Return the optimum that PuLP finds, and the seconds that it takes from the change to there, without the coefficients."""
    import pulp

    from planner.model.build import build
    from planner.planning import inputs_for

    began = now()
    inputs = inputs_for(session.scenario(change))
    took = now() - began
    built = build(inputs)
    goal = built.objective("cost")
    arrays, unit = built.finished.arrays(goal.coefficients, goal.constant)
    cost, lower, upper = arrays.cost.tolist(), arrays.lower.tolist(), arrays.upper.tolist()
    start, index, value = arrays.start.tolist(), arrays.index.tolist(), arrays.value.tolist()
    low, high = arrays.row_lower.tolist(), arrays.row_upper.tolist()
    began = now()
    columns, rows = arrays.column_names(), arrays.row_names()
    problem = pulp.LpProblem("plain", pulp.LpMinimize)
    x = [
        problem.add_variable(name, least, None if most == np.inf else most)
        for name, least, most in zip(columns, lower, upper, strict=True)
    ]
    problem += pulp.lpSum(c * v for c, v in zip(cost, x, strict=True) if c) + arrays.constant
    for i, name in enumerate(rows):
        terms = pulp.lpSum(value[k] * x[index[k]] for k in range(start[i], start[i + 1]))
        if low[i] == high[i]:
            problem.addConstraint(terms == low[i], name)
        elif high[i] < np.inf:
            problem.addConstraint(terms <= high[i], name)
        elif low[i] > -np.inf:
            problem.addConstraint(terms >= low[i], name)
    stats = problem.solve(pulp.HiGHS(msg=False, threads=1))
    values = [variable.value() for variable in x]
    took += now() - began
    assert stats.objective is not None
    assert len(values) == len(columns)
    return float(stats.objective) * unit, took


def compare(scenario: str, rounds: int, cpu: bool, changes: tuple[dict[str, str], ...] = CHANGES) -> dict[str, float]:
    """Print the times of each contender for each change and return their medians, after holding the optima together."""
    now = time.process_time if cpu else time.perf_counter
    sessions = {name: planner.what_if(scenario) for name in ("plan", "cells", "whole", "answer")}
    asked = contenders(sessions)
    for name in sessions:
        asked[name]({})
        asked[name]({})  # hot for the first time; none of the changes was asked before
    found: dict[str, list[float]] = {name: [] for name in (*asked, "PuLP")}
    for change in changes * rounds:
        times: dict[str, float] = {}
        values: list[float] = []
        for name, ask in asked.items():
            gc.collect()  # what another contender left is not for this one to clear away
            began = now()
            plan = ask(change)
            times[name] = now() - began
            if plan.objective is None:
                raise SystemExit(f"{change} has no plan: {plan.status}")
            values.append(plan.objective)
        gc.collect()
        value, times["PuLP"] = in_pulp(sessions["plan"], change, now)
        values.append(value)
        if max(values) - min(values) > AGREE * abs(values[0]):
            raise SystemExit(f"the optima of {change} differ: {values}")
        for name, seconds in times.items():
            found[name].append(seconds)
        print("  ".join(f"{name} {seconds:.3f}" for name, seconds in times.items()), f" {change}")
    medians = {name: statistics.median(seconds) for name, seconds in found.items()}
    print(f"medians, s: {'  '.join(f'{name} {seconds:.3f}' for name, seconds in medians.items())}")
    for name, session in sessions.items():
        ratios = f"cold {medians['cold'] / medians[name]:.1f} x, PuLP {medians['PuLP'] / medians[name]:.1f} x"
        print(f"{name}: {ratios}; {session.statistics}")
    return medians


def contenders(sessions: dict[str, Session]) -> dict[str, Callable[[dict[str, str]], Plan]]:
    """Return what solves a change, by name."""
    return {
        "plan": sessions["plan"].solve,
        "cells": lambda change: looked_at(sessions["cells"].solve(change)),
        "whole": lambda change: sessions["whole"].solve(change).whole(),
        "answer": sessions["answer"].answer,
        "cold": lambda change: planner.solve(sessions["plan"].scenario(change)),
    }


def looked_at(plan: Plan) -> Plan:
    """Return a plan after its shares served were looked at, which settles it."""
    assert plan.served_fraction is not None
    return plan


def sampled(scenario: str, number: int, jobs: int) -> float:
    """Solve Latin hypercube samples in several processes, and return the seconds that all of it takes."""
    from scipy.stats import qmc

    unit = qmc.LatinHypercube(len(SAMPLED), seed=1).random(number)
    ends = np.array(list(SAMPLED.values()))
    factors = ends[:, 0] + unit * (ends[:, 1] - ends[:, 0])
    points = [{path: f"*{factor!r}" for path, factor in zip(SAMPLED, row, strict=True)} for row in factors.tolist()]
    began = time.perf_counter()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(share, [(scenario, points[job::jobs]) for job in range(jobs)]))
    took = time.perf_counter() - began
    print(f"{number} samples in {jobs} processes: {took:.1f} s; hot, cold, failed: {np.sum(done, axis=0).tolist()}")
    return took


def share(work: tuple[str, list[dict[str, str]]]) -> tuple[int, int, int]:
    """Solve one process's part of the samples."""
    scenario, points = work
    session = planner.what_if(scenario)
    session.answer()
    for point in points:
        session.answer(point)
    statistics = session.statistics
    return statistics.hot, statistics.cold, statistics.failed


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default=FLAGSHIP)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cpu", action="store_true")
    given = parser.parse_args()
    if given.rounds:
        compare(given.scenario, given.rounds, given.cpu)
    if given.samples:
        sampled(given.scenario, given.samples, given.jobs)


if __name__ == "__main__":
    main()
