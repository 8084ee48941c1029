"""Units of survey files: compulsory, declared in the study file or in the file's header."""

from collections.abc import Mapping

from ustyurt_models.checks import Faults, did_you_mean

__all__ = ["AREA_KM2", "LENGTH_M", "unit_factors"]

#: Lengths in metres. The nautical mile is 1,852 m by definition.
LENGTH_M: Mapping[str, float] = {
    "m": 1.0,
    "km": 1000.0,
    "cm": 0.01,
    "ft": 0.3048,
    "mi": 1609.344,
    "nmi": 1852.0,
}

#: Areas in square kilometres.
AREA_KM2: Mapping[str, float] = {
    "km2": 1.0,
    "ha": 0.01,
    "m2": 1e-6,
    "mi2": 2.589988110336,
    "nmi2": 3.429904,
}


def _declared(header: str) -> dict[str, str]:
    """Read ``distance=m, effort=km`` into a mapping."""
    pairs = (part.partition("=") for part in header.replace(";", ",").split(",") if part.strip())
    return {key.strip().lower(): unit.strip() for key, _, unit in pairs}


def unit_factors(
    given: Mapping[str, str | None], header: str, where: str, needed: Mapping[str, str]
) -> dict[str, float]:
    """Find how large the unit of each column is in our own unit.

    Parameters
    ----------
    given : mapping of str to str or None
        Units said in the study file; they must not contradict the header.
    header : str
        The file's ``# units:`` line, may be empty.
    where : str
        File name for messages.
    needed : mapping of str to str
        Quantity to its kind, ``"length"`` or ``"area"``.

    Returns
    -------
    dict of str to float
        Metres, or square kilometres, per unit.

    Raises
    ------
    InputError
        When a unit is not declared, unknown, or declared in two ways.
    """
    declared, faults, factors = _declared(header), Faults(), {}
    for name, kind in needed.items():
        units = LENGTH_M if kind == "length" else AREA_KM2
        here, there = given.get(name), declared.get(name)
        unit = here or there
        place = f"{where}: units of {name}"
        if here and there and here != there:
            faults.add(place, f"must agree; the study file says {here!r}, the file {there!r}")
        elif unit is None:
            advice = f"say {name}_unit = '...' in the study file or '# units: {name}=...' on top"
            faults.add(place, "must be declared", None, advice)
        elif unit.replace("²", "2").replace("^", "") not in units:
            faults.add(place, f"must be a unit of {kind}", unit, did_you_mean(unit, units))
        else:
            factors[name] = units[unit.replace("²", "2").replace("^", "")]
    faults.raise_if_any()
    return factors
