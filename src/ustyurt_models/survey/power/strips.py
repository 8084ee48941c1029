"""Planned strip counts: simulated through the model's own simulator, refitted by its model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ustyurt_models.study.surveys import StripCounts, SurveyBlock
from ustyurt_models.survey.models.strip.data import StripSurvey, survey_of
from ustyurt_models.survey.models.strip.model import sufficient
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips
from ustyurt_models.survey.models.strip.survey_model import StripModel, survey_model
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.stacked import stack
from ustyurt_models.survey.power.today import Today
from ustyurt_models.survey.read.strips import Strips

__all__ = ["Planes", "log_sizes", "rounded_mean", "strip_settings"]

Floats = NDArray[np.float64]

_BEYOND_KM2 = 1e-6  # the simulator wants some land outside the strips; nothing lives there
_LARGEST = 20_000  # group size up to which the mean of rounded sizes is summed


def strip_settings(block: SurveyBlock | None) -> StripCounts:
    """Return how planned strips are analysed: as the survey of the study where it has strips.

    The number of animals that would be expected is judged, not the number that happens to be
    there, so nothing is gained from having counted a part of them.

    Parameters
    ----------
    block : SurveyBlock or None
        Survey of the study.

    Returns
    -------
    StripCounts
        Log-normal group sizes.
    """
    plain = StripCounts(file="-", finite_population=False)
    if not isinstance(block, StripCounts):
        return plain
    return plain.model_copy(
        update={"pooling": block.pooling, "priors": block.priors, "interval": block.interval}
    )


def log_sizes(today: Today) -> tuple[Floats, Floats]:
    """Return median and log spread of log-normal group sizes with the same mean and variance.

    Parameters
    ----------
    today : Today
        Group size as a zero-truncated negative binomial.

    Returns
    -------
    tuple of numpy.ndarray
        Medians (zero for single animals) and standard deviations of log size, shape (draw,).
    """
    mean, untruncated = today.mean_size, today.mean_size_untruncated
    # Second moment of a zero-truncated count: (variance + mean^2) / P(> 0).
    share = np.divide(untruncated, mean, out=np.ones_like(mean), where=untruncated > 0)
    second = (untruncated + (1.0 + today.size_cv**2) * untruncated**2) / share
    variance = np.log(np.maximum(second / mean**2, 1.0 + 1e-4))
    median = np.where(untruncated > 0, mean * np.exp(-variance / 2), 0.0)
    return median, np.sqrt(variance)


def rounded_mean(median: float, sd_log: float) -> float:
    """Mean of log-normal group sizes in whole animals, at least one.

    Parameters
    ----------
    median : float
        Median before rounding; zero for single animals.
    sd_log : float
        Standard deviation of log size.

    Returns
    -------
    float
        1 + sum over k >= 2 of P(size >= k - 1/2).
    """
    if median <= 0:
        return 1.0
    largest = int(min(_LARGEST, 2 + median * np.exp(7.0 * sd_log)))
    limits = np.arange(2, largest + 1) - 0.5
    return 1.0 + float(ndtr((np.log(median) - np.log(limits)) / sd_log).sum())


@dataclass(frozen=True)
class Planes:
    """Strips of one design.

    Attributes
    ----------
    plan : Plan
        The design.
    today : Today
        What is true today, one row per future.
    settings : StripCounts
        How the survey is analysed.
    """

    plan: Plan
    today: Today
    settings: StripCounts

    def simulate(self, row: int, factor: float, rng: np.random.Generator) -> Strips:
        """Fly the strips in one year of one future.

        Parameters
        ----------
        row : int
            Future.
        factor : float
            Abundance over that of today.
        rng : numpy.random.Generator
            Chance.

        Returns
        -------
        Strips
            As if read from a file.
        """
        today, plan = self.today, self.plan
        medians, spreads = log_sizes(today)
        median, sd_log = float(medians[row]), float(spreads[row])
        # The simulator rounds to whole animals; the number of animals must stay what it is.
        correction = float(today.mean_size[row]) / rounded_mean(median, sd_log)
        width_km = 2.0 * plan.half_width_m / 1000.0
        parts = []
        for s, lengths in enumerate(plan.lengths()):
            widths = np.full(lengths.size, width_km)
            truth = StripTruth(
                density_per_km2=(float(today.group_density_per_km2[row, s]) * factor * correction,),
                area_km2=(float(lengths @ widths) + _BEYOND_KM2,),
                spread=float(today.spread[row, s]),
                median_size=median,
                size_sd_log=sd_log,
                found=float(today.seen[row]),
            )
            parts.append(simulate_strips(truth, ((lengths, widths),), rng)[0])
        return self._joined(parts)

    def _joined(self, parts: list[Strips]) -> Strips:
        """Put the strata of one survey together."""
        sizes = [len(part.strip) for part in parts]
        before = np.cumsum([0, *sizes[:-1]])

        def all_of(name: str) -> np.ndarray:
            return np.concatenate([getattr(part, name) for part in parts])

        return replace(
            parts[0],
            stratum=self.plan.stratum,
            area_km2=self.today.area_km2,
            strip=tuple(str(i + 1) for i in range(sum(sizes))),
            strip_stratum=np.repeat(np.arange(len(parts)), sizes),
            length_km=all_of("length_km"),
            width_km=all_of("width_km"),
            count=all_of("count"),
            group_strip=np.concatenate(
                [part.group_strip + start for part, start in zip(parts, before, strict=True)]
            ),
            eye=all_of("eye"),
            photo=all_of("photo"),
        )

    def _prepared(self, survey: Strips) -> StripSurvey:
        """Return the survey as the model takes it."""
        return survey_of(survey, self.settings)

    def told(self, survey: Strips) -> dict[str, np.ndarray]:
        """Reduce a survey to what the likelihood reads."""
        return sufficient(self._prepared(survey))

    def stacked(self, told: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Lay reduced surveys on top of each other; see `stacked.stack`."""
        return stack(told)

    def counted(self, survey: Strips) -> int:
        """Return the number of groups counted, or of animals where they are single."""
        return int(self._prepared(survey).counted.sum())

    def model(self, survey: Strips) -> StripModel:
        """Return the model of a survey."""
        return survey_model(self._prepared(survey))
