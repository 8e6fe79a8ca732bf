"""The JSON Schema of scenarios: for editors, and no stricter than the loader."""

from pathlib import Path

import jsonschema
import pytest

import planner
from planner.scenario.reader import read
from tests.scenario.rich import RICH, edited


@pytest.fixture(scope="module")
def validator():
    schema = planner.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", sorted(Path("scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_keep_the_schema(validator, path):
    """Also those that are laid over others, and so say little themselves."""
    assert list(validator.iter_errors(read(path).value)) == []


TABLES = [
    ("power_mw: 1,", "power_mw: {table: t.csv, value: power_mw, where: {name: [a, b]}, combine: sum},"),
    ("power_mw: 1,", "power_mw: {2024Q1: {table: t.csv, value: x}, between: hold},"),
    ("power_mw: 1,", "power_mw: [1, 2, 3, {table: t.csv, value: x}],"),
    ("pue: 1.2", "pue: {table: t.csv, value: pue}"),
    ("chain: need, split: users", "by_region: {table: t.csv, key: region, value: x, period: period, between: hold}"),
    ("split: users", "split: {table: t.csv, key: region, value: x}"),
    ("{peak: 2, rest: 0.7}", "{table: t.csv, key: slice, value: x}"),
    ("{maker: nvidia, memory_gb: 24, power_kw: 0.4}", "{from_table: devices.csv, row: nope, power_kw: 3, memory_gb: null}"),
    ("campaigns: {", "campaigns: {other: {from_table: t.csv, row: 4}, "),
    ("budgets: {", "budgets: {table: t.csv, name: [a, b], each: {per: year}, "),
    ("    profile: day\n", "    serving_cost: {table: t.csv, row: site}\n"),
    ("    profile: day\n", "    serving_cost: {berlin: {table: t.csv, key: region, value: x}}\n"),
    ("{sum: [1, 2]}", "{sum: [1, {table: t.csv, value: x}]}"),
    ('{"2024": 100}', "{table: t.csv, key: year, value: x}"),
]  # fmt: skip


@pytest.mark.parametrize("edit", TABLES)
def test_references_keep_the_schema(validator, edit):
    """Wherever the loader takes one: what it refuses here are the tables, which are not there."""
    data = read("s.yaml", text=edited(*edit)).value
    assert list(validator.iter_errors(data)) == []
    with pytest.raises(planner.InputError) as caught:
        planner.load(data)
    said = {problem.message.split("'")[0] for problem in caught.value.problems}
    assert said <= {"there is no table ", "devices.csv has no row named "}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: rich", "nmae: rich"), ("power_kw: 1.2", "power_kw: -1"), ("power_kw: 1.2", "power_kw: abc"),
        ("kind: buy", "kind: by"), ("power_mw: 1,", "power_mw: {between: hodl},"), ("count: 4", "count: 0"),
        ("power_mw: 1,", "power_mw: {table: t.csv, vlaue: x},"), ("regions: [europe]", "regoins: [europe]"),
        ("budgets: {", "budgets: {table: t.csv, name: a, wher: 3, "),
    ],
)  # fmt: skip
def test_mistakes_show_in_an_editor(validator, old, new):
    assert list(validator.iter_errors(read("s.yaml", text=RICH).value)) == []
    assert list(validator.iter_errors(read("s.yaml", text=edited(old, new)).value))


def test_every_part_is_described():
    """What an editor shows of a key; each part and each of its keys."""
    for name, part in planner.json_schema()["$defs"].items():
        assert part.get("description"), name
        for key, field in part.get("properties", {}).items():
            assert field.get("description"), f"{name}.{key}"


def test_a_scenario_may_extend_another(validator):
    assert list(validator.iter_errors({"extends": "base.yaml", "campaigns": {"a": {"units": 3}}})) == []
    assert list(validator.iter_errors({"extends": ["a.yaml", "b.yaml"]})) == []
