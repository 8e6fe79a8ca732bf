"""What limits the plan, in words: one line per cause, in however many periods it binds; what the last unit costs."""

from __future__ import annotations

from planner.plan import words
from planner.plan.plan import Limit, Plan
from planner.plan.view import Record, View, highest, records

MOST = 5
ALIKE = 1e-6


def cause_lines(view: View, most: int | None = MOST) -> list[str]:
    """Return the worst causes (`most` of them; all where None), and for each workload what its last unit costs."""
    groups: dict[str, list[Limit]] = {}
    for limit in view.plan.limits:
        groups.setdefault(limit.path, []).append(limit)
    lines = [_line(view, group) for group in list(groups.values())[:most]]
    if len(groups) > len(lines):
        lines.append(f"and {words.count(len(groups) - len(lines), 'more limit')} of less weight.")
    return [*lines, *demand_lines(view)]


def _line(view: View, group: list[Limit]) -> str:
    worst = group[0]
    others = len({limit.period for limit in group}) - 1
    if worst.rule == "power":
        return _full(view, group)
    noun = words.period_noun(view.scenario["horizon"])
    also = f"; also in {words.count(others, f'other {noun}')}" if others else ""
    return f"{worst.text.rstrip('.')}{also}."


def _full(view: View, group: list[Limit]) -> str:
    """Return the sentence on a site's power: from when it is full, and the mean saving over the periods it limits."""
    site = group[0].path.removeprefix("sites.").removesuffix(".power_mw")
    noun = words.period_noun(view.scenario["horizon"])
    saved: dict[str, float] = {}
    for limit in group:
        saved[limit.period] = saved.get(limit.period, 0.0) + limit.saves
    full = sorted({*saved, *_full_periods(view.plan, site)}, key=lambda period: view.period_rank[period])
    left = len(view.periods) - view.period_rank[full[0]]
    gaps = f", in {len(full)} of {words.count(left, noun)}" if len(full) < left else ""
    when = f"in {full[0]}" if len(full) == 1 < left else f"from {full[0]}{gaps}"
    mean = sum(saved.values()) / len(saved)
    verb = "saves" if mean >= 0 else "costs"
    head = f"{view.label('sites', site)} is full {when}: one more MW {verb} "
    _, _, rest = group[0].text.partition(f" in this {noun}")
    suffix, _, tail = rest.rstrip(".").partition(";")
    tail = f";{tail}" if tail and len(group) == 1 else ""
    how = " on average" * (len(saved) > 1) + f" in {len(saved)} of them" * (len(saved) < len(full))
    return f"{head}{words.money(abs(mean), unit_of_prices(view.plan))} a {noun}{how}{suffix}{tail}."


def _full_periods(plan: Plan, site: str) -> list[str]:
    """Return the periods in which a site draws all of its power, whether more would be worth anything or not."""
    sites = plan.sites
    drawn = sites[(sites["site"] == site) & (sites["power_share"] >= 1 - ALIKE)]
    return [str(period) for period in drawn["period"]]


def unit_of_prices(plan: Plan) -> str:
    """Return the unit that a plan's prices are in: that of its last objective, in rank order."""
    units = plan.prices["unit"]
    return str(units.iloc[0]).partition(" per ")[0] if len(units) else plan.objective_unit


def is_fixed(plan: Plan) -> bool:
    """Return whether a plan's prices hold with its whole numbers fixed only."""
    return plan.duals.startswith("with the integers")


def as_chosen(plan: Plan) -> str:
    """Return what a price is told with where it holds with the whole numbers fixed only."""
    return ", with the yes-or-no decisions as chosen" if is_fixed(plan) else ""


def demand_lines(view: View) -> list[str]:
    """Return, for each workload, when its last unit is dearest, and how dear against the average of that period.

    Periods that leave some of it unmet are not counted: there the last unit costs what leaving it unmet does.
    """
    if view.plan.objective_name != "cost" or view.plan.duals == "none":
        return []
    prices = view.plan.prices
    rows = prices[(prices["rule"] == "demand") & prices["price_per_unit"].notna()]
    lines = []
    for workload in view.workloads:
        unmet = view.plan.demand
        short = set(unmet[(unmet["workload"] == workload) & (unmet["unmet_units"] > 0)]["period"])
        mine = rows[rows["of"].str.startswith(f"workload {workload}, region ") & ~rows["period"].isin(short)]
        if not mine.empty:
            lines.append(_last_unit(view, workload, highest(records(mine), "price_per_unit")))
    return [line for line in lines if line]


def _last_unit(view: View, workload: str, row: Record) -> str:
    period, part, price = str(row["period"]), str(row["slice"]), float(row["price_per_unit"])
    costs = view.plan.unit_cost
    found = costs[(costs["workload"] == workload) & (costs["period"] == period)]
    average = float(found[f"cost_{view.currency}_per_unit"].iloc[0]) if len(found) else 0.0
    if average <= 0 or price <= 0:
        return ""
    when = f"{period} ({part})" if part not in ("", "all") else period
    head = f"The last {view.unit(workload)} of {view.label('workloads', workload)} in {when}"
    ratio = price / average
    against = "as much as the average" if abs(ratio - 1) < ALIKE else f"{words.times(ratio)} the average"
    return f"{head} costs {words.money(price, view.currency)}, {against}{as_chosen(view.plan)}."
