"""`planner schema`: the JSON Schema of scenario files."""

from __future__ import annotations

import click

from planner.cli import options
from planner.cli.output import Settings, as_json, refuse_overwriting, write_text


@click.command("schema", short_help="Print the JSON Schema of scenarios.")
@options.output("Write it to this file.")
@options.voice
@click.pass_obj
def schema_command(settings: Settings, output: str | None) -> int:
    r"""Print the JSON Schema of scenarios, for editors.

    \b
    Keep it beside your scenarios and name it in their first line:
      planner schema -o scenario.schema.json
      # yaml-language-server: $schema=scenario.schema.json
    """
    from pathlib import Path

    from planner.scenario.schema import json_schema

    if output and output != "-":
        refuse_overwriting([Path(output)], [])
    write_text(output or "-", as_json(json_schema()))
    return 0
