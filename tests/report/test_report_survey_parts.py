"""What the parts of a survey say when the numbers are good, and when they are not."""

import json
import tracemalloc

import numpy as np
import pytest
import synthetic_results
import synthetic_surveys as synthetic
import xarray as xr
from report_parts import figures, survey_of, tables, warnings, words

from ustyurt_models.report.chapters.survey_cells import _animals, cells_part
from ustyurt_models.report.chapters.survey_checks import checks_part
from ustyurt_models.report.chapters.survey_comparison import comparison_part
from ustyurt_models.report.chapters.survey_conflict import conflict_part
from ustyurt_models.report.chapters.survey_design import design_part
from ustyurt_models.report.chapters.survey_detection import detection_part, detection_table
from ustyurt_models.report.chapters.survey_effects import effects_part
from ustyurt_models.report.chapters.survey_sensitivity import sensitivity_part
from ustyurt_models.report.chapters.survey_strip import strip_part
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.figures.survey_detection import curve_from, detection_function
from ustyurt_models.report.figures.survey_map import (
    DensityMap,
    density_maps,
    map_scales,
    plain_ground,
)
from ustyurt_models.report.tables import frame


def test_detection_says_what_every_number_rests_on():
    table = frame(detection_table(survey_of(posterior=synthetic.posterior())))
    basis = dict(zip(table["quantity"], table["rests on"], strict=True))
    on_line = basis["g(0): chance to detect at distance zero"]
    assert on_line == "belief in the study file: 0.8 (0.7 to 0.9), not this survey"
    assert basis["availability: share that can be seen at all"].startswith("assumed")
    assert basis["effective strip half-width"] == "the distances"
    assert table["unit"][0] == "m"


def test_two_observers_rest_on_each_other():
    posterior = synthetic.posterior().rename(detection_on_line="detection_on_line_1")
    table = frame(detection_table(survey_of("double_observer", posterior=posterior)))
    basis = dict(zip(table["quantity"], table["rests on"], strict=True))
    assert basis["g(0) of observer 1"] == "what observer 2 saw"


def test_observers_get_a_panel_each_and_the_trial_configuration_one():
    both = synthetic.detection(observers=True)
    part = detection_part(survey_of("double_observer", detection=both, qq=synthetic.qq()))
    found = figures(part)
    assert list(found) == ["detection_gazelle", "observers_gazelle", "qq_gazelle"]
    assert "observer 1: 0.9 near" in found["observers_gazelle"].alt
    assert found["observers_gazelle"].columns == 2
    both["tried"][1] = 0
    one = detection_part(survey_of("double_observer", detection=both))
    assert "observer 2" not in figures(one)["observers_gazelle"].alt


def test_points_also_show_the_density_of_distances():
    node = synthetic.detection("point")
    picture = detection_function("x", "gazelle", curve_from(node))
    assert picture.columns == 2
    assert "distance from the point" not in picture.caption
    bare = curve_from(node.drop_vars(["density_median", "density_low", "density_high"]))
    assert np.trapezoid(bare.density.median, bare.density.distance_m) == pytest.approx(1)
    stored = curve_from(node).density.median
    assert bare.density.median == pytest.approx(stored, abs=2e-4)


def test_histogram_density_has_area_one():
    seen = curve_from(synthetic.detection("point")).seen
    assert (seen.density * np.diff(seen.edge_m)).sum() == pytest.approx(1)


def test_detection_that_hardly_falls_is_not_said_to_halve():
    node = synthetic.detection()
    for name in ("median", "low", "high"):
        node[name] = 0.6 + 0.4 * node[name]
    alt = detection_function("x", "gazelle", curve_from(node)).alt
    assert "from 1 at the line to 0.60 at 800 m" in alt
    assert "half of that" not in alt


@pytest.mark.parametrize(
    ("off", "wide", "expected"),
    [
        (1.0, 1.0, "the two agree"),
        (1.6, 1.0, "They differ by much"),
        (1.0, 2.0, "interval is much narrower"),
    ],
)
def test_design_and_model_are_compared_in_one_sentence(off, wide, expected):
    part = design_part(
        survey_of(abundance=synthetic.abundance(), design=synthetic.design(off, wide))
    )
    assert expected in words(part)
    animals, groups = tables(part)
    assert list(animals["stratum"]) == ["north", "south", "all strata"]
    assert "encounter rate [animals per km]" in animals
    assert "encounter rate [groups per km]" in groups
    assert "Mean size of the groups by design: 5 animals" in words(part)


def test_single_animals_have_no_table_of_groups_by_design():
    nodes = {"abundance": synthetic.abundance(mean_size=1.0), "design": synthetic.design()}
    part = design_part(survey_of(**nodes))
    assert len(tables(part)) == 1
    assert "size of the groups" not in words(part)


def test_cells_off_the_straight_rows_leave_no_holes_in_the_map():
    x, y = (axis.ravel() * 10.0 for axis in np.meshgrid(np.arange(30), np.arange(12)))
    ground = plain_ground(x, y + 0.2 * x, np.full(x.size, 100.0))
    shown = np.isfinite(ground.raster(np.ones(x.size)))
    inside = shown[6:12, 10:20]
    assert inside.all()
    assert not shown[0, 0]
    square = plain_ground(x, y, np.full(x.size, 100.0))
    assert square.raster(np.arange(x.size)).shape == (12, 30)
    assert square.raster(y)[0].tolist() == [110.0] * 30


def test_without_area_the_design_shows_densities_only():
    nodes = {"abundance": synthetic.abundance(area_basis="searched"), "design": synthetic.design()}
    part = design_part(survey_of(**nodes))
    for table in tables(part):
        assert not [name for name in table if name.startswith("abundance")]
        assert list(table["stratum"]) == ["north", "south"]
    assert "Animals per km²" in figures(part)["design_gazelle"].caption


def test_predictive_checks_stand_in_plain_words():
    predictive, every = tables(checks_part(survey_of(diagnostics=synthetic.diagnostics())))
    assert list(predictive["check"]) == ["distances, chi-square", "transects, dispersion"]
    assert "not quite like the model's" in predictive["reading"][0]
    assert "40 of 100 simulated surveys" in predictive["reading"][1]
    assert len(every) == 4


def test_a_key_that_moves_abundance_by_more_than_a_quarter_warns():
    calm = comparison_part(survey_of(comparison=synthetic.comparison(1.2)))
    assert not warnings(calm)
    assert "use hazard-rate alone" in words(calm)
    wild = comparison_part(survey_of(comparison=synthetic.comparison(1.3)))
    assert "moves the numbers by more than 25\u202f%" in warnings(wild)[0]
    assert "do not hold this doubt" in warnings(wild)[0]


def test_a_key_that_fits_clearly_worse_does_not_warn():
    part = comparison_part(survey_of(comparison=synthetic.comparison(1.5, behind=9.0)))
    assert not warnings(part)
    assert (
        "rises by 50\u202f%. Among those that predict nearly as well as the best it is 22"
        in words(part)
    )


def test_averaged_keys_are_called_so():
    mixed = synthetic.abundance()
    mixed["fit"] = ("draw", np.zeros(synthetic.DRAWS, int))
    nodes = {"abundance": mixed, "comparison": synthetic.comparison(1.3)}
    part = comparison_part(survey_of(**nodes))
    assert "averaged over the detection functions" in words(part)
    assert "hold this doubt" in warnings(part)[0]
    assert "averaged: " in figures(part)["comparison_gazelle"].alt


def test_keys_of_a_survey_without_area_are_compared_by_density():
    nodes = {
        "abundance": synthetic.abundance(area_basis="searched"),
        "comparison": synthetic.comparison(),
    }
    (table,) = tables(comparison_part(survey_of(**nodes)))
    found = table["density, median [animals per km²]"][0]
    assert found == pytest.approx(5000 / synthetic.AREA.sum())


def test_sensitivity_tells_prior_from_data():
    part = sensitivity_part(survey_of(sensitivity=synthetic.sensitivity()))
    (table,) = tables(part)
    assert list(table["reading"]) == [
        "rests on the data",
        "strong prior or weak likelihood: rests on the prior, the data say next to nothing",
    ]
    assert "have a say in: encounter spread" in words(part)


def test_what_neither_prior_nor_data_move_is_not_said_to_rest_on_data():
    found = synthetic.sensitivity()
    found["likelihood"][:] = 0.01
    nodes = {"sensitivity": found, "posterior": synthetic.posterior()}
    nodes["sensitivity"] = found.assign_coords(result=["esw_m", "encounter_spread"])
    nodes["posterior"]["esw_m"].attrs["long_name"] = "effective strip half-width"
    (table,) = tables(sensitivity_part(survey_of(**nodes)))
    assert table["reading"][0].startswith("no sensitivity: moved by neither prior nor data")
    assert table["result"][0] == "effective strip half-width"


def test_effects_are_ratios_in_the_unit_of_the_covariate():
    (table,) = tables(effects_part(survey_of(effects=synthetic.effects())))
    assert list(table["for"]) == ["100 kg per ha more", "against the reference level"]
    assert table["standard deviation"][0] == "113 kg per ha"
    assert table["ratio, median"][0] == pytest.approx(np.exp(0.5 * 100 / 113))
    assert table["ratio, 95 % high"][1] == pytest.approx(np.exp(0.2))
    assert list(table["reading"]) == ["raises it", "direction not known"]
    assert list(table["multiplies"]) == ["density", "scale of detection"]


def test_levels_of_random_effects_are_told_against_the_average():
    survey = survey_of(effects=synthetic.effects())
    settings = json.loads(survey.tree.attrs["settings"]) | {"scale_random": ["observer"]}
    survey.tree.attrs["settings"] = json.dumps(settings)
    (table,) = tables(effects_part(survey))
    assert table["for"][1] == "against the average level"


def test_effects_without_steps_say_that_they_are_standardised():
    node = synthetic.effects().drop_vars(["step", "step_unit"])
    (table,) = tables(effects_part(survey_of(effects=node)))
    assert table["for"][0] == "one standard deviation more"
    assert table["ratio, median"][0] == pytest.approx(np.exp(0.5))


def test_products_and_powers_are_told_per_standard_deviation():
    node = synthetic.effects().drop_sel(effect="log scale: observer[B]")
    terms = {
        "density: forage^2": "one standard deviation from the mean, beside the plain effect",
        "density: forage:slope": "both one standard deviation up, beyond their own effects",
        "density: sex[m]:forage": "in this level, beyond their own effects",
        "density: hour[12:30]": "against the reference level",
        "distance:observer[2]": "in this level, beyond their own effects",
    }
    for term, told in terms.items():
        one = node.assign_coords(effect=[term])
        (table,) = tables(effects_part(survey_of(effects=one)))
        assert table["for"][0] == told


def test_wild_extrapolation_does_not_leave_one_colour_for_the_rest():
    x, y = (axis.ravel() * 5.0 for axis in np.meshgrid(np.arange(4), np.arange(4)))
    outside = np.arange(16) >= 14
    median = np.where(outside, 1e5, np.linspace(0.1, 0.8, 16))
    cv = np.where(outside, 50.0, 0.3)
    ground = plain_ground(x, y, np.full(16, 25.0))
    density, spread = map_scales(DensityMap(ground, median, cv, outside, np.empty((0, 2))))
    assert density.vmax == pytest.approx(median[:14].max())
    assert spread.vmax == pytest.approx(1.0)
    everywhere = DensityMap(ground, median, cv, np.ones(16, bool), np.empty((0, 2)))
    assert map_scales(everywhere)[0].vmax == pytest.approx(1e5)
    assert "are extrapolated" in density_maps("x", "saiga", everywhere).alt


def test_animals_of_a_zone_are_summed_in_bounded_memory():
    rng = np.random.default_rng(3)
    density = rng.lognormal(size=(200, 30_000)).astype(np.float32)
    area, chosen = rng.uniform(1.0, 25.0, 30_000), rng.random(30_000) < 0.8
    tracemalloc.start()
    total = _animals(density, area, chosen)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(total, density[:, chosen].astype(float) @ area[chosen])
    assert peak < density.nbytes / 2


def test_extrapolated_cells_warn_when_animals_are_put_there():
    nodes = {"abundance": synthetic.abundance(), "cells": synthetic.cells(beyond=0.3)}
    part = cells_part(survey_of(**nodes), None)
    assert "extrapolation, not observation" in warnings(part)[0]
    (table,) = tables(part)
    cells = nodes["cells"]
    north = cells["zone_index"].to_numpy() == 0
    animals = (cells["density_per_km2"] * cells["area_km2"]).to_numpy()[:, north].sum(axis=1)
    assert table["abundance, median [animals]"][0] == pytest.approx(np.median(animals), rel=1e-6)
    assert table["extrapolated share of the area"][0] == pytest.approx(0.3)
    inside = cells_part(survey_of(abundance=nodes["abundance"], cells=synthetic.cells()), None)
    assert not warnings(inside)


def test_cells_of_the_landscape_are_drawn_on_its_map():
    land = synthetic_results.land()
    inside = np.flatnonzero(land["inside"].to_numpy().ravel())
    rng = np.random.default_rng(2)
    cells = xr.Dataset(
        {
            "density_per_km2": (("draw", "cell"), rng.gamma(2, 1, (20, inside.size))),
            "area_km2": ("cell", np.full(inside.size, 225.0)),
            "zone_index": ("cell", np.zeros(inside.size, int)),
            "extrapolated": ("cell", np.zeros(inside.size, bool)),
        },
        {"cell": inside},
        {"on_landscape": 1},
    )
    part = cells_part(survey_of(abundance=synthetic.abundance(), cells=cells), land)
    (name, figure), *_ = figures(part).items()
    assert name == "map_density_gazelle"
    assert "imply no position on any disputed line" in figure.caption


def test_conflict_is_shown_before_pooling():
    calm = conflict_part(survey_of("joint", conflict=synthetic.conflict()))
    assert not warnings(calm)
    nodes = {"abundance": synthetic.abundance(), "conflict": synthetic.conflict(2.2, 0.01)}
    part = conflict_part(survey_of("joint", **nodes))
    assert "in CONFLICT: lines finds 2.2 times as many as strips" in warnings(part)[0]
    assert "pooled" in figures(part)["conflict_gazelle"].alt
    alone, pairs = tables(part)
    assert pairs["chance to differ by less than 20\u202f%"][0] == pytest.approx(0.005)
    assert alone["bias believed, 95 % high"].to_list() == pytest.approx(
        [np.exp(1.96 * 0.2), 1.0], rel=1e-3
    )


def test_the_pooled_number_comes_after_the_surveys_alone():
    nodes = {"abundance": synthetic.abundance(), "conflict": synthetic.conflict()}
    part = survey_part(survey_of("joint", **nodes))
    assert [one.title for one in part.parts[:2]] == [
        "Each survey alone, before pooling",
        "All together",
    ]
    assert "first each alone" in words(part)
    assert "5\u202f2" in words(part.parts[1])


def test_strips_show_photographs_and_the_three_methods():
    part = strip_part(survey_of("strip_counts", **synthetic.strips()))
    assert "30 groups were estimated by eye and counted" in words(part)
    assert "10 groups without photograph" in words(part)
    assert "photo_gazelle" in figures(part)
    (table,) = tables(part)
    assert list(table["estimate [animals]"]) == [5100.0] * 3
    assert strip_part(survey_of()) is None
