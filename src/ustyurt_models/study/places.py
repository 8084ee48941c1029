"""Where things are: the study area, its core, named sites and points."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import LengthM, refuse

__all__ = ["Area", "Core", "Latitude", "Longitude", "Place", "PlaceOrName"]

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Place(Block):
    """A named site of the landscape, or a point."""

    name: str | None = None
    """Name of a site of the landscape."""
    lon: Longitude | None = None
    """Longitude [degrees east]; with `lat`, instead of a name."""
    lat: Latitude | None = None
    """Latitude [degrees north]; with `lon`, instead of a name."""

    @model_validator(mode="after")
    def _one_way(self) -> "Place":
        point = self.lon is not None and self.lat is not None
        half = (self.lon is None) != (self.lat is None)
        if half or (self.name is None) != point:
            raise refuse("must be the name of a site, or a point with both 'lon' and 'lat'")
        return self


def _named(value: Any) -> Any:
    """Read ``"south_chinks"`` as ``{name = "south_chinks"}``."""
    return {"name": value} if isinstance(value, str) else value


PlaceOrName = Annotated[Place, BeforeValidator(_named, json_schema_input_type=str | Place)]


class Core(Block):
    """The zone called *core*; the layer ``core`` of the landscape if empty."""

    protected_areas: tuple[str, ...] = ()
    """Protected areas that make up the core, instead of the layer ``core``."""
    site: PlaceOrName | None = None
    """Centre of a disc that is the core, instead of the layer ``core``."""
    radius: LengthM | None = None
    """Radius of that disc."""

    @model_validator(mode="after")
    def _one_way(self) -> "Core":
        if (self.site is None) != (self.radius is None):
            raise refuse("must give both 'site' and 'radius', or neither")
        if self.site is not None and self.protected_areas:
            raise refuse("must be either a disc ('site', 'radius') or 'protected_areas'")
        return self


class Area(Block):
    """The land on which everything happens."""

    landscape: str = "ustyurt_5km"
    """Name of a landscape that ships, or a path to a NetCDF file or a folder of GeoTIFFs."""
    region: str = "plateau"
    """Name of a region of the landscape, or a path to a polygon file."""
    core: Core = Core()
    """Which part is called *core* in criteria and gates."""
