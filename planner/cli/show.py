"""`planner show`: the scenario as it is after tables, `extends`, overlays and settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.output import STDOUT, Settings, as_json, inputs_of, refuse_overwriting, write_text

if TYPE_CHECKING:
    from planner.cli.origins import Origins


@click.command("show", short_help="Print the resolved scenario.")
@click.argument("file", metavar="FILE")
@options.scenario
@click.option("--origin", is_flag=True, help="Say at each value in which file and line, or table row, it was written.")
@options.output("Write it to this file.")
@options.voice
@click.pass_obj
def show_command(
    settings: Settings,
    file: str,
    overlays: tuple[str, ...],
    sets: tuple[str, ...],
    allow_path: bool,
    origin: bool,
    output: str | None,
) -> int:
    """Print the resolved scenario: what differs from a default, in a fixed order, as YAML."""
    from planner.cli.origins import Origins
    from planner.cli.written import ordered, yaml_text
    from planner.scenario.load import load

    scenario = load(file, overlays, sets, allow_path=allow_path)
    if output and output != STDOUT:
        refuse_overwriting([Path(output)], inputs_of(scenario, (file, *overlays)))
    origins = Origins(scenario)
    if settings.json:
        plain = ordered(scenario.plain)
        document = {"scenario": plain, "hash": scenario.hash}
        text = as_json(document | ({"origin": dict(_flat(plain, origins))} if origin else {}))
    else:
        text = yaml_text(scenario.plain, origins if origin else None)
    write_text(output or STDOUT, text)
    return 0


def _flat(value: Any, origins: Origins, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield the dotted path and the origin of each value."""
    from planner.scenario.tree import dotted

    nested = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
    if nested and value:
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _flat(entry, origins, (*path, key))
    else:
        yield dotted(path), origins(path)
