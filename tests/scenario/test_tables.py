"""CSV tables: where they are looked for, what is read, and what is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InputError, Place
from planner.scenario import tables
from planner.scenario.tables import find_table, number, numbers, read_table, shipped_data


@pytest.fixture
def table(tmp_path):
    """Give a function that reads bytes or text as a table."""

    def read(data):
        file = tmp_path / "t.csv"
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read_table(file)

    return read


@pytest.fixture
def refused(table):
    """Give a function that returns the problems of a table that is refused."""

    def problems(data):
        with pytest.raises(InputError) as caught:
            table(data)
        return caught.value.problems

    return problems


def not_found(*args, **options):
    with pytest.raises(InputError) as caught:
        find_table(*args, **options)
    return caught.value.problems[0]


# ---- reading -----------------------------------------------------------------------------------------------


def test_rows_by_column(table):
    read = table("site,mw\niad,40\nfra,NA\n")
    assert read.columns == ("site", "mw")
    assert read.rows == [{"site": "iad", "mw": "40"}, {"site": "fra", "mw": "NA"}]
    assert not read.is_empty


def test_spaces_around_names_and_cells_go(table):
    assert table(" site , mw\n iad , 4 0 \n").rows == [{"site": "iad", "mw": "4 0"}]


def test_lines_count_comments_blank_lines_and_quoted_line_ends(table):
    read = table('# source: x\n\n# more, "stuff\na,b\n1,2\n\n"3\n3",4\n5,6\n')
    assert read.lines == [5, 7, 9]
    assert read.rows[1] == {"a": "3\n3", "b": "4"}
    assert read.place(2) == Place(str(read.path), 9)


def test_hash_after_the_header_is_a_cell(table):
    assert table("a\n#1\n").rows == [{"a": "#1"}]


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa,b\r\n1,2\r\n", b"\xef\xbb\xbf# c\na,b\n1,2"])
def test_byte_order_mark_and_line_ends_of_windows(table, data):
    assert table(data).rows == [{"a": "1", "b": "2"}]


def test_table_without_rows_says_so(table):
    assert table("a,b\n").is_empty


def test_changed_file_is_read_again(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("a\n1\n")
    first = read_table(file)
    assert read_table(file) is first
    file.write_text("a\n1\n2\n")
    assert len(read_table(file).rows) == 2


# ---- refusing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["", "\n\n", "# only a comment\n"])
def test_no_header(refused, data):
    assert refused(data)[0].message == "the table has no header"


def test_header_names_are_there_and_differ(refused):
    found = refused("# x\na,,a,b, ,b\n1,2,3,4,5,6\n")
    assert {p.place.line for p in found} == {2}
    assert sorted(p.message for p in found) == [
        "column 2 of the header has no name",
        "column 5 of the header has no name",
        "the column 'a' is given twice",
        "the column 'b' is given twice",
    ]


@pytest.mark.parametrize("data", ["a;b\n1;2\n", "a\tb\n1\t2\n"])
def test_other_separators_are_named(refused, data):
    assert "separated by commas" in refused(data)[0].message


def test_all_ragged_rows_are_reported(refused):
    assert [(p.place.line, p.message.split(",")[0]) for p in refused("a,b\n1\n1,2\n1,2,3\n")] == [
        (2, "this row has 1 cells"),
        (4, "this row has 3 cells"),
    ]


def test_very_many_ragged_rows_are_counted(refused):
    found = refused("a,b\n" + "1\n" * 10_000)
    assert len(found) == 51
    assert "9,950 more" in found[-1].message


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a,b\n1,\xff\n", 2),
        ("a,b\né,1\n".encode("latin-1"), 2),
        (b"a,b\n1,\0\n", 2),
        ("a,b\n1,2".encode("utf-16"), 1),
    ],
)
def test_bytes_that_are_not_text(refused, data, line):
    (problem,) = refused(data)
    assert (problem.code, problem.place.line) == ("encoding", line)


@pytest.mark.parametrize("data", ['a,b\n"1,2\n', 'a,b\n"1"x,2\n', "a\n" + "x" * 200_000, "a\rb\rc"])
def test_broken_csv(refused, data):
    assert "not CSV" in refused(data)[0].message


def test_large_table_is_refused_at_once(tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as sparse:
        sparse.truncate(tables.LIMIT + 1)
    with pytest.raises(InputError, match="too large: 500 MB"):
        read_table(file)


@pytest.mark.parametrize("path", ["none.csv", "/dev/null", ".", "a\0b", "x" * 5000])
def test_what_is_no_file(path):
    with pytest.raises(InputError):
        read_table(path)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=100) | st.text('ab,\n\r"#;\0é ', max_size=40).map(str.encode))
def test_anything_is_read_or_refused(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "fuzz.csv"
    file.write_bytes(data)
    tables._read.cache_clear()
    try:
        read = read_table(file)
    except InputError as error:
        found = error.problems
    else:
        assert len(read.rows) == len(read.lines)
        assert all(tuple(row) == read.columns for row in read.rows)
        return
    assert all(problem.place for problem in found)


# ---- finding -----------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Make the folders of a scenario and of its base, and shipped data, each with some tables."""
    for name in (
        "scenario/own.csv",
        "scenario/both.csv",
        "base/both.csv",
        "base/sub/far.csv",
        "data/prices.csv",
        "up.csv",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a\n1\n")
    monkeypatch.setattr(tables, "shipped_data", lambda: tmp_path / "data")
    return [tmp_path / "scenario", tmp_path / "base"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("own.csv", "scenario/own.csv"),
        ("both.csv", "scenario/both.csv"),
        ("sub/far.csv", "base/sub/far.csv"),
        ("prices.csv", "data/prices.csv"),
        ("sub/../both.csv", "base/sub/../both.csv"),
        ("./own.csv", "scenario/own.csv"),
    ],
)
def test_found_beside_the_scenario_then_through_extends_then_shipped(folders, tmp_path, name, found):
    assert find_table(name, folders) == tmp_path / found


def test_missing_table_says_where_it_was_looked_for(folders, tmp_path):
    problem = not_found("prizes.csv", folders, place=Place("s.yaml", 3, 9), path="offers.table")
    assert problem.place == Place("s.yaml", 3, 9)
    assert problem.path == "offers.table"
    assert all(str(tmp_path / name) in problem.message for name in ("scenario", "base", "data"))
    assert problem.message.endswith("did you mean 'prices.csv'?")


def test_near_name_in_a_folder_below(folders):
    assert not_found("sub/fra.csv", folders).message.endswith("did you mean 'sub/far.csv'?")


@pytest.mark.parametrize("name", ["../up.csv", "sub/../../up.csv", "..", "a/../.."])
def test_climbing_out_needs_permission(folders, name):
    assert "--allow-path" in not_found(name, folders).message


def test_absolute_path_needs_permission(folders, tmp_path):
    name = str(tmp_path / "up.csv")
    assert not_found(name, folders).message.endswith("absolute paths need --allow-path")
    assert find_table(name, folders, allow_path=True) == Path(name)
    assert find_table("../up.csv", folders, allow_path=True).samefile(name)


@pytest.mark.parametrize("name", ["", " ", "a\0b", "sub", ".", "x" * 5000, "~"])
def test_names_of_no_table(folders, name):
    assert not_found(name, folders).code == "table"


def test_shipped_data_lies_in_the_checkout():
    assert shipped_data() == Path(__file__).parents[2] / "data"


# ---- numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"), [("1", 1.0), ("-2.5", -2.5), ("1e3", 1000.0), (".5", 0.5), ("+7.", 7.0), ("007", 7.0)]
)
def test_number(cell, value):
    assert number(cell, Place("t.csv", 2), "mw") == value


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "empty"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("-Infinity", "not a number"),
        ("1e999", "too large"),
        ("1,000", "thousands separators"),
        ("1_000", "thousands separators"),
        ("12 000.5", "thousands separators"),
        ("1'000'000", "thousands separators"),
        ("$5", "not a number"),
        ("0x10", "not a number"),
        ("5%", "not a number"),
        ("1.2.3", "not a number"),
        ("٣", "not a number"),
        (" 1", "not a number"),
        ("1\n", "not a number"),
        ("9" * 5000, "too large"),
        ("-", "not a number"),
    ],
)
def test_not_a_number(cell, words):
    with pytest.raises(InputError, match=words) as caught:
        number(cell, Place("t.csv", 2), "mw")
    assert caught.value.problems[0].path == "mw"


def test_numbers_of_a_column(table):
    assert numbers(table("a,b\n1,x\n2.5,y\n"), "a") == [1.0, 2.5]


def test_all_bad_cells_of_a_column_are_reported(table):
    with pytest.raises(InputError) as caught:
        numbers(table("site,mw\na,1\nb,\nc,x\nd,2\ne,nan\n"), "mw")
    assert [p.place.line for p in caught.value.problems] == [3, 4, 6]


def test_very_many_bad_cells_are_counted(table):
    with pytest.raises(InputError, match="150 more"):
        numbers(table("a\n" + "x\n" * 200), "a")


def test_unknown_column_has_a_suggestion(table):
    with pytest.raises(InputError, match="did you mean 'power_mw'"):
        numbers(table("site,power_mw\na,1\n"), "power_mv")


def test_reading_needs_no_large_library():
    """Start-up is part of the experience: pandas alone takes a second to import."""
    code = "import sys, planner.scenario.merge, planner.scenario.tables; print(*sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert not {"pandas", "numpy", "pulp", "networkx", "pydantic"} & set(done.stdout.split())
