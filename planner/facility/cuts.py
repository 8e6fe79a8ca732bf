"""Benders cuts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner.facility.instance import Floats


@dataclass
class Cuts:
    """The cuts `eta >= constant + slope @ y` found so far."""

    constant: list[float] = field(default_factory=list)
    slope: list[Floats] = field(default_factory=list)

    def add(self, constant: float, slope: Floats) -> None:
        """Remember a cut."""
        self.constant.append(constant)
        self.slope.append(slope)

    def floor(self, y: Floats) -> float:
        """What the cuts say that serving from `y` costs at least."""
        return float((np.asarray(self.constant) + np.asarray(self.slope) @ y).max())
