"""The linear programme that remains when the whole columns stay where they are; its duals are the prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.model.arrays import Arrays, Floats


def fix_integers(arrays: Arrays, x: Floats) -> Arrays:
    """Return the programme with each whole column fixed at its rounded value in `x`, and none whole."""
    value = np.rint(x)
    return replace(
        arrays,
        lower=np.where(arrays.integer, value, arrays.lower),
        upper=np.where(arrays.integer, value, arrays.upper),
        integer=np.zeros(arrays.columns, dtype=np.bool_),
    )
