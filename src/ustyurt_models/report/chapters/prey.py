"""Prey: numbers, causes of death and where the animals are."""

from ustyurt_models.report import measures
from ustyurt_models.report.atlas import prey_maps
from ustyurt_models.report.chapters.common import (
    first_releases,
    shown_scenarios,
    shown_years,
)
from ustyurt_models.report.content import Block, Cell, Column, Figure, Paragraph, Section, Table
from ustyurt_models.report.figures.causes import deaths_by_cause
from ustyurt_models.report.figures.trajectories import FanPanel, fan_charts
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.maps import Sheet
from ustyurt_models.report.prey_atlas import prey_balance_maps, prey_death_maps, told_causes
from ustyurt_models.report.words import readable, slug

__all__ = ["biomass_figure", "chapter", "numbers_table"]

#: Zones that study files may name, and that figures show.
_ZONES = ("region", "core")


def _numbers(inputs: ReportInputs, scenario: str) -> Figure:
    """Return the fans of all prey species in one scenario."""
    numbers = inputs.summary["prey_number"].sel(scenario=scenario)
    shown = inputs.summary["prey_number"].sel(scenario=list(shown_scenarios(inputs)))
    panels = [
        FanPanel(
            readable(str(species)),
            numbers.sel(species=species),
            top=float(shown.sel(species=species).max()) * 1.03,
            marks=first_releases(inputs, scenario),
            ylabel="animals",
        )
        for species in inputs.results["species"].values
    ]
    return fan_charts(
        f"prey_{slug(scenario)}",
        panels,
        f"Prey in the study region, scenario {readable(scenario)}. Dotted line: first year with "
        "cheetah releases. Axes are the same for all scenarios.",
    )


def numbers_table(inputs: ReportInputs) -> Table:
    """Return numbers at the start and the end of every scenario."""
    numbers = inputs.summary["prey_number"]
    rows: list[tuple[Cell, ...]] = []
    for scenario in inputs.results["scenario"].values:
        for species in inputs.results["species"].values:
            series = numbers.sel(scenario=scenario, species=species)
            rows.append(
                (
                    readable(str(scenario)),
                    readable(str(species)),
                    measures.interval(series.isel(year=0)),
                    measures.interval(series.isel(year=-1)),
                    measures.share_below_start(inputs.results, str(scenario), str(species)),
                )
            )
    columns = (
        Column("scenario"),
        Column("species"),
        Column("start", "animals", "interval"),
        Column("end", "animals", "interval"),
        Column("probability of fewer than at the start", "", "probability"),
    )
    years = inputs.results["year"].values
    return Table(
        "prey_numbers",
        f"Prey in the study region on 1 March {int(years[0])} and {int(years[-1])}; "
        "median and 95 % equal-tailed interval over draws and replicates.",
        columns,
        tuple(rows),
    )


def biomass_figure(inputs: ReportInputs) -> Figure:
    """Return prey biomass density in the study region, one fan per scenario."""
    biomass = inputs.summary["prey_biomass"]
    zones = [zone for zone in _ZONES if zone in biomass["zone"].values]
    names = shown_scenarios(inputs)
    panels = [
        FanPanel(
            f"{readable(name)}: {readable(str(zone))}",
            biomass.sel(scenario=name, zone=zone),
            ylabel="prey biomass [kg per km²]",
        )
        for name in names
        for zone in zones
    ]
    return fan_charts(
        "prey_biomass",
        panels,
        "Biomass density of all simulated ungulates, by zone.",
        columns=len(zones),
    )


def _deaths(inputs: ReportInputs, scenario: str) -> Figure:
    """Return prey deaths by cause in one scenario, one panel per species."""
    deaths = measures.mean_deaths(inputs.results.sel(scenario=scenario), "prey_deaths")
    return deaths_by_cause(
        f"prey_deaths_{slug(scenario)}",
        deaths,
        "prey_cause",
        "species",
        f"Prey deaths per year by cause, mean over all futures, scenario {readable(scenario)}. "
        "Causes compete on the hazard scale, so they add up to all deaths.",
    )


def _flow_maps(inputs: ReportInputs, sheet: Sheet) -> tuple[Block, ...]:
    """Return where prey die of what, and where more are born than die, in every scenario."""
    years = inputs.results.sizes["year"] - 1
    births, deaths = measures.prey_flow_maps(inputs.maps, measures.runs(inputs.results), years)
    if not float(births.sum() + deaths.sum()):
        return (Paragraph("This study asks for no maps of births and deaths."),)
    blocks: list[Block] = []
    for name in shown_scenarios(inputs):
        born, lost = births.sel(scenario=name), deaths.sel(scenario=name)
        if told_causes(lost):
            blocks.append(prey_death_maps(f"map_prey_deaths_{slug(name)}", sheet, lost, name))
        balance = born - lost.sum("prey_cause")
        blocks.append(prey_balance_maps(f"map_prey_balance_{slug(name)}", sheet, balance, name))
    return tuple(blocks)


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on prey."""
    sheet = Sheet(inputs.land)
    names = shown_scenarios(inputs)
    density = measures.density_map(inputs.maps, measures.runs(inputs.results), sheet.cell_km2)
    density = density.sel(map_year=shown_years(density["map_year"].values))
    return Section(
        "prey",
        "Prey",
        (numbers_table(inputs),),
        (
            Section("prey-numbers", "Numbers", tuple(_numbers(inputs, name) for name in names)),
            Section("prey-biomass", "Biomass", (biomass_figure(inputs),)),
            Section("prey-deaths", "Causes of death", tuple(_deaths(inputs, n) for n in names)),
            Section(
                "prey-maps",
                "Where the prey is",
                tuple(
                    prey_maps(f"map_prey_{slug(n)}", sheet, density.sel(scenario=n), n)
                    for n in names
                ),
            ),
            Section("prey-flow-maps", "Where it is born and dies", _flow_maps(inputs, sheet)),
        ),
    )
