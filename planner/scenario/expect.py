"""What a scenario says that solving it must give: figures, cells of the plan's tables, what must conflict."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from planner.scenario.base import TAG, Limits, NonNegative, Number, Part, Text, shape

Origin = Literal["published", "by-hand", "other-program", "recorded"]
"""Where a figure comes from; what is not recorded is never rewritten by the program."""


class Sourced(Part):
    """A figure that may have a tolerance, an origin and a source of its own; those of `expect` where absent."""

    tolerance: NonNegative | None = Field(
        None, description="Relative tolerance; that of `expect` where absent.", examples=[1e-4]
    )
    origin: Origin | None = Field(None, description="Where the figure comes from; as `expect` says where absent.")
    source: Text | None = Field(None, description="The publication, sum or program; that of `expect` where absent.")


class Figure(Sourced):
    """A figure with a source of its own."""

    value: Number = Field(description="The figure.", examples=[153.675])


class ShareFigure(Sourced):
    """A share with a source of its own."""

    value: Annotated[float, Limits(ge=0, le=1)] = Field(description="The share.", examples=[0.985])


def _as_text(value: Any) -> Any:
    """Return a whole number as text: years are names of periods."""
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Cell(Sourced):
    """A figure read off a table of the plan: one cell, or what the rows that fit amount to."""

    where: dict[str, Annotated[Text | list[Text], BeforeValidator(_as_text)]] = Field(
        default_factory=dict,
        description="Rows that count: text that a column must hold, or a list of which any will do; all where absent.",
        examples=[{"device": "h100-sxm", "period": ["2027Q3", "2027Q4"]}],
    )
    column: Text | None = Field(
        None, description="Column of numbers that is read; none where rows are counted.", examples=["devices"]
    )
    aggregate: Literal["sum", "max", "min", "count"] = Field(
        "sum",
        description="What is made of the rows: their sum (0 where there is none), greatest, least, or how many there are.",
    )
    value: Number = Field(description="What must come out, in the unit of the column.", examples=[4120])


def _form(value: Any) -> str:
    return shape(value) if isinstance(value, dict | Part) else f"{TAG}number"


FigureOrNumber = Annotated[
    Annotated[Number, Tag(f"{TAG}number")] | Annotated[Figure, Tag(f"{TAG}mapping")], Discriminator(_form)
]
ShareOrNumber = Annotated[
    Annotated[Annotated[float, Limits(ge=0, le=1)], Tag(f"{TAG}number")] | Annotated[ShareFigure, Tag(f"{TAG}mapping")],
    Discriminator(_form),
]


class Expect(Part):
    """What solving the scenario must give."""

    status: Literal["optimal", "infeasible", "unbounded", "limit"] = Field("optimal", description="Status of the plan.")
    objective: FigureOrNumber | None = Field(None, description="The optimum.", examples=[153.675])
    tolerance: NonNegative = Field(
        1e-6, description="Relative tolerance of every figure here; absolute where 0 is stated.", examples=[1e-6]
    )
    served_fraction: ShareOrNumber | None = Field(None, description="Share of the demand served.", examples=[0.985])
    chains: dict[str, FigureOrNumber] = Field(
        default_factory=dict,
        description="Results of chains in the first period, as chain or chain/step.",
        examples=[{"h100-peak": 713333.3}],
    )
    tables: dict[str, list[Cell]] = Field(
        default_factory=dict,
        description="Figures read off the plan's tables, by table.",
        examples=[{"fleet": [{"where": {"device": "h100-sxm"}, "column": "devices", "value": 120}]}],
    )
    conflict: list[Text] | None = Field(
        None,
        description="Of an infeasible scenario: words (or paths) of each statement of the conflict; "
        "it must name all of them, and nothing else.",
        min_length=1,
        examples=[["supply of cards", "demand for video"]],
    )
    origin: Origin = Field("recorded", description="Where the figures come from.")
    source: Text | None = Field(None, description="The publication, sum or program.")
