"""Where points are solved: this process, processes beside it, another's executor, or the workers of a Dask scheduler.

A lane takes one point after the other and keeps one session, so that points solved on it one after the other share a
basis. Every kind of lane has the same face: `submit` gives a future, `depth` says how many may wait on it.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from planner.errors import InputError, Problem
from planner.parent import end_with
from planner.sweeps.work import Record, Worker, solve_point

type Answer = tuple[Record, bytes | None]

POINTS_PER_PROCESS = 8
"""A process of its own takes a second to start; for fewer points it does not pay."""

DASK_SECONDS = 10.0


@dataclass
class Lane:
    """Solves points elsewhere, one after the other.

    Attributes
    ----------
    executor
        Anything with the `submit` of `concurrent.futures`.
    packed
        The setup, which travels with each point, since the worker may be new.
    depth
        Points on the lane at once: one is solved, the next waits beside it.
    """

    executor: Executor
    packed: bytes
    depth: int = 2

    def submit(self, number: int, changes: dict[str, Any]) -> Future[Answer]:
        """Have a point solved."""
        return self.executor.submit(solve_point, self.packed, number, changes)


@dataclass
class Here:
    """Solves points in this process; each is done when `submit` returns."""

    worker: Worker
    depth: int = field(default=1, init=False)

    def submit(self, number: int, changes: dict[str, Any]) -> Future[Answer]:
        """Solve a point."""
        future: Future[Answer] = Future()
        future.set_result(self.worker.solve(number, changes))
        return future


type AnyLane = Lane | Here


def default_jobs(points: int) -> int:
    """Return how many processes pay for so many points: one a processor at most."""
    import loky

    processors: int = loky.cpu_count()
    return max(1, min(processors, points // POINTS_PER_PROCESS))


@contextmanager
def processes(count: int, packed: bytes) -> Iterator[list[AnyLane]]:
    """Yield lanes on processes of their own, which end with this one, however that ends.

    loky starts them: it needs no `if __name__ == "__main__"` in the caller's script, and tells when one of them dies.
    """
    import loky
    from loky import process_executor

    executors = []
    try:
        with _without_interrupts():
            for _ in range(count):
                executor = loky.ProcessPoolExecutor(1, timeout=None, initializer=_begin, initargs=(os.getpid(),))
                executors.append(executor)
                executor.submit(int)  # starts the process now, while it inherits that Ctrl-C is not for it
        yield [Lane(executor, packed) for executor in executors]
    finally:
        log = process_executor.LOGGER
        log.addFilter(_nothing)  # what is killed in the middle of its work complains
        try:
            for executor in executors:
                executor.shutdown(wait=True, kill_workers=True)
        finally:
            log.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


@contextmanager
def borrowed(executor: Any, count: int, packed: bytes) -> Iterator[list[AnyLane]]:
    """Yield lanes on an executor of the caller's, or on the workers of a Dask scheduler, given as client or address."""
    with ExitStack() as stack:
        if isinstance(executor, str):
            executor = stack.enter_context(_dask_client(executor))
        if _is_dask(executor):
            yield _dask_lanes(executor, packed)
        elif callable(getattr(executor, "submit", None)):
            yield [Lane(executor, packed) for _ in range(count)]
        else:
            kind = type(executor).__name__
            message = f"an executor has `submit`, or is a Dask client or the address of a scheduler; {kind} is neither"
            raise InputError(Problem(message, code="executor"))


@contextmanager
def _dask_client(address: str) -> Iterator[Any]:
    """Yield a client of the scheduler at an address."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise InputError(Problem("Dask needs distributed: pip install planner[dask]", code="executor")) from None
    try:
        client = distributed.Client(address, timeout=DASK_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        message = f"no Dask scheduler answers at {address!r}: {' '.join(str(error).split()) or 'no answer'}"
        raise InputError(Problem(message, code="executor")) from None
    with client:
        yield client


def _is_dask(executor: Any) -> bool:
    return callable(getattr(executor, "get_executor", None)) and callable(getattr(executor, "nthreads", None))


def _dask_lanes(client: Any, packed: bytes) -> list[AnyLane]:
    """Return a lane for each thread of each worker; another worker takes over where one is lost."""
    workers: dict[str, int] = client.nthreads()
    if not workers:
        raise InputError(Problem("the Dask scheduler has no workers; start some, then run this again", code="executor"))
    return [
        Lane(client.get_executor(workers=[address], allow_other_workers=True, pure=False), packed)
        for address, threads in sorted(workers.items())
        for _ in range(threads)
    ]


def _begin(parent: int) -> None:
    """Begin a process: Ctrl-C is the parent's to handle, and without its parent the process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for a moment, so that processes started meanwhile ignore it from their first instruction."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
