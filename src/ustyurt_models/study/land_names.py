"""Names that a landscape knows, read without opening the landscape itself.

A landscape ``x.nc`` may have ``x.names.json`` beside it, so that a check of a study needs no
array library. The landscape's build script writes it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LandNames", "read_land_names"]


@dataclass(frozen=True)
class LandNames:
    """Names that a landscape knows.

    Attributes
    ----------
    sites, barriers, protected_areas, species : tuple of str
        Release sites, lines, protected areas, species with a suitability layer.
    """

    sites: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()
    protected_areas: tuple[str, ...] = ()
    species: tuple[str, ...] = ()


def read_land_names(landscape: Path) -> LandNames | None:
    """Return the names beside a landscape file, or ``None`` when none are kept there."""
    file = landscape.with_suffix(".names.json")
    if not file.is_file():
        return None
    names = json.loads(file.read_text(encoding="utf-8"))
    return LandNames(**{key: tuple(values) for key, values in names.items()})
