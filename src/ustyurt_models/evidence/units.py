"""The units a parameter may have, each with the range that is physically possible."""

from math import inf

__all__ = ["UNITS", "bounds"]

_SHARES = (
    "annual prob",
    "biomass fraction",
    "fraction",
    "fraction lost",
    "fraction lost per year",
    "GD",
    "prob",
    "proportion",
    "seasonal prob",
)
_AMOUNTS = (
    "1/km",
    "1/km2",
    "adults/100 km2",
    "animals",
    "animals of 27",
    "animals/year",
    "calves",
    "calves/female",
    "cm",
    "cubs",
    "cubs/female/y",
    "CV",
    "days",
    "days/year",
    "females",
    "groups per km",
    "head",
    "head/km2",
    "hours",
    "ind per km of route",
    "ind/100 km2",
    "ind/km2",
    "kg",
    "kg/day",
    "kg/ha",
    "kg/km2",
    "kg/year",
    "km",
    "km/day",
    "MJ/day",
    "km2",
    "lambs/ewe",
    "LE",
    "m",
    "mm",
    "months",
    "openings",
    "photos per 100 trap-days",
    "rams/ewe",
    "ratio",
    "seasons",
    "sites",
    "springs",
    "stations",
    "subpops of 10",
    "weeks",
    "years",
    "young",
    "young/female",
    "young/litter",
)
_SIGNED = ("-", "log10", "logit", "per SD", "per year", "year", "qualitative")
# A population can lose at most all of itself, and gain without limit.
_CHANGES = ("fraction of N per year", "fraction over 3 y", "relative")

UNITS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(_SHARES, (0.0, 1.0)),
    **dict.fromkeys(_AMOUNTS, (0.0, inf)),
    **dict.fromkeys(_SIGNED, (-inf, inf)),
    **dict.fromkeys(_CHANGES, (-1.0, inf)),
    "C": (-273.15, inf),
    "%": (-100.0, inf),
}
"""Unit -> lowest and highest possible value."""


def bounds(unit: str) -> tuple[float, float]:
    """Return the lowest and highest value that is physically possible in `unit`."""
    return UNITS[unit]
