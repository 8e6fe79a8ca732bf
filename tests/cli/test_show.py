"""`show`: the resolved scenario reads back the same, and every value knows where it was written."""

from __future__ import annotations

import pytest

import planner as package
from planner.cli.written import scalar, yaml_text
from planner.scenario.reader import read
from tests.cli.conftest import BIG, SHORT, TRANSPORT


@pytest.mark.parametrize("file", [TRANSPORT, BIG, SHORT])
def test_what_is_shown_is_the_same_scenario(planner, tmp_path, file):
    """Shown, read again, shown again: same hash, same text; with origins as comments, too."""
    for flags in ((), ("--origin",)):
        shown = tmp_path / "shown.yaml"
        shown.write_text(planner("show", file, *flags).out, encoding="utf-8")
        assert package.load(shown).hash == package.load(file).hash
        assert planner("show", shown).out == planner("show", file).out


@pytest.mark.parametrize(
    "text",
    [
        "NO", "yes", "1e3", "010", "12:30", "null", "~", "", " x", "a: b", "a #b", "- a", "[a", "{a", "'", '"', "ä ö",
        "2024", "2024Q1", "true", ".5", "line\nbreak", "a,b", "x:", "!tag", "&a", "*a", "%", "@", "tab\there", "0x1F",
        "=", "-", "é",
    ],
)  # fmt: skip
def test_text_reads_back_as_the_same_text(text):
    """As a value, as a key, and inside a list on one line."""
    plain = {"k": text, "m": [text, 1.5], **({text: {"deep": {"x": text}}} if text else {})}
    assert read("x", text=yaml_text(plain)).value == plain


def test_numbers_read_back_as_the_same_numbers():
    """Whole ones without a point."""
    values = [1.0, -0.5, 1e-12, 123456789.123, 1e15, 7]
    assert read("x", text=yaml_text({"k": values})).value["k"] == values
    assert (scalar(40.0), scalar(True), scalar(None)) == ("40", "true", "null")


def test_long_lists_are_wrapped_and_read_back():
    """Forty numbers do not fit on a line."""
    values = [i + 0.125 for i in range(40)]
    text = yaml_text({"a": {"b": {"k": values}}})
    assert max(map(len, text.splitlines())) <= 120
    assert read("x", text=text).value["a"]["b"]["k"] == values


def test_each_value_says_where_it_was_written(planner, tmp_path):
    """The base, the overlay that wins, the setting that wins over both, one period of a series, and a table's row."""
    base, over, table = tmp_path / "base.yaml", tmp_path / "over.yaml", tmp_path / "demand.csv"
    text = SHORT.read_text(encoding="utf-8").replace(
        "by_region: {north: 10}", "by_region: {table: demand.csv, key: region, value: jobs}"
    )
    base.write_text(text, encoding="utf-8")
    table.write_text("region,jobs\n\nnorth,10\n", encoding="utf-8")
    over.write_text("offers: {rent: {price_per_hour: 3}}\n", encoding="utf-8")
    args = ("show", base, "-f", over, "--set", "devices.card.memory_gb=48", "--set", "offers.rent.supply[p1]=2")
    out = planner(*args, "--origin").out
    assert f"price_per_hour: 3  # {over}:1" in out
    assert "card: {memory_gb: 48}  # --set 'devices.card.memory_gb=48'" in out
    assert f"kind: on-demand  # {base}:9" in out
    assert "--set 'offers.rent.supply[p1]=2'" in next(line for line in out.splitlines() if "supply:" in line)
    assert f"by_region: {{north: 10}}  # {table}:3" in out
    origin = planner(*args, "--origin", "--json").json["origin"]
    assert origin["offers.rent.price_per_hour"] == f"{over}:1"
    assert origin["workloads.jobs.demand.by_region.north"] == f"{table}:3"


def test_keys_stand_in_the_order_of_the_schema_and_things_by_name(planner):
    """Name first, workloads after regions, and chicago before new-york however the file has them."""
    lines = [line for line in planner("show", TRANSPORT).out.splitlines() if line[:1].isalpha()]
    assert [line.partition(":")[0] for line in lines] == [
        "name", "description", "horizon", "money", "regions", "workloads", "offers", "sites", "expect",
    ]  # fmt: skip
    out = planner("show", TRANSPORT).out
    assert out.index("chicago") < out.index("new-york") < out.index("topeka")
