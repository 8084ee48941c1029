"""Weather reaches the kernels whole, and each switch takes its own part out of it."""

from types import SimpleNamespace

import numpy as np
import pytest

from ustyurt_models.bridge.weather import weather_of
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape.climate import PARAMETERS, weather
from ustyurt_models.seeds import generator
from ustyurt_models.study.climate import Climate
from ustyurt_models.study.engine import Processes

START, YEARS, SEED = 2026, 400, 5


@pytest.fixture(scope="module")
def parameters():
    catalogue = load_catalogue()
    return {id: catalogue[id].value for id in PARAMETERS}


def met(parameters, **switches):
    scenario = SimpleNamespace(
        start=START,
        years=YEARS,
        seed=SEED,
        climate=Climate(),
        processes=Processes(**switches),
    )
    return weather_of(scenario, parameters, 3, 1, None)


def test_the_year_before_the_study_comes_first(parameters):
    found = met(parameters)
    years = np.arange(START - 1, START + YEARS)
    rng = generator(SEED, "climate", 3, 1)
    made = weather(Climate(), parameters, years, rng)
    assert np.array_equal(found.winter_severity, made.winter_severity)
    assert np.array_equal(found.forage, made.forage_anomaly)
    assert np.array_equal(found.jut, made.jut)
    assert np.array_equal(found.disease, made.disease_dieoff)
    assert found.jut.any()
    assert found.disease.any()


def test_without_climate_every_year_is_the_mean_year_but_for_disease(parameters):
    found = met(parameters, climate=False)
    assert not found.winter_severity.any()
    assert not found.summer_drought.any()
    assert not found.jut.any()
    assert (found.forage == 1.0).all()
    assert np.array_equal(found.disease, met(parameters).disease)


@pytest.mark.parametrize(
    ("switch", "calm", "kept"),
    [
        ("drought", ("summer_drought",), ("winter_severity", "jut", "disease")),
        ("winter", ("jut",), ("winter_severity", "summer_drought", "forage", "disease")),
        ("disease", ("disease",), ("winter_severity", "summer_drought", "forage", "jut")),
        ("catastrophes", ("jut", "disease"), ("winter_severity", "summer_drought", "forage")),
    ],
)
def test_each_switch_takes_its_part_out(parameters, switch, calm, kept):
    whole, without = met(parameters), met(parameters, **{switch: False})
    for name in calm:
        assert not getattr(without, name).any()
    for name in kept:
        assert np.array_equal(getattr(without, name), getattr(whole, name))
