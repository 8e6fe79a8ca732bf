"""Instances of the capacitated facility location problem with the shape of the published classes.

Two classes, both seeded and made here from their published description (no published data inside):

- `ratio`: Cornuejols, Sridharan and Thizy (1991), used by Avella and Boccia (2009), Görtz and Klose (2012) and
  Fischetti, Ljubic and Sinnl (2016). Points uniform in the unit square, demand U[5, 35], capacity U[10, 160] scaled so
  that total capacity / total demand is the wanted ratio, fixed cost U[0, 90] + U[100, 110] sqrt(capacity) (before the
  scaling of the capacity), cost of serving all of a region 10 x distance x demand.
- `beasley`: the shape of Beasley's (1988) large problems capa, capb and capc of the OR-Library. Points uniform in a
  square of side 1000, whole demands with a sum near 58,000 over 1,000 regions, unit cost distance x U[1, 1.25],
  equal large capacities (about 8 to 12 sites hold everything), fixed costs of a few times the allocation's.
  The small problems (cap41 and on: 16, 25 or 50 sites, 50 regions) have the same shape with few regions.
"""

from __future__ import annotations

import numpy as np

from planner.facility.instance import Floats, Instance

Named = tuple[str, Instance]
"""What an instance is called, and the instance."""


def _distance(a: Floats, b: Floats) -> Floats:
    """Euclidean distances between two sets of points in the plane."""
    return np.asarray(np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2)))


def ratio(sites: int, regions: int, r: float, seed: int) -> Named:
    """An instance of Cornuejols, Sridharan and Thizy with total capacity `r` times total demand."""
    rng = np.random.default_rng([seed, sites, regions, int(10 * r)])
    places, points = rng.random((sites, 2)), rng.random((regions, 2))
    demand = rng.uniform(5.0, 35.0, regions)
    capacity = rng.uniform(10.0, 160.0, sites)
    fixed = rng.uniform(0.0, 90.0, sites) + rng.uniform(100.0, 110.0, sites) * np.sqrt(capacity)
    capacity = capacity * (r * demand.sum() / capacity.sum())
    cost = 10.0 * _distance(places, points) * demand
    return f"ratio {sites}x{regions} r={r:g} seed {seed}", Instance(fixed, capacity, demand, cost)


BEASLEY = {
    "a": (8000.0, 10000.0, 12000.0, 14000.0),
    "b": (5000.0, 6000.0, 7000.0, 8000.0),
    "c": (5000.0, 5750.0, 6500.0, 7250.0),
}
BEASLEY_FIXED = {"a": (1.36e6, 2.26e6), "b": (0.6e6, 1.1e6), "c": (0.35e6, 0.75e6)}


def beasley(sites: int, regions: int, letter: str, size: int, seed: int) -> Named:
    """An instance shaped like capa, capb or capc (`letter`), with the `size`-th of its four capacities."""
    rng = np.random.default_rng([seed, sites, regions, ord(letter)])
    places, points = 1000.0 * rng.random((sites, 2)), 1000.0 * rng.random((regions, 2))
    demand = rng.integers(10, 107, regions).astype(float)
    share = regions / 1000.0
    capacity = np.full(sites, round(BEASLEY[letter][size - 1] * share))
    low, high = BEASLEY_FIXED[letter]
    fixed = np.round(rng.uniform(low, high, sites) * share)
    cost = np.round(_distance(places, points) * rng.uniform(1.0, 1.25, (sites, regions)) * demand, 5)
    return f"beasley-{letter}{size} {sites}x{regions} seed {seed}", Instance(fixed, capacity, demand, cost)
