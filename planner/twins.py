"""Twins: labels that can change places, such as two sites that are alike in everything, and which of them comes first.

A plan in which twins have changed places is as good as the plan. Of all of these the one is taken in which, compared
decision by decision, the twin whose name comes first has the most. Only whole columns need this: what may be split is
told apart by the weights of `planner.ties`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.model.arrays import Arrays, Floats
from planner.model.build import Built
from planner.model.programme import Block, Programme
from planner.stage import Stage

MOST_PAIRS = 200
"""So many pairs of labels are tried at most; each takes about as long as reading the programme once."""

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Swap:
    """Columns and rows that change places: member `i` moves to place `columns[i]` or `rows[i]`."""

    columns: Places
    rows: Places

    def columns_of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of columns at their new places."""
        return _moved(values, self.columns)

    def rows_of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of rows at their new places; rows that hold other objectives come last and stay."""
        return _moved(values, self.rows)

    def then(self, other: Swap) -> Swap:
        """Return the swap that does this and then the other."""
        return Swap(other.columns[self.columns], other.rows[self.rows])


def _moved(values: NDArray[Any], places: Places) -> NDArray[Any]:
    moved = values.copy()
    moved[places] = values
    return moved


def by_name(built: Built, stage: Stage) -> Swap | None:
    """Return the swap after which the first of each group of twins has the most; None where nothing changes."""
    arrays, x = stage.arrays, stage.solution.x
    if x is None or not arrays.is_mip:
        return None
    programme = built.model.programme
    whole = [b for b in programme.columns.values() if b.count and arrays.integer[b.span].any()]
    swap, tried = None, 0
    for axis in sorted({axis for block in whole for axis in block.axes}):
        for group in _alike(built, arrays, whole, axis):
            tried += len(group) - 1
            if tried > MOST_PAIRS:
                return swap
            order = _order(programme, arrays, whole, axis, group, x)
            if order is None:
                continue
            found = swap_of(programme, arrays, axis, order)
            assert found is not None
            x = found.columns_of(x)
            swap = found if swap is None else swap.then(found)
    return swap


def _alike(built: Built, arrays: Arrays, whole: list[Block], axis: str) -> Iterable[list[str]]:
    """Yield the groups of labels that can change places, of two or more, in the order of their names."""
    labels = sorted({label for block in whole for label in _labels(block, axis)})
    groups: dict[tuple[Any, ...], list[list[str]]] = {}
    for label, mark in zip(labels, _marks(built, arrays, axis, labels), strict=True):
        for group in groups.setdefault(mark, []):
            if is_symmetric(built.model.programme, arrays, axis, {group[0]: label, label: group[0]}):
                group.append(label)
                break
        else:
            groups[mark].append([label])
    for alike in groups.values():
        yield from (group for group in alike if len(group) > 1)


def _labels(block: Block, axis: str) -> set[str]:
    return {label for key in block.keys for name, label in zip(block.axes, key, strict=True) if name == axis}


def _marks(built: Built, arrays: Arrays, axis: str, labels: list[str]) -> list[tuple[Any, ...]]:
    """Return what labels that are alike have in common: how many columns of each family, and sums of their numbers."""
    number = {label: i for i, label in enumerate(labels)}
    marks = []
    for block in built.model.programme.columns.values():
        for place, name in enumerate(block.axes):
            if name != axis or not block.count:
                continue
            of_key = np.array([number.get(key[place], -1) for key in block.keys])
            of_column = of_key[block.members()[-1]]
            used = of_column >= 0
            part = np.arange(block.first, block.first + block.count)[used]
            finite = np.where(np.isfinite(arrays.upper[part]), arrays.upper[part], -1.0)
            numbers = (np.ones(len(part)), arrays.cost[part], arrays.lower[part], finite)
            marks += [np.bincount(of_column[used], weights=values, minlength=len(labels)) for values in numbers]
    table = np.round(np.array(marks).T, 9) if marks else np.zeros((len(labels), 0))
    return [tuple(row) for row in table.tolist()]


def _order(
    programme: Programme, arrays: Arrays, whole: list[Block], axis: str, group: list[str], x: Floats
) -> dict[str, str] | None:
    """Return for each label of a group the one whose place it takes; None where all stay."""
    size = {label: _profile(arrays, whole, axis, label, x) for label in group}
    ranked = sorted(group, key=lambda label: ([-value for value in size[label]], label))
    order = {label: place for label, place in zip(ranked, group, strict=True) if label != place}
    return order or None


def _profile(arrays: Arrays, whole: list[Block], axis: str, label: str, x: Floats) -> list[float]:
    """Return the whole decisions of a label, in the order of their families, other labels and periods."""
    parts = []
    for block in sorted(whole, key=lambda block: block.name):
        for place, name in enumerate(block.axes):
            if name != axis:
                continue
            mine = sorted(
                ((*key[:place], *key[place + 1 :]), j) for j, key in enumerate(block.keys) if key[place] == label
            )
            for _, j in mine:
                at = block.at[..., j].ravel()
                parts.append(np.where(at >= 0, np.rint(x[at]), 0.0))
    return [float(value) for value in np.concatenate(parts).tolist()] if parts else []


def is_symmetric(programme: Programme, arrays: Arrays, axis: str, order: Mapping[str, str]) -> bool:
    """Return whether labels can change places and leave the programme as it is, number by number."""
    swap = swap_of(programme, arrays, axis, order)
    if swap is None:
        return False
    of_columns = (arrays.cost, arrays.lower, arrays.upper, arrays.integer)
    if any(not np.array_equal(swap.columns_of(part), part) for part in of_columns):
        return False
    if any(not np.array_equal(swap.rows_of(part), part) for part in (arrays.row_lower, arrays.row_upper)):
        return False
    matrix = arrays.matrix()
    changed = matrix[swap.rows][:, swap.columns]
    return bool((changed != matrix).nnz == 0)


def swap_of(programme: Programme, arrays: Arrays, axis: str, order: Mapping[str, str]) -> Swap | None:
    """Return the places that columns and rows take when labels change theirs; None where one would have none."""
    columns = _places(programme.columns.values(), arrays.columns, axis, order)
    rows = _places(programme.rows.values(), arrays.rows, axis, order)
    return None if columns is None or rows is None else Swap(columns, rows)


def _places(blocks: Iterable[Block], count: int, axis: str, order: Mapping[str, str]) -> Places | None:
    places = np.arange(count)
    for block in blocks:
        if axis not in block.axes or not block.count:
            continue
        known = {key: j for j, key in enumerate(block.keys)}
        renamed = [
            tuple(
                order.get(label, label) if name == axis else label for name, label in zip(block.axes, key, strict=True)
            )
            for key in block.keys
        ]
        if any(key not in known for key in renamed):
            return None
        there = block.at[..., [known[key] for key in renamed]]
        if not np.array_equal(there >= 0, block.at >= 0):
            return None
        places[block.at[block.at >= 0]] = there[there >= 0]
    return places
