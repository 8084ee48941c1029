"""Write saiga_strips.csv: a SIMULATED helicopter count of saiga on the Ustyurt.

No aerial count of the Ustyurt saiga was ever published with its strips. Density, group size and
detection are rows of models/parameters.csv; clumping and the error of estimates by eye are for the
simulation only and stand for no measurement.

Run: uv run python scenarios/surveys/make_saiga_strips.py
"""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips
from ustyurt_models.survey.read.strips import Strips

SEED = 20261122
STRATA = ("KAZ", "UZB")
#: Cells of the shipped landscape that are inside the plateau, by country [km2].
AREA_KM2 = (93775.0, 71050.0)
#: Flight lines by stratum and their mean length [km]; lengths vary by a fifth.
LINES = ((45, 130.0), (20, 110.0))
#: Whole counted width of a strip, both sides together [km].
WIDTH_KM = 0.8
#: For the simulation only: clumping of herds, eye estimates, share of herds photographed.
SPREAD, EYE_BIAS, EYE_ERROR, PHOTOGRAPHED = 0.9, 0.85, 0.25, 0.35

HEADER = """\
# title: SIMULATED helicopter strip count of saiga, Ustyurt
# status: simulated
# source: drawn from sai_dens_pan, sai_uz_total, sai_group_med, sai_aer_det of \
models/parameters.csv; made by the command `uv run python scenarios/surveys/make_saiga_strips.py`
# units: length=km, width=m, area=km2
# perception: sai_aer_det
# eye is the estimate by eye from the air, photo the count on a photograph where one was taken.
# A strip without saiga has one row without eye and photo. Width is both sides together.
# SIMULATED: no animal behind these rows was ever seen. Not evidence about saiga.
"""


def truth(catalogue: Catalogue) -> StripTruth:
    """Turn evidence into the parameters of the simulation."""

    def value(id: str) -> float:
        return float(catalogue[id].value or 0)

    size = catalogue["sai_group_med"]
    # Low and high are the smallest and largest group of some 900; about 3.1 sd to both sides.
    sd_log = math.log(float(size.high or 0) / float(size.low or 0)) / 6.2
    mean_size = value("sai_group_med") * math.exp(sd_log**2 / 2)
    animals = (value("sai_dens_pan"), value("sai_uz_total") / AREA_KM2[1])
    return StripTruth(
        density_per_km2=tuple(one / mean_size for one in animals),
        area_km2=AREA_KM2,
        spread=SPREAD,
        median_size=value("sai_group_med"),
        size_sd_log=sd_log,
        eye_bias=EYE_BIAS,
        eye_error=EYE_ERROR,
        photographed=PHOTOGRAPHED,
        found=value("sai_aer_det"),
    )


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.0f}"


def write(strips: Strips, path: Path) -> None:
    """Write one row per group; a strip without saiga has one row without sizes."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(HEADER)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["stratum", "area", "strip", "length", "width", "eye", "photo", "object"])
        for i, stratum in enumerate(strips.strip_stratum):
            line = [STRATA[stratum], f"{strips.area_km2[stratum]:g}", i + 1]
            line += [f"{strips.length_km[i]:.1f}", f"{strips.width_km[i] * 1000:.0f}"]
            groups = np.flatnonzero(strips.group_strip == i)
            for j in groups:
                out.writerow([*line, _cell(strips.eye[j]), _cell(strips.photo[j]), j + 1])
            if not groups.size:
                out.writerow([*line, "", "", ""])


def main() -> None:
    """Simulate the count and write it beside this script."""
    rng = generator(SEED, "saiga_strips")
    flown = tuple(
        (np.round(mean * rng.uniform(0.8, 1.2, count), 1), np.full(count, WIDTH_KM))
        for count, mean in LINES
    )
    strips, _ = simulate_strips(truth(load_catalogue()), flown, rng)
    write(replace(strips, stratum=STRATA), Path(__file__).with_name("saiga_strips.csv"))


if __name__ == "__main__":
    main()
