"""Why there is no plan: a smallest set of rows and bounds that cannot hold together, in words."""

from __future__ import annotations

import numpy as np

from planner.model.arrays import Arrays
from planner.model.build import Built
from planner.plan import words
from planner.solver.highs import load

PHYSICS = ("throughput", "occupancy", "accumulation", "opening", "balance", "routing", "campaign_devices", "replicas")
"""Rules that only say how things are; they hold always and explain nothing."""

IIS_SECONDS = 20.0


def conflict_of(built: Built, arrays: Arrays) -> tuple[str, ...]:
    """Return the rows of an irreducible conflict of the linear relaxation, in words.

    Empty where only whole numbers make the conflict, or where it was not found in time.
    """
    import highspy

    handle = highspy.Highs()  # type: ignore[no-untyped-call]
    handle.setOptionValue("output_flag", False)
    handle.setOptionValue("iis_strategy", 6)
    handle.setOptionValue("time_limit", IIS_SECONDS)
    load(handle, arrays)
    relaxed = np.full(arrays.columns, highspy.HighsVarType.kContinuous)
    handle.changeColsIntegrality(arrays.columns, np.arange(arrays.columns, dtype=np.int32), relaxed)
    _, iis = handle.getIis()
    if not iis.valid_:
        return ()
    return tuple(sorted({text for row in iis.row_index_ for text in [_words(built, row)] if text}))


def _words(built: Built, row: int) -> str:
    programme, finished = built.model.programme, built.finished
    for block in programme.rows.values():
        if block.first <= row < block.first + block.count:
            if block.name in PHYSICS:
                return ""
            where = np.argwhere(block.at == row)[0]
            labels = dict(zip(block.axes, block.keys[where[-1]], strict=True))
            period = programme.periods[where[0]] if block.timed else ""
            side = finished.row_upper[row] if np.isfinite(finished.row_upper[row]) else finished.row_lower[row]
            amount = words.number(float(side * finished.row_scale[row]))
            return f"{words.noun(block.name, labels, period)}: {amount}"
    return ""
