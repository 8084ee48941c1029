"""How far a stage is: a bar with time left on a terminal, plain lines elsewhere."""

import sys
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

__all__ = ["Steps"]

_LINE_EVERY_S = 15.0


class Steps:
    """Counts finished steps of a stage and shows them on standard error."""

    def __init__(self, what: str, total: int, *, shown: bool = True) -> None:
        """Expect `total` steps, called `what`."""
        self.what, self.total, self.done = what, total, 0
        self._shown = shown
        self._started = self._last = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        """Show the start."""
        console = Console(stderr=True)
        if self._shown and console.is_terminal:
            self._bar = Progress(
                TextColumn("simulated"), BarColumn(), MofNCompleteColumn(),
                TextColumn(f"{self.what},"), TimeElapsedColumn(), TextColumn("gone,"),
                TimeRemainingColumn(), TextColumn("left"), console=console,
            )  # fmt: skip
            self._task = self._bar.add_task(self.what, total=self.total)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show the end."""
        if self._bar is not None:
            self._bar.stop()
        elif self._shown:
            self._line()

    def say(self, text: str) -> None:
        """Print one line above the bar."""
        if self._bar is not None:
            self._bar.console.print(text, highlight=False)
        elif self._shown:
            print(text, file=sys.stderr, flush=True)

    def advance(self, steps: int) -> None:
        """Count finished steps."""
        self.done += steps
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done)
        elif self._shown and time.monotonic() - self._last >= _LINE_EVERY_S:
            self._line()

    def _line(self) -> None:
        """Write one plain line."""
        self._last = time.monotonic()
        gone = self._last - self._started
        text = f"simulated {self.done} of {self.total} {self.what}, {gone:.0f} s gone"
        print(text, file=sys.stderr, flush=True)
