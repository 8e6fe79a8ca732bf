"""Recorded figures are written anew, and nothing else in the file changes."""

import pytest

from planner.check.one import check_file
from planner.check.update import updated
from planner.errors import InputError
from planner.scenario.load import load
from tests.check.conftest import DANTZIG, STUCK

EXPECT = """
expect:   # what it gives
  objective: 150     # recorded
  served_fraction: {value: 0.5, origin: published}
  tables:
    served:
      - {where: {region: chicago}, column: served_units, value: 3.0e2, tolerance: 1.0e-9}
      - {where: {region: topeka}, column: served_units, value: 2,source: me}
      - {where: {region: topeka}, column: served_units, value: 4, origin: by-hand}
      - column: served_units
        value: 8 # all
        origin: other-program
  origin: recorded
solver: {gap: 1e-5}
"""


def test_only_what_is_recorded_is_written_anew(file):
    """The objective and one cell; layout, comments and all other figures stay."""
    path = file("dantzig.yaml", DANTZIG + EXPECT)
    outcome, changes = updated(check_file(path))
    text = path.read_text(encoding="utf-8")
    assert text == DANTZIG + EXPECT.replace("150  ", "153.675  ").replace("value: 2,source", "value: 275,source")
    assert [(c.path, c.old, c.new) for c in changes if not c.why] == [
        ("expect.objective", "150", "153.675"),
        ("expect.tables.served[1].value", "2", "275"),
    ]
    assert {c.why for c in changes if c.why} == {
        "it is not recorded but published", "it is not recorded but by-hand", "it is not recorded but other-program",
    }  # fmt: skip
    assert outcome.verdict == "missed"
    assert len(outcome.failures) == 3


def test_what_is_written_anew_is_held(file):
    """By the outcome and by a new check, which then changes nothing."""
    path = file("dantzig.yaml", DANTZIG + "expect: {objective: 1e2}\n")
    outcome, changes = updated(check_file(path))
    assert (outcome.verdict, len(changes)) == ("held", 1)
    before = path.stat().st_mtime_ns
    assert updated(check_file(path))[1] == []
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_bytes_of_other_lines_stay(tmp_path, ends):
    """Ends of lines, a byte order mark, letters of any script, the file's mode and a link to it."""
    text = f'{DANTZIG}# für alle 図\nexpect: {{source: "été 図", objective: 1}}\n'.replace("\n", ends)
    real, path = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"\xef\xbb\xbf" + text.encode())
    real.chmod(0o640)
    path.symlink_to(real)
    assert updated(check_file(path))[0].verdict == "held"
    assert real.read_bytes() == b"\xef\xbb\xbf" + text.replace("objective: 1}", "objective: 153.675}").encode()
    assert (path.is_symlink(), real.stat().st_mode & 0o777) == (True, 0o640)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_what_is_written_elsewhere_stays(file):
    """A figure of the file that a scenario extends, one that an alias also names, and words."""
    base = file("base.yaml", DANTZIG + "expect: {objective: 1}\n")
    child = file("child.yaml", "extends: base.yaml\nexpect: {served_fraction: 1}\n")
    outcome, (change,) = updated(check_file(child))
    assert "another file" in change.why
    assert outcome.verdict == "missed"
    assert "objective: 1}" in base.read_text(encoding="utf-8")
    alias = file("alias.yaml", DANTZIG + "expect: {served_fraction: &one 1, objective: *one}\n")
    before = alias.read_bytes()
    assert updated(check_file(alias))[1][0].why.startswith("it could not be changed alone")
    assert alias.read_bytes() == before


def test_no_figure_is_recorded_without_a_plan(file):
    """A status is not a figure, and where the plan is missing there is none."""
    path = file("stuck.yaml", STUCK + "expect: {objective: 3}\n")
    outcome, changes = updated(check_file(path))
    assert (outcome.verdict, outcome.exit_code, changes) == ("no plan", 3, [])
    conflict = file("conflict.yaml", STUCK + "expect: {status: infeasible, conflict: [budget]}\n")
    assert updated(check_file(conflict))[1][0].why == "only figures are written anew"


def test_a_file_that_cannot_be_written_is_told(file, monkeypatch):
    """As input that is wrong."""
    path = file("dantzig.yaml", DANTZIG + "expect: {objective: 1}\n")
    outcome = check_file(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planner.check.update._write", full)
    with pytest.raises(InputError, match="No space left"):
        updated(outcome)
    assert load(path).document.expect.objective == 1
    assert [p.name for p in path.parent.iterdir()] == ["dantzig.yaml"]


def test_a_figure_that_two_scenarios_share_is_told_once(file, monkeypatch, capsys):
    """What one file states and another inherits is written in the first; it is not also among what was left."""
    from planner.cli.app import run

    base = file("base.yaml", DANTZIG + "expect: {objective: 1}\n")
    heir = file("heir.yaml", "extends: base.yaml\nname: heir\n")
    monkeypatch.chdir(base.parent)
    run(["check", base.name, heir.name, "--update"])
    told = capsys.readouterr().out
    assert "expect.objective was 1 and is now 153.675" in told
    assert "Not written anew" not in told
