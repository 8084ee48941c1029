"""The store fills in any order, checks itself, and never mixes studies."""

import errno
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import zarr
from fake_study import FakeSimulation, chunk_files, layout
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.batch import (
    content_digest,
    estimate,
    make_plan,
    open_maps,
    open_results,
    prepare_store,
    run_batch,
)
from ustyurt_models.batch.store import store_path
from ustyurt_models.batch.work import run_task
from ustyurt_models.checks import InputError
from ustyurt_models.contracts import MAPS, RESULTS


def run_all(folder, shape, block_draws=None, workers=1, **options):
    store = prepare_store(folder, shape, block_draws)
    run_batch(store, store.pending(), FakeSimulation(shape), workers, progress=False, **options)
    return store


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    run_all(folder, layout())
    return folder


@pytest.fixture
def copy(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "copy")
    return tmp_path / "copy"


def test_plan_covers_every_draw_of_every_scenario_once():
    plan = make_plan(layout(draws=203))
    covered = [(task.scenario, draw) for task in plan.tasks() for draw in task.draws]
    assert sorted(covered) == [(scenario, draw) for scenario in (0, 1) for draw in range(203)]
    assert plan.blocks >= 40


def test_estimate_counts_runs_and_bounds_the_disk(finished):
    shape = layout()
    expected = estimate(shape, make_plan(shape), 2)
    assert expected.runs == 2 * 4 * 2
    raw = sum(open_results(finished)[name].nbytes for name in RESULTS)
    maps = sum(open_maps(finished)[name].nbytes for name in MAPS) * 4
    assert expected.disk_bytes == raw + maps


def test_results_hold_what_was_simulated(finished):
    cube = open_results(finished)
    assert cube.attrs["seed"] == "1"
    assert list(cube["scenario"].values) == ["baseline", "prey first é"]
    simulate = FakeSimulation(layout())
    for scenario, draw, replicate in ((0, 0, 0), (1, 2, 1), (0, 3, 1)):
        expected = simulate(scenario, draw, replicate)
        found = cube.isel(scenario=scenario, draw=draw, replicate=replicate)
        for name in RESULTS:
            np.testing.assert_array_equal(found[name].to_numpy(), expected[name])


def test_maps_are_exact_sums_over_all_runs(finished):
    maps = open_maps(finished)
    simulate = FakeSimulation(layout())
    for name in MAPS:
        total = sum(simulate(1, draw, rep)[name] for draw in range(4) for rep in range(2))
        np.testing.assert_array_equal(maps[name].isel(scenario=1, block=0).to_numpy(), total)
    assert maps.attrs["runs"] == 8


@settings(max_examples=3, deadline=None)
@given(block_draws=st.integers(1, 5), workers=st.integers(1, 3), order=st.randoms())
def test_content_is_the_same_for_any_blocks_workers_and_order(
    finished, tmp_path_factory, block_draws, workers, order
):
    folder = tmp_path_factory.mktemp("partition")
    shape = layout()
    store = prepare_store(folder, shape, block_draws)
    tasks = list(store.pending())
    order.shuffle(tasks)
    run_batch(store, tasks, FakeSimulation(shape), workers, progress=False)
    assert content_digest(folder) == content_digest(finished)


def test_finished_store_has_nothing_pending_and_is_not_written_again(copy):
    store = prepare_store(copy, layout())
    assert store.pending() == ()


def test_continued_store_says_what_the_study_says_today(copy):
    told = {"scenarios": "with other criteria", "versions": "newer"}
    prepare_store(copy, replace(layout(), attrs={"versions": "first"}), fresh=True)
    prepare_store(copy, replace(layout(), attrs=told))
    attributes = zarr.open_group(store_path(copy), mode="r").attrs
    assert attributes["scenarios"] == "with other criteria"
    assert attributes["versions"] == "first"


def test_other_study_is_refused_naming_what_differs(copy):
    with pytest.raises(InputError, match=r"but seed differs.*--fresh"):
        prepare_store(copy, layout(seed="2"))
    with pytest.raises(InputError, match="but dimensions differs"):
        prepare_store(copy, layout(draws=5))
    assert prepare_store(copy, layout(seed="2"), fresh=True).pending() != ()


def test_unfinished_store_is_not_reported(tmp_path):
    store = prepare_store(tmp_path, layout())
    run_batch(store, store.pending()[:3], FakeSimulation(layout()), 1, progress=False)
    for reader in (open_results, open_maps, content_digest):
        with pytest.raises(InputError, match=r"3 of 8 parts.*ustyurt simulate"):
            reader(tmp_path)


def test_missing_store_is_named(tmp_path):
    with pytest.raises(InputError, match="must exist"):
        open_results(tmp_path / "nowhere")


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip_one_bit(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


@pytest.mark.parametrize(
    ("hurt", "variable"),
    [
        (cut_in_half, "prey_number"),
        (empty, "map_prey"),
        (flip_one_bit, "mean_inbreeding"),
        pytest.param(Path.unlink, "jut", marks=pytest.mark.slow),
        pytest.param(cut_in_half, "task_digest", marks=pytest.mark.slow),
        (Path.unlink, "task_digest"),
    ],
)
def test_damaged_chunk_is_refused_by_readers_and_recomputed(copy, finished, hurt, variable):
    hurt(chunk_files(copy / "results.zarr", variable)[3])
    with pytest.raises(InputError, match="ustyurt simulate"):
        open_results(copy)
    store = prepare_store(copy, layout())
    assert len(store.pending()) == 1
    run_batch(store, store.pending(), FakeSimulation(layout()), 1, progress=False)
    assert content_digest(copy) == content_digest(finished)


@pytest.mark.parametrize(
    ("hurt", "place"),
    [
        (cut_in_half, "prey_deaths/zarr.json"),
        pytest.param(Path.unlink, "cell/zarr.json", marks=pytest.mark.slow),
        pytest.param(empty, "species/c/0", marks=pytest.mark.slow),
    ],
)
def test_damaged_description_is_repaired(copy, finished, hurt, place):
    hurt(copy / "results.zarr" / place)
    with pytest.raises(InputError):
        open_results(copy)
    run_all(copy, layout())
    assert content_digest(copy) == content_digest(finished)


@pytest.mark.parametrize("hurt", [cut_in_half, empty, Path.unlink])
def test_store_without_identity_is_refused(copy, hurt):
    hurt(copy / "results.zarr" / "zarr.json")
    with pytest.raises(InputError, match=r"readable result store.*--fresh"):
        prepare_store(copy, layout())
    with pytest.raises(InputError):
        open_results(copy)


def test_scraps_of_a_killed_writer_are_removed(copy):
    scrap = copy / "results.zarr" / "prey_number" / "c" / "0.abc.partial"
    scrap.write_bytes(b"half")
    prepare_store(copy, layout())
    assert not scrap.exists()


def test_every_variable_carries_a_checksum(finished):
    root = zarr.open_group(finished / "results.zarr", mode="r")
    for name in (*RESULTS, *MAPS):
        kinds = [type(codec).__name__ for codec in root[name].compressors]
        assert kinds == ["BloscCodec", "Crc32cCodec"]


def test_full_disk_says_so_and_keeps_finished_tasks(tmp_path, finished, monkeypatch):
    store = prepare_store(tmp_path, layout())
    tasks = store.pending()
    run_batch(store, tasks[:3], FakeSimulation(layout()), 1, progress=False)

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("zarr.storage._local._put", full)
        with pytest.raises(InputError, match=r"must have room.*No space left.*kept"):
            run_batch(store, tasks[3:], FakeSimulation(layout()), 2, progress=False)
        with pytest.raises(InputError, match="must have room"):
            prepare_store(tmp_path / "new", layout())
    assert not (tmp_path / "new" / "results.zarr").exists()
    store = prepare_store(tmp_path, layout())
    assert len(store.pending()) == len(tasks) - 3
    run_batch(store, store.pending(), FakeSimulation(layout()), 1, progress=False)
    assert content_digest(tmp_path) == content_digest(finished)


FILE_LIMIT = """
import resource, sys
sys.path.insert(0, {tests!r})
from fake_study import FakeSimulation, layout
from ustyurt_models.batch import prepare_store, run_batch
from ustyurt_models.checks import InputError
from pathlib import Path
from threading import Event
shape = layout()
store = prepare_store(Path({folder!r}), shape)
run_batch(store, store.pending()[:2], FakeSimulation(shape), 1, progress=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    run_batch(store, store.pending(), FakeSimulation(shape), 2, progress=False)
except InputError as error:
    print(error)
print("pending", len(store.pending()))
"""


@pytest.mark.slow
def test_limit_of_the_system_on_file_size_is_told_as_a_full_disk(tmp_path):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    code = FILE_LIMIT.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "must have room" in done.stdout
    assert "pending 6" in done.stdout
    assert "Traceback" not in done.stderr


def test_maps_of_a_task_take_the_same_memory_for_any_number_of_replicates():
    held = []
    for replicates in (1, 20):
        shape = layout(draws=1, replicates=replicates)
        (task, *_) = make_plan(shape).tasks()
        data = run_task(FakeSimulation(shape), shape, task, Event(), lambda: None)
        held.append(sum(data[name].nbytes for name in MAPS))
    assert held[0] == held[1]
    assert held[0] == 8 * sum(np.prod(shape.inner_shape(one)) for one in MAPS.values())
