"""Rules on how many devices can be had, each on a scenario solved by hand."""

import pytest

from tests.model.cases import bought, case, cost, rented, solved, sum_of, without, work

HOUR = 1 / 730

YEARS = {"start": 2024, "period": "6 months", "count": 4}
"""Two calendar years of two periods each."""


def scarce(demand=10, periods=3, **offer):
    """Return devices bought at 1 that stay, where work is lost at 1 a unit and hour, and rent does not help."""
    return case(
        periods=periods,
        workloads=work(demand, unmet_penalty=100),
        offers={"o": bought(1, **offer)},
    )


def unmet(plan):
    """Return unmet units."""
    return sum_of(plan.unmet, "unmet_units")


@pytest.mark.parametrize(
    ("offer", "lost"),
    [
        ({"supply": 4}, 6 + 2 + 0),  # 4, 8, 12 (10 are enough)
        ({"supply": [2, 0, 5]}, 8 + 8 + 3),
        ({"supply": [2, 0, 5], "carry_over": True}, 8 + 8 + 3),
        ({"supply": [5, 5, 0], "lead_time_months": HOUR}, 10 + 5 + 5),  # p1's supply cannot be had in time
        ({"supply": [5, 5, 0], "lead_time_months": HOUR, "carry_over": True}, 10 + 0 + 0),
        ({"supply_per_year": {"2024": 7}}, 3 * 3),
        ({"supply": 4, "supply_per_year": {"2024": 7}}, 6 + 3 + 3),
    ],
)
def test_supply_of_an_offer(offer, lost):
    """Supply by period and year, with and without carry-over: what is lost, in units."""
    assert unmet(solved(scarce(**offer))) == pytest.approx(lost)


def test_supply_over_all_sites():
    """5 devices in all, wherever they stand: 5 of 10 units are lost."""
    scenario = scarce(periods=1, supply=5) | {"sites": {"s": {}, "t": {}}}
    assert unmet(solved(scenario)) == pytest.approx(5)


def test_carry_over_lets_one_wait_for_a_lower_price():
    """Supply of 5 a period, price 9 then 1, needed in p2 only: with carry-over 10 at 1, else 5 at 9 and 5 at 1."""
    scenario = case([0, 10], periods=2, offers={"o": bought([9, 1], supply=5)})
    assert cost(scenario) == pytest.approx(50)
    scenario["offers"]["o"]["carry_over"] = True
    assert cost(scenario) == pytest.approx(10)


@pytest.mark.parametrize(
    ("limit", "lost"),
    [
        ({"units": 4}, 6 + 2 + 0 + 0),
        ({"units": [4, 0, 0, 6]}, 6 + 6 + 6 + 0),
        ({"units": [8, 0, 0, 8], "share": 0.5}, 6 + 6 + 6 + 2),
        ({"units": 8, "share": [0.5, 0.25, 0, 0]}, 6 + 4 + 4 + 4),
        ({"units_per_year": {"2024": 4, "2025": 4}}, 6 + 6 + 2 + 2),
        ({"units_per_year": {"2024": 8, "2025": 8}, "share": 0.5}, 6 + 6 + 2 + 2),
        ({"units_per_year": {"2024": 8, "2025": 8}, "share": [0.5, 1, 0.25, 1]}, 6 + 6 + 4 + 4),
        ({"units_per_year": {"2025": 4}}, 0),  # no limit in the year that is left out
    ],
)
@pytest.mark.parametrize("by", [{"maker": "m"}, {"device": "d"}, {"offers": ["o", "p"]}])
def test_supply_of_several_offers(by, limit, lost):
    """A limit shared by two offers, at a share of what there is: what is lost, in units an hour."""
    scenario = case(
        horizon=YEARS,
        devices={"d": {"maker": "m"}},
        workloads=work(10, unmet_penalty=1e4),
        offers={"o": bought(1), "p": bought(2)},
        supply={"all": by | limit},
    )
    assert unmet(solved(scenario)) == pytest.approx(lost * 4380)


def test_yearly_supply_carried_over():
    """20 a year of which 5 are needed in 2024 and 30 in 2025: with carry-over all 35 are there, else 25."""
    scenario = case(
        horizon=YEARS,
        workloads=work([5, 5, 35, 35], unmet_penalty=1e4),
        offers={"o": bought([2, 2, 1, 1], salvage_share=0)},
        supply={"all": {"device": "d", "units_per_year": {"2024": 20, "2025": 20}, "carry_over": True}},
    )
    plan = solved(scenario)
    assert unmet(plan) == 0
    assert plan.objective == pytest.approx(5 * 2 + 30)
    del scenario["supply"]["all"]["carry_over"]
    assert cost(scenario) == pytest.approx(15 * 2 + 20)


def test_a_limit_counts_only_what_it_names():
    """A maker's limit of 3 leaves the other maker's devices alone: 3 at 1 and 7 at 2."""
    scenario = case(
        devices={"d": {"maker": "m"}, "e": {"maker": "n"}},
        workloads={"w": {"rate": {"d": 1, "e": 1}, "demand": {"by_region": {"r": 10}}}},
        offers={"o": bought(1), "p": bought(2, device="e")},
        supply={"m": {"maker": "m", "units": 3}},
    )
    assert cost(scenario) == pytest.approx(17)


def test_rent_is_limited_at_every_moment():
    """6 devices by the hour at each of two moments, at whatever site; the rest at 5: 2 (6 + 4 x 5) = 52."""
    scenario = case(periods=2, sites={"s": {}, "t": {}}, offers={"o": rented(1, supply=6), "p": rented(5)})
    assert cost(scenario) == pytest.approx(52)


def test_a_pool_is_its_own_limit():
    """8 nodes that are always there; the rest at 5: 8 + 2 x 5 = 18."""
    scenario = case(offers={"o": rented(1, pool={"nodes": 8.9, "availability": 1}), "p": rented(5)})
    assert cost(scenario) == pytest.approx(18)


# ---- commitments -------------------------------------------------------------------------------------------


def committed(least, price, other=3, **fields):
    """Return an offer with a minimum commitment beside rent at `other` an hour."""
    return case(
        offers={"o": bought(price, min_commitment=least, **fields), "p": rented(other)},
    )


@pytest.mark.parametrize(
    ("least", "price", "objective"),
    [
        (15, 1, 15),  # 15 at 1 is less than 10 at 3
        (40, 1, 30),  # declined
        (30, 1, 30),  # as good
        (5, 1, 10),  # more than the least
        (5, 4, 30),  # too dear
    ],
)
def test_a_commitment_can_be_declined(least, price, objective):
    """The least commitment is taken as a whole, or not at all."""
    plan = solved(committed(least, price))
    assert plan.objective == pytest.approx(objective)
    if objective < 30:
        assert list(plan.commitments["offer"]) == ["o"]


def test_a_signed_commitment():
    """Signed for 40: 40 devices at 1, whatever is needed."""
    assert cost(committed(40, 1, commitment="obliged")) == pytest.approx(40)
    assert cost(committed(4, 5, commitment="obliged")) == pytest.approx(20 + 6 * 3)


def test_a_commitment_by_period_and_over_sites():
    """Least 4, then 12 of devices at 1 an hour, at two sites together; 2 and 2 units asked for: 4 + 12."""
    scenario = case(
        2,
        periods=2,
        sites={"s": {}, "t": {}},
        offers={
            "o": {
                "kind": "lease", "device": "d", "price_per_hour": 1, "term_months": HOUR,
                "min_commitment": [4, 12], "commitment": "obliged",
            }
        },
    )  # fmt: skip
    assert cost(scenario) == pytest.approx(16)


def test_a_commitment_that_supply_does_not_allow():
    """Signed for 40 where 30 can be had."""
    plan = without(committed(40, 1, commitment="obliged", supply=30), "infeasible")
    assert len(plan.conflict) == 2


def test_supply_is_carried_over_from_when_the_offer_is_to_be_had():
    """5 a period from p2 on: 10 in p3, not 15."""
    offer = bought(1, supply=5, carry_over=True, available_from="p2")
    scenario = case([0, 0, 99], periods=3, offers={"o": offer})
    scenario["workloads"]["w"]["unmet_penalty"] = 100
    assert sum_of(solved(scenario).additions, "devices") == pytest.approx(10)
