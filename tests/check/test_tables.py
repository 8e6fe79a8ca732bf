"""What is known of a plan's tables before solving is what plans have."""

import ast
from pathlib import Path

import pytest

import planner
from planner.check.cells import texts
from planner.plan.plan import TABLES
from planner.scenario.plan_tables import COST_KINDS, TEXTS, labels, numbers

MODEL = Path(__file__).parents[2] / "planner" / "model"


@pytest.mark.parametrize(
    "name", ["transport", "siting", "retail-only", "training-campaign", "llm-serving", "sora-claim"]
)
def test_every_column_and_label_is_known(name):
    """Columns of texts and of numbers, and what may stand in those of texts."""
    scenario = planner.load(f"scenarios/{name}.yaml")
    plan = planner.solve(scenario)
    document, calendar = scenario.document, scenario.calendar
    for table, frame in plan.tables.items():
        known = {*TEXTS[table], *numbers(table, plan.currency)}
        assert set(frame.columns) <= known, table
        for column in set(TEXTS[table]) & set(frame.columns):
            options = labels(table, column, document, calendar)
            assert options is None or set(texts(frame[column])) <= set(options), (table, column)


def test_every_table_is_known():
    """Those of a plan, and no other."""
    assert set(TEXTS) == set(TABLES)


def test_every_kind_of_cost_is_known():
    """Those by which the rules of the programme charge."""
    calls = [
        node
        for path in MODEL.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    kinds = {call.args[0].value for call in calls if call.func.attr in ("charge", "charge_constant") and
             isinstance(call.args[0], ast.Constant)}  # fmt: skip
    assert kinds == set(COST_KINDS)
