"""What moved between two plans: amounts of the tables, added up by the things that they are of."""

from __future__ import annotations

from dataclasses import dataclass

from planner.plan.plan import Plan

SAME = 1e-6
"""An amount has not moved if it differs by no more than this share of the larger one."""


@dataclass(frozen=True)
class Amount:
    """What is compared: a column of a table, added up (or its greatest value) by a label."""

    title: str
    table: str
    by: str
    column: str
    unit: str
    how: str = "sum"


def amounts(currency: str) -> tuple[Amount, ...]:
    """Return what is compared of two plans in a currency."""
    return (
        Amount("Cost by kind", "cost", "kind", f"discounted_{currency}", f"{currency}, net present value"),
        Amount("Devices that arrive", "additions", "device", "devices", "devices"),
        Amount("Fleet, at its largest", "fleet", "device", "devices", "devices", "peak"),
        Amount("Work served", "demand", "workload", "served_units", "units"),
        Amount("Work left unmet", "demand", "workload", "unmet_units", "units"),
        Amount("Sites open", "sites", "site", "open", "periods"),
        Amount("Power drawn, at its most", "power", "site", "power_mw", "MW", "peak"),
        Amount("Blocks lit", "lit", "link", "blocks", "blocks"),
        Amount("Carbon", "carbon", "site", "carbon_t", "tCO2e"),
    )


@dataclass(frozen=True)
class Move:
    """An amount that moved, in the first plan and in the second; None where it is not there."""

    of: str
    before: float | None
    after: float | None

    @property
    def sign(self) -> str:
        """+ for what is new, - for what is gone, ~ for what has another amount."""
        return "+" if not self.before else "-" if not self.after else "~"

    @property
    def by(self) -> float:
        """How much more there is."""
        return (self.after or 0.0) - (self.before or 0.0)


def moves(before: Plan, after: Plan) -> dict[Amount, tuple[Move, ...]]:
    """Return what moved between two plans, the largest moves first; nothing where one has no numbers."""
    found: dict[Amount, tuple[Move, ...]] = {}
    if not (before.has_plan and after.has_plan):
        return found
    for amount in amounts(before.currency):
        if amount.table == "cost" and before.currency != after.currency:
            continue
        old, new = _totals(before, amount), _totals(after, amount)
        all_of_it = [Move(of, old.get(of), new.get(of)) for of in sorted({*old, *new})]
        moved = [one for one in all_of_it if abs(one.by) > SAME * max(abs(one.before or 0.0), abs(one.after or 0.0))]
        if moved:
            found[amount] = tuple(sorted(moved, key=lambda one: (-abs(one.by), one.of)))
    return found


def moved_regions(before: Plan, after: Plan) -> tuple[tuple[str, str], ...]:
    """Return the workloads and regions served in both plans, but not from the same sites in the same shares."""
    old, new = (_sources(plan) for plan in (before, after))
    return tuple(
        key for key in sorted({*old} & {*new})
        if any(abs(old[key].get(site, 0.0) - new[key].get(site, 0.0)) > SAME for site in {*old[key], *new[key]})
    )  # fmt: skip


def _sources(plan: Plan) -> dict[tuple[str, str], dict[str, float]]:
    """Return the share of each region's work that is done at each site, by workload and region."""
    if not plan.has_plan or plan.served.empty:
        return {}
    found: dict[tuple[str, str], dict[str, float]] = {}
    for (workload, region), group in plan.served.groupby(["workload", "region"]):
        units = group.groupby("site")["served_units"].sum()
        shares = (units / units.sum()).to_dict()
        found[str(workload), str(region)] = {str(site): float(share) for site, share in shares.items()}
    return found


def _totals(plan: Plan, amount: Amount) -> dict[str, float]:
    frame = plan.tables.get(amount.table)
    if frame is None or frame.empty or amount.column not in frame.columns:
        return {}
    if amount.how == "peak":
        totals = frame.groupby(["period", amount.by])[amount.column].sum().groupby(level=1).max()
    else:
        totals = frame.groupby(amount.by)[amount.column].sum()
    return {str(of): float(value) for of, value in totals.items() if value}
