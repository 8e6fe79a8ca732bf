"""Checks of what a scenario expects: tables, columns and labels that a plan can have, and words that go together."""

from __future__ import annotations

from collections.abc import Iterator

from planner.scenario.check import Fault, KeyPath, braces, unknown_names
from planner.scenario.expect import Cell, Expect
from planner.scenario.horizon import Calendar
from planner.scenario.plan_tables import TEXTS, labels, numbers
from planner.scenario.schema import Document


def check_expect(doc: Document, cal: Calendar) -> list[Fault]:
    """Return every fault of what a scenario expects."""
    return [] if doc.expect is None else [*_together(doc.expect), *_chains(doc), *_tables(doc, cal)]


def _together(expect: Expect) -> Iterator[Fault]:
    """A plan that is not there has no figures, and one that is there has no conflict."""
    if expect.conflict is not None and expect.status != "infeasible":
        yield Fault(("expect", "conflict"), "goes with status: infeasible", "together")
    if expect.status in ("infeasible", "unbounded"):
        for key in ("objective", "served_fraction", "chains", "tables"):
            if getattr(expect, key) not in (None, {}):
                yield Fault(("expect", key), f"a plan that is {expect.status} has no figures", "together")


def _chains(doc: Document) -> Iterator[Fault]:
    for key in doc.expect.chains if doc.expect else ():
        chain, _, step = key.partition("/")
        path: KeyPath = ("expect", "chains", key)
        if chain not in doc.chains:
            yield from unknown_names(path, (chain,), doc.chains, "there is no chain {}")
        elif step:
            of = braces(chain)
            yield from unknown_names(
                path, (step,), [s.name for s in doc.chains[chain].steps], f"chain {of} has no step {{}}"
            )


def _tables(doc: Document, cal: Calendar) -> Iterator[Fault]:
    tables = doc.expect.tables if doc.expect else {}
    yield from unknown_names(("expect", "tables"), tables, TEXTS, "a plan has no table {}")
    for table in tables.keys() & TEXTS:
        for i, cell in enumerate(tables[table]):
            yield from _cell(doc, cal, table, ("expect", "tables", table, i), cell)


def _cell(doc: Document, cal: Calendar, table: str, path: KeyPath, cell: Cell) -> Iterator[Fault]:
    columns = numbers(table, doc.money.currency)
    if cell.aggregate == "count":
        if cell.column is not None:
            yield Fault((*path, "column"), "rows are counted, whatever a column holds; leave it out", "together")
    elif cell.column is None:
        yield Fault(path, f"needs the key 'column', one of {', '.join(columns)}; or aggregate: count", "missing")
    elif cell.column in TEXTS[table]:
        yield Fault((*path, "column"), f"{cell.column!r} holds text; name it in `where`, or use aggregate: count")
    else:
        yield from unknown_names((*path, "column"), (cell.column,), columns, f"the table {table} has no column {{}}")
    yield from unknown_names(
        (*path, "where"), cell.where, TEXTS[table], f"the table {table} has no column of text {{}}"
    )
    for column, wanted in cell.where.items():
        options = labels(table, column, doc, cal) if column in TEXTS[table] else None
        if options is not None:
            names = wanted if isinstance(wanted, list) else (wanted,)
            yield from unknown_names((*path, "where", column), names, options, f"no row can have the {column} {{}}")
