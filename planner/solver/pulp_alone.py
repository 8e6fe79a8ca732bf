"""PuLP, imported without the attempt at OR-Tools that it begins with.

PuLP tries to import OR-Tools' CP-SAT (and with it pandas). That takes 0.25 s and fails: OR-Tools and highspy bring
different versions of one library (see ortools_process.py).
"""

import sys

_CP_SAT = "ortools.sat.python.cp_model"
_SPARED = "pulp" not in sys.modules and _CP_SAT not in sys.modules
if _SPARED:
    sys.modules[_CP_SAT] = None  # type: ignore[assignment]
try:
    import pulp
    from pulp.apis.core import clocks
finally:
    if _SPARED:
        del sys.modules[_CP_SAT]

__all__ = ["clocks", "pulp"]
