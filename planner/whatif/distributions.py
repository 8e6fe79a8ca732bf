"""Distributions as values of a change: `{uniform: [0.8, 1.2]}`, absolute or relative, to be sampled."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.suggest import did_you_mean
from planner.whatif.relative import Relative, relative_of

PARAMETERS = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "standard deviation"),
    "lognormal": ("median", "sigma"),
}
"""Parameters of each distribution, in order; `sigma` is the standard deviation of the logarithm."""


@dataclass(frozen=True)
class Distribution:
    """A value that is not known: a distribution of it.

    Attributes
    ----------
    kind
        One of `PARAMETERS`.
    parameters
        Its numbers, in the order of `PARAMETERS`.
    operator
        `*`, `/`, `+` or `-` where it is a distribution of a relative change; "" where of the value itself.
    """

    kind: str
    parameters: tuple[float, ...]
    operator: str = ""

    def at(self, quantile: float) -> float | str:
        """Return the value that is not exceeded with probability `quantile`: a number, or text such as `*1.07`.

        With `quantile` uniform between 0 and 1 these are samples (inverse transform). 0 and 1 give the ends of a
        distribution that has ends, and are refused of one that has none.
        """
        if not 0 <= quantile <= 1:
            raise ValueError(f"a quantile is between 0 and 1, not {quantile}")
        value = float(self._inverse(quantile))
        if not math.isfinite(value):
            raise ValueError(f"a {self.kind} distribution has no value at the quantile {quantile:g}")
        return f"{self.operator}{value!r}" if self.operator else value

    @cached_property
    def _inverse(self) -> Callable[[float], float]:
        """The inverse of the distribution function, from scipy.stats."""
        from scipy import stats

        numbers = self.parameters
        if self.kind == "uniform":
            low, high = numbers
            found = stats.uniform(low, high - low)
        elif self.kind == "triangular":
            low, mode, high = numbers
            found = stats.triang((mode - low) / (high - low), low, high - low)
        elif self.kind == "normal":
            found = stats.norm(*numbers)
        else:
            median, sigma = numbers
            found = stats.lognorm(sigma, scale=median)
        inverse: Callable[[float], float] = found.ppf
        return inverse


def distribution_of(value: Any, place: Place | None = None) -> Distribution | None:
    """Return the distribution that a value such as `{uniform: ["*0.8", "*1.2"]}` stands for; None where it is none.

    Raises
    ------
    InputError
        If it is a distribution with parameters that it cannot have.
    """
    if isinstance(value, Distribution):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((kind, given),) = value.items()
    if kind not in PARAMETERS:
        if isinstance(kind, str) and isinstance(given, list | tuple) and did_you_mean(kind, PARAMETERS):
            raise _wrong(f"there is no distribution {kind!r}{did_you_mean(kind, PARAMETERS)}", place)
        return None
    names = PARAMETERS[kind]
    if not isinstance(given, list | tuple) or len(given) != len(names):
        raise _wrong(f"a {kind} distribution takes a list of {len(names)} numbers: {', '.join(names)}", place)
    parts = [_parameter(one, kind, place) for one in given]
    operators = {part.operator for part in parts}
    if len(operators) > 1:
        raise _wrong(f"the numbers of a {kind} distribution are all relative in the same way, or none is", place)
    found = Distribution(kind, tuple(part.amount for part in parts), operators.pop())
    if fault := _fault(found):
        raise _wrong(f"a {kind} distribution needs {fault}", place)
    return found


def _parameter(value: Any, kind: str, place: Place | None) -> Relative:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return Relative("", float(value))
    found = relative_of(value)
    if found is None:
        raise _wrong(
            f"a parameter of a {kind} distribution is a number or relative, such as '*1.1', not {value!r}", place
        )
    return found


def _fault(distribution: Distribution) -> str:
    """Return what the parameters must be and are not, "" where nothing is wrong."""
    numbers = distribution.parameters
    if distribution.kind == "uniform" and not numbers[0] < numbers[1]:
        return "a low below its high"
    if distribution.kind == "triangular" and not (numbers[0] <= numbers[1] <= numbers[2] and numbers[0] < numbers[2]):
        return "a low below its high and a mode between them"
    if distribution.kind == "normal" and not numbers[1] > 0:
        return "a standard deviation above 0"
    if distribution.kind == "lognormal" and not (numbers[0] > 0 and numbers[1] > 0):
        return "a median and a sigma above 0"
    return ""


def _wrong(message: str, place: Place | None) -> InputError:
    return InputError(Problem(message, place=place, code="distribution"))
