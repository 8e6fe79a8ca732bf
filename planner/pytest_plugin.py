"""A pytest plug-in: `pytest scenarios/` holds every scenario there that states what it gives (`expect`) to it.

It is known to pytest wherever the planner is installed; `-p no:planner` leaves it out. YAML files are told from scenarios
by their text alone, and nothing of the planner is imported before one is found.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from planner.check.outcome import Outcome

SUFFIXES = (".yaml", ".yml")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks for second opinions."""
    parser.getgroup("planner", "scenarios of the planner").addoption(
        "--planner-also", metavar="SOLVER", action="append", default=[],
        help="solve scenarios with this solver as well, and hold the two together; repeatable",
    )  # fmt: skip


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a YAML file if it is a scenario that states what it gives."""
    if file_path.suffix not in SUFFIXES:
        return None
    from planner.check.files import kind_of

    if kind_of(file_path) != "expects":
        return None
    file: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return file


class ScenarioFile(pytest.File):
    """A scenario file."""

    def collect(self) -> Iterator[ScenarioItem]:
        """Yield its one test."""
        yield ScenarioItem.from_parent(self, name=self.path.stem)


class ScenarioItem(pytest.Item):
    """A scenario that is solved and held to what it states."""

    def runtest(self) -> None:
        """Check the scenario; the planner's own warnings are no concern of those who use it."""
        from planner.check.one import How, check_file

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome = check_file(self.path, How(also=tuple(self.config.getoption("planner_also"))))
        if outcome.verdict != "held":
            raise NotHeldError(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the words of `planner check`."""
        if isinstance(excinfo.value, NotHeldError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the test is, and its name."""
        return self.path, None, f"scenario {self.name}"


class NotHeldError(Exception):
    """A scenario is not as it states."""

    def __init__(self, outcome: Outcome):
        super().__init__(f"{outcome.name}: {outcome.verdict}\n" + "\n".join(outcome.failures))
