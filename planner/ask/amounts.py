"""A plan in a few amounts, so that two plans can be told apart: what is had through each offer, what is done where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.model.arrays import Floats
from planner.model.build import Built
from planner.model.programme import Block
from planner.plan import words
from planner.plan.sections import Column, Section, section

CHANGED = 1e-6
"""A change below this share of the larger amount is none."""


@dataclass(frozen=True)
class Amount:
    """How much of something a plan has.

    Attributes
    ----------
    kind
        offer, unmet, site, open, module, campaign, link.
    name
        What it is of.
    unit
        Its unit.
    value
        The amount, over the whole horizon.
    """

    kind: str
    name: str
    unit: str
    value: float


def amounts(built: Built, x: Floats) -> tuple[Amount, ...]:
    """Return the amounts of a plan; `x` is in the programme's units."""
    values = np.where(np.abs(x) <= 1e-9, 0.0, x) * built.finished.scale
    return tuple(_amounts(built, values))


def _amounts(built: Built, x: Floats) -> Iterator[Amount]:
    model = built.model
    inputs = model.inputs
    hours, doc = inputs.time.hours, inputs.doc
    work = {w: spec.unit + (f" of {w}" if len(doc.workloads) > 1 else "") for w, spec in doc.workloads.items()}
    arriving = _summed(model.add, x, np.ones(model.T)[:, None])
    rented = _summed(model.rent, x, (hours / hours.sum())[:, :, None])
    done = _summed(model.work, x, hours[:, :, None])
    for found, block, unit in ((arriving, model.add, "bought"), (rented, model.rent, "rented")):
        for name in sorted({key[1] for key in block.keys}):
            device = doc.offers[name].device or "device"
            verb = unit if unit == "rented" or doc.offers[name].kind == "buy" else f"{doc.offers[name].kind}d"
            what = f"{device} {verb}" + (" on average" if unit == "rented" else "")
            if any(block.at[..., j].max(initial=-1) >= 0 for j, key in enumerate(block.keys) if key[1] == name):
                yield Amount("offer", name, what, _of(found, block, 1, name))
    for offer, site, workload in model.work.keys:
        at = model.work.keys.index((offer, site, workload))
        yield Amount("offer", f"{offer} at {site}", work[workload], float(done[at]))
    unmet = _summed(model.unmet, x, hours[:, :, None])
    for name in sorted({key[0] for key in model.unmet.keys}):
        yield Amount("unmet", name, f"{doc.workloads[name].unit} unmet", _of(unmet, model.unmet, 0, name))
    served = _summed(model.serve, x, hours[:, :, None])
    for workload, site in sorted({(key[0], key[2]) for key in model.serve.keys}):
        value = sum(float(served[j]) for j, key in enumerate(model.serve.keys) if (key[0], key[2]) == (workload, site))
        yield Amount("site", site, f"{work[workload]} served", value)
    each = np.ones(model.T)[:, None]
    for kind, block, unit in (
        ("open", model.open, "periods open"),
        ("module", model.module, "modules"),
        ("link", model.lit, "blocks lit"),
    ):
        for key, value in zip(block.keys, _summed(block, x, each), strict=True):
            yield Amount(kind, " ".join(key), unit, float(value))
    for key, value in zip(model.choose.keys, _summed(model.choose, x, np.ones(1)[:, None]), strict=True):
        yield Amount("campaign", " ".join(key), "chosen", float(value))


def _summed(block: Block, x: Floats, weights: Floats) -> Floats:
    """Return the weighted sum over time of each member of a block's static part."""
    shaped = block.shaped(x) * weights
    return np.asarray(shaped.sum(axis=tuple(range(shaped.ndim - 1))))


def _of(values: Floats, block: Block, axis: int, name: str) -> float:
    return float(sum(values[j] for j, key in enumerate(block.keys) if key[axis] == name))


@dataclass(frozen=True)
class Change:
    """An amount on both sides of a place where the plan changes."""

    kind: str
    name: str
    unit: str
    before: float
    after: float

    @property
    def by(self) -> float:
        """What it changes by."""
        return self.after - self.before


def changes(before: tuple[Amount, ...], after: tuple[Amount, ...]) -> tuple[Change, ...]:
    """Return the amounts that differ: offers first, the largest changes of a kind first."""
    there = {(a.kind, a.name, a.unit): a.value for a in after}
    scale: dict[str, float] = {}
    for a in (*before, *after):
        scale[a.unit] = max(scale.get(a.unit, 0.0), abs(a.value))
    found = [Change(a.kind, a.name, a.unit, a.value, there.get((a.kind, a.name, a.unit), 0.0)) for a in before]
    found = [c for c in found if abs(c.by) > CHANGED * max(abs(c.before), abs(c.after), 1e-3 * scale[c.unit])]
    order = {"offer": 0, "unmet": 1}
    return tuple(sorted(found, key=lambda c: (order.get(c.kind, 2), c.kind, -abs(c.by), c.name)))


def change_table(title: str, found: tuple[Change, ...], before: str, after: str) -> list[Section]:
    """Return the section that shows what changes."""
    columns = (
        Column("what"), Column(before, right=True), Column(after, right=True), Column("change", right=True), Column("unit"),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = [
        (
            c.name,
            words.number(c.before),
            words.number(c.after),
            f"{'+' if c.by > 0 else ''}{words.number(c.by)}",
            c.unit,
        )
        for c in found
    ]
    return [section(title, columns, rows)] if rows else []
