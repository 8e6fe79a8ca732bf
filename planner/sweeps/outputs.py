"""What is kept of each plan beside its objective: `cost`, `served[video]`, `fleet.devices[period=2027Q4]`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Place, Problem
from planner.plan.plan import TABLES, Plan
from planner.scenario.load import Scenario
from planner.scenario.suggest import did_you_mean, nearest, quoted

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ("cost", "bound", "gap", "unmet", "earliest")
"""Names of single figures; `served` and the objective are in every row anyway."""

_TEXT = re.compile(r"\s*(?P<table>[A-Za-z_]+)\s*(?:\.\s*(?P<column>[^\[\]]+?))?\s*(?:\[(?P<where>.*)\])?\s*")

_LABELS = {"unit", "rule", "of", "route", "routes", "operation", "conflict", "period", "order_period"}
_KIND = "kind of cost"
_THINGS = {
    "site": "sites", "region": "regions", "device": "devices", "offer": "offers", "workload": "workloads",
    "campaign": "campaigns", "traffic": "traffic", "enablement": "enablements", "chain": "chains",
    "comparison": "comparisons", "survival": "survive",
}  # fmt: skip
"""Columns of tables that hold names of things, and the key of the scenario that has them."""


@dataclass(frozen=True)
class Output:
    """A figure of a plan.

    Attributes
    ----------
    text
        The expression, which is the name of the figure's column.
    table, column
        The column whose values are summed; "" for a figure that is no such sum.
    where
        Text that the label in a column must be, or be like where it has a `*`, by column.
    """

    text: str
    table: str = ""
    column: str = ""
    where: tuple[tuple[str, str], ...] = ()

    @property
    def part(self) -> str:
        """Part of a plan that the figure is read off: a table, `earliest`, or "" where every plan has it."""
        return "earliest" if self.text == "earliest" else self.table

    def of(self, plan: Plan) -> float | str | None:
        """Return the figure of a plan; None where there is no plan, or the plan does not know it."""
        if not plan.has_plan:
            return None
        if self.text == "earliest":
            return plan.earliest
        if self.text in ("bound", "gap"):
            value = plan.bound if self.text == "bound" else plan.gap
            return None if value is None else float(value)
        if self.text == "unmet":
            return plan.unmet_fraction
        return self._read(plan)

    def _read(self, plan: Plan) -> float | None:
        rows = self._rows(plan.tables[self.table])
        if self.text.startswith("served["):
            asked = float(rows["demand_units"].sum())
            return float(rows["served_units"].sum()) / asked if asked else None
        if self.column == "devices_by_period":
            return float(rows.groupby("period")["devices"].sum().max()) if len(rows) else 0.0
        return float(rows[self.column].sum())

    def _rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        for column, wanted in self.where:
            frame = frame[[fnmatchcase(str(label), wanted) for label in frame[column]]]
        return frame


def outputs_of(texts: Iterable[str], scenario: Scenario) -> tuple[Output, ...]:
    """Return the outputs that expressions stand for, each checked against the scenario.

    An expression is `cost` (discounted, all kinds), `cost[KIND]`, `served[WORKLOAD]` (share of its demand), `unmet`,
    `bound`, `gap`, `earliest`, `fleet.DEVICE` (the most of them in any period), or `TABLE.COLUMN[LABEL=NAME,...]`: the
    sum of a column of one of the plan's tables over the rows with these labels. A name may have a `*`.

    Raises
    ------
    InputError
        With every expression that no plan of this scenario could answer.
    """
    reader = _Expressions(scenario)
    found: dict[str, Output] = {}
    problems: list[Problem] = []
    for text in dict.fromkeys(text.strip() for text in ([texts] if isinstance(texts, str) else texts)):
        try:
            found[text] = reader.read(text)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(found.values())


class _Expressions:
    """Reads expressions about the plans of one scenario."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self._columns: dict[str, list[str]] = {}

    def read(self, text: str) -> Output:
        match = _TEXT.fullmatch(text)
        if match is None:
            raise _wrong(text, "cannot be read; write it like cost, served[video] or fleet.devices[period=2027Q4]")
        table, column, where = match["table"], match["column"], match["where"]
        if column is None and where is None and table in FIGURES and table != "cost":
            return Output(table)
        if column is None:
            return self._short(text, table, where)
        if table not in TABLES:
            raise _wrong(text, f"a plan has no table {quoted(table)}{did_you_mean(table, TABLES)}")
        if table == "fleet" and where is None and column in self.scenario.document.devices:
            return Output(text, "fleet", "devices_by_period", (("device", column),))
        known = self._known(table)
        if column not in known:
            raise _wrong(text, self._no_column(table, column, known))
        if column in _LABELS or column in _THINGS:
            raise _wrong(text, f"the column {column} holds names, which have no sum")
        return Output(text, table, column, self._where(text, table, where or ""))

    def _no_column(self, table: str, column: str, known: list[str]) -> str:
        """Say that a table has no such column, and what was probably meant."""
        devices = list(self.scenario.document.devices) if table == "fleet" else []
        also = " and there is no such device" if table == "fleet" else ""
        near = nearest(column, [*known, *devices])
        hint = f"; did you mean {table}.{near}?" if near else f"; it has {', '.join(known)}"
        return f"the table {table} has no column {quoted(column)}{also}{hint}"

    def _short(self, text: str, name: str, where: str | None) -> Output:
        """Return an expression without a column: cost, cost[KIND] or served[WORKLOAD]."""
        if name == "cost":
            kind = (("kind", where.strip()),) if where is not None else ()
            if where is not None:
                self._check_name(text, _KIND, where.strip())
            return Output(text, "cost", f"discounted_{self.scenario.document.money.currency}", kind)
        if name == "served" and where is not None:
            wanted = where.strip()
            self._check_name(text, "workload", wanted)
            return Output(text, "demand", "served_units", (("workload", wanted),))
        if name in TABLES:
            raise _wrong(text, f"name a column: {name}.{self._known(name)[-1]}, one of {', '.join(self._known(name))}")
        hint = (
            did_you_mean(name, [*FIGURES, "served", *TABLES])
            or f"; there are served, {', '.join(FIGURES)} and the tables"
        )
        raise _wrong(text, f"there is no figure {quoted(name)}{hint}")

    def _where(self, text: str, table: str, where: str) -> tuple[tuple[str, str], ...]:
        found = []
        for part in filter(None, (part.strip() for part in where.split(","))):
            label, equals, wanted = (word.strip() for word in part.partition("="))
            if not equals or not wanted:
                raise _wrong(text, f"cannot be read at {quoted(part)}; write LABEL=NAME between the brackets")
            if label not in self._known(table):
                hint = did_you_mean(label, self._known(table)) or f"; it has {', '.join(self._known(table))}"
                raise _wrong(text, f"the table {table} has no column {quoted(label)}{hint}")
            self._check_name(text, _KIND if (table, label) == ("cost", "kind") else label, wanted)
            found.append((label, wanted))
        return tuple(found)

    def _check_name(self, text: str, label: str, wanted: str) -> None:
        """Refuse a name that no row can have: its sum would be 0 and look like an answer."""
        if label in ("period", "order_period"):
            names = list(self.scenario.calendar.names)
        elif label == _KIND:
            from planner.model.costs import KINDS

            names = list(KINDS)
        elif label in _THINGS:
            names = list(getattr(self.scenario.document, _THINGS[label]))
        else:
            return
        if not any(fnmatchcase(name, wanted) for name in names):
            raise _wrong(text, f"there is no {label.replace('_', ' ')} {quoted(wanted)}{did_you_mean(wanted, names)}")

    def _known(self, table: str) -> list[str]:
        """Return the columns of a table: those of the plan in which nothing is done."""
        if not self._columns:
            self._columns = columns_of(self.scenario)
        return self._columns[table]


def columns_of(scenario: Scenario) -> dict[str, list[str]]:
    """Return the columns of each table that a plan of the scenario has, without solving it."""
    import numpy as np

    from planner.inputs.inputs import inputs_of
    from planner.model.build import build
    from planner.plan.frames import Reader
    from planner.plan.tables import Tables

    built = build(inputs_of(scenario))
    nothing = np.zeros(built.model.programme.size[0])
    tables = Tables(lambda: Reader(built, nothing), lambda: None, "", None)
    return {name: [str(column) for column in frame.columns] for name, frame in tables.items()}


def figures(outputs: Iterable[Output], plan: Plan) -> dict[str, Any]:
    """Return the outputs of a plan by their expressions."""
    return {output.text: output.of(plan) for output in outputs}


def _wrong(text: str, message: str) -> InputError:
    return InputError(Problem(message, place=Place(f"output {text!r}"), code="output"))
