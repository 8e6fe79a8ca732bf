"""What a summary says of the sites in use, and a comparison of those that open, close and lose regions."""

from __future__ import annotations

import planner
from planner.compare.told import told
from planner.plan.summary import summarise


def located(**sites):
    """Return two regions of 6 and 4 units an hour, and sites a and b that sell 8 each; a is nearer to both."""
    return {
        "horizon": {"start": 2024, "period": "hour", "count": 1},
        "regions": {"r": {}, "q": {}},
        "sites": {name: {"siting": "candidate", "opening_cost": sites.get(name, 10)} for name in ("a", "b")},
        "workloads": {
            "w": {
                "demand": {"by_region": {"r": 6, "q": 4}},
                "serving_cost": {"a": {"r": 1, "q": 1}, "b": {"r": 9, "q": 3}},
            }
        },
        "offers": {"o": {"kind": "serverless", "work": {"w": {"capacity_per_hour": 8}}}},
    }


def test_sites_in_use():
    """Region r is dearer at b by 8 and q by 2: a takes r and 2 of q's 4, and is full; b takes the other 2 of its 8."""
    plan = planner.solve(planner.load(located()))
    (part,) = [part for part in summarise(plan).sections if part.title == "Sites in use"]
    assert [column.name for column in part.table.columns][:4] == ["site", "opens in", "opening, USD", "at most, unit/h"]
    assert part.table.rows == (
        ("a", "p1", "10", "8", "8", "100 %", "2", "q 50 % and r"),
        ("b", "p1", "10", "2", "8", "25 %", "1", "q 50 %"),
    )
    assert plan.run.set_index("site")["capacity_units_per_hour"].to_dict() == {"a": 8, "b": 8}


def test_a_difference_names_sites_and_regions():
    """Half the demand fits into one site: a at 10, or b where a costs 100; then both regions are served from b."""
    first, second = located(), located(a=100)
    for scenario in (first, second):
        scenario["workloads"]["w"]["demand"] = {"by_region": {"r": 3, "q": 2}}
    compared = planner.diff(planner.load(first), planner.load(second))
    lines = told(compared)[0].lines
    assert lines[1:] == (
        "Now open: b.",
        "No longer open: a.",
        "2 of 2 regions are served from elsewhere, at least in part: q and r.",
    )
    assert compared.to_dict()["regions_moved"] == [{"workload": "w", "region": name} for name in "qr"]
