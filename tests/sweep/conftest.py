"""What the tests of sweeps share: Dantzig's problem, whose optimum is a formula in what is varied."""

from __future__ import annotations

from pathlib import Path

import planner as package
from tests.cli.conftest import planner as planner  # noqa: PLC0414  # the fixture that runs the command line

TRANSPORT = Path(__file__).parents[2] / "scenarios" / "transport.yaml"

CHICAGO = "workloads.cases.serving_cost.seattle.chicago"
TOPEKA = "workloads.cases.demand.by_region.topeka"
FREIGHT = "workloads.cases.serving_cost.*.*"

OPTIMUM = 153.675
"""Dantzig, 1963, chapter 3.3, thousand dollars."""


def transport() -> package.Scenario:
    """Return Dantzig's problem."""
    return package.load(TRANSPORT)


def by_hand(chicago: float = 1.0, topeka: float = 275.0) -> float:
    """Return the optimum, for `chicago` times the freight from Seattle to Chicago and this demand in Topeka.

    New York's 325 cases cost 0.225 from either plant, Chicago's 300 the cheaper of 0.153 (Seattle) and 0.162 (San
    Diego), Topeka's 0.126 (San Diego). San Diego's 600 suffice for Chicago and up to 300 in Topeka, Seattle's 350 for New
    York then.
    """
    assert topeka <= 275
    return 325 * 0.225 + 300 * min(0.153 * chicago, 0.162) + 0.126 * topeka
