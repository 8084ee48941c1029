"""How it was done: options, priors as used, sampler, and why that sampler."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import numpy as np

from ustyurt_models.report.chapters.survey_opening import METHODS
from ustyurt_models.report.chapters.survey_reading import node, settings_of
from ustyurt_models.report.content import Block as Content
from ustyurt_models.report.content import Cell, Column, Section, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_number
from ustyurt_models.study.block import Block
from ustyurt_models.study.surveys import Survey, SurveyBlock

__all__ = ["method_part", "prior_words"]

_HIDDEN = ("file", "species", "sampler", "priors", "gate", "accept_failed_diagnostics")
_SITES = ("hierarchical_distance", "density_surface")
_COUNTS = ("n_mixture", "royle_nichols", "removal")

#: Blocks of the study file by the name of their model; they explain every option.
_BLOCKS: Mapping[str, type[SurveyBlock]] = {
    block.model_fields["model"].default: block for block in get_args(get_args(Survey)[0])
}

Settings = Mapping[str, Any]


def _fits(settings: Settings) -> list[Settings]:
    """Return the options of the model and of its candidates, told in full."""
    name = "family" if settings["model"] in _COUNTS else "key"
    given = [one if isinstance(one, Mapping) else {name: one} for one in settings["candidates"]]
    return [settings, *({**settings, **{k: v for k, v in one.items() if v}} for one in given)]


#: When a prior has a part in the model; priors not named here always have.
_USED: Mapping[str, Callable[[Settings], bool]] = {
    "encounter_rate": lambda s: s["model"] not in _SITES and s["encounter"] != "bootstrap",
    "encounter_spread_mean": lambda s: (
        s["model"] not in _SITES and s["encounter"] == "negative-binomial"
    ),
    "sigma_share": lambda s: any(one.get("key") != "uniform" for one in _fits(s)),
    "shape_excess": lambda s: any(one.get("key") == "hazard-rate" for one in _fits(s)),
    "adjustment_sd": lambda s: any(one.get("orders") for one in _fits(s)),
    "coefficient_sd": lambda s: any(one.get("scale") for one in _fits(s)),
    "random_sd_mean": lambda s: (
        any(one.get("scale_random") for one in _fits(s)) or bool(s.get("density_random"))
    ),
    "pooling_sd_mean": lambda s: any(one.get("pooling") == "partial" for one in _fits(s)),
    "mean_size": lambda s: s["group_size"] != "single",
    "size_cv_mean": lambda s: s["group_size"] in ("model", "lognormal"),
    "size_slope_sd": lambda s: bool(s["size_bias"]),
    "mark_recapture_effect_sd": lambda s: bool(s["mark_recapture"]),
    "density_coefficient_sd": lambda s: bool(s["density"]),
    "site_cv_mean": lambda s: any("negative-binomial" in one["family"] for one in _fits(s)),
    "empty": lambda s: any("zero-inflated" in one["family"] for one in _fits(s)),
    "radius_scale_m": lambda s: s["radius_m"] == "data",
    "angle_scale_deg": lambda s: s["angle_deg"] == "data",
    "speed_m_per_s": lambda s: s.get("speed_m_per_s") == "data",
}
_ENGINES = {
    "laplace": "Laplace approximation with importance weights",
    "nutpie": "NUTS (nutpie)",
    "pymc": "NUTS (PyMC)",
    "preview": "PREVIEW: mode and curvature without weights",
    "auto": "chosen by itself",
}


def prior_words(name: str, given: Any) -> str:
    """Say a prior as the study used it.

    Parameters
    ----------
    name : str
        Name of the option; its ending says the family where it holds a single number.
    given : object
        JSON value of the option.

    Returns
    -------
    str
        Such as ``log-normal, median 0.5, within a factor of 7.1 (95 %)``.
    """
    if isinstance(given, Mapping) and "sd_log" in given:
        factor = shown_number(float(np.exp(1.96 * float(given["sd_log"]))), 2)
        median = shown_number(float(given["median"]))
        return f"log-normal, median {median}, within a factor of {factor} of it (95 %)"
    if isinstance(given, Mapping) and "sd" in given:
        mean, sd = (shown_number(float(given.get(key, 0.0))) for key in ("mean", "sd"))
        return f"normal, mean {mean}, standard deviation {sd}"
    if isinstance(given, Mapping) and "sd_logit" in given:
        share, sd_logit = float(given["median"]), float(given["sd_logit"])
        odds = share / (1 - share) * np.exp(np.array([-1.96, 1.96]) * sd_logit)
        low, high = (shown_number(float(end / (1 + end)), 2) for end in odds)
        return f"probability, median {shown_number(share)}, {low} to {high} (95 %)"
    if isinstance(given, int | float) and name.endswith("_sd"):
        return f"normal around 0, standard deviation {shown_number(float(given))}"
    if isinstance(given, int | float) and name.endswith("_mean"):
        return f"exponential, mean {shown_number(float(given))}"
    return json.dumps(given)


def _option(value: Any) -> str:
    """Say an option of the study file; nothing for what was left open."""
    if value in (None, "", [], {}, ()):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_option(part) for part in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_option(part)}" for key, part in value.items() if part)
    if isinstance(value, float):
        return shown_number(value, 4)
    return str(value).replace(".0 ", " ")


def _meaning(block: type[Block] | None, name: str) -> str:
    """Return what the study file says of an option."""
    field = None if block is None else block.model_fields.get(name)
    return " ".join((field.description or "").replace("`", "").split()) if field is not None else ""


def _options(settings: Settings) -> Iterator[tuple[Cell, ...]]:
    """Yield the options that were set or have a value."""
    block = _BLOCKS.get(str(settings.get("model")))
    for name, value in settings.items():
        if name in _HIDDEN:
            continue
        said = METHODS.get(str(value), str(value)) if name == "model" else _option(value)
        if said:
            yield (readable(name), said, _meaning(block, name))


def _used(name: str, settings: Settings) -> bool:
    """Return whether a prior has a part in the model; also where the settings do not tell."""
    try:
        return _USED[name](settings) if name in _USED else True
    except KeyError:
        return True


def _priors(settings: Settings) -> tuple[tuple[Cell, ...], ...]:
    """Return the priors that have a part in the model."""
    owner = _BLOCKS.get(str(settings.get("model")))
    priors = None if owner is None else owner.model_fields.get("priors")
    kind = None if priors is None else priors.annotation
    block = kind if isinstance(kind, type) and issubclass(kind, Block) else None
    return tuple(
        (readable(name), prior_words(name, value), _meaning(block, name))
        for name, value in settings["priors"].items()
        if _used(name, settings)
    )


def _engine(survey: SurveyResult) -> tuple[str, str]:
    """Return the sampler used and why."""
    about, wanted = survey.tree.attrs, settings_of(survey).get("sampler", {})
    asked = str(wanted.get("engine", "not stated"))
    used = str(about.get("engine", asked))
    why = str(about.get("why_engine", ""))
    if asked != "auto":
        why = f"the study asks for it{f' ({why})' if why not in ('', 'asked for') else ''}"
    return _ENGINES.get(used, used), why


def _sampler(survey: SurveyResult) -> Iterator[tuple[Cell, ...]]:
    """Yield sampler, reason, draws and chains."""
    wanted = settings_of(survey).get("sampler", {})
    used, why = _engine(survey)
    yield ("sampler", used, "Program that drew from the posterior.")
    yield ("why this sampler", why, "")
    posterior = node(survey, "posterior")
    if posterior is not None and {"chain", "draw"} <= set(posterior.sizes):
        chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
        yield ("draws kept", f"{chains * draws} ({chains} chains of {draws})", "")
    elif "draws" in wanted:
        yield ("draws kept", f"{wanted['chains']} chains of {wanted['draws']}", "")
    if "seed" in survey.tree.attrs:
        yield ("seed", str(int(survey.tree.attrs["seed"])), "The same seed gives the same draws.")
    if survey.tree.attrs.get("source"):
        yield ("source of the data", str(survey.tree.attrs["source"]), "As the file says.")
    if survey.tree.attrs.get("survey_digest"):
        of = "files pooled" if survey.model == "joint" else "file"
        yield (f"digest of the {of}", str(survey.tree.attrs["survey_digest"]), "")


def method_part(survey: SurveyResult) -> Section | None:
    """Return the part on the method, if the posterior repeats its settings.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    settings = settings_of(survey)
    if not settings:
        return None
    meaning = Column("meaning", kind="long")
    columns = (Column("option"), Column("as used", kind="long"), meaning)
    rows = (*_options(settings), *_sampler(survey))
    name, caption = f"method_{survey.name}", "Method, as used."
    blocks: list[Content] = [Table(name, caption, columns, rows, folded=True)]
    if settings.get("priors"):
        columns = (Column("prior of"), Column("before the data", kind="long"), meaning)
        name, caption = (
            f"priors_{survey.name}",
            "Priors of this model: what is believed before the data.",
        )
        blocks.append(Table(name, caption, columns, _priors(settings), folded=True))
    return Section(f"survey-{survey.name}-method", "How it was done", tuple(blocks))
