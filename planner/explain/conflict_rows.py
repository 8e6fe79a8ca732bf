"""A conflict among statements that stand on the right of rules, found on one live programme.

Taking such a statement away frees its rows, which HiGHS follows from the basis that it has. First a Farkas proof
says which rows can be in conflict at all; then statements are freed one after another, and last single rows, so
that the periods, regions and sites that conflict can be named.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from highspy import HighsModelStatus
from numpy.typing import NDArray

from planner.explain.conflict_statements import Statement
from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.programme import Block
from planner.solver.handle import run_here, silent
from planner.solver.highs import load

NO_WEIGHT = 1e-9
"""A row with no more than this share of the greatest weight has no part in a Farkas proof."""

WHOLE = 1e-6
"""How near to a whole number counts as whole."""

MOST_ROWS = 400
"""So many rows are tried one by one at most; of more, those in the proof are named."""


@dataclass(frozen=True)
class RowConflict:
    """Statements in conflict by their rows, which of those rows, and whether each is known to be needed."""

    built: Built
    members: tuple[Statement, ...]
    rows: dict[str, NDArray[np.int32]]
    needed: frozenset[str]


class LiveRows:
    """The linear relaxation of a programme, with rows that can be set free and put back.

    Of rows `capped` only the lower side is set free: demand that need not be served is still no more than that.
    """

    def __init__(self, arrays: Arrays, deadline: float, capped: NDArray[np.int32]):
        self.capped = frozenset(capped.tolist())
        self.whole = arrays.integer
        self.arrays = arrays.relaxed
        self.deadline = deadline
        self.handle: Any = silent()  # its stubs lack the proof
        self.handle.setOptionValue("threads", 1)
        self.handle.setOptionValue("solver", "simplex")
        self.handle.setOptionValue("presolve", "off")  # what it leaves has no proof, and no basis to go on from
        load(self.handle, self.arrays)

    @property
    def is_late(self) -> bool:
        """Whether the time is up."""
        return clock.monotonic() >= self.deadline

    def is_infeasible(self) -> bool | None:
        """Return whether no point keeps the rows that are not free; None where that is not found in time."""
        left = self.deadline - clock.monotonic()
        if left <= 0:
            return None
        self.handle.setOptionValue("time_limit", self.handle.getRunTime() + left)
        run_here(self.handle)
        status = self.handle.getModelStatus()
        if status == HighsModelStatus.kInfeasible:
            return True
        return False if status == HighsModelStatus.kOptimal else None

    def is_whole(self) -> bool:
        """Whether the point that was found is whole where it must be: then the programme itself has a plan."""
        if not self.whole.any():
            return True
        x = np.asarray(self.handle.getSolution().col_value)[self.whole]
        return bool((np.abs(x - np.rint(x)) <= WHOLE).all())

    def proof(self) -> Floats | None:
        """Return the weight of each row in a proof that there is no point, or None."""
        _, there, ray = self.handle.getDualRay()
        return np.abs(np.asarray(ray)) if there else None

    def free(self, rows: Iterable[int]) -> None:
        """Set rows free."""
        for row in rows:
            upper = self.arrays.row_upper[row] if row in self.capped else np.inf
            self.handle.changeRowBounds(int(row), -np.inf, upper)

    def put_back(self, rows: Iterable[int]) -> None:
        """Put rows back to their bounds."""
        for row in rows:
            self.handle.changeRowBounds(int(row), self.arrays.row_lower[row], self.arrays.row_upper[row])


def rows_in_conflict(
    built: Built, arrays: Arrays, statements: Sequence[Statement], deadline: float
) -> RowConflict | None:
    """Return a smallest conflict among statements that have rows; None where the relaxation has none, or in no time.

    Statements are freed from the last to the first, so that the first are kept where there is a choice.
    """
    rows = {s.path: _all_rows(built, s) for s in statements}
    live = LiveRows(arrays, deadline, rows_of(built, "demand", {}))
    if live.is_infeasible() is not True:
        return None
    proof = live.proof()
    first = rows
    if proof is not None:
        first = _with_weight(rows, proof)
        rows = _in_proof(live, rows, proof)
    # All rows of a statement come and go together here: what one row does without, another may need.
    members = [s for s in statements if rows[s.path].size]
    needed: set[str] = set()
    for statement in reversed(members):
        mine = rows[statement.path]
        live.free(mine)
        found = live.is_infeasible()
        if found is True:
            rows[statement.path] = mine[:0]
            continue
        if found is False and statement.is_exact and live.is_whole():
            needed.add(statement.path)
        live.put_back(mine)
    kept = tuple(s for s in members if rows[s.path].size)
    _thin(live, rows, kept)
    if live.is_late:  # the first proof names where, too, if with more than it needs
        rows |= {s.path: first[s.path] for s in kept if first[s.path].size}
    return RowConflict(built, kept, {s.path: rows[s.path] for s in kept}, frozenset(needed))


def _with_weight(rows: dict[str, NDArray[np.int32]], proof: Floats) -> dict[str, NDArray[np.int32]]:
    """Return the rows that have weight in a proof."""
    least = NO_WEIGHT * proof.max(initial=0.0)
    return {path: mine[proof[mine] > least] for path, mine in rows.items()}


def _in_proof(live: LiveRows, rows: dict[str, NDArray[np.int32]], proof: Floats) -> dict[str, NDArray[np.int32]]:
    """Free every statement without weight in a proof, and return the rest; all where rounding made the proof wrong."""
    weighty = _with_weight(rows, proof)
    inside = {path: mine if weighty[path].size else mine[:0] for path, mine in rows.items()}
    for path, mine in rows.items():
        if not inside[path].size:
            live.free(mine)
    if live.is_infeasible() is True:
        return inside
    for mine in rows.values():
        live.put_back(mine)
    return rows


def _thin(live: LiveRows, rows: dict[str, NDArray[np.int32]], kept: Sequence[Statement]) -> None:
    """Free rows that the conflict can do without: those with no weight in a proof, then one after another."""
    if live.is_infeasible() is not True:
        return
    _weighty(live, rows, kept)
    if sum(rows[s.path].size for s in kept) > MOST_ROWS:
        return
    for statement in kept:
        for row in rows[statement.path].tolist():
            if rows[statement.path].size == 1 or live.is_late:
                break
            live.free([row])
            if live.is_infeasible() is True:
                rows[statement.path] = rows[statement.path][rows[statement.path] != row]
            else:
                live.put_back([row])


def _weighty(live: LiveRows, rows: dict[str, NDArray[np.int32]], kept: Sequence[Statement]) -> None:
    """Free the rows without weight in a proof, unless rounding made the proof wrong."""
    proof = live.proof()
    if proof is None:
        return
    inside = _with_weight({s.path: rows[s.path] for s in kept}, proof)
    out = np.concatenate([np.setdiff1d(rows[s.path], inside[s.path]) for s in kept])
    live.free(out)
    if live.is_infeasible() is True and all(mine.size for mine in inside.values()):
        rows.update(inside)
    else:
        live.put_back(out)


def _all_rows(built: Built, statement: Statement) -> NDArray[np.int32]:
    found = [rows_of(built, rule, labels) for rule, labels in statement.rows]
    return np.concatenate(found) if found else np.zeros(0, np.int32)


def rows_of(built: Built, rule: str, labels: dict[str, str]) -> NDArray[np.int32]:
    """Return the rows of a rule that have these labels, in the programme and in what it must bear."""
    return members_of(built.model.programme.rows.values(), rule, labels)


def members_of(blocks: Iterable[Block], name: str, labels: dict[str, str]) -> NDArray[np.int32]:
    """Return the positions in blocks of a name, losses' own included, that have these labels."""
    found = [np.zeros(0, np.int32)]
    for block in blocks:
        if block.name == name or block.name.endswith(f": {name}"):
            axes = [(block.axes.index(axis), label) for axis, label in labels.items() if axis in block.axes]
            chosen = [j for j, key in enumerate(block.keys) if all(key[a] == label for a, label in axes)]
            at = block.at[..., chosen]
            found.append(at[at >= 0])
    return np.concatenate(found)
