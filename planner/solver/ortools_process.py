"""OR-Tools in a process of its own; run as a script, never imported by the planner.

OR-Tools and highspy each bring a `libhighs.so.1`, of different versions: whichever is imported second
in a process fails to load. The request comes as a pickle on standard input and the reply leaves as a
pickle on standard output. Standard input stays open; when it closes, the solver is told to stop, so
that nothing is left running when the planner is gone.
"""

import os
import pickle
import signal
import sys
import threading
from typing import Any


def main() -> None:
    """Read a request, solve it, write the reply."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the planner to handle
    reply_to = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the solver's own log goes to standard error
    request = pickle.load(sys.stdin.buffer)
    with reply_to:
        pickle.dump(answer(request), reply_to)
        reply_to.flush()
        os._exit(0)  # without waiting for the thread that still reads standard input


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Solve and return status, message and numbers as plain data."""
    from ortools.linear_solver.python import model_builder_helper as native

    model = load(request, native)
    solver = native.ModelSolverHelper(request["solver"])
    solver.enable_output(request["log"])
    solver.set_time_limit_in_seconds(request["seconds"])
    solver.set_solver_specific_parameters(request["parameters"])

    def stop_at_end_of_input() -> None:
        sys.stdin.buffer.read()
        solver.interrupt_solve()
        # SCIP does not listen to that, but catches the signal while it searches.
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    solver.solve(model)
    found = solver.has_solution()
    return {
        "status": solver.status().name,
        "message": solver.status_string(),
        "x": solver.variable_values() if found else None,
        "row_dual": solver.dual_values() if found else None,
        "reduced_cost": solver.reduced_costs() if found else None,
        "bound": solver.best_objective_bound() if found else None,
    }


def load(request: dict[str, Any], native: Any) -> Any:
    """Hand over the programme in one call, then mark the whole columns."""
    from scipy.sparse import csr_matrix

    shape = (len(request["row_lower"]), len(request["cost"]))
    matrix = csr_matrix((request["value"], request["index"], request["start"]), shape=shape)
    model = native.ModelBuilderHelper()
    limits = (request["row_lower"], request["row_upper"])
    model.fill_model_from_sparse_data(request["lower"], request["upper"], request["cost"], *limits, matrix)
    model.set_objective_offset(request["constant"])
    for j in request["integer"].nonzero()[0].tolist():
        model.set_var_integrality(j, True)
    return model


if __name__ == "__main__":
    main()
