"""`planner sweep`: one scenario at many points, as one table."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from planner.cli import options
from planner.cli.output import STDOUT, Settings, as_json, complain, inputs_of, put, refuse_overwriting
from planner.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from planner.sweeps.result import Sweep

INTERRUPTED = 130
SAMPLES = 100
_OF_SAMPLES = ("samples", "sobol", "sample_seed")

_REPEATED = (
    ("-f", "overlays"), ("--set", "sets"), ("--vary", "vary"), ("--tornado", "tornado"), ("--sample", "sample"),
    ("--output", "outputs"),
)  # fmt: skip


@click.command("sweep", short_help="Solve a scenario at many points: grids, tornado, samples.")
@click.argument("file", metavar="FILE")
@options.scenario
@click.option(
    "--vary", multiple=True, metavar="PATH=VALUES",
    help="Values of a grid: 1,2,3 or *0.8,*1.2 or 0:10:5 (a range with both ends, 5 values); repeatable.",
)  # fmt: skip
@click.option(
    "--tornado", multiple=True, metavar="PATH=LOW,HIGH", help="Both ends of one input, all else as it is; repeatable."
)
@click.option(
    "--sample", multiple=True, metavar="PATH=DIST",
    help="A distribution: uniform(0.8,1.2), normal(*1,*0.1), triangular, lognormal, or equally likely values 1,2,3; "
    "repeatable.",
)  # fmt: skip
@click.option("--samples", type=click.IntRange(1), default=SAMPLES, show_default=True, metavar="N", help="How many.")
@click.option("--sobol", is_flag=True, help="A Sobol sequence in place of a Latin hypercube.")
@click.option(
    "--sample-seed", type=click.IntRange(0), default=0, show_default=True, metavar="N", help="Seed of the samples."
)
@click.option(
    "--output", "outputs", multiple=True, metavar="EXPR",
    help="What is kept of each plan: cost, cost[KIND], served[WORKLOAD], unmet, earliest, fleet.DEVICE, or the sum of a "
    "column of a table, such as fleet.devices[device=b200,period=2027Q4]; repeatable.",
)  # fmt: skip
@click.option("--of", metavar="EXPR", default="objective", help="What a tornado ranks by.  [default: the objective]")
@click.option(
    "-o", "--folder", metavar="DIR", help="Keep each point here as it is done; the same command again goes on."
)
@click.option("--plans", is_flag=True, help="Keep the plan of each point too, in DIR/plans.")
@click.option("--csv", metavar="DIR", help="Save the tables as CSV in this folder.")
@click.option("--parquet", metavar="DIR", help="Save the tables as Parquet in this folder.")
@click.option("-j", "--jobs", type=click.IntRange(1, 1024), metavar="N", help="Processes.  [default: as many as pay]")
@click.option("--dask", metavar="ADDRESS", help="Solve on the workers of this Dask scheduler: tcp://host:8786.")
@options.solving
@options.voice
@click.pass_obj
def sweep_command(settings: Settings, /, file: str, **given: Any) -> int:
    """Solve a scenario at many points and print them as one table.

    Name the points by one of --vary (every combination), --tornado and --sample. Values are absolute, or relative to
    the scenario's: *1.1, +5, -5 (write =-5 for the number -5). FILE may be '-' for standard input.
    """
    from planner.plan.files import prepared
    from planner.scenario.load import load

    _refuse_mixed(given)
    points = _points(given)
    scenario = load(file, given["overlays"], given["sets"], allow_path=given["allow_path"])
    tables = [Path(folder) / name for folder, name in _tables(given)]
    refuse_overwriting([path for path in tables if path.exists()], inputs_of(scenario, (file, *given["overlays"])))
    for kind in ("csv", "parquet"):
        if given[kind]:
            prepared(given[kind], kind)
    counted = [0, 0]

    def count(done: int, whole: int) -> None:
        counted[:] = done, whole

    try:
        with _bar(count, shown=not settings.quiet) as told:
            found = _swept(scenario, points, given, told)
    except KeyboardInterrupt:
        return _interrupted(settings, given["folder"], *counted)
    for kind in ("csv", "parquet"):
        if given[kind]:
            found.save_tables(given[kind], kind)
    _tell(settings, found, given, file)
    return 1 if {"error", "fault"} & set(found.counts) else 0


def _refuse_mixed(given: dict[str, Any]) -> None:
    """Refuse options that do not belong together before anything is read."""
    problems = []
    named = [name for name in ("vary", "tornado", "sample") if given[name]]
    if len(named) != 1:
        message = f"--{' and --'.join(named)} are two kinds of sweep; one at a time" if named else (
            "name what is varied: --vary PATH=1,2,3, --tornado PATH=LOW,HIGH or --sample PATH=uniform(LOW,HIGH)"
        )  # fmt: skip
        problems.append(Problem(message, code="sweep"))
    source = click.get_current_context().get_parameter_source
    stated = [name for name in _OF_SAMPLES if source(name) == ParameterSource.COMMANDLINE]
    if stated and named and not given["sample"]:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in stated)
        problems.append(Problem("goes with --sample", place=Place(flags), code="sweep"))
    if given["folder"] == STDOUT:
        message = "a sweep is kept in a folder; --json writes it to standard output"
        problems.append(Problem(message, place=Place("-o -"), code="folder"))
    if given["plans"] and not given["folder"]:
        problems.append(Problem("plans are kept in the folder of the sweep; name one with -o", code="folder"))
    if given["of"] != "objective" and not given["tornado"]:
        problems.append(Problem("only a tornado ranks its inputs", place=Place("--of"), code="sweep"))
    if given["of"] == "earliest":
        problems.append(Problem("a period is no number that could be ranked", place=Place("--of"), code="sweep"))
    if problems:
        raise InputError(problems)


def _points(given: dict[str, Any]) -> dict[str, Any]:
    """Return the points as `planner.sweep` takes them."""
    from planner.sweeps.reading import assignments, distribution_from, values_of

    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, reader in (("vary", values_of), ("tornado", values_of), ("sample", distribution_from)):
        for path, (text, place) in assignments(given[name], f"--{name}").items():
            try:
                read.setdefault(name, {})[path] = reader(text, place)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return read


def _tables(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    names = ["points", *(["tornado"] if given["tornado"] else [])]
    for kind in ("csv", "parquet"):
        if given[kind]:
            yield from ((given[kind], f"{name}.{kind}") for name in names)


def _swept(scenario: Any, points: dict[str, Any], given: dict[str, Any], told: Callable[[int, int], None]) -> Sweep:
    from planner.planning import Request
    from planner.sweeps.sweep import sweep

    outputs = list(given["outputs"])
    if given["of"] not in ("objective", "served", *outputs):
        outputs.append(given["of"])
    return sweep(
        scenario,
        **points,
        samples=given["samples"],
        method="sobol" if given["sobol"] else "latin-hypercube",
        seed=given["sample_seed"],
        outputs=outputs,
        request=Request(**{name: given[name] for name in ("solver", "time_limit", "gap", "threads", "seed")}),
        jobs=given["jobs"],
        executor=given["dask"],
        folder=given["folder"],
        plans=given["plans"],
        progress=told,
    )


@contextmanager
def _bar(count: Callable[[int, int], None], *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield what is told of each point that is done: it counts, and moves a bar where standard error is a terminal."""
    if not (shown and sys.stderr is not None and sys.stderr.isatty()):
        yield count
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("points"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def told(done: int, whole: int) -> None:
            count(done, whole)
            progress.update(task, completed=done, total=whole)

        yield told


def _interrupted(settings: Settings, folder: str | None, done: int, whole: int) -> int:
    """Say what is kept and how to go on."""
    if folder and whole:
        from planner.sweeps.folder import count_finished

        done = count_finished(Path(folder))  # a point may have been kept and not yet counted
        message = f"interrupted: {done:,} of {whole:,} points are done and kept in {folder}; the same command goes on"
    elif whole:
        message = f"interrupted after {done:,} of {whole:,} points; nothing is kept without -o DIR"
    else:
        message = "interrupted before the first point"
    if settings.json:
        put(as_json({"status": "error", "error": "Interrupted", "message": message, "exit_code": INTERRUPTED}))
    else:
        complain(f"planner: {message}")
    return INTERRUPTED


def _tell(settings: Settings, found: Sweep, given: dict[str, Any], file: str) -> None:
    if settings.json:
        put(as_json(found.to_dict()))
    elif not settings.quiet:
        from planner.cli.terminal import drawn
        from planner.sweeps.summary import summarise

        put(drawn(summarise(found, given["of"])))
        if following := _following(given, file):
            put(f"\nnext: {following}\n")
    if settings.verbose:
        complain(f"{len(found.frame):,} points, {found.frame['seconds'].sum():.3f} s of solving")


def _following(given: dict[str, Any], file: str) -> str:
    """Return the next useful command, "" where all is kept already."""
    if given["folder"] or given["csv"] or given["parquet"] or file == STDOUT:
        return ""
    parts = ["planner", "sweep", file]
    for flag, name in _REPEATED:
        parts += [part for value in given[name] for part in (flag, value)]
    if given["of"] != "objective":
        parts += ["--of", given["of"]]
    if given["sample"]:
        parts += ["--samples", str(given["samples"]), *(["--sobol"] if given["sobol"] else [])]
        parts += ["--sample-seed", str(given["sample_seed"])] if given["sample_seed"] else []
    return f"{shlex.join([*parts, '-o', 'sweep'])}  (keep the points, and go on where it stopped)"
