"""What goes where: results, messages, files; what is refused, and what a reader that leaves does."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

import planner as package
from tests.cli.conftest import BIG, ROOT, SHORT, STUCK, TRANSPORT, spawn


def test_json_is_one_document_with_the_contract_s_keys(planner):
    """Status, objective, bound, gap and served_fraction stand at the top level."""
    result = planner("solve", TRANSPORT, "--json")
    assert result.err == ""
    assert result.json["status"] == "optimal"
    assert result.json["objective"] == pytest.approx(153.675)
    assert result.json["bound"] == pytest.approx(153.675)
    assert (result.json["gap"], result.json["served_fraction"]) == (0, 1)


def test_a_plan_without_numbers_is_json_all_the_same(planner):
    """Infeasible: the keys are there, and hold nothing."""
    result = planner("solve", STUCK, "--json")
    assert result.code == 3
    assert {result.json[key] for key in ("objective", "bound", "gap", "served_fraction")} == {None}


@pytest.mark.parametrize(
    "args",
    [
        ["solve", "nowhere.yaml"], ["solve", TRANSPORT, "--wrong"], ["solve"], ["dance"],
        ["solve", TRANSPORT, "--set", "x=1"], ["show", "nowhere.yaml"], ["validate", "nowhere.yaml"],
    ],
)  # fmt: skip
def test_errors_are_json_too(planner, args):
    """Nothing but the document, on standard output."""
    result = planner(*args, "--json")
    assert (result.code, result.err) == (2, "")
    assert result.json["exit_code"] == 2


def test_problems_in_json_have_file_line_and_column(planner, tmp_path):
    """As data, for editors and programs."""
    file = tmp_path / "x.yaml"
    file.write_text("horizon: {start: 2024}\nsitse: {}\n", encoding="utf-8")
    (problem,) = planner("solve", file, "--json").json["problems"]
    assert (problem["file"], problem["line"], problem["column"], problem["path"]) == (str(file), 2, 1, "sitse")
    (checked,) = planner("validate", file, "--json").json["files"]
    assert (checked["valid"], checked["problems"]) == (False, [problem])


def test_a_file_may_be_standard_input(planner):
    """For `solve`, `validate` and `show`."""
    text = TRANSPORT.read_text(encoding="utf-8")
    assert planner("solve", "-", "--json", stdin=text).json["objective"] == pytest.approx(153.675)
    assert planner("validate", "-", stdin=text).out.startswith("-: OK")
    assert planner("show", "-", stdin=text).out == planner("show", TRANSPORT).out
    assert planner("validate", "-", stdin="horizon: [").err.startswith("<stdin>:2:1: ")


def test_the_plan_is_saved_and_reads_back_equal(planner, tmp_path):
    """The file, `-o -` and `--json` are the same bytes; nothing is left beside the file."""
    path = tmp_path / "plan.json"
    assert planner("solve", BIG, "-o", path, "-q").out == ""
    assert package.read(path) == package.solve(package.load(BIG))
    assert (
        path.read_text(encoding="utf-8") == planner("solve", BIG, "-o", "-").out == planner("solve", BIG, "--json").out
    )
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]


def test_a_plan_that_is_not_acceptable_is_still_written(planner, tmp_path):
    """Exit code 1 and 3 leave their result behind."""
    for file, code in ((SHORT, 1), (STUCK, 3)):
        path = tmp_path / f"{file.stem}.json"
        assert planner("solve", file, "-o", path).code == code
        assert package.read(path).exit_code == code


def test_tables_are_saved(planner, tmp_path):
    """As CSV and as Parquet, one file a table."""
    assert planner("solve", TRANSPORT, "--csv", tmp_path / "a", "--parquet", tmp_path / "b").code == 0
    assert (tmp_path / "a" / "demand.csv").read_text(encoding="utf-8").startswith("period,workload,unit,demand_units")
    assert (tmp_path / "b" / "demand.parquet").exists()


def test_no_input_is_written_over(planner, tmp_path):
    """The scenario, what it extends, an overlay, by another name too, and a table it reads."""
    base, child, over = tmp_path / "base.json", tmp_path / "child.yaml", tmp_path / "over.json"
    base.write_text(TRANSPORT.read_text(encoding="utf-8"), encoding="utf-8")
    child.write_text("extends: base.json\n", encoding="utf-8")
    over.write_text("name: other\n", encoding="utf-8")
    (tmp_path / "link.json").symlink_to(base)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for target in (base, over, tmp_path / "link.json", tmp_path / "x" / ".." / "base.json"):
        (tmp_path / "x").mkdir(exist_ok=True)
        result = planner("solve", child, "-f", over, "-o", target)
        assert result.code == 2, target
        assert "is not written over" in result.err
    assert planner("solve", child, "--mps", child).code == 2
    assert planner("show", child, "-o", base).code == 2
    assert {path: path.read_bytes() for path in before} == before


def test_a_table_that_is_an_input_is_not_written_over(planner, tmp_path):
    """`--csv .` beside a scenario whose demand is in demand.csv."""
    scenario, table = tmp_path / "x.yaml", tmp_path / "demand.csv"
    text = SHORT.read_text(encoding="utf-8").replace(
        "by_region: {north: 10}", "by_region: {table: demand.csv, key: region, value: jobs}"
    )
    scenario.write_text(text, encoding="utf-8")
    table.write_text("region,jobs\nnorth,10\n", encoding="utf-8")
    assert planner("solve", scenario, "--csv", tmp_path / "out").code == 1
    result = planner("solve", scenario, "--csv", tmp_path)
    assert (result.code, table.read_text(encoding="utf-8")) == (2, "region,jobs\nnorth,10\n")
    assert f"{table}: is an input" in result.err


def test_two_results_do_not_share_a_file(planner, tmp_path):
    """Plan and programme under one name."""
    path = tmp_path / "plan.json"
    assert "written twice" in planner("solve", TRANSPORT, "-o", path, "--mps", path).err


def test_a_dry_run_says_how_large_the_programme_is(planner, tmp_path):
    """Eight columns (six pairs, two plants), seven rows (three markets, two plants' throughput and capacity)."""
    result = planner("solve", TRANSPORT, "-n", "-o", tmp_path / "plan.json")
    assert (result.code, list(tmp_path.iterdir())) == (0, [])
    assert result.out == "transport: linear programme with 8 columns, 7 rows and 16 coefficients; not solved\n"
    size = planner("solve", TRANSPORT, "--dry-run", "--json").json["size"]
    assert size == {"columns": 8, "rows": 7, "coefficients": 16, "integers": 0}


def test_a_dry_run_writes_the_programme(planner, tmp_path):
    """The same MPS file as before a solve."""
    planner("solve", TRANSPORT, "--dry-run", "--mps", str(tmp_path / "dry.mps"), "-q")
    planner("solve", TRANSPORT, "--mps", str(tmp_path / "solved.mps"), "-q")
    assert (tmp_path / "dry.mps").read_bytes() == (tmp_path / "solved.mps").read_bytes()


def test_the_programme_is_written_as_mps(planner, tmp_path):
    """Before it is solved; a file that other solvers read."""
    path = tmp_path / "transport.mps"
    assert planner("solve", TRANSPORT, "--mps", path, "-q").code == 0
    assert path.read_text(encoding="utf-8").startswith("NAME")


def test_keys_in_another_order_give_the_same_bytes(planner, tmp_path):
    """The scenario turned upside down, at every level."""

    def reversed_keys(value):
        if isinstance(value, dict):
            return {key: reversed_keys(value[key]) for key in reversed(list(value))}
        return value

    other = tmp_path / "big.yaml"
    plain = json.loads(planner("show", BIG, "--json").out)["scenario"]
    other.write_text(json.dumps(reversed_keys(plain)), encoding="utf-8")
    assert planner("solve", other, "--json").out == planner("solve", BIG, "--json").out
    assert planner("show", other).out == planner("show", BIG).out


def test_quiet_says_nothing_and_verbose_says_more_on_standard_error(planner):
    """Results stay on standard output, and -q has none of them."""
    assert planner("solve", TRANSPORT, "-q").out == ""
    result = planner("solve", TRANSPORT, "-v")
    assert "HiGHS" in result.err
    assert "solve " in result.err
    assert "HiGHS" not in result.out
    assert planner("validate", SHORT, "-q").out == ""


def test_a_reader_that_leaves_is_no_error():
    """`planner solve --json | head -c 1`: the exit code is the plan's, and nothing is said."""
    with spawn("solve", BIG, "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (1, "")


def test_a_full_disk_is_a_clear_line():
    """/dev/full takes nothing."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        process = spawn("show", TRANSPORT, stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.strip() == "standard output: cannot be written: No space left on device"


HEAVY = ("pandas", "pulp", "networkx", "numpy", "scipy", "highspy")


@pytest.mark.parametrize(
    "args",
    [
        ["--help"], ["--version"], ["solve", "--help"], ["schema"], ["validate", str(TRANSPORT)],
        ["validate", str(BIG)], ["show", str(TRANSPORT), "--origin"],
    ],
)  # fmt: skip
def test_what_needs_no_solver_imports_none(args):
    """Neither the solver nor the tables nor the network are imported."""
    code = (
        "import sys, planner.cli\n"
        f"code = planner.cli.main({args!r})\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'{code} {loaded}' if code or loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_the_version_is_the_package_s(planner):
    """As installed."""
    from importlib.metadata import version

    assert planner("--version").out == f"planner {version('planner')}\n"


def test_without_arguments_the_help_is_shown(planner):
    """On standard error, as nothing was done."""
    result = planner()
    assert (result.code, result.out) == (2, "")
    assert "Usage: planner" in result.err
    assert planner("--help").code == 0


def test_init_writes_a_scenario_that_solves_and_is_never_overwritten(planner, tmp_path):
    """Its demand is met, and a second `init` leaves it alone."""
    folder = tmp_path / "new" / "plan"
    assert planner("init", folder).out == f"{folder / 'scenario.yaml'}\n"
    assert planner("solve", folder / "scenario.yaml").code == 0
    assert planner("validate", folder / "scenario.yaml").code == 0
    (folder / "scenario.yaml").write_text("mine", encoding="utf-8")
    assert planner("init", folder).code == 2
    assert (folder / "scenario.yaml").read_text(encoding="utf-8") == "mine"
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert planner("init", tmp_path / "file").code == 2


def test_the_schema_is_printed_and_fits_the_package_s(planner, tmp_path):
    """On standard output, and to a file."""
    assert planner("schema").json == json.loads(json.dumps(package.json_schema()))
    assert planner("schema", "-o", tmp_path / "s.json").out == ""
    assert yaml.safe_load((tmp_path / "s.json").read_text(encoding="utf-8"))["title"] == "Planner scenario"


NETWORKS = ROOT / "tests" / "scenario" / "networks"


@pytest.mark.parametrize("name", ["square.txt", "square.xml", "triangle.gml", "triangle.graphml"])
def test_init_from_a_network_writes_a_scenario_that_solves(planner, tmp_path, name):
    """The file lies beside it; its links are the plan's, and so is its traffic, or an example where it has none."""
    folder = tmp_path / "new"
    done = planner("init", folder, "--from", NETWORKS / name)
    assert done.out == f"{folder / 'scenario.yaml'}\n{folder / name}\n"
    assert (folder / name).read_text() == (NETWORKS / name).read_text()
    assert ("attributes of links: read " in done.err) == name.startswith("triangle")
    assert planner("validate", folder / "scenario.yaml").code == 0
    solved = planner("solve", folder / "scenario.yaml", "--json")
    assert (solved.code, solved.json["status"]) == (0, "optimal")
    traffic = solved.json["scenario"]["traffic"]
    assert set(traffic) == ({"A_C", "C_A"} if name.startswith("square") else {"example"})
    assert len(solved.json["scenario"]["network"]["links"]) == (4 if name.startswith("square") else 3)
    again = planner("init", folder, "--from", NETWORKS / name)
    assert (again.code, "is not overwritten" in again.err) == (2, True)


def test_init_from_what_is_no_network_writes_nothing(planner, tmp_path):
    """A file of another kind, one that is not there, one without links, one whose name is taken beside it."""
    bare = tmp_path / "bare.gml"
    bare.write_text('graph [ node [ id 0 label "a" ] ]')
    folder = tmp_path / "new"
    for file, why in ((TRANSPORT, "not a network file"), (tmp_path / "none.gml", "no such file"), (bare, "no links")):
        done = planner("init", folder, "--from", file)
        assert (done.code, why in done.err, folder.exists()) == (2, True, False)
    folder.mkdir()
    (folder / "square.txt").write_text("mine")
    assert planner("init", folder, "--from", NETWORKS / "square.txt").code == 2
    assert [path.name for path in folder.iterdir()] == ["square.txt"]


def test_init_beside_the_network_does_not_copy_it(planner, tmp_path):
    """The file stays as it is."""
    file = tmp_path / "square.txt"
    file.write_text((NETWORKS / "square.txt").read_text())
    assert planner("init", tmp_path, "--from", file).out == f"{tmp_path / 'scenario.yaml'}\n"
    assert planner("solve", tmp_path / "scenario.yaml", "-q").code == 0
