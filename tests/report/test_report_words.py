import pytest

from ustyurt_models.decide.wording import in_futures
from ustyurt_models.report.words import shown_probability


@pytest.mark.parametrize("count", range(1, 200))
def test_words_and_digits_round_the_same_way(count):
    said, shown = in_futures(count / 200), shown_probability(count / 200)
    if said.startswith("about") and "of 100" in said:
        assert int(said.split()[1]) == round(float(shown) * 100)


def test_halves_go_up():
    assert shown_probability(0.075) == "0.08"
    assert in_futures(0.075) == "about 8 of 100 futures"
