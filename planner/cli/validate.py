"""`planner validate`: read and check scenarios, without a solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.output import Settings, as_json, complain, put
from planner.errors import InputError, Problem

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

COUNTED = ("workloads", "regions", "sites", "devices", "offers", "campaigns", "chains")


@click.command("validate", short_help="Read and check scenarios, without a solver.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@options.scenario
@options.voice
@click.pass_obj
def validate_command(
    settings: Settings, files: tuple[str, ...], overlays: tuple[str, ...], sets: tuple[str, ...], allow_path: bool
) -> int:
    """Read and check scenarios: every mistake, with file, line and column; no solver."""
    results = [_checked(file, overlays, sets, allow_path) for file in files]
    problems = [problem for _, _, found in results for problem in found]
    if settings.json:
        put(as_json(_document(results)))
    else:
        for file, scenario, found in results:
            if scenario is None:
                complain("\n".join(map(str, found)))
            elif not settings.quiet:
                put(f"{file}: OK, {_size(scenario)}\n")
        if len(problems) > 1:
            complain(f"{len(problems)} mistakes")
        if not settings.quiet and any(_unknowns(s) for _, s, _ in results if s is not None):
            complain(
                "not known before `planner solve`: whether memory, the network and the time of arrival "
                "let all that must be served be served"
            )
    return 2 if problems else 0


type _Result = tuple[str, Scenario | None, list[Problem]]


def _checked(file: str, overlays: tuple[str, ...], sets: tuple[str, ...], allow_path: bool) -> _Result:
    from planner.scenario.load import load

    try:
        return file, load(file, overlays, sets, allow_path=allow_path), []
    except InputError as error:
        return file, None, error.problems


def _document(results: list[_Result]) -> dict[str, Any]:
    wrong = any(scenario is None for _, scenario, _ in results)
    files = [
        {
            "file": file,
            "valid": scenario is not None,
            "hash": scenario.hash if scenario is not None else None,
            "problems": [problem.as_dict() for problem in found],
        }
        for file, scenario, found in results
    ]
    return {"status": "invalid" if wrong else "valid", "exit_code": 2 if wrong else 0, "files": files}


def _size(scenario: Scenario) -> str:
    from planner.plan import words

    periods = words.count(len(scenario.calendar.names), "period")
    things = [words.count(len(getattr(scenario.document, kind)), kind[:-1]) for kind in COUNTED]
    return ", ".join([periods, *(text for text in things if not text.startswith("0 "))])


def _unknowns(scenario: Scenario) -> bool:
    """Return whether something must be served or run, which only the solver's checks can promise."""
    document = scenario.document
    must = any(w.demand and (w.must_serve or w.unmet_penalty is None) for w in document.workloads.values())
    return must or any(c.value is None for c in document.campaigns.values())
