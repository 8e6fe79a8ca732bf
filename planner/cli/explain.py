"""`planner explain`: what limits a plan, what is unmet and why, why not this device."""

from __future__ import annotations

import math
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.output import STDOUT, Settings, as_json, complain, put
from planner.errors import InputError, Place, Problem

if TYPE_CHECKING:
    import pandas as pd

    from planner.explain.explanation import Asked, Explanation
    from planner.plan.plan import Plan
    from planner.plan.sections import Section
    from planner.scenario.load import Scenario

ALL = ("limits", "unmet", "why-not", "notes")
"""What is told where no topic is named: what can be read from a plan at once."""

MOST_ROWS = 40
LONGEST_SENTENCE = 240
"""Characters of a sentence on one line; a longer one that lists reasons has one line for each."""

LONGEST = 80
"""Characters of a cell that a table shows."""
UNTOLD = ("rule",)
"""Columns for programs, which a table of text leaves out: their names mean nothing to a reader of plans."""

MOST_AT_ONCE = 8
"""So many sentences, and rows of a table, are shown of each topic where none is named."""


@click.command("explain", short_help="Say what limits a plan, what is unmet and why, why not this device.")
@click.argument("file", metavar="PLAN")
@click.argument("topic", metavar="[TOPIC]", required=False)
@click.argument("name", metavar="[NAME]", required=False)
@options.scenario
@click.option(
    "--scenario", "source", metavar="FILE",
    help="The file that PLAN was made from, for the file and line of each figure; -f and --set are laid over it.",
)  # fmt: skip
@click.option("--solve", is_flag=True, help="Solve again for what cannot be read from the plan; kept beside the plan.")
@click.option("--again", is_flag=True, help="Do not use what was kept: solve anew (implies --solve).")
@options.time_limit
@options.voice
@click.pass_obj
def explain_command(settings: Settings, /, file: str, topic: str | None, name: str | None, **given: Any) -> int:
    """Explain a plan.

    PLAN is a plan that was saved by `planner solve -o`, or a scenario, which is solved first. TOPIC is one of limits,
    unmet, why-not, policies, notes, prices and infeasible; without one, all is told that can be read from the plan at
    once. NAME is what `why-not` is about: a device, an offer, a site or a link.
    """
    from planner.explain.topics import checked

    topics = [topic] if topic is not None else list(ALL)
    if topic is not None:
        checked(topic, name)
    plan, source = _plan(settings, file, given)
    if topic is None and not plan.has_plan:
        topics = ["infeasible"]
    told = [_explained(settings, plan, file, source, one, name, given) for one in topics]
    if settings.json:
        _put_json(plan, told, topic)
    elif not settings.quiet:
        put(_text(told, MOST_ROWS if topic is not None else MOST_AT_ONCE))
        put(f"\nnext: {following(plan, file, topic, told, {**given, 'name': name})}\n")
    return plan.exit_code if plan.exit_code in (3, 4) and topic is None else 0


def _plan(settings: Settings, file: str, given: dict[str, Any]) -> tuple[Plan, Scenario | None]:
    """Return the plan, solved first where the file is a scenario, and the scenario's files where they are there."""
    from planner.scenario.load import load

    saved = _saved(file)
    if saved is None:
        if given["source"] is not None:
            raise InputError(Problem("goes with a saved plan; this is a scenario already", path="--scenario"))
        return _solved(settings, load(file, given["overlays"], given["sets"], allow_path=given["allow_path"]), given)
    if given["source"] is None:
        if given["overlays"] or given["sets"]:
            raise InputError("-f and --set go with a scenario; name the one that the plan was made from by --scenario")
        return saved, None
    scenario = load(given["source"], given["overlays"], given["sets"], allow_path=given["allow_path"])
    if scenario.hash != saved.scenario_hash:
        raise InputError(
            Problem("is not the scenario that the plan was made from", place=Place(given["source"]), code="plan")
        )
    return saved, scenario


def _saved(file: str) -> Plan | None:
    """Return the plan that was saved in a file, or None where the file is no JSON of ours."""
    from planner.plan.files import read

    if file == STDOUT or Path(file).suffix != ".json":
        return None
    return read(file)


def _solved(settings: Settings, scenario: Scenario, given: dict[str, Any]) -> tuple[Plan, Scenario]:
    """Solve a scenario, with a word about it on standard error."""
    from planner.cli.progress import working
    from planner.planning import Request, solve

    if not (settings.quiet or settings.json):
        complain("planner: this is a scenario, so it is solved first; 'planner solve -o plan.json' keeps the plan")
    with working(shown=not (settings.quiet or settings.verbose)) as progress:
        plan = solve(scenario, Request(time_limit=given["time_limit"], progress=progress))
    return plan, scenario


def _explained(
    settings: Settings, plan: Plan, file: str, source: Scenario | None, topic: str, name: str | None,
    given: dict[str, Any],
) -> Explanation:  # fmt: skip
    """Return the explanation of one topic: the one that was kept, or a new one, which is kept where it took solving."""
    from planner.explain.explanation import Asked
    from planner.explain.kept import kept
    from planner.explain.topics import explain

    path = Path(file) if Path(file).suffix == ".json" and file != STDOUT else None
    shown = not settings.quiet and sys.stderr is not None and sys.stderr.isatty()
    asked = Asked(
        name=name, solve=given["solve"] or given["again"], time_limit=given["time_limit"],
        progress=(lambda line: complain(f"planner: {line}")) if shown else None, source=source,
    )  # fmt: skip
    if path is not None and not given["again"] and (found := kept(plan, path, topic, asked)) is not None:
        return found
    explanation = explain(plan, topic, asked)
    if path is not None and explanation.solved_again:
        _keep(plan, path, asked, explanation)
    return explanation


def _keep(plan: Plan, path: Path, asked: Asked, explanation: Explanation) -> None:
    from planner.explain.kept import keep

    try:
        keep(plan, path, asked, explanation)
    except InputError as error:
        complain(f"planner: the explanation is not kept: {error}")


def _put_json(plan: Plan, told: list[Explanation], topic: str | None) -> None:
    explanations = {one.topic: one.to_dict() for one in told}
    document: dict[str, Any] = {"status": plan.status, "plan_hash": plan.hash, "explanations": explanations}
    put(as_json(document if topic is None else {**document, **told[0].to_dict()} | {"explanations": explanations}))


def _text(told: list[Explanation], most: int) -> str:
    """Return explanations as text: a heading for each topic, its sentences, and at most so many rows of its tables."""
    from planner.cli.terminal import drawn_sections
    from planner.explain.topics import TOPICS
    from planner.plan.sections import Section, cut

    sections: list[Section] = []
    for one in told:
        title = TOPICS[one.topic].help.rstrip(".")
        sentences = cut(list(one.sentences), most) if most < MOST_ROWS else list(one.sentences)
        sections.append(Section(title, lines=tuple(line for sentence in sentences for line in _lines(sentence))))
        sections += [_section(name, frame, most) for name, frame in one.tables.items() if len(frame)]
    return drawn_sections(sections)


def _lines(sentence: str) -> list[str]:
    """Return a sentence as lines: one, or where it is long and lists its reasons, one for each of them."""
    head, since, reasons = sentence.partition(", since ")
    if len(sentence) <= LONGEST_SENTENCE or not since:
        return [sentence]
    return [f"{head}, since", *(f"  - {reason}" for reason in reasons.split("; "))]


def _section(title: str, frame: pd.DataFrame, most: int) -> Section:
    """Return a table of an explanation as texts: numbers with three digits, what is missing left empty.

    A column of whole sentences is left out: they stand above the table.
    """
    from planner.plan.sections import Column, section

    told = [name for name in frame.columns if name not in UNTOLD]
    frame = frame[[name for name in told if frame[name].astype(str).str.len().max() <= LONGEST]]
    numbers = {name: _is_number(frame[name].tolist()) for name in frame.columns}
    columns = tuple(Column(str(name).replace("_", " "), right=numbers[name]) for name in frame.columns)
    rows = [tuple(_cell(value) for value in row) for row in frame.astype(object).itertuples(index=False, name=None)]
    return section(title, columns, rows, most)


def _is_number(values: list[Any]) -> bool:
    told = [value for value in values if value is not None and value != ""]
    return bool(told) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in told)


def _cell(value: Any) -> str:
    from planner.plan import words

    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.number(float(value)) if isinstance(value, int | float) else str(value)


def following(plan: Plan, file: str, topic: str | None, told: list[Explanation], given: dict[str, Any]) -> str:
    """Return the next useful command: the same with solving again, or what policies cost."""
    source = ["planner", "explain", file]
    asked = [part for value in given["overlays"] for part in ("-f", value)]
    asked += [part for value in given["sets"] for part in ("--set", value)]
    asked += ["--scenario", given["source"]] if given["source"] is not None else []
    if not plan.has_plan and plan.status != "infeasible":
        made_from = given["source"] or ("SCENARIO" if Path(file).suffix == ".json" else file)
        if plan.status == "limit":
            return f"{shlex.join(['planner', 'solve', made_from, '--time-limit', '3600'])}  (a longer limit)"
        return f"{shlex.join(['planner', 'show', made_from, '--origin'])}  (where each figure comes from)"
    if topic is not None and not told[0].solved_again and not (given["solve"] or given["again"]):
        named = [given["name"]] if given.get("name") else []
        return f"{shlex.join([*source, topic, *named, *asked, '--solve'])}  (solves again for the rest)"
    if plan.has_plan and topic != "policies":
        return f"{shlex.join([*source, 'policies', *asked, '--solve'])}  (what each policy costs)"
    if not plan.has_plan and topic is None:
        return f"{shlex.join([*source, 'infeasible', *asked, '--solve'])}  (the least repairs)"
    return f"{shlex.join([*source, *asked])}  (all that can be read at once)"
