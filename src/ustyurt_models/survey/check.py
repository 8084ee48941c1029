"""Check a survey file against its study without fitting: cheap enough for `ustyurt check`."""

from pathlib import Path

import numpy as np

from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import SurveyBlock, Trend
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.quality.tables import other_survey
from ustyurt_models.survey.read.camtrap.effort import watch_of
from ustyurt_models.survey.read.camtrap.events import species_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage, read_camtrap
from ustyurt_models.survey.read.camtrap.source import is_package
from ustyurt_models.survey.read.camtrap.times import DAY_S
from ustyurt_models.survey.read.strips import Strips, read_strips
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.transects import open_survey, survey_of
from ustyurt_models.survey.registry import describe_survey, load_survey

__all__ = ["check_file", "check_survey", "kind_of_block"]


def check_survey(spec: SurveyBlock, folder: Path, catalogue: Catalogue | None = None) -> str:
    """Read a survey, apply truncation and areas, and say what it holds.

    Parameters
    ----------
    spec : SurveyBlock
        Survey block of the study.
    folder : Path
        Folder of the study file.
    catalogue : Catalogue, optional
        Evidence; compulsory for a trend.

    Returns
    -------
    str
        One line, e.g. ``180 transects, 13,700 km, 56 groups within 800 m, simulated``.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    prepared = load_survey(spec, Path(folder), catalogue, Context())
    return f"{describe_survey(prepared)}, {_status(prepared.header)}"


def kind_of_block(spec: SurveyBlock) -> Kind | None:
    """Return whether a survey block speaks of lines or points; None where it leaves it open."""
    if spec.model in ("line_transect", "point_transect"):
        return "line" if spec.model == "line_transect" else "point"
    return getattr(spec, "transect", None)


def _status(header: dict[str, str]) -> str:
    """Return whether the data are real, as the file says."""
    return header.get("status", "status not stated")


def _number(value: float) -> str:
    """Write a sum; small ones with their decimals."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.4g}"


def _of_transects(survey: Transects) -> str:
    """Say in one line what a survey of lines or points holds."""
    effort = f"{_number(survey.effort.sum())} {'km' if survey.kind == 'line' else 'visits'}"
    furthest = f" within {survey.distance_m.max():g} m" if survey.distance_m.size else ""
    strata = f" in {len(survey.stratum)} strata" if len(survey.stratum) > 1 else ""
    animals = f" of {survey.size.sum():,} animals" if survey.has_size else ""
    return (
        f"{len(survey.transect)} {survey.kind}s{strata}, {effort}, "
        f"{survey.distance_m.size} detections{animals}{furthest}, {_status(survey.header)} "
        f"({survey.form})"
    )


def _of_strips(strips: Strips) -> str:
    """Say in one line what strip counts hold."""
    animals = np.where(np.isfinite(strips.photo), strips.photo, strips.eye)
    total = np.nansum(animals) if strips.has_groups else strips.count.sum()
    return (
        f"{len(strips.strip)} strips, {_number(strips.length_km.sum())} km, "
        f"{_number(strips.searched_km2.sum())} km2 searched, {total:,.0f} animals, "
        f"{_status(strips.header)} (strip counts)"
    )


def _of_cameras(package: CamtrapPackage) -> str:
    """Say in one line what a package of camera traps holds."""
    deployments, watch = package.deployments, watch_of(package)
    stood = float((deployments.end_s - deployments.start_s).sum()) / DAY_S
    watched = float((watch.end_s - watch.start_s).sum()) / DAY_S
    species = species_of(package)
    return (
        f"{len(deployments.identity)} deployments at {len(deployments.site_names)} sites, "
        f"{_number(watched)} camera days ({_number(stood - watched)} lost to failures), "
        f"{sum(species.values()):,} observations of {len(species)} species, "
        f"{_status(package.header)} (Camtrap DP {package.version})"
    )


def check_file(path: Path, catalogue: Catalogue | None = None) -> str:
    """Check a survey file that no study describes; its columns tell which kind it is.

    Parameters
    ----------
    path : Path
        A file, or a folder or zip of tables; units stand in the header. A Camtrap DP package is
        told by its ``datapackage.json``, patrols of SMART by the mapping file beside them.
    catalogue : Catalogue, optional
        Evidence; compulsory for counts by year.

    Returns
    -------
    str
        One line: what it holds, and which form it has.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    if is_package(path):
        return _of_cameras(read_camtrap(path))
    other = other_survey(path)
    if other is not None:
        return f"{other.line}, {_status(other.header)} ({other.form})"
    file = open_survey(path)
    if file.form == "counts by year":
        return check_survey(Trend(file=path.name), path.parent, catalogue)
    if file.form == "strip counts":
        return _of_strips(read_strips(path))
    return _of_transects(survey_of(file))
