"""Rules on sites, each on a scenario solved by hand."""

import pytest

from tests.model.cases import bought, case, cost, paid, rented, sold, solved, sum_of, without, work

HOUR = 1 / 730


def candidate(**fields):
    """Return a site that opens by a decision."""
    return {"siting": "candidate"} | fields


# ---- power -------------------------------------------------------------------------------------------------


def powered(mw=0.02, offer=None, site=None, periods=1, demand=10):
    """Return devices of 2 kW at a site of `mw`, and work to be bought elsewhere at 9."""
    return case(
        demand,
        periods=periods,
        devices={"d": {"power_kw": 2}},
        sites={"s": {"power_mw": mw} | (site or {}), "t": {}},
        offers={"o": (offer or bought(1)) | {"sites": ["s"]}, "p": sold(9) | {"sites": ["t"]}},
    )


@pytest.mark.parametrize(
    ("mw", "offer", "site", "objective"),
    [
        (0.02, bought(1), {}, 10),  # 20 kW for 10 devices
        (0.012, bought(1), {}, 6 + 4 * 9),  # 12 kW for 6
        (0.02, bought(1), {"pue": 1.25}, 8 + 2 * 9),
        (0.02, bought(1), {"pue": 1.25, "peak_pue": 2}, 5 + 5 * 9),
        (0.012, bought(1, includes_power=True), {}, 10),
        (0.012, rented(1), {}, 10),  # its price includes power
        (0.012, rented(1, includes_power=False), {}, 6 + 4 * 9),
        (0.012, {"kind": "reserve", "device": "d", "price_per_hour": 1, "term_months": HOUR}, {}, 10),
        (0.012, {"kind": "lease", "device": "d", "price_per_hour": 1, "term_months": HOUR}, {}, 6 + 4 * 9),
    ],
)
def test_power(mw, offer, site, objective):
    """Nameplate x peak PUE of what stands there stays within the site's power, unless the price includes it."""
    assert cost(powered(mw, offer, site)) == pytest.approx(objective)


def test_power_by_period():
    """12 kW, then 20: 6 devices and 4 units at 9, then 4 devices more: 6 + 36 + 4."""
    plan = solved(powered([0.012, 0.02], periods=2))
    assert plan.objective == pytest.approx(46)
    assert list(plan.sites[plan.sites["site"] == "s"]["power_share"]) == pytest.approx([1, 1])


def test_power_by_slice():
    """Devices by the hour that use the site's power share it with bought ones, in each slice by itself.

    4 bought (held) use 8 of 12 kW, so 2 can be rented in each slice. Of 10 units at the peak and 5 in the rest
    (half an hour each) 4 + 2 are served at the peak, 4 + 1 in the rest; 4 are bought at 9:
    rent (2 + 1) / 2, work 9 x 4 / 2.
    """
    scenario = powered(0.012, rented(1, includes_power=False), demand=7.5)
    scenario["slices"] = [{"name": "peak", "share": 0.5}, {"name": "rest", "share": 0.5}]
    scenario["profiles"] = {"day": {"values": {"peak": 4, "rest": 2}}}
    scenario["workloads"] = work(7.5, profile="day")
    scenario["offers"]["q"] = bought(1, sites=["s"], supply=0)
    scenario["fleet"] = {"old": {"offer": "q", "site": "s", "units": 4}}
    assert cost(scenario) == pytest.approx(1.5 + 18)


def test_a_distributed_network_uses_no_power_of_its_site():
    """Nodes of a network are bounded by no power, and offers must name it."""
    scenario = case(
        devices={"d": {"power_kw": 2}},
        sites={"n": {"distributed": True, "power_mw": 0.001, "tariff_per_kwh": 5}},
        offers={"o": bought(1, sites=["n"])},
    )
    assert cost(scenario) == pytest.approx(10)


# ---- opening -----------------------------------------------------------------------------------------------


def test_a_candidate_opens_where_it_pays():
    """Opening costs 30 and saves 4 a unit and hour: over one hour no, 90 - 40 = 50 ..; over two 30 + 2 x 50 < 180."""
    for periods, objective in ((1, 80), (2, 130)):
        scenario = case(
            periods=periods,
            sites={"s": candidate(opening_cost=30), "t": {}},
            offers={"o": rented(5, sites=["s"]), "p": rented(9, sites=["t"])},
        )
        assert cost(scenario) == pytest.approx(objective)


def test_no_opening_where_it_does_not_pay():
    """Opening at 50 to save 40: 90 without."""
    plan = solved(
        case(
            sites={"s": candidate(opening_cost=50), "t": {}},
            offers={"o": rented(5, sites=["s"]), "p": rented(9, sites=["t"])},
        )
    )
    assert plan.objective == pytest.approx(90)
    assert sum_of(plan.sites, "open", site="s") == 0


@pytest.mark.parametrize("kind", ["bought", "rented", "sold"])
@pytest.mark.parametrize("mw", [None, 1])
def test_nothing_stands_at_a_closed_site(kind, mw):
    """Whatever is offered there, a candidate must open first: 7 + 10."""
    offer = {"bought": bought(1), "rented": rented(1), "sold": sold(1)}[kind]
    site = candidate(opening_cost=7) | ({} if mw is None else {"power_mw": mw})
    plan = solved(case(sites={"s": site}, offers={"o": offer | {"sites": ["s"]}}))
    assert plan.objective == pytest.approx(17)
    assert sum_of(plan.sites, "opened") == 1


def test_costs_of_an_open_site():
    """2 MW for a year: fixed 3 + 5 x 2, opened at 7 + 11 x 2 (of the most power it has); then 10 devices at 1."""
    year = {"start": 2024, "period": "year", "count": 2}
    site = {"power_mw": [2, 4], "fixed_cost_per_year": [3, 4], "fixed_cost_per_mw_year": 5}
    opening = {"opening_cost": 7, "opening_cost_per_mw": 11}
    offer = {"o": {"kind": "serverless", "work": {"w": {}}}}
    plan = solved(case(horizon=year, sites={"s": candidate(**opening, **site)}, offers=offer))
    assert paid(plan, "fixed", "2024") == pytest.approx(3 + 10)
    assert paid(plan, "fixed", "2025") == pytest.approx(4 + 20)
    assert paid(plan, "opening") == pytest.approx(7 + 44)
    assert plan.objective == pytest.approx(13 + 24 + 51)
    given = solved(case(horizon=year, sites={"s": {**site, "opens": "2025"}}, offers=offer, demand=[0, 10]))
    assert given.objective == pytest.approx(24)


def test_an_opening_date():
    """A site, given or candidate, is there from p2 on: 10 units at 9, then at 1."""
    for kind in ({}, candidate()):
        scenario = case(
            periods=2,
            sites={"s": {"opens": "p2"} | kind, "t": {}},
            offers={"o": rented(1, sites=["s"]), "p": rented(9, sites=["t"])},
        )
        assert cost(scenario) == pytest.approx(100)


@pytest.mark.parametrize(
    ("can_close", "closing", "objective"),
    [(False, 0, 3 * 8760), (True, 0, 8760), (True, 8760, 2 * 8760), (True, 5 * 8760, 3 * 8760)],
)
def test_closing(can_close, closing, objective):
    """10 units in the first of 3 hours; an open hour costs 8760 x 1, closing its cost; work itself is free."""
    scenario = case(
        [10, 0, 0],
        periods=3,
        sites={"s": candidate(fixed_cost_per_year=8760 * 8760, can_close=can_close, closing_cost=closing)},
        offers={"o": sold(0)},
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(objective)
    assert sum_of(plan.sites, "closed") == (objective < 3 * 8760)


def test_closing_and_opening_again():
    """Used in the first and last of 5 hours: closing (1) and opening (2) again is less than 3 hours open at 2."""
    scenario = case(
        [10, 0, 0, 0, 10],
        periods=5,
        sites={"s": candidate(fixed_cost_per_year=2 * 8760, can_close=True, closing_cost=1, opening_cost=2)},
        offers={"o": sold(0)},
    )
    plan = solved(scenario)
    assert plan.objective == pytest.approx(2 * 2 + 2 * 2 + 1)
    assert list(plan.sites["open"]) == [1, 0, 0, 0, 1]


def test_a_site_closes_empty():
    """Devices that stay for 3 hours keep their site open for as long; they are needed in the first: 3 x 2 + 10."""
    lease = {"kind": "lease", "device": "d", "price_per_hour": 1, "term_months": 3 * HOUR}
    scenario = case(
        [10, 0, 0],
        periods=3,
        sites={"s": candidate(fixed_cost_per_year=2 * 8760, can_close=True)},
        offers={"o": lease},
    )
    assert cost(scenario) == pytest.approx(3 * 2 + 30)


def test_most_sites_open():
    """Each of three regions has a candidate beside it; with two open the third is served at 2 a unit more."""
    regions = {"a": {}, "b": {}, "c": {}}
    near = {s: {r: 0 if r == s else 2 for r in regions} for s in regions}
    scenario = case(
        regions=regions,
        sites={s: candidate() for s in regions},
        workloads={"w": {"rate": {"d": 1}, "demand": {"by_region": dict.fromkeys(regions, 10)}, "serving_cost": near}},
    )
    assert cost(scenario) == pytest.approx(30)
    assert cost(scenario | {"siting": {"max_open": 2}}) == pytest.approx(50)
    assert cost(scenario | {"siting": {"max_open": 1}}) == pytest.approx(70)
    without(scenario | {"siting": {"max_open": 0}}, "infeasible")


def test_more_devices_than_are_of_use_at_once():
    """Leases of 1.2 hours that can be had in p1 only: for 10 units in p2, 50 devices, whether the site must open or not."""
    lease = {"kind": "lease", "device": "d", "price_per_hour": 1, "term_months": 1.2 * HOUR, "available_until": "p1"}
    for site in ({}, candidate()):
        scenario = case(periods=2, workloads=work([0, 10], unmet_penalty=99), sites={"s": site}, offers={"o": lease})
        assert cost(scenario) == pytest.approx(50 + 10)


# ---- modules -----------------------------------------------------------------------------------------------


def modular(mw=0.004, count=3, build=0, price=6, **site):
    """Return devices of 2 kW at a site of 2 of them, with modules for 4 more each, and work elsewhere at 9."""
    module = {"mw": 0.008, "cost": price, "build_months": build * HOUR, "max_count": count}
    return powered(mw, site={"modules": {"m": module}} | site)


def test_modules_add_power():
    """2 devices without; a module for 4 more costs 6 and saves 4 x 8, a third of it only 0 x 8: 2 modules."""
    plan = solved(modular())
    assert plan.objective == pytest.approx(2 * 6 + 10)
    assert sum_of(plan.sites, "modules_added") == 2
    assert cost(modular(count=1)) == pytest.approx(6 + 6 + 4 * 9)
    assert cost(modular(price=33)) == pytest.approx(2 + 8 * 9)


def test_modules_take_time_to_build():
    """2 hours to build: 2 devices and 8 units at 9 for 2 hours, then 2 modules: 2 + 144 + 12 + 8."""
    scenario = modular(build=2)
    scenario["horizon"]["count"] = 3
    assert cost(scenario) == pytest.approx(166)


def test_modules_of_a_candidate():
    """Nothing is built at a closed site: opening at 5, and a module for each 4 devices."""
    scenario = modular(mw=0, count=3, siting="candidate", opening_cost=5)
    assert cost(scenario) == pytest.approx(5 + 3 * 6 + 10)
    scenario["sites"]["s"]["opening_cost"] = 1000
    assert cost(scenario) == pytest.approx(90)


def test_the_price_of_a_module_is_that_of_its_period():
    """Waiting an hour saves 4 on each of two modules and costs 8 x 8: built at once."""
    assert cost(modular(price=6)) == pytest.approx(22)
    scenario = modular(price=[40, 1])
    scenario["horizon"]["count"] = 2
    # at once: 2 x 40 + 10 = 90; later: 2 + 8 x 9 in p1, then 2 x 1 + 8
    assert cost(scenario) == pytest.approx(84)


def test_a_site_with_modules_can_close():
    """Open at 5 with a module for 4 devices in p1 (6 + 4), closed in p2, where it would cost 100 an hour."""
    site = {"siting": "candidate", "opening_cost": 5, "can_close": True, "fixed_cost_per_year": [0, 100 * 8760]}
    scenario = modular(mw=0, **site)
    scenario["horizon"]["count"] = 2
    scenario["workloads"] = work(4)
    scenario["offers"]["o"]["life_months"] = HOUR
    plan = solved(scenario)
    assert plan.objective == pytest.approx(5 + 6 + 4 + 4 * 9)
    assert plan.sites[plan.sites["site"] == "s"]["open"].tolist() == [1, 0]
    assert plan.sites[plan.sites["site"] == "s"]["power_limit_mw"].tolist() == [pytest.approx(0.008), 0]


@pytest.mark.parametrize("limits", [{"min_share": 0.99}, {"max_share": 0.01, "device": "d"}])
def test_devices_that_fill_a_share_stand_at_a_candidate(limits):
    """99 of e that do nothing beside each of 10 of d, at a site without a power limit: 10 + 990, opened at 5."""
    scenario = case(
        sites={"s": {}, "t": {"siting": "candidate", "opening_cost": 5}},
        devices={"d": {}, "e": {}},
        offers={"o": rented(1, sites=["s"]), "p": rented(1, device="e", sites=["t"])},
        shares={"e": {"device": "e"} | limits},
    )
    assert cost(scenario) == pytest.approx(1005)
