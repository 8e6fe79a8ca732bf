"""One plan of any size: its figures as arrays, and the same figures as a scenario with CSV tables.

The figures come from a seeded generator and are rounded, so that the text in the files and the arrays hold
the same doubles. The plan has what a real one has: hours of the day, regional clocks, several devices, offers
to buy, lease and rent, supply, power, energy, carbon, a freight matrix and a penalty for what stays unmet.
Supply to buy and lease is short and binds; the pool to rent from and the power are wide, which keeps the
simplex time of a million columns within minutes.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SLICES = 24
MONTHS = 3.0
PENALTY = 4.0
DISCOUNT = 0.08
CARBON_PRICE = 80.0
EGRESS_GB = 0.02


@dataclass(frozen=True)
class Size:
    """How many of each there are."""

    periods: int
    workloads: int
    regions: int
    sites: int
    devices: int


SIZES = {
    "tiny": Size(2, 2, 3, 2, 2),
    "10k": Size(4, 2, 8, 6, 2),
    "100k": Size(8, 3, 13, 12, 3),
    "1M": Size(4, 3, 62, 56, 3),
}
KINDS = ("buy", "buy", "lease")


def figures(size: Size, seed: int = 7) -> dict[str, Any]:
    """Return the figures of a plan; every axis is in order of name."""
    rng = np.random.default_rng(seed)
    T, W, R, S, D = size.periods, size.workloads, size.regions, size.sites, size.devices

    def spread(low: float, high: float, *shape: int, digits: int = 4) -> np.ndarray:
        return np.round(rng.uniform(low, high, shape), digits)

    growth = np.cumprod(np.ones(T) * 1.15)
    hours = np.arange(SLICES)
    rates = spread(20, 200, W, D)
    rates[rng.random((W, D)) < 0.2] = 0.0  # a device too small for a workload
    rates[:, 0] = np.maximum(rates[:, 0], 20.0)
    return {
        "demand": np.round(spread(200, 3000, 1, W, R) * growth[:, None, None], 3),
        "profile": np.round(1 + 0.6 * np.sin((hours - 8) / 24 * 2 * np.pi) + spread(0, 0.2, W, SLICES), 4),
        "utc_offset": rng.integers(-8, 10, R).astype(float),
        "rate": rates,
        "utilisation": spread(0.5, 0.9, W, digits=2),
        "data_gb": spread(0.001, 0.02, W),
        "freight": spread(0.001, 0.2, W, S, R),
        "allowed": _allowed(rng, W, S),
        "power_kw": spread(0.5, 1.6, D, digits=3),
        "idle_kw": spread(0.1, 0.3, D, digits=3),
        "price": spread(15000, 45000, D, digits=0),
        "lease_price": spread(0.6, 0.9, D, digits=3),
        "rent_price": spread(0.7, 1.2, D, digits=3),
        "supply": np.round(spread(10, 40, T, D, digits=0) * growth[:, None]),
        "pool": spread(20000, 80000, D, digits=0),
        "maintenance": spread(300, 900, D, digits=0),
        "power_mw": np.round(spread(4, 20, S) * W * R, 3),
        "pue": spread(1.1, 1.5, S, digits=3),
        "tariff": spread(0.04, 0.2, S),
        "carbon_g": spread(20, 600, S, digits=0),
        "fixed": spread(1e5, 1e6, S, digits=0),
    }


def _allowed(rng: np.random.Generator, workloads: int, sites: int) -> np.ndarray:
    """Return which sites may do which work: all but one or two of each workload, by residency."""
    allowed = np.ones((workloads, sites), bool)
    for w in range(workloads):
        allowed[w, rng.integers(1, sites)] = False
    return allowed


def names(kind: str, count: int) -> list[str]:
    """Return names whose order is that of their numbers."""
    return [f"{kind}-{i:03d}" for i in range(count)]


def periods(size: Size) -> list[str]:
    """Return the names of the quarters."""
    return [f"{2024 + t // 4}Q{t % 4 + 1}" for t in range(size.periods)]


def offers(size: Size) -> list[tuple[str, str, int]]:
    """Return name, kind and device of every offer in order of name; device 0 can be rented by the hour as well."""
    devices = names("device", size.devices)
    owned = [(f"{KINDS[d % 3]}-{name}", KINDS[d % 3], d) for d, name in enumerate(devices)]
    return [*sorted(owned), (f"rent-{devices[0]}", "on-demand", 0)]


def write(folder: Path, size: Size, seed: int = 7) -> None:
    """Write scenario.yaml and its tables, and the same figures as figures.npz."""
    f = figures(size, seed)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "figures.npz", **f)
    _tables(folder, size, f)
    (folder / "scenario.yaml").write_text("\n".join(_lines(size, f)) + "\n", encoding="utf-8")


def _tables(folder: Path, size: Size, f: dict[str, Any]) -> None:
    workloads, regions, sites = (
        names(k, n) for k, n in (("work", size.workloads), ("region", size.regions), ("site", size.sites))
    )
    with (folder / "demand.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["workload", "region", "period", "units_per_hour"])
        for t, period in enumerate(periods(size)):
            for w, workload in enumerate(workloads):
                rows.writerows([workload, region, period, f["demand"][t, w, r]] for r, region in enumerate(regions))
    with (folder / "freight.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["workload", "site", "region", "cost_per_unit"])
        for w, workload in enumerate(workloads):
            for s, site in enumerate(sites):
                rows.writerows([workload, site, region, f["freight"][w, s, r]] for r, region in enumerate(regions))
    with (folder / "supply.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["device", "period", "units"])
        for t, period in enumerate(periods(size)):
            rows.writerows([d, period, f["supply"][t, i]] for i, d in enumerate(names("device", size.devices)))


def _lines(size: Size, f: dict[str, Any]) -> list[str]:
    lines = [
        "name: benchmark",
        f"horizon: {{start: 2024Q1, period: quarter, count: {size.periods}}}",
        "slices: hours-of-day",
        f"money: {{currency: USD, discount_rate: {DISCOUNT}}}",
        f"carbon: {{price_per_tonne: {CARBON_PRICE}}}",
        "unmet_tolerance: 1.0",
        "regions:",
    ]
    lines += [f"  {r}: {{utc_offset_hours: {f['utc_offset'][i]}}}" for i, r in enumerate(names("region", size.regions))]
    lines += ["profiles:"]
    for w, name in enumerate(names("work", size.workloads)):
        lines += [f"  {name}: {{values: {f['profile'][w].tolist()}}}"]
    lines += ["devices:"]
    for d, name in enumerate(names("device", size.devices)):
        lines += [f"  {name}: {{maker: maker-{d % 2}, power_kw: {f['power_kw'][d]}, idle_power_kw: {f['idle_kw'][d]}}}"]
    lines += ["sites:"]
    for s, name in enumerate(names("site", size.sites)):
        lines += [
            f"  {name}:",
            f"    {{power_mw: {f['power_mw'][s]}, pue: {f['pue'][s]}, tariff_per_kwh: {f['tariff'][s]},",
            f"     carbon_g_per_kwh: {f['carbon_g'][s]}, fixed_cost_per_year: {f['fixed'][s]}, egress_per_gb: {EGRESS_GB}}}",
        ]
    return [*lines, *_offer_lines(size, f), *_workload_lines(size, f)]


def _offer_lines(size: Size, f: dict[str, Any]) -> list[str]:
    lines = ["offers:"]
    devices = names("device", size.devices)
    for name, kind, d in offers(size):
        lines += [f"  {name}:", f"    kind: {kind}", f"    device: {devices[d]}"]
        if kind == "on-demand":
            lines += [f"    price_per_hour: {f['rent_price'][d]}", f"    supply: {f['pool'][d]}"]
            continue
        lines += [f"    maintenance_per_unit_year: {f['maintenance'][d]}"]
        lines += [
            f"    supply: {{table: supply.csv, value: units, period: period, where: {{device: {devices[d]}}}}}",
            "    carry_over: true",
        ]
        if kind == "buy":
            lines += [f"    price_per_unit: {f['price'][d]}", "    life_months: 48"]
        else:
            lines += [f"    price_per_hour: {f['lease_price'][d]}", "    term_months: 12"]
    return lines


def _workload_lines(size: Size, f: dict[str, Any]) -> list[str]:
    lines = ["workloads:"]
    devices, sites = names("device", size.devices), names("site", size.sites)
    for w, name in enumerate(names("work", size.workloads)):
        rates = ", ".join(f"{d}: {f['rate'][w, i]}" for i, d in enumerate(devices) if f["rate"][w, i] > 0)
        denied = ", ".join(s for i, s in enumerate(sites) if not f["allowed"][w, i])
        lines += [
            f"  {name}:",
            "    unit: request",
            f"    profile: {name}",
            f"    utilisation: {f['utilisation'][w]}",
            f"    data_gb_per_unit: {f['data_gb'][w]}",
            f"    unmet_penalty: {PENALTY}",
            f"    rate: {{{rates}}}",
            f"    residency: [{{deny_sites: [{denied}]}}]",
            "    demand:",
            "      by_region: {table: demand.csv, key: region, period: period, value: units_per_hour,",
            f"                  where: {{workload: {name}}}}}",
            "    serving_cost: {table: freight.csv, row: site, column: region, value: cost_per_unit,",
            f"                   where: {{workload: {name}}}}}",
        ]
    return lines
