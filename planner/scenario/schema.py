"""The scenario as a whole: the one schema that files, documentation and editors share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from planner.scenario.base import TAG, Flag, NonNegative, Part, Text, shape
from planner.scenario.demand import Chain, Workload
from planner.scenario.expect import Expect
from planner.scenario.horizon import Horizon, Money, Profile, Slice, SlicePreset
from planner.scenario.places import Network, Region, Site, Siting, Traffic
from planner.scenario.policy import (
    Budget,
    Campaign,
    Carbon,
    Comparison,
    Enablement,
    ObjectiveName,
    Rank,
    Report,
    Share,
    SolverChoice,
    Survival,
)
from planner.scenario.supply import Device, Holding, Offer, Order, SupplyLimit
from planner.scenario.table_keys import TABLE_JSON

RankOrName = Annotated[
    Annotated[ObjectiveName, Tag(f"{TAG}text")] | Annotated[Rank, Tag(f"{TAG}mapping")], Discriminator(shape)
]


class Document(Part):
    """A scenario: what is asked for, what can be had, where it can stand, and what is wanted of a plan."""

    name: Text = Field("scenario", description="Name of the scenario.", examples=["sora-mainstream"])
    description: Text | None = Field(None, description="What it is about; shown above the plan.")
    horizon: Horizon = Field(description="The periods of the plan.")
    slices: Annotated[
        Annotated[SlicePreset, Tag(f"{TAG}text")] | Annotated[list[Slice], Tag(f"{TAG}list")], Discriminator(shape)
    ] = Field(
        "one",
        description="Slices of each period: one, hours-of-day (24, UTC), weekday-weekend, weekday-weekend-hours "
        "(48, UTC), or a list of own ones.",
    )
    money: Money = Field(default_factory=Money, description="Currency and discounting.")
    objective: Annotated[
        Annotated[ObjectiveName, Tag(f"{TAG}text")] | Annotated[list[RankOrName], Tag(f"{TAG}list")],
        Discriminator(shape),
    ] = Field(
        "cost",
        description="cost: least discounted cost; served: most demand served, weighed by its penalty; "
        "carbon: least carbon; a list: in rank order.",
    )
    integer: Flag = Field(False, description="Whether devices are whole (makes the programme a MILP).")
    unmet_tolerance: NonNegative = Field(
        1e-6, description="Share of the demand that may stay unmet before the exit code says so.", examples=[0.05]
    )
    regions: dict[str, Region] = Field(default_factory=dict, description="Where demand arises.")
    profiles: dict[str, Profile] = Field(default_factory=dict, description="How demand varies over the slices.")
    chains: dict[str, Chain] = Field(default_factory=dict, description="Factors that figures are derived by.")
    workloads: dict[str, Workload] = Field(default_factory=dict, description="Kinds of work.")
    devices: dict[str, Device] = Field(default_factory=dict, description="Accelerator classes.")
    offers: dict[str, Offer] = Field(default_factory=dict, description="Ways to have them, or to have work done.")
    supply: dict[str, SupplyLimit] = Field(default_factory=dict, description="Limits on several offers together.")
    sites: dict[str, Site] = Field(default_factory=dict, description="Where devices stand.")
    siting: Siting = Field(default_factory=Siting, description="Rules on sites together.")
    network: Network = Field(default_factory=Network, description="What joins regions and sites.")
    traffic: dict[str, Traffic] = Field(default_factory=dict, description="Data between nodes of the network.")
    campaigns: dict[str, Campaign] = Field(default_factory=dict, description="Training runs.")
    enablements: dict[str, Enablement] = Field(default_factory=dict, description="Workloads to be ported.")
    fleet: dict[str, Holding] = Field(default_factory=dict, description="Devices in place at the start.")
    orders: dict[str, Order] = Field(default_factory=dict, description="Devices on order at the start.")
    budgets: dict[str, Budget] = Field(default_factory=dict, description="Limits on money.")
    shares: dict[str, Share] = Field(default_factory=dict, description="Least and greatest shares.")
    survive: dict[str, Survival] = Field(default_factory=dict, description="Losses that the plan must bear.")
    carbon: Carbon = Field(default_factory=Carbon, description="Price and cap of carbon.")
    comparisons: dict[str, Comparison] = Field(default_factory=dict, description="Statements to be tested.")
    solver: SolverChoice = Field(default_factory=SolverChoice, description="Options of the solver.")
    report: Report = Field(default_factory=Report, description="What is worked out beside the optimum.")
    expect: Expect | None = Field(None, description="What solving it must give.")


NAMED = frozenset(
    name for name, field in Document.model_fields.items() if str(field.annotation).startswith("dict[str,")
)
"""Keys of a scenario whose children are named things."""


FROM_TABLE_JSON: dict[str, Any] = {
    "type": "object",
    "description": "a thing whose fields are those of a row of a CSV table; keys given here win",
    "required": ["from_table"],
    "properties": {
        "from_table": {"type": "string", "description": "file name"},
        "row": {"type": ["string", "number"], "description": "name of the row; the thing's own where absent"},
    },
}


class _WithTables(GenerateJsonSchema):
    """Makes the schema of scenarios as they are written: with references to tables."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Let keys be missing, for files that are laid over others."""
        return {key: value for key, value in super().model_schema(schema).items() if key != "required"}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Let a mapping, and each named thing in one, come from a table."""
        made = super().dict_schema(schema)
        below = made.get("additionalProperties")
        if not isinstance(below, dict) or not below:
            return made
        if "$ref" not in below:
            return {"anyOf": [made, TABLE_JSON]}
        return {"anyOf": [made | {"additionalProperties": {"anyOf": [below, FROM_TABLE_JSON]}}, THINGS_JSON]}


THINGS_JSON = TABLE_JSON | {"required": ["table", "name"], "additionalProperties": {"type": ["object", "null"]}}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files, for editors.

    No key is required: what a file leaves out may stand in one that it extends, or that is laid over it.
    """
    schema: dict[str, Any] = Document.model_json_schema(by_alias=True, schema_generator=_WithTables)
    shared = {"Table": TABLE_JSON, "TableOfThings": THINGS_JSON, "RowOfTable": FROM_TABLE_JSON}
    schema = _shared(schema, shared)
    schema["$defs"] |= shared
    schema["properties"]["extends"] = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        "description": "File, or files, that this one is laid over; beside it.",
    }
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Planner scenario"
    return schema


def _shared(value: Any, shared: dict[str, dict[str, Any]]) -> Any:
    """Return a schema in which what stands in many places is a reference."""
    if isinstance(value, dict):
        name = next((name for name, one in shared.items() if value == one), None)
        return {"$ref": f"#/$defs/{name}"} if name else {key: _shared(below, shared) for key, below in value.items()}
    return [_shared(item, shared) for item in value] if isinstance(value, list) else value


Status = Literal["optimal", "infeasible", "unbounded", "limit"]
