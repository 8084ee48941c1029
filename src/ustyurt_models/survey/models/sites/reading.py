"""From the file of a survey of repeated visits to histories, whatever form the file has."""

from collections.abc import Mapping
from pathlib import Path

from ustyurt_models.checks import require
from ustyurt_models.study.surveys.sites import SiteBlock
from ustyurt_models.study.surveys.visits import CameraVisits
from ustyurt_models.survey.read.camtrap.histories import VisitRules, camera_histories
from ustyurt_models.survey.read.camtrap.package import read_camtrap
from ustyurt_models.survey.read.camtrap.source import DESCRIPTOR, is_package
from ustyurt_models.survey.read.histories import Histories
from ustyurt_models.survey.read.patrols import CellRules, patrol_histories
from ustyurt_models.survey.read.smart import read_mapping, read_patrols
from ustyurt_models.survey.read.wide_histories import WideColumns

__all__ = ["COUNTS", "largest", "watched", "wide_columns"]

#: Models whose visits are counts; the others take detections as 0 and 1.
COUNTS = ("n_mixture", "removal")


def largest(settings: SiteBlock) -> float:
    """Return the largest value of a visit: 2 is a confirmed detection."""
    if settings.model in COUNTS:
        return float("inf")
    return 2.0 if getattr(settings, "false_positives", False) else 1.0


def wide_columns(spec: SiteBlock) -> WideColumns:
    """Return what a block says of the columns of a table."""
    return WideColumns(
        spec.visits,
        spec.occasion,
        spec.site,
        spec.search,
        spec.search_unit,
        largest(spec),
    )


def watched(spec: SiteBlock, folder: Path, names: Mapping[str, str]) -> dict[str, Histories] | None:
    """Read visits made of continuous effort, of cameras or patrols.

    Parameters
    ----------
    spec : SiteBlock
        Survey block of the study.
    folder : Path
        Folder of the study file.
    names : mapping of str to str
        Species: name in the study to name in the file.

    Returns
    -------
    dict of str to Histories or None
        By name in the study; all of the same sites and occasions. None for a table of visits.

    Raises
    ------
    InputError
        With the faults of the files.
    """
    if spec.patrols is not None:
        return _patrols(spec, folder, names)
    if is_package(folder / spec.file):
        return _cameras(spec, folder / spec.file, names)
    rule = "is for packages of cameras; this file is none"
    require(spec.cameras is None, "survey: cameras", rule, spec.file)
    return None


def _patrols(spec: SiteBlock, folder: Path, names: Mapping[str, str]) -> dict[str, Histories]:
    """Read tables of patrols."""
    told = spec.patrols
    assert told is not None
    cells = CellRules(
        told.cell,
        told.occasion_days,
        told.anchor,
        "counts" if spec.model in COUNTS else "detections",
        told.seasons,
        told.middle,
    )
    patrols = read_patrols(folder / spec.file, read_mapping(folder / told.mapping))
    return {name: patrol_histories(patrols, written, cells) for name, written in names.items()}


def _cameras(spec: SiteBlock, path: Path, names: Mapping[str, str]) -> dict[str, Histories]:
    """Read a package of cameras."""
    rule = "must be the folder or zip of the package, so that all of its tables are watched"
    require(path.name != DESCRIPTOR, "survey: file", rule, spec.file)
    given = spec.cameras or CameraVisits()
    rules = VisitRules(
        given.occasion_days,
        given.independence_min,
        given.anchor,
        "counts" if spec.model in COUNTS else "detections",
        given.seasons,
    )
    package = read_camtrap(path)
    return {name: camera_histories(package, written, rules) for name, written in names.items()}
