"""Rules on what is wanted: campaigns, shares, carbon, money."""

from __future__ import annotations

import numpy as np

from planner.model.model import Model
from planner.model.programme import Item
from planner.scenario.policy import Share

KG_PER_TONNE = 1000.0
NOT_SPENT = ("penalty", "salvage", "resale")
"""Kinds of cost that are no spending, and so count in no budget."""


def campaign_choice(model: Model) -> None:
    """Run a campaign in one way: sum choose[c,d,s,start] = 1, or <= 1 where it has a value and may be left out."""
    doc = model.inputs.doc
    for name, sense, wanted in (("campaign_choice", "==", False), ("campaign_option", "<=", True)):
        campaigns = [c for c in sorted(doc.campaigns) if (doc.campaigns[c].value is not None) == wanted]
        rows = model.programme.add_rows(name, ("campaign",), [(c,) for c in campaigns], (), sense, 1.0)  # type: ignore[arg-type]
        row_of = [campaigns.index(key[0]) if key[0] in campaigns else -1 for key in model.choose.keys]
        at = np.array([rows.at[0, i] if i >= 0 else -1 for i in row_of], np.int32)
        model.programme.enter(at, model.choose.at[0], 1.0)


def campaign_devices(model: Model) -> None:
    """Give a campaign its devices while it runs: sum_o train[t,c,d,s,o] = units sum_start during[t,start] choose.

    during[t,start] is the share of period t that the campaign runs in, if it starts with period `start`.
    """
    inputs = model.inputs
    ways = sorted({key[:3] for key in model.train.keys})
    during = {c: inputs.time.alive(inputs.doc.campaigns[c].months) for c, _, _ in ways}
    exists = np.zeros((model.T, len(ways)), bool)
    for o in model.options:
        if (o.campaign, o.device, o.site) in ways:
            exists[:, ways.index((o.campaign, o.device, o.site))] |= during[o.campaign][o.start] > 0
    rows = model.programme.add_rows(
        "campaign_devices", ("campaign", "device", "site"), ways, (model.T,), "==", 0.0, mask=exists
    )
    model.programme.enter(rows.at[:, [ways.index(key[:3]) for key in model.train.keys]], model.train.at, 1.0)
    for j, o in enumerate(model.options):
        row = rows.at[:, ways.index((o.campaign, o.device, o.site))]
        model.programme.enter(row, model.choose.at[0, j], -o.units * during[o.campaign][o.start])


def shares(model: Model) -> None:
    """Keep least and greatest shares: part[t] - share[t] whole[t] >= 0, or <= 0."""
    doc, time = model.inputs.doc, model.inputs.time
    for name, sense, attribute in (("share_least", ">=", "min_share"), ("share_most", "<=", "max_share")):
        kept = [n for n in sorted(doc.shares) if getattr(doc.shares[n], attribute) is not None]
        rows = model.programme.add_rows(name, ("share",), [(n,) for n in kept], (model.T,), sense, 0.0)  # type: ignore[arg-type]
        for j, n in enumerate(kept):
            share = doc.shares[n]
            limit = time.series(getattr(share, attribute))
            for columns, weights, inside in counted(model, share):
                shape = (model.T,) + (1,) * (columns.ndim - 1)
                at = rows.at[:, j].reshape(shape)
                model.programme.enter(at, columns, weights * (inside - limit.reshape(shape)))


def counted(model: Model, share: Share) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return columns, what one of each counts, and whether it is in the part (1) or only in the whole (0)."""
    inputs = model.inputs
    part = inputs.time.hours / inputs.time.period_hours[:, None]
    if share.of == "work":
        return _work_counted(model, share, part)
    inside = np.array([_matches(model, share, s.site, s.name, inputs.devices[s.d]) for s in inputs.stands], float)
    kw = np.array([inputs.doc.devices[inputs.devices[s.d]].power_kw for s in inputs.stands])
    each = np.ones(len(inputs.stands)) if share.of == "devices" else kw
    return [
        (model.fleet.at, np.broadcast_to(each, model.fleet.at.shape), inside),
        (model.rent.at, part[:, :, None] * each, inside),
    ]


def _work_counted(model: Model, share: Share, part: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Count work where it is served for places, and where it is done for devices and offers."""
    inputs = model.inputs
    w = inputs.workloads.index(str(share.workload))
    if share.site or share.country:
        mine = model.pairs[0] == w
        inside = np.array([_matches(model, share, inputs.sites[s], None, None) for s in model.pairs[2, mine]], float)
        serve = model.serve.at[:, :, mine]
        return [(serve, np.broadcast_to(part[:, :, None], serve.shape), inside)]
    modes = [i for i, m in enumerate(inputs.modes) if m.w == w]
    stands = [inputs.stands[inputs.modes[i].stand] for i in modes]
    done = np.array([_matches(model, share, s.site, s.name, inputs.devices[s.d]) for s in stands], float)
    rates = model.rates[:, modes]
    sold = [j for j, sale in enumerate(model.sales) if sale.w == w]
    bought = np.array([_matches(model, share, model.sales[j].site, model.sales[j].offer, None) for j in sold], float)
    return [
        (model.run.at[:, :, modes], part[:, :, None] * rates[:, None, :], done),
        (model.work.at[:, :, sold], np.broadcast_to(part[:, :, None], (*part.shape, len(sold))), bought),
    ]


def _matches(model: Model, share: Share, site: str, offer: str | None, device: str | None) -> bool:
    doc = model.inputs.doc
    if share.maker is not None:
        return device is not None and doc.devices[device].maker == share.maker
    if share.device is not None:
        return device == share.device
    if share.offer is not None:
        return offer == share.offer
    return site == share.site if share.site is not None else doc.sites[site].country == share.country


def carbon_cap(model: Model) -> None:
    """Emit no more than the cap: sum of emissions <= cap[t], and over the horizon, in tonnes."""
    carbon, programme = model.inputs.doc.carbon, model.programme
    capped = carbon.cap_tonnes is not None
    by_period = programme.add_rows(
        "carbon_cap", ("scope",), [(carbon.scope,)] if capped else [], (model.T,), "<=",
        model.inputs.time.series(carbon.cap_tonnes or 0.0)[:, None],
    )  # fmt: skip
    in_all = carbon.cap_tonnes_total is not None
    total = programme.add_rows(
        "carbon_cap_total", ("scope",), [(carbon.scope,)] if in_all else [], (), "<=", carbon.cap_tonnes_total or 0.0
    )
    for emission in programme.emissions:
        if capped:
            programme.enter(by_period.at[emission.period, 0], emission.columns, emission.kilograms / KG_PER_TONNE)
        if in_all:
            programme.enter(total.at[0, 0], emission.columns, emission.kilograms / KG_PER_TONNE)


def budgets(model: Model) -> None:
    """Spend no more than a budget: sum of spending, undiscounted <= limit, by period, year or in all."""
    doc, time, programme = model.inputs.doc, model.inputs.time, model.programme
    labels: list[tuple[str, str]] = []
    limits: list[float] = []
    members: list[np.ndarray] = []
    for name in sorted(doc.budgets):
        budget = doc.budgets[name]
        amounts = time.series(budget.limit)
        for label, periods in _spans(budget.per, time.names, time.years):
            labels.append((name, label))
            members.append(periods)
            limits.append(
                amounts[periods[0]] - sum(_spent_anyway(item, budget.covers, periods) for item in programme.items)
            )
    rows = programme.add_rows("budget", ("budget", "span"), labels, (), "<=", np.array(limits))
    for j, (name, _) in enumerate(labels):
        for item in programme.items:
            if covered(item, doc.budgets[name].covers) and item.columns.size:
                during = np.isin(item.period, members[j])
                programme.enter(rows.at[0, j], item.columns[during], item.plain[during])


def covered(item: Item, covers: str) -> bool:
    """Return whether a budget of this kind counts a part of the cost."""
    return item.kind not in NOT_SPENT and (covers == "all" or item.capital == (covers == "capital"))


def _spent_anyway(item: Item, covers: str, periods: np.ndarray) -> float:
    if item.columns.size or not covered(item, covers):
        return 0.0
    return float(item.plain[np.isin(item.period, periods)].sum())


def _spans(per: str, names: tuple[str, ...], years: tuple[str, ...]) -> list[tuple[str, np.ndarray]]:
    """Return the spans that a budget has a limit for, each with its label and the positions of its periods."""
    if per == "horizon":
        return [("horizon", np.arange(len(names)))]
    if per == "year":
        return [(year, np.array([t for t, y in enumerate(years) if y == year])) for year in sorted(set(years))]
    return [(name, np.array([t])) for t, name in enumerate(names)]
