"""`planner solve`: from a scenario to its plan."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.output import (
    STDOUT,
    Settings,
    as_json,
    complain,
    inputs_of,
    put,
    refuse_overwriting,
    write_text,
)
from planner.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from planner.plan.plan import Plan
    from planner.planning import Request
    from planner.scenario.load import Scenario

INTERRUPTED = 130


@click.command("solve", short_help="Solve a scenario and print the plan.")
@click.argument("file", metavar="FILE")
@options.scenario
@options.output("Save the plan as JSON to this file.")
@click.option("--csv", "csv", metavar="DIR", help="Save the plan's tables as CSV in this folder.")
@click.option("--parquet", "parquet", metavar="DIR", help="Save the plan's tables as Parquet in this folder.")
@click.option("--mps", metavar="FILE", help="Write the programme as MPS before solving it.")
@options.solving
@click.option("-n", "--dry-run", is_flag=True, help="Only say how large the programme is.")
@options.voice
@click.pass_obj
def solve_command(settings: Settings, /, file: str, **given: Any) -> int:
    """Solve a scenario to a proven optimum and print the plan.

    FILE may be '-' for standard input.
    """
    from planner.scenario.load import load

    _refuse_unsuitable(given["output"])
    # What can be known without reading the scenario is said before that takes its time.
    targets = _targets(given)
    refuse_overwriting(targets, [Path(name) for name in (file, *given["overlays"]) if name != STDOUT])
    scenario = load(file, given["overlays"], given["sets"], allow_path=given["allow_path"])
    tables = [*_tables(given["csv"], "csv"), *_tables(given["parquet"], "parquet")]
    refuse_overwriting([*targets, *tables], inputs_of(scenario, (file, *given["overlays"])))
    if given["dry_run"]:
        return _dry_run(settings, scenario, given["mps"])
    plan = _solved(settings, scenario, given)
    _save(plan, given)
    _tell(settings, plan, scenario, file, given)
    return INTERRUPTED if "interrupted" in plan.reason else plan.exit_code


def _refuse_unsuitable(output: str | None) -> None:
    if output not in (None, STDOUT) and Path(str(output)).suffix != ".json":
        problem = Problem("a plan is saved as JSON; name it .json", place=Place(str(output)), code="file")
        raise InputError(problem)


def _targets(given: dict[str, Any]) -> list[Path]:
    return [Path(name) for name in (given["output"], given["mps"]) if name not in (None, STDOUT)]


def _tables(folder: str | None, suffix: str) -> list[Path]:
    """Return the files of a plan's tables that are there already: those that would be written over."""
    from planner.plan.plan import TABLES

    files = [Path(folder) / f"{name}.{suffix}" for name in TABLES] if folder else []
    return [file for file in files if file.exists()]


def _dry_run(settings: Settings, scenario: Scenario, mps: str | None) -> int:
    from planner.plan import words
    from planner.planning import dry_run

    size = dry_run(scenario, mps)
    if settings.json:
        put(as_json({"status": "not solved", "size": size}))
        return 0
    kind = "mixed-integer linear programme" if size["integers"] else "linear programme"
    things = [("column", "columns"), ("row", "rows"), ("coefficient", "coefficients"), ("whole column", "integers")]
    counted = [words.count(size[key], noun) for noun, key in things if key != "integers" or size[key]]
    put(f"{scenario.document.name}: {kind} with {words.listed(counted)}; not solved\n")
    return 0


def _request(settings: Settings, given: dict[str, Any], progress: Any) -> Request:
    from planner.planning import Request

    names = ("solver", "time_limit", "gap", "threads", "seed", "mps")
    return Request(**{name: given[name] for name in names}, log=settings.verbose, progress=progress)


def _solved(settings: Settings, scenario: Scenario, given: dict[str, Any]) -> Plan:
    from planner.cli.progress import working

    shown = not (settings.quiet or settings.verbose)
    with working(shown=shown) as progress:
        from planner.planning import solve

        return solve(scenario, _request(settings, given, progress))


def _save(plan: Plan, given: dict[str, Any]) -> None:
    from planner.plan.files import save, save_tables

    if given["output"] not in (None, STDOUT):
        save(plan, given["output"])
    for kind in ("csv", "parquet"):
        if given[kind]:
            save_tables(plan, given[kind], kind)


def _tell(settings: Settings, plan: Plan, scenario: Scenario, file: str, given: dict[str, Any]) -> None:
    """Print the plan: as JSON, or its summary."""
    from planner.plan.files import to_json

    if settings.json or given["output"] == STDOUT:
        placed = {**plan.to_dict(), "places": _places(plan, scenario)}
        write_text(STDOUT, as_json(placed) if settings.json and plan.conflict else to_json(plan))
    elif not settings.quiet:
        from planner.cli.terminal import drawn
        from planner.plan.summary import summarise

        put(drawn(summarise(_placed(plan, scenario))))
        put(f"\nnext: {following(plan, file, given)}\n")
    if settings.verbose:
        size = ", ".join(f"{count:,} {name}" for name, count in plan.size.items())
        spent = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in plan.timings.items())
        complain(f"{plan.solver['name']}: {size}\n{spent}")


def _places(plan: Plan, scenario: Scenario) -> dict[str, str]:
    """Return file, line and column of each input in conflict, as far as it comes from a file."""
    from planner.explain.conflict_lines import place_of

    return {one["path"]: place_of(scenario, one["path"]) for one in plan.conflict_inputs}


def _placed(plan: Plan, scenario: Scenario) -> Plan:
    """Return the plan with the place of each input in conflict before its words."""
    places = _places(plan, scenario)
    told = zip(plan.conflict_inputs, plan.conflict, strict=True)
    lines = [f"{places[one['path']]}: {line}" if places[one["path"]] else line for one, line in told]
    return replace(plan, conflict=tuple(lines))


def following(plan: Plan, file: str, given: dict[str, Any]) -> str:
    """Return the next useful command."""
    source = [file, *_again("-f", given["overlays"]), *_again("--set", given["sets"])]
    saved = any(given[name] for name in ("output", "csv", "parquet"))
    if file == STDOUT:
        return "planner schema -o scenario.schema.json  (what a scenario may say, for your editor)"
    if plan.conflict and file != STDOUT:
        command = shlex.join(["planner", "explain", *source, "infeasible", "--solve"])
        return f"{command}  (the least repairs)"
    if given["output"] and plan.status != "unbounded":
        return f"{shlex.join(['planner', 'explain', str(given['output'])])}  (what limits it, what is unmet and why)"
    if not plan.has_plan or saved:
        return f"{shlex.join(['planner', 'show', *source, '--origin'])}  (where each figure comes from)"
    return f"{shlex.join(['planner', 'solve', *source, '-o', 'plan.json', '--csv', 'tables'])}  (keep the plan)"


def _again(flag: str, values: tuple[str, ...]) -> list[str]:
    return [part for value in values for part in (flag, value)]
