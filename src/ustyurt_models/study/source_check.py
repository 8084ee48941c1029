"""Whether source populations can give what releases and translocations take from them."""

from collections.abc import Iterator

from ustyurt_models.checks import did_you_mean
from ustyurt_models.study.lines import KeyPath
from ustyurt_models.study.problems import Problem
from ustyurt_models.study.quantities import AgeRange
from ustyurt_models.study.schema import Scenario

__all__ = ["source_problems"]


def source_problems(scenario: Scenario) -> Iterator[Problem]:
    """Yield what is taken from a source population that is not there or cannot give it."""
    species: dict[str, str] = {}
    for path, source, males, age, kind in _takings(scenario):
        if not source:
            continue
        population = scenario.source.get(source)
        if population is None:
            rule = "must name a table [source.NAME] of this study"
            advice = did_you_mean(source, scenario.source)
            yield Problem((*path, "source"), rule, source, advice)
            continue
        other = species.setdefault(source, kind)
        if other != kind:
            rule = f"must hold one species; {source!r} gives {other} elsewhere"
            yield Problem((*path, "source"), rule, kind)
        if population.sexes == 1 and males > 0:
            yield Problem((*path, "source"), "must have two sexes to give males", source)
        oldest = population.maximum_age
        if oldest is not None and age.low_yr * population.rate_per_year > oldest:
            rule = f"must have animals of that age; its oldest are {oldest} steps old"
            key = ("animals", "age") if kind == "cheetah" else ("age",)
            yield Problem((*path, *key), rule, str(age))


def _takings(scenario: Scenario) -> Iterator[tuple[KeyPath, str, int, AgeRange, str]]:
    """Yield (place, source, males, ages, species) of everything that may be taken."""
    for place, release in enumerate(scenario.release):
        animals = release.animals
        yield ("release", place), release.source, animals.males, animals.age, "cheetah"
    for place, moved in enumerate(scenario.management.prey_translocation):
        path: KeyPath = ("management", "prey_translocation", place)
        yield path, moved.source, moved.males, moved.age, moved.species
