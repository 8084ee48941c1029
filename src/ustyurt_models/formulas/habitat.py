"""Habitat: layers of the land from real geography, and how well a cell suits a species.

All functions are elementwise on arrays of shape (y, x) unless said otherwise. Numbers are
arguments; their values and sources are the rows of ``models/parameters.csv`` named in
``models/landscape/README.md``.
"""

import numpy as np

__all__ = [
    "decline",
    "exponential_gradient",
    "grazing_share",
    "local_capacity_multiplier",
    "place_influence",
    "rise",
    "rugged_suitability",
    "saturating_exposure",
    "scale_to_mean",
    "scaled_grazing_share",
    "water_access",
]

#: Step of the shipped elevation grid [m]: finer differences of relief mean nothing.
_STEP_M = 28.0


def scale_to_mean(layer: np.ndarray, where: np.ndarray, mean: float) -> np.ndarray:
    """Multiply `layer` so that its mean over the cells `where` equals `mean`.

    Parameters
    ----------
    layer : numpy.ndarray
        Non-negative pattern, any unit, shape (y, x).
    where : numpy.ndarray
        Cells that the evidence speaks of, bool, shape (y, x).
    mean : float
        Value the evidence gives for them, in the unit of the result.

    Returns
    -------
    numpy.ndarray
        The pattern in the unit of `mean`.
    """
    return layer * (mean / layer[where].mean())


def exponential_gradient(
    latitude_deg: np.ndarray,
    elevation_m: np.ndarray,
    per_degree: float,
    per_100m: float,
) -> np.ndarray:
    """Relative quantity that grows by a fixed share per degree north and per 100 m up.

    Used for mean snow depth and, with another slope, for forage, which follows rainfall.

    Parameters
    ----------
    latitude_deg : numpy.ndarray
        Latitude [degree north].
    elevation_m : numpy.ndarray
        Elevation [m].
    per_degree, per_100m : float
        Growth of the logarithm per degree of latitude and per 100 m of elevation.

    Returns
    -------
    numpy.ndarray
        Relative quantity, > 0; scale it with `scale_to_mean`.
    """
    return np.exp(per_degree * (latitude_deg - 43.5) + per_100m * elevation_m / 100.0)


def place_influence(
    distance_km: np.ndarray, population: np.ndarray, range_km: float, power: float
) -> np.ndarray:
    """Sum over settlements of ``population ** power * exp(-distance / range)``.

    Parameters
    ----------
    distance_km : numpy.ndarray
        Distance of every cell to every settlement, shape (place, y, x).
    population : numpy.ndarray
        Inhabitants, shape (place,).
    range_km : float
        Distance over which the influence falls to 1/e [km].
    power : float
        Below 1: a town of 100,000 does not graze or hunt 100 times as far-reaching as one of 1,000.

    Returns
    -------
    numpy.ndarray
        Influence, shape (y, x), relative.
    """
    weight = population.astype(float) ** power
    return np.einsum("p,pyx->yx", weight, np.exp(-distance_km / range_km))


def grazing_share(
    density_per_km2: np.ndarray, intake_kg_per_yr: float, forage_kg_per_ha: np.ndarray
) -> np.ndarray:
    """Share of the yearly forage that livestock take.

    ``1 - exp(-demand / supply)``: for low demand the share is demand over supply, and it never
    passes 1, because herds leave or are fed before the pasture is bare.

    Parameters
    ----------
    density_per_km2 : numpy.ndarray
        Livestock [sheep units km-2].
    intake_kg_per_yr : float
        Dry matter one sheep unit takes [kg per year].
    forage_kg_per_ha : numpy.ndarray
        Dry forage of the mean year [kg ha-1].

    Returns
    -------
    numpy.ndarray
        Share, 0..1.
    """
    demand = density_per_km2 * intake_kg_per_yr
    supply = np.maximum(forage_kg_per_ha * 100.0, 1e-9)
    return -np.expm1(-demand / supply)


def scaled_grazing_share(share: np.ndarray, factor: float | np.ndarray) -> np.ndarray:
    """Grazing share after livestock are multiplied by `factor`.

    Follows from `grazing_share`: demand is ``-log(1 - share)``, so the new share is
    ``1 - (1 - share) ** factor``.
    """
    return 1.0 - (1.0 - share) ** factor


def saturating_exposure(pressure: np.ndarray, half: float) -> np.ndarray:
    """Exposure ``pressure / (pressure + half)``, 0..1; one half where pressure equals `half`."""
    return pressure / (pressure + half)


def decline(value: np.ndarray, half: float, width: float) -> np.ndarray:
    """Fall from 1 to 0 as `value` grows: logistic, one half at `half`, scale `width`."""
    return 1.0 / (1.0 + np.exp(np.clip((value - half) / width, -60.0, 60.0)))


def rise(value: np.ndarray, half: float, width: float) -> np.ndarray:
    """Rise from 0 to 1 as `value` grows: logistic, one half at `half`, scale `width`."""
    return decline(-np.asarray(value), -half, width)


def rugged_suitability(
    relief_m: np.ndarray, calm: np.ndarray, where: np.ndarray, mean: float
) -> np.ndarray:
    """Suitability of broken ground whose mean over `where` is the usable share.

    A logistic of local relief with a scale of half a step of the elevation grid; the relief
    at which it is one half is solved by bisection, so that the sum of suitability over `where`
    equals the usable share times the number of cells.

    Parameters
    ----------
    relief_m : numpy.ndarray
        Highest minus lowest elevation around the cell [m].
    calm : numpy.ndarray
        Factor 0..1 for disturbance by people.
    where : numpy.ndarray
        Study cells, bool.
    mean : float
        Usable share of the study area, in (0, 1).

    Returns
    -------
    numpy.ndarray
        Suitability, 0..1.
    """
    low, high = 0.0, float(relief_m.max())
    for _ in range(60):
        half = 0.5 * (low + high)
        if (calm * rise(relief_m, half, _STEP_M / 2))[where].mean() > mean:
            low = half
        else:
            high = half
    return calm * rise(relief_m, half, _STEP_M / 2)


def water_access(distance_km: np.ndarray, half_km: float) -> np.ndarray:
    """Share of the land's capacity that is within reach of water.

    ``2 ** -((distance / half) ** 2)``: nearly 1 close to water, one half at `half_km`.

    Parameters
    ----------
    distance_km : numpy.ndarray
        Distance to drinkable water [km].
    half_km : float
        Distance at which half the capacity is left [km]; a trait of the species.

    Returns
    -------
    numpy.ndarray
        Access, 0..1.
    """
    return np.exp2(-((distance_km / half_km) ** 2))


def local_capacity_multiplier(
    suitability: np.ndarray, access: np.ndarray, livestock_share: np.ndarray
) -> np.ndarray:
    """Local capacity of the mean year over maximum density: suitability x access x (1 - share).

    The fourth factor, the forage anomaly of the year, is applied while the simulation runs.
    """
    return suitability * access * (1.0 - livestock_share)
