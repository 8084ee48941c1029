"""How it was done: options, priors as used, sampler, and why that sampler."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ustyurt_models.report.chapters.survey_opening import METHODS
from ustyurt_models.report.chapters.survey_reading import node, settings_of
from ustyurt_models.report.content import Block, Cell, Column, Section, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_number

__all__ = ["method_part", "prior_words"]

_HIDDEN = ("file", "species", "sampler", "priors", "gate", "accept_failed_diagnostics")
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
        return ", ".join(f"{key} {_option(part)}" for key, part in value.items())
    if isinstance(value, float):
        return shown_number(value, 4)
    return str(value)


def _options(settings: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    """Yield the options that were set or have a value."""
    for name, value in settings.items():
        if name in _HIDDEN:
            continue
        said = METHODS.get(str(value), str(value)) if name == "model" else _option(value)
        if said:
            yield (readable(name), said)


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
    yield ("sampler", used)
    yield ("why this sampler", why)
    posterior = node(survey, "posterior")
    if posterior is not None and {"chain", "draw"} <= set(posterior.sizes):
        chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
        yield ("draws kept", f"{chains * draws} ({chains} chains of {draws})")
    elif "draws" in wanted:
        yield ("draws kept", f"{wanted['chains']} chains of {wanted['draws']}")
    if "seed" in survey.tree.attrs:
        yield ("seed", str(int(survey.tree.attrs["seed"])))
    if survey.tree.attrs.get("source"):
        yield ("source of the data", str(survey.tree.attrs["source"]))
    if survey.tree.attrs.get("survey_digest"):
        yield ("digest of the file", str(survey.tree.attrs["survey_digest"]))


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
    columns = (Column("option"), Column("as used", kind="long"))
    rows = (*_options(settings), *_sampler(survey))
    blocks: list[Block] = [
        Table(f"method_{survey.name}", "Method, as used.", columns, rows, folded=True)
    ]
    if priors := settings.get("priors"):
        said = tuple((readable(name), prior_words(name, value)) for name, value in priors.items())
        columns = (Column("prior of"), Column("before the data", kind="long"))
        caption = (
            "Priors: what is believed before the data. Those of parts that the model does not "
            "have are not used."
        )
        blocks.append(Table(f"priors_{survey.name}", caption, columns, said, folded=True))
    return Section(f"survey-{survey.name}-method", "How it was done", tuple(blocks))
