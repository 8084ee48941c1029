"""Units of survey files: compulsory, declared in the study file or in the file's header."""

from collections.abc import Mapping
from dataclasses import dataclass

from ustyurt_models.checks import Faults, did_you_mean

__all__ = ["AREA_KM2", "LENGTH_M", "UnitFound", "declared_units", "find_units", "unit_factors"]

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

_ANGLE: Mapping[str, float] = {"degree": 1.0, "degrees": 1.0, "deg": 1.0, "°": 1.0}
_VISITS: Mapping[str, float] = {"visit": 1.0, "visits": 1.0}
_KINDS: Mapping[str, Mapping[str, float]] = {
    "length": LENGTH_M,
    "area": AREA_KM2,
    "angle": _ANGLE,
    "visits": _VISITS,
}


@dataclass(frozen=True)
class UnitFound:
    """Unit of a quantity of a file, and how it is known.

    Attributes
    ----------
    quantity : str
        Such as ``distance``.
    unit : str
        As declared.
    how : str
        ``study file``, ``header of the file``, ``name of the column``, ``only one possible`` or
        ``assumed``.
    factor : float
        Metres, square kilometres, degrees or visits per unit.
    """

    quantity: str
    unit: str
    how: str
    factor: float


def declared_units(header: str) -> dict[str, str]:
    """Read ``distance=m, effort=km`` into a mapping."""
    pairs = (part.partition("=") for part in header.replace(";", ",").split(",") if part.strip())
    return {key.strip().lower(): unit.strip() for key, _, unit in pairs}


def _in_name(column: str, units: Mapping[str, float]) -> str | None:
    """Return the unit at the end of a column name such as ``distance_m`` or ``Effort (km)``."""
    words = column.replace("(", " ").replace(")", " ").replace("[", " ").replace("]", " ")
    ending = words.replace("_", " ").replace(".", " ").split()
    return ending[-1] if len(ending) > 1 and ending[-1] in units else None


def find_units(
    given: Mapping[str, str | None],
    header: str,
    where: str,
    needed: Mapping[str, str],
    columns: Mapping[str, str] | None = None,
) -> dict[str, UnitFound]:
    """Find the unit of each quantity and how it is known.

    Parameters
    ----------
    given : mapping of str to str or None
        Units said in the study file; they must not contradict the file.
    header : str
        The file's ``# units:`` line, may be empty.
    where : str
        File name for messages.
    needed : mapping of str to str
        Quantity to its kind: ``"length"``, ``"area"``, ``"angle"`` or ``"visits"``.
    columns : mapping of str to str, optional
        Name of the column of each quantity; ``distance_m`` says its unit.

    Returns
    -------
    dict of str to UnitFound
        By quantity.

    Raises
    ------
    InputError
        When a unit is not declared, unknown, or declared in two ways.
    """
    declared, faults, found = declared_units(header), Faults(), {}
    for name, kind in needed.items():
        units = _KINDS[kind]
        said = {
            "study file": given.get(name),
            "header of the file": declared.get(name),
            "name of the column": _in_name((columns or {}).get(name, ""), units),
        }
        known = {how: unit for how, unit in said.items() if unit}
        place = f"{where}: units of {name}"
        if len({_plain(unit) for unit in known.values()}) > 1:
            (one, a), (other, b) = list(known.items())[:2]
            faults.add(place, f"must agree; the {one} says {a!r}, the {other} {b!r}")
        elif not known and kind == "visits":
            found[name] = UnitFound(name, "visits", "only one possible", 1.0)
        elif not known:
            faults.add(place, "must be declared", None, _advice(name, kind))
        elif _plain(unit := next(iter(known.values()))) not in units:
            faults.add(place, f"must be a unit of {kind}", unit, did_you_mean(unit, units))
        else:
            found[name] = UnitFound(name, unit, next(iter(known)), units[_plain(unit)])
    faults.raise_if_any()
    return found


def _advice(name: str, kind: str) -> str:
    """Say where a unit can be declared."""
    if kind == "angle":
        return f"say '# units: {name}=degrees' on top"
    return f"say {name}_unit = '...' in the study file or '# units: {name}=...' on top"


def _plain(unit: str) -> str:
    """Write ``km²`` and ``km^2`` as ``km2``."""
    return unit.replace("²", "2").replace("^", "")


def unit_factors(
    given: Mapping[str, str | None], header: str, where: str, needed: Mapping[str, str]
) -> dict[str, float]:
    """Find how large the unit of each column is in our own unit.

    Parameters
    ----------
    given, header, where, needed
        As for `find_units`.

    Returns
    -------
    dict of str to float
        Metres, or square kilometres, per unit.

    Raises
    ------
    InputError
        When a unit is not declared, unknown, or declared in two ways.
    """
    found = find_units(given, header, where, needed)
    return {name: unit.factor for name, unit in found.items()}
