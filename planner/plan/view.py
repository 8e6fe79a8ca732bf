"""A plan as its summaries look at it: periods in order, labels in place of names, hours of slices, shares of work."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.plan.plan import Plan
from planner.scenario.horizon import Horizon, calendar

if TYPE_CHECKING:
    import pandas as pd


type Record = dict[str, Any]
"""A row of a table: its values by column."""


def is_bought(run: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows of the table `run` are work that is bought, without devices of the plan's own."""
    return run["device"].isna() | (run["device"] == "")


def records(frame: pd.DataFrame) -> list[Record]:
    """Return the rows of a table as plain data."""
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def highest(rows: list[Record], column: str) -> Record:
    """Return the first of the rows with the greatest value, whatever rounding makes of equal ones."""
    return max(rows, key=lambda row: float(f"{row[column]:.6g}"))


class View:
    """What summaries read of a plan."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.scenario = plan.scenario
        self.currency = plan.currency

    def things(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the named things of a kind, such as devices, as the scenario has them."""
        found: Mapping[str, Mapping[str, Any]] = self.scenario.get(kind, {})
        return found

    def label(self, kind: str, name: str) -> str:
        """Return how a thing is called: its label, or its name."""
        return str(self.things(kind).get(name, {}).get("label") or name)

    def unit(self, workload: str) -> str:
        """Return the unit of a workload."""
        return str(self.things("workloads").get(workload, {}).get("unit", "unit"))

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """Names of the periods, in order."""
        return calendar(Horizon.model_validate(self.scenario["horizon"])).names

    @cached_property
    def period_rank(self) -> dict[str, int]:
        """Position of each period."""
        return {name: t for t, name in enumerate(self.periods)}

    @cached_property
    def workloads(self) -> list[str]:
        """Workloads with demand, the most valuable first."""
        named = self.things("workloads")
        weights = {w: weight for w, weight in self.plan.weights.items() if w in named}
        return sorted(weights, key=lambda w: (-weights[w], w))

    @cached_property
    def priced_workload(self) -> str | None:
        """Workload whose cost per unit leads: the one that the scenario names, or the only one."""
        named = self.scenario.get("report", {}).get("unit_cost")
        if named:
            return str(named)
        return self.workloads[0] if len(self.workloads) == 1 else None

    def total(self, kind: str | None = None, column: str = "discounted") -> float:
        """Return the cost of all kinds, or of one, in money of the base date ("paid": not discounted)."""
        cost = self.plan.cost
        chosen = cost if kind is None else cost[cost["kind"] == kind]
        return float(chosen[f"{column}_{self.currency}"].sum())

    @cached_property
    def work(self) -> pd.DataFrame:
        """Work done by period, workload, site and what does it (`by`: a device, or an offer that sells work), units."""
        served, run = self.plan.served, self.plan.run
        busy = served[served["served_units_per_hour"] > 0]
        hours = (
            (busy["served_units"] / busy["served_units_per_hour"])
            .groupby([busy["period"], busy["slice"]])
            .first()
            .rename("hours")
        )
        done = run.merge(hours.reset_index(), on=["period", "slice"], how="inner")
        sold = is_bought(done)
        done["by"] = done["offer"].where(sold, done["device"])
        done["kind"] = ["offers" if is_sold else "devices" for is_sold in sold]
        done["units"] = done["work_units_per_hour"] * done["hours"]
        keys = ["period", "workload", "site", "kind", "by"]
        return done.groupby(keys)["units"].sum().reset_index()

    def shares(self, frame: pd.DataFrame, by: str) -> list[tuple[str, float]]:
        """Return what share of the work in a frame each entry of a column did, the largest first."""
        units = frame.groupby(by)["units"].sum()
        whole = float(units.sum())
        found = [(str(name), float(value) / whole) for name, value in units.items() if value > 0] if whole else []
        return sorted(found, key=lambda pair: (-round(pair[1], 9), pair[0]))

    @cached_property
    def peak_power(self) -> tuple[float, str]:
        """Greatest power drawn by all sites together, MW, and the first period it is drawn in."""
        by = self.plan.sites.groupby("period")["power_used_mw"].sum()
        if by.empty or by.max() <= 0:
            return 0.0, ""
        most = float(by.max())
        period = next(p for p in self.periods if p in by.index and by[p] >= most * (1 - 1e-9))
        return most, period
