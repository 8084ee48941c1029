"""Predator and prey: preference, functional response, and published capacity rules."""

import math

import numpy as np

__all__ = [
    "carbone_capacity",
    "hayward_capacity",
    "holling_multi",
    "prey_preference",
    "territory_capacity",
]


def prey_preference(
    mass_kg: float, low_kg: float, high_kg: float, spread: float, smallest: float
) -> float:
    """Preference of a cheetah for prey of one body mass.

    Flat between `low_kg` and `high_kg`; beyond them it falls like a bell curve over the
    logarithm of mass. Lighter prey is never valued below `smallest`.

    Parameters
    ----------
    mass_kg : float
        Live mass of the prey [kg].
    low_kg, high_kg : float
        Ends of the preferred masses [kg] (``che_pref_low``, ``che_pref_high``; Hayward et al.
        2006, J Zool 270:615; Clements et al. 2014, PLoS ONE 9:e101054).
    spread : float
        Standard deviation of the flanks over log mass (``che_prey_pref_sd``).
    smallest : float
        Least preference of prey lighter than that, 0..1 (``che_pref_small``).

    Returns
    -------
    float
        0..1, relative to prey of preferred mass.
    """
    nearest = min(max(mass_kg, low_kg), high_kg)
    bell = math.exp(-0.5 * (math.log(mass_kg / nearest) / spread) ** 2)
    return max(bell, smallest) if mass_kg < low_kg else bell


def holling_multi(
    density_per_km2: np.ndarray, attack_km2: np.ndarray, handling: np.ndarray
) -> np.ndarray:
    """Kills of one predator per unit of time, Holling type II over several prey.

    Parameters
    ----------
    density_per_km2 : numpy.ndarray
        Prey density [km-2], shape (type,).
    attack_km2 : numpy.ndarray
        Area searched with success per unit of time [km2], shape (type,).
    handling : numpy.ndarray
        Time one kill keeps the predator from hunting, shape (type,).

    Returns
    -------
    numpy.ndarray
        ``a_j D_j / (1 + sum_k a_k h_k D_k)``, shape (type,).

    References
    ----------
    Holling 1959, Can Entomol 91:385; Murdoch 1973, J Appl Ecol 10:335.
    """
    met = attack_km2 * density_per_km2
    return met / (1.0 + (met * handling).sum())


def carbone_capacity(
    prey_kg: float | np.ndarray, predator_kg: float, predator_kg_per_10t: float
) -> float | np.ndarray:
    """Cheetahs that a prey biomass supports by the rule of Carbone & Gittleman.

    Parameters
    ----------
    prey_kg : float or numpy.ndarray
        Prey biomass in the area [kg].
    predator_kg : float
        Mass of one cheetah [kg].
    predator_kg_per_10t : float
        Predator mass per 10,000 kg of prey [kg] (``che_carbone``).

    Returns
    -------
    float or numpy.ndarray
        Cheetahs in the area.

    References
    ----------
    Carbone & Gittleman 2002, Science 295:2273.
    """
    return prey_kg / 10_000.0 * predator_kg_per_10t / predator_kg


def hayward_capacity(
    prey_kg_per_km2: float | np.ndarray,
    area_km2: float | np.ndarray,
    intercept: float,
    slope: float,
) -> float | np.ndarray:
    """Cheetahs in an area by the regression of Hayward et al. on preferred prey.

    Parameters
    ----------
    prey_kg_per_km2 : float or numpy.ndarray
        Biomass density of prey of the preferred masses [kg km-2], > 0.
    area_km2 : float or numpy.ndarray
        Area [km2].
    intercept, slope : float
        Of log10 cheetahs per km2 on log10 biomass (``che_hay_a``, ``che_hay_b``).

    Returns
    -------
    float or numpy.ndarray
        Cheetahs in the area; an extrapolation below about 50 kg per km2.

    References
    ----------
    Hayward, O'Brien & Kerley 2007, Biol Conserv 139:219.
    """
    return area_km2 * 10.0 ** (intercept + slope * np.log10(prey_kg_per_km2))


def territory_capacity(area_km2: float | np.ndarray, spacing_km: float) -> float | np.ndarray:
    """Territories of males that fit into an area when centres keep a distance.

    Parameters
    ----------
    area_km2 : float or numpy.ndarray
        Area [km2], large against one territory.
    spacing_km : float
        Distance between neighbouring centres [km] (``che_terr_dist``).

    Returns
    -------
    float or numpy.ndarray
        Territories in the densest, hexagonal arrangement: area / (sqrt(3)/2 spacing^2).
    """
    return area_km2 / (0.5 * math.sqrt(3.0) * spacing_km**2)
