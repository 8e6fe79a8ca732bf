"""Chains of factors worked out, with every intermediate result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.errors import InputError, Problem
from planner.inputs.time import Time
from planner.model.arrays import Floats
from planner.scenario.check import operands
from planner.scenario.demand import Chain, ChainValue, Operand, Step, SumOf
from planner.scenario.schema import Document


@dataclass(frozen=True)
class StepResult:
    """One step of a chain: its factor and the result after it, both by period, shape (T,)."""

    chain: str
    step: str
    operation: str
    factor: Floats
    result: Floats
    unit: str
    source: str


class Chains:
    """The chains of a scenario, each worked out when it is first asked for."""

    def __init__(self, doc: Document, time: Time):
        self._chains = doc.chains
        self._time = time
        self._done: dict[str, list[StepResult]] = {}

    def steps(self, name: str) -> list[StepResult]:
        """Return the steps of a chain with their results.

        Raises
        ------
        InputError
            If a step divides by zero, or a result is no finite number.
        """
        if name not in self._done:
            self._done[name] = self._worked(name, self._chains[name])
        return self._done[name]

    def all(self) -> dict[str, list[StepResult]]:
        """Return every chain's steps, by name."""
        return {name: self.steps(name) for name in sorted(self._chains)}

    def result(self, name: str, step: str | None = None) -> Floats:
        """Return the result of a chain, or of one of its steps, by period, shape (T,)."""
        steps = self.steps(name)
        return steps[-1].result if step is None else next(s.result for s in steps if s.step == step)

    def value(self, operand: Operand) -> Floats:
        """Return an operand by period, shape (T,)."""
        if isinstance(operand, ChainValue):
            return self.result(operand.chain, operand.step)
        if isinstance(operand, SumOf):
            return np.sum([self.value(term) for term in operand.sum], axis=0)
        return self._time.series(operand)

    def _worked(self, name: str, chain: Chain) -> list[StepResult]:
        results: list[StepResult] = []
        current: Any = None
        for step in chain.steps:
            operation, operand = next(operands(step))
            factor = self.value(operand)
            current = _applied(name, step, operation, current, factor)
            results.append(StepResult(name, step.name, operation, factor, current, step.unit or "", step.source or ""))
        return results


def chains_of(doc: Document, time: Time) -> Chains:
    """Return the chains of a scenario, all worked out.

    Raises
    ------
    InputError
        As `Chains.steps`.
    """
    chains = Chains(doc, time)
    chains.all()
    return chains


_OPERATIONS = {"times": np.multiply, "divide": np.divide, "plus": np.add, "minus": np.subtract}


def _applied(name: str, step: Step, operation: str, current: Any, factor: Floats) -> Floats:
    with np.errstate(all="ignore"):
        result: Floats = factor if operation == "value" else _OPERATIONS[operation](current, factor)
    if not np.isfinite(result).all():
        reason = "divides by 0" if operation == "divide" else "has no finite result"
        raise InputError(Problem(f"step {step.name!r} {reason}", f"chains.{name}", code="chain"))
    return result
