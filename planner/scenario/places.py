"""Where: regions that ask, sites that serve, and the network between them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from planner.scenario.base import (
    Flag,
    Labelled,
    Limits,
    NonNegative,
    NonNegativeSeries,
    Noted,
    Part,
    PeriodName,
    Positive,
    Series,
    Text,
    Whole,
)

GB_PER_HOUR_AND_GBPS = 450.0
"""A traffic of 1 Gb/s is 450 GB an hour."""


class Region(Labelled):
    """A place where demand arises."""

    weights: dict[str, NonNegative] = Field(
        default_factory=dict, description="Weights that a total demand is split by.", examples=[{"users": 120}]
    )
    utc_offset_hours: Annotated[float, Limits(ge=-12, le=14)] = Field(
        0.0, description="Hours that its clock is ahead of UTC.", examples=[-5]
    )
    node: Text | None = Field(None, description="Node of the network it is at; the one of its own name where absent.")
    access_ms: NonNegative = Field(0.0, description="Round trip between it and its node, ms.", examples=[10])
    latitude: Annotated[float, Limits(ge=-90, le=90)] | None = Field(None, description="Degrees north, for maps.")
    longitude: Annotated[float, Limits(ge=-180, le=180)] | None = Field(None, description="Degrees east, for maps.")


class Module(Part):
    """A block of power that can be added to a site, as a whole."""

    mw: Positive = Field(description="Power of one module, MW.", examples=[10])
    cost: NonNegativeSeries = Field(0.0, description="Price of one module.", examples=[1.0e8])
    build_months: NonNegative = Field(0.0, description="From decision to use, months.", examples=[18])
    max_count: Whole = Field(description="How many can be added at most.", ge=0, le=1_000_000, examples=[4])


class Site(Labelled):
    """A place where devices stand, or a distributed network without a place."""

    country: Text | None = Field(None, description="Country, as in residency rules.", examples=["DE"])
    node: Text | None = Field(None, description="Node of the network it is at; the one of its own name where absent.")
    access_ms: NonNegative = Field(0.0, description="Round trip between it and its node, ms.", examples=[1])
    latitude: Annotated[float, Limits(ge=-90, le=90)] | None = Field(None, description="Degrees north, for maps.")
    longitude: Annotated[float, Limits(ge=-180, le=180)] | None = Field(None, description="Degrees east, for maps.")
    grid: Text | None = Field(None, description="Power grid it hangs on, as in survival rules.", examples=["pjm"])
    distributed: Flag = Field(
        False, description="Whether it is a network without a place: offers must name it, and power is its nodes' own."
    )
    latency_ms: NonNegative | None = Field(
        None, description="Round trip to every region, ms, in place of routes on the network.", examples=[150]
    )
    power_mw: NonNegativeSeries | None = Field(
        None, description="Power for the facility, MW, by period; unlimited where absent.", examples=[40]
    )
    pue: Annotated[float, Limits(ge=1)] = Field(1.0, description="Average facility over IT energy.", examples=[1.2])
    peak_pue: Annotated[float, Limits(ge=1)] | None = Field(
        None, description="Facility over IT power at peak; the average where absent.", examples=[1.3]
    )
    tariff_per_kwh: Series = Field(0.0, description="Price of electricity, per kWh.", examples=[0.08])
    carbon_g_per_kwh: NonNegativeSeries = Field(
        0.0, description="Carbon of electricity, gCO2e per kWh.", examples=[380]
    )
    egress_per_gb: NonNegative = Field(0.0, description="Price of data leaving the site, per GB.", examples=[0.02])
    fixed_cost_per_year: NonNegativeSeries = Field(
        0.0, description="Cost of the site while it is open, a year.", examples=[2.0e6]
    )
    fixed_cost_per_mw_year: NonNegativeSeries = Field(
        0.0, description="The same, for each MW of its power_mw.", examples=[5.0e5]
    )
    siting: Literal["open", "candidate"] = Field(
        "open", description="Whether it is open anyway, or opens by a yes-or-no decision."
    )
    opens: PeriodName | None = Field(None, description="First period it is, or can be, open in.", examples=["2024Q3"])
    opening_cost: NonNegativeSeries = Field(0.0, description="Cost of opening a candidate.", examples=[5.0e7])
    opening_cost_per_mw: NonNegative = Field(
        0.0, description="The same, for each MW of the most power it ever has.", examples=[1.1e7]
    )
    can_close: Flag = Field(False, description="Whether a candidate can close again, once empty.")
    closing_cost: NonNegative = Field(0.0, description="Cost of closing it.", examples=[1.0e6])
    modules: dict[str, Module] = Field(default_factory=dict, description="Blocks of power that can be added.")
    currency: Text | None = Field(None, description="Currency of its prices.", examples=["EUR"])


class Wave(Part):
    """A block of capacity that can be lit on a link, as a whole."""

    gbps: Positive = Field(description="Capacity of one block in each direction, Gb/s.", examples=[100])
    cost: NonNegativeSeries = Field(0.0, description="Price of one block.", examples=[2.0e5])
    build_months: NonNegative = Field(0.0, description="From decision to use, months.", examples=[6])
    max_count: Whole = Field(description="How many can be lit at most.", ge=0, le=1_000_000, examples=[8])


class Link(Noted):
    """A link of the network."""

    ends: tuple[Text, Text] | None = Field(
        None, description="The two nodes it joins.", examples=[["london", "frankfurt"]]
    )
    from_: Text | None = Field(None, alias="from", description="One node it joins, in place of `ends`.")
    to: Text | None = Field(None, description="The other node.")
    directed: Flag = Field(False, description="Whether it goes from the first node to the second only.")
    latency_ms: NonNegative = Field(0.0, description="Round trip over it, ms.", examples=[12])
    capacity_gbps: NonNegativeSeries | None = Field(
        None,
        description="Most traffic in each direction, Gb/s; where absent unlimited, or none but what its modules add.",
        examples=[100],
    )
    modules: dict[str, Wave] = Field(default_factory=dict, description="Blocks of capacity that can be lit.")
    use_cost: NonNegative = Field(
        0.0, description="Cost of using the link at all, paid at the start (a yes-or-no decision).", examples=[5.0e4]
    )
    shared_capacity: Flag = Field(False, description="Whether both directions share the capacity.")
    price_per_gb: NonNegative = Field(0.0, description="Price of traffic over it, per GB.", examples=[0.01])
    price_per_gbps_hour: NonNegative = Field(
        0.0, description="Price of a Gb/s of traffic over it for an hour, beside price_per_gb.", examples=[0.5]
    )

    @property
    def traffic_price(self) -> float:
        """Price of a GB over it, however it is stated."""
        return self.price_per_gb + self.price_per_gbps_hour / GB_PER_HOUR_AND_GBPS

    @property
    def is_designed(self) -> bool:
        """Whether its capacity limits traffic, or is decided."""
        return self.capacity_gbps is not None or bool(self.modules) or self.use_cost > 0


class Traffic(Noted):
    """Data that must go from one node of the network to another: replication, training data."""

    from_: Text = Field(alias="from", description="Node it leaves.", examples=["frankfurt"])
    to: Text = Field(description="Node it goes to.", examples=["ashburn"])
    gbps: NonNegativeSeries = Field(description="Traffic in each period, Gb/s.", examples=[40])
    max_latency_ms: Positive | None = Field(None, description="Longest round trip of its routes, ms.", examples=[100])
    paths: Annotated[Whole, Field(ge=1, le=1000)] | None = Field(
        None,
        description="With a latency limit: only the shortest so many paths; all within it where absent.",
        examples=[4],
    )
    unmet_penalty_per_gb: NonNegativeSeries | None = Field(
        None, description="Price of leaving a GB behind, not discounted. Absent: all must be carried.", examples=[0.05]
    )


class Network(Part):
    """The network between regions and sites."""

    file: Text | None = Field(
        None,
        description="File with links and traffic (GraphML, GML, SNDlib native or XML); what the scenario says itself wins.",
        examples=["abilene.txt"],
    )
    each: dict[str, Any] | None = Field(
        None,
        description="Keys that every link of the file has besides, such as those that no format knows.",
        examples=[{"shared_capacity": True}],
    )
    links: dict[str, Link] = Field(default_factory=dict, description="Links between nodes, by name.")


class Siting(Part):
    """Rules on sites together."""

    max_open: Annotated[Whole, Field(ge=0, le=1_000_000)] | None = Field(
        None, description="Most candidates open at a time.", examples=[3]
    )
