"""Animals that neither die nor breed are never lost, whatever land, lines and edges do (C6)."""

import numpy as np
import pytest

from theory_world import only, simulate, simulators, write_case
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES

WANDER = {"wander_km": 40.0}
MOVING = {
    "density": {"maximum_per_km2": 5.0},
    "movement": {
        "spring": {**WANDER, "migration_km": 60.0, "bearing": "N", "directedness": 0.5},
        "summer": WANDER,
        "autumn": {**WANDER, "migration_km": 60.0, "bearing": "S", "directedness": 0.5},
        "winter": WANDER,
        "matrix_use": 1.0,
    },
    "exchange": {"edge_permeability": 0.2},
}
STUDY = {
    "years": 4,
    "prey": {"saiga": {"start": 3000, "immigration": False}},
    "cheetah": {"females": 12, "males": 12, "age": "3-6 y"},
    "processes": only("movement", "migration", "barriers", "dispersal", "territoriality"),
    "engine": {
        "seasons_per_year": 4,
        "order": [
            "movement", "prey_deaths", "predation", "condition", "cheetah_deaths", "dispersal",
            "ageing", "record",
        ],
    },
}  # fmt: skip


def small_world(folder, edge="closed", passes=1.0, herds=0, line=None, west_only=False):
    """Return the simulator of 8 x 12 cells, a line east of column `line`."""
    west = np.where(np.arange(14) <= 6, 1.0, 0.0) if west_only else 1.0
    layers = {"suitability_saiga": west, "suitability_cheetah": west}
    study = {**STUDY, "engine": {**STUDY["engine"], "edge": edge}}
    prey = {
        **MOVING,
        "movement": {**MOVING["movement"], "herds_per_cell": herds},
        "barriers": {"border": passes},
    }
    cheetah = {
        "barriers": {"border": passes},
        "space": {"range_most_km2": 25.0, "territory_km": 15.0, "matrix": 1.0},
    }
    land = {"ny": 8, "nx": 12, "layers": layers, "line_east_of": line}
    (one,) = simulators(write_case(folder, study, prey, cheetah, land))
    return one


@pytest.mark.parametrize("herds", [0, 6])
@pytest.mark.parametrize("passes", [0.0, 0.3, 1.0])
def test_with_closed_edges_numbers_stay(tmp_path, herds, passes):
    one = small_world(tmp_path, herds=herds, passes=passes, line=6)
    prey, cheetahs = simulate(one, 2, "prey_number", "cheetah_number")
    assert (prey.sum(axis=(2, 3, 4)) == 3000).all()
    assert (cheetahs.sum(axis=(2, 3)) == 24).all()
    assert (prey.sum(axis=4) == prey[:, :1].sum(axis=4)).all(), "no animal changes sex"


@pytest.mark.parametrize("herds", [0, 6])
def test_with_open_edges_who_is_missing_has_left(tmp_path, herds):
    one = small_world(tmp_path, edge="open", herds=herds)
    names = ("prey_number", "prey_emigrants", "cheetah_number", "cheetah_emigrants")
    prey, prey_left, cheetahs, cheetahs_left = simulate(one, 2, *names)
    gone = prey_left.sum(axis=2).cumsum(axis=1)
    np.testing.assert_array_equal(prey.sum(axis=(2, 3, 4)) + gone, 3000)
    gone_cheetahs = cheetahs_left.cumsum(axis=1)
    np.testing.assert_array_equal(cheetahs.sum(axis=(2, 3)) + gone_cheetahs, 24)
    assert gone[:, -1].min() > 0
    assert gone_cheetahs[:, -1].max() > 0


def beyond(run):
    """Return prey, and cells of cheetah ranges, east of the line at the end."""
    prey = run["map_prey"][-1, 0].reshape(8, 12)
    cheetahs = run["map_cheetah"][-1].reshape(8, 12)
    return prey[:, 6:].sum(), cheetahs[:, 6:].sum()


@pytest.mark.parametrize("herds", [0, 6])
def test_nobody_crosses_a_closed_line(tmp_path, herds):
    one = small_world(tmp_path, passes=0.0, herds=herds, line=6, west_only=True)
    assert beyond(one(0, 0)) == (0, 0)


def test_an_open_line_is_crossed_as_if_it_were_not_there(tmp_path):
    through = small_world(tmp_path / "a", passes=1.0, line=6, west_only=True)(0, 0)
    without = small_world(tmp_path / "b", west_only=True)(0, 0)
    np.testing.assert_array_equal(through["map_prey"], without["map_prey"])
    np.testing.assert_array_equal(through["map_cheetah"], without["map_cheetah"])
    assert min(beyond(through)) > 0


@pytest.mark.parametrize("rule", ["ceiling_hard", "ceiling_probabilistic"])
def test_who_is_above_a_ceiling_is_counted_among_the_dead(tmp_path, rule):
    study = {
        "years": 8,
        "prey": {"saiga": {"start": 0}},
        "cheetah": {"females": 10, "males": 10, "age": "3 y"},
        "processes": only("cheetah_births", "cub_loss"),
        "engine": {
            "seasons_per_year": 4,
            "order": ["cheetah_deaths", "cheetah_births", "dispersal", "record"],
            "cheetah_capacity_rule": rule,
            "ceiling": 30,
        },
    }
    cheetah = {"survival": {"cub": 0.8}, "births": {"conceive": 0.6, "condition": 0.0}}
    (one,) = simulators(write_case(tmp_path, study, None, cheetah))
    names = ("cheetah_number", "cheetah_births", "cheetah_deaths")
    number, births, deaths = simulate(one, 4, *names)
    change = np.diff(number.sum(axis=(2, 3)), axis=1)
    np.testing.assert_array_equal(change, (births - deaths.sum(axis=2))[:, 1:])
    cut = deaths[:, :, CHEETAH_DEATH_CAUSES.index("ceiling")].sum()
    lost = deaths[:, :, CHEETAH_DEATH_CAUSES.index("cub_loss")].sum()
    orphans = deaths[:, :, CHEETAH_DEATH_CAUSES.index("orphaned")].sum()
    assert cut > 0
    assert lost > 0
    assert orphans > 0, "cubs die with a mother that is above the ceiling"
    assert cut + lost + orphans == deaths.sum()


def test_maps_hold_every_animal_and_their_squares(tmp_path):
    one = small_world(tmp_path, passes=0.0, line=6, west_only=True)
    run = one(0, 0)
    rows = run["map_cheetah_number"].shape[0]
    assert (run["map_cheetah_number"].sum(axis=1) == 24).all()
    assert (run["map_prey"].sum(axis=(1, 2)) == 3000).all()
    np.testing.assert_array_equal(run["map_cheetah_squared"], run["map_cheetah_number"] ** 2)
    np.testing.assert_array_equal(run["map_prey_present"], run["map_prey"] > 0)
    assert 0 < run["map_prey_present"].sum() < run["map_prey_present"].size
    # A range centre lies inside its own range.
    assert (run["map_cheetah"] >= (run["map_cheetah_number"] > 0)).all()
    assert rows == 2
    np.testing.assert_array_equal(run["range_area"], 25.0 * run["occupied_cells"])
    assert np.isnan(run["cheetah_extinction_time"])
    assert np.isnan(run["prey_extinction_time"]).all()
