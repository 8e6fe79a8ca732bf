"""What a sweep found: one table with a row for each point, and what is read off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Problem
from planner.plan.files import save_frames
from planner.scenario.check import ranks
from planner.scenario.load import Scenario
from planner.scenario.suggest import did_you_mean, quoted
from planner.sweeps.design import Design
from planner.sweeps.inputs import ROW, Input, inputs_of
from planner.sweeps.outputs import Output
from planner.sweeps.work import Record

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sweep:
    """The points of a sweep, solved.

    Attributes
    ----------
    frame
        A row for each point in the order of their numbers: `point`, a column for each input (empty where the scenario's
        own value stands), `status` (a plan's, or `error`), `objective` in `unit`, `served` (share of the demand), the
        outputs, `seconds` and `message`. `frame.attrs` has the inputs, the unit and the scenario's hash.
    inputs
        What was varied, in the order of the columns.
    outputs
        Names of the columns of outputs.
    objective
        What was optimised: cost, served or carbon; objective where that itself was varied.
    kind, seed
        grid, tornado, latin-hypercube or sobol, and the seed of the samples.
    """

    name: str
    scenario_hash: str
    kind: str
    seed: int | None
    objective: str
    currency: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    frame: pd.DataFrame = field(repr=False, compare=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many points have each status, the most frequent first."""
        return {str(status): int(count) for status, count in self.frame["status"].value_counts().items()}

    def swings(self, of: str = "objective") -> pd.DataFrame:
        """Return what each input of a tornado moves, the largest swing first.

        Columns: input, low, high (values of the input), at_low, at_high, base (values of `of`), swing, status_low and
        status_high. The swing is the difference between the greatest and the least of at_low, base and at_high. Inputs
        with an end that has no plan come before all others, without a swing.

        Raises
        ------
        InputError
            If the sweep is no tornado, or has no such numbers.
        """
        import pandas as pd

        if self.kind != "tornado":
            raise InputError(Problem(f"this sweep is a {self.kind}, which has no swings", code="sweep"))
        known = ["objective", "served", *self.outputs]
        if of not in known or not pd.api.types.is_numeric_dtype(self.frame[of]):
            hint = did_you_mean(of, known) or f"; there are {', '.join(known)}"
            raise InputError(Problem(f"no numbers called {quoted(of)} were kept{hint}", code="sweep"))
        rows = [self._swing(position, one, of) for position, one in enumerate(self.inputs)]
        rows.sort(key=lambda row: -float("inf") if row["swing"] is None else -row["swing"])
        return pd.DataFrame(rows).astype({"at_low": float, "at_high": float, "base": float, "swing": float})

    def _swing(self, position: int, one: Input, of: str) -> dict[str, Any]:
        frame = self.frame
        low, high = 1 + 2 * position, 2 + 2 * position
        values = [_number(frame[of].iloc[row]) for row in (0, low, high)]
        there = [value for value in values if value is not None]
        return {
            "input": one.column,
            "low": frame[one.column].iloc[low],
            "high": frame[one.column].iloc[high],
            "at_low": values[1],
            "at_high": values[2],
            "base": values[0],
            "swing": max(there) - min(there) if len(there) == len(values) else None,
            "status_low": frame["status"].iloc[low],
            "status_high": frame["status"].iloc[high],
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that are saved: the points, and of a tornado the swings of the objective."""
        tornado = {"tornado": self.swings()} if self.kind == "tornado" else {}
        return {"points": self.frame, **tornado}

    def save_tables(self, folder: str | Path, kind: str = "csv") -> list[Path]:
        """Write the tables as CSV or Parquet files in a folder, which is made if need be.

        Raises
        ------
        InputError
            If the folder cannot be made or written to, or Parquet is asked for without pyarrow.
        """
        return save_frames(self.tables(), folder, kind)

    def to_dict(self) -> dict[str, Any]:
        """Return the sweep as plain data: what `planner sweep --json` prints."""
        return {
            "status": "complete",
            "scenario": self.name,
            "scenario_hash": self.scenario_hash,
            "kind": self.kind,
            "seed": self.seed,
            "objective": self.objective,
            "currency": self.currency,
            "inputs": [one.as_dict() for one in self.inputs],
            "outputs": list(self.outputs),
            "counts": self.counts,
            **{name: _rows(frame) for name, frame in self.tables().items()},
        }


def sweep_of(scenario: Scenario, design: Design, outputs: Sequence[Output], records: Sequence[Record]) -> Sweep:
    """Return the sweep whose points have these records."""
    import pandas as pd

    inputs = inputs_of(design)
    taken = {*ROW, *(one.column for one in inputs)}
    names = tuple(output.text for output in outputs if output.text not in taken)
    data: dict[str, Any] = {"point": [record["point"] for record in records]}
    data |= {one.column: pd.Series(one.values, dtype=one.dtype) for one in inputs}
    data["status"] = [record["status"] for record in records]
    data["objective"] = pd.Series([record["objective"] for record in records], dtype=float)
    data["unit"] = [record["unit"] for record in records]
    data["served"] = pd.Series([record["served"] for record in records], dtype=float)
    for name in names:
        values = [record["outputs"].get(name) for record in records]
        data[name] = pd.Series(values, dtype=object if any(isinstance(value, str) for value in values) else float)
    data["seconds"] = pd.Series([record["seconds"] for record in records], dtype=float)
    data["message"] = [record["message"] for record in records]
    frame = pd.DataFrame(data)
    frame.attrs = {
        "scenario": scenario.document.name,
        "scenario_hash": scenario.hash,
        "kind": design.kind,
        "seed": design.seed,
        "inputs": [one.as_dict() for one in inputs],
        "objective_unit": ", ".join(sorted({unit for unit in data["unit"] if unit})),
    }
    document = scenario.document
    return Sweep(
        name=document.name,
        scenario_hash=scenario.hash,
        kind=design.kind,
        seed=design.seed,
        objective="objective" if "objective" in design.paths else ranks(document)[0].of,
        currency=document.money.currency,
        inputs=inputs,
        outputs=names,
        frame=frame,
    )


def _number(value: Any) -> float | None:
    import math

    return None if value is None or math.isnan(value) else float(value)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain data, None for what is missing."""
    import pandas as pd

    plain = [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
    return [
        {key: None if not isinstance(value, list | dict) and pd.isna(value) else value for key, value in row.items()}
        for row in plain
    ]
