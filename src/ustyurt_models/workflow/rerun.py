"""One replicate again, alone, against what is stored: the proof that results can be had again."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.batch import open_results
from ustyurt_models.batch.layout import stored_dtype
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.contracts import RESULTS
from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.study.load import Study, read_study
from ustyurt_models.study.resolved import RESOLVED_NAME
from ustyurt_models.workflow.address import read_address
from ustyurt_models.workflow.land import land_of
from ustyurt_models.workflow.options import Options
from ustyurt_models.workflow.simulation import models_of
from ustyurt_models.workflow.stages import open_study

__all__ = ["Rerun", "rerun"]


@dataclass(frozen=True)
class Rerun:
    """What a replicate gives when it is run alone.

    Attributes
    ----------
    table : str
        Its course by year, for people.
    differing : tuple of str
        Variables of `contracts.RESULTS` that are not bit for bit as stored.
    """

    table: str
    differing: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Say in one line whether the stored numbers came out again."""
        if not self.differing:
            return f"equal: all {len(RESULTS)} stored variables, bit for bit"
        return f"DIFFERENT from what is stored: {', '.join(self.differing)}"


def rerun(path: Path, how: Options, only: str) -> Rerun:
    """Run one replicate of a simulated study alone and compare it with the result store.

    Parameters
    ----------
    path : Path
        Study file, or a results folder: the study is then read from what was written beside the
        results, and needs neither its file nor the data of its surveys.
    how : Options
        As for `workflow.simulate`; nothing in the results folder changes.
    only : str
        ``SCENARIO:DRAW:REPLICATE``; draws and replicates count from 0.

    Returns
    -------
    Rerun
        Its course, and whether it equals what is stored.

    Raises
    ------
    InputError
        When there is no such replicate, or the study has no finished results.
    """
    study, catalogue, folder = _opened(path, how)
    address = read_address(only, study)
    where = address._asdict()
    stored = open_results(folder).isel(where).load()
    model = models_of(study, land_of(study), catalogue, folder)[address.scenario]
    found = Simulator(model)(address.draw, address.replicate)
    differing = tuple(
        name
        for name, variable in RESULTS.items()
        if not np.array_equal(
            stored[name].to_numpy(),
            np.asarray(found[name]).astype(stored_dtype(variable)),
            equal_nan=True,
        )
    )
    return Rerun(_course(stored, found), differing)


def _opened(path: Path, how: Options) -> tuple[Study, Catalogue, Path]:
    """Open a study, or the study of a results folder as it was resolved for these results."""
    if path.is_dir():
        return read_study(path / RESOLVED_NAME), load_catalogue(), path
    return open_study(path, how)


def _course(stored: xr.Dataset, found) -> str:
    """Return numbers by year, again and as stored."""
    lines = [f"{'year':>6} {'prey':>10} {'stored':>10} {'cheetahs':>9} {'stored':>7}"]
    for row, year in enumerate(stored["year"].to_numpy()):
        prey, cheetahs = (
            (int(found[name][row].sum()), int(stored[name][row].sum()))
            for name in ("prey_number", "cheetah_number")
        )
        lines.append(f"{year:>6} {prey[0]:>10} {prey[1]:>10} {cheetahs[0]:>9} {cheetahs[1]:>7}")
    return "\n".join(lines)
