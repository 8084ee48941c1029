import numba
import numpy as np
import pytest

from ustyurt_models.bridge.prey import prey_demography
from ustyurt_models.bridge.prey_births import birth_table, litter_table
from ustyurt_models.bridge.prey_hazards import jut_hazards
from ustyurt_models.bridge.prey_land import (
    barrier_values,
    capacity_around,
    prey_capacity,
    prey_grid,
    prey_range,
    start_places,
)
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.prey_species import Births, load_prey_species
from ustyurt_models.evidence.values import value_of
from ustyurt_models.formulas.demography import LifeTable, growth_factor
from ustyurt_models.ibm.prey_state import PreyKind
from ustyurt_models.landscape.land import load_land
from ustyurt_models.study.engine import Engine, Processes

SHIPPED = ("saiga", "goitered_gazelle", "urial", "kulan")


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


def central(catalogue, species):
    return {id: catalogue[id].value for id in parameter_ids(species)}


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("saiga", 1.25, 1.45),
        ("goitered_gazelle", 1.11, 1.32),
        ("urial", 1.05, 1.15),
        ("kulan", 1.05, 1.15),
    ],
)
def test_growth_of_the_unpoached_population_is_what_the_field_has_seen(catalogue, name, low, high):
    # Bands around sai_r_obs_ural, uri_growth, kul_r_iran, kul_r_israel; gazelle
    # between gaz_r_charyn and gaz_r_arabia.
    species = load_prey_species(name)
    demo = prey_demography(species, central(catalogue, species), Engine(), Processes())
    assert low < demo.growth < high
    assert demo.growth_poached < demo.growth
    assert demo.strength > 0.0


@pytest.mark.parametrize("name", SHIPPED)
def test_growth_without_catastrophes_is_the_row_it_is_scaled_to(catalogue, name):
    species = load_prey_species(name)
    parameters = central(catalogue, species)
    demo = prey_demography(species, parameters, Engine(), Processes(catastrophes=False))
    wanted = parameters[species.growth.maximum]
    if name == "saiga":  # the lowest scale of natural hazards binds before 1.42 is reached
        assert 1.35 < demo.growth < wanted
    else:
        assert demo.growth == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("name", SHIPPED)
def test_hazards_of_the_rates_add_up_to_the_life_table(catalogue, name):
    # Wolves are inside natural mortality: without them, and nothing else off, growth is higher,
    # and adding their hazard back gives the same table.
    species = load_prey_species(name)
    parameters = central(catalogue, species)
    calm = dict(winter=False, drought=False, disease=False)
    rates = prey_demography(species, parameters, Engine(), Processes(**calm)).rates
    ages = rates.background.shape[1] // 4
    hazard = 4 * rates.background.reshape(2, ages, 4).mean(axis=2)
    hazard[:, 0] += 4 * rates.wolf[:2]
    hazard[:, 1:] += 4 * rates.wolf[2:, None]
    _, young = birth_table(species.births, parameters, ages)
    life = LifeTable(hazard[None], young, rates.male_share_at_birth)
    expected = prey_demography(species, parameters, Engine(), Processes(**calm)).growth
    assert growth_factor(life) == pytest.approx(expected, rel=1e-9)
    wolfless = prey_demography(species, parameters, Engine(), Processes(wolf=False, **calm))
    assert wolfless.growth > expected


def test_switched_off_processes_have_hazard_zero(catalogue):
    species = load_prey_species("saiga")
    off = dict.fromkeys(
        [
            "births",
            "baseline_mortality",
            "density_dependence",
            "winter",
            "drought",
            "wolf",
            "poaching",
            "disease",
            "male_shortage",
            "old_age",
        ],
        False,
    )
    rates = prey_demography(species, central(catalogue, species), Engine(), Processes(**off)).rates
    for name in ("background", "crowding", "winter", "jut", "drought", "wolf", "poaching"):
        assert (getattr(rates, name) == 0.0).all(), name
    assert (rates.birth_chance == 0.0).all()
    assert rates.shortage_share == 0.0
    assert rates.old_age > 4 * 100


def test_litters_have_the_mean_they_are_asked_for():
    births = Births.model_validate(
        {
            "first_age_yr": 1.5,
            "full_age_yr": 3,
            "male_share": 0.5,
            "first": {"young_per_female": 0.3, "litter": {"mean": 1.4}},
            "full": {"young_per_female": 1.5, "litter": {"mean": 1.4}},
        }
    )
    chance, young = birth_table(births, {}, 6)
    assert chance == pytest.approx([0.0, 0.5 * 0.3 / 1.4, 0.3 / 1.4, 1.0, 1.0, 1.0])
    assert young == pytest.approx([0.0, 0.15, 0.3, 1.5, 1.5, 1.5])
    table = litter_table(births, {})
    assert (1.0 - table).sum(axis=1) == pytest.approx([1.4, 1.5])


def test_poisson_litters_sum_to_one():
    group = {"chance": 1.0, "litter": {"poisson": 1.7}}
    births = Births.model_validate(
        {"first_age_yr": 1, "full_age_yr": 1, "male_share": 0, "first": group, "full": group}
    )
    table = litter_table(births, {})
    assert table[0, 0] == pytest.approx(np.exp(-1.7))
    assert (1.0 - table[0]).sum() == pytest.approx(1.7)
    assert table[0, -1] == 1.0


def test_a_land_without_snow_kills_as_one_under_even_snow(catalogue, land):
    species = load_prey_species("goitered_gazelle")
    parameters = central(catalogue, species)
    demo = prey_demography(species, parameters, Engine(), Processes())
    for depth_cm in (0.0, 1e-9, 10.0):
        even = land.assign(
            snow_depth=land["snow_depth"].copy(data=0 * land["snow_depth"] + depth_cm)
        )
        _, classes = prey_grid(even)
        found = prey_range(
            species, parameters, even, classes, Engine(), Processes(), structure=demo.structure
        )
        inside = found.capacity > 0.0
        np.testing.assert_allclose(found.snow_exposure[inside], 1.0)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_land_of_a_species_is_consistent(catalogue, land, name):
    species = load_prey_species(name)
    parameters = central(catalogue, species)
    demo = prey_demography(species, parameters, Engine(), Processes())
    grid, classes = prey_grid(land)
    openings = ({}, {"border_kz_uz": 1.0})
    around = prey_range(
        species,
        parameters,
        land,
        classes,
        Engine(),
        Processes(),
        structure=demo.structure,
        openings=openings,
    )
    inside = grid.inside == 1
    assert (around.attraction[:, inside] > 0.0).all()
    assert (around.attraction[:, ~inside] == 0.0).all()
    assert (around.capacity[~inside] == 0.0).all()
    mean_exposure = np.average(around.snow_exposure, weights=around.capacity)
    assert mean_exposure == pytest.approx(1.0)
    assert around.permeability.shape == (2, 4, classes.closed.size)
    assert (around.permeability[1] >= around.permeability[0]).all()
    assert (around.permeability[1] > around.permeability[0]).any()
    assert grid.inside[around.entry_cell].all()
    assert around.entry_cumulative[-1] == pytest.approx(1.0)
    assert around.newcomer_cumulative[-1] == pytest.approx(1.0)
    # Chance over a season of trying at every step is the row of the evidence.
    steps = around.steps[0]
    by_line = barrier_values(species, parameters, classes.barriers)
    worst = around.permeability[0, 0][~classes.closed].min()
    assert 1.0 - (1.0 - worst) ** max(steps, 1) == pytest.approx(min(by_line.values()))


def test_switches_still_the_animals_and_open_the_lines(catalogue, land):
    species = load_prey_species("saiga")
    parameters = central(catalogue, species)
    _, classes = prey_grid(land)
    structure = np.ones((4, 8))
    still = prey_range(
        species,
        parameters,
        land,
        classes,
        Engine(edge="closed"),
        Processes(movement=False, immigration=False),
        structure=structure,
    )
    assert (still.steps == 0).all()
    assert still.immigration == 0.0
    assert (still.edge_permeability == 0.0).all()
    open_lines = prey_range(
        species,
        parameters,
        land,
        classes,
        Engine(),
        Processes(barriers=False, migration=False),
        structure=structure,
    )
    assert (open_lines.permeability[0, :, ~classes.closed] == 1.0).all()
    assert (open_lines.directedness == 0.0).all()


@pytest.mark.parametrize("name", SHIPPED)
def test_capacity_is_the_product_that_the_odd_states(catalogue, land, name):
    species = load_prey_species(name)
    parameters = central(catalogue, species)
    half_km = value_of(species.density.water_half_km, parameters)
    expected = (
        value_of(species.density.maximum_per_km2, parameters)
        * land[f"suitability_{name}"].to_numpy().astype(float)
        * 0.5 ** ((land["distance_to_water"].to_numpy().astype(float) / half_km) ** 2)
        * (1.0 - land["livestock_share"].to_numpy().astype(float))
        * 25.0
    )
    found = prey_capacity(species, parameters, land).reshape(expected.shape)
    inside = land["inside"].to_numpy()
    np.testing.assert_allclose(found[inside], expected[inside], rtol=1e-6)
    assert (found[~inside] == 0.0).all()


def test_capacity_around_sums_the_neighbourhood():
    capacity = np.arange(30.0)
    total = capacity_around(capacity, 6, 1).reshape(5, 6)
    assert total[2, 2] == capacity.reshape(5, 6)[1:4, 1:4].sum()
    assert total[0, 0] == capacity.reshape(5, 6)[:2, :2].sum()
    assert np.array_equal(capacity_around(capacity, 6, 0), capacity)


def test_places_follow_the_weights(catalogue, land):
    species = load_prey_species("urial")
    capacity = prey_capacity(species, central(catalogue, species), land)
    cells, cumulative = start_places(capacity)
    shares = np.diff(cumulative, prepend=0.0)
    assert shares == pytest.approx(capacity[cells] / capacity.sum())
    assert (capacity[cells] > 0).all()


def test_all_species_have_one_compiled_type(catalogue, land):
    # Kernels take the species as a homogeneous tuple.
    _, classes = prey_grid(land)
    kinds = set()
    for name in SHIPPED:
        species = load_prey_species(name)
        parameters = central(catalogue, species)
        demo = prey_demography(species, parameters, Engine(), Processes())
        ways = prey_range(
            species,
            parameters,
            land,
            classes,
            Engine(),
            Processes(),
            structure=demo.structure,
        )
        kinds.add(numba.typeof(PreyKind(ways, demo.rates)))
    assert len(kinds) == 1


def test_a_jut_takes_the_share_of_all_animals_that_the_evidence_gives(catalogue):
    for name in ("saiga", "goitered_gazelle", "urial", "kulan"):
        species = load_prey_species(name)
        parameters = central(catalogue, species)
        loss = value_of(species.threats.jut_loss, parameters)
        for young in (0.0, 0.3, 0.6):
            hazard = jut_hazards(species, parameters, young)
            share = np.array([young / 2, young / 2, (1 - young) / 2, (1 - young) / 2])
            assert share @ np.exp(-hazard) == pytest.approx(1.0 - loss)
            assert hazard[0] == pytest.approx(
                hazard[2] * value_of(species.threats.winter_young, parameters)
            )
