"""JSON schema of study files, for completion and checks while typing in an editor.

Editors with TOML support (Even Better TOML, taplo) read it from the first line of a study:
``#:schema ./study.schema.json``.
"""

from typing import Any

from ustyurt_models.study.schema import Scenario

__all__ = ["study_json_schema"]


def study_json_schema() -> dict[str, Any]:
    """Return the JSON schema of a study file.

    Returns
    -------
    dict
        Draft 2020-12. Nothing is required, because a study may inherit it.
    """
    schema = Scenario.model_json_schema(mode="validation", by_alias=True)
    for block in (schema, *schema["$defs"].values()):
        block.pop("required", None)
    _loosen_unions(schema)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Study of ustyurt_models"
    schema["properties"] = {**_FILE_KEYS, **schema["properties"]}
    return schema


def _loosen_unions(node: Any) -> None:
    """Let a table fit several members of a union: its key ``model`` may be inherited."""
    if isinstance(node, dict):
        if "discriminator" in node:
            del node["discriminator"]
            node["anyOf"] = node.pop("oneOf")
        for value in node.values():
            _loosen_unions(value)
    elif isinstance(node, list):
        for value in node:
            _loosen_unions(value)


_FILE_KEYS: dict[str, Any] = {
    "extends": {
        "type": "string",
        "description": "Study that this one extends, relative to this file.",
    },
    "drop": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Keys of the extended study that are removed before merging.",
    },
    "sweep": {
        "type": "object",
        "description": "Keys with lists of values; the scenarios are the full grid.",
        "properties": {
            "design": {"enum": ["grid", "sobol"], "default": "grid"},
            "n": {"type": "integer", "minimum": 1},
        },
        "additionalProperties": {
            "anyOf": [
                {"type": "array", "minItems": 1},
                {
                    "type": "object",
                    "properties": {"low": {"type": "number"}, "high": {"type": "number"}},
                    "required": ["low", "high"],
                },
            ]
        },
    },
}
