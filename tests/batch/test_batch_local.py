"""Workers, signals and killed processes: the same numbers, nothing lost but the task at hand."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from fake_study import FakeSimulation, layout

from ustyurt_models.batch import Interrupted, content_digest, prepare_store, run_batch
from ustyurt_models.batch.progress import BatchProgress, duration
from ustyurt_models.checks import InputError


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected")
    store = prepare_store(folder, layout())
    run_batch(store, store.pending(), FakeSimulation(layout()), 1, progress=False)
    return content_digest(folder)


def finish(folder, expected):
    store = prepare_store(folder, layout())
    left = len(store.pending())
    run_batch(store, store.pending(), FakeSimulation(layout()), 2, progress=False)
    assert content_digest(folder) == expected
    return left


@pytest.mark.slow
def test_processes_give_the_same_content_as_threads(tmp_path, expected):
    store = prepare_store(tmp_path, layout())
    simulate = FakeSimulation(layout())
    run_batch(store, store.pending(), simulate, 2, progress=False, processes=True)
    assert content_digest(tmp_path) == expected


@pytest.mark.slow
def test_dead_worker_process_is_told_and_the_run_resumes(tmp_path, expected):
    store = prepare_store(tmp_path, layout())
    deadly = FakeSimulation(layout(), die_at=(1, 2, 0))
    with pytest.raises(InputError, match=r"worker process must not die.*same command"):
        run_batch(store, store.pending(), deadly, 2, progress=False, processes=True)
    assert 1 <= finish(tmp_path, expected) < 8


RUN = """
import sys
sys.path.insert(0, {tests!r})
from fake_study import FakeSimulation, layout
from ustyurt_models.batch import Interrupted, prepare_store, run_batch
from pathlib import Path
store = prepare_store(Path({folder!r}), layout())
try:
    run_batch(store, store.pending(), FakeSimulation(layout(), pause_s=0.1), 2)
except Interrupted as stop:
    print(stop)
    sys.exit(130)
"""


def start(folder: Path) -> subprocess.Popen:
    code = RUN.format(tests=str(Path(__file__).parent), folder=str(folder))
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_tasks(folder: Path, count: int) -> None:
    marks = folder / "results.zarr" / "task_digest" / "c"
    for _ in range(3000):
        if sum(path.is_file() for path in marks.rglob("0")) >= count:
            return
        time.sleep(0.01)
    raise AssertionError("the run did not get on")


def test_killed_run_resumes_to_the_identical_content(tmp_path, expected):
    process = start(tmp_path)
    wait_for_tasks(tmp_path, 2)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert 1 <= finish(tmp_path, expected) <= 6


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_stop_signal_ends_without_traceback_and_resumes(tmp_path, expected, number):
    process = start(tmp_path)
    wait_for_tasks(tmp_path, 2)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again" in out
    assert "Traceback" not in err
    assert 1 <= finish(tmp_path, expected) <= 6


def test_signal_in_this_process_stops_and_restores_handlers(tmp_path, expected):
    before = signal.getsignal(signal.SIGTERM)
    store = prepare_store(tmp_path, layout())
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    slow = FakeSimulation(layout(), pause_s=0.05)
    with pytest.raises(Interrupted, match=r"stopped after \d+ of 8 parts"):
        run_batch(store, store.pending(), slow, 2, progress=False)
    timer.join()
    assert signal.getsignal(signal.SIGTERM) is before
    finish(tmp_path, expected)


def test_failing_simulation_is_raised_and_earlier_tasks_are_kept(tmp_path, expected):
    store = prepare_store(tmp_path, layout())
    works = FakeSimulation(layout())

    def fails(scenario, draw, replicate):
        if draw == 2:
            raise ZeroDivisionError("a bug")
        return works(scenario, draw, replicate)

    with pytest.raises(ZeroDivisionError, match="a bug"):
        run_batch(store, store.pending(), fails, 1, progress=False)
    assert finish(tmp_path, expected) == 4


def test_wrong_output_of_the_simulation_is_refused(tmp_path):
    store = prepare_store(tmp_path, layout())
    works = FakeSimulation(layout())
    with pytest.raises(AssertionError, match=r"missing \['jut'\]"):
        run_batch(
            store,
            store.pending(),
            lambda *run: {k: v for k, v in works(*run).items() if k != "jut"},
            1,
            progress=False,
        )
    with pytest.raises(AssertionError, match="jut"):
        run_batch(store, store.pending(), lambda *run: {**works(*run), "jut": 1}, 1, progress=False)


def test_no_more_than_the_workers_run_at_the_same_time(tmp_path):
    store = prepare_store(tmp_path, layout())
    works = FakeSimulation(layout(), pause_s=0.005)
    lock, running, most = threading.Lock(), [0], [0]

    def counting(*run):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        found = works(*run)
        with lock:
            running[0] -= 1
        return found

    run_batch(store, store.pending(), counting, 2, progress=False)
    assert most[0] == 2


def test_plain_progress_line_counts_earlier_runs(capsys):
    with BatchProgress(16, 10) as shown:
        shown.advance()
        shown.advance(2)
    assert capsys.readouterr().err.startswith("simulated 13 of 16 runs, 0 s gone, about ")


def test_durations_are_written_in_words():
    assert duration(42.4) == "42 s"
    assert duration(185) == "3 min 05 s"
    assert duration(7800) == "2 h 10 min"
