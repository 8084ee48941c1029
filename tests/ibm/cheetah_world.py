"""Small worlds for tests of cheetahs: literal rates, every process off unless asked for."""

import numpy as np

from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES
from ustyurt_models.ibm.cheetah_releases import add_released
from ustyurt_models.ibm.cheetah_state import (
    CheetahLand,
    CheetahRates,
    CheetahRelease,
    new_cheetahs,
    new_kinship,
    new_scratch,
    new_tally,
)

CAUSES = len(CHEETAH_DEATH_CAUSES)
KEY = np.uint64(20_261_122)


def make_land(ny=41, nx=41, cell_km=5.0, edge_open=1, reach_km=30.0, **layers):
    """Square land of good ground with a ring outside; `layers` are constants per cell."""
    inside = np.zeros((ny, nx), np.uint8)
    inside[1:-1, 1:-1] = 1
    cells = ny * nx
    span = int(reach_km / cell_km) + 1
    dy, dx = np.mgrid[-span : span + 1, -span : span + 1]
    km = cell_km * np.hypot(dy, dx).ravel()
    order = np.argsort(km, kind="stable")
    order = order[km[order] <= reach_km]
    values = {"suitability": 1.0, **layers}

    def layer(name):
        return np.full(cells, float(values.get(name, 0.0)))

    return CheetahLand(
        ny=ny,
        nx=nx,
        cell_km=cell_km,
        edge_open=edge_open,
        inside=inside.ravel(),
        suitability=layer("suitability"),
        road=layer("road"),
        people=layer("people"),
        poaching=layer("poaching"),
        carnivores=layer("carnivores"),
        protection=layer("protection"),
        mitigation=layer("mitigation"),
        livestock_per_km2=layer("livestock_per_km2"),
        small_prey_kg_per_km2=layer("small_prey_kg_per_km2"),
        step_class=np.zeros((8, cells), np.uint8),
        permeability=np.ones((1, 4, 2)),
        offset_y=dy.ravel()[order].astype(np.int32),
        offset_x=dx.ravel()[order].astype(np.int32),
        offset_km=km[order],
        range_least=1,
        range_most=order.size,
    )


def make_rates(**changes):
    """Rates with nothing happening; `changes` switch processes on."""
    ages = 400
    rates = CheetahRates(
        seasons_per_year=4,
        need_kg=350.0,
        cub_need=0.5,
        surplus=1.3,
        interference_km2=0.0,
        attack_km2=np.array([400.0, 250.0]),
        mass_kg=np.array([10.0, 22.0]),
        food_kg=np.array([10.0, 22.0]),
        small_attack_km2=0.0,
        livestock_attack_km2=0.0,
        livestock_kg=40.0,
        range_biomass_kg=0.0,
        condition_memory=0.5,
        hazard=np.zeros((CAUSES, 2, ages)),
        starvation_condition=0.6,
        retaliation=0.0,
        protection_effect=0.0,
        cold_season=np.array([0.0, 0.0, 0.0, 1.0]),
        cold_response=0.0,
        cold_seasons=8,
        post_release=np.zeros((2, 2, 4)),
        orphan_age=4,
        inbreeding_load=0.0,
        load_seasons=4,
        breed_age_female=8,
        breed_stage=1,
        breed_age_male=8,
        last_breed_age=300,
        breed_condition=0.5,
        conception=np.ones(4),
        litter=np.array([0.1, 0.3, 0.6, 0.85, 1.0]),
        male_share=0.5,
        multiple_paternity=0.0,
        sires_per_cub=0,
        gestation=1,
        mate_radius_km=1e9,
        territorial_first=1,
        dependency=6,
        remate_age=6,
        dispersal_km=np.array([10.0, 40.0]),
        explore_km=np.array([100.0, 40.0]),
        explore_seasons=0,
        turn=np.ones(5),
        matrix_weight=0.1,
        territory_km=0.0,
        share_food=0,
        settle_suitability=0.0,
        search_steps=10,
        float_seasons=4,
        tenure_loss=0.0,
        leave_condition=0.0,
        ceiling_rule=0,
        ceiling_per_sex=1,
        ceiling=np.array([1000, 1000]),
    )
    return rates._replace(**changes)


class Colony:
    """State, work space and tallies of one test population."""

    def __init__(self, land, slots=64, sources=1):
        self.land = land
        self.cheetahs = new_cheetahs(slots, sources)
        self.kinship = new_kinship(slots)
        self.related = np.zeros((sources, sources))
        self.scratch = new_scratch(slots, 2, land, CAUSES)
        self.tally = new_tally(CAUSES, 2, land.inside.size)

    def release(self, females=0, males=0, ages=(16, 16), cell=None, event=1, season=None, **traits):
        """Release animals in the middle of the land; return their slots."""
        middle = (self.land.ny // 2) * self.land.nx + self.land.nx // 2
        known = {"source": 0, "captive": 0, "african": 0, "soft": 0, "partners": 0}
        before = set(self.alive())
        release = CheetahRelease(
            np.uint64(event),
            np.uint64(0) if season is None else season_key(season),
            females,
            males,
            ages[0],
            ages[1],
            middle if cell is None else int(cell),
            **(known | traits),
        )
        add_released(self.cheetahs, self.kinship, self.related, release, self.tally)
        return np.array([i for i in self.alive() if i not in before], int)

    def alive(self):
        """Slots of the living."""
        return np.flatnonzero(self.cheetahs.stage >= 0)


def season_key(number, replicate=0):
    """Key of season `number` of a replicate."""
    return np.uint64(int(KEY) + 1_000_003 * replicate + 7_919 * number)
