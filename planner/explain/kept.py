"""Explanations that took solving again, kept beside the plan that they are about.

They lie in a file of their own, `plan.explained.json` for `plan.json`: the plan stays as it is, byte for byte, and so does
its hash. The file names that hash and the planner's version; where either is another, it is ignored and written anew.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from planner.explain.explanation import Asked, Explanation, from_dict
from planner.plan.files import written
from planner.plan.plan import Plan

FORMAT = "planner-explanations"
VERSION = 1


def file_of(plan_file: Path) -> Path:
    """Return the file that keeps a saved plan's explanations."""
    return plan_file.with_name(f"{plan_file.stem}.explained.json")


def key_of(topic: str, asked: Asked) -> str:
    """Return under which name an explanation is kept."""
    return topic if asked.name is None else f"{topic} {asked.name}"


def kept(plan: Plan, plan_file: Path, topic: str, asked: Asked) -> Explanation | None:
    """Return the explanation that was kept, or None; what cannot be read counts as none."""
    found = _read(plan, plan_file).get(key_of(topic, asked))
    try:
        return from_dict(found) if found is not None else None
    except (KeyError, TypeError, ValueError):
        return None


def keep(plan: Plan, plan_file: Path, asked: Asked, explanation: Explanation) -> None:
    """Keep an explanation beside its plan.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    found = _read(plan, plan_file) | {key_of(explanation.topic, asked): explanation.to_dict()}
    document = _head(plan) | {"explanations": found}
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    written(file_of(plan_file), write)


def _read(plan: Plan, plan_file: Path) -> dict[str, Any]:
    """Return what is kept of this plan, by name."""
    try:
        data = json.loads(file_of(plan_file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict) or any(data.get(key) != value for key, value in _head(plan).items()):
        return {}
    explanations = data.get("explanations")
    return explanations if isinstance(explanations, dict) else {}


def _head(plan: Plan) -> dict[str, Any]:
    """Return what a file of kept explanations says of itself: of which plan they are, and by which planner."""
    return {"format": FORMAT, "version": VERSION, "planner": version("planner"), "plan_hash": plan.hash}
