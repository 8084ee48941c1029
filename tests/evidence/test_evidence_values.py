"""Quantities: parameter ids and literal numbers, and where ids hide in a model."""

from dataclasses import dataclass

import pytest
from pydantic import BaseModel

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import Quantity, load_catalogue, parameter_ids, value_of
from ustyurt_models.evidence.values import PREFIXES, is_parameter_id


class Births(BaseModel):
    """A small species model."""

    name: str
    fecundity: dict[str, Quantity]
    twins: tuple[Quantity, ...]


@dataclass(frozen=True)
class Herd:
    """A dataclass around it."""

    births: Births
    survival: Quantity


HERD = Herd(
    Births(name="goitered_gazelle", fecundity={"sai_key": "sai_fec_y1"}, twins=("gaz_K", 0.3)),
    survival="sai_s_adf_good",
)


def test_an_id_stands_for_its_value_and_a_number_for_itself():
    assert value_of("sai_fec_ad", {"sai_fec_ad": 0.9}) == 0.9
    assert value_of(0.25, {}) == 0.25
    assert type(value_of(1, {})) is float


def test_a_parameter_missing_from_the_set_is_named():
    with pytest.raises(InputError, match=r"sai_fec_da.*did you mean 'sai_fec_ad'"):
        value_of("sai_fec_da", {"sai_fec_ad": 0.9})


def test_ids_are_found_in_nested_models_and_their_dump_alike():
    expected = ("gaz_K", "sai_fec_y1", "sai_s_adf_good")
    assert parameter_ids(HERD) == expected
    assert parameter_ids([HERD.births.model_dump(), {"a": {"sai_s_adf_good"}}]) == expected


def test_names_numbers_and_nothing_hold_no_ids():
    assert parameter_ids({"a": "goitered_gazelle", "b": 3, "c": None, "d": "half-normal"}) == ()


def test_each_shipped_id_can_be_told_from_other_text_and_each_prefix_is_used():
    ids = [row.id for row in load_catalogue()]
    assert all(is_parameter_id(id) for id in ids)
    assert PREFIXES - {id.split("_")[0] for id in ids} <= {"man", "pre"}
