"""Changes by path: what wildcards, relative values and distributions come to."""

from __future__ import annotations

import pytest
from scipy import stats

import planner
from planner.errors import InputError, Place
from planner.whatif.changes import resolved
from planner.whatif.distributions import Distribution, distribution_of
from planner.whatif.relative import read_change, relative_of
from tests.whatif.cases import small


@pytest.fixture(scope="module")
def scenario():
    """The small scenario, loaded."""
    return planner.load(small())


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"sites.a.power_mw": 7}, {"sites.a.power_mw": 7}),
        ({"offers.buy-d.supply": "*1.5"}, {"offers.buy-d.supply": 9.0}),
        ({"offers.buy-d.supply": "/2"}, {"offers.buy-d.supply": 3.0}),
        ({"offers.buy-d.supply": "+5"}, {"offers.buy-d.supply": 11.0}),
        ({"offers.buy-d.supply": " - 5 "}, {"offers.buy-d.supply": 1.0}),
        ({"offers.buy-d.supply": "+50%"}, {"offers.buy-d.supply": 9.0}),
        ({"offers.buy-d.supply": "-50%"}, {"offers.buy-d.supply": 3.0}),
        ({"offers.buy-e.supply": "*2"}, {"offers.buy-e.supply": [4.0, 4.0, 8.0, 8.0]}),
        ({"offers.buy-e.supply[2024Q3]": "*2"}, {"offers.buy-e.supply[2024Q3]": 8.0}),
        ({"offers.buy-d.supply[2024Q3]": "*2"}, {"offers.buy-d.supply[2024Q3]": 12.0}),
        ({"offers.buy-*.supply": "+1"}, {"offers.buy-d.supply": 7.0, "offers.buy-e.supply": [3.0, 3.0, 5.0, 5.0]}),
        (
            {"offers.buy-e.supply[2024Q2:2024Q3]": "+1"},
            {"offers.buy-e.supply[2024Q2]": 3.0, "offers.buy-e.supply[2024Q3]": 5.0},
        ),
        ({"sites.*.power_mw[*Q1]": 1}, {"sites.a.power_mw[2024Q1]": 1, "sites.b.power_mw[2024Q1]": 1}),
        (
            {"offers.buy-e.supply[2024Q1]": "*3", "offers.buy-e.supply": "*2"},
            {"offers.buy-e.supply": [4.0, 4.0, 8.0, 8.0], "offers.buy-e.supply[2024Q1]": 12.0},
        ),
        ({"workloads.v.rate": "*2"}, {"workloads.v.rate": {"d": 4.0, "e": 10.0}}),
        ({"name": "+5"}, {"name": "+5"}),
    ],
)
def test_values(scenario, changes, values):
    """Worked out by hand from the small scenario's numbers."""
    assert resolved(scenario, changes) == values


def test_values_reach_the_scenario(scenario):
    """A change of some periods changes those and no others."""
    changed = planner.what_if(scenario).scenario({"sites.*.power_mw[2024Q2]": "*2", "offers.buy-*.supply": 1})
    assert changed.document.sites["a"].power_mw == (0.03, 0.06, 0.03, 0.03)
    assert changed.document.sites["b"].power_mw == (0.01, 0.04, 0.02, 0.02)
    assert {changed.document.offers[name].supply for name in ("buy-d", "buy-e")} == {1.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sites.c.power_mw": "*2"}, "there is no 'c' in sites; there are a, b"),
        ({"offers.buy-f*.supply": "*2"}, "nothing in offers is called buy-f*; did you mean 'buy-e'?"),
        ({"sits.*.power_mw": "*2"}, "there is no 'sits' in the scenario; did you mean 'sites'?"),
        ({"sites.*.powr_mw": "*2"}, "there is no 'powr_mw' in sites.\"*\"; did you mean 'power_mw'?"),
        ({"offers.sold.supply": "*2"}, "has no value yet"),
        ({"offers.*.label": "*2"}, "has no value yet at any of 4"),
        ({"sites.a": "*2"}, "is no number and no series of numbers"),
        ({"sites.a.power_mw[2024Q9]": "*2"}, "there is no period '2024Q9' in the horizon"),
        ({"sites.a.power_mw[2024Q3:2024Q2]": 1}, "the range ends with 2024Q2, before it begins with 2024Q3"),
        ({"sites.a.power_mw[2023*]": 1}, "no period is called 2023*; they are 2024Q1 to 2024Q4"),
        ({"sites.a.power_mw": {"uniform": [1, 2]}}, "is a distribution; planner.sweep draws samples"),
        ({"sites.a.power_mw": {"uniform": [2, 1]}}, "needs a low below its high"),
        ({"sites.a.power_mw": {"unifrom": [1, 2]}}, "there is no distribution 'unifrom'; did you mean 'uniform'?"),
        ({"sites.a.": 1}, "the path cannot be read"),
    ],
)
def test_mistakes(scenario, changes, message):
    """Each mistake is told in words, with what was probably meant."""
    with pytest.raises(InputError) as found:
        resolved(scenario, changes)
    assert message in str(found.value)


def test_all_mistakes_at_once(scenario):
    """Every change that is wrong is told."""
    with pytest.raises(InputError) as found:
        resolved(scenario, {"sites.c.power_mw": "*2", "sits.*.x": 1, "sites.a.power_mw": 1})
    assert len(found.value.problems) == 2


@pytest.mark.parametrize(
    ("value", "frozen"),
    [
        ({"uniform": [2, 6]}, stats.uniform(2, 4)),
        ({"triangular": [1, 2, 5]}, stats.triang(0.25, 1, 4)),
        ({"normal": [10, 2]}, stats.norm(10, 2)),
        ({"lognormal": [10, 0.5]}, stats.lognorm(0.5, scale=10)),
    ],
)
def test_distributions(value, frozen):
    """Quantiles are those of the distribution; the median of a lognormal is its first number."""
    found = distribution_of(value)
    for quantile in (0.1, 0.5, 0.9):
        assert found.at(quantile) == pytest.approx(frozen.ppf(quantile))


def test_relative_distributions():
    """A distribution of a factor gives factors."""
    found = distribution_of({"uniform": ["*0.5", "*1.5"]})
    assert found == Distribution("uniform", (0.5, 1.5), "*")
    assert found.at(0.5) == "*1.0"
    assert relative_of(found.at(0.0)).of(8) == 4
    with pytest.raises(InputError, match="all relative in the same way"):
        distribution_of({"uniform": ["*0.5", "+1"]})
    with pytest.raises(ValueError, match="no value at the quantile 0"):
        distribution_of({"normal": [0, 1]}).at(0)


@pytest.mark.parametrize(
    ("text", "value"),
    [("*1.1", "*1.1"), ("-5", "-5"), ("=-5", -5), ("5", 5), ("[1, 2]", [1, 2]), ("null", None), ("2024Q1", "2024Q1")],
)
def test_values_from_a_command_line(text, value):
    """Relative text stays, all else is YAML; `=` makes a signed number absolute."""
    assert read_change(text, Place("--change")) == value


@pytest.mark.parametrize("changes", [{5: 4}, ["sites.a.power_mw"], "sites.a.power_mw=3"])
def test_changes_are_values_by_path(changes):
    """Whatever else is given is told in words."""
    with pytest.raises(InputError, match="values by path"):
        resolved(planner.load(small()), changes)
