"""From a quantity in a species file, a parameter id or a literal number, to its value."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass

from ustyurt_models.checks import did_you_mean, require

__all__ = [
    "PREFIXES",
    "Quantity",
    "closest_id",
    "is_parameter_id",
    "parameter_ids",
    "value_of",
]

Quantity = str | float
"""A parameter id, or (only in tests and what-if files) a literal number."""

_FIRST_WORDS = (
    "ana cam cap che cli det farm gaz gen har hou kul liv man mar mort occ pre rel sai site sou"
    " uri veg wild wolf"
)
PREFIXES = frozenset(_FIRST_WORDS.split())
"""First words of parameter ids, by subject; they tell an id from any other text."""

_ID = re.compile(r"([a-z]+)_[A-Za-z0-9_]+")


def is_parameter_id(text: str) -> bool:
    """Return whether `text` has the form of a parameter id: ``prefix_words``."""
    match = _ID.fullmatch(text)
    return match is not None and match[1] in PREFIXES


def closest_id(id: str, known: Collection[str]) -> str:
    """Return the advice for an unknown `id`: the closest of `known`, or where to look."""
    advice = did_you_mean(id, known)
    return advice if advice.startswith("did") else "see 'ustyurt evidence'"


def value_of(quantity: Quantity, parameters: Mapping[str, float]) -> float:
    """Return the number that `quantity` stands for in one parameter set.

    Parameters
    ----------
    quantity : str or float
        A parameter id or a number.
    parameters : mapping of str to float
        Parameter id -> value, of one draw.

    Returns
    -------
    float
        In the unit of the parameter's row.
    """
    if not isinstance(quantity, str):
        return float(quantity)
    if quantity not in parameters:
        advice = closest_id(quantity, parameters.keys())
        require(False, "parameters", "the set holds no such parameter", quantity, advice)
    return float(parameters[quantity])


def parameter_ids(thing: object) -> tuple[str, ...]:
    """Return every parameter id used anywhere inside `thing`, sorted, each once.

    Parameters
    ----------
    thing : object
        Text, mapping, collection, dataclass or pydantic model, nested to any depth.
        Keys of mappings are names, not quantities, and are not looked at.
    """
    return tuple(sorted({text for text in _texts(thing) if is_parameter_id(text)}))


def _texts(thing: object) -> Iterator[str]:
    """Yield each text among the values inside `thing`."""
    if isinstance(thing, str):
        yield thing
        return
    for part in _parts(thing):
        yield from _texts(part)


def _parts(thing: object) -> Collection[object]:
    """Return what `thing` is made of; nothing for a number."""
    if isinstance(thing, Mapping):
        return list(thing.values())
    if isinstance(thing, list | tuple | set | frozenset):
        return thing
    if is_dataclass(thing) and not isinstance(thing, type):
        return [getattr(thing, field.name) for field in fields(thing)]
    model_fields = getattr(type(thing), "model_fields", None)
    return [getattr(thing, name) for name in model_fields] if model_fields else ()
