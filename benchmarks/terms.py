"""What one unit of each decision costs, and how long what arrives lasts: arithmetic that two contenders share.

It is written apart from the planner, straight from the meaning of the figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.figures import CARBON_PRICE, DISCOUNT, EGRESS_GB, MONTHS, PENALTY, SLICES, Size, offers

MONTH_HOURS = 730.0
LIFE, TERM = 48.0, 12.0


def terms(size: Size, f: dict[str, Any]) -> dict[str, Any]:
    """Return demand by slice, `lasting`, and the cost of one unit of each decision (time first)."""
    T = size.periods
    offset = MONTHS * np.arange(T + 1)
    start, middle = (1 + DISCOUNT) ** (-offset[:-1] / 12), (1 + DISCOUNT) ** (-(offset[:-1] + MONTHS / 2) / 12)
    end = (1 + DISCOUNT) ** (-offset[-1] / 12)
    hours, slice_hours = MONTHS * MONTH_HOURS, MONTHS * MONTH_HOURS / SLICES
    sold = offers(size)
    committed = [(kind, d) for _, kind, d in sold if kind != "on-demand"]
    lasting = np.zeros((len(committed), T, T))
    add = np.zeros((T, len(committed)))
    for o, (kind, d) in enumerate(committed):
        months = LIFE if kind == "buy" else TERM
        since, until = np.maximum.outer(offset[:-1], offset[:-1]), np.minimum.outer(offset[:-1] + months, offset[1:])
        lasting[o] = np.clip((until - since) / MONTHS, 0, 1)
        if kind == "buy":
            left = np.clip(offset[:-1] + months - offset[-1], 0, months)
            book = np.minimum(f["price"][d] * left / months, f["price"][d] * start / end)
            add[:, o] = f["price"][d] * start - book * end
        else:
            add[:, o] = lasting[o] @ (f["lease_price"][d] * hours * middle)
    of = np.array([d for _, d in committed])
    per_kwh = f["tariff"] + f["carbon_g"] / 1e6 * CARBON_PRICE  # at own devices, by site
    idle = (f["idle_kw"][of, None] * f["pue"] * per_kwh) * hours  # offer, site
    fleet = middle[:, None, None] * (f["maintenance"][of, None] * hours / (12 * MONTH_HOURS) + idle)
    device = np.array([d for _, _, d in sold])
    own = np.array([kind != "on-demand" for _, kind, _ in sold])
    price_kwh = np.where(own[:, None], per_kwh, f["carbon_g"] / 1e6 * CARBON_PRICE)  # offer, site
    busy = (f["power_kw"] - f["idle_kw"])[device, None] * f["pue"] * price_kwh * slice_hours
    rent = (f["rent_price"][0] + f["idle_kw"][0] * f["pue"] * f["carbon_g"] / 1e6 * CARBON_PRICE) * slice_hours
    serve = (f["freight"] + f["data_gb"][:, None, None] * EGRESS_GB).transpose(0, 2, 1) * slice_hours  # w, r, s
    return {
        "demand": _demand(f),
        "committed": committed,
        "offers": sold,
        "lasting": lasting,
        "add": add,
        "fleet": fleet,
        "run": middle[:, None, None] * busy,
        "rent": middle[:, None] * rent,
        "serve": middle[:, None, None, None] * serve,
        "unmet": PENALTY * slice_hours,
        "constant": float((f["fixed"].sum() * hours / (12 * MONTH_HOURS)) * middle.sum()),
        "supply": np.cumsum(f["supply"], axis=0)[:, of],
        "kw": f["power_kw"][of, None] * f["pue"],
    }


def _demand(f: dict[str, Any]) -> np.ndarray:
    """Return demand by period, slice, workload and region: the profile of the local hour, scaled to a mean of 1."""
    profile = f["profile"] / f["profile"].mean(axis=1, keepdims=True)
    local = (np.arange(SLICES)[:, None] + f["utc_offset"].astype(int)[None, :]) % SLICES
    shape = profile[:, local].transpose(1, 0, 2)
    return f["demand"][:, None, :, :] * shape[None]
