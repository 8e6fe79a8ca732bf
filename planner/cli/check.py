"""`planner check`: solve scenarios that state what they give, and hold them to it."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.output import STDOUT, Settings, as_json, complain, put, refuse_overwriting, write_text
from planner.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.check.one import How
    from planner.check.outcome import Outcome
    from planner.check.update import Change

INTERRUPTED = 130


@click.command("check", short_help="Hold scenarios to what they state.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--also", metavar="SOLVER", multiple=True,
    help="Solve with this solver as well, and hold the two together; repeatable: each scenario is solved by those that "
    "suit it.",
)  # fmt: skip
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Scenarios solved side by side.  [default: one a core]",
)
@click.option(
    "--unique", is_flag=True, help="Prove that each plan is the only optimal one, or name what differs in another."
)
@click.option("--junit", metavar="FILE", help="Write the results as JUnit XML.")
@click.option("--update", is_flag=True, help="Write recorded figures that are missed anew; never others.")
@options.allow_path
@options.solving
@options.voice
@click.pass_obj
def check_command(settings: Settings, /, paths: tuple[str, ...], **given: Any) -> int:
    """Solve every scenario that states what it gives (`expect`), and hold it to that.

    PATH is a scenario file, or a folder, in which every scenario with an `expect` is checked. Exit codes: 0 all held;
    1 one is missed; 2 an input is wrong; 3 a stated plan does not exist; 4 stopped at a limit.
    """
    from planner.check.files import found_under

    found = found_under(paths)
    if not found.expecting:
        raise InputError("there is nothing to check: no scenario with an `expect` was found")
    junit = given["junit"]
    if junit == STDOUT and settings.json:
        raise InputError("--json and --junit - both write to standard output; name a file for one of them")
    if junit not in (None, STDOUT):
        refuse_overwriting([Path(junit)], [*found.expecting, *found.silent])
    outcomes, left = _checked(settings, found.expecting, _how(settings, given), _jobs(given["jobs"], paths))
    changes: list[Change] = []
    if given["update"]:
        outcomes, changes = _updated(outcomes)
    if junit is not None:
        from planner.check.junit import junit as as_junit

        write_text(junit, as_junit(outcomes, found.silent))
    return _tell(settings, outcomes, found.silent, changes, left, to_stdout=junit != STDOUT)


def _how(settings: Settings, given: dict[str, Any]) -> How:
    from planner.check.one import How
    from planner.planning import Request
    from planner.solver.solve import solver_named

    for name in (given["solver"], *given["also"]):
        if name is not None:
            solver_named(name)  # an unknown one is refused before anything is solved
    names = ("solver", "time_limit", "gap", "threads", "seed")
    request = Request(**{name: given[name] for name in names}, log=settings.verbose)
    return How(request, given["also"], given["allow_path"], given["unique"], settings.verbose)


def _jobs(asked: int | None, paths: Sequence[str]) -> int:
    """Return how many scenarios are solved side by side; standard input can only be read here."""
    if STDOUT in paths:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return asked or cores


def _checked(settings: Settings, files: Sequence[Path], how: How, jobs: int) -> tuple[list[Outcome], int]:
    """Return what came of the files, in their order, and how many were left when Ctrl-C was pressed."""
    from planner.check.pool import check_all

    done: dict[int, Outcome] = {}
    shown = not settings.quiet and sys.stderr is not None and sys.stderr.isatty()
    try:
        with _status(len(files)) if shown else nullcontext() as status:
            for position, outcome in check_all(files, how, jobs):
                done[position] = outcome
                if status is not None:
                    status.update(f"checked {len(done)} of {len(files)}")
    except KeyboardInterrupt:
        complain(f"planner: interrupted; {len(done)} of {len(files)} scenarios were checked")
    return [done[position] for position in sorted(done)], len(files) - len(done)


def _status(count: int) -> Any:
    from rich.console import Console
    from rich.status import Status

    return Status(f"checked 0 of {count}", console=Console(stderr=True, markup=False, highlight=False))


def _updated(outcomes: list[Outcome]) -> tuple[list[Outcome], list[Change]]:
    from planner.check.update import updated

    pairs = [updated(outcome) for outcome in outcomes]
    # Files that extend one share its figures.
    changes = list(dict.fromkeys(change for _, found in pairs for change in found))
    written = {(change.place, change.path) for change in changes if not change.why}
    left = [change for change in changes if not change.why or (change.place, change.path) not in written]
    return [outcome for outcome, _ in pairs], left


def _tell(
    settings: Settings, outcomes: list[Outcome], silent: Sequence[Path], changes: list[Change], left: int, *, to_stdout: bool
) -> int:  # fmt: skip
    """Print what came of it, and return the exit code."""
    from planner.check.outcome import worst
    from planner.check.report import document, report

    code = INTERRUPTED if left else worst([outcome.exit_code for outcome in outcomes])
    if settings.json:
        put(as_json(document(outcomes, silent, changes, left, code)))
        return code
    for outcome in outcomes:
        if outcome.verdict in ("wrong input", "fault"):
            complain("\n".join(outcome.failures))
    if not settings.quiet and to_stdout:
        from planner.cli.terminal import drawn

        put(drawn(report(outcomes, silent, changes, left)))
    return code
