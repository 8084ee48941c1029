"""How the simulation runs: steps, order of events, edges, capacity, and switches per process."""

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import refuse

__all__ = ["EVENTS", "Engine", "Event", "Output", "Processes"]

Event = Literal[
    "climate",
    "management",
    "movement",
    "births",
    "prey_deaths",
    "predation",
    "condition",
    "cheetah_deaths",
    "cheetah_births",
    "dispersal",
    "ageing",
    "record",
]

#: The order of section 3 of the simulation contract (models/ODD.md).
EVENTS: tuple[Event, ...] = get_args(Event)


class Engine(Block):
    """Time step, order and rules of the simulation."""

    seasons_per_year: Annotated[int, Field(ge=1, le=12)] = 4
    """Steps per year; 4 for spring, summer, autumn, winter."""
    order: tuple[Event, ...] = EVENTS
    """Order of events within a step; an event that is left out does not happen."""
    edge: Literal["open", "closed"] = "open"
    """Whether animals can leave over the edge of the window (counted as emigrants)."""
    capacity_rule: Literal["logistic", "ceiling", "none"] = "logistic"
    """Prey: rates respond to density, numbers are cut at capacity, or neither."""
    cheetah_capacity_rule: Literal["emergent", "ceiling_hard", "ceiling_probabilistic"] = "emergent"
    """Cheetahs: food and space decide; or numbers are cut exactly or in the mean at `ceiling`."""
    ceiling: Annotated[int, Field(ge=1)] | None = None
    """Largest number of cheetahs under a ceiling rule."""
    ceiling_females: Annotated[int, Field(ge=1)] | None = None
    """Instead of `ceiling`, with `ceiling_males`: largest number of females."""
    ceiling_males: Annotated[int, Field(ge=1)] | None = None
    """Largest number of males."""
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Parallel workers; all cores unless given. Results do not depend on it."""

    @model_validator(mode="after")
    def _consistent(self) -> "Engine":
        twice = sorted({event for event in self.order if self.order.count(event) > 1})
        if twice:
            raise refuse(f"'order' must name each event once; twice: {', '.join(twice)}")
        if "record" not in self.order:
            raise refuse("'order' must contain 'record', or there is no result")
        by_sex = (self.ceiling_females, self.ceiling_males)
        if by_sex.count(None) == 1:
            raise refuse("'ceiling_females' and 'ceiling_males' go together")
        given = (self.ceiling is not None) + (None not in by_sex)
        if given != (self.cheetah_capacity_rule != "emergent"):
            raise refuse("'ceiling' goes with a ceiling rule for cheetahs, and only with it")
        return self

    @property
    def ceilings(self) -> tuple[int, int]:
        """Largest numbers of females and of males; the first holds for all without sexes."""
        females = self.ceiling_females if self.ceiling is None else self.ceiling
        return females or 0, self.ceiling_males or 0


class Processes(Block):
    """Switches: each process can be turned off alone."""

    climate: bool = True
    """Weather differs between years."""
    catastrophes: bool = True
    """Jut winters and disease die-offs."""
    movement: bool = True
    """Prey move between cells."""
    migration: bool = True
    """Saiga migrate with the seasons."""
    barriers: bool = True
    """Fences and railways stop animals."""
    immigration: bool = True
    """Prey enter over the edge of the window."""
    births: bool = True
    """Prey are born."""
    baseline_mortality: bool = True
    """Prey die at their age- and sex-specific baseline rates."""
    density_dependence: bool = True
    """Prey rates respond to density."""
    winter: bool = True
    """Winter severity and snow kill prey."""
    drought: bool = True
    """Summer drought lowers forage, births and survival."""
    wolf: bool = True
    """Wolves take prey."""
    poaching: bool = True
    """Poachers take prey."""
    harvest: bool = True
    """Legal offtake of prey."""
    disease: bool = True
    """Disease die-offs of prey."""
    male_shortage: bool = True
    """Few adult males lower conception of prey."""
    predation: bool = True
    """Prey that cheetahs take are missing from the herds; without it cheetahs eat all the same."""
    prey_switching: bool = True
    """Cheetahs prefer prey of some body masses."""
    livestock_predation: bool = True
    """Cheetahs take livestock where wild prey is scarce."""
    conflict_feedback: bool = True
    """Losses of livestock raise killing by herders."""
    interference: bool = True
    """Cheetahs near each other find less prey."""
    starvation: bool = True
    """Cheetahs in poor condition die."""
    road: bool = True
    """Traffic kills cheetahs."""
    herders_dogs: bool = True
    """Herders and their dogs kill cheetahs."""
    snare_poaching: bool = True
    """Snares and poachers kill cheetahs."""
    other_carnivores: bool = True
    """Wolves and other carnivores kill cheetahs."""
    cold: bool = True
    """Cold winters kill cheetahs of African origin (a hypothesis)."""
    cheetah_disease: bool = True
    """Disease kills cheetahs."""
    old_age: bool = True
    """Cheetahs and prey die of old age."""
    post_release: bool = True
    """Released cheetahs run an extra risk that fades."""
    cub_loss: bool = True
    """Cubs die before independence."""
    cheetah_births: bool = True
    """Cheetahs are born."""
    mate_finding: bool = True
    """A female conceives only with a male within reach."""
    territoriality: bool = True
    """Males defend territories spaced apart."""
    dispersal: bool = True
    """Young and released cheetahs move."""
    inbreeding_depression: bool = True
    """Inbred cubs survive less well."""


class Output(Block):
    """What is written, and where."""

    folder: str = ""
    """Results folder relative to the study file; ``results/<study>`` unless given."""
    map_years: tuple[int, ...] = ()
    """Calendar years with maps; the start, the end and each tenth year between unless given."""
    prey_flow_maps: bool = True
    """Count births of prey, and deaths by cause, in every cell; takes about 2 % of the time."""
