"""The strict YAML reader: what it reads, and that everything else ends in an `InputError` with its place."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.errors import InputError, Place
from planner.scenario import builder
from planner.scenario.reader import LIMIT, read, read_value
from planner.scenario.tree import dotted


def value(text):
    return read("s.yaml", text=text).value


def problems(text, **options):
    with pytest.raises(InputError) as caught:
        read("s.yaml", text=text, **options)
    return caught.value.problems


def only(text):
    (problem,) = problems(text)
    return problem


def at(problem):
    return problem.place.line, problem.place.column


# ---- scalars -----------------------------------------------------------------------------------------------


STAYS_TEXT = """
    NO no yes on Off y 12:30:00 2024-01-01 2024-01-01T00:00:00Z 010 -007 1_000 0x1F 0o17 0b1 1,000 1e e3 . ..
    + -. = nUll tRue inf nan 1.2.3 ٣ 1e3x H100 2025Q1 00.5 1.5_0
"""


@pytest.mark.parametrize("written", STAYS_TEXT.split())
def test_stays_text(written):
    assert value(f"a: {written}") == {"a": written}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        ("2.50", 2.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("-0.0", 0.0),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int 7", 7),
        ("!!float 7", 7.0),
        ("!!bool true", True),
        ("!!null ~", None),
    ],
)
def test_core_scalars(written, expected):
    read_back = value(f"a: {written}")["a"]
    assert read_back == expected
    assert type(read_back) is type(expected)


@pytest.mark.parametrize("written", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e400", "-1e999", "9" * 5000])
def test_numbers_that_are_not_finite_are_refused(written):
    problem = only(f"a:\n  b: {written}")
    assert (problem.code, problem.path, at(problem)) == ("number", "a.b", (2, 6))


@pytest.mark.parametrize(
    "written",
    [
        "!!int foo",
        "!!float x",
        "!!bool 1",
        "!!null 0",
        "!!int 1.5",
        "!!timestamp 2024-01-01",
        "!!binary aGk=",
        "!x 1",
        "!!python/object/apply:os.system [ls]",
        "!!python/name:os.system",
        "!!set {a, b}",
        "!!omap [a: 1]",
        "!y {}",
    ],
)
def test_tags_that_build_objects_or_lie_are_refused(written):
    problem = only(f"a: {written}")
    assert (problem.code, at(problem)) == ("tag", (1, 4))


def test_tag_directive_cannot_smuggle_in_a_tag():
    text = "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.getcwd []\n"
    assert only(text).code == "tag"


def test_tags_of_plain_collections_are_accepted():
    assert value("a: !!map {b: !!seq [1]}") == {"a": {"b": [1]}}


# ---- keys --------------------------------------------------------------------------------------------------


def test_keys_stay_as_written():
    """Periods are keys: 2024 is the name of a year, and 1.10 is not 1.1."""
    assert list(value("{2024: a, 1.10: b, 010: c, true: d, 2024-01: e, '': f, 1e999: g}")) == [
        "2024", "1.10", "010", "true", "2024-01", "", "1e999",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["null", "~", "? []\n", "? {}\n", "? [a, {b: c}]\n", "? - a\n", "?\n", "*x "])
def test_keys_that_are_not_text_are_refused(key):
    text = f"x: &x 1\n{key}: 1\nok: 2"
    assert [(p.code, p.place.line) for p in problems(text)] == [("key", 2)]


def test_a_mapping_goes_on_after_a_key_that_is_a_list():
    assert [at(p) for p in problems("? [a]\n: {b: 1, b: 2}\n? {c: d}\n: 3\ne: 1\ne: 2\n")] == [
        (1, 3), (2, 10), (3, 3), (6, 1),
    ]  # fmt: skip


def test_all_duplicate_keys_are_reported():
    found = problems("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n'a': 3\n2024: 1\n'2024': 2\n")
    assert [(p.path, at(p), p.code) for p in found] == [
        ("b.c", (4, 3), "duplicate-key"),
        ("a", (5, 1), "duplicate-key"),
        ("a", (6, 1), "duplicate-key"),
        ("2024", (8, 1), "duplicate-key"),
    ]
    assert "first on line 3" in found[0].message


def test_mistakes_of_different_kinds_are_reported_together_with_the_syntax_error():
    found = problems("a: 1\na: 2\nb: .inf\nc: !x 1\nd: [*none]\ne: ]\n")
    assert [(p.code, p.place.line) for p in found] == [
        ("duplicate-key", 2), ("number", 3), ("tag", 4), ("alias", 5), ("syntax", 6),
    ]  # fmt: skip


# ---- anchors, aliases, merge keys --------------------------------------------------------------------------


def test_aliases_stand_for_what_they_name():
    assert value("a: &x {b: [1]}\nc: *x\nd: [*x, &y 2024, *y]") == {
        "a": {"b": [1]}, "c": {"b": [1]}, "d": [{"b": [1]}, 2024, 2024],
    }  # fmt: skip


def test_merge_key():
    """Own entries win over merged ones wherever they stand, and earlier sources over later ones."""
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\none: {<<: *x, a: 9}\ntwo: {c: 9, <<: [*x, *y]}\n'<<': 1"
    read_back = value(text)
    assert read_back["one"] == {"a": 9, "b": 1}
    assert read_back["two"] == {"c": 9, "a": 1, "b": 1}
    assert read_back["<<"] == 1


@pytest.mark.parametrize("merged", ["1", "[1]", "null", "[*x, 2]"])
def test_merge_key_takes_mappings_only(merged):
    assert only(f"x: &x {{}}\na:\n  <<: {merged}").code == "key"


def test_two_merge_keys_are_refused():
    assert only("x: &x {b: 1}\na:\n  <<: *x\n  <<: *x").code == "duplicate-key"


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "&r [x, [*r]]", "a: &a\n  <<: *a"])
def test_recursive_aliases_are_refused(text):
    assert "alias" in {p.code for p in problems(text)}


def test_unknown_alias_has_a_suggestion():
    problem = only("a: &prices 1\nb: *price")
    assert (at(problem), problem.message.endswith("did you mean 'prices'?")) == ((2, 4), True)


def test_alias_bomb_is_refused_unexpanded():
    """Ten aliases on each of thirty lines stand for 10**30 values."""
    lines = ["a0: &a0 x"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 31)]
    assert only("\n".join(lines)).code == "alias"


def test_merge_key_bomb_is_refused():
    lines = ["a: &a {" + ", ".join(f"k{i}: 1" for i in range(2000)) + "}"]
    lines += [f"b{i}: {{<<: *a}}" for i in range(600)]
    assert only("\n".join(lines)).code == "alias"


def test_aliases_cannot_nest_deeper_than_brackets():
    """Each line nests the one before 50 levels deeper, so 40 short lines would be 2,000 levels."""
    lines = ["a0: &a0 x"] + [f"a{i}: &a{i} {'[' * 50}*a{i - 1}{']' * 50}" for i in range(1, 41)]
    assert only("\n".join(lines)).code == "depth"


# ---- depth -------------------------------------------------------------------------------------------------

DEEP = {
    "lists": "'[' * 100_000",
    "closed lists": "'[' * 100_000 + ']' * 100_000",
    "mappings": "'{' * 100_000",
    "named mappings": "'{a: ' * 100_000",
    "brackets on lines": "'[\\n' * 100_000",
    "dashes": "'- ' * 100_000",
    "question marks": "'? ' * 100_000",
    "flow question marks": "'{? ' * 100_000",
    "block mappings": "'\\n'.join(' ' * i + 'a:' for i in range(2_000))",
    "block lists": "'\\n'.join(' ' * i + '-' for i in range(2_000))",
    "in a key": "'? ' + '[' * 100_000",
}


def test_deep_nesting_does_not_crash_the_interpreter():
    """In a process of its own, since a fault in the C parser would end the tests."""
    code = (
        "from planner.errors import InputError\nfrom planner.scenario.reader import read\n"
        f"for text in [{', '.join(DEEP.values())}]:\n"
        "    try:\n        read('s', text=text)\n"
        "    except InputError as error:\n        print(error.problems[-1].code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["depth"] * len(DEEP)


def test_hundred_levels_are_read_and_one_more_is_not():
    assert value("[" * builder.MAX_DEPTH + "]" * builder.MAX_DEPTH)
    problem = only("[" * (builder.MAX_DEPTH + 1) + "]" * (builder.MAX_DEPTH + 1))
    assert (problem.code, at(problem)) == ("depth", (1, 101))


# ---- documents and syntax ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n", "# only a comment\n", "---\n", "---\n...\n", "\ufeff"])
def test_empty_file_is_refused(text):
    problem = only(text)
    assert (problem.code, problem.message) == ("empty", "the file is empty")


def test_second_document_is_refused():
    problem = only("a: 1\n---\nb: 2\n")
    assert (problem.code, at(problem)) == ("documents", (2, 1))


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a:\n\tb: 1\n", (2, 1), "use spaces"),
        ("a: @b\n", (1, 4), "put it in quotes"),
        ("a: 'b\n", (2, 1), "end of stream"),
        ("a: b: c\n", (1, 5), "mapping values are not allowed"),
        ("a: [1, 2\nb: 1\n", (2, 2), "flow sequence"),
        ("%YAML 9.9\n---\na: 1\n", (1, 1), "incompatible"),
        ("é: 'ü' x\n", (1, 8), "did not find"),
    ],
)
def test_syntax_errors_have_their_place(text, place, words):
    problem = only(text)
    assert problem.code == "syntax"
    assert words in problem.message
    assert at(problem) == place


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\ud800", "\ufffe"])
def test_control_characters_are_refused(character):
    problem = only(f"a: 1\nb: x{character}")
    assert (problem.code, at(problem)) == ("encoding", (2, 5))


def test_escaped_nul_is_refused():
    assert only('a: "x\\0y"').code == "encoding"


# ---- places ------------------------------------------------------------------------------------------------


def test_places_of_keys_and_values():
    tree = read("s.yaml", text="sites:\n  iad:\n    power_mw:   40\n  list:\n    - a\n    - {b: 1}\n")
    assert tree.place(("sites", "iad", "power_mw")) == Place("s.yaml", 3, 5)
    assert tree.value_place(("sites", "iad", "power_mw")) == Place("s.yaml", 3, 17)
    assert tree.places["sites", "list", 1] == Place("s.yaml", 6, 7)
    assert tree.value_places["sites", "list", 1, "b"] == Place("s.yaml", 6, 11)


def test_place_of_a_path_that_does_not_exist_is_its_deepest_part():
    tree = read("s.yaml", text="a:\n  b: [1]\n")
    assert tree.place(("a", "b", 7, "c")) == Place("s.yaml", 2, 3)
    assert tree.place(("x",)) == Place("s.yaml", 1, 1)
    assert tree.place(("a", "b", "c")) == Place("s.yaml", 2, 3)


def test_aliased_value_has_the_place_of_its_own_key():
    tree = read("s.yaml", text="a: &x 1\nbc: *x\n")
    assert (tree.place(("bc",)).line, tree.value_place(("bc",)).line) == (2, 1)


def test_columns_count_characters_not_bytes():
    tree = read("s.yaml", text="{éé: 1, b: 2}")
    assert tree.place(("b",)).column == 9


def test_value_of_a_setting():
    place = Place("--set 'a=[1'")
    assert read_value("{a: [1, no]}", place) == {"a": [1, "no"]}
    with pytest.raises(InputError) as caught:
        read_value("[1", place)
    assert caught.value.problems[0].place == place


def test_path_in_words():
    assert dotted(("sites", "iad", 3, "a.b", "us-east 1")) == 'sites.iad[3]."a.b".us-east 1'


# ---- files -------------------------------------------------------------------------------------------------


def write(tmp_path, data, name="s.yaml"):
    file = tmp_path / name
    file.write_bytes(data)
    return file


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        read(path, **options)
    (problem,) = caught.value.problems
    return problem


def test_byte_order_mark_is_accepted(tmp_path):
    tree = read(write(tmp_path, b"\xef\xbb\xbfa: 1\n"))
    assert tree.value == {"a": 1}
    assert tree.place(("a",)).column == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_are_refused(tmp_path, encoding):
    assert refused(write(tmp_path, "a: 1\n".encode(encoding))).code == "encoding"


def test_invalid_utf8_has_its_place(tmp_path):
    problem = refused(write(tmp_path, "a: 1\né: ".encode() + b"\xff\n"))
    assert (problem.code, at(problem)) == ("encoding", (2, 4))


def test_missing_file(tmp_path):
    problem = refused(tmp_path / "none.yaml")
    assert str(problem) == f"{tmp_path / 'none.yaml'}: there is no such file"


def test_folder_is_not_a_file(tmp_path):
    assert "folder" in refused(tmp_path).message


def test_file_without_permission(tmp_path):
    file = write(tmp_path, b"a: 1")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("the superuser may read everything")
    assert "permission denied" in refused(file).message


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, ""])
def test_impossible_names(path):
    assert refused(path).code == "file"


def test_large_file_is_refused_at_once(tmp_path):
    file = tmp_path / "large.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(50_000_000)
    problem = refused(file)
    assert problem.code == "too-large"
    assert "CSV" in problem.message


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_endless_device_is_refused():
    assert refused("/dev/zero").code == "too-large"


def test_text_at_hand_has_the_same_limit():
    assert [p.code for p in problems("a: 1", limit_bytes=3)] == ["too-large"]


def test_dash_reads_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 1\n")))
    tree = read("-")
    assert (tree.value, tree.files, str(tree.place(("a",)))) == ({"a": 1}, ("<stdin>",), "<stdin>:1:1")


def test_ten_thousand_lines():
    text = "\n".join(f"k{i}:\n  a: {i}\n  b: [1, 2.5, x]\n  c: {{d: NO}}\n  e: text" for i in range(2_000))
    tree = read("s.yaml", text=text)
    assert len(tree.value) == 2_000
    assert len(tree.places) == 1 + 2_000 * 9


# ---- anything at all ---------------------------------------------------------------------------------------

FRAGMENTS = [
    "a",
    "b",
    ": ",
    ":\n",
    "\n",
    "  ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "<<: ",
    "!!int ",
]
FRAGMENTS += [
    "! ",
    "!y ",
    "'",
    '"',
    "|\n",
    ">-\n",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\t",
    "null",
    "1e400",
    "0",
]
FRAGMENTS += [
    "\\0",
    "\ufeff",
    "\x85",
    "\u2028",
    "\r",
    "é",
    "😀",
    "9" * 400,
    ".",
    "~",
    "!!map ",
    "*",
    "&",
    "!<",
    "%",
]


def settle(call):
    """Make a call that may refuse its input but do nothing worse, and look at what it gives."""
    try:
        tree = call()
    except InputError as error:
        found = error.problems
    else:
        assert tree.places.keys() == tree.value_places.keys()
        assert () in tree.places
        return
    assert found
    assert all(problem.message and problem.place for problem in found)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
@example("! ''")
@example("? &a x\n: *a")
@example("*x")
@example("&x")
@example("!!str")
def test_yaml_like_text_is_read_or_refused(text):
    settle(lambda: read("s.yaml", text=text))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(data)
    settle(lambda: read(file))


FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text("ab é.:#-0"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc1"), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.text("abc", min_size=1), PLAIN, min_size=1, max_size=4))
def test_json_reads_as_it_does_elsewhere(plain):
    """JSON is YAML 1.2, and Python's own writer is the witness."""
    assert read("s.json", text=json.dumps(plain)).value == plain


def test_reads_the_same_without_libyaml(monkeypatch):
    text = "a: &x {b: [1, NO, 1e3]}\nc: *x\nd: 'q'\n2024: |\n  text\n<<: *x\n"
    expected = read("s.yaml", text=text)
    monkeypatch.setattr(builder, "_LOADER", yaml.SafeLoader)
    assert read("s.yaml", text=text).value == expected.value
    assert read("s.yaml", text=text).places == expected.places
    assert only("[" * 5_000).code == "depth"
    assert only("a: [").code == "syntax"


def test_many_wrong_aliases_among_many_anchors_do_not_take_forever():
    anchors = [f"- &name{i} 1" for i in range(5_000)]
    text = "\n".join(anchors + [f"- *nam{i}x" for i in range(5_000)])
    assert len(problems(text)) == 5_000


def test_limit_is_ten_megabytes():
    assert LIMIT == 10_000_000


@pytest.mark.parametrize("text", ["a: {price: 30,000}", "a: {eu: 1,500, us: 2}", "a: {b: {c: 1,3}}", "a: {b: }"])
def test_a_comma_in_a_number_inside_braces_is_told(text):
    """`{price: 30,000}` is 30 and a key 000 without a value: never what was meant."""
    with pytest.raises(InputError, match="inside braces a comma ends a value"):
        read("s.yaml", text=text)


def test_a_key_without_a_value_outside_braces_is_null():
    """As YAML has it: `a:` with nothing after it, and `null` written out anywhere."""
    assert read("s.yaml", text="a:\nb: {c: null}").value == {"a": None, "b": {"c": None}}
