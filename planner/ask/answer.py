"""What every answer is: a sentence that can be quoted alone, tables, and plain data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from planner.plan.sections import Section
from planner.plan.summary import Summary


@dataclass(frozen=True)
class Answer(ABC):
    """An answer to a question about a scenario.

    Attributes
    ----------
    scenario
        Name of the scenario that was asked about.
    complete
        Whether the question was answered in full; a time limit may leave a part of the answer open.
    """

    scenario: str
    complete: bool

    question = ""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """The answer in one sentence."""

    @abstractmethod
    def sections(self) -> list[Section]:
        """Return the tables behind the sentence."""

    @property
    def exit_code(self) -> int:
        """Exit code of the command that asked: 0, or 4 where the time limit left a part open."""
        return 0 if self.complete else 4

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        content = {field.name: plain(getattr(self, field.name)) for field in fields(self)}
        return {
            "question": self.question,
            "answer": self.sentence,
            "status": "answered" if self.complete else "limit",
        } | content

    def summary(self) -> Summary:
        """Return the answer as a terminal draws it."""
        return Summary(self.sentence, "good" if self.complete else "short", "", (), tuple(self.sections()))


def plain(value: Any) -> Any:
    """Return dataclasses, tuples and numbers as plain data; what has no end is None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, float):
        return value + 0.0 if abs(value) < float("inf") else None
    return value
