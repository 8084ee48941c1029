"""Pattern 3: survival and growth of cheetahs where threats differ, and their rates of life."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from patterns_table import Row, between, reported
from patterns_world import FENCED, MANY_GAZELLES, central, run, value, write_study
from theory_world import merged, simulators

__all__ = ["Lives", "lives"]

#: A square of 150 km where people, roads and snares press as on Namibian farmland.
_FARMLAND: dict[str, Any] = {
    "ny": 30,
    "nx": 30,
    "layers": {
        "road_exposure": 1.0,
        "people_exposure": 1.0,
        "poaching_pressure": 1.0,
        "snow_depth": 10.0,
    },
}
#: Grown animals, none of which can reach old age within the time; 0.9 per 100 km2, fewer than the
#: prey feeds by the rule of Carbone & Gittleman. `_GROUPS` such groups are run.
_GROWN: dict[str, Any] = {"females": 100, "males": 100, "age": "3-6 y"}
_GROUPS = 50


@dataclass(frozen=True)
class Lives:
    """Cheetahs alive by year in each place, shape (replicate, year)."""

    numbers: dict[str, np.ndarray]


def _study(**changes: Any) -> dict[str, Any]:
    """Return a study of cheetahs with ample prey at the central evidence."""
    base = merged(
        MANY_GAZELLES,
        {"parameters": central(che_snare_ust=1.0, liv_density=0.0), "years": 4},
    )
    return merged(base, changes)


def _run(folder: Path, study: dict[str, Any], replicates: int) -> dict[str, np.ndarray]:
    """Run one place."""
    (one,) = simulators(write_study(folder, study, _FARMLAND))
    return run(one, replicates)


def _survival(found: dict[str, np.ndarray], sex: int) -> float:
    """Return yearly survival of one sex over all years, to the two digits that are published."""
    alive = found["cheetah_number"].sum(axis=3)[:, :, sex].astype(float)
    return round(float(alive[:, 1:].sum() / alive[:, :-1].sum()), 2)


def _growth(found: dict[str, np.ndarray], first: int) -> float:
    """Return the mean yearly growth factor from year `first` to the end."""
    alive = found["cheetah_number"].sum(axis=(2, 3)).mean(axis=0)
    return float((alive[-1] / alive[first]) ** (1 / (alive.size - 1 - first)))


def lives(folder: Path, replicates: int) -> tuple[list[Row], Lives]:
    """Run a fenced reserve, conflict farmland and hard release; only switches differ."""
    barren = {"processes": {"cheetah_births": False}}
    reserve = _run(
        folder / "reserve",
        merged(_study(cheetah=_GROWN, processes=FENCED), barren),
        _GROUPS * replicates,
    )
    farm = _run(folder / "farm", merged(_study(cheetah=_GROWN), barren), _GROUPS * replicates)
    hard = _run(folder / "hard", _hard_release(), 20 * replicates)
    families = {"cheetah": {"females": 40, "males": 40, "age": "2-7 y"}, "years": 12}
    fenced = _run(folder / "fenced", _study(processes=FENCED, **families), replicates)
    farmed = _run(folder / "farmed", _study(**families), replicates)
    rows = [
        between("3 fenced: adult survival, females", _survival(reserve, 0), 0.80, 0.86),
        between("3 fenced: adult survival, males", _survival(reserve, 1), 0.80, 0.86),
        between("3 farmland: adult survival, females", _survival(farm, 0), 0.20, 0.60),
        between("3 farmland: adult survival, males", _survival(farm, 1), 0.45, 0.75),
        between("3 hard release on farmland: first year", _released(hard), 0.02, 0.52),
        between("3 fenced: growth", _growth(fenced, 4), 1.04, 1.14, "per year"),
        between("3 farmland: growth", _growth(farmed, 2), 0.0, 0.95, "per year"),
        *_rates(fenced, _reared(folder / "reared")),
    ]
    number = {
        name: found["cheetah_number"].sum(axis=(2, 3))
        for name, found in (("fenced reserve", fenced), ("conflict farmland", farmed))
    }
    return rows, Lives(number)


def _hard_release() -> dict[str, Any]:
    """Return a study in which wild adults are let go at once, on farmland."""
    release = {
        "name": "hard",
        "when": 2027,
        "site": "middle",
        "method": "hard",
        "season": "spring",
        "animals": {"females": 10, "males": 10, "origin": "wild_jubatus", "age": "3-5 y"},
    }
    return _study(years=1, release=[release], processes={"cheetah_births": False, "cold": False})


def _released(found: dict[str, np.ndarray]) -> float:
    """Return the share of the released that live after a year."""
    alive = found["cheetah_number"].sum(axis=(2, 3))[:, 1]
    return float(alive.sum() / (20.0 * alive.size))


def _rates(found: dict[str, np.ndarray], reared: dict[str, np.ndarray]) -> list[Row]:
    """Compare rates of life with those of field studies."""
    late = slice(4, None)
    stage = found["cheetah_number"][:, late].sum(axis=(0, 1)).sum(axis=0).astype(float)
    females = found["adult_females"][:, late].sum()
    births = found["cheetah_births"][:, late].sum()
    litters = reared["cheetah_births"][:, 1:].sum() / value("che_litter_pan")
    interval = 12.0 * reared["adult_females"][:, 1:].sum() / litters
    return [
        between("3 months between litters when all cubs live", interval, 17.8, 20.1, "months"),
        reported("3 fenced: cubs born per adult female and year", births / females),
        between("3 fenced: share of cubs in autumn", stage[0] / stage.sum(), 0.3, 0.5),
    ]


def _reared(folder: Path) -> dict[str, np.ndarray]:
    """Return ten females that never die or age and bear sons only: the schedule of litters alone.

    Twenty years, because all of them start at the same point of the schedule.
    """
    deaths = ("cub_loss", "other_carnivores", "cheetah_disease", "old_age", "starvation")
    off = dict.fromkeys((*deaths, "cold", "interference", *FENCED), False)
    study = _study(cheetah={"females": 10, "males": 10, "age": "3-5 y"}, processes=off, years=21)
    ageless = {"parameters": {"che_sexratio": 1.0, "che_maxage_f": 40.0}}
    return _run(folder, merged(study, ageless), 1)
