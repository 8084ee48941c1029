"""Write gazelle_segments.csv: a SIMULATED vehicle survey of goitered gazelle, segment by segment.

No such survey is published. Mean density, group size and detectability are rows of
models/parameters.csv, as in make_gazelle_transects.py. Density follows forage and the distance to
water of the shipped landscape and a smooth random field; the strengths of these are made up.

Run: uv run python scenarios/surveys/make_gazelle_segments.py
"""

import csv
from pathlib import Path

import numpy as np
import pyproj
from make_gazelle_transects import SIZE_CV, TRUNCATION_M
from make_gazelle_transects import truth as line_truth

from ustyurt_models.bridge.survey_grid import survey_grid
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.landscape import load_land
from ustyurt_models.landscape.grid import unproject
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models.hierarchical.simulate import (
    Sites,
    SiteTruth,
    draw_field,
    simulate_sites,
)
from ustyurt_models.survey.read.survey_data import Transects

SEED = 20261122
#: Lines drawn at random, segments of each, and length of a segment [km]: about 12,000 km.
LINES, SEGMENTS, LENGTH_KM = 150, 5, 20.0
#: Change of log density per standard deviation of the covariate, and the field: made up.
EFFECTS = {"forage": 0.5, "distance_to_water": -0.4}
FIELD_SD, FIELD_LENGTH_KM = 0.8, 120.0

HEADER = """\
# title: SIMULATED vehicle survey of goitered gazelle by segments, Ustyurt
# status: simulated
# source: drawn from gaz_dens_now, gaz_group, det_gaz_esw, det_gaz_shape, det_gaz_mrds of \
models/parameters.csv by make_gazelle_segments.py
# units: distance=m, effort=km
# kind: line
# detection_on_line: det_gaz_mrds
# SIMULATED: no animal behind these rows was ever seen. Not evidence about gazelles.
"""


def middles_m(place_m: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lay lines at random; return the middles of segments on cells [m], shape (segment, 2)."""
    start = place_m[rng.choice(len(place_m), LINES, replace=False)]
    bearing = rng.uniform(0.0, np.pi, LINES)
    along = (np.arange(SEGMENTS) - (SEGMENTS - 1) / 2) * LENGTH_KM * 1000.0
    ways = np.stack([np.cos(bearing), np.sin(bearing)], axis=1)
    middle = (start[:, None] + along[:, None] * ways[:, None]).reshape(-1, 2)
    gap = np.abs(middle[:, None] - place_m[None]).max(axis=-1).min(axis=1)
    return middle[gap <= 2500.0]


def simulate(rng: np.random.Generator) -> tuple[Transects, np.ndarray]:
    """Survey the simulated gazelles; return what was seen and the projection's coordinates."""
    land = load_land("ustyurt_5km")
    grid = survey_grid(land)
    place_m = np.column_stack([grid["x_m"].to_numpy(), grid["y_m"].to_numpy()])
    middle = middles_m(place_m, rng)
    cell = np.abs(middle[:, None] - place_m[None]).max(axis=-1).argmin(axis=1)
    log_density = draw_field(middle / 1000.0, FIELD_SD, FIELD_LENGTH_KM, rng)
    for name, effect in EFFECTS.items():
        layer = grid[name].to_numpy()
        log_density += effect * (layer[cell] - layer.mean()) / layer.std()
    known = line_truth(load_catalogue())
    # Detection on the line below one is put into density: the survey does not see it.
    mean = known.group_density_per_km2[0] * known.detection_on_line
    density = np.exp(log_density)
    told = SiteTruth(
        mean * density / density.mean(),
        DetectionForm("hazard-rate", TRUNCATION_M),
        np.full(len(middle), known.sigma_m),
        shape=float(known.shape or 0.0),
        mean_size_untruncated=known.mean_size_untruncated,
        size_cv=SIZE_CV,
    )
    effort = np.round(LENGTH_KM * rng.uniform(0.8, 1.0, len(middle)), 1)
    crs = pyproj.CRS.from_wkt(land["spatial_ref"].attrs["crs_wkt"])
    degrees = np.column_stack(unproject(crs, middle[:, 0], middle[:, 1]))
    return simulate_sites(told, Sites(effort), rng), degrees


def write(survey: Transects, degrees: np.ndarray, path: Path) -> None:
    """Write the flat file; a segment without gazelles has one row with an empty distance."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(HEADER)
        out = csv.writer(file, lineterminator="\n")
        columns = ["Sample.Label", "Effort", "longitude", "latitude", "distance", "size", "object"]
        out.writerow(columns)
        for i, (lon, lat) in enumerate(degrees):
            segment = [i + 1, f"{survey.effort[i]:.1f}", f"{lon:.4f}", f"{lat:.4f}"]
            seen = np.flatnonzero(survey.detection_transect == i)
            for j in seen:
                out.writerow([*segment, f"{survey.distance_m[j]:.0f}", survey.size[j], j + 1])
            if not seen.size:
                out.writerow([*segment, "", "", ""])


def main() -> None:
    """Simulate the survey and write it beside this script."""
    survey, degrees = simulate(generator(SEED, "gazelle_segments"))
    write(survey, degrees, Path(__file__).with_name("gazelle_segments.csv"))


if __name__ == "__main__":
    main()
