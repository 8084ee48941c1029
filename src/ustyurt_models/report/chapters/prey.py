"""Prey: numbers, causes of death and where the animals are."""

from ustyurt_models.report import measures
from ustyurt_models.report.atlas import prey_maps
from ustyurt_models.report.chapters.common import (
    first_releases,
    interval_cell,
    shown_scenarios,
)
from ustyurt_models.report.content import Cell, Column, Figure, Section, Table
from ustyurt_models.report.figures.causes import deaths_by_cause
from ustyurt_models.report.figures.trajectories import FanPanel, fan_charts
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.maps import Sheet
from ustyurt_models.report.words import readable

__all__ = ["chapter"]


def _numbers(inputs: ReportInputs, scenario: str) -> Figure:
    """Return the fans of all prey species in one scenario."""
    numbers = measures.prey(inputs.results).sel(scenario=scenario)
    shown = measures.prey(inputs.results).sel(scenario=list(shown_scenarios(inputs)))
    panels = [
        FanPanel(
            readable(str(species)),
            measures.bands(numbers.sel(species=species)),
            top=float(measures.bands(shown.sel(species=species)).max()) * 1.03,
            marks=first_releases(inputs, scenario),
            ylabel="animals",
        )
        for species in inputs.results["species"].values
    ]
    return fan_charts(
        f"prey_{scenario}",
        panels,
        f"Prey in the study region, scenario {readable(scenario)}. Dotted line: first year with "
        "cheetah releases. Axes are the same for all scenarios.",
    )


def _table(inputs: ReportInputs) -> Table:
    """Return numbers at the start and the end of every scenario."""
    numbers = measures.prey(inputs.results)
    rows: list[tuple[Cell, ...]] = []
    for scenario in inputs.results["scenario"].values:
        for species in inputs.results["species"].values:
            series = numbers.sel(scenario=scenario, species=species)
            first, last = series.isel(year=0), series.isel(year=-1)
            rows.append(
                (
                    readable(str(scenario)),
                    readable(str(species)),
                    float(first.median()),
                    interval_cell(last),
                    float((last < first).mean()),
                )
            )
    columns = (
        Column("scenario"),
        Column("species"),
        Column("start, median", "animals", "count"),
        Column("end, median (95 % interval)", "animals", "interval"),
        Column("probability of fewer than at the start", "", "probability"),
    )
    years = inputs.results["year"].values
    return Table(
        "prey_numbers",
        f"Prey in the study region at the start of {int(years[0])} and the end of "
        f"{int(years[-1])}; median and 95 % equal-tailed interval over draws and replicates.",
        columns,
        tuple(rows),
    )


def _biomass(inputs: ReportInputs) -> Figure:
    """Return prey biomass density in the study region, one fan per scenario."""
    biomass = inputs.results["prey_biomass"].sum("species")
    names = shown_scenarios(inputs)
    panels = [
        FanPanel(
            f"{readable(name)}: {readable(str(zone))}",
            measures.bands(biomass.sel(scenario=name, zone=zone)),
            ylabel="prey biomass [kg per km²]",
        )
        for name in names
        for zone in biomass["zone"].values
    ]
    return fan_charts(
        "prey_biomass",
        panels,
        "Biomass density of all simulated ungulates, by zone.",
        columns=biomass.sizes["zone"],
    )


def _deaths(inputs: ReportInputs, scenario: str) -> Figure:
    """Return prey deaths by cause in one scenario, one panel per species."""
    deaths = measures.mean_deaths(inputs.results.sel(scenario=scenario), "prey_deaths")
    return deaths_by_cause(
        f"prey_deaths_{scenario}",
        deaths,
        "prey_cause",
        "species",
        f"Prey deaths per year by cause, mean over all futures, scenario {readable(scenario)}. "
        "Causes compete on the hazard scale, so they add up to all deaths.",
    )


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on prey."""
    sheet = Sheet(inputs.land)
    names = shown_scenarios(inputs)
    density = measures.density_map(inputs.maps, measures.runs(inputs.results), sheet.cell_km2)
    return Section(
        "prey",
        "Prey",
        (_table(inputs),),
        (
            Section("prey-numbers", "Numbers", tuple(_numbers(inputs, name) for name in names)),
            Section("prey-biomass", "Biomass", (_biomass(inputs),)),
            Section("prey-deaths", "Causes of death", tuple(_deaths(inputs, n) for n in names)),
            Section(
                "prey-maps",
                "Where the prey is",
                tuple(prey_maps(f"map_prey_{n}", sheet, density.sel(scenario=n), n) for n in names),
            ),
        ),
    )
