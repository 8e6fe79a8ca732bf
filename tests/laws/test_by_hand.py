"""Random scenarios with much in them at once: the planner's optimum is that of the same programme written by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

import planner
from tests.laws.by_hand import COMMITTED, ByHand

SITES, REGIONS, WORKLOADS, DEVICES = ("s1", "s2"), ("r1", "r2"), ("w1", "w2"), ("d1", "d2")


class Draw:
    """Draws the parts of a scenario."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        lengths = ("month", "quarter", "year", "2 months")
        self.spans = [
            {"period": self.rng.choice(lengths), "count": self.rng.randint(1, 2)} for _ in range(self.rng.randint(1, 3))
        ]
        self.periods = sum(int(str(span["count"])) for span in self.spans)

    def chance(self, share: float) -> bool:
        """Return true so often."""
        return self.rng.random() < share

    def one(self, low: float, high: float) -> float:
        """Return a number."""
        return round(self.rng.uniform(low, high), 3)

    def series(self, low: float, high: float) -> Any:
        """Return a number, or one for each period."""
        return [self.one(low, high) for _ in range(self.periods)] if self.chance(0.5) else self.one(low, high)

    def some(self, names: tuple[str, ...]) -> list[str]:
        """Return the first one or more names."""
        return list(names[: self.rng.randint(1, len(names))])

    def maybe(self, share: float, **fields: Any) -> dict[str, Any]:
        """Return the fields, or none."""
        return fields if self.chance(share) else {}

    def money(self) -> dict[str, Any]:
        """Return currency, discounting and salvage."""
        fixed = {"discount_rate": self.rng.choice([0, 0.05, 0.1]), "salvage": self.rng.choice([0, 0.5, 1])}
        return fixed | {"exchange": {"EUR": 1.5}} | self.maybe(0.3, basis="nominal", inflation=0.03)

    def device(self, name: str) -> dict[str, Any]:
        """Return a device."""
        draws = {"power_kw": (0.5, 2), "active_power_kw": (0.4, 1), "idle_power_kw": (0, 0.4)}
        return {"maker": f"m{name}"} | {key: self.one(*between) for key, between in draws.items()}

    def site(self) -> dict[str, Any]:
        """Return a site."""
        prices = {"tariff_per_kwh": (0.05, 0.2), "carbon_g_per_kwh": (50, 500), "fixed_cost_per_year": (0, 10)}
        site = {"latency_ms": self.rng.choice([10, 60]), "pue": 1.2, "peak_pue": 1.3, "egress_per_gb": 0.02}
        site |= {key: self.series(*between) for key, between in prices.items()}
        return site | self.maybe(0.6, power_mw=self.series(0.002, 0.02)) | self.maybe(0.3, currency="EUR")

    def workload(self, regions: list[str], devices: list[str], sliced: bool) -> dict[str, Any]:
        """Return a workload."""
        per = self.rng.choice(["hour", "hour", "hour", "day", "period"])
        workload: dict[str, Any] = {
            "demand": {"by_region": {r: self.series(1, 20) for r in regions}, "per": per},
            "rate": {d: self.series(0.5, 4) for d in devices},
            "utilisation": self.rng.choice([0.5, 0.7, 1]),
            "unmet_penalty": self.series(0.3, 5),
            "data_gb_per_unit": 0.1,
            "serving_cost": {"s1": {"r1": 0.05}},
        }
        return workload | self.maybe(0.3, max_latency_ms=50) | self.maybe(0.6 if sliced else 0.0, profile="day")

    def offer(self, device: str, kind: str, sites: list[str]) -> dict[str, Any]:
        """Return an offer."""
        offer = {"kind": kind, "device": device} | self.maybe(0.3, sites=[self.rng.choice(sites)])
        offer |= self.maybe(0.3, currency="EUR") | self.maybe(0.4, availability=0.9)
        offer |= self.maybe(0.5, supply=self.series(1, 15)) | self.maybe(0.3, includes_power=self.chance(0.5))
        if kind == "buy":
            offer |= {"price_per_unit": self.series(500, 4000), "life_months": self.rng.choice([4, 7, 12, 36])}
            offer |= self.maybe(0.4, resale_share=0.6) | self.maybe(0.4, deposit_share=0.3)
            offer |= self.maybe(0.4, salvage_share=0.7)
        else:
            offer |= {"price_per_hour": self.series(0.1, 1.5)}
        if kind in ("lease", "reserve"):
            offer |= {"term_months": self.rng.choice([1, 3, 5, 12])}
        if kind in COMMITTED:
            offer |= {"maintenance_per_unit_year": self.series(0, 100)}
            offer |= self.maybe(0.4, lead_time_months=self.rng.choice([1, 2.5, 3, 4])) | self.maybe(
                0.4, carry_over=True
            )
        return offer


def drawn(seed: int) -> dict[str, Any]:
    """Return a random scenario."""
    draw = Draw(seed)
    sites, regions, workloads, devices = map(draw.some, (SITES, REGIONS, WORKLOADS, DEVICES))
    sliced = draw.chance(0.5)
    kinds = ["buy", "lease", "reserve", "on-demand", "spot"]
    chosen = [(d, kind) for d in devices for kind in draw.rng.sample(kinds, draw.rng.randint(1, 3))]
    scenario: dict[str, Any] = {
        "horizon": {"start": "2024Q1", "spans": draw.spans},
        "money": draw.money(),
        "regions": {r: {} for r in regions},
        "devices": {d: draw.device(d) for d in devices},
        "sites": {s: draw.site() for s in sites},
        "workloads": {w: draw.workload(regions, devices, sliced) for w in workloads},
        "offers": {f"o{i}": draw.offer(d, kind, sites) for i, (d, kind) in enumerate(chosen)},
        "carbon": {"price_per_tonne": draw.rng.choice([0, 50])},
    }
    if sliced:
        scenario["slices"] = [{"name": "peak", "share": 0.3}, {"name": "rest", "share": 0.7}]
        scenario["profiles"] = {"day": {"values": {"peak": 2, "rest": 0.7}}}
    held = next((o for o, offer in scenario["offers"].items() if offer["kind"] in COMMITTED), None)
    if held is not None:
        at = {"offer": held, "site": scenario["offers"][held].get("sites", sites)[0]}
        names = planner.load(scenario).calendar.names
        scenario |= draw.maybe(0.5, fleet={"h": at | {"units": 3, "age_months": draw.rng.choice([0, 2, 5])}})
        order = at | {"units": 2, "period": draw.rng.choice(names), "paid": draw.chance(0.5)}
        scenario |= draw.maybe(0.5, orders={"x": order})
        limit = {
            "maker": "md1",
            "units": draw.series(3, 20),
            "share": draw.series(0.3, 1),
            "carry_over": draw.chance(0.5),
        }
        scenario |= draw.maybe(0.4, supply={"l": limit})
    covers, per = draw.rng.choice(["all", "capital", "operating"]), draw.rng.choice(["horizon", "period"])
    scenario |= draw.maybe(0.3, budgets={"b": {"limit": draw.one(5e4, 3e5), "covers": covers, "per": per}})
    of = draw.rng.choice(["devices", "power"])
    return scenario | draw.maybe(0.3, shares={"z": {"device": "d1", "of": of, "max_share": 0.7}})


@pytest.mark.parametrize("seed", range(30))
def test_the_optimum_is_that_of_the_programme_written_by_hand(seed):
    """Every rule and cost of a linear plan at once, against scipy's optimum of a programme made independently."""
    scenario = drawn(seed)
    expected = ByHand(scenario).optimum()
    plan = planner.solve(planner.load(scenario))
    assert plan.status == ("infeasible" if expected is None else "optimal")
    assert plan.objective == (None if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-6))
