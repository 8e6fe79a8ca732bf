"""`planner init`: a small scenario to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from planner.cli import options
from planner.cli.output import Settings, as_json, complain, put
from planner.errors import InputError, Place, Problem

NAME = "scenario.yaml"


def template() -> str:
    """Return the scenario that `init` writes."""
    return files("planner.cli").joinpath("template.yaml").read_text(encoding="utf-8")


@click.command("init", short_help="Write a small scenario that solves.")
@click.argument("folder", metavar="DIR")
@options.voice
@click.pass_obj
def init_command(settings: Settings, folder: str) -> int:
    """Write a small commented scenario that solves to DIR/scenario.yaml."""
    path = Path(folder) / NAME
    _write(path, template())
    if settings.json:
        put(as_json({"status": "written", "files": [str(path)]}))
    elif not settings.quiet:
        put(f"{path}\n")
        complain(f"next: planner solve {path}")
    return 0


def _write(path: Path, text: str) -> None:
    """Write a new file; one that is there already is left alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        reason = "exists already and is not overwritten" if path.exists() else "its folder is a file"
        raise InputError(Problem(reason, place=Place(str(path)), code="file")) from None
    except OSError as error:
        raise InputError(Problem(f"cannot be written: {error.strerror}", place=Place(str(path)), code="file")) from None
