"""Benders cuts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from planner.facility.instance import Floats, Ints

RECENT = 1500
"""Number of cuts, the latest ones, by which plans are judged before they are priced."""


@dataclass(frozen=True)
class Cut:
    """The cut `eta >= constant + slope @ y`, with the prices of the regions that it comes from."""

    constant: float
    slope: Floats
    prices: Floats


class Cuts:
    """The cuts that are kept, each under the number it was found as."""

    def __init__(self) -> None:
        """Start without cuts."""
        self.kept: dict[int, Cut] = {}
        self.count = 0

    def add(self, cut: Cut) -> int:
        """Remember a cut; its number."""
        self.kept[self.count] = cut
        self.count += 1
        return self.count - 1

    def keep(self, which: Iterable[int]) -> None:
        """Forget all cuts but these."""
        self.kept = {number: self.kept[number] for number in sorted(which)}

    def latest(self) -> list[Cut]:
        """The cuts by which plans are judged."""
        return list(islice(reversed(self.kept.values()), RECENT))

    def recent(self) -> tuple[Floats, Floats]:
        """Constants and slopes of the latest cuts."""
        last = self.latest()
        return np.asarray([cut.constant for cut in last]), np.asarray([cut.slope for cut in last])

    def mixed(self, which: Ints, weight: Floats) -> Floats:
        """Weighted sum of the prices of some cuts."""
        return np.asarray(weight @ np.asarray([self.kept[number].prices for number in which.tolist()]))
