"""Two plans compared: `planner.diff`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.compare.causes import Split, split
from planner.compare.inputs import Change, changes, counts
from planner.compare.moved import Amount, Move, moved_regions, moves
from planner.errors import PlannerError
from planner.plan.files import read
from planner.plan.plan import Plan
from planner.planning import Request, solve
from planner.scenario.load import Scenario, load
from planner.whatif.hot import Hot

type Source = Plan | Scenario | str | Path | Mapping[str, Any]

SAME = 1e-9
"""Objectives are the same if they differ by no more than this share of the larger one."""


@dataclass(frozen=True)
class Comparison:
    """Two plans side by side.

    Attributes
    ----------
    before, after
        The plans.
    changes
        Every input that differs, by path.
    moved
        What moved, by what it is an amount of, the largest moves first.
    regions
        Workloads and regions that are served in both plans, but not from the same sites in the same shares.
    split
        The difference of the objectives by cause; None where it was not asked for, one of the plans has none, they have
        different objectives, or nothing that counts was changed.
    left_over
        What the causes do not explain of the difference between the two plans as they are: what a solver's gap, or a
        change of the planner itself, makes.
    """

    before: Plan
    after: Plan
    changes: tuple[Change, ...]
    moved: dict[Amount, tuple[Move, ...]]
    regions: tuple[tuple[str, str], ...] = ()
    split: Split | None = None
    left_over: float = 0.0

    def __repr__(self) -> str:
        """Return the comparison in a line; `print` tells it."""
        return f"<Comparison: {len(self.changes)} inputs changed, objective by {self.by}>"

    def __str__(self) -> str:
        """Return the verdict in sentences."""
        from planner.compare.told import told

        return "\n".join(told(self)[0].lines)

    @property
    def differ(self) -> bool:
        """Whether the inputs, the status, the objective or any amount differ."""
        return bool(self.changes or self.moved or self.regions or self.before.status != self.after.status or self.by)

    @property
    def by(self) -> float | None:
        """How much more the objective is; None where one of the plans has none, or they have different objectives."""
        if (
            self.before.objective is None
            or self.after.objective is None
            or not _same_objective(self.before, self.after)
        ):
            return None
        by = self.after.objective - self.before.objective
        return 0.0 if abs(by) <= SAME * max(abs(self.before.objective), abs(self.after.objective)) else by

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return {
            "differ": self.differ,
            "objective_by": self.by,
            "objective_unit": self.after.objective_unit,
            "plans": [_figures(plan) for plan in (self.before, self.after)],
            "changes": [
                {"path": c.name, "sign": c.sign, "before": c.before, "after": c.after} for c in self.changes
            ],
            "moved": [
                {"what": amount.title, "unit": amount.unit, "by": amount.by, "of": m.of, "sign": m.sign,
                 "before": m.before, "after": m.after, "change": m.by}
                for amount, those in self.moved.items() for m in those
            ],
            "regions_moved": [{"workload": workload, "region": region} for workload, region in self.regions],
            "causes": None if self.split is None else {
                "how": self.split.how, "solves": self.split.solves, "left_over": self.left_over,
                "parts": [
                    {"paths": [c.name for c in cause.changes], "amount": cause.amount} for cause in self.split.causes
                ],
            },
        }  # fmt: skip


def _figures(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.scenario.get("name"), "status": plan.status, "objective": plan.objective,
        "served_fraction": plan.served_fraction, "earliest": plan.earliest, "scenario_hash": plan.scenario_hash,
    }  # fmt: skip


def _same_objective(before: Plan, after: Plan) -> bool:
    return (before.objective_name, before.objective_unit) == (after.objective_name, after.objective_unit)


def diff(before: Source, after: Source, request: Request | None = None, *, causes: bool = True) -> Comparison:
    """Compare two plans or scenarios.

    Parameters
    ----------
    before, after
        Plans, scenarios, or files of either; a scenario is solved first.
    request
        How to solve.
    causes
        Whether to split the difference of the objectives among the changed inputs, which takes solving their mixtures.

    Raises
    ------
    InputError
        If a file is neither, or a scenario is wrong.
    """
    request = request or Request()
    old, new = (_plan(source, request) for source in (before, after))
    differing = changes(old.scenario, new.scenario)
    compared = Comparison(old, new, tuple(differing), moves(old, new), moved_regions(old, new))
    some = [change for change in differing if counts(change)]
    if not causes or not some or compared.by is None:
        return compared
    found = split(old.scenario, some, _Value(request))
    if found is None:
        return compared
    return replace(compared, split=found, left_over=compared.by - sum(cause.amount for cause in found.causes))


def _plan(source: Source, request: Request) -> Plan:
    if isinstance(source, Plan):
        source.refuse_part("compared")
        return source
    if isinstance(source, str | Path) and Path(source).suffix == ".json":
        return read(source)
    return _uninterrupted(solve(source if isinstance(source, Scenario) else load(source), request))


def _uninterrupted(plan: Plan) -> Plan:
    """Return a plan that was solved to its end; Ctrl-C, which a solve survives with what it has, is raised again."""
    if "interrupted" in plan.reason:
        raise KeyboardInterrupt
    return plan


class _Value:
    """The optimum of a scenario, each from where the one before it ended."""

    def __init__(self, request: Request):
        self._hot = Hot()
        self._request = replace(request, runner=self._hot, only=frozenset(), break_ties=False)

    def __call__(self, plain: Mapping[str, Any]) -> float | None:
        self._hot.begin()
        try:
            plan = _uninterrupted(solve(load(plain), self._request))
        except PlannerError:
            return None  # one change may ask for another, such as an offer for its device
        return plan.objective if plan.status == "optimal" else None
