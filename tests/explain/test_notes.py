"""What a reviewer would ask about, by hand."""

from __future__ import annotations

import pytest

import planner
from planner.explain.explanation import Asked
from planner.explain.topics import explain
from tests.model.cases import bought, case, rented, sold, work

TRUST_UNKNOWN = (
    "How far its figures can be trusted is known from the scenario's file, not from a saved plan: --scenario names it."
)


def told(scenario):
    return explain(planner.solve(planner.load(scenario)), "notes", Asked()).sentences


def test_a_penalty_that_is_paid():
    """4 units at 1, and 6 left at a penalty of 9 rather than bought at 12."""
    scenario = case(
        workloads=work(10, unmet_penalty=9), devices={"d": {"maker": "m"}},
        offers={"o": rented(1, supply=4), "dear": sold(12)},
    )  # fmt: skip
    assert told(scenario)[0] == (
        "The plan pays a penalty of 54 USD (9 USD per unit) rather than serve 60 % of w, in 1 hour: serving it would cost "
        "more than that, or cannot be."
    )


def test_one_maker_one_offer_one_site():
    lines = told(case(devices={"d": {"maker": "m"}}))
    assert lines == (
        "100 % of the devices are made by m: the plan rests on one maker.",
        "100 % of the devices are had through o: the plan rests on one offer.",
        "100 % of the devices are at s: the plan rests on one site.",
        TRUST_UNKNOWN,
    )


def test_a_site_that_is_hardly_used():
    """5 kW of 1 MW are drawn at s, by 5 units of the 1,000."""
    scenario = case(
        1000, devices={"d": {"power_kw": 1}}, sites={"s": {"power_mw": 1}, "t": {}},
        offers={"o": bought(1, supply=5) | {"sites": ["s"]}, "x": sold(9) | {"sites": ["t"]}},
    )  # fmt: skip
    lines = told(scenario)
    assert "s is used under 1 %: 0.005 MW of 1 MW at the most." in lines


def test_devices_that_stand_idle():
    """A commitment that is signed, to devices of which only the first tenth of a unit is needed in 20."""
    lease = {"kind": "lease", "price_per_hour": 3, "term_months": 1, "min_commitment": 20, "commitment": "obliged"}
    scenario = case(
        devices={"d": {}, "e": {}},
        workloads={"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 0.1}}}},
        offers={"o": lease | {"device": "e"}},
    )
    assert "The devices of o are at work for 0.5 % of their time." in told(scenario)


def test_bought_and_sold_at_once():
    """Demand of one year of three; what was bought for it brings back nearly all when it is sold after a year."""
    scenario = case(
        workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": {"r": [10, 0, 0]}}}},
        horizon={"start": 2024, "period": "year", "count": 3},
        offers={"o": bought(100, resale_share=1, maintenance_per_unit_year=50, life_months=60)},
    )
    assert "10 devices of o arrive at s in 2024, and devices of it are sold there in 2025 for 800 USD." in told(
        scenario
    )


DATA = """device,kind,period,price_usd,price_low_usd,price_high_usd,source,date,confidence,note
d,rent,2024,2,1,4,nobody knows,2024,low,
e,rent,2024,3,3,3,everybody knows,2024,high,
"""


@pytest.fixture
def doubtful(tmp_path):
    """A scenario with one price from a table row of low confidence and one of high."""
    (tmp_path / "prices.csv").write_text(DATA, encoding="utf-8")
    file = tmp_path / "scenario.yaml"
    file.write_text(
        """horizon: {start: 2024, period: hour, count: 1}
regions: {r: {}}
sites: {s: {}}
devices: {d: {}, e: {}}
workloads: {w: {rate: {d: 1, e: 1}, demand: {by_region: {r: 10}}}}
offers:
  o: {kind: on-demand, device: d, price_per_hour: {table: prices.csv, value: price_usd, where: {device: d}}, supply: 4}
  p: {kind: on-demand, device: e, price_per_hour: {table: prices.csv, value: price_usd, where: {device: e}}}
""",
        encoding="utf-8",
    )
    return file


def test_figures_of_low_confidence(doubtful):
    """4 are rented at 2, which may be 1 to 4: the cost moves by -4 to 8 at the plan's prices."""
    scenario = planner.load(doubtful)
    plan = planner.solve(scenario)
    at_once = explain(plan, "notes", Asked(source=scenario)).sentences[-1]
    assert (
        at_once
        == "It rests on 1 table row of low confidence, such as d rent 2024 (prices.csv:2); --solve says what they are worth."
    )
    found = explain(plan, "notes", Asked(source=scenario, solve=True))
    assert found.sentences[-2:] == (
        "It rests on 1 table row of low confidence. At the plan's prices, and if they err independently of one another, "
        "their ranges together move the cost by 12 USD, 46.2 % of the cost.",
        "d rent 2024 (prices.csv:2): its range, 50 % to 200 % of its value, moves the cost by -4 USD to 8 USD (at the plan's prices).",
    )
    [table] = found.tables.values()
    assert table["at_low_USD"].tolist() == pytest.approx([-4])
    assert table["at_high_USD"].tolist() == pytest.approx([8])
    assert table["range_stated"].tolist() == [True]
