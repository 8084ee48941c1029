"""The rule languages: meaning of every form, and the words of every refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from ustyurt_models.study.criteria import STATISTICS, Criterion, parse_criterion
from ustyurt_models.study.grammar import COMPARISONS, compare
from ustyurt_models.study.rules import (
    STOP_QUANTITIES,
    Gate,
    GateCondition,
    StopRule,
    parse_gate,
    parse_stop,
)


def meaning(text: str, **parts: object) -> Criterion:
    return Criterion("x", text, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "P(cheetah > 0 in year 50) >= 0.95",
            {
                "statistic": "cheetah",
                "comparison": ">",
                "threshold": 0.0,
                "year": 50,
                "probability_comparison": ">=",
                "probability": 0.95,
            },
        ),
        (
            "P(goitered_gazelle below start in year 30) <= 10 %",
            {
                "statistic": "goitered_gazelle",
                "comparison": "<",
                "threshold": 1.0,
                "of": "start",
                "year": 30,
                "probability_comparison": "<=",
                "probability": 0.1,
            },
        ),
        (
            "P(saiga >= 0.5 of start until year 20) > 0.9",
            {
                "statistic": "saiga",
                "comparison": ">=",
                "threshold": 0.5,
                "of": "start",
                "period": "until",
                "year": 20,
                "probability_comparison": ">",
                "probability": 0.9,
            },
        ),
        (
            "P(extinct by year 50) <= 0.05",
            {
                "statistic": "cheetah",
                "comparison": "==",
                "threshold": 0.0,
                "period": "by",
                "year": 50,
                "probability_comparison": "<=",
                "probability": 0.05,
            },
        ),
        (
            "P(kulan extinct by year 9) <= 0.05",
            {
                "statistic": "kulan",
                "comparison": "==",
                "threshold": 0.0,
                "period": "by",
                "year": 9,
                "probability_comparison": "<=",
                "probability": 0.05,
            },
        ),
        (
            "P(prey_biomass_kg_per_km2 >= 15 in core in year 10) >= 0.8",
            {
                "statistic": "prey_biomass_kg_per_km2",
                "comparison": ">=",
                "threshold": 15.0,
                "zone": "core",
                "year": 10,
                "probability_comparison": ">=",
                "probability": 0.8,
            },
        ),
        (
            "gene_diversity in year 50 >= 0.90 of founders",
            {
                "statistic": "gene_diversity",
                "comparison": ">=",
                "threshold": 0.9,
                "of": "founders",
                "year": 50,
                "judged": "mean",
            },
        ),
        (
            "prey_biomass_kg_per_km2 in core in year 5 > 3",
            {
                "statistic": "prey_biomass_kg_per_km2",
                "comparison": ">",
                "threshold": 3.0,
                "zone": "core",
                "year": 5,
                "judged": "mean",
            },
        ),
        (
            "livestock_killed in year 5 < 100",
            {
                "statistic": "livestock_killed",
                "comparison": "<",
                "threshold": 100.0,
                "year": 5,
                "judged": "mean",
            },
        ),
    ],
)
def test_every_form_of_criterion_has_its_meaning(text, parts):
    assert parse_criterion("x", text) == meaning(text, **parts)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("P(cheetah > 0 year 50) >= 0.95", "expected 'in' or 'by' or 'until' at position 15"),
        ("P cheetah > 0", "expected '(' at position 3, found 'cheetah'"),
        (
            "P(cheetah 0 in year 50) >= 0.95",
            "expected a comparison (>=, <=, ==, !=, >, <) at position 11, found '0'",
        ),
        ("P(cheetah > many in year 5) >= 0.9", "expected a number at position 13, found 'many'"),
        (
            "P(cheetah > 0 in year 50) >= 95",
            "expected a probability, from 0 to 1, at position 30, found '95'",
        ),
        (
            "P(cheetah > 0 in year 50)",
            "expected a comparison (>=, <=, ==, !=, >, <) at position 26",
        ),
        ("P(cheetah > 0 in year 50) >= 0.9 please", "expected the end at position 34"),
        (
            "P(cheetah > 0 in year 2.5) >= 0.9",
            "expected the number of years since the start, a whole number >= 1, at position 23",
        ),
        ("P(cheetah > 0 in the year 5) >= 1", "expected 'year' or a zone (region, core)"),
        ("P(cheetah & 0)", "cannot be read at position 11: '&' means nothing"),
        ("", "expected 'P(' or a quantity such as 'gene_diversity' at position 1, found the end"),
        ("P(cheetah below now in year 5) >= 1", "expected 'start' or 'founders' at position 17"),
    ],
)
def test_a_faulty_criterion_says_where_and_what_was_expected(text, rule):
    with pytest.raises(PydanticCustomError) as refused:
        parse_criterion("x", text)
    assert refused.value.context["rule"].startswith(rule)


def test_gates_and_stop_rules_have_their_meaning():
    gate = "prey_biomass_kg_per_km2 >= 15 in core for 3 years"
    assert parse_gate(gate) == Gate(
        gate, (GateCondition("prey_biomass_kg_per_km2", ">=", 15.0, "core", 3),)
    )
    both = "prey_biomass_kg_per_km2 > 4 and goitered_gazelle >= 8000 for 1 year"
    assert parse_gate(both).conditions == (
        GateCondition("prey_biomass_kg_per_km2", ">", 4.0),
        GateCondition("goitered_gazelle", ">=", 8000.0),
    )
    stop = "estimated adult deaths > 50 % within 2 years"
    assert parse_stop(stop) == StopRule(stop, "adult_deaths", ">", 0.5, 2)
    assert parse_stop("adult_females < 4 within 1 year").statistic == "adult_females"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "prey_biomass_kg_per_km2 >= 15 in heart for 3 years",
            "expected 'region' or 'core' at position 34, found 'heart'",
        ),
        ("saiga >= 15 for 3", "expected 'years' or 'year' at position 18, found the end"),
        ("saiga >= 15 for 0 years", "expected a number of years, a whole number >= 1,"),
        (15, "must be a sentence such as"),
    ],
)
def test_a_faulty_gate_says_where_and_what_was_expected(text, rule):
    with pytest.raises(PydanticCustomError) as refused:
        parse_gate(text)
    assert refused.value.context["rule"].startswith(rule)


@pytest.mark.parametrize(
    ("text", "rule", "remedy"),
    [
        (
            "estimated adlt deaths > 50 % within 2 years",
            "expected a quantity such as 'adult deaths' at position 11, found 'adlt'",
            "did you mean",
        ),
        (
            "adult deaths > 50 within 2 years",
            "expected a share such as 50 % or 0.5, from 0 to 1, at position 16, found '50'",
            "write it like",
        ),
        ("adult deaths > 50 %", "expected 'within' at position 20, found the end", "write it like"),
    ],
)
def test_a_faulty_stop_rule_says_where_and_what_was_expected(text, rule, remedy):
    with pytest.raises(PydanticCustomError) as refused:
        parse_stop(text)
    assert refused.value.context["rule"] == rule
    assert refused.value.context["remedy"].startswith(remedy)


NUMBERS = st.floats(min_value=0, max_value=1e9).map(lambda value: float(f"{value:.6g}"))
SPACES = st.sampled_from(["", " ", "   "])


@given(
    st.sampled_from([*STATISTICS, "saiga", "goitered_gazelle"]),
    st.sampled_from(COMPARISONS),
    NUMBERS,
    st.sampled_from(["in", "by", "until"]),
    st.integers(1, 500),
    st.sampled_from(COMPARISONS),
    st.floats(0, 1).map(lambda value: float(f"{value:.4g}")),
    SPACES,
)
def test_a_criterion_is_read_as_it_was_meant_whatever_its_spacing(
    statistic, comparison, threshold, period, year, against, probability, space
):
    text = (
        f"P({space}{statistic} {comparison}{space}{threshold:.15g} {period} year {year}"
        f"{space}){space}{against}{space}{probability:.15g}"
    )
    read = parse_criterion("x", text)
    assert (read.statistic, read.comparison, read.threshold) == (statistic, comparison, threshold)
    assert (read.period, read.year) == (period, year)
    assert (read.probability_comparison, read.probability) == (against, probability)


def read_or_refused(parse, text: str) -> bool:
    try:
        parse(text)
    except PydanticCustomError as refused:
        return bool(refused.context and refused.context["rule"])
    return True


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_but_never_breaks_the_reader(text):
    for parse in (lambda value: parse_criterion("x", value), parse_gate, parse_stop):
        assert read_or_refused(parse, text)


@given(st.sampled_from(list(STOP_QUANTITIES)), st.booleans(), st.integers(1, 20))
def test_stop_quantities_may_be_written_with_spaces(quantity, apart, years):
    words = quantity.replace("_", " ") if apart else quantity
    assert parse_stop(f"estimated {words} > 0.5 within {years} years").statistic == quantity


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_comparisons_mean_what_they_say(value, threshold):
    assert compare(value, ">=", threshold) is (value >= threshold)
    assert compare(value, "<", threshold) is not compare(value, ">=", threshold)
    assert compare(value, "<=", threshold) is not compare(value, ">", threshold)
    assert compare(value, "==", threshold) is not compare(value, "!=", threshold)
