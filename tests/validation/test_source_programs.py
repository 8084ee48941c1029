"""Source populations find what Vortex, SLiM, Mesa and plain kernels found (D1, D3)."""

from theory_source_programs import two_sex_gates, vortex_woylie


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


def test_a_published_vortex_project_is_reproduced():
    assert_all(vortex_woylie(60))


def test_a_two_sex_viability_analysis_agrees_with_slim_and_mesa():
    assert_all(two_sex_gates(1_500))
