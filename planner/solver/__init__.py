"""Solving: the programme in PuLP, the solvers on its arrays, and answers that are measured, not believed."""

import sys

# PuLP tries to import OR-Tools' CP-SAT (and with it pandas). That takes 0.25 s and fails: OR-Tools and
# highspy bring different versions of one library (see ortools_process.py). Spare us the attempt.
_CP_SAT = "ortools.sat.python.cp_model"
if "pulp" not in sys.modules and _CP_SAT not in sys.modules:
    sys.modules[_CP_SAT] = None  # type: ignore[assignment]
    try:
        import pulp  # noqa: F401
    finally:
        del sys.modules[_CP_SAT]
