"""The tables of a summary on the network and on losses: traffic between nodes, blocks lit, load of links, losses borne."""

from __future__ import annotations

import math

from planner.plan import words
from planner.plan.sections import Column, Section, section
from planner.plan.view import Record, View, highest, records

NOTHING = 1e-6
"""A share of money or traffic below this is rounding."""


def traffic(view: View) -> list[Section]:
    """Return traffic between nodes, with the routes that are listed: what is left behind first, then the greatest."""
    table = view.plan.traffic
    columns = (
        Column("traffic"), Column("from"), Column("to"), Column("at most, Gb/s", right=True),
        Column("left behind, Gb/s", right=True), Column("worst in"), Column("routes"),
    )  # fmt: skip
    rows: list[tuple[float, float, tuple[str, ...]]] = []
    for name, group in table.groupby("traffic", sort=True):
        found = records(group)
        worst = highest(found, "unmet_gbps")
        left = float(worst["unmet_gbps"])
        is_left = left > NOTHING * float(worst["demand_gbps"])
        routes = sorted({route for row in found for route in str(row["routes"]).split("; ") if route})
        most = float(group["demand_gbps"].max())
        texts = (
            str(name), str(worst["from"]), str(worst["to"]), words.number(most), words.number(left) if is_left else "",
            str(worst["period"]) if is_left else "", words.listed(routes, 2),
        )  # fmt: skip
        rows.append((-left if is_left else 0.0, -most, texts))
    rows.sort()
    return [section("Traffic between nodes", columns, [texts for *_, texts in rows])] if rows else []


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


def links(view: View) -> list[Section]:
    """Return how full each direction of the links with a capacity is at most, the fullest first."""
    known, blocks = view.things("network").get("links", {}), view.plan.lit
    several = len(view.periods) > 1
    columns = (
        Column("link"), Column("direction"), Column("at most, Gb/s", right=True), Column("capacity, Gb/s", right=True),
        Column("full", right=True), Column("blocks lit"), Column("full in periods", right=True), Column("first in"),
    )  # fmt: skip
    rows: list[tuple[tuple[float, ...], tuple[str, ...]]] = []
    table = view.plan.links
    for (link, tail, head), group in table[table["capacity_gbps"] > 0].groupby(["link", "from", "to"], sort=True):
        terms = known[str(link)]
        is_shared = bool(terms.get("shared_capacity")) and not terms.get("directed")
        if is_shared and tail != (terms["ends"][0] if "ends" in terms else terms["from"]):
            continue
        worst = highest(records(group), "share")
        share, capacity = float(worst["share"]), float(worst["capacity_gbps"])
        full = group[group["full"].astype(bool)]["period"]
        when = sorted(set(full), key=lambda name: view.period_rank[name]) if several else []
        lit = blocks[blocks["link"] == link].groupby("module", sort=True)["blocks"].sum()
        texts = (
            str(link), f"{tail} and {head} together" if is_shared else f"{tail} > {head}",
            words.number(share * capacity), words.number(capacity), words.percent(share),
            words.listed([f"{words.number(float(count))} {module}" for module, count in lit.items()], 3),
            words.number(len(when)) if when else "", when[0] if when else "",
        )  # fmt: skip
        rows.append(((-round(share, 6), -len(when), -share * capacity), texts))
    rows.sort()
    return [section("Load of links", columns, [texts for _, texts in rows])] if rows else []


def losses(view: View) -> list[Section]:
    """Return how every loss is borne, after a sentence on what that costs and which is the hardest."""
    rows = records(view.plan.losses)
    if not rows:
        return []
    least = any(float(row["saved_by_a_point_less"]) > 0 for row in rows)
    rows.sort(key=lambda row: (-float(row["saved_by_a_point_less"]), float(row["share_served"]), str(row["lost"])))
    columns = (
        Column("lost"), Column("rule"), Column("must be served", right=True), Column("is served, at least" if len(view.plan.traffic) else "is served", right=True),
        Column(f"a point less saves, {view.plan.objective_unit}", right=True),
    )  # fmt: skip
    several = len({row["survival"] for row in rows}) > 1
    texts: list[tuple[str, ...]] = [
        (
            loss(view, row), str(row["survival"]) if several else "", words.percent(float(row["share_required"])),
            words.percent(float(row["share_served"])),
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
