"""The tables of a summary on the network and on losses: traffic between nodes, blocks lit, full links, losses borne."""

from __future__ import annotations

import math

from planner.plan import words
from planner.plan.sections import Column, Section, section
from planner.plan.view import Record, View, highest, records

NOTHING = 1e-6
"""A share of money or traffic below this is rounding."""


def traffic(view: View) -> list[Section]:
    """Return traffic between nodes that is not all carried, or whose routes are listed."""
    table = view.plan.traffic
    columns = (
        Column("traffic"), Column("from"), Column("to"), Column("at most, Gb/s", right=True),
        Column("left behind, Gb/s", right=True), Column("worst in"), Column("routes"),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for name, group in table.groupby("traffic", sort=True):
        found = records(group)
        worst = highest(found, "unmet_gbps")
        left = float(worst["unmet_gbps"])
        is_left = left > NOTHING * float(worst["demand_gbps"])
        routes = sorted({route for row in found for route in str(row["routes"]).split("; ") if route})
        if is_left or routes:
            rows.append(
                (
                    str(name), str(worst["from"]), str(worst["to"]),
                    words.number(float(group["demand_gbps"].max())), words.number(left) if is_left else "",
                    str(worst["period"]) if is_left else "", words.listed(routes, 2),
                )
            )  # fmt: skip
    return [section("Traffic between nodes", columns, rows)] if rows else []


def lit(view: View) -> list[Section]:
    """Return the blocks of capacity that come into use on links, in the order of time."""
    links = view.things("network").get("links", {})
    columns = (Column("in"), Column("link"), Column("block"), Column("number", right=True), Column("Gb/s", right=True))
    rows: list[tuple[tuple[int, str, str], tuple[str, ...]]] = []
    for row in records(view.plan.lit):
        link, module, count = str(row["link"]), str(row["module"]), float(row["blocks"])
        size = float(links[link]["modules"][module]["gbps"])
        key = (view.period_rank[str(row["period"])], link, module)
        rows.append((key, (str(row["period"]), link, module, words.number(count), words.number(count * size))))
    rows.sort(key=lambda pair: pair[0])
    return [section("Blocks lit on links", columns, [row for _, row in rows])] if rows else []


def full_links(view: View) -> list[Section]:
    """Return the links that are full, with how many periods they are so in."""
    links = view.plan.links
    full = links[links["full"].astype(bool)]
    columns = (
        Column("link"), Column("from"), Column("to"), Column("capacity, Gb/s", right=True),
        Column("full in periods", right=True), Column("first in"),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for (link, tail, head), group in full.groupby(["link", "from", "to"], sort=True):
        when = sorted(set(group["period"]), key=lambda name: view.period_rank[name])
        capacity = words.number(float(group["capacity_gbps"].max()))
        rows.append((str(link), str(tail), str(head), capacity, words.number(len(when)), when[0]))
    rows.sort(key=lambda row: -int(row[4].replace(",", "")))
    return [section("Full links", columns, rows)] if rows else []


def losses(view: View) -> list[Section]:
    """Return how every loss is borne, after a sentence on what that costs and which is the hardest."""
    rows = records(view.plan.losses)
    if not rows:
        return []
    least = any(float(row["saved_by_a_point_less"]) > 0 for row in rows)
    rows.sort(key=lambda row: (-float(row["saved_by_a_point_less"]), float(row["share_served"]), str(row["lost"])))
    columns = (
        Column("lost"), Column("rule"), Column("must be served", right=True), Column("is served", right=True),
        Column(f"a point less saves, {view.plan.objective_unit}", right=True),
    )  # fmt: skip
    several = len({row["survival"] for row in rows}) > 1
    texts: list[tuple[str, ...]] = [
        (
            loss(view, row), str(row["survival"]) if several else "", words.percent(float(row["share_required"])),
            words.percent(float(row["share_served"])) if view.workloads else "",
            words.number(float(row["saved_by_a_point_less"])) if least else "",
        )
        for row in rows
    ]  # fmt: skip
    return [
        Section("What resilience costs", lines=(resilience(view, rows),)),
        section(f"How each loss is borne{', least share of any workload' if view.workloads else ''}", columns, texts),
    ]


def loss(view: View, row: Record) -> str:
    """Return what is lost, in words: Frankfurt; the power grid x; deliveries of nvidia; the link x."""
    name = str(row["lost"])
    called = {"site": view.label("sites", name), "grid": f"the power grid {name}", "maker": f"deliveries of {name}"}
    return called.get(str(row["kind"]), f"the link {name}")


def resilience(view: View, rows: list[Record]) -> str:
    """Return what bearing the losses costs, and which is the hardest."""
    found, unit = view.plan.resilience, view.plan.objective_unit
    without, costs = found.get("without"), found.get("costs")
    hardest = next((row for row in rows if row["lost"] == found.get("hardest")), None)
    named = f"; the hardest to bear is the loss of {loss(view, hardest)}" if hardest and view.workloads else ""
    kinds = " or ".join(sorted({str(row["kind"]) for row in rows}))
    head = f"Bearing the loss of any one {kinds}"
    if without is None or costs is None or not math.isfinite(costs):
        return words.sentence(f"{head} has an unknown price{named}")
    if abs(costs) <= NOTHING * max(abs(without), abs(costs + without)):
        return words.sentence(f"{head} costs nothing more{named}")
    ratio = abs(costs / without) if without else 0.0
    share = (
        f", {words.percent(ratio) if ratio <= 1 else words.times(ratio)} {'of ' if ratio <= 1 else ''}"
        if ratio
        else " beside "
    )
    amount = words.quantity(abs(costs), unit)
    verb = "costs" if costs > 0 or view.plan.objective_name == "served" else "saves"
    verb += "" if view.plan.status == "optimal" else " at most"
    return words.sentence(f"{head} {verb} {amount}{share}the {words.quantity(without, unit)} without it{named}")
