"""Demand as an array: given, per time, split, by chain, by table, over slices and clocks."""

import numpy as np
import pytest

import planner
from planner.errors import InputError
from planner.inputs.inputs import inputs_of


def inputs(demand, *, horizon=None, regions=None, workload=None, **parts):
    """Return the inputs of a scenario with one workload that is asked for so."""
    scenario = {
        "horizon": horizon or {"start": 2024, "period": "hour", "count": 2},
        "regions": regions or {"r": {}},
        "workloads": {"w": {"demand": demand} | (workload or {})},
    }
    return inputs_of(planner.load(scenario | parts))


def hourly(demand, **parts):
    """Return demand by period and region, slices added up."""
    return inputs(demand, **parts).demand[:, 0, 0, :].tolist()


def test_by_region_and_period():
    """Regions in order of name; those left out ask for nothing."""
    got = hourly({"by_region": {"q": [1, 2], "r": 5}}, regions={"r": {}, "q": {}, "p": {}})
    assert got == [[0, 1, 5], [0, 2, 5]]


@pytest.mark.parametrize(("per", "hours"), [("hour", 1), ("day", 24), ("month", 730), ("year", 8760), ("period", 2190)])
def test_an_amount_per_time(per, hours):
    """4,380 units in each hour, day ... of a quarter."""
    horizon = {"start": "2024Q1", "period": "quarter"}
    assert hourly({"total": 4380, "per": per}, horizon=horizon) == [[pytest.approx(4380 / hours)]]


def test_an_amount_per_period_of_several_lengths():
    """8,760 units in a month and in a year."""
    horizon = {"start": 2024, "spans": [{"period": "month", "count": 1}, {"period": "year", "count": 1}]}
    assert hourly({"total": 8760, "per": "period"}, horizon=horizon) == [[12], [1]]


def test_a_factor():
    """A tenth of a market, then two tenths."""
    assert hourly({"total": 50, "times": [0.1, 0.2]}) == [[5], [10]]


REGIONS = {"a": {"weights": {"users": 1, "rich": 0}}, "b": {"weights": {"users": 3}}}


@pytest.mark.parametrize(("split", "parts"), [("users", [2, 6]), ({"a": 3, "b": 1}, [6, 2]), ({"b": 7}, [0, 8])])
def test_a_split(split, parts):
    """8 units by a weight of the regions, or by weights of its own."""
    assert hourly({"total": 8, "split": split}, regions=REGIONS)[0] == parts


def test_weights_that_are_all_zero():
    """A weight that no region has any of splits nothing."""
    with pytest.raises(InputError, match="all zero"):
        inputs({"total": 8, "split": "rich"}, regions=REGIONS)


def test_parts_add_up():
    """A total of 8 split by users, and 1 of region a alone."""
    demand = [{"name": "x", "total": 8, "split": "users"}, {"name": "y", "by_region": {"a": 1}}]
    assert hourly(demand, regions=REGIONS)[0] == [3, 6]


def test_by_chain():
    """240 a day from a chain: 10 an hour."""
    chains = {"c": {"steps": [{"name": "uploads", "value": [120, 240]}, {"name": "length", "times": 2}]}}
    assert hourly({"chain": "c", "per": "day"}, chains=chains) == [[10], [20]]


def test_a_chain_that_gives_less_than_nothing():
    """A negative demand is refused, with the workload."""
    chains = {"c": {"steps": [{"name": "a", "value": 1}, {"name": "b", "minus": 2}]}}
    with pytest.raises(InputError, match=r"workloads\.w\.demand.*negative"):
        inputs({"chain": "c"}, chains=chains)


def test_by_table(tmp_path, monkeypatch):
    """A CSV beside the scenario, by region and period; and a column of totals, split."""
    (tmp_path / "demand.csv").write_text("region,period,units\nr,p1,3\nr,p2,4\nq,p1,5\nq,p2,6\n")
    monkeypatch.chdir(tmp_path)
    table = {"table": "demand.csv", "key": "region", "value": "units", "period": "period"}
    regions = {"q": {}, "r": {}}
    assert hourly({"by_region": table}, regions=regions) == [[5, 3], [6, 4]]
    total = {"table": "demand.csv", "value": "units", "period": "period", "combine": "sum"}
    assert hourly({"total": total, "split": {"q": 1, "r": 3}}, regions=regions) == [[2, 6], [2.5, 7.5]]


# ---- profiles ----------------------------------------------------------------------------------------------


def test_a_profile_is_scaled_to_a_mean_of_one():
    """Twice as much in a fifth of the time: 10 on average are 16.67 and 8.33."""
    slices = [{"name": "peak", "share": 0.2}, {"name": "rest", "share": 0.8}]
    profiles = {"day": {"values": {"rest": 3, "peak": 6}}}
    got = inputs({"total": 10}, slices=slices, profiles=profiles, workload={"profile": "day"})
    assert got.demand[0, :, 0, 0] == pytest.approx([10 / 0.6, 5 / 0.6])
    assert got.demand[0, :, 0, 0] @ got.time.hours[0] == pytest.approx(10)


def day(shift, values=None):
    """Return the demand by hour UTC of a region whose clock is ahead by `shift` hours, peak at its 20th hour."""
    values = values or [24.0 if h == 20 else 0.0 for h in range(24)]
    got = inputs(
        {"total": 1},
        regions={"r": {"utc_offset_hours": shift}},
        slices="hours-of-day",
        profiles={"day": {"values": values}},
        workload={"profile": "day"},
    )
    return got.demand[0, :, 0, 0]


@pytest.mark.parametrize(("shift", "hour"), [(0, 20), (8, 12), (-5, 1), (-12, 8), (14, 6)])
def test_local_hours_on_the_common_clock(shift, hour):
    """20:00 in Singapore (UTC+8) is 12:00 UTC; in New York (UTC-5) 1:00."""
    found = day(shift)
    assert found[hour] == pytest.approx(24)
    assert found.sum() == pytest.approx(24)


def test_half_hours():
    """20:00 in India (UTC+5:30) is 14:30 UTC: half of its peak in each of the hours 14 and 15."""
    found = day(5.5)
    assert (found[14], found[15]) == pytest.approx((12, 12))
    assert found.sum() == pytest.approx(24)


def test_weekdays_and_weekends_are_shifted_each_by_itself():
    """48 slices: the peak of the weekday stays one of the weekday, and the mean stays 1."""
    values = [1.0 if h == 20 else 0.0 for h in range(24)] + [2.0 if h == 3 else 0.0 for h in range(24)]
    got = inputs(
        {"total": 7},
        regions={"r": {"utc_offset_hours": 8}},
        slices="weekday-weekend-hours",
        profiles={"day": {"values": values}},
        workload={"profile": "day"},
    )
    demand = got.demand[0, :, 0, 0]
    assert np.flatnonzero(demand).tolist() == [12, 24 + 19]
    assert demand[43] == pytest.approx(2 * demand[12])
    assert demand @ got.time.hours[0] == pytest.approx(7)


def test_own_slices_are_not_shifted():
    """Slices that are no hours of a day are the same everywhere."""
    got = inputs(
        {"total": 1},
        regions={"r": {"utc_offset_hours": 8}},
        slices="weekday-weekend",
        profiles={"week": {"values": {"weekday": 1, "weekend": 2}}},
        workload={"profile": "week"},
    )
    assert got.demand[0, 1, 0, 0] == pytest.approx(2 * got.demand[0, 0, 0, 0])


def test_hours_of_slices():
    """A quarter has 2,190 hours: 5/7 of them on weekdays."""
    got = inputs({"total": 1}, horizon={"start": "2024Q1", "period": "quarter"}, slices="weekday-weekend")
    assert got.time.hours[0] == pytest.approx([2190 * 5 / 7, 2190 * 2 / 7])
