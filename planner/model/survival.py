"""Losses that the plan must bear: for each, a second way to serve, with the same fleets, sites and links.

After a loss the plan decides again what runs, what serves whom, what is rented by the hour and how traffic
goes. Campaigns pause, replicas need not be whole and single sources may split. Each loss that is in the
programme adds its own columns and rows for that, named after it; the loss ties them to what is planned:

    survival:  sum_{r,s} serve'[t,k,w,r,s] + shortage >= share[w] sum_{r,s} serve[t,k,w,r,s]

where shortage is zero, except in the check of a loss that is not (yet) in the programme. Traffic between nodes must go
on at the same share of its demand, and what is left behind of that is zero in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.inputs.inputs import Inputs
from planner.inputs.routes import routes_of
from planner.model import decisions
from planner.model.model import Model
from planner.model.programme import Block, Programme
from planner.model.rules import design, fleets, places, serving, traffic
from planner.scenario.check import losable
from planner.scenario.schema import Document


@dataclass(frozen=True)
class Loss:
    """One loss of one survival rule."""

    rule: str
    kind: str
    name: str

    @property
    def label(self) -> str:
        """Prefix of the names of its columns and rows."""
        return f"loss of {self.name} ({self.rule})"


def losses_of(inputs: Inputs) -> tuple[Loss, ...]:
    """Return every loss that the scenario wants borne, by rule and name."""
    doc = inputs.doc
    return tuple(
        Loss(rule, doc.survive[rule].any_one, name)
        for rule in sorted(doc.survive)
        for name in sorted(doc.survive[rule].among or losable(doc, doc.survive[rule].any_one))
    )


class _Within:
    """A programme as one loss sees it: what it adds is named after the loss."""

    def __init__(self, programme: Programme, label: str):
        self._programme, self._label = programme, label

    def __getattr__(self, name: str) -> Any:
        return getattr(self._programme, name)

    def add_columns(self, name: str, *args: Any, **kwargs: Any) -> Block:
        return self._programme.add_columns(f"{self._label}: {name}", *args, **kwargs)

    def add_rows(self, name: str, *args: Any, **kwargs: Any) -> Block:
        return self._programme.add_rows(f"{self._label}: {name}", *args, **kwargs)


@dataclass(frozen=True)
class Borne:
    """A loss in the programme: its own decisions, and the columns by which it would fall short.

    `shortage` is of work, `model.shed` of traffic between nodes.
    """

    loss: Loss
    model: Model
    shortage: Block


def bear(model: Model, loss: Loss) -> Borne:
    """Add a loss to the programme."""
    inputs = _inputs_after(model.inputs, loss)
    after = Model(inputs, _Within(model.programme, loss.label))  # type: ignore[arg-type]
    for family in (
        decisions.serving, decisions.running, decisions.hourly, decisions.campaigns, decisions.traffic,
        decisions.assigning, decisions.carrying,
    ):  # fmt: skip
        family(after)
    model.programme.forbid(after.shed)
    for name in ("fleet", "add", "open", "module", "port", "configure", "lit", "use"):
        setattr(after, name, getattr(model, name))
    for rule in (
        serving.throughput, serving.capacity, serving.linking, fleets.occupancy, fleets.configuration, fleets.porting,
        fleets.pool, traffic.balance, traffic.routing, traffic.link_capacity, design.carriage, design.trunking, design.link_use,
    ):  # fmt: skip
        rule(after)
    if any(stand.facility and not stand.committed for stand in inputs.stands):
        places.power(after)
        places.emptying(after)
    _undelivered(model, after, loss)
    return Borne(loss, after, _survival(model, after, loss))


def _inputs_after(inputs: Inputs, loss: Loss) -> Inputs:
    """Return the inputs that are left after a loss."""
    doc = inputs.doc
    calm = {
        name: w.model_copy(update={"whole_replicas": False, "single_source": False})
        for name, w in doc.workloads.items()
    }
    kept = doc.survive[loss.rule].share
    carried = {
        name: t.model_copy(update={"gbps": tuple(inputs.time.series(t.gbps) * kept), "unmet_penalty_per_gb": 0.0})
        for name, t in doc.traffic.items()
    }
    update: dict[str, Any] = {"workloads": calm, "campaigns": {}, "traffic": carried, "objective": "cost"}
    after: Document = doc.model_copy(update=update)
    routes = routes_of(after, inputs.time, loss.name) if loss.kind == "link" else inputs.routes
    gone = [s for s, name in enumerate(inputs.sites) if _is_lost(doc, loss, name)]
    allowed = routes.allowed.copy()
    allowed[:, :, gone] = False
    parts = tuple(replace(stand, integer=False) for stand in inputs.stands)
    return replace(inputs, doc=after, routes=replace(routes, allowed=allowed), stands=parts)


def _is_lost(doc: Document, loss: Loss, site: str) -> bool:
    return (loss.kind == "site" and site == loss.name) or (loss.kind == "grid" and doc.sites[site].grid == loss.name)


def _undelivered(model: Model, after: Model, loss: Loss) -> None:
    """Take away what a maker no longer delivers: firm (fleet - sum_{v >= start} lasting[v,t] add[v]) in occupancy."""
    if loss.kind != "maker":
        return
    inputs = model.inputs
    first = inputs.time.position(inputs.doc.survive[loss.rule].start, 0)
    rows = model.programme.rows[f"{loss.label}: occupancy"]
    for i, stand in enumerate(inputs.stands):
        if stand.committed and inputs.doc.devices[inputs.devices[stand.d]].maker == loss.name:
            gone = stand.lasting * stand.firm[None, :] * (np.arange(model.T) >= first)[:, None]
            at = rows.at[:, :, i][None]
            model.programme.enter(at, model.add.at[:, i][:, None, None], gone[:, :, None])


def _survival(model: Model, after: Model, loss: Loss) -> Block:
    """Serve the stated share of what is served without the loss, and no more than is asked; return the shortage."""
    inputs, programme = model.inputs, model.programme
    rule = inputs.doc.survive[loss.rule]
    share = np.array([rule.share_by_workload.get(w, rule.share) for w in inputs.workloads])
    asked = (inputs.demand > 0).any(axis=3)
    most = inputs.demand.sum(axis=3)
    keys = [(w,) for w in inputs.workloads]
    shortage = after.programme.add_columns(
        "shortage",
        ("workload",),
        keys,
        model.each_slice,
        mask=asked,
        upper=0.0,
        derived=False,
        scale=most.max(axis=(0, 1), initial=0.0),
    )
    rows = after.programme.add_rows("survival", ("workload",), keys, model.each_slice, ">=", 0.0, mask=asked)
    programme.enter(rows.at, shortage.at, 1.0)
    programme.enter(rows.at[:, :, after.pairs[0]], after.serve.at, 1.0)
    programme.enter(rows.at[:, :, model.pairs[0]], model.serve.at, -share[model.pairs[0]])
    w, r = np.nonzero((inputs.demand > 0).any(axis=(0, 1)))
    row_of = np.full((len(inputs.workloads), len(inputs.regions)), -1)
    row_of[w, r] = np.arange(len(w))
    asked_rows = after.programme.add_rows(
        "asked", ("workload", "region"), [(inputs.workloads[a], inputs.regions[b]) for a, b in zip(w, r, strict=True)],
        model.each_slice, "<=", inputs.demand[:, :, w, r], mask=inputs.demand[:, :, w, r] > 0,
    )  # fmt: skip
    programme.enter(asked_rows.at[:, :, row_of[after.pairs[0], after.pairs[1]]], after.serve.at, 1.0)
    return shortage
