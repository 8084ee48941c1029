"""Integrated population model in PyMC: counts, ratios and collars share one demography.

Every year females bear young (fewer where adult males are too few), animals of each age and sex
live through the year with their own chance, poaching takes its hazard of them, and immigrants come
in proportion. Years differ by a shared effect on survival and one on births. Numbers are large, so
chance of single animals is left out of the states; it stays in the samples of ratios and collars.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.stages import (
    Classes,
    Rates,
    closed_growth,
    yearlings_per_adult,
)
from ustyurt_models.survey.beliefs import logit_moments, lognormal_moments, normal_moments
from ustyurt_models.survey.models.integrated.data import Demography, IntegratedData
from ustyurt_models.survey.models.integrated.path import PATH
from ustyurt_models.survey.models.trend.model import detection_of, noise_of
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.settings import Belief

__all__ = ["LATENT", "build"]

#: Free variables that are states.
LATENT = ("survival_year", "births_year")

#: Columns of the rates of a year.
_CALF, _FEMALE, _MALE = 2, 3, 4

_LOG_2PI = float(np.log(2 * np.pi))


def _share(name: str, belief: Belief) -> TensorVariable:
    """Declare a probability that is normal on the logit; return its logit."""
    mean, sd = logit_moments(belief)
    logit = mean + sd * pm.Normal(f"{name}_z")
    pm.Deterministic(name, pm.math.sigmoid(logit))
    return logit


def _positive(name: str, belief: Belief) -> TensorVariable:
    """Declare a positive quantity, log-normal."""
    mean, sd = lognormal_moments(belief)
    return pm.Deterministic(name, pt.exp(mean + sd * pm.Normal(f"{name}_z")))


def _mean_rates(believed: Demography) -> tuple[Rates, TensorVariable, TensorVariable]:
    """Declare rates of a mean year without poaching, and the logits of calf and female survival."""
    calf, female = (_share(n, getattr(believed, n)) for n in ("calf_survival", "female_survival"))
    relative = pm.math.sigmoid(_share("male_relative", believed.male_relative))
    mean = Rates(
        _positive("young_yearling", believed.young_yearling),
        _positive("young_adult", believed.young_adult),
        pm.math.sigmoid(calf),
        pm.math.sigmoid(female),
        pm.math.sigmoid(female) * relative,
        pm.math.sigmoid(_share("male_at_birth", believed.male_at_birth)),
        _positive("shortage", believed.shortage),
        _positive("shortage_steepness", believed.shortage_steepness),
    )
    return mean, calf, female


def _hazards(told: TrendSettings, believed: Demography) -> tuple[TensorVariable, ...]:
    """Declare poaching hazards of females, young and males, each shape (period,)."""
    losses = [pm.math.sigmoid(_share(f"loss_{i + 1}", b)) for i, b in enumerate(told.loss)]
    females = -pt.log1p(-pt.stack(losses))
    young = _positive("poaching_young", believed.poaching_young)
    males = _positive("poaching_male", believed.poaching_male)
    return females, females * young, females * males


def _rates(
    data: IntegratedData, told: TrendSettings, believed: Demography
) -> tuple[Rates, Rates, TensorVariable]:
    """Declare mean rates without poaching and in the first period, and those of every year.

    The last as `path.PATH` takes them, shape (year - 1, 5).
    """
    steps, period = data.counts.years.size - 1, data.counts.period
    mean, calf, female = _mean_rates(believed)
    of_females, of_young, of_males = _hazards(told, believed)
    good = _positive("survival_sd", told.process_sd) * pm.Normal("survival_year", shape=steps)
    fertile = _positive("births_sd", told.process_sd) * pm.Normal("births_year", shape=steps)
    grown = pm.math.sigmoid(female + good)
    lives = (
        grown * pt.exp(-of_females[period]),
        grown * (mean.male / mean.female) * pt.exp(-of_males[period]),
        pm.math.sigmoid(calf + good) * pt.exp(-of_young[period]),
    )
    pm.Deterministic("lives", pt.stack(lives, axis=1))
    fecund = pt.exp(fertile)
    by_year = (mean.young_yearling * fecund, mean.young_adult * fecund, lives[2], *lives[:2])

    def poached(number: int) -> Rates:
        left = pt.exp(-of_females[number]), pt.exp(-of_young[number])
        return mean._replace(female=mean.female * left[0], calf=mean.calf * left[1])

    pm.Deterministic("growth_ceiling", closed_growth(mean))
    pm.Deterministic("growth_poached", closed_growth(poached(-1)))
    return mean, poached(0), pt.stack(by_year, axis=1)


def _start(rates: Rates, believed: Demography, data: IntegratedData) -> Classes:
    """Declare the classes of the first year: the stable structure, males as believed."""
    mean, sd = data.counts.start
    total = pt.exp(pm.Data("start_mean", np.array(mean)) + sd * pm.Normal("start_z"))
    males = pm.math.sigmoid(_share("adult_males_start", believed.adult_males))
    ratio = yearlings_per_adult(rates)
    young = ratio / (1.0 + ratio)
    sexes = rates.male_at_birth / (1.0 - rates.male_at_birth)
    shape = Classes(young, 1.0 - young, young * sexes, males / (1.0 - males))
    return Classes(*(total * one / shape.total for one in shape))


def _states(start: Classes, mean: Rates, by_year: Any, exchange: Any) -> tuple[Any, Any]:
    """Return log animals by year and class, shape (year, 4), and births, shape (year,)."""
    curve = pt.stack([mean.male_at_birth, mean.shortage, mean.steepness, exchange])
    path = PATH(pt.stack(list(start)), by_year, curve)
    return pt.log(path[:, :4]), path[:, 4]


def _counts(data: IntegratedData, told: TrendSettings, classes: Any, births: Any) -> None:
    """Declare the likelihood of the counts."""
    counts = data.counts
    total = pt.exp(classes).sum(axis=1)[counts.index] + data.with_young * births[counts.index]
    seen = pt.dot(counts.detection_weight, detection_of(counts))
    noise = pt.sqrt(noise_of(counts, told))
    z = (pm.Data("log_count", counts.log_count) - seen - pt.log(total)) / noise
    full = np.flatnonzero(~counts.at_least)
    density = -0.5 * pt.sum(z[full] ** 2 + 2 * pt.log(noise[full]) + _LOG_2PI)
    if counts.at_least.any():
        over = pm.logcdf(pm.Normal.dist(0.0, 1.0), -z[np.flatnonzero(counts.at_least)])
        density = density + pt.sum(over)
    pm.Potential("counts", density)


def _binomial(number: Any, of: Any, share: Any) -> TensorVariable:
    """Log density of successes, up to a constant; the share is kept off 0 and 1."""
    p = pt.clip(share, 1e-9, 1.0 - 1e-9)
    return pt.sum(number * pt.log(p) + (of - number) * pt.log1p(-p))


def _ratios(data: IntegratedData, classes: Any, births: Any, rates: Any) -> None:
    """Declare the likelihood of ratios: a sample of herds, each `herding` animals alike."""
    ratios = data.ratios
    if ratios is None:
        return
    animals = pt.exp(classes)[data.ratio_year]
    females = animals[:, 0] + animals[:, 1]
    rate = rates[np.minimum(data.ratio_year, data.counts.years.size - 2)]
    calf, female = rate[:, _CALF], rate[:, _FEMALE]
    part = ratios.months / 12.0
    calves = births[data.ratio_year] * calf**part
    mothers = females * female**part
    young = ratios.kind == 0
    share = pt.switch(young, calves / (calves + mothers), animals[:, 3] / (animals[:, 3] + females))
    of = np.where(young, ratios.number + ratios.of, ratios.of)
    scaled = (ratios.number / data.herding, of / data.herding)
    pm.Potential("ratios", _binomial(*scaled, share))


def _collars(data: IntegratedData, rates: Any) -> None:
    """Declare the likelihood of deaths of collared animals."""
    collars = data.collars
    if collars is None:
        return
    which = np.where(collars.age == 1, _CALF, np.array([_FEMALE, _MALE])[collars.sex])
    lives = rates[data.collar_year, which] ** (collars.months / 12.0)
    alive = collars.at_risk - collars.deaths
    pm.Potential("collars", _binomial(alive, collars.at_risk, lives))


def build(data: IntegratedData, told: TrendSettings, believed: Demography) -> pm.Model:
    """Build the model.

    Parameters
    ----------
    data : IntegratedData
        Counts, ratios, collars.
    told : TrendSettings
        Beliefs on counting, losses and immigration.
    believed : Demography
        Beliefs on the life of the species.

    Returns
    -------
    pymc.Model
        With ``log_classes`` (year, class: yearling and adult females, yearling and adult males),
        ``births`` (year), ``growth_ceiling`` and ``growth_poached`` (factors of a closed
        population without and with the poaching of the last period).
    """
    with pm.Model() as model:
        mean, first, by_year = _rates(data, told, believed)
        exchange: Any = 1.0
        if told.immigration is not None:
            middle, sd = normal_moments(told.immigration)
            immigration = pt.maximum(middle + sd * pm.Normal("immigration_z"), -0.9)
            exchange = 1.0 + pm.Deterministic("immigration", immigration)
        classes, births = _states(_start(first, believed, data), mean, by_year, exchange)
        pm.Deterministic("log_classes", classes)
        pm.Deterministic("births", births)
        _counts(data, told, classes, births)
        _ratios(data, classes, births, by_year)
        _collars(data, by_year)
    return model
