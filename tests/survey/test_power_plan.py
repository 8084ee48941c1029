import json
from dataclasses import replace

import numpy as np
import power_case
import pytest
from hypothesis import given
from hypothesis import strategies as st
from power_case import today

from ustyurt_models.checks import Faults
from ustyurt_models.study.power import Assumed, Cost, Power
from ustyurt_models.survey.power.plan import cost_of, resolve, share_out
from ustyurt_models.survey.power.task import Chunk, chunks, log_change

CAR = {"fixed": 4000, "per_transect": 30, "per_day": 500, "km_per_day": "150 km/day"}


def planned(truth=None, **design):
    """Resolve one design; return it and what was refused."""
    told = {"length": "50 km", "truncation": "500 m"} | design
    block = {"survey": "gazelle", "cost": {"car": CAR}, "design": {"one": told}}
    power = Power.model_validate_json(json.dumps(block))
    faults = Faults()
    found = resolve("one", power, today() if truth is None else truth, faults)
    return found, [str(fault) for fault in faults.found]


def test_cost_adds_up_by_hand():
    cost = Cost(
        fixed=4000.0,
        per_transect=30.0,
        per_km=2.0,
        per_day=500.0,
        km_per_day="150 km/day",
        per_hour=900.0,
        speed="100 km/h",
    )
    # 10 transects of 50 km and 5 of 20 km, twice: 1200 km, 30 visits, 8 days, 12 hours.
    found = cost_of(cost, np.array([10, 5]), np.array([50.0, 20.0]), 2)
    assert found == 4000 + 30 * 30 + 2 * 1200 + 8 * 500 + 12 * 900


@given(
    weight=st.lists(st.floats(0.01, 100.0), min_size=1, max_size=6),
    extra=st.integers(0, 300),
)
def test_shares_add_up_and_leave_two_to_each(weight, extra):
    total = 2 * len(weight) + extra
    shares = share_out(total, np.array(weight))
    assert shares.sum() == total
    assert shares.min() >= 2


def test_shares_follow_the_weights():
    assert share_out(40, np.array([1.0, 3.0])).tolist() == [10, 30]


def test_a_number_for_each_stratum_is_taken_as_it_is():
    found, said = planned(transects={"B": 7, "A": 4})
    assert not said
    assert found.transects.tolist() == [4, 7]


def test_kilometres_become_transects():
    found, _ = planned(total_effort="1000 km", repeats=2)
    assert found.transects.sum() == 10
    assert found.effort_km == 1000


def test_a_budget_buys_as_many_transects_as_it_pays_for():
    found, _ = planned(budget=20_000.0, cost="car")
    assert found.cost_per_survey <= 20_000
    more, _ = planned(transects=int(found.transects.sum()) + 1, cost="car")
    assert more.cost_per_survey > 20_000


def test_a_budget_too_small_is_refused_with_its_place():
    found, said = planned(budget=4100.0, cost="car")
    assert found is None
    assert "power.design.one.budget" in said[0]
    assert "at least 2 transects" in said[0]


@pytest.mark.parametrize("allocation", ["area", "equal", "density"])
def test_optimal_sharing_has_the_least_variance(allocation):
    truth = today(density=(0.05, 0.6))
    truth = replace(truth, spread=np.tile([0.2, 2.5], (truth.draws, 1)))

    def variance(how):
        found, _ = planned(truth, transects=60, length="10 km", allocation=how)
        ratio = 1.0 + truth.spread[0] ** 2
        return float((truth.area_km2**2 * ratio * [0.05, 0.6] / found.transects).sum())

    assert variance("optimal") < variance(allocation)


def test_an_unknown_stratum_is_refused_with_a_suggestion():
    _, said = planned(transects={"A": 4, "Bb": 4})
    assert any("did you mean 'B'" in line for line in said)
    assert any("stratum 'B'" in line for line in said)


def test_searching_more_than_there_is_is_refused():
    _, said = planned(transects=4000, length="50 km", truncation="500 m")
    assert any("must not search more than stratum 'A'" in line for line in said)


def test_a_truncation_inside_the_effective_half_width_is_refused():
    _, said = planned(transects=20, truncation="150 m")
    assert any("must exceed the effective half-width" in line for line in said)


def test_lines_without_a_detection_function_ask_for_one():
    _, said = planned(replace(today(), half_width_m=None), transects=20)
    assert any("half_width" in line for line in said)
    assert Assumed(half_width="200 m").half_width == 200.0


def test_pieces_of_a_design_cover_every_future_once():
    one = power_case.task(power_case.plan(years=(0, 5, 10)), today(37), rates=(0.0, -0.1))
    pieces = chunks(one)
    assert [piece.first for piece in pieces[1:]] == [piece.last for piece in pieces[:-1]]
    assert (pieces[0].first, pieces[-1].last) == (0, 37)
    assert isinstance(pieces[0], Chunk)


def test_abundance_follows_change_and_noise_on_the_log_scale():
    one = power_case.task(power_case.plan(years=(0, 5, 10)), today(2), (0.0, -0.1), 0.2)
    first, second = log_change(one, 0), log_change(one, 1)
    assert first[1] - first[0] == pytest.approx([0.0, -0.5, -1.0])
    assert first[0] == pytest.approx(-second[0])
    assert first[0, 0] == 0.0


def test_noise_grows_with_time_like_a_random_walk():
    one = power_case.task(power_case.plan(years=(0, 4, 9)), today(2000), (0.0,), 0.2)
    paths = np.array([log_change(one, future)[0] for future in range(0, 2000, 2)])
    assert paths.std(axis=0)[1:] == pytest.approx([0.4, 0.6], rel=0.1)


def test_anything_that_matters_changes_the_stamp():
    one = power_case.task(power_case.plan(), today())
    others = [
        power_case.task(power_case.plan(length=(61.0, 40.0)), today()),
        power_case.task(power_case.plan(), today(spread=0.7)),
        power_case.task(power_case.plan(), today(), (0.0, -0.1)),
        power_case.task(power_case.plan(), today(), (0.0,), 0.1),
        power_case.task(power_case.plan(), today(), seed=2),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 6


def test_money_does_not_change_the_stamp():
    one = power_case.task(power_case.plan(), today())
    dear = power_case.task(replace(power_case.plan(), cost_per_survey=1e6), today())
    assert one.digest == dear.digest
