"""Drive the real command line as a user does: in a process of its own."""

import subprocess
import sys
import time
from pathlib import Path

from ustyurt_models.resources import scenarios_dir

DEMO = scenarios_dir() / "demo.toml"
PROGRAM = (sys.executable, "-m", "ustyurt_models.cli")
PATIENCE_S = 1200


def ustyurt(*words, **options) -> subprocess.CompletedProcess:
    """Run one command to its end."""
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=PATIENCE_S,
        **options,
    )


def start(said: Path, *words, **options) -> subprocess.Popen:
    """Start one command; what it says goes to the file `said`."""
    with said.open("wb") as text:
        return subprocess.Popen(
            [*PROGRAM, *map(str, words)], stdout=text, stderr=subprocess.STDOUT, **options
        )


def finished_parts(folder: Path) -> dict[Path, int]:
    """Return the records of finished parts with the time when each was written."""
    marks = folder / "results.zarr" / "task_digest" / "c"
    files = [path for path in marks.rglob("0") if path.is_file()]
    return {path: path.stat().st_mtime_ns for path in files}


def wait_for_parts(process: subprocess.Popen, folder: Path, parts: int) -> None:
    """Wait until so many parts are recorded as done."""
    deadline = time.monotonic() + PATIENCE_S
    while len(finished_parts(folder)) < parts:
        assert process.poll() is None, "the run ended before it could be disturbed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
