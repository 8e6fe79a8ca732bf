"""The shipped scenarios and tables, read once for all tests here."""

import csv
from functools import cache
from pathlib import Path

import planner

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))


def path_of(name):
    return ROOT / "scenarios" / f"{name}.yaml"


@cache
def loaded(name):
    return planner.load(path_of(name))


@cache
def solved(name, solver=None):
    """Return the plan; by another solver without the search for the earliest date, which solves many times."""
    scenario = loaded(name)
    if solver and scenario.document.report.earliest_date:
        scenario = scenario.replace({"report.earliest_date": False})
    return planner.solve(scenario, planner.Request(solver=solver))


@cache
def table(name):
    with (ROOT / "data" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def figure(source, column, /, **where):
    """Return the sum of a column over the rows that have the values asked for; lists are alternatives."""
    found = [
        float(row[column])
        for row in table(source)
        if all(row[key] in (wanted if isinstance(wanted, list) else [wanted]) for key, wanted in where.items())
    ]
    assert found, f"{source}: no row with {where}"
    return sum(found)
