"""How the part of a survey begins: how many, by what method, from which data, trusted or not."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_checks import (
    is_predictive,
    predictive_limits,
    predictive_words,
)
from ustyurt_models.report.chapters.survey_community import community_words
from ustyurt_models.report.chapters.survey_reading import (
    Interval,
    every_group_is_one,
    has_area,
    interval,
    mass_of,
    mass_words,
    node,
    settings_of,
)
from ustyurt_models.report.content import Block, Note, Paragraph
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import heading, readable, shown_count, shown_number

__all__ = [
    "METHODS",
    "gate_note",
    "gate_word",
    "is_preview",
    "opening",
    "status_note",
    "verdict_of",
]

#: Statistical models in plain words, fit for "estimated by …".
METHODS = {
    "line_transect": "distance sampling along lines",
    "point_transect": "distance sampling at points",
    "double_observer": "distance sampling with two observers",
    "hierarchical_distance": "hierarchical distance sampling (density depends on covariates)",
    "density_surface": "a density surface (distance sampling with a smooth field over the map)",
    "strip_counts": "counts in strips of known width",
    "camera_encounter": "the random encounter model (how often animals pass cameras)",
    "time_to_event": "the time-to-event model (how long cameras wait for a first passage)",
    "space_to_event": "the space-to-event model (how much ground is looked at until a first group)",
    "instantaneous_sampling": "instantaneous sampling (what cameras have in view at instants)",
    "joint": "several surveys of the same animals taken together",
    "trend": "a trend of yearly counts",
    "integrated_population": "counts, ratios and collars by age and sex taken together",
    "occupancy": "occupancy (repeated visits that may miss the species)",
    "dynamic_occupancy": "dynamic occupancy (sites are won and lost between seasons)",
    "source_occupancy": "occupancy from several sources, each with its own detection",
    "community_occupancy": "occupancy of several species that learn from each other",
    "n_mixture": "repeated counts that miss animals (N-mixture)",
    "royle_nichols": "detections that grow with the number of animals (Royle-Nichols)",
    "removal": "animals found first on successive passes (removal)",
}

#: By the variable of effort of cameras: what is counted, and what the effort is called.
_CAMERA_EFFORT = {
    "camera_days": ("passages in", "camera days"),
    "days_waited": ("first passages in", "days waited"),
    "instants": ("instants with animals in view among", "instants looked at"),
}

_MOST_NAMED = 4
_COUNT_FROM = 100


def _shown(value: float) -> str:
    """Write a large number as a count, a small one with two digits."""
    return shown_count(value) if abs(value) >= _COUNT_FROM else shown_number(value, 2)


def _band(found: Interval) -> str:
    """Return ``low to high`` written like the median."""
    whole = max(found) >= _COUNT_FROM
    low, high = (shown_count(end) if whole else shown_number(end, 2) for end in found[1:])
    return f"{low} to {high}"


def _places(strata: Sequence[str]) -> str:
    """Name the strata, or count them when there are many."""
    if len(strata) > _MOST_NAMED:
        return f"{len(strata)} strata"
    return " and ".join(filter(None, [", ".join(strata[:-1]), strata[-1]]))


def _how_many(survey: SurveyResult, abundance: xr.Dataset) -> str:
    """Say abundance or, where no area is known, density."""
    mass, area = mass_of(survey), abundance["area_km2"].to_numpy()
    where = _places([str(name) for name in abundance["stratum"].values])
    when = f" in {int(abundance.attrs['year'])}" if "year" in abundance.attrs else ""
    name = heading(survey.species)
    if str(abundance.attrs.get("area_basis", "")) == "sites":
        return _at_sites(name, abundance, mass)
    if not has_area(abundance):
        return f"{name}{when}: {_densities(abundance, mass)}. {_no_total()}"
    animals = interval(abundance["abundance"].sum("stratum"), mass)
    density = animals[0] / float(area.sum())
    text = (
        f"{name}{when}: {_shown(animals[0])} animals ({mass_words(mass)} interval "
        f"{_band(animals)}) on {shown_count(float(area.sum()))} km² in {where}, that is "
        f"{shown_number(density, 2)} animals per km²."
    )
    if "group_abundance" in abundance and not every_group_is_one(abundance):
        groups = interval(abundance["group_abundance"].sum("stratum"), mass)
        text += f" They live in {_shown(groups[0])} groups ({_band(groups)})."
    return text


def _at_sites(name: str, abundance: xr.Dataset, mass: float) -> str:
    """Say how many animals use the visited sites."""
    animals = interval(abundance["abundance"].sum("stratum"), mass)
    text = (
        f"{name}: {_shown(animals[0])} animals ({mass_words(mass)} interval {_band(animals)}) at "
        f"the {shown_count(float(abundance.attrs['sites']))} sites that were visited. This is no "
        "number of a region: nobody measured the area whose animals a visit can find."
    )
    if np.isfinite(abundance["area_km2"].to_numpy()).all():
        density = interval(abundance["density_per_km2"].isel(stratum=0), mass)
        text += (
            f" If a site stands for the area that the study says, that is "
            f"{shown_number(density[0], 2)} animals per km² ({_band(density)})."
        )
    return text


def _densities(abundance: xr.Dataset, mass: float) -> str:
    """Say the density of each stratum, or the range of medians when there are many."""
    strata = [str(name) for name in abundance["stratum"].values]
    found = [interval(abundance["density_per_km2"].sel(stratum=one), mass) for one in strata]
    if len(strata) > _MOST_NAMED:
        middles = [one[0] for one in found]
        return (
            f"{shown_number(min(middles), 2)} to {shown_number(max(middles), 2)} animals per km² "
            f"(medians of {len(strata)} strata)"
        )
    said = [
        f"{shown_number(one[0], 2)} animals per km² ({mass_words(mass)} interval {_band(one)}) "
        f"in {stratum}"
        for stratum, one in zip(strata, found, strict=True)
    ]
    return "; ".join(said)


def _no_total() -> str:
    return "The survey knows no area, so there is no number of animals, only a density."


def _effort(seen: xr.Dataset, places: int) -> str:
    """Say how much was searched, and in how many pieces."""
    if "length_km" in seen:
        length = shown_count(float(seen["length_km"].sum()))
        return f"in {shown_count(places)} strips of {length} km together"
    name = next((name for name in ("effort_km", "visits", "effort") if name in seen), "")
    if not name:
        return f"in {shown_count(places)} places"
    amount = shown_count(float(seen[name].sum()))
    if seen[name].attrs.get("units", "km") == "km":
        return f"on {amount} km of line ({shown_count(places)} transects)"
    return f"in {amount} visits to {shown_count(places)} points"


def _from_visits(seen: xr.Dataset) -> str:
    """Say how often sites were visited, and where something was found."""
    visits, found = seen["site_visits"], seen["site_detections"].sum("season")
    text = (
        f" from {shown_count(float(visits.sum()))} visits to {shown_count(found.size)} sites, "
        f"something found at {shown_count(float((found > 0).sum()))}"
    )
    seasons = seen.sizes["season"]
    return f"{text}, in {seasons} seasons" if seasons > 1 else text


def _where(survey: SurveyResult, occupancy: xr.Dataset) -> str:
    """Say how many sites are occupied, in the last season where there are several."""
    mass, last = mass_of(survey), occupancy.isel(season=-1)
    when = f" in {last['season'].values}" if occupancy.sizes["season"] > 1 else ""
    sites, share = interval(last["occupied_sites"], mass), interval(last["occupied_share"], mass)
    p = interval(last["p_detect"], mass)
    return (
        f"{heading(survey.species)}{when}: at {_shown(sites[0])} of "
        f"{shown_count(float(occupancy.attrs['sites']))} sites ({mass_words(mass)} interval "
        f"{_band(sites)}), {shown_number(100 * share[0], 2)} % of them. A visit to a site where "
        f"it lives finds it with probability {shown_number(p[0], 2)} ({_band(p)}). These are "
        "places, not numbers of animals."
    )


def _from_cameras(seen: xr.Dataset) -> str:
    """Say how many events cameras had, with how much effort."""
    effort = next(name for name in _CAMERA_EFFORT if name in seen)
    count, spent = (shown_count(float(seen[name].sum())) for name in ("passages", effort))
    what, unit = _CAMERA_EFFORT[effort]
    return f" from {count} {what} {spent} {unit} at {shown_count(seen.sizes['site'])} sites"


def _from_what(survey: SurveyResult) -> str:
    """Say how much was seen with how much effort."""
    seen = node(survey, "observed_data")
    if seen is None:
        return ""
    if "site_visits" in seen:
        return _from_visits(seen)
    if "estimate" in seen and "year" in seen:
        first, last = int(seen["year"].min()), int(seen["year"].max())
        return f" from {seen['year'].size} counts, {first} to {last}"
    if "passages" in seen:
        return _from_cameras(seen)
    thing = next((thing for thing in ("groups", "animals") if thing in seen), "")
    if not thing:
        return ""
    count, places = float(seen[thing].sum()), int(seen[thing].size)
    if settings_of(survey).get("group_size") == "single":
        thing = "animals"
    return f" from {shown_count(count)} {thing} seen {_effort(seen, places)}"


def status_note(survey: SurveyResult) -> Block:
    """Say whether the data are real; anything else is a warning."""
    if survey.status.startswith("simulated"):
        text = (
            "These survey data are SIMULATED, not observed: they show what a real survey would "
            "give and say nothing about the animals of the plateau."
        )
        return Note(text, "warning")
    if survey.status == "real":
        source = str(survey.tree.attrs.get("source", "not stated"))
        return Paragraph(f"The data are real. Source: {source}.")
    if survey.status == "not stated":
        text = "The survey file does not say whether its data are real or simulated."
        return Note(f"{text} Write “# status: real” on top of it if they are.", "warning")
    return Note(f"These survey data are {survey.status}.", "warning")


def verdict_of(survey: SurveyResult) -> str:
    """Return the gravest word of the diagnostics; empty when the fit has none."""
    found = node(survey, "diagnostics")
    return "" if found is None else str(found.attrs.get("verdict", "not stated"))


def gate_word(survey: SurveyResult) -> str:
    """Return the gravest word of the diagnostics, and whether a stop was accepted."""
    word = verdict_of(survey) or "none"
    word = f"{word}, accepted in the study file" if survey.overridden else word
    return f"{word}; PREVIEW" if is_preview(survey) else word


def is_preview(survey: SurveyResult) -> bool:
    """Return whether the posterior is a preview without weights."""
    asked = settings_of(survey).get("sampler", {}).get("engine") == "preview"
    return asked or bool(survey.tree.attrs.get("preview", 0))


def _reasons(survey: SurveyResult, verdict: str) -> str:
    """Name the diagnostics with a verdict, each with its meaning."""
    found = node(survey, "diagnostics")
    if found is None or "verdict" not in found:
        return ""
    bad = found.isel(check=np.flatnonzero(found["verdict"].to_numpy() == verdict))
    limits = predictive_limits(survey)
    return "; ".join(_reason(bad.isel(check=i), limits) for i in range(bad.sizes["check"]))


def _reason(finding: xr.Dataset, limits: tuple[float, float]) -> str:
    """Say one diagnostic with its number and meaning."""
    check, value = readable(str(finding["check"].values)), float(finding["value"])
    if is_predictive(finding, limits):
        return f"{check}: {predictive_words(value, str(finding['verdict'].values))}"
    return f"{check} is {shown_number(value)} ({finding['meaning'].values})"


def gate_note(survey: SurveyResult) -> Block:
    """Say what the diagnostics mean for the use of the numbers."""
    verdict = verdict_of(survey)
    if verdict == "pass":
        return Paragraph("Diagnostics: pass. None of them speaks against using these numbers.")
    if verdict == "look":
        text = "Diagnostics: look. Use the numbers once somebody has judged this: "
        return Note(f"{text}{_reasons(survey, 'look')}.")
    if verdict == "stop":
        accepted = " The study file accepts the fit all the same." if survey.overridden else ""
        text = "Diagnostics: STOP. These numbers must not be used: "
        return Note(f"{text}{_reasons(survey, 'stop')}.{accepted}", "warning")
    return Note("Nobody checked this fit: it carries no diagnostics.", "warning")


def opening(survey: SurveyResult) -> tuple[Block, ...]:
    """Return how many animals there are, how that is known, and whether to trust it.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    abundance = node(survey, "abundance")
    method = METHODS.get(survey.model, readable(survey.model))
    how = f"Estimated by {method}{_from_what(survey)}."
    text = how if abundance is None else f"{_how_many(survey, abundance)} {how}"
    occupancy = node(survey, "occupancy")
    if occupancy is not None:
        text = f"{_where(survey, occupancy)} {how}"
    community = node(survey, "community")
    if community is not None:
        text = f"{heading(survey.species)}: {community_words(survey, community)} {how}"
    blocks: list[Block] = [Paragraph(text, lead=True)]
    if is_preview(survey):
        text = (
            "PREVIEW: mode and curvature of the posterior, without weights or chains. Good for a "
            "first look; refit with another sampler before any use."
        )
        blocks.append(Note(text, "warning"))
    return (*blocks, status_note(survey), gate_note(survey))
