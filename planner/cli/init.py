"""`planner init`: a small scenario to start from, or one of a network that is there already."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import click

from planner.cli import options
from planner.cli.output import Settings, as_json, complain, put
from planner.errors import InputError, Place, Problem
from planner.scenario.networks import LIMIT, draft_of
from planner.scenario.source import read_text

NAME = "scenario.yaml"


def template() -> str:
    """Return the scenario that `init` writes."""
    return files("planner.cli").joinpath("template.yaml").read_text(encoding="utf-8")


def of_network(file: str) -> tuple[str, list[str]]:
    """Return a scenario that refers to a network file beside it, and which of the file's attributes were read as what.

    Raises
    ------
    InputError
        If it is no network file, or has no links.
    """
    draft = draft_of(Path(file))
    found, attributes = draft.parts(), draft.attributes()
    if not found["links"]:
        raise InputError(
            Problem("this network has no links, so that there is nothing to plan", place=Place(file), code="network")
        )
    name = Path(file).name
    count = f"{len(found['nodes'])} nodes, {len(found['links'])} links and {len(found['traffic'])} demands"
    text = files("planner.cli").joinpath("network.yaml").read_text(encoding="utf-8")
    link = next(iter(found["links"].values()))
    example = EXAMPLE.format(tail=_quoted(link["from"]), head=_quoted(link["to"]))
    text = (
        text.replace("@NAME@", _quoted(Path(file).stem)).replace("@FILE@", _quoted(name)).replace("@COUNT@", count)
        .replace("@ATTRIBUTES@", "".join(f"#   {line}\n" for line in attributes))
        .replace("@TRAFFIC@", OVERLAY if found["traffic"] else example)
    )  # fmt: skip
    return text, attributes


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


OVERLAY = """# The traffic is the file's. What is said here wins, key by key: traffic that may be left behind at a price, say.
# traffic:
#   NAME: {unmet_penalty_per_gb: 0.05, max_latency_ms: 40}
"""

EXAMPLE = """# The file says of no traffic; this is an example, to be replaced. Without a penalty all of it must be carried.
traffic:
  example: {{from: {tail}, to: {head}, gbps: 1, unmet_penalty_per_gb: 0.05}}
  # urgent: {{from: {tail}, to: {head}, gbps: 1, max_latency_ms: 40}}
"""


@click.command("init", short_help="Write a small scenario that solves.")
@click.argument("folder", metavar="DIR")
@click.option(
    "--from", "network", metavar="FILE", help="Make it of a network file: GraphML, GML, SNDlib native or XML."
)
@options.voice
@click.pass_obj
def init_command(settings: Settings, folder: str, network: str | None) -> int:
    """Write a small commented scenario that solves to DIR/scenario.yaml."""
    path = Path(folder) / NAME
    written, attributes = [path], list[str]()
    if network is None:
        _write(path, template())
    else:
        text, attributes = of_network(network)
        _write(path, text)
        beside = Path(folder) / Path(network).name
        if not (beside.exists() and beside.samefile(network)):
            try:
                _write(beside, read_text(network, LIMIT))
            except InputError:
                path.unlink()
                raise
            written.append(beside)
    if settings.json:
        put(as_json({"status": "written", "files": [str(name) for name in written]}))
    elif not settings.quiet:
        put("".join(f"{name}\n" for name in written))
        for line in attributes:
            complain(line)
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
