"""Planned line transects: simulated through the model's own simulator, refitted by its model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.study.surveys import LineTransect, SurveyBlock
from ustyurt_models.survey.models.distance.data import survey_of
from ustyurt_models.survey.models.distance.simulate import (
    LineTransectTruth,
    scale_for_esw,
    simulate_line_transect,
)
from ustyurt_models.survey.models.distance.sufficient import sufficient
from ustyurt_models.survey.models.distance.survey_model import DistanceModel, survey_model
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.stacked import stack
from ustyurt_models.survey.power.today import Today
from ustyurt_models.survey.read.distance import Transects

__all__ = ["Lines", "line_settings"]

Floats = NDArray[np.float64]

_NEVER_ALL = 0.999  # largest share of the truncation distance that a half-normal can cover


def line_settings(block: SurveyBlock | None, plan: Plan, today: Today) -> LineTransect:
    """Return how planned lines are analysed: as the survey of the study, without covariates.

    Parameters
    ----------
    block : SurveyBlock or None
        Survey of the study; priors, spread and pooling are taken from a line-transect survey.
    plan : Plan
        Truncation distance.
    today : Today
        Key and whether animals are in groups.

    Returns
    -------
    LineTransect
        Exact distances, no covariates, no adjustments.
    """
    same: dict[str, object] = {}
    if isinstance(block, LineTransect):
        poisson = block.encounter == "poisson"
        same = {
            "encounter": "poisson" if poisson else "negative-binomial",
            "pooling": block.pooling,
            "priors": block.priors,
            "interval": block.interval,
        }
    plain = LineTransect.model_validate({"file": "-", "truncation": f"{plan.half_width_m!r} m"})
    single = bool(np.all(today.mean_size_untruncated == 0))
    return plain.model_copy(
        update={
            "key": "half-normal" if today.shape is None else "hazard-rate",
            "group_size": "single" if single else "model",
            **same,
        }
    )


@lru_cache(maxsize=4096)
def _scale_for(half_width_m: float, shape: float | None, truncation_m: float) -> float:
    """Return the scale of an effective half-width; every future asks many times for its own."""
    return scale_for_esw(min(half_width_m, _NEVER_ALL * truncation_m), shape, truncation_m)


@dataclass(frozen=True)
class Lines:
    """Line transects of one design.

    Attributes
    ----------
    plan : Plan
        The design.
    today : Today
        What is true today, one row per future.
    settings : LineTransect
        How the survey is analysed.
    """

    plan: Plan
    today: Today
    settings: LineTransect

    def truths(self, row: int, factor: float) -> tuple[LineTransectTruth, ...]:
        """Return what is true in one future, one stratum each.

        Parameters
        ----------
        row : int
            Future.
        factor : float
            Abundance over that of today.
        """
        today, truncation = self.today, self.plan.half_width_m
        shape = None if today.shape is None else float(today.shape[row])
        assert today.half_width_m is not None
        sigma = self._scale(row, shape)
        return tuple(
            LineTransectTruth(
                group_density_per_km2=(float(today.group_density_per_km2[row, s]) * factor,),
                area_km2=(float(today.area_km2[s]),),
                sigma_m=sigma,
                shape=shape,
                truncation_m=truncation,
                encounter_spread=float(today.spread[row, s]),
                mean_size_untruncated=float(today.mean_size_untruncated[row]),
                size_cv=float(today.size_cv[row]),
                detection_on_line=float(today.seen[row]),
            )
            for s in range(len(today.stratum))
        )

    def _scale(self, row: int, shape: float | None) -> float:
        """Return the scale that has the half-width of the fitted survey, at its truncation."""
        today = self.today
        assert today.half_width_m is not None
        fitted_at = today.truncation_m or self.plan.half_width_m
        return _scale_for(float(today.half_width_m[row]), shape, fitted_at)

    def simulate(self, row: int, factor: float, rng: np.random.Generator) -> Transects:
        """Walk the transects in one year of one future.

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
        Transects
            As if read from a file.
        """
        parts = [
            simulate_line_transect(truth, (lengths,), rng, (name,))
            for truth, lengths, name in zip(
                self.truths(row, factor), self.plan.lengths(), self.plan.stratum, strict=True
            )
        ]
        return _joined(parts)

    def told(self, survey: Transects) -> dict[str, np.ndarray]:
        """Reduce a survey to what the likelihood reads."""
        return sufficient(survey_of(survey, self.settings).data, self.settings)

    def stacked(self, told: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Lay reduced surveys on top of each other; see `stacked.stack`."""
        found = stack([{n: v for n, v in one.items() if not n.startswith("met")} for one in told])
        if "met" in told[0]:
            found |= self._met(found["groups"])
        return found

    def _met(self, groups: np.ndarray) -> dict[str, np.ndarray]:
        """Count transects of a stratum that met equally many groups, shapes (survey, entry).

        All surveys have the same entries, whose numbers of transects differ; or one entry per
        transect where that is shorter.
        """
        number = self.plan.transects
        stratum = np.repeat(np.arange(number.size), number)
        effort = np.concatenate(self.plan.lengths())
        entries = int(groups.max()) + 1
        if entries * number.size >= stratum.size:
            once = np.ones(groups.shape)
            columns = (groups, stratum, effort, once)
        else:
            table = np.zeros((len(groups), number.size, entries))
            rows = np.arange(len(groups))[:, None]
            np.add.at(table, (rows, stratum, groups), 1.0)
            firsts = np.cumsum(number) - number
            columns = (
                np.tile(np.arange(entries), number.size),
                np.repeat(np.arange(number.size), entries),
                np.repeat(effort[firsts], entries),
                table.reshape(len(groups), -1),
            )
        names = ("met", "met_stratum", "met_effort", "met_times")
        return {
            name: np.broadcast_to(column, columns[3].shape)
            for name, column in zip(names, columns, strict=True)
        }

    def counted(self, survey: Transects) -> int:
        """Return the number of groups detected."""
        return int(survey.distance_m.size)

    def model(self, survey: Transects) -> DistanceModel:
        """Return the model of a survey."""
        return survey_model(survey_of(survey, self.settings))


def _joined(parts: Sequence[Transects]) -> Transects:
    """Put the strata of one survey together."""
    before = np.cumsum([0, *(len(part.transect) for part in parts)])

    def all_of(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return replace(
        parts[0],
        stratum=tuple(part.stratum[0] for part in parts),
        area_km2=all_of("area_km2"),
        transect=tuple(name for part in parts for name in part.transect),
        transect_stratum=np.repeat(np.arange(len(parts)), [len(p.transect) for p in parts]),
        effort=all_of("effort"),
        detection_transect=np.concatenate(
            [part.detection_transect + start for part, start in zip(parts, before, strict=False)]
        ),
        distance_m=all_of("distance_m"),
        size=all_of("size"),
    )
