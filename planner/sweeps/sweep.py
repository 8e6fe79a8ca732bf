"""The door to sweeps: many points of one scenario, solved wherever there is room, kept as they are done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from planner.errors import InputError, Place, Problem
from planner.planning import Request
from planner.scenario.load import Scenario, load
from planner.solver.solve import solver_named
from planner.sweeps import design as designs
from planner.sweeps.design import Changes, Design
from planner.sweeps.folder import Folder, opened
from planner.sweeps.lanes import Answer, AnyLane, Here, borrowed, default_jobs, processes
from planner.sweeps.outputs import outputs_of
from planner.sweeps.result import Sweep, sweep_of
from planner.sweeps.run import run
from planner.sweeps.work import Record, Setup, Worker
from planner.whatif.relative import relative_of
from planner.whatif.session import Session, what_if

type Told = Callable[[int, int], None]

SAMPLES = 100

MOST_TRIED = 25
"""So many points of a value that is wrong alone are tried."""

OPTIONS = ("time_limit", "gap", "threads", "seed")
"""Options of the solver that points may depend on."""


def sweep(
    scenario: Scenario | str | Path | Mapping[str, Any],
    vary: Mapping[str, Sequence[Any]] | None = None,
    *,
    tornado: Mapping[str, Sequence[Any]] | None = None,
    sample: Mapping[str, Any] | None = None,
    samples: int = SAMPLES,
    method: Literal["latin-hypercube", "sobol"] = "latin-hypercube",
    seed: int = 0,
    outputs: Sequence[str] = (),
    request: Request | None = None,
    jobs: int | None = None,
    executor: Any = None,
    folder: str | Path | None = None,
    plans: bool = False,
    progress: Told | None = None,
) -> Sweep:
    """Solve a scenario at many points and return one tidy table of them.

    Exactly one of `vary`, `tornado` and `sample` says which points. Paths and values are those of `planner.what_if`:
    absolute, or relative to the scenario, such as `"*1.1"`; a path may have wildcards.

    Parameters
    ----------
    scenario
        A scenario, or the file or plain data of one.
    vary
        Values by path: every combination is a point.
    tornado
        A low and a high value by path: the scenario as it is, then each end alone.
    sample
        A distribution by path, such as `{"uniform": ["*0.8", "*1.2"]}`, or a list of equally likely values.
    samples, method, seed
        How many samples, drawn how (`scipy.stats.qmc`), and the seed of the draw.
    outputs
        What is kept of each plan beside its objective, as `planner.sweeps.outputs.outputs_of` reads it.
    request
        How to solve each point; the time limit is that of one point.
    jobs
        Processes; None for as many as pay, 1 for this one alone. With an executor other than Dask, how many of its
        workers are used.
    executor
        Where to solve instead: anything with the `submit` of `concurrent.futures`, a Dask client, or the address of a
        Dask scheduler, such as `tcp://10.0.0.1:8786`.
    folder
        Where each point is kept as soon as it is done, and the tables in the end. The same sweep on the same folder
        goes on where it was.
    plans
        Whether the plan of each point is kept there too, as JSON.
    progress
        Called with the points that are done and all of them, each time that one is done.

    Raises
    ------
    InputError
        Before anything is solved: a path, value, distribution or output that cannot be; a folder of another sweep.
    KeyboardInterrupt
        On Ctrl-C; what is done is in the folder.
    """
    base = scenario if isinstance(scenario, Scenario) else load(scenario)
    asked = _request(base, request)
    design = _design(vary, tornado, sample, samples, method, seed)
    _check_places(jobs, executor, folder, plans=plans)
    wanted = outputs_of(outputs, base)
    check_points(what_if(base, asked), design)
    setup = Setup(base.plain, asked, wanted, plans, conflicts=design.kind in ("grid", "tornado"))
    with ExitStack() as stack:
        kept = stack.enter_context(opened(Path(folder), _manifest(base, design, setup))) if folder else None
        records = kept.finished() if kept else {}
        left = [number for number in design.order if number not in records]
        if progress:
            progress(len(records), len(design.points))
        if left:
            lanes = stack.enter_context(_lanes(executor, jobs, len(left), setup, base))
            run(design, left, lanes, _keeper(records, kept, len(design.points), progress))
        found = sweep_of(base, design, wanted, [records[number] for number in range(len(design.points))])
        if kept:
            found.save_tables(kept.path)
    return found


def check_points(session: Session, design: Design) -> None:
    """Refuse values that no point can have, before anything is solved.

    Each value is tried alone first. One that is wrong alone is refused unless it is right at one of the points that have
    it, together with what else is changed there; of many such points some are tried. Of samples the ends are tried.

    Raises
    ------
    InputError
        With each path and value that is wrong.
    """
    problems: list[Problem] = []
    for path in design.paths:
        for number, value in _telling(design, path):
            found = _mistakes(session, {path: value})
            if found and design.kind == "grid" and len(design.paths) > 1:
                alike = [point for point in design.points if repr(point[path]) == repr(value)]
                some = alike[:: -(-len(alike) // MOST_TRIED)]
                found = found if all(_mistakes(session, point) for point in some) else []
            elif found and design.kind not in ("grid", "tornado"):
                found = found if _mistakes(session, design.points[number]) else []
            problems += found
    if problems:
        raise InputError(problems)


def _telling(design: Design, path: str) -> list[tuple[int, Any]]:
    """Return the values of a path that tell whether all are right, each with a point that has it."""
    numbered = [(number, point[path]) for number, point in enumerate(design.points) if path in point]
    if design.kind in ("grid", "tornado"):
        return list({repr(value): (number, value) for number, value in reversed(numbered)}.values())
    amounts = [(_amount(value), number, value) for number, value in numbered]
    if any(amount is None for amount, _, _ in amounts):
        return list({repr(value): (number, value) for number, value in numbered}.values())
    ordered = sorted(amounts, key=lambda one: (one[0] or 0.0, one[1]))
    return [(number, value) for _, number, value in (ordered[0], ordered[-1])]


def _amount(value: Any) -> float | None:
    relative = relative_of(value)
    if relative is not None:
        return relative.amount
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _mistakes(session: Session, changes: Changes) -> list[Problem]:
    try:
        session.scenario(changes)
    except InputError as error:
        return error.problems
    return []


def _design(
    vary: Mapping[str, Sequence[Any]] | None,
    tornado: Mapping[str, Sequence[Any]] | None,
    sample: Mapping[str, Any] | None,
    samples: int,
    method: Literal["latin-hypercube", "sobol"],
    seed: int,
) -> Design:
    given = [one for one in (vary, tornado, sample) if one]
    for one in given:
        if not isinstance(one, Mapping) or not all(isinstance(path, str) for path in one):
            raise InputError(Problem("is values by path, such as {'sites.iad.power_mw': [20, 40]}", code="sweep"))
    if len(given) != 1:
        what = "and only one of them" if given else "at least one path"
        message = f"a sweep varies values on a grid, one at a time (tornado), or by samples: name {what}"
        raise InputError(Problem(message, code="sweep"))
    if vary:
        return designs.grid(vary)
    return designs.tornado(tornado) if tornado else designs.sampled(sample or {}, samples, method, seed)


def _request(scenario: Scenario, request: Request | None) -> Request:
    """Return how each point is solved: without what only one solve can write or tell."""
    asked = replace(request or Request(), mps=None, log=False, progress=None)
    solver_named(*asked.resolved(scenario))
    return asked


def _check_places(jobs: int | None, executor: Any, folder: str | Path | None, *, plans: bool) -> None:
    if jobs is not None and jobs < 1:
        raise InputError(Problem(f"at least one process is needed, not {jobs}", code="sweep"))
    if plans and folder is None:
        raise InputError(Problem("plans are kept in the folder of the sweep; name one", code="folder"))
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise InputError(Problem("is no folder", place=Place(str(folder)), code="folder"))


def _manifest(scenario: Scenario, design: Design, setup: Setup) -> dict[str, Any]:
    """Return what the sweep is: whatever the records depend on."""
    name, options = setup.request.resolved(scenario)
    return {
        "name": scenario.document.name,
        "kind": design.kind,
        "paths": list(design.paths),
        "points": [dict(point) for point in design.points],
        "seed": design.seed,
        "outputs": [output.text for output in setup.outputs],
        "request": {"solver": name, **{key: getattr(options, key) for key in OPTIONS}},
        "plans": setup.plans,
        "versions": versions(),
        "scenario_hash": scenario.hash,
        "scenario": scenario.plain,
    }


def versions() -> dict[str, str]:
    """Return the versions that the figures of a sweep depend on."""
    from importlib.metadata import version

    return {name: version(name) for name in ("planner", "highspy", "pulp", "numpy", "scipy")}


@contextmanager
def _lanes(executor: Any, jobs: int | None, points: int, setup: Setup, scenario: Scenario) -> Iterator[list[AnyLane]]:
    if executor is not None:
        with borrowed(executor, jobs or default_jobs(points), setup.packed()) as lanes:
            yield lanes
        return
    count = min(jobs or default_jobs(points), points)
    if count == 1:
        yield [Here(Worker(setup, scenario))]
        return
    with processes(count, setup.packed()) as lanes:
        yield lanes


def _keeper(
    records: dict[int, Record], kept: Folder | None, whole: int, progress: Told | None
) -> Callable[[Answer], None]:
    """Return what takes a point that is done: it is kept first, and counted then."""

    def done(answer: Answer) -> None:
        record, plan = answer
        if kept is not None:
            kept.add(record, plan)
        records[record["point"]] = record
        if progress:
            progress(len(records), whole)

    return done
