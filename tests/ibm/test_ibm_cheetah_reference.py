"""The kernels against one object per animal: the same population in distribution."""

import numpy as np
from cheetah_world import CAUSES, Colony, make_land, make_rates, season_key
from reference_cheetah import CUB, DISPERSER, RESIDENT, Cheetah, Reference

from ustyurt_models.ibm.cheetah_births import give_birth, mate
from ustyurt_models.ibm.cheetah_deaths import die
from ustyurt_models.ibm.cheetah_dispersal import disperse, leave_mother
from ustyurt_models.ibm.cheetah_state import DISPERSER as DISPERSES
from ustyurt_models.ibm.predation import hunt, update_condition

SEASONS, REPLICATES = 14, 120
NAMES = (
    *("female cubs", "male cubs", "female dispersers", "male dispersers"),
    *("female residents", "male residents", "territories", "births", "emigrants", "kills"),
    *("mean condition", "mean F"),
    *(f"deaths of cause {cause}" for cause in range(11)),
)


def world():
    """Everything on: threats, hunger, livestock, two sires, territories, an open edge."""
    land = make_land(
        19, 19, reach_km=16.0, road=0.4, people=0.5, poaching=0.5, carnivores=1.0,
        protection=0.3, mitigation=0.2, livestock_per_km2=1.0, small_prey_kg_per_km2=1.0,
    )  # fmt: skip
    land.suitability[:] = np.random.default_rng(8).uniform(0.1, 1.0, land.inside.size)
    land.suitability[land.inside == 0] = 0.3
    land = land._replace(range_least=3)
    hazard = np.zeros((CAUSES, 2, 60))
    hazard[0] = 1.5
    hazard[1, :, :4] = 0.12
    hazard[5, :, :4] = 0.1
    hazard[2:5, :, 4:] = 0.02
    hazard[3, 1, 4:] = 0.05
    hazard[7, :, 4:] = 0.03
    hazard[8, :, 20:] = 0.2
    rates = make_rates(
        hazard=hazard, interference_km2=300.0, range_biomass_kg=1200.0, small_attack_km2=30.0,
        livestock_attack_km2=3.0,
        retaliation=0.5, protection_effect=0.6, inbreeding_load=3.0, breed_stage=2,
        conception=np.full(4, 0.6), multiple_paternity=0.4, mate_radius_km=26.0,
        territory_km=11.0, share_food=1, settle_suitability=0.25, turn=np.exp(np.cos(
            np.arange(5) * np.pi / 4)), tenure_loss=0.15, leave_condition=0.4, dependency=5,
        dispersal_km=np.array([8.0, 15.0]), search_steps=8, float_seasons=3,
    )  # fmt: skip
    counts = np.random.default_rng(9).poisson(5, (2, land.inside.size)).astype(np.int32)
    counts[:, land.inside == 0] = 0
    return land, rates, counts


FOUNDERS = [(row, column) for row in (4, 9, 14) for column in (4, 9, 14)]


def by_kernels(replicate):
    """Numbers after the seasons, in the order of NAMES."""
    land, rates, counts = world()
    colony = Colony(land, slots=400)
    for k, (y, x) in enumerate(FOUNDERS):
        colony.release(1, 1, ages=(12, 12), cell=19 * y + x, event=1000 * replicate + k)
    c, s, tally = colony.cheetahs, colony.scratch, colony.tally
    c.since_release[:] = -1
    quota = np.zeros_like(counts)
    for t in range(SEASONS):
        key = season_key(t, replicate)
        hunt(c, counts, quota, rates, land, s, key, tally)
        update_condition(c, rates)
        die(c, rates, land, s, 0.0, t % 4, key, tally)
        assert give_birth(c, colony.kinship, rates, land, s, key, tally) >= 0
        mate(c, rates, land, s, t % 4, key)
        leave_mother(c, rates)
        disperse(c, counts, rates, land, s, 0, t % 4, key, tally)
    numbers = [(c.stage == stage) & (c.male == sex) for stage in (0, 1, 2) for sex in (0, 1)]
    grown, alive = c.stage >= DISPERSES, c.stage >= 0
    return [
        *(one.sum() for one in numbers), (alive & (c.territorial == 1)).sum(), tally.births[0],
        tally.emigrants[0], tally.kills.sum(), c.condition[grown].mean() if grown.any() else 0.0,
        c.inbreeding[alive].mean() if alive.any() else 0.0, *tally.deaths[:11],
    ]  # fmt: skip


def by_objects(replicate):
    """The same from one object per animal."""
    land, rates, counts = world()
    population = Reference(rates, land, counts, np.random.default_rng([replicate, 77]))
    population.animals = [
        Cheetah(male, 12, DISPERSER, place, coalition=object() if male else None)
        for place in FOUNDERS
        for male in (False, True)
    ]
    for t in range(SEASONS):
        population.season(t)
    animals = population.animals
    numbers = [
        sum(a.stage == stage and a.male == sex for a in animals)
        for stage in (CUB, DISPERSER, RESIDENT)
        for sex in (False, True)
    ]
    grown = [a.condition for a in animals if a.stage != CUB]
    return [
        *numbers, sum(a.holds_territory for a in animals), population.born, population.emigrants,
        population.kills, np.mean(grown) if grown else 0.0,
        np.mean([a.inbreeding for a in animals]) if animals else 0.0, *population.deaths[:11],
    ]  # fmt: skip


def test_kernels_and_objects_give_the_same_population():
    kernels = np.array([by_kernels(r) for r in range(2 * REPLICATES)], float)
    objects = np.array([by_objects(r) for r in range(REPLICATES)], float)
    seen = kernels.mean(0) > 0.0
    unseen = {name for name, there in zip(NAMES, seen, strict=True) if not there}
    # Nobody was released, so neither cold nor release kills; females find a place at once.
    assert unseen <= {"female dispersers", "deaths of cause 6", "deaths of cause 9"}
    for name, one, other in zip(NAMES, kernels.T, objects.T, strict=True):
        error = np.sqrt(one.var(ddof=1) / one.size + other.var(ddof=1) / other.size)
        assert abs(one.mean() - other.mean()) <= 5 * error, (name, one.mean(), other.mean(), error)
        if one.mean() > 2:
            ratio = np.log(one.std(ddof=1) / other.std(ddof=1))
            # Five standard errors of a log standard deviation, for heavier tails than normal.
            assert abs(ratio) < 5 / np.sqrt(REPLICATES), (name, one.std(), other.std())
