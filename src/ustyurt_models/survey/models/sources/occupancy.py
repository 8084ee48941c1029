"""Occupancy from several sources: data, PyMC graph and log probabilities of histories.

Site i is occupied with probability psi_i, the same for all sources; each source detects the species
there with its own probability on its own visits, elsewhere never, or falsely where the source is
not always right. Given the state of a site its sources are independent. The state is summed out.

References
----------
Nichols et al. 2008, J. Appl. Ecol. 45:1321 (several methods at a site); Miller et al. 2011, Ecology
92:1422 (sources of which some err); Pacifici et al. 2017, Ecology 98:840 (joint likelihood).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from ustyurt_models.study.surveys.sources import SourceOccupancy
from ustyurt_models.survey.models.sites.graph import coords_of
from ustyurt_models.survey.models.sites.occupancy import (
    OccupancyData,
    occupancy_data,
    psi_draws,
    psi_graph,
    visit_graph,
    visit_states,
    wave_coords,
)
from ustyurt_models.survey.models.sites.predictors import Predictor
from ustyurt_models.survey.models.sites.visits import Visits
from ustyurt_models.survey.models.sources.data import SourceSurvey

__all__ = ["SourceData", "build", "source_data", "states"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SourceData:
    """What the likelihood needs.

    Attributes
    ----------
    survey : SourceSurvey
        Histories and settings.
    whole : OccupancyData
        What occupancy depends on at all sites; its own detection is not used.
    alone : mapping of str to OccupancyData
        By source: its visits to the sites it visited, as its own model has them.
    parts : mapping of str to OccupancyData
        The same with its detection named ``p_<source>``.
    kinds, times : numpy.ndarray
        A site of each kind, and how many are like it, shape (kind,).
    """

    survey: SourceSurvey
    whole: OccupancyData
    alone: Mapping[str, OccupancyData]
    parts: Mapping[str, OccupancyData]
    kinds: Ints
    times: Floats

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """What psi and the detection of each source depend on."""
        return (self.whole.psi, *(part.p for part in self.parts.values()))

    @property
    def settings(self) -> SourceOccupancy:
        """Block of the study file."""
        return self.survey.settings

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.survey.whole.histories.site)

    @property
    def size(self) -> int:
        """Numbers in the visits of all sources."""
        return sum(part.visits.seen.size for part in self.parts.values())


def _everywhere(part: OccupancyData, at: Ints, count: int) -> OccupancyData:
    """Return the visits of a source at all sites: none where it did not go."""
    visits = part.visits

    def laid(values: NDArray, empty: float) -> NDArray:
        out = np.full((count, *values.shape[1:]), empty, values.dtype)
        out[at] = values
        return out

    everywhere = Visits(
        laid(visits.seen, 0.0),
        laid(visits.missed, 0.0),
        laid(visits.row, 0),
        laid(visits.exposure, 1.0),
    )
    return replace(part, visits=everywhere, confirmed=laid(part.confirmed, 0.0))


def source_data(survey: SourceSurvey) -> SourceData:
    """Lay out histories for the likelihood.

    Parameters
    ----------
    survey : SourceSurvey
        The survey.

    Raises
    ------
    InputError
        As `occupancy_data`.
    """
    whole = occupancy_data(survey.whole)
    alone = {name: occupancy_data(one) for name, one in survey.parts.items()}
    parts = {
        name: replace(one, label=name, p=replace(one.p, name=f"p_{name}"))
        for name, one in alone.items()
    }
    count = len(survey.whole.histories.site)
    keys = [whole.psi.key]
    if whole.field is not None:
        assert whole.places.site_km is not None
        keys.append(whole.places.site_km)
    for name, part in parts.items():
        wide = _everywhere(part, survey.at[name], count)
        keys += [wide.visits.key, wide.confirmed[:, None]]
    _, kinds, times = np.unique(
        np.concatenate(keys, axis=1), axis=0, return_index=True, return_counts=True
    )
    return SourceData(survey, whole, alone, parts, kinds.astype(np.int64), times.astype(np.float64))


def build(data: SourceData) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    data : SourceData
        Histories.

    Returns
    -------
    pymc.Model
        Free variables ``psi_intercept``, ``p_<source>_intercept`` and, where they apply, those of
        covariates, random effects, the field, and ``confirmed_<source>_intercept`` and
        ``false_<source>_intercept``.
    """
    coords = coords_of(data.predictors)
    sure = np.zeros(len(data.kinds), bool)
    with pm.Model(coords=coords | wave_coords(data.whole)) as model:
        logit = psi_graph(data.whole, data.kinds)
        there, away = -pt.softplus(-logit), -pt.softplus(logit)
        for name, part in data.parts.items():
            wide = _everywhere(part, data.survey.at[name], data.sites)
            visits = wide.visits.of(data.kinds)
            seen_there, seen_away = visit_graph(wide, visits, data.kinds)
            there = there + seen_there
            if seen_away is None:
                sure |= ~visits.none_seen[:, 0]
            else:
                away = away + seen_away
        value = pt.switch(~sure, pt.logaddexp(there, away), there)
        pm.Potential("log_histories", (data.times * value).sum())
    return model


def states(draws: Mapping[str, Floats], data: SourceData) -> tuple[Floats, Floats, Floats]:
    """Return what decides between the two states of every site, as `sites.occupancy.states`."""
    logit = psi_draws(draws, data.whole)
    there, away = np.zeros(logit.shape), np.zeros(logit.shape)
    for name, part in data.parts.items():
        at = data.survey.at[name]
        seen_there, seen_away = visit_states(draws, part)
        there[:, at] += seen_there
        away[:, at] += seen_away
    return logit, there, away
