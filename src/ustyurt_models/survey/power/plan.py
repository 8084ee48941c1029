"""A planned survey made definite: transects per stratum, kilometres, years, money."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.study.power import Cost, Design, Power
from ustyurt_models.survey.power.today import Today

__all__ = ["Plan", "cost_of", "resolve", "share_out"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_FEWEST = 2  # transects per stratum: one tells nothing of the spread among transects
_MOST = 20_000  # transects in all; beyond, the simulation would take hours


@dataclass(frozen=True)
class Plan:
    """A design in numbers.

    Attributes
    ----------
    name, survey, method : str
        Of the design.
    stratum : tuple of str
        Names.
    transects : numpy.ndarray
        Number by stratum, int64, shape (stratum,).
    length_km : numpy.ndarray
        Length of one transect by stratum [km], shape (stratum,).
    repeats : int
        Visits of each transect in a survey year.
    years : tuple of int
        Survey years from the start of the study.
    half_width_m : float
        Truncation distance of lines, half the width of strips [m].
    cost_per_survey : float
        Money per survey year; NaN when no costs are given.
    """

    name: str
    survey: str
    method: str
    stratum: tuple[str, ...]
    transects: Whole
    length_km: Floats
    repeats: int
    years: tuple[int, ...]
    half_width_m: float
    cost_per_survey: float

    @property
    def effort_km(self) -> float:
        """Kilometres per survey year, all visits."""
        return float(self.transects @ self.length_km) * self.repeats

    @property
    def total_cost(self) -> float:
        """Money over all survey years."""
        return self.cost_per_survey * len(self.years)

    def lengths(self) -> tuple[Floats, ...]:
        """Return the effort of each transect, all visits, by stratum [km]."""
        pairs = zip(self.transects, self.length_km, strict=True)
        return tuple(np.full(int(n), length * self.repeats) for n, length in pairs)

    def inputs(self) -> dict[str, object]:
        """Return what simulated surveys depend on, for a hash; money is not part of it."""
        return {
            "method": self.method,
            "stratum": list(self.stratum),
            "transects": self.transects.tolist(),
            "length_km": self.length_km.tolist(),
            "repeats": self.repeats,
            "years": list(self.years),
            "half_width_m": self.half_width_m,
        }


def cost_of(cost: Cost, transects: Whole, length_km: Floats, repeats: int) -> float:
    """Add up what one year's survey costs.

    Parameters
    ----------
    cost : Cost
        Prices.
    transects : numpy.ndarray
        By stratum, shape (stratum,).
    length_km : numpy.ndarray
        Length of a transect by stratum [km], shape (stratum,).
    repeats : int
        Visits of each transect.

    Returns
    -------
    float
        Money.
    """
    km = float(transects @ length_km) * repeats
    total = cost.fixed + cost.per_transect * int(transects.sum()) * repeats + cost.per_km * km
    if cost.km_per_day is not None:
        total += cost.per_day * math.ceil(km / cost.km_per_day - 1e-9)
    if cost.speed is not None:
        total += cost.per_hour * km / cost.speed
    return total


def share_out(total: int, weight: Floats) -> Whole:
    """Share transects among strata in proportion to weights, at least two each.

    Parameters
    ----------
    total : int
        Transects in all, at least two per stratum.
    weight : numpy.ndarray
        Shape (stratum,), > 0.

    Returns
    -------
    numpy.ndarray
        Whole numbers that add up to `total` (largest remainders), int64, shape (stratum,).
    """
    free = total - _FEWEST * weight.size
    wanted = np.maximum(total * weight / weight.sum() - _FEWEST, 0.0)
    wanted = free * wanted / wanted.sum() if wanted.sum() > 0 else np.full(weight.size, 0.0)
    whole = np.floor(wanted + 1e-9).astype(np.int64)
    order = np.argsort(-(wanted - whole), kind="stable")
    whole[order[: free - int(whole.sum())]] += 1
    return whole + _FEWEST


def _weights(design: Design, today: Today, length_km: Floats) -> Floats:
    """Return the weights of the strata for numbers of transects.

    Optimal: the variance of abundance is the sum over strata of A^2 (1 + k^2) D / L up to a
    common factor, least for L proportional to A sqrt((1 + k^2) D) (Cochran 1977, *Sampling
    Techniques*, 3rd ed., eq. 5.26, equal cost per kilometre).
    """
    area = today.area_km2
    density = today.group_density_per_km2.mean(axis=0)
    ratio = (1.0 + today.spread**2).mean(axis=0)
    effort = {
        "area": area,
        "equal": np.ones(area.size) * length_km,
        "density": area * density,
        "optimal": area * np.sqrt(ratio * density),
    }[design.allocation]
    return effort / length_km


def _by_stratum(value, stratum: tuple[str, ...], where: str, faults: Faults) -> list[float] | None:
    """Lay a table with one entry per stratum out in the order of the strata."""
    if not isinstance(value, dict):
        return [float(value)] * len(stratum)
    for name in sorted(set(value) - set(stratum)):
        faults.add(f"{where}.{name}", "must be a stratum", None, did_you_mean(name, stratum))
    for name in sorted(set(stratum) - set(value)):
        faults.add(where, f"must say something for stratum {name!r}", sorted(value))
    return None if set(value) != set(stratum) else [float(value[name]) for name in stratum]


def _affordable(cost: Cost, design: Design, weight: Floats, length_km: Floats) -> int:
    """Return the largest number of transects that the budget pays for; 0 when none."""
    budget = design.budget or 0.0

    def fits(total: int) -> bool:
        return cost_of(cost, share_out(total, weight), length_km, design.repeats) <= budget

    low = _FEWEST * weight.size
    if not fits(low):
        return 0
    high = low + 1
    while high < _MOST and fits(high):
        low, high = high, 2 * high
    high = min(high, _MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _numbers(
    design: Design, today: Today, length_km: Floats, cost: Cost | None, where: str, faults: Faults
) -> Whole | None:
    """Return transects by stratum, whichever way the design says how many."""
    if isinstance(design.transects, dict):
        found = _by_stratum(design.transects, today.stratum, f"{where}.transects", faults)
        return None if found is None else np.array(found, np.int64)
    weight = _weights(design, today, length_km)
    if design.transects is not None:
        key, total = "transects", design.transects
    elif design.total_effort is not None:
        mean = float(weight @ length_km / weight.sum())
        key, total = "total_effort", round(design.total_effort / 1000.0 / mean / design.repeats)
    else:
        assert cost is not None
        key, total = "budget", _affordable(cost, design, weight, length_km)
    least = _FEWEST * weight.size
    if total < least:
        rule = f"must give at least {_FEWEST} transects in each of {weight.size} strata"
        faults.add(f"{where}.{key}", rule, getattr(design, key), "raise it or shorten 'length'")
        return None
    return share_out(total, weight)


def resolve(name: str, power: Power, today: Today, faults: Faults) -> Plan | None:
    """Make a design definite.

    Parameters
    ----------
    name : str
        Of the design.
    power : Power
        The block of the study file.
    today : Today
        Strata, areas and densities.
    faults : Faults
        Takes what does not fit.

    Returns
    -------
    Plan or None
        ``None`` when there are faults.
    """
    design, where = power.design[name], f"power.design.{name}"
    before = len(faults.found)
    lengths = _by_stratum(design.length, today.stratum, f"{where}.length", faults)
    if lengths is None:
        return None
    length_km = np.array(lengths) / 1000.0
    cost = power.cost.get(design.cost)
    transects = _numbers(design, today, length_km, cost, where, faults)
    half_width = _half_width(design, today, where, faults)
    if transects is None or len(faults.found) > before:
        return None
    plan = Plan(
        name,
        design.survey or power.survey,
        design.method,
        today.stratum,
        transects,
        length_km,
        design.repeats,
        power.years_of(design),
        half_width,
        math.nan if cost is None else cost_of(cost, transects, length_km, design.repeats),
    )
    _check_size(plan, today, where, faults)
    return plan if len(faults.found) == before else None


def _half_width(design: Design, today: Today, where: str, faults: Faults) -> float:
    """Return truncation distance, or half the width of a strip [m]; 0 when unknown."""
    if design.width is not None:
        return design.width / 2.0
    truncation = design.truncation or today.truncation_m
    if not truncation:
        rule = "must be given: the survey has none"
        faults.add(f"{where}.truncation", rule, None, "write truncation = '800 m'")
    if today.half_width_m is None:
        rule = "must be given: the survey has no detection function along lines"
        advice = "write assume = { half_width = '200 m' }"
        faults.add(f"{where}.assume.half_width", rule, None, advice)
    elif truncation and truncation <= float(np.median(today.half_width_m)):
        rule = "must exceed the effective half-width"
        shown = f"{np.median(today.half_width_m):.0f} m"
        faults.add(f"{where}.truncation", rule, shown, "raise the truncation")
    return float(truncation)


def _check_size(plan: Plan, today: Today, where: str, faults: Faults) -> None:
    """Refuse designs that search more than there is, or that no machine simulates in time."""
    searched = plan.transects * plan.length_km * 2.0 * plan.half_width_m / 1000.0
    for name, part, area in zip(plan.stratum, searched, today.area_km2, strict=True):
        if part > area:
            rule = f"must not search more than stratum {name!r} of {area:,.0f} km2"
            faults.add(where, rule, f"{part:,.0f} km2", "'length' in m instead of km?")
    if plan.transects.sum() > _MOST:
        faults.add(where, f"must not have more than {_MOST} transects", int(plan.transects.sum()))
