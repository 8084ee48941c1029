"""What a joint estimate needs: the posteriors of the surveys that it pools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_json
from ustyurt_models.study.surveys import JointSurvey, Survey
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.registry import load_survey

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Component", "JointData", "describe", "load", "prepare"]

Floats = NDArray[np.float64]

#: Fewer animals than this are taken as this many: their logarithm must exist.
FEWEST = 0.5
#: Name of the only stratum where the surveys' strata differ.
WHOLE = "all"
_SAME_AREA = 0.05  # share by which areas of the same stratum may differ
_BLOCK: TypeAdapter = TypeAdapter(Survey)


@dataclass(frozen=True)
class Component:
    """One survey that is pooled.

    Attributes
    ----------
    name : str
        Name of the survey.
    abundance : numpy.ndarray
        Draws of the animals by stratum, shape (draw, stratum).
    effective : float
        Independent draws they are worth.
    bias_sd : float
        Prior standard deviation of log bias; 0 for the reference.
    prepared : object
        The survey as its own model takes it, to look at its prior; ``None`` when its file is gone.
    file, digest : str
        Name and hash of the file behind its posterior; empty where the posterior does not say.
    status : str
        Whether its data are real, as its file says.
    """

    name: str
    abundance: Floats
    effective: float
    bias_sd: float
    prepared: Any = None
    file: str = ""
    digest: str = ""
    status: str = "not stated"


@dataclass(frozen=True)
class JointData:
    """Surveys of the same animals on common strata.

    Attributes
    ----------
    settings : JointSurvey
        Block of the study file.
    components : tuple of Component
        Empty where only the study file is checked.
    stratum : tuple of str
        Names that all surveys share, or ``"all"``.
    area_km2 : numpy.ndarray
        Their areas, shape (stratum,).
    header : dict of str to str
        Status, source, ``survey_file`` and ``survey_digest`` of all together, for the report.
    """

    settings: JointSurvey
    components: tuple[Component, ...] = ()
    stratum: tuple[str, ...] = ()
    area_km2: Floats = field(default_factory=lambda: np.empty(0))
    header: dict[str, str] = field(default_factory=dict)


def _strata(tree: "xr.DataTree") -> dict[str, float]:
    """Return the area of every stratum of a posterior [km2]."""
    node = tree["abundance"].to_dataset()
    names = [str(name) for name in node["stratum"].values]
    return dict(zip(names, node["area_km2"].values.tolist(), strict=True))


def _common(strata: Mapping[str, Mapping[str, float]], faults: Faults) -> tuple[str, ...]:
    """Return the strata that all surveys share, or none; note areas that differ."""
    first, *others = strata.values()
    same = all(set(one) == set(first) for one in others)
    parts = {name: list(one.items()) for name, one in strata.items()}
    if not same:
        parts = {name: [(WHOLE, sum(one.values()))] for name, one in strata.items()}
    known = dict(next(iter(parts.values())))
    origin = next(iter(parts))
    for name, areas in parts.items():
        for stratum, area in areas:
            place = f"survey {name}: area of {stratum!r}"
            if not area > 0:
                faults.add(place, "must be known to pool abundance")
            elif abs(area / known[stratum] - 1) > _SAME_AREA:
                rule = f"must be that of survey {origin!r}, {known[stratum]:,.0f} km2"
                advice = "surveys of other areas do not count the same animals"
                faults.add(place, rule, f"{area:,.0f} km2", advice)
    return tuple(first) if same else ()


def _effective(tree: "xr.DataTree") -> float:
    """Return how many independent draws a posterior is worth, as far as its sampler says."""
    stats = tree["sample_stats"].to_dataset()
    return float(stats["ess"]) if "ess" in stats else 0.5 * tree["abundance"].sizes["draw"]


def _prepared(tree: "xr.DataTree", folder: Path, catalogue: Catalogue | None, context: Context):
    """Prepare a survey again from the settings that its posterior carries."""
    if "settings" not in tree.attrs:
        return None
    block = _BLOCK.validate_json(tree.attrs["settings"])
    if not (block.file and (folder / block.file).exists()):
        return None
    return load_survey(block, folder, catalogue, context)


def prepare(
    settings: JointSurvey,
    trees: "Mapping[str, xr.DataTree]",
    prepared: Mapping[str, Any] | None = None,
) -> JointData:
    """Gather the posteriors of surveys of the same animals.

    Parameters
    ----------
    settings : JointSurvey
        Which surveys, and their biases.
    trees : mapping of str to xarray.DataTree
        Posteriors by survey.
    prepared : mapping of str to object, optional
        The surveys as their own models take them, to look at their priors.

    Returns
    -------
    JointData
        On the strata that all surveys share, else on the whole.

    Raises
    ------
    InputError
        Surveys that are not there, areas that are not known or not the same.
    """
    faults = Faults()
    for name in settings.surveys:
        if name not in trees:
            faults.add("joint: surveys", "must be fitted", name, did_you_mean(name, trees))
        elif "abundance" not in trees[name].children:
            rule = "must tell how many animals there are, not only where they are"
            faults.add("joint: surveys", rule, name)
    faults.raise_if_any()
    strata = {name: _strata(trees[name]) for name in settings.surveys}
    common = _common(strata, faults)
    faults.raise_if_any()
    components = []
    for name in settings.surveys:
        node = trees[name]["abundance"].to_dataset()
        animals = node["abundance"].transpose("draw", "stratum")
        if common:
            numbers = animals.sel(stratum=list(common)).values
        else:
            numbers = animals.values.sum(axis=1, keepdims=True)
        bias_sd = settings.bias_sd_of(name)
        own = (prepared or {}).get(name)
        effective = _effective(trees[name])
        about = {key: str(value) for key, value in trees[name].attrs.items()}
        one = Component(
            name,
            numbers.astype(np.float64),
            effective,
            bias_sd,
            own,
            about.get("survey_file", ""),
            about.get("survey_digest", ""),
            about.get("status", "not stated"),
        )
        components.append(one)
    areas = strata[settings.surveys[0]]
    return JointData(
        settings,
        tuple(components),
        common or (WHOLE,),
        np.array([areas[name] for name in common] or [sum(areas.values())]),
        _header(components),
    )


def _header(components: Sequence[Component]) -> dict[str, str]:
    """Say what the pooled surveys are; simulated as soon as one of them is."""
    names = ", ".join(one.name for one in components)
    statuses = list(dict.fromkeys(one.status for one in components))
    files = dict.fromkeys(one.file or one.name for one in components)
    return {
        "title": f"Joint estimate from {names}",
        "status": "simulated" if "simulated" in statuses else ", ".join(statuses),
        "source": f"posteriors of the surveys {names} of this study",
        "survey_file": " and ".join(files),
        "survey_digest": digest_json({one.name: one.digest for one in components}),
    }


def load(
    spec: JointSurvey, folder: Path, catalogue: Catalogue | None, context: Context
) -> JointData:
    """Take the posteriors of the other surveys; none where the study is only checked."""
    if not context.others:
        return JointData(spec, header={"status": "joint estimate of other surveys"})
    wanted = {name: tree for name, tree in context.others.items() if name in spec.surveys}
    prepared = {name: _prepared(tree, folder, catalogue, context) for name, tree in wanted.items()}
    return prepare(spec, wanted, prepared)


def describe(data: JointData) -> str:
    """Say in one line what is pooled."""
    settings = data.settings
    reference = f"; {settings.reference} without bias" if settings.reference else ""
    return f"{len(settings.surveys)} surveys: {', '.join(settings.surveys)}{reference}"
