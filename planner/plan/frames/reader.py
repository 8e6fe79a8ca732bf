"""Reads the values of a solution as tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.programme import Block, Item

ZERO = 1e-9
"""What is smaller than this share of a column's scale is rounding, and reads as zero."""


def picked(names: Sequence[str], positions: Any) -> Any:
    """Return the name at each position; pandas need not find out again and again that each is a text."""
    if not len(positions) or not len(names):
        return np.array([], object)
    return _texts(tuple(names)).take(np.asarray(positions))


@lru_cache(maxsize=128)
def _texts(names: tuple[str, ...]) -> Any:
    """Return texts as pandas keeps them; a plan's tables, and a session's plans, have the same ones over and over."""
    return pd.Series(list(names)).array


class Reader:
    """Reads the values of a solution (in the user's units) as tables."""

    def __init__(self, built: Built, x: Floats):
        self.model, self.inputs = built.model, built.model.inputs
        self.built, self.point = built, x
        scale = built.finished.scale
        self.x = np.where(np.abs(x) <= ZERO, 0.0, x) * scale
        self.time = self.inputs.time
        self.currency = self.inputs.doc.money.currency
        self._labels: dict[str, tuple[NDArray[np.int32], list[str]]] = {}

    @cached_property
    def used(self) -> NDArray[np.intp]:
        """Positions of the columns with a value, in order."""
        return np.flatnonzero(self.x)

    @cached_property
    def spent(self) -> list[tuple[Item, NDArray[np.intp], Floats]]:
        """Each part of the cost that is of columns, which of its columns have a value, and the values."""
        found = []
        for item in self.model.programme.items:
            if item.columns.size:
                x = self.x[item.columns]
                used = np.flatnonzero(x)
                found.append((item, used, x[used]))
        return found

    def static(self, block: Block) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the columns of a block with a value, and the static position of each."""
        first, last = np.searchsorted(self.used, (block.first, block.first + block.count))
        columns = self.used[first:last]
        if not columns.size:
            return columns, columns
        members = np.flatnonzero(block.at >= 0)
        return columns, members[columns - block.first] % block.at.shape[-1]

    def labels(self, axis: str) -> tuple[NDArray[np.int32], list[str]]:
        """Return the label on an axis of every column with a value, as a position in the list of labels.

        The list is in order and begins with "", which columns without the axis have.
        """
        if axis not in self._labels:
            self._labels[axis] = self._labels_on(axis)
        return self._labels[axis]

    def _labels_on(self, axis: str) -> tuple[NDArray[np.int32], list[str]]:
        blocks = [block for block in self.model.programme.columns.values() if axis in block.axes and block.count]
        constants = {item.labels[axis] for item in self.model.programme.items if axis in item.labels}
        of = [[key[block.axes.index(axis)] for key in block.keys] for block in blocks]
        names = sorted({"", *constants}.union(*of))
        position = {name: i for i, name in enumerate(names)}
        codes = np.zeros(self.model.programme.size[0], np.int32)
        for block, labels in zip(blocks, of, strict=True):
            columns, static = self.static(block)
            if columns.size:
                codes[columns] = np.array([position[label] for label in labels], np.int32)[static]
        return codes, names

    def values(self, block: Block) -> Floats:
        """Return the values of a block, 0 where a combination does not exist, in the shape of its `at`."""
        return block.shaped(self.x)

    def frame(self, block: Block, column: str, keep: Any = None) -> tuple[pd.DataFrame, Floats, tuple[Any, ...]]:
        """Return a table of a block's nonzero values: period, slice and static labels, then the value."""
        values = self.values(block)
        where = np.nonzero(values if keep is None else keep)
        data: dict[str, Any] = {}
        if block.timed:
            data["period"] = picked(self.time.names, where[0])
        if block.timed == 2:
            data["slice"] = picked(self.time.slices, where[1])
        static = where[-1]
        for axis, labels in zip(
            block.axes, zip(*block.keys, strict=True) if block.keys else [()] * len(block.axes), strict=True
        ):
            data[axis] = picked(labels, static)
        kept = values[where]
        data[column] = kept
        return pd.DataFrame(data), kept, where
