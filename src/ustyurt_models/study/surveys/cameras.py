"""Camera traps: densities of animals that cannot be told apart."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import refuse
from ustyurt_models.study.surveys.common import Believed, SurveyBlock
from ustyurt_models.study.surveys.priors import LogNormal

__all__ = ["CameraEncounter", "CameraPriors", "Span"]

Positive = Annotated[float, Field(gt=0)]
#: A positive quantity that cameras do not tell: low, middle and high (95 %).
Span = tuple[Positive, Positive, Positive]


class CameraPriors(Block):
    """Priors of camera traps."""

    event_rate: LogNormal = LogNormal(median=0.1, sd_log=4.0)
    """Passages per camera day; nearly flat (90 % within 0.0001 to 70)."""
    spread_mean: Positive = 1.0
    """Exponential prior of the coefficient of variation of passages between cameras beyond chance:
    animals crowd, and some cameras stand better than others."""
    mean_size: LogNormal = LogNormal(median=3.0, sd_log=1.2)
    """Mean group size."""
    radius_scale_m: LogNormal = LogNormal(median=6.0, sd_log=1.0)
    """Scale of the half-normal detection by distance, where positions are measured."""
    angle_scale_deg: LogNormal = LogNormal(median=15.0, sd_log=1.0)
    """The same by angle from the middle of the picture."""
    speed_m_per_s: LogNormal = LogNormal(median=0.3, sd_log=1.5)
    """Median speed of animals that pass, where speeds are measured."""


class CameraEncounter(SurveyBlock):
    """Random encounter model.

    Examples
    --------
    >>> from ustyurt_models import CameraEncounter
    >>> block = CameraEncounter(
    ...     file="cameras.zip",
    ...     species="goitered_gazelle",
    ...     taxon="Gazella subgutturosa",
    ...     areas={"all": "1200 km2"},
    ...     day_range_km=(5.0, 8.0, 13.0),
    ...     radius_m=(8.0, 10.0, 12.5),
    ...     angle_deg=(35.0, 42.0, 50.0),
    ... )
    >>> block.independence_min
    30.0
    """

    model: Literal["camera_encounter"] = "camera_encounter"
    """Random encounter model of Rowcliffe et al. 2008."""
    taxon: str = ""
    """`scientificName` of the species in the package; `species` unless given."""
    independence_min: Annotated[float, Field(ge=0)] = 30.0
    """Pause in minutes after which a passage of a camera counts as another one."""
    strata: Literal["", "locationName", "habitat", "deploymentGroups"] = ""
    """Column of the deployments that names the stratum; one stratum `all` unless given."""
    day_range_km: Span | str | None = None
    """How far a group moves in a day [km], rest included: low, middle and high, or the name of an
    evidence row. Or give `speed_m_per_s` with `activity`."""
    speed_m_per_s: Span | str | None = None
    """Speed while active; ``data`` takes the speeds that the package holds, weighed for the fast
    passing cameras more often."""
    activity: Believed | str | None = None
    """Share of the day that animals are active, for `speed_m_per_s`."""
    radius_m: Span | str = "data"
    """Reach of the camera for this species; ``data`` takes the distances that the package holds."""
    angle_deg: Span | str = "data"
    """Whole angle of the sector in which this species is detected, in degrees."""
    group_size: Literal["mean", "single"] = "mean"
    """Mean of the counts of passages, with its error between cameras; or animals that walk alone,
    whose counts are not looked at."""
    priors: CameraPriors = CameraPriors()
    """What is believed before the data."""

    @model_validator(mode="after")
    def _movement_is_told_once(self) -> "CameraEncounter":
        parts = (self.speed_m_per_s is not None, self.activity is not None)
        if (self.day_range_km is not None) == any(parts) or (any(parts) and not all(parts)):
            raise refuse("must give either 'day_range_km', or 'speed_m_per_s' with 'activity'")
        return self

    @model_validator(mode="after")
    def _beliefs_are_ordered(self) -> "CameraEncounter":
        for name in ("day_range_km", "speed_m_per_s", "radius_m", "angle_deg", "activity"):
            given = getattr(self, name)
            if isinstance(given, tuple) and not 0 < given[0] <= given[1] <= given[2]:
                raise refuse(f"'{name}' must be low, middle and high, 0 < low <= middle <= high")
        if isinstance(self.angle_deg, tuple) and self.angle_deg[2] > 360:
            raise refuse("'angle_deg' is in degrees, at most 360")
        return self
