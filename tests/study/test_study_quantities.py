"""Values with units: what is read, what is refused, and with which words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ustyurt_models.study.quantities import (
    AREA,
    BIOMASS,
    DENSITY,
    DURATION,
    LENGTH,
    AgeRange,
    AreaKm2,
    LengthM,
    LengthOrZeroM,
    parse_age_range,
    parse_fraction,
    parse_quantity,
    write_quantity,
)

KINDS = [LENGTH, AREA, BIOMASS, DENSITY, DURATION]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("800 m", LENGTH, 800.0),
        ("0.8 km", LENGTH, 800.0),
        ("800m", LENGTH, 800.0),
        ("  80000   cm ", LENGTH, 800.0),
        ("1e3 m", LENGTH, 1000.0),
        ("30 km2", AREA, 30.0),
        ("3000 ha", AREA, 30.0),
        ("2000000 m2", AREA, 2.0),
        ("15 kg/km2", BIOMASS, 15.0),
        ("0.015 t/km2", BIOMASS, 15.0),
        ("5 per 100 km2", DENSITY, 0.05),
        ("0.05 /km2", DENSITY, 0.05),
        ("18 months", DURATION, 1.5),
        ("5 y", DURATION, 5.0),
    ],
)
def test_text_with_a_unit_becomes_the_internal_unit(text, kind, value):
    assert parse_quantity(text, kind) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("value", "rule", "remedy"),
    [
        (
            "800 kg",
            "must be a length with its unit, such as '800 m' or '0.8 km'",
            "'kg' is not a unit of length; units are m, km, cm",
        ),
        (
            800,
            "must be a length with its unit, such as '800 m' or '0.8 km'",
            "did you mean '800 m'?",
        ),
        (
            "800",
            "must be a length with its unit, such as '800 m' or '0.8 km'",
            "no unit; units are m, km, cm",
        ),
        (
            "0,8 km",
            "must be a length with its unit, such as '800 m' or '0.8 km'",
            "write the decimal sign as a point",
        ),
        ("far", "must be a length with its unit, such as '800 m' or '0.8 km'", ""),
        (True, "must be a length with its unit, such as '800 m' or '0.8 km'", ""),
        (None, "must be a length with its unit, such as '800 m' or '0.8 km'", ""),
        ("1e999 m", "must be a length with its unit, such as '800 m' or '0.8 km'", ""),
    ],
)
def test_a_wrong_length_is_refused_with_the_reason(value, rule, remedy):
    with pytest.raises(PydanticCustomError) as refused:
        parse_quantity(value, LENGTH)
    assert refused.value.context == {"rule": rule, "remedy": remedy}


@given(st.sampled_from(KINDS), st.floats(min_value=0, max_value=1e12, allow_nan=False, width=64))
def test_a_written_quantity_reads_as_exactly_the_same_number(kind, value):
    assert parse_quantity(write_quantity(value, kind), kind) == value


@given(st.sampled_from(KINDS), st.data())
def test_every_unit_of_a_kind_scales_by_its_own_size(kind, data):
    unit = data.draw(st.sampled_from(list(kind.units)))
    assert parse_quantity(f"2.5 {unit}", kind) == 2.5 * kind.units[unit]


def test_zero_and_negative_lengths_are_refused_where_they_make_no_sense():
    assert TypeAdapter(LengthOrZeroM).validate_python("0 m") == 0.0
    for adapter, text in ((LengthM, "0 m"), (LengthM, "-1 m"), (LengthOrZeroM, "-1 m")):
        with pytest.raises(ValidationError, match="must be >"):
            TypeAdapter(adapter).validate_python(text)


def test_json_carries_the_unit_and_python_the_number():
    area = TypeAdapter(AreaKm2)
    value = area.validate_python("3000 ha")
    assert area.dump_python(value) == 30.0
    assert area.dump_json(value) == b'"30.0 km2"'


@pytest.mark.parametrize(
    ("value", "share"), [(0, 0.0), (1, 1.0), (0.8, 0.8), ("50 %", 0.5), ("2.5%", 0.025)]
)
def test_fractions_are_numbers_or_percent(value, share):
    assert parse_fraction(value) == share


@pytest.mark.parametrize("value", [1.01, -0.1, "0.5", "101 %", "half", True, None, math.nan])
def test_what_is_no_share_is_refused(value):
    with pytest.raises(PydanticCustomError, match="must be a share from 0 to 1"):
        parse_fraction(value)


def test_a_bare_percentage_gets_a_suggestion():
    with pytest.raises(PydanticCustomError) as refused:
        parse_fraction(50)
    assert refused.value.context["remedy"] == "did you mean '50 %'?"


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("2-4 y", AgeRange(2.0, 4.0)),
        ("2 - 4 years", AgeRange(2.0, 4.0)),
        ("2 to 4 y", AgeRange(2.0, 4.0)),
        ("3 y", AgeRange(3.0, 3.0)),
        ("4-? y", AgeRange(4.0, None)),
        ("18-30 months", AgeRange(1.5, 2.5)),
        ("0-1 y", AgeRange(0.0, 1.0)),
    ],
)
def test_ages_are_read_as_ranges(text, ages):
    assert parse_age_range(text) == ages


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (3, "did you mean '3 y'?"),
        ("2-4", "no unit; units are y, yr, year, years, month, months"),
        ("2-4 kg", "'kg' is not a unit of age; units are y, yr, year, years, month, months"),
        ("old", ""),
    ],
)
def test_a_wrong_age_is_refused_with_the_reason(value, remedy):
    with pytest.raises(PydanticCustomError) as refused:
        parse_age_range(value)
    assert refused.value.context["remedy"] == remedy


def test_ages_must_not_run_backwards():
    with pytest.raises(PydanticCustomError, match="from a lower to a higher age"):
        parse_age_range("4-2 y")


@given(st.floats(0, 50), st.one_of(st.none(), st.floats(0, 50)))
def test_a_written_age_range_reads_as_the_same(low, extra):
    ages = AgeRange(low, None if extra is None else low + extra)
    assert parse_age_range(str(ages)) == ages
