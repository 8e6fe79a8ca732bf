"""A sweep on disk: what it is, and each point as soon as it is done, so that it can go on after any end."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from planner.errors import InputError, Place, Problem
from planner.plan.files import written
from planner.sweeps.work import FAULT, Record

FORMAT = "planner-sweep"
VERSION = 1

MANIFEST, POINTS, PLANS = "sweep.json", "points.jsonl", "plans"
RESULTS = ("points.csv", "tornado.csv")

_DIFFERENT = {
    "scenario_hash": "another scenario",
    "kind": "another kind of sweep",
    "paths": "other inputs",
    "points": "other points",
    "seed": "another seed",
    "outputs": "other outputs",
    "request": "other options of the solver",
    "plans": "plans kept in one and not in the other",
    "versions": "other versions of the planner or its libraries",
}
"""What a folder of another sweep has, by the key of the manifest that tells; the first that differs is said."""


class Folder:
    """The folder of one sweep.

    `sweep.json` says what the sweep is and never changes. `points.jsonl` has a line for each point that is done, in the
    order of their end, each forced to the disk before the next is counted. A plan is renamed into `plans` before the
    line of its point is written, so that a line never lacks its plan.
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any], journal: IO[bytes]):
        self.path = path
        self._manifest = manifest
        self._journal = journal

    def finished(self) -> dict[int, Record]:
        """Return the records of the points that are done, by number."""
        return {number: record for number, record in _records(self.path).items() if self._is_whole(record)}

    def add(self, record: Record, plan: bytes | None) -> None:
        """Keep a point: its plan first, then its line, both on the disk when this returns.

        A point at which the planner failed is not kept: it is tried again when the sweep goes on.

        Raises
        ------
        InputError
            If it cannot be written, such as on a full disk.
        """
        if record["status"] == FAULT:
            return
        try:
            if plan is not None:
                self._write_plan(self.plan_path(record["point"]), zlib.decompress(plan))
            self._journal.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n")
            self._journal.flush()
            os.fsync(self._journal.fileno())
        except OSError as error:
            raise _unusable(self.path / POINTS, f"cannot be written: {error.strerror}") from None

    def plan_path(self, number: int) -> Path:
        """Return where the plan of a point is kept."""
        width = len(str(len(self._manifest["points"]) - 1))
        return self.path / PLANS / f"point-{number:0{width}d}.json"

    def _write_plan(self, path: Path, text: bytes) -> None:
        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())

        written(path, write)

    def _is_whole(self, record: Record) -> bool:
        number = record["point"]
        if not 0 <= number < len(self._manifest["points"]):
            return False
        has_plan = self._manifest["plans"] and record["status"] != "error"
        return not has_plan or self.plan_path(number).is_file()


@contextmanager
def opened(path: Path, manifest: Mapping[str, Any]) -> Iterator[Folder]:
    """Open the folder of a sweep, made if it is not there, for this process alone.

    Raises
    ------
    InputError
        If it holds another sweep or files of these names that are no sweep's, is in use, or cannot be written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _claim(path, manifest)
        if manifest["plans"]:
            (path / PLANS).mkdir(exist_ok=True)
        with (path / POINTS).open("a+b") as journal:
            _lock(journal, path)
            _end_torn_line(journal)
            yield Folder(path, manifest, journal)
    except OSError as error:
        raise _unusable(path, f"cannot be used as the folder of a sweep: {error.strerror}") from None


def _claim(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write what the sweep is, or see that the folder holds this very sweep."""
    file = path / MANIFEST
    content = {"format": FORMAT, "version": VERSION, **json.loads(json.dumps(manifest, allow_nan=False))}
    if not file.exists():
        if there := [name for name in (POINTS, PLANS, *RESULTS) if (path / name).exists()]:
            raise _unusable(path, f"has {there[0]} and no {MANIFEST}, so it is no sweep's; name another folder")
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        written(file, lambda temporary: _put(temporary, text))
        return
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        known = None
    if not isinstance(known, dict) or known.get("format") != FORMAT:
        raise _unusable(file, "is no sweep of this program; name another folder")
    if known.get("version") != VERSION:
        raise _unusable(file, f"has version {known.get('version')!r}; this program reads {VERSION}")
    for key, words in _DIFFERENT.items():
        if known.get(key) != content[key]:
            message = f"holds another sweep, with {words}; name another folder, or take this one away"
            raise _unusable(path, message)


def _put(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _end_torn_line(journal: IO[bytes]) -> None:
    """End the last line where an end of the process tore it: it reads as no record, and the next is whole."""
    if journal.seek(0, os.SEEK_END) == 0:
        return
    journal.seek(-1, os.SEEK_END)
    if journal.read(1) != b"\n":
        journal.write(b"\n")
        journal.flush()


def _lock(journal: IO[bytes], path: Path) -> None:
    """Hold the folder for this process; the lock goes with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock; there two sweeps at once would only do the work twice
        return
    try:
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _unusable(path, "is in use by another sweep that is running") from None


def count_finished(path: Path) -> int:
    """Return how many points the journal of a sweep's folder has."""
    return len(_records(path))


def _records(path: Path) -> dict[int, Record]:
    """Return the records of a journal by number; what is torn is none."""
    file = path / POINTS
    found: dict[int, Record] = {}
    for line in file.read_bytes().split(b"\n") if file.exists() else ():
        record = _read_line(line)
        if record is not None:
            found.setdefault(record["point"], record)
    return found


def _read_line(line: bytes) -> Record | None:
    """Return the record in a line of the journal, None for one that is torn."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or type(record.get("point")) is not int:
        return None
    return record


def _unusable(path: Path, message: str) -> InputError:
    return InputError(Problem(message, place=Place(str(path)), code="folder"))
