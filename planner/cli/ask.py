"""`planner ask`: questions with one answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.output import STDOUT, Settings, as_json, inputs_of, put, refuse_overwriting, write_text
from planner.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.ask.answer import Answer
    from planner.planning import Request
    from planner.scenario.load import Scenario

QUESTIONS = ("break-even", "range", "earliest", "trade-off", "near-optimal")


class Questions(click.Group):
    """The questions, in the order of help; a misspelt one is answered with the nearest."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the questions."""
        return list(QUESTIONS)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read FILE; an option before the question is told where it goes."""
        early = next(
            (word for word in args[:2] if word.startswith("-") and word not in ("-", *ctx.help_option_names)), None
        )
        if early is not None:
            ctx.fail(f"{early} comes after the question: planner ask FILE QUESTION {early}")
        help_is_wanted = len(args) > 1 and args[1] in ctx.help_option_names
        return super().parse_args(ctx, args[1:] if help_is_wanted else args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Return the question, or say which there are."""
        from planner.scenario.suggest import did_you_mean

        if args[0] not in QUESTIONS:
            hint = did_you_mean(args[0], QUESTIONS) or f"; there are {', '.join(QUESTIONS)}"
            ctx.fail(f"There is no question {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


@click.group("ask", cls=Questions, short_help="Ask a scenario: break-even, range, earliest, trade-off, near-optimal.")
@click.argument("file", metavar="FILE")
@click.pass_context
def ask_command(ctx: click.Context, file: str) -> None:
    """Ask a question with one answer of a scenario.

    FILE may be '-' for standard input. 'planner ask FILE QUESTION --help' says what a question takes.
    """
    ctx.meta["planner.ask.file"] = file


_shared = options.together(
    options.scenario, options.output("Save the answer as JSON to this file."), options.time_limit, options.threads, options.seed,
    options.voice,
)  # fmt: skip


@ask_command.command("break-even", short_help="The price at which a device or offer enters or leaves the plan.")
@click.argument("path", required=False, default="")
@click.option("--for", "device", metavar="DEVICE", default="", help="The prices of all offers of a device, together.")
@_shared
@click.pass_context
def break_even_command(ctx: click.Context, /, path: str, device: str, **given: Any) -> int:
    """Find the price at which something enters or leaves the best plan.

    PATH is a price, such as offers.buy-mi300x.price_per_unit, or an offer, such as offers.buy-mi300x; prices by period
    move together by a factor.
    """

    def answer(scenario: Scenario, request: Request) -> Answer:
        from planner.ask.break_even import break_even

        return break_even(scenario, path, device=device, request=request)

    return _answered(ctx, given, answer)


@ask_command.command("range", short_help="Over which values of an input the plan stays as it is.")
@click.argument("path")
@_shared
@click.pass_context
def range_command(ctx: click.Context, /, path: str, **given: Any) -> int:
    """Find over which values of one input the plan stays as it is.

    PATH is any number of the scenario, such as sites.iad.power_mw; numbers by period move together by a factor.
    """

    def answer(scenario: Scenario, request: Request) -> Answer:
        from planner.ask.value_range import value_range

        return value_range(scenario, path, request)

    return _answered(ctx, given, answer)


@ask_command.command("earliest", short_help="From which period on demand can be met.")
@click.option(
    "--share", type=float, default=1.0, show_default=True, metavar="SHARE", help="Share of the demand to meet."
)
@click.option(
    "--at-most",
    multiple=True,
    metavar="[WORKLOAD=]PRICE",
    help="What a unit may cost on average; repeatable by workload.",
)
@click.option(
    "--vary",
    multiple=True,
    metavar="PATH=VALUE,VALUE",
    help="What the date becomes with each value; *1.5 is relative; repeatable.",
)
@_shared
@click.pass_context
def earliest_command(
    ctx: click.Context, /, share: float, at_most: tuple[str, ...], vary: tuple[str, ...], **given: Any
) -> int:
    """Find the earliest period from which on demand can be met, whatever it costs unless a price is stated."""
    prices, varied = _prices(at_most), _varied(vary)

    def answer(scenario: Scenario, request: Request) -> Answer:
        from planner.ask.when import earliest

        return earliest(scenario, share=share, at_most=prices, vary=varied, request=request)

    return _answered(ctx, given, answer)


@ask_command.command("trade-off", short_help="The curve between two objectives.")
@click.argument("first", default="cost")
@click.argument("second", default="carbon")
@click.option(
    "--points",
    type=click.IntRange(2, 1000),
    metavar="N",
    help="How many points at most.  [default: 25, or 9 with whole numbers]",
)
@_shared
@click.pass_context
def trade_off_command(ctx: click.Context, /, first: str, second: str, points: int | None, **given: Any) -> int:
    """Find the trade-off curve between two objectives: cost, carbon or served."""

    def answer(scenario: Scenario, request: Request) -> Answer:
        from planner.ask.trade_off import trade_off

        return trade_off(scenario, first, second, points=points, request=request)

    return _answered(ctx, given, answer)


@ask_command.command("near-optimal", short_help="How far the plan can move while the cost stays near the least.")
@click.option(
    "--within", type=float, default=0.01, show_default=True, metavar="SHARE", help="By what share it may cost more."
)
@_shared
@click.pass_context
def near_optimal_command(ctx: click.Context, /, within: float, **given: Any) -> int:
    """Find how far each device's, maker's and site's share can move while the cost stays near the least."""

    def answer(scenario: Scenario, request: Request) -> Answer:
        from planner.ask.near_optimal import near_optimal

        return near_optimal(scenario, within=within, request=request)

    return _answered(ctx, given, answer)


def _prices(texts: tuple[str, ...]) -> float | dict[str, float] | None:
    """Return what a unit may cost: one price, or one by workload."""
    found: dict[str, float] = {}
    for text in texts:
        name, _, price = text.rpartition("=")
        try:
            found[name] = float(price)
        except ValueError:
            raise InputError(
                Problem(f"{price!r} is no price", place=Place(f"--at-most {text!r}"), code="ask")
            ) from None
    if "" in found and len(found) > 1:
        raise InputError(Problem("say of which workload each price is", place=Place("--at-most"), code="ask"))
    return found.get("", found or None) if found else None


def _varied(texts: tuple[str, ...]) -> dict[str, list[Any]]:
    """Return the values to try by path."""
    from planner.whatif.relative import read_change

    found: dict[str, list[Any]] = {}
    for text in texts:
        path, equals, values = text.partition("=")
        place = Place(f"--vary {text!r}")
        if not equals or not values.strip():
            raise InputError(Problem("write PATH=VALUE,VALUE", place=place, code="ask"))
        found.setdefault(path.strip(), []).extend(read_change(value, place) for value in values.split(","))
    return found


def _answered(ctx: click.Context, given: dict[str, Any], answer: Callable[[Scenario, Request], Answer]) -> int:
    """Read the scenario, ask, and print the answer; return the exit code."""
    from planner.cli.progress import working
    from planner.scenario.load import load

    settings: Settings = ctx.ensure_object(Settings)
    file = ctx.meta["planner.ask.file"]
    output = given["output"]
    targets = [Path(output)] if output not in (None, STDOUT) else []
    refuse_overwriting(targets, [Path(name) for name in (file, *given["overlays"]) if name != STDOUT])
    scenario = load(file, given["overlays"], given["sets"], allow_path=given["allow_path"])
    refuse_overwriting(targets, inputs_of(scenario, (file, *given["overlays"])))
    with working(shown=not (settings.quiet or settings.verbose)):
        from planner.planning import Request

        names = ("time_limit", "threads", "seed")
        found = answer(scenario, Request(**{name: given[name] for name in names}))
    document = as_json(found.to_dict())
    if targets:
        write_text(str(targets[0]), document)
    if settings.json or output == STDOUT:
        put(document)
    elif not settings.quiet:
        from planner.cli.terminal import drawn

        put(drawn(found.summary()))
    return found.exit_code
