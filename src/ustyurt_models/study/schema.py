"""The scenario: one fully resolved set of settings. Keys, types, units and defaults stand here."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field, field_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.climate import Climate
from ustyurt_models.study.costs import Costs
from ustyurt_models.study.criteria import Criterion
from ustyurt_models.study.engine import Engine, Output, Processes
from ustyurt_models.study.management import Management
from ustyurt_models.study.observation import Observation
from ustyurt_models.study.places import Area
from ustyurt_models.study.populations import Cheetah, Prey
from ustyurt_models.study.power import Power
from ustyurt_models.study.releases import Release
from ustyurt_models.study.source_populations import SourcePopulation
from ustyurt_models.study.surveys import Survey

__all__ = ["EvidenceId", "Identifier", "Scenario"]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
#: Rows of the evidence may carry capitals, such as ``gaz_K_dens``.
EvidenceId = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_]*$")]


class Scenario(Block):
    """One future to be simulated. All paths are relative to the study file."""

    title: str
    """What the study is about, for the report."""
    name: str = "study"
    """Name of the scenario; the name of the file unless given."""
    start: Annotated[int, Field(ge=1900, le=2500)]
    """First calendar year."""
    years: Annotated[int, Field(ge=1, le=1000)] = 50
    """Years simulated."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of all randomness; the same seed gives the same result, bit for bit."""
    draws: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Parameter sets, each a joint draw from posterior and evidence."""
    replicates: Annotated[int, Field(ge=1, le=10_000)] = 5
    """Repetitions by chance for each parameter set."""
    area: Area = Area()
    """The land."""
    survey: dict[Identifier, Survey] = Field(default_factory=dict)
    """Surveys by name."""
    prey: dict[Identifier, Prey] = Field(default_factory=dict)
    """Prey by species."""
    cheetah: Cheetah = Cheetah()
    """Species file of the cheetah, and animals that are there before any release."""
    climate: Climate = Climate()
    """Weather of the future."""
    management: Management = Management()
    """What people do to land, prey and livestock."""
    source: dict[Identifier, SourcePopulation] = Field(default_factory=dict)
    """Populations outside that animals are taken from, by name."""
    release: tuple[Release, ...] = ()
    """Releases of cheetahs."""
    costs: Costs = Costs()
    """Prices, for the money that a scenario spends."""
    criteria: dict[Identifier, Criterion] = Field(default_factory=dict)
    """What success means; each becomes a probability and a verdict."""
    power: Power = Power()
    """Planned surveys, and what they must be able to see; the simulation does not depend on it."""
    observation: dict[Identifier, Observation] = Field(default_factory=dict)
    """What rangers would see of the simulated animals; the simulation does not depend on it."""
    processes: Processes = Processes()
    """Switches of single processes."""
    parameters: dict[EvidenceId, float] = Field(default_factory=dict)
    """Parameters held at a value in every draw, for what-if questions."""
    engine: Engine = Engine()
    """How the simulation runs."""
    output: Output = Output()
    """What is written."""

    @property
    def last_year(self) -> int:
        """Last calendar year simulated."""
        return self.start + self.years - 1

    @property
    def species(self) -> tuple[str, ...]:
        """Prey species, in the order of the file."""
        return tuple(self.prey)

    @field_validator("survey")
    @classmethod
    def _name_species(cls, surveys: dict[str, Survey]) -> dict[str, Survey]:
        return {
            name: survey if survey.species else survey.model_copy(update={"species": name})
            for name, survey in surveys.items()
        }

    @field_validator("prey")
    @classmethod
    def _name_files(cls, prey: dict[str, Prey]) -> dict[str, Prey]:
        return {
            name: one if one.file else one.model_copy(update={"file": name})
            for name, one in prey.items()
        }

    @field_validator("criteria")
    @classmethod
    def _name_criteria(cls, criteria: dict[str, Criterion]) -> dict[str, Criterion]:
        return {name: replace(criterion, name=name) for name, criterion in criteria.items()}
