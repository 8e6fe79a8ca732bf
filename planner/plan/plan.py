"""The plan: plain data, with no solver and no programme behind it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from planner.errors import InputError, Place, Problem

if TYPE_CHECKING:
    import pandas as pd

    from planner.explain.explanation import Explanation

FORMAT = "planner-plan"
VERSION = 1

TABLES = (
    "demand", "additions", "fleet", "run", "served", "unmet", "sites", "power", "links", "lit", "traffic", "carbon", "cost", "unit_cost",
    "campaigns", "porting", "commitments", "pools", "chains", "comparisons", "losses", "prices",
)  # fmt: skip
"""Names of a plan's tables; each is an attribute of the plan (docs/plan.md says what each column holds)."""


@dataclass(frozen=True)
class Limit:
    """Something that limits the plan, with its price.

    Attributes
    ----------
    rule
        Rule that states the limit.
    path
        Path in the scenario of what it comes from.
    period
        Period that it limits, or "" for the whole horizon.
    saves
        Money (or units of the objective) that one more `unit` saves, discounted to the base date.
    holds_for
        How many more units the price holds for; None where it holds without end.
    next
        What binds then, in words; "" where nothing does.
    text
        All of it in one sentence.
    one_less_costs
        Where several limits bind at once, so that `saves` is from solving again: what one unit less costs, likewise.
    """

    rule: str
    path: str
    period: str
    unit: str
    saves: float
    holds_for: float | None
    next: str
    text: str
    one_less_costs: float | None = None

    @property
    def plain(self) -> dict[str, Any]:
        """The limit as plain data; plans made before there was `one_less_costs` have none."""
        return {key: value for key, value in vars(self).items() if value is not None or key != "one_less_costs"}


@dataclass(frozen=True)
class Plan:
    """The answer to a scenario.

    Attributes
    ----------
    status
        optimal, infeasible, unbounded or limit.
    objective, bound, gap
        Value of the first objective, what it is proven not to be better than, and the relative difference; None
        where there is no plan.
    objective_name, objective_unit
        What was optimised, and its unit.
    served_fraction
        Share of the demand that is served, weighed as `weights` says.
    tables
        Frames by name; units are in the names of the columns. Empty where there is no plan.
    limits
        What limits the plan, worst first.
    conflict
        For an infeasible scenario: the inputs that cannot hold together, each as its path and what it says.
    conflict_inputs
        The same as plain data: path, kind, text, amount, unit and periods of each.
    earliest
        Period from which on all demand can be met, "never" in this horizon, "unknown" where a limit stopped the search, or None
        where it was not asked for.
    resilience
        Where losses must be borne: the objective `without` that, what it `costs`, the `hardest` loss, the `rounds` taken.
    solver
        Name and version of the solver, and of what else the numbers depend on.
    duals
        What the prices are: "of the linear programme", "with the integers fixed", or "none".
    certificate
        What `planner verify` needs to prove the plan without a solver (docs/verify.md); empty where there is none.
    scenario
        The resolved scenario, as plain data.
    """

    status: str
    scenario: dict[str, Any]
    scenario_hash: str
    objective_name: str
    objective_unit: str
    currency: str
    solver: dict[str, str]
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    size: dict[str, int] = field(default_factory=dict)
    duals: str = "none"
    # Fields that `later` may leave open have no default on the class, which would be found in their place.
    served_fraction: float | None = field(default_factory=lambda: None)
    unmet_fraction: float | None = field(default_factory=lambda: None)
    weights: dict[str, float] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    limits: tuple[Limit, ...] = field(default_factory=tuple, repr=False)
    conflict: tuple[str, ...] = field(default_factory=tuple)
    conflict_inputs: tuple[dict[str, Any], ...] = field(default_factory=tuple)
    earliest: str | None = field(default_factory=lambda: None)
    resilience: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default_factory=tuple)
    reason: str = field(default_factory=str)
    certificate: dict[str, Any] = field(default_factory=dict, repr=False)
    timings: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def __getattr__(self, name: str) -> pd.DataFrame:  # or a field that is open, which has its own type
        known = self.__dict__
        if name in known.get("_later", ()):
            known[name] = found = known["_later"][name]()
            return cast("pd.DataFrame", found)
        if name in TABLES and "status" in known:
            if name in self.tables:
                return self.tables[name]
            why = "it was not asked for" if known.get("tables") else f"a plan that is {self.status} has none"
            raise AttributeError(f"the plan has no table {name!r}: {why}")
        raise AttributeError(name)

    def later(self, **parts: Callable[[], Any]) -> Plan:
        """Return the plan with these fields open: each is worked out when it is first looked at."""
        known = {key: value for key, value in self.__dict__.items() if key not in parts}
        return _with(known | {"_later": {**known.get("_later", {}), **parts}})

    def whole(self) -> Plan:
        """Return the plan with no field open."""
        return replace(self, tables=dict(self.tables))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickle keeps: every field, worked out."""
        return _made, ({one.name: getattr(self, one.name) for one in fields(self)} | {"tables": dict(self.tables)},)

    def __repr__(self) -> str:
        """Return the plan in a line; its figures are attributes, and `print` shows them in short."""
        name = self.scenario.get("name", "scenario")
        value = "" if self.objective is None else f", {self.objective_name} {self.objective:.9g} {self.objective_unit}"
        return f"<Plan for {name}: {self.status}{value}>"

    def __str__(self) -> str:
        """Return the verdict and the key figures."""
        from planner.plan.summary import summarise

        if self.is_part:
            return repr(self)
        told = summarise(self)
        return "\n".join(
            [told.verdict, *(f"  {c.name}: {c.value}{f' ({c.note})' if c.note else ''}" for c in told.cards)]
        )

    def __eq__(self, other: object) -> bool:
        """Whether two plans have the same content; timings do not count."""
        return isinstance(other, Plan) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    @property
    def has_plan(self) -> bool:
        """Whether there is a feasible plan."""
        return self.objective is not None

    @property
    def is_part(self) -> bool:
        """Whether it has only the tables that were asked for (`Session.answer`): it is not to be kept or compared."""
        return self.has_plan and any(name not in self.tables for name in TABLES)

    def refuse_part(self, what: str) -> None:
        """Refuse to use the plan for `what`, which takes a whole one.

        Raises
        ------
        InputError
            If only parts of it were asked for.
        """
        if self.is_part:
            has = ", ".join(name for name in TABLES if name in self.tables)
            message = (
                f"has only what was asked for ({has}), so that it cannot be {what}; Session.solve returns whole plans"
            )
            raise InputError(Problem(message, place=Place("the plan"), code="plan"))

    @property
    def acceptable(self) -> bool:
        """Whether no more demand is unmet than the scenario tolerates."""
        return self.unmet_fraction is not None and self.unmet_fraction <= self.scenario.get("unmet_tolerance", 1e-6)

    @property
    def exit_code(self) -> int:
        """Exit code of the command that made the plan (0, 1, 3 or 4)."""
        if self.status in ("infeasible", "unbounded"):
            return 3
        if self.status == "limit":
            return 4
        return 0 if self.acceptable else 1

    @cached_property
    def _content(self) -> dict[str, Any]:
        certificate = {"certificate": self.certificate} if self.certificate else {}  # plans made before it have none
        return {
            "format": FORMAT,
            "version": VERSION,
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "served_fraction": self.served_fraction,
            "unmet_fraction": self.unmet_fraction,
            "objective_name": self.objective_name,
            "objective_unit": self.objective_unit,
            "currency": self.currency,
            "weights": self.weights,
            "duals": self.duals,
            "earliest": self.earliest,
            "resilience": self.resilience,
            "reason": self.reason,
            "notes": list(self.notes),
            "conflict": list(self.conflict),
            "conflict_inputs": list(self.conflict_inputs),
            "limits": [limit.plain for limit in self.limits],
            "size": self.size,
            "solver": self.solver,
            "scenario_hash": self.scenario_hash,
            "scenario": self.scenario,
            "tables": plain_tables(self.tables),
            **certificate,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain data: what `plan.json` holds."""
        return {**self._content, "hash": self.hash}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content: the same plan has the same hash, whenever and wherever it was made."""
        return hashlib.sha256(_text(self._content).encode()).hexdigest()

    def with_timings(self, timings: dict[str, float]) -> Plan:
        """Return the plan with what its making took, in seconds; this is not part of its content."""
        return _with(self.__dict__ | {"timings": timings})

    def explain(self, topic: str = "limits", name: str | None = None, **asked: Any) -> Explanation:
        """Answer one question about the plan: what limits it, why not this device (docs/explain.md).

        Parameters
        ----------
        topic
            One of `planner.explain.topics.TOPICS`.
        name
            What the topic is about, where it is about one thing.
        asked
            Fields of `planner.explain.explanation.Asked`: `solve=True` to solve again for what the plan does not say,
            `time_limit` in seconds.

        Raises
        ------
        InputError
            If there is no such topic or thing, or the topic does not fit the plan.
        """
        from planner.explain.explanation import Asked
        from planner.explain.topics import explain

        self.refuse_part("explained")

        return explain(self, topic, Asked(name=name, **asked))

    def _repr_html_(self) -> str:
        """Return the plan as HTML, for notebooks."""
        from html import escape

        from planner.plan.html import to_html

        return f"<p>{escape(repr(self))}</p>" if self.is_part else to_html(self)


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _made(content: dict[str, Any]) -> Plan:
    return Plan(**content)


def _with(known: dict[str, Any]) -> Plan:
    """Return a plan of which this is known; the constructor would look at what is open."""
    plan = object.__new__(Plan)
    plan.__dict__.update(known)
    return plan


def plain_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """Return tables as plain data: columns, and rows with None for what is missing."""
    return {name: {"columns": list(frame.columns), "rows": _rows(frame)} for name, frame in sorted(tables.items())}


def _rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the rows of a frame as plain data, None for what is missing."""
    columns = [frame[name].tolist() for name in frame.columns]
    cleaned = [
        [None if isinstance(value, float) and math.isnan(value) else value for value in column] for column in columns
    ]
    return [list(row) for row in zip(*cleaned, strict=True)]


def from_dict(data: Any, source: str = "plan", *, sealed: bool = True) -> Plan:
    """Return the plan that `Plan.to_dict` made; one that is not `sealed` may have been changed since.

    Raises
    ------
    InputError
        If it is no plan, of a later version, or was changed after it was made.
    """
    import pandas as pd

    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(Problem(f"{source} is no plan of this program", code="plan"))
    if data.get("version") != VERSION:
        raise InputError(
            Problem(f"{source} has version {data.get('version')!r}; this program reads {VERSION}", code="plan")
        )
    try:
        if not all(isinstance(column, str) for table in data["tables"].values() for column in table["columns"]):
            raise ValueError("a column of a table has no name")
        tables = {name: pd.DataFrame(table["rows"], columns=table["columns"]) for name, table in data["tables"].items()}
        content = {
            key: data[key]
            for key in data
            if key
            not in ("format", "version", "hash", "tables", "limits", "notes", "conflict", "conflict_inputs", "places")
        }
        plan = Plan(
            **content, tables=tables, limits=tuple(Limit(**limit) for limit in data["limits"]),
            notes=tuple(data["notes"]), conflict=tuple(data["conflict"]),
            conflict_inputs=tuple(data.get("conflict_inputs", ())),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(Problem(f"{source} is no whole plan: {error}", code="plan")) from None
    if sealed and plan.hash != data.get("hash"):
        raise InputError(
            Problem(f"{source} was changed after it was made: its content does not fit its hash", code="plan")
        )
    return plan
