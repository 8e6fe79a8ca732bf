"""Every field of the schema has a witness: two scenarios that differ in it alone, and not only in what they say."""

import functools
import hashlib
import json
from typing import Annotated, get_args, get_origin

import numpy as np
import pytest

import planner
from planner.check.expected import missed
from planner.inputs.inputs import inputs_of
from planner.model.build import build
from planner.plan.summary import summarise
from planner.scenario.base import Part
from planner.scenario.fields import _branches
from planner.scenario.schema import Document
from tests.laws.witness_cases import CASES, KEPT, pair


def fields_of(annotation, path=""):
    """Yield the path of every field of a model and of all models below it; * is a name, [] an item."""
    for branch in _branches(annotation):
        if isinstance(branch, type) and issubclass(branch, Part):
            for name, field in branch.model_fields.items():
                at = f"{path}.{field.alias or name}" if path else name
                yield at
                yield from fields_of(Annotated[(field.annotation, *field.metadata, None)], at)
        elif get_origin(branch) in (dict, list):
            yield from fields_of(get_args(branch)[-1], path + (".*" if get_origin(branch) is dict else "[]"))


FIELDS = sorted(set(fields_of(Document)))


def test_every_field_has_a_witness():
    assert sorted(CASES) == FIELDS


@functools.cache
def scenario(text):
    return planner.load(json.loads(text), allow_path=True)


@functools.cache
def programme(text):
    """Return a hash of all numbers and names of the programme, with every objective."""
    built = build(inputs_of(scenario(text)))
    done = hashlib.sha256()
    for name in ("cost", "served", "carbon"):
        objective = built.objective(name)
        arrays, unit = built.finished.arrays(objective.coefficients, objective.constant)
        vectors = (arrays.cost * unit, arrays.lower, arrays.upper, arrays.start, arrays.index, arrays.value)
        for vector in (*vectors, arrays.row_lower, arrays.row_upper, arrays.integer, built.finished.scale):
            done.update(np.ascontiguousarray(vector).tobytes())
        done.update(repr((arrays.constant * unit, objective.unit)).encode())
        done.update(repr((arrays.column_names(), arrays.row_names())).encode())
    return done.hexdigest()


@functools.cache
def options(text):
    return planner.Request().resolved(scenario(text))


@functools.cache
def solved(text):
    return planner.solve(scenario(text))


def content(text):
    """Return all that a plan says, but for the scenario that it keeps."""
    made = solved(text).to_dict()
    for key in ("scenario", "scenario_hash", "hash", "solver"):
        del made[key]
    return json.dumps(made, sort_keys=True), solved(text).exit_code


def words(text):
    return repr(summarise(solved(text))), missed(solved(text))


def refused(text):
    """Return the words in which a scenario, or its solving, is refused."""
    try:
        solved(text)
    except planner.InputError as error:
        return [problem.message for problem in error.problems]
    return []


REFUSED = {
    "chains.*.steps[].kind": "utilisation is given twice",
    "regions.*.label": "no site that can run it may serve",
}
"""Fields whose use is in what is refused."""


@pytest.mark.parametrize("field", sorted(CASES))
def test_a_field_changes_something(field):
    """The programme, an option of the solver, a table of the plan, a text; or, where that is its use, the file."""
    one, other = (json.dumps(each) for each in pair(field))
    if field in REFUSED:
        assert refused(one) != refused(other)
        assert REFUSED[field] in refused(other)[0]
        return
    assert scenario(one) != scenario(other)
    if field.endswith(KEPT) and not field.startswith("expect"):
        assert (programme(one), options(one)) == (programme(other), options(other))
        assert scenario(one).plain != scenario(other).plain
        return
    assert any(seen(one) != seen(other) for seen in (programme, options, content, words)), f"{field} changes nothing"


def test_a_plan_keeps_the_scenario():
    """What fields of the kind of `source` and `note` are for."""
    _, other = (json.dumps(each) for each in pair("budgets.*.note"))
    assert solved(other).scenario["budgets"]["money"]["note"] == "rounded"


def test_a_pair_differs_in_its_field_alone():
    """Else the witness would speak for another field."""
    for field in CASES:
        path = CASES[field][0].split(".")
        for where in different(*pair(field)):
            assert where[: len(path)] == path[: len(where)], field


def different(one, other, path=()):
    """Yield the paths at which two values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from different(one.get(key), other.get(key), (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, pair_of in enumerate(zip(one, other, strict=True)):
            yield from different(*pair_of, (*path, str(i)))
    elif one != other:
        yield list(path)
