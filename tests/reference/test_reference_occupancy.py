"""Ovenbirds at 373 points: occupied sites and coefficients as other programs find them."""

import json
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.study.surveys import Occupancy, Sampler
from ustyurt_models.survey import fit_survey

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "hbef2015_oven"

pytestmark = pytest.mark.skipif(
    not (FOLDER / "reference.json").is_file(), reason="reference data are not beside this checkout"
)


@pytest.fixture(scope="module")
def fits():
    return json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))["fits"]


@pytest.fixture(scope="module")
def tree():
    block = Occupancy(
        file="sites.csv",
        visits="det{visit}",
        psi="elev + elev^2",
        detection="day + day^2 + tod",
    )
    return fit_survey(block, FOLDER, 20261122)


def test_occupied_sites_agree_with_unmarked_and_spoccupancy(tree, fits):
    found = tree["posterior"]["occupied_sites"].values
    peer = fits["spOccupancy_PGOcc"]["occupied_sites"]
    assert abs(found.mean() - peer["mean"]) < 0.25 * peer["sd"]
    assert found.std() == pytest.approx(peer["sd"], rel=0.15)
    assert abs(found.mean() - fits["occu_cov"]["total_empirical_bayes"]) < 0.25 * peer["sd"]
    assert tree.attrs["verdict"] == "pass"


def test_coefficients_agree_with_spoccupancy(tree, fits):
    rows = {(row["block"], row["name"]): row for row in fits["spOccupancy_PGOcc"]["posterior"]}
    posterior = tree["posterior"]
    ours = {("beta", "(Intercept)"): posterior["psi_intercept"]}
    ours |= {("alpha", "(Intercept)"): posterior["p_intercept"]}
    for term, name in {"elev": "elev", "elev^2": "I(elev^2)"}.items():
        ours["beta", name] = posterior["psi_effect"].sel(psi_term=term)
    for term, name in {"day": "day", "day^2": "I(day^2)", "tod": "tod"}.items():
        ours["alpha", name] = posterior["p_effect"].sel(p_term=term)
    assert set(ours) == set(rows)
    for key, draws in ours.items():
        off = abs(float(np.median(draws)) - rows[key]["q50"]) / rows[key]["sd"]
        assert off < 0.25, key
        assert float(draws.std()) == pytest.approx(rows[key]["sd"], rel=0.15), key


def test_likelihood_at_the_peers_maximum_is_the_peers(fits):
    block = Occupancy(file="sites.csv", visits="det{visit}", sampler=Sampler(engine="laplace"))
    draws = fit_survey(block, FOLDER, 1)["sample_stats"]["log_likelihood"]
    assert float(draws.max()) == pytest.approx(fits["occu_null"]["logLik"], abs=0.02)
    assert float(draws.max()) <= fits["occu_null"]["logLik"] + 1e-4
