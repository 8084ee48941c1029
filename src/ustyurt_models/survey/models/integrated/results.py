"""From draws of the integrated model to abundance by class, growth, and its account."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.stages import Classes, Rates, closed_growth, project
from ustyurt_models.survey.beliefs import draw_positive
from ustyurt_models.survey.models.integrated.data import IntegratedData, IntegratedSurvey
from ustyurt_models.survey.models.trend.account import account_of
from ustyurt_models.survey.models.trend.moved import counting_beliefs, draw_share
from ustyurt_models.survey.models.trend.results import UNITS as TREND_UNITS
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.models.trend.states import levels_of
from ustyurt_models.survey.read.counts import Counts
from ustyurt_models.survey.settings import Belief

__all__ = ["CLASSES", "UNITS", "beliefs_of", "derive", "structure_node", "trend_node"]

Floats = NDArray[np.float64]

_PRIOR_DRAWS = 20_000

#: Classes in the order of the model.
CLASSES = ("yearling_female", "adult_female", "yearling_male", "adult_male")

#: Unit and meaning of the variables that the trend does not have.
UNITS = TREND_UNITS | {
    "young_yearling": ("1", "young per female about one year old"),
    "young_adult": ("1", "young per female two years and older"),
    "calf_survival": ("1", "calf survival, birth to one year, mean year without poaching"),
    "female_survival": ("1", "yearly survival of females, mean year without poaching"),
    "male_relative": ("1", "survival of males relative to females"),
    "male_at_birth": ("1", "share of newborns that are male"),
    "adult_males_start": ("1", "adult males among adult males and females, first year"),
    "poaching_male": ("1", "poaching hazard of males relative to females"),
    "poaching_young": ("1", "poaching hazard of young relative to females"),
    "shortage": ("1", "adult-male share at which half the conceptions fail"),
    "shortage_steepness": ("1", "power of the male-shortage curve"),
    "survival_sd": ("1", "spread of survival between years, on the logit"),
    "births_sd": ("1", "spread of births between years, on the logarithm"),
    "log_classes": ("1", "log animals by age and sex just before the birth season"),
    "births": ("1", "young born just after the count [animals]"),
    "lives": ("1", "share that lives through the year: females, males, calves"),
    "adult_males": ("1", "adult males among adult males and females, last year"),
    "growth_poached": ("yr-1", "growth factor of a closed population with present poaching"),
}


def _ahead(
    posterior: xr.Dataset, told: TrendSettings, years: int, rng: np.random.Generator
) -> Floats:
    """Carry the classes forward with new yearly effects, log, shape (draw, year, 4).

    As for the trend, growth falls linearly to nothing at capacity.
    """

    def flat(name: str) -> Floats:
        return posterior[name].values.ravel()

    draws = flat("births_sd").size
    capacity = np.full(draws, np.inf)
    if told.capacity is not None:
        capacity = draw_positive(told.capacity, draws, rng)
    hazard = -np.log1p(-flat(f"loss_{len(told.loss)}"))
    open_ = 1.0 + flat("immigration") if "immigration" in posterior else np.ones(draws)
    logits = {n: np.log(flat(n)) - np.log1p(-flat(n)) for n in ("calf_survival", "female_survival")}
    now = Classes(*np.exp(posterior["log_classes"].values[..., -1, :].reshape(draws, 4)).T)
    path = []
    for _ in range(years):
        good = flat("survival_sd") * rng.standard_normal(draws)
        fecund = np.exp(flat("births_sd") * rng.standard_normal(draws))
        calf, female = (1 / (1 + np.exp(-(logit + good))) for logit in logits.values())
        rates = Rates(
            flat("young_yearling") * fecund,
            flat("young_adult") * fecund,
            calf * np.exp(-hazard * flat("poaching_young")),
            female * np.exp(-hazard),
            female * flat("male_relative") * np.exp(-hazard * flat("poaching_male")),
            flat("male_at_birth"),
            flat("shortage"),
            flat("shortage_steepness"),
        )
        after, _born = project(now, rates)
        total = after.total * open_
        growth = np.log(total / now.total)
        room = np.clip(1.0 - now.total / capacity, -1.0, 1.0)
        kept = open_ * np.exp(np.where(growth > 0, growth * (room - 1.0), 0.0))
        now = Classes(*(one * kept for one in after))
        path.append(np.log(np.stack(now, axis=-1)))
    return np.stack(path, axis=1) if path else np.zeros((draws, 0, 4))


def derive(
    posterior: xr.Dataset,
    data: IntegratedData,
    told: TrendSettings,
    last_year: int,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Add classes and abundance of every year up to `last_year`, with units.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables and states, dims (chain, draw).
    data : IntegratedData
        The data.
    told : TrendSettings
        Periods, capacity.
    last_year : int
        Last year wanted; years after the last count are forecast.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    xarray.Dataset
        With ``log_classes`` (chain, draw, year, class) and ``log_abundance``, animals a year old
        and older just before the birth season.
    """
    shape, years = (posterior.sizes["chain"], posterior.sizes["draw"]), data.counts.years
    ahead = max(last_year - int(years[-1]), 0)
    future = _ahead(posterior, told, ahead, rng).reshape(*shape, ahead, 4)
    classes = np.concatenate([posterior["log_classes"].values, future], axis=2)
    animals = Classes(*np.moveaxis(np.exp(classes), -1, 0))
    levels = levels_of(posterior, data.counts)
    numbers = ("loss_", "detection_")
    dropped = [
        name
        for name in map(str, posterior)
        if name.endswith("_z") or (name.startswith(numbers) and name.rpartition("_")[2].isdigit())
    ]
    dropped += ["log_classes", "survival_year", "births_year"]
    out = posterior.drop_vars(dropped)
    out = out.rename({str(out["births"].dims[2]): "count_year", str(out["lives"].dims[2]): "step"})
    out = out.rename({str(out["lives"].dims[3]): "lives_of"})
    out = out.assign_coords(
        {
            "year": np.arange(years[0], years[-1] + ahead + 1),
            "class": list(CLASSES),
            "count_year": years,
            "step": years[:-1],
            "lives_of": ["female", "male", "calf"],
            "level": [level.name for level in data.counts.levels],
        }
    )
    per_draw = ("chain", "draw")
    loss = np.stack([posterior[f"loss_{i + 1}"].values for i in range(len(told.loss))], axis=-1)
    closed = np.log(posterior["growth_poached"].values)
    open_ = np.log1p(posterior["immigration"].values) if "immigration" in posterior else 0.0
    shift = (levels[:, data.counts.main_levels - 1] - levels[:, 0]).reshape(shape)
    made = {
        "loss": ((*per_draw, "period"), loss),
        "detection": ((*per_draw, "level"), np.exp(levels).reshape(*shape, -1)),
        "log_classes": ((*per_draw, "year", "class"), classes),
        "log_abundance": ((*per_draw, "year"), np.log(animals.total)),
        "abundance_total": (per_draw, animals.total[..., -1]),
        "adult_males": (per_draw, animals.male_share[..., -1]),
        "growth_closed": (per_draw, closed),
        "growth_now": (per_draw, closed + open_),
        "detection_shift": (per_draw, shift),
    }
    out = out.assign(made)
    for name, variable in out.data_vars.items():
        unit, meaning = UNITS[str(name)]
        variable.attrs = {"units": unit, "long_name": meaning}
    return out


def structure_node(posterior: xr.Dataset) -> xr.Dataset:
    """Give the share of each class in the last year as draws: what the simulation takes."""
    last = np.exp(posterior["log_classes"].isel(year=-1).values.reshape(-1, len(CLASSES)))
    share = (last / last.sum(axis=1, keepdims=True)).reshape(-1, 2, 2)
    attrs = {"units": "1", "long_name": "share of animals a year old and older"}
    node = xr.Dataset(
        {"share": (("draw", "sex", "age"), share, attrs)},
        {"sex": ["female", "male"], "age": ["yearling", "adult"], "draw": np.arange(len(share))},
    )
    node.attrs = {"year": int(posterior["year"][-1]), "census": "just before the birth season"}
    return node


def trend_node(
    posterior: xr.Dataset, data: IntegratedData, told: TrendSettings, counts: Counts, mass: float
) -> xr.Dataset:
    """Prepare the trend and the account of growth, as the trend of counts alone does."""
    return account_of(posterior, data.counts, told, counts, mass)


def beliefs_of(
    posterior: xr.Dataset,
    survey: IntegratedSurvey,
    data: IntegratedData,
    rng: np.random.Generator,
) -> dict[str, tuple[Floats, Floats]]:
    """Return beliefs before and after the data, by label; the first is what the others make."""
    life = survey.demography

    def positive(belief: Belief) -> Floats:
        return draw_positive(belief, _PRIOR_DRAWS, rng)

    def share(belief: Belief) -> Floats:
        return draw_share(belief, rng, _PRIOR_DRAWS)

    young, adult = positive(life.young_yearling), positive(life.young_adult)
    calf, female, male_birth = map(
        share, (life.calf_survival, life.female_survival, life.male_at_birth)
    )
    before = {
        "calf_survival": calf,
        "female_survival": female,
        "male_relative": share(life.male_relative),
        "young_yearling": young,
        "young_adult": adult,
        "poaching_male": positive(life.poaching_male),
    }
    rates = Rates(young, adult, calf, female, female, male_birth, 0.0, 1.0)
    after = posterior["growth_ceiling"].values.ravel()
    found = {"growth factor of a closed population": (closed_growth(rates), after)}
    for name, drawn in before.items():
        found[UNITS[name][1]] = (drawn, posterior[name].values.ravel())
    return found | counting_beliefs(posterior, survey.told, data.counts, rng)
