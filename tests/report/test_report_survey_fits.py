"""Real fits through the report: what the survey models write is what the report reads."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.report.chapters.surveys import inventory, survey_part
from ustyurt_models.report.content import Figure, Section, Table
from ustyurt_models.report.figures.survey_detection import curve_from
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.tables import frame
from ustyurt_models.report.words import shown_number
from ustyurt_models.resources import scenarios_dir
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import (
    DensitySurface,
    DoubleObserver,
    HierarchicalDistance,
    JointSurvey,
    LineTransect,
    PointTransect,
    Sampler,
    StripCounts,
)
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model, fit_survey
from ustyurt_models.survey.models.distance.data import survey_of as measured
from ustyurt_models.survey.models.distance.simulate_points import DistanceTruth, simulate_transects
from ustyurt_models.survey.models.distance.survey_model import survey_model as distance_model
from ustyurt_models.survey.models.double_observer.data import survey_of as marked
from ustyurt_models.survey.models.double_observer.simulate import (
    DoubleObserverTruth,
    simulate_double_observer,
)
from ustyurt_models.survey.models.double_observer.survey_model import survey_model as marks_model
from ustyurt_models.survey.models.hierarchical.data import survey_of as counted
from ustyurt_models.survey.models.hierarchical.simulate import (
    Sites,
    SiteTruth,
    draw_field,
    simulate_sites,
)
from ustyurt_models.survey.models.hierarchical.survey_model import survey_model as sites_model
from ustyurt_models.survey.models.joint.simulate import JointTruth, simulate_posteriors
from ustyurt_models.survey.models.strip.data import survey_of as striped
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips
from ustyurt_models.survey.models.strip.survey_model import survey_model as strip_model
from ustyurt_models.survey.read.grid import GridTable

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


def test_points_show_the_band_of_their_distances(tmp_path):
    form = DetectionForm("half-normal", 100.0, 0.0, True)
    truth = DistanceTruth((400.0,), (10.0,), form, sigma_m=45.0, observers={"ann": 1.0, "bo": 1.4})
    survey = simulate_transects(truth, (np.ones(60),), generator(5, "report"))
    block = PointTransect(
        file="-", truncation="100 m", group_size="single", scale="observer", sampler=QUICK
    )
    tree = fit_model(distance_model(measured(survey, block)), 5)
    part = part_of(tree, tmp_path)
    (picture,) = (b for b in part.walk() if isinstance(b, Figure) and b.name == "detection_one")
    assert picture.columns == 2
    assert "Average over the covariates" in picture.caption
    assert curve_from(tree["detection"].to_dataset()).density.low.max() > 0
    (effect,) = tables(part)["effects_one"].to_dict("records")
    assert (effect["multiplies"], effect["covariate"]) == ("scale of detection", "observer[bo]")


def plots(rng, side_km=60.0, sites=90):
    """Return sites on cells of 5 km, the cells, and forage that doubles density."""
    middle = np.arange(2.5, side_km, 5.0)
    place = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
    forage = 300.0 + 90.0 * rng.standard_normal(len(place))
    chosen = np.sort(rng.choice(len(place), sites, replace=False))
    log_density = np.log(2.5) + 0.5 * (forage - 300.0) / 90.0
    log_density += draw_field(place, 0.5, 25.0, rng)
    truth = SiteTruth(
        np.exp(log_density)[chosen], DetectionForm("half-normal", 400.0), np.full(sites, 180.0)
    )
    known = Sites(
        np.full(sites, 2.0), {"forage": forage[chosen]}, 1000.0 * place[chosen], "projected", 3600.0
    )
    grid = GridTable(
        1000.0 * place,
        "projected",
        np.full(len(place), 25.0),
        np.where(place[:, 1] > side_km / 2, "north", "south"),
        {"forage": forage},
        {},
        {"forage": "kg ha-1"},
    )
    survey = simulate_sites(truth, known, rng)
    return survey, grid, float(np.std(forage[chosen], ddof=1))


def test_hierarchical_fit_shows_covariates_in_their_unit(tmp_path):
    survey, _, deviation = plots(generator(5, "report plots"))
    survey = replace(
        survey, header=survey.header | {"units": "distance=m, effort=km, forage=kg ha-1"}
    )
    block = HierarchicalDistance(
        file="-",
        truncation="400 m",
        group_size="single",
        density="forage",
        family="negative-binomial",
        sampler=QUICK,
    )
    part = part_of(fit_model(sites_model(counted(survey, block)), 5), tmp_path)
    assert {"detection_one", "effects_one"} <= figures(part)
    assert "cells_one" not in tables(part)
    (effect,) = tables(part)["effects_one"].to_dict("records")
    assert (effect["multiplies"], effect["covariate"]) == ("density", "forage")
    assert effect["for"].endswith("kg per ha more")
    assert effect["standard deviation"] == f"{shown_number(deviation)} kg per ha"
    assert effect["ratio, 95 % low"] > 1.0
    found = tables(part)
    assert {"abundance_one", "predictive_one", "method_one", "sensitivity_one"} <= set(found)


def test_surface_fit_shows_its_map_and_zones(tmp_path):
    survey, grid, _ = plots(generator(6, "report plots"))
    beyond = grid.covariates["forage"].copy()
    beyond[:20] += 2000.0
    block = DensitySurface(
        file="-",
        truncation="400 m",
        group_size="single",
        density="forage",
        family="poisson",
        length_scale="30 km",
        basis=5,
        sampler=Sampler(engine="preview", draws=250),
    )
    shifted = replace(grid, covariates={"forage": beyond})
    tree = fit_model(sites_model(counted(survey, block, own_grid=shifted)), 5)
    part = part_of(tree, tmp_path)
    assert {"surface_one", "detection_one", "effects_one"} <= figures(part)
    zones = tables(part)["cells_one"].set_index("zone")
    assert list(zones.index) == ["north", "south"]
    assert list(zones["cells"]) == [72, 72]
    assert zones["extrapolated share of the area"]["south"] >= 20 / 72
    animals = tables(part)["abundance_one"].set_index("stratum")["abundance, median [animals]"]
    for zone in ("north", "south"):
        assert zones["abundance, median [animals]"][zone] == pytest.approx(animals[zone], rel=0.01)
    (effect,) = tables(part)["effects_one"].to_dict("records")
    assert effect["for"].endswith("kg per ha more")
    text = re.sub(r"<[^>]*>", " ", fragment(part))
    assert "PREVIEW" in text
    beyond = tree["cells"].attrs["cells_extrapolated"]
    assert beyond >= 20
    assert f"({beyond} of 144 cells) lies outside what was surveyed" in " ".join(text.split())
