"""All inputs of the programme as arrays, every axis in order of name, so that the order of a file's keys is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planner.errors import InputError
from planner.inputs.chains import Chains, chains_of
from planner.inputs.demand import demand_of
from planner.inputs.memory import Memory
from planner.inputs.modes import Mode, modes_of
from planner.inputs.routes import Routes, routes_of
from planner.inputs.stands import Stand, stands_of
from planner.inputs.time import Time, time_of
from planner.model.arrays import Floats
from planner.scenario.load import Scenario
from planner.scenario.schema import Document


@dataclass(frozen=True)
class Inputs:
    """What the rules read.

    Attributes
    ----------
    demand
        Units per hour, shape (T, K, W, R).
    stands
        Each offer at each site where it is to be had, but for serverless ones.
    modes
        Each way to run a workload on a stand.
    """

    doc: Document
    time: Time
    chains: Chains
    workloads: tuple[str, ...]
    regions: tuple[str, ...]
    sites: tuple[str, ...]
    offers: tuple[str, ...]
    devices: tuple[str, ...]
    demand: Floats
    routes: Routes
    stands: tuple[Stand, ...]
    modes: tuple[Mode, ...]

    @cached_property
    def must_serve(self) -> tuple[bool, ...]:
        """Whether all demand of each workload must be served."""
        from planner.scenario.check import ranks

        serves_most = ranks(self.doc)[0].of == "served"
        return tuple(
            workload.must_serve
            if workload.must_serve is not None
            else workload.unmet_penalty is None and not serves_most
            for workload in (self.doc.workloads[w] for w in self.workloads)
        )

    @cached_property
    def worth(self) -> Floats:
        """Worth of a unit of each workload where served work is added up: its mean penalty, or 1 where none has any."""
        penalties = [self.doc.workloads[w].unmet_penalty for w in self.workloads]
        if not any(np.any(p) for p in penalties if p is not None):
            return np.ones(len(penalties))
        return np.array([0.0 if p is None else float(np.mean(p)) for p in penalties])

    def exchange(self, currency: str | None) -> float:
        """Return units of the scenario's currency for one of `currency`."""
        money = self.doc.money
        return 1.0 if currency in (None, money.currency) else money.exchange[str(currency)]


def inputs_of(scenario: Scenario, memory: Memory | None = None) -> Inputs:
    """Work out the inputs of a scenario; a what-if session remembers those that are the same from question to question.

    Raises
    ------
    InputError
        Where a chain has no finite or a negative result.
    """
    try:
        return _worked_out(scenario, memory or Memory())
    except InputError as error:
        raise InputError(scenario.placed(error.problems)) from None


_TIME = ("slices", "money")
_CHAINS = ("chains",)
_STANDS = ("offers", "sites", "devices", "fleet", "orders", "integer")
_DEMAND = ("workloads", "regions", "profiles", "slices")
_ROUTES = ("regions", "sites", "network", "workloads", "traffic")
_MODES = ("workloads", "devices", "enablements")


def _worked_out(scenario: Scenario, memory: Memory) -> Inputs:
    doc, recall = scenario.document, memory.recall
    time = recall(time_of, doc, _TIME, scenario.calendar)
    chains = recall(chains_of, doc, _CHAINS, time)
    stands = recall(stands_of, doc, _STANDS, time)
    return Inputs(
        doc=doc,
        time=time,
        chains=chains,
        workloads=tuple(sorted(doc.workloads)),
        regions=tuple(sorted(doc.regions)),
        sites=tuple(sorted(doc.sites)),
        offers=tuple(sorted(doc.offers)),
        devices=tuple(sorted(doc.devices)),
        demand=recall(demand_of, doc, _DEMAND, time, chains),
        routes=recall(routes_of, doc, _ROUTES, time),
        stands=stands,
        modes=recall(modes_of, doc, _MODES, time, stands),
    )
