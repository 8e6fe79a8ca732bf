"""A summary drawn for a terminal, or plainly for a pipe."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from collections.abc import Iterable

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from planner.plan.sections import Section, Table
from planner.plan.summary import Summary
from planner.plan.verdict import Card

PIPED_WIDTH = 120
WIDEST = 120
NARROWEST = 60
"""Below this, tables would break within a figure; the terminal then breaks the lines."""

CARD_WIDTH = 22
MOODS = {"good": "green", "short": "yellow", "bad": "red"}
COLUMN_STYLES = {"unmet": "red", "served %": "bold"}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def drawn(summary: Summary, *, terminal: bool | None = None, width: int | None = None) -> str:
    """Return a summary as text: with colour and rules for a terminal, plain for a pipe."""
    is_terminal = _is_terminal() if terminal is None else terminal
    console = _console(is_terminal, width or _width(is_terminal))
    if is_terminal:
        _draw(console, summary)
    else:
        _write(console, summary)
    return _drawn(console)


def drawn_sections(sections: Iterable[Section], *, terminal: bool | None = None, width: int | None = None) -> str:
    """Return sections as text, as they are in a summary."""
    is_terminal = _is_terminal() if terminal is None else terminal
    console = _console(is_terminal, width or _width(is_terminal))
    (_draw_sections if is_terminal else _write_sections)(console, sections)
    return _drawn(console).lstrip("\n")


def _drawn(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _width(terminal: bool) -> int:
    columns = os.environ.get("COLUMNS", "")
    if not terminal:
        return max(NARROWEST, int(columns)) if columns.isdigit() else PIPED_WIDTH
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))


def _console(terminal: bool, width: int) -> Console:
    plain = not terminal or "NO_COLOR" in os.environ
    return Console(
        file=io.StringIO(), force_terminal=terminal, no_color=plain, width=width, markup=False, highlight=False,
        emoji=False, legacy_windows=False, color_system="auto" if terminal else None,
    )  # fmt: skip


def clean(text: str) -> str:
    """Return text without what would move the cursor or ring the bell: names come from files of others."""
    return _CONTROL.sub(" ", text)


def _draw(console: Console, summary: Summary) -> None:
    console.print()
    console.print(_barred(Text(clean(summary.verdict), style="bold"), MOODS[summary.mood]))
    if summary.description:
        console.print(_barred(Text(clean(summary.description), style="dim"), MOODS[summary.mood]))
    if summary.cards:
        console.print()
        console.print(_cards(summary.cards, console.width))
    _draw_sections(console, summary.sections)


def _draw_sections(console: Console, sections: Iterable[Section]) -> None:
    for section in sections:
        console.print()
        console.print(Text(clean(section.title), style="bold cyan"))
        for line in section.lines:
            console.print(_bullet(clean(line)))
        if section.table is not None:
            console.print(_table(section.table, box.SIMPLE_HEAD))
        if section.tail:
            console.print(Padding(Text(section.tail, style="dim"), (0, 0, 0, 2)))


def _barred(text: Text, colour: str) -> RenderableType:
    """Return text with a coloured bar at its left, however many lines it takes."""
    grid = Grid(box=None, show_header=False, padding=0, expand=True)
    grid.add_column(width=2)
    grid.add_column(ratio=1)
    grid.add_row(Text("\u258c", style=colour), text)
    return grid


def _cards(cards: Iterable[Card], width: int) -> RenderableType:
    listed = list(cards)
    columns = max(1, min(len(listed), width // CARD_WIDTH))
    grid = Grid(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for _ in range(columns):
        grid.add_column(max_width=width // columns, overflow="fold")
    for start in range(0, len(listed), columns):
        row = listed[start : start + columns]
        if start:
            grid.add_row()
        grid.add_row(*(Text(clean(card.name), style="dim") for card in row))
        grid.add_row(*(Text(clean(card.value), style="bold") for card in row))
        grid.add_row(*(Text(clean(card.note), style="dim") for card in row))
    return Padding(grid, (0, 0, 0, 2))


def _bullet(line: str) -> RenderableType:
    grid = Grid(box=None, show_header=False, padding=0, expand=True)
    grid.add_column(width=4)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text("  \u2022 "), Text(line))
    return grid


def _table(table: Table, lines: box.Box | None) -> RenderableType:
    grid = Grid(box=lines, pad_edge=lines is not None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for column in table.columns:
        style = COLUMN_STYLES.get(column.name, "")
        grid.add_column(clean(column.name), justify="right" if column.right else "left", style=style, overflow="fold")
    for i, row in enumerate(table.rows):
        is_total = row[0] == "all" and i == len(table.rows) - 1
        grid.add_row(*(Text(clean(cell)) for cell in row), style="bold" if is_total else "")
    return Padding(grid, (0, 0, 0, 1 if lines is not None else 2))


def _write(console: Console, summary: Summary) -> None:
    """Write a summary plainly: one line per sentence, whatever its length, and tables in columns."""
    lines = [summary.verdict, *([summary.description] if summary.description else [])]
    if summary.cards:
        lines.append("")
        lines += [f"  {card.name}: {card.value}{f' ({card.note})' if card.note else ''}" for card in summary.cards]
    _put(console, lines)
    _write_sections(console, summary.sections)


def _write_sections(console: Console, sections: Iterable[Section]) -> None:
    for section in sections:
        _put(console, ["", section.title, *(f"  {line}" for line in section.lines)])
        if section.table is not None:
            console.print(_table(section.table, None))
        if section.tail:
            _put(console, [f"  {section.tail}"])


def _put(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(Text(clean(line)), soft_wrap=True)


__all__ = ["Section", "clean", "drawn", "drawn_sections"]
