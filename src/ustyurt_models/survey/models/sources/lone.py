"""Whether a source sees the species where the others, who went there too, do not find it.

A source that errs without saying so (a likeness, an old track, a wrong name) adds sites to those
that count as occupied. The joint model then has no other way than to let the remaining sources miss
the species there, and psi grows. Given that a site is occupied its sources are independent, so how
many of the sites of a source the others miss altogether is known from how well they see.

A pass is no proof: few false detections stay unseen. `tests/survey/test_source_occupancy.py` holds
how often clean sources are flagged and erring ones noticed.

References
----------
Gelman, Meng & Stern 1996, Statistica Sinica 6:733 (discrepancies of replicated data); Miller et al.
2011, Ecology 92:1422 (what false detections do to occupancy).
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.site_histories import log_sigmoid, occupied_given_history
from ustyurt_models.seeds import generator
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.judgement import Finding, below
from ustyurt_models.survey.models.sites.occupancy import OccupancyData
from ustyurt_models.survey.models.sites.predictors import flat_draws, linear_draws
from ustyurt_models.survey.models.sources.occupancy import SourceData, states

__all__ = ["lone_findings", "tail_of_count"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def tail_of_count(chance: Floats, count: NDArray[np.int64]) -> Floats:
    """Return the probability of as many events or more, half of that of just as many.

    Parameters
    ----------
    chance : numpy.ndarray
        Probability of each of several independent events, shape (draw, event).
    count : numpy.ndarray
        Events that happened, shape (draw,).

    Returns
    -------
    numpy.ndarray
        Mid-p tail of the Poisson-binomial distribution, shape (draw,).
    """
    draws, events = chance.shape
    weight = np.zeros((draws, events + 1))
    weight[:, 0] = 1.0
    for event in range(events):
        one = chance[:, event, None]
        weight[:, 1:] = weight[:, 1:] * (1.0 - one) + weight[:, :-1] * one
        weight[:, 0] *= 1.0 - one[:, 0]
    number = np.arange(events + 1)
    more = weight * (number > count[:, None])
    return np.asarray(more.sum(axis=1) + 0.5 * weight[np.arange(draws), count])


def lone_findings(
    data: SourceData, posterior: xr.Dataset, alone: Mapping[str, xr.Dataset], most: int = 500
) -> list[Finding]:
    """Ask of every source whether too many of its sites are its own alone.

    How well the others see is taken from the fit of each by itself: what the source in question
    says has no part in it.

    Parameters
    ----------
    data : SourceData
        Histories.
    posterior : xarray.Dataset
        Of all sources together.
    alone : mapping of str to xarray.Dataset
        Of each source alone.
    most : int
        Draws at most.

    Returns
    -------
    list of Finding
        Named after the source; the probability is times the number of sources that are asked. None
        for a source that shares no site where it saw the species.
    """
    log_missed, went, saw = _laid_out(data, alone, most)
    together = flat_draws(thin(posterior, most))
    chance = occupied_given_history(*states(together, data))
    many = min(len(chance), log_missed.shape[1])
    rng = generator(0, "survey", "lone sites")
    occupied = rng.random((many, data.sites)) < chance[:many]
    asked: dict[str, tuple[float, str]] = {}
    for number, name in enumerate(data.parts):
        others = np.delete(np.arange(len(saw)), number)
        shared = np.flatnonzero(saw[number] & went[others].any(axis=0))
        if shared.size == 0:
            continue
        there = occupied[:, shared]
        lone = there & ~saw[others][:, shared].any(axis=0)
        unseen = np.exp(log_missed[others][:, :many, shared].sum(axis=0)) * there
        tail = float(tail_of_count(unseen, lone.sum(axis=1)).mean())
        asked[name] = (tail, _meaning(name, data, lone, unseen))
    limits = data.settings.gate.predictive_p
    return [
        below(f"{name}: sites of its own", min(p * len(asked), 1.0), limits, said)
        for name, (p, said) in asked.items()
    ]


def _laid_out(
    data: SourceData, alone: Mapping[str, xr.Dataset], most: int
) -> tuple[Floats, Bools, Bools]:
    """Return log probability to miss, and what was visited and seen, over all sites by source."""
    drawn = [flat_draws(thin(alone[name], most)) for name in data.alone]
    many = min(len(draws["p_intercept"]) for draws in drawn)
    log_missed = np.zeros((len(drawn), many, data.sites))
    went, saw = np.zeros((2, len(drawn), data.sites), bool)
    for number, (name, draws) in enumerate(zip(data.alone, drawn, strict=True)):
        at, visits = data.survey.at[name], data.alone[name].visits
        each = _log_missed(draws, data.alone[name])
        # Fits of one study share a seed: draws come in an order of their own.
        order = generator(number, "survey", "lone sites").permutation(len(each))[:many]
        log_missed[number][:, at] = each[order]
        went[number, at] = (visits.seen + visits.missed).sum(axis=(1, 2)) > 0
        saw[number, at] = visits.seen.sum(axis=(1, 2)) > 0
    return log_missed, went, saw


def _log_missed(draws: Mapping[str, Floats], part: OccupancyData) -> Floats:
    """Log probability that all visits miss the species that is there, shape (draw, own site)."""
    visits = part.visits
    made = visits.seen + visits.missed
    logit = linear_draws(draws, part.p)
    each = (log_sigmoid(-one)[visits.row] * visits.exposure * made for one in logit)
    return np.array([one.reshape(len(made), -1).sum(axis=1) for one in each])


def _meaning(name: str, data: SourceData, lone: Bools, unseen: Floats) -> str:
    """Say what a low probability means."""
    errs = data.parts[name].settings.false_positives
    advice = "" if errs else "; false_positives = true lets it err"
    nothing, expected = (part.sum(axis=1).mean() for part in (lone, unseen))
    return (
        f"of {lone.shape[1]} sites where {name} saw the species and others went too, these found "
        f"nothing at {nothing:.3g}; as well as they see, {expected:.2g} were expected; low: {name} "
        f"sees what is not there, which raises psi, or the others miss what it sees{advice}"
    )
