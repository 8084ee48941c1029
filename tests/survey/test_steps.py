"""Effects say what one step of the covariate is, in its own unit."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import (
    DensitySurface,
    DoubleObserver,
    HierarchicalDistance,
    LineTransect,
    Sampler,
)
from ustyurt_models.survey.covariates import Design
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.distance import data as distance
from ustyurt_models.survey.models.distance.simulate_points import DistanceTruth, simulate_transects
from ustyurt_models.survey.models.distance.survey_model import survey_model
from ustyurt_models.survey.models.double_observer import data as marked
from ustyurt_models.survey.models.double_observer.simulate import (
    DoubleObserverTruth,
    simulate_double_observer,
)
from ustyurt_models.survey.models.double_observer.survey_model import survey_model as marks_model
from ustyurt_models.survey.models.hierarchical import data as sites
from ustyurt_models.survey.models.hierarchical.nodes import effects_node
from ustyurt_models.survey.models.hierarchical.places import place
from ustyurt_models.survey.models.hierarchical.simulate import Sites, SiteTruth, simulate_sites
from ustyurt_models.survey.read.grid import GridTable
from ustyurt_models.survey.steps import Step, covariate_units, steps_of

QUICK = Sampler(engine="laplace", draws=100)


def test_steps_are_those_of_numbers_and_their_powers():
    table = {
        "wind": np.array([1.0, 3.0, 8.0]),
        "elevation_m": np.array([100.0, 200.0, 400.0]),
        "bare": np.array([0.0, 1.0, 5.0]),
        "who": np.array(["a", "b", "a"]),
    }
    design = Design.learn("wind + wind^2 + elevation_m + bare + who + wind:who", table, "x")
    steps = steps_of(design.names, design.variables, covariate_units("wind=m/s, bare="))
    wind = float(np.std(table["wind"], ddof=1))
    assert steps["wind"] == steps["wind^2"] == Step(pytest.approx(wind), "m/s")
    assert steps["elevation_m"].unit == "m"
    assert steps["bare"].unit == ""
    assert set(steps) == {"wind", "wind^2", "elevation_m", "bare"}


def test_what_the_reader_converted_is_not_told_in_the_unit_of_the_header():
    assert covariate_units("distance=ft, Wind=kn") | {} == {
        "distance": "m",
        "wind": "kn",
        "size": "animals",
        "x_km": "km",
        "y_km": "km",
    }


def lines():
    form = DetectionForm("half-normal", 100.0, 0.0, False)
    truth = DistanceTruth((200.0,), (10.0,), form, sigma_m=45.0)
    survey = simulate_transects(truth, (np.full(40, 0.5),), np.random.default_rng(3))
    hours = np.random.default_rng(4).uniform(0.0, 5.0, 40)
    header = survey.header | {"units": "distance=m, effort=km, after_sunrise=h"}
    return replace(survey, header=header, transect_covariates={"after_sunrise": hours})


def test_effects_on_the_scale_name_the_unit_of_the_file():
    survey = lines()
    settings = LineTransect(
        file="-",
        truncation="100 m",
        group_size="single",
        scale="after_sunrise",
        sampler=QUICK,
    )
    tree = fit_model(survey_model(distance.survey_of(survey, settings)), 5)
    node = tree["effects"]
    hours = survey.transect_covariates["after_sunrise"][survey.detection_transect]
    hours = hours[survey.distance_m <= 100.0]
    assert node["step"].values == pytest.approx([np.std(hours, ddof=1)])
    assert node["step_unit"].values.tolist() == ["h"]


def test_marks_of_two_observers_have_steps_too():
    truth = DoubleObserverTruth(
        group_density_per_km2=(1.2,),
        area_km2=(3000.0,),
        truncation_m=300.0,
        logit_on_line=(1.2, 0.6),
        slope_per_m=-0.012,
    )
    survey = simulate_double_observer(truth, (np.full(10, 20.0),), generator(5, "steps"))
    block = DoubleObserver(
        file="-", truncation="300 m", mark_recapture="distance + observer", sampler=QUICK
    )
    known = marked.survey_of(survey, block)
    node = fit_model(marks_model(known), 5)["effects"]
    assert node["term"].values.tolist() == ["distance", "observer[2]"]
    assert node["step_unit"].values.tolist() == ["m", ""]
    twice = np.tile(known.marks.distance_m, 2)
    assert float(node["step"][0]) == pytest.approx(np.std(twice, ddof=1))
    assert np.isnan(node["step"][1])


def counted(header):
    rng = np.random.default_rng(2)
    truth = SiteTruth(np.full(30, 3.0), DetectionForm("half-normal", 400.0), np.full(30, 180.0))
    where = rng.uniform(0.0, 50_000.0, (30, 2))
    told = Sites(np.ones(30), {"relief": rng.normal(100.0, 30.0, 30)}, where, "projected")
    survey = simulate_sites(truth, told, rng)
    return replace(survey, header=survey.header | header)


def unit_of(settings, grid=None, **header):
    survey = sites.survey_of(counted(header), settings, own_grid=grid)
    places = place(survey)
    posterior = xr.Dataset(
        {"density_effect": (("chain", "draw", "term"), np.zeros((1, 3, len(places.steps))))}
    )
    node = effects_node(posterior, survey, places, 0.95)
    return dict(zip(node["term"].values, node["step_unit"].values, strict=True)), node


def test_lengths_of_sites_are_told_in_metres_whatever_the_file_has():
    settings = HierarchicalDistance(
        file="-", truncation="400 m", group_size="single", density="relief + relief^2"
    )
    units, node = unit_of(settings, units="distance=m, effort=km, relief=ft")
    assert units == {"density: relief": "m", "density: relief^2": "m"}
    assert float(node["step"][0]) == float(node["step"][1]) > 0
    assert unit_of(settings)[0]["density: relief"] == ""


def test_surface_takes_the_unit_that_the_grid_declares():
    rng = np.random.default_rng(5)
    middle = np.arange(2_500.0, 50_000.0, 5_000.0)
    where = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
    grid = GridTable(
        where,
        "projected",
        np.full(len(where), 25.0),
        np.full(len(where), "region"),
        {"forage": rng.normal(300.0, 90.0, len(where))},
        {},
        {"forage": "kg ha-1"},
    )
    settings = DensitySurface(
        file="-", truncation="400 m", group_size="single", density="forage", length_scale="40 km"
    )
    assert unit_of(settings, grid)[0] == {"density: forage": "kg ha-1"}
