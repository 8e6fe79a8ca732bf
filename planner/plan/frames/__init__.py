"""The tables of a plan, read off the solution block by block."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from planner.plan.frames import fleets, links, money, places, work
from planner.plan.frames.reader import Reader, picked

__all__ = ["MAKERS", "Reader", "picked"]


def _commitments(reader: Reader) -> pd.DataFrame:
    """Minimum commitments that are made."""
    return reader.frame(reader.model.commit, "made")[0].drop(columns="made")


MAKERS: dict[str, Callable[[Reader], pd.DataFrame]] = {
    "demand": work.demand,
    "additions": fleets.additions,
    "fleet": fleets.fleet,
    "run": work.run,
    "served": work.served,
    "unmet": work.unmet,
    "sites": places.sites,
    "power": places.power,
    "links": links.links,
    "lit": links.lit,
    "traffic": links.traffic,
    "carbon": money.carbon,
    "cost": money.cost,
    "unit_cost": money.unit_cost,
    "campaigns": fleets.campaigns,
    "porting": fleets.porting,
    "commitments": _commitments,
    "pools": fleets.pools,
    "chains": money.chains,
    "comparisons": money.comparisons,
}
"""What draws each table, but for prices and losses, which take more than the decisions."""
