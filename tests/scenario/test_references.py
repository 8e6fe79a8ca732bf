"""References to tables: what they stand for, and what is wrong with them, at their own place or the table's."""

import re
from pathlib import Path

import pytest

import planner
from planner.errors import InputError, Place, Problem
from tests.scenario.rich import edited, load, refused

TABLE = """\
# A comment.
name,power_mw,pue,country,period,region,amount,distributed
berlin,1,1.2,DE,2024Q1,europe,5,
tokyo,2,1.1,JP,2024Q2,asia,-7,false
"""
FILES = {
    "t.csv": TABLE,
    "empty.csv": "",
    "head.csv": "name,value\n",
    "ragged.csv": "name,value\na,1\nb\nc,1,2\n",
    "bad.csv": "name,value,pue\na,x,1\nb,1e999,\nc,,0\nd,-3,2\n",
    "twice.csv": "name,value\na,1\na,2\n",
    "matrix.csv": "site,europe,asia\nberlin,0.1,0.2\ntokyo,,0.3\n",
    "long.csv": "site,region,cost\nberlin,europe,0.1\nberlin,asia,0.2\ntokyo,asia,0.3\n",
    "series.csv": "region,period,use\n"
    + "".join(f"{r},2024Q{q},{q}\n" for r in ("europe", "asia") for q in (1, 2, 3, 4, 4)),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with tables, so that places are short."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    Path("binary.csv").write_bytes(b"name,value\na,\xff\n")
    return tmp_path


SITES = "sites:\n" + edited().split("sites:\n", 1)[1].split("network:", 1)[0]
MATRIX = "    profile: day\n"


def power(reference):
    return edited("power_mw: 1,", f"power_mw: {reference},")


def demand(reference):
    return edited("chain: need, split: users", f"by_region: {reference}")


def sites(reference):
    return edited(SITES, f"sites: {reference}\n", "sites: [net]", "sites: [berlin]")


def device(reference):
    return edited("{maker: nvidia, memory_gb: 80, power_kw: 1.2, idle_power_kw: 0.2}", reference)


# ---- what they stand for -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("{table: t.csv, value: power_mw, where: {name: tokyo}}", 2),
        ("{table: t.csv, value: power_mw, where: {pue: 1.1}}", 2),
        ("{table: t.csv, value: power_mw, where: {name: [berlin, tokyo]}, combine: sum}", 3),
        ("{table: t.csv, value: power_mw, combine: mean}", 1.5),
        ("{table: t.csv, value: power_mw, combine: max, times: 10}", 20),
        ("{table: t.csv, value: power_mw, combine: sum, largest: 1}", 2),
        ("{table: t.csv, value: power_mw, where: {distributed: false}}", 2),
        ("{table: t.csv, value: power_mw, period: period, between: hold}", (1, 2, 2, 2)),
        ("{table: series.csv, value: use, where: {region: asia}, period: period, combine: sum}", (1, 2, 3, 8)),
        ("[1, 2, 3, {table: t.csv, value: power_mw, where: {name: tokyo}}]", (1, 2, 3, 2)),
        ("{2024Q1: {table: t.csv, value: power_mw, where: {name: tokyo}}, between: zero}", (2, 0, 0, 0)),
    ],
)
def test_a_number_or_a_series(reference, expected):
    assert load(power(reference)).document.sites["berlin"].power_mw == expected


def test_a_mapping():
    asked = load(demand("{table: series.csv, key: region, value: use, period: period, combine: max}"))
    assert asked.document.workloads["video"].demand.by_region == {"europe": (1, 2, 3, 4), "asia": (1, 2, 3, 4)}


@pytest.mark.parametrize(
    "reference", ["{table: matrix.csv, row: site}", "{table: long.csv, row: site, column: region, value: cost}"]
)
def test_a_matrix(reference):
    """Wide, or one value a row; an empty cell is none."""
    scenario = load(edited(MATRIX, f"{MATRIX}    serving_cost: {reference}\n"))
    assert scenario.document.workloads["video"].serving_cost == {
        "berlin": {"europe": 0.1, "asia": 0.2}, "tokyo": {"asia": 0.3}
    }  # fmt: skip


def test_things():
    """Columns that are fields of the thing; what `each` says; things and fields beside the reference win."""
    scenario = load(
        sites(
            "{table: t.csv, name: name, each: {pue: 1.5, tariff_per_kwh: {table: t.csv, value: pue, where: {name: tokyo}}},"
            " tokyo: {country: KR, pue: null}, oslo: {power_mw: 9}}"
        )
    )
    berlin, tokyo, oslo = (scenario.document.sites[name] for name in ("berlin", "tokyo", "oslo"))
    assert (berlin.power_mw, berlin.pue, berlin.tariff_per_kwh, berlin.country) == (1, 1.5, 1.1, "DE")
    assert (tokyo.power_mw, tokyo.pue, tokyo.country, tokyo.distributed) == (2, 1, "KR", False)
    assert (oslo.power_mw, oslo.pue) == (9, 1)


def test_things_named_by_two_columns_or_taken_out():
    named = load(edited(SITES, "sites: {table: t.csv, name: [name, country], tokyo-JP: null}\n", "sites: [net]", "sites: []",
                        "sites: [berlin]}\n  retail", "sites: []}\n  retail", "sites: [berlin], value", "sites: [berlin-DE], value"))  # fmt: skip
    assert list(named.document.sites) == ["berlin-DE"]


def test_one_thing():
    """Of the row of its own name, or of another; its own keys win, and null takes a cell away."""
    given = load(device("{from_table: devices.csv, row: h100-sxm, power_kw: 7, interconnect: null}")).document.devices[
        "h100"
    ]
    shipped = load(device("{from_table: devices.csv, row: h100-sxm}")).document.devices["h100"]
    assert (given.power_kw, given.interconnect, given.memory_gb) == (7, None, 80)
    assert (shipped.interconnect, shipped.maker) == ("nvlink", "nvidia")


def test_values_have_the_place_of_their_row():
    scenario = load(sites("{table: t.csv, name: name, tokyo: {pue: 1.5}}"))
    assert scenario.place(("sites", "tokyo", "power_mw")) == Place("t.csv", 4)
    assert scenario.place(("sites", "tokyo", "pue")) == Place("s.yaml", 36, 48)
    series = load(power("{table: t.csv, value: power_mw, period: period, between: hold}"))
    assert series.place(("sites", "berlin", "power_mw", "2024Q2")) == Place("t.csv", 4)
    assert series.place(("sites", "berlin", "power_mw", "between")).file == "s.yaml"


def test_settings_reach_what_a_table_says():
    """As they reach what the file says: one field, one period, a thing taken out, another table."""
    text = sites("{table: t.csv, name: name}")
    document = load(text, sets=["sites.tokyo.power_mw=9", "sites.berlin.power_mw[2024Q2]=5"]).document
    assert (document.sites["tokyo"].power_mw, document.sites["berlin"].power_mw) == (9, (1, 5, 1, 1))
    assert list(load(text, sets=["sites.tokyo=null"]).document.sites) == ["berlin"]
    assert load(power("{table: t.csv, value: power_mw, combine: max}"), sets=["sites.berlin.power_mw.combine=sum"]).document.sites[
        "berlin"
    ].power_mw == 3  # fmt: skip
    assert load(device("{from_table: devices.csv, row: h100-sxm}"), sets=["devices.h100.interconnect=null"]).document.devices[
        "h100"
    ].interconnect is None  # fmt: skip
    assert load(text).replace({"sites.tokyo.power_mw": 9}).document.sites["tokyo"].power_mw == 9
    assert refused(text, sets=["sites.tokio.power_mw=9"]) == [
        "--set 'sites.tokio.power_mw=9': sites.tokio: there is no 'tokio' in sites; did you mean 'tokyo'?"
    ]


def test_an_overlay_reaches_what_a_table_says():
    Path("more.yaml").write_text(
        "sites: {tokyo: {power_mw: 9}}\ndevices: {h100: {memory_gb: null}}\n", encoding="utf-8"
    )
    text = sites("{table: t.csv, name: name}").replace(
        "{maker: nvidia, memory_gb: 80, power_kw: 1.2, idle_power_kw: 0.2}", "{from_table: devices.csv, row: h100-sxm}"
    )
    document = load(text, overlays=["more.yaml"]).document
    assert (document.sites["tokyo"].power_mw, document.sites["tokyo"].country) == (9, "JP")
    assert document.devices["h100"].memory_gb is None


def test_a_table_from_elsewhere(tmp_path):
    (tmp_path / "inner").mkdir()
    outside = f"{{table: {tmp_path / 't.csv'}, value: power_mw, combine: sum}}"
    (found,) = refused(power(outside))
    assert found.startswith("37:43: sites.berlin.power_mw: '/")
    assert found.endswith(": absolute paths need --allow-path")
    assert load(power(outside), allow_path=True).document.sites["berlin"].power_mw == 3
    above = power("{table: ../t.csv, value: power_mw, combine: sum}")
    (tmp_path / "inner" / "s.yaml").write_text(above, encoding="utf-8")
    with pytest.raises(InputError, match="paths out of the folder of the scenario need --allow-path"):
        planner.load("inner/s.yaml")
    assert planner.load("inner/s.yaml", allow_path=True).document.sites["berlin"].power_mw == 3


# ---- what is wrong with them -------------------------------------------------------------------------------

SERIES = "a table here gives one number, or one for each period: say `value`"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        # The table.
        ("{table: nope.csv, value: a}", ["37:43", "there is no table 'nope.csv'; looked in"]),
        ("{table: t.scv, value: a}", ["37:43", "did you mean 't.csv'?"]),
        ("{table: '', value: a}", ["37:43", "a table is named by its file, such as demand.csv"]),
        ("{table: empty.csv, value: value}", ["empty.csv: the table has no header"]),
        ("{table: head.csv, value: value}", ["37:35", "head.csv has no row"]),
        ("{table: ragged.csv, value: value}", [
            "ragged.csv:3: this row has 1 cells, the header has 2", "ragged.csv:4: this row has 3 cells"]),
        ("{table: binary.csv, value: value}", ["binary.csv:2: byte 3 of this line is not UTF-8 text"]),
        # Its cells.
        ("{table: bad.csv, value: value, combine: sum}", [
            "bad.csv:2: sites.berlin.power_mw: 'x' is not a number (column 'value')",
            "bad.csv:3: sites.berlin.power_mw: '1e999' is too large for a number (column 'value')",
            "bad.csv:4: sites.berlin.power_mw: the cell is empty; write a number (column 'value')"]),
        ("{table: t.csv, value: amount, where: {name: tokyo}}", [
            "t.csv:4: sites.berlin.power_mw: must be at least 0, not -7"]),
        ("{table: t.csv, value: power_mw, times: 1e20, where: {name: tokyo}}", [
            "t.csv:4: sites.berlin.power_mw: must be finite and at most 1e15 in size, not 2e+20"]),
        # Its columns and rows.
        ("{table: t.csv, value: power}", ["37:57", "t.csv has no column 'power' (for `value`); did you mean 'power_mw'?"]),
        ("{table: t.csv, value: pue, where: {nam: x}}", ["37:69", "t.csv has no column 'nam' (for `where`); did you mean 'name'?"]),
        ("{table: t.csv, value: pue, period: perod}", ["37:70", "t.csv has no column 'perod' (for `period`); did you mean 'period'?"]),
        ("{table: t.csv, value: pue, where: {name: [bonn, kiel]}}", ["37:69", "t.csv has no row with name bonn or kiel"]),
        ("{table: t.csv, value: power_mw}", ["37:35", "2 rows fit; say `where` more closely, or how to `combine` them (second: t.csv:4)"]),
        ("{table: t.csv, value: power_mw, period: period}", [
            "t.csv:3: sites.berlin.power_mw: leaves 2 of 4 periods open (2024Q3, 2024Q4)"]),
        ("{table: t.csv, value: power_mw, period: country}", [
            "37:75", "no row has a period of the horizon in column 'country'; the first has 'DE' (t.csv:3)"]),
        # Its keys.
        ("{table: t.csv}", ["37:35", "`value` must name the column with the numbers"]),
        ("{table: t.csv, vlaue: pue}", ["37:57", "'vlaue' is no key of a reference to a table; did you mean 'value'?"]),
        ("{table: t.csv, value: [pue]}", ["37:57", "`value` must be the name of a column, not a list"]),
        ("{table: t.csv, value: pue, where: 3}", ["37:69", "`where` must map columns to values"]),
        ("{table: t.csv, value: pue, where: {name: {a: 1}}}", ["37:69", "`where` must map columns to values, not to a mapping"]),
        ("{table: t.csv, value: pue, combine: prod}", ["37:71", "`combine` must be one of sum, max, mean"]),
        ("{table: t.csv, value: pue, combine: sum, largest: 0}", ["37:85", "`largest` must be a whole number, at least 1"]),
        ("{table: t.csv, value: pue, largest: 2}", ["37:71", "`largest` goes with `combine`"]),
        ("{table: t.csv, value: pue, combine: sum, times: x}", ["37:83", "`times` must be a number"]),
        ("{table: t.csv, value: pue, combine: sum, times: true}", ["37:83", "`times` must be a number"]),
        ("{table: t.csv, value: pue, period: period, between: [3]}", ["37:87", "`between` must be one of hold"]),
        ("{table: t.csv, value: pue, combine: sum, between: hold}", ["37:85", "`between` goes with `period`"]),
        ("{table: t.csv, value: [pue], times: x}", ["37:57", "37:71"]),
        # Its form.
        ("{table: t.csv, key: name, value: pue}", ["37:43", SERIES]),
        ("{table: t.csv, row: name}", ["37:43", SERIES]),
        ("{table: t.csv, name: name}", ["37:43", SERIES]),
        ("{from_table: t.csv}", ["37:35", "a row can only stand for a named thing, such as a device or a site"]),
    ],
)  # fmt: skip
def test_a_wrong_reference_for_a_number(reference, expected):
    """One line for each mistake, and none that only follows from it."""
    found = refused(power(reference))
    text = "\n".join(found)
    assert all(part in text for part in expected), text
    places = [part for part in expected if re.match(r"37:\d+$|\w+\.csv:", part)]
    assert len(found) == len(places)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (demand("{table: t.csv, key: region, value: amount}"), [
            "t.csv:4: workloads.video.demand.by_region.asia: must be at least 0, not -7"]),
        (demand("{table: t.csv, key: name, value: pue}"), [
            "t.csv:3: workloads.video.demand.by_region.berlin: there is no region 'berlin' (europe, asia)",
            "t.csv:4: workloads.video.demand.by_region.tokyo: there is no region 'tokyo' (europe, asia)"]),
        (demand("{table: t.csv, value: pue}"), [
            "21:33: workloads.video.demand.by_region: a table here gives numbers by name: say `key` and `value`"]),
        (demand("{table: series.csv, key: region, value: use, period: period}"), [
            "21:25: workloads.video.demand.by_region: 2 rows fit; say `where` more closely, or how to `combine` them "
            "(second: series.csv:6)"]),
        (sites("{table: t.csv, name: nme}"), ["36:29: sites: t.csv has no column 'nme' (for `name`); did you mean 'name'?"]),
        (sites("{table: t.csv, name: []}"), ["36:29: sites: `name` must be the name of a column, or a list of such names"]),
        (sites("{table: t.csv, name: name, value: pue}"), ["36:42: sites: `value` does not go with table, name"]),
        (sites("{table: t.csv, name: name, wher: {name: x}}"), [
            "36:41: sites: 'wher' is no key of a reference to a table; did you mean 'where'?"]),
        (sites("{table: twice.csv, name: name}"), ["36:33: sites: two rows are named 'a'; the second is twice.csv:3"]),
        (sites("{table: bad.csv, name: name}"), [
            "bad.csv:4: sites.c.pue: must be at least 1, not 0"]),
        (device("{from_table: devices.csv, row: h100}"), [
            "30:40: devices.h100: devices.csv has no row named 'h100' in column 'name'; did you mean 'h200'?"]),
        (device("{from_table: devices.csv}"), [
            "30:9: devices.h100: devices.csv has no row named 'h100' in column 'name'; did you mean 'h200'?"]),
        (device("{from_table: twice.csv, row: a}"), [
            "30:38: devices.h100: twice.csv has several rows named 'a' in column 'name'"]),
        (device("{from_table: devices.csv, row: [1]}"), ["30:40: devices.h100: `row` must be the name of a row"]),
        (device("{from_table: devices.csv, row: h100-sxm, memory: 3}"), [
            "30:50: devices.h100.memory: unknown key; did you mean 'memory_gb'?"]),
        (edited(MATRIX, f"{MATRIX}    serving_cost: {{table: long.csv, row: site, column: region}}\n"), [
            "28:19: workloads.video.serving_cost: `value` must name the column with the numbers"]),
        (edited(MATRIX, f"{MATRIX}    serving_cost: {{table: twice.csv, row: name}}\n"), [
            "28:19: workloads.video.serving_cost: two rows give the value of 'a' and 'value'; the second is twice.csv:3"]),
        (edited("name: rich", "name: {from_table: devices.csv}"), [
            "1:7: name: a row can only stand for a named thing, such as a device or a site"]),
        (edited("[europe, berlin]", "{table: t.csv, value: pue}"), ["42:23: network.links.a.ends: a table cannot stand here"]),
        (edited("pue: 1.2", "pue: {table: t.csv, value: pue, period: period}"), [
            "37:78: sites.berlin.pue: `period` does not go with a value that is the same in every period"]),
    ],
)  # fmt: skip
def test_a_wrong_reference_elsewhere(text, expected):
    assert refused(text) == expected


def test_all_wrong_references_at_once():
    """With what else is wrong, but not with what only follows from them."""
    text = edited(
        "power_mw: 1,", "power_mw: {table: nope.csv, value: a},", "pue: 1.2", "pue: 0.2",
        "power_kw: 1.2", "power_kw: {table: t.csv, value: nope}",
    )  # fmt: skip
    assert [line.split(": ")[1] for line in refused(text)] == [
        "devices.h100.power_kw", "sites.berlin.power_mw", "sites.berlin.pue"
    ]  # fmt: skip


def test_a_region_called_table():
    """A reference has the name of a file; a number under that key is a value like others."""
    data = {
        "horizon": {"start": 2024},
        "regions": {"table": {}},
        "workloads": {"w": {"demand": {"by_region": {"table": 5}}}},
    }
    assert planner.load(data).document.workloads["w"].demand.by_region == {"table": 5}


def test_a_message_is_one_line_whatever_a_name_holds():
    """A line break and an escape in a name that no row has are written out, so that they do nothing to a terminal."""
    problem = Problem(
        "t.csv has no row with name a\nb\x1b[31m\u202ec, Übung می‌خواهم", "sites.bonn", Place("s.yaml", 3, 1)
    )
    assert str(problem) == r"s.yaml:3:1: sites.bonn: t.csv has no row with name a\nb\x1b[31m\u202ec, Übung می‌خواهم"
