"""Checks that need more than one part of a study: years, names, references, files."""

from collections.abc import Collection, Iterator
from pathlib import Path

from ustyurt_models.checks import did_you_mean
from ustyurt_models.resources import models_dir
from ustyurt_models.study.criteria import STATISTICS, Criterion
from ustyurt_models.study.document import is_path
from ustyurt_models.study.land_names import LandNames
from ustyurt_models.study.lines import KeyPath
from ustyurt_models.study.locus_check import locus_problems
from ustyurt_models.study.observation import Cameras, LineWalk
from ustyurt_models.study.power_check import power_parameters, power_problems
from ustyurt_models.study.problems import Problem
from ustyurt_models.study.schema import Scenario
from ustyurt_models.study.source_check import source_problems
from ustyurt_models.study.surveys import JointSurvey, SurveyBlock

__all__ = [
    "file_problems",
    "land_problems",
    "landscape_file",
    "named_files",
    "parameter_problems",
    "resampled_surveys",
    "scenario_problems",
    "species_file",
]

#: What managers estimate every year, besides the number of each prey species.
MONITORED = ("prey_biomass_kg_per_km2", "cheetah", "adult_females", "livestock_killed")
#: A survey may be a folder of tables.
_TABLES = (("survey", "file"), ("survey", "collars"))
#: What a survey may name beside its file.
_BESIDE = ("grid", "ratios", "collars")
#: Statistics that differ between zones.
ZONED = ("prey_biomass_kg_per_km2",)
#: Statistics that are known for founders.
OF_FOUNDERS = (
    "gene_diversity",
    "mean_inbreeding",
    "founder_genomes",
    "expected_heterozygosity",
    "observed_heterozygosity",
    "alleles_per_locus",
    "cheetah",
)


def scenario_problems(scenario: Scenario) -> Iterator[Problem]:
    """Yield everything that contradicts itself within a scenario."""
    yield from _years(scenario)
    yield from _repeats(scenario)
    yield from _starts(scenario)
    yield from _maps(scenario)
    yield from _joint(scenario)
    yield from _species(scenario)
    yield from source_problems(scenario)
    yield from locus_problems(scenario)
    yield from _criteria(scenario)
    yield from _rules(scenario)
    yield from _observations(scenario)
    yield from power_problems(scenario)


def _dated(scenario: Scenario) -> Iterator[tuple[KeyPath, int | None]]:
    """Yield every calendar year that is written in a scenario."""
    for place, release in enumerate(scenario.release):
        when: KeyPath = ("release", place, "when")
        yield when, release.when.year
        yield (*when, "not_before"), release.when.not_before
        yield (*when, "not_after"), release.when.not_after
    for kind, place, measure in scenario.management.measures():
        yield ("management", kind, place, "from"), measure.from_year
        yield ("management", kind, place, "to"), measure.to_year
    for place, moved in enumerate(scenario.management.prey_translocation):
        for year in moved.years:
            yield ("management", "prey_translocation", place, "years"), year
    for year in scenario.output.map_years:
        yield ("output", "map_years"), year


def _years(scenario: Scenario) -> Iterator[Problem]:
    """Yield years outside the study."""
    first, last = scenario.start, scenario.last_year
    for path, year in _dated(scenario):
        if year is not None and not first <= year <= last:
            yield Problem(path, f"must lie in {first}..{last}", year)


def _repeats(scenario: Scenario) -> Iterator[Problem]:
    """Yield repeated releases that run past the end."""
    for place, release in enumerate(scenario.release):
        if release.when.year is None or release.when.year > scenario.last_year:
            continue
        final = release.when.year + (release.repeat.years - 1) * release.repeat.every
        if final > scenario.last_year:
            rule = f"the last release must not lie after {scenario.last_year}"
            yield Problem(("release", place, "repeat"), rule, final)


def _starts(scenario: Scenario) -> Iterator[Problem]:
    """Yield starts that name a survey which is not there or counts something else."""
    for species, prey in scenario.prey.items():
        path: KeyPath = ("prey", species, "start")
        if prey.start.kind != "survey":
            continue
        survey = scenario.survey.get(prey.start.name)
        if survey is None:
            advice = did_you_mean(prey.start.name, scenario.survey)
            yield Problem(path, "must name a survey of this study", prey.start.name, advice)
        elif survey.species != species:
            rule = f"must name a survey of {species}; {prey.start.name!r} counts {survey.species!r}"
            yield Problem(path, rule)
        elif survey.tells != "abundance":
            yield Problem(path, _no_number(prey.start.name, survey))


def _maps(scenario: Scenario) -> Iterator[Problem]:
    """Yield maps of a species from surveys that are not there, see others or have no cells."""
    for path, species, name in _named_maps(scenario):
        survey = scenario.survey.get(name)
        if survey is None:
            advice = did_you_mean(name, scenario.survey)
            yield Problem(path, "must name a survey of this study", name, advice)
        elif survey.species != species:
            rule = f"must name a survey of {species}; {name!r} looks for {survey.species!r}"
            yield Problem(path, rule)
        elif not survey.has_map:
            rule = f"must name a survey with a map; {name!r} has none"
            advice = "a density surface, or occupancy with map = true or a grid"
            yield Problem(path, rule, None, advice)


def _named_maps(scenario: Scenario) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield key, species and survey of every map that a species takes."""
    named: list[tuple[KeyPath, str, str]] = [
        (("cheetah", "suitability"), "cheetah", scenario.cheetah.suitability)
    ]
    for species, prey in scenario.prey.items():
        named.append((("prey", species, "places"), species, prey.places))
        named.append((("prey", species, "suitability"), species, prey.suitability))
    yield from ((path, who, said.partition(":")[2]) for path, who, said in named if said)


def resampled_surveys(scenario: Scenario) -> tuple[str, ...]:
    """Return the surveys whose map a species takes although it lies on a grid of its own."""
    names = dict.fromkeys(name for _, _, name in _named_maps(scenario))
    return tuple(name for name in names if getattr(scenario.survey.get(name), "grid", ""))


def _no_number(name: str, survey: SurveyBlock) -> str:
    """Say that a survey does not tell how many animals live in an area."""
    told = {
        "occupancy": "where the species is, not how many there are",
        "site counts": "how many animals use its sites, not how many live in an area",
    }[survey.tells]
    return f"must name a survey that tells numbers; {name!r} ({survey.model}) tells {told}"


def _joint(scenario: Scenario) -> Iterator[Problem]:
    """Yield joint estimates from surveys that are not there or count something else."""
    for name, survey in scenario.survey.items():
        for other in survey.surveys if isinstance(survey, JointSurvey) else ():
            path: KeyPath = ("survey", name, "surveys")
            found = scenario.survey.get(other)
            if found is None or isinstance(found, JointSurvey):
                known = [key for key, s in scenario.survey.items() if s is not survey]
                rule = "must name other surveys of this study, none of them joint"
                yield Problem(path, rule, other, did_you_mean(other, known))
            elif found.species != survey.species:
                rule = f"must count {survey.species}; {other!r} counts {found.species!r}"
                yield Problem(path, rule)
            elif found.tells != "abundance":
                yield Problem(path, _no_number(other, found))


def _observations(scenario: Scenario) -> Iterator[Problem]:
    """Yield surveys of the simulated world that look for nobody or at no census."""
    first, last = scenario.start, scenario.last_year + 1
    for name, seen in scenario.observation.items():
        path: KeyPath = ("observation", name)
        for year in seen.years:
            if not first <= year <= last:
                yield Problem((*path, "years"), f"must be a census: {first}..{last}", year)
        if seen.years != tuple(sorted(set(seen.years))):
            yield Problem((*path, "years"), "must rise, none twice", list(seen.years))
        if isinstance(seen, LineWalk):
            known, asked = scenario.species, [seen.species]
        elif isinstance(seen, Cameras):
            known, asked = (*scenario.species, "cheetah"), [*seen.species]
        else:
            continue
        for species in asked:
            if species not in known:
                advice = did_you_mean(species, known)
                yield Problem((*path, "species"), "must be simulated", species, advice)


def _species(scenario: Scenario) -> Iterator[Problem]:
    """Yield measures for species that are not in the study."""
    prey = scenario.species
    named: list[tuple[KeyPath, str, tuple[str, ...]]] = []
    for place, barrier in enumerate(scenario.management.barrier):
        path: KeyPath = ("management", "barrier", place, "permeability")
        named += [((*path, one), one, (*prey, "cheetah")) for one in barrier.permeability]
    for one in scenario.costs.translocated_prey:
        named.append((("costs", "translocated_prey", one), one, prey))
    for kind in ("harvest", "prey_translocation"):
        for place, entry in enumerate(getattr(scenario.management, kind)):
            named.append((("management", kind, place, "species"), entry.species, prey))
    for path, name, known in named:
        if name not in known:
            rule = "must be a species of this study"
            yield Problem(path, rule, name, did_you_mean(name, known))


def _criteria(scenario: Scenario) -> Iterator[Problem]:
    """Yield criteria that speak of unknown things or of years after the end."""
    known = (*STATISTICS, *scenario.species)
    for name, criterion in scenario.criteria.items():
        path: KeyPath = ("criteria", name)
        if criterion.statistic not in known:
            advice = did_you_mean(criterion.statistic, known)
            yield Problem(path, "must speak of a known quantity", criterion.statistic, advice)
        elif rule := _misuse(criterion):
            yield Problem(path, rule, criterion.text)
        if not 1 <= criterion.year <= scenario.years:
            rule = f"years count from the start and must lie in 1..{scenario.years}"
            calendar = criterion.year - scenario.start + 1
            advice = f"did you mean year {calendar}?" if 1 <= calendar <= scenario.years else ""
            yield Problem(path, rule, criterion.year, advice)


def _misuse(criterion: Criterion) -> str:
    """Return what is wrong with zone or reference of a criterion; empty when nothing."""
    if criterion.zone != "region" and criterion.statistic not in ZONED:
        return f"only {', '.join(ZONED)} can be asked for a zone"
    if criterion.of == "founders" and criterion.statistic not in OF_FOUNDERS:
        return f"only {', '.join(OF_FOUNDERS)} can be compared with the founders"
    return ""


def _rules(scenario: Scenario) -> Iterator[Problem]:
    """Yield gates that ask for more than monitoring gives."""
    known = (*MONITORED, *scenario.species)
    for place, release in enumerate(scenario.release):
        path: KeyPath = ("release", place, "when", "gate")
        gate = release.when.gate
        for condition in gate.conditions if gate else ():
            if condition.statistic not in known:
                advice = did_you_mean(condition.statistic, known)
                yield Problem(
                    path, "must speak of what monitoring estimates", condition.statistic, advice
                )
            elif condition.zone != "region" and condition.statistic not in ZONED:
                rule = f"only {', '.join(ZONED)} can be asked for a zone"
                yield Problem(path, rule, condition.statistic)


def species_file(name: str, folder: Path) -> Path:
    """Return the file of a species: a path relative to `folder`, or one that ships."""
    return folder / name if is_path(name) else models_dir() / "species" / f"{name}.toml"


def landscape_file(name: str, folder: Path) -> Path:
    """Return the file or folder of a landscape: relative to `folder`, or one that ships."""
    return folder / name if is_path(name) else models_dir() / "landscape" / f"{name}.nc"


def named_files(scenario: Scenario, folder: Path) -> Iterator[tuple[KeyPath, str, Path]]:
    """Yield (key, text, file) of every file that a scenario names."""
    for name, survey in scenario.survey.items():
        if survey.file:
            yield ("survey", name, "file"), survey.file, folder / survey.file
        for source, one in getattr(survey, "sources", {}).items():
            yield ("survey", name, "sources", source, "file"), one.file, folder / one.file
        for beside in _BESIDE:
            if other := getattr(survey, beside, ""):
                yield ("survey", name, beside), other, folder / other
        if mapping := getattr(getattr(survey, "patrols", None), "mapping", ""):
            yield ("survey", name, "patrols", "mapping"), mapping, folder / mapping
    for species, prey in scenario.prey.items():
        yield ("prey", species, "file"), prey.file, species_file(prey.file, folder)
    cheetah, area = scenario.cheetah, scenario.area
    yield ("cheetah", "file"), cheetah.file, species_file(cheetah.file, folder)
    yield ("area", "landscape"), area.landscape, landscape_file(area.landscape, folder)
    if scenario.climate.file:
        yield ("climate", "file"), scenario.climate.file, folder / scenario.climate.file
    if is_path(area.region):
        yield ("area", "region"), area.region, folder / area.region
    for place, protected in enumerate(scenario.management.protected_area):
        if protected.polygon:
            key: KeyPath = ("management", "protected_area", place, "polygon")
            yield key, protected.polygon, folder / protected.polygon


def file_problems(scenario: Scenario, folder: Path) -> Iterator[Problem]:
    """Yield every file that is named but not there, or is a folder."""
    for path, text, file in named_files(scenario, folder):
        if not file.exists():
            place = file.parent
            near = [each.name for each in place.iterdir()] if place.is_dir() else []
            advice = did_you_mean(file.name, near)
            yield Problem(path, "the file must exist", text, advice if "did you" in advice else "")
        elif file.is_dir() and path[-1] != "landscape" and not _holds_tables(path, file):
            yield Problem(path, "must be a file, not a folder", text)


def _holds_tables(path: KeyPath, folder: Path) -> bool:
    """Tell whether a folder may be a survey in several tables."""
    return (path[0], path[-1]) in _TABLES and any(folder.glob("*.[ct]sv"))


def land_problems(scenario: Scenario, land: LandNames) -> Iterator[Problem]:
    """Yield every name that the landscape does not know."""
    for path, name, known, what in _named(scenario, land):
        if name not in known:
            yield Problem(path, f"must be {what} of the landscape", name, did_you_mean(name, known))


def _named(
    scenario: Scenario, land: LandNames
) -> Iterator[tuple[KeyPath, str, tuple[str, ...], str]]:
    """Yield (key, name, known names, what it is) of everything that the landscape must know."""
    management = scenario.management
    for place, release in enumerate(scenario.release):
        if release.site.name:
            yield ("release", place, "site"), release.site.name, land.sites, "a site"
    for place, moved in enumerate(management.prey_translocation):
        if moved.site.name:
            key: KeyPath = ("management", "prey_translocation", place, "site")
            yield key, moved.site.name, land.sites, "a site"
    for place, barrier in enumerate(management.barrier):
        key = ("management", "barrier", place, "name")
        yield key, barrier.name, land.barriers, "a barrier"
    for place, area in enumerate(management.protected_area):
        if not area.is_new:
            key = ("management", "protected_area", place, "name")
            yield key, area.name, land.protected_areas, "a protected area"
    new = tuple(area.name for area in management.protected_area if area.is_new)
    areas = (*land.protected_areas, *new)
    for kind, place, measure in management.measures():
        if name := getattr(measure, "area", ""):
            yield ("management", kind, place, "area"), name, areas, "a protected area"
    core = scenario.area.core
    for name in core.protected_areas:
        yield ("area", "core", "protected_areas"), name, areas, "a protected area"
    if core.site is not None and core.site.name:
        yield ("area", "core", "site"), core.site.name, land.sites, "a site"
    for species in (*scenario.species, "cheetah"):
        yield ("prey", species), species, land.species, "a species with a suitability layer"


def parameter_problems(scenario: Scenario, ids: Collection[str]) -> Iterator[Problem]:
    """Yield every parameter id that the evidence does not hold."""
    named: list[tuple[KeyPath, str]] = [(("parameters", one), one) for one in scenario.parameters]
    for species, prey in scenario.prey.items():
        if prey.start.kind == "evidence":
            named.append((("prey", species, "start"), prey.start.name))
    named += power_parameters(scenario)
    for path, one in named:
        if one not in ids:
            advice = did_you_mean(one, ids)
            advice = advice if advice.startswith("did") else "list them with 'ustyurt evidence'"
            yield Problem(path, "must be a parameter of the evidence", one, advice)
