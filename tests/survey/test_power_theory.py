from dataclasses import replace

import numpy as np
import pytest
from power_case import AREA, DENSITY, plan, simulated, summary, task, today
from scipy import stats
from scipy.integrate import quad

from ustyurt_models.study.surveys import DistancePriors, LineTransect, StripCounts
from ustyurt_models.study.surveys.strip import StripPriors
from ustyurt_models.survey.models.distance.simulate import scale_for_esw

TIGHT = StripCounts(file="-", priors=StripPriors(animal_spread_mean=0.01))
DECLINE = 0.5**0.1


def expected(design, share=1.0):
    """Groups that a design is expected to see."""
    width_km = 2 * design.half_width_m * share / 1000
    return float((DENSITY[: len(design.stratum)] * design.transects * design.length_km).sum()) * (
        width_km
    )


def test_cv_of_poisson_strips_is_one_over_root_of_the_count():
    # Without clumping and with all animals seen, the count of a single stratum is Poisson.
    design = plan("strip_counts", (20,), (50.0,), years=tuple(range(6)), width=200.0)
    found = summary(task(design, today(60, spread=0.0, strata=1), block=TIGHT))
    theory = 1 / np.sqrt(expected(design))
    assert abs(found.realised_cv.value - theory) < 3 * found.realised_cv.error
    assert found.cv.value == pytest.approx(theory, rel=0.05)
    assert abs(found.bias.value) < 4 * found.bias.error + 0.01
    assert abs(found.coverage.value - 0.95) < 4 * max(found.coverage.error, 0.01)


def cv_of_detection(half_width_m, truncation_m, groups):
    """Fisher information of the scale: cv^2 = E[z]^2 / (n Var[z]), z = (x / sigma)^2."""
    sigma = scale_for_esw(half_width_m, None, truncation_m)

    def moment(power):
        def inside(x):
            return (x / sigma) ** (2 * power) * np.exp(-0.5 * (x / sigma) ** 2)

        return quad(inside, 0, truncation_m)[0] / half_width_m

    return moment(1) / np.sqrt(groups * (moment(2) - moment(1) ** 2))


def test_cv_of_lines_is_that_of_encounters_and_detection_together():
    # Buckland et al. 2001, ch. 7: cv^2 = cv^2(encounter rate) + cv^2(detection). One stratum with
    # variance of counts (1 + k^2) times the mean; 250 groups, so that the approximation is good.
    design = plan("line_transect", (40,), (100.0,), years=tuple(range(4)))
    poisson = LineTransect(file="-", encounter="poisson")
    groups = expected(design, 200.0 / 500.0)
    for spread, block in ((0.0, poisson), (1.0, None)):
        encounters = np.sqrt((1 + spread**2) / groups)
        detection = cv_of_detection(200.0, 500.0, groups)
        theory = np.hypot(encounters, detection)
        found = summary(task(design, today(60, spread=spread, strata=1), block=block))
        assert found.cv.value == pytest.approx(theory, rel=0.1)
        spread_error = 3 * found.realised_cv.error + 0.05 * theory
        assert abs(found.realised_cv.value - theory) < spread_error


def test_what_is_missed_on_the_line_widens_abundance_but_not_the_trend():
    design = plan(years=(0, 5, 10))
    sure = task(design, today(20, seen=0.7))
    doubtful = replace(sure, belief=np.linspace(0.45, 0.95, 200))
    first, second = simulated(sure), simulated(doubtful)
    assert np.array_equal(first["sd_log"], second["sd_log"])
    assert float(second["cv"].median()) > 1.2 * float(first["cv"].median())


def test_without_change_alarms_come_at_the_stated_rate():
    design = plan("strip_counts", (20,), (50.0,), years=(0, 2, 4, 6, 8, 10), width=300.0)
    truth = today(200, spread=0.0, strata=1)
    one = task(design, truth, (0.0, -0.1), process_sd=0.05, block=TIGHT)
    found = summary(one, changes=("-50 % in 10 years",), certainty=0.9)
    alarms = round(found.seen[0].false_alarm.value * found.futures)
    assert stats.binomtest(alarms, found.futures, 0.1).pvalue > 0.005
    assert found.seen[0].power.value > 0.5


def chance(transects, futures=60):
    """Chance to see a halving in 10 years, and the CV, with so many strips."""
    design = plan("strip_counts", (transects,), (50.0,), years=(0, 5, 10), width=150.0)
    rates = (0.0, float(np.log(DECLINE)))
    truth = today(futures, spread=0.5, strata=1)
    found = summary(task(design, truth, rates), changes=("-50 % in 10 years",))
    return found.seen[0].power, found.cv


def test_more_effort_is_more_precise_and_sees_more():
    few, some, many = (chance(transects) for transects in (4, 16, 64))
    assert few[1].value > some[1].value > many[1].value
    # Common random numbers take most of the luck out of the difference.
    assert few[0].value - 2 * few[0].error < some[0].value
    assert some[0].value - 2 * some[0].error < many[0].value
    assert few[0].value < many[0].value


def test_huge_effort_sees_everything():
    power, cv = chance(300, futures=20)
    assert power.value == 1.0
    groups = 300 * 50.0 * 0.3 * DENSITY[0]
    assert cv.value == pytest.approx(np.sqrt(1.25 / groups), rel=0.1)


def test_cv_falls_with_the_root_of_effort():
    once, fourfold = (chance(transects, 30)[1].value for transects in (25, 100))
    assert once / fourfold == pytest.approx(2.0, rel=0.15)


def test_priors_of_the_study_rule_the_refits():
    strong = LineTransect(
        file="-", priors=DistancePriors(sigma_share={"median": 0.35, "sd_log": 0.001})
    )
    design = plan(years=(0, 1))
    free = summary(task(design, today(10)))
    told = summary(task(design, today(10), block=strong))
    assert told.cv.value < free.cv.value


def test_abundance_is_density_times_area():
    found = simulated(task(plan(), today(3)))
    assert np.exp(found["log_truth"].to_numpy()) == pytest.approx(float(AREA @ DENSITY))


def test_surveys_that_see_hardly_an_animal_give_figures_and_no_warning():
    design = plan("strip_counts", (4,), (1.0,), years=(0, 5), width=100.0)
    found = summary(task(design, today(20, size=4.0, strata=1)), changes=())
    assert np.isfinite(found.cv.value)
    assert found.cv.value > 1.0
    assert found.counted.value < 1.0
