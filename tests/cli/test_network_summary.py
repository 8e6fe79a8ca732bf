"""What a summary says of the network and of losses."""

from __future__ import annotations

from dataclasses import replace

import pytest

import planner
from planner.plan.summary import summarise
from tests.model.cases import work
from tests.model.test_survival import three_sites

WAVE = {"w": {"gbps": 2, "cost": 1, "max_count": 9}}
HOUR = {"start": 2024, "period": "hour", "count": 1}


def summed(scenario):
    plan = planner.solve(planner.load(scenario))
    summary = summarise(plan)
    return plan, summary, {part.title: part for part in summary.sections}


def design(**parts):
    """Return two links between a and b, and 4 Gb/s within 10 ms."""
    links = {"x": {"ends": ["a", "b"], "latency_ms": 8, "modules": WAVE}, "y": {"ends": ["a", "b"], "modules": WAVE}}
    traffic = {"q": {"from": "a", "to": "b", "gbps": 4, "max_latency_ms": 10}}
    return {"horizon": HOUR, "network": {"links": links}, "traffic": traffic} | parts


def test_routes_blocks_and_loads_of_links():
    """4 Gb/s take two blocks of 2, one link or both: all lit is full, and the route has its name."""
    _, summary, found = summed(design())
    assert summary.verdict == "scenario: all demand in p1 is served, at the least cost of 2 USD."
    (row,) = found["Traffic between nodes"].table.rows
    assert row[:4] == ("q", "a", "b", "4")
    blocks = found["Blocks lit on links"].table.rows
    assert sum(int(row[3]) for row in blocks) == 2
    assert sum(int(row[4]) for row in blocks) == 4
    loads = found["Load of links"].table.rows
    assert sum(float(row[2]) for row in loads) == 4
    assert {row[0] for row in loads if row[4] == "100 %"} == {row[1] for row in blocks}
    assert "What resilience costs" not in found


def test_no_network_no_sections():
    """A plan without links, traffic or losses has none of these."""
    _, _, found = summed(three_sites())
    titles = {"Traffic between nodes", "Blocks lit on links", "Load of links", "What resilience costs"}
    assert not titles & set(found)


def test_what_resilience_costs():
    """240 of 300 must be left: 36,000 and not 30,000, which is a fifth more; a point less saves a point of it."""
    plan, _, found = summed(three_sites(survive={"n-1": {"any_one": "site", "share": 0.8}}))
    (line,) = found["What resilience costs"].lines
    assert line.startswith("Bearing the loss of any one site costs 6,000 USD, 20 % of the 30,000 USD without it; ")
    assert line.endswith(f"the hardest to bear is the loss of {plan.resilience['hardest']}.")
    rows = found["How each loss is borne, least share of any workload"].table.rows
    assert sorted(row[:3] for row in rows) == [(name, "80 %", "80 %") for name in "abc"]
    limited = summarise(replace(plan, status="limit", reason="time limit"))
    (line,) = next(part for part in limited.sections if part.title == "What resilience costs").lines
    assert line.startswith("Bearing the loss of any one site costs at most 6,000 USD")  # a better plan may cost less
    # A point less is 3 less to serve after the loss: 450 (1.5 x 300) over the three losses together.
    assert plan.losses["saved_by_a_point_less"].sum() == pytest.approx(450)


def test_a_loss_that_costs_nothing():
    """Nothing need stand at c."""
    _, _, found = summed(three_sites(survive={"n-1": {"any_one": "site", "share": 1, "among": ["c"]}}))
    assert found["What resilience costs"].lines[0].startswith("Bearing the loss of any one site costs nothing more; ")


def test_losses_of_traffic_alone():
    """Links lost, no workloads: 4 blocks in place of 2, and no share of workloads."""
    _, _, found = summed(design(survive={"n-1": {"any_one": "link", "share": 1}}))
    line = "Bearing the loss of any one link costs 2 USD, 100 % of the 2 USD without it."
    assert found["What resilience costs"].lines == (line,)
    assert found["How each loss is borne"].table.rows == (
        ("the link x", "100 %", "100 %"),
        ("the link y", "100 %", "100 %"),
    )


def test_traffic_without_routes_and_links_worst_first():
    """6 and 3 Gb/s one way and 1 back over 10 each way: 90 % and 10 %; both directions of a shared link of 20: 50 %."""
    links = {
        "x": {"ends": ["a", "b"], "capacity_gbps": 10},
        "y": {"ends": ["b", "c"], "capacity_gbps": 20, "shared_capacity": True},
    }
    traffic = {
        "p": {"from": "a", "to": "b", "gbps": 3}, "q": {"from": "a", "to": "c", "gbps": 6}, "o": {"from": "c", "to": "b", "gbps": 4},
        "n": {"from": "b", "to": "a", "gbps": 1},
    }  # fmt: skip
    _, _, found = summed({"horizon": HOUR, "network": {"links": links}, "traffic": traffic})
    assert [row[0] for row in found["Traffic between nodes"].table.rows] == ["q", "o", "p", "n"]
    assert found["Load of links"].table.rows == (
        ("x", "a > b", "9", "10", "90 %"),
        ("y", "b and c together", "10", "20", "50 %"),
        ("x", "b > a", "1", "10", "10 %"),
    )


def test_traffic_left_behind_counts_as_unmet():
    """1 of 4 Gb/s stays behind: a quarter is not served, and the exit code is 1."""
    links = {"x": {"ends": ["a", "b"], "capacity_gbps": 3}}
    traffic = {"q": {"from": "a", "to": "b", "gbps": 4, "unmet_penalty_per_gb": 1 / 450}}
    plan, summary, found = summed({"horizon": HOUR, "network": {"links": links}, "traffic": traffic})
    assert plan.objective == pytest.approx(1)
    assert plan.unmet_fraction == pytest.approx(0.25)
    assert plan.weights == {"traffic.q": 1}
    assert plan.exit_code == 1
    assert summary.mood == "short"
    assert summary.verdict.startswith("scenario: 75 % of the demand in p1 is served and 25 % is not")
    assert found["Traffic between nodes"].table.rows == (("q", "a", "b", "4", "1", "p1"),)


@pytest.mark.parametrize(
    ("penalty", "weights"),
    [(None, {"w": 0.5, "traffic.q": 0.5}), (40, {"w": 400 / 404, "traffic.q": 4 / 404})],
)
def test_traffic_and_workloads_weigh_by_their_penalty(penalty, weights):
    """10 units at 40 against 4 Gb/s-hours at 1; alike where neither has a penalty."""
    links = {"x": {"ends": ["a", "b"], "capacity_gbps": 4}}
    traffic = {"q": {"from": "a", "to": "b", "gbps": 4} | ({"unmet_penalty_per_gb": 1 / 450} if penalty else {})}
    site = {"regions": {"r": {"node": "a"}}, "sites": {"s": {"node": "b"}}, "devices": {"d": {}}}
    offers = {"o": {"kind": "on-demand", "device": "d", "price_per_hour": 1}}
    workloads = work(10, **({"unmet_penalty": penalty} if penalty else {}))
    scenario = {
        "horizon": HOUR,
        "network": {"links": links},
        "traffic": traffic,
        "workloads": workloads,
        "offers": offers,
    }
    plan, _, _ = summed(scenario | site)
    assert plan.weights == pytest.approx(weights)
    assert plan.served_fraction == 1
