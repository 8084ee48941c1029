"""Any model, any sampler: a PyMC model in, draws out, with the sampler's account of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Sampler, SurveyBlock
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.graphs import collecting_later
from ustyurt_models.survey.samplers.laplace import MATTERS, sample_flat, search
from ustyurt_models.survey.samplers.optima import Optimum, find_optima, shares
from ustyurt_models.survey.samplers.preview import preview_flat
from ustyurt_models.survey.samplers.weighted import Weighted, weighted
from ustyurt_models.survey.settings import DEFAULT_GATE, Gate

__all__ = ["Draws", "Progress", "draw_posterior", "settings_attrs"]

Progress = Callable[[float], None]
Floats = NDArray[np.float64]

#: States and random effects from which on the highest point says nothing of where the probability
#: is: it lies where the effects collapse. Such models go to NUTS, and its chains judge each other.
_MOST_LATENT = 50
_MANY_LATENT = 20  # or from as many on where they are most of all there is
_NEAR = 5.0  # standard deviations within which a chain counts as having visited an optimum


@dataclass(frozen=True)
class Draws:
    """Raw result of a sampler.

    Attributes
    ----------
    posterior : xarray.Dataset
        Free variables, dims (chain, draw, ...).
    stats : xarray.Dataset
        What the sampler says about itself; with ``log_prior`` and ``log_likelihood`` of the draws,
        dims (chain, draw). Attributes ``engine`` (what drew) and ``why``.
    """

    posterior: xr.Dataset
    stats: xr.Dataset


@dataclass(frozen=True)
class _Slow:
    """Why the fast path does not do, and the optima it found if it looked for them."""

    why: str
    optima: list[Optimum] | None


def draw_posterior(
    model: pm.Model,
    sampler: Sampler,
    seed: int,
    progress: Progress | None = None,
    gate: Gate = DEFAULT_GATE,
    latent: Sequence[str] = (),
) -> Draws:
    """Draw from the posterior of any model of this package.

    Engine ``auto`` takes the Laplace path where its weights are sound and one optimum holds the
    probability, and NUTS otherwise. NUTS is checked against the optima that climbing found.

    Parameters
    ----------
    model : pymc.Model
        The model.
    sampler : Sampler
        How.
    seed : int
        The same seed gives the same draws.
    progress : callable, optional
        Called with the share done.
    gate : Gate
        Limits that the weights must keep.
    latent : sequence of str
        Free variables that are states or random effects; left out of ``log_prior``.

    Returns
    -------
    Draws
        Posterior and sampler statistics.
    """
    with collecting_later():
        flat = FlatModel(model)
        fast = _fast_path(model, flat, sampler, seed, gate, latent)
    if isinstance(fast, Draws):
        return fast
    name = "pymc" if sampler.engine == "pymc" else "nutpie"
    # The compiled samplers cost seconds to import; the fast path must not pay for them.
    room = import_module("ustyurt_models.survey.samplers.nuts")
    chains = room.sample(model, sampler, _sampler_seed(seed), progress)
    known = fast.optima
    drawn = (
        _unchecked(flat, chains.points)
        if known is None
        else _from_chains(flat, chains.points, known)
    )
    return _draws(model, flat, drawn, chains.stats, {"engine": name, "why": fast.why}, latent)


def _fast_path(
    model: pm.Model,
    flat: FlatModel,
    sampler: Sampler,
    seed: int,
    gate: Gate,
    latent: Sequence[str],
) -> Draws | _Slow:
    """Draw without compiling where that is asked for or sound."""
    rng = generator(seed, "survey", "laplace")

    def draws(drawn: Weighted, engine: str, why: str) -> Draws:
        return _draws(model, flat, drawn, xr.Dataset(), {"engine": engine, "why": why}, latent)

    if sampler.engine == "preview":
        return draws(preview_flat(flat, sampler, rng), "preview", "asked for")
    hidden = _latent_count(model, latent)
    mostly = hidden > _MANY_LATENT and 2 * hidden > flat.start.size
    if (hidden > _MOST_LATENT or mostly) and sampler.engine != "laplace":
        auto = f"no optimum stands for {hidden} states, waves or random effects"
        return _Slow(auto if sampler.engine == "auto" else "asked for", None)
    optima = search(flat, rng)
    # A climb that ends on the slope of a funnel of states tells nothing to judge chains by.
    known = optima if not hidden or any(one.arrived for one in optima) else None
    if sampler.engine not in ("auto", "laplace"):
        return _Slow("asked for", known)
    drawn = sample_flat(flat, sampler, rng, optima)
    faults = weaknesses(drawn.stats, gate)
    if sampler.engine == "laplace":
        return draws(drawn, "laplace", "asked for")
    if not faults:
        return draws(drawn, "laplace", "its importance weights are sound")
    return _Slow("Laplace refused: " + ", ".join(faults), known)


def weaknesses(stats: dict[str, float], gate: Gate) -> list[str]:
    """Say what speaks against importance weights.

    Parameters
    ----------
    stats : dict of str to float
        From `samplers.laplace.sample_flat`.
    gate : Gate
        Limits; those between pass and look count.

    Returns
    -------
    list of str
        Empty when the draws may be used.
    """
    found = []
    if not stats["khat"] <= gate.khat[0]:
        found.append(f"k-hat {stats['khat']:.2f} above {gate.khat[0]:g}")
    if not stats["ess"] >= gate.ess[0]:
        found.append(f"{stats['ess']:.0f} effective draws, fewer than {gate.ess[0]:g}")
    if stats["optima"] > 1:
        found.append(f"{stats['optima']:.0f} optima that matter")
    if not stats["arrived"]:
        found.append("the climb found no level place")
    return found


def _latent_count(model: pm.Model, latent: Sequence[str]) -> int:
    """Count the states and random effects of a model.

    States that a potential ``latent_NAME`` shifts to where the data put them are left out: nearly
    standard normal whatever the parameters are, they collapse nowhere.
    """
    point = model.initial_point()
    shifted = {str(one.name).removeprefix("latent_") for one in model.potentials}
    return sum(
        int(np.size(point[model.rvs_to_values[variable].name]))
        for variable in model.free_RVs
        if variable.name in latent and variable.name not in shifted
    )


def _unchecked(flat: FlatModel, points: Floats) -> Weighted:
    """Bring chains to their natural scale without looking for optima."""
    flown = points.reshape(-1, points.shape[2])
    return weighted(flat, flown, flat.log_densities(flown), points.shape[:2], {})


def _from_chains(flat: FlatModel, points: Floats, optima: list[Optimum]) -> Weighted:
    """Bring chains to their natural scale and see whether they visited the optima."""
    chains, draws, k = points.shape
    density = flat.log_densities(points.reshape(-1, k)).reshape(chains, draws)
    tops = points[np.arange(chains), density.argmax(axis=1)]
    climbed = find_optima(flat, tops)
    fresh = [o for o in climbed if all(known.distance(o.point) > _NEAR for known in optima)]
    both = [o for o in [*optima, *fresh] if o.arrived]
    missed = 0.0
    if both:
        ends = [o.point for o in climbed]
        away = [min(o.distance(end) for end in ends) > _NEAR for o in both]
        missed = float(shares(both) @ np.array(away))
    stats = {
        "optima": float(np.sum(shares(both) >= MATTERS)) if both else float("nan"),
        "optima_seen": float(len(both)),
        "missed_optimum": missed,
    }
    return weighted(flat, points.reshape(-1, k), density.ravel(), (chains, draws), stats)


def _draws(
    model: pm.Model,
    flat: FlatModel,
    drawn: Weighted,
    chains: xr.Dataset,
    said: dict[str, str],
    latent: Sequence[str],
) -> Draws:
    """Name the dimensions and split the log density into prior and likelihood."""
    shape = drawn.log_density.shape
    variables = {
        name: (("chain", "draw", *_dims(model, name, values.ndim - 2)), values)
        for name, values in drawn.variables.items()
    }
    coords: dict[str, Any] = {
        name: list(values) for name, values in model.coords.items() if values is not None
    }
    coords |= {"chain": np.arange(shape[0]), "draw": np.arange(shape[1])}
    whole, prior = flat.log_priors(drawn.points.reshape(-1, drawn.points.shape[2]), latent)
    stats = chains.assign({name: ((), value) for name, value in drawn.stats.items()})
    stats = stats.assign_coords(chain=coords["chain"], draw=coords["draw"])
    stats["log_prior"] = (("chain", "draw"), prior.reshape(shape))
    stats["log_likelihood"] = (("chain", "draw"), drawn.log_density - whole.reshape(shape))
    stats.attrs = dict(said)
    return Draws(xr.Dataset(variables, coords), stats)


def _dims(model: pm.Model, name: str, count: int) -> list[str]:
    """Return the dimensions of a variable; those without a name get one."""
    given = model.named_vars_to_dims.get(name) or [None] * count
    return [dim or f"{name}_dim_{i}" for i, dim in enumerate(given)]


def _sampler_seed(seed: int) -> int:
    """Return a 32-bit seed addressed by the study seed."""
    return int(generator(seed, "survey", "nuts").integers(2**31))


def settings_attrs(spec: SurveyBlock, seed: int) -> dict[str, Any]:
    """Return the attributes that say how a posterior was made.

    Parameters
    ----------
    spec : SurveyBlock
        Settings of the model.
    seed : int
        Study seed.

    Returns
    -------
    dict
        Values that NetCDF can hold.
    """
    return {
        "model": spec.model,
        "settings": spec.model_dump_json(),
        "sampler": spec.sampler.model_dump_json(),
        "seed": seed,
        "interval_mass": spec.interval,
        "interval_type": "equal-tailed",
    }
