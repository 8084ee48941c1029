"""Maps of what happens to prey: where they die of what, and where more are born than die."""

import numpy as np
import xarray as xr
from matplotlib.colors import Normalize

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
from ustyurt_models.report.words import readable, shown_number

__all__ = ["prey_balance_maps", "prey_death_maps", "told_causes"]

#: Causes that follow the animals everywhere, so that their maps repeat those of density.
_EVERYWHERE = ("background", "density", "old_age")
_MOST_CAUSES = 4


def told_causes(deaths: xr.DataArray) -> list[str]:
    """Return the causes worth a map: the commonest that depend on the place, and cheetahs.

    Parameters
    ----------
    deaths : xarray.DataArray
        Deaths, dims (species, prey_cause, cell).

    Returns
    -------
    list of str
        Of those that occur the four commonest first, then cheetahs.
    """
    totals = deaths.sum(["species", "cell"])
    found = [str(c) for c in totals["prey_cause"].values if c not in _EVERYWHERE]
    found = [cause for cause in found if float(totals.sel(prey_cause=cause)) > 0]
    found.sort(key=lambda cause: -float(totals.sel(prey_cause=cause)))
    kept = found[:_MOST_CAUSES]
    return kept if "cheetah" in kept or "cheetah" not in found else [*kept, "cheetah"]


@house_style
def prey_death_maps(name: str, sheet: Sheet, deaths: xr.DataArray, scenario: str) -> content.Figure:
    """Draw where each species dies of the causes that depend on the place.

    Parameters
    ----------
    name : str
        File name of the figure.
    sheet : Sheet
        The landscape.
    deaths : xarray.DataArray
        Deaths per year and future in a cell, dims (species, prey_cause, cell).
    scenario : str
        For the caption.
    """
    causes, species = told_causes(deaths), deaths["species"].values
    height = panel_height(sheet, len(species), len(causes))
    figure, grid = drawing(WIDTHS_IN[3], height, len(species), len(causes), layout="compressed")
    readings = []
    for row, animal in enumerate(species):
        said = []
        lost = deaths.sel(species=animal, prey_cause=causes)
        norm = log_scale(lost.to_numpy() / sheet.cell_km2 * 1000)
        for axes, cause in zip(grid[row], causes, strict=True):
            values = sheet.on_grid(lost.sel(prey_cause=cause)) / sheet.cell_km2 * 1000
            image = panel(axes, sheet, values, "YlOrRd", norm)
            number = shown_number(float(lost.sel(prey_cause=cause).sum()), 2)
            axes.set_title(f"{readable(cause)}\n{number} a year", fontsize=9)
            said.append(f"{readable(cause)} {number}")
        grid[row, 0].set_ylabel(readable(str(animal)), fontsize=10, fontweight="bold")
        bar = figure.colorbar(image, ax=list(grid[row]), shrink=0.85, pad=0.01)
        bar.set_label("deaths per 1 000 km²\nand year (log scale)", color=INK, fontsize=8)
        plain_ticks(bar)
        readings.append(f"{readable(str(animal))}, deaths a year: {', '.join(said)}")
    sheet.furniture(grid[0, 0])
    caption = (
        f"Where prey die, and of what: mean over all years and futures of scenario "
        f"{readable(scenario)}, the commonest causes that depend on the place and cheetahs, one "
        "scale per species. Blank cells lose less than a thousandth of the highest value. Where "
        "many die there may also be many; numbers above the panels are deaths a year in the "
        f"region. {BORDER_NOTE}"
    )
    return finish(figure, name, caption, ". ".join(readings) + ".", len(causes))


@house_style
def prey_balance_maps(
    name: str, sheet: Sheet, balance: xr.DataArray, scenario: str
) -> content.Figure:
    """Draw where more prey are born than die, and where fewer.

    Parameters
    ----------
    name : str
        File name of the figure.
    sheet : Sheet
        The landscape.
    balance : xarray.DataArray
        Births less deaths per year and future in a cell, dims (species, cell).
    scenario : str
        For the caption.
    """
    species = balance["species"].values
    columns = min(len(species), 2)
    rows = -(-len(species) // columns)
    height = panel_height(sheet, rows, columns)
    figure, grid = drawing(WIDTHS_IN[3], height, rows, columns, layout="compressed")
    scaled = balance / sheet.cell_km2 * 1000
    readings = []
    for axes, animal in zip(axes_of(grid, len(species)), species, strict=True):
        values = sheet.on_grid(scaled.sel(species=animal))
        top = float(np.nanquantile(np.abs(values[sheet.inside]), 0.97)) or 1.0
        image = panel(axes, sheet, values, "PuOr", Normalize(-top, top))
        axes.set_title(readable(str(animal)))
        bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02, extend="both")
        bar.set_label("births less deaths\nper 1 000 km² and year", color=INK, fontsize=8.5)
        share = float((values[sheet.inside] > 0).mean())
        readings.append(
            f"{readable(str(animal))}: more births than deaths on {100 * share:.0f} % of the region"
        )
    sheet.furniture(axes_of(grid, len(species))[0])
    caption = (
        f"Where prey are born and where they die: births less deaths by cell, mean over all years "
        f"and futures of scenario {readable(scenario)}, one scale per species. Violet: more are "
        "born there than die, the land gives animals away. Orange: more die than are born, the "
        "land takes them in, as winter ranges do. Narrow bands lie along fences and railways, "
        "where animals on the move are held up. "
        f"{BORDER_NOTE}"
    )
    return finish(figure, name, caption, ". ".join(readings) + ".", columns)
