"""The tables of a plan, each drawn when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from planner.model.arrays import Floats
from planner.plan.frames import MAKERS, Reader
from planner.plan.plan import TABLES
from planner.plan.prices import prices
from planner.resilience import Resilience, losses_table


class Tables(Mapping[str, pd.DataFrame]):
    """The tables of a plan by name.

    Parameters
    ----------
    reader
        Gives the plan's decisions.
    duals
        Gives the prices of the programme's rows, in the user's units; None where there are none.
    unit
        Unit of the objective that they are of.
    resilience
        How losses are borne, where any must be.
    names
        Which tables there are.
    """

    def __init__(
        self, reader: Callable[[], Reader], duals: Callable[[], Floats | None], unit: str, resilience: Resilience | None,
        names: Collection[str] = TABLES,
    ):  # fmt: skip
        self._reader, self._duals, self._unit, self._resilience = reader, duals, unit, resilience
        self._drawn: dict[str, pd.DataFrame | None] = {name: None for name in TABLES if name in names}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table."""
        drawn = self._drawn[name]
        if drawn is None:
            drawn = self._drawn[name] = self._draw(name)
        return drawn

    def __contains__(self, name: object) -> bool:
        """Whether there is such a table."""
        return name in self._drawn

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the tables."""
        return iter(self._drawn)

    def __len__(self) -> int:
        """Return how many tables there are."""
        return len(self._drawn)

    def __repr__(self) -> str:
        """Return the names of the tables."""
        return f"<Tables: {', '.join(self)}>"

    def _draw(self, name: str) -> pd.DataFrame:
        reader = self._reader()
        built = reader.built
        if name == "prices":
            duals = self._duals()
            duals = np.zeros(built.model.programme.size[1]) if duals is None else duals
            return prices(built, duals, reader, self._unit)
        if name == "losses":
            return losses_table(built, reader.x, self._resilience, self._duals())
        return MAKERS[name](reader)
