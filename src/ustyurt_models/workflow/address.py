"""Which replicate of a study is meant: SCENARIO:DRAW:REPLICATE."""

from typing import NamedTuple

from ustyurt_models.checks import did_you_mean, require
from ustyurt_models.study.load import Study

__all__ = ["ADDRESS_FORM", "Address", "read_address"]

ADDRESS_FORM = "SCENARIO:DRAW:REPLICATE"


class Address(NamedTuple):
    """One replicate; all numbers count from 0."""

    scenario: int
    draw: int
    replicate: int


def read_address(text: str, study: Study) -> Address:
    """Find a replicate by its address.

    Parameters
    ----------
    text : str
        ``SCENARIO:DRAW:REPLICATE``; the very first replicate if empty.
    study : Study
        The study.

    Returns
    -------
    Address
        Numbers of scenario, draw and replicate.

    Raises
    ------
    InputError
        When the text has another form, or the study has no such replicate.
    """
    if not text:
        return Address(0, 0, 0)
    before, _, replicate = text.rpartition(":")
    name, _, draw = before.rpartition(":")
    form = f"must be {ADDRESS_FORM}, such as baseline:3:0"
    require(draw.isdecimal() and replicate.isdecimal(), "--only", form, text)
    names = [scenario.name for scenario in study.scenarios]
    remedy = did_you_mean(name, names)
    require(name in names, "--only", "must name a scenario of the study", name, remedy)
    first = study.scenarios[0]
    for word, number, count in (
        ("draw", int(draw), first.draws),
        ("replicate", int(replicate), first.replicates),
    ):
        require(number < count, "--only", f"{word} must lie in 0..{count - 1}", number)
    return Address(names.index(name), int(draw), int(replicate))
