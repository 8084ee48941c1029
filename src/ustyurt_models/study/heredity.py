"""Genes of the cheetahs beyond their pedigree: neutral loci, and what crossing sources does."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import Fraction, refuse

__all__ = ["NeutralLoci", "Outbreeding", "Spectrum"]

_WHOLE = 1e-9
#: Alleles of founders that are given by number or frequency.
_MOST_ALLELES = 256

Alleles = Annotated[int, Field(ge=2, le=_MOST_ALLELES)]
Frequencies = Annotated[tuple[Fraction, ...], Field(min_length=2, max_length=_MOST_ALLELES)]
Spectrum = Alleles | Frequencies


class NeutralLoci(Block):
    """Loci that are handed down and measured, and change nothing else."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    """Loci, unlinked."""
    founders: Spectrum | None = None
    """Alleles among founders: how many equally frequent ones, or their frequencies at every locus;
    unless given, every founder gene is an allele of its own."""
    groups: dict[str, Spectrum] = Field(default_factory=dict)
    """The same for founders of one group: an origin of releases, ``resident``, or ``source:NAME``.
    Allele k is the same allele in all groups."""

    @field_validator("founders")
    @classmethod
    def _one(cls, founders: Spectrum | None) -> Spectrum | None:
        return _whole(founders)

    @field_validator("groups")
    @classmethod
    def _each(cls, groups: dict[str, Spectrum]) -> dict[str, Spectrum]:
        for spectrum in groups.values():
            _whole(spectrum)
        return groups

    @model_validator(mode="after")
    def _one_kind(self) -> "NeutralLoci":
        if self.groups and self.founders is None:
            raise refuse("'groups' needs 'founders' for the groups it does not name")
        return self

    def of(self, group: str) -> tuple[float, ...]:
        """Return the frequencies of alleles among founders of a group; none when all differ."""
        spectrum = self.groups.get(group, self.founders)
        if spectrum is None:
            return ()
        return (1.0 / spectrum,) * spectrum if isinstance(spectrum, int) else spectrum


def _whole(spectrum: Spectrum | None) -> Spectrum | None:
    """Refuse frequencies that do not sum to 1."""
    if isinstance(spectrum, tuple) and abs(sum(spectrum) - 1.0) > _WHOLE:
        raise refuse("frequencies must sum to 1", f"they sum to {sum(spectrum):g}")
    return spectrum


class Outbreeding(Block):
    """What crossing sources does to the survival of cubs through their first year.

    Survival is multiplied by ``exp(hybridity * H + breakdown * W)``. H is the chance that the two
    genes of a cub at a locus come from different sources: 1 in a first cross, 1/2 in a second. W is
    the chance that two genes on the chromosomes it got from one parent do: 0 in a first cross, 1/2
    in a second (Lynch 1991, Evolution 45:622).
    """

    hybridity: Annotated[float, Field(ge=-10, le=10)] = 0.0
    """Logarithm of the effect of H = 1: above 0 genetic rescue, below 0 outbreeding depression."""
    breakdown: Annotated[float, Field(ge=-10, le=10)] = 0.0
    """Logarithm of the effect of W = 1: below 0 when recombination breaks up what fits together."""
    between: Literal["founder_groups", "subspecies"] = "founder_groups"
    """What counts as different: origins, source populations and residents, each of its own; or only
    the subspecies, residents being *venaticus*."""
