"""Species of a scenario, and the parameters that they and the rest of it draw."""

from pathlib import Path

from ustyurt_models.evidence import parameter_ids
from ustyurt_models.evidence.cheetah_species import CheetahSpecies, load_cheetah_species
from ustyurt_models.evidence.prey_species import PreySpecies, load_prey_species
from ustyurt_models.landscape.climate import PARAMETERS as CLIMATE_PARAMETERS
from ustyurt_models.study.schema import Scenario

__all__ = ["parameters_of", "species_of"]

#: Evidence on management and monitoring; the survey error is that of a ground survey.
_MANAGEMENT = (
    "man_enforcement_now",
    "man_notice_death",
    "man_cheetah_cv",
    "sai_survey_cv",
)


def species_of(scenario: Scenario, folder: Path) -> tuple[list[PreySpecies], CheetahSpecies]:
    """Read the species files of a scenario; prey are named as the study names them."""

    def found(file: str) -> str | Path:
        return folder / file if file.endswith(".toml") else file

    prey = [
        load_prey_species(found(spec.file)).model_copy(update={"id": name})
        for name, spec in scenario.prey.items()
    ]
    return prey, load_cheetah_species(found(scenario.cheetah.file))


def parameters_of(scenario: Scenario, folder: Path) -> tuple[str, ...]:
    """Return the ids of all parameters that a scenario draws."""
    prey, cheetah = species_of(scenario, folder)
    ids = [*CLIMATE_PARAMETERS, *_MANAGEMENT]
    ids += [spec.start.name for spec in scenario.prey.values() if spec.start.kind == "evidence"]
    for species in (*prey, cheetah):
        ids += parameter_ids(species)
    return tuple(dict.fromkeys(ids))
