"""Published problems: the scenario, its publication and a solve without the planner say the same optimum."""

import pytest

import planner
from planner.cli.app import run
from tests.known import independent
from tests.known.independent import BY_HAND, FOLDER, PUBLISHED

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def test_every_case_is_listed():
    """Each file has its published optimum here, and there are at least twelve."""
    assert set(NAMES) == PUBLISHED.keys() | BY_HAND.keys()
    assert len(PUBLISHED) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_the_planner_finds_the_published_optimum(name):
    """The plan's objective is what the publication states, and so is what the scenario expects."""
    stated = (PUBLISHED | BY_HAND)[name]
    scenario = planner.load(FOLDER / f"{name}.yaml")
    plan = planner.solve(scenario)
    assert plan.status == "optimal"
    assert plan.exit_code == 0
    assert plan.objective == pytest.approx(stated, rel=1e-6)
    assert scenario.document.expect.objective == stated


@pytest.mark.parametrize("name", NAMES)
def test_the_optimum_is_found_without_the_planner(name):
    """Numbers typed in a second time and another algorithm give the published optimum."""
    assert getattr(independent, name.replace("-", "_"))() == pytest.approx((PUBLISHED | BY_HAND)[name])


@pytest.mark.parametrize("name", NAMES)
def test_it_says_where_it_is_from(name):
    """The comments and `expect` name the publication."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    document = planner.load(FOLDER / f"{name}.yaml").document
    assert text.startswith("# ")
    assert document.name == name
    assert document.description
    assert document.expect.source
    assert document.expect.origin == ("published" if name in PUBLISHED else "by-hand")
    assert "Published: " in text or name in BY_HAND


def test_every_case_validates(capsys):
    """`planner validate` finds nothing wrong with any of them."""
    for name in NAMES:
        assert run(["validate", str(FOLDER / f"{name}.yaml")]) == 0, capsys.readouterr().err
