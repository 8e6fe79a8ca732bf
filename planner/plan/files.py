"""Plans on disk: written whole or not at all, read back equal."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Place, Problem
from planner.plan.plan import Plan, from_dict

if TYPE_CHECKING:
    import pandas as pd


def written(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` make a file under a temporary name beside `path`, then rename it.

    Raises
    ------
    InputError
        If the folder is not there or cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise InputError(
            Problem(f"cannot write there: {error.strerror}", place=Place(str(path)), code="file")
        ) from None
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(Problem(f"cannot be written: {error.strerror}", place=Place(str(path)), code="file")) from None
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def to_json(plan: Plan) -> str:
    """Return the text of `plan.json`: one document, keys in order, the same for the same plan."""
    return json.dumps(plan.to_dict(), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def save(plan: Plan, path: str | Path) -> None:
    """Write a plan as JSON.

    Raises
    ------
    InputError
        If the folder is not there or cannot be written to, or the plan is but a part (`Plan.is_part`).
    """
    plan.refuse_part("saved")
    written(Path(path), lambda temporary: _put(temporary, to_json(plan)))


def read(path: str | Path) -> Plan:
    """Read a plan that was saved.

    Raises
    ------
    InputError
        If there is no such file, or it is no plan, or was changed.
    """
    return from_dict(contents(path), str(path))


def contents(path: str | Path) -> Any:
    """Return what a file of JSON holds.

    Raises
    ------
    InputError
        If there is no such file, or it is no JSON.
    """
    place = Place(str(path))
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", place=place, code="file")) from None
    except (ValueError, RecursionError):
        raise InputError(Problem("is no plan: it is not JSON", place=place, code="plan")) from None


def save_tables(plan: Plan, folder: str | Path, kind: str = "csv") -> list[Path]:
    """Write each table of a plan as a CSV or Parquet file in `folder`, which is made if need be.

    Raises
    ------
    InputError
        If the folder cannot be made or written to, or Parquet is asked for without pyarrow.
    """
    return save_frames(plan.tables, folder, kind)


def save_frames(frames: Mapping[str, pd.DataFrame], folder: str | Path, kind: str = "csv") -> list[Path]:
    """Write frames as CSV or Parquet files of their names in `folder`, which is made if need be.

    Raises
    ------
    InputError
        If the folder cannot be made or written to, or Parquet is asked for without pyarrow.
    """
    folder = prepared(folder, kind)
    paths = []
    for name, frame in sorted(frames.items()):
        path = folder / f"{name}.{kind}"
        if kind == "csv":
            written(path, lambda temporary, frame=frame: frame.to_csv(temporary, index=False))  # type: ignore[misc]
        else:
            written(path, lambda temporary, frame=frame: frame.to_parquet(temporary, index=False))  # type: ignore[misc]
        paths.append(path)
    return paths


def prepared(folder: str | Path, kind: str) -> Path:
    """Return the folder of tables of a kind, made if need be; called before long work, what is wrong is told before it.

    Raises
    ------
    InputError
        As `save_frames`.
    """
    if kind == "parquet":
        _need_pyarrow()
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            Problem(f"cannot be a folder: {error.strerror}", place=Place(str(folder)), code="file")
        ) from None
    return folder


def _need_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise InputError("Parquet needs pyarrow: pip install planner[parquet]") from None
