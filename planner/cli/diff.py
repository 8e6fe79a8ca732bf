"""`planner diff`: two plans or scenarios, what was changed, what moved, and which change costs how much."""

from __future__ import annotations

from typing import Any

import click

from planner.cli import options
from planner.cli.output import STDOUT, Settings, as_json, complain, put
from planner.errors import InputError

DIFFERENT = 1
MOST_ROWS, ALL_ROWS = 12, 1_000_000


@click.command("diff", short_help="Compare two plans or scenarios: what moved, and which change costs how much.")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where anything differs.")
@click.option(
    "--no-causes", is_flag=True, help="Do not split the cost among the changes, which takes solving mixtures."
)
@click.option("--all", "whole", is_flag=True, help="Show every row.")
@options.solving
@options.voice
@click.pass_obj
def diff_command(settings: Settings, /, before: str, after: str, **given: Any) -> int:
    """Compare two plans or scenarios.

    A and B are plans that were saved by `planner solve -o`, or scenarios, which are solved first. Lines begin with + for
    what is new, - for what is gone and ~ for what has another amount.
    """
    from planner.cli.progress import working
    from planner.cli.terminal import drawn_sections
    from planner.compare.comparison import diff
    from planner.compare.told import told
    from planner.planning import Request

    if STDOUT in (before, after):
        raise InputError("a comparison takes two files; none of them can be standard input")
    with working(shown=not (settings.quiet or settings.json)) as progress:
        wanted = {name: given[name] for name in ("solver", "time_limit", "gap", "threads", "seed")}
        compared = diff(before, after, Request(**wanted, progress=progress), causes=not given["no_causes"])
    if settings.json:
        put(as_json(compared.to_dict()))
    elif not settings.quiet:
        put(drawn_sections(told(compared, ALL_ROWS if given["whole"] else MOST_ROWS)))
    if settings.verbose and compared.split is not None:
        complain(f"{compared.split.solves} scenarios solved for the causes")
    return DIFFERENT if given["exit_code"] and compared.differ else 0
