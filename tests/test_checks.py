import pytest

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean, require


def test_all_faults_are_raised_at_once():
    faults = Faults()
    faults.add("a.toml: years", "must be > 0", -3, "give a positive number")
    faults.add("a.toml: seed", "must be an integer", "x")
    with pytest.raises(InputError) as caught:
        faults.raise_if_any()
    assert str(caught.value).splitlines() == [
        "a.toml: years: must be > 0; got -3 (give a positive number)",
        "a.toml: seed: must be an integer; got 'x'",
    ]


def test_no_fault_raises_nothing():
    Faults().raise_if_any()
    require(True, "here", "must hold")


def test_require_names_place_rule_value_and_remedy():
    with pytest.raises(InputError) as caught:
        require(False, "f.csv: row 3", "must be finite", float("nan"), "fill the cell")
    assert caught.value.faults == (caught.value.faults[0],)
    assert "f.csv: row 3: must be finite; got nan (fill the cell)" in str(caught.value)
    assert isinstance(caught.value.faults[0], Fault)


def test_did_you_mean_names_the_closest_or_lists_all():
    assert did_you_mean("mails", ["males", "females"]) == "did you mean 'males'?"
    assert did_you_mean("zzz", ["b", "a"]) == "allowed are ['a', 'b']"
