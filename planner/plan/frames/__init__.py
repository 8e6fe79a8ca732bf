"""The tables of a plan, read off the solution block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from planner.plan.frames import fleets, links, money, places, work
from planner.plan.frames.reader import Reader, picked

__all__ = ["Reader", "picked", "tables"]


def tables(reader: Reader, names: Iterable[str] | None = None) -> dict[str, pd.DataFrame]:
    """Return the tables of a plan with these names; without names every one but its prices and losses."""
    return {name: _MAKERS[name](reader) for name in (_MAKERS if names is None else names)}


def _commitments(reader: Reader) -> pd.DataFrame:
    """Minimum commitments that are made."""
    return reader.frame(reader.model.commit, "made")[0].drop(columns="made")


_MAKERS: dict[str, Callable[[Reader], pd.DataFrame]] = {
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
"""What makes each table."""
