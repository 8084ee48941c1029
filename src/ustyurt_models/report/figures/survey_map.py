"""Maps of a density surface: the median, how sure it is, and where it is extrapolated."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy.spatial import cKDTree

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    INK,
    WIDTHS_IN,
    axes_of,
    drawing,
    finish,
    house_style,
)
from ustyurt_models.report.figures.survey_hatch import hatch_cells, hatch_key
from ustyurt_models.report.maps import BORDER_NOTE, Sheet
from ustyurt_models.report.words import readable, shown_number

__all__ = [
    "DensityMap",
    "Ground",
    "LandscapeGround",
    "PlainGround",
    "density_maps",
    "map_scales",
    "occupancy_maps",
    "plain_ground",
]

_ORDERS = 1000.0
_WIDE = 1.0
#: Maps lower than this share of their width stand below each other.
_FLAT = 0.7
#: A pixel further than this many sides from any cell centre is blank.
_REACH = 0.75


class Ground(Protocol):
    """What cells are drawn on."""

    @property
    def note(self) -> str:
        """What must stand under the map."""

    @property
    def shape_in(self) -> float:
        """Height of the map over its width."""

    def raster(self, values: np.ndarray) -> np.ndarray:
        """Return values per cell as rows and columns, NaN where there is no cell."""

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of the raster [km]."""

    def draw(self, axes: Axes, raster: np.ndarray, cmap: str, norm: Normalize) -> Any:
        """Draw a raster with what belongs around it; return it for the colour bar."""


@dataclass(frozen=True)
class LandscapeGround:
    """Cells of the study's landscape.

    Attributes
    ----------
    sheet : Sheet
        Map sheet of the landscape.
    cell : numpy.ndarray
        Flat index of each cell into the landscape.
    """

    sheet: Sheet
    cell: np.ndarray
    note: str = f" {BORDER_NOTE}"

    @property
    def shape_in(self) -> float:
        """Height of the map over its width."""
        return self.sheet.shape_in

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of the landscape [km]."""
        return self.sheet.extent

    def raster(self, values: np.ndarray) -> np.ndarray:
        """Return values per cell as rows and columns of the landscape."""
        flat = np.full(self.sheet.inside.size, np.nan)
        flat[self.cell] = values
        return flat.reshape(self.sheet.inside.shape)

    def draw(self, axes: Axes, raster: np.ndarray, cmap: str, norm: Normalize) -> Any:
        """Draw a raster over the landscape, with outline and graticule."""
        return self.sheet.draw(axes, raster, cmap, norm)


@dataclass(frozen=True)
class PlainGround:
    """Cells of a grid of its own, in kilometres; rows from north to south.

    Attributes
    ----------
    pixel_cell : numpy.ndarray
        Cell that a pixel of the map shows, -1 for none, shape (row, column).
    extent : tuple of float
        Left, right, bottom and top [km].
    """

    pixel_cell: np.ndarray
    extent: tuple[float, float, float, float]
    note: str = ""

    @property
    def shape_in(self) -> float:
        """Height of the map over its width."""
        left, right, bottom, top = self.extent
        return (top - bottom) / (right - left)

    def raster(self, values: np.ndarray) -> np.ndarray:
        """Return values per cell as rows and columns of the map."""
        return np.where(self.pixel_cell >= 0, values[self.pixel_cell], np.nan)

    def draw(self, axes: Axes, raster: np.ndarray, cmap: str, norm: Normalize) -> Any:
        """Draw a raster with axes in kilometres."""
        image = axes.imshow(raster, extent=self.extent, origin="upper", cmap=cmap, norm=norm)
        axes.set_aspect("equal")
        axes.set_xlabel("east [km]", fontsize=8.5)
        axes.set_ylabel("north [km]", fontsize=8.5)
        axes.tick_params(labelsize=7.5)
        return image


def plain_ground(x_km: np.ndarray, y_km: np.ndarray, area_km2: np.ndarray) -> PlainGround:
    """Lay cells with places of their own out as a map, each pixel with its nearest cell.

    Parameters
    ----------
    x_km, y_km : numpy.ndarray
        Cell centres, shape (cell,); they need not lie on straight rows.
    area_km2 : numpy.ndarray
        Their areas; the side of a typical one is the size of a pixel.
    """
    side = float(np.sqrt(np.median(area_km2)))
    left, top = float(x_km.min()) - side / 2, float(y_km.max()) + side / 2
    columns = int(np.ceil((float(x_km.max()) - left) / side + 0.5 - 1e-6))
    rows = int(np.ceil((top - float(y_km.min())) / side + 0.5 - 1e-6))
    x, y = np.meshgrid(
        left + (np.arange(columns) + 0.5) * side, top - (np.arange(rows) + 0.5) * side
    )
    distance, cell = cKDTree(np.column_stack([x_km, y_km])).query(np.stack([x, y], axis=-1))
    pixel_cell = np.where(distance <= _REACH * side, cell, -1)
    return PlainGround(pixel_cell, (left, left + columns * side, top - rows * side, top))


@dataclass(frozen=True)
class DensityMap:
    """A density surface, ready to be drawn.

    Attributes
    ----------
    ground : Ground
        Where the cells lie.
    median, cv : numpy.ndarray
        Animals per km2 and its coefficient of variation, shape (cell,).
    extrapolated : numpy.ndarray
        Covariates outside the surveyed range, bool, shape (cell,).
    site_km : numpy.ndarray
        Places that were surveyed, shape (site, 2); may be empty.
    """

    ground: Ground
    median: np.ndarray
    cv: np.ndarray
    extrapolated: np.ndarray
    site_km: np.ndarray


def _density_scale(values: np.ndarray) -> Normalize:
    """Return a scale for densities: logarithmic where they differ by more than ten times."""
    high = float(np.nanmax(values, initial=0.0))
    if high <= 0:
        return Normalize(0, 1)
    low = max(float(np.nanquantile(values, 0.01)), high / _ORDERS)
    if high / low > 10:
        return LogNorm(low, high)
    return Normalize(0, high)


def map_scales(found: DensityMap) -> tuple[Normalize, Normalize]:
    """Return the scales of density and of its coefficient of variation.

    They are those of the cells like what was surveyed: a few wild extrapolations would leave one
    colour for all others.
    """
    usual = ~found.extrapolated
    if not usual.any():
        usual = np.ones_like(usual)
    widest = float(np.nanquantile(found.cv[usual], 0.99))
    return _density_scale(found.median[usual]), Normalize(0, max(_WIDE, widest))


def _mark(axes: Axes, found: DensityMap) -> None:
    """Hatch extrapolated cells and dot the places surveyed."""
    beyond = np.nan_to_num(found.ground.raster(found.extrapolated.astype(float))) > 0
    if beyond.any():
        window = (axes.get_xlim(), axes.get_ylim())
        hatch_cells(axes, beyond, found.ground.extent)
        axes.set_xlim(window[0])
        axes.set_ylim(window[1])
    if found.site_km.size:
        axes.plot(*found.site_km.T, ".", color=INK, markersize=1.8, alpha=0.7)


def _key(found: DensityMap) -> list[Artist]:
    """Return what the legend explains."""
    handles: list[Artist] = []
    if found.extrapolated.any():
        beyond = "extrapolated: no survey in such places"
        handles.append(hatch_key(beyond))
    if found.site_km.size:
        handles.append(Line2D([], [], marker=".", color=INK, linestyle="", label="surveyed"))
    return handles


class _Panel(NamedTuple):
    """One of two maps side by side."""

    values: np.ndarray
    colours: str
    scale: Normalize
    title: str
    label: str


def _two_maps(found: DensityMap, shown: tuple[_Panel, _Panel]) -> Figure:
    """Draw a quantity and how sure it is side by side, or one above the other."""
    columns = 1 if found.ground.shape_in < _FLAT else 2
    width = WIDTHS_IN[3] if columns == 2 else WIDTHS_IN[2]
    height = (width / columns - 1.2) * found.ground.shape_in + 0.5
    rows = 2 // columns
    figure, grid = drawing(width, min(rows * height + 0.5, 9.0), rows, columns, layout="compressed")
    for axes, panel in zip(axes_of(grid, 2), shown, strict=True):
        _draw(figure, axes, found, panel)
    if handles := _key(found):
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _draw(figure: Figure, axes: Axes, found: DensityMap, panel: _Panel) -> None:
    """Draw one map with its bar of colours."""
    values, scale = panel.values, panel.scale
    image = found.ground.draw(axes, found.ground.raster(values), panel.colours, scale)
    _mark(axes, found)
    axes.set_title(panel.title)
    low = bool(np.nanmin(values) < (scale.vmin or 0))
    high = bool(np.nanmax(values) > (scale.vmax or 1))
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[low, high]
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02, extend=extend)
    suffix = ", log scale" if isinstance(scale, LogNorm) else ""
    bar.set_label(f"{panel.label}{suffix}", fontsize=8)
    if isinstance(scale, LogNorm):
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    bar.ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: shown_number(round(value, 9), 2))
    )
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.ax.tick_params(labelsize=8)


@house_style
def density_maps(name: str, species: str, found: DensityMap) -> content.Figure:
    """Draw the median density and its coefficient of variation side by side.

    Parameters
    ----------
    name : str
        File name of the figure.
    species : str
        For the caption.
    found : DensityMap
        The surface.
    """
    norm, spread = map_scales(found)
    unsure = "standard deviation over mean"
    shown = (
        _Panel(found.median, "YlGnBu", norm, "density, median", "animals per km²"),
        _Panel(found.cv, "YlOrRd", spread, "how unsure: CV of density", unsure),
    )
    figure = _two_maps(found, shown)
    return finish(figure, name, _caption(species, found), _alt(found), 2)


@house_style
def occupancy_maps(name: str, species: str, found: DensityMap) -> content.Figure:
    """Draw the median probability of occupancy and its standard deviation side by side.

    Parameters
    ----------
    name : str
        File name of the figure.
    species : str
        For the caption.
    found : DensityMap
        ``median`` is psi and ``cv`` its standard deviation.
    """
    top = max(float(np.nanmax(found.cv)), 0.05)
    shown = (
        _Panel(found.median, "YlGnBu", Normalize(0, 1), "occupancy, median", "probability"),
        _Panel(found.cv, "YlOrRd", Normalize(0, top), "how unsure", "standard deviation"),
    )
    low, middle, high = (shown_number(float(q), 2) for q in np.quantile(found.median, [0, 0.5, 1]))
    caption = (
        f"Probability that a site is occupied by {readable(species)}, by cell: median of the "
        f"posterior, and its standard deviation.{_beyond(found)}{found.ground.note}"
    )
    alt = (
        f"{found.median.size} cells; median probability {low} to {high}, half of the cells below "
        f"{middle}; {int(found.extrapolated.sum())} cells are extrapolated."
    )
    return finish(_two_maps(found, shown), name, caption, alt, 2)


def _beyond(found: DensityMap) -> str:
    """Say what hatching means, where there is any."""
    return (
        " Hatched: a covariate lies outside the range that was surveyed, so the numbers there are "
        "the model's guess."
    ) * bool(found.extrapolated.any())


def _caption(species: str, found: DensityMap) -> str:
    return (
        f"Density of {readable(species)} by cell: median of the posterior, and its coefficient of "
        f"variation (1: as large as the density itself).{_beyond(found)}{found.ground.note}"
    )


def _alt(found: DensityMap) -> str:
    low, middle, high = (shown_number(float(q), 2) for q in np.quantile(found.median, [0, 0.5, 1]))
    return (
        f"{found.median.size} cells; median density {low} to {high}, half of the cells below "
        f"{middle} animals per km²; CV {shown_number(float(np.nanmin(found.cv)), 2)} to "
        f"{shown_number(float(np.nanmax(found.cv)), 2)}; {int(found.extrapolated.sum())} cells "
        "are extrapolated."
    )
