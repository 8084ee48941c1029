"""Run tasks on the workers of this machine: threads, or processes on request."""

import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ustyurt_models.batch.plan import Task
from ustyurt_models.batch.progress import BatchProgress
from ustyurt_models.batch.store import ResultStore
from ustyurt_models.batch.work import Simulate, StopFlag, Stopped, run_task
from ustyurt_models.checks import Fault, InputError, require

__all__ = ["Interrupted", "run_batch"]

_AGAIN = "run the same command again to go on; finished parts are kept"
_LOOK_EVERY_S = 0.2


class Interrupted(KeyboardInterrupt):
    """The user stopped the batch; what is finished is kept. The message says how to go on."""


def run_batch(
    store: ResultStore,
    tasks: Iterable[Task],
    simulate: Simulate,
    workers: int | None = None,
    *,
    progress: bool = True,
    processes: bool = False,
) -> None:
    """Run tasks and write each to the store as soon as it is finished.

    Parameters
    ----------
    store : ResultStore
        Where results go.
    tasks : iterable of Task
        What to run, usually ``store.pending()``.
    simulate : callable
        ``simulate(scenario, draw, replicate)``, see `work.run_task`. Must not share state
        between calls; with `processes` it must be picklable.
    workers : int, optional
        Tasks at work at the same time; the number of cores by default.
    progress : bool
        Show progress on standard error.
    processes : bool
        Use spawned processes instead of threads (for a `simulate` that holds the GIL).

    Raises
    ------
    Interrupted
        After Ctrl-C or a termination signal; the tasks in work are given up.
    InputError
        When the disk is full or a worker process died.
    """
    todo = tuple(tasks)
    count = workers if workers is not None else os.cpu_count() or 1
    require(count >= 1, "workers", "must be >= 1", count)
    replicates = store.layout.replicates
    runs = sum(len(task.draws) for task in todo) * replicates
    total = store.plan.scenarios * store.plan.draws * replicates
    run = _in_processes if processes else _in_threads
    with BatchProgress(total, total - runs, shown=progress) as shown:
        run(store, todo, simulate, min(count, max(len(todo), 1)), shown)


def _in_threads(
    store: ResultStore, todo: tuple[Task, ...], simulate: Simulate, workers: int, shown
) -> None:
    """Run tasks in threads of this process; kernels release the GIL."""
    stop = threading.Event()

    def work(task: Task) -> None:
        store.write(task, run_task(simulate, store.layout, task, stop, shown.advance))

    with _stopping_on_signals(stop), ThreadPoolExecutor(workers) as pool:
        _feed(pool, work, todo, workers, stop, lambda task: None)


def _in_processes(
    store: ResultStore, todo: tuple[Task, ...], simulate: Simulate, workers: int, shown
) -> None:
    """Run tasks in spawned processes, each with its own copy of `simulate`."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    start = functools.partial(_start_worker, store, simulate, stop)
    pool = ProcessPoolExecutor(workers, context, initializer=start)

    def finished(task: Task) -> None:
        shown.advance(len(task.draws) * store.layout.replicates)

    with _stopping_on_signals(stop), pool:
        _feed(pool, _work_in_process, todo, workers, stop, finished)


_worker: dict[str, object] = {}


def _start_worker(store: ResultStore, simulate: Simulate, stop: StopFlag) -> None:
    """Keep what the tasks of this process need; leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker.update(store=store, simulate=simulate, stop=stop)


def _work_in_process(task: Task) -> None:
    """Run and write one task in a worker process."""
    store: ResultStore = _worker["store"]  # type: ignore[assignment]
    simulate: Simulate = _worker["simulate"]  # type: ignore[assignment]
    stop: StopFlag = _worker["stop"]  # type: ignore[assignment]
    store.write(task, run_task(simulate, store.layout, task, stop, lambda: None))


def _feed(
    pool: Executor,
    work: Callable[[Task], None],
    todo: tuple[Task, ...],
    workers: int,
    stop: StopFlag,
    finished: Callable[[Task], None],
) -> None:
    """Keep the workers busy with no more than one task waiting; the first failure stops all."""
    waiting = iter(todo)
    flying: dict[Future, Task] = {}
    failure: BaseException | None = None
    done = 0
    while True:
        while not stop.is_set() and len(flying) <= workers:
            task = next(waiting, None)
            if task is None:
                break
            flying[pool.submit(work, task)] = task
        if not flying:
            break
        for future in wait(flying, _LOOK_EVERY_S, FIRST_COMPLETED).done:
            task = flying.pop(future)
            error = future.exception()
            if error is None:
                done += 1
                finished(task)
            else:
                stop.set()
                failure = _worse(failure, error)
    if failure is not None or stop.is_set():
        _raise(failure, done, len(todo))


def _worse(before: BaseException | None, error: BaseException) -> BaseException:
    """Return the failure to tell: being stopped tells less than what stopped it."""
    if before is None or (isinstance(before, Stopped) and not isinstance(error, Stopped)):
        return error
    return before


def _raise(failure: BaseException | None, done: int, asked: int) -> None:
    """Raise what the caller should see; nothing, when the stop came after the last task."""
    if isinstance(failure, BrokenProcessPool):
        fault = Fault("workers", "a worker process must not die (out of memory?)", None, _AGAIN)
        raise InputError([fault]) from failure
    if failure is None and done == asked:
        return
    if failure is None or isinstance(failure, Stopped | KeyboardInterrupt):
        raise Interrupted(f"stopped after {done} of {asked} parts; {_AGAIN}") from None
    raise failure


@contextmanager
def _stopping_on_signals(stop: StopFlag) -> Iterator[None]:
    """Let Ctrl-C and a termination signal set `stop`; a second Ctrl-C interrupts at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: object) -> None:
        if stop.is_set():
            raise Interrupted(f"stopped; {_AGAIN}")
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
