"""What becomes of cheetahs, and what would hold their number."""

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES, CHEETAH_STAGES, SEXES
from ustyurt_models.report.chapters.fates import _sentence
from ustyurt_models.report.fates import CUBS, END, GROWN, LEFT, fates_of, household_of
from ustyurt_models.report.figures.fates import fates_chart


@pytest.fixture
def results():
    """Two futures of two years: 10 pairs are set free in one, 40 cubs born, few are left."""
    run = ("scenario", "draw", "replicate", "year")
    number = np.zeros((1, 2, 1, 3, 2, 3))
    # Future 0: 10 females and 10 males after a year, then 4 females. Future 1: 10 females alone.
    number[0, 0, 0, 1, :, 2] = 10
    number[0, 0, 0, 2, 0, 2] = 4
    number[0, 1, 0, 1, 0, 2] = 10
    deaths = np.zeros((1, 2, 1, 3, len(CHEETAH_DEATH_CAUSES)))
    cause = CHEETAH_DEATH_CAUSES.index
    deaths[0, 0, 0, 2, cause("cub_loss")] = 30
    deaths[0, 0, 0, 2, cause("disease")] = 20
    deaths[0, 1, 0, 2, cause("starvation")] = 8
    born, set_free, gone = np.zeros((3, 1, 2, 1, 3))
    set_free[0, :, 0, 1] = 20, 10
    born[0, 0, 0, 2] = 40
    gone[0, :, 0, 2] = 6, 2
    # Those whose males have died, and half of those that never had one: the others are too young.
    alone = np.zeros((1, 2, 1, 3))
    alone[0, :, 0] = [0, 0, 4], [0, 5, 0]
    return xr.Dataset(
        {
            "cheetah_number": ((*run, "sex", "cheetah_stage"), number),
            "cheetah_deaths": ((*run, "cheetah_cause"), deaths),
            "cheetah_births": (run, born),
            "cheetah_released": (run, set_free),
            "cheetah_emigrants": (run, gone),
            "adult_females": (run, number[..., 0, 2]),
            "females_without_male": (run, alone),
            "mean_condition": (run, np.full(born.shape, 0.8)),
        },
        {
            "scenario": ["here"],
            "sex": list(SEXES),
            "cheetah_stage": list(CHEETAH_STAGES),
            "cheetah_cause": list(CHEETAH_DEATH_CAUSES),
        },
    )


def test_fates_are_shares_of_all_that_were_born_or_set_free(results):
    found = {fate.label: (fate.group, 70 * fate.share) for fate in fates_of(results, "here")}
    assert float(results["cheetah_released"].sum() + results["cheetah_births"].sum()) == 70
    expected = {
        "lost in the den or the first year": (CUBS, 30),
        "disease, injury, unknown": (GROWN, 20),
        "starved": (GROWN, 8),
        LEFT: (LEFT, 8),
        END: (END, 4),
    }
    assert {label: (group, pytest.approx(n)) for label, (group, n) in found.items()} == expected
    assert list(found) == list(expected), "by group, the commonest first"


def test_births_that_hold_the_number_balance_all_other_losses(results):
    home = household_of(results, "here")
    assert home.births_per_female == pytest.approx(40 / 20)
    assert home.cub_deaths == pytest.approx(0.75)
    assert home.other_losses_per_100 == pytest.approx(100 * 36 / 30)
    # 36 animals must be replaced, by 20 females, of whose young a quarter grow up.
    assert home.births_to_hold == pytest.approx(36 / 20 / 0.25)
    assert home.without_male == pytest.approx(9 / 24)
    assert home.condition == pytest.approx(0.8)


def test_the_sentence_says_whether_births_cover_losses(results):
    text = _sentence("here", 0.43, household_of(results, "here"))
    assert "bears 2 cubs a year; 7.2 would hold" in text
    assert "do not cover" in text
    assert "38 of 100 adult females" in text


def test_the_chart_names_every_fate_in_words(results):
    figure = fates_chart({"here": fates_of(results, "here")})
    assert "starved 11" in figure.alt
    assert "lost in the den or the first year 43" in figure.alt
