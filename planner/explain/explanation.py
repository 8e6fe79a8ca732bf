"""What a topic of `planner explain` answers: sentences, tables and figures, as plain data."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.errors import LimitError

if TYPE_CHECKING:
    import pandas as pd

    from planner.plan.plan import Plan
    from planner.scenario.load import Scenario


@dataclass(frozen=True)
class Explanation:
    """The answer to one question about a plan.

    Attributes
    ----------
    topic
        Name of the topic (`planner.explain.topics.TOPICS`).
    sentences
        The answer in words, each a whole sentence.
    tables
        Frames by title; units are in the names of their columns.
    data
        Further figures behind the sentences, as plain data.
    solved_again
        Whether anything was solved again for it, so that it is worth keeping.
    """

    topic: str
    sentences: tuple[str, ...] = ()
    tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    solved_again: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain data, missing numbers as None."""
        return {
            "topic": self.topic,
            "sentences": list(self.sentences),
            "tables": {name: _plain_table(frame) for name, frame in self.tables.items()},
            "data": self.data,
            "solved_again": self.solved_again,
        }


def from_dict(data: dict[str, Any]) -> Explanation:
    """Return the explanation that `Explanation.to_dict` made."""
    import pandas as pd

    tables = {name: pd.DataFrame(table["rows"], columns=table["columns"]) for name, table in data["tables"].items()}
    return Explanation(data["topic"], tuple(data["sentences"]), tables, data["data"], data["solved_again"])


def _plain_table(frame: pd.DataFrame) -> dict[str, Any]:
    rows = [[_plain(value) for value in row] for row in frame.astype(object).itertuples(index=False, name=None)]
    return {"columns": [str(name) for name in frame.columns], "rows": rows}


def _plain(value: Any) -> Any:
    """Return a cell as JSON has it; what is no finite number is None."""
    item = getattr(value, "item", None)
    value = item() if callable(item) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


@dataclass(frozen=True)
class Asked:
    """What is asked of a topic, and how it may find out.

    Attributes
    ----------
    name
        The thing that is asked about, for topics about one; None for all of them.
    solve
        Whether the topic may solve again for what cannot be read from the plan.
    time_limit
        Seconds that all its solves may take together; None for the scenario's own limit for each.
    progress
        Called with a line of words while it solves.
    source
        The plan's scenario as it was read from its files, with the place of each value; None where only the plan is there.
    """

    name: str | None = None
    solve: bool = False
    time_limit: float | None = None
    progress: Callable[[str], None] | None = None
    source: Scenario | None = field(default=None, repr=False)

    def tell(self, line: str) -> None:
        """Say what is being done."""
        if self.progress is not None:
            self.progress(line)


@dataclass(frozen=True)
class Question:
    """A plan, what is asked about it, and its scenario read again; the clock of its time limit starts with it."""

    plan: Plan
    asked: Asked
    began: float = field(default_factory=time.monotonic)

    @cached_property
    def scenario(self) -> Scenario:
        """The plan's scenario; with the places of its values where its files are there."""
        from planner.scenario.load import load

        return self.asked.source if self.asked.source is not None else load(self.plan.scenario)

    def time_left(self) -> float | None:
        """Return the seconds that the next solve may take; None for the scenario's own limit.

        Raises
        ------
        LimitError
            If the time limit of the question has passed.
        """
        limit = self.asked.time_limit
        if limit is None:
            return None
        left = limit - (time.monotonic() - self.began)
        if left <= 0:
            raise LimitError(f"the time limit of {limit:g} s passed before all was solved again")
        return left
