"""Camera traps that the coverage benchmark simulates, and that the survey benchmark times."""

from collections.abc import Callable

import numpy as np

from ustyurt_models.study.surveys import (
    CameraBlock,
    CameraEncounter,
    InstantaneousSampling,
    SpaceToEvent,
    TimeToEvent,
)
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.encounter.data import Encounters, survey_of
from ustyurt_models.survey.models.encounter.simulate import EncounterTruth, simulate_encounters
from ustyurt_models.survey.models.encounter.simulate_events import (
    InstantPlan,
    simulate_instants,
    simulate_waits,
)
from ustyurt_models.survey.models.encounter.survey_model import survey_model

__all__ = ["KINDS", "cameras"]

_AREA_KM2 = 500.0
_BLOCKS: dict[str, type[CameraBlock]] = {
    "encounter": CameraEncounter,
    "time": TimeToEvent,
    "space": SpaceToEvent,
    "instants": InstantaneousSampling,
}
#: Models of camera traps by their short name in rows of benchmarks.
KINDS = tuple(_BLOCKS)
#: Instants see what is in view, so it takes more groups to see some.
_TRUTHS = {
    "encounter": EncounterTruth((1.5,), spread=0.7),
    "time": EncounterTruth((3.0,), spread=0.7),
    "space": EncounterTruth((30.0,), spread=0.5),
    "instants": EncounterTruth((30.0,), spread=0.5),
}


def _seen(kind: str, truth: EncounterTruth, rng: np.random.Generator) -> Encounters:
    """Draw what thirty cameras saw."""
    if kind == "encounter":
        return simulate_encounters(truth, (np.linspace(20.0, 60.0, 30),), rng)
    if kind == "time":
        return simulate_waits(truth, 45, 30, rng)
    return simulate_instants(truth, InstantPlan(30, 1500, kind == "space"), rng)


def cameras(kind: str) -> Callable[[np.random.Generator], tuple[SurveyModel, float]]:
    """Return the simulation of a model of camera traps; the truth is the number of animals.

    Parameters
    ----------
    kind : str
        Of `KINDS`.
    """
    truth = _TRUTHS[kind]
    about = {"radius_m": truth.radius_m, "angle_deg": truth.angle_deg}
    if kind in ("encounter", "time"):
        about["day_range_km"] = truth.day_range_km
    told = {name: (0.999 * value, value, 1.001 * value) for name, value in about.items()}
    if kind != "time":  # the other simulations also measure where animals are
        told |= {"radius_m": "data", "angle_deg": "data"}
    block = _BLOCKS[kind](file="-", areas={"stratum_1": f"{_AREA_KM2} km2"}, **told)

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        animals = _AREA_KM2 * truth.density_per_km2[0] * truth.mean_size
        return survey_model(survey_of(_seen(kind, truth, rng), block)), animals

    return simulate
