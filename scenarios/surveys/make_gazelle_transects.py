"""Write gazelle_transects.csv: a SIMULATED vehicle survey of goitered gazelle on the Ustyurt.

No survey of this species on the Ustyurt with area, method and error is published. The densities,
group size and detectability are rows of models/parameters.csv; the effort, about 13,700 km, is
that of the vehicle survey of Mongolian gazelle in 2020 (13,895 km, row det_esw20).

Run: uv run python scenarios/surveys/make_gazelle_transects.py
"""

import csv
from pathlib import Path

import numpy as np

from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models.distance.simulate import (
    LineTransectTruth,
    scale_for_esw,
    simulate_line_transect,
    untruncated_mean_for,
)
from ustyurt_models.survey.read.distance import Transects

SEED = 20261122
STRATA = ("KAZ", "UZB", "TKM")
#: Cells of the shipped landscape that are inside the plateau, by country [km2].
AREA_KM2 = (93775.0, 71050.0, 35050.0)
#: Lines by stratum and their mean length [km]; lengths vary by a fifth.
LINES = ((80, 80.0), (65, 80.0), (35, 60.0))
TRUNCATION_M = 1200.0
#: Clumping among lines and of group size beyond Poisson, for the simulation only.
ENCOUNTER_SPREAD, SIZE_CV = 0.7, 0.7

HEADER = """\
# title: SIMULATED vehicle transects of goitered gazelle, Ustyurt
# status: simulated
# source: drawn from gaz_dens_now, gaz_group, det_gaz_esw, det_gaz_shape, det_gaz_mrds of \
models/parameters.csv by make_gazelle_transects.py
# units: distance=m, effort=km, area=km2
# strata: country
# detection_on_line: det_gaz_mrds
# SIMULATED: no animal behind these rows was ever seen. Not evidence about gazelles.
"""


def truth(catalogue: Catalogue) -> LineTransectTruth:
    """Turn evidence into the parameters of the simulation."""

    def value(id: str) -> float:
        return float(catalogue[id].value or 0)

    density = catalogue["gaz_dens_now"]
    sparse = float(np.sqrt((density.low or 0) * (density.value or 0)))  # TKM: gaz_turkm
    mean_size, shape = value("gaz_group"), value("det_gaz_shape")
    animals = np.array([density.value, density.value, sparse], float)
    return LineTransectTruth(
        group_density_per_km2=tuple(animals / mean_size),
        area_km2=AREA_KM2,
        sigma_m=scale_for_esw(value("det_gaz_esw"), shape, TRUNCATION_M),
        shape=shape,
        truncation_m=TRUNCATION_M,
        encounter_spread=ENCOUNTER_SPREAD,
        mean_size_untruncated=untruncated_mean_for(mean_size, SIZE_CV),
        size_cv=SIZE_CV,
        detection_on_line=value("det_gaz_mrds"),
    )


def write(survey: Transects, path: Path) -> None:
    """Write the flat file; a line without gazelles has one row with an empty distance."""
    columns = ["Region.Label", "Area", "Sample.Label", "Effort", "distance", "size", "object"]
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(HEADER)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        for i, (name, stratum) in enumerate(
            zip(survey.transect, survey.transect_stratum, strict=True)
        ):
            seen = np.flatnonzero(survey.detection_transect == i)
            area = f"{survey.area_km2[stratum]:g}"
            line = [survey.stratum[stratum], area, name.split("/")[1], f"{survey.effort[i]:.1f}"]
            for j in seen:
                out.writerow([*line, f"{survey.distance_m[j]:.0f}", survey.size[j], j + 1])
            if not seen.size:
                out.writerow([*line, "", "", ""])


def main() -> None:
    """Simulate the survey and write it beside this script."""
    rng = generator(SEED, "gazelle_transects")
    effort = tuple(np.round(mean * rng.uniform(0.8, 1.2, count), 1) for count, mean in LINES)
    survey = simulate_line_transect(truth(load_catalogue()), effort, rng, STRATA)
    write(survey, Path(__file__).with_name("gazelle_transects.csv"))


if __name__ == "__main__":
    main()
