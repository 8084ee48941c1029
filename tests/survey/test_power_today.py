import json

import numpy as np
import pytest
import xarray as xr
from power_case import plan, today

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.seeds import generator
from ustyurt_models.study.power import Assumed
from ustyurt_models.study.surveys import LineTransect, Sampler
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.distance.data import survey_of
from ustyurt_models.survey.models.distance.survey_model import survey_model
from ustyurt_models.survey.power.lines import Lines, line_settings
from ustyurt_models.survey.power.today import Told, read_today, told_value


def told(catalogue=None, **assumed):
    return Told(catalogue, Assumed.model_validate_json(json.dumps(assumed)), 1)


@pytest.fixture(scope="module")
def fitted():
    design, truth = plan(), today(size=4.0)
    lines = Lines(design, truth, line_settings(None, design, truth))
    survey = lines.simulate(0, 1.0, generator(1, "today"))
    settings = LineTransect(
        file="-",
        truncation="500 m",
        key="hazard-rate",
        detection_on_line=(0.6, 0.7, 0.8),
        sampler=Sampler(engine="laplace", draws=100),
    )
    return fit_model(survey_model(survey_of(survey, settings)), 2)


def counts_only():
    """A posterior of a trend: abundance and nothing else."""
    density = np.linspace(0.5, 2.0, 50)[:, None]
    node = xr.Dataset(
        {
            "abundance": (("draw", "stratum"), density * 100.0),
            "density_per_km2": (("draw", "stratum"), density),
            "area_km2": ("stratum", [100.0]),
        },
        {"stratum": ["KAZ"]},
    )
    tree = xr.DataTree.from_dict({"abundance": node})
    tree.attrs["settings"] = '{"model": "trend"}'
    return tree


def test_draws_of_a_survey_keep_their_abundance(fitted):
    found = read_today(fitted, told(), "line_transect", "design")
    assert found.abundance == pytest.approx(fitted["abundance"]["abundance"].to_numpy())
    assert found.truncation_m == 500.0
    assert found.shape is not None
    assert not found.notes


def test_draws_stay_joint(fitted):
    # Wide strips go with low densities: the draw of one must not meet another's.
    found = read_today(fitted, told(), "line_transect", "design")
    half_width = fitted["posterior"]["esw_m"].to_numpy().ravel()
    assert np.array_equal(found.half_width_m, half_width)
    some = found.at(np.array([3, 1]))
    assert np.array_equal(some.half_width_m, half_width[[3, 1]])
    assert np.array_equal(some.spread, found.spread[[3, 1]])


def test_what_lines_miss_does_not_count_for_strips(fitted):
    lines = read_today(fitted, told(), "line_transect", "design")
    strips = read_today(fitted, told(found=0.9), "strip_counts", "design")
    assert np.median(lines.seen) == pytest.approx(0.7, abs=0.03)
    assert np.all(strips.seen == 0.9)
    assert strips.abundance == pytest.approx(lines.abundance)


def test_a_trend_tells_abundance_and_the_rest_is_assumed():
    catalogue = load_catalogue()
    assumed = told(catalogue, group_size=8, group_size_cv=1.0, spread=2, found="sai_aer_det")
    found = read_today(counts_only(), assumed, "strip_counts", "design")
    assert found.abundance[:, 0] == pytest.approx(np.linspace(50.0, 200.0, 50))
    assert found.mean_size == pytest.approx(8.0)
    assert np.all(found.spread == 2.0)
    assert 0.5 < np.median(found.seen) < 0.95
    assert found.half_width_m is None


def test_nothing_assumed_is_single_animals_without_clumping():
    found = read_today(counts_only(), told(), "strip_counts", "design")
    assert np.all(found.mean_size == 1.0)
    assert np.all(found.spread == 0.0)


def test_an_assumption_has_the_same_draws_in_every_design():
    catalogue = load_catalogue()
    first = read_today(counts_only(), told(catalogue, found="sai_aer_det"), "strip_counts", "a")
    other = told(catalogue, found="sai_aer_det", group_size="gaz_group")
    second = read_today(counts_only(), other, "strip_counts", "b")
    assert np.array_equal(first.seen, second.seen)


def test_a_detection_function_that_cannot_be_simulated_is_stood_in_for_and_said(fitted):
    settings = json.loads(fitted.attrs["settings"]) | {"key": "negative-exponential"}
    other = fitted.copy()
    other.attrs["settings"] = json.dumps(settings)
    found = read_today(other, told(), "line_transect", "design")
    assert found.shape is None
    assert "half-normal" in found.notes[0]
    assert np.array_equal(found.half_width_m, fitted["posterior"]["esw_m"].to_numpy().ravel())


def test_a_number_may_come_from_the_evidence():
    catalogue = load_catalogue()
    assert told_value(0.1, None, "here") == 0.1
    assert told_value("sai_trend_process", catalogue, "here") == 0.2
    with pytest.raises(InputError, match="needs the evidence"):
        told_value("sai_trend_process", None, "here")
