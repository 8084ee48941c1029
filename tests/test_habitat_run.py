"""From visits over a map of occupancy to habitat, start and report, by the real command."""

import csv

import numpy as np
import pyproj
import pytest
from scipy.spatial import cKDTree

from command_line import DEMO, ustyurt
from ustyurt_models.batch.results import open_maps
from ustyurt_models.bridge.survey_map import survey_map
from ustyurt_models.landscape import load_land
from ustyurt_models.survey import load_posterior

pytestmark = pytest.mark.slow
_SITES, _VISITS = 150, 4
_SIDE_M, _UTM = 8000.0, 32640
_STUDY = """
extends = "{demo}"
title   = "Occupancy as habitat"
years   = 2
draws   = 3
drop    = ["criteria", "sweep", "release", "observation", "management", "survey.goitered_gazelle"]

[survey.signs]
model   = "occupancy"
file    = "signs.csv"
species = "goitered_gazelle"
psi     = "forage"
{cells}
sampler = {{ engine = "laplace", draws = 500, chains = 2 }}

[prey.goitered_gazelle]
start       = 3000
places      = "survey:signs"
suitability = "survey:signs"

[criteria]
prey = "P(goitered_gazelle below start in year 2) <= 0.5"

[output]
map_years = [2027]
"""


def write_signs(path):
    """Write visits to sites where occupancy rises with forage; return forage of the landscape."""
    land = load_land("ustyurt_5km")
    rng = np.random.default_rng(8)
    inside = np.flatnonzero(land["inside"].to_numpy().ravel())
    forage = land["forage"].to_numpy().ravel().astype(float)
    z = (forage - forage[inside].mean()) / forage[inside].std()
    sites = rng.choice(inside, _SITES, replace=False)
    occupied = rng.random(_SITES) < 1.0 / (1.0 + np.exp(-1.5 * z[sites]))
    seen = occupied[:, None] & (rng.random((_SITES, _VISITS)) < 0.5)
    lon, lat = (land[name].to_numpy().ravel()[sites] for name in ("lon", "lat"))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["site", "longitude", "latitude", *(f"y.{k + 1}" for k in range(_VISITS))])
        for k in range(_SITES):
            place = [f"{lon[k]:.5f}", f"{lat[k]:.5f}"]
            table.writerow([f"s{k}", *place, *seen[k].astype(int)])
    return forage[inside]


def write_cells(path):
    """Write a grid of its own over the landscape: coarse, in another projection."""
    land = load_land("ustyurt_5km")
    inside = land["inside"].to_numpy().ravel()
    move = pyproj.Transformer.from_crs(4326, _UTM, always_xy=True)
    degrees = (land[name].to_numpy().ravel()[inside] for name in ("lon", "lat"))
    centre = np.column_stack(move.transform(*degrees))
    forage = land["forage"].to_numpy().ravel()[inside].astype(float)
    ends = zip(centre.min(axis=0) - _SIDE_M, centre.max(axis=0) + _SIDE_M, strict=True)
    axes = [np.arange(low, high, _SIDE_M) for low, high in ends]
    place = np.array([(x, y) for x in axes[0] for y in axes[1]])
    away, below = cKDTree(centre).query(place)
    near = away < 2.0 * _SIDE_M
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# crs: EPSG:{_UTM}\n# units: area=km2\n")
        table = csv.writer(file)
        table.writerow(["x", "y", "area", "forage"])
        for (x, y), value in zip(place[near], forage[below[near]], strict=True):
            table.writerow([f"{x:.0f}", f"{y:.0f}", _SIDE_M**2 / 1e6, f"{value:.3f}"])


@pytest.mark.parametrize("cells", ["map = true", 'grid = "cells.csv"'])
def test_occupancy_of_cells_sets_habitat_and_start_of_a_whole_run(tmp_path, cells):
    forage = write_signs(tmp_path / "signs.csv")
    own = "grid" in cells
    if own:
        write_cells(tmp_path / "cells.csv")
    study = tmp_path / "study.toml"
    study.write_text(_STUDY.format(demo=DEMO, cells=cells), encoding="utf-8")
    done = ustyurt("run", study, "--output", tmp_path / "out", "--workers", 1)
    assert done.returncode == 0, done.stderr[-3000:]
    maps = open_maps(tmp_path / "out")
    seen = maps["map_prey"].sel(species="goitered_gazelle").isel(scenario=0, map_year=0)
    animals = seen.to_numpy().ravel()
    assert animals.sum() == 3000 * maps.attrs["runs"]
    posterior = load_posterior(tmp_path / "out" / "posteriors" / "signs.nc")
    if own:
        laid = survey_map("signs", posterior, 1, 1, load_land("ustyurt_5km"))
        assert "cells of 8 km" in laid.resampled
        mean = laid.value.mean(axis=0)
    else:
        mean = posterior["occupancy_cells"]["psi"].mean("draw").to_numpy()
    assert np.corrcoef(mean, forage)[0, 1] > 0.8
    rich = mean > np.median(mean)
    expected = mean[rich].sum() / mean.sum()
    assert animals[rich].sum() / animals.sum() == pytest.approx(expected, abs=0.05)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "signs" in page
    assert ("averaged by shared area" in page) == own
