"""The smallest conflict of a scenario: inputs that cannot hold together, none of which could be left out.

Found by QuickXplain (Junker 2004): statements are taken away in halves, and each time a solver says whether what
is left has a plan. That takes some `k log(n / k)` solves for `k` statements in conflict out of `n`, and works for
whole numbers as for linear programmes. What is found is then held to its claim: with any one of it taken away,
there is a plan.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from planner.explain.conflict_rows import RowConflict, members_of, rows_in_conflict, rows_of
from planner.explain.conflict_statements import Statement, statements_of
from planner.inputs.inputs import inputs_of
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built, build
from planner.model.survival import losses_of
from planner.scenario.load import Scenario
from planner.solver.options import SolveOptions
from planner.solver.solve import solver_named

ROUNDING = 1e-9
"""What rounding may add to the most that may be unmet, as a share of it."""

SECONDS = 60.0
"""How long a conflict is looked for, where nothing else is said."""


@dataclass(frozen=True)
class RowOf:
    """A row of a rule: what it is about, its period and slice ("" where it has none), and its right-hand side."""

    labels: dict[str, str]
    period: str
    slice: str
    right: float


@dataclass(frozen=True)
class Conflict:
    """Statements that cannot hold together.

    Attributes
    ----------
    members
        The statements.
    is_proven
        Whether with any one of them taken away there is a plan: then none could be left out.
    solves
        Solves of whole scenarios that it took.
    rows
        Where each member conflicts, by its path: some of its rows, as far as those are known.
    """

    members: tuple[Statement, ...]
    is_proven: bool
    solves: int
    rows: dict[str, tuple[RowOf, ...]] = field(default_factory=dict)


@dataclass
class Feasibility:
    """Says whether a scenario has a plan with some of its statements taken away; remembers what it was asked.

    Parameters
    ----------
    scenario
        The scenario.
    seconds
        How long all questions together may take; None for the scenario's own limit.
    tell
        Called with a line of words now and then.
    most_unmet
        Most that may be unmet, units/h, by workload, region, period and slice, nothing where left out; None: as the
        scenario says.
    """

    scenario: Scenario
    seconds: float | None = SECONDS
    tell: Callable[[str], None] | None = None
    most_unmet: Mapping[tuple[str, str, str, str], float] | None = None
    solves: int = 0
    known: dict[frozenset[str], bool | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limit = self.scenario.document.solver.time_limit_seconds
        self.deadline = clock.monotonic() + (limit if self.seconds is None else self.seconds)

    @property
    def seconds_left(self) -> float:
        """Seconds that are left for solves."""
        return self.deadline - clock.monotonic()

    @property
    def is_late(self) -> bool:
        """Whether the time is up."""
        return self.seconds_left <= 0

    def without(self, taken: Iterable[Statement]) -> bool | None:
        """Return whether there is a plan without the statements `taken`; None where that is not found in time."""
        taken = tuple(taken)
        key = frozenset(statement.path for statement in taken)
        if key not in self.known:
            self.known[key] = self.holds(self.scenario.replace(changes_of(taken)), taken)
        return self.known[key]

    def holds(self, scenario: Scenario, freed: Sequence[Statement] = ()) -> bool | None:
        """Return whether a scenario has a plan, with what statements free in its programme set free."""
        if self.is_late:
            return None
        if self.tell is not None and not self.solves % 10:
            self.tell(f"solve {self.solves + 1:,}")
        self.solves += 1
        built = built_of(scenario)
        return self.answer(self.serving(built, freed_arrays(built, freed)))

    def serving(self, built: Built, arrays: Arrays) -> Arrays:
        """Return a programme in which no more is unmet than may be."""
        if self.most_unmet is None:
            return arrays
        upper, unmet, programme = arrays.upper.copy(), built.model.unmet, built.model.programme
        upper[unmet.span] = 0.0
        where = {key: j for j, key in enumerate(unmet.keys)}
        for (workload, region, period, part), most in self.most_unmet.items():
            at = unmet.at[programme.periods.index(period), programme.slices.index(part), where[workload, region]]
            upper[at] = most * (1 + ROUNDING) / built.finished.scale[at]
        return replace(arrays, upper=upper)

    def answer(self, arrays: Arrays) -> bool | None:
        """Return whether a programme has a feasible point: its linear relaxation is asked first."""
        if arrays.is_mip and self._answer(arrays.relaxed) is False:
            return False
        return self._answer(arrays)

    def _answer(self, arrays: Arrays) -> bool | None:
        options = SolveOptions(time_limit=max(0.1, self.seconds_left))
        solution = solver_named("highs", options).answer(arrays)
        if solution.status == "infeasible":
            return False
        return True if solution.x is not None else None


def built_of(scenario: Scenario) -> Built:
    """Return the programme of a scenario with every loss in it that must be borne."""
    inputs = inputs_of(scenario)
    return build(inputs, losses_of(inputs))


def changes_of(taken: Iterable[Statement]) -> dict[str, object]:
    """Return the changes of the scenario that take statements away."""
    return {path: value for statement in taken for path, value in statement.without.items()}


def freed_arrays(built: Built, freed: Iterable[Statement] = ()) -> Arrays:
    """Return the programme without a cost and without derived bounds, with rows and columns of statements set free."""
    programme = built.model.programme
    arrays, _ = built.finished.arrays(np.zeros(programme.size[0]), 0.0, free=True)
    low, high, upper = arrays.row_lower.copy(), arrays.row_upper.copy(), arrays.upper.copy()
    for statement in freed:
        for rule, labels in statement.free_rows:
            rows = rows_of(built, rule, labels)
            low[rows], high[rows] = -np.inf, np.inf
        for rule, labels in statement.shrinking_rows:
            low[rows_of(built, rule, labels)] = -np.inf
        for family, labels in statement.free_columns:
            upper[members_of(programme.columns.values(), family, labels)] = np.inf
    return replace(arrays, row_lower=low, row_upper=high, upper=upper)


def conflict_of(feasibility: Feasibility) -> Conflict | None:
    """Return a smallest conflict of a scenario without a plan; None where there is none, or none was found in time."""
    every = statements_of(feasibility.scenario)
    if feasibility.without(()) is not False or feasibility.without(every) is False:
        return None  # there is a plan, or facts alone, such as what stands where, leave none

    def is_conflict(kept: Sequence[Statement]) -> bool:
        return feasibility.without(_others(every, kept)) is False

    rowed = tuple(statement for statement in every if statement.rows)
    quick = _by_rows(feasibility, rowed, _others(every, rowed))
    if quick is not None and (is_conflict(quick.members) or feasibility.is_late):
        members, needed = quick.members, quick.needed
    else:
        members, needed = tuple(_explained([], False, list(every), is_conflict)), frozenset()
    members = tuple(s for s in every if s in members)
    others = _others(every, members)
    proven = is_conflict(members) and all(m.path in needed or feasibility.without([*others, m]) for m in members)
    if quick is None or members != quick.members:
        rowed = tuple(s for s in members if s.rows)
        quick = _by_rows(feasibility, rowed, others) if rowed and not feasibility.is_late else None
    return Conflict(members, proven, feasibility.solves, {} if quick is None else _named(quick))


def _others(every: Sequence[Statement], kept: Sequence[Statement]) -> list[Statement]:
    inside = {statement.path for statement in kept}
    return [statement for statement in every if statement.path not in inside]


def _by_rows(feasibility: Feasibility, rowed: Sequence[Statement], taken: Sequence[Statement]) -> RowConflict | None:
    """Return the conflict among statements that have rows, with others taken away."""
    if feasibility.is_late:
        return None
    built = built_of(feasibility.scenario.replace(changes_of(taken)))
    return rows_in_conflict(built, freed_arrays(built, taken), rowed, feasibility.deadline)


def _named(found: RowConflict) -> dict[str, tuple[RowOf, ...]]:
    """Return the rows of a conflict with what they are about, in the order of the programme."""
    built = found.built
    right = rights(built)
    named: dict[str, tuple[RowOf, ...]] = {}
    for path, rows in found.rows.items():
        named[path] = tuple(_row(built, int(row), float(right[row])) for row in np.sort(rows))
    return named


def _row(built: Built, row: int, right: float) -> RowOf:
    programme = built.model.programme
    block = next(b for b in programme.rows.values() if b.first <= row < b.first + b.count)
    where = np.argwhere(block.at == row)[0]
    labels = dict(zip(block.axes, block.keys[where[-1]], strict=True))
    period = programme.periods[where[0]] if block.timed else ""
    return RowOf(labels, period, programme.slices[where[1]] if block.timed == 2 else "", right)


def rights(built: Built) -> Floats:
    """Return the right-hand side of every row in the user's units."""
    finished = built.finished
    side = np.where(np.isfinite(finished.row_upper), finished.row_upper, finished.row_lower)
    right: Floats = side * finished.row_scale
    return right


def _explained(
    held: list[Statement], added: bool, candidates: list[Statement], is_conflict: Callable[[Sequence[Statement]], bool]
) -> list[Statement]:
    """Return the members among the candidates of a smallest conflict that has `held` in it.

    `added` says whether anything was added to `held` since it was last asked. What is not known in time counts as
    no conflict: then too much is returned, never too little.
    """
    if added and is_conflict(held):
        return []
    if len(candidates) == 1:
        return candidates
    half = len(candidates) // 2
    first, second = candidates[:half], candidates[half:]
    late = _explained([*held, *first], True, second, is_conflict)
    early = _explained([*held, *late], bool(late), first, is_conflict)
    return [*early, *late]
