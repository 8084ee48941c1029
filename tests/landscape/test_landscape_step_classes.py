import numpy as np
import pytest

from ustyurt_models.landscape.barriers import step_permeability
from ustyurt_models.landscape.land import load_land
from ustyurt_models.landscape.step_classes import step_classes


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


@pytest.mark.parametrize("seed", range(5))
def test_classes_give_the_permeability_of_every_step(land, seed):
    classes = step_classes(land)
    rng = np.random.default_rng(seed)
    chance = dict(zip(classes.barriers, rng.choice([0.0, 0.2, 0.7, 1.0], 9), strict=True))
    by_class = classes.permeability(chance)[classes.step_class]
    exact = step_permeability(land, chance).reshape(8, -1)
    inside = land["inside"].to_numpy().ravel()
    assert np.allclose(by_class[:, inside], exact[:, inside])


def test_open_barriers_change_nothing(land):
    classes = step_classes(land)
    assert (classes.permeability({}) == 1.0).all()
    assert classes.permeability(dict.fromkeys(classes.barriers, 0.0))[0] == 1.0
