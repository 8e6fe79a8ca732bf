"""A capacitated facility location problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class InfeasibleError(ValueError):
    """No set of sites can serve all regions."""


@dataclass(frozen=True)
class Instance:
    """Which sites to open, and how to serve every region from them.

    Attributes
    ----------
    fixed, capacity
        Opening cost and capacity of each site.
    demand
        Demand of each region, zero or more.
    cost
        Cost of serving all of a region from a site, sites by regions; `inf` forbids the pair.
    max_open
        Largest number of open sites, those of `given` among them; None for no limit.
    given
        Sites that are open in every plan; None for none.
    """

    fixed: Floats
    capacity: Floats
    demand: Floats
    cost: Floats
    max_open: int | None = None
    given: Bools | None = None
