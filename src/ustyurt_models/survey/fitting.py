"""Fit one model: draw, derive, judge; what several fits are made of."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys.gate import Gate
from ustyurt_models.survey.diagnostics import (
    leave_one_out,
    predictive,
    prior_shift,
    sampler_findings,
)
from ustyurt_models.survey.judgement import Finding, table, worst
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.sampling import Progress, draw_posterior, settings_attrs
from ustyurt_models.survey.sensitivity import sensitivity_findings, sensitivity_node

__all__ = ["Fitted", "fit_once", "tree_of"]

Floats = NDArray[np.float64]

#: Results whose sensitivity to the prior is judged, where a model has them.
RESULTS = (
    "abundance_total",
    "density_total_per_km2",
    "group_abundance_total",
    "mean_size",
    "esw_m",
    "effective_radius_m",
    "detection_on_line",
    "occupied_share",
    "psi_mean",
    "p_detect",
    "richness_mean",
    "growth_closed",
    "immigration",
    "detection_shift",
)


@dataclass(frozen=True)
class Fitted:
    """A model with its posterior and what was found of it.

    Attributes
    ----------
    model : SurveyModel
        The model.
    nodes : dict of str to xarray.Dataset
        Nodes of the posterior tree except ``diagnostics``.
    findings : list of Finding
        Diagnostics.
    log_likelihood : numpy.ndarray
        Pointwise, shape (draw, unit).
    unit : str
        What a point is.
    attrs : dict
        How the posterior was made.
    """

    model: SurveyModel
    nodes: dict[str, xr.Dataset]
    findings: list[Finding]
    log_likelihood: Floats
    unit: str
    attrs: dict[str, object]

    @property
    def verdict(self) -> str:
        """The gravest word of the diagnostics."""
        return worst(self.findings)


def _sensitivity(posterior: xr.Dataset, stats: xr.Dataset, gate: Gate) -> xr.Dataset | None:
    """Power-scale prior and likelihood of the results; nothing for a preview."""
    results = {
        name: posterior[name].values.ravel()
        for name in RESULTS
        if name in posterior
        and posterior[name].ndim == 2
        and np.isfinite(posterior[name].values).all()
        and np.ptp(posterior[name].values) > 0
    }
    if "preview" in stats or not results:
        return None
    parts = [stats[name].values.ravel() for name in ("log_prior", "log_likelihood")]
    return sensitivity_node(results, parts[0], parts[1], gate.sensitivity)


def _alone(
    model: SurveyModel, posterior: xr.Dataset, seed: int, gate: Gate
) -> tuple[dict[str, xr.Dataset], list[Finding]]:
    """Fit each part of the data alone and lay it beside the whole, where a model has parts."""
    found = {}
    for name, part in model.alone().items():
        draws = draw_posterior(part.build(), part.settings.sampler, seed, None, gate, part.latent)
        rng = generator(seed, "survey", "derived", name)
        found[name] = part.derive(draws.posterior, rng)
    return model.beside(posterior, found, model.settings.interval)


def fit_once(
    model: SurveyModel, seed: int, progress: Progress | None = None, gate: Gate | None = None
) -> Fitted:
    """Draw from the posterior of a model, derive what is wanted, and judge the result.

    Parameters
    ----------
    model : SurveyModel
        A statistical model with its data; sampler and interval stand in its settings.
    seed : int
        The same seed gives the same posterior.
    progress : callable, optional
        Called with the share done.
    gate : Gate, optional
        Limits of the diagnostics; those of the settings unless given.

    Returns
    -------
    Fitted
        Everything but the tree.
    """
    spec = model.settings
    gate = spec.gate if gate is None else gate
    draws = draw_posterior(model.build(), spec.sampler, seed, progress, gate, model.latent)
    while (further := model.wider(draws.posterior)) is not None:
        model = further
        draws = draw_posterior(model.build(), spec.sampler, seed, progress, gate, model.latent)
    rng = generator(seed, "survey", "derived")
    posterior = model.derive(draws.posterior, rng)
    pointwise, unit = model.log_likelihood(posterior)
    sensitivity = _sensitivity(posterior, draws.stats, gate)
    beside, conflicts = _alone(model, posterior, seed, gate)
    findings = [
        *sampler_findings(posterior, draws.stats, gate),
        *prior_shift(posterior, model.prior_sd(), gate),
        *predictive(model.checks(posterior, rng), gate),
        *model.findings(posterior),
        *conflicts,
        *leave_one_out(pointwise, unit, gate),
        *([] if sensitivity is None else sensitivity_findings(sensitivity, gate)),
    ]
    nodes = {"posterior": posterior, "sample_stats": draws.stats}
    nodes |= model.nodes(posterior, spec.interval) | beside
    nodes |= {} if sensitivity is None else {"sensitivity": sensitivity}
    said = draws.stats.attrs
    attrs = settings_attrs(spec, seed) | {"engine": said["engine"], "why_engine": said["why"]}
    attrs["preview"] = int(said["engine"] == "preview")
    return Fitted(model, nodes, findings, pointwise, unit, attrs)


def tree_of(
    fitted: Fitted,
    nodes: dict[str, xr.Dataset] | None = None,
    findings: list[Finding] | None = None,
) -> xr.DataTree:
    """Put a fit into the tree that is stored.

    Parameters
    ----------
    fitted : Fitted
        The fit.
    nodes : dict of str to xarray.Dataset, optional
        Further nodes, or others in their place.
    findings : list of Finding, optional
        Further diagnostics.

    Returns
    -------
    xarray.DataTree
        Nodes ``posterior``, ``sample_stats``, ``diagnostics``, ``abundance`` and those of the
        model.
    """
    judged = table([*fitted.findings, *(findings or [])])
    tree = xr.DataTree.from_dict(fitted.nodes | {"diagnostics": judged} | (nodes or {}))
    tree.attrs |= fitted.attrs
    tree.attrs["verdict"] = judged.attrs["verdict"]
    return tree
