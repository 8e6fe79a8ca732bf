"""The firm factor against scipy's distributions, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from planner.inputs.firm import firm_factor, firm_factors, quantile, work_factor
from planner.scenario.supply import Pool


def pool(**fields):
    return Pool(**({"nodes": 100, "availability": 0.7} | fields))


def distribution(nodes, availability, correlation):
    if correlation == 0:
        return stats.binom(nodes, availability)
    spread = (1 - correlation) / correlation
    return stats.betabinom(nodes, availability * spread, (1 - availability) * spread)


@settings(deadline=None, max_examples=60)
@given(
    nodes=st.integers(1, 3000),
    availability=st.floats(0.05, 0.999),
    confidence=st.floats(0.5, 0.9999),
    correlation=st.sampled_from([0.0, 0.01, 0.2, 0.9]),
)
def test_the_quantile_is_the_largest_number_that_is_there(nodes, availability, confidence, correlation):
    """At least Q are there with the confidence, and Q + 1 are not (scipy.stats.binom, betabinom)."""
    found = quantile(nodes, availability, confidence, correlation)
    there = distribution(nodes, availability, correlation)
    assert there.sf(found - 1) >= confidence - 1e-7
    assert found == nodes or there.sf(found) <= confidence + 1e-7


@pytest.mark.parametrize(
    ("nodes", "availability", "confidence", "expected"),
    [
        (1, 0.9, 0.95, 0),  # one node is not there often enough
        (1, 0.96, 0.95, 1),
        (2, 0.9, 0.95, 1),  # at least one of two: 0.99
        (2, 0.9, 0.8, 2),  # both: 0.81
        (10, 0.5, 0.95, 2),  # 1 - 11 / 1024 is above 0.95, 1 - 56 / 1024 below
        (10, 1, 0.999, 10),
        (0, 0.5, 0.95, 0),
    ],
)
def test_by_hand(nodes, availability, confidence, expected):
    """Small pools, each sum beside it."""
    assert quantile(nodes, availability, confidence) == expected


def test_a_large_pool_is_nearly_its_availability():
    """11,000 nodes at 0.7: 1.645 standard deviations (of 48) below the mean of 7,700."""
    found = firm_factor(11000, pool(nodes=11000))
    assert found == pytest.approx(0.7 - 1.645 * np.sqrt(0.21 / 11000), abs=1e-4)
    assert firm_factor(5e6, pool()) == pytest.approx(0.7, abs=1e-3)


def test_correlation_costs():
    """Outages that come together leave less that can be counted on, however large the pool."""
    alone, together = (firm_factor(5000, pool(correlation=c)) for c in (0, 0.1))
    assert together < alone
    assert together == pytest.approx(stats.beta(0.7 * 9, 0.3 * 9).ppf(0.05), abs=2e-3)


def test_parts_of_nodes_do_not_count():
    """9.9 nodes are 9; none is nothing."""
    assert firm_factor(9.9, pool()) == firm_factor(9, pool())
    assert firm_factor(0.5, pool()) == 0
    assert firm_factors(np.array([9.0, 0.0, 9.0]), pool()).tolist() == [
        firm_factor(9, pool()),
        0,
        firm_factor(9, pool()),
    ]


def test_the_useful_share_of_work():
    """Twice an hour half of an hour's work and a tenth of an hour are lost: 1 - 2 x 0.35; checked twice: half of it."""
    churning = pool(churn_per_hour=2, job_hours=0.5, restart_hours=0.1)
    assert work_factor(churning) == pytest.approx(0.3)
    checked = pool(churn_per_hour=2, job_hours=0.5, restart_hours=0.1, verification_overhead=2)
    assert work_factor(checked) == pytest.approx(0.15)
    assert work_factor(pool(churn_per_hour=2, job_hours=2)) == 0
    assert work_factor(pool()) == 1
