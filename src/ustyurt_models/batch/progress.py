"""How far a batch is: a bar with time left on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

__all__ = ["BatchProgress", "duration"]

_LINE_EVERY_S = 15.0


def duration(seconds: float) -> str:
    """Return a time span in words: ``42 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class BatchProgress:
    """Counts finished runs and shows them; safe to call from several threads."""

    def __init__(self, total: int, earlier: int = 0, *, shown: bool = True) -> None:
        """Expect `total` runs, of which `earlier` were finished by an earlier call."""
        self.total, self.earlier, self.done = total, earlier, earlier
        self._shown = shown
        self._lock = threading.Lock()
        self._started = self._last = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        """Show the start."""
        console = Console(stderr=True)
        if self._shown and console.is_terminal:
            self._bar = Progress(
                TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TextColumn("runs,"),
                TimeElapsedColumn(), TextColumn("gone,"), TimeRemainingColumn(),
                TextColumn("left"), console=console,
            )  # fmt: skip
            self._task = self._bar.add_task("runs", total=self.total, completed=self.earlier)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show the end."""
        if self._bar is not None:
            self._bar.stop()
        elif self._shown and self.done > self.earlier:
            self._line()

    def advance(self, runs: int = 1) -> None:
        """Count finished runs."""
        with self._lock:
            self.done += runs
            if self._bar is not None:
                self._bar.update(self._task, completed=self.done)
            elif self._shown and time.monotonic() - self._last >= _LINE_EVERY_S:
                self._line()

    def _line(self) -> None:
        """Write one plain line."""
        self._last = time.monotonic()
        gone = self._last - self._started
        left = gone / max(self.done - self.earlier, 1) * (self.total - self.done)
        text = f"simulated {self.done} of {self.total} runs, {duration(gone)} gone"
        more = f", about {duration(left)} left" if self.done < self.total else ""
        print(text + more, file=sys.stderr, flush=True)
