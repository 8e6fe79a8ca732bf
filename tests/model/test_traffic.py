"""Rules on traffic, each on a network solved by hand. 450 GB an hour are 1 Gb/s."""

import pytest

from tests.model.cases import case, cost, paid, rented, sold, solved, sum_of

GB = 450
"""GB of a unit, so that a unit an hour is 1 Gb/s."""


def net(links, demand=10, far=9, workload=None, **parts):
    """Return work sold at s at 1 a unit over links, and at `far` beside the region."""
    base = {
        "sites": {"s": {}, "t": {"latency_ms": 1}},
        "workloads": {"w": {"demand": {"by_region": {"r": demand}}, "data_gb_per_unit": GB} | (workload or {})},
        "offers": {"o": sold(1) | {"sites": ["s"]}, "p": sold(far) | {"sites": ["t"]}},
        "network": {"links": links},
    }
    return case(**(base | parts))


def link(a, b, capacity=None, **fields):
    """Return a link between two nodes."""
    return {"ends": [a, b]} | ({} if capacity is None else {"capacity_gbps": capacity}) | fields


def test_a_link_that_is_full():
    """6 of 10 units go over a link of 6 Gb/s; the rest at 9: 6 + 36."""
    plan = solved(net({"l": link("s", "r", 6)}))
    assert plan.objective == pytest.approx(42)
    row = plan.links[(plan.links["from"] == "s")].iloc[0]
    assert (row["traffic_gbps"], row["share"], row["full"]) == (pytest.approx(6), pytest.approx(1), True)


def test_capacity_by_period():
    """10 then 4 Gb/s: 10 + 4 + 54."""
    assert cost(net({"l": link("s", "r", [10, 4])}, periods=2)) == pytest.approx(68)


def test_free_traffic_takes_every_way():
    """3 Gb/s directly and 4 over a node: 7 units at 1, 3 at 9."""
    links = {"l": link("s", "r", 3), "m": link("s", "n", 4), "n": link("n", "r", 5)}
    assert cost(net(links)) == pytest.approx(7 + 27)


def test_traffic_takes_the_cheapest_way_first():
    """A direct link of 3 Gb/s at 0.01 a GB (4.5 a unit) and a free one of 4: 4 x 1 + 3 x 5.5 + 3 x 9."""
    links = {
        "l": link("s", "r", 3, price_per_gb=0.01),
        "m": link("s", "n", 4),
        "n": link("n", "r", 5),
    }
    plan = solved(net(links))
    assert plan.objective == pytest.approx(4 + 16.5 + 27)
    assert paid(plan, "traffic") == pytest.approx(13.5)


def test_parallel_links():
    """Two links between the same nodes, of 3 and 4 Gb/s: 7 units at 1, 3 at 9."""
    plan = solved(net({"l": link("s", "r", 3), "m": link("s", "r", 4)}))
    assert plan.objective == pytest.approx(34)
    assert sum_of(plan.links, "traffic_gbps", link="m", to="r") == pytest.approx(4)


def test_parallel_links_with_a_latency_limit():
    """The same over listed paths; a third link is too slow: 7 units at 1."""
    links = {
        "l": link("s", "r", 3, latency_ms=5),
        "m": link("s", "r", 4, latency_ms=9),
        "x": link("s", "r", 8, latency_ms=11),
    }
    assert cost(net(links, workload={"max_latency_ms": 10})) == pytest.approx(34)


def test_a_directed_link():
    """A link from the region to the site carries nothing to the region; the other way it does."""
    assert cost(net({"l": link("r", "s", 20, directed=True), "k": link("s", "r", 2)})) == pytest.approx(2 + 72)
    assert cost(net({"l": {"from": "s", "to": "r", "directed": True, "capacity_gbps": 20}})) == pytest.approx(10)


@pytest.mark.parametrize(
    ("shared", "up", "served"),
    [
        (False, 0, 6),
        (False, GB, 6),  # each direction has its own 6
        (False, 2 * GB, 3),  # up is the narrow one
        (True, 0, 6),
        (True, GB, 3),  # both together
        (True, 2 * GB, 2),
    ],
)
@pytest.mark.parametrize("limit", [None, 100])
def test_uploads(shared, up, served, limit):
    """6 Gb/s for data down (1 a unit) and up: so many units at 1, the rest at 9; over free flow and over paths."""
    workload = {"upload_gb_per_unit": up} | ({} if limit is None else {"max_latency_ms": limit})
    scenario = net({"l": link("s", "r", 6, shared_capacity=shared, latency_ms=1)}, workload=workload)
    assert cost(scenario) == pytest.approx(served + 9 * (10 - served))


def test_uploads_go_the_other_way():
    """Up over a directed link of 4 Gb/s, down over one of 20: 4 units at 1."""
    links = {
        "down": {"from": "s", "to": "r", "directed": True, "capacity_gbps": 20},
        "up": {"from": "r", "to": "s", "directed": True, "capacity_gbps": 4},
    }
    assert cost(net(links, workload={"upload_gb_per_unit": GB})) == pytest.approx(4 + 54)


def test_workloads_share_a_link():
    """6 Gb/s for w (1 a unit, saves 8) and v (2 a unit, saves 8): w goes first: 6 units of w at 1, all v at 9."""
    scenario = net({"l": link("s", "r", 6)}, demand=8)
    scenario["workloads"]["v"] = {"demand": {"by_region": {"r": 3}}, "data_gb_per_unit": 2 * GB, "max_latency_ms": 50}
    for offer, price in (("o", 1), ("p", 9)):
        scenario["offers"][offer]["work"]["v"] = {"price_per_unit": price}
    assert cost(scenario) == pytest.approx(6 + 2 * 9 + 3 * 9)


def test_sites_share_a_link():
    """Two sites behind one link of 6 Gb/s, work at 1 and at 2 (4 an hour of the first): 4 + 2 x 2 + 4 x 9."""
    scenario = net({"l": link("s", "n"), "m": link("u", "n"), "k": link("n", "r", 6)})
    scenario["sites"]["u"] = {}
    scenario["offers"]["o"]["work"]["w"]["capacity_per_hour"] = 4
    scenario["offers"]["q"] = sold(2) | {"sites": ["u"]}
    assert cost(scenario) == pytest.approx(4 + 4 + 36)


def test_paths_within_a_latency_limit():
    """Ways of 10, 20 and 30 ms, each of 3 Gb/s: with 25 ms two of them, with paths: 1 only the shortest."""
    links = {}
    for name, ms in (("a", 10), ("b", 20), ("c", 30)):
        links |= {f"s{name}": link("s", name, 3, latency_ms=ms), f"{name}r": link(name, "r", 3)}
    for workload, served in (
        ({"max_latency_ms": 35}, 9), ({"max_latency_ms": 25}, 6), ({"max_latency_ms": 25, "paths": 1}, 3), ({}, 9),
    ):  # fmt: skip
        assert cost(net(links, workload=workload)) == pytest.approx(served + 9 * (10 - served))


def test_a_site_at_the_region_uses_no_link():
    """Both at one node: nothing goes over the network, limit or not."""
    for workload in ({}, {"max_latency_ms": 5}):
        scenario = net({"l": link("r", "n", 1)}, workload=workload)
        scenario["sites"]["s"] = {"node": "r"}
        assert cost(scenario) == pytest.approx(10)


def test_a_site_with_its_latency_given_uses_no_link():
    """A site outside of the network, at 4 ms from everywhere."""
    scenario = net({"l": link("n", "r", 1)}, workload={"max_latency_ms": 5})
    scenario["sites"]["s"] = {"latency_ms": 4}
    assert cost(scenario) == pytest.approx(10)


def test_traffic_by_slice():
    """A link of 8 Gb/s; demand of 15 at the peak and 5 in the rest, half an hour each: (8 + 7 x 9 + 5) / 2."""
    scenario = net({"l": link("s", "r", 8)}, workload={"profile": "day"})
    scenario["slices"] = [{"name": "peak", "share": 0.5}, {"name": "rest", "share": 0.5}]
    scenario["profiles"] = {"day": {"values": [3, 1]}}
    assert cost(scenario) == pytest.approx(38)


def test_egress():
    """0.02 a GB leaves the site, down only: 10 units of 5 GB cost 1 on top of 10."""
    workload = {"data_gb_per_unit": 5, "upload_gb_per_unit": 7, "rate": {"d": 1}, "demand": {"by_region": {"r": 10}}}
    scenario = case(sites={"s": {"egress_per_gb": 0.02}}, workloads={"w": workload}, offers={"o": rented()})
    plan = solved(scenario)
    assert plan.objective == pytest.approx(11)
    assert paid(plan, "traffic") == pytest.approx(1)


@pytest.mark.parametrize("capacity", [None, 1e4])
@pytest.mark.parametrize(("limit", "price"), [(None, 0.03), (100, 0.03), (15, 0.05), (12, 0.05)])
def test_prices_of_links(capacity, limit, price):
    """Over n at 0.01 + 0.02 in 20 ms, or directly at 0.05 in 12 ms: the cheapest way that is fast enough.

    10 units of 2 GB down and 1 GB up: 30 GB.
    """
    links = {
        "a": link("s", "n", latency_ms=10, price_per_gb=0.01),
        "b": link("n", "r", latency_ms=10, price_per_gb=0.02),
        "c": link("s", "r", capacity, latency_ms=12, price_per_gb=0.05),
    }
    workload = {"data_gb_per_unit": 2, "upload_gb_per_unit": 1} | ({} if limit is None else {"max_latency_ms": limit})
    plan = solved(net(links, far=99, workload=workload))
    assert paid(plan, "traffic") == pytest.approx(30 * price)
    assert plan.objective == pytest.approx(10 + 30 * price)
