"""How many cheetahs the area could hold: two published prey rules and the space rule."""

import numpy as np
import xarray as xr

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue, Parameter
from ustyurt_models.report.figures.uncertainty import CapacityRange
from ustyurt_models.report.words import readable

__all__ = ["emergent_range", "late_growth", "rule_ranges"]

_LAST_YEARS = 10
#: Adult kulan weigh more than accessible prey (parameter ``che_prey_acc``), so they do not count.
_TOO_LARGE = ("kulan",)
_LEVELS = (0.025, 0.5, 0.975)


def _range(label: str, values: np.ndarray, *, emergent: bool = False) -> CapacityRange:
    """Return median and 95 % equal-tailed interval of `values`."""
    low, median, high = (float(value) for value in np.quantile(values, _LEVELS))
    return CapacityRange(label, low, median, high, emergent)


def emergent_range(results: xr.Dataset, scenario: str) -> CapacityRange | None:
    """Return cheetahs without cubs over the last ten years of the futures that keep them.

    Parameters
    ----------
    results : xarray.Dataset
        Result cube.
    scenario : str
        Scenario.

    Returns
    -------
    CapacityRange or None
        ``None`` when no future keeps cheetahs.
    """
    independent = _independent(results, scenario)
    last = independent.isel(year=slice(-_LAST_YEARS, None)).mean("year").to_numpy().ravel()
    kept = last[independent.isel(year=-1).to_numpy().ravel() > 0]
    label = f"simulated: {readable(scenario)}"
    return _range(label, kept, emergent=True) if kept.size else None


def _independent(results: xr.Dataset, scenario: str) -> xr.DataArray:
    """Return cheetahs without cubs by draw, replicate and year."""
    number = results["cheetah_number"].sel(scenario=scenario)
    return number.sel(cheetah_stage=["disperser", "resident"]).sum(["sex", "cheetah_stage"])


def late_growth(results: xr.Dataset, scenario: str) -> float | None:
    """Return the yearly growth factor over the last ten years of the futures that keep cheetahs.

    Numbers that still grow or shrink are those reached so far, not what the land can hold.

    Returns
    -------
    float or None
        Growth of the sum over these futures; ``None`` when there were none to compare with.
    """
    number = _independent(results, scenario)
    years = min(_LAST_YEARS, number.sizes["year"] - 1)
    last = number.isel(year=-1).to_numpy().ravel()
    before = number.isel(year=-1 - years).to_numpy().ravel()[last > 0]
    if years == 0 or before.sum() == 0:
        return None
    return float((last.sum() / before.sum()) ** (1.0 / years))


def _value(catalogue: Catalogue, identifier: str) -> float:
    """Return the central value of a row of evidence."""
    value = catalogue[identifier].value
    require(value is not None, identifier, "must have a value")
    return float(value)  # type: ignore[arg-type]


def _span(row: Parameter) -> tuple[float, ...]:
    """Return low, value and high of a row of evidence; the value where no range is given."""
    value = float(row.value or np.nan)
    return tuple(float(end) if end is not None else value for end in (row.low, value, row.high))


def rule_ranges(
    results: xr.Dataset, scenario: str, area_km2: float, catalogue: Catalogue
) -> tuple[CapacityRange, ...]:
    """Return what the published rules say for the prey at the end of `scenario`.

    Parameters
    ----------
    results : xarray.Dataset
        Result cube; prey biomass density of the zone ``region``.
    scenario : str
        Scenario whose prey is used.
    area_km2 : float
        Study region [km2].
    catalogue : Catalogue
        Holds the coefficients.

    Returns
    -------
    tuple of CapacityRange
        Carbone and Gittleman 2002 (2 cheetahs per 10 t of prey), Hayward et al. 2007, and male
        territories at the spacing of Wachter et al. 2023 on a hexagonal lattice.
    """
    hunted = [name for name in results["species"].values if name not in _TOO_LARGE]
    biomass = results["prey_biomass"].sel(scenario=scenario, zone="region", species=hunted)
    biomass = biomass.sum("species")
    last = biomass.isel(year=slice(-_LAST_YEARS, None)).mean("year").to_numpy().ravel()
    last = np.maximum(last, 1e-9)
    per_10_t = _value(catalogue, "che_carbone") / _value(catalogue, "che_mass_ven")
    carbone = last * area_km2 / 10_000 * per_10_t
    intercept, slope = (_value(catalogue, key) for key in ("che_hay_a", "che_hay_b"))
    hayward = 10 ** (intercept + slope * np.log10(last)) * area_km2
    spacing = np.array(_span(catalogue["che_terr_dist"]))
    territories = area_km2 / (np.sqrt(3) / 2 * spacing**2)
    low, median, high = sorted(territories)
    return (
        _range("Carbone and Gittleman 2002 (prey)", carbone),
        _range("Hayward et al. 2007 (prey)", hayward),
        CapacityRange("male territories, Wachter et al. 2023 (space)", low, median, high),
    )
