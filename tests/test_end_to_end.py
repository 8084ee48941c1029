"""The whole chain on the demo study, by the real command; undisturbed, stopped and damaged."""

import errno
import os
import resource
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest
import xarray as xr

from command_line import DEMO, finished_parts, start, ustyurt, wait_for_parts
from ustyurt_models.batch import content_digest, open_results, prepare_store
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.study.load import load_study
from ustyurt_models.survey import load_posterior
from ustyurt_models.workflow.land import land_of
from ustyurt_models.workflow.simulation import layout_of, models_of

pytestmark = pytest.mark.slow
INTERRUPTED, BAD_INPUT = 130, 2


@pytest.fixture(scope="module")
def expected(demo_results):
    """Return the digest of the undisturbed results, made by two workers."""
    return content_digest(demo_results)


@pytest.fixture
def fitted(demo_results, tmp_path):
    """Return a results folder with posteriors and without results."""
    folder = tmp_path / "results"
    folder.mkdir()
    shutil.copytree(demo_results / "posteriors", folder / "posteriors")
    shutil.copyfile(demo_results / "stages.json", folder / "stages.json")
    return folder


def test_a_run_makes_every_product(demo_results):
    posterior = load_posterior(demo_results / "posteriors" / "goitered_gazelle.nc")
    assert posterior["abundance"]["abundance"].min() > 0
    cube = open_results(demo_results)
    assert dict(cube.sizes)["draw"] == 3
    assert list(cube["scenario"].values) == [
        "release.animals.females=4",
        "release.animals.females=8",
    ]
    with xr.open_dataset(demo_results / "summaries.nc", engine="h5netcdf") as summary:
        assert "prey_number" in summary
    assert any((demo_results / "tables").glob("*.csv"))
    page = (demo_results / "report.html").read_text(encoding="utf-8")
    assert "Demo: every stage in seconds" in page
    assert (demo_results / "study.resolved.json").is_file()


def test_a_second_run_finds_everything_up_to_date(demo_results):
    page = demo_results / "report.html"
    before = (page.stat().st_mtime_ns, finished_parts(demo_results))
    done = ustyurt("run", DEMO, "--output", demo_results)
    assert done.returncode == 0, done.stderr
    for stage in ("fit goitered_gazelle", "simulate", "report"):
        assert f"{stage}: up to date" in done.stderr
    assert (page.stat().st_mtime_ns, finished_parts(demo_results)) == before


def test_neither_workers_nor_the_size_of_blocks_change_a_bit(fitted, expected):
    study, catalogue = load_study(DEMO), load_catalogue()
    land = land_of(study)
    models = models_of(study, land, catalogue, fitted)
    layout = layout_of(study, land, catalogue, fitted, models)
    store = prepare_store(fitted, layout, block_draws=2)
    assert store.plan.block_draws == 2
    done = ustyurt("simulate", DEMO, "--output", fitted, "--workers", 1)
    assert done.returncode == 0, done.stderr
    assert len(finished_parts(fitted)) == 4
    assert content_digest(fitted) == expected


def test_ctrl_c_and_kill_lose_no_finished_part_and_resume_bit_for_bit(fitted, expected, tmp_path):
    said = tmp_path / "said.txt"
    words = ("simulate", DEMO, "--output", fitted, "--workers", 1)
    process = start(said, *words)
    wait_for_parts(process, fitted, 1)
    process.send_signal(signal.SIGINT)
    assert process.wait(600) == INTERRUPTED
    text = said.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert "the same command" in text
    kept = finished_parts(fitted)
    assert kept

    process = start(said, *words)
    wait_for_parts(process, fitted, len(kept) + 1)
    process.kill()
    process.wait(600)
    kept = finished_parts(fitted)

    done = ustyurt(*words)
    assert done.returncode == 0, done.stderr
    now = finished_parts(fitted)
    assert {path: now[path] for path in kept} == kept
    assert content_digest(fitted) == expected


def test_a_truncated_store_is_refused_by_readers_and_repaired_by_a_run(
    demo_results, expected, tmp_path
):
    folder = tmp_path / "results"
    shutil.copytree(demo_results, folder)
    stored = folder / "results.zarr" / "prey_number" / "c"
    chunks = sorted(path for path in stored.rglob("*") if path.is_file())
    chunks[1].write_bytes(chunks[1].read_bytes()[:20])
    first, second = (f"{folder}:release.animals.females={n}" for n in (4, 8))
    done = ustyurt("compare", first, second)
    assert done.returncode == BAD_INPUT
    assert "results.zarr: must be undamaged; got" in done.stderr
    assert "damaged parts are computed anew" in done.stderr
    assert "Traceback" not in done.stderr
    kept = finished_parts(folder)
    done = ustyurt("run", DEMO, "--output", folder, "--workers", 1)
    assert done.returncode == 0, done.stderr
    now = finished_parts(folder)
    assert sum(now[path] != then for path, then in kept.items()) == 1
    assert content_digest(folder) == expected


@contextmanager
def small_disk(place, size):
    """Give a disk of `size` bytes; False where this user may not mount one."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def disk_use(folder):
    """Return the size of a folder [B], in pages as a memory disk counts it."""
    page = resource.getpagesize()
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return sum(-(-size // page) * page for size in sizes)


def test_a_full_disk_is_told_in_one_line_and_keeps_what_is_finished(
    demo_results, fitted, expected, tmp_path
):
    size = disk_use(fitted) + int(0.7 * disk_use(demo_results / "results.zarr"))
    with small_disk(tmp_path / "disk", size) as mounted:
        output = (tmp_path / "disk" if mounted else tmp_path) / "run"
        shutil.copytree(fitted, output)
        words = ("simulate", DEMO, "--output", output, "--workers", 1)
        if mounted:
            done = ustyurt(*words)
            number = errno.ENOSPC
        else:
            largest = max(p.stat().st_size for p in (demo_results / "results.zarr").rglob("c/*/*"))

            def limit():
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest // 2, largest // 2))

            done = ustyurt(*words, preexec_fn=limit)
            number = errno.EFBIG
        assert done.returncode == BAD_INPUT, done.stderr
        assert "Traceback" not in done.stderr
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith(
            f"{output / 'results.zarr'}: the disk must have room for the results"
        )
        assert f"; got {os.strerror(number)!r} (free space and run the same command again" in last
        if mounted:
            kept = finished_parts(output)
            assert kept
            room = ["mount", "-o", f"remount,size={4 * size}", str(tmp_path / "disk")]
            subprocess.run(room, check=True, capture_output=True)
        done = ustyurt(*words)
        assert done.returncode == 0, done.stderr
        if mounted:
            now = finished_parts(output)
            assert {path: now[path] for path in kept} == kept
        assert content_digest(output) == expected
