"""Which files are scenarios that state what they give."""

import pytest

from planner.check.files import found_under, kind_of
from planner.errors import InputError

HORIZON = "horizon: {start: 2024}\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (HORIZON + "expect: {objective: 1}\n", "expects"),
        ("extends: base.yaml\n\"expect\" : {objective: 1}\n", "expects"),
        ("\ufeffexpect:\n  objective: 1\n" + HORIZON, "expects"),
        ('{"horizon": {"start": 2024}, "expect": {"objective": 1}}', "expects"),
        (HORIZON, "silent"),
        ("extends: base.yaml\nexpect: null  # not of this one\n", "silent"),
        ("extends: base.yaml\nexpect: ~\r\n", "silent"),
        (HORIZON + "# expect: {objective: 1}\n", "silent"),
        (HORIZON + "report:\n  expect: 1\n", "silent"),
        ("expect: {objective: 1}\n", "other"),
        ("jobs:\n  test:\n    expect: 1\n", "other"),
        ("expect: !Ref bucket\non: [push]\n", "other"),
        ("", "other"),
    ],
)  # fmt: skip
def test_a_file_is_told_by_its_text(file, text, kind):
    """A whole scenario has a horizon or extends another; what it states stands at the margin."""
    assert kind_of(file("a.yaml", text)) == kind


def test_folders_are_searched_files_are_taken_as_they_are(file, tmp_path):
    """Each file once, in order; hidden folders, overlays and other YAML are passed over, but not if named."""
    scenario = HORIZON + "expect: {objective: 1}\n"
    one = file("one.yaml", scenario)
    two = file("deep/two.yml", scenario)
    for name in (".git/three.yaml", "node_modules/four.yaml", "five.txt"):
        file(name, scenario)
    silent, over = file("silent.yaml", HORIZON), file("over.yaml", "expect: {objective: 1}\n")
    found = found_under([str(one), str(tmp_path), str(tmp_path / "deep" / ".." / "one.yaml")])
    assert found.expecting == (one, two)
    assert found.silent == (silent,)
    assert found_under([str(over)]).expecting == (over,)


def test_a_path_that_is_not_there(tmp_path):
    """All of them are told."""
    with pytest.raises(InputError) as caught:
        found_under([str(tmp_path / "a"), str(tmp_path / "b")])
    assert len(caught.value.problems) == 2
