"""From cameras to points: camera-trap distance sampling by snapshot moments.

At moments t seconds apart, fixed beforehand, every animal in view is a detection with its distance.
A camera that watched T seconds with the angle of view theta counts as T / t visits to a point, of
which it saw the share theta / 2 pi; density is then that of point transects, and animals that are
counted again at the next moment are right to be (Howe et al. 2017). Animals that rest out of
sight are the availability of the survey block.

References
----------
Howe et al. 2017, Methods in Ecology and Evolution 8:1558-1565.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean, require
from ustyurt_models.survey.read.camtrap.effort import watch_of
from ustyurt_models.survey.read.camtrap.events import species_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage
from ustyurt_models.survey.read.survey_data import Transects
from ustyurt_models.survey.read.units import UnitFound

__all__ = ["SnapshotRules", "snapshot_survey"]


@dataclass(frozen=True)
class SnapshotRules:
    """How continuous watching becomes visits to points.

    Attributes
    ----------
    snapshot_s : float
        Time between snapshot moments [s].
    angle_deg : float
        Angle of view of the cameras [degree].
    """

    snapshot_s: float
    angle_deg: float


def _moments(
    package: CamtrapPackage, taxon: str, rules: SnapshotRules
) -> tuple[NDArray[np.int64], int]:
    """Return observations of animals at snapshot moments, and how many others there were."""
    known = species_of(package)
    name = {one.lower(): one for one in known}.get(taxon.lower())
    where = f"{package.name}: species"
    if known and name is None:
        advice = did_you_mean(taxon, known)
        require(False, where, "must be in the table observations", taxon, advice)
    seen = package.observations
    sure = ~package.deployments.doubtful_clock[seen.deployment]
    own = np.flatnonzero((seen.kind == "animal") & (seen.species == (name or taxon)) & sure)
    clock = seen.start_s + package.deployments.offset_s[seen.deployment]
    on_time = np.mod(clock[own], rules.snapshot_s) < 1e-6
    moment = seen.end_s[own] == seen.start_s[own]
    chosen = own[on_time & moment]
    faults = Faults()
    bare = int(np.isnan(seen.radius_m[chosen]).sum())
    if bare:
        rule = "must be measured for every animal at a snapshot moment"
        advice = "animals without a distance would be missing from the density"
        place = f"{package.name}: individualPositionRadius"
        faults.add(place, rule, f"{bare} of {chosen.size} are empty", advice)
    faults.raise_if_any()
    return chosen, own.size - chosen.size


def snapshot_survey(package: CamtrapPackage, taxon: str, rules: SnapshotRules) -> Transects:
    """Turn a package into points with distances.

    Parameters
    ----------
    package : CamtrapPackage
        With ``individualPositionRadius``; observations that last, or that lie between snapshot
        moments of the clock of the camera, have no part.
    taxon : str
        ``scientificName``.
    rules : SnapshotRules
        Moments and angle of view.

    Returns
    -------
    Transects
        A point per site; effort is snapshot moments times the share of the circle in view.

    Raises
    ------
    InputError
        When the species was never seen among others, distances are missing, no camera watched, or
        no observation lies at a snapshot moment although the species was seen.
    """
    require(rules.snapshot_s > 0, "survey: snapshot_s", "must be > 0", rules.snapshot_s)
    chosen, others = _moments(package, taxon, rules)
    if not chosen.size and others:
        rule = f"must hold instants that are multiples of {rules.snapshot_s:g} s"
        advice = "annotate the pictures at these moments, or give their spacing"
        require(False, f"{package.name}: observations", rule, f"{others} others", advice)
    deployments, watch, seen = package.deployments, watch_of(package), package.observations
    sure = ~deployments.doubtful_clock[watch.deployment]
    seconds = np.bincount(
        deployments.site[watch.deployment],
        (watch.end_s - watch.start_s) * sure,
        len(deployments.site_names),
    )
    kept = np.flatnonzero(seconds > 0)
    require(kept.size > 0, package.name, "must hold a camera that watched")
    place = np.full(seconds.size, -1)
    place[kept] = np.arange(kept.size)
    first = [int(np.flatnonzero(deployments.site == i)[0]) for i in kept]
    counted = np.isfinite(seen.count[chosen])
    share = rules.angle_deg / 360.0
    notes = (
        *package.notes,
        f"snapshot moments every {rules.snapshot_s:g} s, {rules.angle_deg:g} degrees in view",
        f"{others} observations between snapshot moments, or lasting, have no part",
    )
    return Transects(
        stratum=("all",),
        area_km2=np.array([np.nan]),
        transect=tuple(deployments.site_names[i] for i in kept),
        transect_stratum=np.zeros(kept.size, np.int64),
        effort=seconds[kept] / rules.snapshot_s * share,
        detection_transect=place[deployments.site[seen.deployment[chosen]]],
        distance_m=seen.radius_m[chosen],
        size=np.where(counted, seen.count[chosen], 1.0).astype(np.int64),
        has_size=bool(counted.all()) and chosen.size > 0,
        header=package.header,
        kind="point",
        position=deployments.position[first],
        position_kind="lonlat",
        form="camera snapshots",
        units=(UnitFound("distance", "m", "standard", 1.0),),
        notes=notes,
    )
