"""The tables of a summary: what is served when, decisions, fleet, who is served by what and from where, cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.plan import words
from planner.plan.view import Record, View, records

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 12
MOST_WORKLOADS = 4
SMALL = 5e-4
"""A share below this is not worth a name."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers."""

    name: str
    right: bool = False


@dataclass(frozen=True)
class Table:
    """A table of texts."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A part of a summary: lines of text, or a table."""

    title: str
    lines: tuple[str, ...] = ()
    table: Table | None = None
    more: int = 0

    @property
    def tail(self) -> str:
        """What is said of rows that were left out."""
        return f"and {self.more:,} more" if self.more else ""


def cut(lines: list[str], most: int = MOST_ROWS) -> list[str]:
    """Return lines, cut where there are too many."""
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most:,} more."]


def section(title: str, columns: tuple[Column, ...], rows: list[tuple[str, ...]], most: int = MOST_ROWS) -> Section:
    """Return a section with a table, without columns that are empty throughout; rows beyond the most are counted."""
    shown = rows[:most]
    kept = [i for i in range(len(columns)) if any(row[i] for row in shown)]
    table = Table(tuple(columns[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in shown))
    return Section(title, table=table, more=len(rows) - len(shown))


def periods(view: View) -> list[Section]:
    """Return what is asked, served and left of each workload by period, at what cost, and by what."""
    columns = (
        Column("period"), Column("demand", right=True), Column("served", right=True), Column("unmet", right=True),
        Column("served %", right=True), Column(f"{view.currency} per unit", right=True), Column("by"),
    )  # fmt: skip
    found = []
    for workload in view.workloads[:MOST_WORKLOADS]:
        frame = view.plan.demand[view.plan.demand["workload"] == workload]
        rows = [_period_row(view, workload, row) for row in records(frame)]
        head = f"{view.label('workloads', workload)}, {view.unit(workload)}"
        part = section(head, columns, rows, len(rows))
        found.append(_thinned(part, MOST_ROWS + 4))
    left = len(view.workloads) - MOST_WORKLOADS
    if left > 0:
        found.append(Section("Other workloads", lines=(f"and {words.count(left, 'more workload')}; see --csv.",)))
    return found


def _period_row(view: View, workload: str, row: Record) -> tuple[str, ...]:
    period = str(row["period"])
    costs = view.plan.unit_cost
    cost = costs[(costs["workload"] == workload) & (costs["period"] == period)][f"cost_{view.currency}_per_unit"]
    work = view.work[(view.work["workload"] == workload) & (view.work["period"] == period)]
    unmet = float(row["unmet_units"])
    return (
        period,
        words.number(float(row["demand_units"])),
        words.number(float(row["served_units"])),
        words.number(unmet) if unmet else "",
        words.percent(float(row["served_share"])),
        words.number(float(cost.iloc[0])) if len(cost) else "",
        _shares(view.shares(work, "by"), 2),
    )


def _thinned(part: Section, most: int) -> Section:
    """Return a table by period with the middle left out where it is long: both ends of a plan matter."""
    table = part.table
    if table is None or len(table.rows) <= most:
        return part
    head, tail = most - most // 4 - 1, most // 4
    gap = (f"... {len(table.rows) - head - tail} more", *[""] * (len(table.columns) - 1))
    return Section(part.title, table=Table(table.columns, (*table.rows[:head], gap, *table.rows[-tail:])))


def _shares(shares: list[tuple[str, float]], most: int) -> str:
    named = [(name, share) for name, share in shares if share >= SMALL]
    texts = [name if share > 1 - SMALL else f"{name} {words.percent(share)}" for name, share in named[:most]]
    return ", ".join(texts) + (f", +{len(named) - most}" if len(named) > most else "")


def decisions(view: View) -> list[Section]:
    """Return what is to be ordered and opened, in the order of time."""
    columns = (
        Column("order in"), Column("arrives in"), Column("what"), Column("number", right=True),
        Column(f"price, {view.currency}", right=True), Column("where"),
    )  # fmt: skip
    rows = sorted([*_orders(view), *_openings(view), *_portings(view)], key=lambda pair: pair[0])
    return [section("What to decide, by date", columns, [row for _, row in rows])] if rows else []


type _Dated = tuple[tuple[int, int, str], tuple[str, ...]]


def _orders(view: View) -> list[_Dated]:
    """Return what arrives and when to order it, in the scenario's names: these are what its reader would change."""
    additions = view.plan.additions
    rows: list[_Dated] = []
    keys = ["order_period", "period", "offer", "device"]
    for (ordered, arrives, offer, device), group in additions.groupby(keys, sort=True):
        sites = group.groupby("site")["devices"].sum().sort_values(ascending=False, kind="stable").index
        what = f"{device} ({offer})"
        price = float(group[f"price_{view.currency}"].sum())
        row = (
            str(ordered), str(arrives), what, words.number(float(group["devices"].sum())),
            words.number(price) if price else "", words.listed([str(site) for site in sites], 2),
        )  # fmt: skip
        rows.append(((view.period_rank[str(ordered)], view.period_rank[str(arrives)], what), row))
    return rows


def _openings(view: View) -> list[_Dated]:
    rows: list[_Dated] = []
    for site in records(view.plan.sites):
        name = str(site["site"])
        modules = int(site["modules_added"])
        for happens, what, number in (
            (bool(site["opened"]), "site opens", ""),
            (bool(site["closed"]), "site closes", ""),
            (modules > 0, "power modules", words.number(modules)),
        ):
            if happens:
                rank = view.period_rank[str(site["period"])]
                rows.append(((rank, rank, f"~{what}{name}"), ("", str(site["period"]), what, number, "", name)))
    return rows


def _portings(view: View) -> list[_Dated]:
    rows: list[_Dated] = []
    for port in records(view.plan.porting):
        rank = view.period_rank[str(port["period"])]
        what = f"port {view.label('workloads', str(port['workload']))} to {port['maker']}"
        rows.append(((rank, rank, what), (str(port["period"]), "", what, "", "", "")))
    return rows


def fleet_at_end(view: View) -> list[Section]:
    """Return the devices of the last period that has any, by device."""
    fleet = view.plan.fleet
    if fleet.empty:
        return []
    period = max(fleet["period"], key=lambda name: view.period_rank[name])
    last = fleet[fleet["period"] == period]
    power = view.plan.power[view.plan.power["period"] == period].groupby("device")["power_mw"].sum()
    columns = (
        Column("device"), Column("devices", right=True), Column("at work", right=True),
        Column("H100 equivalents", right=True), Column("MW", right=True), Column("how"),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for device, group in sorted(last.groupby("device"), key=lambda pair: (-float(pair[1]["devices"].sum()), pair[0])):
        count, busy = float(group["devices"].sum()), float(group["devices_busy"].sum())
        equal = float(group["h100_equivalents"].sum(min_count=1))
        kinds = group.groupby("kind")["devices"].sum().sort_values(ascending=False, kind="stable")
        rows.append(
            (
                view.label("devices", str(device)),
                words.number(count),
                words.percent(busy / count) if count else "",
                "" if math.isnan(equal) else words.number(equal),
                words.number(float(power.get(device, 0.0))) if power.get(device, 0.0) else "",
                _shares([(str(kind), float(n) / count) for kind, n in kinds.items()], 3),
            )
        )
    return [section(f"Fleet in {period}", columns, rows)]


def sources(view: View) -> list[Section]:
    """Return who is served by what, and from where: shares of each workload's work over the horizon."""
    work = view.work
    if work.empty:
        return []
    named = work.assign(place=[view.label("sites", s) for s in work["site"]])
    called = work.assign(by=[view.label(kind, name) for kind, name in zip(work["kind"], work["by"], strict=True)])
    by = _share_table(view, called, "by", "Who is served by what, share of the work", "by")
    place = _share_table(view, named, "place", "From where, share of the work", "site")
    countries = [str(view.things("sites").get(s, {}).get("country") or "no country") for s in work["site"]]
    several = 1 < len(set(countries)) < work["site"].nunique()
    country = _share_table(view, work.assign(country=countries), "country", "From which country", "country")
    return [by, place, *([country] if several else [])]


def _share_table(view: View, work: pd.DataFrame, key: str, title: str, head: str) -> Section:
    workloads = view.workloads[:MOST_WORKLOADS]
    columns = (Column(head), *(Column(view.label("workloads", w), right=True) for w in workloads))
    shares = {w: dict(view.shares(work[work["workload"] == w], key)) for w in workloads}
    names = sorted(
        {name for found in shares.values() for name, share in found.items() if share >= SMALL},
        key=lambda name: (-round(max(found.get(name, 0.0) for found in shares.values()), 9), name),
    )
    rows = [
        (name, *(words.percent(shares[w][name]) if shares[w].get(name, 0.0) > 0 else "" for w in workloads))
        for name in names
    ]
    return section(title, columns, rows)


def costs(view: View) -> list[Section]:
    """Return the cost by kind: net present value with its share, and as it is paid."""
    cost = view.plan.cost
    if cost.empty:
        return []
    value, paid = f"discounted_{view.currency}", f"paid_{view.currency}"
    by = records(cost.groupby("kind")[[value, paid]].sum().reset_index())
    by.sort(key=lambda row: (-abs(row[value]), row["kind"]))
    whole = sum(row[value] for row in by)
    differs = any(row[value] != row[paid] for row in by)
    columns = (
        Column("kind"), Column(f"net present value, {view.currency}", right=True), Column("% of all", right=True),
        Column(f"as paid, {view.currency}", right=True),
    )  # fmt: skip
    rows = [_cost_row(row["kind"], row[value], row[paid], whole, differs) for row in by if row[value] or row[paid]]
    if len(rows) > 1:
        rows.append(_cost_row("all", whole, sum(row[paid] for row in by), whole, differs))
    return [section("Cost by kind", columns, rows, len(rows))] if rows else []


def _cost_row(kind: str, value: float, paid: float, whole: float, differs: bool) -> tuple[str, ...]:
    share = words.percent(value / whole) if whole > 0 else ""
    return kind, words.number(value), share, words.number(paid) if differs else ""
