"""Real fits through the report: what the survey models write is what the report reads."""

import re
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.evidence import load_catalogue
from ustyurt_models.report.chapters.surveys import inventory, survey_part
from ustyurt_models.report.content import Figure, Section, Table
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.tables import frame
from ustyurt_models.resources import scenarios_dir
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import (
    DoubleObserver,
    JointSurvey,
    LineTransect,
    Sampler,
    StripCounts,
)
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model, fit_survey
from ustyurt_models.survey.models.double_observer.data import survey_of as marked
from ustyurt_models.survey.models.double_observer.simulate import (
    DoubleObserverTruth,
    simulate_double_observer,
)
from ustyurt_models.survey.models.double_observer.survey_model import survey_model as marks_model
from ustyurt_models.survey.models.joint.simulate import JointTruth, simulate_posteriors
from ustyurt_models.survey.models.strip.data import survey_of as striped
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips
from ustyurt_models.survey.models.strip.survey_model import survey_model as strip_model

QUICK = Sampler(engine="laplace", draws=250)


def part_of(tree, folder: Path) -> Section:
    """Store a posterior, read it back as a report does, and write its part."""
    path = save_posterior(tree, folder / "survey.nc")
    part = survey_part(SurveyResult.of("one", load_posterior(path)))
    text = re.sub(r"<[^>]*>", " ", fragment(part))
    assert not re.findall(r"\b(?:nan|inf)\b", text)
    return part


def tables(part):
    return {block.name: frame(block) for block in part.walk() if isinstance(block, Table)}


def figures(part):
    return {block.name for block in part.walk() if isinstance(block, Figure)}


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    block = LineTransect(
        file="surveys/gazelle_transects.csv",
        species="goitered_gazelle",
        truncation="800 m",
        key="hazard-rate",
        candidates=("half-normal",),
        sampler=QUICK,
    )
    tree = fit_survey(block, scenarios_dir(), 5, load_catalogue())
    return part_of(tree, tmp_path_factory.mktemp("lines"))


def test_lines_show_detection_design_keys_priors_and_checks(lines):
    assert [part.title for part in lines.parts] == [
        "What is detected",
        "Beside the model: the estimate by design",
        "Which detection function",
        "How much the priors matter",
        "How the fit was checked",
        "How it was done",
    ]
    assert figures(lines) == {"detection_one", "qq_one", "design_one", "comparison_one"}
    assert "SIMULATED" in " ".join(getattr(block, "text", "") for block in lines.blocks)


def test_lines_give_animals_and_groups_and_every_predictive_check(lines):
    found = tables(lines)
    animals, groups = found["abundance_one"], found["groups_one"]
    assert list(animals["stratum"]) == ["KAZ", "UZB", "TKM", "total"]
    ratio = animals["abundance, median [animals]"] / groups["abundance, median [groups]"]
    assert ratio.to_numpy() == pytest.approx(groups["size, median [animals per group]"], rel=0.1)
    checks = " ".join(found["predictive_one"]["check"])
    for name in ("chi-square", "Cramer-von Mises", "Freeman-Tukey", "dispersion"):
        assert name in checks
    assert list(found["comparison_one"]["detection function"]) == [
        "hazard-rate (used)",
        "half-normal",
    ]


def test_two_observers_show_what_each_sees_of_the_others(tmp_path):
    truth = DoubleObserverTruth(
        group_density_per_km2=(1.2,),
        area_km2=(3000.0,),
        truncation_m=300.0,
        logit_on_line=(1.2, 0.6),
        slope_per_m=-0.012,
    )
    survey = simulate_double_observer(truth, (np.full(12, 20.0),), generator(5, "report"))
    block = DoubleObserver(
        file="-", truncation="300 m", mark_recapture="distance + observer", sampler=QUICK
    )
    part = part_of(fit_model(marks_model(marked(survey, block)), 5), tmp_path)
    assert {"observers_one", "effects_one", "design_one", "qq_one"} <= figures(part)
    basis = tables(part)["detection_one"].set_index("quantity")["rests on"]
    assert (
        basis["g(0): chance to detect at distance zero"] == "what each observer saw of the other's"
    )
    effects = tables(part)["effects_one"]
    assert set(effects["multiplies"]) == {"odds of detection"}


def test_strips_show_jolly_and_photographs(tmp_path):
    truth = StripTruth((0.1,), (8000.0,), 0.8, 8.0, 1.0, 0.8, 0.25, 0.4)
    strips = ((np.full(20, 50.0), np.full(20, 0.4)),)
    survey = simulate_strips(truth, strips, generator(5, "report"))[0]
    block = StripCounts(file="-", sampler=QUICK)
    part = part_of(fit_model(strip_model(striped(survey, block)), 5), tmp_path)
    found = tables(part)
    assert {"photo_one", "design_one"} <= figures(part)
    assert len(found["jolly_one"]) == 3
    assert "area of strips [km²]" in found["design_animals_one"]
    assert set(found["predictive_one"]["check"]) >= {"strips, Freeman-Tukey", "strips, dispersion"}


def test_joint_surveys_are_shown_alone_first(tmp_path):
    truth = JointTruth(
        (5000.0,), (8000.0,), {"air": (0.2, 0.1), "lines": (0.15, 0.15)}, {"air": 0.3}
    )
    trees = simulate_posteriors(truth, generator(4, "report"), 1000)
    block = JointSurvey(surveys=("air", "lines"), reference="lines", sampler=QUICK)
    for name, tree in trees.items():
        tree.attrs |= {"survey_file": f"{name}.csv", "survey_digest": name, "status": "simulated"}
    trees["lines"].attrs["status"] = "real"
    tree = fit_survey(block, Path(), 5, None, Context(others=trees))
    (row,) = frame(inventory([SurveyResult.of("one", tree)])).to_dict("records")
    assert (row["file"], row["data are"]) == ("air.csv and lines.csv", "SIMULATED")
    part = part_of(tree, tmp_path)
    alone = tables(part)["surveys_one"]
    assert list(alone["file"]) == ["air.csv", "lines.csv"]
    assert list(alone["data are"]) == ["SIMULATED", "real"]
    method = tables(part)["method_one"].set_index("option")["as used"]
    assert method["digest of the files pooled"] == tree.attrs["survey_digest"] != ""
    assert [one.title for one in part.parts[:2]] == [
        "Each survey alone, before pooling",
        "All together",
    ]
    assert {"surveys_one", "conflict_one"} <= set(tables(part))
