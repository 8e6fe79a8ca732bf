"""Capacitated facility location (CFLP), solved exactly.

Choose which sites to open and how to serve every region from the open ones:

    minimise    sum_s f_s y_s + sum_sr c_sr x_sr
    subject to  sum_s x_sr = 1                  for each region r      (demand)
                sum_r d_r x_sr <= q_s y_s       for each site s        (capacity)
                0 <= x_sr <= y_s                for each pair          (linking, the strong form)
                sum_s y_s <= p                  on request             (number of sites)
                y_s in {0, 1}                   1 for sites given open

The way taken is Benders decomposition (Fischetti, Ljubic and Sinnl 2016) whose cuts are Lagrangian ones (Van Roy's
cross decomposition 1986): any prices `u` of the demand rows bound the cost of serving all regions from below by

    eta >= sum_r u_r + sum_s v_s(u) y_s,   v_s(u) = min { sum_r (c_sr - u_r) x_r : sum_r d_r x_r <= q_s, 0 <= x <= 1 }

where `v_s` is a continuous knapsack. A subgradient method on the Lagrangian dual finds good prices fast, they become
the first cuts of a small master programme in `y` and `eta`, an allocation programme kept alive in HiGHS makes more of
them (and evaluates plans), and a branch and bound on the master closes the gap.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.facility.branch import branch
from planner.facility.instance import Bools, Floats, InfeasibleError, Instance
from planner.facility.lagrangian import lagrangian
from planner.facility.plans import improve
from planner.facility.root import root
from planner.facility.scaled import Scaled, scaled
from planner.facility.search import Search, Watcher


@dataclass(frozen=True)
class Result:
    """A plan with its proof.

    Attributes
    ----------
    open
        Whether each site is open.
    assign
        Share of each region's demand that each site serves, sites by regions.
    objective
        Cost of the plan; infinite where the time ended before there was one.
    bound
        Proven lower bound of the cost of every plan.
    gap
        `(objective - bound) / max(abs(objective), tiny)`, zero or more.
    closed
        Whether the search came to its end: the gap that was asked for is proven.
    seconds
        Time that each part took.
    brought
        What each part brought: bounds, plans, fixed sites, cuts and nodes, in the order of the log.
    """

    open: Bools
    assign: Floats
    objective: float
    bound: float
    gap: float
    closed: bool
    seconds: dict[str, float]
    brought: dict[str, float]


def solve_cflp(
    instance: Instance,
    *,
    gap: float = 1e-6,
    time_limit: float = 600.0,
    start: Bools | None = None,
    log: Callable[[str], None] | None = None,
    watch: Watcher | None = None,
) -> Result:
    """Solve the capacitated facility location problem to a proven gap.

    Parameters
    ----------
    instance
        The problem.
    gap
        Relative gap at which a plan counts as optimal.
    time_limit
        Seconds after which the best plan so far is returned with its gap.
    start
        A plan to begin with.
    log
        Called with a line of text by each part.
    watch
        Called often with the best cost and the bound so far; the search ends early where it returns True.

    Raises
    ------
    InfeasibleError
        If no set of sites can serve all regions.
    """
    began = time.perf_counter()
    data = scaled(instance)
    if data.regions == 0:
        return _nothing_to_serve(data)
    search = Search(data, gap, began + time_limit, log, watch)
    _search(search, start)
    if np.isfinite(search.best):
        result = _result(search, instance)
    elif search.late():
        nothing = np.zeros(data.sites, dtype=bool), np.zeros((data.sites, data.regions))
        result = Result(*nothing, np.inf, search.bound / data.scale, np.inf, False, search.seconds, search.brought)
    else:
        raise InfeasibleError("no set of sites can serve all regions")
    search.seconds["total"] = time.perf_counter() - began
    return result


def _search(search: Search, start: Bools | None) -> None:
    """Run the parts in turn, until the gap is proven or the time is over."""

    def part(name: str, work: Callable[[], None]) -> None:
        if search.bound < search.target() and (name == "lagrangian" or not search.late()):
            tick = time.perf_counter()
            work()
            search.seconds[name] = time.perf_counter() - tick
            search.tell(name)

    part("lagrangian", lambda: lagrangian(search, 250, start))
    part("root", lambda: root(search, 200))
    part("improve", lambda: improve(search, 80))
    part("branch", lambda: branch(search))


def _result(search: Search, instance: Instance) -> Result:
    """Return the best plan with its allocation, in the instance's own costs."""
    assert search.allocation is not None
    scale = search.data.scale
    served = search.allocation.serve(search.plan.astype(np.float64))
    objective = float(instance.fixed[search.plan].sum()) + served.cost / scale
    bound = min(search.bound / scale, objective)
    return Result(
        open=search.plan,
        assign=search.allocation.shares(),
        objective=objective,
        bound=bound,
        gap=max(0.0, objective - bound) / max(abs(objective), 1e-300),
        closed=search.bound >= search.target(),
        seconds=search.seconds,
        brought=search.brought,
    )


def _nothing_to_serve(data: Scaled) -> Result:
    """Return the plan without regions: open what pays by itself."""
    order = np.argsort(np.where(data.given, np.inf, data.fixed), kind="stable")
    order = order[: max(data.most - int(data.given.sum()), 0)]
    plan = data.given.copy()
    plan[order[data.fixed[order] < 0.0]] = True
    objective = float(data.fixed[plan].sum()) / data.scale
    return Result(plan, np.zeros((data.sites, 0)), objective, objective, 0.0, True, {}, {})
