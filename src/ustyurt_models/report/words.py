"""How numbers, probabilities and names are put into words."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal

__all__ = [
    "comparison_words",
    "heading",
    "readable",
    "share",
    "shown_count",
    "shown_number",
    "shown_probability",
    "slug",
    "unit_words",
]

#: Narrow no-break space: groups thousands and joins a number with its unit.
THIN = "\u202f"


_COMPARISONS = {
    ">=": "at least",
    "<=": "at most",
    ">": "more than",
    "<": "less than",
    "==": "exactly",
    "!=": "other than",
}
_UNITS = {
    "1": "",
    "kg ha-1": "kg per ha",
    "kg km-2": "kg per km²",
    "km-1": "per km",
    "km-2": "per km²",
    "km2": "km²",
    "degree": "degrees",
    "degrees_east": "degrees east",
    "degrees_north": "degrees north",
    "yr-1": "per yr",
}


def comparison_words(sign: str) -> str:
    """Return a comparison such as ``>=`` in words."""
    return _COMPARISONS[sign]


def unit_words(unit: str) -> str:
    """Return a CF-style unit as people write it; nothing for numbers without a unit."""
    return _UNITS.get(unit, unit)


def readable(name: str) -> str:
    """Return an identifier as words; of a swept scenario the settings that were swept.

    ``goitered_gazelle`` becomes ``goitered gazelle``, ``release.animals.females=4`` becomes
    ``females = 4``.
    """
    settings = [part.partition("=") for part in name.split(",")]
    if all(sign for _, sign, _ in settings):
        name = ", ".join(f"{key.rpartition('.')[2]} = {value}" for key, _, value in settings)
    return name.replace("_", " ")


def heading(name: str) -> str:
    """Return a name as words with a capital first letter."""
    words = readable(name)
    return words[:1].upper() + words[1:]


def slug(name: str) -> str:
    """Return a name that may stand in a file name or an anchor."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")


def shown_count(value: float) -> str:
    """Return a count with thin spaces between thousands."""
    return f"{value:,.0f}".replace(",", THIN)


def shown_number(value: float, digits: int = 3) -> str:
    """Return a number with `digits` significant digits; what is exact with fewer is shown so."""
    if not math.isfinite(value):
        return "\N{EN DASH}"
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -6 or magnitude >= 7:
        return f"{value:.{digits - 1}e}".replace("-", "\N{MINUS SIGN}")
    rounded = round(value, digits - 1 - magnitude)
    decimals = max(digits - 1 - magnitude, 0)
    if rounded == value:
        decimals = next(d for d in range(decimals + 1) if round(value, d) == value)
    return f"{rounded:,.{decimals}f}".replace(",", THIN).replace("-", "\N{MINUS SIGN}")


def shown_probability(value: float) -> str:
    """Return a probability with two decimals; values near a bound say so."""
    if not math.isfinite(value):
        return "\N{EN DASH}"
    if 0 < value < 0.005:
        return "< 0.01"
    if 0.995 <= value < 1:
        return "> 0.99"
    # Halves go up, as in "8 of 100 futures" beside it.
    return f"{Decimal(repr(float(value))).quantize(Decimal('0.01'), ROUND_HALF_UP)}"


def share(value: float) -> str:
    """Return a proportion as a percentage without decimals."""
    return f"{100 * value:.0f}{THIN}%"
