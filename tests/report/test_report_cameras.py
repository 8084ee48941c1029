"""What the report says of a camera survey."""

from dataclasses import replace

import numpy as np

from ustyurt_models.report.chapters.survey_detection import detection_table
from ustyurt_models.report.chapters.survey_opening import opening
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import CameraEncounter, TimeToEvent
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.encounter.data import survey_of
from ustyurt_models.survey.models.encounter.simulate import EncounterTruth, simulate_encounters
from ustyurt_models.survey.models.encounter.simulate_events import simulate_waits
from ustyurt_models.survey.models.encounter.survey_model import survey_model


def waits_result():
    seen = simulate_waits(EncounterTruth((2.0,), spread=0.5), 60, 25, generator(5, "waits"))
    seen = replace(seen, hour=np.linspace(0, 23, 100), hour_site=np.repeat(np.arange(25), 4))
    block = TimeToEvent(
        file="cameras.zip",
        areas={"stratum_1": "500 km2"},
        speed_m_per_s=(0.2, 0.3, 0.4),
        activity="data",
        radius_m=(8.0, 10.0, 12.0),
        angle_deg=(35.0, 42.0, 50.0),
        sampler={"engine": "laplace"},
    )
    tree = fit_model(survey_model(survey_of(seen, block)), 1)
    tree.attrs |= {"status": "simulated", "source": "none", "species": "goitered_gazelle"}
    return SurveyResult.of("waits", tree)


def test_a_chapter_of_waiting_cameras_has_design_assumptions_and_what_it_rests_on():
    survey = waits_result()
    part = survey_part(survey)
    said = str(part)
    titles = [one.title for one in part.parts]
    assert "What the density of the cameras takes for granted" in titles
    assert "Beside the model: the estimate by design" in titles
    for words in ("days waited", "bait", "waiting is exponential", "groups per day waited"):
        assert words in said, words
    assert "transects" not in said.replace("transects'", "")
    rests = {row[0]: row[3] for row in detection_table(survey).rows}
    assert rests["share of the day that animals are active"] == "the hours of the passages"
    assert rests["area in view of a camera"] == "radius and angle"


def test_the_report_says_how_much_was_watched_and_what_density_rests_on():
    rng = generator(5, "report")
    seen = simulate_encounters(EncounterTruth((2.0,)), (np.full(30, 40.0),), rng)
    block = CameraEncounter(
        file="cameras.zip",
        areas={"stratum_1": "500 km2"},
        day_range_km=(5.0, 8.0, 13.0),
        radius_m="data",
        angle_deg=(35.0, 42.0, 50.0),
        sampler={"engine": "laplace"},
    )
    tree = fit_model(survey_model(survey_of(seen, block)), 1)
    tree.attrs |= {"status": "simulated", "source": "none", "species": "goitered_gazelle"}
    survey = SurveyResult(
        "cameras", "goitered_gazelle", "camera_encounter", "cameras.zip", "simulated", False, tree
    )
    said = " ".join(str(one) for one in opening(survey))
    assert f"from {int(seen.events.sum())} passages in 1" in said.replace("\u202f", "")
    assert "at 30 sites" in said
    rests = {row[0]: row[3] for row in detection_table(survey).rows}
    assert rests["effective radius of the camera"] == "distances measured in the pictures"
    assert "belief in the study file" in rests["day range: how far a group moves in a day"]
    assert "belief in the study file" in rests["effective angle of the camera"]
