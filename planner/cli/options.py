"""Options that mean the same in every command; each is declared once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import click

from planner.cli.output import Settings

type Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _setting(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def store(ctx: click.Context, _: click.Parameter, given: bool) -> None:
        if given:
            setattr(ctx.ensure_object(Settings), name, True)

    return store


def _voice(flags: tuple[str, ...], name: str, words: str) -> Decorator:
    return click.option(
        *flags, is_flag=True, is_eager=True, expose_value=False, callback=_setting(name), help=words, type=bool
    )


def _finite(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("must be a finite number", ctx, param)
    return value


as_json = _voice(("--json",), "json", "One JSON document on standard output and nothing else.")
quiet = _voice(("-q", "--quiet"), "quiet", "Nothing but errors, and what is written to files.")
verbose = _voice(("-v", "--verbose"), "verbose", "Timings and the solver's log; tracebacks of faults.")

overlay = click.option(
    "-f", "--overlay", "overlays", multiple=True, metavar="FILE", help="Lay this file over the scenario; repeatable."
)
change = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Set one value: sites.iad.power_mw=40; repeatable."
)
allow_path = click.option("--allow-path", is_flag=True, help="Let the scenario name files by absolute paths.")

time_limit = click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), callback=_finite, metavar="SECONDS",
    help="When the solver stops at the latest.  [default: the scenario's, which is 600 unless it says otherwise]",
)  # fmt: skip
gap = click.option(
    "--gap", type=click.FloatRange(min=0), callback=_finite, metavar="SHARE",
    help="Relative gap at which a plan with whole numbers counts as optimal.  [default: the scenario's, or 1e-6]",
)  # fmt: skip
threads = click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Threads of the solver.  [default: the scenario's, or 1]",
)
seed = click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N",
    help="Seed of the solver's random choices.  [default: the scenario's, or 0]",
)  # fmt: skip
solver = click.option(
    "--solver",
    metavar="NAME",
    help="highs, glop, scip, pdlp or another that PuLP knows.  [default: the scenario's, or highs]",
)


def output(words: str) -> Decorator:
    """Return the option `-o`."""
    return click.option(
        "-o", "--output", metavar="FILE", help=f"{words} '-' is standard output; no input is overwritten."
    )


def together(*options: Decorator) -> Decorator:
    """Return several options as one decorator, shown in this order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


voice = together(as_json, quiet, verbose)
scenario = together(overlay, change, allow_path)
solving = together(solver, time_limit, gap, threads, seed)
