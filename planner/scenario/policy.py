"""What is wanted and what is not: campaigns, porting, budgets, shares, carbon, the objective."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from planner.scenario.base import (
    Flag,
    FractionSeries,
    Labelled,
    Limits,
    NonNegative,
    NonNegativeSeries,
    Noted,
    Part,
    PeriodName,
    Positive,
    Text,
    Whole,
)
from planner.scenario.demand import Operand


class Campaign(Labelled):
    """A training run: so many devices of one class, at one site, for so long without a break."""

    devices: list[Text] = Field(
        description="Device classes it can run on; one of them is used.", min_length=1, examples=[["h100-sxm"]]
    )
    units: Positive = Field(description="Devices of that class it needs at work.", examples=[4211])
    units_by_device: dict[str, Positive] = Field(
        default_factory=dict, description="Devices it needs where that differs by class.", examples=[{"mi300x": 5000}]
    )
    months: Positive = Field(description="How long it runs, months.", examples=[1])
    sites: list[Text] = Field(
        description="Sites it can run at; one of them is used.", min_length=1, examples=[["phoenix"]]
    )
    start: PeriodName | None = Field(
        None, description="Period at whose start it starts; free where absent.", examples=["2024Q1"]
    )
    earliest: PeriodName | None = Field(None, description="First period it may start in.", examples=["2024Q1"])
    deadline: PeriodName | None = Field(None, description="Last period it may still run in.", examples=["2024Q4"])
    interconnect: list[Text] | None = Field(
        None, description="Interconnects that it can run on; any where absent.", examples=[["nvlink"]]
    )
    value: NonNegative | None = Field(
        None,
        description="What it is worth; it is left out where it costs more. Absent: it must be run.",
        examples=[2.0e8],
    )


class Enablement(Noted):
    """Porting a workload to a maker's devices: until then it cannot run on them."""

    workload: Text = Field(description="What is ported.", examples=["video"])
    maker: Text = Field(description="Whose devices it is ported to.", examples=["amd"])
    cost: NonNegative = Field(0.0, description="Cost of porting, paid when it starts.", examples=[5.0e6])
    lead_time_months: NonNegative = Field(0.0, description="From start to use, months.", examples=[6])
    decision: PeriodName = Field(
        "open",
        description="open: the plan decides (a yes-or-no decision); a period: it starts then; never.",
        examples=["2024Q1"],
    )


class Survival(Noted):
    """What the plan must still serve after a loss, whichever of its kind it is.

    What is re-decided after a loss is what runs, what serves whom, what is rented by the hour and how traffic goes;
    fleets, sites, links and ports stay as planned, campaigns pause, and replicas need not be whole.
    """

    any_one: Literal["site", "grid", "maker", "link"] = Field(
        description="What is lost, one at a time: a site, all sites on one power grid, what a maker delivers from a period "
        "on, or a link.",
        examples=["site"],
    )
    among: list[Text] | None = Field(
        None, description="Only these of the kind; all where absent.", examples=[["frankfurt"]]
    )
    share: Annotated[float, Limits(gt=0, le=1)] = Field(
        description="Share of what each workload (and each traffic) is served without the loss.", examples=[0.8]
    )
    share_by_workload: dict[str, Annotated[float, Limits(ge=0, le=1)]] = Field(
        default_factory=dict, description="The same, for the workloads named here.", examples=[{"batch": 0}]
    )
    start: PeriodName | None = Field(
        None,
        description="First period of a maker's lost deliveries; the first of the horizon where absent.",
        examples=["2025Q1"],
    )


class Budget(Noted):
    """A limit on money spent, not discounted."""

    limit: NonNegativeSeries = Field(description="Most that may be spent.", examples=[1.0e9])
    covers: Literal["capital", "operating", "all"] = Field(
        "all",
        description="capital: devices bought, opening, modules, porting; operating: the rest; penalties never count.",
    )
    per: Literal["period", "year", "horizon"] = Field(
        "horizon", description="What the limit is for; a year's or the horizon's is the value of its first period."
    )


class Share(Noted):
    """A least or greatest share of something in the whole of its kind."""

    of: Literal["devices", "work", "power"] = Field(
        "devices",
        description="What is counted: devices in place or rented, work done (of one workload), or nameplate power.",
    )
    maker: Text | None = Field(None, description="Count what this maker's devices have.", examples=["amd"])
    device: Text | None = Field(None, description="Count what this device has.")
    offer: Text | None = Field(None, description="Count what comes through this offer.")
    site: Text | None = Field(None, description="Count what stands at this site.")
    country: Text | None = Field(None, description="Count what stands in this country.")
    workload: Text | None = Field(None, description="Workload whose work is counted.")
    min_share: FractionSeries | None = Field(None, description="Least share in each period.", examples=[0.2])
    max_share: FractionSeries | None = Field(None, description="Greatest share in each period.", examples=[0.5])


class Carbon(Part):
    """Carbon of the electricity that devices use, and of work that is bought."""

    price_per_tonne: NonNegativeSeries = Field(0.0, description="Price of a tonne of CO2e.", examples=[80])
    cap_tonnes: NonNegativeSeries | None = Field(
        None, description="Most tonnes of CO2e in each period.", examples=[5000]
    )
    cap_tonnes_total: NonNegative | None = Field(
        None, description="Most tonnes of CO2e over the horizon.", examples=[60000]
    )
    scope: Literal["all", "own"] = Field(
        "all", description="all: every device that works for the plan; own: those whose price does not include power."
    )


class Rank(Part):
    """An objective in a rank order."""

    of: Literal["cost", "served", "carbon"] = Field(description="What is best.", examples=["served"])
    tolerance: Annotated[float, Limits(ge=0, le=1)] | None = Field(
        None,
        description="Share of its best value that the objectives after it may give away; 1e-6 where absent, and 1e-9 "
        "where only the least cost comes after it, which none of them asked for.",
        examples=[0.01],
    )


ObjectiveName = Literal["cost", "served", "carbon"]


class Comparison(Noted):
    """A statement to be tested: whether one figure exceeds another."""

    left: Operand = Field(description="The figure that is compared.", examples=[{"chain": "h100-peak"}])
    right: Operand = Field(description="What it is compared with.", examples=[550000])
    unit: Text = Field("", description="Unit of both.", examples=["H100"])
    left_name: Text = Field("the need", description="What the left figure is, in words.", examples=["the need at peak"])
    right_name: Text = Field(
        "the limit", description="What the right figure is, in words.", examples=["a year of supply"]
    )


class SolverChoice(Part):
    """Options of the solver; the command line's win."""

    name: Text = Field(
        "highs", description="Solver: highs, glop, scip, pdlp or another that PuLP knows.", examples=["scip"]
    )
    time_limit_seconds: Positive = Field(600.0, description="When the solver stops at the latest, s.", examples=[60])
    gap: NonNegative = Field(1e-6, description="Relative gap at which a MILP counts as solved.", examples=[1e-4])
    threads: Whole = Field(
        1, description="Threads of the solver; more than one may change which optimum is found.", ge=1, le=1024
    )
    seed: Whole = Field(0, description="Seed of the solver's random choices.", ge=0, le=2**31 - 1)
    break_ties: Flag = Field(
        True,
        description="Whether, of several plans that are equally good, always the same one is taken (docs/stability.md).",
        examples=[False],
    )


class Report(Part):
    """What the plan works out beside the optimum."""

    earliest_date: Flag = Field(
        False, description="Whether to find the period from which on all demand can be met, by feasibility solves."
    )
    unit_cost: Text | None = Field(None, description="Workload whose cost per unit the summary shows by period.")
