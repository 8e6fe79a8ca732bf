"""`planner verify`: check the proof in a saved plan, without a solver."""

from __future__ import annotations

import click

from planner.cli import options
from planner.cli.output import Settings, as_json, put


@click.command("verify", short_help="Check a saved plan's proof, without a solver.")
@click.argument("plan", metavar="PLAN")
@options.voice
@click.pass_obj
def verify_command(settings: Settings, /, plan: str) -> int:
    """Check a saved plan's proof, without a solver.

    The programme is built again from the scenario in the plan. Its duals and its decisions then prove, in exact
    arithmetic, an interval that contains the true optimum, and every figure of the plan is derived again. Exit code 0
    where all of this holds, 1 where something is not proven or not what follows.
    """
    from planner.certify.verify import verify

    verdict = verify(plan)
    if settings.json:
        put(as_json(verdict.as_dict()))
    elif not settings.quiet:
        from planner.certify.told import summary_of
        from planner.cli.terminal import drawn

        put(drawn(summary_of(verdict)))
    return verdict.exit_code
