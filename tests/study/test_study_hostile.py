"""Whatever stands in a study file: a scenario, or faults that name their places."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.study.load import _validate

TABLES = [
    (),
    ("area",),
    ("area", "core"),
    ("survey", "saiga"),
    ("survey", "saiga", "sampler"),
    ("prey", "saiga"),
    ("cheetah",),
    ("climate",),
    ("management",),
    ("engine",),
    ("processes",),
    ("output",),
]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(TABLES),
    st.from_regex(r"[a-z]{3,8}_zz", fullmatch=True),
    st.integers() | st.text(max_size=5) | st.booleans() | st.lists(st.integers(), max_size=2),
)
def test_an_unknown_key_at_any_depth_gives_one_fault_that_names_its_path(table, key, value):
    data = {
        "title": "t",
        "start": 2026,
        "prey": {"saiga": {"start": 5}},
        "survey": {"saiga": {"file": "a.csv", "model": "trend", "sampler": {}}},
    }
    node = data
    for part in table:
        node = node.setdefault(part, {})
    node[key] = value
    scenario, problems = _validate(data, ())
    assert scenario is None
    assert [(problem.path, problem.rule) for problem in problems] == [
        ((*table, key), "unknown key")
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["release", "when", "prey", "saiga", "start", "name", "management"]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    ).flatmap(lambda value: st.just({"title": "t", "start": 2026, "release": value}))
)
def test_whatever_stands_in_the_file_becomes_faults_or_a_scenario(data):
    scenario, problems = _validate(data, ())
    assert (scenario is None) == bool(problems)
