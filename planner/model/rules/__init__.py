"""The rules of the programme, one function each, named as their rows are."""

from __future__ import annotations

from collections.abc import Callable

from planner.model.model import Model
from planner.model.rules import design, fleets, places, policies, serving, traffic

RULES: tuple[Callable[[Model], None], ...] = (
    serving.demand,
    serving.throughput,
    serving.capacity,
    serving.linking,
    design.single_source,
    fleets.occupancy,
    fleets.replicas,
    fleets.configuration,
    fleets.porting,
    fleets.accumulation,
    fleets.retirement,
    fleets.supply,
    fleets.pool,
    fleets.supply_together,
    fleets.commitment,
    places.power,
    places.emptying,
    places.siting,
    places.opening,
    places.modules,
    places.open_sites,
    traffic.balance,
    traffic.routing,
    traffic.link_capacity,
    design.carriage,
    design.trunking,
    design.link_use,
    design.lighting,
    policies.campaign_choice,
    policies.campaign_devices,
    policies.shares,
    policies.carbon_cap,
    policies.budgets,
)
"""Every rule, in the order of its rows; the last one reads the cost and so comes after it."""
