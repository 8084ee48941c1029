"""From pydantic's errors to faults: where, rule, value, and what to do about it."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ustyurt_models.checks import did_you_mean
from ustyurt_models.study.lines import KeyPath

__all__ = ["Problem", "problems_of"]


@dataclass(frozen=True)
class Problem:
    """A fault whose place is a path of keys, not yet a line of a file.

    Attributes
    ----------
    path : tuple of str or int
        Keys and list positions.
    rule : str
        What must hold.
    got : object
        The value found; ``None`` when there is none to show.
    remedy : str
        What to do about it; may be empty.
    """

    path: KeyPath
    rule: str
    got: Any = None
    remedy: str = ""


#: Pydantic's error types, as a person would say it; ``{}`` names come from the error's context.
_RULES = {
    "missing": "is required",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "finite_number": "must be a finite number",
    "greater_than": "must be > {gt}",
    "greater_than_equal": "must be >= {ge}",
    "less_than": "must be < {lt}",
    "less_than_equal": "must be <= {le}",
    "too_short": "must have at least {min_length} entry",
    "string_pattern_mismatch": "must be a plain name: a-z, 0-9 and _, starting with a letter",
}


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Return all problems of a failed validation.

    Parameters
    ----------
    error : pydantic.ValidationError
        What pydantic raised.
    model : type of BaseModel
        The model that was validated, to suggest keys.
    """
    return [_problem(details, model) for details in error.errors(include_url=False)]


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    """Translate one error."""
    raw: KeyPath = tuple(part for part in details["loc"] if part != "[key]")
    path = _without_tags(raw, model)
    kind, context = details["type"], details.get("ctx", {})
    got = None if isinstance(details["input"], Mapping | list) else details["input"]
    if kind == "extra_forbidden":
        return Problem(path, "unknown key", None, did_you_mean(str(path[-1]), _keys(raw, model)))
    if kind == "literal_error":
        return _not_an_option(path, got, str(context["expected"]))
    if kind == "union_tag_not_found":
        return Problem((*path, _key_of_kind(context)), _RULES["missing"])
    if kind == "union_tag_invalid":
        tag, expected = context["tag"], str(context["expected_tags"])
        return _not_an_option((*path, _key_of_kind(context)), tag, expected)
    if kind == "study_rule":
        return Problem(path, context["rule"], got, context["remedy"])
    if kind == "missing":
        return Problem(path, _RULES[kind])
    rule = _RULES[kind].format(**context) if kind in _RULES else details["msg"]
    return Problem(path, rule, got)


def _key_of_kind(context: Mapping[str, Any]) -> str:
    """Return the key that says which member of a union of tables is meant."""
    return str(context["discriminator"]).strip("'")


def _not_an_option(path: KeyPath, got: Any, expected: str) -> Problem:
    """Say which options there are, and which one was probably meant."""
    options = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    rule = f"must be one of {', '.join(options)}"
    advice = did_you_mean(got, options) if isinstance(got, str) else ""
    return Problem(path, rule, got, advice if advice.startswith("did") else "")


def _keys(path: KeyPath, model: type[BaseModel]) -> list[str]:
    """Return the keys allowed where the last part of `path` stands."""
    found: Any = model
    for part in path[:-1]:
        found = _step(found, part)
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def _without_tags(path: KeyPath, model: type[BaseModel]) -> KeyPath:
    """Drop from `path` the names of union members, which pydantic puts in and no file holds."""
    found: Any = model
    kept: list[str | int] = []
    for part in path:
        if _member(found, part) is None:
            kept.append(part)
        found = _step(found, part)
    return tuple(kept)


def _member(annotation: Any, part: str | int) -> type[BaseModel] | None:
    """Return the member of a union of tables that a key set to `part` chooses, if there is one."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return None
    for each in get_args(annotation):
        table = isinstance(each, type) and issubclass(each, BaseModel)
        if table and any(_only(field.annotation) == part for field in each.model_fields.values()):
            return each
    return None


def _only(annotation: Any) -> Any:
    """Return the single value that an annotation allows, or None."""
    values = get_args(annotation) if get_origin(annotation) is Literal else ()
    return values[0] if len(values) == 1 else None


def _step(annotation: Any, part: str | int) -> Any:
    """Return the type of what `part` leads to inside a value of type `annotation`."""
    member = _member(annotation, part)
    if member is not None:
        return member
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part in (name, field.alias):
                return _bare(field.annotation)
        return None
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return _bare(arguments[1])
    if get_origin(annotation) is tuple:
        return _bare(arguments[0])
    return None


def _bare(annotation: Any) -> Any:
    """Strip ``Annotated`` and ``| None``."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [each for each in get_args(annotation) if each is not type(None)]
        return _bare(kept[0]) if len(kept) == 1 else annotation
    return annotation
