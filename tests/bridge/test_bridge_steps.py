import numpy as np
import pytest

from ustyurt_models.bridge.prey_land import prey_grid
from ustyurt_models.landscape.barriers import step_permeability
from ustyurt_models.landscape.land import load_land


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


@pytest.mark.parametrize("seed", range(5))
def test_classes_give_the_permeability_of_every_step(land, seed):
    grid, classes = prey_grid(land)
    rng = np.random.default_rng(seed)
    chance = dict(zip(classes.barriers, rng.choice([0.0, 0.2, 0.7, 1.0], 9), strict=True))
    by_class = classes.permeability(chance)[grid.step_class]
    exact = step_permeability(land, chance).reshape(8, -1)
    cells = np.flatnonzero(grid.inside)
    for k in range(8):
        here = cells[grid.inside[cells + grid.offset[k]] == 1]
        assert np.allclose(by_class[k, here], exact[k, here])
