"""The table of a summary on sites: when each opens and at what cost, how full it is, and which regions it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.plan import words
from planner.plan.sections import SMALL, Column, Section, section
from planner.plan.view import View, highest, is_bought, records

if TYPE_CHECKING:
    import pandas as pd

MOST_SITES = 20
MOST_REGIONS = 6


def sites(view: View) -> list[Section]:
    """Return the sites in use that are candidates or where work is sold, the busiest first, a row for each workload."""
    plan, things = view.plan, view.things("sites")
    sold = plan.run[is_bought(plan.run)]
    in_use = set(plan.sites[plan.sites["open"] > 0]["site"])
    chosen = {name for name in in_use if things.get(name, {}).get("siting") == "candidate"} | set(sold["site"])
    if not chosen:
        return []
    opened: dict[Any, str] = plan.sites[plan.sites["opened"] > 0].groupby("site")["period"].agg(", ".join).to_dict()
    power: dict[Any, float] = plan.sites.groupby("site")["power_share"].max().dropna().to_dict()
    value = f"discounted_{view.currency}"
    opening: dict[Any, float] = plan.cost[plan.cost["kind"] == "opening"].groupby("site")[value].sum().to_dict()
    units = {view.unit(workload) for workload in view.workloads}
    columns = (
        Column("site"), Column("opens in"), Column(f"opening, {view.currency}", right=True),
        Column("of its power", right=True), Column("workload"),
        Column(f"at most, {units.pop() if len(units) == 1 else 'units'}/h", right=True),
        Column("capacity", right=True), Column("full", right=True), Column("regions", right=True), Column("which, % where it is not all"),
    )  # fmt: skip
    busy: dict[str, list[tuple[float, tuple[str, ...]]]] = {name: [] for name in sorted(chosen)}
    here = plan.served[plan.served["site"].isin(chosen)]
    whole: dict[Any, float] = plan.served.groupby(["workload", "region"])["served_units"].sum().to_dict()
    for (site, workload), group in here.groupby(["site", "workload"], sort=True):
        most = float(group.groupby(["period", "slice"])["served_units_per_hour"].sum().max())
        capacity = _capacity(sold[(sold["site"] == site) & (sold["workload"] == workload)])
        regions = _regions(view, group, {region: units for (of, region), units in whole.items() if of == workload})
        label = view.label("workloads", str(workload)) if len(view.workloads) > 1 else ""
        texts = (label, words.number(most), *capacity, words.number(len(regions)), words.listed(regions, MOST_REGIONS))
        busy[str(site)].append((most, texts))
    rows: list[tuple[str, ...]] = []
    for site, lines in sorted(busy.items(), key=lambda pair: -max((most for most, _ in pair[1]), default=0.0)):
        head = (
            view.label("sites", site), opened.get(site, ""), words.number(opening[site]) if site in opening else "",
            words.percent(power[site]) if site in power else "",
        )  # fmt: skip
        for n, (_, line) in enumerate(lines or [(0.0, ("", "0", "", "", "0", ""))]):
            rows.append((*(head if n == 0 else (head[0], "", "", "")), *line))
    return [section("Sites in use", columns, rows, MOST_SITES)]


def _capacity(sold: pd.DataFrame) -> tuple[str, str]:
    """Return what is sold of a workload at a site when the most of it is used, and how much of it that is."""
    if "capacity_units_per_hour" not in sold or sold["capacity_units_per_hour"].isna().any() or sold.empty:
        return "", ""
    columns = ["work_units_per_hour", "capacity_units_per_hour"]
    at_once = sold.groupby(["period", "slice"])[columns].sum().assign(share=lambda of: of[columns[0]] / of[columns[1]])
    fullest = highest(records(at_once), "share")
    return words.number(float(fullest[columns[1]])), words.percent(float(fullest["share"]))


def _regions(view: View, group: pd.DataFrame, served: dict[str, float]) -> list[str]:
    """Return the regions that a site serves, with the share of what is served there where it is not all."""
    found = []
    for region, units in group.groupby("region", sort=True)["served_units"].sum().items():
        share = float(units) / served[str(region)]
        if share >= SMALL:
            found.append(view.label("regions", str(region)) + ("" if share > 1 - SMALL else f" {words.percent(share)}"))
    return found
