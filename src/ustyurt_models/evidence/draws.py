"""Joint draws of a full parameter set, each parameter from its own addressed stream."""

from collections.abc import Iterable

import numpy as np
import xarray as xr

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence.catalogue import Catalogue
from ustyurt_models.evidence.distributions import fit
from ustyurt_models.evidence.parameter import Parameter
from ustyurt_models.seeds import generator

__all__ = ["draw_parameters", "parameters_at"]

# The streams give multiples of 2^-53 from 0 on; half a step keeps quantiles finite.
_HALF_STEP = 2.0**-54


def draw_parameters(catalogue: Catalogue, ids: Iterable[str], seed: int, draws: int) -> xr.Dataset:
    """Draw `draws` parameter sets of the rows `ids`.

    Parameters
    ----------
    catalogue : Catalogue
        The evidence.
    ids : iterable of str
        Parameters wanted; repeated ones count once.
    seed : int
        The study seed. Draw k of a parameter depends on `seed`, the id and k alone: not on
        how many draws are taken, nor on which other parameters are.
    draws : int
        Number of sets, at least 1.

    Returns
    -------
    xarray.Dataset
        One variable per id, float64, dim ``draw``, with attributes ``units``, ``long_name``,
        ``confidence``, ``source_key``, ``distribution`` (family drawn from) and
        ``fit_error`` (see `ustyurt_models.evidence.distributions.Fitted`). Parameters are
        drawn independently of each other.

    Raises
    ------
    InputError
        Naming every id that is unknown or states a fact instead of a number.
    """
    require(draws >= 1, "draws", "must be at least 1", draws)
    rows = catalogue.require_ids(dict.fromkeys(ids))
    faults = Faults()
    for row in rows:
        if not row.drawable:
            faults.add(f"evidence: {row.id}", "states a fact, not a number", row.parameter)
    faults.raise_if_any()
    variables = {row.id: _variable(row, seed, draws) for row in rows}
    attributes = {"seed": seed, "evidence_digest": catalogue.digest}
    return xr.Dataset(variables, coords={"draw": np.arange(draws)}, attrs=attributes)


def parameters_at(parameters: xr.Dataset, draw: int) -> dict[str, float]:
    """Return set number `draw` of `draw_parameters` as parameter id -> value."""
    return {str(id): float(parameters.variables[id].values[draw]) for id in parameters.data_vars}


def _variable(row: Parameter, seed: int, draws: int) -> xr.Variable:
    """Draw one row by inversion, so that draw k uses number k of the row's stream."""
    fitted = fit(row)
    chance = generator(seed, "evidence", row.id).random(draws) + _HALF_STEP
    attributes = {
        "units": row.unit,
        "long_name": f"{row.species}: {row.parameter}",
        "confidence": row.confidence,
        "source_key": ";".join(row.source_keys),
        "distribution": fitted.family,
        "fit_error": fitted.fit_error,
    }
    return xr.Variable(("draw",), fitted.quantile(chance), attributes)
