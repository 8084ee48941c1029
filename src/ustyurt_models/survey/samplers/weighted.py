"""What a sampler hands over: draws, where they lie, and what is known of their quality."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.samplers.flat import FlatModel

__all__ = ["Weighted", "weighted"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weighted:
    """Draws from a posterior, equal in weight.

    Attributes
    ----------
    variables : dict of str to numpy.ndarray
        Free variables and deterministics on the natural scale, dims (chain, draw, ...).
    stats : dict of str to float
        What the sampler says of itself, such as ``khat`` and ``ess``.
    points : numpy.ndarray
        The same draws on the unconstrained scale, shape (chain, draw, parameter).
    log_density : numpy.ndarray
        At the points, shape (chain, draw).
    """

    variables: dict[str, Floats]
    stats: dict[str, float]
    points: Floats
    log_density: Floats


def weighted(
    flat: FlatModel,
    points: Floats,
    density: Floats,
    shape: tuple[int, int],
    stats: dict[str, float],
) -> Weighted:
    """Put draws into chains and bring them to their natural scale.

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    points, density : numpy.ndarray
        Shapes (chain * draw, parameter) and (chain * draw,).
    shape : tuple of int
        Chains and draws.
    stats : dict of str to float
        Kept.

    Returns
    -------
    Weighted
        The draws.
    """
    variables = flat.constrain(points)
    return Weighted(
        {name: values.reshape(shape + values.shape[1:]) for name, values in variables.items()},
        stats,
        points.reshape(*shape, -1),
        density.reshape(shape),
    )
