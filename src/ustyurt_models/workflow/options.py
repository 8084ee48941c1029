"""What the command line may say about how a study is run; results do not depend on it."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.study.load import Study

__all__ = ["Options", "options"]


@dataclass(frozen=True)
class Options:
    """How to run.

    Attributes
    ----------
    output : Path or None
        Results folder; the study's own when not given.
    workers : int or None
        Parallel workers; the study's number or all cores when not given.
    fresh : bool
        Discard earlier results first.
    quiet : bool
        No progress.
    """

    output: Path | None = None
    workers: int | None = None
    fresh: bool = False
    quiet: bool = False

    def folder(self, study: Study) -> Path:
        """Return the results folder of `study`."""
        return self.output if self.output is not None else study.results_folder


def options(args: argparse.Namespace) -> Options:
    """Return the options of a study command."""
    return Options(args.output, args.workers, args.fresh)
