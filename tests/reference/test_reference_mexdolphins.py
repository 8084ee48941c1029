"""Dolphins of the Gulf: our surface beside those of dsm; skipped without data."""

import json
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.study.surveys import DensitySurface
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.registry import load_survey, model_of

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "mexdolphins"

pytestmark = pytest.mark.skipif(
    not (FOLDER / "reference.json").is_file(), reason="reference data are not beside this checkout"
)


def block(**options):
    units = {"distance_unit": "m", "effort_unit": "m", "area_unit": "m2"}
    return DensitySurface(**({"file": ".", "grid": "grid.csv"} | units | options))


def test_segments_and_cells_are_what_the_file_says():
    model = model_of(load_survey(block(), FOLDER, None, Context()))
    data, cells = model.survey.data, model.places.cells
    assert data.effort.size == 387
    assert data.effort.sum() == pytest.approx(8334.2, abs=0.1)
    assert data.truncated.distance_m.size == 47
    assert cells.count == 1374
    # The peer counts square metres, we square kilometres.
    assert cells.area_km2.sum() == pytest.approx(372_679.5, abs=0.1)
    # Distances between sites on our equal-area map are those of the file's own projection.
    theirs = np.genfromtxt(FOLDER / "segments.csv", delimiter=",", names=True, usecols=(2, 3))
    own = np.linalg.norm(model.places.site_km[:-1] - model.places.site_km[1:], axis=1)
    gap = np.hypot(np.diff(theirs["x"]), np.diff(theirs["y"])) / 1000.0
    assert np.abs(own / gap - 1.0).max() < 0.06


@pytest.mark.slow
def test_total_agrees_with_dsm_once_detection_is_the_same():
    nuts = {"engine": "nutpie", "draws": 400, "tune": 500, "chains": 2}
    model = model_of(load_survey(block(key="hazard-rate", sampler=nuts), FOLDER, None, Context()))
    posterior = fit_model(model, 1)["posterior"].to_dataset()
    fits = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))["fits"]
    total = posterior["abundance_total"]
    # The peer's hazard-rate has shape 1, its lower limit, and mean detection 0.59; ours has more.
    assert float(posterior["p_detect"].median()) > fits["nb_xy"]["detection"]["average_p"]
    scaled = float((total * posterior["p_detect"]).median())
    scaled /= fits["nb_xy"]["detection"]["average_p"]
    assert abs(scaled - fits["nb_xy"]["total_abundance"]) < 0.25 * fits["nb_xy"]["se"]
    for name, limit in (("nb_xy", 0.5), ("quasipoisson_xy", 1.0), ("tweedie_xy_depth", 1.0)):
        peer = fits[name]
        assert abs(float(total.median()) - peer["total_abundance"]) < limit * peer["se"]
        low, high = np.quantile(total, [0.025, 0.975])
        assert low < peer["total_abundance"] < high
