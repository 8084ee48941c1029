"""What the report and the simulation take from a fit of double-observer distance sampling."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.mark_recapture import log_seen
from ustyurt_models.survey.design_based import design_node as design_based_node
from ustyurt_models.survey.draws import draws_of, thin
from ustyurt_models.survey.models.distance import nodes as distance_nodes
from ustyurt_models.survey.models.distance.curves import searched_measure
from ustyurt_models.survey.models.double_observer.data import DoubleObserverSurvey
from ustyurt_models.survey.models.double_observer.detect import average, detection_at, logits
from ustyurt_models.survey.steps import covariate_units, step_variables, steps_of

__all__ = ["design_node", "detection_node", "effects_node", "observed_node"]

Floats = NDArray[np.float64]

_CURVES = 500  # draws that give the bands
_GRID = 61


def _tails(mass: float) -> list[float]:
    return [(1 - mass) / 2, 0.5, (1 + mass) / 2]


def _present(some: xr.Dataset, survey: DoubleObserverSurvey) -> Floats:
    """Share of each kind among the groups present, shape (draw, kind)."""
    number = survey.kinds.times / average(some, survey)
    return number / number.sum(axis=1, keepdims=True)


def _band(prefix: str, drawn: Floats, mass: float, dims: tuple[str, ...], what: str) -> dict:
    """Quantiles over draws as variables."""
    low, median, high = np.quantile(drawn, _tails(mass), axis=0)
    parts = (("median", median), ("low", low), ("high", high))
    return {
        f"{prefix}{part}": (dims, values, {"units": "1", "long_name": f"{what}, {part}"})
        for part, values in parts
    }


def _tried(survey: DoubleObserverSurvey, edges_m: Floats) -> tuple[Floats, Floats]:
    """Objects that the other observer saw, and those also seen, each shape (observer, class)."""
    marks = survey.marks
    tried, seen = np.zeros((2, edges_m.size - 1)), np.zeros((2, edges_m.size - 1))
    for observer in range(1 if survey.settings.configuration == "trial" else 2):
        other = marks.seen[:, 1 - observer]
        tried[observer] = np.histogram(marks.distance_m[other], edges_m)[0]
        both = marks.seen.all(axis=1)
        seen[observer] = np.histogram(marks.distance_m[both], edges_m)[0]
    return tried, seen


def _edges(survey: DoubleObserverSurvey) -> Floats:
    """Limits of the classes of the histogram [m]."""
    data = survey.data
    if data.cutpoints_m.size:
        return data.cutpoints_m
    classes = int(np.clip(np.sqrt(max(data.distance_m.size, 1)), 5, 20))
    return np.linspace(data.form.left_m, data.form.truncation_m, classes + 1)


def _conditional(
    some: xr.Dataset, survey: DoubleObserverSurvey, grid: Floats, seen: Floats
) -> Floats:
    """Chance to see what the other observer saw, shape (draw, observer, distance).

    Averaged over the kinds of objects that the other sees at each distance: `seen` (draw, kind,
    distance), those who were seen by somebody, times the other's part in that. Observer 2 of
    trials has no model; his objects are taken to be of the kinds that observer 1 sees.
    """
    logit = logits(some, survey.columns_at(grid))
    each = expit(logit)
    weight = np.broadcast_to(seen[..., None], each.shape)
    if survey.settings.configuration == "independent":
        weight = weight * each[..., ::-1] / np.exp(log_seen(logit, "independent"))[..., None]
    mean = (weight * each).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    return np.moveaxis(mean, -1, 1)


def detection_node(posterior: xr.Dataset, survey: DoubleObserverSurvey, mass: float) -> xr.Dataset:
    """Prepare the detection curves with their bands and the histogram of distances.

    Parameters
    ----------
    posterior : xarray.Dataset
        With derived variables.
    survey : DoubleObserverSurvey
        The survey.
    mass : float
        Mass of the equal-tailed intervals of the bands.

    Returns
    -------
    xarray.Dataset
        ``median``, ``low``, ``high`` of detection by those who count over ``distance_m``, averaged
        over the groups present, for points also ``density_median`` and so on of the distances of
        those who count [per m]; ``conditional_median`` and so on, by ``observer``: the chance to
        see what the other saw, averaged over the groups that the other sees; ``count`` and
        ``count_scaled`` between ``edge_m``; ``tried`` and ``seen_by``, by observer and class:
        objects that the other saw, and those also seen.
    """
    data, some = survey.data, thin(posterior, _CURVES)
    grid = np.linspace(data.form.left_m, data.form.truncation_m, _GRID)
    present, detection = _present(some, survey), detection_at(some, survey, grid)
    pooled = np.einsum("dk,dkx->dx", present, detection)
    conditional = _conditional(some, survey, grid, present[..., None] * detection)
    edges = _edges(survey)
    count = np.histogram(data.distance_m, edges)[0]
    searched = np.diff(edges**2) / 2 if data.form.point else np.diff(edges)
    effective = float(np.median(posterior["p_detect"])) * searched_measure(data)
    scaled = count / searched * effective / max(int(count.sum()), 1)
    tried, seen = _tried(survey, edges)
    by_class, by_observer = ("observer", "class"), ("observer", "distance_m")
    meaning = "chance to see what the other observer saw"
    node = xr.Dataset(
        _band("", pooled, mass, ("distance_m",), "detection by those who count")
        | _band("conditional_", conditional, mass, by_observer, meaning)
        | distance_nodes.density_band(grid, pooled, data, mass)
        | {
            "count": ("class", count, {"units": "1", "long_name": "groups that count"}),
            "count_scaled": ("class", scaled, {"units": "1", "long_name": "scaled to detection"}),
            "edge_m": ("edge", edges, {"units": "m", "long_name": "limits of distance classes"}),
            "tried": (by_class, tried, {"units": "1", "long_name": "seen by the other"}),
            "seen_by": (by_class, seen, {"units": "1", "long_name": "of these, seen"}),
        },
        coords={"distance_m": ("distance_m", grid, {"units": "m"}), "observer": [1, 2]},
    )
    kind = "point" if data.form.point else "line"
    node.attrs = {
        "interval_mass": mass,
        "interval_type": "equal-tailed",
        "key": data.form.key if survey.settings.independence == "point" else "logistic",
        "kind": kind,
        "transect": kind,
        "covariates": int(survey.kinds.count > 1),
    }
    name = "effective_radius_m" if data.form.point else "esw_m"
    node.attrs[name] = float(np.median(posterior[name]))
    return node


def design_node(posterior: xr.Dataset, survey: DoubleObserverSurvey, mass: float) -> xr.Dataset:
    """Return the design-based estimate beside the model's; see `survey.design_based`.

    Parameters
    ----------
    posterior : xarray.Dataset
        With derived variables.
    survey : DoubleObserverSurvey
        The survey.
    mass : float
        Confidence of limits.
    """
    some, data = thin(posterior, 1000), survey.weighed
    p = average(some, survey)[:, survey.kinds.of_object]
    p = p * draws_of(some, "availability")[:, None]
    estimator = "P2" if data.form.point else survey.settings.design
    return design_based_node(data, data.unit_area_km2, p, estimator, mass, posterior)


def effects_node(posterior: xr.Dataset, survey: DoubleObserverSurvey, mass: float) -> xr.Dataset:
    """Summarise the effects of covariates on conditional detection and on the scale.

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``mark_effect`` and, where the scale depends on covariates, ``scale_effect``.
    survey : DoubleObserverSurvey
        The survey.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset
        ``median``, ``low``, ``high`` over ``term``; effects of marks on the logit, those of the
        scale, named ``scale: ...``, on the logarithm; per standard deviation, which is ``step``
        in ``step_unit``, or per level.
    """
    names, drawn = list(survey.design.names), [np.empty((0, 0))]
    if names:
        drawn = [draws_of(posterior, "mark_effect").T]
    low, median, high = np.quantile(np.concatenate(drawn), _tails(mass), axis=1)
    parts = {"median": median, "low": low, "high": high}
    terms = names
    units = covariate_units(survey.header.get("units", ""))
    steps = step_variables(names, steps_of(names, survey.design.variables, units))
    parts |= {part: np.asarray(values) for part, (_, values, _) in steps.items()}
    if survey.settings.independence == "point" and not survey.data.scale.plain:
        scale = distance_nodes.effects_node(posterior, survey.data, mass)
        terms = names + [f"scale: {term}" for term in scale["term"].values]
        parts = {part: np.concatenate([v, scale[part].values]) for part, v in parts.items()}
    meaning = {"units": "1", "long_name": "effect on logit of detection, or on log scale"}
    said = {part: attrs for part, (_, _, attrs) in steps.items()}
    node = xr.Dataset(
        {part: ("term", v, said.get(part, meaning)) for part, v in parts.items()}, {"term": terms}
    )
    node.attrs = {"interval_mass": mass, "interval_type": "equal-tailed"}
    return node


def observed_node(survey: DoubleObserverSurvey) -> xr.Dataset:
    """Return the truncated survey: transects, groups that count, objects with both marks."""
    node = distance_nodes.observed_node(survey.transects, survey.data)
    seen = survey.marks.seen.astype(np.int8)
    told = {"units": "1", "long_name": "seen by the observer"}
    node["seen"] = (("object", "observer"), seen, told)
    node["object_distance_m"] = ("object", survey.marks.distance_m, {"units": "m"})
    return node.assign_coords(observer=[1, 2])
