"""What must hold whatever the study says: small worlds drawn at random, the full engine."""

import math
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from source_world import simulator
from theory_predation import write_prey
from theory_space import sloping, start_in, walker
from theory_world import only, simulators, write_case
from ustyurt_models.contracts import PREY_DEATH_CAUSES

CHEETAH = PREY_DEATH_CAUSES.index("cheetah")
SIDE = 6
MASSES = {"saiga": 40.0, "goitered_gazelle": 20.0}
HUNGRY = {"strip_km": 2.0, "need_kg_per_yr": 1500.0}
SEASON = ["movement", "births", "prey_deaths", "predation", "condition", "cheetah_deaths"]
BIRTHS = {"chance": 0.8, "litter": {"shares": [0.6, 0.4]}}

few = settings(max_examples=8, deadline=None)


def run(folder, study, prey, land, censuses=None, food=HUNGRY):
    """Simulate one replicate of two species; return its results and the snapshots of prey."""
    species = {
        name: {"mass": {"adult_kg": kg, "birth_kg": kg}} | prey for name, kg in MASSES.items()
    }
    (one,) = simulators(write_prey(Path(folder), study, species, food, land))
    seen = []

    def watch(state, census):
        alive = [int(n) for n in state.alive]
        seen.append(
            [(h.word[:n].copy(), h.cell[:n]) for h, n in zip(state.herds, alive, strict=True)]
        )

    return one(0, 0, watch), seen


def by_cell(snapshot, cells):
    """Count prey by species and cell."""
    return np.array([np.bincount(cell, minlength=cells) for _, cell in snapshot])


def inner():
    """Return which cells of the square lie inside its rim, shape (cell,)."""
    inside = np.zeros((SIDE + 2, SIDE + 2), bool)
    inside[1:-1, 1:-1] = True
    return inside.ravel()


def hunt_study(numbers, cheetahs, processes, order, years, seed):
    return {
        "years": years,
        "seed": seed,
        "prey": {
            name: {"start": number, "file": f"{name}.toml"}
            for name, number in zip(MASSES, numbers, strict=True)
        },
        "cheetah": {"females": cheetahs, "males": cheetahs, "age": "4 y"},
        "processes": only(*processes),
        "engine": {"seasons_per_year": 4, "order": [*order, "record"]},
    }


@few
@given(
    st.tuples(st.integers(0, 400), st.integers(0, 60)),
    st.integers(1, 25),
    st.integers(0, 10_000),
)
def test_kills_never_exceed_prey_and_every_cell_loses_what_was_killed_there(
    numbers, cheetahs, seed
):
    study = hunt_study(numbers, cheetahs, ["predation"], ["predation", "condition"], 1, seed)
    with tempfile.TemporaryDirectory() as folder:
        result, seen = run(folder, study, {}, {"ny": SIDE, "nx": SIDE})
    cells = (SIDE + 2) ** 2
    before, after = by_cell(seen[0], cells), by_cell(seen[1], cells)
    killed = result["prey_deaths"][1, :, CHEETAH]
    assert (killed <= numbers).all()
    np.testing.assert_array_equal((before - after).sum(axis=1), killed)
    assert (before >= after).all(), "prey stand still and only die"
    inside = np.zeros((SIDE + 2, SIDE + 2), bool)
    inside[1:-1, 1:-1] = True
    lost = (before - after)[:, inside.ravel()]
    np.testing.assert_array_equal(lost, result["map_prey_deaths"][:, CHEETAH])


@few
@given(
    st.tuples(st.integers(1, 400), st.integers(1, 200)),
    st.integers(0, 8),
    st.sampled_from([0.0, 0.4]),
    st.integers(0, 3),
    st.integers(0, 10_000),
)
def test_every_animal_is_in_one_place_and_numbers_balance(numbers, cheetahs, edge, herds, seed):
    processes = ["movement", "births", "baseline_mortality", "predation"]
    study = hunt_study(numbers, cheetahs, processes, SEASON, 3, seed)
    study["engine"]["edge"] = "open" if edge else "closed"
    ways = walker(10.0, edge=edge)
    ways["movement"]["herds_per_cell"] = herds
    rates = {"survival": {"by_age": [0.6, 0.9]}, "births": {"first": BIRTHS, "full": BIRTHS}}
    with tempfile.TemporaryDirectory() as folder:
        result, seen = run(folder, study, ways | rates, {"ny": SIDE, "nx": SIDE})
    inside = np.zeros((SIDE + 2, SIDE + 2), bool)
    inside[1:-1, 1:-1] = True
    for snapshot in seen:
        for word, cell in snapshot:
            assert np.unique(word >> np.uint64(33)).size == word.size, "one animal, two places"
            assert inside.ravel()[cell].all()
    number = result["prey_number"].sum(axis=(2, 3))
    flows = result["prey_births"] - result["prey_deaths"].sum(axis=2) - result["prey_emigrants"]
    np.testing.assert_array_equal(np.diff(number, axis=0), flows[1:])


THREATS = {
    "wolf_take": 0.05,
    "poaching_take": 0.1,
    "poaching_male": 2.0,
    "jut_loss": 0.4,
    "jut_frequency": "sai_jut_freq",
}
LIVES = ["births", "baseline_mortality", "wolf", "poaching", "winter", "catastrophes", "climate"]


@few
@given(
    st.tuples(st.integers(1, 400), st.integers(1, 200)),
    st.integers(0, 8),
    st.floats(0.05, 0.5),
    st.integers(0, 10_000),
)
def test_prey_that_stand_still_change_in_every_cell_by_births_less_deaths(
    numbers, cheetahs, fraction, seed
):
    processes = [*LIVES, "predation", "harvest"]
    order = [event for event in SEASON if event != "movement"]
    study = hunt_study(numbers, cheetahs, processes, ["climate", *order, "ageing"], 4, seed)
    study["parameters"] = {"sai_jut_freq": 0.4}
    bag = {"from": 2028, "species": "saiga", "fraction": fraction}
    study["management"] = {"harvest": [bag]}
    rates = {"survival": {"by_age": [0.6, 0.9]}, "births": {"first": BIRTHS, "full": BIRTHS}}
    with tempfile.TemporaryDirectory() as folder:
        result, seen = run(folder, study, rates | {"threats": THREATS}, {"ny": SIDE, "nx": SIDE})
    within = inner()
    change = by_cell(seen[-1], within.size) - by_cell(seen[0], within.size)
    flows = result["map_prey_births"] - result["map_prey_deaths"].sum(axis=1)
    np.testing.assert_array_equal(change[:, within], flows)
    causes = result["map_prey_deaths"].sum(axis=2)
    np.testing.assert_array_equal(causes, result["prey_deaths"].sum(axis=0))


@few
@given(
    st.tuples(st.integers(1, 400), st.integers(1, 200)),
    st.integers(0, 8),
    st.sampled_from([0.0, 0.4]),
    st.integers(0, 3),
    st.integers(0, 10_000),
)
def test_births_less_deaths_and_moves_are_the_change_in_every_cell(
    numbers, cheetahs, edge, herds, seed
):
    ways = walker(10.0, edge=edge)
    ways["movement"]["herds_per_cell"] = herds
    rates = {"survival": {"by_age": [0.6, 0.9]}, "births": {"first": BIRTHS, "full": BIRTHS}}
    found = []
    processes = ["movement", "births", "baseline_mortality", "predation"]
    for order in (["movement"], SEASON):
        study = hunt_study(numbers, cheetahs, processes, order, 1, seed)
        study["engine"] |= {"seasons_per_year": 1, "edge": "open" if edge else "closed"}
        with tempfile.TemporaryDirectory() as folder:
            found.append(run(folder, study, ways | rates, {"ny": SIDE, "nx": SIDE}))
    # The same animals walk the same way whether or not they bear and die afterwards.
    (only_walks, walked), (result, seen) = found
    assert only_walks["map_prey_deaths"].sum() == only_walks["map_prey_births"].sum() == 0
    within = inner()
    start, moved, end = (by_cell(one, within.size)[:, within] for one in (*walked, seen[1]))
    flows = result["map_prey_births"] - result["map_prey_deaths"].sum(axis=1)
    np.testing.assert_array_equal(end - start, (moved - start) + flows)


def test_maps_of_births_and_deaths_can_be_left_out_and_nothing_else_changes():
    study = hunt_study((200, 100), 5, LIVES, SEASON, 2, 3)
    rates = {"survival": {"by_age": [0.6, 0.9]}, "births": {"first": BIRTHS, "full": BIRTHS}}
    found = []
    for asked in (True, False):
        study["output"] = {"prey_flow_maps": asked}
        with tempfile.TemporaryDirectory() as folder:
            found.append(run(folder, study, rates, {"ny": SIDE, "nx": SIDE})[0])
    with_maps, without = found
    for name, values in with_maps.items():
        if name.startswith(("map_prey_births", "map_prey_deaths")):
            assert values.sum() > 0 == without[name].sum()
        else:
            np.testing.assert_array_equal(values, without[name], err_msg=name)


@few
@given(st.floats(0.0, 180.0), st.integers(0, 10_000), st.sampled_from([0, 4]))
def test_a_closed_line_of_any_slope_is_never_crossed(angle, seed, herds):
    line, home = sloping(angle, 12)
    inside = np.zeros_like(home)
    inside[1:-1, 1:-1] = True
    if not (home & inside).any():
        return
    study = {
        "years": 1,
        "seed": seed,
        "prey": {"saiga": {"start": 200}},
        "cheetah": {"females": 6, "males": 6, "age": "3 y"},
        "processes": only("movement", "barriers", "dispersal"),
        "engine": {
            "seasons_per_year": 4,
            "order": [
                "movement",
                "predation",
                "condition",
                "cheetah_deaths",
                "dispersal",
                "record",
            ],
        },
    }
    prey = walker(40.0, passes=0.0)
    prey["movement"]["herds_per_cell"] = herds
    cheetah = {"barriers": {"border": 0.0}, "space": {"matrix": 1.0}}
    # Cheetahs start where the habitat is; everybody may walk anywhere.
    habitat = {"suitability_cheetah": np.where(home, 1.0, 0.0)}
    land = {"ny": 12, "nx": 12, "lines": [line], "layers": {**start_in(home), **habitat}}
    found = []

    def watch(state, census):
        cats = state.cheetahs
        living = cats.stage[: cats.top[0]] >= 0
        found.append(state.herds[0].cell[: state.alive[0]].astype(int))
        found.append(cats.cell[: cats.top[0]][living].astype(int))

    with tempfile.TemporaryDirectory() as folder:
        (one,) = simulators(write_case(Path(folder), study, prey, cheetah, land))
        one(0, 0, watch)
    assert all(cells.size for cells in found)
    assert home.ravel()[np.concatenate(found)].all()


@cache
def replicate_world():
    with tempfile.TemporaryDirectory() as folder:
        study = hunt_study(
            (200, 100), 5, ["movement", "births", "baseline_mortality"], SEASON, 2, 3
        )
        rates = {"survival": {"by_age": [0.6, 0.9]}, "births": {"first": BIRTHS, "full": BIRTHS}}
        prey = walker(10.0) | rates
        species = {
            name: {"mass": {"adult_kg": kg, "birth_kg": kg}} | prey for name, kg in MASSES.items()
        }
        land = {"ny": SIDE, "nx": SIDE}
        (one,) = simulators(write_prey(Path(folder), study, species, HUNGRY, land))
    return one, [one(0, k)["prey_number"] for k in range(6)]


@few
@given(st.permutations(range(6)))
def test_exchanging_labels_of_replicates_changes_nothing(order):
    one, known = replicate_world()
    mixed = np.array([one(0, k)["prey_number"] for k in order])
    np.testing.assert_array_equal(mixed, np.array(known)[list(order)])
    assert mixed.sum() == np.sum(known)
    assert np.unique(np.array(known)[:, -1].reshape(6, -1), axis=0).shape[0] > 1


@few
@given(
    st.integers(2, 12),
    st.integers(1, 12),
    st.floats(0.0, 0.4),
    st.integers(0, 50),
)
def test_kinship_of_a_source_is_a_covariance_and_agrees_with_f(females, males, founders, replicate):
    block = {
        "death": {"female": [0.2, 0.3]},
        "breeding": {"first_age_female": 1, "poisson": 1.2},
        "capacity": {"rule": "ceiling_hard", "number": 30.0},
        "genetics": {"pedigree": True, "founder_kinship": founders},
        "founders": {"females": [0, females], "males": [0, males]},
    }
    supply = simulator(12, **block).supply(0, replicate)
    for step in (0, 3, 12):
        supply.bring_to(step)
        n = int(supply.state.alive[0])
        if n == 0:
            return
        rows = supply.state.animals.row[:n]
        assert np.unique(rows).size == n
        kinship = supply.state.kinship[np.ix_(rows, rows)]
        np.testing.assert_array_equal(kinship, kinship.T)
        inbreeding = supply.state.animals.inbreeding[:n]
        np.testing.assert_allclose(np.diag(kinship), 0.5 * (1.0 + inbreeding), atol=1e-12)
        assert np.linalg.eigvalsh(kinship).min() > -1e-9
        diversity = supply.record.gene_diversity[step]
        assert math.isclose(diversity, 1.0 - kinship.mean(), abs_tol=1e-12)


def test_the_world_of_these_properties_is_not_empty():
    study = hunt_study((400, 200), 10, ["predation"], ["predation", "condition"], 1, 1)
    with tempfile.TemporaryDirectory() as folder:
        result, _ = run(folder, study, {}, {"ny": SIDE, "nx": SIDE})
    assert (result["prey_deaths"][1, :, CHEETAH] > 0).all()
