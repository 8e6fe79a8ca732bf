"""The programme of docs/model.md once more, one coefficient at a time and solved by scipy: a witness for the planner's.

It shares nothing with the planner but the reading of the calendar, and knows a part of the schema: spans of periods, own
slices, offers that are committed or by the hour, holdings and orders, energy, carbon, supply, budgets and shares.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

import planner

Row = dict[int, float]
COMMITTED = ("buy", "lease", "reserve")
HOURS_A_MONTH = 730.0


class ByHand:
    """The linear programme of a scenario, given as plain data."""

    def __init__(self, scenario: dict[str, Any]):
        self.scenario = scenario
        calendar = planner.load(scenario).calendar
        self.names, self.months = calendar.names, calendar.months
        self.starts, self.end = calendar.offsets[:-1], calendar.offsets[-1]
        self.T = range(len(self.names))
        self.middle = [start + length / 2 for start, length in zip(self.starts, self.months, strict=True)]
        self.shares = [one["share"] for one in scenario.get("slices", [{"share": 1.0}])]
        self.K = range(len(self.shares))
        self.cost: list[float] = []
        self.constant = 0.0
        self.most: list[tuple[Row, float]] = []
        self.equal: list[tuple[Row, float]] = []
        self.spent: dict[tuple[int, bool], list[tuple[int | None, float]]] = defaultdict(list)
        self.serve: dict[Any, int] = {}
        self.run: dict[Any, int] = {}
        self.add: dict[Any, int] = {}
        self.there: dict[Any, tuple[Row, float]] = {}  # devices in place by period, slice, site and offer
        for rule in (self.demand, self.stands, self.throughput, self.power, self.supply, self.budgets, self.limits):
            rule()

    def optimum(self) -> float | None:
        """Return the least cost, or None where there is no plan."""
        sides = []
        for rows in (self.most, self.equal):
            entries = [(i, j, a) for i, (row, _) in enumerate(rows) for j, a in row.items()]
            i, j, a = zip(*entries, strict=True)
            sides += [coo_matrix((a, (i, j)), (len(rows), len(self.cost))).tocsr(), [right for _, right in rows]]
        found = linprog(self.cost, *sides, bounds=(0, None), method="highs")
        assert found.status in (0, 2)
        return float(found.fun) + self.constant if found.status == 0 else None

    def column(self) -> int:
        """Add a decision."""
        self.cost.append(0.0)
        return len(self.cost) - 1

    def at(self, series: Any, t: int) -> float:
        """Return a value by period."""
        return float(series[t] if isinstance(series, list) else series)

    def worth(self, months: float) -> float:
        """Return what 1 paid so many months after the base date counts."""
        money = self.scenario["money"]
        rate = money["discount_rate"]
        if money.get("basis") == "nominal":
            rate = (1 + rate) / (1 + money["inflation"]) - 1
        return float((1 + rate) ** (-months / 12))

    def pay(self, column: int | None, amount: float, months: float, t: int, capital: bool | None = None) -> None:
        """Charge a decision (or nothing: a constant) at a time; `capital` is None for what is no spending."""
        if column is None:
            self.constant += amount * self.worth(months)
        else:
            self.cost[column] += amount * self.worth(months)
        if capital is not None:
            self.spent[t, capital].append((column, amount))

    def hours(self, t: int, k: int) -> float:
        """Return the hours of a slice."""
        return HOURS_A_MONTH * self.months[t] * self.shares[k]

    def rate_of_exchange(self, part: dict[str, Any]) -> float:
        """Return what a unit of the currency of a part is in the scenario's."""
        return float(self.scenario["money"]["exchange"].get(part.get("currency"), 1.0))

    def near(self, w: str, s: str) -> bool:
        """Return whether a site is near enough for a workload."""
        limit = self.scenario["workloads"][w].get("max_latency_ms", np.inf)
        return bool(self.scenario["sites"][s]["latency_ms"] <= limit)

    def demand(self) -> None:
        """Serve or leave unmet what is asked for, at its costs."""
        for t in self.T:
            for site in self.scenario["sites"].values():
                fixed = self.at(site["fixed_cost_per_year"], t) * self.months[t] / 12 * self.rate_of_exchange(site)
                self.pay(None, fixed, self.middle[t], t, False)
            for k in self.K:
                for w, workload in self.scenario["workloads"].items():
                    for r in self.scenario["regions"]:
                        self._asked(t, k, w, workload, r)

    def _asked(self, t: int, k: int, w: str, workload: dict[str, Any], r: str) -> None:
        amount = self.at(workload["demand"]["by_region"][r], t)
        asked = amount / {"hour": 1.0, "day": 24.0, "period": HOURS_A_MONTH * self.months[t]}[workload["demand"]["per"]]
        if "profile" in workload:
            profile = list(self.scenario["profiles"][workload["profile"]]["values"].values())
            asked *= profile[k] / float(np.dot(profile, self.shares))
        unmet = self.column()
        self.cost[unmet] = self.at(workload["unmet_penalty"], t) * self.hours(t, k)
        row = {unmet: 1.0}
        for s, site in self.scenario["sites"].items():
            if self.near(w, s):
                served = self.serve[t, k, w, r, s] = self.column()
                row[served] = 1.0
                each = workload["serving_cost"].get(s, {}).get(r, 0.0)
                each += workload["data_gb_per_unit"] * site["egress_per_gb"] * self.rate_of_exchange(site)
                self.pay(served, each * self.hours(t, k), self.middle[t], t, False)
        self.equal.append((row, asked))

    def stands(self) -> None:
        """Have devices of each offer at each of its sites, and no more at work than there are."""
        for o, offer in self.scenario["offers"].items():
            for s in offer.get("sites", list(self.scenario["sites"])):
                if offer["kind"] in COMMITTED:
                    self._committed(o, offer, s)
                else:
                    self._hourly(o, offer, s)
                self._work(o, offer, s)

    def _hourly(self, o: str, offer: dict[str, Any], s: str) -> None:
        for t in self.T:
            for k in self.K:
                rented = self.column()
                price = self.at(offer["price_per_hour"], t) * self.rate_of_exchange(offer)
                self.pay(rented, price * self.hours(t, k), self.middle[t], t, False)
                self.there[t, k, s, o] = ({rented: 1.0}, 0.0)

    def _committed(self, o: str, offer: dict[str, Any], s: str) -> None:
        life = float(offer.get("term_months") or offer.get("life_months"))
        fleet: list[tuple[Row, list[float]]] = [({}, [0.0]) for _ in self.T]
        for since, t, column, units, owed in self._vintages(o, offer, s):
            during = [self._overlap(since, since + life, q) for q in self.T]
            for q in self.T:
                if column is None:
                    fleet[q][1][0] += units * during[q]
                else:
                    fleet[q][0][column] = during[q]
            if offer["kind"] == "buy":
                self._buy(offer, since, t, column, units, life, owed)
                if "resale_share" in offer:
                    self._sell(offer, since, t, column, units, life, during, fleet)
            else:
                self._lease(offer, since, t, column, units, life, during)
        for t in self.T:
            row, constant = fleet[t][0], fleet[t][1][0]
            each = self.at(offer["maintenance_per_unit_year"], t) * self.rate_of_exchange(offer) * self.months[t] / 12
            self._pay_all((row, constant), each, t)
            self.most.append(({j: -a for j, a in row.items()}, constant))
            for k in self.K:
                self.there[t, k, s, o] = (row, constant)

    def _vintages(self, o: str, offer: dict[str, Any], s: str) -> list[tuple[float, int, int | None, float, bool]]:
        """Return arrival, the period whose price counts, column or none, units, and whether they are still owed."""
        found: list[tuple[float, int, int | None, float, bool]] = []
        for t in self.T:
            if self.starts[t] >= offer.get("lead_time_months", 0) - 1e-9:
                self.add[t, s, o] = self.column()
                found.append((self.starts[t], t, self.add[t, s, o], 1.0, True))
        held = [h for h in self.scenario.get("fleet", {}).values() if (h["offer"], h["site"]) == (o, s)]
        found += [(-float(h["age_months"]), 0, None, h["units"], False) for h in held]
        for order in self.scenario.get("orders", {}).values():
            if (order["offer"], order["site"]) == (o, s):
                t = self.names.index(order["period"])
                found.append((self.starts[t], t, None, order["units"], not order["paid"]))
        return found

    def _overlap(self, start: float, end: float, t: int) -> float:
        return max(0.0, min(end, self.starts[t] + self.months[t]) - max(start, self.starts[t])) / self.months[t]

    def _book(self, offer: dict[str, Any], since: float, t: int, life: float) -> float:
        share = offer.get("salvage_share", self.scenario["money"]["salvage"])
        left = min(life, max(0.0, since + life - self.end)) / life * share
        price = self.at(offer["price_per_unit"], t) * self.rate_of_exchange(offer)
        return float(price * min(left, self.worth(max(since, 0.0)) / self.worth(self.end)))

    def _buy(
        self, offer: dict[str, Any], since: float, t: int, column: int | None, units: float, life: float, owed: bool
    ) -> None:
        price = self.at(offer["price_per_unit"], t) * self.rate_of_exchange(offer) * units
        deposit = offer.get("deposit_share", 0.0) if column is not None else 0.0
        ordered = max(0.0, self.starts[t] - offer.get("lead_time_months", 0))
        then = max(q for q in self.T if self.starts[q] <= ordered + 1e-9)
        if owed:
            self.pay(column, price * (1 - deposit), self.starts[t], t, True)
            self.pay(column, price * deposit, ordered, then, True)
        self.pay(column, -self._book(offer, since, t, life) * units, self.end, self.T[-1])

    def _sell(
        self, offer: dict[str, Any], since: float, t: int, column: int | None, units: float, life: float,
        during: list[float], fleet: list[tuple[Row, list[float]]],
    ) -> None:  # fmt: skip
        row: Row = {} if column is None else {column: -1.0}
        for u in self.T:
            if since + 1e-9 < self.starts[u] < since + life - 1e-9:
                sold = self.column()
                row[sold] = 1.0
                left = min(life, since + life - self.starts[u]) / life
                price = self.at(offer["price_per_unit"], t) * self.rate_of_exchange(offer)
                self.pay(sold, -price * left * offer["resale_share"], self.starts[u], u)
                self.pay(sold, self._book(offer, since, t, life), self.end, self.T[-1])
                for q in self.T[u:]:
                    fleet[q][0][sold] = -during[q]
        self.most.append((row, units if column is None else 0.0))

    def _lease(
        self, offer: dict[str, Any], since: float, t: int, column: int | None, units: float, life: float,
        during: list[float],
    ) -> None:  # fmt: skip
        price = self.at(offer["price_per_hour"], t) * self.rate_of_exchange(offer) * units
        for q in self.T:
            self.pay(column, price * during[q] * HOURS_A_MONTH * self.months[q], self.middle[q], q, False)
        kept = 1 - offer.get("salvage_share", self.scenario["money"]["salvage"])
        tail = min(life, max(0.0, since + life - self.end)) * HOURS_A_MONTH
        self.pay(column, price * tail * kept, self.end, self.T[-1], False)

    def _pay_all(self, there: tuple[Row, float], each: float, t: int) -> None:
        for j, a in there[0].items():
            self.pay(j, a * each, self.middle[t], t, False)
        self.pay(None, there[1] * each, self.middle[t], t, False)

    def _work(self, o: str, offer: dict[str, Any], s: str) -> None:
        device, site = self.scenario["devices"][offer["device"]], self.scenario["sites"][s]
        firm = offer.get("availability", 1.0)
        for (t, k), hours in {(t, k): self.hours(t, k) for t in self.T for k in self.K}.items():
            kwh = self.at(site["tariff_per_kwh"], t) * self.rate_of_exchange(site) if self._draws(offer) else 0.0
            tonnes = self.at(site["carbon_g_per_kwh"], t) / 1e6
            each = site["pue"] * (kwh + tonnes * self.scenario["carbon"]["price_per_tonne"]) * hours
            row, constant = self.there[t, k, s, o]
            self._pay_all((row, constant), device["idle_power_kw"] * each, t)
            used = {j: -a * firm for j, a in row.items()}
            for w, workload in self.scenario["workloads"].items():
                if self.near(w, s):
                    busy = self.run[t, k, s, o, w] = self.column()
                    used[busy] = 1 / workload["utilisation"]
                    more = device["active_power_kw"] - device["idle_power_kw"]
                    self.pay(busy, more * each, self.middle[t], t, False)
            self.most.append((used, constant * firm))

    def _draws(self, offer: dict[str, Any]) -> bool:
        return not offer.get("includes_power", offer["kind"] not in ("buy", "lease"))

    def throughput(self) -> None:
        """Serve what devices do."""
        workloads = self.scenario["workloads"]
        for t, k, w, s in (
            (t, k, w, s) for t in self.T for k in self.K for w in workloads for s in self.scenario["sites"]
        ):
            row = {self.serve[t, k, w, r, s]: 1.0 for r in self.scenario["regions"] if (t, k, w, r, s) in self.serve}
            for o, offer in self.scenario["offers"].items():
                if (t, k, s, o, w) in self.run:
                    row[self.run[t, k, s, o, w]] = -self.at(workloads[w]["rate"][offer["device"]], t)
            if row:
                self.equal.append((row, 0.0))

    def power(self) -> None:
        """Stay within each site's power."""
        for s, site in self.scenario["sites"].items():
            for t, k in ((t, k) for t in self.T for k in self.K if "power_mw" in site):
                row, left = {}, self.at(site["power_mw"], t) * 1000
                for o, offer in self.scenario["offers"].items():
                    if self._draws(offer) and (t, k, s, o) in self.there:
                        kw = self.scenario["devices"][offer["device"]]["power_kw"] * site["peak_pue"]
                        row |= {j: a * kw for j, a in self.there[t, k, s, o][0].items()}
                        left -= self.there[t, k, s, o][1] * kw
                self.most.append((row, left))

    def supply(self) -> None:
        """Have no more than there is, of an offer or a maker."""
        for o, offer in self.scenario["offers"].items():
            if "supply" in offer and offer["kind"] in COMMITTED:
                self._arrivals([o], [self.at(offer["supply"], t) for t in self.T], offer.get("carry_over", False))
            elif "supply" in offer:
                for t, k in ((t, k) for t in self.T for k in self.K):
                    rows = [row for (*when, _, name), (row, _) in self.there.items() if (*when, name) == (t, k, o)]
                    self.most.append(({j: 1.0 for row in rows for j in row}, self.at(offer["supply"], t)))
        for limit in self.scenario.get("supply", {}).values():
            makers = {d: device["maker"] for d, device in self.scenario["devices"].items()}
            offers = [o for o, x in self.scenario["offers"].items() if makers[x["device"]] == limit["maker"]]
            units = [self.at(limit["units"], t) * self.at(limit["share"], t) for t in self.T]
            self._arrivals(offers, units, limit["carry_over"])

    def _arrivals(self, offers: list[str], units: list[float], carry_over: bool) -> None:
        for t in self.T:
            when = self.T[: t + 1] if carry_over else [t]
            row = {j: 1.0 for (q, _, o), j in self.add.items() if q in when and o in offers}
            self.most.append((row, sum(units[q] for q in when)))

    def budgets(self) -> None:
        """Spend no more than the budgets, not discounted."""
        for budget in self.scenario.get("budgets", {}).values():
            kinds = {"all": (True, False), "capital": (True,), "operating": (False,)}[budget["covers"]]
            for when in [self.T] if budget["per"] == "horizon" else [[t] for t in self.T]:
                row: Row = defaultdict(float)
                left = budget["limit"]
                for column, amount in (one for t in when for kind in kinds for one in self.spent[t, kind]):
                    if column is None:
                        left -= amount
                    else:
                        row[column] += amount
                self.most.append((dict(row), left))

    def limits(self) -> None:
        """Have no more of a device than its share of all, by number or by nameplate power."""
        for share, t in ((share, t) for share in self.scenario.get("shares", {}).values() for t in self.T):
            row: Row = defaultdict(float)
            left = 0.0
            for (q, k, _, o), (columns, constant) in self.there.items():
                device = self.scenario["offers"][o]["device"]
                counts = self.scenario["devices"][device]["power_kw"] if share["of"] == "power" else 1.0
                each = counts * ((device == share["device"]) - share["max_share"]) * self.shares[k] * (q == t)
                left -= constant * each
                for j, a in columns.items():
                    row[j] += a * each
            self.most.append((dict(row), left))
