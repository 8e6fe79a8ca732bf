"""Repairs of a scenario without a plan: the least change of each input in conflict, and the least of all together.

Where the input stands on the right of rows, its least change is one solve: the change is a column, and the
objective. Elsewhere (a share, a latency, a date) it is found by halving. Every repair is then tried: the scenario
with it is built anew and solved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from planner.errors import InputError
from planner.explain.conflict import Conflict, Feasibility, built_of
from planner.explain.conflict_statements import Statement, statements_of
from planner.explain.repairs_levers import (
    BY_SHARE,
    Lever,
    changes_by,
    levers_of,
    opened,
    outward,
    value_at,
    with_levers,
)
from planner.explain.repairs_steps import Steps, first_that_holds, least_change, steps_of
from planner.plan import words
from planner.scenario.load import Scenario
from planner.solver.options import SolveOptions
from planner.solver.solve import solver_named

MOST_TOLD = 3
"""So many changes of one input are told one by one; of more, the greatest."""

UNTOUCHED = 1e-9
"""A change below this share of what is there is none."""


@dataclass(frozen=True)
class Change:
    """One value changed.

    Attributes
    ----------
    path
        Path of the value, its period in brackets.
    before, after
        Value that is there, and the one that takes its place; None for what is not there.
    share
        Size of the change as a share of what was there; None where it has no size.
    """

    path: str
    before: Any
    after: Any
    share: float | None

    @property
    def text(self) -> str:
        """The change in words."""
        if self.after is None:
            return f"leave out {self.path}"
        if self.share is None or isinstance(self.before, bool | str | list):
            return f"set {self.path} to {told(self.after)}"
        verb = "raise" if float(self.after) > float(self.before) else "lower"
        size = f" ({words.percent(self.share)} {'more' if verb == 'raise' else 'less'})" if self.before else ""
        return f"{verb} {self.path} from {told(self.before)} to {told(self.after)}{size}"


@dataclass(frozen=True)
class Repair:
    """Changes with which a scenario has a plan.

    Attributes
    ----------
    paths
        Inputs that it changes.
    values
        The changes as `Scenario.replace` takes them.
    changes
        The same, one by one, in words.
    is_verified
        Whether the scenario with them was solved and has a plan.
    """

    paths: tuple[str, ...]
    values: dict[str, Any]
    changes: tuple[Change, ...]
    is_verified: bool

    @property
    def text(self) -> str:
        """The repair as a sentence."""
        by_input: dict[str, list[Change]] = {}
        for change in self.changes:
            by_input.setdefault(change.path.partition("[")[0], []).append(change)
        parts = [text for path, changes in by_input.items() for text in _texts(path, changes)]
        return words.sentence(words.listed(parts, len(parts)))

    def to_dict(self) -> dict[str, Any]:
        """Return the repair as plain data."""
        return {
            "paths": list(self.paths),
            "values": self.values,
            "changes": [{**vars(change), "text": change.text} for change in self.changes],
            "is_verified": self.is_verified,
            "text": self.text,
        }


def _texts(path: str, changes: Sequence[Change]) -> list[str]:
    """Return the changes of one input in words: one by one, or where they are many the greatest of them."""
    if len(changes) <= MOST_TOLD:
        return [change.text for change in changes]
    greatest = max(changes, key=lambda change: abs(float(change.after) - float(change.before)))
    verb = greatest.text.partition(" ")[0]
    return [f"{verb} {path} in {len(changes)} periods, the most being to {greatest.text}"]


def told(value: Any) -> str:
    """Return a value so that it can be typed: all of its digits."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:,.10g}"
    return words.listed([str(item) for item in value], len(value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Repairs:
    """What repairs a scenario: one input alone, the least of all together; and what was not found out in time."""

    single: tuple[Repair, ...]
    together: Repair | None
    not_alone: tuple[str, ...]
    not_tried: tuple[str, ...]


def repairs_of(feasibility: Feasibility, conflict: Conflict) -> Repairs:
    """Return the repairs of a scenario, each tried."""
    together = _together(feasibility, conflict.members)
    if together is None or not together.is_verified:
        together = _together(feasibility, statements_of(feasibility.scenario)) or together
    single: list[Repair] = []
    not_alone: list[str] = []
    not_tried: list[str] = []
    for statement in conflict.members:
        if feasibility.is_late:
            not_tried.append(statement.path)
            continue
        found = least_of(feasibility, statement)
        if found is None:
            (not_tried if feasibility.is_late else not_alone).append(statement.path)
        else:
            single.append(found)
    return Repairs(tuple(single), together, tuple(not_alone), tuple(not_tried))


def least_of(feasibility: Feasibility, statement: Statement) -> Repair | None:
    """Return the least change of one statement with which there is a plan; None where none is found."""
    if feasibility.without([statement]) is not True:
        return None  # where taking it away is not enough, changing it is not
    found = _by_levers(feasibility, [statement], lambda lever: lever.size)
    if found is not None and found.is_verified:
        return found
    steps = steps_of(feasibility.scenario, statement)
    if steps is not None:
        found = _by_steps(feasibility, statement, steps)
        if found is not None or not steps.key:
            return found
    if statement.without and statement.kind not in ("demand", "traffic"):
        changes = _left_out(feasibility.scenario, statement)
        return _tried(feasibility, (statement.path,), statement.without, changes)
    return None


def _left_out(scenario: Scenario, statement: Statement) -> tuple[Change, ...]:
    before = value_at(scenario, statement.path)
    after = statement.without.get(statement.path)
    shown = before if isinstance(before, bool | str | float | int) else None
    return (Change(statement.path, shown, after, None),)


def _together(feasibility: Feasibility, statements: Sequence[Statement]) -> Repair | None:
    """Return the least change of several statements, each counted as a share of what is there."""
    found = _by_levers(feasibility, statements, lambda lever: 1.0 / (lever.before or 1.0))
    return found if found is not None and len(found.paths) > 1 else None


def _by_levers(feasibility: Feasibility, statements: Sequence[Statement], weight: Any) -> Repair | None:
    if feasibility.is_late:
        return None
    shown = opened(feasibility.scenario, statements)
    built = built_of(shown)
    levers = [lever for statement in statements for lever in levers_of(feasibility.scenario, built, statement)]
    if not levers:
        return None
    there = [_shown(shown, lever) for lever in levers]
    arrays = feasibility.serving(built, with_levers(built, levers, there, [weight(lever) for lever in levers]))
    options = SolveOptions(time_limit=max(0.1, feasibility.seconds_left), gap=1e-9)
    feasibility.solves += 1
    solution = solver_named("highs", options).answer(arrays)
    if solution.status != "optimal" or solution.x is None:
        return None
    moved = [
        (lever, change)
        for lever, change in zip(levers, changes_by(levers, solution.x), strict=True)
        if change > UNTOUCHED * (abs(lever.before) or 1.0)
    ]
    if not moved:
        return None
    changes = tuple(_change(feasibility.scenario, lever, change) for lever, change in moved)
    paths = tuple(dict.fromkeys(lever.statement.path for lever, _ in moved))
    return _tried(feasibility, paths, _values(feasibility.scenario, moved), changes)


def _shown(scenario: Scenario, lever: Lever) -> float:
    """Return the value that a lever's input has in a scenario that was opened for it."""
    if lever.statement.kind not in ("supply", "pool"):
        return lever.before
    written = value_at(scenario, lever.statement.path)
    return float(written[scenario.calendar.names.index(lever.period)] if lever.period else written)


def _change(scenario: Scenario, lever: Lever, change: float) -> Change:
    path, before = lever.statement.path, lever.before
    after = lever.after(change)
    if lever.statement.kind == "demand":
        path, before = f"{path}.times", _times(scenario, lever)
        after = _product(before, after)
    elif lever.statement.kind == "traffic":
        before = _at(scenario, path, lever.period)
        after = _product(before, after)
    if lever.key:
        path = f"{path}.{lever.key}"
    elif lever.period and len(scenario.calendar.names) > 1:
        path = f"{path}[{lever.period}]"
    return Change(path, before, after, abs(after - before) / abs(before) if before else None)


def _product(value: float, share: float) -> float:
    """Return a share of a value without the digits that only rounding made."""
    return float(f"{value * share:.12g}")


def _at(scenario: Scenario, path: str, period: str) -> float:
    written = value_at(scenario, path)
    return float(written[scenario.calendar.names.index(period)] if isinstance(written, tuple) else written)


def _times(scenario: Scenario, lever: Lever) -> float:
    """Return the factor on a workload's demand in a period; 1 for one in several parts, which has none of its own."""
    demand = value_at(scenario, lever.statement.path)
    if isinstance(demand, list):
        return 1.0
    times = demand.times
    return float(times[scenario.calendar.names.index(lever.period)] if isinstance(times, tuple) else times)


def _values(scenario: Scenario, moved: Sequence[tuple[Lever, float]]) -> dict[str, Any]:
    """Return the changes as `Scenario.replace` takes them."""
    values: dict[str, Any] = {}
    shares: dict[str, dict[str, float]] = {}
    for lever, change in moved:
        path = lever.statement.path
        if lever.statement.kind in BY_SHARE:
            shares.setdefault(path, {})[lever.period] = lever.after(change)
        elif lever.key:
            values[f"{path}.{lever.key}"] = lever.after(change)
        elif lever.period:
            values[f'{path}["{lever.period}"]'] = lever.after(change)
        else:
            after = lever.after(change)
            values[path] = int(after) if lever.is_whole else after
    for path, by_period in shares.items():
        values |= _scaled(scenario, path, by_period)
    return values


def _scaled(scenario: Scenario, path: str, by_period: dict[str, float]) -> dict[str, Any]:
    """Return the changes that scale what is asked for in some periods."""
    names = scenario.calendar.names
    asked = value_at(scenario, path)

    def series(values: Any) -> list[float]:
        each = list(values) if isinstance(values, tuple) else [float(values)] * len(names)
        return [_product(value, by_period.get(name, 1.0)) for name, value in zip(names, each, strict=True)]

    if isinstance(asked, list):
        parts = [part.model_copy(update={"times": tuple(series(part.times))}) for part in asked]
        return {path: [part.model_dump(by_alias=True, exclude_defaults=True) for part in parts]}
    if hasattr(asked, "times"):
        return {f"{path}.times": series(asked.times)}
    return {path: series(asked)}


def _by_steps(feasibility: Feasibility, statement: Statement, steps: Steps) -> Repair | None:
    """Return the least change of one input among its other values."""
    scenario, path = feasibility.scenario, f"{statement.path}.{steps.key}" if steps.key else statement.path
    before = value_at(scenario, path)
    if steps.listed or not steps.sign:
        good = first_that_holds(steps.listed, lambda value: feasibility.holds(scenario.replace({path: value})))
        return None if good is None else _tried(feasibility, (path,), {path: good}, (_stepped(path, before, good),))
    series = list(before) if isinstance(before, tuple) else [float(before)]

    def moved(change: float, *, rounded: bool = False) -> Any:
        new = [
            outward(v, change, steps.sign, whole=steps.is_whole) if rounded else v + steps.sign * change for v in series
        ]
        after = [min(steps.most, max(steps.least, value)) for value in new]
        return after if isinstance(before, tuple) else int(after[0]) if steps.is_whole else after[0]

    start = max(series) if steps.sign < 0 else min(series)
    change = least_change(start, steps, lambda step: feasibility.holds(scenario.replace({path: moved(step)})))
    if change is None:
        return None
    after = moved(change, rounded=True)
    changes = tuple(_steps_told(scenario, path, before, after))
    return _tried(feasibility, (path,), {path: after}, changes)


def _steps_told(scenario: Scenario, path: str, before: Any, after: Any) -> Iterator[Change]:
    if not isinstance(before, tuple):
        yield _stepped(path, before, after)
        return
    for name, old, new in zip(scenario.calendar.names, before, after, strict=True):
        yield _stepped(f"{path}[{name}]", old, new)


def _stepped(path: str, before: Any, after: Any) -> Change:
    is_number = isinstance(before, float | int) and not isinstance(before, bool)
    return Change(path, before, after, abs(after - before) / abs(before) if is_number and before else None)


def _tried(
    feasibility: Feasibility, paths: tuple[str, ...], values: dict[str, Any], changes: tuple[Change, ...]
) -> Repair | None:
    """Return a repair with word of whether the scenario with it has a plan; None where it has not."""
    try:
        found = feasibility.holds(feasibility.scenario.replace(values))
    except InputError:
        return None
    return None if found is False else Repair(paths, values, changes, found is True)
