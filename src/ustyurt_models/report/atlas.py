"""The maps of the report: landscape, prey, cheetahs and deaths."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.colors import BoundaryNorm, ListedColormap, Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    INK,
    WIDTHS_IN,
    axes_of,
    drawing,
    finish,
    house_style,
)
from ustyurt_models.report.maps import BORDER_NOTE, Sheet
from ustyurt_models.report.panels import log_scale, panel, panel_height, plain_ticks
from ustyurt_models.report.words import readable, shown_number, unit_words

__all__ = [
    "area_map",
    "cheetah_maps",
    "death_maps",
    "layer_maps",
    "prey_maps",
]

_COUNTRIES = ("Kazakhstan", "Uzbekistan", "Turkmenistan")
_COUNTRY_COLOURS = ("#e9dcc3", "#d5e3d3", "#dbe3ee")


@house_style
def area_map(sheet: Sheet) -> content.Figure:
    """Draw countries, protected areas, barriers and named sites."""
    figure, grid = drawing(7.4, 4.7 * sheet.shape_in + 0.4, layout="compressed")
    axes = grid[0, 0]
    country = np.where(sheet.layer("country") > 0, sheet.layer("country"), np.nan)
    sheet.draw(
        axes, country, ListedColormap(_COUNTRY_COLOURS), BoundaryNorm([0.5, 1.5, 2.5, 3.5], 3)
    )
    protected = np.where(sheet.inside & (sheet.layer("protected_area") > 0), 1.0, np.nan)
    axes.imshow(
        protected,
        extent=sheet.extent,
        cmap=ListedColormap(["#4f8a5b"]),
        alpha=0.75,
        origin="upper",
    )
    sheet.barriers(axes)
    for name, (lon, lat) in sheet.sites.items():
        x, y = sheet.place(lon, lat)
        axes.plot(x, y, "o", color="#b23a3a", markeredgecolor="white", markersize=7, zorder=5)
        axes.annotate(
            readable(name).title(),
            (float(x), float(y)),
            (6, 4),
            textcoords="offset points",
            zorder=5,
        )
    sheet.furniture(axes)
    handles: list[Artist] = [
        Patch(color=c, label=n) for c, n in zip(_COUNTRY_COLOURS, _COUNTRIES, strict=True)
    ]
    handles += [
        Patch(color="#4f8a5b", alpha=0.75, label="protected area (placeholder)"),
        Line2D([], [], color="#3c3c3c", label="border or border fence"),
        Line2D([], [], color="#a8504a", label="railway (schematic)"),
        Line2D([], [], marker="o", color="#b23a3a", linestyle="", label="named site"),
    ]
    figure.legend(handles=handles, loc="outside right upper")
    names = [str(name) for name in sheet.land["barrier"].values]
    caption = (
        "Study region with countries, protected areas, barriers and named sites. Lambert "
        f"azimuthal equal-area grid, {sheet.cell_km2:.0f} km² per cell. {BORDER_NOTE}"
    )
    alt = (
        f"Map of the study region in {', '.join(_COUNTRIES)} with {len(names)} barrier lines "
        f"({', '.join(readable(name) for name in names)}) and sites "
        f"{', '.join(readable(name) for name in sheet.sites)}."
    )
    return finish(figure, "map_study_region", caption, alt)


def _robust(values: np.ndarray) -> Normalize:
    """Return a scale from the smallest value, or 0, to the 99th percentile."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return Normalize(0, 1)
    low, high = float(np.quantile(finite, 0.01)), float(np.quantile(finite, 0.99))
    low = 0.0 if 0 <= low < 0.3 * high else low
    return Normalize(low, high if high > low else low + 1)


@house_style
def layer_maps(name: str, sheet: Sheet, layers: Sequence[str], caption: str) -> content.Figure:
    """Draw landscape layers side by side, each with its unit and provenance tag."""
    columns = 3
    rows = -(-len(layers) // columns)
    figure, grid = drawing(
        WIDTHS_IN[3], panel_height(sheet, rows, columns), rows, columns, layout="compressed"
    )
    panels = axes_of(grid, len(layers))
    readings = []
    for axes, layer in zip(panels, layers, strict=True):
        attributes = sheet.land[layer].attrs
        values = np.where(sheet.inside, sheet.layer(layer), np.nan)
        image = sheet.draw(axes, values, "YlGnBu" if "suit" in layer else "YlOrBr", _robust(values))
        label = readable(layer.removeprefix("suitability_"))
        axes.set_title(f"{label}\n[{attributes.get('provenance', 'unknown')}]", fontsize=9.5)
        unit = unit_words(attributes.get("units", "1"))
        bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02, extend="max")
        bar.set_label(unit, fontsize=8)
        bar.ax.tick_params(labelsize=7.5)
        readings.append(
            f"{label} ({attributes.get('provenance', 'unknown')}): mean "
            f"{shown_number(float(np.nanmean(values)))} {unit}".rstrip()
        )
    sheet.furniture(panels[0])
    text = f"{caption} The tag in brackets says where the layer comes from. {BORDER_NOTE}"
    return finish(figure, name, text, ". ".join(readings) + ".", columns)


@house_style
def prey_maps(name: str, sheet: Sheet, density: xr.DataArray, scenario: str) -> content.Figure:
    """Draw mean density of each prey species at the map years.

    Parameters
    ----------
    name : str
        File name of the figure.
    sheet : Sheet
        The landscape.
    density : xarray.DataArray
        Mean animals per km2, dims (map_year, species, cell).
    scenario : str
        For the caption.
    """
    species, years = density["species"].values, density["map_year"].values
    height = panel_height(sheet, len(species), len(years))
    figure, grid = drawing(WIDTHS_IN[3], height, len(species), len(years), layout="compressed")
    readings = []
    for row, animal in enumerate(species):
        chosen = density.sel(species=animal)
        norm = log_scale(chosen.to_numpy())
        for column, year in enumerate(years):
            axes = grid[row, column]
            values = sheet.on_grid(chosen.sel(map_year=year))
            image = panel(axes, sheet, values, "YlGnBu", norm)
            axes.set_title(f"{readable(str(animal))}, {int(year)}", fontsize=9.5)
        bar = figure.colorbar(image, ax=list(grid[row]), shrink=0.85, pad=0.01)
        bar.set_label("animals per km² (log scale)", fontsize=8.5)
        plain_ticks(bar)
        readings.append(_mean_reading(sheet, chosen, readable(str(animal))))
    sheet.furniture(grid[0, 0])
    caption = (
        f"Mean prey density over all futures, scenario {readable(scenario)}. Animals per km², "
        "logarithmic scale per species; blank cells hold less than a thousandth of the species' "
        f"highest density. {BORDER_NOTE}"
    )
    return finish(figure, name, caption, ". ".join(readings) + ".", len(years))


def _mean_reading(sheet: Sheet, density: xr.DataArray, label: str) -> str:
    """Say in words how the mean density inside the region changes."""
    means = [
        f"{shown_number(float(sheet.on_grid(density.sel(map_year=year))[sheet.inside].mean()), 2)} "
        f"per km² in {int(year)}"
        for year in density["map_year"].values
    ]
    return f"{label}: mean {', '.join(means)}"


@house_style
def cheetah_maps(name: str, sheet: Sheet, occupancy: xr.DataArray) -> content.Figure:
    """Draw the probability that a cell lies in a home range, scenarios by years.

    Parameters
    ----------
    name : str
        File name of the figure.
    sheet : Sheet
        The landscape.
    occupancy : xarray.DataArray
        Share of futures, 0..1, dims (scenario, map_year, cell).
    """
    scenarios, years = occupancy["scenario"].values, occupancy["map_year"].values
    height = panel_height(sheet, len(scenarios), len(years))
    figure, grid = drawing(WIDTHS_IN[3], height, len(scenarios), len(years), layout="compressed")
    top = max(np.ceil(10 * float(occupancy.max())) / 10, 0.1)
    readings = []
    for row, scenario in enumerate(scenarios):
        for column, year in enumerate(years):
            values = sheet.on_grid(occupancy.sel(scenario=scenario, map_year=year))
            axes = grid[row, column]
            image = panel(axes, sheet, values, "YlOrRd", Normalize(0, top))
            sheet.barriers(axes)
            axes.set_title(f"{readable(str(scenario))}, {int(year)}", fontsize=9.5)
            occupied = int((values[sheet.inside] >= 0.5).sum() * sheet.cell_km2)
            readings.append(
                f"{readable(str(scenario))} {int(year)}: {occupied} km² with probability of at "
                "least one half"
            )
    bar = figure.colorbar(image, ax=grid, shrink=0.6, pad=0.01)
    bar.set_label("probability that the cell lies in a home range", fontsize=8.5)
    sheet.furniture(grid[0, 0])
    caption = (
        "Probability that a cell lies in at least one cheetah home range: share of all futures, "
        f"those without cheetahs included. Lines: barriers. {BORDER_NOTE}"
    )
    return finish(figure, name, caption, ". ".join(readings) + ".", len(years))


@house_style
def death_maps(
    name: str, sheet: Sheet, deaths: xr.DataArray, futures: int, scenario: str
) -> content.Figure:
    """Draw cheetah deaths of the commonest causes, summed over the study period.

    Parameters
    ----------
    name : str
        File name of the figure.
    sheet : Sheet
        The landscape.
    deaths : xarray.DataArray
        Deaths summed over all futures, dims (cheetah_cause, cell).
    futures : int
        Number of futures summed.
    scenario : str
        For the caption.
    """
    totals = deaths.sum("cell").to_numpy()
    order = [i for i in np.argsort(-totals, kind="stable")[:6] if totals[i] > 0]
    rows = max(-(-len(order) // 3), 1)
    figure, grid = drawing(WIDTHS_IN[3], panel_height(sheet, rows, 3), rows, 3, layout="compressed")
    scaled = deaths / (futures * sheet.cell_km2) * 1000
    norm = log_scale(scaled.to_numpy()[order])
    readings = []
    for axes, index in zip(axes_of(grid, len(order)), order, strict=True):
        values = sheet.on_grid(scaled.isel(cheetah_cause=index))
        image = panel(axes, sheet, values, "YlOrRd", norm)
        sheet.barriers(axes)
        label = readable(str(deaths["cheetah_cause"].values[index]))
        axes.set_title(f"{label}: {totals[index] / futures:.1f} per future", fontsize=9.5)
        readings.append(f"{label}: {totals[index] / futures:.1f} deaths per future")
    bar = figure.colorbar(image, ax=grid, shrink=0.7, pad=0.01)
    bar.set_label("deaths per 1 000 km² over the study period (log scale)", color=INK, fontsize=8.5)
    plain_ticks(bar)
    sheet.furniture(grid[0, 0])
    caption = (
        f"Where cheetahs die, by cause: mean over all futures of scenario {readable(scenario)}, "
        f"deaths per 1\u202f000 km² over the whole study period, logarithmic scale. {BORDER_NOTE}"
    )
    return finish(figure, name, caption, ". ".join(readings) + ".", 3)
