"""Cheetahs: numbers, range, deaths by cause, genetics and capacity."""

from ustyurt_models.report import measures
from ustyurt_models.report.atlas import cheetah_maps, death_maps
from ustyurt_models.report.capacity import emergent_range, late_growth, rule_ranges
from ustyurt_models.report.chapters.common import (
    first_releases,
    shown_scenarios,
    shown_years,
)
from ustyurt_models.report.chapters.fates import fate_blocks
from ustyurt_models.report.chapters.sources import has_sources, source_blocks
from ustyurt_models.report.content import Block, Cell, Column, Figure, Paragraph, Section, Table
from ustyurt_models.report.figures.causes import deaths_by_cause
from ustyurt_models.report.figures.trajectories import FanPanel, fan_charts
from ustyurt_models.report.figures.uncertainty import capacity_rules
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.maps import Sheet
from ustyurt_models.report.words import readable, slug

__all__ = ["chapter", "numbers_figure"]

_GENETICS = (
    ("gene_diversity", "gene diversity"),
    ("mean_inbreeding", "mean inbreeding F"),
    ("founder_genomes", "founder genomes"),
)
_LOCI = (
    ("expected_heterozygosity", "expected heterozygosity"),
    ("observed_heterozygosity", "observed heterozygosity"),
    ("alleles_per_locus", "alleles per locus"),
)


def numbers_figure(inputs: ReportInputs) -> Figure:
    """Return fans of all cheetahs and of adult females, one row per scenario."""
    series = {"all ages": "cheetah_number", "adult females": "adult_females"}
    panels = [
        FanPanel(
            f"{readable(scenario)}: {label}",
            inputs.summary[variable].sel(scenario=scenario),
            marks=first_releases(inputs, scenario),
            ylabel="animals",
        )
        for scenario in shown_scenarios(inputs, cheetahs=True)
        for label, variable in series.items()
    ]
    return fan_charts(
        "cheetah_numbers",
        panels,
        "Cheetahs in the study region, futures without cheetahs included. "
        "Dotted line: first year with releases in any future.",
    )


def _table(inputs: ReportInputs) -> Table:
    """Return the end state of every scenario with cheetahs."""
    rows: list[tuple[Cell, ...]] = []
    for scenario in measures.with_cheetahs(inputs.results):
        part = inputs.results.sel(scenario=scenario)
        last = inputs.summary.sel(scenario=scenario).isel(year=-1)
        rows.append(
            (
                readable(scenario),
                float(last["persistence"]),
                measures.interval(last["cheetah_number"]),
                measures.interval(last["adult_females"]),
                float(part["cheetah_released"].sum("year").mean()),
                float(part["livestock_killed"].isel(year=-1).mean()),
            )
        )
    columns = (
        Column("scenario"),
        Column("probability that cheetahs are present", "", "probability"),
        Column("cheetahs", "animals", "interval"),
        Column("adult females", "animals", "interval"),
        Column("released, mean", "cheetahs", "number"),
        Column("livestock killed, mean", "sheep units per yr", "number"),
    )
    year = int(inputs.results["year"].values[-1])
    return Table(
        "cheetah_numbers",
        f"Cheetahs on 1 March {year}; median and 95 % equal-tailed interval over draws and "
        "replicates, futures without cheetahs included.",
        columns,
        tuple(rows),
    )


def _deaths(inputs: ReportInputs) -> tuple[Figure, Table]:
    """Return cheetah deaths by cause: over the years, and as a table."""
    names = list(shown_scenarios(inputs, cheetahs=True))
    deaths = measures.mean_deaths(inputs.results.sel(scenario=names), "cheetah_deaths")
    figure = deaths_by_cause(
        "cheetah_deaths",
        deaths,
        "cheetah_cause",
        "scenario",
        "Cheetah deaths per year by cause, mean over all futures. Causes compete on the hazard "
        "scale, so they add up to all deaths.",
    )
    rows: list[tuple[Cell, ...]] = []
    for cause in deaths["cheetah_cause"].values:
        totals = deaths.sel(cheetah_cause=cause).sum("year")
        rows.append((readable(str(cause)), *(float(total) for total in totals.to_numpy())))
    columns = (
        Column("cause"),
        *(Column(readable(name), "deaths per future", "number") for name in names),
    )
    table = Table(
        "cheetah_deaths_by_cause",
        "Cheetah deaths by cause over the whole study period, mean over all futures.",
        columns,
        tuple(rows),
    )
    return figure, table


def _maps(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return occupancy at the map years, and where cheetahs die."""
    sheet = Sheet(inputs.land)
    names = list(shown_scenarios(inputs, cheetahs=True))
    total = measures.runs(inputs.results)
    occupancy = measures.occupancy_map(inputs.maps, total).sel(scenario=names)
    years = [y for y in occupancy["map_year"].values if float(occupancy.sel(map_year=y).sum()) > 0]
    blocks: list[Block] = []
    if years:
        blocks.append(
            cheetah_maps("map_cheetah", sheet, occupancy.sel(map_year=shown_years(years)))
        )
    for name in names:
        deaths = inputs.maps["map_cheetah_deaths"].sel(scenario=name).sum("block")
        if int(deaths.sum()) > 0:
            blocks.append(
                death_maps(f"map_cheetah_deaths_{slug(name)}", sheet, deaths, total, name)
            )
    return tuple(blocks)


def _genetics(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return gene diversity, inbreeding and founder genomes over the years."""
    panels = []
    for scenario in shown_scenarios(inputs, cheetahs=True):
        for variable, label in _GENETICS:
            bands = inputs.summary[variable].sel(scenario=scenario).dropna("year", how="all")
            panels.append(
                FanPanel(
                    readable(scenario), bands, ylabel=label, from_zero=variable != "gene_diversity"
                )
            )
    text = Paragraph(
        "Exact pedigree measures of the living animals, over the futures that have cheetahs in "
        "that year. Gene diversity (1 minus mean kinship) is the share of the founders' variation "
        "that is kept; an inbreeding coefficient F of 0.25 is that of full siblings' young; "
        "founder genome equivalents count the unrelated founders that would keep as much."
    )
    caption = "Gene diversity, mean inbreeding coefficient F and founder genome equivalents."
    pedigree = (text, fan_charts("genetics", panels, caption, columns=3))
    return (*pedigree, *_loci(inputs))


def _loci(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return what neutral loci say, in the scenarios that ask for them."""
    panels = []
    for scenario in shown_scenarios(inputs, cheetahs=True):
        for variable, label in _LOCI:
            bands = inputs.summary[variable].sel(scenario=scenario).dropna("year", how="all")
            if bands.sizes["year"]:
                panels.append(FanPanel(readable(scenario), bands, ylabel=label))
    if not panels:
        return ()
    text = Paragraph(
        "Alleles at neutral loci, handed down at random along the pedigree of every future. "
        "Expected heterozygosity is that of random mating at the allele frequencies of the living; "
        "alleles are lost faster than heterozygosity, the rare ones first."
    )
    caption = "Neutral loci: expected and observed heterozygosity, and alleles left per locus."
    return (text, fan_charts("neutral_loci", panels, caption, columns=3))


def _capacity(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return the emergent capacity beside the published rules, per scenario."""
    sheet = Sheet(inputs.land)
    area = float(sheet.inside.sum()) * sheet.cell_km2
    blocks: list[Block] = [
        Paragraph(
            "The simulation sets no cap on cheetahs: how many live follows from prey, space and "
            "deaths. Two published prey rules and the space rule show what others would expect."
        )
    ]
    rows: list[tuple[Cell, ...]] = []
    for name in shown_scenarios(inputs, cheetahs=True):
        rules = rule_ranges(inputs.results, name, area, inputs.catalogue)
        emergent = emergent_range(inputs.results, name)
        ranges = (emergent, *rules) if emergent else rules
        caption = (
            f"Cheetahs that the study region could hold, scenario {readable(name)}, last ten "
            "years. Dots: medians; bars: 95 % equal-tailed intervals. Simulated: animals without "
            "cubs, in the futures that keep cheetahs. Prey rules: all hunted ungulates in the "
            "region (without kulan); Hayward is drawn although desert prey lies below its data "
            "range. Space: territories of males on a hexagonal lattice, spacing 20 to 23 km."
        )
        blocks.append(capacity_rules(f"capacity_{slug(name)}", ranges, caption))
        if emergent:
            blocks.append(Paragraph(_settled(name, late_growth(inputs.results, name))))
        rows += [
            (readable(name), item.label, (item.median, item.low, item.high)) for item in ranges
        ]
    columns = (
        Column("scenario"),
        Column("rule"),
        Column("capacity", "cheetahs", "interval"),
    )
    table = Table("capacity", "Capacity for cheetahs by rule.", columns, tuple(rows))
    return (*blocks, table)


#: Yearly growth below which numbers count as settled.
_STEADY = 0.01


def _settled(scenario: str, growth: float | None) -> str:
    """Say whether the simulated number is what the land holds, or only what was reached."""
    name = readable(scenario)
    if growth is None:
        return f"{name}: no cheetahs lived ten years before the end, so nothing has settled."
    change = f"{100.0 * abs(growth - 1.0):.0f} % a year"
    if abs(growth - 1.0) <= _STEADY:
        return f"{name}: numbers have settled; the simulated bar is what the land holds."
    way = "grow" if growth > 1.0 else "shrink"
    return (
        f"{name}: numbers still {way} by {change} over the last ten years, so the simulated bar is "
        "how many there are by then, not how many the land could hold."
    )


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on cheetahs."""
    sources = (
        (Section("sources", "Where released animals come from", source_blocks(inputs)),)
        if has_sources(inputs)
        else ()
    )
    if not measures.with_cheetahs(inputs.results):
        text = Paragraph("No cheetah lives in any scenario of this study.")
        return Section("cheetahs", "Cheetahs", (text,), sources)
    return Section(
        "cheetahs",
        "Cheetahs",
        (_table(inputs),),
        (
            Section("cheetah-numbers", "Numbers", (numbers_figure(inputs),)),
            Section("cheetah-maps", "Where they live and die", _maps(inputs)),
            Section("cheetah-fates", "Why they last or vanish", fate_blocks(inputs)),
            Section("cheetah-deaths", "Causes of death", _deaths(inputs)),
            Section("genetics", "Genetics", _genetics(inputs)),
            Section("capacity", "How many could live there?", _capacity(inputs)),
            *sources,
        ),
    )
