"""Diagnostics that only surfaces have: waves of the field, and cells like none surveyed."""

from dataclasses import replace

import numpy as np
import xarray as xr

from ustyurt_models.formulas.hsgp import longest_resolved_km, shortest_resolved_km
from ustyurt_models.survey.draws import draws_of, thin
from ustyurt_models.survey.judgement import Finding, above, below
from ustyurt_models.survey.models.hierarchical.data import HierarchicalSurvey
from ustyurt_models.survey.models.hierarchical.field import Field
from ustyurt_models.survey.models.hierarchical.places import Places
from ustyurt_models.survey.models.hierarchical.predict import extrapolated, zone_totals
from ustyurt_models.survey.models.hierarchical.results import (
    density_draws,
    surface_of,
)

__all__ = ["surface_findings"]

_WAVES = (0.9, 0.5)  # share of the length scales that the waves can show: look, stop below
_EXTRAPOLATED = (0.2, np.inf)  # share of the animals where nobody surveyed the like: look above


def surface_findings(
    posterior: xr.Dataset, survey: HierarchicalSurvey, places: Places, field: Field | None
) -> list[Finding]:
    """Judge what is particular to surfaces: waves of the field, and cells like none surveyed.

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    survey, places, field
        The model.

    Returns
    -------
    list of Finding
        None without field and cells.
    """
    found = []
    if field is not None:
        length = draws_of(posterior, "field_length_km")
        short, long = shortest_resolved_km(field.basis), longest_resolved_km(field.basis)
        inside = float(((length >= 0.999 * short) & (length <= 1.001 * long)).mean())
        meaning = (
            f"share of draws whose length scale lies within {short:.3g} to {long:.3g} km, which "
            "the waves can show; low: another length_scale, or a larger basis"
        )
        found.append(below("field, waves enough", inside, _WAVES, meaning))
    if places.cells is not None:
        share = _extrapolated_share(posterior, survey, places, field)
        meaning = "animals put into cells whose covariates lie outside the surveyed range"
        found.append(above("animals extrapolated", share, _EXTRAPOLATED, meaning))
    return found


def _extrapolated_share(
    posterior: xr.Dataset, survey: HierarchicalSurvey, places: Places, field: Field | None
) -> float:
    """Return the share of the animals in cells outside the surveyed range, on average."""
    assert places.cells is not None
    draws = density_draws(thin(posterior, 100), survey, places, field)
    apart = replace(
        places.cells,
        zone=extrapolated(places.density, places.cells).astype(np.int64),
        zones=("within", "outside"),
    )
    total = zone_totals(surface_of(places, field), draws, apart).sum(axis=0)
    return float(total[1] / total.sum())
