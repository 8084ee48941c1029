"""Compare fits of the same data by leave-one-out, weigh them, and average over them.

Criteria of related models can only be compared when they are densities of the same numbers: fits
whose units, truncation or classes differ are refused.

References
----------
Vehtari, Gelman & Gabry 2017, Statistics and Computing 27:1413 (leave-one-out by PSIS).
Yao, Vehtari, Simpson & Gelman 2018, Bayesian Analysis 13:917 (stacking, pseudo-BMA+).
Sivula, Magnusson, Matamoros & Vehtari 2025, Bayesian Analysis (small differences are uncertain).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import minimize

from ustyurt_models.checks import require
from ustyurt_models.study.surveys.gate import Gate
from ustyurt_models.survey.diagnostics import pointwise_elpd
from ustyurt_models.survey.judgement import Finding, above

__all__ = [
    "Candidate",
    "candidate_findings",
    "compare",
    "digest_of",
    "mix",
    "pseudo_bma_weights",
    "stacking_weights",
]

Floats = NDArray[np.float64]

_BOOTSTRAPS = 1000
_NEAR = 4.0  # elpd difference below which fits are not told apart (Sivula et al. 2025)


@dataclass(frozen=True)
class Candidate:
    """One fit that takes part in a comparison.

    Attributes
    ----------
    name : str
        How the fit is called, e.g. ``"hazard-rate"``.
    log_likelihood : numpy.ndarray
        Pointwise, shape (draw, unit).
    unit : str
        What a point is, e.g. ``"transect"``.
    data : str
        From `digest_of`: fits are only compared when it is the same.
    result : xarray.Dataset
        Draws by `contracts.ABUNDANCE` or `contracts.OCCUPANCY`.
    verdict : str
        Of the fit's own diagnostics.
    """

    name: str
    log_likelihood: Floats
    unit: str
    data: str
    result: xr.Dataset
    verdict: str

    @property
    def quantity(self) -> str:
        """What is compared: ``abundance``, or ``occupied_share`` of a survey that counts nobody."""
        return "abundance" if "abundance" in self.result else "occupied_share"

    @property
    def compared(self) -> Floats:
        """Draws of what is compared, of all strata or of the last season, shape (draw,)."""
        if self.quantity == "abundance":
            return self.result["abundance"].sum("stratum").to_numpy()
        return self.result["occupied_share"].isel(season=-1).to_numpy()


def digest_of(observed: xr.Dataset, settings: Mapping[str, object]) -> str:
    """Digest what the likelihood is a density of.

    Parameters
    ----------
    observed : xarray.Dataset
        Data as the model saw them: truncated, in its classes.
    settings : mapping of str to object
        Options that change what is predicted, such as truncation and cutpoints.

    Returns
    -------
    str
        Equal for fits of the same numbers.
    """
    found = hashlib.blake2b(digest_size=16)
    for name in sorted(map(str, observed.variables)):
        values = observed[name].values
        found.update(f"{name}{values.dtype.kind}{values.shape}".encode())
        text = values.dtype.kind not in "biuf"
        found.update("\n".join(map(str, values.ravel())).encode() if text else values.tobytes())
    found.update(repr(sorted((key, str(value)) for key, value in settings.items())).encode())
    return found.hexdigest()


def _same_data(candidates: Sequence[Candidate]) -> None:
    """Refuse fits whose criteria would differ by more than the model."""
    first = candidates[0]
    for other in candidates[1:]:
        same = other.data == first.data and other.unit == first.unit
        same &= other.log_likelihood.shape[1] == first.log_likelihood.shape[1]
        require(
            same,
            f"comparison: {other.name}",
            f"must be fitted to the same data as {first.name}",
            None,
            "same truncation, classes, covariates without missing values, and units",
        )


def stacking_weights(elpd: Floats) -> Floats:
    """Weights whose mixture of predictive distributions predicts best.

    Parameters
    ----------
    elpd : numpy.ndarray
        Leave-one-out log predictive densities, shape (fit, unit).

    Returns
    -------
    numpy.ndarray
        Weights that sum to one, shape (fit,); the maximum of a concave function, Yao et al. 2018,
        equation 6.
    """
    density = np.exp(elpd - elpd.max(axis=0)).T
    count = density.shape[1]

    def miss(weights: Floats) -> tuple[float, Floats]:
        mixed = np.maximum(density @ weights, 1e-300)
        return -float(np.log(mixed).mean()), -(density / mixed[:, None]).mean(axis=0)

    best = minimize(
        miss,
        np.full(count, 1 / count),
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * count,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    weights = np.clip(best.x, 0.0, None)
    return weights / weights.sum()


def pseudo_bma_weights(elpd: Floats, rng: np.random.Generator) -> Floats:
    """Weights by predictive accuracy, softened by its uncertainty (pseudo-BMA+).

    Parameters
    ----------
    elpd : numpy.ndarray
        Leave-one-out log predictive densities, shape (fit, unit).
    rng : numpy.random.Generator
        Chance of the Bayesian bootstrap over units.

    Returns
    -------
    numpy.ndarray
        Weights that sum to one, shape (fit,); Yao et al. 2018, section 3.4.
    """
    units = elpd.shape[1]
    boot = rng.dirichlet(np.ones(units), _BOOTSTRAPS) @ elpd.T * units
    shares = np.exp(boot - boot.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)


def compare(
    candidates: Sequence[Candidate], rng: np.random.Generator, mass: float = 0.95
) -> xr.Dataset:
    """Compare fits of the same data.

    Parameters
    ----------
    candidates : sequence of Candidate
        At least two.
    rng : numpy.random.Generator
        Chance of the bootstrap.
    mass : float
        Mass of the equal-tailed intervals.

    Returns
    -------
    xarray.Dataset
        Over ``fit``, in the order given: ``elpd`` and its standard error, ``difference`` to the
        best and its standard error, ``parameters``, ``pareto_k``, the weights ``stacking`` and
        ``pseudo_bma``, ``verdict``, and with interval what the attribute ``quantity`` names:
        ``abundance``, or ``occupied_share`` (of the last season).

    Raises
    ------
    InputError
        When the fits are not of the same data.
    """
    _same_data(candidates)
    found = [pointwise_elpd(candidate.log_likelihood) for candidate in candidates]
    elpd = np.stack([one[0] for one in found])
    units = elpd.shape[1]
    behind = elpd - elpd[elpd.sum(axis=1).argmax()]
    ends = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
    limits = [np.quantile(candidate.compared, ends) for candidate in candidates]
    quantity = candidates[0].quantity
    numbers = {
        "elpd": (elpd.sum(axis=1), "expected log predictive density"),
        "elpd_se": (np.sqrt(units * elpd.var(axis=1)), "its standard error"),
        "difference": (behind.sum(axis=1), "difference to the best fit"),
        "difference_se": (np.sqrt(units * behind.var(axis=1)), "standard error of the difference"),
        "parameters": (np.array([one[1].sum() for one in found]), "effective parameters"),
        "pareto_k": (np.array([one[2].max() for one in found]), "largest Pareto k of a unit"),
        "stacking": (stacking_weights(elpd), "stacking weight"),
        "pseudo_bma": (pseudo_bma_weights(elpd, rng), "pseudo-BMA+ weight"),
        f"{quantity}_low": (np.array([one[0] for one in limits]), "lower limit"),
        f"{quantity}": (np.array([one[1] for one in limits]), "median"),
        f"{quantity}_high": (np.array([one[2] for one in limits]), "upper limit"),
    }
    node = xr.Dataset(
        {
            name: ("fit", values, {"units": "1", "long_name": m})
            for name, (values, m) in numbers.items()
        },
        coords={"fit": [candidate.name for candidate in candidates]},
    )
    node["verdict"] = ("fit", [candidate.verdict for candidate in candidates])
    node.attrs = {
        "unit": candidates[0].unit,
        "units": units,
        "interval_mass": mass,
        "interval_type": "equal-tailed",
        "quantity": quantity,
        "best": candidates[int(elpd.sum(axis=1).argmax())].name,
    }
    return node


def candidate_findings(node: xr.Dataset, gate: Gate) -> list[Finding]:
    """Judge whether the choice among fits that the data cannot tell apart moves the answer.

    Parameters
    ----------
    node : xarray.Dataset
        From `compare`.
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        The ratio of the largest to the smallest median among those fits, and how far the first
        fit, whose numbers are used, is behind the best.
    """
    behind, se = -node["difference"].values, node["difference_se"].values
    near = behind <= np.maximum(_NEAR, 2 * se)
    quantity = node.attrs["quantity"]
    middle = node[quantity].values[near]
    ratio = float(middle.max() / max(middle.min(), 1e-300))
    names = ", ".join(node["fit"].values[near])
    what = quantity.replace("_", " ")
    meaning = f"largest over smallest {what} among fits the data cannot tell apart: {names}"
    best = node.attrs["best"]
    first = str(node["fit"].values[0])
    clear = float(behind[0] / se[0]) if se[0] > 0 and behind[0] > _NEAR else 0.0
    return [
        above("choice of candidate", ratio, (gate.candidates, np.inf), meaning),
        above(
            "candidate behind the best",
            clear,
            (2.0, np.inf),
            f"standard errors by which {first} predicts worse than {best}",
        ),
    ]


def mix(
    draws: Sequence[xr.Dataset], weights: Floats, rng: np.random.Generator, count: int | None = None
) -> xr.Dataset:
    """Mix draws of several fits by their weights.

    Parameters
    ----------
    draws : sequence of xarray.Dataset
        Same variables, dim ``draw``, such as the nodes ``abundance``.
    weights : numpy.ndarray
        Sum to one, shape (fit,).
    rng : numpy.random.Generator
        Chance.
    count : int, optional
        Draws of the mixture; those of the first fit unless given.

    Returns
    -------
    xarray.Dataset
        In random order, with ``fit`` (which one a draw is from) over ``draw``.
    """
    wanted = draws[0].sizes["draw"] if count is None else count
    # Systematic: the numbers per fit differ from their expectation by less than one.
    ticks = (rng.random() + np.arange(wanted)) / wanted
    edges = np.cumsum(weights)
    source = np.minimum(np.searchsorted(edges, ticks * edges[-1], side="right"), len(draws) - 1)
    parts, origin = [], []
    for index, one in enumerate(draws):
        times = int(np.sum(source == index))
        have = one.sizes["draw"]
        chosen = rng.permutation(have)[np.arange(times) % have]
        parts.append(one.isel(draw=np.sort(chosen)).drop_vars("draw", errors="ignore"))
        origin += [index] * times
    order = rng.permutation(wanted)
    joined = xr.concat(parts, "draw", data_vars="minimal", join="exact", combine_attrs="override")
    joined = joined.isel(draw=order).assign_coords(draw=np.arange(wanted))
    meaning = {"units": "1", "long_name": "candidate that the draw is from"}
    return joined.assign(fit=("draw", np.array(origin, np.int64)[order], meaning))
