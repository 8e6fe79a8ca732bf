"""The page on sweeps says what is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from planner.plan.plan import TABLES
from planner.sweeps.inputs import ROW
from planner.sweeps.outputs import FIGURES
from planner.whatif.distributions import PARAMETERS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sweep.md").read_text(encoding="utf-8")


def test_its_python_runs(tmp_path, monkeypatch):
    """Every Python block, as it stands."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "sweep.md", "exec"), {})


def test_its_first_command_runs_and_the_others_are_read(planner, monkeypatch):
    """Those on the flagship up to the first solve: their paths, values and outputs are right."""
    from planner.sweeps import sweep

    monkeypatch.chdir(ROOT)
    text = next(re.finditer(r"```console\n(.*?)```", PAGE, flags=re.DOTALL))[1].replace("\\\n", " ")
    first, *others = [shlex.split(line.removeprefix("$ "))[1:] for line in text.splitlines()]
    assert planner(*first, "-j", "1").code == 0
    read = []
    monkeypatch.setattr(sweep, "opened", lambda path, manifest: read.append(manifest) or 1 / 0)
    for command in others:
        assert "ZeroDivisionError" in planner(*command).err
    assert [len(manifest["points"]) for manifest in read] == [7, 1000]


def test_it_names_every_column_figure_and_distribution():
    """Columns of the table, single figures and distributions."""
    for name in (*ROW, *FIGURES):
        assert f"`{name}`" in PAGE, name
    for name in PARAMETERS:
        assert f"`{name}(" in PAGE, name
    assert "fleet" in TABLES
