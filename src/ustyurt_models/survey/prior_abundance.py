"""What a survey's model believes of abundance before it has seen the data."""

from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray
from pytensor.compile.mode import Mode

from ustyurt_models.survey.model import SurveyModel

__all__ = ["PriorAbundance", "prior_abundance"]

Floats = NDArray[np.float64]

# Interpreted: a few hundred draws are not worth a compilation.
_INTERPRETED = Mode(linker="py", optimizer=None)
_INNER = np.array([0.16, 0.5, 0.84])  # quantiles that give middle and spread of a normal


@dataclass(frozen=True)
class PriorAbundance:
    """Log abundance under the prior of a model, by stratum.

    Attributes
    ----------
    mean, sd : numpy.ndarray
        Median and half the distance between the 16 % and 84 % quantiles of log animals, shape
        (stratum,).
    correlation : numpy.ndarray
        Between strata, from ranks, shape (stratum, stratum).
    """

    mean: Floats
    sd: Floats
    correlation: Floats

    @property
    def covariance(self) -> Floats:
        """Covariance of log abundance, shape (stratum, stratum)."""
        return self.correlation * np.outer(self.sd, self.sd)


def _correlation(logs: Floats) -> Floats:
    """Correlation from ranks, as of a normal with those ranks."""
    if logs.shape[1] == 1:
        return np.ones((1, 1))
    ranks = logs.argsort(axis=0).argsort(axis=0)
    return 2 * np.sin(np.pi / 6 * np.corrcoef(ranks, rowvar=False))


def prior_abundance(
    model: SurveyModel, rng: np.random.Generator, draws: int = 400
) -> PriorAbundance:
    """Draw abundance from the prior of any survey model.

    Parameters
    ----------
    model : SurveyModel
        A model with its data, of which only design and areas are used.
    rng : numpy.random.Generator
        Chance.
    draws : int
        Number of draws.

    Returns
    -------
    PriorAbundance
        Robust moments, since weak priors reach far.
    """
    built = model.build()
    wanted = [*built.free_RVs, *built.deterministics]
    values = pm.draw(wanted, draws, mode=_INTERPRETED, random_seed=rng)
    dims = built.named_vars_to_dims
    variables = {
        one.name: (("chain", "draw", *dims.get(one.name, ())), np.asarray(value)[None])
        for one, value in zip(wanted, values, strict=True)
    }
    coords = {name: list(labels) for name, labels in built.coords.items() if labels is not None}
    with np.errstate(all="ignore"):
        derived = model.derive(xr.Dataset(variables, coords), rng)
        node = model.nodes(derived, model.settings.interval)["abundance"]
        logs = np.log(node["abundance"].transpose("draw", "stratum").values)
    logs = logs[np.isfinite(logs).all(axis=1)]
    low, middle, high = np.quantile(logs, _INNER, axis=0)
    return PriorAbundance(middle, (high - low) / 2, _correlation(logs))
