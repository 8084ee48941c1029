import numpy as np
import pytest

from ustyurt_models.ibm import management as m

KEY = np.uint64(77)


def releases(**changed):
    """One release of five yearly repeats from year 2 on, without a stop rule."""
    values = dict.fromkeys(m.Releases._fields, 0)
    values |= {
        "first_year": 2,
        "last_year": 40,
        "repeats": 5,
        "every": 1,
        "population": -1,
        "stop_column": -1,
        "stop_comparison": m.COMPARISONS.index(">"),
        "stop_years": 2,
        **changed,
    }
    values["source_kinship"] = [0.0]
    real = {"source_kinship", "stop_threshold"}
    return m.Releases(
        **{k: np.array([v], dtype=float if k in real else np.int64) for k, v in values.items()}
    )


def gates(*conditions):
    """Conditions (column, comparison, threshold, years) on the only release."""
    return m.Gates(
        np.zeros(len(conditions), np.int64),
        np.array([c[0] for c in conditions], np.int64),
        np.array([m.COMPARISONS.index(c[1]) for c in conditions], np.int64),
        np.array([c[2] for c in conditions], float),
        np.array([c[3] for c in conditions], np.int64),
    )


def fresh(years=50, columns=2):
    progress = m.Progress(np.array([-1]), np.array([0]), np.array([0]))
    monitoring = m.Monitoring(
        np.full(columns, 0.3),
        np.zeros(columns, np.int64),
        0.8,
        np.zeros((years + 1, columns)),
        np.zeros(years + 1, np.int64),
        np.zeros(years + 1, np.int64),
    )
    return progress, monitoring


def decide(plan, gate, progress, monitoring, release_due=m.release_due):
    return [int(release_due(plan, gate, progress, 0, year, monitoring)) for year in range(50)]


def test_an_ungated_release_repeats_yearly_and_ends():
    decisions = decide(releases(), gates(), *fresh())
    assert decisions[:8] == [0, 0, 1, 1, 1, 1, 1, 0]
    assert sum(decisions) == 5


def test_releases_may_come_every_other_year():
    decisions = decide(releases(every=2, repeats=3), gates(), *fresh())
    assert [year for year, decision in enumerate(decisions) if decision == m.DUE] == [2, 4, 6]


def test_a_gate_opens_after_enough_years_above_the_threshold():
    progress, monitoring = fresh()
    monitoring.seen[6:, 1] = 20.0
    monitoring.seen[9, 1] = 5.0
    decisions = decide(releases(), gates((1, ">=", 15.0, 3)), progress, monitoring)
    assert decisions[2:8] == [m.WITHHELD] * 6
    assert decisions[8:13] == [m.DUE] * 5


def test_a_gate_that_never_opens_withholds_until_its_last_year():
    decisions = decide(releases(last_year=10), gates((0, ">=", 15.0, 1)), *fresh())
    assert decisions.count(m.WITHHELD) == 9
    assert m.DUE not in decisions


def test_all_conditions_of_a_gate_must_hold():
    progress, monitoring = fresh()
    monitoring.seen[3:, 0] = 30.0
    monitoring.seen[:5, 1] = 9.0
    plan = gates((0, ">", 15.0, 1), (1, "<", 1.0, 1))
    assert decide(releases(), plan, progress, monitoring).index(m.DUE) == 5


def test_the_stop_rule_fires_on_noticed_deaths():
    progress, monitoring = fresh()
    monitoring.adults[2:5] = 8
    monitoring.deaths[2:4] = (1, 4)
    plan = releases(stop_column=-2, stop_threshold=0.5)
    decisions = decide(plan, gates(), progress, monitoring)
    assert decisions[2:7] == [m.DUE, m.DUE, m.WITHHELD, m.WITHHELD, m.WITHHELD]
    assert progress.stopped[0] == 1


def test_the_stop_rule_may_watch_an_estimate():
    progress, monitoring = fresh()
    monitoring.seen[4:, 1] = 90.0
    decisions = decide(releases(stop_column=1, stop_threshold=50.0), gates(), progress, monitoring)
    assert decisions[2:7] == [m.DUE, m.DUE, m.WITHHELD, m.WITHHELD, m.WITHHELD]


def test_animals_held_on_site_are_let_go_years_after_the_decision():
    progress, monitoring = fresh()
    monitoring.seen[6, 1] = 20.0
    plan = releases(held_years=2, repeats=3)
    decisions = decide(plan, gates((1, ">=", 15.0, 1)), progress, monitoring)
    assert decisions[:4] == [m.NOTHING] * 4
    assert decisions[4:8] == [m.WITHHELD] * 4
    assert decisions[8:12] == [m.DUE, m.DUE, m.DUE, m.NOTHING]


def test_a_release_may_be_decided_before_the_study_begins():
    progress, monitoring = fresh()
    monitoring.seen[1:, 1] = 90.0
    plan = releases(
        first_year=-2, last_year=-2, held_years=2, stop_column=1, stop_threshold=50.0, repeats=4
    )
    decisions = decide(plan, gates(), progress, monitoring)
    assert decisions[:5] == [m.DUE, m.DUE, m.DUE, m.WITHHELD, m.NOTHING]


@pytest.mark.parametrize("comparison", m.COMPARISONS)
@pytest.mark.parametrize("value", [1.0, 2.0, 3.0])
def test_comparisons_mean_what_they_say(comparison, value):
    said = eval(f"{value} {comparison} 2.0")  # the language's own meaning
    assert m.compare(value, m.COMPARISONS.index(comparison), 2.0) == said


def test_monitoring_errors_have_mean_one_the_stated_cv_and_are_shared():
    _, monitoring = fresh(years=4000)
    for census in range(4000):
        m.see(monitoring, census, np.array([10.0, 5.0]), KEY)
    seen = monitoring.seen[:4000, 0] / 10.0
    assert abs(seen.mean() - 1) < 5 * 0.3 / np.sqrt(4000)
    assert seen.std() == pytest.approx(0.3, rel=0.1)
    assert monitoring.seen[:4000, 1] / 5.0 == pytest.approx(seen)


def test_noticed_deaths_are_a_binomial_share():
    seen = np.array([_noticed(np.uint64(key)) for key in range(3000)])
    assert abs(seen.mean() - 8.0) < 5 * np.sqrt(10 * 0.8 * 0.2 / 3000)
    assert seen.max() <= 10


def _noticed(key):
    _, monitoring = fresh(years=1)
    m.notice_deaths(monitoring, 0, 10, 20, key)
    return monitoring.deaths[0]


def test_compiled_management_equals_plain_python():
    plan = releases(stop_column=-2, stop_threshold=0.3)
    gate = gates((0, ">=", 15.0, 2))
    outcomes = []
    for release_due, see in (
        (m.release_due, m.see),
        (m.release_due.py_func, m.see.py_func),
    ):
        progress, monitoring = fresh()
        with np.errstate(over="ignore"):
            for census in range(51):
                see(monitoring, census, np.array([16.0, 9.0]), KEY)
        monitoring.deaths[:] = 1
        monitoring.adults[:] = 9
        decisions = decide(plan, gate, progress, monitoring, release_due)
        outcomes.append(decisions + monitoring.seen.ravel().tolist())
    assert outcomes[0] == outcomes[1]
