"""Deaths of prey: competing hazards of age, place and weather, each death with its cause."""

import math

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import uniform
from ustyurt_models.ibm.prey_state import CLASSES, Prey, PreyKind, PreyRates, PreyScratch, PreyStep

__all__ = ["die", "grow_older", "weigh_hazards"]

_DEATH, _CAUSE = 20, 21
_OLD_AGE = 9


@njit(nogil=True, cache=True, error_model="numpy")
def _list_threats(rates: PreyRates, step: PreyStep, threat: np.ndarray) -> None:
    """Overwrite `threat` (class, 7) with this season's hazards where the place weighs 1."""
    climate = step.climate
    is_winter = step.season == rates.winter_season
    cold = max(0.0, climate.winter_severity) if is_winter else 0.0
    dry = max(0.0, climate.summer_drought) if step.season == rates.drought_season else 0.0
    sick = 1.0 if step.season == rates.disease_season and climate.disease == 1 else 0.0
    is_jut = is_winter and climate.jut == 1
    for k in range(CLASSES):
        threat[k, 0] = rates.crowding[k]
        threat[k, 1] = rates.jut[k] if is_jut else rates.winter[k] * cold
        threat[k, 2] = rates.drought[k] * dry
        threat[k, 3] = rates.wolf[k]
        threat[k, 4] = rates.poaching[k]
        threat[k, 5] = step.harvest[k]
        threat[k, 6] = rates.disease[k] * sick


@njit(nogil=True, cache=True, error_model="numpy")
def weigh_hazards(kind: PreyKind, scratch: PreyScratch, step: PreyStep) -> None:
    """Write the chance to escape all causes of the place, by class, into `scratch.survival`.

    Density weighs with the crowding of the cell, winter with its snow, poaching with the
    pressure that protection leaves. Only cells with animals (`scratch.number` from
    `measure_crowding`) are written.

    Parameters
    ----------
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `number` and `crowding` are read, `threat` and `survival` are overwritten.
    step : PreyStep
        Season, climate, poaching pressure, harvest.
    """
    threat = scratch.threat
    _list_threats(kind.rates, step, threat)
    number, crowding, survival = scratch.number, scratch.crowding, scratch.survival
    snow, pressure = kind.land.snow_exposure, step.pressure
    for cell in range(number.size):
        if number[cell] == 0:
            continue
        for k in range(CLASSES):
            hazard = threat[k, 0] * crowding[cell] + threat[k, 1] * snow[cell] + threat[k, 2]
            hazard += threat[k, 3] + threat[k, 4] * pressure[cell] + threat[k, 5] + threat[k, 6]
            survival[cell, k] = math.exp(-hazard)


@njit(nogil=True, cache=True, error_model="numpy")
def _cause(
    chance: float, background: float, threat: np.ndarray, place: tuple[float, float, float]
) -> int:
    """Return the cause of a death, drawn by the shares of the hazards.

    `threat` has shape (7,); `place` holds crowding, snow exposure and poaching pressure.
    """
    crowding, snow, pressure = place
    weight = (crowding, snow, 1.0, 1.0, pressure, 1.0, 1.0)
    total = background
    for part in range(7):
        total += threat[part] * weight[part]
    mark = chance * total
    reached = background
    cause = 0
    while cause < 7 and mark >= reached:
        reached += threat[cause] * weight[cause]
        cause += 1
    return cause


@njit(nogil=True, cache=True, error_model="numpy")
def die(
    prey: Prey,
    n: int,
    kind: PreyKind,
    scratch: PreyScratch,
    step: PreyStep,
    deaths: np.ndarray,
) -> int:
    """Keep, in place and in order, the animals that live through the season; count causes.

    One uniform number per animal is held against ``exp(-sum of hazards)``; the cause of a death
    is drawn by the shares of the hazards. Whoever escapes them all at the highest age dies of
    old age.

    Parameters
    ----------
    prey : Prey
        State; compacted in order.
    n : int
        Number alive.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `survival`, `threat` and `crowding` are read.
    step : PreyStep
        Season, key, climate, pressure, harvest.
    deaths : numpy.ndarray
        int64, shape (cause,), in the order of `contracts.PREY_DEATH_CAUSES`; added to.

    Returns
    -------
    int
        Number left.
    """
    key, pressure = step.key, step.pressure
    adult_age, old_age = kind.rates.adult_age, kind.rates.old_age
    background, background_survival = kind.rates.background, kind.rates.background_survival
    snow, crowding = kind.land.snow_exposure, scratch.crowding
    survival, threat = scratch.survival, scratch.threat
    ids, ages, males, cells = prey.identity, prey.age, prey.male, prey.cell
    oldest = background.shape[1] - 1
    kept = 0
    for i in range(n):
        identity, age, male, cell = ids[i], int(ages[i]), int(males[i]), cells[i]
        listed = min(age, oldest)
        k = 2 * int(age >= adult_age) + male
        escape = background_survival[male, listed] * survival[cell, k]
        escapes = uniform(key, identity, _DEATH) < escape
        lives = escapes and age < old_age
        ids[kept] = identity
        ages[kept] = age
        males[kept] = male
        cells[kept] = cell
        kept += lives
        if lives:
            continue
        cause = _OLD_AGE
        if not escapes:
            place = (crowding[cell], snow[cell], pressure[cell])
            chance = uniform(key, identity, _CAUSE)
            cause = _cause(chance, background[male, listed], threat[k], place)
        deaths[cause] += 1
    return kept


@njit(nogil=True, cache=True, error_model="numpy")
def grow_older(prey: Prey, n: int) -> None:
    """Add one season to the age of every animal, in place."""
    for i in range(n):
        prey.age[i] += 1
