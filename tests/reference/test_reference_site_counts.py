"""Mallards and wood thrushes: numbers, likelihoods and coefficients as other programs have them."""

import json
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.study.surveys import NMixture, RoyleNichols
from ustyurt_models.survey import fit_survey

ROOT = Path(__file__).parents[3] / "shared" / "reference"
MALLARD = {"file": "sites.csv", "visits": "count{visit}", "animals": "length + elev + forest"}
MALLARD |= {"detection": "ivel + date + date^2"}

pytestmark = pytest.mark.skipif(
    not (ROOT / "mallard" / "reference.json").is_file(),
    reason="reference data are not beside this checkout",
)


def fits(name):
    return json.loads((ROOT / name / "reference.json").read_text(encoding="utf-8"))["fits"]


@pytest.mark.parametrize(
    ("family", "fit", "bayes", "parameters", "aic"),
    [
        ("poisson", "pcount_P", "spAbundance_NMix_Poisson", 8, 511.21),
        ("negative-binomial", "pcount_NB", "spAbundance_NMix_NB", 9, 477.57),
    ],
)
def test_mallards(family, fit, bayes, parameters, aic):
    tree = fit_survey(NMixture(family=family, **MALLARD), ROOT / "mallard", 20261122)
    peer, rows = fits("mallard")[bayes], {r["name"]: r for r in fits("mallard")[fit]["estimates"]}
    total = tree["posterior"]["abundance_total"].values
    assert abs(total.mean() - peer["total_N"]["mean"]) < 0.25 * peer["total_N"]["sd"]
    assert total.std() == pytest.approx(peer["total_N"]["sd"], rel=0.15)
    best = 2 * parameters - 2 * float(tree["sample_stats"]["log_likelihood"].max())
    assert aic - 0.01 < best < aic + 1.5  # draws come near the maximum, never above it
    effect = tree["posterior"]["lambda_effect"]
    scale = tree["effects"].to_dataset()["step"].values
    for i, name in enumerate(("length", "elev", "forest")):
        row = rows[f"lam({name})"]
        draws = effect.isel(lambda_term=i).values / scale[i]
        assert abs(np.median(draws) - row["estimate"]) < 0.25 * row["se"], name


def test_wood_thrushes_by_detections_alone():
    block = RoyleNichols(file="detections.csv", visits="visit{visit}")
    tree = fit_survey(block, ROOT / "woodthrush", 20261122)
    peer = fits("woodthrush")["RN_null"]
    for row, name in zip(peer["estimates"], ("lambda_intercept", "p_intercept"), strict=True):
        draws = tree["posterior"][name].values
        assert abs(np.median(draws) - row["estimate"]) < 0.25 * row["se"]
        assert draws.std() == pytest.approx(row["se"], rel=0.15)
    best = float(tree["sample_stats"]["log_likelihood"].max())
    assert best == pytest.approx(peer["logLik"], abs=0.02)
    assert best <= peer["logLik"] + 1e-3


def test_wood_thrushes_by_counts():
    block = NMixture(file="counts.csv", visits="visit{visit}")
    tree = fit_survey(block, ROOT / "woodthrush", 20261122)
    peer = fits("woodthrush")["pcount_P"]
    for row, name in zip(peer["estimates"], ("lambda_intercept", "p_intercept"), strict=True):
        draws = tree["posterior"][name].values
        assert abs(np.median(draws) - row["estimate"]) < 0.25 * row["se"]
    total = tree["posterior"]["abundance_total"].values
    assert abs(np.median(total) - peer["total_empirical_bayes"]) < 0.25 * total.std()
