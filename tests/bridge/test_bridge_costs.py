"""Money: prices of the study times what happened, in the year in which it happened."""

import numpy as np
import pytest

from ustyurt_models.bridge.costs import fixed_costs, money_spent
from ustyurt_models.checks import InputError
from ustyurt_models.study.load import read_study

STUDY = """
title = "money"
start = 2030
years = 5

[prey.saiga]
start = 1000
[prey.kulan]
start = 100

[costs]
currency = "KZT"
every_year = 10
released_cheetah = 1000
livestock_killed = 7
translocated_prey = { kulan = 30 }

[[management.protection]]
level = 0.5
from = 2031
to = 2033
cost_once = 500
cost_per_year = 100

[[management.water_point]]
lon = 56.0
lat = 44.0
cost_once = 40
"""


def scenario_of(folder, text=STUDY):
    path = folder / "money.toml"
    path.write_text(text, encoding="utf-8")
    return read_study(path).scenarios[0]


def test_measures_cost_in_their_years(tmp_path):
    scenario = scenario_of(tmp_path)
    # Water point in the first year, rangers from the second to the fourth.
    assert fixed_costs(scenario).tolist() == [0, 50, 610, 110, 110, 10]


def test_events_cost_when_they_happen(tmp_path):
    scenario = scenario_of(tmp_path)
    recorded = {
        "cheetah_released": np.array([0, 0, 4, 0, 0, 0]),
        "livestock_killed": np.array([0, 0, 1.5, 2, 0, 0]),
        "prey_translocated": np.array([[0, 0], [9, 2], [0, 0], [0, 0], [0, 0], [0, 1]]),
    }
    found = money_spent(scenario, recorded) - fixed_costs(scenario)
    assert found.tolist() == [0, 60, 4010.5, 14, 0, 30]


def test_nothing_is_spent_without_prices(tmp_path):
    scenario = scenario_of(tmp_path, STUDY.split("[costs]")[0])
    assert not fixed_costs(scenario).any()


def test_a_price_for_prey_that_is_not_simulated_is_refused(tmp_path):
    with pytest.raises(InputError, match="kulans"):
        scenario_of(tmp_path, STUDY.replace("{ kulan", "{ kulans"))
