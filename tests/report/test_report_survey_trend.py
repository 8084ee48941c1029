"""What the pages of a trend say of its growth."""

import numpy as np
import pytest
import synthetic_results
import synthetic_surveys as synthetic
import xarray as xr
from report_parts import figures, survey_of, tables, words

from ustyurt_models.report.chapters.survey_comparison import comparison_part
from ustyurt_models.report.chapters.survey_trend import trend_part
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.survey_page import survey_page
from ustyurt_models.survey.models.trend.moved import beliefs_node


def test_a_trend_names_the_mass_of_its_interval():
    survey = SurveyResult.of("saiga", synthetic_results.trend_posterior())
    survey.tree["trend"].attrs["interval_mass"] = 0.8
    part = trend_part(survey)
    assert "80 % equal-tailed interval" in figures(part)["trend_saiga"].caption
    (table,) = tables(part)
    drawn = survey.tree["trend"]["growth_closed"]
    assert table["log growth, 80 % low [per yr]"][1] == pytest.approx(np.quantile(drawn, 0.1))
    assert "closed population could grow that fast is 0.08" in words(part)


def test_a_trend_says_what_a_closed_population_could_reach_and_what_growth_leans_on():
    survey = SurveyResult.of("saiga", synthetic_results.trend_posterior())
    rng, trend = np.random.default_rng(3), survey.tree["trend"].to_dataset()
    for name, middle in (("ceiling", 0.35), ("detection", 0.0), ("lucky_years", 0.05)):
        trend[f"growth_{name}"] = ("draw", rng.normal(middle, 0.04, 200))
    survey.tree["trend"] = xr.DataTree(trend)
    part = trend_part(survey)
    assert {"trend_saiga", "reach_saiga", "parts_saiga"} <= set(figures(part))
    assert "published 1.54" in figures(part)["reach_saiga"].alt
    assert "Its largest part, with the chance of being that: immigration (" in words(part)


def test_a_trend_shows_beliefs_before_and_after_the_data():
    survey = SurveyResult.of("saiga", synthetic_results.trend_posterior())
    pairs = {"immigration": (np.linspace(-1, 1, 101), np.linspace(0, 0.5, 101))}
    survey.tree["beliefs"] = xr.DataTree(beliefs_node(pairs, 0.95))
    table = next(one for one in tables(trend_part(survey)) if "belief" in one)
    assert table["moved by [prior sd]"][0] == pytest.approx(0.25 / np.linspace(-1, 1, 101).std())
    assert table["width left [share of prior]"][0] == pytest.approx(0.25)


def test_one_survey_has_a_page_of_its_own(tmp_path):
    page = survey_page("saiga", synthetic_results.trend_posterior(), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "the chance that a closed population could is 0.08" in text
    assert (tmp_path / "figures" / "trend_saiga.svg").is_file()


def forms(lucky: float = 0.1) -> xr.Dataset:
    """Three forms of growth; the last without immigration, so luck must explain more."""
    node = synthetic.comparison().assign_coords(fit=["exponential", "Gompertz", "closed"])
    parts = {
        "growth_closed": [0.30, 0.32, 0.33],
        "growth_immigration": [0.03, 0.03, 0.0],
        "growth_detection": [0.01, 0.01, 0.01],
        "growth_lucky_years": [0.08, 0.06, lucky],
        "growth_beyond": [0.12, 0.10, lucky + 0.01],
    }
    for name, middle in parts.items():
        for end, shift in (("", 0.0), ("_low", -0.05), ("_high", 0.05)):
            node[f"{name}{end}"] = ("fit", np.array(middle) + shift)
    return node.assign(reach=("fit", [0.08, 0.06, 0.1]), prior_moves=("fit", [0.2, 0.1, 0.12]))


def test_forms_of_growth_tell_what_holds_under_all_of_them():
    part = comparison_part(survey_of(comparison=forms()))
    said = words(part)
    assert "Under all 3 forms" in said
    assert "at most 0.10" in said
    assert "its interval lies above zero under each" in said
    assert "immigration 0 to 0.03" in said
    assert "belief" in said
    table = next(one for one in tables(part) if "closed could reach the counts" in one)
    assert list(table["moved by beliefs"]) == [0.2, 0.1, 0.12]
    never = forms().assign(reach=("fit", np.zeros(3)))
    assert "counts is below 0.01." in words(comparison_part(survey_of(comparison=never)))
    unsure = words(comparison_part(survey_of(comparison=forms(lucky=0.02))))
    assert "its interval holds zero under some" in unsure
