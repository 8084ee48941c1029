"""The guide to survey models says what the program understands."""

import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter

from ustyurt_models.study.surveys import Survey

GUIDE = (Path(__file__).parents[2] / "docs" / "surveys.md").read_text(encoding="utf-8")
BLOCKS = {
    name: block
    for text in re.findall(r"```toml\n(.*?)```", GUIDE, flags=re.DOTALL)
    for name, block in tomllib.loads(text).get("survey", {}).items()
}


@pytest.mark.parametrize("name", BLOCKS)
def test_every_example_of_the_guide_is_a_valid_survey(name):
    adapter = TypeAdapter(Survey)
    block = adapter.validate_json(json.dumps(BLOCKS[name]))
    assert block.model == BLOCKS[name]["model"]
    again = adapter.validate_json(block.model_dump_json())
    assert again == block


def test_the_guide_shows_every_model():
    models = {block.model_fields["model"].default for block in get_args(get_args(Survey)[0])}
    assert {block["model"] for block in BLOCKS.values()} == models
