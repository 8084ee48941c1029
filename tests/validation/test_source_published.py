"""Source populations: published directions (E)."""

import theory_source_published as cases


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


def test_inbreeding_hastens_extinction_as_much_as_published():
    assert_all(cases.inbreeding_hastens(200))


def test_two_density_rules_have_their_exact_chances_of_extinction():
    assert_all(cases.two_density_rules(2_000))


def test_growth_of_cheetahs_hangs_on_adult_survival_most():
    assert_all(cases.cheetah_elasticities())
