"""Detection histories: what is taken, and what is refused before any model sees it."""

from dataclasses import replace

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.histories import Histories, check_histories

NAN = np.nan


@pytest.fixture
def histories():
    y = np.array([[0.0, 1.0, NAN], [0.0, 0.0, 0.0]])
    effort = np.array([[7.0, 7.0, 0.0], [7.0, 6.5, 7.0]])
    return Histories(("A", "B"), ("1", "2", "3"), y, effort, "day")


def test_a_visit_that_was_not_made_is_missing_and_may_have_no_effort(histories):
    check_histories(histories, largest=1)
    assert histories.visits.tolist() == [2, 3]
    assert histories.naive.tolist() == [True, False]
    assert histories.season.tolist() == [0, 0, 0]


def test_what_was_seen_must_be_whole_and_within_its_range(histories):
    for value in (-1.0, 0.5, 2.0):
        y = histories.y.copy()
        y[1, 1] = value
        with pytest.raises(InputError, match=r"site B, occasion 2"):
            check_histories(replace(histories, y=y), largest=1)
    counts = np.array([[0.0, 7.0, NAN], [2.0, 0.0, 1.0]])
    check_histories(replace(histories, y=counts))


def test_all_faults_of_names_and_shapes_come_at_once(histories):
    wrong = replace(
        histories,
        site=("A", "A"),
        site_covariates={"elevation": np.zeros(3)},
        season=np.array([1, 0, 0]),
        seasons=("1999", "2000"),
    )
    with pytest.raises(InputError) as caught:
        check_histories(wrong)
    said = str(caught.value)
    assert "only once" in said
    assert "elevation" in said
    assert "together" in said


def test_a_detection_without_effort_and_no_visit_at_all_are_refused(histories):
    effort = np.array([[7.0, 0.0, 7.0], [7.0, 7.0, 7.0]])
    with pytest.raises(InputError, match="effort"):
        check_histories(replace(histories, effort=effort))
    with pytest.raises(InputError, match="at least one visit"):
        check_histories(replace(histories, y=np.full((2, 3), NAN), effort=None))
