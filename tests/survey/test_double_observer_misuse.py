"""Double-observer surveys that are poor or wrong: an honest wide answer or a clear refusal."""

from dataclasses import replace

import numpy as np
import pytest
from double_observer_case import EFFORT, FULL, block, fit, simulated
from pydantic import ValidationError

from ustyurt_models.checks import InputError
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models.double_observer.data import survey_of
from ustyurt_models.survey.models.double_observer.simulate import (
    simulate_double_observer,
)


def faults_of(transects, **options):
    with pytest.raises(InputError) as caught:
        survey_of(transects, block(**options))
    return str(caught.value)


def test_observers_without_a_common_object_are_refused():
    seen = simulated().seen
    apart = np.stack([seen[:, 0], ~seen[:, 0]], axis=1)
    said = faults_of(replace(simulated(), seen=apart))
    assert "some objects must be seen by both observers" in said
    assert "do object numbers match between observers?" in said


def test_trial_without_trials_names_the_swap():
    only_first = np.tile([True, False], (simulated().seen.shape[0], 1))
    said = faults_of(
        replace(simulated(), seen=only_first), configuration="trial", mark_recapture="distance"
    )
    assert "observer 2 must have set trials" in said
    assert "observers swapped?" in said


def test_trial_has_no_effect_of_the_observer():
    said = faults_of(simulated(), configuration="trial")
    assert "must not name the observer" in said


def test_files_of_one_observer_are_refused():
    said = faults_of(replace(simulated(), seen=None))
    assert "needs columns that say who saw what" in said


def test_unknown_covariates_are_refused_with_advice():
    assert "must name columns of the survey; got 'brigt'" in faults_of(
        simulated(), mark_recapture="distance + brigt"
    )


def test_too_few_transects_for_random_weights_are_refused():
    short = simulate_double_observer(
        FULL, (np.full(2, 50.0), np.full(5, 50.0)), generator(5, "few")
    )
    said = faults_of(short, encounter="bootstrap")
    assert "stratum 'stratum_1': needs at least 3 transects" in said


def test_complete_separation_gives_a_finite_wide_posterior():
    """Every bright group was seen by both, every dull one by one observer only."""
    transects = simulated()
    bright = transects.covariates["bright"] > 0
    seen = np.where(bright[:, None], True, np.eye(2, dtype=bool)[np.arange(bright.size) % 2])
    tree = fit(replace(transects, seen=seen), block(independence="full"))
    drawn = tree["posterior"]
    assert np.all(np.isfinite(drawn["abundance_total"]))
    low, high = np.quantile(drawn["abundance_total"], [0.025, 0.975])
    assert high / low > 1.8
    odds = drawn["mark_odds_ratio"].sel(mark_term="bright")
    assert float(np.log(odds).std()) > 0.2


def test_one_recapture_among_few_groups_is_an_honest_wide_answer():
    few = simulate_double_observer(
        replace(FULL, group_density_per_km2=(0.06, 0.06)), EFFORT, generator(5, "few", 1)
    )
    seen = np.eye(2, dtype=bool)[np.arange(few.distance_m.size) % 2]
    seen[0] = True
    drawn = fit(replace(few, seen=seen), block(mark_recapture="distance"))["posterior"]
    low, high = np.quantile(drawn["abundance_total"], [0.025, 0.975])
    assert np.isfinite(high)
    assert high / low > 5


def test_stratum_without_detections_is_small_but_not_zero():
    empty = simulate_double_observer(
        replace(FULL, group_density_per_km2=(1.2, 0.0)), EFFORT, generator(5, "empty")
    )
    drawn = fit(empty, block())["posterior"]["group_abundance"].sel(stratum="stratum_2")
    assert 0 < float(drawn.quantile(0.975)) < 100


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"detection_on_line": (0.5, 0.7, 0.9)}, "it is what the two observers estimate"),
        ({"size_bias": True}, "sizes are weighted by detection"),
        ({"group_size": "mean"}, "'group_size' must be 'weighted'"),
        ({"distances": True}, "'distances' is for independence = 'full'"),
        ({"independence": "full", "scale": "bright"}, "'mark_recapture' says it all"),
        ({"independence": "full", "key": "hazard-rate"}, "'mark_recapture' says it all"),
    ],
)
def test_options_without_a_part_here_are_refused(options, said):
    with pytest.raises(ValidationError, match=said):
        block(**options)
