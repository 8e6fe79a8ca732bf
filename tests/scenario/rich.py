"""A scenario with a bit of everything, as text whose lines tests may count on, and what reads such texts."""

from pathlib import Path

import pytest

import planner
from planner.errors import InputError

RICH = """\
name: rich
horizon: {start: 2024Q1, period: quarter, count: 4}
slices:
  - {name: peak, share: 0.25}
  - {name: rest, share: 0.75}
money: {currency: USD, discount_rate: 0.08, exchange: {EUR: 1.1}}
regions:
  europe: {weights: {users: 2}, utc_offset_hours: 1}
  asia: {weights: {users: 3}, access_ms: 5}
profiles:
  day: {values: {peak: 2, rest: 0.7}}
chains:
  need:
    steps:
      - {name: uploads, value: 100, unit: video/day}
      - {name: share, times: {2024Q1: 0.1, 2024Q4: 0.4, between: linear}}
      - {name: more, plus: {sum: [1, 2]}}
workloads:
  video:
    unit: video
    demand: {chain: need, split: users, per: day}
    rate: {h100: 5, rtx: [1, 1, 1.5, 1.5]}
    min_memory_gb: 20
    max_latency_ms: 100
    data_gb_per_unit: 0.1
    unmet_penalty: 50
    profile: day
    residency: [{regions: [europe], deny_countries: [CN]}]
devices:
  h100: {maker: nvidia, memory_gb: 80, power_kw: 1.2, idle_power_kw: 0.2}
  rtx: {maker: nvidia, memory_gb: 24, power_kw: 0.4}
offers:
  buy: {kind: buy, device: h100, price_per_unit: 30000, supply: {2024Q1: 5, between: hold}, lead_time_months: 3}
  cloud: {kind: on-demand, device: h100, price_per_hour: 3, sites: [berlin]}
  retail: {kind: marketplace, device: rtx, price_per_hour: 0.4, sites: [net], pool: {nodes: 50, availability: 0.7}}
sites:
  berlin: {country: DE, power_mw: 1, pue: 1.2, tariff_per_kwh: 0.2, currency: EUR}
  tokyo: {country: JP, power_mw: {growth_per_year: 0.1, from: 1}}
  net: {distributed: true, latency_ms: 80}
network:
  links:
    a: {ends: [europe, berlin], latency_ms: 10}
    b: {ends: [asia, tokyo], latency_ms: 10}
    c: {ends: [berlin, tokyo], latency_ms: 150}
budgets: {total: {limit: 1000000}}
shares: {little: {maker: nvidia, max_share: 1}}
supply: {all: {maker: nvidia, units_per_year: {"2024": 100}, share: 0.5}}
campaigns: {train: {devices: [h100], units: 2, months: 3, sites: [berlin], value: 100000}}
"""


def edited(*edits: str) -> str:
    """Return the text with each old part (in turn) replaced by a new one; every old part must be there."""
    text = RICH
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def load(text, **options):
    """Write a text as s.yaml in the folder that the test works in, and load it."""
    Path("s.yaml").write_text(text, encoding="utf-8")
    return planner.load("s.yaml", **options)


def refused(text, **options):
    """Return the mistakes of a text, each of which has a place; those in s.yaml without its name."""
    with pytest.raises(InputError) as caught:
        load(text, **options)
    assert all(problem.place for problem in caught.value.problems)
    return [str(problem).removeprefix("s.yaml:") for problem in caught.value.problems]
