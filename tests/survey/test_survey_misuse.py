"""Bad or thin surveys: a clear error or an honest wide posterior, never a crash or a NaN."""

from dataclasses import replace

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import LineTransect, Sampler
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.distance.data import prepare
from ustyurt_models.survey.models.distance.data import survey_of as prepared
from ustyurt_models.survey.models.distance.simulate import LineTransectTruth, simulate_line_transect
from ustyurt_models.survey.models.distance.survey_model import survey_model

QUICK = Sampler(engine="laplace", draws=250)


def block(**options):
    """A line-transect block with some options changed."""
    told = {"file": "-", "truncation": "400 m", "sampler": QUICK} | options
    return LineTransect(**told)


def fit_line_transect(survey, settings, sampler, seed):
    settings = settings.model_copy(update={"sampler": sampler})
    return fit_model(survey_model(prepared(survey, settings)), seed)


SETTINGS = block()
TRUTH = LineTransectTruth((0.4,), (1000.0,), 150.0, None, 400.0, 0.5, 2.0, 0.5)


def survey_of(transects=12, density=0.4):
    truth = replace(TRUTH, group_density_per_km2=(density,))
    return simulate_line_transect(truth, (np.full(transects, 30.0),), generator(8, "misuse"))


def without_detections(survey):
    nothing = {"detection_transect": np.empty(0, np.int64), "distance_m": np.empty(0)}
    return replace(survey, **nothing, size=np.empty(0, np.int64))


def totals(survey, settings=SETTINGS):
    tree = fit_line_transect(survey, settings, QUICK, 3)
    posterior = tree["posterior"].to_dataset()
    for name, variable in posterior.data_vars.items():
        assert np.all(np.isfinite(variable)), name
    return posterior["abundance_total"].values.ravel()


@pytest.mark.parametrize("key", ["half-normal", "hazard-rate"])
def test_no_detection_gives_a_wide_answer_near_zero(key):
    settings = block(key=key)
    none = totals(without_detections(survey_of()), settings)
    low, middle, high = np.quantile(none, [0.025, 0.5, 0.975])
    assert np.log10(high / low) > 3
    # Three groups would be the upper 95 % limit of a Poisson count of zero.
    assert middle < 3 / (360 * 2 * 0.1) * 1000 * 4


def test_one_transect_gives_a_wider_answer_than_many():
    def width(survey):
        low, high = np.quantile(totals(survey), [0.025, 0.975])
        return np.log(high / low)

    assert width(survey_of(transects=1)) > 1.5 * width(survey_of(transects=40))


def test_distances_in_kilometres_called_metres_are_refused():
    survey = survey_of()
    with pytest.raises(InputError, match="metres and kilometres mixed up"):
        prepare(replace(survey, distance_m=survey.distance_m / 1000), SETTINGS)


def test_distances_in_metres_called_kilometres_are_refused():
    survey = survey_of()
    with pytest.raises(InputError, match="most must lie within the truncation"):
        prepare(replace(survey, distance_m=survey.distance_m * 1000), SETTINGS)


def test_area_unknown_gives_densities_and_says_what_abundance_means():
    survey = replace(survey_of(), area_km2=np.array([np.nan]))
    data = prepare(survey, SETTINGS)
    assert not data.area_known
    assert data.area_km2 == pytest.approx(12 * 30.0 * 2 * 0.4)
    tree = fit_line_transect(survey, SETTINGS, QUICK, 3)
    assert tree["abundance"].attrs["area_basis"] == "searched"
    known = fit_line_transect(replace(survey, area_km2=np.array([50.0])), SETTINGS, QUICK, 3)
    assert known["abundance"].attrs["area_basis"] == "stratum"
    assert np.allclose(known["posterior"]["density_per_km2"], tree["posterior"]["density_per_km2"])


def test_area_of_one_stratum_only_is_refused_and_can_be_given():
    survey = survey_of()
    two = replace(survey, stratum=("stratum_1", "other"), area_km2=np.array([np.nan, 3.0]))
    with pytest.raises(InputError, match="must be known and > 0"):
        prepare(two, SETTINGS)
    given = SETTINGS.model_copy(update={"areas": {"stratum_1": 50.0}})
    assert prepare(two, given).area_km2.tolist() == [50.0, 3.0]


def test_area_of_an_unknown_stratum_is_refused():
    with pytest.raises(InputError, match="must name a stratum"):
        prepare(survey_of(), block(areas={"nowhere": "5 km2"}))


def test_cutpoints_that_do_not_start_at_zero_are_refused():
    bad = block(cutpoints=("10 m", "50 m", "400 m"))
    with pytest.raises(InputError, match="must start at 0 and increase"):
        prepare(survey_of(), bad)


def test_all_groups_of_one_animal_have_a_mean_size_near_one():
    survey = survey_of()
    single = replace(survey, size=np.ones_like(survey.size))
    tree = fit_line_transect(single, SETTINGS, QUICK, 3)
    assert 1 <= float(tree["posterior"]["mean_size"].median()) < 1.2


def test_a_stratum_without_detections_keeps_its_own_wide_answer():
    truth = replace(TRUTH, group_density_per_km2=(0.5, 1e-9), area_km2=(100.0, 100.0))
    lines = (np.full(12, 30.0), np.full(6, 30.0))
    survey = simulate_line_transect(truth, lines, generator(8, "two"))
    tree = fit_line_transect(survey, SETTINGS, QUICK, 3)
    abundance = tree["abundance"]["abundance"]
    assert float(abundance[:, 1].median()) < 0.1 * float(abundance[:, 0].median())
    assert np.all(np.isfinite(abundance))
