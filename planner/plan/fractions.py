"""How much of the demand is served, as one share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.inputs.inputs import Inputs
from planner.scenario.places import GB_PER_HOUR_AND_GBPS

if TYPE_CHECKING:
    import pandas as pd


def fractions(inputs: Inputs, demand: pd.DataFrame, traffic: pd.DataFrame) -> tuple[float, float, dict[str, float]]:
    """Return the share of the demand that is served, the share that is not, and the weights of its members.

    Members are workloads, by name, and traffic between nodes, as `traffic.name`. They weigh by their demand valued at
    their mean penalty; equally where none has a penalty.
    """
    doc, time = inputs.doc, inputs.time
    asked: dict[str, float] = {}
    unmet: dict[str, float] = {}
    penalties: dict[str, Any] = {}
    for name, group in demand.groupby("workload", sort=True):
        asked[str(name)], unmet[str(name)] = float(group["demand_units"].sum()), float(group["unmet_units"].sum())
        penalties[str(name)] = doc.workloads[str(name)].unmet_penalty
    for name, group in traffic.groupby("traffic", sort=True):
        gb = time.hours * GB_PER_HOUR_AND_GBPS
        wanted = (group["demand_gbps"].to_numpy().reshape(gb.shape) * gb).sum()
        if wanted > 0:
            left = (group["unmet_gbps"].to_numpy().reshape(gb.shape) * gb).sum()
            asked[f"traffic.{name}"], unmet[f"traffic.{name}"] = float(wanted), float(left)
            penalties[f"traffic.{name}"] = doc.traffic[str(name)].unmet_penalty_per_gb
    if not asked:
        return 1.0, 0.0, {}
    weights = dict.fromkeys(asked, 1.0)
    if any(p is not None for p in penalties.values()):
        valued = {n: 0.0 if p is None else float(np.mean(time.series(p))) * asked[n] for n, p in penalties.items()}
        weights = valued if any(valued.values()) else weights
    whole = math.fsum(weights.values())
    weights = {name: weight / whole for name, weight in weights.items()}
    share = math.fsum(weight * unmet[name] / asked[name] for name, weight in weights.items())
    return 1.0 - share, share, weights
