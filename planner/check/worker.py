"""A process that checks the scenarios that come on its standard input, pickled, and answers on its standard output."""

from __future__ import annotations

import os
import pickle
import sys
import warnings


def main(parent: int) -> None:
    """Answer until the other side has gone."""
    from planner.check.one import check_file
    from planner.parent import end_with

    end_with(parent)
    warnings.simplefilter("ignore")
    # What a library prints must not stand between the answers.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        while True:
            try:
                file, how = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            pickle.dump(check_file(file, how), answers)
            answers.flush()
