"""Patterns 1 and 2: growth of the Ustyurt saiga 2016-2024, and their collapse around 2000."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from patterns_table import Row, between, reported
from patterns_world import (
    NOBODY,
    central,
    over_draws,
    parameters_over_draws,
    value,
    write_study,
)
from theory_world import catalogue

__all__ = ["COUNTS", "Collapse", "Recovery", "collapse", "recovery"]

#: Published spring counts of the Kazakh Ustyurt (counts.csv of the evidence).
COUNTS = {
    2016: 1_900,
    2017: 2_700,
    2018: 3_700,
    2019: 5_900,
    2021: 12_000,
    2022: 28_000,
    2023: 39_700,
    2024: 63_600,
}
_FIRST, _LAST = min(COUNTS), max(COUNTS)
_YEARS = _LAST - _FIRST
#: Growth of the counts as a whole, a factor of 33 in eight years.
PUBLISHED = (COUNTS[_LAST] / COUNTS[_FIRST]) ** (1 / _YEARS)

#: Only saiga, on the shipped landscape.
_SAIGA: dict[str, Any] = {
    "title": "Saiga of the Kazakh Ustyurt",
    "area": {"landscape": "ustyurt_5km", "region": "plateau"},
    "cheetah": NOBODY,
}


@dataclass(frozen=True)
class Recovery:
    """Numbers by assumption, shape (draw, year) from 2016 on, as managers would count them."""

    closed: np.ndarray
    calm: np.ndarray
    immigration: np.ndarray
    both: np.ndarray
    published: Mapping[int, int]


def _numbers(folder: Path, draws: int, study: Mapping[str, Any]) -> np.ndarray:
    """Return saiga by draw and year."""
    whole = _SAIGA | {"start": _FIRST, "years": _YEARS, "draws": draws, **study}
    whole = whole | {"prey": {"saiga": {"start": COUNTS[_FIRST]}}}
    (numbers,) = over_draws(write_study(folder, whole), "prey_number")
    return numbers.sum(axis=(2, 3, 4)).astype(float)


def growth_per_yr(numbers: np.ndarray) -> np.ndarray:
    """Return the yearly growth factor over all years, shape (draw,)."""
    return (numbers[:, -1] / numbers[:, 0]) ** (1 / (numbers.shape[1] - 1))


def recovery(folder: Path, draws: int) -> tuple[list[Row], Recovery]:
    """Run 2016-2024 as a closed population, with immigration, and with better counting.

    The closed population is that of the model: nobody crosses the window edge. Immigration is
    the row `sai_immig`, once drawn and once at its upper end; detection drifts from the lower to
    the upper end of `sai_aer_det`.
    """
    shut = {"processes": {"immigration": False}, "engine": {"edge": "closed"}}
    calm = {"processes": {"immigration": False, "catastrophes": False, "poaching": False}}
    closed = _numbers(folder / "closed", draws, shut)
    best = _numbers(folder / "calm", draws, shut | calm)
    high = {"parameters": {"sai_immig": _limit("sai_immig", "high")}}
    immigration = _numbers(folder / "immigration", draws, high)
    seen = _limit("sai_aer_det", "low") / _limit("sai_aer_det", "high")
    drift = seen ** (np.arange(_YEARS, -1, -1) / _YEARS)
    # The first count saw the share that the drift starts with, so the truth began higher.
    both = immigration * drift / drift[0]
    found = Recovery(closed, best, immigration, both, COUNTS)
    return _recovery_rows(found), found


def _limit(id: str, end: str) -> float:
    """Return the lower or upper end of a row of the evidence."""
    return float(getattr(catalogue()[id], end))


def _recovery_rows(found: Recovery) -> list[Row]:
    """Compare growth with the published counts."""
    closed, calm = growth_per_yr(found.closed), growth_per_yr(found.calm)
    both = growth_per_yr(found.both)
    reach = 100.0 * float((closed >= PUBLISHED).mean())
    return [
        reported("1 published growth of counts", PUBLISHED, "per year"),
        between("1 closed: growth, median of draws", float(np.median(closed)), 1.15, 1.42),
        between("1 closed: draws that reach the counts", reach, 0.0, 5.0, "%"),
        between(
            "1 closed, no poaching or catastrophe: 95 %",
            float(np.quantile(calm, 0.95)),
            1.28,
            PUBLISHED - 0.01,
        ),
        between(
            "1 + immigration, + detection: 95 %",
            float(np.quantile(both, 0.95)),
            PUBLISHED,
            PUBLISHED + 0.3,
        ),
    ]


@dataclass(frozen=True)
class Collapse:
    """What uncontrolled poaching does, shape (draw, year); the last draw is the central one."""

    numbers: np.ndarray
    male_share: np.ndarray
    births_per_female: np.ndarray


def _poached(folder: Path, draws: int, start: int, parameters: Mapping[str, float]) -> Collapse:
    """Run eight years from 1998 under given evidence."""
    study = _SAIGA | {
        "start": 1998,
        "years": 8,
        "draws": draws,
        "prey": {"saiga": {"start": start, "immigration": False}},
        "parameters": parameters,
        "engine": {"edge": "closed"},
    }
    path = write_study(folder, study)
    numbers, births = over_draws(path, "prey_number", "prey_births")
    adults = numbers[:, :, 0, :, 1].astype(float)
    # The census is taken after winter, the published shares before: in the rut.
    at_rut = adults[..., 1] * _males_lost_in_winter(path)[:, None]
    share = at_rut / np.maximum(at_rut + adults[..., 0], 1.0)
    # Births of a year come from the females of the census before.
    per_female = births[:, 1:, 0] / np.maximum(adults[:, :-1, 0], 1.0)
    return Collapse(numbers.sum(axis=(2, 3, 4)).astype(float), share, per_female)


def _males_lost_in_winter(path: Path) -> np.ndarray:
    """Return males over females in the rut over the same after the winter, shape (draw,).

    Males meet the poachers' hazard of females times `sai_poach_male`, and survive less well by
    `sai_s_adm_rel`; a quarter of the year lies between rut and census.
    """
    poached = -np.log1p(-parameters_over_draws(path, "sai_poach_rate"))
    excess = poached * (parameters_over_draws(path, "sai_poach_male") - 1.0)
    return np.exp((excess - np.log(parameters_over_draws(path, "sai_s_adm_rel"))) / 4.0)


def collapse(folder: Path, draws: int, start: int = 100_000) -> tuple[list[Row], Collapse]:
    """Let poaching go uncontrolled, as in 1998-2002: pressure `sai_poach_open` times today's.

    The study holds the share poached at what the hazard of those years makes of it; other
    evidence is drawn, and once held at its central values.
    """
    rate = 1.0 - (1.0 - value("sai_poach_rate")) ** value("sai_poach_open")
    drawn = _poached(folder / "draws", draws, start, {"sai_poach_rate": rate})
    middle = _poached(folder / "central", 1, start, central(sai_poach_rate=rate))
    found = Collapse(
        *(np.concatenate([getattr(each, name) for each in (drawn, middle)]) for name in _SERIES)
    )
    return _collapse_rows(found), found


_SERIES = ("numbers", "male_share", "births_per_female")


def _collapse_rows(found: Collapse) -> list[Row]:
    """Compare the decline and its mechanism with what was published."""
    loss = 1.0 - (found.numbers[:, 4] / found.numbers[:, 0]) ** 0.25
    share, births = found.male_share[:, :-1].ravel(), found.births_per_female.ravel()
    many, few = _mean(births[share > 0.05]), _mean(births[share < 0.005])
    half = _where_half(share, births / many)
    return [
        between("2 loss a year 1998-2002, median of draws", float(np.median(loss)), 0.35, 0.60),
        between("2 the same at the central evidence", float(loss[-1]), 0.35, 0.60),
        reported(
            "2 males among grown animals in the rut after 4 yr, central",
            100.0 * float(found.male_share[-1, 4]),
            "%",
        ),
        reported("2 young per female where males are above 5 %", many, "young"),
        between(
            "2 share of males at which half the young are missing", 100.0 * half, 0.5, 2.5, "%"
        ),
        between("2 young where males are below 0.5 %, over that", few / many, 0.0, 0.3),
    ]


def _where_half(share: np.ndarray, relative: np.ndarray) -> float:
    """Return the share of males at which relative births pass one half; NaN if they do not.

    Births are averaged over bins of the share, a factor of 1.5 wide.
    """
    edges = 0.001 * 1.5 ** np.arange(13)
    inside = [(share >= low) & (share < high) for low, high in pairwise(edges)]
    middles = [math.sqrt(low * high) for low, high in pairwise(edges)]
    known = [
        (m, relative[each].mean()) for m, each in zip(middles, inside, strict=True) if each.any()
    ]
    for (low, below), (high, above) in pairwise(known):
        if below < 0.5 <= above:
            part = (0.5 - below) / (above - below)
            return low * (high / low) ** part
    return float("nan")


def _mean(values: np.ndarray) -> float:
    """Return the mean, NaN of nothing."""
    return float(values.mean()) if values.size else float("nan")
