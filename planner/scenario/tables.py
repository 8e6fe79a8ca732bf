"""Tables by reference: CSV files named in a scenario, found, read as text and checked cell by cell."""

from __future__ import annotations

import csv
import math
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from planner.errors import InputError, Place, Problem
from planner.scenario.suggest import did_you_mean, quoted

LIMIT = 500_000_000
_MOST_PROBLEMS = 50  # a table with the wrong separator is wrong in every row
_MOST_LISTED = 2_000

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[,_' \u00a0\u202f][0-9]{3})+(?:\.[0-9]*)?")


@dataclass(frozen=True)
class Table:
    """A table as text: one dict per row, by column, and the line of the file that each row starts on.

    Tables are cached, so `rows` and `lines` are not to be changed.
    """

    path: Path
    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    lines: list[int]

    @property
    def is_empty(self) -> bool:
        """Whether the table has columns but no rows."""
        return not self.rows

    def place(self, row: int) -> Place:
        """Return the place of the row with this number, counted from 0."""
        return Place(str(self.path), self.lines[row])


def shipped_data() -> Path:
    """Return the folder of the shipped data: in the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "data"
    return installed if installed.is_dir() else package.parent / "data"


def find_table(
    name: str,
    folders: Sequence[Path],
    *,
    allow_path: bool = False,
    place: Place | None = None,
    path: str = "",
    kind: str = "table",
) -> Path:
    """Return the file of the table `name`: in the first of `folders` that has it, else in the shipped data.

    `place` and `path` say where the scenario names the table, `kind` what it is a file of, for messages.

    Raises
    ------
    InputError
        No folder has it, or `name` leads out of the folders and `allow_path` is not set.

    """

    def refuse(message: str) -> InputError:
        return InputError(Problem(message, path, place, "table"))

    if not name.strip() or "\0" in name:
        raise refuse(f"a {kind} is named by its file, such as {'demand.csv' if kind == 'table' else 'abilene.txt'}")
    if os.path.isabs(name) and not allow_path:
        raise refuse(f"{quoted(name)}: absolute paths need --allow-path")
    if os.path.normpath(name).split(os.sep)[0] == os.pardir and not allow_path:
        raise refuse(f"{quoted(name)}: paths out of the folder of the scenario need --allow-path")
    searched = list(dict.fromkeys([*folders, shipped_data()]))
    for folder in searched:
        if os.path.isfile(folder / name):
            return folder / name
    where = ", ".join(str(folder) for folder in searched)
    hint = did_you_mean(name, [option for folder in searched for option in _tables_near(folder, name)])
    raise refuse(f"there is no {kind} {quoted(name)}; looked in {where}{hint}")


def _tables_near(folder: Path, name: str) -> list[str]:
    """Return the files of `folder` that `name` could have meant, as a scenario would write them."""
    inside = os.path.dirname(name)
    try:
        with os.scandir(folder / inside) as entries:
            return sorted(os.path.join(inside, entry.name) for entry in islice(entries, _MOST_LISTED))
    except OSError:
        return []


def read_table(path: str | Path) -> Table:
    """Return the table in a CSV file in UTF-8; lines that start with `#` before the header are comments.

    Header names and cells lose the spaces around them, and blank lines are skipped.

    Raises
    ------
    InputError
        With every problem found: no header, a header name that is empty or given twice, a row of another
        length than the header, bytes that are not UTF-8 text, or a file larger than `LIMIT`.

    """
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        raise _file_problem(path, "there is no such table, or it cannot be read") from None
    if not stat.S_ISREG(status.st_mode):
        raise _file_problem(path, "this is not a file")
    if status.st_size > LIMIT:
        size = f"{status.st_size / 1e6:,.0f} MB, with a limit of {LIMIT / 1e6:,.0f} MB"
        raise _file_problem(path, f"the table is too large: {size}")
    return _read(Path(path), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _read(path: Path, _modified_ns: int, _size_bytes: int) -> Table:
    try:
        with path.open("rb") as file:
            return _parse(path, file)
    except OSError as error:
        raise _file_problem(path, f"the table cannot be read: {(error.strerror or '').lower()}") from None


class _Lines:
    """The lines of a file as text, less the comments before the header; `number` is the last one given."""

    def __init__(self, path: Path, file: BinaryIO):
        self.path = path
        self.file = file
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        in_comments = True
        for data in self.file:
            self.number += 1
            text = self._decode(data.removeprefix(b"\xef\xbb\xbf") if self.number == 1 else data)
            in_comments = in_comments and (text.startswith("#") or not text.strip())
            if not in_comments:
                yield text

    def _decode(self, data: bytes) -> str:
        place = Place(str(self.path), self.number)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} of this line is not UTF-8 text; save the table as UTF-8"
            raise InputError(Problem(message, place=place, code="encoding")) from None
        if "\0" in text:
            message = "this line holds a NUL character; save the table as UTF-8 text"
            raise InputError(Problem(message, place=place, code="encoding"))
        return text


def _parse(path: Path, file: BinaryIO) -> Table:
    lines = _Lines(path, file)
    records = csv.reader(lines, strict=True)
    table: Table | None = None
    problems: list[Problem] = []
    try:
        before = 0
        for cells in records:
            # A quoted cell may span lines; the header comes after comments, which only `lines` counts.
            start = before + 1 if table else lines.number
            before = lines.number
            if table is None:
                table = Table(path, _columns(cells, path, start), [], [])
            elif len(cells) == len(table.columns):
                table.rows.append({c: cell.strip() for c, cell in zip(table.columns, cells, strict=True)})
                table.lines.append(start)
            elif cells:
                message = f"this row has {len(cells)} cells, the header has {len(table.columns)}"
                problems.append(Problem(message, place=Place(str(path), start), code="table"))
    except csv.Error as error:
        place = Place(str(path), lines.number)
        problems.append(Problem(f"this is not CSV: {error}", place=place, code="table"))
    if problems:
        raise InputError(capped(problems))
    if table is None:
        raise _file_problem(path, "the table has no header")
    return table


def _columns(header: list[str], path: Path, line: int) -> tuple[str, ...]:
    names = [name.strip() for name in header]
    messages = [f"column {i} of the header has no name" for i, name in enumerate(names, 1) if not name]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    messages += [f"the column {quoted(name)} is given twice" for name in twice]
    if len(names) == 1 and re.search(r"[;\t|]", names[0]):
        messages.append("the header has one column; columns are separated by commas")
    if messages:
        raise InputError(Problem(message, place=Place(str(path), line), code="table") for message in messages)
    return tuple(names)


def number(cell: str, place: Place, path: str) -> float:
    """Return the finite number that `cell` is; `place` and `path` are those of messages."""
    if _NUMBER.fullmatch(cell):
        value = float(cell)
        if math.isfinite(value):
            return value
        message = f"{quoted(cell)} is too large for a number"
    elif not cell:
        message = "the cell is empty; write a number"
    elif _GROUPED.fullmatch(cell):
        message = f"{quoted(cell)} is not a number; write it without thousands separators"
    else:
        message = f"{quoted(cell)} is not a number"
    raise InputError(Problem(message, path, place, "number"))


def numbers(table: Table, column: str) -> list[float]:
    """Return the numbers of a column in the order of the rows, or raise with all of its bad cells."""
    if column not in table.columns:
        message = f"the table has no column {quoted(column)}{did_you_mean(column, table.columns)}"
        raise InputError(Problem(message, place=Place(str(table.path)), code="table"))
    values: list[float] = []
    problems: list[Problem] = []
    for position, row in enumerate(table.rows):
        try:
            values.append(number(row[column], table.place(position), column))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(capped(problems))
    return values


def capped(problems: list[Problem]) -> list[Problem]:
    """Return the first problems, and one that counts the rest."""
    if len(problems) <= _MOST_PROBLEMS:
        return problems
    shown, first_left_out = problems[:_MOST_PROBLEMS], problems[_MOST_PROBLEMS]
    rest = f"and {len(problems) - _MOST_PROBLEMS:,} more such problems from here on"
    return [*shown, Problem(rest, first_left_out.path, first_left_out.place, first_left_out.code)]


def _file_problem(path: str | Path, message: str) -> InputError:
    return InputError(Problem(message, place=Place(str(path)), code="table"))
