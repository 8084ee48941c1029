"""Deaths of prey: competing hazards of age, place and weather, each death with its cause."""

import numpy as np

from ustyurt_models.ibm.chance import mix
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.prey_drop import fill_gap, first_of_last_block, list_marked
from ustyurt_models.ibm.prey_state import (
    BLOCK,
    CAUSES,
    CERTAIN,
    CLASSES,
    Prey,
    PreyFlows,
    PreyKind,
    PreyRates,
    PreyScratch,
    PreyStep,
)
from ustyurt_models.ibm.prey_word import (
    MOST_AGE,
    address_of,
    age_of,
    cell_of,
    class_of,
    kin_of,
    male_of,
    older,
)
from ustyurt_models.ibm.vector import fetch, put, take

__all__ = ["die", "grow_older", "weigh_hazards"]

_DEATH = np.uint64(20)
_OLD_AGE = 9
_LETHAL = 24.0
_STEPS = 128.0
_EXPONENTIAL = np.exp(-np.arange(_LETHAL * _STEPS + 1) / _STEPS)
_EXPONENTIAL[-1] = 0.0
_LOW = np.uint64(0x7FFFFFFF)
_SCALE = np.uint64(31)
_UPPER = np.uint64(32)


@inlined
def escape_chance(hazard: float, exponential: np.ndarray) -> float:
    """Return ``exp(-hazard)`` by a table in steps of 1/128 and a cubic, within 2e-10 of it.

    Several cells can be worked on at once, unlike with `math.exp`. It is 1 at 0, exactly, and 0
    from 24 on, where the exponential is below the smallest chance told apart.
    """
    bounded = hazard if hazard < _LETHAL else _LETHAL
    step = np.int64(bounded * _STEPS)
    rest = bounded - float(step) * (1.0 / _STEPS)
    return fetch(exponential, step) * (1.0 - rest * (1.0 - rest * (0.5 - rest * (1.0 / 6.0))))


@kernel
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


@kernel
def weigh_hazards(kind: PreyKind, scratch: PreyScratch, step: PreyStep) -> None:
    """Write the chance to escape all causes of the place, by class, into `scratch.survival`.

    Density weighs with the crowding of the cell, winter with its snow, poaching with the
    pressure that protection leaves. Entries of cells without animals mean nothing.

    Parameters
    ----------
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `crowding` is read, `threat` and `survival` are overwritten.
    step : PreyStep
        Season, climate, poaching pressure, harvest.
    """
    threat, crowding, survival = scratch.threat, scratch.crowding, scratch.survival
    snow, pressure = kind.land.snow_exposure, step.pressure
    _list_threats(kind.rates, step, threat)
    cells = crowding.size
    for k in range(CLASSES):
        # Classes that meet the same hazards share their chances: often young of both sexes.
        same = k > 0
        for cause in range(threat.shape[1]):
            same &= threat[k, cause] == threat[k - 1, cause]
        if same:
            for cell in range(k * cells, (k + 1) * cells):
                put(survival, cell, fetch(survival, cell - cells))
            continue
        everywhere = threat[k, 2] + threat[k, 3] + threat[k, 5] + threat[k, 6]
        dense, cold, poached = threat[k, 0], threat[k, 1], threat[k, 4]
        for cell in range(cells):
            hazard = everywhere + dense * take(crowding, cell) + cold * take(snow, cell)
            hazard += poached * take(pressure, cell)
            escape = escape_chance(hazard, _EXPONENTIAL)
            put(survival, k * cells + cell, np.uint32(escape * CERTAIN + 0.5))


@inlined
def _cause(
    chance: float, background: float, threat: np.ndarray, k: int, place: tuple[float, float, float]
) -> np.int64:
    """Return the cause of a death in class `k`, drawn by the shares of the hazards.

    `threat` has shape (class, 7); `place` holds crowding, snow exposure and poaching pressure.
    Without a branch: as many causes are passed over as have their end below the mark.
    """
    crowding, snow, pressure = place
    first = background
    second = first + threat[k, 0] * crowding
    third = second + threat[k, 1] * snow
    fourth = third + threat[k, 2]
    fifth = fourth + threat[k, 3]
    sixth = fifth + threat[k, 4] * pressure
    seventh = sixth + threat[k, 5]
    mark = chance * (seventh + threat[k, 6])
    passed = np.int64(mark >= first) + np.int64(mark >= second) + np.int64(mark >= third)
    passed += np.int64(mark >= fourth) + np.int64(mark >= fifth) + np.int64(mark >= sixth)
    return passed + np.int64(mark >= seventh)


@kernel
def _tabulate_background(rates: PreyRates, own: np.ndarray) -> int:
    """Fill `own` with the chance by age and sex to escape natural causes; return the last age.

    It is 0 from the highest age on: who escapes everything else dies of old age.
    """
    background = rates.background_survival
    listed = min(background.shape[1] - 1, MOST_AGE)
    last = listed if rates.old_age > MOST_AGE else max(listed, rates.old_age)
    for age in range(last + 1):
        for male in range(2):
            chance = background[male, min(age, listed)] if age < rates.old_age else 0.0
            own[2 * age + male] = np.uint32(chance * CERTAIN + 0.5)
    return last


@kernel
def _mark_dead(
    word: np.ndarray, first: int, count: int, key: np.uint64, scratch: PreyScratch, ages: tuple
) -> None:
    """Mark the animals of a block that die; `ages` holds the last age of `own` and adulthood."""
    own, survival, marked = scratch.own, scratch.survival, scratch.marked
    last, adult_age = np.uint64(2 * ages[0]), np.uint64(ages[1])
    cells = np.uint64(scratch.crowding.size)
    for j in range(count):
        animal = take(word, first + j)
        drawn = mix(key, address_of(animal)) & _LOW
        row = min(kin_of(animal), last + male_of(animal))
        place = class_of(animal, adult_age) * cells + cell_of(animal)
        escape = (np.uint64(fetch(own, row)) * np.uint64(fetch(survival, place))) >> _SCALE
        put(marked, j, np.uint8(drawn >= escape))


@kernel
def die(
    prey: Prey,
    n: int,
    kind: PreyKind,
    scratch: PreyScratch,
    step: PreyStep,
    flows: PreyFlows,
) -> int:
    """Keep, in place, the animals that live through the season; count causes, also by cell.

    31 random bits per animal are held against ``exp(-sum of hazards)``; the cause of a death is
    drawn by the shares of the hazards from 32 others. Whoever escapes them all at the highest
    age dies of old age.

    Parameters
    ----------
    prey : Prey
        State; gaps are filled by the last animals.
    n : int
        Number alive.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `survival`, `threat` and `crowding` are read; `own`, `marked`, `listed` are overwritten.
    step : PreyStep
        Season, key, climate, pressure, harvest.
    flows : PreyFlows
        `deaths` and `deaths_in_cell` are added to.

    Returns
    -------
    int
        Number left.
    """
    rates, word, listed = kind.rates, prey.word, scratch.listed
    deaths, in_cell = flows.deaths, flows.deaths_in_cell.reshape(-1)
    background, safe, threat = rates.background, rates.background_survival, scratch.threat
    crowding, snow, pressure = scratch.crowding, kind.land.snow_exposure, step.pressure
    survival, adult_age, old_age = scratch.survival, np.uint64(rates.adult_age), rates.old_age
    oldest = background.shape[1] - 1
    key = np.uint64(mix(step.key, _DEATH))
    ages = (_tabulate_background(rates, scratch.own), rates.adult_age)
    for first in range(first_of_last_block(n), -1, -BLOCK):
        count = min(BLOCK, n - first)
        _mark_dead(word, first, count, key, scratch, ages)
        dead = list_marked(scratch, count)
        for m in range(dead - 1, -1, -1):
            place = first + listed[m]
            animal = word[place]
            n = fill_gap(word, place, n)
            drawn, cell = np.uint64(mix(key, address_of(animal))), cell_of(animal)
            age, male = np.int64(age_of(animal)), np.int64(male_of(animal))
            row, k = min(age, oldest), np.int64(class_of(animal, adult_age))
            if age >= old_age:
                own = np.uint64(safe[male, row] * CERTAIN + 0.5)
                others = np.uint64(survival[k * crowding.size + np.int64(cell)])
                if (drawn & _LOW) < (own * others) >> _SCALE:
                    deaths[_OLD_AGE] += 1
                    listed[m] = np.int64(cell) * CAUSES + _OLD_AGE
                    continue
            here = (crowding[cell], snow[cell], pressure[cell])
            chance = (float(drawn >> _UPPER) + 0.5) * (1.0 / 4294967296.0)
            cause = _cause(chance, background[male, row], threat, k, here)
            deaths[cause] += 1
            listed[m] = np.int64(cell) * CAUSES + cause
        for m in range(dead if in_cell.size else 0):
            in_cell[np.uint64(listed[m])] += 1
    return n


@kernel
def grow_older(prey: Prey, n: int) -> None:
    """Add one season to the age of every animal, in place."""
    word = prey.word
    for i in range(n):
        word[i] = older(word[i])
