"""Numbers and things in words: every sentence of the planner is made from these."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

SCALES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
DIGITS = 3
ROUNDING = 1e-10
"""A share this near to nothing or to all differs from it by the solver's rounding alone."""

MANY = 10.0
"""A share from this on is told like any other number."""

NEAR = 1e-4
"""A share this near to nothing or to all is not told more closely."""


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
    """Return a share as a percentage with three digits, but never 100 % or 0 % for what is only near it.

    Examples
    --------
    >>> percent(0.0527), percent(0.9928), percent(1 - 1e-6), percent(1e-6), percent(1 - 1e-12), percent(15)
    ('5.27 %', '99.28 %', 'over 99.99 %', 'under 0.01 %', '100 %', '1,500 %')
    """
    share = round(share) if abs(share - round(share)) <= ROUNDING else share
    if abs(share) >= MANY:
        return f"{number(share * 100)} %"
    if 0 < share < NEAR:
        return f"under {NEAR * 100:g} %"
    if 1 - NEAR < share < 1:
        return f"over {100 - NEAR * 100:g} %"
    return f"{float(f'{share * 100:.4g}' if 0.99 < share < 1 else f'{share * 100:.3g}'):g} %"


def times(ratio: float) -> str:
    """Return a ratio: 1.3 times."""
    return f"{number(ratio)} times"


def quantity(value: float, unit: str) -> str:
    """Return an amount with its unit: 713,000 H100."""
    return f"{number(value)} {unit}".rstrip()


def count(value: int, noun: str) -> str:
    """Return so many things: 1 period, 2 periods, 3 countries."""
    return f"{value:,} {noun if value == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the word for several: periods, countries; what ends in s, as a unit of thousands does, stays."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return noun if noun.endswith("s") else f"{noun}s"


def listed(items: Sequence[str], most: int = 5, last: str = "and") -> str:
    """Return a list in words, cut where it is long: a, b and c; a, b and 7 more."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most:,} more"
    return f" {last} ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def sentence(text: str) -> str:
    """Return words as a sentence: its first letter as a capital, a full stop at its end."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def period_noun(horizon: Mapping[str, Any]) -> str:
    """Return what a period of a horizon is called: quarter; period where lengths differ or have no name."""
    length = str(horizon.get("period", "year"))
    return "period" if horizon.get("spans") or " " in length else length


def span(names: Sequence[str]) -> str:
    """Return when a run of periods is: in 2024, from 2024Q1 to 2027Q4."""
    return f"in {names[0]}" if len(names) == 1 else f"from {names[0]} to {names[-1]}"


NOUNS = {
    "demand": "demand for {workload} in {region}",
    "throughput": "what runs {workload} at {site}",
    "capacity": "what {offer} sells of {workload} at {site}",
    "linking": "serving {region} from {site}",
    "occupancy": "the capacity of {offer} at {site}",
    "accumulation": "the fleet of {offer} at {site}",
    "supply": "the supply of {offer}",
    "supply_year": "the supply of {offer} in {year}",
    "supply_together": "the supply limit {limit}",
    "supply_together_year": "the supply limit {limit} in {year}",
    "pool": "what {offer} rents out",
    "commitment": "the commitment to {offer}",
    "power": "the power at {site}",
    "siting": "the space at {site}",
    "open_sites": "the number of open sites",
    "modules": "the number of modules {module} at {site}",
    "balance": "the traffic of {site} at {node}",
    "link_capacity": "the link {link} from {tail} to {head}",
    "carriage": "the traffic {traffic} at {node}",
    "trunking": "the traffic {traffic}",
    "lighting": "the blocks {module} on the link {link}",
    "one_source": "the one source of {workload} in {region}",
    "survival": "the share of {workload} to be served",
    "asked": "the demand for {workload} in {region}",
    "carbon_cap": "the carbon cap",
    "carbon_cap_total": "the carbon cap over the horizon",
    "budget": "the budget {budget} ({span})",
    "share_least": "the least share {share}",
    "share_most": "the greatest share {share}",
    "campaign_devices": "the fleet of campaign {campaign} at {site}",
    "serve": "serving {workload} in {region} from {site}",
    "unmet": "unmet {workload} in {region}",
    "work": "buying {workload} from {offer} at {site}",
    "run": "{workload} on {offer} at {site}",
    "fleet": "the fleet of {offer} at {site}",
    "add": "the arrival of {offer} at {site}",
    "rent": "renting of {offer} at {site}",
    "retire": "early sale of {offer} at {site}",
    "flow": "traffic of {site} from {tail} to {head}",
    "path": "the route {route}",
    "carry": "traffic {traffic} from {tail} to {head}",
    "trunk": "the route {route} of {traffic}",
    "shed": "traffic {traffic} left behind",
    "lit": "the blocks {module} on the link {link}",
    "use": "the use of the link {link}",
    "train": "training {campaign} on {offer} at {site}",
}
"""What a row or column is about, by its block."""


def noun(block: str, labels: Mapping[str, str], period: str = "") -> str:
    """Return a row or column of a block in words."""
    if block.startswith("loss of ") and ": " in block:
        lost, _, inner = block.partition(" (")
        return f"{noun(inner.partition(': ')[2], labels, period)} after the {lost}"
    words = NOUNS.get(block, f"{block} {' '.join(labels.values())}".strip()).format(**labels)
    return f"{words} in {period}" if period else words
