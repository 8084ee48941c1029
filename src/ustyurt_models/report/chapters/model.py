"""The model: what each sub-model does and simplifies, read from the ODD, and the glossary."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

from ustyurt_models.report.content import Block, Bullets, Definitions, Paragraph, Section
from ustyurt_models.resources import models_dir

__all__ = ["chapter", "odd_simplifications"]

#: How a paragraph of the ODD begins that says what a sub-model leaves out.
_MARK = "Simplified so far:"
_HEADING = re.compile(r"^#+\s+(?:[\d.]+\s+)?(.*)$")


def odd_simplifications(path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what the ODD says is simplified.

    Parameters
    ----------
    path : Path
        The ODD. A paragraph that begins with "Simplified so far:" belongs to the heading above it;
        semicolons part its statements.

    Returns
    -------
    tuple of (str, tuple of str)
        Part of the model, and its simplifications in the words of the ODD; empty without a file.
    """
    if not path.is_file():
        return ()
    part, found = "", []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        heading = _HEADING.match(block.strip())
        if heading:
            part = heading[1].strip()
        text = " ".join(block.split()).replace("`", "")
        if text.startswith(_MARK):
            statements = text.removeprefix(_MARK).strip(" .").split("; ")
            found.append((part, tuple(f"{one[0].upper()}{one[1:]}." for one in statements)))
    return tuple(found)


def _glossary() -> tuple[tuple[str, str], ...]:
    """Return the terms of the shipped glossary in alphabetical order."""
    file = files("ustyurt_models.report") / "texts" / "glossary.toml"
    terms = tomllib.loads(file.read_text(encoding="utf-8"))["en"]
    return tuple(sorted(terms.items(), key=lambda item: item[0].lower()))


def chapter() -> Section:
    """Return the chapter on the model and its words."""
    blocks: list[Block] = [
        Paragraph(
            "Every animal is simulated on a grid in seasonal steps: climate, management, movement, "
            "births, deaths, predation, condition, cheetah deaths, cheetah births with their "
            "genetics, dispersal, ageing and, once a year, a census, in this order unless the "
            "study gives another. The full description follows the ODD protocol (Grimm et al. "
            "2020) and ships as models/ODD.md."
        )
    ]
    simplified = tuple(
        Section(f"simplified-{number}", part, (Bullets(lines),))
        for number, (part, lines) in enumerate(odd_simplifications(models_dir() / "ODD.md"), 1)
    )
    parts = []
    if simplified:
        parts.append(Section("simplified", "What each sub-model simplifies", (), simplified))
    parts.append(Section("glossary", "Glossary", (Definitions(_glossary()),)))
    return Section("model", "The model in short", tuple(blocks), tuple(parts))
