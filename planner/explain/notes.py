"""What a reviewer would ask about a plan: each a sentence with its figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from planner.explain.explanation import Asked, Explanation, Question
from planner.explain.reading import solved_again
from planner.explain.trusted import Doubt, Effect, doubts, effect
from planner.plan import words
from planner.plan.plan import Plan
from planner.plan.view import View

HARDLY = 0.01
"""A site, or a device, that is used less than this is asked about."""

MOSTLY = 0.8
"""A maker, an offer or a site that has more than this of the whole is asked about."""

MOST_TOLD = 5
NEGLIGIBLE = 1e-9
TITLE = "Figures of low confidence, and what they are worth"


def notes(plan: Plan, asked: Asked) -> Explanation:
    """Explain what a reviewer would ask about; with `solve`, how far the plan depends on figures of low confidence."""
    import pandas as pd

    question, view = Question(plan, asked), View(plan)
    lines = [line for found in AT_ONCE for line in found(view)]
    rows = list(doubts(question.scenario))
    if asked.source is None:
        lines.append(
            "How far its figures can be trusted is known from the scenario's file, not from a saved plan: --scenario names it."
        )
        return Explanation("notes", tuple(lines))
    if not rows:
        lines.append("None of its figures comes from a table row of low confidence.")
        return Explanation("notes", tuple(lines))
    if not asked.solve:
        lines.append(
            f"It rests on {words.count(len(rows), 'table row')} of low confidence, such as "
            f"{words.listed([_row_name(row) for row in rows[:3]])}; --solve says what they are worth."
        )
        return Explanation("notes", tuple(lines))
    found = _effects(question, rows)
    lines += list(_trust_lines(found, rows, plan))
    tables = {TITLE: pd.DataFrame([_trust_row(one, plan) for one in found])} if found else {}
    return Explanation("notes", tuple(lines), tables, {"low_confidence_rows": len(rows)}, solved_again=True)


def hardly_used(view: View) -> Iterator[str]:
    """Yield sites with power that is hardly used, and sites that do hardly any of the work."""
    sites = view.plan.sites
    most = sites.groupby("site")[["power_used_mw", "power_limit_mw", "power_share"]].max()
    told = set()
    for site, row in most.iterrows():
        if 0 < row["power_share"] < HARDLY:
            told.add(str(site))
            yield (
                f"{view.label('sites', str(site))} is used under 1 %: {words.number(row['power_used_mw'])} MW of "
                f"{words.number(row['power_limit_mw'])} MW at the most."
            )
    work = view.work
    for workload in view.workloads:
        mine = work[work["workload"] == workload]
        shares = dict(view.shares(mine, "site"))
        few = [site for site, share in shares.items() if share < HARDLY and site not in told]
        if few:
            together = sum(shares[site] for site in few)
            labels = words.listed([view.label("sites", site) for site in few])
            verb = "does" if len(few) == 1 else "do"
            each = "" if len(few) == 1 else " together, under 1 % each"
            yield f"{labels} {verb} {words.percent(together)} of the work on {view.label('workloads', workload)}{each}."


def bought_and_sold(view: View) -> Iterator[str]:
    """Yield what arrives and is sold early again by the next period but one."""
    cost, added = view.plan.cost, view.plan.additions
    money = f"paid_{view.currency}"
    sold = cost[(cost["kind"] == "resale") & (cost[money] < 0)]
    for (offer, site), group in sold.groupby(["offer", "site"]):
        mine = added[(added["offer"] == offer) & (added["site"] == site)]
        arrives = {view.period_rank[str(p)]: float(n) for p, n in zip(mine["period"], mine["devices"], strict=True)}
        for period, amount in zip(group["period"], group[money], strict=True):
            t = view.period_rank[str(period)]
            just = [view.periods[s] for s in (t - 1, t) if s in arrives]
            if just:
                count = sum(arrives[view.period_rank[p]] for p in just)
                yield (
                    f"{words.number(count)} devices of {offer} arrive at {site} {words.span(just)}, and devices of it are "
                    f"sold there in {period} for {words.money(-float(amount), view.currency)}."
                )


def idle(view: View) -> Iterator[str]:
    """Yield offers whose devices are in place and hardly at work."""
    fleet = view.plan.fleet
    if fleet.empty:
        return
    for offer, group in fleet.groupby("offer"):
        count, busy = float(group["devices"].sum()), float(group["devices_busy"].sum())
        if count > 0 and busy < HARDLY * count:
            yield f"The devices of {offer} are at work for {words.percent(busy / count)} of their time."


def one_source(view: View) -> Iterator[str]:
    """Yield makers, offers and sites that nearly all rests on."""
    fleet = view.plan.fleet
    weighed = fleet["h100_equivalents"] if fleet["h100_equivalents"].notna().all() and len(fleet) else fleet["devices"]
    unit = "H100 equivalents" if weighed is fleet["h100_equivalents"] else "devices"
    for key, what in (("maker", "made by"), ("offer", "had through"), ("site", "at")):
        sums = weighed.groupby(fleet[key]).sum()
        whole = float(sums.sum())
        if whole <= 0 or (name := str(sums.idxmax())) == "":
            continue
        share = float(sums.max()) / whole
        if share >= MOSTLY:
            yield f"{words.percent(share)} of the {unit} are {what} {view.label('sites', name) if key == 'site' else name}: the plan rests on one {key}."


def penalties(view: View) -> Iterator[str]:
    """Yield workloads of which the plan leaves some undone, since the penalty is less than serving it costs."""
    demand, cost = view.plan.demand, view.plan.cost
    for workload in view.workloads:
        mine = demand[demand["workload"] == workload]
        unmet, asked = float(mine["unmet_units"].sum()), float(mine["demand_units"].sum())
        if unmet <= NEGLIGIBLE * asked:
            continue
        paid = cost[(cost["kind"] == "penalty") & (cost["workload"] == workload)][f"discounted_{view.currency}"].sum()
        rows = int((mine["unmet_units"] > 0).sum())
        if paid > 0:
            yield (
                f"The plan pays a penalty of {words.money(float(paid), view.currency)} "
                f"({words.money(float(paid) / unmet, view.currency)} per {view.unit(workload)}) rather than serve "
                f"{words.percent(unmet / asked)} of {view.label('workloads', workload)}, in {words.count(rows, words.period_noun(view.scenario['horizon']))}: "
                "serving it would cost more than that, or cannot be."
            )


def not_proven(view: View) -> Iterator[str]:
    """Yield how far the plan may be from the best."""
    plan = view.plan
    if plan.status == "limit" and plan.gap is not None:
        yield f"The solver stopped at a limit: a better plan may exist, by up to {words.percent(plan.gap)} of the {plan.objective_name}."


AT_ONCE: tuple[Callable[[View], Iterator[str]], ...] = (
    not_proven, penalties, hardly_used, idle, bought_and_sold, one_source
)  # fmt: skip
"""What can be read from a plan at once, in the order of telling."""


def _effects(question: Question, rows: list[Doubt]) -> list[Effect]:
    """Return what each row is worth, the most first, as far as the time limit allows."""
    reading = solved_again(question)
    found = []
    for i, row in enumerate(rows):
        question.asked.tell(f"row {i + 1} of {len(rows)}: {_row_name(row)}")
        question.time_left()
        one = effect(reading, question.scenario, row)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (-one.swing, one.doubt.file, one.doubt.line))


def _row_name(row: Doubt) -> str:
    return f"{row.name} ({row.file}:{row.line})"


def _trust_lines(found: list[Effect], rows: list[Doubt], plan: Plan) -> Iterator[str]:
    unit, size = plan.objective_unit, abs(plan.objective or 0.0)
    moving = [one for one in found if one.swing > NEGLIGIBLE * size]
    spread = math.sqrt(math.fsum(one.swing**2 for one in moving))
    if not moving:
        yield f"It rests on {words.count(len(rows), 'table row')} of low confidence; none of them moves the {plan.objective_name}."
        return
    share = f", {words.percent(spread / size)} of the {plan.objective_name}" if size else ""
    yield (
        f"It rests on {words.count(len(rows), 'table row')} of low confidence. At the plan's prices, and if they err "
        f"independently of one another, their ranges together move the {plan.objective_name} by "
        f"{words.money(spread, unit)}{share}."
    )
    for one in moving[:MOST_TOLD]:
        row = one.doubt
        ends = f"{words.percent(row.low)} to {words.percent(row.high)} of its value"
        how = "its range," if row.stated else "no range is given; for"
        yield (
            f"{_row_name(row)}: {how} {ends}, moves the {plan.objective_name} by {words.money(one.at_low, unit)} to "
            f"{words.money(one.at_high, unit)} (at the plan's prices)."
        )
    left = len(rows) - len(found)
    if left:
        yield f"For {words.count(left, 'row')} there is no such figure: they decide what can be done at all."


def _trust_row(one: Effect, plan: Plan) -> dict[str, object]:
    row, unit = one.doubt, plan.objective_unit
    return {
        "row": row.name,
        "place": f"{row.file}:{row.line}",
        "figures": len(row.paths),
        "low_share": row.low,
        "high_share": row.high,
        "range_stated": row.stated,
        f"at_low_{unit}": one.at_low,
        f"at_high_{unit}": one.at_high,
        "source": row.source,
    }
