"""The command line: thin doors on the verbs of the package.

Every command is a module of its own that is imported when it is run; what the verbs need (numpy, pandas, PuLP,
networkx, HiGHS) is imported inside the commands, so that help and validation start at once.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; nothing is raised."""
    from planner.cli.app import run

    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    return run(list(sys.argv[1:] if argv is None else argv))


__all__ = ["main"]
