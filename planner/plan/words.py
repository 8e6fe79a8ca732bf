"""Numbers and things in words: every sentence of the planner is made from these."""

from __future__ import annotations

import math
from collections.abc import Mapping

SCALES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
DIGITS = 3


def number(value: float) -> str:
    """Return a number with three significant digits: 1,230, 0.0123, 4.57 million.

    Examples
    --------
    >>> number(713333.3), number(0.012345), number(1234.5), number(2.5e9)
    ('713,000', '0.0123', '1,230', '2.5 billion')
    """
    if not math.isfinite(value):
        return "no limit" if value > 0 else "nothing"
    if value == 0:
        return "0"
    rounded = round(value, DIGITS - 1 - math.floor(math.log10(abs(value))))
    for scale, word in SCALES:
        if abs(rounded) >= scale:
            return f"{_plain(rounded / scale)}{word}"
    return _plain(rounded)


def _plain(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 1e-4:
        return f"{value:.3g}"
    digits = max(0, DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: float, currency: str) -> str:
    """Return an amount with its currency: 1.2 million USD."""
    return f"{number(value)} {currency}"


def percent(share: float) -> str:
    """Return a share as a percentage with three digits, but never 100 % or 0 % for what is only near it."""
    if 0 < share < 1:
        share = min(max(share, 1e-4), 0.9999)
    return f"{float(f'{share * 100:.4g}' if 0.99 < share < 1 else f'{share * 100:.3g}'):g} %"


NOUNS = {
    "demand": "demand for {workload} in {region}",
    "throughput": "what runs {workload} at {site}",
    "capacity": "what {offer} sells of {workload} at {site}",
    "linking": "serving {region} from {site}",
    "occupancy": "the devices of {offer} at {site}",
    "accumulation": "the fleet of {offer} at {site}",
    "supply": "the supply of {offer}",
    "supply_year": "the supply of {offer} in {year}",
    "supply_together": "the supply limit {limit}",
    "supply_together_year": "the supply limit {limit} in {year}",
    "pool": "the pool of {offer}",
    "commitment": "the commitment to {offer}",
    "power": "the power at {site}",
    "siting": "the space at {site}",
    "open_sites": "the number of open sites",
    "modules": "the modules {module} at {site}",
    "balance": "the traffic of {site} at {node}",
    "link_capacity": "the link {link} from {tail} to {head}",
    "carbon_cap": "the carbon cap",
    "carbon_cap_total": "the carbon cap over the horizon",
    "budget": "the budget {budget} ({span})",
    "share_least": "the least share {share}",
    "share_most": "the greatest share {share}",
    "campaign_devices": "the devices of campaign {campaign} at {site}",
    "serve": "serving {workload} in {region} from {site}",
    "unmet": "unmet {workload} in {region}",
    "work": "buying {workload} from {offer} at {site}",
    "run": "{workload} on {offer} at {site}",
    "fleet": "devices of {offer} at {site}",
    "add": "arrivals of {offer} at {site}",
    "rent": "rented devices of {offer} at {site}",
    "retire": "early sales of {offer} at {site}",
    "flow": "traffic of {site} from {tail} to {head}",
    "path": "the route {route}",
    "train": "devices of campaign {campaign} from {offer} at {site}",
}
"""What a row or column is about, by its block."""


def noun(block: str, labels: Mapping[str, str], period: str = "") -> str:
    """Return a row or column of a block in words."""
    words = NOUNS.get(block, f"{block} {' '.join(labels.values())}".strip()).format(**labels)
    return f"{words} in {period}" if period else words
