"""Camera traps: densities of animals that cannot be told apart."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import refuse
from ustyurt_models.study.surveys.common import Believed, SurveyBlock
from ustyurt_models.study.surveys.priors import LogNormal

__all__ = [
    "CameraBlock",
    "CameraEncounter",
    "CameraPriors",
    "InstantBlock",
    "InstantPriors",
    "InstantaneousSampling",
    "MovementBlock",
    "SpaceToEvent",
    "Span",
    "TimeToEvent",
]

Positive = Annotated[float, Field(gt=0)]
#: A positive quantity that cameras do not tell: low, middle and high (95 %).
Span = tuple[Positive, Positive, Positive]


class CameraPriors(Block):
    """Priors of camera traps."""

    event_rate: LogNormal = LogNormal(median=0.1, sd_log=4.0)
    """Passages per camera day; nearly flat (90 % within 0.0001 to 70)."""
    spread_mean: Positive = 1.0
    """Exponential prior of the coefficient of variation between cameras beyond chance: animals
    crowd, and some cameras stand better than others."""
    mean_size: LogNormal = LogNormal(median=3.0, sd_log=1.2)
    """Mean group size."""
    radius_scale_m: LogNormal = LogNormal(median=6.0, sd_log=1.0)
    """Scale of the half-normal detection by distance, where positions are measured."""
    angle_scale_deg: LogNormal = LogNormal(median=15.0, sd_log=1.0)
    """The same by angle from the middle of the picture."""
    speed_m_per_s: LogNormal = LogNormal(median=0.3, sd_log=1.5)
    """Median speed of animals that pass, where speeds are measured."""


class InstantPriors(CameraPriors):
    """Priors of cameras that are looked at in instants."""

    event_rate: LogNormal = LogNormal(median=0.001, sd_log=4.0)
    """Groups in view of a camera at an instant; nearly flat (90 % within 0.000001 to 0.7)."""


class CameraBlock(SurveyBlock):
    """What all models of camera traps are told."""

    taxon: str = ""
    """`scientificName` of the species in the package; `species` unless given."""
    strata: Literal["", "locationName", "habitat", "deploymentGroups"] = ""
    """Column of the deployments that names the stratum; one stratum `all` unless given."""
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
    def _beliefs_are_ordered(self) -> "CameraBlock":
        for name in ("day_range_km", "speed_m_per_s", "radius_m", "angle_deg", "activity"):
            given = getattr(self, name, None)
            if isinstance(given, tuple) and not 0 < given[0] <= given[1] <= given[2]:
                raise refuse(f"'{name}' must be low, middle and high, 0 < low <= middle <= high")
        if isinstance(self.angle_deg, tuple) and self.angle_deg[2] > 360:
            raise refuse("'angle_deg' is in degrees, at most 360")
        return self


class MovementBlock(CameraBlock):
    """Models that need to know how far animals move."""

    independence_min: Annotated[float, Field(ge=0)] = 30.0
    """Pause in minutes after which a passage of a camera counts as another one."""
    day_range_km: Span | str | None = None
    """How far a group moves in a day [km], rest included: low, middle and high, or the name of an
    evidence row. Or give `speed_m_per_s` with `activity`."""
    speed_m_per_s: Span | str | None = None
    """Speed while active; ``data`` takes the speeds that the package holds, weighed for the fast
    passing cameras more often."""
    activity: Believed | str | None = None
    """Share of the day that animals are active, for `speed_m_per_s`; ``data`` takes it from the
    hours of the passages, as if all animals were active at the busiest hour."""

    @model_validator(mode="after")
    def _movement_is_told_once(self) -> "MovementBlock":
        parts = (self.speed_m_per_s is not None, self.activity is not None)
        if (self.day_range_km is not None) == any(parts) or (any(parts) and not all(parts)):
            raise refuse("must give either 'day_range_km', or 'speed_m_per_s' with 'activity'")
        return self


class CameraEncounter(MovementBlock):
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


class TimeToEvent(MovementBlock):
    """How long cameras wait for a first passage.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import TimeToEvent
    >>> TimeToEvent(file="cameras.zip", day_range_km=(5.0, 8.0, 13.0)).occasion_h
    24.0
    """

    model: Literal["time_to_event"] = "time_to_event"
    """Time-to-event model of Moeller et al. 2018."""
    occasion_h: Positive = 24.0
    """Length of an occasion [hour]: each begins anew to wait for a first passage."""
    random_seed: int = 1
    """Of the hours at which the occasions of each camera begin."""


class InstantBlock(CameraBlock):
    """Models of what is in view at instants fixed beforehand."""

    interval_min: Positive = 60.0
    """Minutes between instants, counted from midnight of the clock of the camera."""
    tolerance_s: Annotated[float, Field(ge=0)] = 0.0
    """How far from its instant a picture may lie [s]; time-lapse clocks drift. Pictures of a motion
    sensor need 0, or animals that left already count as in view."""
    availability: Believed | str | None = None
    """Share of the time that animals can be seen at all, not hidden or resting out of view."""
    priors: InstantPriors = InstantPriors()
    """What is believed before the data."""


class SpaceToEvent(InstantBlock):
    """How much ground is looked at until a first group is in view.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import SpaceToEvent
    >>> SpaceToEvent(file="cameras.zip", interval_min=15).tolerance_s
    0.0
    """

    model: Literal["space_to_event"] = "space_to_event"
    """Space-to-event model of Moeller et al. 2018."""
    random_seed: int = 1
    """Of the order in which cameras are looked at."""


class InstantaneousSampling(InstantBlock):
    """Groups in view at instants: small plots that are counted at once.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import InstantaneousSampling
    >>> InstantaneousSampling(file="cameras.zip", interval_min=15).interval_min
    15.0
    """

    model: Literal["instantaneous_sampling"] = "instantaneous_sampling"
    """Instantaneous sampling of Moeller et al. 2018."""
