"""The map sheet: projection grid, graticule, scale bar, north arrow, barriers and borders."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap, Normalize
from matplotlib.transforms import offset_copy
from pyproj import Transformer

from ustyurt_models.report.figures.canvas import GREY, INK

__all__ = ["BORDER_NOTE", "Sheet", "edge_segments"]

#: Repeated under every map.
BORDER_NOTE = (
    "Borders, railways and the study outline are schematic and imply no position on any disputed "
    "line; protected areas are placeholders of the published size, not their real boundaries."
)

_OUTSIDE = "#eef1f3"
_GRATICULE = "#aab4bb"
#: Colour and width [points]; edges of cells are too short to carry dashes.
_LINES = {"border": ("#3c3c3c", 1.1), "railway": ("#a8504a", 1.0)}


def edge_segments(east: np.ndarray, south: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return cell edges as line segments.

    Parameters
    ----------
    east, south : numpy.ndarray of bool
        Edge of the cell towards east or south is part of the line, shape (y, x).
    x, y : numpy.ndarray
        Cell centres, in the unit of the map; `y` falls with the row.

    Returns
    -------
    numpy.ndarray
        Segments, shape (segment, 2, 2): two points of (x, y).
    """
    half_x = half_y = abs(x[1] - x[0]) / 2
    row, column = np.nonzero(east)
    right = x[column] + half_x
    upright = np.stack(
        [np.stack([right, y[row] + half_y], 1), np.stack([right, y[row] - half_y], 1)], 1
    )
    row, column = np.nonzero(south)
    bottom = y[row] - half_y
    level = np.stack(
        [np.stack([x[column] - half_x, bottom], 1), np.stack([x[column] + half_x, bottom], 1)], 1
    )
    return np.concatenate([upright, level])


@dataclass(frozen=True)
class Sheet:
    """Everything the maps of one landscape share.

    Attributes
    ----------
    land : xarray.Dataset
        Landscape of contracts.LAND with CRS in ``spatial_ref``.
    """

    land: xr.Dataset

    @cached_property
    def inside(self) -> np.ndarray:
        """Cells of the study region, bool, shape (y, x)."""
        return np.asarray(self.land["inside"].to_numpy(), dtype=bool)

    @cached_property
    def x_km(self) -> np.ndarray:
        """Cell centres eastwards [km], shape (x,)."""
        return self.land["x"].to_numpy() / 1000

    @cached_property
    def y_km(self) -> np.ndarray:
        """Cell centres northwards [km], shape (y,), falling."""
        return self.land["y"].to_numpy() / 1000

    @cached_property
    def cell_km2(self) -> float:
        """Area of a cell [km2]."""
        return float(abs(self.x_km[1] - self.x_km[0]) * abs(self.y_km[1] - self.y_km[0]))

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of the grid [km]."""
        half_x, half_y = np.diff(self.x_km[:2])[0] / 2, -np.diff(self.y_km[:2])[0] / 2
        return (
            self.x_km[0] - half_x,
            self.x_km[-1] + half_x,
            self.y_km[-1] - half_y,
            self.y_km[0] + half_y,
        )

    @cached_property
    def window(self) -> tuple[float, float, float, float]:
        """Part that is drawn: the study region with a margin of 20 km."""
        rows, columns = np.nonzero(self.inside)
        margin = 20.0
        return (
            self.x_km[columns.min()] - margin,
            self.x_km[columns.max()] + margin,
            self.y_km[rows.max()] - margin,
            self.y_km[rows.min()] + margin,
        )

    @cached_property
    def _from_lonlat(self) -> Transformer:
        wkt = self.land["spatial_ref"].attrs["crs_wkt"]
        return Transformer.from_crs("OGC:CRS84", wkt, always_xy=True)

    def place(self, lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return map coordinates [km] of longitudes and latitudes [degree]."""
        x, y = self._from_lonlat.transform(lon, lat)
        return np.asarray(x) / 1000, np.asarray(y) / 1000

    @property
    def sites(self) -> Mapping[str, tuple[float, float]]:
        """Named places of the landscape as (lon, lat)."""
        found = self.land.attrs.get("sites", "{}")
        sites = json.loads(found) if isinstance(found, str) else found
        return {name: (float(lon), float(lat)) for name, (lon, lat) in sites.items()}

    @property
    def shape_in(self) -> float:
        """Height of the window divided by its width."""
        left, right, bottom, top = self.window
        return (top - bottom) / (right - left)

    def layer(self, name: str) -> np.ndarray:
        """Return a landscape layer as floats, shape (y, x)."""
        return np.asarray(self.land[name].to_numpy(), dtype=float)

    def on_grid(self, cells: xr.DataArray) -> np.ndarray:
        """Return values per flat cell as a grid, shape (y, x); cells not listed are NaN."""
        grid = np.full(self.inside.size, np.nan)
        index = cells["cell"].to_numpy() if "cell" in cells.coords else np.arange(cells.size)
        grid[index] = cells.to_numpy()
        return grid.reshape(self.inside.shape)

    def draw(self, axes: Axes, values: np.ndarray, cmap: str | Colormap, norm: Normalize) -> Any:
        """Draw values inside the region over a pale ground, with frame and graticule.

        Parameters
        ----------
        axes : matplotlib.axes.Axes
            Panel to draw into.
        values : numpy.ndarray
            Values per cell, shape (y, x); NaN is left blank.
        cmap : str or matplotlib.colors.Colormap
            Colour map.
        norm : matplotlib.colors.Normalize
            Scale, shared by the panels of a figure.

        Returns
        -------
        matplotlib.image.AxesImage
            For the colour bar.
        """
        axes.set_facecolor(_OUTSIDE)
        shown = np.where(self.inside, values, np.nan)
        image = axes.imshow(shown, extent=self.extent, origin="upper", cmap=cmap, norm=norm)
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_color(_GRATICULE)
        self._graticule(axes)
        self._outline(axes)
        axes.set_xlim(*self.window[:2])
        axes.set_ylim(*self.window[2:])
        axes.set_aspect("equal")
        return image

    def _outline(self, axes: Axes) -> None:
        """Draw the edge of the study region and the country borders inside it."""
        inside = self.inside
        east = np.zeros_like(inside)
        south = np.zeros_like(inside)
        east[:, :-1] = inside[:, :-1] != inside[:, 1:]
        south[:-1] = inside[:-1] != inside[1:]
        segments = edge_segments(east, south, self.x_km, self.y_km)
        axes.add_collection(LineCollection(list(segments), colors=GREY, linewidths=0.6))

    @cached_property
    def _lines(self) -> tuple[list[np.ndarray], list[tuple[float, str]], list[tuple[float, str]]]:
        """Meridians and parallels every two degrees, and where they meet the lower left frame."""
        left, right, bottom, top = self.window
        lines, at_bottom, at_left = [], [], []
        for lon in range(44, 70, 2):
            x, y = self.place(np.full(100, lon), np.linspace(36, 52, 100))
            at = float(np.interp(bottom, y, x))
            if left < at < right:
                at_bottom.append((at, f"{lon}°E"))
            lines.append(np.column_stack([x, y]))
        for lat in range(36, 52, 2):
            x, y = self.place(np.linspace(46, 68, 100), np.full(100, lat))
            at = float(np.interp(left, x, y))
            if bottom < at < top:
                at_left.append((at, f"{lat}°N"))
            lines.append(np.column_stack([x, y]))
        return lines, at_bottom, at_left

    def _graticule(self, axes: Axes) -> None:
        """Draw the graticule and label it at the frame."""
        lines, at_bottom, at_left = self._lines
        axes.add_collection(LineCollection(lines, colors=_GRATICULE, linewidths=0.4, zorder=3))
        axes.set_xticks([at for at, _ in at_bottom], [text for _, text in at_bottom])
        axes.set_yticks([at for at, _ in at_left], [text for _, text in at_left])
        axes.tick_params(length=2, labelsize=7.5, pad=2)

    def barriers(self, axes: Axes, names: Sequence[str] | None = None) -> None:
        """Draw barrier lines: borders dark, railways red."""
        for barrier in self.land["barrier"].values if names is None else names:
            lines = self.land.sel(barrier=barrier)
            east, south = (lines[key].to_numpy() for key in ("barrier_east", "barrier_south"))
            kind = "border" if str(barrier).startswith("border") else "railway"
            colour, width = _LINES[kind]
            segments = edge_segments(east, south, self.x_km, self.y_km)
            axes.add_collection(LineCollection(list(segments), colors=colour, linewidths=width))

    def furniture(self, axes: Axes) -> None:
        """Draw a scale bar of 100 km and a north arrow into the lower left corner."""
        left, right, bottom, top = self.window
        x0, y0 = left + 0.05 * (right - left), bottom + 0.045 * (top - bottom)
        axes.plot([x0, x0 + 100], [y0, y0], color=INK, linewidth=2.2, solid_capstyle="butt")
        # Above the bar all is set in points: in a small panel words would else lie on each other.
        for text, up, size, weight in (("100 km", 3, 7.5, "normal"), ("N", 14, 9, "bold")):
            axes.annotate(
                text,
                (x0 + 50, y0),
                (0, up),
                textcoords="offset points",
                ha="center",
                fontsize=size,
                fontweight=weight,
                color=INK,
            )
        drawing = axes.get_figure(root=True)
        tail, tip = (offset_copy(axes.transData, drawing, y=up, units="points") for up in (24, 44))
        axes.annotate(
            "",
            (x0 + 50, y0),
            (x0 + 50, y0),
            xycoords=tip,
            textcoords=tail,
            arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2},
        )
