"""Generated weather has the moments, the extremes and the shared shocks that were asked for."""

from dataclasses import dataclass, fields

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ustyurt_models.checks import InputError
from ustyurt_models.formulas.climate import (
    anomalies,
    extreme_threshold,
    forage_anomaly,
    innovation_factor,
    warming_c,
)
from ustyurt_models.landscape.climate import PATHWAYS, weather
from ustyurt_models.landscape.climate_file import read_series
from ustyurt_models.seeds import generator

MANY = 400_000
PARAMETERS = {
    "cli_w_ar": 0.3,
    "cli_d_ar": 0.5,
    "cli_wd_corr": 0.25,
    "cli_w_warm": -0.4,
    "cli_d_warm": 0.2,
    "cli_d_ppt": -0.03,
    "cli_dP": 5.0,
    "cli_dT_mid": 2.0,
    "cli_var_warm": 0.1,
    "cli_mid_126": 0.7,
    "cli_mid_585": 1.4,
    "cli_end_126": 0.8,
    "cli_end_245": 1.6,
    "cli_end_585": 3.0,
    "cli_forage_sd": 0.35,
    "cli_drought": 0.22,
    "sai_jut_freq": 0.12,
    "sai_die_freq": 0.03,
}


@dataclass(frozen=True)
class Choice:
    pathway: str = "historical"
    file: str = ""


def run(pathway="historical", n=MANY, start=2027, **changed):
    years = np.arange(start, start + n)
    return weather(Choice(pathway), PARAMETERS | changed, years, generator(1, "weather"))


@pytest.fixture(scope="module")
def reference():
    return run()


def standard_error(correlation_time, scale=1.0):
    """Monte-Carlo standard error of a mean over MANY autocorrelated years."""
    return scale * np.sqrt((1 + correlation_time) / (1 - correlation_time) / MANY)


def test_reference_anomalies_have_mean_zero_and_variance_one(reference):
    for series, ar in ((reference.winter_severity, 0.3), (reference.summer_drought, 0.5)):
        assert abs(series.mean()) < 5 * standard_error(ar)
        assert abs(series.var() - 1) < 5 * standard_error(ar**2, np.sqrt(2))


def test_lag_and_cross_correlations_are_those_asked_for(reference):
    w, d = reference.winter_severity, reference.summer_drought
    error = 5 * standard_error(0.5)
    for lag in (1, 2, 3):
        assert abs(np.mean(w[lag:] * w[:-lag]) - 0.3**lag) < error
        assert abs(np.mean(d[lag:] * d[:-lag]) - 0.5**lag) < error
    assert abs(np.mean(w * d) - 0.25) < error
    assert abs(np.mean(w[1:] * d[:-1]) - 0.3 * 0.25) < error
    assert abs(np.mean(d[1:] * w[:-1]) - 0.5 * 0.25) < error


def test_extremes_come_as_often_as_the_evidence_says(reference):
    for found, asked, ar in (
        (reference.jut, 0.12, 0.3),
        (reference.drought, 0.22, 0.5),
        (reference.disease_dieoff, 0.03, 0.0),
    ):
        assert abs(found.mean() - asked) < 5 * standard_error(ar, np.sqrt(asked * (1 - asked)))


def test_forage_is_lognormal_with_mean_one(reference):
    forage = reference.forage_anomaly
    assert abs(forage.mean() - 1) < 5 * standard_error(0.5, np.sqrt(np.expm1(0.35**2)))
    assert abs(np.log(forage).std() - 0.35) < 0.005


def test_pathways_share_their_shocks_and_disease():
    series = {name: run(name, n=60) for name in PATHWAYS}
    base = series["historical"]
    for found in series.values():
        spread = 1 + 0.1 * found.warming_c
        shift = -0.4 * found.warming_c
        np.testing.assert_allclose(
            (found.winter_severity - shift) / spread, base.winter_severity, atol=1e-12
        )
        np.testing.assert_array_equal(found.disease_dieoff, base.disease_dieoff)


def test_the_trend_of_drought_adds_heat_and_rain():
    found, base = run("ssp245", n=60), run(n=60)
    warming = found.warming_c
    shift = 0.2 * warming - 0.03 * 5.0 * warming / 2.0
    expected = shift + (1 + 0.1 * warming) * base.summer_drought
    np.testing.assert_allclose(found.summer_drought, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("year", "pathway", "expected_c"),
    [
        (2005, "ssp245", 0.0),
        (2050, "ssp126", 1.4),
        (2050, "ssp245", 2.0),
        (2050, "ssp585", 2.8),
        (2090, "ssp126", 1.6),
        (2090, "ssp585", 6.0),
        (2070, "ssp245", 2.6),
        (2090, "historical", 0.0),
    ],
)
def test_warming_passes_through_the_given_points(year, pathway, expected_c):
    assert run(pathway, n=1, start=year).warming_c[0] == pytest.approx(expected_c)


def test_stronger_pathways_bring_fewer_juts_and_more_droughts():
    late = {name: run(name, n=200, start=2027) for name in PATHWAYS}
    order = ("historical", "ssp126", "ssp245", "ssp585")
    juts = [int(late[name].jut.sum()) for name in order]
    droughts = [int(late[name].drought.sum()) for name in order]
    assert juts == sorted(juts, reverse=True)
    assert droughts == sorted(droughts)


def test_the_same_address_gives_the_same_weather_and_longer_runs_begin_alike():
    long, again, short = run("ssp585", n=60), run("ssp585", n=60), run("ssp585", n=50)
    for field in fields(long):
        np.testing.assert_array_equal(getattr(long, field.name), getattr(again, field.name))
        np.testing.assert_array_equal(getattr(long, field.name)[:50], getattr(short, field.name))


@given(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9), st.floats(-0.95, 0.95), st.integers(1, 30))
def test_any_possible_correlations_are_stationary(a, b, correlation, n):
    shock = np.array([[1 - a * a, 0], [0, 1 - b * b]])
    shock[0, 1] = shock[1, 0] = correlation * (1 - a * b)
    if np.linalg.det(shock) <= 1e-9:
        return
    factor = innovation_factor((a, b), correlation)
    variance = np.array([[1.0, correlation], [correlation, 1.0]])
    memory = np.diag([a, b])
    np.testing.assert_allclose(memory @ variance @ memory.T + factor @ factor.T, variance)
    assert anomalies(np.zeros((n, 2)), (a, b), correlation).shape == (n, 2)


def test_impossible_correlations_are_refused():
    with pytest.raises(InputError, match="possible together"):
        innovation_factor((0.9, -0.9), 0.9)


def test_extremes_with_frequency_zero_never_come_and_with_one_always():
    assert extreme_threshold(0.0) == np.inf
    assert extreme_threshold(1.0) == -np.inf
    assert extreme_threshold(0.5) == pytest.approx(0.0, abs=1e-15)
    assert forage_anomaly(np.array([0.0]), 0.0)[0] == 1.0


def test_there_is_no_warming_before_the_reference_period():
    assert (warming_c(np.arange(1950, 2006), 2.0, 3.0) == 0).all()


def write_series(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_supplied_series_is_used_as_it_stands(tmp_path):
    text = "year,winter_severity,summer_drought\n2028,2.5,-1\n2027,-0.5,1.5\n"
    path = write_series(tmp_path / "series.csv", text)
    found = weather(
        Choice(file=str(path)), PARAMETERS, np.array([2027, 2028]), generator(1, "weather")
    )
    assert found.winter_severity.tolist() == [-0.5, 2.5]
    assert found.jut.tolist() == [False, True]
    assert found.drought.tolist() == [True, False]
    np.testing.assert_array_equal(found.disease_dieoff, run(n=2).disease_dieoff)


def test_csv_and_netcdf_hold_the_same_series(tmp_path):
    text = "year,winter_severity,summer_drought\n2027,-0.5,1.5\n2028,2.5,-1\n"
    csv_series = read_series(write_series(tmp_path / "series.csv", text))
    dataset = xr.Dataset(
        {
            "winter_severity": ("year", csv_series.winter_severity),
            "summer_drought": ("year", csv_series.summer_drought),
        },
        coords={"year": csv_series.year},
    )
    dataset.to_netcdf(tmp_path / "series.nc", engine="h5netcdf")
    other = read_series(tmp_path / "series.nc")
    np.testing.assert_array_equal(other.year, csv_series.year)
    np.testing.assert_array_equal(other.winter_severity, csv_series.winter_severity)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,winter_severity\n2027,1\n", "summer_drought"),
        ("year,winter_severity,summer_drought\n2027,x,1\n", "row 2, winter_severity"),
        ("year,winter_severity,summer_drought\n2027,1,1\n2029,1,1\n", "without gaps"),
        ("year,winter_severity,summer_drought\n2027,1,1\n2027,1,1\n", "once"),
        ("year,winter_severity,summer_drought\n2027,-17.5,1\n", "not degrees"),
        ("year,winter_severity,summer_drought\n2027,nan,1\n", "every year"),
        ("year,winter_severity,summer_drought\n", "at least one year"),
        ('year,winter_severity,summer_drought\n2027,"1,5",1\n', "decimal point"),
    ],
)
def test_faulty_series_are_refused_with_the_place(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_series(write_series(tmp_path / "series.csv", text))


def test_a_series_that_does_not_cover_the_study_is_refused(tmp_path):
    text = "year,winter_severity,summer_drought\n2027,1,1\n"
    series = read_series(write_series(tmp_path / "series.csv", text))
    with pytest.raises(InputError, match=r"2027\.\.2029"):
        weather(Choice(), PARAMETERS, np.arange(2027, 2030), generator(1, "w"), series)


def test_files_that_are_no_series_are_refused(tmp_path):
    (tmp_path / "junk.nc").write_bytes(b"not a file")
    for name in ("junk.nc", "missing.csv"):
        with pytest.raises(InputError, match=name):
            read_series(tmp_path / name)
