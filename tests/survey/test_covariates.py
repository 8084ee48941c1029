import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ustyurt_models.checks import InputError
from ustyurt_models.survey.covariates import Design, names_in

TABLE = {
    "elevation": np.array([10.0, 20.0, 30.0, 60.0]),
    "hour": np.array([0.0, 5.0, 5.0, 3.0]),
    "observer": np.array(["B", "A", "B", "C"]),
    "constant": np.full(4, 7.0),
    "gappy": np.array([1.0, np.nan, 3.0, 4.0]),
}


def design(formula, table=TABLE):
    return Design.learn(formula, table, "survey.x.scale")


def test_numbers_are_centred_and_scaled_with_the_sample_deviation():
    x = TABLE["elevation"]
    z = (x - x.mean()) / x.std(ddof=1)
    learnt = design("elevation + elevation^2")
    assert learnt.names == ("elevation", "elevation^2")
    assert learnt.matrix(TABLE) == pytest.approx(np.column_stack([z, z**2]))


@given(offset=st.floats(-1e6, 1e6), stretch=st.floats(1e-3, 1e3), power=st.sampled_from(["", "^2"]))
def test_unit_and_origin_of_a_covariate_change_nothing(offset, stretch, power):
    other = {**TABLE, "elevation": offset + stretch * TABLE["elevation"]}
    formula = f"elevation{power} + observer"
    ours = design(formula).matrix(TABLE)
    assert design(formula, other).matrix(other) == pytest.approx(ours, abs=1e-6)


def test_text_is_a_factor_and_its_first_level_the_reference():
    learnt = design("observer")
    assert learnt.names == ("observer[B]", "observer[C]")
    assert learnt.matrix(TABLE).tolist() == [[1, 0], [0, 0], [1, 0], [0, 1]]
    assert design("observer(ref=C)").names == ("observer[A]", "observer[B]")


def test_numbers_become_levels_in_the_order_of_numbers():
    assert design("factor(hour)").names == ("hour[3]", "hour[5]")


def test_a_star_stands_for_both_effects_and_their_interaction():
    learnt = design("elevation*observer")
    expected = ["elevation", "observer[B]", "observer[C]"]
    assert list(learnt.names[:3]) == expected
    assert learnt.names[3:] == ("elevation:observer[B]", "elevation:observer[C]")
    columns = learnt.matrix(TABLE)
    assert columns[:, 3] == pytest.approx(columns[:, 0] * columns[:, 1])


def test_an_empty_formula_has_no_columns():
    assert design("").matrix(TABLE).shape == (4, 0)
    assert names_in(" ", "x") == ()


def test_constants_learnt_from_one_table_hold_for_another():
    there = {"elevation": np.array([35.0])}
    x = TABLE["elevation"]
    assert design("elevation").matrix(there) == pytest.approx(
        np.array([[(35 - x.mean()) / x.std(ddof=1)]])
    )


def test_a_value_can_be_held_in_its_own_unit():
    held = design("elevation + observer").at(TABLE, elevation=30.0)
    assert np.ptp(held[:, 0]) == 0
    assert held[0, 0] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("elevatoin", "did you mean 'elevation'"),
        ("constant", "must differ between rows"),
        ("gappy", "1 of 4 are missing"),
        ("observer^2", "a factor has no powers"),
        ("observer(ref=D)", "must be one of"),
        ("__import__('os').system('true')", "must be terms joined by"),
        ("elevation +", "must be terms joined by"),
        ("elevation - hour", "must be terms joined by"),
    ],
)
def test_a_formula_that_cannot_be_used_says_where_and_why(formula, said):
    with pytest.raises(InputError) as caught:
        design(formula)
    assert said in str(caught.value)
    assert "survey.x.scale" in str(caught.value)


def test_all_faults_of_a_formula_come_at_once():
    with pytest.raises(InputError) as caught:
        design("elevatoin + constant + gappy")
    assert len(str(caught.value).splitlines()) == 3


def test_an_unseen_level_is_refused():
    with pytest.raises(InputError, match="must be among those of the survey"):
        design("observer").matrix({"observer": np.array(["A", "Z"])})
