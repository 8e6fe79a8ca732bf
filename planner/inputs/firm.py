"""The firm factor: how much of a pool of nodes that come and go can be counted on.

Of N nodes that are each there with probability p, at least Q are there with confidence c, where Q is the
(1 - c) quantile of the number that are there: binomial where outages are independent, beta-binomial with
intra-class correlation rho otherwise (alpha = p (1 - rho) / rho, beta = (1 - p) (1 - rho) / rho).
The firm factor is Q(N) / N; what is rented counts with it in place of an availability.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from planner.model.arrays import Floats
from planner.scenario.supply import Pool


@lru_cache(4096)  # a what-if asks for the same pools again and again
def quantile(nodes: int, availability: float, confidence: float, correlation: float = 0.0) -> int:
    """Return the largest Q such that at least Q of `nodes` are there with the stated confidence.

    Examples
    --------
    >>> quantile(10, 0.5, 0.95)
    2
    """
    if nodes <= 0 or availability >= 1:
        return max(nodes, 0)
    from scipy import special

    counts = np.arange(nodes + 1)
    choose = special.gammaln(nodes + 1) - special.gammaln(counts + 1) - special.gammaln(nodes - counts + 1)
    if correlation > 0:
        spread = (1 - correlation) / correlation
        a, b = availability * spread, (1 - availability) * spread
        logs = choose + special.betaln(counts + a, nodes - counts + b) - special.betaln(a, b)
    else:
        logs = choose + counts * np.log(availability) + (nodes - counts) * np.log1p(-availability)
    at_most = np.cumsum(np.exp(logs))  # P(X <= q); P(X >= q) = 1 - P(X <= q - 1)
    fails = at_most > (1 - confidence) * (1 + 1e-12)
    return int(np.argmax(fails)) if fails.any() else nodes


_LARGEST_COUNTED = 2_000_000
"""Above so many nodes the quantile is taken at this number: the factor no longer changes in its fourth digit."""


def firm_factor(nodes: float, pool: Pool) -> float:
    """Return Q(N) / N of a pool of `nodes` nodes (the whole number below it); 0 for an empty pool."""
    count = min(int(nodes + 1e-9), _LARGEST_COUNTED)
    return quantile(count, pool.availability, pool.confidence, pool.correlation) / count if count else 0.0


def firm_factors(nodes: Floats, pool: Pool) -> Floats:
    """Return the firm factor for each number of nodes."""
    known = {n: firm_factor(n, pool) for n in np.unique(nodes)}
    return np.array([known[n] for n in nodes])


def work_factor(pool: Pool) -> float:
    """Return the useful share of a node's work: what verification and lost jobs leave.

    (1 - churn x (job_hours / 2 + restart_hours)) / verification_overhead, not below 0: an interruption
    loses half of the unsaved work on average, and the time until the work runs elsewhere.
    """
    lost = pool.churn_per_hour * (pool.job_hours / 2 + pool.restart_hours)
    return max(0.0, 1 - lost) / pool.verification_overhead
