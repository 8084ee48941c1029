"""How many other hunters a cheetah has around it."""

import numpy as np
import pytest
from cheetah_world import Colony, make_land

from ustyurt_models.ibm.cheetah_state import DISPERSER, new_scratch
from ustyurt_models.ibm.interference import count_hunters, rivals_per_km2


@pytest.mark.parametrize("cut", [1, 7, 30, 58])
def test_rivals_are_the_others_in_the_cells_of_the_largest_home_range(cut):
    rng = np.random.default_rng(20261122)
    land = make_land(17, 23, reach_km=21.0)
    land = land._replace(range_most=cut, inside=(rng.random(17 * 23) < 0.8).astype(np.uint8))
    colony = Colony(land)
    animals = colony.release(60, 0)
    colony.cheetahs.cell[animals] = rng.choice(np.flatnonzero(land.inside), len(animals))
    colony.cheetahs.stage[animals[:9]] = 0
    scratch = new_scratch(256, 2, land, 11)
    scratch.hunters[:] = 99
    count_hunters(colony.cheetahs, land, scratch)
    hunts = colony.cheetahs.stage[animals] >= DISPERSER
    for i in np.array(animals)[hunts]:
        y, x = divmod(int(colony.cheetahs.cell[i]), land.nx)
        yy, xx = y + land.offset_y[:cut], x + land.offset_x[:cut]
        on = (yy >= 0) & (yy < land.ny) & (xx >= 0) & (xx < land.nx)
        cells = (yy * land.nx + xx)[on]
        cells = cells[land.inside[cells] == 1]
        others = np.isin(colony.cheetahs.cell[animals][hunts], cells).sum() - 1
        expected = others / (cells.size * 25.0)
        assert rivals_per_km2.py_func(colony.cheetahs.cell[i], land, scratch) == expected
