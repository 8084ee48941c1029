import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.cheetah_species import load_cheetah_species
from ustyurt_models.resources import models_dir


def test_every_quantity_of_the_shipped_file_is_a_row_of_evidence():
    species = load_cheetah_species()
    rows = load_catalogue().require_ids(parameter_ids(species))
    assert all(row.drawable for row in rows)
    tables = species.model_dump(exclude={"id", "name", "scientific"})
    quantities = [value for table in tables.values() for value in table.values()]
    assert all(isinstance(value, str) for value in quantities)


def test_all_faults_of_a_species_file_come_at_once(tmp_path):
    text = (models_dir() / "species" / "cheetah.toml").read_text(encoding="utf-8")
    text = text.replace("cub_need =", "cub_ned =").replace('female = "che_s_adf_med"\n', "")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_cheetah_species(path)
    message = str(caught.value)
    assert "food.cub_ned" in message
    assert "cub_need" in message
    assert "survival.female" in message


def test_a_missing_species_file_is_named():
    with pytest.raises(InputError, match="snow_leopard"):
        load_cheetah_species("snow_leopard")
