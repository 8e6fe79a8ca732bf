"""The instance in units of its own, checked and strengthened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.facility.instance import Bools, Floats, InfeasibleError, Instance

BIG = 1e30
"""Cost of a forbidden pair inside the relaxation: finite, since inf - inf is not a number."""

HELD = 1e-9
"""Relative room by which a total capacity may miss the total demand."""


@dataclass(frozen=True)
class Scaled:
    """The instance in units of its own: costs in `1 / scale`, demand in shares of the total."""

    fixed: Floats
    capacity: Floats
    demand: Floats
    cost: Floats
    need: float
    most: int
    scale: float
    given: Bools

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.fixed)

    @property
    def regions(self) -> int:
        """Number of regions."""
        return len(self.demand)


def scaled(instance: Instance) -> Scaled:
    """Check the instance, scale it, and strengthen the total-capacity row where all capacities are equal."""
    f, q, d, c = instance.fixed, instance.capacity, instance.demand, instance.cost
    max_open = instance.max_open
    if c.shape != (len(f), len(d)) or q.shape != f.shape:
        raise ValueError("cost must be sites by regions, with one fixed cost and one capacity per site")
    if np.isnan(c).any() or not (np.isfinite(f).all() and np.isfinite(d).all()) or np.isnan(q).any():
        raise ValueError("fixed costs and demands must be finite, and nothing may be NaN")
    if (q < 0).any() or (d < 0).any() or (c == -np.inf).any():
        raise ValueError("capacities and demands must not be negative, and no cost minus infinity")
    total = float(d.sum())
    q = np.minimum(q, total) / total if total > 0 else np.minimum(q, 1.0)
    d = d / total if total > 0 else d
    if len(f) == 0 and len(d) > 0:
        raise InfeasibleError("there is no site")
    barred = ~np.isfinite(c) | ((q[:, None] <= 0.0) & (d[None, :] > 0.0))
    if barred.all(axis=0).any():
        raise InfeasibleError("a region can be served from no site")
    allowed = np.where(barred, 0.0, c)
    largest = max(float(np.abs(allowed).max(axis=0, initial=0.0).sum()), float(np.abs(f).max(initial=0.0)), 1e-300)
    scale = 1e5 / largest
    c = np.where(barred, BIG, allowed * scale)
    most = len(f) if max_open is None else min(int(max_open), len(f))
    need = 1.0 if total > 0 else 0.0
    if np.sort(q)[::-1][: max(most, 0)].sum() < need * (1.0 - HELD):
        raise InfeasibleError("the capacity of all sites that may open is less than the demand")
    positive = q[q > 0]
    if len(positive) and need > 0 and np.ptp(positive) <= 1e-12 * positive[0]:
        need = float(np.ceil(need / positive[0] - 1e-7)) * float(positive[0])
    given = np.zeros(len(f), dtype=bool) if instance.given is None else instance.given
    if given.sum() > most:
        raise InfeasibleError("more sites are open in every plan than may be open")
    return Scaled(f * scale, q, d, c, need, most, scale, given)
