"""The same scenario in other units has the same optimum, and the same plan in those units."""

import pytest

from tests.model.cases import case, rented, solved

UNITS = [1e-9, 1e-6, 1e-3, 1e3, 1e6]


def rich(work=1.0, money=1.0, device=1.0):
    """Return a scenario that uses most of the rules, in units of work, money and devices so many times smaller.

    Its figures are those of the plain scenario times each factor.
    """
    horizon = {"start": 2024, "period": "quarter", "count": 3}
    return {
        "horizon": horizon,
        "money": {"discount_rate": 0.08},
        "regions": {"eu": {}, "us": {}},
        "devices": {
            "big": {"maker": "a", "power_kw": 1.3 / device, "idle_power_kw": 0.3 / device},
            "small": {"maker": "b", "power_kw": 0.5 / device},
        },
        "sites": {
            "fra": {"power_mw": 1.1, "pue": 1.2, "tariff_per_kwh": 0.1 * money, "carbon_g_per_kwh": 300},
            "iad": {
                "power_mw": 0.4, "pue": 1.3, "tariff_per_kwh": 0.07 * money, "carbon_g_per_kwh": 380,
                "fixed_cost_per_year": 1e5 * money,
            },
        },
        "workloads": {
            "video": {
                "rate": {"big": 5 * work / device, "small": 1 * work / device},
                "utilisation": 0.7,
                "unmet_penalty": 3 * money / work,
                "demand": {"by_region": {"eu": [1500 * work, 2500 * work, 4000 * work], "us": 2500 * work}},
                "serving_cost": {"fra": {"us": 0.1 * money / work}, "iad": {"eu": 0.1 * money / work}},
            }
        },
        "offers": {
            "buy": {
                "kind": "buy", "device": "big", "price_per_unit": 30000 * money / device, "supply": 400 * device,
                "availability": 0.97, "maintenance_per_unit_year": 1500 * money / device,
            },
            "rent": {
                "kind": "on-demand", "device": "big", "price_per_hour": 4 * money / device, "supply": 300 * device,
            },
            "spot": {"kind": "spot", "device": "small", "price_per_hour": 0.7 * money / device},
        },
        "supply": {"a": {"maker": "a", "units": 900 * device, "share": 0.4, "carry_over": True}},
        "shares": {"b": {"maker": "b", "max_share": 0.7}},
        "carbon": {"price_per_tonne": 50 * money, "cap_tonnes_total": 4000},
        "budgets": {"b": {"limit": 4e7 * money}},
    }  # fmt: skip


@pytest.fixture(scope="module")
def plain():
    return solved(rich())


def test_it_uses_what_it_should(plain):
    """The plain scenario serves from both sites, by all offers, and several limits bind."""
    assert len(set(plain.fleet["offer"])) == 3
    assert len(set(plain.served["site"])) == 2
    assert 0 < plain.served_fraction < 1
    assert len({limit.rule for limit in plain.limits}) >= 3


@pytest.mark.parametrize("factor", UNITS)
@pytest.mark.parametrize("unit", ["work", "money", "device"])
def test_units(plain, unit, factor):
    """Work, money or devices counted in units a million times smaller or larger: the same optimum, to 1e-6."""
    plan = solved(rich(**{unit: factor}))
    assert plan.objective == pytest.approx(plain.objective * (factor if unit == "money" else 1), rel=1e-6)
    assert plan.served_fraction == pytest.approx(plain.served_fraction, rel=1e-6)


@pytest.mark.parametrize("factor", UNITS)
def test_size(plain, factor):
    """A world so many times as large: all but prices and rates times the factor, and the cost with it."""
    scenario = rich()
    scenario["workloads"]["video"]["demand"] = {
        "by_region": {"eu": [1500 * factor, 2500 * factor, 4000 * factor], "us": 2500 * factor}
    }
    for offer in scenario["offers"].values():
        if "supply" in offer:
            offer["supply"] *= factor
    for site in scenario["sites"].values():
        site["power_mw"] *= factor
    scenario["sites"]["iad"]["fixed_cost_per_year"] *= factor
    scenario["supply"]["a"]["units"] *= factor
    scenario["carbon"]["cap_tonnes_total"] *= factor
    scenario["budgets"]["b"]["limit"] *= factor
    assert solved(scenario).objective == pytest.approx(plain.objective * factor, rel=1e-6)


@pytest.mark.parametrize("factor", UNITS)
def test_units_of_whole_devices(factor):
    """11 units from whole devices of 3 at 2 and of 5 at 3: two and one, 7; with work and money in other units."""
    scenario = case(
        integer=True,
        devices={"d": {}, "e": {}},
        workloads={"w": {"rate": {"d": 3 * factor, "e": 5 * factor}, "demand": {"by_region": {"r": 11 * factor}}}},
        offers={"o": rented(2 / factor), "p": rented(3 / factor, device="e")},
    )
    assert solved(scenario).objective == pytest.approx(7 / factor)
