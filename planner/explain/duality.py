"""How the prices of a plan add up to its objective: what each input contributes at its price.

At an optimum `c x + constant = y b + d x + constant`, with the duals `y` of the rows, their right-hand sides `b` and the
reduced costs `d = c - A' y` (strong duality). A right-hand side comes from an input: what must be served costs, what
limits saves. Columns with a reduced cost sit at a bound, or are whole and stay where they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.explain.explanation import Asked, Explanation, Question
from planner.explain.reading import Reading, reading_of, solved_again
from planner.model.arrays import Floats
from planner.model.programme import Block
from planner.plan import words
from planner.plan.plan import Plan

SMALL = 1e-9
"""A contribution below this share of the objective is rounding."""

MOST_TOLD = 6
ANYWAY = "paid whatever is decided"

UNKNOWN = "This plan keeps too little for its prices to add up to the objective; --solve solves it again for the rest."

INPUTS = {
    "demand": "workloads.{workload}.demand",
    "supply": "offers.{offer}.supply",
    "supply_year": "offers.{offer}.supply_per_year",
    "supply_together": "supply.{limit}.units",
    "supply_together_year": "supply.{limit}.units_per_year",
    "pool": "offers.{offer}.supply",
    "capacity": "offers.{offer}.work.{workload}",
    "commitment": "offers.{offer}.min_commitment",
    "accumulation": "fleet and orders of {offer}",
    "retirement": "fleet and orders of {offer}",
    "power": "sites.{site}.power_mw",
    "modules": "sites.{site}.modules.{module}.max_count",
    "open_sites": "siting.max_open",
    "link_capacity": "network.links.{link}.capacity_gbps",
    "lighting": "network.links.{link}.modules.{module}.max_count",
    "carriage": "traffic.{traffic}.gbps",
    "trunking": "traffic.{traffic}.gbps",
    "balance": "traffic at {node}",
    "carbon_cap": "carbon.cap_tonnes",
    "carbon_cap_total": "carbon.cap_tonnes_total",
    "budget": "budgets.{budget}.limit",
    "campaign_choice": "campaigns.{campaign}",
    "campaign_option": "campaigns.{campaign}",
    "choose": "campaigns.{campaign}",
    "open": "sites.{site} (open as chosen)",
    "opened": "sites.{site} (open as chosen)",
    "closed": "sites.{site} (open as chosen)",
    "module": "sites.{site}.modules.{module} (as chosen)",
    "port": "enablements.{enablement} (as chosen)",
    "commit": "offers.{offer}.min_commitment (as chosen)",
    "lit": "network.links.{link}.modules.{module} (as chosen)",
    "use": "network.links.{link} (used as chosen)",
    "add": "offers.{offer} (whole devices as chosen)",
    "rent": "offers.{offer} (whole devices as chosen)",
    "replica": "workloads.{workload} (whole replicas as chosen)",
    "assign": "workloads.{workload}.single_source (as chosen)",
    "configure": "workloads.{workload}.one_configuration (as chosen)",
}
"""Where in the scenario the right-hand side of a rule, or the bound of a column, comes from."""

LOST = re.compile(r"loss of .* \((?P<rule>[^()]*)\): ")
"""Name of a block that belongs to a loss that the plan must bear."""


@dataclass(frozen=True)
class Part:
    """What one input contributes to the objective at its price."""

    input: str
    what: str
    amount: float


def parts(reading: Reading) -> list[Part]:
    """Return what adds up to the objective, the largest first; costs that nothing decides come last."""
    found: dict[tuple[str, str], list[float]] = {}
    programme = reading.built.model.programme
    for block in programme.rows.values():
        for name, amount in _by_input(block, reading.y * reading.right):
            found.setdefault((name, f"rule {block.name}"), []).append(amount)
    bound = reading.reduced * at_bounds(reading)
    for block in programme.columns.values():
        for name, amount in _by_input(block, bound):
            found.setdefault((name, f"bounds of {block.name}"), []).append(amount)
    for row in reading.held:
        found.setdefault(("objective", f"held: {row.name}"), []).append(row.dual * row.at_most)
    for item in programme.items:
        if not item.columns.size and reading.objective.name == "cost":
            label = ", ".join(f"{axis} {name}" for axis, name in sorted(item.labels.items()))
            found.setdefault((label or "scenario", f"{item.kind}, {ANYWAY}"), []).append(
                math.fsum(item.discounted.tolist())
            )
    if reading.objective.name != "cost" and reading.objective.constant:
        found["scenario", "constant of the objective"] = [reading.objective.constant]
    sums = [Part(name, what, math.fsum(amounts)) for (name, what), amounts in found.items()]
    return sorted((part for part in sums if part.amount), key=lambda part: (-abs(part.amount), part.input, part.what))


def at_bounds(reading: Reading) -> Floats:
    """Return the point, or where only prices are known the bound that each column with a reduced cost sits at."""
    if reading.x is not None:
        return reading.x
    finished = reading.built.finished
    lower, upper = finished.lower * finished.scale, finished.upper * finished.scale
    # What is within rounding of no reduced cost is in the basis, and its bound does not count.
    steady = 1e-9 * max(1.0, float(np.abs(reading.objective.coefficients).max(initial=0.0)))
    at_upper = (reading.reduced < -steady) & np.isfinite(upper)
    return np.where(at_upper, upper, np.where(np.isfinite(lower), lower, 0.0))


def _by_input(block: Block, values: Floats) -> Iterator[tuple[str, float]]:
    """Yield the input and contribution of each static member of a block that has any."""
    if not block.count:
        return
    each = block.shaped(values).reshape(-1, block.at.shape[-1])
    template = INPUTS.get(block.name, block.name)
    if lost := LOST.match(block.name):
        template = f"survive.{lost['rule'].replace('{', '{{').replace('}', '}}')}"
    for j in np.flatnonzero(np.abs(each).sum(axis=0)):
        labels = dict(zip(block.axes, block.keys[j], strict=True))
        yield template.format(**labels), math.fsum(each[:, j].tolist())


def prices(plan: Plan, asked: Asked) -> Explanation:
    """Explain how the prices add up to the objective."""
    import pandas as pd

    question = Question(plan, asked)
    reading = reading_of(question)
    again = reading is None or (reading.x is None and bool(reading.built.finished.integer.any()))
    if again:  # without the plan's point, the whole numbers are not known, and so not what they are worth
        if not asked.solve:
            return Explanation("prices", (UNKNOWN,))
        reading = solved_again(question)
    assert reading is not None
    found, unit = parts(reading), reading.objective.unit
    whole = math.fsum(part.amount for part in found)
    target = reading.value if reading.x is not None else float(plan.objective or 0.0) * reading.objective.sign
    rest = target - whole
    rows = [(part.input, part.what, part.amount, part.amount / target if target else None) for part in found]
    rows.append(("rounding", "what the solver's tolerance leaves", rest, rest / target if target else None))
    rows.append(("all", f"objective ({reading.objective.name})", target, 1.0))
    table = pd.DataFrame(rows, columns=["input", "through", f"contributes_{unit}", "share_of_objective"])
    return Explanation(
        "prices",
        tuple(_sentences(reading, found, target)),
        {"How the prices add up to the objective": table},
        {"objective": target, "sum": whole, "rounding": rest, "unit": unit, "integers_fixed": reading.integers_fixed},
        solved_again=again,
    )


def _sentences(reading: Reading, found: list[Part], target: float) -> Iterator[str]:
    unit = reading.objective.unit
    needs = [part for part in found if part.amount > SMALL * abs(target)]
    saves = [part for part in found if part.amount < -SMALL * abs(target)]
    worth: dict[str, float] = {}
    for part in saves:
        if not part.what.endswith(ANYWAY):
            worth[part.input] = worth.get(part.input, 0.0) - part.amount
    suffix = ", with the whole numbers as chosen" if reading.integers_fixed else ""
    total = words.money(math.fsum(part.amount for part in needs), unit)
    line = f"At their prices what is required and paid anyway comes to {total}"
    if saves:
        less = words.money(-math.fsum(part.amount for part in saves), unit)
        line += f", and what is scarce takes {less} off it"
    yield f"{line}: together {words.money(target, unit)}, the {reading.objective.name}{suffix}."
    for name, amount in sorted(worth.items(), key=lambda pair: -pair[1])[:MOST_TOLD]:
        saved = f"so much of the {reading.objective.name} it saves at its price{suffix}"
        yield f"{name} is worth {words.money(amount, unit)} to the plan: {saved}."
