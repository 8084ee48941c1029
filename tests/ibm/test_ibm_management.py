import numpy as np
import pytest

from ustyurt_models.ibm import management as m

KEY = np.uint64(77)


def releases(**changed):
    """One ungated release of five yearly repeats from year 2 on."""
    values = dict.fromkeys(m.Releases._fields, 0)
    values |= {
        "first_year": 2,
        "last_year": 40,
        "repeats": 5,
        "every": 1,
        "females": 4,
        "males": 4,
        "gate_zone": -1,
        "gate_years": 1,
        "stop_share": np.inf,
        "stop_years": 2,
        **changed,
    }
    values["source_kinship"] = [0.0]
    real = {"source_kinship", "gate_kg_per_km2", "stop_share"}
    return m.Releases(
        **{k: np.array([v], dtype=float if k in real else np.int64) for k, v in values.items()}
    )


def fresh(years=50, zones=2):
    progress = m.Progress(np.array([-1]), np.array([0]), np.array([0]))
    monitoring = m.Monitoring(
        0.3,
        0.8,
        np.zeros((years + 1, zones)),
        np.zeros(years + 1, np.int64),
        np.zeros(years + 1, np.int64),
    )
    return progress, monitoring


def decide(plan, progress, monitoring, years=range(50)):
    return [int(m.release_due(plan, progress, 0, year, monitoring)) for year in years]


def test_an_ungated_release_repeats_yearly_and_ends():
    decisions = decide(releases(), *fresh())
    assert decisions[:8] == [0, 0, 1, 1, 1, 1, 1, 0]
    assert sum(decisions) == 5


def test_releases_may_come_every_other_year():
    decisions = decide(releases(every=2, repeats=3), *fresh())
    assert [year for year, decision in enumerate(decisions) if decision == m.DUE] == [2, 4, 6]


def test_a_gate_opens_after_enough_years_above_the_threshold():
    progress, monitoring = fresh()
    monitoring.biomass[6:, 1] = 20.0
    monitoring.biomass[9, 1] = 5.0
    plan = releases(gate_zone=1, gate_kg_per_km2=15.0, gate_years=3)
    decisions = decide(plan, progress, monitoring)
    assert decisions[2:8] == [m.WITHHELD] * 6
    assert decisions[8] == m.DUE
    assert decisions[8:13] == [m.DUE] * 5


def test_a_gate_that_never_opens_withholds_until_its_last_year():
    plan = releases(gate_zone=0, gate_kg_per_km2=15.0, gate_years=1, last_year=10)
    decisions = decide(plan, *fresh())
    assert decisions.count(m.WITHHELD) == 9
    assert m.DUE not in decisions


def test_a_gate_may_ask_for_less_than_a_threshold():
    progress, monitoring = fresh()
    monitoring.biomass[:4, 0] = 30.0
    plan = releases(gate_zone=0, gate_kg_per_km2=15.0, gate_below=1)
    assert decide(plan, progress, monitoring).index(m.DUE) == 4


def test_the_stop_rule_fires_on_noticed_deaths():
    progress, monitoring = fresh()
    monitoring.adults[2:5] = 8
    monitoring.deaths[2:4] = (1, 4)
    decisions = decide(releases(stop_share=0.5), progress, monitoring)
    assert decisions[2:7] == [m.DUE, m.DUE, m.WITHHELD, m.WITHHELD, m.WITHHELD]
    assert progress.stopped[0] == 1


def test_monitoring_errors_have_mean_one_and_the_stated_cv():
    _, monitoring = fresh(years=4000, zones=1)
    for census in range(4000):
        m.estimate_biomass(monitoring, census, np.array([10.0]), KEY)
    seen = monitoring.biomass[:4000, 0] / 10.0
    assert abs(seen.mean() - 1) < 5 * 0.3 / np.sqrt(4000)
    assert seen.std() == pytest.approx(0.3, rel=0.1)


def test_noticed_deaths_are_a_binomial_share():
    seen = np.array([_noticed(np.uint64(key)) for key in range(3000)])
    assert abs(seen.mean() - 8.0) < 5 * np.sqrt(10 * 0.8 * 0.2 / 3000)
    assert seen.max() <= 10


def _noticed(key):
    _, monitoring = fresh(years=1)
    m.notice_deaths(monitoring, 0, 10, 20, key)
    return monitoring.deaths[0]


def test_compiled_management_equals_plain_python():
    plan = releases(gate_zone=0, gate_kg_per_km2=15.0, gate_years=2, stop_share=0.3)
    outcomes = []
    for release_due, estimate in (
        (m.release_due, m.estimate_biomass),
        (m.release_due.py_func, m.estimate_biomass.py_func),
    ):
        progress, monitoring = fresh()
        with np.errstate(over="ignore"):
            for census in range(51):
                estimate(monitoring, census, np.array([16.0, 9.0]), KEY)
        monitoring.deaths[:] = 1
        monitoring.adults[:] = 9
        outcomes.append(
            [int(release_due(plan, progress, 0, y, monitoring)) for y in range(50)]
            + monitoring.biomass.ravel().tolist()
        )
    assert outcomes[0] == outcomes[1]
