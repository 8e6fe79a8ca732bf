"""What a plan rests on, in words: chains of factors, comparisons, campaigns, earliest date, retail networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.plan import words
from planner.plan.sections import Column, Section, cut, section
from planner.plan.view import Record, View, highest, records

if TYPE_CHECKING:
    import pandas as pd

SIGNS = {"value": "", "times": "x ", "divide": "/ ", "plus": "+ ", "minus": "- "}
VARIES = 1e-9


def chain_tables(view: View) -> list[Section]:
    """Return every chain that is to be shown: its steps, what they do, and the result after each."""
    frame = view.plan.chains
    return [
        _chain(view, str(name), group)
        for name, group in frame.groupby("chain", sort=True)
        if view.things("chains").get(str(name), {}).get("show", True)
    ]


def _chain(view: View, name: str, frame: pd.DataFrame) -> Section:
    first, last = view.periods[0], view.periods[-1]
    at = {(row["step"], row["period"]): row for row in records(frame)}
    steps = list(dict.fromkeys(step for step, _ in at))
    varies = any(
        abs(at[step, last][figure] - at[step, first][figure]) > VARIES * abs(at[step, first][figure])
        for step in steps
        for figure in ("factor", "result")
    )
    shown = (first, last) if varies else (first,)
    heads = [(f"factor {p}", f"result {p}") if varies else ("factor", "result") for p in shown]
    columns = [Column("step"), *(Column(head, right=True) for pair in heads for head in pair), Column("unit")]
    rows = []
    for step in steps:
        here = [at[step, period] for period in shown]
        figures = [text for row in here for text in (_factor(row), words.number(row["result"]))]
        rows.append((step, *figures, str(here[0]["unit"])))
    return section(f"Chain: {view.label('chains', name)}", tuple(columns), rows, len(rows))


def _factor(row: Record) -> str:
    return f"{SIGNS[row['operation']]}{words.number(row['factor'])}"


def comparison_lines(view: View) -> list[str]:
    """Return each comparison as a sentence."""
    lines = []
    for row in records(view.plan.comparisons):
        left, right = (words.quantity(row[side], row["unit"]) for side in ("left", "right"))
        verb = "exceeds" if row["exceeds"] else "does not exceed"
        ratio = f": {words.times(row['left'] / row['right'])}" if row["right"] else ""
        lines.append(words.sentence(f"{row['left_name']}, {left}, {verb} {row['right_name']}, {right}{ratio}"))
    return lines


def campaign_lines(view: View) -> list[str]:
    """Return what is trained, on what, where and when, and what is left out."""
    frame = view.plan.campaigns
    lines = [_campaign(view, row) for row in records(frame)]
    left = sorted(set(view.things("campaigns")) - set(frame["campaign"]))
    return lines + [f"{view.label('campaigns', name)} is not run: it costs more than it is worth." for name in left]


def _campaign(view: View, row: Record) -> str:
    name, device, site = (view.label(f"{kind}s", row[kind]) for kind in ("campaign", "device", "site"))
    length = f"{words.number(row['months'])} {'month' if row['months'] == 1 else 'months'}"
    return f"{name}: {words.number(row['units'])} {device} at {site} for {length}, from {row['start']}."


def earliest_lines(view: View) -> list[str]:
    """Return from when on all demand can be met."""
    earliest, last = view.plan.earliest, view.periods[-1]
    if earliest is None:
        return []
    if earliest == "never":
        return [f"No plan can meet all demand in any period up to {last} and from it on, whatever it costs."]
    if earliest == "unknown":
        return ["From when on all demand can be met is not known: the time limit ended the search."]
    if earliest == view.periods[0]:
        return [f"All demand can be met from the start, {earliest}, whatever it costs."]
    held = "budgets and all other rules hold"
    return [f"All demand can be met from {earliest} on at the earliest, whatever it costs; {held}."]


def pool_lines(view: View) -> list[str]:
    """Return what each retail network can be counted on for, at the period that rents most of it."""
    frame = view.plan.pools
    lines = []
    for (offer, site), group in frame.groupby(["offer", "site"], sort=True):
        row = highest(records(group), "rented_peak")
        pool = view.things("offers").get(str(offer), {}).get("pool", {})
        confidence = words.percent(pool.get("confidence", 0.95))
        name, place = view.label("offers", str(offer)), view.label("sites", str(site))
        head = f"{name}" if name == place else f"{name} at {place}"
        firm, nodes = words.percent(row["firm_factor"]), words.number(row["nodes"])
        counted = f"{head}: {firm} of its {nodes} nodes can be counted on with {confidence} confidence"
        rented, useful = words.number(row["rented_peak"]), words.number(row["firm_devices"])
        use = f"at most {rented} are rented ({row['period']}), which count as {useful}"
        lines.append(f"{counted}; {use if row['rented_peak'] > 0 else 'none is rented'}")
    return cut([f"{line}." for line in lines])
