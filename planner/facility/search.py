"""What a search knows: bounds, the best plan, cuts and the sites that are settled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planner.facility.allocation import Allocation
from planner.facility.cuts import RECENT, Cut, Cuts
from planner.facility.instance import Bools, Floats, Ints
from planner.facility.knapsacks import Knapsacks
from planner.facility.master import Master
from planner.facility.scaled import BIG, Scaled

FEASIBLE = 1e-7
"""Share of a region's demand that may stay unserved in a plan that counts as feasible."""

WITHIN = 1 - 1e-6
"""The gap is closed to a hair less than was asked for, so that rounding keeps it within."""

Watcher = Callable[[float, float], bool]
"""Told the best cost and the bound; whether to stop."""


class Search:
    """The state of one solve: bounds, best plan, cuts, clock and log."""

    def __init__(
        self,
        data: Scaled,
        gap: float,
        deadline: float,
        log: Callable[[str], None] | None = None,
        watch: Watcher | None = None,
    ) -> None:
        """Start with nothing known."""
        self.data, self.gap, self.deadline, self.log, self.watch = data, gap, deadline, log, watch
        self.knapsacks = Knapsacks(data, np.arange(data.sites))
        self.active = np.ones(data.sites, dtype=bool)
        self.must = data.given.copy()
        self.bound, self.best = -np.inf, np.inf
        self.plan = np.zeros(data.sites, dtype=bool)
        self.mean = np.zeros(data.sites)
        self.cuts = Cuts()
        self.binding = np.zeros(0, dtype=np.int64)
        self.seen: dict[bytes, float] = {}
        self.seconds: dict[str, float] = {}
        self.brought: dict[str, float] = {}
        self.allocation: Allocation | None = None
        self.flow: Allocation | None = None
        self.master: Master | None = None

    def at_root(self) -> tuple[float, Floats, float] | None:
        """Solve the master over the sites that are left, and raise the bound and fix sites by what it says.

        Returns its level, its solution and what it takes the rest to cost; None where the search is over.
        """
        assert self.master is not None
        solved = self.master.solve(self.must.astype(np.float64), self.active.astype(np.float64))
        if solved is None:
            self.raise_bound(np.inf)
            return None
        level, y, eta, reduced = solved
        self.binding = self.master.weights()[0]
        self.raise_bound(level)
        self.fix(level, reduced * (self.active & ~self.must), np.arange(self.data.sites))
        return None if self.bound >= self.target() or self.late() else (level, y, eta)

    def late(self) -> bool:
        """Whether the time is over, or whoever watches has had enough."""
        if self.watch is not None and self.watch(self.best / self.data.scale, self.bound / self.data.scale):
            self.deadline = -np.inf
        return time.perf_counter() > self.deadline

    def target(self) -> float:
        """Every bound from here on up proves the best plan."""
        return self.best - max(WITHIN * self.gap * abs(self.best), 1e-9) if np.isfinite(self.best) else np.inf

    def worth(self) -> float:
        """Only what costs less than this is a better plan; sites are fixed by it, and heuristics look below it."""
        return self.best - max(1e-9 * abs(self.best), 1e-9) if np.isfinite(self.best) else np.inf

    def raise_bound(self, level: float) -> None:
        """Take a bound of the problem without the sites fixed so far: what they hold costs `worth` or more."""
        self.bound = max(self.bound, min(level, self.worth()))

    def tell(self, part: str) -> None:
        """Note what a part brought and tell the log."""
        scale = self.data.scale
        brought = {
            "bound": self.bound / scale,
            "best": self.best / scale,
            "sites": float(self.active.sum() - self.must.sum()),
            "cuts": float(self.cuts.count),
        }
        self.brought.update({f"{part} {key}": value for key, value in brought.items()})
        if self.log is not None:
            text = ", ".join(f"{key} {value:.10g}" for key, value in brought.items())
            self.log(f"{part}: {text} [{self.seconds[part]:.2f} s]")

    def cut(self, u: Floats) -> Cut:
        """The Lagrangian cut at the prices `u`, added to the pool and the master."""
        slope = np.zeros(self.data.sites)
        slope[self.knapsacks.sites] = self.knapsacks.solve(u).value
        cut = Cut(float(u.sum()), slope, u)
        self.take(cut)
        return cut

    def take(self, cut: Cut) -> None:
        """Add a cut to the pool and the master."""
        number = self.cuts.add(cut)
        if self.master is not None:
            self.master.add(number, cut)

    def forget(self, needed: list[Ints]) -> None:
        """Forget the cuts that are neither recent, nor in the master, nor among those `needed`, nor the root's."""
        assert self.master is not None
        recent = np.arange(self.cuts.count - RECENT, self.cuts.count)
        numbers = np.concatenate([recent, self.master.numbers, self.binding, *needed])
        self.cuts.keep(np.intersect1d(numbers, np.asarray(list(self.cuts.kept))).tolist())

    def try_plan(self, plan: Bools) -> float:
        """Cost of opening `plan`, exactly; its prices become a cut, and the plan the best one if it is."""
        key = np.packbits(plan).tobytes()
        if key in self.seen:
            return self.seen[key]
        assert self.allocation is not None
        served = self.allocation.serve(plan.astype(np.float64))
        while served.unserved > FEASIBLE and self.can_serve(plan):
            self.allocation.raise_penalty()
            served = self.allocation.serve(plan.astype(np.float64))
        self.cut(served.prices)
        cost = served.cost + float(self.data.fixed[plan].sum())
        if served.unserved > FEASIBLE or plan.sum() > self.data.most:
            cost = np.inf
        self.seen[key] = cost
        if cost < self.best:
            self.best, self.plan = cost, plan.copy()
        return cost

    def can_serve(self, plan: Bools) -> bool:
        """Whether the sites of a plan can serve all regions at any cost (a maximum flow)."""
        data = self.data
        if self.flow is None:
            allowed = data.cost < BIG / 2
            site, region = np.nonzero(allowed)
            free = replace(data, cost=np.where(allowed, 0.0, BIG), fixed=np.zeros(data.sites))
            self.flow = Allocation(free, (site, region))
        return self.flow.serve(plan.astype(np.float64)).unserved <= FEASIBLE

    def fix(self, bound: float, reduced: Floats, sites: Ints) -> None:
        """Close and open for good the sites whose reduced cost proves it."""
        target = self.worth()
        closed, opened = sites[bound + reduced > target], sites[bound - reduced > target]
        self.active[closed] = False
        self.must[opened] = True
        if (self.must & ~self.active).any():  # only the best plan can be left
            self.raise_bound(target)
            self.active |= self.must
        self.knapsacks.keep(self.active[self.knapsacks.sites])
