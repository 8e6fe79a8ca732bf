"""Problem sets IV to VII of the OR-Library: one table, thirteen instances, the optima that the library prints (capopt)."""

import pytest

import planner
from tests.known.independent import FOLDER

OPTIMA = {
    "cap41": (5000, 7500, 1040444.375),
    "cap42": (5000, 12500, 1098000.450),
    "cap43": (5000, 17500, 1153000.450),
    "cap44": (5000, 25000, 1235500.450),
    "cap51": (10000, 17500, 1025208.225),
    "cap61": (15000, 7500, 932615.750),
    "cap62": (15000, 12500, 977799.400),
    "cap63": (15000, 17500, 1014062.050),
    "cap64": (15000, 25000, 1045650.250),
    "cap71": (58268, 7500, 932615.750),
    "cap72": (58268, 12500, 977799.400),
    "cap73": (58268, 17500, 1010641.450),
    "cap74": (58268, 25000, 1034976.975),
}
"""Capacity of each warehouse, cost of opening one, and the least cost."""


@pytest.mark.parametrize("name", OPTIMA)
def test_the_library_s_optimum_is_found(name):
    """To the last digit printed, and proven."""
    capacity, fixed, optimum = OPTIMA[name]
    cap41 = planner.load(FOLDER / "cap41.yaml")
    opening = {f"sites.{site}.opening_cost": fixed for site in cap41.document.sites if site != "w11"}
    plan = planner.solve(cap41.replace({"offers.room.work.goods.capacity_per_hour": capacity, **opening}))
    assert plan.status == "optimal"
    assert plan.gap <= 1e-6
    assert plan.objective == pytest.approx(optimum, abs=6e-4)
