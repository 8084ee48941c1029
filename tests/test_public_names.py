"""What `from ustyurt_models import ...` offers."""

import subprocess
import sys

import pytest

import ustyurt_models


@pytest.mark.parametrize("name", ustyurt_models.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(ustyurt_models, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ustyurt_models.nothing


def test_the_package_offers_few_names():
    assert len(ustyurt_models.__all__) <= 25


def test_a_survey_block_is_made_without_any_statistics_library():
    code = (
        "import sys\n"
        "from ustyurt_models import LineTransect\n"
        "LineTransect(file='x.csv', truncation='800 m')\n"
        "assert not {'pymc', 'pandas', 'xarray', 'scipy.stats'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
