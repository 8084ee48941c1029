"""Crossbills in 267 quadrats over nine years: likelihood and occupancy as unmarked has them."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.study.surveys import DynamicOccupancy
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.sites.data import load
from ustyurt_models.survey.models.sites.dynamic_results import smoothed
from ustyurt_models.survey.models.sites.predictors import flat_draws
from ustyurt_models.survey.models.sites.survey_model import survey_model

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "crossbill"

pytestmark = pytest.mark.skipif(
    not (FOLDER / "reference.json").is_file(), reason="reference data are not beside this checkout"
)


@pytest.fixture(scope="module")
def peer():
    fits = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))["fits"]
    return fits["covariates"]


@pytest.fixture(scope="module")
def model():
    block = DynamicOccupancy(
        file="sites.csv",
        visits="det{season:2}{visit}",
        psi="ele + ele^2 + forest",
        colonisation="forest",
        extinction="ele",
        detection="date + date^2",
    )
    return survey_model(load(block, FOLDER, None, Context()))


def at_the_peers_estimate(model, peer):
    """Return the peer's coefficients as one draw, for covariates centred over visits made.

    The peer centres dates over all entries; its quadratic in the date is the same in ours after
    a change of origin and scale.
    """
    found = {row["name"]: row["estimate"] for row in peer["estimates"]}
    date = model.data.p.design.variables["date"]
    rows = np.genfromtxt(FOLDER / "sites.csv", delimiter=",", names=True)
    every = np.concatenate([rows[name] for name in rows.dtype.names if name.startswith("date")])
    centre, scale = np.nanmean(every), np.nanstd(every, ddof=1)
    shift, ratio = (date.centre - centre) / scale, date.scale / scale
    b0, b1, b2 = (found[f"p({name})"] for name in ("Int", "date", "I(date^2)"))
    p = [b0 + b1 * shift + b2 * shift**2, ratio * (b1 + 2 * b2 * shift), ratio**2 * b2]
    psi = [found[f"psi({name})"] for name in ("ele", "I(ele^2)", "forest")]
    return {
        "psi_intercept": np.array([found["psi(Int)"]]),
        "psi_effect": np.array([psi]),
        "gamma_intercept": np.array([found["col(Int)"]]),
        "gamma_effect": np.array([[found["col(forest)"]]]),
        "epsilon_intercept": np.array([found["ext(Int)"]]),
        "epsilon_effect": np.array([[found["ext(ele)"]]]),
        "p_intercept": np.array([p[0]]),
        "p_effect": np.array([p[1:]]),
    }


def test_likelihood_at_the_peers_estimate_is_the_peers(model, peer):
    draws = at_the_peers_estimate(model, peer)
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_term",) * (v.ndim - 1)), v[None])
            for name, v in draws.items()
        }
    )
    assert set(flat_draws(posterior)) == set(draws)
    total = float(model.log_likelihood(posterior)[0].sum())
    assert total == pytest.approx(peer["logLik"], abs=0.01)
    assert 2 * 11 - 2 * total == pytest.approx(5017.32, abs=0.02)


def test_smoothed_occupancy_at_the_peers_estimate_is_the_peers(model, peer):
    found = smoothed(at_the_peers_estimate(model, peer), model.data)[0].mean(axis=0)
    assert found == pytest.approx(peer["smoothed_occupancy"], abs=1e-3)


def test_posterior_agrees_with_the_peer(model, peer):
    tree = fit_model(model, 20261122)
    rows = {row["name"]: row for row in peer["estimates"]}
    posterior = tree["posterior"]
    ours = {"psi(Int)": posterior["psi_intercept"], "col(Int)": posterior["gamma_intercept"]}
    ours |= {"ext(Int)": posterior["epsilon_intercept"], "p(Int)": posterior["p_intercept"]}
    ours["col(forest)"] = posterior["gamma_effect"].isel(gamma_term=0)
    ours["ext(ele)"] = posterior["epsilon_effect"].isel(epsilon_term=0)
    for name, draws in ours.items():
        off = abs(float(np.median(draws)) - rows[name]["estimate"]) / rows[name]["se"]
        assert off < 0.25, name
        assert float(draws.std()) == pytest.approx(rows[name]["se"], rel=0.15), name
    share = posterior["occupied_share"].mean(("chain", "draw")).values
    assert share == pytest.approx(peer["smoothed_occupancy"], abs=0.005)
