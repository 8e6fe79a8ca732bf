"""Scenarios from several files: `extends`, overlays and `--set`."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.errors import InputError, Place
from planner.scenario.merge import Index, load_tree, parse_path, parse_set, set_value
from planner.scenario.reader import read


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in an empty folder, so that places are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files):
    """Write `a="..."` to a.yaml; a name with __ lies in a folder."""
    for name, text in files.items():
        file = Path(f"{name.replace('__', '/')}.yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def refused(*args, **options):
    with pytest.raises(InputError) as caught:
        load_tree(*args, **options)
    return caught.value.problems


def set_in(text, *sets, named=()):
    return load_tree("s.yaml", sets=sets, text=text, is_named=lambda path: path in named)


def set_refused(text, *sets, named=()):
    with pytest.raises(InputError) as caught:
        set_in(text, *sets, named=named)
    return caught.value.problems


# ---- the rules of merging ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ("a: {b: 1, c: 2}", "a: {c: 3, d: 4}", {"a": {"b": 1, "c": 3, "d": 4}}),
        ("a: {b: 1}", "a: 5", {"a": 5}),
        ("a: 5", "a: {b: 1}", {"a": {"b": 1}}),
        ("a: [1, 2]", "a: [3]", {"a": [3]}),
        ("a: {b: 1, c: 2}", "a: {b: null}", {"a": {"c": 2}}),
        ("a: 1", "a: null\nb: null", {}),
        ("a: null\nb: 1", "c: 2", {"b": 1, "c": 2}),
        ("a: [1, null]", "b: 1", {"a": [1, None], "b": 1}),
        (
            "s: [{name: iad, mw: 1, tax: 2}, {name: fra, mw: 3}]",
            "s: [{name: sin, mw: 5}, {name: iad, mw: 4, tax: null}]",
            {"s": [{"name": "iad", "mw": 4}, {"name": "fra", "mw": 3}, {"name": "sin", "mw": 5}]},
        ),
        ("s: [{name: iad}]", "s: []", {"s": []}),
        ("s: [{name: iad}]", "s: [{other: 1}]", {"s": [{"other": 1}]}),
        ("s: [{name: 1, a: 1}]", "s: [{name: '1', b: 2}]", {"s": [{"name": "1", "a": 1, "b": 2}]}),
    ],
)
def test_overlay(folder, base, over, merged):
    write(base=base, over=over)
    assert load_tree("base.yaml", ["over.yaml"]).value == merged
    write(top=f"extends: base.yaml\n{over}\n")
    assert load_tree("top.yaml").value == merged


def test_null_removes_a_key_without_any_base(folder):
    assert load_tree("s.yaml", text="a: null\nb: {c: ~, d: 1}\ne: [{f: null}]").value == {
        "b": {"d": 1},
        "e": [{}],
    }


def test_list_with_a_name_twice_cannot_be_merged(folder):
    write(base="s: [{name: iad}]", over="s:\n- {name: iad}\n- {name: iad}\n")
    (problem,) = refused("base.yaml", ["over.yaml"])
    assert (problem.code, problem.place) == ("duplicate-name", Place("over.yaml", 3, 3))


def test_overlays_merge_in_order(folder):
    write(base="a: 1\nb: 1\nc: 1", one="b: 2\nc: 2", two="c: 3")
    assert load_tree("base.yaml", ["one.yaml", "two.yaml"]).value == {"a": 1, "b": 2, "c": 3}


def test_places_follow_the_value_that_won(folder):
    write(base="a:\n  b: 1\n  c: 2\n", over="\n\na:\n    c: 3\n")
    tree = load_tree("base.yaml", ["over.yaml"])
    assert tree.place(("a", "b")) == Place("base.yaml", 2, 3)
    assert tree.place(("a", "c")) == Place("over.yaml", 4, 5)
    assert tree.value_place(("a", "c")) == Place("over.yaml", 4, 8)


def test_places_in_a_merged_list_use_its_new_positions(folder):
    write(base="s:\n- {name: a, x: 1}\n- {name: b, x: 1}\n", over="s:\n- {name: c, x: 1}\n- {name: b, x: 2}\n")
    tree = load_tree("base.yaml", ["over.yaml"])
    assert [tree.value_place(("s", i, "x")) for i in range(3)] == [
        Place("base.yaml", 2, 16),
        Place("over.yaml", 3, 16),
        Place("over.yaml", 2, 16),
    ]


# ---- extends -----------------------------------------------------------------------------------------------


def test_extends_is_relative_to_the_file_that_says_it(folder):
    write(
        runs__east__s="extends: ../common.yaml\nc: 3",
        runs__common="extends: base/b.yaml\nb: 2",
        runs__base__b="a: 1",
    )
    tree = load_tree("runs/east/s.yaml")
    assert tree.value == {"a": 1, "b": 2, "c": 3}
    assert tree.files == ("runs/east/s.yaml", "runs/east/../common.yaml", "runs/east/../base/b.yaml")
    assert [str(path) for path in tree.folders] == ["runs/east", "runs/east/..", "runs/east/../base"]


def test_extends_is_not_part_of_the_value(folder):
    write(base="a: 1", s="extends: base.yaml")
    assert load_tree("s.yaml").value == {"a": 1}


def test_later_base_wins_and_the_file_itself_wins_over_both(folder):
    write(one="a: 1\nb: 1\nc: 1", two="b: 2\nc: 2", s="extends: [one.yaml, two.yaml]\nc: 3")
    assert load_tree("s.yaml").value == {"a": 1, "b": 2, "c": 3}


def test_what_a_later_base_deletes_does_not_come_back(folder):
    """{x: 1} deleted, then {y: 2} set: not {x: 1, y: 2}."""
    write(one="a: {x: 1}", two="a: null", s="extends: [one.yaml, two.yaml]\na: {y: 2}")
    assert load_tree("s.yaml").value == {"a": {"y": 2}}


def test_overlay_may_extend(folder):
    write(s="a: 1\nb: 1", over__o="extends: p.yaml\nd: 4", over__p="b: 2")
    tree = load_tree("s.yaml", ["over/o.yaml"])
    assert tree.value == {"a": 1, "b": 2, "d": 4}
    assert tree.files == ("s.yaml", "over/o.yaml", "over/p.yaml")


def test_cycle_is_named(folder):
    write(a="extends: b.yaml", b="x: 1\nextends:\n  - c.yaml\n", c="extends: ./b.yaml")
    (problem,) = refused("a.yaml")
    assert "b.yaml -> c.yaml -> b.yaml" in problem.message
    assert "a.yaml" not in problem.message
    assert problem.place == Place("c.yaml", 1, 10)


def test_file_that_extends_itself(folder):
    write(a="extends: a.yaml")
    assert "a.yaml -> a.yaml" in refused("a.yaml")[0].message


def test_missing_bases_are_all_reported_where_they_are_named(folder):
    write(s="extends:\n  - bsae.yaml\n  - none.yaml\n", base="a: 1")
    first, second = refused("s.yaml")
    assert (first.place, first.path) == (Place("s.yaml", 2, 5), "extends")
    assert first.message.endswith("did you mean 'base.yaml'?")
    assert second.place == Place("s.yaml", 3, 5)


def test_absolute_base_needs_permission(folder):
    write(base="a: 1", s=f"extends: {folder}/base.yaml")
    assert "--allow-path" in refused("s.yaml")[0].message
    assert load_tree("s.yaml", allow_path=True).value == {"a": 1}


@pytest.mark.parametrize("name", ["1", "null", "{a: 1}", "[[a]]", "''", "'-'", "[a.yaml, 2]"])
def test_extends_takes_names(folder, name):
    write(a="b: 1")
    (problem,) = refused("s.yaml", text=f"extends: {name}")
    assert "name of a file" in problem.message


def test_base_that_is_a_folder(folder):
    (folder / "sub").mkdir()
    assert "folder" in refused("s.yaml", text="extends: sub")[0].message


@pytest.mark.parametrize("text", ["[1]", "text", "1", "null"])
def test_scenario_is_a_mapping(folder, text):
    assert refused("s.yaml", text=text)[0].code == "not-a-mapping"


def test_mistakes_of_all_files_and_settings_are_reported_together(folder):
    write(base="a: .inf", s="extends: base.yaml", over="b: 1\nb: 2")
    found = refused("s.yaml", ["over.yaml", "none.yaml"], ["x"])
    assert sorted(p.place.file for p in found) == ["--set 'x'", "base.yaml", "none.yaml", "over.yaml"]


def test_base_named_by_two_files_is_read_once(folder):
    write(base="a: 1", one="extends: base.yaml", two="extends: base.yaml", s="extends: [one.yaml, two.yaml]")
    assert load_tree("s.yaml").files == ("s.yaml", "one.yaml", "base.yaml", "two.yaml")


@pytest.mark.parametrize("last", ["a: 1", "a: .inf"])
def test_files_that_name_the_next_twice_do_not_take_forever(folder, last):
    """Eighteen files that each name the next one twice lead to the last one 2**17 times."""
    for i in range(17):
        write(**{f"f{i}": f"extends: [f{i + 1}.yaml, f{i + 1}.yaml]"})
    write(f17=last)
    with contextlib.suppress(InputError):
        load_tree("f0.yaml")


def test_long_chain_is_refused(folder):
    for i in range(60):
        write(**{f"f{i}": f"extends: f{i + 1}.yaml"})
    assert "in a row" in refused("f0.yaml")[0].message


# ---- paths -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ("a",)),
        ("sites.iad.power_mw", ("sites", "iad", "power_mw")),
        ("sites.iad.power_mw[2025Q1]", ("sites", "iad", "power_mw", Index("2025Q1"))),
        ("a[1][x y].b", ("a", Index("1"), Index("x y"), "b")),
        ('offers."buy.h100".price', ("offers", "buy.h100", "price")),
        ("offers.'a[0]'.price['x.y']", ("offers", "a[0]", "price", Index("x.y"))),
        (' a . "b=c" ', ("a", "b=c")),
        ("New York.o'brien", ("New York", "o'brien")),
        ("2024.é", ("2024", "é")),
    ],
)
def test_parse_path(text, parts):
    parsed = parse_path(text)
    assert parsed == parts
    assert [type(part) for part in parsed] == [type(part) for part in parts]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "a.",
        ".a",
        "a..b",
        "[1]",
        "a[",
        "a[]",
        "a]",
        "a[1]b",
        "a.[1]",
        '"a',
        '"a"b',
        '""',
        "a[[1]]",
        "a=b",
        "a['x]",
        "a.b.",
        "a." * 100 + "a",
    ],
)
def test_paths_that_cannot_be_read(text):
    with pytest.raises(InputError) as caught:
        parse_path(text)
    assert caught.value.problems[0].code == "set"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", 1),
        ("a=no", "no"),
        ("a=1e3", 1000.0),
        ("a=[1, {b: c}]", [1, {"b": "c"}]),
        ("a=x=y", "x=y"),
        ("a=''", ""),
        ("a=null", None),
        ("a = 2 ", 2),
        ("a=2024-01-01", "2024-01-01"),
        ('"a=b"=3', 3),
    ],
)
def test_parse_set(text, value):
    _, parsed, place = parse_set(text)
    assert parsed == value
    assert place == Place(f"--set '{text}'")


@pytest.mark.parametrize("text", ["a", "a.b", "", "=1", "a=", "a= ", "a=[", "a={b: 1, b: 2}", "a=.nan", "a=!!x y"])
def test_settings_that_cannot_be_read(text):
    (problem,) = set_refused("a: 1", text)
    assert problem.place == Place(f"--set '{text}'")


@settings(deadline=None, max_examples=300)
@given(st.text("ab.[]='\" {}:&*!\t", max_size=20))
@example("a" + "[ " * 5_000 + "=1")
@example("a[" + " " * 20_000)
@example("a." * 20_000 + "=1")
def test_any_setting_is_applied_or_refused(text):
    with contextlib.suppress(InputError):
        assert isinstance(set_in("a: {b: [1]}\nb: [{name: a}]", text).value, dict)


# ---- settings ----------------------------------------------------------------------------------------------

SITES = "sites:\n  iad: {power_mw: 10}\n  fra: {power_mw: 20}\n"
LISTED = "sites:\n  - {name: iad, power_mw: 10}\n  - {name: fra, power_mw: 20}\n"


def test_set_changes_one_value_and_its_place():
    tree = set_in(SITES, "sites.iad.power_mw=40")
    assert tree.value == {"sites": {"iad": {"power_mw": 40}, "fra": {"power_mw": 20}}}
    assert tree.place(("sites", "iad", "power_mw")) == Place("--set 'sites.iad.power_mw=40'")
    assert tree.place(("sites", "fra", "power_mw")) == Place("s.yaml", 3, 9)


def test_set_keeps_the_order_of_keys():
    assert list(set_in("a: 1\nb: 2\nc: 3", "b=5").value) == ["a", "b", "c"]


def test_set_addresses_items_by_name():
    tree = set_in(LISTED, "sites.fra.power_mw=40", "sites.iad=null")
    assert tree.value == {"sites": [{"name": "fra", "power_mw": 40}]}


def test_set_deletes_with_null_and_nothing_is_there_to_delete():
    assert set_in("a: {b: 1, c: 2}", "a.b=null", "a.z=null", "q.r=null").value == {"a": {"c": 2}}


def test_set_prunes_nulls_within_its_value():
    assert set_in("a: 1", "a={b: null, c: 2}").value == {"a": {"c": 2}}


def test_set_creates_what_is_missing_on_the_way():
    assert set_in("a: 1", "b.c.d=2").value == {"a": 1, "b": {"c": {"d": 2}}}


def test_settings_apply_in_order():
    assert set_in("a: 1", "a={b: 1}", "a.c=2", "a.b=null").value == {"a": {"c": 2}}


@pytest.mark.parametrize("setting", ["sites.iadd.power_mw=1", "sites.iadd={power_mw: 1}", "sites.IAD=null"])
@pytest.mark.parametrize("text", [SITES, LISTED])
def test_set_does_not_create_named_things(text, setting):
    (problem,) = set_refused(text, setting, named={("sites",)})
    assert problem.code == "unknown-name"
    assert problem.message.endswith("did you mean 'iad'?")
    assert problem.place == Place(f"--set '{setting}'")


def test_set_lists_what_there_is_when_nothing_is_near():
    (problem,) = set_refused(SITES, "sites.tokyo.power_mw=1", named={("sites",)})
    assert problem.message == (
        "there is no 'tokyo' in sites; there are 'iad', 'fra'; "
        "what is new goes into a file laid over the scenario (-f FILE), or set all of sites"
    )


def test_set_is_of_one_place():
    """Wildcards are told where they go."""
    (problem,) = set_refused(SITES, "sites.*.power_mw=1", named={("sites",)})
    assert problem.message.endswith("paths with * are for planner sweep and planner.what_if")


def test_set_knows_named_things_of_a_prefix_that_is_not_there():
    assert set_refused("a: 1", "sites.iad.power_mw=1", named={("sites",)})[0].code == "unknown-name"


@pytest.mark.parametrize("setting", ["a.x=1", "b.0=1", "c.0.name=1"])
def test_set_does_not_go_through_values_and_plain_lists(setting):
    assert len(set_refused("a: 5\nb: [1, 2]\nc: [{name: x}]", setting)) == 1


def test_set_with_an_index_is_left_to_the_caller():
    tree = set_in(SITES, "sites.iad.power_mw[2025Q1]=7", "sites.fra.power_mw=1")
    assert tree.value["sites"] == {"iad": {"power_mw": 10}, "fra": {"power_mw": 1}}
    ((path, value, place),) = tree.pending
    assert (path, value) == (("sites", "iad", "power_mw", "2025Q1"), 7)
    assert isinstance(path[-1], Index)
    assert place == Place("--set 'sites.iad.power_mw[2025Q1]=7'")


def test_mistakes_of_all_settings_are_reported():
    assert len(set_refused(SITES, "sites.x.a=1", "b", "c=[", named={("sites",)})) == 3


def test_set_value_leaves_its_tree_alone():
    tree = read("s.yaml", text=SITES)
    changed = set_value(tree, ("sites", "iad"), {"power_mw": 1}, Place("x"), lambda _: False)
    assert changed.value["sites"]["iad"] == {"power_mw": 1}
    assert tree.value["sites"]["iad"] == {"power_mw": 10}


# ---- laws --------------------------------------------------------------------------------------------------

LEAVES = st.integers(0, 3) | st.none() | st.lists(st.integers(0, 3), max_size=2)
MAPPINGS = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8)
SCENARIOS = st.dictionaries(st.sampled_from("abc"), MAPPINGS, max_size=3)


@settings(deadline=None, max_examples=60)
@given(SCENARIOS, SCENARIOS)
def test_overlay_is_a_merge_patch(tmp_path_factory, base, over):
    """On mappings, scalars and plain lists the rules are those of RFC 7396, given here as in its text."""

    def patch(target, change):
        if not isinstance(change, dict):
            return change
        target = dict(target) if isinstance(target, dict) else {}
        for key, entry in change.items():
            if entry is None:
                target.pop(key, None)
            else:
                target[key] = patch(target.get(key), entry)
        return target

    folder = tmp_path_factory.getbasetemp()
    (folder / "base.yaml").write_text(json.dumps(base))
    (folder / "over.yaml").write_text(json.dumps(over))
    tree = load_tree(folder / "base.yaml", [folder / "over.yaml"])
    assert tree.value == patch(patch({}, base), over)


@pytest.mark.parametrize("text", ["a.b=*1.1", "a.b= /2", "a.*.c=* 0.9", "a.b=+600", "a.b=+10%"])
def test_a_factor_is_no_value_of_set(text):
    """`*1.1` would be read as an alias, `+600` as 600; the message says where such values go."""
    with pytest.raises(InputError, match=r"such as \*1.1 and \+5, go with planner sweep"):
        parse_set(text)
