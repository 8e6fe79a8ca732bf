"""What is asked for: workloads, their demand, and the chains of factors it is derived by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from planner.scenario.base import (
    TAG,
    Flag,
    Labelled,
    Limits,
    NonNegative,
    NonNegativeSeries,
    Part,
    Positive,
    PositiveFraction,
    PositiveSeries,
    Series,
    Text,
    Whole,
    keyed,
    shape,
)


class ChainValue(Part):
    """The result of a chain, or of one of its steps, as a factor of another."""

    chain: Text = Field(description="Name of the chain.", examples=["tiktok-minutes"])
    step: Text | None = Field(None, description="Name of the step; the last one where absent.", examples=["uploads"])


Term = Annotated[
    Annotated[ChainValue, Tag(f"{TAG}chain")] | Annotated[Series, Tag(f"{TAG}other")], Discriminator(keyed("chain"))
]


class SumOf(Part):
    """The sum of several factors."""

    sum: list[Term] = Field(
        description="What is added up.", min_length=1, examples=[[{"chain": "tiktok"}, {"chain": "youtube"}]]
    )


Operand = Annotated[
    Annotated[ChainValue, Tag(f"{TAG}chain")]
    | Annotated[SumOf, Tag(f"{TAG}sum")]
    | Annotated[Series, Tag(f"{TAG}other")],
    Discriminator(keyed("chain", "sum")),
]


class Step(Part):
    """One factor of a chain; the first has `value`, each other one says what it does to the result before."""

    name: Text = Field(description="Name of the step, unique in its chain.", examples=["uploads a day"])
    value: Operand | None = Field(None, description="Start of the chain.", examples=[34.0e6])
    times: Operand | None = Field(None, description="Multiply by this.", examples=[0.5])
    divide: Operand | None = Field(None, description="Divide by this.", examples=[24])
    plus: Operand | None = Field(None, description="Add this.", examples=[1000])
    minus: Operand | None = Field(None, description="Subtract this.", examples=[1000])
    unit: Text | None = Field(None, description="Unit of the result after this step.", examples=["video-minute/day"])
    kind: Literal["utilisation", "peak-to-mean"] | None = Field(
        None,
        description="Marks a factor that the model has a field for; giving it in both places is an error.",
        examples=["peak-to-mean"],
    )
    source: Text | None = Field(None, description="Where the factor comes from.")
    note: Text | None = Field(None, description="Anything a reader should know.")


class Chain(Labelled):
    """A product of named factors, every intermediate result of which can be shown."""

    steps: list[Step] = Field(description="The factors, in order.", min_length=1)
    show: Flag = Field(True, description="Whether the summary of a plan shows the chain.")


class DemandPart(Part):
    """Demand of a workload, or one part of it: an amount, and how it is split over regions."""

    name: Text | None = Field(None, description="Name of the part, where a workload has several.", examples=["tiktok"])
    by_region: dict[str, NonNegativeSeries] | None = Field(
        None, description="Amount of each region.", examples=[{"europe": 100, "asia": 250}]
    )
    total: NonNegativeSeries | None = Field(None, description="Amount of all regions together.", examples=[1000])
    chain: Text | None = Field(None, description="Chain whose last result is the amount of all regions.")
    split: (
        Annotated[
            Annotated[Text, Tag(f"{TAG}text")] | Annotated[dict[str, NonNegative], Tag(f"{TAG}mapping")],
            Discriminator(shape),
        ]
        | None
    ) = Field(
        None,
        description="How a total is split: the name of a weight of the regions, or each region's weight itself.",
        examples=["users", {"europe": 2, "asia": 3}],
    )
    per: Literal["hour", "day", "month", "year", "period"] = Field(
        "hour", description="The time that the amount is for.", examples=["day"]
    )
    times: NonNegativeSeries = Field(
        1.0, description="Factor on the amount, such as a share of a market.", examples=[0.1]
    )


class Residency(Part):
    """Where work may be done; every rule that names a region (or none) holds for it."""

    regions: list[Text] | None = Field(
        None, description="Regions it holds for; all where absent.", examples=[["europe"]]
    )
    allow_sites: list[Text] | None = Field(None, description="Only these sites.", examples=[["frankfurt"]])
    deny_sites: list[Text] | None = Field(None, description="None of these sites.", examples=[["render"]])
    allow_countries: list[Text] | None = Field(
        None, description="Only sites in these countries.", examples=[["DE", "FR"]]
    )
    deny_countries: list[Text] | None = Field(None, description="No site in these countries.", examples=[["CN"]])


class Configuration(Part):
    """A way to run a workload on a device: so many devices as one replica."""

    device: Text = Field(description="Device of the replica.", examples=["h100-sxm"])
    devices: Whole = Field(1, description="Devices per replica.", ge=1, le=1_000_000, examples=[8])
    rate: PositiveSeries = Field(description="Work per hour of one replica.", examples=[1200])
    memory_gb: Positive | None = Field(
        None, description="Memory they hold together, GB; devices x the device's memory where absent.", examples=[640]
    )


class Workload(Labelled):
    """A kind of work with its own unit."""

    unit: Text = Field("unit", description="Unit of the work.", examples=["video-minute"])
    demand: (
        Annotated[
            Annotated[DemandPart, Tag(f"{TAG}mapping")] | Annotated[list[DemandPart], Tag(f"{TAG}list")],
            Discriminator(shape),
        ]
        | None
    ) = Field(None, description="What is asked for, in one part or several that add up.")
    rate: dict[str, PositiveSeries] = Field(
        default_factory=dict,
        description="Work per hour of one device at full use, by device; devices left out cannot run it.",
        examples=[{"h100-sxm": 5.0}],
    )
    base_rate: PositiveSeries | None = Field(
        None, description="Work per hour of the device that `relative` is relative to.", examples=[5.0]
    )
    relative: dict[str, PositiveSeries] = Field(
        default_factory=dict,
        description="Throughput of each device relative to the base; the rate is base_rate x relative.",
        examples=[{"h100-sxm": 1.0, "mi300x": 0.85}],
    )
    configurations: dict[str, Configuration] = Field(
        default_factory=dict, description="Ways to run it on several devices at once."
    )
    whole_replicas: Flag = Field(False, description="Whether replicas are whole (makes the programme a MILP).")
    one_configuration: Flag = Field(
        False, description="Whether one configuration serves the whole workload (makes the programme a MILP)."
    )
    min_memory_gb: NonNegative = Field(0.0, description="Least memory of a device or replica, GB.", examples=[60])
    interconnect: list[Text] | None = Field(
        None,
        description="Interconnects that it can run on; any where absent.",
        examples=[["nvlink", "infinity-fabric"]],
    )
    max_latency_ms: Positive | None = Field(
        None, description="Longest round trip between a region and the site that serves it, ms.", examples=[100]
    )
    data_gb_per_unit: NonNegative = Field(
        0.0, description="Data from the site to the region, GB per unit.", examples=[0.05]
    )
    upload_gb_per_unit: NonNegative = Field(
        0.0, description="Data from the region to the site, GB per unit.", examples=[0.001]
    )
    paths: Annotated[Whole, Field(ge=1, le=1000)] | None = Field(
        None,
        description="On links with capacity, a workload with a latency limit uses the shortest so many paths; "
        "all within the limit where absent.",
        examples=[4],
    )
    utilisation: PositiveFraction = Field(
        1.0, description="Share of its hours that a device can be planned to work on it.", examples=[0.5]
    )
    residency: list[Residency] = Field(default_factory=list, description="Where the work may be done.")
    unmet_penalty: NonNegativeSeries | None = Field(
        None,
        description="Price of leaving a unit of work undone, not discounted. Absent: it must be served.",
        examples=[2.5],
    )
    must_serve: Flag | None = Field(
        None,
        description="Whether all demand must be served. By default so where there is no penalty, "
        "unless the objective is to serve most.",
    )
    single_source: Flag = Field(
        False,
        description="Whether each region is served from one site only in each period (a yes-or-no decision for each pair).",
    )
    profile: Text | None = Field(None, description="Profile of the demand over the slices; even where absent.")
    serving_cost: dict[str, dict[str, Annotated[float, Limits()]]] = Field(
        default_factory=dict,
        description="Cost of a unit served, by site and region; 0 where left out.",
        examples=[{"frankfurt": {"europe": 0.01}}],
    )
