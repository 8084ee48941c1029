"""Births: who breeds, with whom, how many young."""

import math

import numpy as np

from ustyurt_models.ibm.chance import child, mix
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.source.draws import part_of, unit
from ustyurt_models.ibm.source.environment import noisy
from ustyurt_models.ibm.source.genes import free_rows, inherit
from ustyurt_models.ibm.source.state import Now, Setup, State

__all__ = ["FORMS", "breed"]

#: Responses of births to density by code.
FORMS = ("none", "ricker", "theta_logistic", "vortex")
_NONE, _RICKER, _THETA, _VORTEX = range(len(FORMS))

_KEY = 2
_BREEDS, _POOL, _SIRE, _GENES, _PAIRED = range(5)
#: Addresses that one mother has in one step: more than the largest brood.
_BROOD_ADDRESSES = 1024


@kernel
def _poisson(chance: float, none: float, mean: float) -> int:
    """Return the Poisson number at the cumulative `chance`; `none` is exp(-mean)."""
    term = none
    cumulative = none
    count = 0
    while chance > cumulative and term > 0.0:
        count += 1
        term *= mean / count
        cumulative += term
    return count


@kernel
def _set_rates(setup: Setup, state: State) -> None:
    """Write breeding share and brood of every patch at its density, in place.

    Responses to N/K: Ricker (1954) exp(-b N/K) and theta-logistic (Gilpin & Ayala 1973)
    max(0, 1 - b (N/K)^theta), both of the mean Poisson brood or of the breeding share; Vortex
    (P0 - (P0 - PK)(N/K)^B) N/(A + N) of the breeding share. Noise acts on the share after the
    response, on the log of a Poisson brood by `brood_log_sd`.
    """
    breeding, weather = setup.breeding, state.weather
    for p in range(setup.patches):
        n = float(state.present[p])
        if setup.capacity.by_sex == 1:
            capacity = setup.capacity.number[2 * p] + setup.capacity.number[2 * p + 1]
        else:
            capacity = setup.capacity.number[p]
        density = n / max(1e-300, capacity)
        share, factor = breeding.share, 1.0
        if breeding.form == _RICKER:
            factor = math.exp(-breeding.strength * density)
        elif breeding.form == _THETA:
            factor = max(0.0, 1.0 - breeding.strength * density**breeding.power)
        elif breeding.form == _VORTEX:
            fall = (breeding.share - breeding.share_at_capacity) * density**breeding.power
            share = (breeding.share - fall) * n / max(1e-300, breeding.allee + n)
        mean = breeding.brood_mean
        if mean >= 0.0:
            mean *= factor * math.exp(breeding.brood_log_sd * weather[0])
        else:
            share *= factor
        share = noisy(share, breeding.share_sd, weather[0], breeding.share_quantile, 0)
        if breeding.mate_needed == 1 and state.pool_size[p] == 0:
            share = 0.0
        state.share[p] = share * weather[4]
        state.brood_mean[p] = mean
        state.brood_none[p] = math.exp(-max(0.0, mean))


@kernel
def _count(setup: Setup, state: State, key: np.uint64) -> None:
    """Count animals and sires of every patch; list the sires where they matter. In place."""
    n, spatial, listed = state.alive[0], setup.patches > 1, state.pool.size > 1
    kinds, patches, identity = state.animals.kind, state.animals.patch, state.animals.identity
    count, pool_size, pool, start = state.present, state.pool_size, state.pool, state.pool_start
    sire, share = setup.breeding.sire, setup.breeding.pool_share
    pool_size[:] = 0
    count[:] = 0
    if spatial:
        for i in range(n):
            count[patches[i]] += 1
    else:
        count[0] = n
    if setup.breeding.mate_needed == 0 and not listed:
        return
    for i in range(n):
        p = np.int64(patches[i]) if spatial else 0
        pool_size[p] += _in_pool(sire[kinds[i]], share, key, identity[i])
    if not listed:
        return
    start[0] = 0
    for p in range(setup.patches):
        start[p + 1] = start[p] + pool_size[p]
        pool_size[p] = 0
    for i in range(n):
        p = np.int64(patches[i]) if spatial else 0
        if _in_pool(sire[kinds[i]], share, key, identity[i]) == 1:
            pool[start[p] + pool_size[p]] = i
            pool_size[p] += 1


@inlined
def _in_pool(sire: int, share: float, key: np.uint64, identity: np.uint64) -> int:
    """Return 1 when an animal is in the breeding pool this step; `sire`: whether it may be."""
    if share >= 1.0 or sire == 0:
        return sire
    return 1 if unit(np.uint64(mix(key, identity))) < share else 0


@kernel
def _choose(state: State, first: int, last: int, key: np.uint64) -> None:
    """Draw the sire of every newborn in slots `first` to `last` - 1 from the pool, in place.

    By the mother, so that a brood has one sire, when `sire` holds no sire yet but -1; by the
    newborn itself when it holds -2; a sire that is set stays.
    """
    identity, patches, spatial = state.animals.identity, state.animals.patch, state.present.size > 2
    pool, pool_size, start = state.pool, state.pool_size, state.pool_start
    dams, sires = state.dam, state.sire
    for newborn in range(first, last):
        if sires[newborn] >= 0:
            continue
        p = np.int64(patches[newborn]) if spatial else 0
        chooser = dams[newborn] if sires[newborn] == -1 else newborn
        chance = unit(np.uint64(mix(key, identity[chooser])))
        place = min(pool_size[p] - 1, int(chance * pool_size[p]))
        sires[newborn] = pool[start[p] + place]


@kernel
def _pair(state: State, key: np.uint64, breeds: np.uint64, fertile: np.ndarray) -> None:
    """Give random females that want to breed a male each, while there are any, in place.

    `mate` holds the male of every female, -1 without one.
    """
    identity, kinds, patches = state.animals.identity, state.animals.kind, state.animals.patch
    ready, pool_size, start = state.ready, state.pool_size, state.pool_start
    n, spatial = state.alive[0], state.present.size > 2
    ready[:] = 0
    for i in range(n):
        p = np.int64(patches[i]) if spatial else 0
        wants = unit(np.uint64(mix(breeds, identity[i]))) < state.share[p] * fertile[kinds[i]]
        ready[p] += np.int64(wants)
    for i in range(n):
        state.mate[i] = -1
        p = np.int64(patches[i]) if spatial else 0
        if unit(np.uint64(mix(breeds, identity[i]))) >= state.share[p] * fertile[kinds[i]]:
            continue
        address = np.uint64(mix(key, identity[i]))
        paired = unit(np.uint64(mix(address, np.uint64(0)))) * ready[p] < pool_size[p]
        ready[p] -= 1
        if paired:
            chance = unit(np.uint64(mix(address, np.uint64(1))))
            place = start[p] + min(pool_size[p] - 1, int(chance * pool_size[p]))
            pool_size[p] -= 1
            state.mate[i] = state.pool[place]
            state.pool[place] = state.pool[start[p] + pool_size[p]]


@kernel
def breed(setup: Setup, state: State, now: Now) -> int:
    """Let females breed; newborns are added in place. Return the births, -1 when it is full."""
    n = state.alive[0]
    base = np.uint64(child(now.key, _KEY))
    breeds = np.uint64(child(base, _BREEDS))
    _count(setup, state, np.uint64(child(base, _POOL)))
    _set_rates(setup, state)
    if setup.breeding.monogamous == 1:
        _pair(state, np.uint64(child(base, _PAIRED)), breeds, setup.breeding.fertile)
    top = _bear(setup, state, now.step, breeds)
    if top >= 0:
        if state.dam.size > 1:
            if setup.heredity.pedigree > 0:
                free_rows(state)
            _choose(state, n, top, np.uint64(child(base, _SIRE)))
            inherit(setup, state, n, top, np.uint64(child(base, _GENES)))
        state.alive[0] = top
        return top - n
    return -1


@kernel
def _bear(setup: Setup, state: State, step: int, breeds: np.uint64) -> int:
    """Add the newborns of all females, in place; return the next free slot, -1 when full."""
    breeding, animals, n = setup.breeding, state.animals, state.alive[0]
    identity, kinds, patches = animals.identity, animals.kind, animals.patch
    fertile, brood, share = breeding.fertile, breeding.brood, state.share
    none, mean, dams, sires = state.brood_none, state.brood_mean, state.dam, state.sire
    poisson, male_share = breeding.brood_mean >= 0.0, breeding.male_share
    spatial, genetic, monogamous = patches.size > 1, dams.size > 1, breeding.monogamous == 1
    slots, address = identity.size, step * _BROOD_ADDRESSES
    unknown = -2 if breeding.sire_by_young == 1 else -1
    top = n
    for i in range(n):
        if fertile[kinds[i]] == 0.0:
            continue
        p = np.int64(patches[i]) if spatial else 0
        limit = share[p] * fertile[kinds[i]]
        chance = unit(np.uint64(mix(breeds, identity[i])))
        if chance >= limit or (monogamous and state.mate[i] < 0):
            continue
        # Given that it lies below the limit, chance / limit is again uniform.
        if poisson:
            size = _poisson(chance / limit, none[p], mean[p])
        else:
            size = part_of(chance / limit, brood)
        if top + size > slots:
            return -1
        for young in range(size):
            own = np.uint64(mix(identity[i], np.uint64(address + young)))
            identity[top] = own
            kinds[top] = np.uint16(1) if unit(own) < male_share else np.uint16(0)
            if spatial:
                patches[top] = p
            if genetic:
                dams[top] = i
                sires[top] = state.mate[i] if monogamous else unknown
            top += 1
    return top
