"""The study file: schema, inheritance, sweeps, rule languages, resolved form."""

from ustyurt_models.study.crosscheck import landscape_file, species_file
from ustyurt_models.study.land_names import LandNames, read_land_names
from ustyurt_models.study.load import Study, check_study, load_study, read_study
from ustyurt_models.study.resolved import write_resolved
from ustyurt_models.study.schema import Scenario

__all__ = [
    "LandNames",
    "Scenario",
    "Study",
    "check_study",
    "landscape_file",
    "load_study",
    "read_land_names",
    "read_study",
    "species_file",
    "write_resolved",
]
