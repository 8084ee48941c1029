"""What becomes of all cheetahs, born or set free, and what would hold their number."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.report.words import readable

__all__ = ["CUBS", "END", "GROWN", "LEFT", "Fate", "Household", "fates_of", "household_of"]

#: Groups of fates, in the order of the figure.
CUBS, GROWN, LEFT, END = "died as cubs", "died later", "left the region", "alive at the end"
#: Causes that only cubs die of; the others befall animals past their first year.
_OF_CUBS = {
    "cub_loss": "lost in the den or the first year",
    "other_carnivores": "cubs killed by other carnivores",
    "orphaned": "cubs whose mother died",
}
_IN_WORDS = {
    "disease": "disease, injury, unknown",
    "starvation": "starved",
    "post_release": "not coping after release",
    "snare_poaching": "snares, poaching",
    "herders_dogs": "herders and dogs",
    "road": "roads",
}


@dataclass(frozen=True)
class Fate:
    """One end that cheetahs come to.

    Attributes
    ----------
    label : str
        In plain words.
    group : str
        One of CUBS, GROWN, LEFT, END.
    share : float
        Share of all cheetahs that ever lived in the region, 0..1.
    """

    label: str
    group: str
    share: float


@dataclass(frozen=True)
class Household:
    """Gains and losses of a scenario, over all futures and years. NaN where nobody lived.

    Attributes
    ----------
    births_per_female : float
        Cubs born per adult female and year.
    cub_deaths : float
        Share of cubs that died of what only cubs die of.
    other_losses_per_100 : float
        Deaths of other causes and departures per 100 independent cheetahs and year.
    births_to_hold : float
        Cubs per adult female and year at which gains would equal losses.
    without_male : float
        Share of adult females that were ready to conceive at the census and had no grown male
        in reach.
    condition : float
        Mean body condition, 1 = well fed.
    """

    births_per_female: float
    cub_deaths: float
    other_losses_per_100: float
    births_to_hold: float
    without_male: float
    condition: float


def _total(results: xr.Dataset, name: str) -> float:
    """Return the sum over all futures and years after the start."""
    return float(results[name].isel(year=slice(1, None)).sum())


def _deaths(results: xr.Dataset) -> dict[str, float]:
    """Return deaths over all futures and years by cause."""
    deaths = results["cheetah_deaths"].isel(year=slice(1, None))
    totals = deaths.sum([dim for dim in deaths.dims if dim != "cheetah_cause"])
    causes = map(str, totals["cheetah_cause"].values)
    return dict(zip(causes, map(float, totals.values), strict=True))


def fates_of(results: xr.Dataset, scenario: str) -> list[Fate]:
    """Return what became of all cheetahs of a scenario; the shares add up to 1.

    Parameters
    ----------
    results : xarray.Dataset
        As in `contracts.RESULTS`.
    scenario : str
        One in which there are cheetahs.

    Returns
    -------
    list of Fate
        By group, the commonest first; those that occur.
    """
    part = results.sel(scenario=scenario)
    at_end = float(part["cheetah_number"].isel(year=-1).sum())
    found = [
        Fate(_OF_CUBS[cause], CUBS, number)
        if cause in _OF_CUBS
        else Fate(_IN_WORDS.get(cause, readable(cause)), GROWN, number)
        for cause, number in _deaths(part).items()
    ]
    found.append(Fate(LEFT, LEFT, _total(part, "cheetah_emigrants")))
    found.append(Fate(END, END, at_end))
    everyone = sum(fate.share for fate in found)
    order = (CUBS, GROWN, LEFT, END)
    found.sort(key=lambda fate: (order.index(fate.group), -fate.share))
    return [Fate(one.label, one.group, one.share / everyone) for one in found if one.share > 0]


def household_of(results: xr.Dataset, scenario: str) -> Household:
    """Return gains and losses of a scenario; rates are per animal alive at the start of a year."""
    part = results.sel(scenario=scenario)
    before = part.isel(year=slice(None, -1))
    females = before["adult_females"]
    independent = before["cheetah_number"].sel(cheetah_stage=["disperser", "resident"])
    deaths, births = _deaths(part), _total(part, "cheetah_births")
    young = sum(deaths[cause] for cause in _OF_CUBS)
    others = sum(deaths.values()) - young + _total(part, "cheetah_emigrants")
    alone, present = _total(part, "females_without_male"), _total(part, "adult_females")
    per_female = _ratio(births, float(females.sum()))
    return Household(
        births_per_female=per_female,
        cub_deaths=_ratio(young, births),
        other_losses_per_100=100.0 * _ratio(others, float(independent.sum())),
        births_to_hold=_ratio(per_female * others, births - young),
        without_male=_ratio(alone, present),
        condition=float(part["mean_condition"].where(_some_grown(part)).mean()),
    )


def _some_grown(part: xr.Dataset) -> xr.DataArray:
    """Return where cheetahs without their mother live at a census, so that condition is known."""
    grown = part["cheetah_number"].sel(cheetah_stage=["disperser", "resident"])
    return grown.sum(["sex", "cheetah_stage"]) > 0


def _ratio(some: float, of: float) -> float:
    """Return a ratio, NaN without a positive denominator."""
    return some / of if of > 0 else float(np.nan)
