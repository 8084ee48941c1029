"""The source engine equals plain Python, uncompiled and in distribution, on any workers."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.bridge.source_simulate import SourceSimulator
from ustyurt_models.ibm.source import breeding, dispersal, environment, exchange, run, survival
from ustyurt_models.ibm.source.state import Now, empty_record, empty_state
from ustyurt_models.study.source_populations import SourcePopulation

_HERE = Path(__file__).parents[1] / "reference" / "plain_source.py"
_SPEC = importlib.util.spec_from_file_location("plain_source", _HERE)
plain_source = importlib.util.module_from_spec(_SPEC)
sys.modules["plain_source"] = plain_source
_SPEC.loader.exec_module(plain_source)

BLOCK = {
    "maximum_age": 8,
    "noise_correlation": 0.5,
    "death": {"female": [0.4, 0.2, 0.15], "male": [0.45, 0.25], "cv": 0.2},
    "breeding": {
        "first_age_female": 2,
        "first_age_male": 3,
        "share": 0.8,
        "share_sd": 0.1,
        "density": "vortex",
        "share_at_capacity": 0.4,
        "steepness": 4.0,
        "allee": 1.0,
        "brood": [0.1, 0.3, 0.6],
        "pool": 0.7,
    },
    "catastrophe": [{"chance": 0.1, "survival": 0.7, "births": 0.5}],
    "capacity": {"rule": "ceiling_probabilistic", "number": 30.0},
    "genetics": {"loci": 4, "diploid_lethal_equivalents": 6.0},
    "harvest": [{"share": 0.05, "youngest": 2}],
    "founders": {"females": 8, "males": 8, "ages": [1, 4], "drawn": "at random"},
}
HARD = BLOCK | {
    "capacity": {"rule": "ceiling_hard", "number": 25.0},
    "breeding": BLOCK["breeding"]
    | {"density": "none", "share_at_capacity": None, "allee": 0.0, "steepness": 1.0},
}
PATCHES = BLOCK | {
    "patches": {"grid": 3, "emigration": 0.4, "mean_distance": 1.5, "oldest": 1},
    "supplement": [{"females": 1, "males": 1, "every": 2}],
    "breeding": BLOCK["breeding"] | {"mating": "monogamy"},
    "genetics": {"loci": 4, "pedigree": True, "diploid_lethal_equivalents": 6.0},
    "capacity": {"rule": "ceiling_hard", "number": 12.0, "sd": 0.1},
}


LETHAL = PATCHES | {
    "genetics": {
        "loci": 4,
        "pedigree": True,
        "diploid_lethal_equivalents": 8.0,
        "lethal_share": 0.5,
    },
    "noise": "binomial",
    "breeding": PATCHES["breeding"] | {"density": "none", "share_at_capacity": None, "allee": 0.0},
}


def simulator(block, steps=15):
    return SourceSimulator(SourcePopulation(**plain(block)), steps, 5)


def plain(value):
    """Return a block as the schema reads it: lists are tuples."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return tuple(plain(one) for one in value) if isinstance(value, list) else value


@pytest.mark.parametrize("block", [BLOCK, HARD], ids=["vortex", "hard"])
def test_the_engine_equals_one_object_per_animal_in_distribution(block):
    replicates, steps = 500, 15
    found = simulator(block).many(range(replicates))
    ours = found.number.sum(axis=(2, 3)).astype(float)
    runs = [plain_source.run(block, steps, seed) for seed in range(replicates)]
    theirs, their_f = (np.array(values) for values in zip(*runs, strict=True))
    for census in (1, 5, 15):
        one, other = ours[:, census], theirs[:, census].astype(float)
        error = np.sqrt((one.var() + other.var()) / replicates)
        assert abs(one.mean() - other.mean()) < 4.5 * error
        assert abs(np.log(one.var() / other.var())) < 4.5 * np.sqrt(2 * 3.0 / replicates)
    extinct = np.array([(ours[:, -1] == 0).mean(), (theirs[:, -1] == 0).mean()])
    spread = np.sqrt(2 * max(extinct.mean() * (1 - extinct.mean()), 1 / replicates) / replicates)
    assert abs(np.diff(extinct)[0]) < 4.5 * spread
    one, other = found.inbreeding[:, 10], their_f[:, 10]
    error = np.sqrt(np.nanvar(one) / replicates + np.nanvar(other) / replicates)
    assert abs(np.nanmean(one) - np.nanmean(other)) < 4.5 * error


@pytest.mark.parametrize(
    "block", [BLOCK, HARD, PATCHES, LETHAL], ids=["vortex", "hard", "patches", "lethals"]
)
def test_results_do_not_depend_on_workers_or_order(block):
    together = simulator(block).many(range(6), workers=2)
    alone = simulator(block)
    for replicate in (4, 0, 2):
        for name, value in alone(0, replicate)._asdict().items():
            assert np.array_equal(getattr(together, name)[replicate], value, equal_nan=True), name


def test_too_few_slots_at_first_change_nothing():
    wide, narrow = simulator(BLOCK), simulator(BLOCK)
    narrow._slots = 17
    for one, other in zip(wide(0, 1), narrow(0, 1), strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert narrow._slots > 17


KERNELS = {
    environment.draw_environment: (),
    breeding.breed: (),
    dispersal.disperse: (),
    survival.die: (),
    survival.cut_to_capacity: (),
    exchange.supplement: (),
}


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.py_func.__name__)
@pytest.mark.parametrize("block", [BLOCK, PATCHES, LETHAL], ids=["vortex", "patches", "lethals"])
def test_compiled_equals_plain_python(kernel, block):
    one = simulator(block)
    key, states = one.key(0, 0), []
    for function in (kernel, kernel.py_func):
        state, record = empty_state(one.setup, 2_000), empty_record(15)
        for array in (state.animals.identity, state.animals.kind, state.animals.words, state.pool):
            array.fill(0)
        for array in (state.animals.patch, state.animals.inbreeding, state.dam, state.sire):
            array.fill(0)
        state.mate.fill(0)
        run.begin(one.setup, state, record, key)
        run.advance(one.setup, state, record, key, 0, 3)
        with np.errstate(over="ignore"):
            function(one.setup, state, Now(4, np.uint64(77)))
        states.append(state)
    for first, second in zip(*map(flat, states), strict=True):
        np.testing.assert_array_equal(first, second)


def flat(state):
    """Yield all arrays of a state."""
    for value in state:
        if isinstance(value, tuple):
            yield from flat(value)
        else:
            yield value


def test_the_whole_run_uncompiled_is_the_same_run():
    one = simulator(PATCHES)
    key, records = one.key(0, 0), []
    for function in (run.advance, run.advance.py_func):
        state, record = empty_state(one.setup, 2_000), empty_record(4)
        run.begin(one.setup, state, record, key)
        with np.errstate(over="ignore"):
            assert function(one.setup, state, record, key, 0, 4)
        records.append(record)
    for first, second in zip(*records, strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_share_of_no_load_changes_nothing():
    genes = {"loci": 4, "diploid_lethal_equivalents": 0.0}
    bare, loaded = BLOCK | {"genetics": genes}, BLOCK | {"genetics": genes | {"lethal_share": 0.5}}
    for one, other in zip(simulator(bare)(0, 0), simulator(loaded)(0, 0), strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_neutral_parameters_change_no_number():
    idle = {"catastrophe": [{"chance": 0.0, "survival": 0.1}], "harvest": [{"share": 0.0}]}
    bare = {key: value for key, value in BLOCK.items() if key not in idle}
    for one, other in zip(simulator(bare)(0, 0), simulator(bare | idle)(0, 0), strict=True):
        assert np.array_equal(one, other, equal_nan=True)
