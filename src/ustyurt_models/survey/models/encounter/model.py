"""The models of camera traps in PyMC: random encounter, time to event, space to event, instants.

A group that moves as a particle of an ideal gas at day range v passes the sector of a camera
(radius r, angle theta) at the rate v r (2 + theta) / pi per day and per group in a unit of area,
so with density D the passages of a camera that watches t days have the mean

    D t v r (2 + theta) / pi

(Rowcliffe et al. 2008, equation 4). Passages are negative binomial with that mean and variance
mean + (cv mean)^2: cameras differ beyond chance. The model estimates passages per camera day; v, r
and theta are independent of it, so density is derived draw by draw and carries the uncertainty of
all three.

Where distances are measured at first contact they follow r g(r) with half-normal g, so their scale
sigma gives the effective radius sigma sqrt(2); where angles are measured they follow half-normal
g(|a|), so the effective sector has the angle sigma sqrt(2 pi) (Rowcliffe et al. 2011). Fast
passages are met more often in proportion to speed: the speeds of passages are log-normal with
log mean m + s^2 where those of animals have m, so the mean speed is exp(m + s^2 / 2) (Rowcliffe et
al. 2016).

Passages as such a process, waiting for the first passage of an occasion is exponential with that
same rate, censored at its end: with d first passages in s days waited, a camera gives
rate^d exp(-rate s) (time to event). The period of Moeller et al. 2018, in which an animal crosses
the view, is pi A / P over speed by Cauchy's mean chord of an area A with perimeter P, and groups
in view per period, D A, over that period give the same D v r (2 + theta) / pi.

At an instant the groups in view of a camera are Poisson with mean D A, A = theta r^2 / 2. Looking
at cameras in random order until the first with animals (space to event) or at all of them
(instantaneous sampling), a camera found empty n times and not empty h times gives
exp(-x n) (1 - exp(-x))^h, x = D A; that is x^h exp(-x (n + h / 2)) but for a share of x^2 / 12.

All three have the form rate^d exp(-rate s). Cameras differ beyond chance: the rate of each is
multiplied by a gamma variable with mean one, which, summed out, leaves the negative binomial of
d with mean rate s up to a factor without parameters; so all models share one likelihood.

References
----------
Moeller, Lukacs & Horne 2018, Ecosphere 9:e02331.
Rowcliffe et al. 2008, Journal of Applied Ecology 45:1228-1236.
Rowcliffe et al. 2011, Methods in Ecology and Evolution 2:464-476.
Rowcliffe et al. 2016, Remote Sensing in Ecology and Conservation 2:84-94.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from ustyurt_models.formulas.detection import SPREAD_FLOOR
from ustyurt_models.survey.models.distance.priors import exponential, log_normal
from ustyurt_models.survey.models.encounter.data import EncounterSurvey

__all__ = ["build", "log_passages", "size_mean_and_error", "sufficient"]


def size_mean_and_error(survey: EncounterSurvey) -> tuple[float, float]:
    """Return mean group size and its standard error between sites (ratio estimator).

    With counts at one site only, the error between passages; half an animal over the root of
    their number where all groups are alike.
    """
    size, site = survey.seen.size, survey.seen.size_site
    mean, count = float(size.mean()), size.size
    sites = np.unique(site).size
    floor = 0.5 / np.sqrt(count)
    if sites < 2:
        return mean, max(float(size.std(ddof=min(1, count - 1))) / np.sqrt(count), floor)
    excess = np.bincount(site, size - mean, len(survey.seen.site))
    return mean, max(np.sqrt(sites / (sites - 1) * float(excess @ excess)) / count, floor)


def sufficient(survey: EncounterSurvey) -> dict[str, np.ndarray]:
    """Reduce a survey to what the likelihood reads.

    Parameters
    ----------
    survey : EncounterSurvey
        The survey.

    Returns
    -------
    dict of str to numpy.ndarray
        ``passages`` (or first passages, or instants with animals) and ``effort`` per site; of
        measured distances, angles and speeds the number
        and their moments; mean and error of group size.
    """
    seen = survey.seen
    found = {"passages": seen.events.astype(float), "effort": seen.effort}
    if survey.settings.group_size == "mean" and seen.size.size:
        found["size"] = np.array(size_mean_and_error(survey))
    if survey.settings.radius_m == "data":
        found["radius"] = np.array([seen.radius_m.size, (seen.radius_m**2).sum()])
    if survey.settings.angle_deg == "data":
        found["angle"] = np.array([seen.angle_deg.size, (seen.angle_deg**2).sum()])
    if getattr(survey.settings, "speed_m_per_s", None) == "data":
        logs = np.log(seen.speed_m_per_s)
        found["speed"] = np.array([logs.size, logs.sum(), (logs**2).sum()])
    return found


def log_passages(passages, expected, spread):
    """Log probability of negative binomial counts with variance mean + (spread mean)^2."""
    k = 1.0 / (spread**2 + SPREAD_FLOOR**2)
    ways = pt.gammaln(passages + k) - pt.gammaln(k) - pt.gammaln(passages + 1)
    return ways - k * pt.log1p(expected / k) + passages * (pt.log(expected) - pt.log(k + expected))


def _measured(survey: EncounterSurvey, told) -> None:
    """Add the likelihood of whatever was measured at the beginning of passages."""
    priors = survey.settings.priors
    if "radius" in told:
        scale = log_normal("radius_scale_m", priors.radius_scale_m)
        count, squares = told["radius"][0], told["radius"][1]
        pm.Potential("log_radius", -2 * count * pt.log(scale) - squares / (2 * scale**2))
    if "angle" in told:
        scale = log_normal("angle_scale_deg", priors.angle_scale_deg)
        count, squares = told["angle"][0], told["angle"][1]
        pm.Potential("log_angle", -count * pt.log(scale) - squares / (2 * scale**2))
    if "speed" in told:
        median = log_normal("speed_median_m_per_s", priors.speed_m_per_s)
        sd = exponential("speed_sd_log", 1.0)
        count, total, squares = (told["speed"][i] for i in range(3))
        middle, variance = pt.log(median), sd**2 + SPREAD_FLOOR**2
        away = squares - 2 * middle * total + count * middle**2
        pm.Potential("log_speed", -count * pt.log(variance) / 2 - away / (2 * variance))


def build(survey: EncounterSurvey) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    survey : EncounterSurvey
        The survey.

    Returns
    -------
    pymc.Model
        Free variables ``event_rate`` (stratum), ``spread``, and where there are data
        ``mean_size``, ``radius_scale_m``, ``angle_scale_deg``, ``speed_median_m_per_s`` and
        ``speed_sd_log``.
    """
    priors, seen = survey.settings.priors, survey.seen
    with pm.Model(coords={"stratum": list(seen.strata)}) as model:
        told = {name: pm.Data(name, value) for name, value in sufficient(survey).items()}
        rate = log_normal("event_rate", priors.event_rate, dims="stratum")
        spread = exponential("spread", priors.spread_mean)
        expected = rate[seen.stratum] * told["effort"]
        pm.Potential("log_events", log_passages(told["passages"], expected, spread).sum())
        if survey.settings.group_size == "mean":
            size = log_normal("mean_size", priors.mean_size)
            if "size" in told:
                away = (size - told["size"][0]) / told["size"][1]
                pm.Potential("log_size", -0.5 * away**2)
        _measured(survey, told)
    return model
