"""Criteria are judged as their sentences say."""

import numpy as np
import pytest
from small_cube import cube, plan, set_cheetahs

from ustyurt_models.decide import best_decision, combine_findings, judge
from ustyurt_models.decide.criteria import judge_scenario
from ustyurt_models.decide.wording import in_futures
from ustyurt_models.study.criteria import parse_criterion


def finding(results, text):
    (found,) = judge_scenario(results, "plan", {"rule": parse_criterion("rule", text)})
    return found


def living(share, draws=100, replicates=4, years=6):
    """Cheetahs released in year 2, alive to the end in the first `share` of the draws."""
    results = plan(draws=draws, replicates=replicates, years=years)
    number = np.zeros((draws, replicates, years + 1), int)
    number[..., 2:] = 8
    number[round(share * draws) :, :, 5:] = 0
    set_cheetahs(results, number)
    results["cheetah_released"][..., 2] = 8
    return results


@pytest.mark.parametrize(
    ("share", "verdict"), [(1.0, "meets"), (0.94, "undecided"), (0.5, "fails"), (0.0, "fails")]
)
def test_persistence_is_judged_with_its_monte_carlo_error(share, verdict):
    found = finding(living(share), "P(cheetah > 0 in year 6) >= 0.9")
    assert found.estimate.value == pytest.approx(share)
    assert found.verdict == verdict


def test_few_draws_leave_a_high_demand_undecided():
    found = finding(living(1.0, draws=10), "P(cheetah > 0 in year 6) >= 0.95")
    assert found.verdict == "undecided"
    assert "all futures" in found.rule
    assert "More draws" in found.rule


def test_extinction_counts_only_after_the_first_arrival():
    found = finding(living(0.8), "P(extinct by year 6) <= 0.5")
    assert found.estimate.value == pytest.approx(0.2)
    assert found.verdict == "meets"
    assert finding(living(0.8), "P(cheetah > 0 until year 6) >= 0.5").estimate.value == 0.8


def test_future_without_any_release_counts_as_extinct():
    results = plan(draws=50)
    results["cheetah_withheld"][..., 3] = 8
    assert finding(results, "P(extinct by year 6) <= 0.05").verdict == "fails"
    assert finding(results, "P(cheetah > 0 until year 6) >= 0.95").verdict == "fails"


def test_in_by_and_until_differ_for_prey():
    results = plan(draws=40)
    number = np.zeros((40, 3, 7), int)
    number[..., 0] = 100
    number[..., 1:] = np.array([120, 90, 130, 140, 150, 160])
    results["prey_number"].loc[{"species": "saiga", "sex": "male", "prey_stage": "adult"}] = number
    for period, share in (("in", 0.0), ("by", 1.0)):
        text = f"P(saiga below start {period} year 6) <= 0.1"
        assert finding(results, text).estimate.value == share
    assert finding(results, "P(saiga above start until year 6) >= 0.1").estimate.value == 0.0
    assert finding(results, "P(saiga >= 0.9 of start until year 6) >= 0.1").estimate.value == 1.0


def test_zone_chooses_the_biomass():
    results = plan(draws=40)
    results["prey_biomass"].loc[{"zone": "core"}] = 10.0
    text = "P(prey_biomass_kg_per_km2 >= 15 in {} in year 3) >= 0.5"
    assert finding(results, text.format("core")).verdict == "meets"
    assert finding(results, text.format("region")).verdict == "fails"


def test_gene_diversity_is_compared_with_the_founders_at_their_best():
    results = living(1.0)
    results["gene_diversity"][...] = np.nan
    results["gene_diversity"][..., 2:] = np.array([0.80, 0.9, 0.85, 0.84, 0.81])
    results["cheetah_released"][..., 3] = 4
    found = finding(results, "gene_diversity in year 6 >= 0.90 of founders")
    assert found.estimate.value == pytest.approx(0.9)
    assert finding(results, "gene_diversity in year 4 >= 0.90 of founders").verdict == "meets"
    assert finding(results, "gene_diversity in year 2 >= 0.90 of founders").verdict == "fails"


def test_mean_over_survivors_says_in_how_many_futures_it_is_known():
    results = living(0.3)
    alive = results["adult_females"] > 0
    results["gene_diversity"][...] = np.where(alive, 0.85, np.nan)
    found = finding(results, "gene_diversity in year 6 >= 0.8")
    assert found.estimate.value == pytest.approx(0.85)
    assert "about 3 of 10 futures" in found.rule


def test_mean_that_nobody_has_fails_rather_than_vanishes():
    results = living(0.0)
    results["gene_diversity"][...] = np.nan
    found = finding(results, "gene_diversity in year 6 >= 0.8")
    assert found.verdict == "fails"
    assert "In no future" in found.rule


def test_scenario_without_release_is_not_judged_on_cheetahs():
    found = finding(plan(), "P(cheetah > 0 in year 6) >= 0.95")
    assert (found.verdict, found.light) == ("not applicable", "grey")
    assert finding(plan(), "P(saiga below start in year 6) <= 0.1").verdict != "not applicable"


PERSIST = "P(cheetah > 0 in year 6) >= 0.9"
RARE = "P(adult_females >= 9 in year 6) >= 0.5"


@pytest.mark.parametrize(
    ("share", "answer", "decided"),
    [
        (1.0, "go", "persist"),
        (0.94, "go if", "persist"),
        (0.7, "not yet", "persist"),
        (0.1, "no", "persist"),
    ],
)
def test_combined_verdict_names_the_rule_that_decided(share, answer, decided):
    rules = {
        "persist": parse_criterion("persist", PERSIST),
        "saiga": parse_criterion("saiga", "P(saiga below start in year 6) <= 0.5"),
    }
    (found,) = combine_findings(judge_scenario(living(share), "plan", rules))
    assert found.answer == answer
    assert found.decided_by.criterion.name == decided
    assert "wanted: share >= 0.9" in found.reason
    assert found.judged == 2


def test_nothing_known_to_be_met_is_not_a_go():
    rules = {"persist": parse_criterion("persist", PERSIST)}
    (found,) = combine_findings(judge_scenario(living(0.94), "plan", rules))
    assert found.decided_by.verdict == "undecided"
    assert found.answer == "not yet"


def test_best_scenario_has_the_best_answer():
    results = cube(draws=60, scenarios=("bad", "good"))
    number = np.zeros((2, 60, 3, 7), int)
    number[1] = 5
    results["cheetah_number"].loc[{"sex": "male", "cheetah_stage": "resident"}] = number
    results["cheetah_released"][..., 1] = 5
    rules = {"persist": parse_criterion("persist", PERSIST)}
    decisions = combine_findings(judge(results, {"bad": rules, "good": rules}))
    assert [d.answer for d in decisions] == ["no", "go"]
    assert best_decision(decisions).scenario == "good"
    assert best_decision(()) is None


def test_no_applicable_criterion_gives_no_verdict():
    rules = {"persist": parse_criterion("persist", PERSIST)}
    (found,) = combine_findings(judge_scenario(plan(), "plan", rules))
    assert found.answer == "no criteria"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "none of the futures"),
        (0.001, "fewer than 1 of 100 futures"),
        (0.9, "about 9 of 10 futures"),
        (0.42, "about 4 of 10 futures"),
        (0.36, "about 36 of 100 futures"),
        (0.97, "about 97 of 100 futures"),
        (0.999, "more than 99 of 100 futures"),
        (1.0, "all futures"),
    ],
)
def test_shares_are_told_as_counts_of_futures(share, words):
    assert in_futures(share) == words
