"""A small scenario with every kind of number that a what-if changes, and random changes of it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

HELD = [{"of": "served", "tolerance": 0.01}, {"of": "carbon", "tolerance": 0.02}, {"of": "cost"}]


def small(**parts: Any) -> dict[str, Any]:
    """Return two regions, two sites, two devices, two workloads and four offers over four quarters; `parts` replace parts."""
    base: dict[str, Any] = {
        "horizon": {"start": "2024Q1", "period": "quarter", "count": 4},
        "money": {"discount_rate": 0.05},
        "regions": {"east": {}, "west": {}},
        "sites": {
            "a": {"power_mw": 0.03, "tariff_per_kwh": 0.1, "latency_ms": 10, "carbon_g_per_kwh": 400},
            "b": {"power_mw": [0.01, 0.02, 0.02, 0.02], "tariff_per_kwh": 0.2, "latency_ms": 40, "carbon_g_per_kwh": 50},
        },
        "devices": {"d": {"maker": "m", "power_kw": 1.0}, "e": {"maker": "n", "power_kw": 1.5}},
        "workloads": {
            "v": {
                "rate": {"d": 2.0, "e": 5.0},
                "demand": {"by_region": {"east": [20, 40, 60, 90], "west": 30}},
                "unmet_penalty": 3.0,
            },
            "w": {"rate": {"d": 1.0}, "demand": {"by_region": {"east": 6}}, "unmet_penalty": 2.0, "max_latency_ms": 20},
        },
        "offers": {
            "buy-d": {"kind": "buy", "device": "d", "price_per_unit": 9000, "supply": 6},
            "buy-e": {"kind": "buy", "device": "e", "price_per_unit": 24000, "supply": [2, 2, 4, 4], "lead_time_months": 3},
            "rent-d": {"kind": "on-demand", "device": "d", "price_per_hour": 2.5, "supply": 9},
            "sold": {"kind": "serverless", "work": {"v": {"price_per_unit": 1.9, "capacity_per_hour": 7}}},
        },
        "carbon": {"price_per_tonne": 20},
        "budgets": {"capital": {"limit": 400000, "covers": "capital", "per": "horizon"}},
    }  # fmt: skip
    return deepcopy(base) | parts


PATHS = (
    "offers.buy-*.price_per_unit", "offers.rent-d.price_per_hour", "offers.sold.work.v.price_per_unit",
    "offers.buy-e.supply[2024Q3:2024Q4]", "offers.*.supply", "sites.*.power_mw", "sites.a.power_mw[2024Q2]",
    "workloads.v.demand.by_region.east", "workloads.*.demand.by_region.*", "workloads.v.rate.e", "workloads.w.rate.d",
    "workloads.*.unmet_penalty", "budgets.capital.limit", "sites.*.tariff_per_kwh", "carbon.price_per_tonne",
    "offers.sold.work.v.capacity_per_hour",
)  # fmt: skip
"""Numbers that are there to be changed: prices, supply, power, demand, rates, penalties, budgets."""


def random_changes(seed: int, number: int) -> list[dict[str, str]]:
    """Return changes of one to four paths each, most of them by some per cent, some by a factor of four."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(number):
        paths = rng.choice(PATHS, size=rng.integers(1, 5), replace=False)
        spread = rng.choice([0.1, 0.5, 1.4], p=[0.5, 0.3, 0.2])
        found.append({str(path): f"*{np.exp(rng.uniform(-spread, spread)):.6f}" for path in paths})
    return found
