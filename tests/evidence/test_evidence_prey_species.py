import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.prey_species import PreySpecies, load_prey_species
from ustyurt_models.evidence.values import is_parameter_id

SHIPPED = ("saiga", "goitered_gazelle", "urial", "kulan")


def quantities(thing):
    """Yield every number or text of a species file that is a quantity."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key not in {
                "id",
                "name",
                "scientific",
                "season",
                "rut",
                "bearing",
                "disease_season",
            }:
                yield from quantities(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from quantities(value)
    elif thing is not None:
        yield thing


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_species_name_only_evidence(name):
    species = load_prey_species(name)
    assert species.id == name
    ids = parameter_ids(species)
    load_catalogue().require_ids(ids)
    given = species.model_dump(exclude_unset=True)
    assert all(is_parameter_id(quantity) for quantity in quantities(given))


def test_a_file_anywhere_can_be_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\nname = "Mine"\nmass = { adult_kg = 20.0, birth_kg = 2.0 }\n'
        "density = { maximum_per_km2 = 1.0 }\n"
        "survival = { young = 0.5, female = 0.9, maximum_age_yr = 10 }\n"
        "[births]\nfirst_age_yr = 1\nfull_age_yr = 2\nmale_share = 0.5\n"
        "first = { chance = 0.5, litter = { twins = 0.1 } }\n"
        "full = { interval_yr = 1.5, litter = { mean = 1.2 } }\n",
        encoding="utf-8",
    )
    assert isinstance(load_prey_species(path), PreySpecies)


def test_faults_are_told_together_and_in_place(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(
        'id = "wrong"\nname = "Wrong"\nmass = { adult_kg = 20.0, birth_kg = 2.0 }\n'
        "density = { maximum_per_km2 = 1.0, thta = 2 }\n"
        "survival = { young = 0.5, female = 0.9, by_age = [0.5], maximum_age_yr = 10 }\n"
        "[births]\nfirst_age_yr = 1\nfull_age_yr = 2\n"
        "first = { chance = 0.5, litter = { twins = 0.1 } }\n"
        "full = { chance = 0.5, interval_yr = 1.5, litter = { mean = 1.2 } }\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_prey_species(path)
    message = str(caught.value)
    assert "density.thta: unknown key" in message
    assert "did you mean 'theta'?" in message
    assert "exactly one of by_age, female" in message
    assert "exactly one of chance, young_per_female, interval_yr" in message
    assert "births.male_share" in message


def test_unknown_names_get_advice(tmp_path):
    with pytest.raises(InputError, match="did you mean 'saiga'"):
        load_prey_species("saigaa")
    broken = tmp_path / "broken.toml"
    broken.write_text("id = ", encoding="utf-8")
    with pytest.raises(InputError, match="valid TOML"):
        load_prey_species(broken)
