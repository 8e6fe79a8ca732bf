"""Which points a sweep has: laws of grids and of samples."""

from __future__ import annotations

import itertools
import math

import pytest

from planner.errors import InputError
from planner.sweeps.design import MOST_POINTS, grid, sampled, tornado


def test_a_grid_has_every_combination_once():
    """The last path varies fastest, as in a loop within a loop."""
    design = grid({"a": [1, 2], "b": ["x", "y", "z"]})
    assert [tuple(point.values()) for point in design.points] == list(itertools.product([1, 2], ["x", "y", "z"]))


def test_neighbours_in_the_order_of_work_differ_by_one_step_of_one_path():
    """The law of a reflected Gray code, on a grid of 3 x 4 x 2; every point is there once."""
    values = {"a": [0, 1, 2], "b": [0, 1, 2, 3], "c": [0, 1]}
    design = grid(values)
    assert sorted(design.order) == list(range(24))
    for one, next_one in itertools.pairwise(design.order):
        steps = [abs(design.points[one][path] - design.points[next_one][path]) for path in values]
        assert sum(steps) == 1


def test_a_tornado_is_the_scenario_and_each_end_alone():
    """Point 0 changes nothing; then low and high of each path, in the order given."""
    design = tornado({"a": [1, 2], "b": ["*0.5", "*2"]})
    assert design.points == ({}, {"a": 1}, {"a": 2}, {"b": "*0.5"}, {"b": "*2"})


@pytest.mark.parametrize("ends", [[1], [1, 2, 3], "12", 5])
def test_a_tornado_takes_two_ends(ends):
    """Anything else is refused with the path."""
    with pytest.raises(InputError, match=r"a\.b"):
        tornado({"a.b": ends})


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_latin_hypercube_has_one_sample_in_each_stratum_of_each_path(seed):
    """McKay, Beckman and Conover 1979: of n samples exactly one lies in each nth of each distribution."""
    n = 40
    design = sampled({"a": {"uniform": [0, 1]}, "b": {"normal": [0, 1]}}, n, "latin-hypercube", seed)
    uniform = sorted(math.floor(point["a"] * n) for point in design.points)
    normal = sorted(math.floor(0.5 * (1 + math.erf(point["b"] / math.sqrt(2))) * n) for point in design.points)
    assert uniform == normal == list(range(n))


def test_a_sobol_sequence_fills_every_dyadic_box():
    """16 points in two coordinates: one in each box of 1/4 by 1/4, and of 1/16 by 1, for any scrambling (Sobol 1967)."""
    design = sampled({"a": {"uniform": [0, 1]}, "b": {"uniform": [0, 1]}}, 16, "sobol", 3)
    boxes = {(math.floor(p["a"] * 4), math.floor(p["b"] * 4)) for p in design.points}
    assert len(boxes) == len({math.floor(p["a"] * 16) for p in design.points}) == 16


def test_the_seed_decides_the_samples():
    """The same seed gives the same points, another one others."""
    draws = [sampled({"a": {"uniform": [0, 1]}}, 8, "sobol", seed).points for seed in (5, 5, 6)]
    assert draws[0] == draws[1] != draws[2]


def test_relative_distributions_give_relative_values():
    """A factor between 0.5 and 2 is written as one."""
    design = sampled({"a": {"uniform": ["*0.5", "*2"]}}, 10, "latin-hypercube", 0)
    assert all(point["a"].startswith("*") and 0.5 <= float(point["a"][1:]) <= 2 for point in design.points)


def test_a_list_is_equally_likely_values():
    """Stratified: of 30 samples of three values each has ten."""
    design = sampled({"a": ["x", "y", "z"]}, 30, "latin-hypercube", 0)
    assert sorted(point["a"] for point in design.points) == ["x"] * 10 + ["y"] * 10 + ["z"] * 10


@pytest.mark.parametrize("count", [1, 37, 237])
def test_samples_are_worked_on_each_once(monkeypatch, count):
    """The order of work is a permutation of the points, in one band of them or several."""
    monkeypatch.setattr("planner.sweeps.design.MOST_IN_TOUR", 100)
    design = sampled({"a": {"uniform": [0, 1]}, "b": {"uniform": [0, 1]}}, count, "latin-hypercube", 0)
    assert sorted(design.order) == list(range(count))


def test_samples_are_worked_on_near_to_near():
    """In the unit square two random points are 0.52 apart on average; 400 points have neighbours within 1/20."""
    design = sampled({"a": {"uniform": [0, 1]}, "b": {"uniform": [0, 1]}}, 400, "latin-hypercube", 0)
    ordered = [(design.points[number]["a"], design.points[number]["b"]) for number in design.order]
    assert sum(itertools.starmap(math.dist, itertools.pairwise(ordered))) / 399 < 2 / 20


@pytest.mark.parametrize(
    "make",
    [
        lambda: grid({"a": list(range(1000)), "b": list(range(1000))}),
        lambda: sampled({"a": {"uniform": [0, 1]}}, MOST_POINTS + 1, "sobol", 0),
        lambda: sampled({"a": {"uniform": [0, 1]}}, 0, "sobol", 0),
        lambda: sampled({"a": {"uniform": [0, 1]}}, 2.5, "sobol", 0),
        lambda: sampled({"a": {"uniform": [0, 1]}}, 5, "halton", 0),
        lambda: sampled({"a": {"uniform": [0, 1]}}, 5, "sobol", "x"),
        lambda: sampled({"a": {"uniform": [1, 0]}}, 5, "sobol", 0),
        lambda: sampled({"a": {"nothing": [1, 0]}}, 5, "sobol", 0),
        lambda: grid({"a": []}),
        lambda: grid({"a": [{"uniform": [0, 1]}]}),
    ],
)
def test_what_is_no_design_is_refused(make):
    """Too many points, none, ways to draw that there are not, or values that are none."""
    with pytest.raises(InputError):
        make()
