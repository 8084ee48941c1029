"""What neutral loci ask of the rest of a study."""

from collections.abc import Iterator

from ustyurt_models.checks import did_you_mean
from ustyurt_models.study.heredity import NeutralLoci
from ustyurt_models.study.lines import KeyPath
from ustyurt_models.study.problems import Problem
from ustyurt_models.study.schema import Scenario

__all__ = ["locus_problems"]


def locus_problems(scenario: Scenario) -> Iterator[Problem]:
    """Yield loci without founders to carry them, and statistics of loci that are not there."""
    loci = scenario.cheetah.loci
    if loci is None:
        yield from _asked_in_vain(scenario)
        return
    groups = {
        f"source:{release.source}" if release.source else str(release.animals.origin)
        for release in scenario.release
    }
    for group in loci.groups:
        known = sorted(groups | {"resident"})
        if group not in known:
            path: KeyPath = ("cheetah", "loci", "groups", group)
            yield Problem(path, "must be a group of founders", group, did_you_mean(group, known))
    yield from _sources(scenario, loci)


def _asked_in_vain(scenario: Scenario) -> Iterator[Problem]:
    """Yield criteria that speak of loci in a scenario without."""
    for name, criterion in scenario.criteria.items():
        if criterion.statistic.endswith("heterozygosity") or criterion.statistic.startswith(
            "alleles"
        ):
            yield Problem(
                ("criteria", name), "needs neutral loci: [cheetah.loci]", criterion.statistic
            )


def _sources(scenario: Scenario, loci: NeutralLoci) -> Iterator[Problem]:
    """Yield source populations whose animals bring no such genes."""
    for r, release in enumerate(scenario.release):
        population = scenario.source.get(release.source)
        if population is None:
            continue
        path: KeyPath = ("release", r, "source")
        genetics = population.genetics
        if genetics.loci < loci.number:
            rule = f"must have genetics.loci >= {loci.number}, as [cheetah.loci] asks for"
            yield Problem(path, rule, genetics.loci)
        elif genetics.frequencies and loci.founders is None:
            rule = "must have unique founder genes, as [cheetah.loci] has without 'founders'"
            yield Problem(path, rule, release.source)
        elif len(genetics.frequencies) > len(loci.of(f"source:{release.source}")) > 0:
            rule = "must not have more alleles than 'founders' of [cheetah.loci]"
            yield Problem(path, rule, len(genetics.frequencies))
