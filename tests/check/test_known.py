"""Every published case is as it states, by two solvers: HiGHS and SCIP."""

import pytest

from planner.check.one import How, check_file
from tests.cli.conftest import ROOT


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios" / "known").glob("*.yaml")), ids=lambda path: path.stem)
def test_two_solvers_find_what_is_published(path):
    """The line that `planner check scenarios/known --also scip` prints."""
    outcome = check_file(path, How(also=("scip",)))
    assert (outcome.verdict, outcome.failures) == ("held", [])
    assert [opinion.solver.split()[0] for opinion in outcome.opinions] == ["SCIP"]
