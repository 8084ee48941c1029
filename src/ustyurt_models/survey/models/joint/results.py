"""From a joint posterior to abundance and bias."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.models.joint.data import JointData
from ustyurt_models.survey.models.joint.density import Evidence

__all__ = ["UNITS", "derive", "log_likelihood", "observed_node"]

Floats = NDArray[np.float64]

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "log_abundance": ("1", "logarithm of the animals in the stratum"),
    "bias": ("1", "what the survey finds over what is there"),
    "abundance": ("1", "animals in the stratum"),
    "density_per_km2": ("km-2", "animals per square kilometre"),
    "abundance_total": ("1", "animals in all strata"),
}


def derive(posterior: xr.Dataset, data: JointData) -> xr.Dataset:
    """Add abundance, density and the bias of every survey (1 for the reference)."""
    out = posterior[["log_abundance"]]
    shape = out["log_abundance"].shape[:2]
    bias = np.ones((*shape, len(data.components)))
    biased = [i for i, one in enumerate(data.components) if one.bias_sd > 0]
    bias[..., biased] = np.exp(posterior["log_bias"].values)
    out = out.assign_coords(
        survey=[one.name for one in data.components],
        area_km2=("stratum", data.area_km2, {"units": "km2"}),
    )
    out["bias"] = (("chain", "draw", "survey"), bias)
    out["abundance"] = np.exp(out["log_abundance"])
    out["density_per_km2"] = out["abundance"] / out["area_km2"]
    out["abundance_total"] = out["abundance"].sum("stratum")
    for variable in out.data_vars.values():
        unit, meaning = UNITS[str(variable.name)]
        variable.attrs = {"units": unit, "long_name": meaning}
    return out


def log_likelihood(
    posterior: xr.Dataset, evidence: tuple[Evidence, ...], most: int = 1000
) -> Floats:
    """Log density of every survey's answer, shape (draw, survey).

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``log_abundance`` and ``bias``.
    evidence : tuple of Evidence
        One per survey.
    most : int
        Draws used at most.
    """
    step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // most, 1)
    some = posterior.isel(draw=slice(None, None, step))
    logs = some["log_abundance"].values.reshape(-1, some.sizes["stratum"])
    shift = np.log(some["bias"].values.reshape(-1, len(evidence)))
    columns = [one.density.log_density(logs + shift[:, [i]]) for i, one in enumerate(evidence)]
    return np.stack(columns, axis=1)


def observed_node(data: JointData, evidence: tuple[Evidence, ...]) -> xr.Dataset:
    """Return mean and spread of log abundance that every survey brings."""
    dims = ("survey", "stratum")
    spread = np.stack([np.sqrt(np.diag(one.covariance)) for one in evidence])
    return xr.Dataset(
        {
            "log_abundance_mean": (dims, np.stack([one.mean for one in evidence]), {"units": "1"}),
            "log_abundance_sd": (dims, spread, {"units": "1"}),
        },
        coords={"survey": [one.name for one in evidence], "stratum": list(data.stratum)},
    )
