"""What each kind of statement says, with its figure and unit, in the scenario's own names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from planner.explain.conflict import RowOf
from planner.explain.conflict_statements import Statement
from planner.inputs.stands import sites_of
from planner.plan import words
from planner.scenario.base import Values
from planner.scenario.horizon import slices
from planner.scenario.load import Scenario
from planner.scenario.policy import Share

MOST_NAMED = 5
"""So many regions or periods are named; more are counted."""


type Figure = tuple[str, float | None, str]
"""Words, the figure in them, and its unit."""


class View:
    """A statement as its words look at it."""

    def __init__(self, scenario: Scenario, statement: Statement, rows: tuple[RowOf, ...]):
        self.scenario, self.doc, self.rows = scenario, scenario.document, rows
        self.labels, self.statement = statement.labels, statement
        self.names = scenario.calendar.names
        there = {row.period for row in rows} - {""}
        self.periods = tuple(name for name in self.names if name in there)

    @property
    def when(self) -> str:
        """When it is in conflict, in words that follow a sentence; "" where that is all of the horizon, or unknown."""
        slots = {row.slice for row in self.rows} - {""}
        part = f" ({slots.pop()})" if len(slots) == 1 and len(slices(self.doc.slices)[0]) > 1 else ""
        if len(self.periods) in (0, len(self.names)):
            return part
        first, last = (self.names.index(p) for p in (self.periods[0], self.periods[-1]))
        if len(self.periods) > 2 and last - first + 1 == len(self.periods):
            return f" {words.span(self.periods)}{part}"
        return f" in {words.listed(self.periods, MOST_NAMED)}{part}"

    def amount(self, values: Values | None) -> float:
        """Return the greatest value of a series in the periods in conflict."""
        return float(self.series(values).max())

    def series(self, values: Values | None) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return a series in the periods in conflict."""
        series = np.broadcast_to(np.asarray(0.0 if values is None else values, float), (len(self.names),))
        return series[[self.names.index(p) for p in self.periods]] if self.periods else series

    def told(self, values: Values | None) -> str:
        """Return the figures of a series in the periods in conflict: 40, or 40 to 50."""
        series = self.series(values)
        low, high = words.number(float(series.min())), words.number(float(series.max()))
        return low if low == high else f"{low} to {high}"

    def named(self, axis: str) -> str:
        """Return the things of a kind in conflict, in words."""
        found = list(dict.fromkeys(row.labels[axis] for row in self.rows if axis in row.labels))
        return words.listed(found, MOST_NAMED)


def _demand(view: View) -> Figure:
    unit, workload = f"{view.labels['unit']}/h", view.labels["workload"]
    if not view.rows:
        return f"all of the demand for {workload} must be served", None, unit
    by_time: dict[tuple[str, str], float] = {}
    for row in view.rows:
        by_time[row.period, row.slice] = by_time.get((row.period, row.slice), 0.0) + row.right
    most = max(by_time.values())
    asked = f"the demand for {workload} in {view.named('region')} is {words.quantity(most, unit)}{view.when}"
    return f"{asked}, and all of it must be served", most, unit


def _traffic(view: View) -> Figure:
    traffic = view.doc.traffic[view.labels["traffic"]]
    what = f"{view.told(traffic.gbps)} Gb/s must be carried from {traffic.from_} to {traffic.to}{view.when}"
    return what, view.amount(traffic.gbps), "Gb/s"


def _budget(view: View) -> Figure:
    budget, currency = view.doc.budgets[view.labels["budget"]], view.doc.money.currency
    of = {"all": "", "capital": " of capital", "operating": " to operate"}[budget.covers]
    spans = [row.labels["span"] for row in view.rows if row.labels.get("span") not in (None, "horizon")]
    when = f" in {words.listed(spans, MOST_NAMED)}" if spans else ""
    names = view.names if budget.per == "period" else ()
    value = max((view.amount(_at(budget.limit, names.index(span))) for span in spans if span in names), default=None)
    amount = view.amount(budget.limit) if value is None else value
    return f"no more than {words.money(amount, currency)}{of} may be spent{when}", amount, currency


def _at(values: Values, t: int) -> float:
    return float(values[t] if isinstance(values, tuple) else values)


def _counted(share: Share) -> tuple[str, str]:
    """Return what a share is of, and what has it."""
    whole = {"devices": "the devices", "power": "the devices' power", "work": f"the work of {share.workload}"}[share.of]
    if share.maker is not None:
        return whole, f"from {share.maker}"
    if share.device is not None:
        return whole, f"{share.device}" if share.of == "devices" else f"on {share.device}"
    if share.offer is not None:
        return whole, f"through {share.offer}"
    return whole, f"at {share.site}" if share.site is not None else f"in {share.country}"


def _share_least(view: View) -> Figure:
    share = view.doc.shares[view.labels["share"]]
    whole, part = _counted(share)
    least = view.amount(share.min_share)
    return f"at least {words.percent(least)} of {whole} must be {part}{view.when}", least, "1"


def _share_most(view: View) -> Figure:
    share = view.doc.shares[view.labels["share"]]
    whole, part = _counted(share)
    most = view.amount(share.max_share)
    return f"at most {words.percent(most)} of {whole} may be {part}{view.when}", most, "1"


def _carbon_cap(view: View) -> Figure:
    cap = view.doc.carbon.cap_tonnes
    return f"no more than {view.told(cap)} tCO2e may be emitted{view.when or ' in a period'}", view.amount(cap), "tCO2e"


def _carbon_cap_total(view: View) -> Figure:
    cap = view.doc.carbon.cap_tonnes_total or 0.0
    return f"no more than {words.number(cap)} tCO2e may be emitted over the horizon", cap, "tCO2e"


def _supply(view: View) -> Figure:
    offer = view.doc.offers[view.labels["offer"]]
    later = ", or later if not taken" if offer.carry_over else ""
    what = f"no more than {view.told(offer.supply)} {offer.device} can arrive through {view.labels['offer']}"
    return f"{what}{view.when or ' in a period'}{later}", view.amount(offer.supply), str(offer.device)


def _by_year(view: View, amounts: dict[str, float]) -> tuple[str, float]:
    years = [row.labels["year"] for row in view.rows if "year" in row.labels] or sorted(amounts)
    told = [f"{words.number(amounts[year])} in {year}" for year in years if year in amounts]
    return words.listed(told, MOST_NAMED), max(amounts[year] for year in years if year in amounts)


def _supply_year(view: View) -> Figure:
    offer = view.doc.offers[view.labels["offer"]]
    told, most = _by_year(view, offer.supply_per_year or {})
    what = f"no more {offer.device} can arrive through {view.labels['offer']} than {told}"
    return what, most, str(offer.device)


def _pool(view: View) -> Figure:
    offer = view.doc.offers[view.labels["offer"]]
    supply = offer.supply if offer.supply is not None or offer.pool is None else offer.pool.nodes
    what = f"no more than {view.told(supply)} {offer.device} can be rented through {view.labels['offer']} at a time"
    return f"{what}{view.when}", view.amount(supply), str(offer.device)


def _supply_together(view: View) -> Figure:
    limit = view.doc.supply[view.labels["limit"]]
    return _together(view, f"than {view.told(limit.units)}{view.when or ' in a period'}", view.amount(limit.units))


def _supply_together_year(view: View) -> Figure:
    told, most = _by_year(view, view.doc.supply[view.labels["limit"]].units_per_year or {})
    return _together(view, f"than {told}", most)


def _together(view: View, than: str, most: float) -> Figure:
    limit = view.doc.supply[view.labels["limit"]]
    whose = limit.device or (f"devices from {limit.maker}" if limit.maker else "devices")
    part = "" if limit.share == 1 else f", of which the plan can have {words.percent(view.amount(limit.share))}"
    return f"no more {whose} can arrive under the supply limit {view.labels['limit']} {than}{part}", most, "device"


def _power(view: View) -> Figure:
    power = view.doc.sites[view.labels["site"]].power_mw
    return f"{view.labels['site']} has {view.told(power)} MW of power{view.when}", view.amount(power), "MW"


def _commitment(view: View) -> Figure:
    offer = view.doc.offers[view.labels["offer"]]
    what = f"at least {view.told(offer.min_commitment)} {offer.device} of {view.labels['offer']} must be in place"
    whether = "" if offer.commitment == "obliged" else ", if any are"
    return f"{what}{whether}{view.when}", view.amount(offer.min_commitment), str(offer.device)


def _capacity(view: View) -> Figure:
    unit = f"{view.labels['unit']}/h"
    site, terms = view.labels.get("site"), view.doc.offers[view.labels["offer"]].work[view.labels["workload"]]
    most = terms.capacity_per_hour if site is None else terms.capacity_by_site[site]
    where = " at each site" if site is None else f" at {site}"
    sells = f"{view.labels['offer']} sells no more than {view.told(most)} {unit} of {view.labels['workload']}{where}"
    return f"{sells}{view.when}", view.amount(most), unit


def _link_capacity(view: View) -> Figure:
    capacity = view.doc.network.links[view.labels["link"]].capacity_gbps
    what = f"the link {view.labels['link']} carries no more than {view.told(capacity)} Gb/s{view.when}"
    return what, view.amount(capacity), "Gb/s"


def _lighting(view: View) -> Figure:
    most = view.doc.network.links[view.labels["link"]].modules[view.labels["module"]].max_count
    what = f"no more than {words.count(most, 'block')} {view.labels['module']} can be lit on the link {view.labels['link']}"
    return what, float(most), "block"


def _modules(view: View) -> Figure:
    most = view.doc.sites[view.labels["site"]].modules[view.labels["module"]].max_count
    what = f"no more than {words.count(most, 'module')} {view.labels['module']} can be added at {view.labels['site']}"
    return what, float(most), "module"


def _open_sites(view: View) -> Figure:
    most = view.doc.siting.max_open or 0
    return f"no more than {words.count(most, 'candidate site')} may be open at a time{view.when}", float(most), "site"


def _survival(view: View) -> Figure:
    rule = view.doc.survive[view.labels["survival"]]
    what = (
        f"{words.percent(rule.share)} of what is served must still be served after the loss of any one {rule.any_one}"
    )
    return what, rule.share, "1"


def _residency(view: View) -> Figure:
    rules = view.doc.workloads[view.labels["workload"]].residency
    of = list(dict.fromkeys(region for rule in rules for region in rule.regions or ["every region"]))
    return f"residency keeps {view.labels['workload']} for {words.listed(of, MOST_NAMED)} from some sites", None, ""


def _latency(view: View) -> Figure:
    limit = view.doc.workloads[view.labels["workload"]].max_latency_ms or 0.0
    return f"{view.labels['workload']} must be served within {words.number(limit)} ms", limit, "ms"


def _traffic_latency(view: View) -> Figure:
    limit = view.doc.traffic[view.labels["traffic"]].max_latency_ms or 0.0
    return f"the traffic {view.labels['traffic']} must go within {words.number(limit)} ms", limit, "ms"


def _memory(view: View) -> Figure:
    least = view.doc.workloads[view.labels["workload"]].min_memory_gb
    return f"{view.labels['workload']} needs {words.number(least)} GB of memory", least, "GB"


def _linked(linked: Sequence[str] | None) -> str:
    return words.listed(list(linked or ()), MOST_NAMED, "or")


def _interconnect(view: View) -> Figure:
    name = view.labels["workload"]
    return f"{name} needs devices linked by {_linked(view.doc.workloads[name].interconnect)}", None, ""


def _campaign_interconnect(view: View) -> Figure:
    name = view.labels["campaign"]
    return f"the campaign {name} needs devices linked by {_linked(view.doc.campaigns[name].interconnect)}", None, ""


def _enablement(view: View) -> Figure:
    port = next(
        p
        for p in view.doc.enablements.values()
        if (p.workload, p.maker) == (view.labels["workload"], view.labels["maker"])
    )
    head = f"{port.workload} runs on devices from {port.maker} only once it is ported"
    if port.decision == "never":
        return f"{head}, which it never is", None, ""
    lead = f"{words.number(port.lead_time_months)} months" if port.lead_time_months else "no time"
    start = "" if port.decision == "open" else f" from {port.decision}"
    return f"{head}, which takes {lead}{start}", port.lead_time_months, "month"


def _fleet(view: View) -> Figure:
    held = view.doc.fleet[view.labels["name"]]
    return (
        f"{words.number(held.units)} {view.labels['device']} stand at {held.site} already",
        held.units,
        view.labels["device"],
    )


def _orders(view: View) -> Figure:
    order = view.doc.orders[view.labels["name"]]
    what = f"{words.number(order.units)} {view.labels['device']} are on order for {order.site} in {order.period}"
    return what, order.units, view.labels["device"]


def _lead_time(view: View) -> Figure:
    months = view.doc.offers[view.labels["offer"]].lead_time_months
    return f"{view.labels['offer']} takes {words.number(months)} months from order to arrival", months, "month"


def _sold_at(view: View) -> Figure:
    offer = view.doc.offers[view.labels["offer"]]
    return (
        f"{view.labels['offer']} is to be had at {words.listed(sites_of(view.doc, offer), MOST_NAMED)} only",
        None,
        "",
    )


def _date(things: str, label: str, key: str, template: str) -> Callable[[View], Figure]:
    """Return the words of a statement that is the name of a period."""

    def told(view: View) -> Figure:
        name = view.labels[label]
        return template.format(name=name, period=getattr(getattr(view.doc, things)[name], key)), None, ""

    return told


def _said(template: str) -> Callable[[View], Figure]:
    """Return the words of a statement that has no figure."""
    return lambda view: (template.format(**view.labels), None, "")


TEXTS: dict[str, Callable[[View], Figure]] = {
    "demand": _demand,
    "traffic": _traffic,
    "budget": _budget,
    "share_least": _share_least,
    "share_most": _share_most,
    "carbon_cap": _carbon_cap,
    "carbon_cap_total": _carbon_cap_total,
    "supply": _supply,
    "supply_year": _supply_year,
    "pool": _pool,
    "supply_together": _supply_together,
    "supply_together_year": _supply_together_year,
    "power": _power,
    "commitment": _commitment,
    "campaign": _said("the campaign {campaign} must be run"),
    "campaign_start": _date("campaigns", "campaign", "start", "the campaign {name} must start in {period}"),
    "campaign_earliest": _date(
        "campaigns", "campaign", "earliest", "the campaign {name} may not start before {period}"
    ),
    "campaign_deadline": _date(
        "campaigns", "campaign", "deadline", "the campaign {name} must end by the end of {period}"
    ),
    "campaign_interconnect": _campaign_interconnect,
    "capacity": _capacity,
    "link_capacity": _link_capacity,
    "lighting": _lighting,
    "modules": _modules,
    "open_sites": _open_sites,
    "survival": _survival,
    "residency": _residency,
    "latency": _latency,
    "traffic_latency": _traffic_latency,
    "memory": _memory,
    "interconnect": _interconnect,
    "single_source": _said("each region is served {workload} from one site only"),
    "one_configuration": _said("one configuration serves all of {workload}"),
    "enablement": _enablement,
    "fleet": _fleet,
    "orders": _orders,
    "opens": _date("sites", "site", "opens", "{name} does not open before {period}"),
    "lead_time": _lead_time,
    "available_from": _date("offers", "offer", "available_from", "{name} is not to be had before {period}"),
    "available_until": _date("offers", "offer", "available_until", "{name} is not to be had after {period}"),
    "sold_at": _sold_at,
    "whole_replicas": _said("{workload} runs on whole replicas"),
    "whole_offer": _said("devices of {offer} are whole"),
    "whole": _said("devices are whole"),
}
"""What each kind of statement says."""
