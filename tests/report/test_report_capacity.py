import numpy as np
import pytest
import xarray as xr

from ustyurt_models.report.capacity import emergent_range, late_growth


def results(numbers):
    """Residents by future and year; cubs and dispersers are none."""
    numbers = np.asarray(numbers)
    cube = np.zeros((1, len(numbers), 1, numbers.shape[1], 2, 3))
    cube[0, :, 0, :, 0, 2] = numbers
    dims = ("scenario", "draw", "replicate", "year", "sex", "cheetah_stage")
    stages = {"scenario": ["here"], "cheetah_stage": ["cub", "disperser", "resident"]}
    return xr.Dataset({"cheetah_number": (dims, cube)}, coords=stages)


def test_growth_at_the_end_tells_what_was_reached_from_what_the_land_holds():
    growing = 10.0 * 1.05 ** np.arange(21)
    steady = np.full(21, 40.0)
    assert late_growth(results([growing]), "here") == pytest.approx(1.05)
    assert late_growth(results([steady]), "here") == pytest.approx(1.0)


def test_futures_that_lose_their_cheetahs_say_nothing_about_capacity():
    lost = np.r_[np.full(20, 30.0), 0.0]
    assert late_growth(results([lost]), "here") is None
    assert emergent_range(results([lost]), "here") is None
    both = results([lost, np.full(21, 40.0)])
    assert late_growth(both, "here") == pytest.approx(1.0)
    assert emergent_range(both, "here").median == 40.0
