"""What the tests of the command line share: a way to run it, and small scenarios."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from planner.cli.app import run

ROOT = Path(__file__).parents[2]
TRANSPORT = ROOT / "scenarios" / "transport.yaml"

FIXTURES = Path(__file__).parent / "fixtures"
BIG, SHORT, STUCK, ENDLESS = (FIXTURES / f"{name}.yaml" for name in ("big", "short", "stuck", "endless"))


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output, which holds nothing else."""
        return json.loads(self.out)


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch):
    """Run the command line in this process."""

    def call(*args: object, stdin: str = "") -> Result:
        codes: list[int] = []
        with CliRunner().isolation(input=stdin) as (out, err, *_):
            codes.append(run([str(arg) for arg in args]))
            sys.stdout.flush()
            sys.stderr.flush()
            return Result(codes[0], out.getvalue().decode(), err.getvalue().decode())

    return call


def spawn(*args: object, **options: Any) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    environment = {"PATH": os.environ["PATH"], **options.pop("env", {})}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    command = [sys.executable, "-m", "planner", *map(str, args)]
    return subprocess.Popen(command, text=True, cwd=ROOT, env=environment, **pipes)
