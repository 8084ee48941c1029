"""What a quantity depends on in every species: effects around those of a typical species."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.survey.models.distance.priors import exponential
from ustyurt_models.survey.models.sites.graph import intercept_prior
from ustyurt_models.survey.models.sites.predictors import Predictor

__all__ = ["SpeciesBeliefs", "at_rows", "species_draws", "species_linear"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpeciesBeliefs:
    """Priors of one quantity.

    Attributes
    ----------
    average : Share
        The quantity for a typical species at average covariates.
    coefficient_sd : float
        Normal prior of the effects on a typical species.
    species_mean, slope_mean : float
        Exponential prior of the spread among species, of the intercept and of effects.
    random_mean : float
        Exponential prior of the spread of random effects that all species share.
    """

    average: Share
    coefficient_sd: float
    species_mean: float
    slope_mean: float
    random_mean: float


def species_linear(part: Predictor, beliefs: SpeciesBeliefs) -> TensorVariable:
    """Declare a predictor of every species in the model at hand; twin of `species_draws`.

    Intercept and effects of a species are normal around those of the community, written through
    standard normal variables (``<name>_species_z``), so that chains move as well where a species
    was hardly seen.

    Parameters
    ----------
    part : Predictor
        Columns of any rows, shape (row, column).
    beliefs : SpeciesBeliefs
        Priors.

    Returns
    -------
    TensorVariable
        On the logit scale, shape (species, row).

    References
    ----------
    Dorazio & Royle 2005, JASA 100:389; Kéry & Royle 2008, J. Appl. Ecol. 45:589.
    """
    name, terms = part.name, part.design.names
    own = _around(
        (f"{name}_intercept", f"{name}_sd_species", f"{name}_species"),
        intercept_prior(beliefs.average),
        beliefs.species_mean,
    )
    value = own[:, None] * np.ones((1, part.columns.shape[0]))
    if terms:
        own = _around(
            (f"{name}_effect", f"{name}_effect_sd", f"{name}_species_effect"),
            (0.0, beliefs.coefficient_sd),
            beliefs.slope_mean,
            (f"{name}_term",),
        )
        for i in range(len(terms)):
            value = value + own[:, i][:, None] * part.columns[None, :, i]
    for factor, (_, index) in part.levels.items():
        value = value + _shared(f"{name}_{factor}", f"{name}_sd_{factor}", beliefs)[index][None, :]
    return value


def _around(
    names: tuple[str, str, str],
    prior: tuple[float, float],
    spread_mean: float,
    dims: tuple[str, ...] = (),
) -> TensorVariable:
    """Declare what is normal among species around a typical value.

    The free variable is the middle of these very species, which the data tell, not the typical
    value: ``typical = middle - spread * mean(z)`` has the prior asked for, whatever z and spread.
    Chains then move freely where the data tell every species well.

    Parameters
    ----------
    names : tuple of str
        Of the typical value, the spread, and the values of the species.
    prior : tuple of float
        Mean and standard deviation of the typical value.
    spread_mean : float
        Mean of the exponential prior of the spread.
    dims : tuple of str
        Dimensions besides ``species``.

    Returns
    -------
    TensorVariable
        Shape (species, ...).
    """
    typical, sd, species = names
    kwargs = {"dims": dims} if dims else {}
    spread = exponential(sd, spread_mean, **kwargs)
    z = pm.Normal(f"{species}_z", dims=("species", *dims))
    away = spread * z.mean(axis=0)
    middle = pm.Normal(f"{typical}_middle_z", prior[0] + away, prior[1], **kwargs)
    pm.Deterministic(typical, middle - away, **kwargs)
    whole = middle - away + spread * z
    return pm.Deterministic(species, whole, dims=("species", *dims))


def _shared(name: str, spread: str, beliefs: SpeciesBeliefs) -> TensorVariable:
    """Declare random effects that all species share."""
    dims = f"{name}_level"
    scale = exponential(spread, beliefs.random_mean)
    return pm.Deterministic(name, scale * pm.Normal(f"{name}_z", dims=dims), dims=dims)


def at_rows(value: TensorVariable, species: NDArray[np.int64], rows: NDArray) -> TensorVariable:
    """Take some species at some rows of a table, shape of `rows`."""
    flat = species.reshape(-1, *([1] * (rows.ndim - 1))) * value.shape[1] + rows
    return pt.reshape(value, (-1,))[flat]


def species_draws(draws: Mapping[str, Floats], part: Predictor) -> Floats:
    """Evaluate a predictor of every species for many draws.

    Parameters
    ----------
    draws : mapping of str to numpy.ndarray
        From `flat_draws`.
    part : Predictor
        The predictor.

    Returns
    -------
    numpy.ndarray
        On the logit scale, shape (draw, species, row).
    """
    own = draws[f"{part.name}_species"]
    value = np.broadcast_to(own[..., None], (*own.shape, part.columns.shape[0]))
    if part.design.names:
        value = value + draws[f"{part.name}_species_effect"] @ part.columns.T
    for factor, (_, index) in part.levels.items():
        value = value + draws[f"{part.name}_{factor}"][:, None, index]
    return value
