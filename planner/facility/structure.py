"""Recognise capacitated facility location in a programme, and read its numbers from the columns and rows."""

from __future__ import annotations

import numpy as np

from planner.facility.instance import Floats, Instance
from planner.model.build import Built
from planner.model.model import Model

COLUMNS = {"serve", "work", "open", "opened"}
"""Decisions of a pure problem."""

ROWS = {"demand", "throughput", "capacity", "linking", "opening", "open_sites"}
"""Rules of a pure problem."""


def instance_of(built: Built) -> Instance | None:
    """Return the facility location problem that least cost poses, in the user's units; None if it is more than that.

    Sites are `inputs.sites`, regions the members of the rule `demand`. A site that is open anyway costs nothing to open.
    """
    model = built.model
    if not _is_pure(built):
        return None
    coefficients = built.objective("cost").coefficients
    finished = built.finished
    asked = model.programme.rows["demand"]
    demand = (finished.row_upper * finished.row_scale)[asked.span]
    site, selling = _selling(model)
    _, region, server = model.pairs[:, model.serve.at[0, 0] >= 0]
    row_of = np.full(len(model.inputs.regions), -1)
    row_of[[model.inputs.regions.index(asked.keys[j][1]) for j in asked.members()[2]]] = np.arange(asked.count)
    work_cost = np.full(len(model.inputs.sites), np.inf)
    work_cost[site] = coefficients[selling]
    cost = np.full((len(model.inputs.sites), asked.count), np.inf)
    cost[server, row_of[region]] = (coefficients[model.serve.span] + work_cost[server]) * demand[row_of[region]]
    given = np.ones(len(model.inputs.sites), dtype=bool)
    given[candidates(model)] = False
    most = model.inputs.doc.siting.max_open if model.programme.rows["open_sites"].count else None
    if most is not None:  # the limit is on candidates
        most += int(given.sum())
    return Instance(_fixed(model, coefficients), _capacity(built, site), demand, cost, most, given)


def candidates(model: Model) -> np.ndarray:
    """Return the position of the site of each column `open`, in the order of the columns."""
    return np.array([model.inputs.sites.index(model.open.keys[j][0]) for j in model.open.members()[-1]], int)


def _is_pure(built: Built) -> bool:
    """Whether the programme has the decisions and rules of one workload in one period, and no others."""
    model, programme = built.model, built.model.programme
    blocks = [(programme.columns, COLUMNS), (programme.rows, ROWS)]
    if any(block.count and name not in known for found, known in blocks for name, block in found.items()):
        return False
    if model.T != 1 or model.K != 1 or built.borne or model.inputs.doc.survive or built.finished.lower.any():
        return False
    asked = programme.rows["demand"]
    site, _ = _selling(model)
    return (
        0 < model.open.count == model.opened.count
        and len({asked.keys[j][0] for j in asked.members()[-1]}) == 1
        and len(np.unique(site)) == len(site)
    )


def _selling(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Return the site and the column of each `work`."""
    site = np.array([model.sales[j].s for j in model.work.members()[-1]], int)
    return site, np.arange(model.work.first, model.work.first + model.work.count)


def _fixed(model: Model, coefficients: Floats) -> Floats:
    """Return what it costs to open each site and keep it open."""
    fixed = np.zeros(len(model.inputs.sites))
    fixed[candidates(model)] = coefficients[model.open.span] + coefficients[model.opened.span]
    return fixed


def _capacity(built: Built, selling: np.ndarray) -> Floats:
    """Return the capacity of each open site: infinite without a limit, none where no work is sold."""
    model, finished = built.model, built.finished
    capacity = np.zeros(len(model.inputs.sites))
    capacity[selling] = np.inf
    rows = model.programme.rows["capacity"]
    limited = [model.inputs.sites.index(rows.keys[j][1]) for j in rows.members()[-1]]
    opening = finished.matrix[rows.span][:, model.open.span].sum(axis=1)
    capacity[limited] = ((finished.row_upper[rows.span] - opening) * finished.row_scale[rows.span]).ravel()
    return capacity
