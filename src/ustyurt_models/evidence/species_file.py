"""Reading a species file: TOML to a checked model, with every fault of the file at once."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ustyurt_models.checks import Fault, InputError, did_you_mean, require
from ustyurt_models.resources import models_dir

__all__ = ["Table", "read_species"]


class Table(BaseModel):
    """A table of a species file: frozen, unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def read_species[Species: BaseModel](model: type[Species], name_or_path: str | Path) -> Species:
    """Read a species file.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        What the file must hold.
    name_or_path : str or pathlib.Path
        Name of a file that ships (``"saiga"``) or the path of a TOML file.

    Returns
    -------
    pydantic.BaseModel
        An instance of `model`.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        folder = models_dir() / "species"
        path = folder / f"{name_or_path}.toml"
        shipped = [file.stem for file in folder.glob("*.toml")]
        advice = did_you_mean(str(name_or_path), shipped)
        require(path.is_file(), "species", "no such species file", str(name_or_path), advice)
    require(path.is_file(), str(path), "the file must exist", remedy="check the path")
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError([Fault(path.name, f"must be valid TOML: {error}")]) from error
    except ValidationError as error:
        raise InputError(_faults(model, error, path.name)) from error


def _faults(model: type[BaseModel], error: ValidationError, where: str) -> list[Fault]:
    """Return the faults of a validation error in our words."""
    found = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        rule, remedy = item["msg"], ""
        if item["type"] == "extra_forbidden":
            rule = "unknown key"
            remedy = did_you_mean(str(item["loc"][-1]), _known_keys(model, item["loc"][:-1]))
        found.append(Fault(f"{where}: {place}", rule, item.get("input"), remedy))
    return found


def _known_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed in the table at `path`."""
    table = model
    for part in path:
        field = table.model_fields.get(str(part))
        kinds = (
            [] if field is None else [field.annotation, *getattr(field.annotation, "__args__", ())]
        )
        tables = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not tables:
            return []
        table = tables[0]
    return list(table.model_fields)
