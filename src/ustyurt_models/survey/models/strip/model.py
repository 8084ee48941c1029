"""Strip counts in PyMC: rate by stratum, group size, eye estimates calibrated by photographs.

Counted units (groups, or animals where the file has no groups) in strip i of stratum s are
negative binomial with mean r_s a_i and variance (1 + k_s^2) times the mean, so that cutting a
strip in two changes nothing and the spread of r_s agrees with Jolly's ratio estimator. Group
sizes are log-normal, log s ~ N(m, sigma^2), written with the error of rounding to whole animals.
An estimate by eye has mean b s: log eye ~ N(log b + log s - t^2 / 2, t^2). For groups without a
photograph the size s is integrated out: log eye ~ N(log b + m - t^2 / 2, sigma^2 + t^2).

References
----------
Jolly 1969, East African Agricultural and Forestry Journal 34:46-49.
Norton-Griffiths 1978, *Counting Animals*, 2nd ed. (counting bias from photographs).
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.detection import SPREAD_FLOOR
from ustyurt_models.survey.models.distance.encounters import log_overdispersed
from ustyurt_models.survey.models.distance.priors import exponential, log_normal
from ustyurt_models.survey.models.strip.data import StripSurvey

__all__ = ["build", "rounding_variance", "sufficient"]


def rounding_variance(size: np.ndarray) -> np.ndarray:
    """Variance of log size that comes from rounding to whole animals, 1 / (12 size^2)."""
    return 1.0 / (12.0 * np.square(size, dtype=float))


def sufficient(survey: StripSurvey) -> dict[str, np.ndarray]:
    """Reduce a survey to what the likelihood reads.

    Parameters
    ----------
    survey : StripSurvey
        The survey.

    Returns
    -------
    dict of str to numpy.ndarray
        ``counted`` per strip; distinct sizes ``photo`` and ``eye`` with their ``photo_times`` and
        ``eye_times`` (eye: of groups without a photograph); ``ratio`` of eye over photo with the
        ``ratio_variance`` of rounding, where both are there; for plain means the sums over groups.
    """
    found: dict[str, np.ndarray] = {"counted": survey.counted}
    if not survey.strips.group_strip.size:
        return found
    eye = survey.strips.eye[survey.by_eye]
    photo = survey.strips.photo[~survey.by_eye]
    if survey.settings.group_size == "mean":
        sums = [photo.sum(), (photo**2).sum(), eye.sum(), (eye**2).sum(), eye.size + photo.size]
        found["sums"] = np.array(sums, float)
    else:
        for name, sizes in (("photo", photo), ("eye", eye)):
            if sizes.size:
                found[name], found[f"{name}_times"] = np.unique(sizes, return_counts=True)
    if survey.calibrated:
        both = survey.paired
        found["ratio"] = survey.strips.eye[both] / survey.strips.photo[both]
        found["ratio_variance"] = rounding_variance(survey.strips.eye[both])
    return found


def _normal(value: TensorVariable, mean: TensorVariable, variance: TensorVariable):
    """Log density of a normal."""
    return -0.5 * (pt.log(2 * np.pi * variance) + (value - mean) ** 2 / variance)


def _rates(survey: StripSurvey) -> TensorVariable:
    """Declare the rates of the strata, apart or lending strength to each other."""
    priors = survey.settings.priors
    if survey.settings.pooling == "none" or survey.area_km2.size == 1:
        return log_normal("rate_per_km2", priors.rate, dims="stratum")
    mean = log_normal("rate_mean", priors.rate)
    spread = exponential("rate_sd", priors.pooling_sd_mean)
    z = pm.Normal("rate_per_km2_z", dims="stratum")
    return pm.Deterministic("rate_per_km2", mean * pt.exp(spread * z), dims="stratum")


def _counts(survey: StripSurvey, told: dict[str, TensorVariable]) -> None:
    """Add rates and the likelihood of the units counted per strip."""
    strips, priors = survey.strips, survey.settings.priors
    expected = _rates(survey)[strips.strip_stratum] * strips.searched_km2
    mean = priors.group_spread_mean if strips.has_groups else priors.animal_spread_mean
    spread = exponential("spread", mean, dims="stratum")
    excess = (spread**2 + SPREAD_FLOOR**2)[strips.strip_stratum]
    pm.Potential("log_counts", log_overdispersed(told["counted"], expected, excess).sum())


def _calibration(survey: StripSurvey, told: dict[str, TensorVariable]):
    """Add bias and error of estimates by eye; return them, or exact estimates without photos."""
    if not survey.calibrated:
        return pt.constant(1.0), pt.constant(0.0)
    bias = log_normal("eye_bias", survey.settings.priors.eye_bias)
    error = exponential("eye_error", survey.settings.priors.eye_error_mean)
    variance = error**2
    each = _normal(
        pt.log(told["ratio"]), pt.log(bias) - variance / 2, variance + told["ratio_variance"]
    )
    pm.Potential("log_calibration", each.sum())
    return bias, variance


def _sizes(survey: StripSurvey, told: dict[str, TensorVariable]) -> None:
    """Add log-normal group sizes, photographed or estimated by eye."""
    median = log_normal("median_size", survey.settings.priors.mean_size)
    sigma = exponential("size_sd_log", survey.settings.priors.size_sd_log_mean)
    bias, error = _calibration(survey, told)
    middle, variance = pt.log(median), sigma**2
    means = {"photo": middle, "eye": middle + pt.log(bias) - error / 2}
    spreads = {"photo": variance, "eye": variance + error}
    for name in set(means) & set(told):
        sizes, times = told[name], told[f"{name}_times"]
        total = spreads[name] + 1.0 / (12.0 * sizes**2)
        density = _normal(pt.log(sizes), means[name], total)
        pm.Potential(f"log_sizes_{name}", (times * density).sum())


def _mean_size(survey: StripSurvey, told: dict[str, TensorVariable]) -> None:
    """Add mean size as a plain number: the mean of corrected sizes has its standard error."""
    mean = log_normal("mean_size", survey.settings.priors.mean_size)
    bias, _ = _calibration(survey, told)
    if "sums" not in told:
        return
    photo, photo_squares, eye, eye_squares, count = (told["sums"][i] for i in range(5))
    sample_mean = (photo + eye / bias) / count
    spread = (photo_squares + eye_squares / bias**2) / count - sample_mean**2
    # Half an animal where all groups are alike.
    variance = pt.maximum(spread / pt.maximum(count - 1, 1), 0.25 / count)
    pm.Potential("log_sizes", _normal(sample_mean, mean, variance))


def build(survey: StripSurvey) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    survey : StripSurvey
        The survey.

    Returns
    -------
    pymc.Model
        Free variables ``rate_per_km2`` and ``spread`` (stratum) and, where the file has groups,
        ``median_size`` and ``size_sd_log`` or ``mean_size``; with photographs ``eye_bias`` and
        ``eye_error``. A survey of the same design can be put in its place with
        ``model.set_data`` and the values of `sufficient`.
    """
    with pm.Model(coords={"stratum": list(survey.strips.stratum)}) as model:
        told = {name: pm.Data(name, value) for name, value in sufficient(survey).items()}
        _counts(survey, told)
        if survey.strips.has_groups and survey.settings.group_size == "mean":
            _mean_size(survey, told)
        elif survey.strips.has_groups:
            _sizes(survey, told)
    return model
