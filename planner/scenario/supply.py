"""What can be had: devices, the offers they come by, what limits them, and what is there already."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from planner.scenario.base import (
    Flag,
    Fraction,
    FractionSeries,
    Labelled,
    Limits,
    NonNegative,
    NonNegativeSeries,
    Noted,
    Part,
    PeriodName,
    Positive,
    PositiveFraction,
    Series,
    Text,
)

OfferKind = Literal["buy", "lease", "reserve", "on-demand", "spot", "marketplace", "serverless"]

COMMITTED: tuple[OfferKind, ...] = ("buy", "lease", "reserve")
"""Kinds whose devices are there for a whole period and are paid whether used or not."""

BY_THE_HOUR: tuple[OfferKind, ...] = ("on-demand", "spot", "marketplace")
"""Kinds whose devices are taken per slice and paid by the hour."""


class Device(Labelled):
    """An accelerator class."""

    maker: Text | None = Field(None, description="Who makes it.", examples=["nvidia"])
    memory_gb: Positive | None = Field(
        None, description="Memory, GB; needed where a workload asks for any.", examples=[80]
    )
    power_kw: NonNegative = Field(
        0.0,
        description="Nameplate draw with its share of the server, kW; what a site must have power for.",
        examples=[1.275],
    )
    active_power_kw: NonNegative | None = Field(
        None, description="Draw at work, kW; the nameplate's where absent.", examples=[0.97]
    )
    idle_power_kw: NonNegative = Field(0.0, description="Draw when idle, kW.", examples=[0.28])
    interconnect: Text | None = Field(None, description="What links it to others of its kind.", examples=["nvlink"])
    h100_equivalents: NonNegative | None = Field(
        None, description="How many H100s it counts as in the tables; not used in the programme.", examples=[1.0]
    )


class Pool(Part):
    """A network of many small nodes that come and go: what of it can be counted on.

    The capacity that counts is what is there with the stated confidence (docs/model.md, firm factor).
    """

    nodes: NonNegativeSeries = Field(description="Nodes that can be rented at the same time.", examples=[11000])
    availability: PositiveFraction = Field(description="Share of the time that a node is there.", examples=[0.7])
    confidence: Annotated[float, Limits(gt=0, le=0.999999)] = Field(
        0.95, description="Probability with which the capacity must be there.", examples=[0.95]
    )
    correlation: Annotated[float, Limits(ge=0, le=0.99)] = Field(
        0.0,
        description="Correlation between the outages of two nodes; 0 is binomial, more is beta-binomial.",
        examples=[0.02],
    )
    verification_overhead: Annotated[float, Limits(ge=1)] = Field(
        1.0,
        description="How many times work is done on average, to check the nodes against one another.",
        examples=[1.1],
    )
    churn_per_hour: NonNegative = Field(0.0, description="Times an hour that a busy node leaves.", examples=[0.05])
    job_hours: NonNegative = Field(
        0.0, description="Hours of work that a node keeps unsaved; half of it is lost when it leaves.", examples=[0.5]
    )
    restart_hours: NonNegative = Field(0.0, description="Hours until the work runs elsewhere.", examples=[0.1])


class ServerlessWork(Part):
    """Work that an offer sells by the unit."""

    price_per_unit: Series = Field(0.0, description="Price of a unit of work.", examples=[0.4])
    capacity_per_hour: NonNegativeSeries | None = Field(
        None, description="Work per hour that can be had at each site; unlimited where absent.", examples=[350]
    )
    capacity_by_site: dict[str, NonNegativeSeries] = Field(
        default_factory=dict, description="The same, for the sites named here.", examples=[{"seattle": 350}]
    )
    carbon_g_per_unit: NonNegative = Field(0.0, description="Carbon of a unit of work, gCO2e.", examples=[12])


class Offer(Labelled):
    """A commercial way to have a device, or to have work done."""

    kind: OfferKind = Field(description="How it is had and paid.")
    device: Text | None = Field(None, description="What is offered; not for serverless offers.", examples=["h100-sxm"])
    sites: list[Text] | None = Field(
        None, description="Where it is to be had; at every site with a place where absent.", examples=[["frankfurt"]]
    )
    price_per_unit: Series | None = Field(None, description="Price of a device on arrival (buy).", examples=[30000])
    price_per_hour: Series | None = Field(
        None, description="Price of a device-hour: committed hours (lease, reserve) or rented ones.", examples=[2.5]
    )
    deposit_share: Fraction = Field(
        0.0, description="Share of the price that is paid when ordering (buy).", examples=[0.2]
    )
    maintenance_per_unit_year: NonNegativeSeries = Field(
        0.0, description="Running cost of a device in place, a year.", examples=[1500]
    )
    lead_time_months: NonNegative = Field(
        0.0, description="From order to arrival, months; orders start with the horizon.", examples=[9]
    )
    term_months: Positive | None = Field(None, description="Term of a lease or reservation, months.", examples=[12])
    life_months: Positive | None = Field(
        None, description="Life of a device that was bought, months; 60 where absent.", examples=[60]
    )
    resale_share: Fraction | None = Field(
        None, description="Share of the book value that early sale brings; absent: no early sale.", examples=[0.6]
    )
    salvage_share: Fraction | None = Field(
        None,
        description="Share of the book value that counts at the horizon's end; money.salvage where absent.",
        examples=[0.5],
    )
    supply: NonNegativeSeries | None = Field(
        None,
        description="Devices that can arrive in a period (committed kinds) or be rented at the same time "
        "(by the hour); a pool's nodes, or no limit, where absent.",
        examples=[20000],
    )
    supply_per_year: dict[str, NonNegative] | None = Field(
        None, description="Devices that can arrive in a calendar year.", examples=[{"2024": 60000}]
    )
    carry_over: Flag = Field(False, description="Whether supply that was not taken can be had later.")
    min_commitment: NonNegativeSeries | None = Field(
        None, description="Devices that must be in place in each period, if any are.", examples=[1000]
    )
    commitment: Literal["optional", "obliged"] = Field(
        "optional",
        description="Whether the minimum commitment may be declined as a whole (a yes-or-no decision) "
        "or is signed already.",
    )
    available_from: PeriodName | None = Field(None, description="First period it is to be had in.", examples=["2024Q3"])
    available_until: PeriodName | None = Field(None, description="Last period it is to be had in.", examples=["2025Q4"])
    availability: PositiveFraction = Field(1.0, description="Share of the time that a device is up.", examples=[0.97])
    includes_power: Flag | None = Field(
        None,
        description="Whether the price includes power and space; by default so for all kinds but buy and lease.",
    )
    pool: Pool | None = Field(None, description="The network behind it, where it is one of many small nodes.")
    work: dict[str, ServerlessWork] = Field(
        default_factory=dict, description="Work sold by the unit, by workload (serverless)."
    )
    integer: Flag | None = Field(None, description="Whether devices are whole; as the scenario says where absent.")
    currency: Text | None = Field(None, description="Currency of its prices.", examples=["EUR"])


class SupplyLimit(Noted):
    """A limit on what arrives through several offers together: of a maker, a device, or as listed."""

    maker: Text | None = Field(None, description="All committed offers of this maker's devices.", examples=["nvidia"])
    device: Text | None = Field(None, description="All committed offers of this device.", examples=["h100-sxm"])
    offers: list[Text] | None = Field(
        None, description="These committed offers.", examples=[["buy-h100", "lease-h100"]]
    )
    units: NonNegativeSeries | None = Field(None, description="Devices in each period.", examples=[500000])
    units_per_year: dict[str, NonNegative] | None = Field(
        None, description="Devices in each calendar year; years left out have no limit.", examples=[{"2024": 550000}]
    )
    share: FractionSeries = Field(1.0, description="Share of it that this plan can have.", examples=[0.1])
    carry_over: Flag = Field(False, description="Whether supply that was not taken can be had later.")


class Holding(Noted):
    """Devices that are in place when the horizon starts."""

    offer: Text = Field(description="Committed offer whose terms they are under.", examples=["buy-h100"])
    site: Text = Field(description="Where they stand.", examples=["frankfurt"])
    units: NonNegative = Field(description="How many.", examples=[1000])
    age_months: NonNegative = Field(0.0, description="How long ago they arrived.", examples=[6])


class Order(Noted):
    """Devices that were ordered before the horizon and arrive in it."""

    offer: Text = Field(description="Committed offer they were ordered by.", examples=["buy-h100"])
    site: Text = Field(description="Where they will stand.", examples=["frankfurt"])
    units: NonNegative = Field(description="How many.", examples=[1000])
    period: PeriodName = Field(description="When they arrive.", examples=["2024Q2"])
    paid: Flag = Field(False, description="Whether they are paid for already; else they cost their price on arrival.")
