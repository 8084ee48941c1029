"""What a run survives: kill, full disk, cut-off files, lost workers, hostile input.

Drives the command line as a user would, on a small study, and compares every resumed run bit
for bit with an undisturbed one. Prints a table; exit code 1 when anything was lost that should
not be, or anybody saw a traceback.

    uv run python benchmarks/faults.py [--json FILE] [--study FILE]
"""

import argparse
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hostile_input import hostile_studies
from ustyurt_models.batch import Layout, content_digest, open_results, prepare_store, run_batch
from ustyurt_models.checks import InputError
from ustyurt_models.contracts import MAPS, RESULTS
from ustyurt_models.resources import scenarios_dir

DRAWS = 6
WORKERS = 2
STOPPED, BAD_INPUT = 130, 2
PATIENCE_S = 1800


@dataclass(frozen=True)
class Row:
    """One line of the table: what was tried, what was lost, whether that is allowed."""

    metric: str
    value: float | str
    unit: str
    target: str
    ok: bool


class Bench:
    """A study, the program that runs it, and the undisturbed result."""

    def __init__(self, program: list[str], study: Path, folder: Path) -> None:
        """Keep where things are."""
        self.program, self.study, self.folder = program, study, folder
        self.expected = ""
        self.parts = 0

    def command(self, output: Path, workers: int) -> list[str]:
        """Return the words of ``ustyurt simulate``."""
        words = ["simulate", str(self.study), "--output", str(output), "--workers", str(workers)]
        return [*self.program, *words]

    def start(self, output: Path, workers: int = WORKERS, **options) -> subprocess.Popen:
        """Start a run; what it says goes to ``said.txt`` beside the output."""
        with said(output).open("wb") as text:
            return subprocess.Popen(
                self.command(output, workers), stdout=text, stderr=subprocess.STDOUT, **options
            )

    def run(self, output: Path, workers: int = WORKERS, **options) -> int:
        """Run to the end; return the exit code."""
        return self.start(output, workers, **options).wait(PATIENCE_S)

    def resumes(self, output: Path) -> bool:
        """Whether running again ends well with the undisturbed result."""
        return self.run(output) == 0 and content_digest(output) == self.expected


def said(output: Path) -> Path:
    """Return the file with what a run wrote to the terminal."""
    return output.with_name(output.name + ".said.txt")


def quiet(output: Path) -> bool:
    """Whether nobody saw a traceback."""
    return "Traceback" not in said(output).read_text(errors="replace")


def finished(output: Path) -> int:
    """Count the parts recorded as done."""
    marks = output / "results.zarr" / "task_digest" / "c"
    return sum(path.is_file() and not path.name.endswith("partial") for path in marks.rglob("0"))


def wait_for(process: subprocess.Popen, output: Path, parts: int) -> None:
    """Wait until so many parts are done, or the run has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while finished(output) < parts and process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
            raise TimeoutError(f"fewer than {parts} parts after {PATIENCE_S} s")
        time.sleep(0.02)


def identical(name: str, same: bool) -> Row:
    """Return the row that says whether a result is the undisturbed one."""
    return Row(f"{name}: result after resuming", "same" if same else "DIFFERS", "", "same", same)


def undisturbed(bench: Bench) -> Iterator[Row]:
    """Run with one and with two workers."""
    one, two = bench.folder / "one", bench.folder / "two"
    code = bench.run(one, workers=1)
    if code != 0:
        raise SystemExit(f"the undisturbed run failed:\n{said(one).read_text()}")
    bench.expected, bench.parts = content_digest(one), finished(one)
    same = bench.run(two, workers=2) == 0 and content_digest(two) == bench.expected
    yield Row("1 and 2 workers: results", "same" if same else "DIFFER", "", "same", same)


def killed(bench: Bench) -> Iterator[Row]:
    """Kill one run again and again, a third further each time."""
    output = bench.folder / "killed"
    lost = 0
    for third in (1, 2):
        process = bench.start(output)
        wait_for(process, output, max(1, bench.parts * third // 3))
        process.kill()
        process.wait()
        before = finished(output)
        probe = bench.folder / "probe"
        shutil.rmtree(probe, ignore_errors=True)
        shutil.copytree(output, probe)
        lost += before - sound_parts(bench, probe)
    yield Row("kill -9 twice: finished parts lost", lost, "parts", "0", lost == 0)
    yield identical("kill -9 twice", bench.resumes(output))


def sound_parts(bench: Bench, output: Path) -> int:
    """Count finished parts that are still accepted: those a stopped resume does not redo."""
    times = {path: path.stat().st_mtime_ns for path in mark_files(output)}
    if bench.run(output) != 0:
        return 0
    return sum(path.exists() and path.stat().st_mtime_ns == then for path, then in times.items())


def mark_files(output: Path) -> list[Path]:
    """Return the files that record finished parts."""
    marks = output / "results.zarr" / "task_digest" / "c"
    return [path for path in marks.rglob("0") if path.is_file()]


def stopped(bench: Bench) -> Iterator[Row]:
    """Press Ctrl-C, and terminate politely, in mid-run."""
    for name, number in (("Ctrl-C", signal.SIGINT), ("terminate", signal.SIGTERM)):
        output = bench.folder / name
        process = bench.start(output)
        wait_for(process, output, bench.parts // 3)
        process.send_signal(number)
        code = process.wait(PATIENCE_S)
        clean = code == STOPPED and quiet(output)
        yield Row(f"{name}: exit code, no traceback", code, "", str(STOPPED), clean)
        yield identical(name, bench.resumes(output))


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path | None]:
    """Give a disk of `size` bytes; None where this user may not mount one."""
    place = folder / "small_disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def bytes_used(folder: Path) -> int:
    """Return the size of the files in a folder [B], in pages as a memory disk counts them."""
    page = resource.getpagesize()
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return sum(-(-size // page) * page for size in sizes)


def full_disk(bench: Bench) -> Iterator[Row]:
    """Let the disk run full in mid-run, then make room."""
    size = bytes_used(bench.folder / "one") * 6 // 10
    with small_disk(bench.folder, size) as place:
        if place is None:
            yield from file_limit(bench)
            return
        output = place / "run"
        log = bench.folder / "full.said.txt"
        with log.open("wb") as text:
            command = bench.command(output, WORKERS)
            code = subprocess.call(command, stdout=text, stderr=subprocess.STDOUT)
        words = log.read_text(errors="replace")
        clear = code == BAD_INPUT and "must have room" in words and "Traceback" not in words
        yield Row("full disk: exit code, clear message", code, "", str(BAD_INPUT), clear)
        done = finished(output)
        yield Row("full disk: parts finished before", done, f"of {bench.parts}", "> 0", done > 0)
        room = f"remount,size={size * 4}"
        subprocess.run(["mount", "-o", room, str(place)], check=True, capture_output=True)
        lost = done - sound_parts(bench, output)
        yield Row("full disk: finished parts lost", lost, "parts", "0", lost == 0)
        yield identical("full disk", content_digest(output) == bench.expected)


def file_limit(bench: Bench) -> Iterator[Row]:
    """Stand-in for a full disk where none can be mounted: a limit on the size of files."""
    output = bench.folder / "limited"
    process = bench.start(output)
    wait_for(process, output, bench.parts // 3)
    process.kill()
    process.wait()
    largest = max(path.stat().st_size for path in output.rglob("c/*/*/*") if path.is_file())

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest // 2, largest // 2))

    code = bench.run(output, preexec_fn=limit)
    words = said(output).read_text(errors="replace")
    clear = code == BAD_INPUT and ("must have room" in words or os.strerror(errno.EFBIG) in words)
    clear = clear and quiet(output)
    yield Row("file size limit: exit code, clear message", code, "", str(BAD_INPUT), clear)
    yield identical("file size limit", bench.resumes(output))


class DyingSimulation:
    """Returns zeros; one replicate ends its process as the system does when memory is out."""

    def __init__(self, shape: Layout, deadly: tuple[int, int, int] | None) -> None:
        """Keep the shape and which replicate kills."""
        self.shape, self.deadly = shape, deadly

    def __call__(self, scenario: int, draw: int, replicate: int) -> dict[str, np.ndarray]:
        """Return one replicate."""
        if (scenario, draw, replicate) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        contract = {**RESULTS, **MAPS}
        return {name: np.zeros(self.shape.inner_shape(v), np.int64) for name, v in contract.items()}


def worker_loss(bench: Bench) -> Iterator[Row]:
    """Let a worker process die in mid-run, through the Python interface."""
    labels = {"year": range(5), "species": ["saiga"], "zone": ["region"]}
    labels |= {"map_year": [4], "cell": range(50)}
    shape = Layout(("only",), 8, 2, labels, {"seed": "1"})
    store = prepare_store(bench.folder / "workers", shape)
    deadly, harmless = DyingSimulation(shape, (0, 5, 1)), DyingSimulation(shape, None)
    try:
        run_batch(store, store.pending(), deadly, WORKERS, progress=False, processes=True)
        told = False
    except InputError as error:
        told = "worker" in str(error)
    yield Row("worker killed: told in plain words", "yes" if told else "NO", "", "yes", told)
    kept = 8 - len(store.pending())
    yield Row("worker killed: parts kept", kept, "of 8", "> 0", kept > 0)
    run_batch(store, store.pending(), harmless, WORKERS, progress=False)
    left = len(store.pending())
    yield Row("worker killed: parts missing after resuming", left, "parts", "0", left == 0)


def cut_in_half(path: Path) -> None:
    """Lose the second half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    """Lose the content of a file."""
    path.write_bytes(b"")


def flip_a_bit(path: Path) -> None:
    """Change one bit in the middle."""
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut in half": cut_in_half,
    "emptied": empty,
    "one bit flipped": flip_a_bit,
    "removed": Path.unlink,
}


def truncated(bench: Bench) -> Iterator[Row]:
    """Damage one chunk in each way; readers must refuse, running again must repair."""
    variables = ("prey_number", "map_prey", "gene_diversity", "task_digest")
    for (name, damage), variable in zip(DAMAGES.items(), variables, strict=True):
        output = bench.folder / f"damaged {variable}"
        shutil.copytree(bench.folder / "one", output)
        chunks = [path for path in (output / "results.zarr" / variable / "c").rglob("*")]
        damage(sorted(path for path in chunks if path.is_file())[1])
        try:
            open_results(output)
            refused = False
        except InputError:
            refused = True
        times = {path: path.stat().st_mtime_ns for path in mark_files(output)}
        same = bench.resumes(output)
        redone = sum(not p.exists() or p.stat().st_mtime_ns != t for p, t in times.items())
        expected = 0 if name == "removed" and variable == "task_digest" else 1
        label = f"{variable} chunk {name}"
        yield Row(f"{label}: refused by readers", "yes" if refused else "NO", "", "yes", refused)
        yield Row(
            f"{label}: parts computed again", redone, "parts", str(expected), redone == expected
        )
        yield identical(label, same)


def other_study(bench: Bench) -> Iterator[Row]:
    """Point another study at finished results."""
    output = bench.folder / "two"
    before = content_digest(output)
    other = bench.study.with_name("other.toml")
    other.write_text(bench.study.read_text() + "\nseed = 4\n")
    changed = Bench(bench.program, other, bench.folder)
    code = changed.run(output)
    kept = content_digest(output) == before
    ok = code == BAD_INPUT and kept and quiet(output)
    yield Row("other study into finished results: exit code", code, "", str(BAD_INPUT), ok)


def hostile(bench: Bench) -> Iterator[Row]:
    """Check studies that are wrong in every way we could think of."""
    folder = bench.folder / "hostile"
    folder.mkdir()
    for name, study in hostile_studies(folder):
        begun = time.monotonic()
        done = subprocess.run(
            [*bench.program, "check", str(study)], capture_output=True, check=False, timeout=300
        )
        spent = time.monotonic() - begun
        words = (done.stdout + done.stderr).decode(errors="replace")
        ok = done.returncode == BAD_INPUT and "Traceback" not in words and bool(words.strip())
        row = f"hostile input, {name}: exit code"
        yield Row(row, done.returncode, f"in {spent:.1f} s", str(BAD_INPUT), ok)


FAULTS = (
    undisturbed,
    killed,
    stopped,
    full_disk,
    truncated,
    other_study,
    worker_loss,
    hostile,
)


def show(row: Row) -> None:
    """Print one line."""
    value = f"{row.value} {row.unit}".strip()
    mark = "ok " if row.ok else "NOT"
    print(f"{mark}  {row.metric:<62} {value:<16} wanted {row.target}", flush=True)


def main() -> int:
    """Run all faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--study", type=Path, help="study to disturb (default: demo, more draws)")
    parser.add_argument("--program", help="command line to drive instead of ustyurt")
    names = [fault.__name__ for fault in FAULTS]
    parser.add_argument("--only", nargs="+", choices=names, help="only these, for a quick look")
    args = parser.parse_args()
    program = args.program.split() if args.program else [sys.executable, "-m", "ustyurt_models.cli"]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="ustyurt-faults-") as name:
        study = Path(name) / "study.toml"
        base = args.study or scenarios_dir() / "demo.toml"
        study.write_text(f'draws = {DRAWS}\nextends = "{base.resolve()}"\n')
        bench = Bench(program, study, Path(name))
        for fault in FAULTS:
            if args.only and fault.__name__ not in ("undisturbed", *args.only):
                continue
            for row in fault(bench):
                rows.append(row)
                show(row)
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
