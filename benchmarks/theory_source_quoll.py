"""E: a published analysis of eastern quolls, from the project and output files of Vortex 10.5.5.

Wilson et al. 2023 (Biodivers Conserv, doi 10.1007/s10531-022-02496-5); files of folder ``vortex``
of github.com/coexistence-conservation-lab/eastern-quoll-species-recovery, commit 07dbb6f: inputs
``*.inp``, yearly means of 1,000 runs ``*.dat``.

Vortex lets newborns die at birth, and counts first after that. Animals of age 3 breed and leave at
the next ageing, here with the deaths of their last year, so that what Vortex counts first in a year
is what was counted here the year before, less what the ceiling took, and the newborns that live.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from source_world import alive, population, run
from theory_cases import TOLERANCE, Metric, of_band
from ustyurt_models.bridge.source_setup import projection_of
from ustyurt_models.formulas.source_projection import growth_and_structure
from ustyurt_models.ibm.source.state import NEWBORN, Record

#: Diploid lethal equivalents, and the share of recessive lethals, which selection removes.
_LOAD, _LETHAL_SHARE = 6.29, 0.5
_RUNS, _YEARS = 1_000, 50
#: Growth of the Leslie matrix, printed to four digits.
_R_DET = 0.5063
#: Year -> mean number after births without intervention, and its standard error.
_NUMBER = {
    1: (85.66, 0.70),
    2: (91.87, 0.87),
    3: (91.80, 0.88),
    5: (85.30, 0.87),
    10: (77.96, 0.95),
}
_SD_FIRST = 21.99
#: Year 10 with ten mothers and their young a year, all but six young taken again.
_SUPPLIED = (102.50, 1.02)
#: Mean F of year 50 without intervention.
_INBREEDING = (0.4581, 0.0095)
#: Regime -> year -> share of runs in which both sexes are left when births of the next year begin.
_PRINTED = {
    "no intervention": {5: 0.991, 10: 0.959, 50: 0.483},
    "six young taken": {5: 0.975, 10: 0.859, 50: 0.005},
}
_REGIMES: dict[str, dict[str, Any]] = {
    "no intervention": {},
    "six young taken": {
        "harvest": [{"number": 3, "sex": sex, "oldest": 0} for sex in ("female", "male")]
    },
    "ten mothers brought": {
        "supplement": [{"females": 10, "age": 1}, {"females": 30, "males": 30, "age": 0}],
        "harvest": [{"number": 27, "sex": sex, "oldest": 0} for sex in ("female", "male")],
        # Their project has no inbreeding depression here.
        "genetics": {},
    },
}
_BROUGHT_YOUNG = 60
_ALONE = "E quolls, no intervention"


def _broods() -> list[float]:
    """Return chances of 0 to 10 young: normal, mean 5 and sd 1, rounded."""
    steps = [math.erf((k - 0.5 - 5.0) / math.sqrt(2.0)) for k in range(12)]
    shares = np.diff(steps)
    return [float(share) for share in shares / shares.sum()]


def quolls(lethal_share: float = _LETHAL_SHARE, **more: Any) -> dict[str, Any]:
    """Return the population without intervention."""
    genes = {
        "pedigree": True,
        "diploid_lethal_equivalents": _LOAD,
        "lethal_share": lethal_share,
    }
    return {
        "order": [
            "environment", "ageing", "ceiling", "breeding", "mortality", "supplement", "harvest",
            "census",
        ],
        "maximum_age": 3,
        "noise": "binomial",
        "death": {
            "female": [0.6417, 0.0877],
            "female_sd": [0.1992, 0.0625],
            "male": [0.6493, 0.1069],
            "male_sd": [0.1987, 0.056],
        },
        "breeding": {"first_age_female": 1, "last_age_male": 2, "brood": _broods()},
        "capacity": {"rule": "ceiling_probabilistic", "number": 51.0},
        "genetics": genes,
        # The two founders of age 3 leave at the first ageing.
        "founders": {"females": [17, 4, 2], "males": [17, 3, 2]},
    } | more  # fmt: skip


def _after_births(found: Record) -> NDArray[np.float64]:
    """Return numbers as Vortex counts them first, years from 1, shape (replicate, year)."""
    young = found.number[:, 1:, :, NEWBORN].sum(axis=2)
    return (alive(found)[:, :-1] - found.cut[:, 1:] + young + found.harvested[:, 1:]).astype(float)


def extant(found: Record) -> NDArray[np.bool_]:
    """Tell whether both sexes were there at every census so far, shape (replicate, census)."""
    both = (found.number.sum(axis=3) > 0).all(axis=2)
    kept: NDArray[np.bool_] = np.logical_and.accumulate(both, axis=1)
    return kept


def _of_printed(
    metric: str, values: NDArray[np.float64], printed: float, printed_error: float, unit: str
) -> Metric:
    """Compare a mean with a printed one; the errors of both count."""
    error = math.hypot(float(values.std(ddof=1)) / math.sqrt(values.size), printed_error)
    target = f"{printed:g}, 4 SE = {TOLERANCE * error:.3g}"
    mean = float(values.mean())
    ok = abs(mean - printed) <= TOLERANCE * error
    return Metric(metric, mean, unit, target, ok, printed, error)


def _of_share(metric: str, events: NDArray[np.bool_], printed: float) -> Metric:
    """Compare a share with that of Vortex's runs; the errors of both count."""
    error = math.sqrt(printed * (1.0 - printed) * (1.0 / events.size + 1.0 / _RUNS))
    share = float(events.mean())
    target = f"{printed:g}, 4 SE = {TOLERANCE * error:.3g}"
    ok = abs(share - printed) <= TOLERANCE * error
    return Metric(metric, share, "1", target, ok, printed, error)


def quoll_numbers(replicates: int) -> list[Metric]:
    """E: growth, numbers and their spread over ten years, without and with intervention."""
    growth, _ = growth_and_structure(projection_of(population(**quolls())))
    number = _after_births(run(replicates, 10, **quolls()))
    supplied = _after_births(run(replicates, 10, **quolls(**_REGIMES["ten mothers brought"])))
    width = TOLERANCE * math.sqrt(0.5 / replicates + 0.5 / _RUNS)
    return [
        of_band("E quolls, r of the projection", math.log(growth), _R_DET, 5e-5),
        *(
            _of_printed(f"{_ALONE}, animals in year {year}", number[:, year - 1], *n, "animals")
            for year, n in _NUMBER.items()
        ),
        of_band("E quolls, sd ratio in year 1", number[:, 0].std() / _SD_FIRST, 1.0, width),
        _of_printed(
            "E quolls, ten mothers brought, animals in year 10",
            supplied[:, 9] - _BROUGHT_YOUNG,
            *_SUPPLIED,
            "animals",
        ),
    ]


def quoll_persistence(replicates: int) -> list[Metric]:
    """E: persistence in three regimes, and inbreeding; without removal of lethals too few last."""
    found, shares = [], []
    for regime, printed in _PRINTED.items():
        record = run(replicates, _YEARS, **quolls(**_REGIMES[regime]))
        both = extant(record)
        shares.append(float(both[:, _YEARS].mean()))
        name = f"E quolls, {regime}, both sexes left after {{}} years"
        found += [_of_share(name.format(t), both[:, t], share) for t, share in printed.items()]
        if regime == "no intervention":
            related = record.inbreeding[both[:, _YEARS], _YEARS]
            found.append(_of_printed(f"{_ALONE}, F in year {_YEARS}", related, *_INBREEDING, "1"))
    always = extant(run(replicates, _YEARS, **quolls(**_REGIMES["ten mothers brought"])))
    shares.insert(0, float(always[:, _YEARS].mean()))
    name = f"E quolls, ten mothers brought, both sexes left after {_YEARS} years"
    found.append(Metric(name, shares[0], "1", "1, above the others", shares[0] == 1.0 > shares[1]))
    gain = shares[1] - shares[2]
    name = f"{_ALONE} less six young taken, after {_YEARS} years"
    found.append(Metric(name, gain, "1", "above 0", gain > 0.0))
    kept = extant(run(replicates, _YEARS, **quolls(0.0)))
    share = float(kept[:, _YEARS].mean())
    name = f"{_ALONE}, after {_YEARS} years, no lethal removed"
    return [*found, Metric(name, share, "1", "below the same with removal", share < shares[1])]
