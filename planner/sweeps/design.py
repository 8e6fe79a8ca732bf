"""Which points a sweep solves: a full grid, one input at a time, or samples of distributions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal

from planner.errors import InputError, Place, Problem
from planner.scenario.plain import plain_of
from planner.whatif.distributions import Distribution, distribution_of

type Kind = Literal["grid", "tornado", "latin-hypercube", "sobol"]
type Changes = dict[str, Any]

METHODS = ("latin-hypercube", "sobol")

MOST_POINTS = 100_000

MOST_IN_TOUR = 2_000

EPSILON = 2.0**-53
"""Quantiles stay so far from 0 and 1, where many distributions have no value."""


@dataclass(frozen=True)
class Design:
    """The points of a sweep.

    Attributes
    ----------
    kind
        grid, tornado, latin-hypercube or sobol.
    paths
        What is varied, in the order that it was given in.
    points
        Changes by path of each point; a point's number is its position, counted from 0.
    order
        Numbers of the points in an order in which neighbours differ little, so that one is a good start for the next.
    seed
        Seed of the samples; None where nothing is drawn.
    """

    kind: Kind
    paths: tuple[str, ...]
    points: tuple[Changes, ...]
    order: tuple[int, ...]
    seed: int | None = None


def grid(values: Mapping[str, Sequence[Any]]) -> Design:
    """Return every combination of the values of each path; the last path varies fastest."""
    lists = {path: _several(path, given) for path, given in values.items()}
    _check_size(math.prod(map(len, lists.values())))
    points = tuple(dict(zip(lists, chosen, strict=True)) for chosen in itertools.product(*lists.values()))
    return Design("grid", tuple(lists), points, _to_and_fro([len(one) for one in lists.values()]))


def tornado(ends: Mapping[str, Sequence[Any]]) -> Design:
    """Return the scenario as it is (point 0), then the low and the high end of each path, all else as it is."""
    points: list[Changes] = [{}]
    for path, given in ends.items():
        pair = _several(path, given)
        if len(pair) != 2:
            raise _wrong(f"a tornado takes two values, LOW,HIGH, not {len(pair)}", path)
        points += [{path: pair[0]}, {path: pair[1]}]
    _check_size(len(points))
    return Design("tornado", tuple(ends), tuple(points), tuple(range(len(points))))


def sampled(
    distributions: Mapping[str, Any], count: int, method: Literal["latin-hypercube", "sobol"], seed: int
) -> Design:
    """Return samples of distributions: stratified (Latin hypercube) or a scrambled Sobol sequence.

    Quantiles come from `scipy.stats.qmc`, one coordinate a path, and values from the inverse of each distribution.
    A list in place of a distribution holds equally likely values.

    Raises
    ------
    InputError
        If a distribution cannot be, or there are too many samples or none.
    """
    read = {path: _read(path, given) for path, given in distributions.items()}
    if method not in METHODS:
        raise InputError(Problem(f"samples are drawn by {' or '.join(METHODS)}, not {method!r}", code="sweep"))
    if not isinstance(count, Integral) or count < 1:
        raise InputError(Problem(f"at least one sample is needed, in a whole number, not {count!r}", code="sweep"))
    if not isinstance(seed, Integral) or seed < 0:
        raise InputError(Problem(f"a seed is a whole number from 0, not {seed!r}", code="sweep"))
    _check_size(count)
    quantiles = _quantiles(len(read), count, method, seed)
    points = tuple(
        {path: _at(one, q) for (path, one), q in zip(read.items(), row, strict=True)} for row in quantiles.tolist()
    )
    return Design(method, tuple(read), points, _tour(quantiles), seed)


def _several(path: str, given: Any) -> list[Any]:
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence) or not given:
        raise _wrong("takes a list of at least one value", path)
    if any(distribution_of(value, Place(f"values of {path!r}")) for value in given):
        raise _wrong("is given a distribution; draw samples of it instead", path)
    return [plain_of(value, Place(f"values of {path!r}")) for value in given]


def _read(path: str, given: Any) -> Distribution | list[Any]:
    found = distribution_of(given, Place(f"distribution of {path!r}"))
    if found is None and isinstance(given, Mapping):
        raise _wrong("is given a mapping that is no distribution; write {uniform: [0.8, 1.2]}", path)
    return found or _several(path, given)


def _at(one: Distribution | list[Any], quantile: float) -> Any:
    return one.at(quantile) if isinstance(one, Distribution) else one[int(quantile * len(one))]


def _quantiles(width: int, count: int, method: str, seed: int) -> Any:
    import warnings

    import numpy as np
    from scipy.stats import qmc

    source = np.random.default_rng(seed)
    if method == "latin-hypercube":
        drawn = qmc.LatinHypercube(width, rng=source).random(count)
    else:
        with warnings.catch_warnings():
            # A number that is no power of 2 loses balance, not correctness; the documentation says so.
            warnings.filterwarnings("ignore", "The balance properties", UserWarning)
            drawn = qmc.Sobol(width, scramble=True, rng=source).random(count)
    return np.clip(drawn, EPSILON, 1 - EPSILON)


def _to_and_fro(lengths: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of a grid's points in an order in which neighbours differ by one step of one path.

    It is the reflected Gray code: each path runs to and fro while those before it stand still.
    """
    order = [0]
    for length in lengths:
        order = [
            number * length + (step if turn % 2 == 0 else length - 1 - step)
            for turn, number in enumerate(order)
            for step in range(length)
        ]
    return tuple(order)


def _tour(quantiles: Any) -> tuple[int, ...]:
    """Return the samples in an order in which neighbours are near each other: always on to the nearest that is left.

    Distances are between quantiles, so that each path counts alike. Of many samples, bands of the first path's quantile
    are toured one after the other, which keeps the work in bounds.
    """
    import numpy as np

    bands = np.array_split(np.argsort(quantiles[:, 0], kind="stable"), -(-len(quantiles) // MOST_IN_TOUR))
    return tuple(number for band in bands for number in _nearest_first(quantiles, band))


def _nearest_first(quantiles: Any, numbers: Any) -> list[int]:
    """Return these samples, beginning with the first, in the order of a greedy tour."""
    left, order, here = numbers, [], numbers[0]
    while len(left):
        order.append(int(here))
        left = left[left != here]
        if len(left):
            here = left[((quantiles[left] - quantiles[here]) ** 2).sum(axis=1).argmin()]
    return order


def _check_size(count: int) -> None:
    if count > MOST_POINTS:
        raise InputError(Problem(f"{count:,} points are too many; a sweep has at most {MOST_POINTS:,}", code="sweep"))


def _wrong(message: str, path: str) -> InputError:
    return InputError(Problem(message, path, code="sweep"))
