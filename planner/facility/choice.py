"""The choice of sites in the Lagrangian relaxation: least cost under the total-capacity row (its linear relaxation)."""

from __future__ import annotations

import numpy as np

from planner.facility.instance import Bools, Floats
from planner.facility.scaled import HELD


def choose(w: Floats, q: Floats, need: float, most: int) -> tuple[float, Floats, Floats]:
    """Minimise `w @ y` over `q @ y >= need`, `sum(y) <= most`, `0 <= y <= 1`: value, `y` and reduced costs."""
    if most <= 0:
        return np.inf if need > 0.0 else 0.0, np.zeros(len(w)), np.zeros(len(w))
    mu, theta = 0.0, 0.0
    y = (w < 0.0).astype(np.float64)
    if y.sum() <= most and q @ y >= need * (1.0 - HELD):
        return float(w @ y), y, w
    if len(w) <= most:
        ratio = np.where(q > 0, w / np.maximum(q, 1e-300), np.inf)
        order = np.argsort(ratio, kind="stable")
        reached = np.cumsum(q[order])
        k = min(int(np.searchsorted(reached, need * (1.0 - HELD))), len(w) - 1)
        mu = max(float(ratio[order[k]]), 0.0) if np.isfinite(ratio[order[k]]) else 0.0
        y[order[:k]] = 1.0
        y[order[k]] = min(1.0, (need - (reached[k] - q[order[k]])) / max(q[order[k]], 1e-300))
    else:
        mu, y = _two_rows(w, q, need, most)
    reduced = w - mu * q
    if len(w) > most:
        theta = max(0.0, -float(np.partition(reduced, most)[most])) if most < len(w) else 0.0
        theta = max(theta, 0.0)
    reduced = reduced + theta
    return float(np.minimum(reduced, 0.0).sum() + mu * need - theta * most), y, reduced


def _two_rows(w: Floats, q: Floats, need: float, most: int) -> tuple[float, Floats]:
    """Price of the total-capacity row when at most `most` sites open, by bisection, and the choice there."""

    def chosen(mu: float) -> Bools:
        reduced = w - mu * q
        pick = np.zeros(len(w), dtype=bool)
        pick[np.argsort(reduced, kind="stable")[:most]] = True
        return pick & (reduced < 0.0)

    low, high = 0.0, 1.0 + 2.0 * float(np.abs(w).max()) / max(float(q.max()), 1e-300)
    if q @ chosen(0.0) >= need * (1.0 - HELD):
        return 0.0, chosen(0.0).astype(np.float64)
    for _ in range(60):
        if q @ chosen(high) >= need * (1.0 - HELD):
            break
        high *= 4.0
    for _ in range(50):
        mid = 0.5 * (low + high)
        low, high = (low, mid) if q @ chosen(mid) >= need * (1.0 - HELD) else (mid, high)
    few, many = chosen(low), chosen(high)
    short, long = float(q @ few), float(q @ many)
    share = (need - short) / (long - short) if long > short else 1.0
    return high, (1.0 - share) * few + share * many
