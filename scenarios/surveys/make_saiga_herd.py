"""Write saiga_herd_*.csv: a SIMULATED herd of saiga, counted, classified by age and sex, collared.

Ratios and collars of the Ustyurt saiga were never published. Rates of life and of counting are rows
of models/parameters.csv; numbers of animals, herds and collars, and the spread between years, are
for the simulation only and stand for no measurement. The truth stands on top of every file.

Run: uv run python scenarios/surveys/make_saiga_herd.py
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.formulas.stages import Rates, closed_growth
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models.integrated.simulate import HerdTruth, simulate_herd
from ustyurt_models.survey.read.composition import AGES, KINDS, SEXES

SEED = 20261122
FIRST_YEAR, YEARS = 2015, 12
#: For the simulation only: yearling and adult females, yearling and adult males at first.
START = (170, 400, 170, 120)
#: For the simulation only: herds classified a year, animals of a herd that are alike, collars of
#: females, males and calves a year, spread between years of survival (logit) and births (log).
HERDS, HERDING, COLLARED, SURVIVAL_SD, BIRTHS_SD = 40, 5, 15, 0.3, 0.1

BELIEFS = """\
# area_km2: 93775
# stratum: KAZ
# detection: sai_aer_det
# observation_cv: sai_aer_cv
# process_sd: sai_trend_process
# growth_ceiling: sai_lambda_max
# loss: sai_poach_rate
# capacity: sai_ust_peak
# young_yearling: sai_calves_y1
# young_adult: sai_calves_ad
# calf_survival: sai_s_calf_good
# female_survival: sai_s_adf_good
# male_relative: sai_s_adm_rel
# male_at_birth: sai_sexratio_birth
# adult_males: sai_adm_prop_norm
# poaching_male: sai_poach_male
"""


def truth(catalogue: Catalogue) -> HerdTruth:
    """Turn evidence into the parameters of the simulation."""

    def value(id: str) -> float:
        return float(catalogue[id].value or 0)

    return HerdTruth(
        years=YEARS,
        start=START,
        young_yearling=value("sai_calves_y1"),
        young_adult=value("sai_calves_ad"),
        calf=value("sai_s_calf_good"),
        female=value("sai_s_adf_good"),
        male_relative=value("sai_s_adm_rel"),
        poached=value("sai_poach_rate"),
        poaching_male=value("sai_poach_male"),
        poaching_young=value("pre_poach_young"),
        male_at_birth=value("sai_sexratio_birth"),
        shortage=value("pre_shortage"),
        steepness=value("pre_shortage_steep"),
        detection=value("sai_aer_det"),
        observation_cv=value("sai_aer_cv"),
        survival_sd=SURVIVAL_SD,
        births_sd=BIRTHS_SD,
        herding=HERDING,
        ratio_herds=HERDS,
        collared=COLLARED,
    )


def _growth(herd: HerdTruth) -> float:
    """Return the growth factor of a closed population with the poaching of the simulation."""
    kept = 1.0 - herd.poached
    rates = Rates(
        herd.young_yearling,
        herd.young_adult,
        herd.calf * kept**herd.poaching_young,
        herd.female * kept,
        0.0,
        herd.male_at_birth,
        herd.shortage,
        herd.steepness,
    )
    return float(closed_growth(rates))


def header(herd: HerdTruth, animals: np.ndarray, what: str) -> str:
    """Say that all is simulated, how, and what is true."""
    females, bulls = int(animals[-1, :2].sum()), int(animals[-1, 3])
    return (
        f"# title: SIMULATED {what} of a herd of saiga\n"
        "# status: simulated\n"
        "# source: drawn from rows of models/parameters.csv; made by the command `uv run python "
        "scenarios/surveys/make_saiga_herd.py`\n"
        f"# truth: {animals[-1].sum()} animals a year old and older in {FIRST_YEAR + YEARS - 1}, "
        f"of them {females} females and {bulls} adult males; calf survival {herd.calf:g}, female "
        f"survival {herd.female:g}, growth factor with poaching {_growth(herd):.2f}, share counted "
        f"{herd.detection:g}; no immigration\n"
        "# SIMULATED: no animal behind these rows was ever seen. Not evidence about saiga.\n"
    )


def _write(path: Path, head: str, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(head)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        out.writerows(rows)


def main() -> None:
    """Simulate the herd and write its three files beside this script."""
    herd = truth(load_catalogue())
    counts, ratios, collars, animals = simulate_herd(herd, generator(SEED, "saiga_herd"))
    assert ratios is not None
    assert collars is not None
    folder, later = Path(__file__).parent, FIRST_YEAR - int(counts.year[0])
    _write(
        folder / "saiga_herd_counts.csv",
        header(herd, animals, "spring counts") + BELIEFS,
        ("year", "estimate", "source_key"),
        (
            (year + later, round(seen), "simulated")
            for year, seen in zip(counts.year, counts.estimate, strict=True)
        ),
    )
    _write(
        folder / "saiga_herd_ratios.csv",
        header(herd, animals, "age and sex ratios"),
        ("year", "kind", "number", "of", "source_key"),
        (
            (year + later, KINDS[kind], f"{number:g}", f"{of:g}", "simulated")
            for year, kind, number, of in zip(
                ratios.year, ratios.kind, ratios.number, ratios.of, strict=True
            )
        ),
    )
    parts = (collars.year, collars.sex, collars.age, collars.at_risk, collars.deaths)
    _write(
        folder / "saiga_herd_collars.csv",
        header(herd, animals, "collars"),
        ("year", "sex", "age", "at_risk", "deaths", "source_key"),
        (
            (year + later, SEXES[sex], AGES[age], f"{risk:g}", f"{deaths:g}", "simulated")
            for year, sex, age, risk, deaths in zip(*parts, strict=True)
        ),
    )


if __name__ == "__main__":
    main()
