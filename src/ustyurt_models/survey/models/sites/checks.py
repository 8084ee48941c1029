"""How well histories are reproduced, and what a biologist must know before using the answer."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.site_histories import log_sigmoid
from ustyurt_models.study.surveys.gate import Gate
from ustyurt_models.survey.judgement import Finding, above, below
from ustyurt_models.survey.models.sites.visits import Visits
from ustyurt_models.survey.predictive import dispersion_p, freeman_tukey_p

__all__ = [
    "detection_checks",
    "few_detections",
    "few_repeats",
    "share_words",
    "shift_finding",
]

Floats = NDArray[np.float64]
Checks = dict[str, tuple[float, str]]

#: Sites with detections, or visited again, below which rare and hard to see can hardly be told
#: apart.
_FEWEST = 10


def detection_checks(
    psi: Floats,
    occupied: NDArray[np.bool_],
    logit_p: Floats,
    visits: Visits,
    rng: np.random.Generator,
    false: Floats | None = None,
) -> Checks:
    """Compare detections by site and season with those of replicates.

    Parameters
    ----------
    psi : numpy.ndarray
        Probability of occupancy, shape (draw, site, season).
    occupied : numpy.ndarray
        States of the replicates, same shape.
    logit_p : numpy.ndarray
        Of each row of detection, shape (draw, row).
    visits : Visits
        What was seen.
    rng : numpy.random.Generator
        Chance.
    false : numpy.ndarray, optional
        Probability of a false detection on a visit to an empty site, shape (draw,).

    Returns
    -------
    dict
        Check to (probability, meaning).

    References
    ----------
    MacKenzie & Bailey 2004, JABES 9:300; Broms, Hooten & Fitzpatrick 2016, Ecology 97:1759 (why
    sums over visits: a single 0 or 1 tells nothing of fit).
    """
    made = (visits.seen + visits.missed).astype(np.int64)
    again, expected = np.empty(psi.shape), np.empty(psi.shape)
    for draw in range(len(psi)):
        p = -np.expm1(log_sigmoid(-logit_p[draw])[visits.row] * visits.exposure)
        again[draw] = rng.binomial(made, p).sum(axis=-1) * occupied[draw]
        expected[draw] = psi[draw] * (made * p).sum(axis=-1)
        if false is not None:
            wrong = -np.expm1(np.log1p(-false[draw]) * visits.exposure)
            again[draw] += rng.binomial(made, wrong).sum(axis=-1) * ~occupied[draw]
            expected[draw] += (1.0 - psi[draw]) * (made * wrong).sum(axis=-1)
    known = made.sum(axis=-1) > 0
    seen, again, expected = visits.seen.sum(axis=-1)[known], again[:, known], expected[:, known]
    none, nothing = (again == 0).sum(axis=1), (seen == 0).sum()
    many = float((none > nothing).mean() + 0.5 * (none == nothing).mean())
    spread = "spread of detections among sites fits; low: covariates or random effects are missing"
    return {
        "histories, Freeman-Tukey": (
            freeman_tukey_p(seen, again, expected),
            "detections per site fit",
        ),
        "histories, dispersion": (dispersion_p(seen, again, expected), spread),
        "sites without detection": (2 * min(many, 1 - many), "number of all-zero histories fits"),
    }


def few_detections(sites: int, all_sites: int, prior: str) -> Finding:
    """Warn in plain words where the prior has a say.

    Parameters
    ----------
    sites : int
        Sites with detections.
    all_sites : int
        Sites visited.
    prior : str
        The priors that matter, in words.
    """
    meaning = (
        f"sites with detections, of {all_sites}; so few can hardly tell an animal that is rare "
        f"from one that is hard to see, so that {prior} weighs in the answer: look how the "
        "numbers change with it before using them"
    )
    return below("sites with detections", float(sites), (float(_FEWEST), 0.0), meaning)


def few_repeats(visits: Floats, prior: str) -> Finding:
    """Warn where hardly any site was visited twice while nothing changed.

    Parameters
    ----------
    visits : numpy.ndarray
        Visits made, shape (site, season).
    prior : str
        The priors that matter, in words.
    """
    again = int((visits > 1).any(axis=1).sum())
    meaning = (
        f"sites visited more than once in a season, of {len(visits)}; without repeats nothing in "
        "the data tells an animal that is rare from one that is hard to see, only their product "
        f"is known: {prior} decides between them; visit sites again"
    )
    return below("sites visited again", float(again), (float(_FEWEST), 0.0), meaning)


def shift_finding(name: str, draws: Floats, prior_sd: float, gate: Gate) -> Finding:
    """Compare the spread of an intercept before and after the data, on the scale of its link."""
    meaning = "posterior over prior spread; near 1: the data said nothing"
    ratio = float(np.std(draws)) / prior_sd
    return above(f"shift of {name}", ratio, (gate.shift, np.inf), meaning)


def share_words(median: float, sd_logit: float) -> str:
    """Say a prior of a probability as the range that holds 95 % of it."""
    middle = np.log(median / (1 - median))
    low, high = expit(middle + np.array([-1.96, 1.96]) * sd_logit)
    return f"between {low:.2g} and {high:.2g}"
