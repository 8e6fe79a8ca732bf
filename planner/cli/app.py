"""The command `planner`: its subcommands, and what every failure turns into."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from planner.cli.output import Settings, as_json, complain, put
from planner.errors import InputError, PlannerError

COMMANDS = ("init", "validate", "show", "solve", "explain", "diff", "ask", "sweep", "check", "verify", "schema")
"""Subcommands in the order of help; each is the function of its name in the module of its name."""

OK, WRONG_INPUT, FAULT, INTERRUPTED = 0, 2, 70, 130


class Commands(click.Group):
    """Subcommands that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the subcommands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a subcommand, or None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"planner.cli.{cmd_name}"), f"{cmd_name}_command")
        return command


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        put(f"planner {version('planner')}\n")
        ctx.exit(OK)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 done, but demand beyond the tolerance is unmet; 2 the input is wrong; 3 no feasible "
    "plan, or an unbounded one; 4 the solver stopped at a limit; 70 a fault of the planner; 130 interrupted.",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def group() -> None:
    """Plan AI compute: a scenario file in, a provably best plan out."""


def run(argv: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    settings = Settings(json="--json" in [*argv, "--"][: [*argv, "--"].index("--")])
    try:
        return group.main(list(argv), prog_name="planner", obj=settings, standalone_mode=False) or OK
    except click.exceptions.NoArgsIsHelpError as error:
        complain(error.format_message())
        return WRONG_INPUT
    except click.ClickException as error:
        return _refuse(settings, "UsageError", _usage(error), WRONG_INPUT)
    except (click.Abort, KeyboardInterrupt):
        return _refuse(settings, "Interrupted", "interrupted", INTERRUPTED)
    except PlannerError as error:
        return _planner_error(settings, error)
    except Exception as error:  # the last resort: no fault of ours may show as a traceback
        if settings.verbose:
            complain(traceback.format_exc())
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        message = f"a fault of the planner, please report it with the scenario (-v shows where): {what}"
        return _refuse(settings, "Fault", message, FAULT)


def _usage(error: click.ClickException) -> str:
    ctx = getattr(error, "ctx", None)
    hint = f"; see '{ctx.command_path} --help'" if ctx is not None else ""
    return f"{error.format_message().strip().rstrip('.')}{hint}"


def _planner_error(settings: Settings, error: PlannerError) -> int:
    if settings.json:
        put(as_json({"status": "error", **error.as_dict()}))
    elif isinstance(error, InputError):
        complain("\n".join(map(str, error.problems)))
        if len(error.problems) > 1:
            complain(f"{len(error.problems)} mistakes")
    else:
        complain(f"planner: {error}")
    return error.exit_code


def _refuse(settings: Settings, kind: str, message: str, code: int) -> int:
    """Say what is wrong, in one line or as JSON, and return the exit code."""
    if settings.json:
        put(as_json({"status": "error", "error": kind, "message": message, "exit_code": code}))
    else:
        complain(f"planner: {message}")
    return code
